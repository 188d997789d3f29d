//! The keyspace: databases, cut into shards, each a table of entries in the pool.
//!
//! It may not know commands, replies or sessions, and decides no policy: whether a key that is in the way should be
//! evicted, or moved, is told to it. Whoever touches a key holds a `Grip` on its shard.
//!
//! Invariants: a key lies in the table its hash names, in exactly one shard; a table is only reached through a grip on its
//! shard, and only changed through an exclusive one.

pub mod collections;
pub mod compaction;
pub mod eviction;
pub mod expiry;
pub mod heat;
pub mod list;
pub mod lock;
pub mod scan;
#[cfg(test)]
mod tests;
pub mod update;

use crate::numa::Topology;
use crate::object::entry::Entry;
use crate::object::value;
use crate::placement::Placement;
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use crate::table::segment::{Slot, prefetch};
use crate::table::{self, Table, tag_of};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use lock::{LANE_COUNT_MAX, Locks, SHARD_COUNT, ShardSet};
use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

/// The shard of a hash: bits above the tag, so that tag, shard and directory prefix are independent.
#[inline(always)]
pub const fn shard_of(hash: u64) -> usize {
    (hash >> 16) as usize % SHARD_COUNT
}

/// All keys of one store, and the pool they lie in.
pub struct Keyspace {
    /// The memory under it.
    pub pool: Pool,
    /// The world and the shards.
    pub locks: Locks,
    /// Where new objects go.
    pub placement: Placement,
    secrets: RapidSecrets,
    shards: Box<[Shard]>,
    databases: u32,
}

/// One shard: a table for each database, and their counts for those who hold nothing.
#[repr(align(64))]
struct Shard {
    tables: UnsafeCell<Box<[Table]>>,
    counts: Box<[Counts]>,
}

/// A table's `len` and `deadlines`, copied there after each change.
#[derive(Default)]
struct Counts {
    keys: AtomicU64,
    deadlines: AtomicU64,
}

impl Shard {
    fn new(databases: u32) -> Shard {
        Shard {
            tables: UnsafeCell::new((0..databases).map(|_| Table::default()).collect()),
            counts: (0..databases).map(|_| Counts::default()).collect(),
        }
    }
}

// SAFETY: tables are reached only through a `Grip`, which holds the shard's lock.
unsafe impl Sync for Keyspace {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Keyspace {}

impl Keyspace {
    /// An empty keyspace of `databases` databases whose hashes start from `seed`.
    pub fn new(pool: Pool, topology: &Topology, databases: u32, seed: u64) -> Keyspace {
        Keyspace {
            pool,
            locks: Locks::default(),
            placement: Placement::local_first(topology, LANE_COUNT_MAX),
            secrets: RapidSecrets::seed(seed),
            shards: (0..SHARD_COUNT).map(|_| Shard::new(databases)).collect(),
            databases,
        }
    }

    /// How many databases there are.
    pub const fn databases(&self) -> u32 {
        self.databases
    }

    /// The hash of a key.
    #[inline(always)]
    pub fn hash(&self, key: &[u8]) -> u64 {
        rapidhash_v3_seeded(key, &self.secrets)
    }

    /// Takes `shards` for `lane`, which holds none.
    #[inline]
    pub fn grip(&self, lane: u32, shards: ShardSet, mode: Mode) -> Grip<'_> {
        match mode {
            Mode::Shared => self.locks.lock_shared(lane, shards),
            Mode::Exclusive => self.locks.lock_exclusive(lane, shards),
            Mode::World => {}
            Mode::Lent | Mode::LentShared => unreachable!("only a grip lends"),
        }
        Grip {
            keyspace: self,
            lane,
            shards,
            mode,
            births: None,
        }
    }

    /// Slots the tables of database `db` have room for. Shards are held one at a time, shared; the lane holds none.
    pub fn slots(&self, lane: u32, db: u32) -> usize {
        let slots_of = |shard| {
            let mut shards = ShardSet::default();
            shards.insert(shard);
            let grip = self.grip(lane, shards, Mode::Shared);
            grip.table(db, shard).slots()
        };
        (0..SHARD_COUNT).map(slots_of).sum()
    }

    /// Keys and keys with a deadline in database `db`, a little late.
    pub fn count(&self, db: u32) -> (u64, u64) {
        self.shards
            .iter()
            .map(|shard| &shard.counts[db as usize])
            .fold((0, 0), |(keys, deadlines), counts| {
                (
                    keys + counts.keys.load(Relaxed),
                    deadlines + counts.deadlines.load(Relaxed),
                )
            })
    }
}

/// How shards are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Others may read too.
    Shared,
    /// Nobody else.
    Exclusive,
    /// Nobody else, because the lane holds the whole world exclusively.
    World,
    /// Nobody else: another grip, which outlives this one, holds them exclusively.
    Lent,
    /// Others may read too: another grip, which outlives this one, holds them shared.
    LentShared,
}

