//! A session: one client's state, and the loop that turns its bytes into commands and replies.
//!
//! It may not know sockets. A session belongs to a lane, whose thread alone executes on it; other lanes see only its
//! `Face` and reach it through the lane's mailbox.
//!
//! Invariants: bytes that came in and were not executed lie in `pending`, replies that did not fit lie in `spill`, and both
//! keep their order; no lock is held when a call returns.

mod batch;
#[cfg(test)]
mod tests;

use crate::abi::{Outcome, Status, outcome_flag};
use crate::client::waiter::State;
use crate::client::{ClientState, Face, Origin, TooManyClients};
use crate::clock::ticks;
use crate::command::spec::CommandSpec;
use crate::command::{connection, pubsub};
use crate::error;
use crate::lane::Lane;
use crate::resp::{Limits, Parser, Reply, Span, Spill};
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

/// Bytes of pending input a session keeps allocated when it is idle.
const PENDING_KEPT: usize = 4 * 1024;

/// A server command that waits for its answer.
struct HandedOff {
    command: &'static CommandSpec,
    /// Ticks at the hand-over.
    started: u64,
    muted: bool,
}

/// Where a session belongs.
struct Home {
    store: Arc<Store>,
    lane: Arc<Lane>,
    face: Arc<Face>,
}

/// What a session has in hand.
struct Work {
    client: ClientState,
    parser: Parser,
    spans: Vec<Span>,
    pending: Vec<u8>,
    spill: Spill,
    handed_off: Option<HandedOff>,
    closing: bool,
}

/// One client.
pub struct Session {
    home: Home,
    work: Work,
}

/// Reads lines `addr`, `laddr`, `unix`, `fd`; without `addr` the client is internal and counts as none.
fn origin_of(text: &str) -> Origin {
    let mut origin = Origin {
        fd: -1,
        is_internal: true,
        ..Origin::default()
    };
    for (name, value) in crate::settings::lines(text) {
        match name {
            "addr" => (origin.addr, origin.is_internal) = (value.to_owned(), false),
            "laddr" => value.clone_into(&mut origin.laddr),
            "unix" => origin.is_unix = value == "1",
            "fd" => origin.fd = value.parse().unwrap_or(-1),
            _ => {}
        }
    }
    origin
}

/// Whether nobody collects this client's mailbox, so that it could never be woken: main's own session, and an embedder's.
fn is_alone(origin: &Origin) -> bool {
    origin.is_internal || origin.addr.starts_with("embedded:")
}

impl Session {
    /// Opens a session on a lane. `text` says where the client comes from, in lines as `nkv_session_open` takes them.
    pub fn open(
        store: &Arc<Store>,
        lane: &Arc<Lane>,
        text: &str,
    ) -> Result<Session, TooManyClients> {
        let maxclients = store.settings.maxclients.load(Relaxed);
        let session_bytes = size_of::<Session>() + PENDING_KEPT;
        let face = store.sessions.admit(
            origin_of(text),
            lane,
            store.clock.now_ms(),
            maxclients,
            session_bytes,
        )?;
        let authenticated = face.origin.is_internal || !store.settings.auth_required.load(Relaxed);
        let client = ClientState::new(authenticated, is_alone(&face.origin));
        Ok(Session {
            home: Home {
                store: store.clone(),
                lane: lane.clone(),
                face,
            },
            work: Work {
                client,
                parser: Parser::default(),
                spans: Vec::new(),
                pending: Vec::new(),
                spill: Spill::new(),
                handed_off: None,
                closing: false,
            },
        })
    }

    /// Closes it: others no longer see it.
    pub fn close(mut self) {
        let Session { home, work } = &mut self;
        let interest = &home.store.interest;
        work.client.transaction.end(interest, &home.face);
        if let Some(waiter) = work.client.waiter.take() {
            interest.leave(&waiter);
        }
        pubsub::forget(&home.store, &mut work.client, &home.face);
        if home.face.overflowed.load(Relaxed) {
            let client = connection::describe(&home.store, &home.face, 0);
            let client = client.trim_end();
            home.store.log(
                "warning",
                &format!(
                    "Client {client} scheduled to be closed ASAP for overcoming of output buffer limits."
                ),
            );
        }
        self.home.store.sessions.dismiss(&self.home.face);
    }

    /// What others see of it.
    pub fn face(&self) -> &Arc<Face> {
        &self.home.face
    }

    /// Whether it waits in a blocking command: such a client is not idle.
    pub fn is_waiting(&self) -> bool {
        self.work.client.waiter.is_some()
    }

    /// The store it belongs to.
    pub fn store(&self) -> &Arc<Store> {
        &self.home.store
    }

