//! The pump: waits for everything a lane's clients do, serves it, and comes back for what only the server can do.
//!
//! It knows connections by number, and no bytes. Invariants: a connection is in `ready` exactly when `is_queued`, and in
//! `deadlines` exactly when it is parked; whoever has more to do than one step goes to the end of the queue; no lock is held
//! and no reply withheld when it waits.

use super::connection::{Asked, Connection, Next, State};
use super::endpoint::{Acceptor, Arrival};
use super::{panic_text, sys};
use crate::abi::{HandOff, Outcome, Pumped, Status, hand_off_flag, why};
use crate::error;
use crate::handle::Slab;
use crate::lane::Lane;
use crate::session::Session;
use crate::store::Store;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{ErrorKind, Read, Result};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Instant;

/// Bytes one read takes and one write gives, at most; one buffer of each serves all clients of a lane.
const BUFFER_BYTES: usize = 64 * 1024;
/// Events one wait brings at most.
const EVENTS_MAX: usize = 512;
/// Connections accepted before others are served again.
const ACCEPTS_MAX: usize = 256;
/// Letters taken from the mailbox at a time.
const LETTERS_MAX: usize = 256;
/// How often the pump looks after idle clients and resting acceptors.
const TICK_MS: u64 = 1000;
/// A client that hangs up while it waits no longer than this still gets its reply.
const SHORT_WAIT_MS: u32 = 100;

/// Tokens above all handles: the bell, and acceptors by their number.
const BELL: u64 = 1 << 33;
const ACCEPTOR: u64 = 1 << 32;

/// The sockets of one lane.
pub struct Pump {
    store: Arc<Store>,
    lane: Arc<Lane>,
    poller: sys::Poller,
    bell: File,
    acceptors: Vec<Acceptor>,
    last_acceptor: u32,
    connections: Slab<Connection>,
    ready: VecDeque<u32>,
    deadlines: BTreeSet<(u64, u32)>,
    hand_offs: VecDeque<Asked>,
    input: Box<[u8]>,
    output: Box<[u8]>,
    started: Instant,
    now_ms: u64,
    tick_ms: u64,
    wakes: u32,
    is_draining: bool,
    panicked: bool,
}

impl Pump {
    /// A bell for a lane that is to be pumped: given to the lane and, as a copy, to its pump.
    pub fn bell() -> Result<File> {
        sys::bell()
    }

    /// A pump without a socket. `bell` is the lane's.
    pub fn new(store: &Arc<Store>, lane: &Arc<Lane>, bell: File) -> Result<Pump> {
        let poller = sys::Poller::new(EVENTS_MAX)?;
        poller.add(bell.as_fd(), BELL, sys::READABLE)?;
        Ok(Pump {
            store: store.clone(),
            lane: lane.clone(),
            poller,
            bell,
            acceptors: Vec::new(),
            last_acceptor: 0,
            connections: Slab::default(),
            ready: VecDeque::new(),
            deadlines: BTreeSet::new(),
            hand_offs: VecDeque::new(),
            input: vec![0; BUFFER_BYTES].into(),
            output: vec![0; BUFFER_BYTES].into(),
            started: Instant::now(),
            now_ms: 0,
            tick_ms: TICK_MS,
            wakes: 0,
            is_draining: false,
            panicked: false,
        })
    }

    /// Listens on these endpoints, lines `tcp <address> <port>` or `unix <path>`, and on no others. New ones are opened
    /// before old ones are closed; after a failure, told in a sentence, nothing has changed.
    pub fn listen(&mut self, endpoints: &str) -> core::result::Result<(), String> {
        let backlog = self.store.settings.tcp_backlog.load(Relaxed);
        let wanted: Vec<&str> = endpoints.lines().collect();
        let mut opened: Vec<Acceptor> = Vec::new();
        for &endpoint in &wanted {
            let mut known = self.acceptors.iter().chain(&opened);
            if known.any(|one| one.endpoint == endpoint) {
                continue;
            }
            self.last_acceptor += 1;
            let acceptor = Acceptor::open(endpoint, self.last_acceptor, backlog).and_then(|one| {
                let token = ACCEPTOR | u64::from(one.number);
                self.poller.add(one.fd(), token, sys::READABLE)?;
                Ok(one)
            });
            opened.push(acceptor.map_err(|why| format!("Cannot listen on '{endpoint}': {why}"))?);
        }
        self.acceptors
            .retain(|one| wanted.contains(&one.endpoint.as_str()));
        self.acceptors.append(&mut opened);
        Ok(())
    }

