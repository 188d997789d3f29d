//! Large sorted sets: a table that finds an element by its member, and a tree that keeps them in order.
//!
//! ```text
//! word ──> ┌───────┬──────┐   slot ──┐
//!          │ Table │ Tree │          ├──> element
//!          └───────┴──────┘   leaf ──┘
//! ```
//! It may not know locks. Invariant: table and tree lead to the same elements; a change that finds no memory changes
//! nothing.

use super::element::Element;
use super::leaf::LEAF_MAX;
use super::tree::{Path, Tree};
use crate::object::elements::{Hasher, SAMPLED, SLOT_WEIGHT, scaled};
use crate::pool::Pool;
use crate::pool::space::{Full, LOOK_BYTES, Space};
use crate::table::segment::{Slot, prefetch};
use crate::table::{self, Position, Table, tag_of};
use core::ptr::NonNull;

#[repr(C)]
struct Root {
    table: Table,
    tree: Tree,
}

const ROOT_BYTES: usize = size_of::<Root>();

/// Steps of a move: the table's parts, then the elements in order, from this rank 0 on, and the tree's leaves with them.
const RANKS_FROM: u64 = 1 << 40;

/// The address of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Large(NonNull<Root>);

/// An element and the slot that leads to it.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) element: Element,
    found: table::Found,
    hash: u64,
}

#[inline(always)]
fn element_of(slot: Slot, pool: &Pool) -> Element {
    // SAFETY: every slot of a sorted set leads to a live element.
    unsafe { Element::at(pool.at(slot.offset())) }
}

#[inline(always)]
fn slot_of(element: Element, tag: u16, pool: &Pool) -> Slot {
    Slot::new(tag, pool.offset_of(element.address()), false)
}

impl Root {
    /// As [`Large::relocate_step`], for what the root leads to.
    fn relocate_step(
        &mut self,
        space: Space<'_>,
        cursor: &mut u64,
        mut budget: usize,
        hash: impl Hasher,
    ) -> Result<bool, Full> {
        if *cursor < RANKS_FROM {
            let mut index = *cursor as usize;
            let more = self.table.relocate_step(space, &mut index, &mut budget);
            *cursor = index as u64;
            if more? {
                return Ok(true);
            }
            *cursor = RANKS_FROM;
        }
        while budget > 0 {
            let rank = *cursor - RANKS_FROM;
            let Some((place, bytes)) = self.tree.relocate_leaf(space, rank)? else {
                return Ok(false);
            };
            budget = budget.saturating_sub(bytes + LOOK_BYTES);
            *cursor += self.relocate_elements(space, &place, &mut budget, hash)?;
        }
        Ok(true)
    }

    /// Moves elements of a leaf, from `place` on; answers how many it has passed by then, at least one. The cache misses
    /// of several overlap: those of the elements themselves, then those of their slots.
    fn relocate_elements(
        &mut self,
        space: Space<'_>,
        place: &Path,
        budget: &mut usize,
        hash: impl Hasher,
    ) -> Result<u64, Full> {
        let stays = |nth| space.holds(place.get(nth).address());
        for nth in (0..place.ahead()).filter(|&nth| !stays(nth)) {
            prefetch(place.get(nth).address().as_ptr());
        }
        let (mut hashes, mut passed) = ([0; LEAF_MAX], 0);
        while passed < place.ahead() && (passed == 0 || *budget > 0) {
            let mut cost = LOOK_BYTES;
            if !stays(passed) {
                let element = place.get(passed);
                hashes[passed] = hash.of(element.member());
                self.table.prefetch(space.pool, hashes[passed]);
                cost = element.bytes();
            }
            *budget = budget.saturating_sub(cost);
            passed += 1;
        }
        for (nth, &hashed) in hashes[..passed].iter().enumerate() {
            if stays(nth) {
                continue;
            }
            let old = place.get(nth);
            let is_it = |slot| element_of(slot, space.pool) == old;
            let found = self.table.find(space.pool, hashed, is_it);
            // SAFETY: the key is held exclusively; slot and leaf lead to the old address until they lead to the copy.
            let new = unsafe { Element::at(space.copy_block(old.address(), old.bytes())?) };
            place.replace(nth, new);
            if let Some(found) = found {
                let slot = slot_of(new, found.slot().tag(), space.pool);
                self.table.replace(found, slot);
            }
            // SAFETY: nothing leads to it any more.
            unsafe { old.free(space) };
        }
        Ok(passed as u64)
    }
}

impl Large {
    pub(super) fn create(space: Space<'_>) -> Result<Large, Full> {
        let root = space.alloc(ROOT_BYTES)?.cast::<Root>();
        // SAFETY: the allocation is fresh, ours and large enough.
        unsafe {
            root.write(Root {
                table: Table::default(),
                tree: Tree::EMPTY,
            });
        }
        Ok(Large(root))
    }

