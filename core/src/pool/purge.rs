//! Giving memory back to the kernel: all that serves nobody at once, or bit by bit what nobody wanted for a while.
//!
//! Empty slabs and chunks, idle slab pages and dirty runs are kept because the next request is likely to want them. What
//! decays is half of what was left untouched since the last time, so a pool at rest holds next to nothing unused after
//! half a minute, and one that breathes keeps what it breathes.
//! The kernel takes long over it, above all in a virtual machine, where every other CPU has to hear that the pages are gone
//! (up to 80 µs, by `strace -T`). So whoever frees less than a large span does not do it: a store's keeper trims the pool to
//! its budgets, and pages are lent out and taken back under the page lock, which is free in between. Runner-up: whoever
//! exceeds a budget cleans what exceeds it, under the lock; moves did so while they held their shard.
//! This file knows neither threads' magazines nor other nodes.
//!
//! Invariant: what is released is unused memory alone, so `used_bytes` stays.

use super::arena::{Arena, ClassState};
use super::chunk::ChunkHeads;
use super::ranks::Heads;
use super::size_class::{CELL_CLASSES, PAGE_BYTES, SLAB_CLASSES};
use super::slab::SlabHeads;
use super::span::{Lent, Pages};

/// Members looked at under one hold of a class lock to find the empty ones.
const LOOKS: usize = 2048;

impl Arena {
    /// Gives all memory that serves nobody back to the kernel, and answers how many bytes that were.
    pub(super) fn purge(&self) -> u64 {
        for class in 0..CELL_CLASSES {
            self.drop_empty(class, u32::MAX);
        }
        let unused = self.pages.lock().unused();
        self.release_unused(unused)
    }

    /// Gives back a piece of what exceeds the budgets of unused memory; answers the bytes, 0 when nothing does.
    pub(super) fn trim(&self) -> u64 {
        self.release(|pages, released| match released {
            0 => pages.lend_excess(),
            _ => None,
        })
    }

    /// Gives back half of what nobody wanted since this was called last; answers the bytes.
    pub(super) fn decay(&self) -> u64 {
        for class in 0..CELL_CLASSES {
            let empty = self.classes[class].lock().empty;
            self.drop_empty(class, empty.div_ceil(2));
        }
        let unwanted = self.pages.lock().begin_decay();
        self.release_unused(unwanted.div_ceil(2))
    }

    /// Gives back about `most` unused pages; answers the bytes.
    fn release_unused(&self, most: u32) -> u64 {
        self.release(|pages, released| match most.saturating_sub(released) {
            0 => None,
            left => pages.lend(left),
        })
    }

    /// Gives back what `lend` lends, which is told how many pages that were already, until it lends nothing; answers the bytes.
    fn release(&self, lend: impl Fn(&mut Pages, u32) -> Option<Lent>) -> u64 {
        // One at a time: whoever finds nothing has to know that nothing is on its way.
        let _alone = self.releasing();
        let mut released = 0;
        loop {
            let lent = lend(&mut self.pages.lock(), released);
            let Some(lent) = lent else { break };
            lent.release(&self.window);
            self.pages.lock().take_back(lent);
            released += lent.pages();
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
