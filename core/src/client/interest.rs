//! Who must be told when a key changes: the clients that WATCH it, and those that wait for it in a blocking command.
//!
//! It may not know commands. Whoever changes a key tells it while the key's shard is held, and whoever begins to watch or
//! to wait holds that shard too; so a change is seen by exactly those who were interested before it. With nobody
//! interested a change pays one relaxed load.
//!
//! Invariant: `count` is the number of watchers and waiters in all stripes, a waiter counted once a key; each is in the
//! stripe of its key's shard, waiters in the order in which they began to wait.

use super::Face;
use super::waiter::{Alarm, State, Waiter, WantedKey};
use crate::abi::why;
use crate::keyspace::lock::SHARD_COUNT;
use crate::keyspace::shard_of;
use crate::sync::locked;
use core::sync::atomic::{AtomicU32, Ordering::*};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

/// A key that a client watches.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its database.
    pub db: u32,
    /// Its hash.
    pub hash: u64,
    /// Its bytes.
    pub key: Box<[u8]>,
    /// Whether there was such a key, not expired, when the watch began.
    pub was_present: bool,
}

/// A client in the stripe of a key it watches.
struct Watcher {
    db: u32,
    was_present: bool,
    face: Arc<Face>,
}

impl Watcher {
    fn is(&self, face: &Face, db: u32) -> bool {
        self.db == db && core::ptr::eq(&*self.face, face)
    }
}

/// Who is interested in one key of any database.
#[derive(Default)]
struct Interested {
    watchers: Vec<Watcher>,
    waiters: VecDeque<(u32, Arc<Waiter>)>,
}

impl Interested {
    fn is_empty(&self) -> bool {
        self.watchers.is_empty() && self.waiters.is_empty()
    }
}

type Keys = HashMap<Box<[u8]>, Interested>;

/// Everyone who is interested in a store's keys.
pub struct Interest {
    /// Wakes those who have waited long enough.
    pub alarm: Arc<Alarm>,
    count: AtomicU32,
    blocked: AtomicU32,
    stripes: Box<[Mutex<Keys>]>,
}

impl Default for Interest {
    fn default() -> Interest {
        Interest {
            alarm: Arc::default(),
            count: AtomicU32::new(0),
            blocked: AtomicU32::new(0),
            stripes: (0..SHARD_COUNT).map(|_| Mutex::default()).collect(),
        }
    }
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was written, deleted or evicted.
    Written,
    /// It was deleted because its deadline had passed.
    Expired,
}

impl Interest {
    /// Whether anybody is interested in any key.
    #[inline(always)]
    pub fn is_any(&self) -> bool {
        self.count.load(Relaxed) != 0
    }

    /// Clients that wait.
    pub fn blocked(&self) -> u32 {
        self.blocked.load(Relaxed)
    }

    fn stripe(&self, hash: u64) -> &Mutex<Keys> {
        &self.stripes[shard_of(hash)]
    }

    /// `face` watches a key from now on. The caller holds the key's shard.
    pub(super) fn watch(&self, face: &Arc<Face>, watched: &Watched) {
        let mut keys = locked(self.stripe(watched.hash));
        let interested = keys.entry(watched.key.clone()).or_default();
        interested.watchers.push(Watcher {
            db: watched.db,
            was_present: watched.was_present,
            face: face.clone(),
        });
        self.count.fetch_add(1, SeqCst);
    }

    /// `face` watches a key no more; nothing happens when a change has ended the watch already.
    pub(super) fn unwatch(&self, face: &Face, watched: &Watched) {
        let mut keys = locked(self.stripe(watched.hash));
        let interested = keys.get_mut(&watched.key);
        let is_gone = interested.is_some_and(|interested| {
            self.end_watches(interested, |watcher| watcher.is(face, watched.db));
            interested.is_empty()
        });
        if is_gone {
            keys.remove(&watched.key);
        }
    }

    /// Ends the watches that `is_meant`.
    fn end_watches(&self, interested: &mut Interested, is_meant: impl Fn(&Watcher) -> bool) {
        let before = interested.watchers.len();
        interested.watchers.retain(|watcher| !is_meant(watcher));
        let ended = before - interested.watchers.len();
        self.count.fetch_sub(ended as u32, SeqCst);
    }

    /// The same, and their clients' next EXEC fails.
    fn break_watches(&self, interested: &mut Interested, is_meant: impl Fn(&Watcher) -> bool) {
        self.end_watches(interested, |watcher| {
            let is_meant = is_meant(watcher);
            if is_meant {
                watcher.face.watch_broken.store(true, SeqCst);
            }
            is_meant
        });
    }

    /// A key has changed. The caller holds its shard exclusively. A key that was not there when a watch began, or only as an
    /// expired one, does not change by being removed as expired. Answers whether somebody waits for the key.
    pub fn changed(&self, db: u32, hash: u64, key: &[u8], change: Change) -> bool {
        if !self.is_any() {
            return false;
        }
        let mut keys = locked(self.stripe(hash));
        let Some(interested) = keys.get_mut(key) else {
            return false;
        };
        self.break_watches(interested, |watcher| {
            watcher.db == db && (change == Change::Written || watcher.was_present)
        });
        let is_waited_for = interested.waiters.iter().any(|(other, _)| *other == db);
        if interested.is_empty() {
            keys.remove(key);
        }
        is_waited_for && change == Change::Written
    }