    /// Serves until something is for the server, or `wait_ms` have passed (`None`: as long as that takes).
    pub fn run(&mut self, wait_ms: Option<u32>) -> Pumped {
        self.lane.counters.boundary_calls.add(1);
        self.now_ms = self.elapsed_ms();
        let until = wait_ms.map(|ms| self.now_ms + u64::from(ms));
        loop {
            self.wait(until);
            for _ in 0..self.ready.len() {
                let Some(handle) = self.ready.pop_front() else {
                    break;
                };
                self.serve(handle);
            }
            let is_late = until.is_some_and(|until| self.now_ms >= until);
            let is_drained = self.is_draining && self.connections.is_empty();
            let is_called = self.wakes > 0 || self.panicked || !self.hand_offs.is_empty();
            if is_called || is_late || is_drained {
                return Pumped {
                    wakes: core::mem::take(&mut self.wakes),
                    connections: self.connections.len() as u32,
                    panicked: u32::from(core::mem::take(&mut self.panicked)),
                };
            }
        }
    }

    /// Moves hand-offs to `out`, oldest first and as many as fit: their records, then their arguments. Answers how many.
    pub fn take_hand_offs(&mut self, out: &mut [u8]) -> usize {
        let mut bytes = 0;
        let fits = |one: &&Asked| {
            bytes += size_of::<HandOff>() + one.args.len();
            bytes <= out.len()
        };
        let count = self.hand_offs.iter().take_while(fits).count();
        let mut at = count * size_of::<HandOff>();
        for (index, Asked { record, args }) in self.hand_offs.drain(..count).enumerate() {
            let words = [
                record.session,
                record.argc,
                at as u32,
                record.protocol,
                record.flags,
                record.db,
            ];
            const { assert!(size_of::<HandOff>() == size_of::<[u32; 6]>()) };
            let place = &mut out[index * size_of::<HandOff>()..][..size_of::<HandOff>()];
            for (slot, word) in place.chunks_exact_mut(4).zip(words) {
                slot.copy_from_slice(&word.to_le_bytes());
            }
            out[at..at + args.len()].copy_from_slice(&args);
            at += args.len();
        }
        count
    }

    /// Puts a server command's encoded reply in its place; a client that is gone needs none.
    pub fn answer(&mut self, handle: u32, reply: &[u8]) -> core::result::Result<(), Status> {
        self.lane.counters.boundary_calls.add(1);
        let connection = self
            .connections
            .get_mut(handle)
            .ok_or(Status::InvalidHandle)?;
        if connection.state != State::Awaiting {
            return Err(Status::InvalidArgument);
        }
        connection.state = State::Free;
        self.execute(handle, |session, _input, out, outcome| {
            session.answer(reply, out, outcome)
        });
        Ok(())
    }

    /// Takes no more connections, and closes each as soon as nothing is in hand; the pump returns when none is left.
    pub fn drain(&mut self) {
        self.is_draining = true;
        self.acceptors.clear();
        for handle in self.connections.handles() {
            let free = |one: &mut Connection| one.state == State::Free && !one.goes_on;
            if self.connections.get_mut(handle).is_some_and(free) {
                self.close(handle);
            }
        }
    }

    fn elapsed_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// Waits for events if there is nothing to do, and takes those there are.
    fn wait(&mut self, until: Option<u64>) {
        let idle = self.ready.is_empty() && self.hand_offs.is_empty();
        let next = [self.deadlines.first().map(|&(at, _)| at), until];
        let next = next.into_iter().flatten().fold(self.tick_ms, u64::min);
        let wait_ms = if idle {
            next.saturating_sub(self.now_ms)
        } else {
            0
        };
        let count = self.poller.wait(wait_ms as i32);
        self.now_ms = self.elapsed_ms();
        for index in 0..count {
            match self.poller.event(index) {
                (BELL, _) => self.hear(),
                (token, _) if token & ACCEPTOR != 0 => self.accept(token as u32),
                (handle, happened) => self.notice(handle as u32, happened),
            }
        }
        while let Some(&(at, handle)) = self.deadlines.first()
            && at <= self.now_ms
        {
            self.resume(handle);
        }
        if self.now_ms >= self.tick_ms {
            self.tick_ms = self.now_ms + TICK_MS;
            self.tick();
        }
    }

    /// Somebody rang: letters from other lanes, and messages that wait for the server.
    fn hear(&mut self) {
        let mut rings = [0; 8];
        // It may have rung for letters that were collected since.
        let _count_or_none = self.bell.read(&mut rings);
        self.wakes += self.lane.take_wakes();
        self.store.keyspace.pool.tend();
        loop {
            let letters = self.lane.collect(LETTERS_MAX);
            for &(handle, reasons) in &letters {
                if reasons & why::CLOSE != 0 {
                    self.close(handle);
                } else {
                    self.resume(handle);
                }
            }
            if letters.len() < LETTERS_MAX {
                return;
            }
        }
    }

    /// Has core go on with a session, once nothing else is in hand.
    fn resume(&mut self, handle: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        if let State::Parked(at) = connection.state {
            self.deadlines.remove(&(at, handle));
            connection.state = State::Free;
        }
        connection.goes_on = true;
        self.enqueue(handle);
    }

