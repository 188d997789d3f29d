//! Migration jobs: what was asked of the mover, how far it is, and who waits for it.
//!
//! Whoever asks adds a job and may wait for its end; the mover takes them one after the other, those that a client waits
//! for first. It may not know how a key is moved. Invariants: a job is `Queued`, then `Running`, then ends once; a client
//! that waits for it is answered then, whichever of the two came first. Queues and memory of ended jobs are bounded.

use crate::abi::JobStatus;
use crate::client::interest::Interest;
use crate::client::waiter::{State as WaitState, Waiter};
use crate::migrate::Moved;
use crate::resp::{Reply, Spill};
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::*};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Jobs that may wait to be begun.
pub const QUEUED_MAX: usize = 1024;
/// Ended jobs that are remembered.
const ENDED_MAX: usize = 64;

/// Which keys are to be moved.
#[derive(Debug)]
pub enum Task {
    /// These keys of one database.
    Keys(u32, Vec<Box<[u8]>>),
    /// Those of a database whose names match a glob-style pattern.
    Pattern(u32, Box<[u8]>),
    /// All of a database.
    Database(u32),
    /// These keys, each of its database and to its node, an index.
    Moves(Vec<(u32, Box<[u8]>, u32)>),
}

impl Task {
    /// What it is called in a list of jobs.
    pub const fn name(&self) -> &'static str {
        match self {
            Task::Keys(..) => "keys",
            Task::Pattern(..) => "pattern",
            Task::Database(_) => "db",
            Task::Moves(_) => "moves",
        }
    }

    /// The database of all its keys.
    pub const fn db(&self) -> Option<u32> {
        match self {
            Task::Keys(db, _) | Task::Pattern(db, _) | Task::Database(db) => Some(*db),
            Task::Moves(_) => None,
        }
    }
}

/// A node that keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its index.
    pub node: u32,
    /// As clients know it.
    pub id: u32,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// The mover is at it.
    Running,
    /// It is through.
    Done,
    /// It was cancelled before that.
    Cancelled,
}

impl State {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Running => "running",
            State::Done => "done",
            State::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens.
    pub const fn is_end(self) -> bool {
        matches!(self, State::Done | State::Cancelled)
    }
}

/// What a client that waits for a job is told at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// OK, or why its only key was not moved.
    Verdict,
    /// How many keys were moved, skipped and so on.
    Counts,
}

/// Keys of a job by what became of them.
#[derive(Default)]
struct Counts {
    moved: AtomicU64,
    skipped: AtomicU64,
    failed: AtomicU64,
    missing: AtomicU64,
    /// Those of the failed that another move has taken elsewhere.
    overtaken: AtomicU64,
    bytes: AtomicU64,
}

/// One job.
pub struct Job {
    /// Its number, from 1 on.
    pub id: u64,
    /// What is to be moved.
    pub task: Task,
    /// Where all its keys go.
    pub target: Option<Target>,
    /// Whether a client was to wait for it from the start.
    pub is_awaited: bool,
    began: Instant,
    state: AtomicU8,
    is_cancelled: AtomicBool,
    counts: Counts,
    /// Microseconds from its submission to its end.
    took_micros: AtomicU64,
    waiter: Mutex<Option<(Arc<Waiter>, Telling)>>,
}

impl Job {
    /// How it stands.
    pub fn state(&self) -> State {
        match self.state.load(SeqCst) {
            0 => State::Queued,
            1 => State::Running,
            2 => State::Done,
            _ => State::Cancelled,
        }
    }

