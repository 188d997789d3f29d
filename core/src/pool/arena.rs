//! Arena: one node's share, and the only place where slabs, chunks and spans come and go.
//!
//! A lock per size class guards the class's slabs or chunks and their cells; one more guards the
//! pages. Order: class lock, then page lock, never two class locks (but see `check.rs`, which takes
//! all of them in ascending order), and before them the right to give memory back. Cells are taken
//! and given back several at a time, because the magazines above (`magazine.rs`) ask for several.
//! This file knows neither threads' magazines nor other nodes.
//!
//! Which of them are to become empty is `evacuate.rs`.
//!
//! Invariants: `used_bytes == sum over classes of used * cell bytes + span pages * 4096`, where
//! `used` counts a class's taken cells; a class keeps at most
//! [`EMPTY_SLABS`] empty slabs, or one empty chunk.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::chunk::{ChunkHeads, chunk_start};
use super::lock::Lock;
use super::page_map::PageKind;
use super::ranks::{Heads, Ranks};
use super::size_class::{
    CELL_CLASSES, CHUNK_PAGES, PAGE_BYTES, SHAPES, SLAB_CLASSES, Shape, chunk_cells,
};
use super::slab::SlabHeads;
use super::span::{LARGE_PAGES, Pages, WARM_PAGES};
use super::window::Window;

/// Chunks of a middle class from which its new chunks have the next order.
const CHUNKS_FOR_ORDER: [u32; 2] = [4, 16];
/// Empty slabs that a class keeps for its next requests (64 KB); a purge takes them.
pub(super) const EMPTY_SLABS: u32 = 16;
/// Cells above this never lie in a 16 KB chunk by choice: too few would fit.
const SMALL_CHUNK_CELL_MAX: u32 = 2048;

/// One size class of one node, behind its lock.
#[derive(Default)]
pub(super) struct ClassState {
    pub(super) ranks: Ranks,
    /// Cells taken, those in magazines included.
    pub(super) used: u64,
    /// Slabs (all at index 0) or chunks by order.
    pub(super) members: [u32; 3],
    /// Of these, the ones that are being evacuated.
    pub(super) leaving: [u32; 3],
    /// Members without a taken cell, none of which is being evacuated.
    pub(super) empty: u32,
    /// Cells handed out without a magazine, one by one.
    pub(super) direct: u64,
    /// Requests that needed a new slab or chunk.
    pub(super) misses: u64,
}

/// One node's share of the pool.
pub(super) struct Arena {
    pub(super) window: Window,
    pub(super) classes: Box<[Lock<ClassState>]>,
    pub(super) pages: Lock<Pages>,
    /// Held by whoever gives memory back to the kernel, or asks for some in advance.
    releasing: Mutex<()>,
    /// Bytes of taken cells and live spans; changed under a lock, read without.
    used_bytes: AtomicU64,
    /// Times that something was given back, and what that number was at the last purge for want of room.
    returns: AtomicU32,
    purged_at: AtomicU32,
}

impl Arena {
    /// The arena of an opened window; chunks and spans together never exceed `limit` bytes.
    pub(super) fn new(window: Window, limit: Option<u64>) -> Arena {
        Arena {
            window,
            classes: (0..CELL_CLASSES)
                .map(|_| Lock::new(ClassState::default()))
                .collect(),
            pages: Lock::new(Pages::new(window, limit)),
            releasing: Mutex::new(()),
            used_bytes: AtomicU64::new(0),
            returns: AtomicU32::new(0),
            purged_at: AtomicU32::new(u32::MAX),
        }
    }

    /// Purges because there is no room, unless nothing was given back since that was last done: then there is nothing to be
    /// had, and whoever asks is told so quickly. Answers whether it is worth asking again.
    pub(super) fn make_room(&self) -> bool {
        let returns = self.returns.load(Ordering::Relaxed);
        if self.purged_at.load(Ordering::Relaxed) == returns {
            return false;
        }
        self.purge();
        // Not before it is done: whoever came meanwhile would be told that there is nothing.
        self.purged_at.store(returns, Ordering::Relaxed);
        true
    }

    /// Keeps everybody from giving memory back to the kernel or asking for it; nothing is lent out meanwhile. Taken before
    /// any other lock.
    pub(super) fn releasing(&self) -> MutexGuard<'_, ()> {
        self.releasing.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Has the memory of the next chunk there before it is wanted.
    pub(super) fn warm(&self) {
        let _nothing_else_is_lent = self.releasing();
        let cold = self.pages.lock().lend_cold();
        if let Some(run) = cold {
            self.window.populate(run.page, WARM_PAGES);
            self.pages.lock().take_back_warm(run);
        }
    }

