//! The tree's upper links: branches, which hold for each child its address, how many elements lie below it, and the
//! first of them, whose score is repeated here so that a descent touches no element unless scores are equal.
//!
//! It may not know leaves. Invariant: `len <= BRANCH_MAX`; the first `len` places of all four rows are initialised.

use super::element::Element;
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

/// The most children of one branch.
pub(super) const BRANCH_MAX: usize = 31;

/// A child: a leaf or a branch, which of them the height tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    /// Where it lies.
    pub(super) address: NonNull<u8>,
    /// The first element below it.
    pub(super) first: Element,
    /// Elements below it.
    pub(super) count: u64,
}

#[repr(C)]
struct Rows {
    len: u64,
    scores: [f64; BRANCH_MAX],
    children: [NonNull<u8>; BRANCH_MAX],
    counts: [u64; BRANCH_MAX],
    firsts: [Element; BRANCH_MAX],
}

/// Bytes of a branch.
pub(super) const BRANCH_BYTES: usize = size_of::<Rows>();
const _: () = assert!(BRANCH_BYTES <= 1024);

/// The address of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Branch(NonNull<u8>);

/// Runs an expression for each of the four rows, as an array's first place.
macro_rules! each_row {
    ($branch:expr, |$row:ident| $body:expr) => {{
        let rows = $branch.rows();
        // SAFETY: the fields are places in the live branch; nothing is read.
        let (a, b, c, d) = unsafe {
            (
                (&raw mut (*rows).scores).cast::<f64>(),
                (&raw mut (*rows).children).cast::<NonNull<u8>>(),
                (&raw mut (*rows).counts).cast::<u64>(),
                (&raw mut (*rows).firsts).cast::<Element>(),
            )
        };
        let $row = a;
        $body;
        let $row = b;
        $body;
        let $row = c;
        $body;
        let $row = d;
        $body;
    }};
}

impl Branch {
    /// # Safety
    /// `address` is a live branch, and the caller holds its key's shard.
    #[inline(always)]
    pub(super) const unsafe fn at(address: NonNull<u8>) -> Branch {
        Branch(address)
    }

    /// A branch without children.
    pub(super) fn alloc(space: Space<'_>) -> Result<Branch, Full> {
        let address = space.alloc(BRANCH_BYTES)?;
        // SAFETY: the allocation is fresh and ours; `len` is its first word.
        unsafe { address.cast::<u64>().write(0) };
        Ok(Branch(address))
    }