    /// Whether somebody has cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Relaxed)
    }

    /// The mover begins with it.
    pub fn run(&self) {
        self.state.store(State::Running as u8, SeqCst);
    }

    /// One of its keys is done with.
    pub fn count(&self, moved: Moved) {
        let counts = &self.counts;
        let counter = match moved {
            Moved::Done { bytes } => {
                counts.bytes.fetch_add(bytes, Relaxed);
                &counts.moved
            }
            Moved::Skipped => &counts.skipped,
            Moved::Missing => &counts.missing,
            Moved::Failed => &counts.failed,
            Moved::Overtaken => {
                counts.overtaken.fetch_add(1, Relaxed);
                &counts.failed
            }
        };
        counter.fetch_add(1, Relaxed);
    }

    /// `waiter`, who has begun to wait, is to be told at the end; at once if that is past.
    pub fn attach(&self, waiter: Arc<Waiter>, telling: Telling, interest: &Interest) {
        *locked(&self.waiter) = Some((waiter, telling));
        if self.state().is_end() {
            self.tell(interest);
        }
    }

    /// It is over.
    fn end(&self, interest: &Interest) {
        let state = if self.is_cancelled() {
            State::Cancelled
        } else {
            State::Done
        };
        let micros = self.began.elapsed().as_micros() as u64;
        self.took_micros.store(micros, Relaxed);
        self.state.store(state as u8, SeqCst);
        self.tell(interest);
    }

    /// Answers whoever waits.
    fn tell(&self, interest: &Interest) {
        let Some((waiter, telling)) = locked(&self.waiter).take() else {
            return;
        };
        if !interest.claim(&waiter) {
            return;
        }
        let mut spill = Spill::new();
        let mut reply = Reply::new(&mut [], &mut spill, waiter.protocol);
        match telling {
            Telling::Verdict => self.write_verdict(&mut reply),
            Telling::Counts => self.write(&mut reply),
        }
        waiter.put_reply(spill.as_slice().to_vec());
        interest.finish(&waiter, WaitState::Served);
    }

    /// What became of its only key.
    fn write_verdict(&self, reply: &mut Reply<'_>) {
        let counts = &self.counts;
        if counts.moved.load(Relaxed) + counts.skipped.load(Relaxed) > 0 {
            reply.ok();
        } else if counts.missing.load(Relaxed) > 0 {
            reply.error(crate::error::NO_SUCH_KEY);
        } else if self.state() == State::Cancelled {
            reply.error(crate::error::MOVE_CANCELLED);
        } else if counts.overtaken.load(Relaxed) > 0 {
            reply.error(crate::error::MOVE_OVERTAKEN);
        } else {
            let id = self.target.map_or(0, |target| target.id);
            reply.error(&crate::error::node_is_full(id));
        }
    }

    /// How far it is, and what became of its keys.
    pub fn status(&self) -> JobStatus {
        let (state, counts) = (self.state(), &self.counts);
        let usec = if state.is_end() {
            self.took_micros.load(Relaxed)
        } else {
            self.began.elapsed().as_micros() as u64
        };
        JobStatus {
            moved: counts.moved.load(Relaxed),
            skipped: counts.skipped.load(Relaxed),
            failed: counts.failed.load(Relaxed),
            missing: counts.missing.load(Relaxed),
            bytes: counts.bytes.load(Relaxed),
            usec,
            state: state as u32,
            spare: 0,
        }
    }

    /// Writes it as a map: what it is, how far it is, and what became of its keys. -1 stands for a database or a node that
    /// differs from key to key.
    pub fn write(&self, reply: &mut Reply<'_>) {
        let (state, status) = (self.state(), self.status());
        let numbers = [
            ("moved", status.moved),
            ("skipped", status.skipped),
            ("failed", status.failed),
            ("missing", status.missing),
            ("bytes", status.bytes),
            ("usec", status.usec),
        ];
        reply.map(5 + numbers.len());
        reply.bulk(b"id");
        reply.int(self.id as i64);
        reply.bulk(b"task");
        reply.bulk(self.task.name().as_bytes());
        reply.bulk(b"db");
        reply.int(self.task.db().map_or(-1, i64::from));
        reply.bulk(b"node");
        reply.int(self.target.map_or(-1, |target| target.id.into()));
        reply.bulk(b"state");
        reply.bulk(state.name().as_bytes());
        for (name, number) in numbers {
            reply.bulk(name.as_bytes());
            reply.int(number as i64);
        }
    }
}

/// Which jobs the mover has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// None; it only pauses.
    Nothing,
    /// Those that a client waits for.
    Urgent,
    /// Any, those first.
    Any,
}

/// What the mover is to do next.
pub enum Next {
    /// This job.
    Job(Arc<Job>),
    /// Nothing has come in the time it would wait.
    Nothing,
    /// Stop for good.
    Stop,
}

/// Whether the mover stands still between two steps, for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Hold {
    /// Steps until it does, if it is to.
    steps_left: Option<u64>,
    is_standing: bool,
}

#[derive(Default)]
struct Queues {
    /// Those a client waits for, and the others.
    urgent: VecDeque<Arc<Job>>,
    background: VecDeque<Arc<Job>>,
    /// Every job that is not forgotten, oldest first.
    all: VecDeque<Arc<Job>>,
    last_id: u64,
    /// Whether there is a mover.
    is_served: bool,
    stopped: bool,
    hold: Hold,
}

