//! Evacuation: slabs and chunks that are to become empty, so that their memory can go back to the kernel.
//!
//! After much was freed, the cells of a class lie thinly over many slabs. [`Pool::evacuate`] marks the emptiest of them, as
//! many as the holes in all the others have room for. From then on nothing is taken from a marked slab, and what is given
//! back to one goes past the magazines. Whoever owns cells in it moves them ([`Pool::is_leaving`] tells which); a marked slab
//! that is empty is dropped at once. [`Pool::settle`] takes the marks off what could not be emptied. Until then a request
//! that finds no other memory takes from marked slabs after all, and they are marked no longer.
//!
//! Slabs may lie anywhere in their chunks: an idle page gives its memory back by itself. Spans are whole pages and have no
//! holes; between them there are addresses, not memory. So neither is ever evacuated.
//!
//! A mark is a bit a page in the window's head, read by anybody without a lock and written under the class lock.
//! This file may not know who owns a cell, nor when it is worth while to move it.
//!
//! Invariants: a member is in the list [`LEAVING`] and counted in `leaving` exactly while all its pages are marked; it is
//! never empty; no other page is marked.

use std::sync::atomic::Ordering;

use super::NonNull;
use super::Pool;
use super::arena::{Arena, ClassState};
use super::chunk::ChunkHeads;
use super::magazine;
use super::ranks::{Heads, LEAVING, rank_of};
use super::size_class::{
    CELL_CLASSES, CHUNK_PAGES, PAGE_BYTES, SHAPES, SLAB_CLASSES, cell_bytes, chunk_cells,
};
use super::slab::SlabHeads;

/// Members marked under one hold of a class lock.
const MEMBERS_A_HOLD: usize = 64;
/// Members looked at to find them, the sparsest of which are taken.
const LOOKS: usize = 4 * MEMBERS_A_HOLD;
/// A class is left alone while its holes are less than this part of its cells.
const WORTH: u64 = 64;
/// The part of a class's cells left free for those that are taken meanwhile.
const SPARE: u64 = 256;

/// What was marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evacuation {
    /// Bytes of the marked slabs and chunks.
    pub bytes: u64,
    /// Bytes of the cells taken in them: what is to be moved.
    pub cell_bytes: u64,
}

impl Pool {
    /// Marks slabs and chunks of `node` to be evacuated. One thread at a time may do this for a node, and ends it with
    /// [`Pool::settle`]. Cells that other threads have at hand stay there until they look ([`Pool::tend`]).
    pub fn evacuate(&self, node: u32) -> Evacuation {
        let Some(arena) = self.arenas.get(node as usize) else {
            return Evacuation::default();
        };
        self.evacuating.fetch_or(1 << node, Ordering::Relaxed);
        self.empty_own_seats();
        let mut marked = Evacuation::default();
        for class in 0..CELL_CLASSES {
            arena.evacuate_class(class, &mut marked);
        }
        self.tend_round.fetch_add(1, Ordering::Relaxed);
        marked
    }

    /// Whether the live allocation at `pointer` lies in a slab or chunk that is to become empty. Takes no lock.
    #[inline(always)]
    pub fn is_leaving(&self, pointer: NonNull<u8>) -> bool {
        let window = &self.arenas[self.node_of(pointer) as usize].window;
        window.is_marked(window.page_of(pointer.addr().get()))
    }

    /// Takes the marks off whatever of `node` is not empty yet.
    pub fn settle(&self, node: u32) {
        let Some(arena) = self.arenas.get(node as usize) else {
            return;
        };
        for class in 0..CELL_CLASSES {
            while arena.settle_some(class) {}
        }
        self.evacuating.fetch_and(!(1 << node), Ordering::Relaxed);
    }

    /// Returns the cells this thread has at hand if an evacuation began since it did so last. Worth a call where a thread
    /// is about to rest: cells at hand keep their slabs from becoming empty.
    #[inline]
    pub fn tend(&self) {
        let Some(seat) = magazine::seat() else {
            return;
        };
        let (round, mine) = (self.tend_round.load(Ordering::Relaxed), &self.tended[seat]);
        if mine.load(Ordering::Relaxed) != round {
            mine.store(round, Ordering::Relaxed);
            self.empty_seat(seat);
        }
    }
}

