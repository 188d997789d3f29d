//! Hashes, sets and sorted sets under a grip: what makes changing them safe.
//!
//! It may not know commands. Invariant: an entry keeps its value's word and encoding as they are after each change, whether
//! or not that found room; a value that finds no entry is freed.

use crate::keyspace::update::Target;
use crate::keyspace::{Found, Grip, Keyspace};
use crate::object::elements::{Hasher, Unlinked};
use crate::object::entry::Entry;
use crate::object::hash::{Hash, HashMut, Limits};
use crate::object::set::{Set, SetMut};
use crate::object::string::StringValue;
use crate::object::zset::change::SortedSetMut;
use crate::object::zset::{self, SortedSet};
use crate::pool::prefix::{Encoding, ObjectType};
use crate::pool::space::{Full, Space};
use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

/// The keyspace's hash function, as the layouts of values take it.
#[derive(Clone, Copy)]
pub struct KeyHasher<'a>(&'a RapidSecrets);

impl Hasher for KeyHasher<'_> {
    #[inline(always)]
    fn of(self, bytes: &[u8]) -> u64 {
        rapidhash_v3_seeded(bytes, self.0)
    }
}

impl Keyspace {
    /// The hash function of fields and members.
    #[inline(always)]
    pub const fn hasher(&self) -> KeyHasher<'_> {
        KeyHasher(&self.secrets)
    }
}

/// A hash that is being changed.
pub type ChangedHash<'a> = HashMut<'a, KeyHasher<'a>>;
/// A set that is being changed.
pub type ChangedSet<'a> = SetMut<'a, KeyHasher<'a>>;
/// A sorted set that is being changed.
pub type ChangedSortedSet<'a> = SortedSetMut<'a, KeyHasher<'a>>;

