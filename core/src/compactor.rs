//! The compactor: one thread per store that moves what lies thinly together, when it is asked to (NUMA COMPACT) or when
//! `activedefrag` finds too much waste, and gives the rest back to the kernel.
//!
//! It may not know commands, nor how a value lies in memory. Invariants: it holds one shard at a time, for about
//! `STEP_TIME`; of a core's time it takes no more than the share it was given; whatever it has marked is settled when it
//! ends, however it ends.

#[cfg(test)]
mod tests;

use crate::client::waiter::{State, Waiter};
use crate::clock;
use crate::compaction::{Call, Inbox, Outcome};
use crate::keyspace::compaction::{Compacted, Walk};
use crate::lane::Lane;
use crate::pool::space::Full;
use crate::resp::{Reply, spill::Spill};
use crate::settings::Settings;
use crate::store::Store;
use crate::threads::Background;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// The longest that a step goes on before it looks for its end.
const STEP_TIME: Duration = Duration::from_micros(150);
/// Percent of a core for a compaction that somebody waits for.
const ASKED_SHARE: u32 = 50;
/// Time between two looks at how much is wasted.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Looks that are left out after a compaction that gave back little of what it marked.
const FUTILE_LOOKS: u32 = 10;
/// Debt of rest from which it is worth while to sleep.
const REST_MIN: Duration = Duration::from_millis(1);
/// How long cells that other threads have at hand are waited for at the end.
const TEND_TIME: Duration = Duration::from_millis(50);

/// The compactor's handle: dropping it stops the thread and waits for it.
pub struct Compactor {
    inbox: Arc<Inbox>,
    thread: Background,
}

impl Compactor {
    /// Starts the compactor of `store`, or says why not.
    pub fn start(store: &Arc<Store>) -> Result<Compactor, String> {
        let inbox = store.compaction.inbox.clone();
        let lane = store
            .open_lane(None, "compactor", None)
            .ok_or("no lane is free for the compactor")?;
        let calls = inbox.clone();
        let run = move |weak: &Weak<Store>| serve(weak, &lane, &calls);
        let thread = Background::start(store, "compact", run)?;
        Ok(Compactor { inbox, thread })
    }
}

impl Drop for Compactor {
    fn drop(&mut self) {
        self.inbox.stop();
        self.thread.join();
    }
}

fn serve(weak: &Weak<Store>, lane: &Lane, inbox: &Inbox) {
    let mut left_out = 0;
    loop {
        let call = inbox.next(LOOK_PAUSE);
        let Some(store) = weak.upgrade() else { return };
        match call {
            Call::Stop => return,
            Call::Asked(node, waiters) => fulfil(&store, lane, node, &waiters),
            Call::Time if left_out > 0 => left_out -= 1,
            Call::Time => {
                if let Some(share) = wanted_share(&store) {
                    let outcome = defragment(&store, lane, share);
                    if outcome.released_bytes < outcome.marked_bytes / 8 {
                        left_out = FUTILE_LOOKS;
                    }
                }
            }
        }
    }
}

/// Runs what somebody waits for, and tells them.
fn fulfil(store: &Store, lane: &Lane, node: Option<u32>, waiters: &[Arc<Waiter>]) {
    let mut outcome = Outcome::default();
    for index in 0..store.topology.nodes.len() as u32 {
        if node.is_none_or(|wanted| wanted == index) {
            outcome.add(&compact(store, lane, index, ASKED_SHARE));
        }
    }
    for waiter in waiters {
        if store.interest.claim(waiter) {
            waiter.put_reply(answer(waiter, &outcome));
            store.interest.finish(waiter, State::Served);
        }
    }
}

fn answer(waiter: &Waiter, outcome: &Outcome) -> Vec<u8> {
    let mut spill = Spill::new();
    let mut reply = Reply::new(&mut [], &mut spill, waiter.protocol);
    let fields = [
        ("released_bytes", outcome.released_bytes),
        ("marked_bytes", outcome.marked_bytes),
        ("moved_cell_bytes", outcome.cell_bytes),
        ("moved_pieces", outcome.moved.pieces_moved),
        ("moved_keys", outcome.moved.keys_moved),
        ("steps", outcome.moved.steps),
        ("longest_step_usec", outcome.longest_micros),
        ("usec", outcome.micros),
    ];
    reply.map(fields.len());
    for (name, value) in fields {
        reply.bulk(name.as_bytes());
        reply.int(value as i64);
    }
    spill.as_slice().to_vec()
}

