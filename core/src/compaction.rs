//! Compaction as the store sees it: who asked for one, whether one runs, and what they have done.
//!
//! It may not know how anything moves: `compactor.rs` runs what is asked for here. Invariants: whoever asks is told once,
//! when the compaction that began after the question is over; counters only rise until CONFIG RESETSTAT.

use crate::client::waiter::{State, Waiter};
use crate::keyspace::compaction::Compacted;
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A compaction that was asked for.
struct Job {
    node: Option<u32>,
    waiter: Arc<Waiter>,
}

/// What the compactor is woken for.
pub enum Call {
    /// These ask for a compaction of the node with that index, or of all.
    Asked(Option<u32>, Vec<Arc<Waiter>>),
    /// Nobody did.
    Time,
    /// The end.
    Stop,
}

/// What compactions of one or more nodes did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Bytes of the slabs and chunks that were to become empty.
    pub marked_bytes: u64,
    /// Bytes of the cells in them.
    pub cell_bytes: u64,
    /// Bytes given back to the kernel.
    pub released_bytes: u64,
    /// Keys and steps.
    pub moved: Compacted,
    /// Microseconds from beginning to end.
    pub micros: u64,
    /// Microseconds of the longest step, in which a shard was held.
    pub longest_micros: u64,
}

impl Outcome {
    /// Adds what another compaction did.
    pub fn add(&mut self, other: &Outcome) {
        self.marked_bytes += other.marked_bytes;
        self.cell_bytes += other.cell_bytes;
        self.released_bytes += other.released_bytes;
        self.moved.add(&other.moved);
        self.micros += other.micros;
        self.longest_micros = self.longest_micros.max(other.longest_micros);
    }
}

/// Requests, and the bell that tells of them.
#[derive(Default)]
pub struct Inbox {
    jobs: Mutex<Vec<Job>>,
    rung: Condvar,
    stopped: AtomicBool,
}

impl Inbox {
    /// Asks for a compaction of one node (an index) or of all, for which `waiter` waits. A client waits for one at a time,
    /// so there are no more requests than clients.
    pub fn ask(&self, node: Option<u32>, waiter: Arc<Waiter>) {
        let mut jobs = locked(&self.jobs);
        jobs.retain(|job| job.waiter.state() == State::Waiting);
        jobs.push(Job { node, waiter });
        self.rung.notify_one();
    }

    /// Ends the compactor's work, also what is under way.
    pub fn stop(&self) {
        let _jobs = locked(&self.jobs);
        self.stopped.store(true, Relaxed);
        self.rung.notify_all();
    }

    /// Whether it is to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    /// Waits for a request, the end, or `pause`.
    pub fn next(&self, pause: Duration) -> Call {
        let until = Instant::now() + pause;
        let mut jobs = locked(&self.jobs);
        loop {
            if self.is_stopped() {
                return Call::Stop;
            }
            if let Some(node) = jobs.first().map(|first| first.node) {
                let all = core::mem::take(&mut *jobs).into_iter();
                let (alike, others) = all.partition(|job| job.node == node);
                *jobs = others;
                let alike: Vec<Job> = alike;
                return Call::Asked(node, alike.into_iter().map(|job| job.waiter).collect());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Call::Time;
            }
            let waited = self.rung.wait_timeout(jobs, left);
            jobs = waited.unwrap_or_else(|e| e.into_inner()).0;
        }
    }
}

/// Everything a store knows of compaction.
#[derive(Default)]
pub struct Compaction {
    /// Requests.
    pub inbox: Arc<Inbox>,
    /// Percent of a core that active defragmentation takes at this moment; 0 when it rests.
    pub running: AtomicU32,
    pieces_moved: AtomicU64,
    pieces_stayed: AtomicU64,
    keys_moved: AtomicU64,
    keys_stayed: AtomicU64,
    released_bytes: AtomicU64,
    runs: AtomicU64,
    micros: AtomicU64,
    longest_micros: AtomicU64,
    began: Mutex<Option<Instant>>,
}

/// `Compaction`'s counters at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactionTotals {
    /// Allocations that moved.
    pub pieces_moved: u64,
    /// Those that were looked at and stayed.
    pub pieces_stayed: u64,
    /// Keys of which something moved.
    pub keys_moved: u64,
    /// Those of which nothing did.
    pub keys_stayed: u64,
    /// Bytes given back to the kernel by compactions.
    pub released_bytes: u64,
    /// Compactions that ended.
    pub runs: u64,
    /// Microseconds they took, the one under way included.
    pub micros: u64,
    /// Microseconds the one under way has taken so far.
    pub current_micros: u64,
    /// Microseconds of the longest hold of a shard.
    pub longest_micros: u64,
}

impl Compaction {
    /// What it stands at.
    pub fn totals(&self) -> CompactionTotals {
        let began = *locked(&self.began);
        let current = began.map_or(0, |began| began.elapsed().as_micros() as u64);
        CompactionTotals {
            pieces_moved: self.pieces_moved.load(Relaxed),
            pieces_stayed: self.pieces_stayed.load(Relaxed),
            keys_moved: self.keys_moved.load(Relaxed),
            keys_stayed: self.keys_stayed.load(Relaxed),
            released_bytes: self.released_bytes.load(Relaxed),
            runs: self.runs.load(Relaxed),
            micros: self.micros.load(Relaxed) + current,
            current_micros: current,
            longest_micros: self.longest_micros.load(Relaxed),
        }
    }

    /// Back to zero.
    pub fn reset(&self) {
        let counters = [
            &self.pieces_moved,
            &self.pieces_stayed,
            &self.keys_moved,
            &self.keys_stayed,
            &self.released_bytes,
            &self.runs,
            &self.micros,
            &self.longest_micros,
        ];
        counters
            .iter()
            .for_each(|counter| counter.store(0, Relaxed));
    }

    /// A compaction begins.
    pub fn begin(&self) {
        *locked(&self.began) = Some(Instant::now());
    }

    /// Counts a step as it ends.
    pub fn count_step(&self, moved: &Compacted, micros: u64) {
        self.pieces_moved.fetch_add(moved.pieces_moved, Relaxed);
        self.pieces_stayed.fetch_add(moved.pieces_stayed, Relaxed);
        self.keys_moved.fetch_add(moved.keys_moved, Relaxed);
        self.keys_stayed.fetch_add(moved.keys_stayed, Relaxed);
        self.longest_micros.fetch_max(micros, Relaxed);
    }

    /// The compaction that began is over.
    pub fn end(&self, outcome: &Outcome) {
        *locked(&self.began) = None;
        self.released_bytes
            .fetch_add(outcome.released_bytes, Relaxed);
        self.runs.fetch_add(1, Relaxed);
        self.micros.fetch_add(outcome.micros, Relaxed);
    }
}
