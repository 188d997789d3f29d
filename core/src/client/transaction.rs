//! A client's transaction: the requests queued since MULTI, and the keys it watches.
//!
//! It may not know what a command is beyond its number in the table, nor run one. Invariant: a request queued is owned
//! whole, so that the bytes it was parsed from may go; `held_bytes` is what the queue keeps allocated, at most twice over.

use super::Face;
use super::interest::{Interest, Watched};
use crate::resp::{Span, Spill};
use core::sync::atomic::Ordering::Relaxed;
use std::collections::VecDeque;
use std::sync::Arc;

/// One request of a queue.
#[derive(Clone, Copy, Debug)]
struct Request {
    command: u16,
    /// Where its bytes begin.
    bytes: usize,
    /// Where its spans begin.
    spans: usize,
}

/// Requests in order, each with its command's number.
#[derive(Default, Debug)]
pub struct Queue {
    bytes: Vec<u8>,
    /// Counted from the start of their request's bytes.
    spans: Vec<Span>,
    requests: Vec<Request>,
}

/// A request of a queue, as it was sent: its command's number, its bytes, and where its arguments lie in them.
#[derive(Clone, Copy, Debug)]
pub struct Queued<'a> {
    /// The command's id in the table.
    pub command: u16,
    /// Its arguments' bytes, one behind the other.
    pub bytes: &'a [u8],
    /// Where each argument lies in `bytes`.
    pub spans: &'a [Span],
}

impl Queue {
    /// Adds a request.
    pub fn push<'a>(&mut self, command: u16, args: impl Iterator<Item = &'a [u8]>) {
        let (start, spans) = (self.bytes.len(), self.spans.len());
        for arg in args {
            self.spans.push(Span {
                start: (self.bytes.len() - start) as u32,
                len: arg.len() as u32,
            });
            self.bytes.extend_from_slice(arg);
        }
        self.requests.push(Request {
            command,
            bytes: start,
            spans,
        });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Bytes it keeps.
    pub fn held_bytes(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.spans) + size_of_val(&*self.requests)
    }

    /// The request at `index`.
    ///
    /// # Panics
    /// Beyond the last.
    pub fn get(&self, index: usize) -> Queued<'_> {
        let Request {
            command,
            bytes,
            spans,
        } = self.requests[index];
        let next = self.requests.get(index + 1);
        Queued {
            command,
            bytes: &self.bytes[bytes..next.map_or(self.bytes.len(), |next| next.bytes)],
            spans: &self.spans[spans..next.map_or(self.spans.len(), |next| next.spans)],
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = Queued<'_>> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// What a client has between WATCH and EXEC.
#[derive(Default, Debug)]
pub struct Transaction {
    open: bool,
    broken: bool,
    queue: Queue,
    watched: Vec<Watched>,
}

impl Transaction {
    /// Whether MULTI has been said: what follows is queued.
    #[inline(always)]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a request was refused, so that EXEC will be.
    pub const fn is_broken(&self) -> bool {
        self.broken
    }

    /// The requests queued.
    pub const fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The keys watched.
    pub fn watched(&self) -> &[Watched] {
        &self.watched
    }

    /// MULTI.
    pub fn begin(&mut self, face: &Face) {
        self.open = true;
        self.publish(face);
    }

    /// A request was refused: while a transaction is open, it will not run.
    pub fn spoil(&mut self) {
        self.broken |= self.open;
    }

    /// Queues a request.
    pub fn push<'a>(&mut self, face: &Face, command: u16, args: impl Iterator<Item = &'a [u8]>) {
        self.queue.push(command, args);
        self.publish(face);
    }

    /// Watches a key, once.
    pub fn watch(&mut self, interest: &Interest, face: &Arc<Face>, watched: Watched) {
        let is_new = |known: &Watched| known.db != watched.db || known.key != watched.key;
        if self.watched.iter().all(is_new) {
            interest.watch(face, &watched);
            self.watched.push(watched);
        }
    }

    /// Watches nothing any more; changes to keys are forgotten.
    pub fn unwatch(&mut self, interest: &Interest, face: &Face) {
        for watched in self.watched.drain(..) {
            interest.unwatch(face, &watched);
        }
        self.watched.shrink_to(0);
        face.watch_broken.store(false, Relaxed);
    }

    /// Ends it and forgets what was queued.
    pub fn end(&mut self, interest: &Interest, face: &Face) {
        self.unwatch(interest, face);
        (self.open, self.broken) = (false, false);
        self.queue = Queue::default();
        self.publish(face);
    }

    /// Takes what was queued, to be run; others see it until `end`.
    pub fn take_queue(&mut self, interest: &Interest, face: &Face) -> Queue {
        self.unwatch(interest, face);
        core::mem::take(&mut self.queue)
    }

    /// Lets others see it.
    fn publish(&self, face: &Face) {
        let queued = if self.open {
            self.queue.len() as i64
        } else {
            -1
        };
        face.multi.store(queued, Relaxed);
        face.multi_bytes
            .store(self.queue.held_bytes() as u64, Relaxed);
    }
}

