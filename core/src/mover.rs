//! The mover: one thread a store that takes migration jobs and moves their keys, a bounded step at a time.
//!
//! A step holds one shard for `numa-migrate-step-usec` at most and is followed by a pause, so that whoever waits for the
//! shard gets it and the mover's share of a core stays bounded. Jobs that a client waits for go first; the others are paced
//! by a token bucket. It may not know commands or replies. Invariant: between two steps it holds nothing, so it can be
//! stopped, or a job cancelled, at any of them; every key is then whole, wherever its pieces lie.

mod bucket;
#[cfg(test)]
mod tests;

use crate::clock::use_clock;
use crate::glob::matches;
use crate::jobs::{Job, Jobs, Next, Task, Wants};
use crate::keyspace::lock::ShardSet;
use crate::keyspace::shard_of;
use crate::lane::Lane;
use crate::migrate::{Journey, Limits, Moved, Progress};
use crate::pool::Pool;
use crate::store::Store;
use crate::threads::{Background, pin_background};
use bucket::Bucket;
use core::sync::atomic::Ordering::Relaxed;
use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Keys taken from a scan at a time.
const SCAN_KEYS: u64 = 64;
/// The mover looks at least so often whether its store is still there.
const NAP: Duration = Duration::from_secs(1);
/// While the world is held it tries again after so long.
const WORLD_PAUSE: Duration = Duration::from_micros(200);
/// The shortest pause after steps.
const PAUSE_MIN: Duration = Duration::from_micros(20);

/// The mover's handle: dropping it stops the thread and waits for it.
pub struct Mover {
    store: Weak<Store>,
    thread: Background,
}

impl Mover {
    /// Starts the mover of `store`, or says why not.
    pub fn start(store: &Arc<Store>) -> Result<Mover, String> {
        let lane = store
            .open_lane(None, "mover", None)
            .ok_or("no lane is free for the mover")?;
        let run = move |weak: &Weak<Store>| watch(weak, &lane);
        let thread = Background::start(store, "mover", run)?;
        store.jobs.serve();
        Ok(Mover {
            store: Arc::downgrade(store),
            thread,
        })
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        if let Some(store) = self.store.upgrade() {
            store.jobs.stop();
        }
        self.thread.join();
    }
}

fn watch(weak: &Weak<Store>, lane: &Lane) {
    let (mut desk, mut pinned) = (Desk::default(), None);
    // Pauses are as short as steps: the kernel's usual 50 µs more would double them.
    // SAFETY: the call takes a number and keeps nothing.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1000u64) };
    loop {
        let Some(store) = weak.upgrade() else { return };
        let pause = desk.pause_before_next(&store);
        match store.jobs.next(desk.wants(), pause) {
            Next::Stop => return desk.clear(&store),
            Next::Job(job) => desk.take(job),
            Next::Nothing => {}
        }
        if let Some(node) = desk.node()
            && pinned != Some(node)
            && store.topology.nodes.len() > 1
        {
            pin_background(&store, "mover", Some(node));
            pinned = Some(node);
        }
        desk.work(&store, lane);
    }
}

/// A job that was begun.
struct Active {
    job: Arc<Job>,
    /// Keys whose move has not begun, with database and node.
    keys: VecDeque<(u32, Box<[u8]>, u32)>,
    /// Where the scan for more goes on; `None` when there are no more.
    scan: Option<u64>,
    journey: Option<Journey>,
}

impl Active {
    fn new(job: Arc<Job>) -> Active {
        job.run();
        let node = job.target.map_or(0, |target| target.node);
        let (keys, scan) = match &job.task {
            Task::Keys(db, keys) => {
                let keys = keys.iter().map(|key| (*db, key.clone(), node));
                (keys.collect(), None)
            }
            Task::Moves(moves) => (moves.iter().cloned().collect(), None),
            Task::Pattern(..) | Task::Database(_) => (VecDeque::new(), Some(0)),
        };
        Active {
            job,
            keys,
            scan,
            journey: None,
        }
    }

