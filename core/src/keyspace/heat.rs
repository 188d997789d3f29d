//! Looking at single keys without using them: by name, or by a hash that somebody remembered.
//!
//! Invariant: a look holds one shard, shared, and counts as no use.

use crate::keyspace::lock::ShardSet;
use crate::keyspace::{Keyspace, Mode, entry_of, shard_of};
use crate::object::entry::Entry;

impl Keyspace {
    /// Visits the entry of `key` in database `db`, if it is there; expired ones too. The lane holds nothing but the world.
    pub fn look<R>(
        &self,
        lane: u32,
        db: u32,
        key: &[u8],
        visit: impl FnOnce(Entry) -> R,
    ) -> Option<R> {
        self.look_for(lane, db, self.hash(key), |entry| entry.key() == key, visit)
    }

    /// The same for the key that has this hash. A hash of 64 bits names one key for all practical purposes; if two have it,
    /// either is visited.
    pub fn look_by_hash<R>(
        &self,
        lane: u32,
        db: u32,
        hash: u64,
        visit: impl FnOnce(Entry) -> R,
    ) -> Option<R> {
        let is_it = |entry: Entry| self.hash(entry.key()) == hash;
        self.look_for(lane, db, hash, is_it, visit)
    }

    fn look_for<R>(
        &self,
        lane: u32,
        db: u32,
        hash: u64,
        is_it: impl Fn(Entry) -> bool,
        visit: impl FnOnce(Entry) -> R,
    ) -> Option<R> {
        if db >= self.databases() {
            return None;
        }
        let mut shards = ShardSet::default();
        shards.insert(shard_of(hash));
        let grip = self.grip(lane, shards, Mode::Shared);
        let table = grip.table(db, shard_of(hash));
        let found = table.find(&self.pool, hash, |slot| is_it(entry_of(slot, &self.pool)))?;
        Some(visit(entry_of(found.slot(), &self.pool)))
    }
}