impl<'a> Grip<'a> {
    /// Lets `change` have the hash of an entry that holds one.
    pub fn change_hash<R>(
        &mut self,
        entry: Entry,
        limits: Limits,
        change: impl FnOnce(&mut ChangedHash<'a>) -> R,
    ) -> R {
        let (space, hasher) = (self.space_of(entry), self.keyspace().hasher());
        // SAFETY: the shard is held exclusively, and the entry keeps the hash as it is below.
        let mut hash = unsafe { HashMut::new(Hash::of(entry), space, limits, hasher) };
        let answer = change(&mut hash);
        let Hash { encoding, word, .. } = hash.value();
        keep(entry, encoding, word);
        answer
    }

    /// Adds a key that is not there, with a hash that `fill` has filled. When there is no room nothing has changed.
    pub fn create_hash<R>(
        &mut self,
        target: Target<'_>,
        limits: Limits,
        fill: impl FnOnce(&mut ChangedHash<'a>) -> Result<R, Full>,
    ) -> Result<R, Full> {
        let space = self.space_for_new(target.node, ObjectType::Hash);
        let mut hash = HashMut::create(space, limits, self.keyspace().hasher())?;
        let answer = fill(&mut hash)?;
        let Hash { encoding, word, .. } = hash.value();
        self.create(target, ObjectType::Hash, encoding, word)?;
        hash.hand_over();
        Ok(answer)
    }

    /// Lets `change` have the set of an entry that holds one. `limit` is how many members an intset may have.
    pub fn change_set<R>(
        &mut self,
        entry: Entry,
        limit: u64,
        change: impl FnOnce(&mut ChangedSet<'a>) -> R,
    ) -> R {
        let (space, hasher) = (self.space_of(entry), self.keyspace().hasher());
        // SAFETY: the shard is held exclusively, and the entry keeps the set as it is below.
        let mut set = unsafe { SetMut::new(Set::of(entry), space, limit, hasher) };
        let answer = change(&mut set);
        let Set { encoding, word, .. } = set.value();
        keep(entry, encoding, word);
        answer
    }

    /// A hash without fields that no key has yet, made for `accessor`, a node.
    pub fn new_hash(
        &self,
        accessor: u32,
        limits: Limits,
    ) -> Result<Unlinked<ChangedHash<'a>>, Full> {
        HashMut::create(
            self.space_for_new(accessor, ObjectType::Hash),
            limits,
            self.keyspace().hasher(),
        )
    }

    /// A set that no key has yet, made for `accessor`, a node; `first` is to become a member.
    pub fn new_set(
        &self,
        accessor: u32,
        limit: u64,
        first: StringValue<'_>,
    ) -> Result<Unlinked<ChangedSet<'a>>, Full> {
        SetMut::create(
            self.space_for_new(accessor, ObjectType::Set),
            limit,
            self.keyspace().hasher(),
            first,
        )
    }

    /// Adds a key that is not there, which has `set` from now on. When there is no room nothing has changed.
    pub fn link_set(
        &mut self,
        target: Target<'_>,
        set: Unlinked<ChangedSet<'a>>,
    ) -> Result<Found, Full> {
        let Set { encoding, word, .. } = set.value();
        let found = self.create(target, ObjectType::Set, encoding, word)?;
        set.hand_over();
        Ok(found)
    }

    /// Makes `set` the value of `target`, without a deadline, whatever was there: the entry answered, which is the caller's
    /// now. When there is no room nothing has changed.
    pub fn overwrite_with_set(
        &mut self,
        target: Target<'_>,
        set: Unlinked<ChangedSet<'a>>,
    ) -> Result<Option<Entry>, Full> {
        let Set { encoding, word, .. } = set.value();
        let pool = self.pool();
        let entry = self.stage(target, ObjectType::Set, encoding, word, None)?;
        let before = self
            .exchange(target, entry)
            // SAFETY: the shell was never reachable.
            .inspect_err(|Full| unsafe { entry.free_shell(pool) })?;
        set.hand_over();
        Ok(before)
    }

    /// Lets `change` have the sorted set of an entry that holds one.
    #[inline]
    pub fn change_sorted_set<R>(
        &mut self,
        entry: Entry,
        limits: zset::Limits,
        change: impl FnOnce(&mut ChangedSortedSet<'a>) -> R,
    ) -> R {
        let (space, hasher) = (self.space_of(entry), self.keyspace().hasher());
        // SAFETY: the shard is held exclusively, and the entry keeps the set as it is below.
        let mut set = unsafe { SortedSetMut::new(SortedSet::of(entry), space, limits, hasher) };
        let answer = change(&mut set);
        let SortedSet { encoding, word } = set.set();
        keep(entry, encoding, word);
        answer
    }

    /// A sorted set that no key has yet, made for `accessor`, a node; its longest member will have `longest` bytes, as far as is known.
    pub fn new_sorted_set(
        &self,
        accessor: u32,
        limits: zset::Limits,
        longest: usize,
    ) -> Result<Unlinked<ChangedSortedSet<'a>>, Full> {
        let hasher = self.keyspace().hasher();
        let space = self.space_for_new(accessor, ObjectType::SortedSet);
        SortedSetMut::create(space, limits, hasher, longest)
    }

    /// Makes `set` the value of `target`, without a deadline, whatever was there: the entry answered, which is the caller's
    /// now. When there is no room nothing has changed.
    pub fn put_sorted_set(
        &mut self,
        target: Target<'_>,
        set: Unlinked<ChangedSortedSet<'a>>,
    ) -> Result<Option<Entry>, Full> {
        let SortedSet { encoding, word } = set.set();
        let before = self.put(target, ObjectType::SortedSet, encoding, word)?;
        set.hand_over();
        Ok(before)
    }

    fn space_of(&self, entry: Entry) -> Space<'a> {
        assert!(
            self.is_exclusive(),
            "a value is changed under an exclusive lock"
        );
        self.space_near(self.pool().node_of(entry.address()))
    }
}

/// The entry's value is now in that encoding at `word`. The shard is held exclusively.
fn keep(entry: Entry, encoding: Encoding, word: u64) {
    // SAFETY: such values always lie outside their entry, so it has a word; the shard is held exclusively.
    unsafe {
        entry.set_word(word);
        if entry.encoding() != encoding {
            entry.set_encoding(encoding);
        }
    }
}