/// A server command of a transaction that waits for its answer.
#[derive(Clone, Copy, Debug)]
struct Hole {
    /// Its place in the queue.
    request: usize,
    /// How much of the tail comes before the answer.
    before: usize,
    muted: bool,
}

/// What is left of a transaction after EXEC when server commands were in it: they are asked one after another, and what
/// came behind the first of them waits here until its turn.
#[derive(Default, Debug)]
pub struct Holes {
    queue: Queue,
    tail: Spill,
    sent: usize,
    holes: VecDeque<Hole>,
}

impl Holes {
    /// A server command's answer goes here, behind what the tail holds now.
    pub fn open(&mut self, request: usize, muted: bool) {
        self.holes.push_back(Hole {
            request,
            before: self.sent + self.tail.len(),
            muted,
        });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.holes.is_empty()
    }

    /// Where replies behind the first hole are written.
    pub const fn tail(&mut self) -> &mut Spill {
        &mut self.tail
    }

    /// Keeps what the server commands were sent with.
    pub fn keep(&mut self, queue: Queue) {
        self.queue = queue;
    }

    /// The request whose answer is next, and whether it is not to be sent.
    pub fn next(&self) -> Option<(Queued<'_>, bool)> {
        let hole = self.holes.front()?;
        Some((self.queue.get(hole.request), hole.muted))
    }

    /// The answer is in `spill`: adds what comes behind it, up to the next hole. Answers whether there is one.
    pub fn close(&mut self, spill: &mut Spill) -> bool {
        self.holes.pop_front();
        let until = match self.holes.front() {
            Some(next) => next.before,
            None => self.sent + self.tail.len(),
        };
        spill.push(&self.tail.as_slice()[..until - self.sent]);
        self.tail.skip(until - self.sent);
        self.sent = until;
        !self.holes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_back_as_they_were_queued() {
        let mut queue = Queue::default();
        queue.push(7, [&b"SET"[..], b"key", b""].into_iter());
        queue.push(3, [&b"PING"[..]].into_iter());
        let words = |index: usize| -> Vec<Vec<u8>> {
            let request = queue.get(index);
            let spans = request.spans.iter();
            spans.map(|span| span.of(request.bytes).to_vec()).collect()
        };
        assert_eq!(words(0), [&b"SET"[..], b"key", b""]);
        assert_eq!(words(1), [b"PING"]);
        let commands: Vec<u16> = queue.iter().map(|request| request.command).collect();
        assert_eq!(commands, [7, 3]);
    }

    #[test]
    fn answers_fall_into_their_holes() {
        let mut queue = Queue::default();
        (0..4).for_each(|id| queue.push(id, [&b"X"[..]].into_iter()));
        let mut holes = Holes::default();
        holes.open(0, false);
        holes.tail().push(b"one ");
        holes.open(1, true);
        holes.open(2, false);
        holes.tail().push(b"two ");
        holes.keep(queue);
        let mut spill = Spill::new();
        let mut seen = Vec::new();
        while let Some((request, muted)) = holes.next() {
            seen.push((request.command, muted));
            spill.push(b"answer ");
            let is_more = holes.close(&mut spill);
            assert_eq!(is_more, !holes.is_empty());
        }
        assert_eq!(seen, [(0, false), (1, true), (2, false)]);
        assert_eq!(spill.as_slice(), b"answer one answer answer two ");
    }
}
