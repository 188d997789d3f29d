//! Ranks: the partly used slabs (or chunks) of one size class, listed by how full they are.
//!
//! Four doubly linked lists, one per quarter of fullness. Allocation takes from the fullest rank,
//! so that nearly empty members are left alone until they are empty. A full member is in no list.
//! A fifth list holds the members that are being evacuated, however full; nothing is taken from it.
//! Links are page numbers inside the window (0, the control page, ends a list), kept in the
//! [`Head`] that every slab and every chunk descriptor starts with.
//! This file knows no addresses: whoever calls says how to find a member's head.
//!
//! Invariant: a member is linked exactly while `used < capacity`, in the list
//! `rank_of(used, capacity)`, or in [`LEAVING`] while it is being evacuated.

use std::cell::Cell;
use std::sync::atomic::{AtomicU16, Ordering};

/// Lists of one class that cells are taken from.
pub(super) const RANKS: usize = 4;
/// The list of members that are being evacuated.
pub(super) const LEAVING: usize = RANKS;

/// What slabs and chunk descriptors have in common. Guarded by the class lock.
#[repr(C)]
pub(super) struct Head {
    /// Size class of the cells.
    pub(super) class: u8,
    /// Slab: the order of the chunk it lies in. Chunk: its own order.
    pub(super) order: u8,
    /// Cells taken. Atomic only because `Pool::fill` reads it without the lock.
    used: AtomicU16,
    previous: Cell<u32>,
    next: Cell<u32>,
}

const _: () = assert!(size_of::<Head>() == 12);

impl Head {
    /// An unlinked head of an unused member.
    pub(super) fn new(class: usize, order: usize) -> Head {
        Head {
            class: class as u8,
            order: order as u8,
            used: AtomicU16::new(0),
            previous: Cell::new(0),
            next: Cell::new(0),
        }
    }

    /// Cells taken.
    #[inline]
    pub(super) fn used(&self) -> u32 {
        self.used.load(Ordering::Relaxed) as u32
    }

    /// Records the cells taken.
    #[inline]
    pub(super) fn set_used(&self, used: u32) {
        self.used.store(used as u16, Ordering::Relaxed);
    }
}

/// Finds the head of a member by its page.
pub(super) trait Heads: Copy {
    /// The head of the live member at `page`. Links may be touched under the class lock only.
    fn head<'a>(&self, page: u32) -> &'a Head;
}

/// The quarter of fullness, 0 the emptiest.
#[inline]
pub(super) fn rank_of(used: u32, capacity: u32) -> usize {
    let used = used * 4;
    (used >= capacity) as usize + (used >= 2 * capacity) as usize + (used >= 3 * capacity) as usize
}

/// The lists' first members.
#[derive(Default)]
pub(super) struct Ranks {
    first: [u32; RANKS + 1],
}

impl Ranks {
    /// A member of the fullest rank that has any.
    #[inline]
    pub(super) fn fullest(&self) -> Option<u32> {
        let open = &self.first[..RANKS];
        open.iter().rev().copied().find(|&page| page != 0)
    }

    /// Some member that is being evacuated.
    pub(super) fn leaving(&self) -> Option<u32> {
        Some(self.first[LEAVING]).filter(|&page| page != 0)
    }

    /// Up to `limit` members of the emptiest rank that has a member with a taken cell.
    pub(super) fn sparsest<H: Heads>(&self, heads: H, limit: usize) -> Vec<u32> {
        let in_use = |rank| {
            let mut pages = self.members(heads, rank, limit);
            pages.retain(|&page| heads.head(page).used() > 0);
            pages
        };
        let mut ranks = (0..RANKS).map(in_use);
        ranks.find(|pages| !pages.is_empty()).unwrap_or_default()
    }

    /// Puts the member at `page` first in the list of `rank`.
    #[inline]
    pub(super) fn link<H: Heads>(&mut self, heads: H, page: u32, rank: usize) {
        let (head, next) = (heads.head(page), self.first[rank]);
        head.previous.set(0);
        head.next.set(next);
        if next != 0 {
            heads.head(next).previous.set(page);
        }
        self.first[rank] = page;
    }

    /// Takes the member at `page` out of the list of `rank`.
    #[inline]
    pub(super) fn unlink<H: Heads>(&mut self, heads: H, page: u32, rank: usize) {
        let head = heads.head(page);
        let (previous, next) = (head.previous.get(), head.next.get());
        if next != 0 {
            heads.head(next).previous.set(previous);
        }
        if previous != 0 {
            heads.head(previous).next.set(next);
        } else {
            debug_assert_eq!(self.first[rank], page);
            self.first[rank] = next;
        }
    }

    /// Moves a member whose use changed from `before` to `after` cells to where it now belongs.
    #[inline]
    pub(super) fn moved<H: Heads>(
        &mut self,
        heads: H,
        page: u32,
        (before, after): (u32, u32),
        capacity: u32,
    ) {
        let old = (before < capacity).then(|| rank_of(before, capacity));
        let new = (after < capacity).then(|| rank_of(after, capacity));
        if old == new {
            return;
        }
        if let Some(rank) = old {
            self.unlink(heads, page, rank);
        }
        if let Some(rank) = new {
            self.link(heads, page, rank);
        }
    }

    /// The members of `rank`, first to last; at most `limit` of them.
    pub(super) fn members<H: Heads>(&self, heads: H, rank: usize, limit: usize) -> Vec<u32> {
        let mut pages = Vec::new();
        let mut page = self.first[rank];
        while page != 0 && pages.len() < limit {
            pages.push(page);
            page = heads.head(page).next.get();
        }
        pages
    }
}
