//! A client as others see it, and what its own commands may change. The session that executes for it is above.
//!
//! It may not know buffers or parsing. Invariant: `Face` is written by its session's thread alone, but for `killed` and
//! `watch_broken`.

pub mod interest;
pub mod transaction;

use crate::abi::why;
use crate::lane::Lane;
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::*};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use transaction::{Holes, Transaction};

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
    /// Bytes that wait to be executed.
    pub pending_bytes: AtomicU64,
    /// Bytes of replies that wait to be fetched.
    pub spill_bytes: AtomicU64,
    /// CLIENT NO-EVICT.
    pub no_evict: AtomicBool,
    /// Requests queued since MULTI, or -1 outside a transaction.
    pub multi: AtomicI64,
    /// Bytes they take.
    pub multi_bytes: AtomicU64,
    /// Whether a key it watches has changed.
    pub watch_broken: AtomicBool,
    /// Bytes its session holds when idle.
    pub session_bytes: usize,
    /// Whether it is to be closed.
    pub killed: AtomicBool,
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
        let buffers = self.pending_bytes.load(Relaxed) + self.spill_bytes.load(Relaxed);
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
            no_evict: AtomicBool::new(false),
            multi: AtomicI64::new(-1),
            multi_bytes: AtomicU64::new(0),
            watch_broken: AtomicBool::new(false),
            session_bytes,
            killed: AtomicBool::new(false),
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
    /// Whether a command that would wait answers at once that there is nothing: inside EXEC.
    pub deny_blocking: bool,
    /// What EXEC has left for the server to answer; empty outside of that.
    pub holes: Option<Box<Holes>>,
}