    /// # Safety
    /// `word` is that of a live root, and its key is held: exclusively for what is `unsafe`.
    #[inline(always)]
    pub(super) unsafe fn at(word: u64) -> Large {
        // SAFETY: a root is never at address 0.
        Large(unsafe { NonNull::new_unchecked(word as *mut Root) })
    }

    pub(super) fn word(self) -> u64 {
        self.0.as_ptr() as u64
    }

    #[inline(always)]
    fn table<'a>(self) -> &'a Table {
        // SAFETY: the root is live and its key held.
        unsafe { &(*self.0.as_ptr()).table }
    }

    #[inline(always)]
    pub(super) fn tree<'a>(self) -> &'a Tree {
        // SAFETY: as above.
        unsafe { &(*self.0.as_ptr()).tree }
    }

    /// # Safety
    /// The key is held exclusively and no other reference into the root is alive.
    #[inline(always)]
    unsafe fn root_mut<'a>(self) -> &'a mut Root {
        // SAFETY: by contract.
        unsafe { &mut *self.0.as_ptr() }
    }

    #[inline(always)]
    pub(super) fn len(self) -> u64 {
        self.tree().len()
    }

    #[inline]
    pub(super) fn find(self, pool: &Pool, member: &[u8], hash: impl Hasher) -> Option<Spot> {
        let hash = hash.of(member);
        let is_it = |slot| element_of(slot, pool).member() == member;
        let found = self.table().find(pool, hash, is_it)?;
        Some(Spot {
            element: element_of(found.slot(), pool),
            found,
            hash,
        })
    }

    /// Adds a member that is not there.
    ///
    /// # Safety
    /// The key is held exclusively.
    pub(super) unsafe fn insert(
        self,
        space: Space<'_>,
        member: &[u8],
        score: f64,
        hash: impl Hasher,
    ) -> Result<Element, Full> {
        let element = Element::alloc(space, score, member)?;
        // SAFETY: by contract; what was just allocated is freed when nothing leads to it.
        unsafe {
            self.adopt(space, element, hash)
                .inspect_err(|Full| element.free(space))?;
        }
        Ok(element)
    }

    /// Leads to an element that is not there; when there is no room, nothing leads to it.
    ///
    /// # Safety
    /// The key is held exclusively.
    unsafe fn adopt(
        self,
        space: Space<'_>,
        element: Element,
        hash: impl Hasher,
    ) -> Result<(), Full> {
        let hashed = hash.of(element.member());
        let slot = slot_of(element, tag_of(hashed), space.pool);
        let hash_of = |slot| hash.of(element_of(slot, space.pool).member());
        // SAFETY: by contract.
        let root = unsafe { self.root_mut() };
        let found = root.table.insert(space, hashed, slot, hash_of)?;
        root.tree.insert(space, element).inspect_err(|Full| {
            root.table.remove(space.pool, found, hashed);
        })
    }

    /// Gives a member another score.
    ///
    /// # Safety
    /// The key is held exclusively.
    #[inline]
    pub(super) unsafe fn change_score(
        self,
        space: Space<'_>,
        element: Element,
        score: f64,
    ) -> Result<(), Full> {
        // SAFETY: by contract.
        let root = unsafe { self.root_mut() };
        root.tree.change_score(space, element, score)
    }

    /// Removes a member.
    ///
    /// # Safety
    /// The key is held exclusively and nothing has changed since the spot was found.
    pub(super) unsafe fn remove(self, space: Space<'_>, spot: Spot) {
        // SAFETY: by contract; nothing leads to the element once it is out of both.
        unsafe {
            let root = self.root_mut();
            root.tree.remove(space, spot.element);
            root.table.remove(space.pool, spot.found, spot.hash);
            spot.element.free(space);
        }
    }

    /// Removes the members from one rank on, `count` of them.
    ///
    /// # Safety
    /// The key is held exclusively.
    pub(super) unsafe fn remove_ranks(
        self,
        space: Space<'_>,
        rank: u64,
        count: u64,
        hash: impl Hasher,
    ) {
        // SAFETY: by contract.
        let Root { table, tree } = unsafe { self.root_mut() };
        let mut left = count;
        while left > 0 {
            let removed = tree.remove_run(space, rank, left, |element| {
                let hashed = hash.of(element.member());
                let is_it = |slot| element_of(slot, space.pool) == element;
                if let Some(found) = table.find(space.pool, hashed, is_it) {
                    table.remove(space.pool, found, hashed);
                }
                // SAFETY: its slot is gone, and the tree lets it go without looking at it again.
                unsafe { element.free(space) };
            });
            if removed == 0 {
                return;
            }
            left -= removed;
        }
    }

