//! Stand-in until the foundation lands.
use crate::pool::Pool;
use core::ptr::NonNull;

/// No room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The pool as one value sees it.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// Nodes in the order they are tried.
    pub order: &'a [u32],
}

impl Space<'_> {
    /// Memory for `bytes`.
    pub fn alloc(&self, bytes: usize) -> Result<NonNull<u8>, Full> {
        self.order
            .iter()
            .find_map(|&node| self.pool.alloc(node, bytes))
            .ok_or(Full)
    }

    /// # Safety
    /// As for `Pool::free`.
    pub unsafe fn free(&self, address: NonNull<u8>, bytes: usize) {
        // SAFETY: by contract.
        unsafe { self.pool.free(address, bytes) }
    }
}
