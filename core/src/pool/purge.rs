//! Giving memory back to the kernel: all that serves nobody at once, or bit by bit what nobody wanted for a while.
//!
//! Empty slabs and chunks, idle slab pages and dirty runs are kept because the next request is likely to want them. What
//! decays is half of what was left untouched since the last time, so a pool at rest holds next to nothing unused after
//! half a minute, and one that breathes keeps what it breathes.
//! Locks are held for a few dozen pages at a time: nobody waits for a purge.
//! This file knows neither threads' magazines nor other nodes.
//!
//! Invariant: what is released is unused memory alone, so `used_bytes` stays.

use super::arena::{Arena, ClassState};
use super::chunk::ChunkHeads;
use super::ranks::Heads;
use super::size_class::{CELL_CLASSES, PAGE_BYTES, SLAB_CLASSES};
use super::slab::SlabHeads;

/// Pages whose memory is given back under one hold of the page lock: 1 MB, some 50 µs.
const PAGES_A_HOLD: u32 = 256;
/// Members looked at under one hold of a class lock to find the empty ones.
const LOOKS: usize = 2048;

impl Arena {
    /// Gives all memory that serves nobody back to the kernel, and answers how many bytes that were.
    pub(super) fn purge(&self) -> u64 {
        for class in 0..CELL_CLASSES {
            self.drop_empty(class, u32::MAX);
        }
        let unused = self.pages.lock().unused();
        self.release(unused)
    }

    /// Gives back half of what nobody wanted since this was called last; answers the bytes.
    pub(super) fn decay(&self) -> u64 {
        for class in 0..CELL_CLASSES {
            let empty = self.classes[class].lock().empty;
            self.drop_empty(class, empty.div_ceil(2));
        }
        let unwanted = self.pages.lock().begin_decay();
        self.release(unwanted.div_ceil(2))
    }

    fn release(&self, pages: u32) -> u64 {
        let mut released = 0;
        while released < pages {
            let left = pages - released;
            match self.pages.lock().release_some(left.min(PAGES_A_HOLD)) {
                0 => break,
                some => released += some,
            }
        }
        released as u64 * PAGE_BYTES as u64
    }

    /// Drops up to `limit` empty members of a class; their pages are unused then.
    fn drop_empty(&self, class: usize, limit: u32) {
        let mut state = self.classes[class].lock();
        if state.empty == 0 || limit == 0 {
            return;
        }
        if class < SLAB_CLASSES {
            for page in empty_members(&state, SlabHeads(self.window), limit) {
                self.drop_slab(&mut state, page);
            }
        } else {
            for page in empty_members(&state, ChunkHeads(self.window), limit) {
                let (page, order) = self.unlink_chunk(&mut state, page);
                self.bury(page, order);
            }
        }
    }
}

fn empty_members<H: Heads>(state: &ClassState, heads: H, limit: u32) -> Vec<u32> {
    let mut pages = state.ranks.members(heads, 0, LOOKS);
    pages.retain(|&page| heads.head(page).used() == 0);
    pages.truncate(limit as usize);
    pages
}