    fn enqueue(&mut self, handle: u32) {
        if let Some(connection) = self.connections.get_mut(handle)
            && !core::mem::replace(&mut connection.is_queued, true)
        {
            self.ready.push_back(handle);
        }
    }

    /// A socket has something to tell.
    fn notice(&mut self, handle: u32, happened: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        let gone = happened & sys::GONE != 0;
        connection.is_half_closed |= gone || happened & sys::HALF_CLOSED != 0;
        connection.is_readable |= connection.is_half_closed || happened & sys::READABLE != 0;
        match connection.state {
            State::Free => self.enqueue(handle),
            State::Sending(_) if gone || happened & sys::WRITABLE != 0 => self.enqueue(handle),
            State::Awaiting | State::Parked(_) if gone => self.close(handle),
            State::Parked(_) if connection.is_over() => self.close(handle),
            _ => {}
        }
    }

    /// One step for one connection.
    fn serve(&mut self, handle: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        connection.is_queued = false;
        match connection.state {
            State::Sending(_) => self.flush(handle),
            State::Free if connection.goes_on => {
                connection.goes_on = false;
                self.execute(handle, |session, _input, out, outcome| {
                    session.execute(&[], out, outcome)
                });
            }
            State::Free if connection.is_readable => self.receive(handle),
            _ => {}
        }
    }

    fn receive(&mut self, handle: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        match connection.receive(&mut self.input) {
            Ok(Some(0)) | Err(_) => self.close(handle),
            Ok(None) => {
                if connection.is_readable {
                    self.enqueue(handle);
                }
            }
            Ok(Some(count)) => {
                connection.active_ms = self.now_ms;
                self.execute(handle, |session, input, out, outcome| {
                    session.execute(&input[..count], out, outcome)
                });
            }
        }
    }

