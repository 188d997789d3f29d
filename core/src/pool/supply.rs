//! The supply of slab pages: one page at a time out of chunks of 16, then 64, then 256 KB.
//!
//! The chunk with the lowest address that has an idle page gives it, so that the others may become
//! empty. A page that was a slab keeps its memory while it is idle, since the next slab is likely
//! to want it; of more than [`DIRTY_PAGES`] in an arena the memory goes back to the kernel when the
//! pool is trimmed, chunk by chunk. A chunk whose pages are all idle is dissolved.
//! Everything here happens under the page lock.
//!
//! Invariants: a chunk is in `slab_chunks` exactly while it has an idle page, in `dirty_chunks`
//! while one of those is dirty; `dirty` is the sum of the dirty bits; no chunk is all idle; a page that
//! is lent is neither idle nor a slab.

use super::chunk::chunk_start;
use super::page_map::PageKind;
use super::size_class::CHUNK_PAGES;
use super::span::{Lent, Pages};
use super::window::Window;

/// Idle pages of an arena that keep their memory when it is trimmed (4 MB).
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
        let (run, order) = (0..=wanted).rev().find_map(|order| {
            let run = self.take_run(CHUNK_PAGES[order], CHUNK_PAGES[order])?;
            Some((run, order))
        })?;
        let start = run.page;
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
        self.dissolve_if_idle(start, order);
    }

    /// Makes a chunk whose pages are all idle a free run.
    fn dissolve_if_idle(&mut self, start: u32, order: usize) {
        let chunk = self.window().chunk(start);
        if !chunk.is_all_idle() {
            return;
        }
        let dirty = chunk.dirty().count_ones();
        self.dirty -= dirty;
        self.slab_chunks.remove(&start);
        self.dirty_chunks.remove(&start);
        self.slab_chunk_count[order] -= 1;
        self.put_run(start, CHUNK_PAGES[order], dirty > 0);
    }

    /// Whether more idle pages keep their memory than a trim leaves.
    pub(super) fn has_excess_idle(&self) -> bool {
        self.dirty > DIRTY_PAGES
    }

    /// Lends the dirty idle pages of the highest chunk that has any.
    pub(super) fn lend_idle(&mut self) -> Option<Lent> {
        let start = self.dirty_chunks.pop_last()?;
        let chunk = self.window().chunk(start);
        let (idle, pages) = (chunk.idle(), chunk.dirty());
        chunk.set_idle(idle & !pages, 0);
        self.dirty -= pages.count_ones();
        if idle == pages {
            self.slab_chunks.remove(&start);
        }
        self.note_low();
        Some(Lent::Idle { start, pages })
    }

    /// Takes pages back that `lend_idle` lent.
    pub(super) fn take_back_idle(&mut self, start: u32, pages: u64) {
        let chunk = self.window().chunk(start);
        chunk.set_idle(chunk.idle() | pages, chunk.dirty());
        self.slab_chunks.insert(start);
        self.dissolve_if_idle(start, chunk.head().order as usize);
    }
}
