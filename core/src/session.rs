//! A session: one client's state, and the loop that turns its bytes into commands and replies.
//!
//! It may not know sockets. A session belongs to a lane, whose thread alone executes on it; other lanes see only its
//! `Face` and reach it through the lane's mailbox.
//!
//! Invariants: bytes that came in and were not executed lie in `pending`, replies that did not fit lie in `spill`, and both
//! keep their order; no lock is held when a call returns.

mod batch;

use crate::abi::{Outcome, Status, why};
use crate::command::spec::CommandSpec;
use crate::lane::Lane;
use crate::resp::{Limits, Parser, Span, Spill};
use crate::store::{Store, locked};
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::*};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Bytes of pending input a session keeps allocated when it is idle.
pub(crate) const PENDING_KEPT: usize = 4 * 1024;

/// What others may see of a session, and do to it.
pub struct Face {
    /// Its id, never used twice.
    pub id: u64,
    /// Its handle at the boundary.
    pub handle: AtomicU32,
    /// Peer's address.
    pub addr: String,
    /// The address it came in at.
    pub laddr: String,
    /// The descriptor's number as the listener knows it, or -1.
    pub fd: i64,
    /// Whether it came in over a Unix socket.
    pub is_unix: bool,
    /// Whether it is main's or an embedder's own, not a connection.
    pub is_internal: bool,
    /// When it was opened, in milliseconds of Unix time.
    pub opened_ms: i64,
    /// Its lane.
    pub lane: Arc<Lane>,
    /// CLIENT SETNAME.
    pub name: Mutex<Vec<u8>>,
    /// Its last command: table id, or `u32::MAX`.
    pub last_command: AtomicU32,
    /// When it last spoke, in milliseconds of Unix time.
    pub last_ms: AtomicI64,
    /// Selected database.
    pub db: AtomicU32,
    /// 2 or 3.
    pub protocol: AtomicU32,
    /// Bytes that wait to be executed.
    pub pending_bytes: AtomicU64,
    /// Bytes of replies that wait to be fetched.
    pub spill_bytes: AtomicU64,
    /// CLIENT NO-EVICT.
    pub no_evict: AtomicBool,
    /// Whether it is to be closed.
    pub killed: AtomicBool,
}

impl Face {
    /// Marks the session to be closed and tells its lane.
    pub fn kill(&self) {
        self.killed.store(true, SeqCst);
        self.lane.post(self.handle.load(Relaxed), why::CLOSE);
    }
}

/// The sessions of a store.
#[derive(Default)]
pub struct Sessions {
    next_id: AtomicU64,
    open: Mutex<BTreeMap<u64, Arc<Face>>>,
    connections: AtomicU32,
}

impl Sessions {
    /// Every open session, by id.
    pub fn faces(&self) -> Vec<Arc<Face>> {
        locked(&self.open).values().cloned().collect()
    }

    /// Connections open now; main's own session is none.
    pub fn connections(&self) -> u32 {
        self.connections.load(Relaxed)
    }

    /// Tells every session that it may go on (CLIENT UNPAUSE).
    pub fn resume_all(&self) {
        self.faces()
            .iter()
            .for_each(|face| face.lane.post(face.handle.load(Relaxed), why::RESUME));
    }
}

/// What CLIENT REPLY asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyMode {
    /// Every reply is sent.
    On,
    /// None is.
    Off,
    /// CLIENT REPLY SKIP itself: nothing is sent for it, and the next command's reply is to be skipped.
    SkipArmed,
    /// The next command's is not.
    SkipNext,
}

/// What only commands on this session may read and change.
pub struct ClientState {
    /// Selected database.
    pub db: u32,
    /// 2 or 3.
    pub protocol: u8,
    /// Whether it has logged in, or need not.
    pub authenticated: bool,
    /// CLIENT REPLY.
    pub reply_mode: ReplyMode,
}

/// A server command that waits for its answer.
struct HandedOff {
    command: &'static CommandSpec,
    started: Instant,
    muted: bool,
}

/// One client.
pub struct Session {
    /// What others see.
    pub face: Arc<Face>,
    store: Arc<Store>,
    lane: Arc<Lane>,
    client: ClientState,
    parser: Parser,
    spans: Vec<Span>,
    pending: Vec<u8>,
    spill: Spill,
    handed_off: Option<HandedOff>,
    closing: bool,
}

/// Why no session was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyClients;

