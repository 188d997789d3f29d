//! The registry of publish and subscribe: who listens to which channel or pattern, and who is fed by MONITOR.
//!
//! It may not know commands or sessions: it hands messages to faces. Locks of keys may be held when it is called, so it
//! takes none of them. Invariants: a channel is in the registry as long as somebody is subscribed to it; messages of one
//! channel reach all their subscribers in one order, because a channel's part of the registry is locked while they are
//! handed out; a message is encoded at most once for each protocol.

mod class;
#[cfg(test)]
mod tests;

pub use class::Class;

use crate::client::Face;
use crate::client::outbox::Message;
use crate::glob;
use crate::resp::number::{LINE_TEXT_BYTES, fmt_line};
use crate::settings::Settings;
use crate::sync::locked;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, RwLock};

/// Parts a kind of channel is kept in, each with a lock of its own.
const PARTS: usize = 16;

/// What one can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel: SUBSCRIBE.
    Channel = 0,
    /// Every channel that matches a pattern: PSUBSCRIBE.
    Pattern = 1,
    /// A shard channel: SSUBSCRIBE.
    Shard = 2,
}

/// Clients by id: the order in which they get a message.
type Listeners = BTreeMap<u64, Arc<Face>>;

/// Channels of one kind.
#[derive(Default)]
struct Channels {
    parts: [Mutex<HashMap<Box<[u8]>, Listeners>>; PARTS],
    count: AtomicUsize,
    hasher: RandomState,
}

impl Channels {
    fn part(&self, name: &[u8]) -> &Mutex<HashMap<Box<[u8]>, Listeners>> {
        &self.parts[self.hasher.hash_one(name) as usize % PARTS]
    }

    fn join(&self, name: &[u8], face: &Arc<Face>) {
        let mut part = locked(self.part(name));
        let listeners = part.entry(name.into()).or_insert_with(|| {
            self.count.fetch_add(1, SeqCst);
            Listeners::new()
        });
        listeners.insert(face.id, face.clone());
    }

    fn leave(&self, name: &[u8], id: u64) {
        let mut part = locked(self.part(name));
        if let Some(listeners) = part.get_mut(name) {
            listeners.remove(&id);
            if listeners.is_empty() {
                part.remove(name);
                self.count.fetch_sub(1, SeqCst);
            }
        }
    }
}

/// Who publishes, and what holds for it.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// The client whose command this is; it will look at its own outbox.
    pub id: Option<u64>,
    /// Limits of output.
    pub settings: &'a Settings,
    /// Milliseconds of Unix time.
    pub now_ms: i64,
}

/// The registry of one store.
#[derive(Default)]
pub struct Pubsub {
    channels: Channels,
    shard_channels: Channels,
    patterns: RwLock<BTreeMap<Box<[u8]>, Listeners>>,
    pattern_count: AtomicUsize,
    monitors: Mutex<Listeners>,
    monitor_count: AtomicUsize,
}

impl Pubsub {
    /// Subscribes a client; being subscribed already changes nothing.
    pub fn join(&self, kind: Kind, name: &[u8], face: &Arc<Face>) {
        match kind {
            Kind::Channel => self.channels.join(name, face),
            Kind::Shard => self.shard_channels.join(name, face),
            Kind::Pattern => {
                let mut patterns = self.patterns.write().unwrap_or_else(|e| e.into_inner());
                let listeners = patterns.entry(name.into()).or_default();
                listeners.insert(face.id, face.clone());
                self.pattern_count.store(patterns.len(), SeqCst);
            }
        }
    }

    /// Ends a client's subscription, if there is one.
    pub fn leave(&self, kind: Kind, name: &[u8], id: u64) {
        match kind {
            Kind::Channel => self.channels.leave(name, id),
            Kind::Shard => self.shard_channels.leave(name, id),
            Kind::Pattern => {
                let mut patterns = self.patterns.write().unwrap_or_else(|e| e.into_inner());
                if let Some(listeners) = patterns.get_mut(name) {
                    listeners.remove(&id);
                    if listeners.is_empty() {
                        patterns.remove(name);
                    }
                }
                self.pattern_count.store(patterns.len(), SeqCst);
            }
        }
    }

    /// Sends a message to a channel's subscribers and those whose pattern it matches, and answers how many that were; one
    /// who is both counts twice.
    pub fn publish(&self, channel: &[u8], message: &[u8], sender: Sender<'_>) -> usize {
        let has_patterns = self.pattern_count.load(SeqCst) != 0;
        if self.channels.count.load(SeqCst) == 0 && !has_patterns {
            return 0;
        }
        // Held to the end, so that patterns too see the channel's messages in their order.
        let part = locked(self.channels.part(channel));
        let mut reached = 0;
        if let Some(listeners) = part.get(channel) {
            reached += hand_out(listeners, &[b"message", channel, message], sender);
        }
        if has_patterns {
            let patterns = self.patterns.read().unwrap_or_else(|e| e.into_inner());
            for (pattern, listeners) in patterns.iter() {
                if glob::matches(pattern, channel, false) {
                    let words = [b"pmessage", &**pattern, channel, message];
                    reached += hand_out(listeners, &words, sender);
                }
            }
        }
        reached
    }

