//! Active expiry: finding keys whose deadline has passed without anybody asking for them.
//!
//! The deadline bit in a slot makes this a walk over slots, eight keys a cache line, that touches only entries that can
//! expire; a table without deadlines is not walked at all. It may not know what else happens when a key expires: it hands
//! each key to its caller while the shard is held.
//!
//! Invariant: a step holds one shard, reads at most its budget of lines and removes at most `STEP_KEYS` keys.

use crate::keyspace::lock::ShardSet;
use crate::keyspace::{Keyspace, Mode, entry_of};
use crate::object::entry::Entry;
use crate::table::Position;
use crate::table::segment::{Slot, prefetch};

/// Keys one step removes at most.
pub const STEP_KEYS: usize = 128;

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Where the next one goes on; `None` when the table is done.
    pub next: Option<Position>,
    /// Keys removed.
    pub expired: usize,
    /// Keys with a deadline that were looked at.
    pub checked: usize,
}

impl Keyspace {
    /// Removes keys of database `db` in `shard` that have expired at `now_ms`, from `position` on, reading about `lines`
    /// lines. Each is handed to `on_expired` under the lock, before it is freed.
    pub fn expire_step(
        &self,
        lane: u32,
        (db, shard): (u32, usize),
        position: Position,
        lines: usize,
        now_ms: i64,
        mut on_expired: impl FnMut(Entry),
    ) -> Step {
        let mut shards = ShardSet::default();
        shards.insert(shard);
        let mut grip = self.grip(lane, shards, Mode::Exclusive);
        let mut step = Step::default();
        let mut due: [Option<Entry>; STEP_KEYS] = [None; STEP_KEYS];
        let mut budget = lines;
        let table = grip.table(db, shard);
        if table.deadlines() > 0 {
            let mut visit = |slot: Slot| {
                if slot.has_deadline() {
                    let entry = entry_of(slot, &self.pool);
                    step.checked += 1;
                    if entry.is_expired(now_ms) && step.expired < STEP_KEYS {
                        due[step.expired] = Some(entry);
                        step.expired += 1;
                    }
                }
                step.expired < STEP_KEYS
            };
            step.next = table.walk(&self.pool, position, &mut budget, &mut visit);
        }
        for entry in due.into_iter().flatten() {
            prefetch(entry.address().as_ptr());
            let hash = self.hash(entry.key());
            if let Some(found) = grip.find(db, hash, entry.key()) {
                on_expired(entry);
                // SAFETY: the entry is out of the table and the shard is held exclusively.
                unsafe { grip.remove(db, hash, found).free(&self.pool) };
            }
        }
        step
    }
}
