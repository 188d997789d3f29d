//! Migration: moving one key, whole, to another node.
//!
//! Every new byte is on the target before the slot is swung to it, under the shard's exclusive lock; only then is the old
//! one freed. Any failure before the swing leaves the key as it was. It may not know why a key should move.
//!
//! Invariant: after a move, `node_of` of the entry and of everything it owns is the target; after a failed one, the source.

use crate::keyspace::Grip;
use crate::keyspace::table::Found;
use crate::object::entry::{Body, Entry, EntryDraft};
use crate::object::string::{self, Block};
use crate::pool::Pool;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The key is there now; so many bytes of pool were written.
    Done {
        /// Bytes of the new cells.
        bytes: usize,
    },
    /// It was there already.
    Skipped,
    /// The target has no room; the key is where it was.
    Failed,
}

/// What moves did since the start or NUMAMIGRATE RESET.
#[derive(Default)]
pub struct MigrationStats {
    started: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
    bytes: AtomicU64,
    nanos: AtomicU64,
    running: AtomicU64,
    peak: AtomicU64,
    longest_nanos: AtomicU64,
}

/// `MigrationStats` at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigrationTotals {
    /// Moves asked for.
    pub total: u64,
    /// Moves that were made.
    pub successful: u64,
    /// Moves for which the target had no room.
    pub failed: u64,
    /// Moves of keys that were there already.
    pub skipped: u64,
    /// Bytes of pool written on targets.
    pub bytes: u64,
    /// Microseconds all moves took.
    pub micros: u64,
    /// Moves under way at one time, at most.
    pub peak_concurrent: u64,
    /// Microseconds the longest single hold of a key took.
    pub longest_micros: u64,
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
            longest_micros: self.longest_nanos.load(Relaxed).div_ceil(1000),
        }
    }

    /// Back to zero.
    pub fn reset(&self) {
        let counters = [&self.started, &self.succeeded, &self.failed, &self.skipped];
        counters
            .into_iter()
            .chain([&self.bytes, &self.nanos, &self.peak, &self.longest_nanos])
            .for_each(|counter| counter.store(0, Relaxed));
    }

    /// Moves a key to `node` (an index) and counts it. The grip holds its shard exclusively.
    pub fn migrate(
        &self,
        grip: &mut Grip<'_>,
        db: u32,
        hash: u64,
        found: Found,
        node: u32,
    ) -> Moved {
        self.started.fetch_add(1, Relaxed);
        self.peak
            .fetch_max(self.running.fetch_add(1, Relaxed) + 1, Relaxed);
        let start = Instant::now();
        let moved = relocate(grip, db, hash, found, node);
        let nanos = start.elapsed().as_nanos() as u64;
        self.running.fetch_sub(1, Relaxed);
        match moved {
            Moved::Done { bytes } => {
                self.succeeded.fetch_add(1, Relaxed);
                self.bytes.fetch_add(bytes as u64, Relaxed);
                self.nanos.fetch_add(nanos, Relaxed);
                self.longest_nanos.fetch_max(nanos, Relaxed);
            }
            Moved::Skipped => {
                self.skipped.fetch_add(1, Relaxed);
            }
            Moved::Failed => {
                self.failed.fetch_add(1, Relaxed);
            }
        }
        moved
    }
}

/// Moves a key to `node`.
pub fn relocate(grip: &mut Grip<'_>, db: u32, hash: u64, found: Found, node: u32) -> Moved {
    let pool = grip.pool();
    if is_on(pool, found.entry, node) {
        return Moved::Skipped;
    }
    let Some(entry) = copy_to(pool, found.entry, node) else {
        return Moved::Failed;
    };
    let bytes = entry.footprint(pool);
    grip.replace(db, hash, found, entry);
    // SAFETY: no slot leads to the old entry any more and the shard is held exclusively.
    unsafe { found.entry.free(pool) };
    Moved::Done { bytes }
}

/// Whether an entry and all it owns lie on `node`.
pub fn is_on(pool: &Pool, entry: Entry, node: u32) -> bool {
    pool.node_of(entry.address()) == node
        && string::block_of(entry).is_none_or(|block| pool.node_of(block.address()) == node)
}

/// A copy of an entry with all it owns, on `node` alone; `None` when there is no room, and then nothing is left behind.
fn copy_to(pool: &Pool, entry: Entry, node: u32) -> Option<Entry> {
    let mut draft = EntryDraft::of(entry);
    let block = match string::block_of(entry) {
        // SAFETY: the block is live and its shard is held.
        Some(block) => Some(Block::from_bytes(pool, node, unsafe { block.bytes() })?),
        None => None,
    };
    if let Some(block) = block {
        draft.body = Body::Word(block.word());
    }
    draft.build(pool, node).or_else(|| {
        if let Some(block) = block {
            // SAFETY: nobody but us has seen the block.
            unsafe { block.free(pool) };
        }
        None
    })
}