    /// Sends a message to a shard channel's subscribers and answers how many that were.
    pub fn publish_to_shard(&self, channel: &[u8], message: &[u8], sender: Sender<'_>) -> usize {
        let channels = &self.shard_channels;
        if channels.count.load(SeqCst) == 0 {
            return 0;
        }
        let part = locked(channels.part(channel));
        let listeners = part.get(channel);
        listeners.map_or(0, |listeners| {
            hand_out(listeners, &[b"smessage", channel, message], sender)
        })
    }

    /// Publishes a keyspace event: to `__keyspace@<db>__:<key>` the event, to `__keyevent@<db>__:<event>` the key, as far
    /// as `configured` asks for them.
    pub fn notify(
        &self,
        configured: Class,
        (db, event, key): (u32, &str, &[u8]),
        sender: Sender<'_>,
    ) {
        if configured.meets(Class::KEYSPACE) {
            let channel = [format!("__keyspace@{db}__:").as_bytes(), key].concat();
            self.publish(&channel, event.as_bytes(), sender);
        }
        if configured.meets(Class::KEYEVENT) {
            let channel = format!("__keyevent@{db}__:{event}");
            self.publish(channel.as_bytes(), key, sender);
        }
    }

    /// Names of the channels (or shard channels) anybody is subscribed to, those that match `pattern` if there is one.
    pub fn names(&self, kind: Kind, pattern: Option<&[u8]>) -> Vec<Box<[u8]>> {
        let wanted =
            |name: &[u8]| pattern.is_none_or(|pattern| glob::matches(pattern, name, false));
        let parts = self.of(kind).parts.iter();
        let names = parts.flat_map(|part| {
            let part = locked(part);
            let names = part.keys().filter(|name| wanted(name));
            names.cloned().collect::<Vec<_>>()
        });
        names.collect()
    }

    /// How many are subscribed to a channel (or shard channel).
    pub fn listeners(&self, kind: Kind, name: &[u8]) -> usize {
        let part = locked(self.of(kind).part(name));
        let listeners = part.get(name).into_iter().flat_map(BTreeMap::values);
        listeners.filter(|face| is_counted(face)).count()
    }

    /// How many channels, patterns or shard channels anybody is subscribed to.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Pattern => self.pattern_count.load(Relaxed),
            kind => self.of(kind).count.load(Relaxed),
        }
    }

    fn of(&self, kind: Kind) -> &Channels {
        match kind {
            Kind::Shard => &self.shard_channels,
            _ => &self.channels,
        }
    }

    /// Feeds a client every command from now on.
    pub fn monitor(&self, face: &Arc<Face>) {
        let mut monitors = locked(&self.monitors);
        monitors.insert(face.id, face.clone());
        self.monitor_count.store(monitors.len(), SeqCst);
    }

    /// Feeds it no more.
    pub fn unmonitor(&self, id: u64) {
        let mut monitors = locked(&self.monitors);
        monitors.remove(&id);
        self.monitor_count.store(monitors.len(), SeqCst);
    }

    /// Whether anybody is fed by MONITOR.
    #[inline(always)]
    pub fn has_monitors(&self) -> bool {
        self.monitor_count.load(Relaxed) != 0
    }

    /// Sends a line to everybody MONITOR feeds, in the same order to each. `line` is made under the lock, so that its time
    /// rises from line to line.
    pub fn feed_monitors(&self, line: impl FnOnce() -> Vec<u8>, sender: Sender<'_>) {
        let monitors = locked(&self.monitors);
        let line: Message = line().into();
        for face in monitors.values() {
            if !face.silenced.load(Relaxed) {
                face.send(&line, sender.id, sender.settings, sender.now_ms);
            }
        }
    }
}

/// Sends a message to each, encoded for the protocol it speaks.
fn hand_out(listeners: &Listeners, words: &[&[u8]], sender: Sender<'_>) -> usize {
    let (mut second, mut third): (Option<Message>, Option<Message>) = (None, None);
    let mut reached = 0;
    for face in listeners.values().filter(|face| is_counted(face)) {
        let (slot, kind) = match face.protocol.load(Relaxed) {
            2 => (&mut second, b'*'),
            _ => (&mut third, b'>'),
        };
        let message = slot.get_or_insert_with(|| encode(kind, words));
        face.send(message, sender.id, sender.settings, sender.now_ms);
        reached += 1;
    }
    reached
}

/// Whether a client counts as listening: one that was killed does not, though its lane has not closed it yet; one that is
/// closed for leaving too much unread still does, as in Redis.
fn is_counted(face: &Face) -> bool {
    !face.killed.load(Relaxed) || face.overflowed.load(Relaxed)
}

/// Strings of bytes as an array (`*`) or a push (`>`).
fn encode(kind: u8, words: &[&[u8]]) -> Message {
    let payload: usize = words.iter().map(|word| word.len()).sum();
    let mut bytes = Vec::with_capacity(payload + (words.len() + 1) * LINE_TEXT_BYTES);
    let mut line = [0; LINE_TEXT_BYTES];
    bytes.extend_from_slice(fmt_line(kind, words.len() as i64, &mut line));
    for word in words {
        bytes.extend_from_slice(fmt_line(b'$', word.len() as i64, &mut line));
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.into()
}
