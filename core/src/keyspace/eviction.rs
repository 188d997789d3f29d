//! Samples for eviction: a few keys from a random place, so that the caller can let the least useful one go.
//!
//! It may not know by what a key is judged. Invariants: a sample holds one shard, shared, and reads at most
//! `SAMPLE_LINES_MAX` lines.

use crate::keyspace::lock::{SHARD_COUNT, ShardSet};
use crate::keyspace::{Keyspace, Mode, entry_of};
use crate::object::entry::Entry;
use crate::table::segment::Slot;
use crate::table::{DEPTH_MAX, Position};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Mutex;

/// Lines one sample reads at most, eight slots each: where keys with a deadline are rare, a sample may come back empty.
const SAMPLE_LINES_MAX: usize = 4096;

/// Candidates remembered from sample to sample (Redis' EVPOOL_SIZE).
const CANDIDATES_MAX: usize = 16;

/// A key that might go.
pub struct Candidate {
    /// Its database.
    pub db: u32,
    /// Its bytes.
    pub key: Vec<u8>,
    score: u64,
}

/// The best of many samples. Invariant: at most `CANDIDATES_MAX`, in rising order of their scores, no key twice.
#[derive(Default)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    /// Remembers a key if it is better than one that is remembered, or there is room. The higher its score, the sooner it
    /// goes.
    pub fn offer(&mut self, db: u32, key: &[u8], score: u64) {
        let known = self.0.iter().position(|one| one.db == db && one.key == key);
        if let Some(known) = known {
            self.0.remove(known);
        } else if self.0.len() == CANDIDATES_MAX {
            if self.0[0].score >= score {
                return;
            }
            self.0.remove(0);
        }
        let at = self.0.partition_point(|one| one.score < score);
        let key = key.to_vec();
        self.0.insert(at, Candidate { db, key, score });
    }

    /// Takes the best one out.
    pub fn pop(&mut self) -> Option<Candidate> {
        self.0.pop()
    }
}

/// What a store remembers between evictions.
#[derive(Default)]
pub struct Eviction {
    /// What is to go next.
    pub candidates: Mutex<Candidates>,
    /// The database the next random key comes from.
    pub next_db: AtomicU64,
}

/// Which keys may be sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All.
    AllKeys,
    /// Those with a deadline.
    Volatile,
}

impl Keyspace {
    /// Visits up to `count` keys of database `db` from a place that `random` picks, shards weighted by their keys; answers
    /// how many. The lane holds nothing but the world.
    pub fn sample(
        &self,
        lane: u32,
        db: u32,
        among: Among,
        count: usize,
        random: u64,
        mut visit: impl FnMut(Entry),
    ) -> usize {
        let Some(shard) = self.shard_to_sample(db, among, random) else {
            return 0;
        };
        let mut shards = ShardSet::default();
        shards.insert(shard);
        let grip = self.grip(lane, shards, Mode::Shared);
        let (mut visited, mut lines) = (0, SAMPLE_LINES_MAX);
        let mut look = |slot: Slot| {
            if visited < count && (among == Among::AllKeys || slot.has_deadline()) {
                visited += 1;
                visit(entry_of(slot, &self.pool));
            }
            visited < count
        };
        let start = Position {
            prefix: (random >> 16) as u32 & ((1 << DEPTH_MAX) - 1),
            depth: 0,
            tag: random as u16,
        };
        let table = grip.table(db, shard);
        if table
            .walk(&self.pool, start, &mut lines, &mut look)
            .is_none()
            && lines > 0
        {
            table.walk(&self.pool, Position::default(), &mut lines, &mut look);
        }
        visited
    }

    /// A shard of `db` picked by the number of keys that may be sampled; `None` when there is none.
    fn shard_to_sample(&self, db: u32, among: Among, random: u64) -> Option<usize> {
        let keys_of = |shard: usize| {
            let counts = &self.shards[shard].counts[db as usize];
            match among {
                Among::AllKeys => counts.keys.load(Relaxed),
                Among::Volatile => counts.deadlines.load(Relaxed),
            }
        };
        let total: u64 = (0..SHARD_COUNT).map(keys_of).sum();
        let mut skip = (random >> 32).checked_rem(total)?;
        (0..SHARD_COUNT).find(|&shard| {
            let keys = keys_of(shard);
            let here = skip < keys;
            skip = skip.saturating_sub(keys);
            here
        })
    }
}
