//! Counters. A leaf that everyone may import.
//!
//! Invariant: a `Counter` has one writer, its lane, so that counting is a plain load and store and never a locked
//! instruction; anyone may read it, a little late.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that one lane counts and everyone reads.
#[derive(Default, Debug)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `count`. Only the owner calls this.
    #[inline(always)]
    pub fn add(&self, count: u64) {
        self.0
            .store(self.0.load(Relaxed).wrapping_add(count), Relaxed);
    }

    /// Raises it to `value` if that is more. Only the owner calls this.
    #[inline(always)]
    pub fn raise(&self, value: u64) {
        if value > self.0.load(Relaxed) {
            self.0.store(value, Relaxed);
        }
    }

    /// What it stands at.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Back to zero.
    pub fn reset(&self) {
        self.0.store(0, Relaxed);
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What one lane counts. INFO shows the sum over all lanes.
        #[derive(Default, Debug)]
        pub struct LaneCounters { $($(#[$doc])* pub $name: Counter),* }

        /// A sum of `LaneCounters`.
        #[derive(Default, Debug, Clone)]
        pub struct Totals { $($(#[$doc])* pub $name: u64),* }

        impl LaneCounters {
            /// Adds what it stands at to `totals`.
            pub fn add_to(&self, totals: &mut Totals) {
                $(totals.$name += self.$name.get();)*
            }
            /// Back to zero (CONFIG RESETSTAT).
            pub fn reset(&self) {
                $(self.$name.reset();)*
            }
        }
    };
}

counters! {
    /// Look-ups that found their key.
    keyspace_hits,
    /// Look-ups that did not.
    keyspace_misses,
    /// Keys that expired, lazily or actively.
    expired_keys,
    /// Keys let go to keep within `maxmemory`.
    evicted_keys,
    /// Attempts to make room that ended before there was enough.
    evictions_cut_short,
    /// Changes to the keyspace since the start.
    changes,
    /// Commands executed.
    commands,
    /// Error replies sent.
    error_replies,
    /// Unexpected errors: protocol errors.
    protocol_errors,
    /// Sessions opened.
    connections_received,
    /// Sessions refused because of `maxclients`.
    connections_rejected,
    /// Bytes read from sockets.
    input_bytes,
    /// Bytes of replies.
    output_bytes,
    /// Reads of sockets: calls of execute that brought bytes.
    reads,
    /// Calls across the boundary on the data path.
    boundary_calls,
    /// Replies that did not fit the caller's buffer and came in several calls.
    mores,
    /// Commands handed to the server.
    hand_offs,
    /// Times a caller was told to try again.
    retries,
    /// Look-ups whose entry lay on the accessor's node.
    local_accesses,
    /// Look-ups whose entry lay elsewhere.
    remote_accesses,
}
