//! The effect stream: what every write, expiry and eviction did, in an order that holds.
//!
//! An effect is one deterministic command (relative times made absolute, random choices made explicit), appended while
//! the shards it changed are held, with a number taken under them: so two effects on one key are numbered in the order in
//! which they happened. Append-only files, replication, WATCH, tracking and snapshots consume it; it may
//! know none of them.
//!
//! Invariant: numbers rise by one. With no consumer nothing is encoded and no number is taken.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Arc, RwLock};

/// Why a change happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A client's command.
    Command,
    /// A deadline passed.
    Expired,
    /// Memory was needed.
    Evicted,
}

/// One change.
#[derive(Debug)]
pub struct Effect<'a> {
    /// Its number, from 1.
    pub sequence: u64,
    /// Its database.
    pub db: u32,
    /// Why it happened.
    pub cause: Cause,
    /// The command that repeats it.
    pub command: &'a [&'a [u8]],
}

/// Someone who wants to see every effect. Called with the shards held: it must be quick and may not touch keys.
pub trait Consumer: Send + Sync {
    /// Takes one effect; what it wants to keep it copies.
    fn consume(&self, effect: &Effect<'_>);

    /// Takes a transaction: MULTI, what it did, EXEC, numbered one after another. Whoever writes effects down in the order
    /// they come, from several lanes at once, keeps these together.
    fn consume_group(&self, effects: &[Effect<'_>]) {
        effects.iter().for_each(|effect| self.consume(effect));
    }
}

/// Effects of one transaction, kept until it ends.
#[derive(Debug, Default)]
pub struct Group {
    effects: Vec<(u32, Cause, Vec<Vec<u8>>)>,
}

impl Group {
    /// Adds one effect.
    pub fn push(&mut self, db: u32, cause: Cause, command: &[&[u8]]) {
        let words = command.iter().map(|word| word.to_vec()).collect();
        self.effects.push((db, cause, words));
    }
}

/// The stream of one store.
#[derive(Default)]
pub struct EffectStream {
    latest: AtomicU64,
    active: AtomicBool,
    consumers: RwLock<Vec<Arc<dyn Consumer>>>,
}

impl EffectStream {
    /// Adds a consumer; it sees every effect from now on.
    pub fn subscribe(&self, consumer: Arc<dyn Consumer>) {
        self.consumers
            .write()
            .unwrap_or_else(|e| e.into_inner())
            .push(consumer);
        self.active.store(true, SeqCst);
    }

    /// Whether anyone listens: if not, nothing needs to be encoded.
    #[inline(always)]
    pub fn is_active(&self) -> bool {
        self.active.load(Relaxed)
    }

    /// The number of the latest effect.
    pub fn latest(&self) -> u64 {
        self.latest.load(Relaxed)
    }

    /// Appends one effect. The caller holds the shards of the keys it names.
    pub fn append(&self, db: u32, cause: Cause, command: &[&[u8]]) {
        if !self.is_active() {
            return;
        }
        let consumers = self.consumers.read().unwrap_or_else(|e| e.into_inner());
        let sequence = self.latest.fetch_add(1, SeqCst) + 1;
        let effect = Effect {
            sequence,
            db,
            cause,
            command,
        };
        consumers
            .iter()
            .for_each(|consumer| consumer.consume(&effect));
    }

    /// Appends what a transaction did, between MULTI and EXEC when it is more than one effect, with numbers that follow each
    /// other. The caller holds the shards of all keys named.
    pub fn append_group(&self, group: &Group) {
        let first = match group.effects.as_slice() {
            [] => return,
            [(db, cause, words)] => {
                let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
                return self.append(*db, *cause, &words);
            }
            [(db, ..), ..] => *db,
        };
        let count = group.effects.len() + 2;
        let mut commands: Vec<(u32, Cause, Vec<&[u8]>)> = Vec::with_capacity(count);
        commands.push((first, Cause::Command, vec![b"MULTI"]));
        for (db, cause, words) in &group.effects {
            let words = words.iter().map(Vec::as_slice).collect();
            commands.push((*db, *cause, words));
        }
        commands.push((first, Cause::Command, vec![b"EXEC"]));
        let consumers = self.consumers.read().unwrap_or_else(|e| e.into_inner());
        let before = self.latest.fetch_add(count as u64, SeqCst);
        let numbered = commands.iter().zip(before + 1..);
        let effects: Vec<Effect<'_>> = numbered
            .map(|((db, cause, command), sequence)| Effect {
                sequence,
                db: *db,
                cause: *cause,
                command,
            })
            .collect();
        consumers
            .iter()
            .for_each(|consumer| consumer.consume_group(&effects));
    }
}
