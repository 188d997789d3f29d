//! The supply of slab pages: one page at a time out of chunks of 16, then 64, then 256 KB.
//!
//! The chunk with the lowest address that has an idle page gives it, so that the others may become
//! empty. A page that was a slab keeps its memory while it is idle, since the next slab is likely
//! to want it, but only [`DIRTY_PAGES`] of them in an arena do: beyond that the memory of a
//! chunk's idle pages goes back to the kernel. A chunk whose pages are all idle is dissolved.
//! Everything here happens under the page lock.
//!
//! Invariants: a chunk is in `slab_chunks` exactly while it has an idle page, in `dirty_chunks`
//! while one of those is dirty; `dirty` is the sum of the dirty bits and at most [`DIRTY_PAGES`]; no
//! chunk is all idle.

use super::chunk::chunk_start;
use super::page_map::PageKind;
use super::size_class::CHUNK_PAGES;
use super::span::Pages;
use super::window::Window;

/// Idle pages of an arena that keep their memory (4 MB).
const DIRTY_PAGES: u32 = 1024;
/// Slabs of an arena from which new chunks have the next order: 256 KB, and 4 MB.
const SLABS_FOR_ORDER: [u32; 2] = [64, 1024];

impl Pages {
    /// A page for a slab of `class`, marked so in the page map, and the order of its chunk.
    pub(super) fn take_slab_page(&mut self, window: &Window, class: usize) -> Option<(u32, usize)> {
        let start = match self.slab_chunks.first() {
            Some(&start) => start,
            None => self.take_slab_chunk(window)?,
        };
        let chunk = window.chunk(start);
        let order = chunk.head().order as usize;
        // A page that still has memory first, else the lowest.
        let (idle, dirty) = (chunk.idle(), chunk.dirty());
        let choice = if dirty != 0 { dirty } else { idle };
        let bit = choice & choice.wrapping_neg();
        let page = start + bit.trailing_zeros();
        self.dirty -= (dirty & bit != 0) as u32;
        chunk.set_idle(idle & !bit, dirty & !bit);
        if idle == bit {
            self.slab_chunks.remove(&start);
        }
        if dirty == bit {
            self.dirty_chunks.remove(&start);
        }
        self.note_low();
        self.slabs += 1;
        window.set_kind(page, 1, PageKind::Slab(class).byte());
        Some((page, order))
    }

    /// A new chunk of slab pages, smaller than wanted if need be.
    fn take_slab_chunk(&mut self, window: &Window) -> Option<u32> {
        let wanted = SLABS_FOR_ORDER
            .iter()
            .filter(|&&slabs| self.slabs >= slabs)
            .count();
        let (start, order) = (0..=wanted).rev().find_map(|order| {
            Some((
                self.take_run(CHUNK_PAGES[order], CHUNK_PAGES[order])?,
                order,
            ))
        })?;
        window.chunk(start).format_slabs(order);
        window.set_kind(start, CHUNK_PAGES[order], PageKind::Idle(order).byte());
        self.slab_chunks.insert(start);
        self.slab_chunk_count[order] += 1;
        Some(start)
    }

    /// Takes back the page of an empty slab whose chunk is of `order`.
    pub(super) fn put_slab_page(&mut self, window: &Window, page: u32, order: usize) {
        let start = chunk_start(page, order);
        let chunk = window.chunk(start);
        let bit = 1u64 << (page - start);
        window.set_kind(page, 1, PageKind::Idle(order).byte());
        chunk.set_idle(chunk.idle() | bit, chunk.dirty() | bit);
        self.slab_chunks.insert(start);
        self.dirty_chunks.insert(start);
        self.slabs -= 1;
        self.dirty += 1;
        if chunk.is_all_idle() {
            self.dirty -= chunk.dirty().count_ones();
            self.slab_chunks.remove(&start);
            self.dirty_chunks.remove(&start);
            self.slab_chunk_count[order] -= 1;
            self.put_run(start, CHUNK_PAGES[order], true);
        } else if self.dirty > DIRTY_PAGES {
            self.clean(window, start);
        }
    }

    /// Gives the memory of a chunk's idle pages back to the kernel, run by run; answers how many.
    fn clean(&mut self, window: &Window, start: u32) -> u32 {
        let chunk = window.chunk(start);
        let mut dirty = chunk.dirty();
        let cleaned = dirty.count_ones();
        self.dirty -= cleaned;
        self.released += cleaned as u64;
        self.dirty_chunks.remove(&start);
        chunk.set_idle(chunk.idle(), 0);
        while dirty != 0 {
            let from = dirty.trailing_zeros();
            let pages = (dirty >> from).trailing_ones();
            window.release(start + from, pages);
            dirty &= !(u64::MAX >> (64 - pages) << from);
        }
        cleaned
    }

    /// Gives the memory of the idle slab pages of one chunk back to the kernel, of the highest that
    /// has any; answers how many, 0 when there is none.
    pub(super) fn clean_chunk(&mut self, window: &Window) -> u32 {
        let highest = self.dirty_chunks.last().copied();
        highest.map_or(0, |start| self.clean(window, start))
    }
}
