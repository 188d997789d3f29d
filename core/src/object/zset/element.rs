//! An element of a large sorted set: its score and its member, in one allocation of its own.
//!
//! ```text
//! ┌───────────┬─────────┬────────┐
//! │ score f64 │ len u32 │ member │
//! └───────────┴─────────┴────────┘
//! ```
//! It may not know who leads to it. Invariant: `HEADER + len` is what the pool was asked for; a score is a number.

use crate::pool::space::{Full, Space};
use core::cmp::Ordering;
use core::ptr::NonNull;

/// Bytes before the member.
const HEADER: usize = 12;

/// The address of an element. Copying it copies nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Element(NonNull<u8>);

impl Element {
    /// # Safety
    /// `address` is an element made by `alloc` and not yet freed, and the caller holds its key's shard.
    #[inline(always)]
    pub const unsafe fn at(address: NonNull<u8>) -> Element {
        Element(address)
    }

    /// A new element that nothing leads to.
    #[inline]
    pub fn alloc(space: Space<'_>, score: f64, member: &[u8]) -> Result<Element, Full> {
        let address = space.alloc(HEADER + member.len())?;
        // SAFETY: the allocation is fresh, ours, 8-byte aligned, and has room for header and member.
        unsafe {
            address.cast::<f64>().write(score);
            address.byte_add(8).cast::<u32>().write(member.len() as u32);
            let bytes = address.byte_add(HEADER).as_ptr();
            core::ptr::copy_nonoverlapping(member.as_ptr(), bytes, member.len());
        }
        Ok(Element(address))
    }

    /// Where it lies.
    #[inline(always)]
    pub const fn address(self) -> NonNull<u8> {
        self.0
    }

    /// Its score.
    #[inline(always)]
    pub fn score(self) -> f64 {
        // SAFETY: an element starts with its score.
        unsafe { self.0.cast::<f64>().read() }
    }

    /// Changes its score. It must stay in order: see `Tree::change_score`.
    #[inline(always)]
    pub(super) fn set_score(self, score: f64) {
        // SAFETY: as above; whoever changes a sorted set holds its shard exclusively.
        unsafe { self.0.cast::<f64>().write(score) }
    }

    /// Its member.
    #[inline(always)]
    pub fn member<'a>(self) -> &'a [u8] {
        // SAFETY: `len` bytes lie behind the header, written once by `alloc`.
        unsafe {
            let len = self.0.byte_add(8).cast::<u32>().read() as usize;
            core::slice::from_raw_parts(self.0.byte_add(HEADER).as_ptr(), len)
        }
    }

    /// Bytes it asked of the pool.
    #[inline(always)]
    pub fn bytes(self) -> usize {
        HEADER + self.member().len()
    }

    /// How it stands to a score and a member, in the order of sorted sets.
    #[inline(always)]
    pub fn compare(self, score: f64, member: &[u8]) -> Ordering {
        let by_score = self.score().partial_cmp(&score);
        by_score
            .unwrap_or(Ordering::Equal)
            .then_with(|| self.member().cmp(member))
    }

    /// Gives it back.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    #[inline]
    pub unsafe fn free(self, space: Space<'_>) {
        // SAFETY: by contract, and by the module's invariant.
        unsafe { space.free(self.0, self.bytes()) }
    }
}
