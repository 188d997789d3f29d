//! Migration: moving one key, whole, to another node, in bounded steps while it is used.
//!
//! `passage` is the way of one value and its entry, a step at each hold of the key's shard; `long` copies a value of one
//! large block between holds; `journey` names the key and finds it again at each step; `stats` counts, and `recent`
//! remembers who was moved of late. They may not know why a key should move, nor who asks
//! for its steps.
//!
//! ```text
//! entry on the source ── step: the entry is on the target ── steps: piece after piece ── a pass that finds nothing: done
//! ```
//! The entry goes first, so that what clients write in between is placed beside it, on the target: writes do not lengthen
//! the way. A value of one block goes together with its entry or not at all. Between two steps the value is whole, whatever
//! lies where, and may be changed, renamed, deleted or moved elsewhere.
//!
//! Invariant: every new byte is on the target before the old one is freed; after a step that found no room, the value is
//! what it was.

mod journey;
mod long;
mod passage;
mod recent;
mod stats;
#[cfg(test)]
mod tests;

pub use journey::Journey;
pub use passage::{Limits, Passage, Progress};
pub use recent::{PastMoves, Recent};
pub use stats::{MigrationStats, MigrationTotals};

use crate::keyspace::{Found, Grip};
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The key is there now; so many bytes were written there.
    Done {
        /// Bytes of pool, cells counted whole.
        bytes: u64,
    },
    /// It was there already.
    Skipped,
    /// The target has no room; what had not moved is where it was.
    Failed,
    /// There is no such key, or no more.
    Missing,
    /// Another move has taken it elsewhere meanwhile.
    Overtaken,
}

/// Moves a key to `node`, an index, in one hold. The grip holds its shard exclusively.
pub fn relocate(grip: &mut Grip<'_>, db: u32, hash: u64, found: Found, node: u32) -> Moved {
    let mut passage = Passage::to(node);
    match passage.step(grip, (db, hash), found, None) {
        Progress::Ended(moved) => moved,
        Progress::More => unreachable!("without limits one step is enough"),
    }
}

/// Whether an entry and all it owns lie on `node`.
pub fn is_on(pool: &Pool, entry: Entry, node: u32) -> bool {
    pool.node_of(entry.address()) == node && value::is_on(entry, pool, node)
}
