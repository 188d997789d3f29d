//! A server without sockets, for tests: a store on a made-up topology, one lane, one session, requests in and raw replies
//! out.
//!
//! It may know everything a listener knows and nothing else: what it sees, a client would see. Integration tests include
//! this file too (`#[path]`), with the core's modules imported at their root.
//!
//! Invariant: every request is answered whole before the next is sent, whatever the size of its reply.

#![allow(dead_code, reason = "each test takes of it what it needs")]

use crate::abi::{Outcome, Status};
use crate::client::Face;
use crate::command::table::COMMAND_COUNT;
use crate::effect::{Consumer, Effect};
use crate::keyspace::Keyspace;
use crate::lane::Lane;
use crate::numa::Topology;
use crate::open::{self, OpenStore};
use crate::pool::{Pool, PoolOptions, WINDOW_SHIFT, WindowSpec};
use crate::session::Session;
use crate::settings::Settings;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The session's name in its lane's mailbox.
const HANDLE: u32 = 1;
/// Bytes of reply taken at a time: small, so that long replies also pass through the spill.
const OUT_BYTES: usize = 1024;

/// A store with one client.
pub(crate) struct Server {
    /// The store, for its clock, settings and counters.
    pub(crate) store: Arc<Store>,
    session: Option<Session>,
    lane: Arc<Lane>,
    effects: Option<Arc<Recorder>>,
    /// Keeps expiry and background frees going; a store of limited room has none.
    _home: Option<Arc<OpenStore>>,
}

/// Remembers effects as lines `db COMMAND args..`.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Consumer for Recorder {
    fn consume(&self, effect: &Effect<'_>) {
        let words = effect
            .command
            .iter()
            .map(|word| String::from_utf8_lossy(word));
        let line = words.fold(effect.db.to_string(), |line, word| line + " " + &word);
        self.0.lock().expect("nobody panics in here").push(line);
    }
}

impl Server {
    /// A store on two nodes.
    pub(crate) fn start() -> Server {
        Server::with_options("topology fake:2\n")
    }

    /// A store opened from lines `name value`.
    ///
    /// # Panics
    /// When the options are refused.
    pub(crate) fn with_options(options: &str) -> Server {
        let home = Arc::new(open::store(options).expect("the options are right"));
        Server::over(home.store.clone(), Some(home))
    }

    /// A store on two nodes that have room for `capacity_bytes` each, and no keeper.
    ///
    /// # Panics
    /// When the pool cannot be reserved.
    pub(crate) fn with_room(capacity_bytes: u64) -> Server {
        let topology = Topology::parse("fake:2").expect("a known topology");
        let window = WindowSpec {
            kernel_node: None,
            capacity_bytes: Some(capacity_bytes),
        };
        let pool = Pool::open(&PoolOptions {
            windows: vec![window; 2],
            window_shift: WINDOW_SHIFT,
            binder: |_, _, _| Ok(()),
        });
        let keyspace = Keyspace::new(pool.expect("address space"), &topology, 16, 1);
        let store = Store::new(keyspace, topology, Settings::default(), COMMAND_COUNT);
        Server::over(Arc::new(store), None)
    }

    fn over(store: Arc<Store>, home: Option<Arc<OpenStore>>) -> Server {
        let lane = store
            .open_lane(Some(0), "test", None)
            .expect("a free lane seat");
        let session = Session::open(&store, &lane, "addr 127.0.0.1:1\n").ok();
        if let Some(session) = &session {
            // Nobody looks sessions up by handle here, but a lane's letters name them by it.
            session.face().handle.store(HANDLE, Relaxed);
        }
        Server {
            store,
            session,
            lane,
            effects: None,
            _home: home,
        }
    }