    /// A database was emptied. The caller holds every shard.
    pub fn flushed(&self, db: u32) {
        self.sweep(|_, interested| {
            let is_meant = |watcher: &Watcher| watcher.db == db && watcher.was_present;
            self.break_watches(interested, is_meant);
        });
    }

    /// Two databases were exchanged. The caller holds every shard; `is_live` says whether a key is there now. Answers the
    /// keys that are, and that somebody waits for.
    pub fn swapped(
        &self,
        (first, second): (u32, u32),
        is_live: impl Fn(u32, &[u8]) -> bool,
    ) -> Vec<(u32, Box<[u8]>)> {
        let mut ready = Vec::new();
        self.sweep(|key, interested| {
            self.break_watches(interested, |watcher| {
                let is_meant = watcher.db == first || watcher.db == second;
                is_meant && (watcher.was_present || is_live(watcher.db, key))
            });
            for db in [first, second] {
                let is_waited_for = interested.waiters.iter().any(|(other, _)| *other == db);
                if is_waited_for && is_live(db, key) {
                    ready.push((db, key.into()));
                }
            }
        });
        ready
    }

    /// Looks at every key somebody is interested in.
    fn sweep(&self, mut visit: impl FnMut(&[u8], &mut Interested)) {
        if !self.is_any() {
            return;
        }
        for stripe in &self.stripes {
            locked(stripe).retain(|key, interested| {
                visit(key, interested);
                !interested.is_empty()
            });
        }
    }

    /// A client waits from now on. The caller holds the shards of all its keys.
    pub fn block(&self, waiter: &Arc<Waiter>) {
        for WantedKey { db, hash, key } in &waiter.keys {
            let mut keys = locked(self.stripe(*hash));
            let interested = keys.entry(key.clone()).or_default();
            interested.waiters.push_back((*db, waiter.clone()));
            self.count.fetch_add(1, SeqCst);
        }
        self.blocked.fetch_add(1, SeqCst);
        *locked(&waiter.face.waiter) = Some(waiter.clone());
        self.alarm.add(waiter);
    }

    /// Who has waited longest for a key and is not among those `passed_over`.
    pub fn first_waiter(
        &self,
        wanted: &WantedKey,
        passed_over: &[Arc<Waiter>],
    ) -> Option<Arc<Waiter>> {
        let keys = locked(self.stripe(wanted.hash));
        let mut waiters = keys.get(&wanted.key)?.waiters.iter();
        let is_meant = |(db, waiter): &&(u32, Arc<Waiter>)| {
            let state = waiter.state();
            if state == State::Claimed {
                waiter.poke();
            }
            *db == wanted.db
                && state == State::Waiting
                && !waiter.face.killed.load(Relaxed)
                && !passed_over.iter().any(|other| Arc::ptr_eq(other, waiter))
        };
        let found = waiters.find(is_meant)?;
        Some(found.1.clone())
    }

    /// Takes a waiter for oneself: nobody else ends its wait until `finish` or `release`.
    pub fn claim(&self, waiter: &Waiter) -> bool {
        waiter.step(State::Waiting, State::Claimed)
    }

    /// A claimed waiter waits on after all.
    /// Answers whether somebody passed it over meanwhile, so that its keys are to be looked at again.
    pub fn release(&self, waiter: &Arc<Waiter>) -> bool {
        if !waiter.step(State::Claimed, State::Waiting) {
            self.forget(waiter);
            return false;
        }
        waiter.take_poke()
    }

    /// Ends the wait of a claimed waiter and tells its lane.
    pub fn finish(&self, waiter: &Arc<Waiter>, to: State) {
        self.forget(waiter);
        if waiter.step(State::Claimed, to) {
            self.wake(waiter);
        }
    }

    /// Ends a wait unless somebody else has, or is about to, and answers whether it did.
    pub fn end_wait(&self, waiter: &Arc<Waiter>, to: State) -> bool {
        let is_ours = self.claim(waiter);
        if is_ours {
            self.finish(waiter, to);
        }
        is_ours
    }

    /// Has a waiting client's lane look at it.
    pub fn wake(&self, waiter: &Waiter) {
        let face = &waiter.face;
        face.lane.post(face.handle.load(Relaxed), why::RESUME);
    }

    /// A waiting client's connection has ended. Whoever has claimed it forgets it.
    pub fn leave(&self, waiter: &Arc<Waiter>) {
        if waiter.leave() == State::Waiting {
            self.forget(waiter);
        }
    }

    /// Takes a waiter out everywhere. Only who has claimed it does that, so it happens once, and before the client may wait
    /// again.
    fn forget(&self, waiter: &Arc<Waiter>) {
        *locked(&waiter.face.waiter) = None;
        for WantedKey { hash, key, .. } in &waiter.keys {
            let mut keys = locked(self.stripe(*hash));
            let Some(interested) = keys.get_mut(key) else {
                continue;
            };
            let mut waiters = interested.waiters.iter();
            if let Some(place) = waiters.position(|(_, other)| Arc::ptr_eq(other, waiter)) {
                interested.waiters.remove(place);
                self.count.fetch_sub(1, SeqCst);
            }
            if interested.is_empty() {
                keys.remove(key);
            }
        }
        self.blocked.fetch_sub(1, SeqCst);
        self.alarm.remove(waiter);
    }
}
