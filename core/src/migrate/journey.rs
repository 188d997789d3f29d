//! A key's move in steps: the passage of whatever the key leads to at each of them.
//!
//! It may not know what comes between two steps. Invariant: a step holds the key's shard as `mode` says and nothing else.

use super::{Limits, Moved, Passage, Progress};
use crate::keyspace::{Grip, Mode};
use crate::pool::Pool;

/// A key on its way to a node.
pub struct Journey {
    /// Its database.
    pub db: u32,
    /// Its hash.
    pub hash: u64,
    /// Its name.
    pub key: Box<[u8]>,
    passage: Passage,
}

impl Journey {
    /// The move of a key to `node`, an index, that has not begun.
    pub fn new(db: u32, hash: u64, key: Box<[u8]>, node: u32) -> Journey {
        Journey {
            db,
            hash,
            key,
            passage: Passage::to(node),
        }
    }

    /// How the key lies, so far.
    pub const fn passage(&self) -> &Passage {
        &self.passage
    }

    /// How the next step wants the key's shard held.
    pub fn mode(&self, pool: &Pool) -> Mode {
        self.passage.mode(pool)
    }

    /// Goes on for a step. A key that has expired by `now_ms` is missing.
    pub fn step(&mut self, grip: &mut Grip<'_>, now_ms: i64, limits: Option<Limits>) -> Progress {
        let Some(found) = grip.find(self.db, self.hash, &self.key) else {
            return Progress::Ended(Moved::Missing);
        };
        if found.entry.is_expired(now_ms) {
            return Progress::Ended(Moved::Missing);
        }
        self.passage.step(grip, (self.db, self.hash), found, limits)
    }

    /// What is left to be done after a step, once the shard is free again.
    pub fn after_step(&mut self, pool: &Pool) {
        self.passage.after_step(pool);
    }

    /// Gives up a long copy that is under way, so that another can be made; the next step begins it anew. The shard is free.
    pub fn give_way(&mut self, pool: &Pool) {
        self.passage.abandon(pool);
    }

    /// Ends it, whatever it has come to; the shard is free.
    pub fn end(mut self, pool: &Pool) {
        self.passage.abandon(pool);
    }
}