    /// Executes what is complete in the pending bytes and `input`, writing replies to `out`. The result is a count of reply
    /// bytes, or a negated `Status`; `outcome` says more.
    pub fn execute(&mut self, input: &[u8], out: &mut [u8], outcome: &mut Outcome) -> i32 {
        let Session { home, work } = self;
        let counters = &home.lane.counters;
        if !input.is_empty() {
            counters.reads.add(1);
            counters.input_bytes.add(input.len() as u64);
        }
        home.face
            .pending_bytes
            .store((work.pending.len() + input.len()) as u64, Relaxed);
        let result = work.execute(home, input, out, outcome);
        outcome.protocol = work.client.protocol as u32;
        outcome.db = work.client.db;
        if work.client.transaction.is_open() {
            outcome.flags |= outcome_flag::TRANSACTION;
        }
        home.face
            .pending_bytes
            .store(work.pending.len() as u64, Relaxed);
        home.face
            .spill_bytes
            .store(work.spill.len() as u64, Relaxed);
        counters.output_bytes.add(outcome.reply_bytes as u64);
        result
    }

    /// Puts a server command's encoded reply in its place and goes on.
    pub fn answer(&mut self, reply: &[u8], out: &mut [u8], outcome: &mut Outcome) -> i32 {
        let Session { home, work } = self;
        let Some(HandedOff {
            command,
            started,
            muted,
        }) = work.handed_off.take()
        else {
            return Status::InvalidArgument.result();
        };
        let counters = &home.lane.commands[command.id as usize];
        counters.ticks.add(ticks().wrapping_sub(started));
        if let Some(code) = reply.strip_prefix(b"-") {
            counters.failed.add(1);
            home.lane.counters.error_replies.add(1);
            let end = code.iter().position(|byte| !byte.is_ascii_alphanumeric());
            home.store.count_error(&code[..end.unwrap_or(code.len())]);
        }
        if !muted {
            work.spill.push(reply);
        }
        if let Some(holes) = &mut work.client.holes
            && !holes.close(&mut work.spill)
        {
            work.client.holes = None;
        }
        self.execute(&[], out, outcome)
    }
}

impl Work {
    fn execute(&mut self, home: &Home, input: &[u8], out: &mut [u8], outcome: &mut Outcome) -> i32 {
        if home.face.killed.load(Relaxed) {
            return Status::Close.result();
        }
        self.end_wait();
        if !self.spill.is_empty() {
            outcome.reply_bytes = self.spill.drain_into(out) as u32;
        }
        if self.handed_off.is_some() || !self.spill.is_empty() {
            self.pending.extend_from_slice(input);
            return self.settle(home, None, outcome);
        }
        if self.client.waiter.is_some() {
            self.pending.extend_from_slice(input);
            let ended = batch::wait(self, home, outcome);
            return self.settle(home, ended, outcome);
        }
        if self.client.holes.is_some() {
            self.pending.extend_from_slice(input);
            let ended = batch::hand_over_next(self, home, out, outcome);
            return self.settle(home, ended, outcome);
        }
        if self.closing {
            return Status::Close.result();
        }
        let ended = if self.pending.is_empty() {
            let (taken, ended) = batch::run(self, home, input, out, outcome);
            self.pending.extend_from_slice(&input[taken..]);
            ended
        } else {
            let mut pending = core::mem::take(&mut self.pending);
            pending.extend_from_slice(input);
            let (taken, ended) = batch::run(self, home, &pending, out, outcome);
            pending.drain(..taken);
            if pending.is_empty() && pending.capacity() > PENDING_KEPT {
                pending = Vec::new();
            }
            self.pending = pending;
            ended
        };
        self.settle(home, ended, outcome)
    }

    /// When the wait of a blocking command is over, its reply comes next.
    fn end_wait(&mut self) {
        let Some(waiter) = &self.client.waiter else {
            return;
        };
        let mut reply = Reply::new(&mut [], &mut self.spill, self.client.protocol);
        reply.set_muted(waiter.muted);
        match waiter.state() {
            State::Waiting | State::Claimed | State::Gone => return,
            State::Served => reply.raw(&waiter.take_reply()),
            State::Unblocked => reply.error(error::UNBLOCKED),
            State::TimedOut => waiter.nothing.write(&mut reply),
        }
        self.client.waiter = None;
    }

    /// What the caller is told. Replies that wait in the spill come before anything else.
    fn settle(&mut self, home: &Home, ended: Option<Status>, outcome: &Outcome) -> i32 {
        self.closing |= ended == Some(Status::Close);
        if !self.spill.is_empty() {
            home.lane.counters.mores.add(1);
            return Status::More.result();
        }
        match ended {
            None => outcome.reply_bytes as i32,
            Some(status) => {
                match status {
                    Status::Retry => home.lane.counters.retries.add(1),
                    Status::More => home.lane.counters.mores.add(1),
                    _ => {}
                }
                status.result()
            }
        }
    }

    /// What the client may send now.
    fn limits(&self, store: &Store) -> Limits {
        Limits {
            bulk_max_bytes: store.settings.proto_max_bulk_len.load(Relaxed),
            authenticated: self.client.authenticated || !store.settings.auth_required.load(Relaxed),
        }
    }
}