impl ClassState {
    /// Whether any member is being evacuated.
    #[inline]
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving != [0; 3]
    }

    /// Cells in all members that stay.
    fn room(&self, class: usize) -> u64 {
        let staying = |order: usize| (self.members[order] - self.leaving[order]) as u64;
        if class < SLAB_CLASSES {
            return staying(0) * SHAPES[class].slab_cells as u64;
        }
        (0..CHUNK_PAGES.len())
            .map(|order| staying(order) * chunk_cells(class, order) as u64)
            .sum()
    }
}

/// Order as `members` counts it, pages and cells of the member at `page`.
fn extent<H: Heads>(class: usize, heads: H, page: u32) -> (usize, u32, u32) {
    if class < SLAB_CLASSES {
        return (0, 1, SHAPES[class].slab_cells as u32);
    }
    let order = heads.head(page).order as usize;
    (order, CHUNK_PAGES[order], chunk_cells(class, order))
}

impl Arena {
    /// Marks the sparsest members of a class until what stays has just enough room.
    fn evacuate_class(&self, class: usize, marked: &mut Evacuation) {
        {
            let state = self.classes[class].lock();
            let holes = state.room(class).saturating_sub(state.used);
            if state.used == 0 || holes <= state.used / WORTH {
                return;
            }
        }
        loop {
            let mut state = self.classes[class].lock();
            let count = if class < SLAB_CLASSES {
                self.mark_some(&mut state, class, SlabHeads(self.window), marked)
            } else {
                self.mark_some(&mut state, class, ChunkHeads(self.window), marked)
            };
            if count == 0 {
                return;
            }
        }
    }

    fn mark_some<H: Heads>(
        &self,
        state: &mut ClassState,
        class: usize,
        heads: H,
        marked: &mut Evacuation,
    ) -> usize {
        let mut candidates = state.ranks.sparsest(heads, LOOKS);
        candidates.sort_by_key(|&page| heads.head(page).used());
        let mut count = 0;
        for page in candidates.into_iter().take(MEMBERS_A_HOLD) {
            let ((order, pages, capacity), used) =
                (extent(class, heads, page), heads.head(page).used());
            let wanted = state.used + state.used / SPARE + capacity as u64;
            if state.room(class) < wanted {
                continue;
            }
            state.ranks.unlink(heads, page, rank_of(used, capacity));
            state.ranks.link(heads, page, LEAVING);
            state.leaving[order] += 1;
            self.window.set_marks(page, pages, true);
            marked.bytes += pages as u64 * PAGE_BYTES as u64;
            marked.cell_bytes += used as u64 * cell_bytes(class) as u64;
            count += 1;
        }
        count
    }

    /// Takes the marks off a few members of a class; `false` when none is left.
    fn settle_some(&self, class: usize) -> bool {
        let mut state = self.classes[class].lock();
        (0..MEMBERS_A_HOLD).all(|_| {
            let reopened = if class < SLAB_CLASSES {
                self.reopen(&mut state, class, SlabHeads(self.window))
            } else {
                self.reopen(&mut state, class, ChunkHeads(self.window))
            };
            reopened.is_some()
        })
    }

    /// Takes the mark off one member, from which cells may be taken again.
    #[cold]
    pub(super) fn reopen<H: Heads>(
        &self,
        state: &mut ClassState,
        class: usize,
        heads: H,
    ) -> Option<u32> {
        let page = state.ranks.leaving()?;
        let ((order, pages, capacity), used) =
            (extent(class, heads, page), heads.head(page).used());
        self.unmark(state, heads, page, (order, pages));
        state.ranks.link(heads, page, rank_of(used, capacity));
        Some(page)
    }

    fn unmark<H: Heads>(
        &self,
        state: &mut ClassState,
        heads: H,
        page: u32,
        (order, pages): (usize, u32),
    ) {
        state.ranks.unlink(heads, page, LEAVING);
        state.leaving[order] -= 1;
        self.window.set_marks(page, pages, false);
    }

    /// Forgets a marked member of a class that has become empty; its pages are the caller's.
    pub(super) fn close<H: Heads>(
        &self,
        state: &mut ClassState,
        heads: H,
        page: u32,
        (order, pages): (usize, u32),
    ) {
        self.unmark(state, heads, page, (order, pages));
        state.members[order] -= 1;
    }
}
