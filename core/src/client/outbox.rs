//! An outbox: messages for one client that answer no request of its own, from whichever lane, until its session takes
//! them.
//!
//! A message is encoded once and shared by all who get it; here lies a reference. It may not know what messages mean, nor
//! limits beyond the bytes it counts. Invariants: `bytes == sum of (message.len() + HELD_BYTES)`, messages leave in the
//! order they came, and only whole.

use crate::resp::Reply;
use crate::sync::locked;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// A message, encoded as it goes over the wire.
pub type Message = Arc<[u8]>;

/// What a message that waits takes beside its bytes.
const HELD_BYTES: u64 = size_of::<Message>() as u64;
/// Places kept allocated once all is taken.
const PLACES_KEPT: usize = 64;

/// Messages on their way to one client.
#[derive(Default)]
pub struct Outbox {
    bytes: AtomicU64,
    messages: Mutex<VecDeque<Message>>,
}

impl Outbox {
    /// Appends a message and answers whether it is the only one, so that its owner must be told.
    pub fn push(&self, message: &Message) -> bool {
        let mut messages = locked(&self.messages);
        messages.push_back(message.clone());
        let bytes = self.bytes.load(Relaxed) + message.len() as u64 + HELD_BYTES;
        self.bytes.store(bytes, Relaxed);
        messages.len() == 1
    }

    /// Whether anything waits.
    #[inline(always)]
    pub fn has_mail(&self) -> bool {
        self.bytes.load(Relaxed) != 0
    }

    /// Bytes that wait, and what keeping them takes.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// Messages that wait.
    pub fn len(&self) -> usize {
        locked(&self.messages).len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        !self.has_mail()
    }

    /// Drops what waits.
    pub fn clear(&self) {
        let mut messages = locked(&self.messages);
        *messages = VecDeque::new();
        self.bytes.store(0, Relaxed);
    }

    /// Writes messages behind what `reply` holds until none waits or its buffer is full; the last one may end in the spill.
    /// Muted or not, they are written: CLIENT REPLY is about replies.
    #[cold]
    pub fn drain(&self, reply: &mut Reply<'_>) {
        let muted = reply.muted();
        reply.set_muted(false);
        let mut messages = locked(&self.messages);
        let mut bytes = self.bytes.load(Relaxed);
        while reply.spilled() == 0
            && let Some(message) = messages.pop_front()
        {
            reply.raw(&message);
            bytes -= message.len() as u64 + HELD_BYTES;
        }
        self.bytes.store(bytes, Relaxed);
        if messages.is_empty() && messages.capacity() > PLACES_KEPT {
            *messages = VecDeque::new();
        }
        reply.set_muted(muted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::Spill;

    #[test]
    fn drain_keeps_order_and_whole_messages_and_counts_bytes() {
        let outbox = Outbox::default();
        let messages: Vec<Message> = (0..200u32)
            .map(|n| format!("<{n}>").into_bytes().into())
            .collect();
        let pushed: Vec<bool> = messages.iter().map(|one| outbox.push(one)).collect();
        assert_eq!(pushed.iter().filter(|first| **first).count(), 1);
        let expected: u64 = messages.iter().map(|m| m.len() as u64 + HELD_BYTES).sum();
        assert_eq!((outbox.bytes(), outbox.len()), (expected, 200));
        let (mut seen, mut spill) = (Vec::new(), Spill::new());
        while outbox.has_mail() || !spill.is_empty() {
            let mut out = [0; 50];
            let drained = spill.drain_into(&mut out);
            let mut reply = Reply::new(&mut out[drained..], &mut spill, 2);
            reply.set_muted(true);
            outbox.drain(&mut reply);
            assert!(reply.muted());
            let written = reply.written();
            seen.extend_from_slice(&out[..drained + written]);
        }
        assert_eq!(seen, messages.concat());
        assert_eq!((outbox.bytes(), outbox.is_empty()), (0, true));
    }

    #[test]
    fn a_message_is_shared_and_not_copied() {
        let (first, second) = (Outbox::default(), Outbox::default());
        let message: Message = vec![7; 1000].into();
        assert!(first.push(&message) && second.push(&message));
        assert_eq!(Arc::strong_count(&message), 3);
        first.clear();
        assert_eq!((Arc::strong_count(&message), first.bytes()), (2, 0));
    }
}
