//! What moves did, counted.
//!
//! It may not know how a move is made. Invariant: `total == successful + skipped + failed + those under way`.

use super::recent::Recent;
use super::{Moved, Passage, Progress};
use crate::keyspace::{Found, Grip};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What moves did since the start or NUMAMIGRATE RESET.
pub struct MigrationStats {
    started: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
    bytes: AtomicU64,
    nanos: AtomicU64,
    running: AtomicU64,
    peak: AtomicU64,
    steps: AtomicU64,
    longest_nanos: AtomicU64,
    long_steps: AtomicU64,
    ping_pongs: AtomicU64,
    blocks: AtomicU64,
    block_bytes: AtomicU64,
    /// The moves of late.
    pub recent: Recent,
}

impl Default for MigrationStats {
    fn default() -> MigrationStats {
        let zero = AtomicU64::default;
        MigrationStats {
            started: zero(),
            succeeded: zero(),
            failed: zero(),
            skipped: zero(),
            bytes: zero(),
            nanos: zero(),
            running: zero(),
            peak: zero(),
            steps: zero(),
            longest_nanos: zero(),
            long_steps: zero(),
            ping_pongs: zero(),
            blocks: zero(),
            block_bytes: zero(),
            recent: Recent::default(),
        }
    }
}

/// `MigrationStats` at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigrationTotals {
    /// Moves begun.
    pub total: u64,
    /// Moves that were made.
    pub successful: u64,
    /// Moves for which the target had no room, or that were given up.
    pub failed: u64,
    /// Moves of keys that were there already, or not at all.
    pub skipped: u64,
    /// Bytes of pool written on targets by moves that were made, cells counted whole.
    pub bytes: u64,
    /// Microseconds shards were held by moves.
    pub micros: u64,
    /// Moves under way at one time, at most.
    pub peak_concurrent: u64,
    /// Holds of a shard by moves.
    pub steps: u64,
    /// Microseconds of the longest of them.
    pub longest_micros: u64,
    /// Those that took more than half again as long as a step may: they did more at once than they should, or were stopped.
    pub long_steps: u64,
    /// Moves back to a node that was left less than a minute before.
    pub ping_pongs: u64,
    /// Allocations that were moved, by moves of any outcome.
    pub blocks: u64,
    /// Their bytes.
    pub block_bytes: u64,
}

impl MigrationStats {
    /// What it stands at.
    pub fn totals(&self) -> MigrationTotals {
        MigrationTotals {
            total: self.started.load(Relaxed),
            successful: self.succeeded.load(Relaxed),
            failed: self.failed.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            micros: self.nanos.load(Relaxed) / 1000,
            peak_concurrent: self.peak.load(Relaxed),
            steps: self.steps.load(Relaxed),
            longest_micros: self.longest_nanos.load(Relaxed).div_ceil(1000),
            long_steps: self.long_steps.load(Relaxed),
            ping_pongs: self.ping_pongs.load(Relaxed),
            blocks: self.blocks.load(Relaxed),
            block_bytes: self.block_bytes.load(Relaxed),
        }
    }

    /// Back to zero; moves under way count what they do from now on.
    pub fn reset(&self) {
        let counters = [
            &self.started,
            &self.succeeded,
            &self.failed,
            &self.skipped,
            &self.bytes,
            &self.nanos,
            &self.steps,
            &self.longest_nanos,
            &self.long_steps,
            &self.ping_pongs,
            &self.blocks,
            &self.block_bytes,
        ];
        counters
            .into_iter()
            .for_each(|counter| counter.store(0, Relaxed));
        let running = self.running.load(Relaxed);
        self.peak.store(running, Relaxed);
        self.started.store(running, Relaxed);
    }

    /// A move begins.
    pub fn begin(&self) {
        self.started.fetch_add(1, Relaxed);
        let running = self.running.fetch_add(1, Relaxed) + 1;
        self.peak.fetch_max(running, Relaxed);
    }

    /// A shard was held for so long by a move, where it may be for about `time`, if that is bounded.
    pub fn step(&self, held: Duration, time: Option<Duration>) {
        let nanos = held.as_nanos() as u64;
        self.steps.fetch_add(1, Relaxed);
        self.nanos.fetch_add(nanos, Relaxed);
        self.longest_nanos.fetch_max(nanos, Relaxed);
        if time.is_some_and(|time| held > time * 3 / 2) {
            self.long_steps.fetch_add(1, Relaxed);
        }
    }

    /// A move of a key of `hash` is over, at second `clock` of the store's time.
    pub fn end(&self, moved: Moved, hash: u64, passage: &Passage, clock: u32) {
        self.running.fetch_sub(1, Relaxed);
        let (blocks, bytes) = passage.written();
        self.blocks.fetch_add(blocks, Relaxed);
        self.block_bytes.fetch_add(bytes, Relaxed);
        let outcome = match moved {
            Moved::Done { bytes } => {
                self.bytes.fetch_add(bytes, Relaxed);
                if let Some(source) = passage.source().filter(|it| *it != passage.node())
                    && self.recent.note(hash, source, passage.node(), clock)
                {
                    self.ping_pongs.fetch_add(1, Relaxed);
                }
                &self.succeeded
            }
            Moved::Skipped | Moved::Missing => &self.skipped,
            Moved::Failed | Moved::Overtaken => &self.failed,
        };
        outcome.fetch_add(1, Relaxed);
    }

    /// Moves a key to `node` (an index) in one hold and counts it. The grip holds its shard exclusively.
    pub fn migrate(
        &self,
        grip: &mut Grip<'_>,
        (db, hash): (u32, u64),
        found: Found,
        node: u32,
        clock: u32,
    ) -> Moved {
        self.begin();
        let (start, mut passage) = (Instant::now(), Passage::to(node));
        let progress = passage.step(grip, (db, hash), found, None);
        let Progress::Ended(moved) = progress else {
            unreachable!("without limits one step is enough");
        };
        self.step(start.elapsed(), None);
        self.end(moved, hash, &passage, clock);
        moved
    }
}
