//! Compaction: what lies in slabs and chunks that are being evacuated moves to others of the same node, step by step.
//!
//! A walk goes shard by shard, database by database: first the directory and the segments of its table, then its keys in
//! the order of their hashes, so that it goes on in the right place however the table has grown since. It may not know when
//! that is worth while, nor who waits for it.
//!
//! Invariants: a step holds one shard, and ends soon after its time is up; between two steps everything is whole. A walk
//! moves each piece at most once, as what has moved does not lie in a marked place.

use crate::keyspace::lock::{SHARD_COUNT, ShardSet};
use crate::keyspace::{Grip, Keyspace, Mode, entry_of};
use crate::object::entry::{Entry, EntryDraft};
use crate::object::value;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space, Tally};
use crate::table::Position;
use crate::table::segment::{Slot, prefetch};
use std::time::Instant;

/// Bytes a table's part may take between two looks at the clock.
const TABLE_BYTES: usize = 4096;
/// The same for each field of a value that may be walked between two looks, and the bounds of all together.
const FIELD_BYTES: u64 = 4;
const VALUE_BYTES: (u64, u64) = (1024, 16 * 1024);
/// Keys moved between two looks at the clock, at most.
const MOVED_KEYS: u64 = 32;
/// Keys looked at between two looks at the clock, at most: some 2 µs.
const BATCH: usize = 128;
/// Slots one home line can have.
const LINE_REACH: usize = 48;

/// What of the table of a database is moving.
#[derive(Clone, Copy)]
enum Part {
    /// Directory and segments are.
    Table,
    /// Keys and their values are.
    Keys,
}

/// Where a walk goes on.
pub struct Walk {
    value_bytes: usize,
    shard: usize,
    db: u32,
    part: Part,
    segment: usize,
    position: Position,
    /// Keys of the batch at `position` that are done.
    done: usize,
    /// The hash of a key whose value is under way, and how far that is.
    value: Option<(u64, u64)>,
}

/// What a walk did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Keys of which something moved.
    pub keys_moved: u64,
    /// Keys that stayed.
    pub keys_stayed: u64,
    /// Allocations that moved, those of tables included.
    pub pieces_moved: u64,
    /// Allocations that were looked at and stayed.
    pub pieces_stayed: u64,
    /// Steps.
    pub steps: u64,
}

impl Compacted {
    /// Adds what another walk did.
    pub fn add(&mut self, other: &Compacted) {
        self.keys_moved += other.keys_moved;
        self.keys_stayed += other.keys_stayed;
        self.pieces_moved += other.pieces_moved;
        self.pieces_stayed += other.pieces_stayed;
        self.steps += other.steps;
    }
}

impl Walk {
    /// A walk from the beginning that looks at about `fields` fields of a value in one go.
    pub fn new(fields: u64) -> Walk {
        let bytes = fields.saturating_mul(FIELD_BYTES);
        Walk {
            value_bytes: bytes.clamp(VALUE_BYTES.0, VALUE_BYTES.1) as usize,
            shard: 0,
            db: 0,
            part: Part::Table,
            segment: 0,
            position: Position::default(),
            done: 0,
            value: None,
        }
    }

    /// Goes on at the beginning of another table.
    fn turn_to(&mut self, shard: usize, db: u32) {
        *self = Walk {
            value_bytes: self.value_bytes,
            shard,
            db,
            ..Walk::new(0)
        };
    }

    /// How far the value of the key with this hash is.
    fn cursor_of(&self, hash: impl FnOnce() -> u64) -> u64 {
        self.value
            .filter(|&(of, _)| of == hash())
            .map_or(0, |(_, cursor)| cursor)
    }
}

impl Keyspace {
    /// Goes on with `walk` over what lies on `node` (an index) until `until`; `false` when it is complete. The lane holds
    /// the world shared, and no shard.
    pub fn compact_step(
        &self,
        lane: u32,
        node: u32,
        walk: &mut Walk,
        until: Instant,
        total: &mut Compacted,
    ) -> Result<bool, Full> {
        let node = [node];
        let tally = Tally::default();
        let space = Space::compacting(&self.pool, &node, &tally);
        let mut shards = ShardSet::default();
        shards.insert(walk.shard);
        let mut grip = self.grip(lane, shards, Mode::Exclusive);
        let is_done = grip.compact_shard(space, walk, until, total);
        total.steps += 1;
        total.pieces_moved += tally.moved.get();
        total.pieces_stayed += tally.stayed.get();
        if is_done? {
            walk.turn_to(walk.shard + 1, 0);
        }
        Ok(walk.shard < SHARD_COUNT)
    }
}