    /// So many bytes are in use no longer.
    fn count_returned(&self, bytes: u64) {
        self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.returns.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes of taken cells and live spans, those in magazines included.
    #[inline]
    pub(super) fn used_bytes(&self) -> u64 {
        self.used_bytes.load(Ordering::Relaxed)
    }

    /// Takes up to `out.len()` cells of `class` out of one slab or chunk; returns how many, 0 when
    /// there is no memory. `direct` says that the one cell goes straight to a user.
    pub(super) fn take(&self, class: usize, out: &mut [usize], direct: bool) -> usize {
        let shape = &SHAPES[class];
        let mut state = self.classes[class].lock();
        let (taken, untouched) = if class < SLAB_CLASSES {
            (self.take_from_slab(&mut state, class, shape, out), None)
        } else {
            self.take_from_chunk(&mut state, class, shape, out)
        };
        state.used += taken as u64;
        state.direct += direct as u64 * taken as u64;
        self.used_bytes
            .fetch_add(taken as u64 * shape.bytes as u64, Ordering::Relaxed);
        drop(state);
        if let Some(run) = untouched {
            self.window.populate(run.start, run.end - run.start);
        }
        taken
    }

    fn take_from_slab(
        &self,
        state: &mut ClassState,
        class: usize,
        shape: &Shape,
        out: &mut [usize],
    ) -> usize {
        let Some(page) = state
            .ranks
            .fullest()
            .or_else(|| self.new_slab(state, class))
            .or_else(|| self.reopen(state, class, SlabHeads(self.window)))
        else {
            return 0;
        };
        let slab = self.window.slab(page);
        let before = slab.head().used();
        let taken = slab.take(shape, out);
        let counts = (before, before + taken as u32);
        self.recount(
            state,
            SlabHeads(self.window),
            page,
            counts,
            shape.slab_cells as u32,
        );
        taken
    }

    /// How many were taken, and the pages of those that take more than one and were never touched.
    fn take_from_chunk(
        &self,
        state: &mut ClassState,
        class: usize,
        shape: &Shape,
        out: &mut [usize],
    ) -> (usize, Option<Range<u32>>) {
        let Some(page) = state
            .ranks
            .fullest()
            .or_else(|| self.new_chunk(state, class))
            .or_else(|| self.reopen(state, class, ChunkHeads(self.window)))
        else {
            return (0, None);
        };
        let chunk = self.window.chunk(page);
        let (before, order) = (chunk.head().used(), chunk.head().order as usize);
        let fresh = chunk.fresh();
        let taken = chunk.take(&self.window, page, shape, out);
        let cells = fresh..chunk.fresh();
        let are_new = shape.bytes > PAGE_BYTES as u32 && !cells.is_empty() && !chunk.is_backed();
        let untouched = are_new.then(|| {
            let [start, end] = [cells.start, cells.end].map(|cell| cell as u32 * shape.bytes);
            page + start / PAGE_BYTES as u32..page + end.div_ceil(PAGE_BYTES as u32)
        });
        let counts = (before, before + taken as u32);
        self.recount(
            state,
            ChunkHeads(self.window),
            page,
            counts,
            chunk_cells(class, order),
        );
        (taken, untouched)
    }

    /// Relinks a member whose use changed, and keeps `empty` true.
    #[inline]
    fn recount<H: Heads>(
        &self,
        state: &mut ClassState,
        heads: H,
        page: u32,
        counts: (u32, u32),
        capacity: u32,
    ) {
        state.empty -= (counts.0 == 0) as u32;
        state.empty += (counts.1 == 0) as u32;
        state.ranks.moved(heads, page, counts, capacity);
    }

    #[cold]
    fn new_slab(&self, state: &mut ClassState, class: usize) -> Option<u32> {
        let (page, order) = self.pages.lock().take_slab_page(&self.window, class)?;
        self.window.slab(page).format(class, order);
        state.ranks.link(SlabHeads(self.window), page, 0);
        state.members[0] += 1;
        state.empty += 1;
        state.misses += 1;
        Some(page)
    }

    #[cold]
    fn new_chunk(&self, state: &mut ClassState, class: usize) -> Option<u32> {
        let chunks: u32 = state.members.iter().sum();
        let demand = CHUNKS_FOR_ORDER
            .iter()
            .filter(|&&least| chunks >= least)
            .count();
        let wanted = demand.max((SHAPES[class].bytes > SMALL_CHUNK_CELL_MAX) as usize);
        let mut pages = self.pages.lock();
        let (run, order) = (0..=wanted).rev().find_map(|order| {
            let run = pages.take_run(CHUNK_PAGES[order], CHUNK_PAGES[order])?;
            Some((run, order))
        })?;
        let page = run.page;
        self.window
            .chunk(page)
            .format_cells(class, order, run.is_dirty);
        self.window.set_kind(
            page,
            CHUNK_PAGES[order],
            PageKind::Cells(class, order).byte(),
        );
        drop(pages);
        state.ranks.link(ChunkHeads(self.window), page, 0);
        state.members[order] += 1;
        state.empty += 1;
        state.misses += 1;
        Some(page)
    }

    /// Gives back taken cells of `class`.
    pub(super) fn put(&self, class: usize, cells: &[usize]) {
        let shape = &SHAPES[class];
        let mut state = self.classes[class].lock();
        let mut dead = Vec::new();
        for &address in cells {
            if class < SLAB_CLASSES {
                self.put_into_slab(&mut state, shape, address);
            } else if let Some(chunk) = self.put_into_chunk(&mut state, class, shape, address) {
                dead.push(chunk);
            }
        }
        state.used -= cells.len() as u64;
        self.count_returned(cells.len() as u64 * shape.bytes as u64);
        drop(state);
        dead.into_iter()
            .for_each(|(page, order)| self.bury(page, order));
    }

    #[inline]
    fn put_into_slab(&self, state: &mut ClassState, shape: &Shape, address: usize) {
        let page = self.window.page_of(address);
        let slab = self.window.slab(page);
        slab.put(shape, address);
        let used = slab.head().used();
        let heads = SlabHeads(self.window);
        if state.is_leaving() && self.window.is_marked(page) {
            if used == 0 {
                self.close(state, heads, page, (0, 1));
                let order = slab.head().order as usize;
                self.pages.lock().put_slab_page(&self.window, page, order);
            }
            return;
        }
        self.recount(
            state,
            heads,
            page,
            (used + 1, used),
            shape.slab_cells as u32,
        );
        if used == 0 && state.empty > EMPTY_SLABS {
            self.drop_slab(state, page);
        }
    }

    pub(super) fn drop_slab(&self, state: &mut ClassState, page: u32) {
        let order = self.window.slab(page).head().order as usize;
        state.ranks.unlink(SlabHeads(self.window), page, 0);
        state.members[0] -= 1;
        state.empty -= 1;
        self.pages.lock().put_slab_page(&self.window, page, order);
    }

    /// The chunk and its order when it is one empty chunk too many: unlinked, to be buried.
    fn put_into_chunk(
        &self,
        state: &mut ClassState,
        class: usize,
        shape: &Shape,
        address: usize,
    ) -> Option<(u32, usize)> {
        let page = self.window.page_of(address);
        let PageKind::Cells(_, order) = PageKind::from_byte(self.window.kind(page)) else {
            debug_assert!(false, "free of {address:#x}, which is in no chunk");
            return None;
        };
        let start = chunk_start(page, order);
        let chunk = self.window.chunk(start);
        chunk.put(&self.window, start, shape, address);
        let used = chunk.head().used();
        let heads = ChunkHeads(self.window);
        if state.is_leaving() && self.window.is_marked(start) {
            return (used == 0).then(|| {
                self.close(state, heads, start, (order, CHUNK_PAGES[order]));
                (start, order)
            });
        }
        self.recount(
            state,
            heads,
            start,
            (used + 1, used),
            chunk_cells(class, order),
        );
        (used == 0 && state.empty > 1).then(|| self.unlink_chunk(state, start))
    }

    pub(super) fn unlink_chunk(&self, state: &mut ClassState, page: u32) -> (u32, usize) {
        let order = self.window.chunk(page).head().order as usize;
        state.ranks.unlink(ChunkHeads(self.window), page, 0);
        state.members[order] -= 1;
        state.empty -= 1;
        (page, order)
    }

    /// Returns the pages of an unlinked chunk to the free runs.
    pub(super) fn bury(&self, page: u32, order: usize) {
        self.pages.lock().put_run(page, CHUNK_PAGES[order], true);
    }

    /// A span for `size` bytes; None when there is no memory.
    pub(super) fn take_span(&self, size: usize) -> Option<usize> {
        let pages = u32::try_from(size.div_ceil(PAGE_BYTES)).ok()?;
        let run = self.pages.lock().take_span(pages)?;
        self.used_bytes
            .fetch_add(pages as u64 * PAGE_BYTES as u64, Ordering::Relaxed);
        if !run.is_dirty && pages < LARGE_PAGES {
            // Whoever asks writes to all of it; a large one may be asked for in advance.
            self.window.populate(run.page, pages);
        }
        Some(self.window.address(run.page))
    }

    /// Gives back the span at `address` that was taken for `size` bytes.
    pub(super) fn put_span(&self, address: usize, size: usize) {
        let page = self.window.page_of(address);
        let pages = size.div_ceil(PAGE_BYTES) as u32;
        self.count_returned(pages as u64 * PAGE_BYTES as u64);
        let large = pages >= LARGE_PAGES;
        if large {
            // The kernel may take long over it: not under the lock.
            self.window.release(page, pages);
        }
        self.pages.lock().put_span(page, pages, !large);
    }

    /// Makes the span at `address`, which was taken for `size` bytes, one for `wanted` where it lies; `false` when it cannot.
    pub(super) fn resize_span(&self, address: usize, size: usize, wanted: usize) -> bool {
        let page = self.window.page_of(address);
        let [pages, wanted] = [size, wanted].map(|size| size.div_ceil(PAGE_BYTES) as u32);
        let cut = pages.saturating_sub(wanted);
        let large = cut >= LARGE_PAGES;
        if large {
            self.window.release(page + wanted, cut);
        }
        let resized = self.pages.lock().resize_span(page, pages, wanted, !large);
        if resized && wanted > pages {
            let bytes = (wanted - pages) as u64 * PAGE_BYTES as u64;
            self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        } else if resized {
            let bytes = cut as u64 * PAGE_BYTES as u64;
            self.count_returned(bytes);
        }
        resized
    }
}
