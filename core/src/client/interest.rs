//! Who must be told when a key changes: the clients that WATCH it.
//!
//! It may not know commands. Whoever changes a key tells it while the key's shard is held, and whoever begins to watch
//! holds that shard too; so a change is seen by exactly those who watched before it. With nobody interested a change pays
//! one relaxed load.
//!
//! Invariant: `count` is the number of watchers in all stripes; a watcher is in the stripe of its key's shard.

use super::Face;
use crate::keyspace::lock::SHARD_COUNT;
use crate::keyspace::shard_of;
use crate::sync::locked;
use core::sync::atomic::{AtomicU32, Ordering::*};
use std::collections::HashMap;
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

type Stripe = Mutex<HashMap<Box<[u8]>, Vec<Watcher>>>;

/// Everyone who is interested in a store's keys.
pub struct Interest {
    count: AtomicU32,
    stripes: Box<[Stripe]>,
}

impl Default for Interest {
    fn default() -> Interest {
        Interest {
            count: AtomicU32::new(0),
            stripes: (0..SHARD_COUNT).map(|_| Stripe::default()).collect(),
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

    fn stripe(&self, hash: u64) -> &Stripe {
        &self.stripes[shard_of(hash)]
    }

    /// `face` watches a key from now on. The caller holds the key's shard.
    pub(super) fn watch(&self, face: &Arc<Face>, watched: &Watched) {
        let mut keys = locked(self.stripe(watched.hash));
        keys.entry(watched.key.clone()).or_default().push(Watcher {
            db: watched.db,
            was_present: watched.was_present,
            face: face.clone(),
        });
        self.count.fetch_add(1, SeqCst);
    }

    /// `face` watches a key no more; nothing happens when a change has ended the watch already.
    pub(super) fn unwatch(&self, face: &Face, watched: &Watched) {
        let mut keys = locked(self.stripe(watched.hash));
        self.retain(&mut keys, &watched.key, |watcher| {
            !watcher.is(face, watched.db)
        });
    }

    /// Keeps the watchers of `key` that `stays` says, and counts the others out.
    fn retain(
        &self,
        keys: &mut HashMap<Box<[u8]>, Vec<Watcher>>,
        key: &[u8],
        stays: impl FnMut(&Watcher) -> bool,
    ) {
        let Some(watchers) = keys.get_mut(key) else {
            return;
        };
        let before = watchers.len();
        watchers.retain(stays);
        self.count
            .fetch_sub((before - watchers.len()) as u32, SeqCst);
        if watchers.is_empty() {
            keys.remove(key);
        }
    }

    /// A key has changed. The caller holds its shard exclusively. A key that was not there when a watch began, or only as an
    /// expired one, does not change by being removed as expired.
    pub fn changed(&self, db: u32, hash: u64, key: &[u8], change: Change) {
        if !self.is_any() {
            return;
        }
        let mut keys = locked(self.stripe(hash));
        self.retain(&mut keys, key, |watcher| {
            let is_meant = watcher.db == db && (change == Change::Written || watcher.was_present);
            if is_meant {
                watcher.face.watch_broken.store(true, SeqCst);
            }
            !is_meant
        });
    }

    /// A database was emptied. The caller holds every shard.
    pub fn flushed(&self, db: u32) {
        self.sweep(|_, watcher| watcher.db == db && watcher.was_present);
    }

    /// Two databases were exchanged. The caller holds every shard; `is_live` says whether a key is there now.
    pub fn swapped(&self, first: u32, second: u32, is_live: impl Fn(u32, &[u8]) -> bool) {
        self.sweep(|key, watcher| {
            let is_meant = watcher.db == first || watcher.db == second;
            is_meant && (watcher.was_present || is_live(watcher.db, key))
        });
    }

    /// Tells every watcher that `is_meant`.
    fn sweep(&self, is_meant: impl Fn(&[u8], &Watcher) -> bool) {
        if !self.is_any() {
            return;
        }
        for stripe in &self.stripes {
            let mut ended = 0;
            locked(stripe).retain(|key, watchers| {
                watchers.retain(|watcher| {
                    let is_meant = is_meant(key, watcher);
                    if is_meant {
                        watcher.face.watch_broken.store(true, SeqCst);
                        ended += 1;
                    }
                    !is_meant
                });
                !watchers.is_empty()
            });
            self.count.fetch_sub(ended, SeqCst);
        }
    }
}