/// A key that was added.
#[derive(Debug)]
pub struct Birth {
    /// Its database.
    pub db: u32,
    /// Its name.
    pub key: Box<[u8]>,
}

/// Shards held by one lane; dropping it gives them back.
pub struct Grip<'a> {
    keyspace: &'a Keyspace,
    lane: u32,
    shards: ShardSet,
    mode: Mode,
    births: Option<Vec<Birth>>,
}

impl Drop for Grip<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.mode {
            Mode::Shared => self.keyspace.locks.unlock_shared(self.lane),
            Mode::Exclusive => self.keyspace.locks.unlock_exclusive(self.shards),
            Mode::World | Mode::Lent | Mode::LentShared => {}
        }
    }
}

impl<'a> Grip<'a> {
    /// The seat of the lane that holds it.
    #[inline(always)]
    pub const fn lane(&self) -> u32 {
        self.lane
    }

    /// The keyspace it holds a part of.
    #[inline(always)]
    pub const fn keyspace(&self) -> &'a Keyspace {
        self.keyspace
    }

    /// The pool.
    #[inline(always)]
    pub const fn pool(&self) -> &'a Pool {
        &self.keyspace.pool
    }

    /// Whether keys may be changed through it.
    pub fn is_exclusive(&self) -> bool {
        !matches!(self.mode, Mode::Shared | Mode::LentShared)
    }

    /// Whether somebody waits for what it holds; whoever holds for long may make way.
    pub fn is_waited_for(&self) -> bool {
        self.keyspace.locks.are_waited_for(self.lane, self.shards)
    }

    /// Whether a key of that hash may be changed through it.
    pub fn holds(&self, hash: u64) -> bool {
        let is_in = self.mode == Mode::World || self.shards.contains(shard_of(hash));
        self.is_exclusive() && is_in
    }

    /// The same shards for somebody else, while this grip stands still: dropping it gives nothing back.
    pub fn lend(&mut self) -> Grip<'_> {
        let mode = match self.mode {
            Mode::Shared | Mode::LentShared => Mode::LentShared,
            Mode::Exclusive | Mode::Lent => Mode::Lent,
            Mode::World => Mode::World,
        };
        Grip {
            keyspace: self.keyspace,
            lane: self.lane,
            shards: self.shards,
            mode,
            births: None,
        }
    }

    /// Asks the CPU for what look-ups of these hashes will read: first all their lines, then the entries those name.
    pub fn prefetch(&self, db: u32, hashes: &[u64]) {
        let pool = &self.keyspace.pool;
        for &hash in hashes {
            self.table(db, shard_of(hash)).prefetch(pool, hash);
        }
        for &hash in hashes {
            let table = self.table(db, shard_of(hash));
            if let Some(found) = table.find(pool, hash, |_slot| true) {
                let address = entry_of(found.slot(), pool).address().as_ptr();
                prefetch(address);
                prefetch(address.wrapping_add(64));
            }
        }
    }

    #[inline(always)]
    fn table(&self, db: u32, shard: usize) -> &Table {
        debug_assert!(self.mode == Mode::World || self.shards.contains(shard));
        // SAFETY: the shard is held, so nobody changes its tables.
        unsafe { &(&*self.keyspace.shards[shard].tables.get())[db as usize] }
    }

    /// Changes one table and publishes its counts.
    #[inline(always)]
    fn change<R>(&mut self, db: u32, shard: usize, change: impl FnOnce(&mut Table) -> R) -> R {
        assert!(
            self.is_exclusive(),
            "a shard is changed under an exclusive lock"
        );
        debug_assert!(self.mode == Mode::World || self.shards.contains(shard));
        let shard = &self.keyspace.shards[shard];
        // SAFETY: the shard is held exclusively, and `&mut self` keeps other references away.
        let table = unsafe { &mut (&mut *shard.tables.get())[db as usize] };
        let result = change(table);
        shard.counts[db as usize]
            .keys
            .store(table.len() as u64, Relaxed);
        shard.counts[db as usize]
            .deadlines
            .store(table.deadlines() as u64, Relaxed);
        result
    }

    /// The entry of `key`, expired or not.
    #[inline(always)]
    pub fn find(&self, db: u32, hash: u64, key: &[u8]) -> Option<Found> {
        let pool = self.pool();
        let is_it = |slot| entry_of(slot, pool).key() == key;
        let at = self.table(db, shard_of(hash)).find(pool, hash, is_it)?;
        Some(Found {
            at,
            entry: entry_of(at.slot(), pool),
        })
    }

    /// Adds an entry whose key is not there yet. The table grows on a fast node, or where there is room.
    pub fn insert(&mut self, db: u32, hash: u64, entry: Entry) -> Result<Found, Full> {
        let (keyspace, shard) = (self.keyspace, shard_of(hash));
        let placement = &keyspace.placement;
        let space = Space::new(&keyspace.pool, placement.order(placement.table_node(shard)));
        let slot = slot_of(hash, entry, &keyspace.pool);
        let hash_of = |slot| keyspace.hash(entry_of(slot, &keyspace.pool).key());
        let at = self.change(db, shard, |table| table.insert(space, hash, slot, hash_of))?;
        if let Some(births) = &mut self.births {
            births.push(Birth {
                db,
                key: entry.key().into(),
            });
        }
        Ok(Found { at, entry })
    }

    /// Remembers the keys that are added from now on.
    #[cold]
    pub fn record_births(&mut self) {
        self.births.get_or_insert_default();
    }

    /// The keys added since they were taken last; `None` unless they are recorded.
    #[inline(always)]
    pub fn births(&mut self) -> Option<&mut Vec<Birth>> {
        self.births.as_mut()
    }

    /// Points a key at another entry of the same key; the old one is the caller's.
    #[inline]
    pub fn replace(&mut self, db: u32, hash: u64, found: Found, entry: Entry) {
        let slot = slot_of(hash, entry, self.pool());
        self.change(db, shard_of(hash), |table| table.replace(found.at, slot));
    }

    /// Takes a key out; its entry is the caller's.
    #[inline]
    pub fn remove(&mut self, db: u32, hash: u64, found: Found) -> Entry {
        let pool = self.pool();
        self.change(db, shard_of(hash), |table| {
            table.remove(pool, found.at, hash)
        });
        found.entry
    }

    /// Takes a whole database out, shard by shard; the caller frees it. Needs every shard.
    pub fn take_database(&mut self, db: u32) -> Vec<Table> {
        (0..SHARD_COUNT)
            .map(|shard| self.change(db, shard, core::mem::take))
            .collect()
    }

    /// Exchanges two databases. Needs every shard.
    pub fn swap_databases(&mut self, first: u32, second: u32) {
        for shard in 0..SHARD_COUNT {
            let mut taken = self.change(first, shard, core::mem::take);
            self.change(second, shard, |table| core::mem::swap(table, &mut taken));
            self.change(first, shard, |table| *table = taken);
        }
    }

    /// Re-derives every invariant of the tables held.
    pub fn is_valid(&self) -> Result<(), String> {
        let keyspace = self.keyspace;
        for shard in self.shards {
            for db in 0..keyspace.databases {
                let hash_of = |slot| keyspace.hash(entry_of(slot, self.pool()).key());
                let table = self.table(db, shard);
                table.is_valid(self.pool(), hash_of)?;
                for slot in table.all(self.pool()) {
                    let shape = entry_of(slot, self.pool()).shape();
                    if shard_of(hash_of(slot)) != shard {
                        return Err(format!(
                            "a key lies in shard {shard} that belongs elsewhere"
                        ));
                    }
                    let entry = entry_of(slot, self.pool());
                    let taken = self.pool().size_of(entry.address());
                    if taken != usable_size(shape.entry_bytes()) {
                        return Err(format!("{shape:?} in a cell of {taken} bytes"));
                    }
                    let valid = value::is_valid(entry, self.pool(), keyspace.hasher());
                    valid.map_err(|why| format!("{}: {why}", entry.key().escape_ascii()))?;
                    if slot.has_deadline() != shape.has_deadline() {
                        return Err(format!("{slot:?} does not fit its entry {shape:?}"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Frees a table's entries and the table itself, a segment at each call; `false` when nothing is left.
pub fn free_step(pool: &Pool, table: &mut Table, cursor: &mut usize) -> bool {
    // SAFETY: the table is out of the keyspace, so nobody else reaches its entries.
    table.dismantle_step(pool, cursor, |slot| unsafe {
        entry_of(slot, pool).free(pool)
    })
}

/// A key's slot and entry: good until its table changes.
#[derive(Clone, Copy)]
pub struct Found {
    at: table::Found,
    /// The key's entry.
    pub entry: Entry,
}

/// The slot that leads to `entry`, whose key has `hash`.
#[inline(always)]
fn slot_of(hash: u64, entry: Entry, pool: &Pool) -> Slot {
    let offset = pool.offset_of(entry.address());
    Slot::new(tag_of(hash), offset, entry.shape().has_deadline())
}

/// The entry a slot of a shard's table leads to.
#[inline(always)]
pub fn entry_of(slot: Slot, pool: &Pool) -> Entry {
    // SAFETY: a slot in use leads to a live entry, and the caller holds the shard.
    unsafe { Entry::at(pool.at(slot.offset())) }
}