/// Percent of a core that active defragmentation may take for what is wasted now; `None` when it should rest.
fn wanted_share(store: &Store) -> Option<u32> {
    let settings = &store.settings;
    if !settings.activedefrag.load(Relaxed) {
        return None;
    }
    let pool = &store.keyspace.pool;
    share_of(settings, pool.used_bytes(), pool.active_bytes())
}

/// The same for `active` bytes held to keep `used` bytes: between the least and the most that are configured, as the waste
/// lies between the lower and the upper threshold.
fn share_of(settings: &Settings, used: u64, active: u64) -> Option<u32> {
    let waste = active.saturating_sub(used);
    let percent = waste as f64 * 100.0 / used.max(1) as f64;
    let lower = settings.active_defrag_threshold_lower.load(Relaxed) as f64;
    let upper = settings.active_defrag_threshold_upper.load(Relaxed) as f64;
    let is_small = waste < settings.active_defrag_ignore_bytes.load(Relaxed);
    if is_small || percent < lower {
        return None;
    }
    let least = settings.active_defrag_cycle_min.load(Relaxed) as f64;
    let most = settings.active_defrag_cycle_max.load(Relaxed) as f64;
    let part = ((percent - lower) / (upper - lower).max(1.0)).min(1.0);
    Some((least + part * (most - least)).clamp(1.0, 99.0) as u32)
}

fn defragment(store: &Store, lane: &Lane, share: u32) -> Outcome {
    let mut outcome = Outcome::default();
    store.compaction.running.store(share, Relaxed);
    for node in 0..store.topology.nodes.len() as u32 {
        outcome.add(&compact(store, lane, node, share));
    }
    store.compaction.running.store(0, Relaxed);
    outcome
}

/// Empties what lies thinly on `node` and gives it back. Takes `share` percent of a core.
fn compact(store: &Store, lane: &Lane, node: u32, share: u32) -> Outcome {
    let (start, pool) = (Instant::now(), &store.keyspace.pool);
    let released = pool.released_bytes();
    store.compaction.begin();
    let marked = pool.evacuate(node);
    let mut outcome = Outcome {
        marked_bytes: marked.bytes,
        cell_bytes: marked.cell_bytes,
        ..Outcome::default()
    };
    if marked.bytes > 0 {
        store.lanes().iter().for_each(|lane| lane.stir());
        // A full node ends it: what has moved has moved.
        let _ended_early = walk(store, lane, node, share, &mut outcome);
        wait_for_magazines(store, node);
    }
    pool.settle(node);
    pool.purge();
    outcome.released_bytes = pool.released_bytes() - released;
    outcome.micros = start.elapsed().as_micros() as u64;
    store.compaction.end(&outcome);
    outcome
}

fn walk(
    store: &Store,
    lane: &Lane,
    node: u32,
    share: u32,
    outcome: &mut Outcome,
) -> Result<(), Full> {
    let fields = &store.settings.active_defrag_max_scan_fields;
    let (keyspace, mut walk) = (&store.keyspace, Walk::new(fields.load(Relaxed)));
    let mut rest = Duration::ZERO;
    loop {
        if store.compaction.inbox.is_stopped() {
            return Ok(());
        }
        if !keyspace.locks.enter_world(lane.seat) {
            continue;
        }
        // What counts is CPU time: on a busy machine most of a step may be waiting for a turn.
        let (start, cpu, mut moved) = (Instant::now(), clock::thread_cpu(), Compacted::default());
        let step = keyspace.compact_step(lane.seat, node, &mut walk, start + STEP_TIME, &mut moved);
        keyspace.locks.leave_world(lane.seat);
        let micros = start.elapsed().as_micros() as u64;
        store.compaction.count_step(&moved, micros);
        outcome.moved.add(&moved);
        outcome.longest_micros = outcome.longest_micros.max(micros);
        if !step? {
            return Ok(());
        }
        rest += (clock::thread_cpu() - cpu) * (100 - share) / share;
        if rest >= REST_MIN {
            std::thread::sleep(rest);
            rest = Duration::ZERO;
        }
    }
}

/// Waits a little for cells that other threads have at hand: their lanes were told, and return them when they rest.
fn wait_for_magazines(store: &Store, node: u32) {
    let (start, pool) = (Instant::now(), &store.keyspace.pool);
    while pool.leaving_bytes(node) > 0 && start.elapsed() < TEND_TIME {
        std::thread::sleep(Duration::from_millis(2));
    }
}