    /// The node it moves to now.
    fn node(&self) -> Option<u32> {
        let journey = self.journey.as_ref();
        let node = journey.map(|journey| journey.passage().node());
        node.or(self.job.target.map(|target| target.node))
    }

    /// Sets out with the next key; `false` when there is none. The world is held.
    fn set_out(&mut self, store: &Store, lane: &Lane) -> bool {
        let db = self.job.task.db().unwrap_or(0);
        let node = self.job.target.map_or(0, |target| target.node);
        while self.keys.is_empty() {
            let Some(cursor) = self.scan else {
                return false;
            };
            let keys = &mut self.keys;
            let task = &self.job.task;
            let next = store
                .keyspace
                .scan(lane.seat, db, cursor, SCAN_KEYS, |entry| {
                    let is_meant = match task {
                        Task::Pattern(_, pattern) => matches(pattern, entry.key(), false),
                        _ => true,
                    };
                    if is_meant {
                        keys.push_back((db, entry.key().into(), node));
                    }
                });
            self.scan = (next != 0).then_some(next);
        }
        if let Some((db, key, node)) = self.keys.pop_front() {
            let hash = store.keyspace.hash(&key);
            self.journey = Some(Journey::new(db, hash, key, node));
            store.migrations.begin();
        }
        true
    }

    /// Ends the journey under way.
    fn arrive(&mut self, store: &Store, moved: Moved) -> u64 {
        let Some(journey) = self.journey.take() else {
            return 0;
        };
        let clock = use_clock(store.clock.now_ms());
        let (_, bytes) = journey.passage().written();
        store
            .migrations
            .end(moved, journey.hash, journey.passage(), clock);
        journey.end(&store.keyspace.pool);
        self.job.count(moved);
        bytes
    }
}

/// What lies before the mover: a job that a client waits for goes on top of one that nobody does.
#[derive(Default)]
struct Desk {
    urgent: Option<Active>,
    background: Option<Active>,
    bucket: Bucket,
    /// How long shards were held since the last pause, and memory was asked for and given back.
    worked: Duration,
}

impl Desk {
    /// What there is room for.
    const fn wants(&self) -> Wants {
        match (&self.urgent, &self.background) {
            (Some(_), _) => Wants::Nothing,
            (None, Some(_)) => Wants::Urgent,
            (None, None) => Wants::Any,
        }
    }

    fn take(&mut self, job: Arc<Job>) {
        let active = Active::new(job);
        if active.job.is_awaited {
            self.urgent = Some(active);
        } else {
            self.background = Some(active);
        }
    }

    /// The node the job at hand moves to.
    fn node(&self) -> Option<u32> {
        self.urgent.as_ref().or(self.background.as_ref())?.node()
    }

    /// How long to wait before going on: until tokens are there, and as long as the mover's share of time wants.
    fn pause_before_next(&mut self, store: &Store) -> Duration {
        if self.wants() == Wants::Any {
            return NAP;
        }
        let share = store.settings.migrate_share.load(Relaxed).clamp(1, 100);
        let rest = core::mem::take(&mut self.worked) * (100 - share) / share;
        let tokens = match self.urgent {
            Some(_) => Duration::ZERO,
            None => self.bucket.wait(&store.settings, Instant::now()).min(NAP),
        };
        rest.max(tokens).max(PAUSE_MIN)
    }

