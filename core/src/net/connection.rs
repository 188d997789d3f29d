//! One connection: a socket, its session, and what happens to it next.
//!
//! It knows no other connection. Invariant: a connection is in one state, and only a free one reads; so a client that does
//! not take its replies, or waits for one, is held back by the kernel and costs one buffer at most.

use super::sys;
use crate::abi::HandOff;
use crate::session::Session;
use core::sync::atomic::Ordering::Relaxed;
use std::io::{ErrorKind, Result};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A server command on its way up.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    /// Who asks and how.
    pub(super) record: HandOff,
    /// For each argument a `u32` length and its bytes.
    pub(super) args: Vec<u8>,
}

/// What happens when the reply in hand is with the kernel.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// The batch is done.
    Free,
    /// Core has more to say or do.
    More,
    /// A server command is next.
    HandOff(Asked),
    /// Core is asked again after so many milliseconds.
    Retry(u32),
    /// It is closed.
    Close,
}

/// What a connection does now.
#[derive(Debug, PartialEq)]
pub(super) enum State {
    /// Nothing, or it is queued: it reads, or goes on.
    Free,
    /// The kernel takes no more of its reply for now.
    Sending(Next),
    /// A server command has not been answered.
    Awaiting,
    /// Core is asked again at that time, in the pump's milliseconds.
    Parked(u64),
}

/// One client's connection.
pub(super) struct Connection {
    socket: OwnedFd,
    pub(super) session: Session,
    /// Whether the other end is on this machine.
    pub(super) is_local: bool,
    pub(super) state: State,
    /// There may be something to read.
    pub(super) is_readable: bool,
    /// The client sends nothing more.
    pub(super) is_half_closed: bool,
    /// Core is to be asked without input: it had more, or somebody rang.
    pub(super) goes_on: bool,
    /// It is in the queue of those to be served.
    pub(super) is_queued: bool,
    /// When bytes last moved, in the pump's milliseconds.
    pub(super) active_ms: u64,
    unsent: Vec<u8>,
    sent: usize,
}

impl Connection {
    pub(super) fn new(
        socket: OwnedFd,
        session: Session,
        is_local: bool,
        now_ms: u64,
    ) -> Connection {
        Connection {
            socket,
            session,
            is_local,
            state: State::Free,
            is_readable: false,
            is_half_closed: false,
            goes_on: false,
            is_queued: false,
            active_ms: now_ms,
            unsent: Vec::new(),
            sent: 0,
        }
    }

    /// Its descriptor.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Takes what has come: its length, 0 at the end, `None` when there is nothing now.
    pub(super) fn receive(&mut self, into: &mut [u8]) -> Result<Option<usize>> {
        match sys::receive(self.fd(), into) {
            Ok(count) => {
                // Fewer bytes than asked for: the kernel has no more, and will say so when it has. An end shows as a read of 0.
                self.is_readable = count == into.len() || self.is_half_closed;
                Ok(Some(count))
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(None),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.is_readable = false;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Sends a reply, and keeps what the kernel does not take. Whether nothing is left.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<bool> {
        let taken = taken(sys::send(self.fd(), bytes))?;
        if taken < bytes.len() {
            self.unsent.extend_from_slice(&bytes[taken..]);
            self.show_unsent();
        }
        Ok(taken == bytes.len())
    }

    /// Sends what was kept. Whether nothing is left.
    pub(super) fn flush(&mut self) -> Result<bool> {
        self.sent += taken(sys::send(self.fd(), &self.unsent[self.sent..]))?;
        let is_done = self.sent == self.unsent.len();
        if is_done {
            (self.unsent, self.sent) = (Vec::new(), 0);
        }
        self.show_unsent();
        Ok(is_done)
    }

    /// Lets others see how much the client has not taken.
    fn show_unsent(&self) {
        let unsent = (self.unsent.len() - self.sent) as u64;
        self.session.face().unsent_bytes.store(unsent, Relaxed);
    }

    /// Whether the client has gone, and all it sent was read.
    pub(super) fn is_over(&self) -> bool {
        self.is_half_closed && sys::is_at_end(self.fd())
    }

    /// What the poller is to tell of it.
    pub(super) fn interest(&self) -> u32 {
        let reading = sys::READABLE | sys::HALF_CLOSED | sys::ONCE;
        match self.state {
            State::Sending(_) => reading | sys::WRITABLE,
            _ => reading,
        }
    }
}

/// Bytes the kernel took; none when it takes none for now.
fn taken(sent: Result<usize>) -> Result<usize> {
    match sent {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(0)
        }
        other => other,
    }
}