    pub(super) fn scan(
        self,
        pool: &Pool,
        position: Position,
        lines: &mut usize,
        mut visit: impl FnMut(Element) -> bool,
    ) -> Option<Position> {
        let visit = |slot| visit(element_of(slot, pool));
        self.table().walk(pool, position, lines, visit)
    }

    pub(super) fn visit(self, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
        each(self.0.cast(), ROOT_BYTES);
        self.table().visit(pool, each);
        self.tree().visit(each);
        for slot in self.table().all(pool) {
            let element = element_of(slot, pool);
            each(element.address(), element.bytes());
        }
    }

    /// About the bytes of all allocations: those of the first `SAMPLED` elements, and the others as if they were like them.
    pub(super) fn weigh(self, pool: &Pool) -> usize {
        /// About what an element takes in the tree.
        const LEAF_WEIGHT: usize = 12;
        let (mut count, mut bytes) = (0, 0);
        for slot in self.table().all(pool).take(SAMPLED) {
            count += 1;
            bytes += pool.size_of(element_of(slot, pool).address());
        }
        bytes += (SLOT_WEIGHT + LEAF_WEIGHT) * count;
        pool.size_of(self.0.cast()) + scaled(bytes, count, self.table().len())
    }

    /// # Safety
    /// Nobody else reaches the value, now or later.
    pub(super) unsafe fn free_step(self, pool: &Pool, cursor: &mut u64, budget: usize) -> bool {
        let nodes = [0];
        let space = Space::new(pool, &nodes);
        // SAFETY: by contract.
        let Root { table, tree } = unsafe { self.root_mut() };
        let mut freed = 0;
        while freed < budget {
            // SAFETY: by contract; the table's segments go without looking at elements.
            let elements = unsafe { tree.free_leaf(space) };
            if elements > 0 {
                freed += elements;
                continue;
            }
            let mut index = *cursor as usize;
            let more = table.dismantle_step(pool, &mut index, |_| {});
            *cursor = index as u64;
            freed += 1;
            if !more {
                // SAFETY: the root leads to nothing any more and was asked for with this size.
                unsafe { pool.free(self.0.cast(), ROOT_BYTES) };
                return false;
            }
        }
        true
    }

    /// Moves what is not on the space's first node there, until about `budget` bytes are written; answers where the root
    /// is and whether more is left.
    ///
    /// # Safety
    /// The key is held exclusively, and its entry keeps the word of the root answered.
    pub(super) unsafe fn relocate_step(
        mut self,
        space: Space<'_>,
        cursor: &mut u64,
        mut budget: usize,
        hash: impl Hasher,
    ) -> (Large, Result<bool, Full>) {
        let space = space.strict();
        if !space.holds(self.0.cast()) {
            // SAFETY: the root was asked for with this size, and its old place is not used again.
            match unsafe { space.migrate_block(self.0.cast(), ROOT_BYTES) } {
                Ok(root) => self = Large(root.cast()),
                Err(Full) => return (self, Err(Full)),
            }
            budget = budget.saturating_sub(ROOT_BYTES);
        }
        // SAFETY: by contract.
        let root = unsafe { self.root_mut() };
        (self, root.relocate_step(space, cursor, budget, hash))
    }

    /// A copy of everything in `space`. Nothing is left behind when there is no room.
    pub(super) fn duplicate(self, space: Space<'_>) -> Result<Large, Full> {
        let copy = Large::create(space)?;
        // SAFETY: nobody else has seen the copy.
        let Root { table, tree } = unsafe { copy.root_mut() };
        let copied = self.table().duplicate(
            space,
            |slot| {
                let old = element_of(slot, space.pool);
                let new = Element::alloc(space, old.score(), old.member())?;
                match tree.insert(space, new) {
                    Ok(()) => Ok(slot_of(new, slot.tag(), space.pool)),
                    Err(Full) => {
                        // SAFETY: nothing leads to it.
                        unsafe { new.free(space) };
                        Err(Full)
                    }
                }
            },
            // The tree frees them.
            |_| {},
        );
        match copied {
            Ok(copied) => {
                *table = copied;
                Ok(copy)
            }
            Err(Full) => {
                let mut cursor = 0;
                // SAFETY: nobody else has seen the copy; its tree leads to all elements made.
                while unsafe { copy.free_step(space.pool, &mut cursor, usize::MAX) } {}
                Err(Full)
            }
        }
    }

    pub(super) fn is_valid(self, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
        let (table, tree) = (self.table(), self.tree());
        table.is_valid(pool, |slot| hash.of(element_of(slot, pool).member()))?;
        tree.is_valid()?;
        if table.len() as u64 != tree.len() {
            return Err(format!("{} slots, {} in order", table.len(), tree.len()));
        }
        for slot in table.all(pool) {
            let element = element_of(slot, pool);
            if !tree.leads_to(element) {
                return Err(format!("an element without a place: {}", element.score()));
            }
        }
        Ok(())
    }
}
