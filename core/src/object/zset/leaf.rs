//! The tree's lowest links: leaves, which hold the addresses of elements in order, and know the leaves beside them.
//!
//! ```text
//! ┌──────┬──────┬───────────┬──────────────┬───┬──────────────────────┐
//! │ prev │ next │ count u16 │ capacity u16 │ - │ addresses, 8 B each  │
//! └──────┴──────┴───────────┴──────────────┴───┴──────────────────────┘
//! ```
//! A leaf is as large as it needs: it grows and shrinks a few places at a time, up to 512 bytes. It may not know the
//! branches above. Invariant: `count <= capacity <= LEAF_MAX`; `HEADER + 8 * capacity` is what the pool was asked for.

use super::element::Element;
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

/// The most elements in one leaf.
pub(super) const LEAF_MAX: usize = 61;
/// Places a leaf has to spare when it was made for others than the last: it grows by so many.
const LEAF_SPARE: usize = 5;
/// Bytes before the addresses.
const HEADER: usize = 24;
const _: () = assert!(HEADER + 8 * LEAF_MAX == 512);
const _: () = assert!(size_of::<Option<Leaf>>() == 8 && size_of::<Element>() == 8);

/// The address of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Leaf(NonNull<u8>);

#[repr(C)]
struct Head {
    prev: Option<Leaf>,
    next: Option<Leaf>,
    count: u16,
    capacity: u16,
}

impl Leaf {
    /// # Safety
    /// `address` is a live leaf, and the caller holds its key's shard.
    #[inline(always)]
    pub(super) const unsafe fn at(address: NonNull<u8>) -> Leaf {
        Leaf(address)
    }

    /// The places a leaf of `count` elements gets, with at least one to spare unless it is full.
    #[inline]
    pub(super) fn roomy(count: usize) -> usize {
        (count + LEAF_SPARE).min(LEAF_MAX)
    }

    /// An empty leaf without neighbours.
    pub(super) fn alloc(space: Space<'_>, capacity: usize) -> Result<Leaf, Full> {
        debug_assert!((1..=LEAF_MAX).contains(&capacity));
        let address = space.alloc(HEADER + 8 * capacity)?;
        // SAFETY: the allocation is fresh, ours, and has room for the head.
        unsafe {
            address.cast::<Head>().write(Head {
                prev: None,
                next: None,
                count: 0,
                capacity: capacity as u16,
            });
        }
        Ok(Leaf(address))
    }

    /// Gives it back.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    pub(super) unsafe fn free(self, space: Space<'_>) {
        // SAFETY: by contract, and by the module's invariant.
        unsafe { space.free(self.0, self.bytes()) }
    }

    #[inline(always)]
    fn head<'a>(self) -> &'a mut Head {
        // SAFETY: a leaf starts with its head; references to it live for one expression in this file, and whoever
        // writes holds the shard exclusively.
        unsafe { self.0.cast::<Head>().as_mut() }
    }

    #[inline(always)]
    fn places(self) -> *mut Element {
        // SAFETY: the places follow the head.
        unsafe { self.0.byte_add(HEADER).as_ptr().cast() }
    }

    /// Where it lies.
    #[inline(always)]
    pub(super) fn address(self) -> NonNull<u8> {
        self.0
    }

    /// Bytes it asked of the pool.
    pub(super) fn bytes(self) -> usize {
        HEADER + 8 * self.capacity()
    }

    /// Elements in it.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.head().count as usize
    }

    /// Elements it has room for.
    #[inline(always)]
    pub(super) fn capacity(self) -> usize {
        self.head().capacity as usize
    }

    /// The leaf before it.
    #[inline(always)]
    pub(super) fn prev(self) -> Option<Leaf> {
        self.head().prev
    }

    /// The leaf behind it.
    #[inline(always)]
    pub(super) fn next(self) -> Option<Leaf> {
        self.head().next
    }

    /// Its elements in order.
    #[inline(always)]
    pub(super) fn elements<'a>(self) -> &'a [Element] {
        // SAFETY: the first `count` places are initialised; nobody writes while the shard is held for reading, and
        // writers keep no such slice over a change.
        unsafe { core::slice::from_raw_parts(self.places(), self.count()) }
    }

    /// The element at `index`.
    #[inline(always)]
    pub(super) fn get(self, index: usize) -> Element {
        debug_assert!(index < self.count());
        // SAFETY: the first `count` places are initialised.
        unsafe { self.places().add(index).read() }
    }

    /// Puts another element at `index`, of the same order.
    pub(super) fn set(self, index: usize, element: Element) {
        debug_assert!(index < self.count());
        // SAFETY: as above.
        unsafe { self.places().add(index).write(element) }
    }

    /// Puts an element before the one at `index`; there is room.
    #[inline]
    pub(super) fn insert(self, index: usize, element: Element) {
        let count = self.count();
        debug_assert!(index <= count && count < self.capacity());
        // SAFETY: `count + 1 <= capacity` places exist; those moved are initialised.
        unsafe {
            let place = self.places().add(index);
            core::ptr::copy(place, place.add(1), count - index);
            place.write(element);
        }
        self.head().count += 1;
    }

    /// Takes `n` elements out from `index` on.
    #[inline]
    pub(super) fn remove(self, index: usize, n: usize) {
        let count = self.count();
        debug_assert!(index + n <= count);
        // SAFETY: all places up to `count` are initialised.
        unsafe {
            let place = self.places().add(index);
            core::ptr::copy(place.add(n), place, count - index - n);
        }
        self.head().count -= n as u16;
    }

    /// Copies the elements of `source` from `index` on behind its own; there is room.
    pub(super) fn append(self, source: Leaf, index: usize) {
        let (count, added) = (self.count(), source.count() - index);
        debug_assert!(self != source && count + added <= self.capacity());
        // SAFETY: two allocations, the one with `added` elements behind `index`, the other with room for them.
        unsafe {
            let from = source.places().add(index);
            core::ptr::copy_nonoverlapping(from, self.places().add(count), added);
        }
        self.head().count = (count + added) as u16;
    }

    /// Links two neighbours, or ends the row.
    pub(super) fn link(left: Option<Leaf>, right: Option<Leaf>) {
        if let Some(left) = left {
            left.head().next = right;
        }
        if let Some(right) = right {
            right.head().prev = left;
        }
    }
}
