//! A client without sockets for integration tests: a lane and a session of its own on a store that others may share.
//!
//! It knows what a listener knows. Invariant: every request is answered whole before the next is sent.

#![allow(dead_code, reason = "each test takes of it what it needs")]
#![allow(
    unreachable_pub,
    reason = "a module of a test has no other crate to be public to"
)]

pub mod random;

use numakv_core::abi::{Outcome, Status};
use numakv_core::lane::Lane;
use numakv_core::session::Session;
use numakv_core::store::Store;
use std::io::Write;
use std::sync::Arc;

/// One client on a lane of its own.
pub struct Client {
    store: Arc<Store>,
    /// Its lane.
    pub lane: Arc<Lane>,
    session: Option<Session>,
    out: Vec<u8>,
}

impl Client {
    /// Opens a lane on the node of that index, and a session on it.
    ///
    /// # Panics
    /// When every seat is taken.
    pub fn open(store: &Arc<Store>, node: u32) -> Client {
        let lane = store.open_lane(Some(node), "test", None).expect("a seat");
        let session = Session::open(store, &lane, "addr 127.0.0.1:1\n").ok();
        Client {
            store: store.clone(),
            lane,
            session,
            out: vec![0; 4096],
        }
    }

    /// Sends one request and answers the whole raw reply.
    pub fn ask(&mut self, request: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(&mut bytes, request);
        let mut reply = Vec::new();
        self.exchange(&bytes, |part| reply.extend_from_slice(part));
        // A move of a large value is answered when the mover is through, a compaction when the compactor is.
        while reply.is_empty() && request[0].starts_with(b"NUMA") {
            std::thread::sleep(std::time::Duration::from_micros(50));
            self.exchange(b"", |part| reply.extend_from_slice(part));
        }
        reply
    }

    /// Sends bytes as they are and hands on what comes back, a buffer at a time; allocates nothing itself.
    ///
    /// # Panics
    /// When the request is one that core hands up to the server, or the connection is closed.
    pub fn exchange(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) {
        let session = self.session.as_mut().expect("open until dropped");
        let mut input = bytes;
        loop {
            let mut outcome = Outcome::default();
            let result = session.execute(input, &mut self.out, &mut outcome);
            take(&self.out[..outcome.reply_bytes as usize]);
            input = &[];
            if result >= 0 {
                return;
            }
            let goes_on = [Status::More.result(), Status::Retry.result()].contains(&result);
            assert!(goes_on, "status {result}");
        }
    }

    /// The same for words of text.
    pub fn say(&mut self, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        String::from_utf8(self.ask(&words)).expect("text")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.close();
        }
        self.store.close_lane(&self.lane);
    }
}

/// Appends a request as an array of bulk strings.
pub fn encode(bytes: &mut Vec<u8>, request: &[&[u8]]) {
    // Writing to memory does not fail.
    let _written = write!(bytes, "*{}\r\n", request.len());
    for word in request {
        let _written = write!(bytes, "${}\r\n", word.len());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
}