    /// Does a slice of the job on top.
    fn work(&mut self, store: &Store, lane: &Lane) {
        let is_urgent = self.urgent.is_some();
        if !is_urgent && !self.bucket.wait(&store.settings, Instant::now()).is_zero() {
            return;
        }
        let top = if is_urgent {
            &mut self.urgent
        } else {
            &mut self.background
        };
        let Some(active) = top else { return };
        let pool = &store.keyspace.pool;
        // Memory comes and goes while nothing is held: else each page would come in the midst of a hold, and the keeper
        // would clear up in the midst of one, on this CPU.
        let warmed = timed(|| active.node().map_or((), |node| pool.warm(node)));
        let slice = slice(active, store, lane);
        let trimmed = timed(|| _ = pool.trim());
        self.worked += warmed + slice.held + trimmed;
        if !is_urgent {
            self.bucket.take(slice.keys, slice.bytes);
        }
        if slice.is_last {
            store.jobs.end(&active.job, &store.interest);
            *top = None;
        }
        self.clear_way(&store.keyspace.pool);
    }

    /// Has the job below give up a long copy that the one on top waits for: it will not go on before that has ended.
    fn clear_way(&mut self, pool: &Pool) {
        let on_top = self
            .urgent
            .as_ref()
            .and_then(|urgent| urgent.journey.as_ref());
        let below = self.background.as_mut();
        if on_top.is_some_and(|journey| journey.passage().is_kept_waiting())
            && let Some(journey) = below.and_then(|background| background.journey.as_mut())
        {
            journey.give_way(pool);
        }
    }

    /// Leaves everything as it is.
    fn clear(&mut self, store: &Store) {
        for mut active in [self.urgent.take(), self.background.take()]
            .into_iter()
            .flatten()
        {
            active.arrive(store, Moved::Failed);
        }
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// What a slice came to.
#[derive(Default)]
struct Slice {
    held: Duration,
    keys: u64,
    bytes: u64,
    is_last: bool,
    /// Whether somebody waited for the shard at the end.
    makes_way: bool,
}

/// Works at a job until a step's time is over, or somebody waits: one step of a large value, or as many small keys as fit.
fn slice(active: &mut Active, store: &Store, lane: &Lane) -> Slice {
    let limits = Limits {
        time: Duration::from_micros(store.settings.migrate_step_usec.load(Relaxed).into()),
        bytes: store.settings.migrate_step_bytes.load(Relaxed),
    };
    let (began, mut slice) = (Instant::now(), Slice::default());
    let jobs: &Jobs = &store.jobs;
    if active.journey.is_none() {
        jobs.between_steps(0);
    }
    while began.elapsed() < limits.time && !slice.makes_way {
        if active.job.is_cancelled() {
            active.arrive(store, Moved::Failed);
            slice.is_last = true;
            return slice;
        }
        if !store.keyspace.locks.enter_world(lane.seat) {
            std::thread::sleep(WORLD_PAUSE);
            return slice;
        }
        let is_under_way = active.journey.is_some() || active.set_out(store, lane);
        let progress = is_under_way.then(|| step(active, store, lane, limits, &mut slice));
        store.keyspace.locks.leave_world(lane.seat);
        match progress {
            None => {
                slice.is_last = true;
                return slice;
            }
            Some(progress) => {
                if let Some(journey) = &mut active.journey {
                    journey.after_step(&store.keyspace.pool);
                }
                if let Progress::Ended(moved) = progress {
                    slice.bytes += active.arrive(store, moved);
                    slice.keys += 1;
                }
            }
        }
        jobs.between_steps(1);
    }
    slice
}

/// One step of the journey under way; the world is held.
fn step(
    active: &mut Active,
    store: &Store,
    lane: &Lane,
    limits: Limits,
    slice: &mut Slice,
) -> Progress {
    let Some(journey) = &mut active.journey else {
        return Progress::More;
    };
    let keyspace = &store.keyspace;
    let mut shards = ShardSet::default();
    shards.insert(shard_of(journey.hash));
    let now_ms = store.clock.now_ms();
    let mut grip = keyspace.grip(lane.seat, shards, journey.mode(&keyspace.pool));
    let began = Instant::now();
    let progress = journey.step(&mut grip, now_ms, Some(limits));
    let held = began.elapsed();
    slice.makes_way = grip.is_waited_for();
    drop(grip);
    store.migrations.step(held, Some(limits.time));
    slice.held += held;
    progress
}
