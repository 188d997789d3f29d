//! Migration: moving one key, whole, to another node.
//!
//! Every new byte is on the target before the slot is swung to it, under the shard's exclusive lock; only then is the old
//! one freed. Any failure before the swing leaves the key as it was. It may not know why a key should move.
//!
//! Invariant: after a move, `node_of` of the entry and of everything it owns is the target; after a failed one, the source.

use crate::keyspace::{Found, Grip};
use crate::object::block::Block;
use crate::object::entry::{Body, Entry, EntryDraft};
use crate::object::value;
use crate::pool::Pool;
use crate::pool::space::{Full, Space};
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

/// Moves a key to `node`: a value of one piece together with its entry or not at all, one of many pieces piece by piece.
pub fn relocate(grip: &mut Grip<'_>, db: u32, hash: u64, found: Found, node: u32) -> Moved {
    let (pool, entry) = (grip.pool(), found.entry);
    if is_on(pool, entry, node) {
        return Moved::Skipped;
    }
    let on_node = [node];
    let space = Space::new(pool, &on_node);
    let copied = match Block::owner_of(entry) {
        Some(block) => copy_with_block(space, entry, block),
        None => copy_after_value(space, entry),
    };
    let Ok(copy) = copied else {
        return Moved::Failed;
    };
    let bytes = copy.footprint(pool);
    grip.replace(db, hash, found, copy);
    // SAFETY: no slot leads to the old entry any more and the shard is held exclusively; a value of many pieces belongs to
    // the copy, a block was copied.
    unsafe {
        if let Some(block) = Block::owner_of(entry) {
            block.free(pool);
        }
        entry.free_shell(pool);
    }
    Moved::Done { bytes }
}

/// Whether an entry and all it owns lie on `node`.
pub fn is_on(pool: &Pool, entry: Entry, node: u32) -> bool {
    pool.node_of(entry.address()) == node && value::is_on(entry, pool, node)
}

/// A copy of an entry and of its block; nothing is left behind when there is no room.
fn copy_with_block(space: Space<'_>, entry: Entry, block: Block) -> Result<Entry, Full> {
    // SAFETY: the block is live and its shard is held.
    let block = Block::from_bytes(space, unsafe { block.bytes() })?;
    let draft = EntryDraft {
        body: Body::Word(block.word()),
        ..EntryDraft::of(entry)
    };
    draft
        .build(space.pool, space.node())
        .ok_or(Full)
        .inspect_err(|Full| {
            // SAFETY: nobody but us has seen the block.
            unsafe { block.free(space.pool) }
        })
}

/// Moves an entry's value, piece by piece, then answers a copy of the entry that leads to it.
fn copy_after_value(space: Space<'_>, entry: Entry) -> Result<Entry, Full> {
    let mut cursor = 0;
    // SAFETY: the shard is held exclusively.
    while unsafe { value::relocate_step(entry, space, &mut cursor, usize::MAX) }? {}
    EntryDraft::of(entry)
        .build(space.pool, space.node())
        .ok_or(Full)
}