/// All jobs of a store.
#[derive(Default)]
pub struct Jobs {
    queues: Mutex<Queues>,
    rung: Condvar,
}

impl Jobs {
    /// Adds a job; `None` when too many wait or nobody would take it.
    pub fn submit(&self, task: Task, target: Option<Target>, is_awaited: bool) -> Option<Arc<Job>> {
        let mut queues = locked(&self.queues);
        let waiting = queues.urgent.len() + queues.background.len();
        if waiting >= QUEUED_MAX || !queues.is_served || queues.stopped {
            return None;
        }
        queues.last_id += 1;
        let job = Arc::new(Job {
            id: queues.last_id,
            task,
            target,
            is_awaited,
            began: Instant::now(),
            state: AtomicU8::new(State::Queued as u8),
            is_cancelled: AtomicBool::new(false),
            counts: Counts::default(),
            took_micros: AtomicU64::new(0),
            waiter: Mutex::default(),
        });
        let queue = if is_awaited {
            &mut queues.urgent
        } else {
            &mut queues.background
        };
        queue.push_back(job.clone());
        queues.all.push_back(job.clone());
        self.rung.notify_all();
        Some(job)
    }

    /// Whether there is a mover to do them.
    pub fn is_served(&self) -> bool {
        locked(&self.queues).is_served
    }

    /// The jobs that are not forgotten, oldest first.
    pub fn list(&self) -> Vec<Arc<Job>> {
        locked(&self.queues).all.iter().cloned().collect()
    }

    /// Cancels a job: the state it was in, or `None` when there is no such job.
    pub fn cancel(&self, id: u64) -> Option<State> {
        let queues = locked(&self.queues);
        let job = queues.all.iter().find(|job| job.id == id)?;
        let state = job.state();
        if !state.is_end() {
            job.is_cancelled.store(true, Relaxed);
            self.rung.notify_all();
        }
        Some(state)
    }

    /// Takes the next job for the mover, of those it `wants`; failing that waits for `pause` at most.
    pub fn next(&self, wants: Wants, pause: Duration) -> Next {
        let until = Instant::now() + pause;
        let mut queues = locked(&self.queues);
        loop {
            if queues.stopped {
                return Next::Stop;
            }
            let job = match wants {
                Wants::Nothing => None,
                Wants::Urgent => queues.urgent.pop_front(),
                Wants::Any => queues
                    .urgent
                    .pop_front()
                    .or_else(|| queues.background.pop_front()),
            };
            if let Some(job) = job {
                return Next::Job(job);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Nothing;
            }
            let woken = self.rung.wait_timeout(queues, left);
            queues = woken.unwrap_or_else(|e| e.into_inner()).0;
        }
    }

    /// A job is over.
    pub fn end(&self, job: &Job, interest: &Interest) {
        job.end(interest);
        let mut queues = locked(&self.queues);
        let ended = queues.all.iter().filter(|job| job.state().is_end()).count();
        if ended > ENDED_MAX
            && let Some(oldest) = queues.all.iter().position(|job| job.state().is_end())
        {
            queues.all.remove(oldest);
        }
    }

    /// There is a mover from now on.
    pub fn serve(&self) {
        locked(&self.queues).is_served = true;
    }

    /// The mover is to stop; jobs that are not through stay as they are.
    pub fn stop(&self) {
        locked(&self.queues).stopped = true;
        self.rung.notify_all();
    }

    /// Has the mover stand still after `steps` more steps.
    pub fn hold_after(&self, steps: u64) {
        let mut queues = locked(&self.queues);
        queues.hold.steps_left = Some(steps);
        self.rung.notify_all();
    }

    /// Lets it go on.
    pub fn let_go(&self) {
        locked(&self.queues).hold = Hold::default();
        self.rung.notify_all();
    }

    /// Whether it stands still.
    pub fn is_standing(&self) -> bool {
        locked(&self.queues).hold.is_standing
    }

    /// The mover has taken a step, or is about to take the first of a job: here it stands still if it is to. It holds
    /// nothing meanwhile.
    pub fn between_steps(&self, taken: u64) {
        let mut queues = locked(&self.queues);
        if let Some(left) = queues.hold.steps_left {
            queues.hold.steps_left = Some(left.saturating_sub(taken));
        }
        while queues.hold.steps_left == Some(0) && !queues.stopped {
            queues.hold.is_standing = true;
            queues = self.rung.wait(queues).unwrap_or_else(|e| e.into_inner());
        }
        queues.hold.is_standing = false;
    }
}
