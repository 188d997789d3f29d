//! The pool as one value sees it: where its pieces are to lie, and where they may go when there is no room.
//!
//! It may not know what the pieces are. Invariant: `order` names at least one node, the wanted one first.

use crate::pool::Pool;
use core::cell::Cell;
use core::ptr::NonNull;

/// No room on any of the nodes a piece may lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A pool and the nodes to try in it, best first.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    /// The memory.
    pub pool: &'a Pool,
    order: &'a [u32],
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
            compaction: None,
        }
    }

    /// The space of one node without the slabs and chunks of it that are being evacuated: what lies in one of those is to
    /// move, what lies anywhere else may stay, and nothing is taken from them. No other node is being evacuated.
    pub fn compacting(pool: &'a Pool, node: &'a [u32; 1], tally: &'a Tally) -> Space<'a> {
        Space {
            pool,
            order: node,
            compaction: Some(tally),
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
