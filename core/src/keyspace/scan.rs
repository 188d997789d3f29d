//! SCAN over the order of hashes, and random keys.
//!
//! A cursor is a place in that order (shard, directory prefix, tag), so it means the same however the tables have grown
//! since: a key that is there from the first call to the last is returned, at the price that a segment which split in
//! between may return some keys twice. Cursors stay below 2^53, so that clients that keep them as doubles lose nothing.
//!
//! ```text
//! cursor: 52 … shard … 47 │ 46 … prefix … 21 │ 20 … depth … 16 │ 15 … tag … 0      (0 is the start, and the end)
//! ```

use crate::keyspace::lock::{SHARD_COUNT, ShardSet};
use crate::keyspace::{Keyspace, Mode, entry_of};
use crate::object::entry::Entry;
use crate::table::segment::{LINE_SLOTS, Slot};
use crate::table::{DEPTH_MAX, Position};

const TAG_BITS: u32 = 16;
const DEPTH_BITS: u32 = 5;
const SHARD_SHIFT: u32 = TAG_BITS + DEPTH_BITS + DEPTH_MAX;

const _: () = assert!(1 << DEPTH_BITS > DEPTH_MAX);
const _: () = assert!(SHARD_SHIFT + SHARD_COUNT.trailing_zeros() == 53);

/// Where a scan goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    shard: usize,
    position: Position,
}

impl Cursor {
    /// The cursor a client sent. Numbers that were never handed out lead somewhere harmless, as in Redis.
    pub const fn from_u64(cursor: u64) -> Cursor {
        let position = Position {
            prefix: (cursor >> (TAG_BITS + DEPTH_BITS)) as u32 & ((1 << DEPTH_MAX) - 1),
            depth: (cursor >> TAG_BITS) as u32 & ((1 << DEPTH_BITS) - 1),
            tag: cursor as u16,
        };
        Cursor {
            shard: (cursor >> SHARD_SHIFT) as usize % SHARD_COUNT,
            position,
        }
    }

    /// What the client is told.
    pub const fn to_u64(self) -> u64 {
        (self.shard as u64) << SHARD_SHIFT
            | (self.position.prefix as u64) << (TAG_BITS + DEPTH_BITS)
            | (self.position.depth as u64) << TAG_BITS
            | self.position.tag as u64
    }
}

impl Keyspace {
    /// Visits about `count` keys of database `db` from `cursor` on and answers where to go on; 0 when all are done. Shards
    /// are held one at a time, shared. At most ten times `count` lines are read, so a sparse table cannot stall it.
    pub fn scan(
        &self,
        lane: u32,
        db: u32,
        cursor: u64,
        count: u64,
        mut visit: impl FnMut(Entry),
    ) -> u64 {
        let mut cursor = Cursor::from_u64(cursor);
        let mut wanted = count.max(1);
        let mut lines = usize::try_from(count.saturating_mul(10))
            .unwrap_or(usize::MAX)
            .max(LINE_SLOTS);
        while cursor.shard < SHARD_COUNT {
            let mut shards = ShardSet::default();
            shards.insert(cursor.shard);
            let grip = self.grip(lane, shards, Mode::Shared);
            let next = grip.table(db, cursor.shard).walk(
                &self.pool,
                cursor.position,
                &mut lines,
                |slot: Slot| {
                    visit(entry_of(slot, &self.pool));
                    wanted = wanted.saturating_sub(1);
                    wanted > 0
                },
            );
            match next {
                Some(position) => return Cursor { position, ..cursor }.to_u64(),
                None => {
                    cursor = Cursor {
                        shard: cursor.shard + 1,
                        position: Position::default(),
                    }
                }
            }
            if lines == 0 && cursor.shard < SHARD_COUNT {
                return cursor.to_u64();
            }
        }
        0
    }

    /// Visits every key of `db`, one shard at a time; `visit` answers whether to go on.
    pub fn for_each(&self, lane: u32, db: u32, mut visit: impl FnMut(Entry) -> bool) {
        for shard in 0..SHARD_COUNT {
            let mut shards = ShardSet::default();
            shards.insert(shard);
            let grip = self.grip(lane, shards, Mode::Shared);
            let mut slots = grip.table(db, shard).all(&self.pool);
            if !slots.all(|slot| visit(entry_of(slot, &self.pool))) {
                return;
            }
        }
    }

    /// Visits one key of `db` picked at random; `None` when there is none. Shards are chosen by the number of their keys.
    pub fn random_key<R>(
        &self,
        lane: u32,
        db: u32,
        random: u64,
        visit: impl FnOnce(Entry) -> R,
    ) -> Option<R> {
        let (keys, _) = self.count(db);
        let mut skip = if keys == 0 {
            return None;
        } else {
            (random >> 8) % keys
        };
        for shard in (0..SHARD_COUNT).chain(0..SHARD_COUNT) {
            let mut shards = ShardSet::default();
            shards.insert(shard);
            let grip = self.grip(lane, shards, Mode::Shared);
            let table = grip.table(db, shard);
            if skip < table.len() as u64 {
                return table
                    .random(&self.pool, self.hash(&random.to_le_bytes()))
                    .map(|slot| visit(entry_of(slot, &self.pool)));
            }
            skip -= table.len() as u64;
        }
        None
    }
}