    /// Sends one request and answers the raw reply, line ends included; bytes that are no UTF-8 are replaced. A move of a
    /// large value is answered when the mover is through.
    pub(crate) fn run(&mut self, request: &[&str]) -> String {
        let words: Vec<&[u8]> = request.iter().map(|word| word.as_bytes()).collect();
        let reply = self.run_bytes(&words);
        if reply.is_empty() && request.first() == Some(&"NUMAMIGRATE") {
            return self.next(Duration::from_secs(60));
        }
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// The same for any bytes.
    pub(crate) fn run_bytes(&mut self, request: &[&[u8]]) -> Vec<u8> {
        self.exchange(&encode(request))
    }

    /// Another client of the same store, on a lane of its own.
    pub(crate) fn another(&self) -> Server {
        Server::over(self.store.clone(), self._home.clone())
    }

    /// Sends bytes as they are and collects what comes back until the server waits for more.
    ///
    /// # Panics
    /// When the request is one that core hands up to the server, or the connection is closed.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.exchange_answering(bytes, |args| panic!("not a core command: {args:?}"))
    }

    /// The same where `answer` stands for the server: it gets a server command's arguments and gives the raw reply.
    ///
    /// # Panics
    /// When the connection is closed.
    pub(crate) fn exchange_answering(
        &mut self,
        bytes: &[u8],
        mut answer: impl FnMut(Vec<String>) -> Vec<u8>,
    ) -> Vec<u8> {
        let session = self.session.as_mut().expect("open until dropped");
        let (mut input, mut reply) = (bytes, Vec::new());
        let mut out = [0; OUT_BYTES];
        let mut answered: Option<Vec<u8>> = None;
        loop {
            let mut outcome = Outcome::default();
            let result = match answered.take() {
                None => session.execute(input, &mut out, &mut outcome),
                Some(answer) => session.answer(&answer, &mut out, &mut outcome),
            };
            reply.extend_from_slice(&out[..outcome.reply_bytes as usize]);
            input = &[];
            if result >= 0 {
                return reply;
            }
            if result == Status::Handoff.result() {
                answered = Some(answer(handed_over(&out, &outcome)));
            } else if result == Status::Retry.result() {
                std::thread::sleep(std::time::Duration::from_millis(outcome.retry_ms.into()));
            } else {
                assert_eq!(result, Status::More.result(), "not a core command");
            }
        }
    }

    /// Another client, on a lane of its own.
    ///
    /// # Panics
    /// When no lane is free.
    pub(crate) fn peer(&self) -> Peer {
        let store = self.store.clone();
        let lane = store.open_lane(Some(1), "peer", None);
        let lane = lane.expect("a free lane seat");
        let session = Session::open(&store, &lane, "addr 127.0.0.1:2\n").expect("admitted");
        session.face().handle.store(PEER, Relaxed);
        Peer {
            store,
            session: Some(session),
            lane,
        }
    }