    /// Gives it back.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    pub(super) unsafe fn free(self, space: Space<'_>) {
        // SAFETY: by contract; every branch has this size.
        unsafe { space.free(self.0, BRANCH_BYTES) }
    }

    #[inline(always)]
    fn rows(self) -> *mut Rows {
        self.0.as_ptr().cast()
    }

    /// Where it lies.
    #[inline(always)]
    pub(super) fn address(self) -> NonNull<u8> {
        self.0
    }

    /// Its children.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        // SAFETY: a branch starts with its length.
        unsafe { (*self.rows()).len as usize }
    }

    #[inline(always)]
    fn set_len(self, len: usize) {
        debug_assert!(len <= BRANCH_MAX);
        // SAFETY: as above; whoever changes a tree holds the shard exclusively.
        unsafe { (*self.rows()).len = len as u64 }
    }

    /// Where the child at `index` lies.
    #[inline(always)]
    pub(super) fn child(self, index: usize) -> NonNull<u8> {
        debug_assert!(index < self.len());
        // SAFETY: the first `len` places are initialised.
        unsafe {
            (&raw const (*self.rows()).children)
                .cast::<NonNull<u8>>()
                .add(index)
                .read()
        }
    }

    /// Leads to another place of the same child.
    pub(super) fn set_child(self, index: usize, address: NonNull<u8>) {
        debug_assert!(index < self.len());
        // SAFETY: as above.
        unsafe {
            (&raw mut (*self.rows()).children)
                .cast::<NonNull<u8>>()
                .add(index)
                .write(address)
        }
    }

    /// The first element below the child at `index`.
    #[inline(always)]
    pub(super) fn first(self, index: usize) -> Element {
        debug_assert!(index < self.len());
        // SAFETY: as above.
        unsafe {
            (&raw const (*self.rows()).firsts)
                .cast::<Element>()
                .add(index)
                .read()
        }
    }

    /// That element's score.
    #[inline(always)]
    pub(super) fn score(self, index: usize) -> f64 {
        debug_assert!(index < self.len());
        // SAFETY: as above.
        unsafe {
            (&raw const (*self.rows()).scores)
                .cast::<f64>()
                .add(index)
                .read()
        }
    }

    /// Names the first element below the child at `index`, or tells that its score changed.
    pub(super) fn set_first(self, index: usize, first: Element) {
        debug_assert!(index < self.len());
        // SAFETY: as above.
        unsafe {
            (&raw mut (*self.rows()).firsts)
                .cast::<Element>()
                .add(index)
                .write(first);
            (&raw mut (*self.rows()).scores)
                .cast::<f64>()
                .add(index)
                .write(first.score());
        }
    }

    /// Elements below each child.
    #[inline(always)]
    pub(super) fn counts<'a>(self) -> &'a [u64] {
        // SAFETY: the first `len` places are initialised; writers keep no such slice over a change.
        unsafe {
            let counts = (&raw const (*self.rows()).counts).cast::<u64>();
            core::slice::from_raw_parts(counts, self.len())
        }
    }

    /// Elements below all children.
    pub(super) fn total(self) -> u64 {
        self.counts().iter().sum()
    }

    /// Counts elements below the child at `index`: more of them, or with a negative number fewer.
    #[inline(always)]
    pub(super) fn count_by(self, index: usize, more: i64) {
        debug_assert!(index < self.len());
        // SAFETY: as above.
        unsafe {
            let count = (&raw mut (*self.rows()).counts).cast::<u64>().add(index);
            count.write(count.read().wrapping_add_signed(more));
        }
    }

    /// Puts a child before the one at `index`; there is room.
    pub(super) fn insert(self, index: usize, child: Child) {
        let len = self.len();
        debug_assert!(index <= len && len < BRANCH_MAX);
        each_row!(self, |row| {
            // SAFETY: `len + 1` places exist in each row, and those moved are initialised.
            unsafe { core::ptr::copy(row.add(index), row.add(index + 1), len - index) }
        });
        self.set_len(len + 1);
        self.set_child(index, child.address);
        self.set_first(index, child.first);
        // SAFETY: the place exists.
        unsafe {
            (&raw mut (*self.rows()).counts)
                .cast::<u64>()
                .add(index)
                .write(child.count)
        }
    }

    /// Takes the child at `index` out.
    pub(super) fn remove(self, index: usize) {
        let len = self.len();
        debug_assert!(index < len);
        each_row!(self, |row| {
            // SAFETY: the first `len` places of each row are initialised.
            unsafe { core::ptr::copy(row.add(index + 1), row.add(index), len - index - 1) }
        });
        self.set_len(len - 1);
    }

    /// Takes the last child out and answers where it lies.
    pub(super) fn pop(self) -> Option<NonNull<u8>> {
        let last = self.len().checked_sub(1)?;
        let child = self.child(last);
        self.set_len(last);
        Some(child)
    }

    /// Moves the children from `index` on behind those of `target`, which has room.
    pub(super) fn move_tail(self, index: usize, target: Branch) {
        let (len, there) = (self.len(), target.len());
        debug_assert!(self != target && there + len - index <= BRANCH_MAX);
        for from in index..len {
            // SAFETY: places within the rows of two allocations; those read are initialised.
            unsafe {
                let (rows, to, at) = (self.rows(), target.rows(), there + from - index);
                (*to).scores[at] = (*rows).scores[from];
                (*to).children[at] = (*rows).children[from];
                (*to).counts[at] = (*rows).counts[from];
                (*to).firsts[at] = (*rows).firsts[from];
            }
        }
        self.set_len(index);
        target.set_len(there + len - index);
    }
}
