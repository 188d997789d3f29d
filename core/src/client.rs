//! A client as others see it, and what its own commands may change. The session that executes for it is above.
//!
//! It may not know buffers or parsing. Invariant: `Face` is written by its session's thread alone, but for `killed`,
//! `watch_broken`, and what `send` does.

pub mod interest;
pub mod outbox;
pub mod transaction;
pub mod waiter;

use crate::abi::why;
use crate::lane::Lane;
use crate::resp::Mark;
use crate::settings::{OutputClass, Settings};
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::*};
use outbox::{Message, Outbox};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use transaction::{Holes, Transaction};
use waiter::Waiter;

/// What others may see of a session, and do to it.
pub struct Face {
    /// Its id, never used twice.
    pub id: u64,
    /// Its handle at the boundary.
    pub handle: AtomicU32,
    /// Where it comes from.
    pub origin: Origin,
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
    /// Bytes that wait to be executed; while a batch runs, all of its bytes.
    pub pending_bytes: AtomicU64,
    /// Bytes of replies that wait to be fetched.
    pub spill_bytes: AtomicU64,
    /// Bytes of output that its socket has not taken yet.
    pub unsent_bytes: AtomicU64,
    /// CLIENT NO-EVICT.
    pub no_evict: AtomicBool,
    /// Requests queued since MULTI, or -1 outside a transaction.
    pub multi: AtomicI64,
    /// Bytes they take.
    pub multi_bytes: AtomicU64,
    /// Whether a key it watches has changed.
    pub watch_broken: AtomicBool,
    /// What it waits for in a blocking command.
    pub waiter: Mutex<Option<Arc<Waiter>>>,
    /// Bytes its session holds when idle.
    pub session_bytes: usize,
    /// Whether it is to be closed.
    pub killed: AtomicBool,
    /// Whether it is to be closed because it leaves too much unread.
    pub overflowed: AtomicBool,
    /// Messages that answer no request of its own.
    pub outbox: Outbox,
    /// Channels, patterns and shard channels it is subscribed to.
    pub subscriptions: [AtomicU32; 3],
    /// Whether it is in the context of publish and subscribe.
    pub subscribed: AtomicBool,
    /// Whether MONITOR feeds it.
    pub monitoring: AtomicBool,
    /// Whether CLIENT REPLY OFF silences what is no pushed message.
    pub silenced: AtomicBool,
    /// Since when it leaves more unread than the soft limit, in milliseconds of Unix time; 0 when it does not.
    soft_since_ms: AtomicI64,
}

/// Where a client comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
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
}

impl Face {
    /// Bytes core holds for the connection: an estimate from above, growth of its buffers included.
    pub fn memory_bytes(&self) -> u64 {
        let buffers = self.pending_bytes.load(Relaxed) + self.output_bytes();
        (size_of::<Face>() + self.session_bytes) as u64
            + (self.origin.addr.len() + self.origin.laddr.len()) as u64
            + 2 * buffers
            + 2 * self.multi_bytes.load(Relaxed)
    }

    /// Marks the session to be closed and tells its lane.
    pub fn kill(&self) {
        self.killed.store(true, SeqCst);
        self.lane.post(self.handle.load(Relaxed), why::CLOSE);
    }

    /// Sends a message and wakes the client's lane, unless the client is the `sender` and will look by itself. A client
    /// that leaves more unread than it may is closed instead.
    pub fn send(&self, message: &Message, sender: Option<u64>, settings: &Settings, now_ms: i64) {
        if self.killed.load(Relaxed) {
            return;
        }
        let is_first = self.outbox.push(message);
        if self.is_over_limit(settings, now_ms) {
            self.overflow();
        } else if is_first && sender != Some(self.id) {
            self.lane.post_new(self.handle.load(Relaxed), why::OUTPUT);
        }
    }

    /// Closes it because it leaves too much unread; what waits is dropped.
    pub fn overflow(&self) {
        self.overflowed.store(true, Relaxed);
        self.kill();
        self.outbox.clear();
    }

    /// Bytes of output that wait for it.
    pub fn output_bytes(&self) -> u64 {
        let unsent = self.unsent_bytes.load(Relaxed);
        unsent + self.spill_bytes.load(Relaxed) + self.outbox.bytes()
    }

    /// Whether it waits for messages, so that it may be silent as long as it likes.
    pub fn is_listening(&self) -> bool {
        self.subscribed.load(Relaxed) || self.monitoring.load(Relaxed)
    }

    /// The class whose limit holds for its output.
    pub fn output_class(&self) -> OutputClass {
        if self.subscribed.load(Relaxed) {
            OutputClass::Pubsub
        } else {
            OutputClass::Normal
        }
    }

