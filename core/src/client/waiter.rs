//! A client that waits in a blocking command, and the alarm that ends waits in time.
//!
//! It may not know what is waited for. Invariant: whoever ends a wait (who hands over a value, the alarm, CLIENT UNBLOCK)
//! claims it first by compare and exchange, so that one of them does; a value is taken from its key only for a waiter that
//! is claimed. A wait costs no processor time.

use super::Face;
use super::transaction::Queue;
use crate::resp::Reply;
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// How a wait stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Nothing has happened.
    Waiting,
    /// Somebody tries to serve it, and nobody else may end it meanwhile.
    Claimed,
    /// Its reply is there.
    Served,
    /// Its time is up.
    TimedOut,
    /// CLIENT UNBLOCK ended it with an error.
    Unblocked,
    /// Its connection has ended.
    Gone,
}

/// The state of that number.
fn state_of(number: u8) -> State {
    const STATES: [State; 6] = [
        State::Waiting,
        State::Claimed,
        State::Served,
        State::TimedOut,
        State::Unblocked,
        State::Gone,
    ];
    STATES[number as usize]
}

/// What a command answers that has waited in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// No value.
    Null,
    /// No array.
    NullArray,
    /// Zero.
    Zero,
}

impl Nothing {
    /// Writes it as a reply.
    pub fn write(self, reply: &mut Reply<'_>) {
        match self {
            Nothing::Null => reply.null(),
            Nothing::NullArray => reply.null_array(),
            Nothing::Zero => reply.int(0),
        }
    }
}

/// A key waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedKey {
    /// Its database.
    pub db: u32,
    /// Its hash.
    pub hash: u64,
    /// Its bytes.
    pub key: Box<[u8]>,
}

/// A client that waits.
pub struct Waiter {
    /// Who it is.
    pub face: Arc<Face>,
    /// What its command waits for; none for one that waits for time alone.
    pub keys: Vec<WantedKey>,
    /// The request itself, alone in its queue.
    pub request: Queue,
    /// When it has waited long enough.
    pub deadline: Option<Instant>,
    /// Its answer then.
    pub nothing: Nothing,
    /// The protocol it speaks.
    pub protocol: u8,
    /// Whether its reply is not to be sent (CLIENT REPLY).
    pub muted: bool,
    state: AtomicU8,
    poked: AtomicBool,
    reply: Mutex<Vec<u8>>,
}

impl Waiter {
    /// A client that begins to wait.
    pub fn new(
        face: &Arc<Face>,
        keys: Vec<WantedKey>,
        request: Queue,
        deadline: Option<Instant>,
        nothing: Nothing,
        protocol: u8,
        muted: bool,
    ) -> Waiter {
        Waiter {
            face: face.clone(),
            keys,
            request,
            deadline,
            nothing,
            protocol,
            muted,
            state: AtomicU8::new(State::Waiting as u8),
            poked: AtomicBool::new(false),
            reply: Mutex::default(),
        }
    }

    /// How the wait stands.
    pub fn state(&self) -> State {
        state_of(self.state.load(SeqCst))
    }

    /// Takes it from one state to the next; `false` when somebody else has been faster.
    pub fn step(&self, from: State, to: State) -> bool {
        self.state
            .compare_exchange(from as u8, to as u8, SeqCst, SeqCst)
            .is_ok()
    }

    /// Its connection has ended, whoever is serving it. Answers how the wait stood.
    pub(super) fn leave(&self) -> State {
        state_of(self.state.swap(State::Gone as u8, SeqCst))
    }

    /// Has its own lane look for what it waits for, as nobody else could.
    pub fn poke(&self) {
        self.poked.store(true, SeqCst);
    }

    /// Whether that is asked for; once.
    pub fn take_poke(&self) -> bool {
        self.poked.swap(false, SeqCst)
    }

    /// Leaves its reply; the state says so afterwards.
    pub fn put_reply(&self, bytes: Vec<u8>) {
        *locked(&self.reply) = bytes;
    }

    /// Takes its reply.
    pub fn take_reply(&self) -> Vec<u8> {
        core::mem::take(&mut locked(&self.reply))
    }
}

/// What the alarm's sleeper is woken for.
pub enum Wake {
    /// The time it asked for.
    Time,
    /// Waits whose time is up.
    Due(Vec<Arc<Waiter>>),
    /// The end.
    Stop,
}

#[derive(Default)]
struct Deadlines {
    stopped: bool,
    /// By time, then by client.
    waiters: BTreeMap<(Instant, u64), Arc<Waiter>>,
}

/// Deadlines of waits, in order. One thread sleeps until the first of them.
#[derive(Default)]
pub struct Alarm {
    deadlines: Mutex<Deadlines>,
    rung: Condvar,
}

impl Alarm {
    /// Waits with a deadline.
    pub fn count(&self) -> usize {
        locked(&self.deadlines).waiters.len()
    }

    /// Adds a waiter, if it has a deadline.
    pub(super) fn add(&self, waiter: &Arc<Waiter>) {
        let Some(deadline) = waiter.deadline else {
            return;
        };
        let mut deadlines = locked(&self.deadlines);
        let is_first = deadlines
            .waiters
            .first_key_value()
            .is_none_or(|((first, _), _)| deadline < *first);
        deadlines
            .waiters
            .insert((deadline, waiter.face.id), waiter.clone());
        if is_first {
            self.rung.notify_one();
        }
    }

    /// Forgets a waiter.
    pub(super) fn remove(&self, waiter: &Waiter) {
        if let Some(deadline) = waiter.deadline {
            let mut deadlines = locked(&self.deadlines);
            deadlines.waiters.remove(&(deadline, waiter.face.id));
        }
    }

    /// Ends the sleep of whoever sleeps, for good.
    pub fn stop(&self) {
        locked(&self.deadlines).stopped = true;
        self.rung.notify_all();
    }

    /// Sleeps until `until`, the end, or until waits are over; these stay in the alarm until somebody removes them.
    pub fn sleep(&self, until: Instant) -> Wake {
        let mut deadlines = locked(&self.deadlines);
        loop {
            if deadlines.stopped {
                return Wake::Stop;
            }
            let now = Instant::now();
            let due: Vec<Arc<Waiter>> = deadlines
                .waiters
                .range(..=(now, u64::MAX))
                .map(|(_, waiter)| waiter.clone())
                .collect();
            if !due.is_empty() {
                return Wake::Due(due);
            }
            if now >= until {
                return Wake::Time;
            }
            let first = deadlines.waiters.first_key_value();
            let next = first.map_or(until, |((first, _), _)| until.min(*first));
            let sleep = self.rung.wait_timeout(deadlines, next - now);
            deadlines = sleep.unwrap_or_else(|e| e.into_inner()).0;
        }
    }
}