    /// Waits as a listener does: until core posts a letter for the session, then collects what it has to say. What comes
    /// later than `limit` is not waited for.
    pub(crate) fn next(&mut self, limit: Duration) -> String {
        let until = Instant::now() + limit;
        while self.lane.collect(1).is_empty() {
            self.store.keyspace.pool.tend();
            if Instant::now() >= until {
                return String::new();
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        String::from_utf8_lossy(&self.exchange(b"")).into_owned()
    }

    /// The client's number.
    pub(crate) fn id(&self) -> String {
        let session = self.session.as_ref().expect("open until dropped");
        session.face().id.to_string()
    }

    /// The effects since the last call, as lines `db COMMAND args..`; the first call begins to record and answers none.
    pub(crate) fn effects(&mut self) -> Vec<String> {
        let recorder = self.effects.get_or_insert_with(|| {
            let recorder = Arc::new(Recorder::default());
            self.store.effects.subscribe(recorder.clone());
            recorder
        });
        core::mem::take(&mut *recorder.0.lock().expect("nobody panics in here"))
    }

    /// Changes a setting, as CONFIG SET would.
    ///
    /// # Panics
    /// When the value is refused.
    pub(crate) fn with_setting(&mut self, name: &str, value: &str) {
        let set = self.store.settings.set(name, value);
        set.expect("a value that the setting takes");
    }

    /// Re-derives every invariant of the pool and of every table.
    ///
    /// # Panics
    /// With the invariant that is broken.
    pub(crate) fn check(&self) {
        use crate::keyspace::{Mode, lock::ShardSet};
        let keyspace = &self.store.keyspace;
        let grip = keyspace.grip(self.lane.seat, ShardSet::ALL, Mode::Exclusive);
        grip.is_valid().expect("a valid keyspace");
        keyspace.pool.is_valid().expect("a valid pool");
    }
}

/// The handle peers are known by on their lanes.
pub(crate) const PEER: u32 = 7;

/// A further client of a server.
pub(crate) struct Peer {
    store: Arc<Store>,
    session: Option<Session>,
    lane: Arc<Lane>,
}

impl Peer {
    /// Sends one request and answers what comes back, line ends included.
    pub(crate) fn run(&mut self, request: &[&str]) -> String {
        let words: Vec<&[u8]> = request.iter().map(|word| word.as_bytes()).collect();
        self.exchange(&encode(&words))
    }

    /// Sends bytes and answers what comes back; `(closed)` at its end when the connection is to be closed.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> String {
        let session = self.session.as_mut().expect("open until dropped");
        let (mut reply, ended) = exchange(session, bytes);
        if ended == Some(Status::Close.result()) {
            reply.extend_from_slice(b"(closed)");
        }
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// What has come without being asked for.
    pub(crate) fn heard(&mut self) -> String {
        self.exchange(&[])
    }

    /// The same, whatever bytes they are.
    pub(crate) fn heard_bytes(&mut self) -> Vec<u8> {
        exchange(self.session.as_mut().expect("open until dropped"), &[]).0
    }

    /// Why its lane was told to look after it, all reasons together; 0 when it was not.
    pub(crate) fn woken(&self) -> u32 {
        let letters = self.lane.collect(usize::MAX);
        assert!(letters.iter().all(|(session, _)| *session == PEER));
        letters.iter().fold(0, |reasons, (_, why)| reasons | why)
    }

    /// What others see of it.
    pub(crate) fn face(&self) -> &Arc<Face> {
        self.session.as_ref().expect("open until dropped").face()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.close();
        }
        self.store.close_lane(&self.lane);
    }
}

/// Sends bytes and collects what comes back until the session waits for more, or ends with a status.
fn exchange(session: &mut Session, bytes: &[u8]) -> (Vec<u8>, Option<i32>) {
    let (mut input, mut reply) = (bytes, Vec::new());
    let mut out = [0; OUT_BYTES];
    loop {
        let mut outcome = Outcome::default();
        let result = session.execute(input, &mut out, &mut outcome);
        reply.extend_from_slice(&out[..outcome.reply_bytes as usize]);
        input = &[];
        if result >= 0 {
            return (reply, None);
        }
        if result == Status::Retry.result() {
            std::thread::sleep(std::time::Duration::from_millis(outcome.retry_ms.into()));
        } else if result != Status::More.result() {
            return (reply, Some(result));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.close();
        }
        self.store.close_lane(&self.lane);
    }
}

/// The arguments of a server command, as core leaves them behind the replies.
fn handed_over(out: &[u8], outcome: &Outcome) -> Vec<String> {
    let mut at = outcome.args_offset as usize;
    let next = |_| {
        let len = u32::from_le_bytes(out[at..at + 4].try_into().expect("four bytes")) as usize;
        at += 4 + len;
        String::from_utf8_lossy(&out[at - len..at]).into_owned()
    };
    (0..outcome.argc).map(next).collect()
}

/// A request as an array of bulk strings.
pub(crate) fn encode(request: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", request.len()).into_bytes();
    for word in request {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn server_answers_whole_requests_and_errors() {
        let mut server = Server::start();
        let unknown = server.run(&["NOSUCH"]);
        assert_eq!(
            unknown,
            "-ERR unknown command 'NOSUCH', with args beginning with: \r\n"
        );
        assert_eq!(server.exchange(b"*1\r\n"), b"");
        assert_eq!(
            server.exchange(b"$3\r\nGET\r\n"),
            b"-ERR wrong number of arguments for 'get' command\r\n"
        );
        server.check();
    }
}
