//! The pool as one value sees it: where its pieces are to lie, and where they may go when there is no room.
//!
//! It may not know what the pieces are. Invariant: `order` names at least one node, the wanted one first; what `migrate_block`
//! answers holds the bytes of what it was given, which is given back.

use crate::pool::{Pool, usable_size};
use core::cell::Cell;
use core::ptr::NonNull;

/// No room on any of the nodes a piece may lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What looking at a piece that stays where it is takes from a budget of bytes.
pub const LOOK_BYTES: usize = 64;

/// What `migrate_block` has moved.
#[derive(Default)]
pub struct Meter {
    /// Allocations.
    pub blocks: Cell<u64>,
    /// Their bytes, cells counted whole.
    pub bytes: Cell<u64>,
}

impl Meter {
    /// Counts an allocation that was asked for with so many bytes.
    pub fn count(&self, bytes: usize) {
        self.blocks.set(self.blocks.get() + 1);
        self.bytes.set(self.bytes.get() + usable_size(bytes) as u64);
    }
}

/// A pool and the nodes to try in it, best first.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    /// The memory.
    pub pool: &'a Pool,
    order: &'a [u32],
    meter: Option<&'a Meter>,
    compaction: Option<&'a Tally>,
}

/// Pieces that a compaction has met.
#[derive(Default)]
pub struct Tally {
    /// Those that went to another place.
    pub moved: Cell<u64>,
    /// Those that lay well.
    pub stayed: Cell<u64>,
}

impl<'a> Space<'a> {
    /// The space that tries `order`, node indexes, from the first on.
    ///
    /// # Panics
    /// When `order` is empty.
    #[inline(always)]
    pub fn new(pool: &'a Pool, order: &'a [u32]) -> Space<'a> {
        assert!(!order.is_empty(), "a space has a node");
        Space {
            pool,
            order,
            meter: None,
            compaction: None,
        }
    }

    /// The space of one node without the slabs and chunks of it that are being evacuated: what lies in one of those is to
    /// move, what lies anywhere else may stay, and nothing is taken from them. No other node is being evacuated.
    pub fn compacting(pool: &'a Pool, node: &'a [u32; 1], tally: &'a Tally) -> Space<'a> {
        Space {
            pool,
            order: node,
            meter: None,
            compaction: Some(tally),
        }
    }

    /// The same, where what is moved is counted.
    pub const fn metered(self, meter: &'a Meter) -> Space<'a> {
        Space {
            meter: Some(meter),
            ..self
        }
    }

    /// The node the pieces should lie on.
    #[inline(always)]
    pub const fn node(self) -> u32 {
        self.order[0]
    }

    /// The same with its first node alone: for what is to be moved there or not at all.
    #[inline(always)]
    pub fn strict(self) -> Space<'a> {
        Space {
            order: &self.order[..1],
            ..self
        }
    }

    /// `bytes` on the first node that has room.
    #[inline]
    pub fn alloc(self, bytes: usize) -> Result<NonNull<u8>, Full> {
        let Some(address) = self.pool.alloc(self.order[0], bytes) else {
            return self.alloc_elsewhere(bytes);
        };
        Ok(address)
    }

    #[cold]
    fn alloc_elsewhere(self, bytes: usize) -> Result<NonNull<u8>, Full> {
        let others = &self.order[1..];
        let found = others.iter().find_map(|&node| self.pool.alloc(node, bytes));
        found.ok_or(Full)
    }

    /// Gives a piece back.
    ///
    /// # Safety
    /// `address` came from this pool for `bytes`, is still allocated, and nobody reaches it any more.
    #[inline]
    pub unsafe fn free(self, address: NonNull<u8>, bytes: usize) {
        // SAFETY: by this function's contract.
        unsafe { self.pool.free(address, bytes) }
    }

    /// Copies one allocation here, to replace it. When there is no room nothing has changed.
    ///
    /// # Safety
    /// `address` came from this pool for `bytes`, all of them are mapped, and its owner is held exclusively.
    #[inline]
    pub unsafe fn copy_block(
        self,
        address: NonNull<u8>,
        bytes: usize,
    ) -> Result<NonNull<u8>, Full> {
        let copy = self.alloc(bytes)?;
        // SAFETY: two allocations of that size.
        unsafe { copy.copy_from_nonoverlapping(address, bytes) };
        if let Some(meter) = self.meter {
            meter.count(bytes);
        }
        Ok(copy)
    }

    /// Moves one allocation here: the copy is complete before the old one is given back, and when there is no room nothing
    /// has changed. Whoever led to the old address leads to the answer from now on.
    ///
    /// # Safety
    /// As for `copy_block`, and nobody follows the old address any more.
    #[inline]
    pub unsafe fn migrate_block(
        self,
        address: NonNull<u8>,
        bytes: usize,
    ) -> Result<NonNull<u8>, Full> {
        // SAFETY: by contract.
        unsafe {
            let copy = self.copy_block(address, bytes)?;
            self.free(address, bytes);
            Ok(copy)
        }
    }

    /// Whether this is for a compaction.
    #[inline]
    pub const fn is_compacting(self) -> bool {
        self.compaction.is_some()
    }

    /// Whether a piece may stay where it is: on the first node, or where nothing is being evacuated.
    #[inline]
    pub fn holds(self, address: NonNull<u8>) -> bool {
        if let Some(tally) = self.compaction {
            let count = match self.pool.is_leaving(address) {
                true => &tally.moved,
                false => &tally.stayed,
            };
            count.set(count.get() + 1);
            return !self.pool.is_leaving(address);
        }
        self.pool.node_of(address) == self.order[0]
    }
}