impl Grip<'_> {
    /// Goes on with one shard; `false` when time is up before it is done.
    fn compact_shard(
        &mut self,
        space: Space<'_>,
        walk: &mut Walk,
        until: Instant,
        total: &mut Compacted,
    ) -> Result<bool, Full> {
        while walk.db < self.keyspace().databases {
            if !self.compact_database(space, walk, until, total)? {
                return Ok(false);
            }
            walk.turn_to(walk.shard, walk.db + 1);
        }
        Ok(true)
    }

    /// Goes on with one table; `false` when time is up before it is done.
    fn compact_database(
        &mut self,
        space: Space<'_>,
        walk: &mut Walk,
        until: Instant,
        total: &mut Compacted,
    ) -> Result<bool, Full> {
        let (db, shard) = (walk.db, walk.shard);
        if self.table(db, shard).slots() == 0 {
            return Ok(true);
        }
        if let Part::Table = walk.part {
            let step = |grip: &mut Self, segment: &mut usize| {
                let mut budget = TABLE_BYTES;
                grip.change(db, shard, |table| {
                    table.relocate_step(space, segment, &mut budget)
                })
            };
            while step(self, &mut walk.segment)? {
                if Instant::now() >= until {
                    return Ok(false);
                }
            }
            walk.part = Part::Keys;
        }
        self.compact_keys(space, walk, until, total)
    }

    fn compact_keys(
        &mut self,
        space: Space<'_>,
        walk: &mut Walk,
        until: Instant,
        total: &mut Compacted,
    ) -> Result<bool, Full> {
        loop {
            let mut slots = [Slot::default(); BATCH];
            let mut count = 0;
            let gather = |slot| {
                slots[count] = slot;
                count += 1;
                prefetch(space.pool.at(slot.offset()).as_ptr());
                count < BATCH - LINE_REACH
            };
            let (mut lines, table) = (BATCH, self.table(walk.db, walk.shard));
            let next = table.walk(space.pool, walk.position, &mut lines, gather);
            for (index, &slot) in slots[..count].iter().enumerate().skip(walk.done) {
                let is_done = self.compact_key(space, slot, walk, until, total)?;
                if !is_done {
                    walk.done = index;
                    return Ok(false);
                }
            }
            walk.done = 0;
            match next {
                Some(position) => walk.position = position,
                None => return Ok(true),
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
    }

    /// Moves what of one key lies in marked places; `false` when time is up before all of it has.
    fn compact_key(
        &mut self,
        space: Space<'_>,
        slot: Slot,
        walk: &mut Walk,
        until: Instant,
        total: &mut Compacted,
    ) -> Result<bool, Full> {
        let entry = entry_of(slot, space.pool);
        let hash = || self.keyspace().hash(entry.key());
        if entry.shape().has_word() && entry.encoding() != Encoding::Int {
            let mut cursor = walk.cursor_of(hash);
            walk.value = None;
            let (bytes, hasher) = (walk.value_bytes, self.keyspace().hasher());
            // SAFETY: the shard is held exclusively.
            while unsafe { value::relocate_step(entry, space, &mut cursor, bytes, hasher) }? {
                if Instant::now() >= until {
                    walk.value = Some((hash(), cursor));
                    return Ok(false);
                }
            }
        }
        if space.holds(entry.address()) {
            total.keys_stayed += 1;
            return Ok(true);
        }
        let hash = hash();
        self.compact_entry(space, walk.db, hash, entry)?;
        total.keys_moved += 1;
        Ok(total.keys_moved % MOVED_KEYS != 0 || Instant::now() < until)
    }

    /// Puts a copy of the entry in its place; what it owns goes over to the copy.
    fn compact_entry(
        &mut self,
        space: Space<'_>,
        db: u32,
        hash: u64,
        entry: Entry,
    ) -> Result<(), Full> {
        let Some(found) = self.find(db, hash, entry.key()) else {
            debug_assert!(false, "a slot's key is not found");
            return Ok(());
        };
        let copy = EntryDraft::of(entry).build(space.pool, space.node());
        self.replace(db, hash, found, copy.ok_or(Full)?);
        // SAFETY: no slot leads to the old entry any more, and the shard is held exclusively.
        unsafe { entry.free_shell(space.pool) };
        Ok(())
    }
}