    /// Runs `body` in a session, sends what it answers, and goes on as it says. A session that panics is not used again.
    fn execute(
        &mut self,
        handle: u32,
        body: impl FnOnce(&mut Session, &[u8], &mut [u8], &mut Outcome) -> i32,
    ) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        let mut outcome = Outcome::default();
        let (input, output) = (&self.input, &mut self.output);
        let session = &mut connection.session;
        let run = AssertUnwindSafe(|| body(session, input, output, &mut outcome));
        let result = match std::panic::catch_unwind(run) {
            Ok(result) => result,
            Err(panic) => {
                let text = format!("a command failed inside core: {}", panic_text(&*panic));
                self.store.log("warning", &text);
                self.panicked = true;
                return self.close(handle);
            }
        };
        let next = next_of(result, &outcome, output, handle, connection.is_local);
        let replied = match outcome.reply_bytes as usize {
            0 => Ok(true),
            bytes => connection.send(&output[..bytes]),
        };
        match replied {
            Ok(true) => self.proceed(handle, next),
            Ok(false) => self.hold(handle, State::Sending(next)),
            Err(_gone) => self.close(handle),
        }
    }

    /// The reply in hand is with the kernel: goes on as core said.
    fn proceed(&mut self, handle: u32, next: Next) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        match next {
            Next::Close => self.close(handle),
            Next::Free if self.is_draining => self.close(handle),
            Next::Free => {
                if connection.is_readable || connection.goes_on {
                    self.enqueue(handle);
                }
            }
            Next::More => {
                connection.goes_on = true;
                self.enqueue(handle);
            }
            Next::HandOff(hand_off) => {
                connection.state = State::Awaiting;
                self.hand_offs.push_back(hand_off);
            }
            Next::Retry(ms) if ms > SHORT_WAIT_MS && connection.is_over() => self.close(handle),
            Next::Retry(ms) => {
                let at = self.now_ms + u64::from(ms.max(1));
                connection.state = State::Parked(at);
                self.deadlines.insert((at, handle));
            }
        }
    }

    /// Sets a state that watches for other events than before.
    fn hold(&mut self, handle: u32, state: State) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        connection.state = state;
        let (fd, interest) = (connection.fd(), connection.interest());
        if self.poller.change(fd, u64::from(handle), interest).is_err() {
            self.close(handle);
        }
    }

    /// The kernel takes more of a reply.
    fn flush(&mut self, handle: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        connection.active_ms = self.now_ms;
        match connection.flush() {
            Ok(false) => {}
            Err(_gone) => self.close(handle),
            Ok(true) => {
                let sent = core::mem::replace(&mut connection.state, State::Free);
                self.hold(handle, State::Free);
                if let State::Sending(next) = sent {
                    self.proceed(handle, next);
                }
            }
        }
    }

    /// Gives a connection up; what is not sent is lost.
    fn close(&mut self, handle: u32) {
        let Some(connection) = self.connections.remove(handle) else {
            return;
        };
        if let State::Parked(at) = connection.state {
            self.deadlines.remove(&(at, handle));
        }
        self.hand_offs.retain(|one| one.record.session != handle);
        connection.session.close();
    }

    /// Takes connections that wait.
    fn accept(&mut self, number: u32) {
        for _ in 0..ACCEPTS_MAX {
            let Some(acceptor) = self.acceptors.iter_mut().find(|one| one.number == number) else {
                return;
            };
            match acceptor.accept() {
                Ok(arrival) => self.welcome(arrival),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // A client that is gone before it is welcomed is no failure.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let token = ACCEPTOR | u64::from(number);
                    acceptor.resting = self.poller.change(acceptor.fd(), token, 0).is_ok();
                    let text = format!("Cannot accept a connection: {error}");
                    return self.store.log("warning", &text);
                }
            }
        }
    }

    /// Makes a session for a connection, or says why not.
    pub(super) fn welcome(&mut self, arrival: Arrival) {
        let settings = &self.store.settings;
        let is_open =
            !settings.protected_mode.load(Relaxed) || settings.auth_required.load(Relaxed);
        if !is_open && !arrival.is_local {
            return turn_away(&arrival, error::PROTECTED);
        }
        let keep_alive = settings.tcp_keepalive.load(Relaxed);
        if arrival.is_tcp && keep_alive > 0 {
            // A connection without it works.
            let _set_or_not = sys::keep_alive(arrival.socket.as_fd(), keep_alive);
        }
        let Ok(session) = Session::open(&self.store, &self.lane, &arrival.facts) else {
            return turn_away(&arrival, error::TOO_MANY_CLIENTS);
        };
        let face = session.face().clone();
        let connection = Connection::new(arrival.socket, session, arrival.is_local, self.now_ms);
        let handle = match self.connections.insert(connection) {
            Ok(handle) => handle,
            Err(connection) => return connection.session.close(),
        };
        face.handle.store(handle, SeqCst);
        self.hold_new(handle);
    }

    /// Watches a new connection; what it has sent already is told at the next wait.
    fn hold_new(&mut self, handle: u32) {
        let Some(connection) = self.connections.get_mut(handle) else {
            return;
        };
        let (fd, interest) = (connection.fd(), connection.interest());
        if let Err(error) = self.poller.add(fd, u64::from(handle), interest) {
            let text = format!("Cannot watch a connection: {error}");
            self.store.log("warning", &text);
            self.close(handle);
        }
    }

    /// Once a second: closes idle clients, and lets acceptors that failed try again.
    fn tick(&mut self) {
        for acceptor in self.acceptors.iter_mut().filter(|one| one.resting) {
            let token = ACCEPTOR | u64::from(acceptor.number);
            acceptor.resting = self
                .poller
                .change(acceptor.fd(), token, sys::READABLE)
                .is_err();
        }
        let timeout_ms = 1000 * u64::from(self.store.settings.timeout.load(Relaxed));
        if timeout_ms == 0 {
            return;
        }
        for handle in self.connections.handles() {
            let now_ms = self.now_ms;
            let idle = |one: &mut Connection| {
                let waits = matches!(one.state, State::Awaiting | State::Parked(_));
                let listens = one.session.face().is_listening();
                let waits = waits || listens || one.session.is_waiting();
                !waits && now_ms - one.active_ms > timeout_ms
            };
            if self.connections.get_mut(handle).is_some_and(idle) {
                self.close(handle);
            }
        }
    }
}

impl Drop for Pump {
    /// Closes every connection that is left.
    fn drop(&mut self) {
        for handle in self.connections.handles() {
            self.close(handle);
        }
    }
}

/// What core's result asks for. A status that is no outcome ends the session.
fn next_of(result: i32, outcome: &Outcome, output: &[u8], session: u32, is_local: bool) -> Next {
    match -result {
        ..=0 => Next::Free,
        status if status == Status::More as i32 => Next::More,
        status if status == Status::Retry as i32 => Next::Retry(outcome.retry_ms),
        status if status == Status::Handoff as i32 => {
            let start = outcome.args_offset as usize;
            let record = HandOff {
                session,
                argc: outcome.argc,
                args_offset: 0,
                protocol: outcome.protocol,
                flags: if is_local { hand_off_flag::LOCAL } else { 0 },
                db: outcome.db,
            };
            let args = output[start..start + outcome.args_bytes as usize].to_vec();
            Next::HandOff(Asked { record, args })
        }
        _ => Next::Close,
    }
}

/// Says why, and closes.
fn turn_away(arrival: &Arrival, text: &str) {
    // Whoever does not take it is closed all the same.
    let _told_or_not = sys::send(arrival.socket.as_fd(), format!("-{text}\r\n").as_bytes());
}