impl Session {
    /// Opens a session on a lane. `text` is lines `addr`, `laddr`, `unix`, `fd`; without `addr` it is internal and counts
    /// as no client.
    pub fn open(
        store: &Arc<Store>,
        lane: &Arc<Lane>,
        text: &str,
    ) -> Result<Session, TooManyClients> {
        let facts: BTreeMap<&str, &str> = crate::settings::lines(text).collect();
        let fact = |name: &str| facts.get(name).copied().unwrap_or_default();
        let is_internal = !facts.contains_key("addr");
        if !is_internal {
            let open = store.sessions.connections.fetch_add(1, SeqCst);
            if open >= store.settings.maxclients.load(Relaxed) {
                store.sessions.connections.fetch_sub(1, SeqCst);
                lane.counters.connections_rejected.add(1);
                return Err(TooManyClients);
            }
            lane.counters.connections_received.add(1);
        }
        let now_ms = store.clock.now_ms();
        let face = Arc::new(Face {
            id: store.sessions.next_id.fetch_add(1, SeqCst) + 1,
            handle: AtomicU32::new(0),
            addr: fact("addr").to_owned(),
            laddr: fact("laddr").to_owned(),
            fd: fact("fd").parse().unwrap_or(-1),
            is_unix: fact("unix") == "1",
            is_internal,
            opened_ms: now_ms,
            lane: lane.clone(),
            name: Mutex::default(),
            last_command: AtomicU32::new(u32::MAX),
            last_ms: AtomicI64::new(now_ms),
            db: AtomicU32::new(0),
            protocol: AtomicU32::new(2),
            pending_bytes: AtomicU64::new(0),
            spill_bytes: AtomicU64::new(0),
            no_evict: AtomicBool::new(false),
            killed: AtomicBool::new(false),
        });
        locked(&store.sessions.open).insert(face.id, face.clone());
        let authenticated = is_internal || !store.settings.auth_required.load(Relaxed);
        Ok(Session {
            face,
            store: store.clone(),
            lane: lane.clone(),
            client: ClientState {
                db: 0,
                protocol: 2,
                authenticated,
                reply_mode: ReplyMode::On,
            },
            parser: Parser::default(),
            spans: Vec::new(),
            pending: Vec::new(),
            spill: Spill::new(),
            handed_off: None,
            closing: false,
        })
    }

    /// Closes it: others no longer see it.
    pub fn close(self) {
        locked(&self.store.sessions.open).remove(&self.face.id);
        if !self.face.is_internal {
            self.store.sessions.connections.fetch_sub(1, SeqCst);
        }
    }

    /// The store it belongs to.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The lane it belongs to.
    pub fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// Executes what is complete in the pending bytes and `input`, writing replies to `out`. The result is a count of reply
    /// bytes, or a negated `Status`; `outcome` says more.
    pub fn execute(&mut self, input: &[u8], out: &mut [u8], outcome: &mut Outcome) -> i32 {
        let store = self.store.clone();
        let lane = self.lane.clone();
        lane.counters.boundary_calls.add(1);
        if !input.is_empty() {
            lane.counters.reads.add(1);
            lane.counters.input_bytes.add(input.len() as u64);
        }
        let result = self.execute_batch(&store, &lane, input, out, outcome);
        outcome.protocol = self.client.protocol as u32;
        outcome.db = self.client.db;
        self.face
            .pending_bytes
            .store(self.pending.len() as u64, Relaxed);
        self.face
            .spill_bytes
            .store(self.spill.len() as u64, Relaxed);
        lane.counters.output_bytes.add(outcome.reply_bytes as u64);
        result
    }

    /// Puts a server command's encoded reply in its place and goes on.
    pub fn answer(&mut self, reply_bytes: &[u8], out: &mut [u8], outcome: &mut Outcome) -> i32 {
        let Some(handed_off) = self.handed_off.take() else {
            return Status::InvalidArgument.result();
        };
        let counters = &self.lane.commands[handed_off.command.id as usize];
        counters
            .nanos
            .add(handed_off.started.elapsed().as_nanos() as u64);
        if let Some(code) = reply_bytes.strip_prefix(b"-") {
            counters.failed.add(1);
            self.lane.counters.error_replies.add(1);
            let end = code
                .iter()
                .position(|byte| !byte.is_ascii_alphanumeric())
                .unwrap_or(code.len());
            self.store.count_error(&code[..end]);
        }
        if !handed_off.muted {
            self.spill.push(reply_bytes);
        }
        self.execute(&[], out, outcome)
    }

    fn execute_batch(
        &mut self,
        store: &Store,
        lane: &Lane,
        input: &[u8],
        out: &mut [u8],
        outcome: &mut Outcome,
    ) -> i32 {
        if self.face.killed.load(Relaxed) {
            return Status::Close.result();
        }
        let drained = self.spill.drain_into(out);
        outcome.reply_bytes = drained as u32;
        if self.handed_off.is_some() || !self.spill.is_empty() {
            self.pending.extend_from_slice(input);
            return self.settle(None, lane, outcome);
        }
        if self.closing {
            return Status::Close.result();
        }
        let mut pending = core::mem::take(&mut self.pending);
        let ended = if pending.is_empty() {
            let (taken, ended) = batch::run(self, store, lane, input, out, outcome);
            pending.extend_from_slice(&input[taken..]);
            ended
        } else {
            pending.extend_from_slice(input);
            let (taken, ended) = batch::run(self, store, lane, &pending, out, outcome);
            pending.drain(..taken);
            ended
        };
        if pending.is_empty() && pending.capacity() > PENDING_KEPT {
            pending = Vec::new();
        }
        self.pending = pending;
        self.settle(ended, lane, outcome)
    }

    /// What the caller is told. Replies that wait in the spill come before anything else.
    fn settle(&mut self, ended: Option<Status>, lane: &Lane, outcome: &Outcome) -> i32 {
        self.closing |= ended == Some(Status::Close);
        if !self.spill.is_empty() {
            lane.counters.mores.add(1);
            return Status::More.result();
        }
        match ended {
            None => outcome.reply_bytes as i32,
            Some(status) => {
                if status == Status::Retry {
                    lane.counters.retries.add(1);
                }
                status.result()
            }
        }
    }

    fn limits(&self, store: &Store) -> Limits {
        Limits {
            bulk_max_bytes: store.settings.proto_max_bulk_len.load(Relaxed),
            authenticated: self.client.authenticated || !store.settings.auth_required.load(Relaxed),
        }
    }
}