    /// Whether more output waits than may: more than the hard limit, or more than the soft one for too long.
    pub fn is_over_limit(&self, settings: &Settings, now_ms: i64) -> bool {
        let limit = settings.output_limit(self.output_class());
        let bytes = self.output_bytes();
        let is_over = |limit: u64| limit != 0 && bytes >= limit;
        if !is_over(limit.soft_bytes.load(Relaxed)) {
            self.soft_since_ms.store(0, Relaxed);
        } else if self.soft_since_ms.load(Relaxed) == 0 {
            self.soft_since_ms.store(now_ms, Relaxed);
        } else {
            let seconds = (now_ms - self.soft_since_ms.load(Relaxed)) / 1000;
            if seconds > limit.soft_seconds.load(Relaxed) as i64 {
                return true;
            }
        }
        is_over(limit.hard_bytes.load(Relaxed))
    }
}

/// The sessions of a store.
#[derive(Default)]
pub struct Sessions {
    next_id: AtomicU64,
    open: Mutex<BTreeMap<u64, Arc<Face>>>,
    connections: AtomicU32,
}

/// Why no session was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyClients;

impl Sessions {
    /// Admits a client on `lane` and makes its face; refused when `maxclients` connections are open. Internal ones always are.
    pub fn admit(
        &self,
        origin: Origin,
        lane: &Arc<Lane>,
        now_ms: i64,
        maxclients: u32,
        session_bytes: usize,
    ) -> Result<Arc<Face>, TooManyClients> {
        if !origin.is_internal {
            if self.connections.fetch_add(1, SeqCst) >= maxclients {
                self.connections.fetch_sub(1, SeqCst);
                lane.counters.connections_rejected.add(1);
                return Err(TooManyClients);
            }
            lane.counters.connections_received.add(1);
        }
        let face = Arc::new(Face {
            id: self.next_id.fetch_add(1, SeqCst) + 1,
            handle: AtomicU32::new(0),
            origin,
            opened_ms: now_ms,
            lane: lane.clone(),
            name: Mutex::default(),
            last_command: AtomicU32::new(u32::MAX),
            last_ms: AtomicI64::new(now_ms),
            db: AtomicU32::new(0),
            protocol: AtomicU32::new(2),
            pending_bytes: AtomicU64::new(0),
            spill_bytes: AtomicU64::new(0),
            unsent_bytes: AtomicU64::new(0),
            no_evict: AtomicBool::new(false),
            multi: AtomicI64::new(-1),
            multi_bytes: AtomicU64::new(0),
            watch_broken: AtomicBool::new(false),
            waiter: Mutex::default(),
            session_bytes,
            killed: AtomicBool::new(false),
            overflowed: AtomicBool::new(false),
            outbox: Outbox::default(),
            subscriptions: Default::default(),
            subscribed: AtomicBool::new(false),
            monitoring: AtomicBool::new(false),
            silenced: AtomicBool::new(false),
            soft_since_ms: AtomicI64::new(0),
        });
        locked(&self.open).insert(face.id, face.clone());
        Ok(face)
    }

    /// Forgets a client that is gone.
    pub fn dismiss(&self, face: &Face) {
        locked(&self.open).remove(&face.id);
        if !face.origin.is_internal {
            self.connections.fetch_sub(1, SeqCst);
        }
    }

    /// Every open session, by id.
    pub fn faces(&self) -> Vec<Arc<Face>> {
        locked(&self.open).values().cloned().collect()
    }

    /// Closes clients that have left too much unread for too long, though nothing was sent to them since.
    pub fn close_overflowed(&self, settings: &Settings, now_ms: i64) {
        for face in locked(&self.open).values() {
            if !face.killed.load(Relaxed) && face.is_over_limit(settings, now_ms) {
                face.overflow();
            }
        }
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
    /// MULTI and WATCH.
    pub transaction: Transaction,
    /// Whether a command that would wait answers at once that there is nothing: inside EXEC, and for clients that nobody
    /// could wake.
    pub deny_blocking: bool,
    /// Its wait, until it has been answered.
    pub waiter: Option<Arc<Waiter>>,
    /// Whether a command runs for a client that waits: where it would wait on, it only says so.
    pub is_served: bool,
    /// What EXEC has left for the server to answer; empty outside of that.
    pub holes: Option<Box<Holes>>,
    /// What it is subscribed to: channels, patterns, shard channels.
    pub subscriptions: [BTreeSet<Box<[u8]>>; 3],
    /// Whether it is in the context of publish and subscribe, as its face says too.
    pub subscribed: bool,
    /// Whether MONITOR feeds it, as its face says too.
    pub monitoring: bool,
    /// Where the reply to the request in hand begins: there, messages may stand before it.
    pub reply_start: Mark,
}

impl ClientState {
    /// How a client begins.
    pub fn new(authenticated: bool, deny_blocking: bool) -> ClientState {
        ClientState {
            db: 0,
            protocol: 2,
            authenticated,
            reply_mode: ReplyMode::On,
            transaction: Transaction::default(),
            deny_blocking,
            waiter: None,
            is_served: false,
            holes: None,
            subscriptions: Default::default(),
            subscribed: false,
            monitoring: false,
            reply_start: Mark::default(),
        }
    }

    /// Stands in for a client that waits, while its command runs for it in database `db`.
    pub fn served(waiter: &Waiter, db: u32) -> ClientState {
        ClientState {
            db,
            protocol: waiter.protocol,
            is_served: true,
            ..ClientState::new(true, false)
        }
    }
}
