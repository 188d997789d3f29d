//! A sorted set to be changed, by whoever holds its key exclusively: what makes changing it safe for others.
//!
//! It may not know keys. Invariant: what was found is used before anything changes; a change that finds no memory changes
//! nothing.

use super::{Limits, SortedSet};
use crate::object::elements::{Hasher, Unlinked, Whole};
use crate::pool::space::{Full, Space};
use core::ops::Range;

/// What is to become of a member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// It stays as it is, there or not.
    Keep,
    /// It has that score afterwards. A number.
    Score(f64),
    /// It is not there afterwards.
    Remove,
}

/// A sorted set, where its pieces go, how far it may grow as a listpack, and how its members are hashed.
pub struct SortedSetMut<'s, H> {
    set: SortedSet,
    space: Space<'s>,
    limits: Limits,
    hasher: H,
}

impl<H: Hasher> Whole for SortedSetMut<'_, H> {
    unsafe fn free_whole(&mut self) {
        // SAFETY: by this function's contract.
        unsafe { self.set.free(self.space.pool) }
    }
}

impl<'s, H: Hasher> SortedSetMut<'s, H> {
    /// # Safety
    /// The owner is held exclusively and keeps `set()` after every call, whatever that answered.
    pub const unsafe fn new(
        set: SortedSet,
        space: Space<'s>,
        limits: Limits,
        hasher: H,
    ) -> SortedSetMut<'s, H> {
        SortedSetMut {
            set,
            space,
            limits,
            hasher,
        }
    }

    /// A sorted set without members, the longest of which will have `longest` bytes, as far as is known.
    pub fn create(
        space: Space<'s>,
        limits: Limits,
        hasher: H,
        longest: usize,
    ) -> Result<Unlinked<SortedSetMut<'s, H>>, Full> {
        let set = SortedSet::create(space, limits, longest)?;
        // SAFETY: nobody else has seen it.
        Ok(unsafe { Unlinked::new(SortedSetMut::new(set, space, limits, hasher)) })
    }

    /// The set as it is now.
    #[inline]
    pub const fn set(&self) -> SortedSet {
        self.set
    }

    /// Does with a member what `decide` says, which is told its score, if it is there.
    #[inline]
    pub fn update(
        &mut self,
        member: &[u8],
        decide: impl FnOnce(Option<f64>) -> Decision,
    ) -> Result<(), Full> {
        let found = self.set.find(self.space.pool, member, self.hasher);
        let before = found.map(|found| found.score);
        // SAFETY: the owner is held and keeps the set (`new`'s contract); nothing has changed since the member was found.
        unsafe {
            match (decide(before), found) {
                (Decision::Score(score), Some(found)) if score != found.score => {
                    self.set.change_score(self.space, found, member, score)
                }
                (Decision::Score(score), None) => {
                    let (space, limits) = (self.space, self.limits);
                    self.set.insert(space, limits, member, score, self.hasher)
                }
                (Decision::Remove, Some(found)) => {
                    self.set.remove(self.space, found);
                    Ok(())
                }
                _ => Ok(()),
            }
        }
    }

    /// Removes a member and answers whether it was there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let mut was_there = false;
        // Removing needs no memory.
        let _removed = self.update(member, |before| {
            was_there = before.is_some();
            Decision::Remove
        });
        was_there
    }

    /// Removes the members of some ranks.
    pub fn remove_ranks(&mut self, ranks: Range<u64>) {
        // SAFETY: the owner is held and keeps the set (`new`'s contract).
        unsafe { self.set.remove_ranks(self.space, ranks, self.hasher) }
    }

    /// Makes it a listpack, if it would fit `limits`: for a set just made, as Redis does with what it stores.
    pub fn pack(&mut self, limits: Limits) {
        // SAFETY: as above.
        unsafe { self.set.pack(self.space, limits) }
    }
}
