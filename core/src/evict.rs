//! Eviction: letting keys go when `maxmemory` is reached, by the policy that is set.
//!
//! As Redis does it: a few keys are sampled, the best of many samples are remembered, and the best of those goes. Idle
//! time and frequency come from the PREFIX. It may not know commands; whoever calls is inside the world and holds no shard.
//!
//! Invariants: with a `volatile` policy only keys with a deadline go; every key that goes is one effect and is counted.

#[cfg(test)]
mod tests;

use crate::client::interest::Change;
use crate::effect::Cause;
use crate::keyspace::eviction::{Among, Candidates};
use crate::keyspace::lock::ShardSet;
use crate::keyspace::{Mode, shard_of};
use crate::lane::Lane;
use crate::object::entry::Entry;
use crate::pubsub::Class;
use crate::settings::Policy;
use crate::store::Store;
use crate::sync::locked;
use core::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Keys evicted between two looks at the clock.
const KEYS_A_STEP: u32 = 16;

/// What came of an attempt to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Memory is below the limit.
    Enough,
    /// The time is over and there is more to evict: the keeper goes on.
    Later,
    /// Nothing may go.
    None,
}

/// Evicts keys until memory is below the limit, nothing may go any more, or `maxmemory-eviction-tenacity`'s time is over.
#[cold]
pub fn make_room(store: &Store, lane: &Lane) -> Room {
    let policy = store.settings.policy();
    if policy == Policy::NoEviction {
        return Room::None;
    }
    let deadline = time_limit(store).map(|limit| Instant::now() + limit);
    let mut evicted = 0;
    while store.is_over_maxmemory() {
        if !evict_one(store, lane, policy) {
            return Room::None;
        }
        evicted += 1;
        if evicted % KEYS_A_STEP == 0 && deadline.is_some_and(|deadline| Instant::now() >= deadline)
        {
            lane.counters.evictions_cut_short.add(1);
            return Room::Later;
        }
    }
    Room::Enough
}

/// How long one attempt may take: Redis' scale, 500 µs at the default of 10; `None` for as long as it needs.
fn time_limit(store: &Store) -> Option<Duration> {
    let tenacity = store.settings.eviction_tenacity.load(Relaxed);
    match tenacity {
        0..=10 => Some(Duration::from_micros(50 * tenacity as u64)),
        11..=99 => Some(Duration::from_micros(
            (500.0 * 1.15f64.powi(tenacity as i32 - 10)) as u64,
        )),
        _ => None,
    }
}

/// Evicts the best candidate; `false` when there is no key that may go.
fn evict_one(store: &Store, lane: &Lane, policy: Policy) -> bool {
    if matches!(policy, Policy::AllKeysRandom | Policy::VolatileRandom) {
        return evict_random(store, lane, policy);
    }
    let mut candidates = locked(&store.eviction.candidates);
    loop {
        let sampled = sample_databases(store, lane, policy, &mut candidates);
        while let Some(candidate) = candidates.pop() {
            if remove(store, lane, policy, candidate.db, &candidate.key) {
                return true;
            }
        }
        if sampled == 0 {
            return false;
        }
    }
}

/// Samples every database that has keys into the candidates, the best last; answers how many keys were looked at.
fn sample_databases(
    store: &Store,
    lane: &Lane,
    policy: Policy,
    candidates: &mut Candidates,
) -> usize {
    let count = store.settings.maxmemory_samples.load(Relaxed) as usize;
    let judge = Judge::new(store, policy);
    let sample = |db| {
        let random = lane.random_u64();
        let visit = |entry: Entry| candidates.offer(db, entry.key(), judge.score(entry));
        let keyspace = &store.keyspace;
        keyspace.sample(lane.seat, db, policy.among(), count, random, visit)
    };
    (0..store.keyspace.databases()).map(sample).sum()
}

/// How a policy judges keys at one moment.
struct Judge {
    policy: Policy,
    clock: u32,
    decay_seconds: u32,
    lfu_decay_minutes: u32,
}

impl Judge {
    fn new(store: &Store, policy: Policy) -> Judge {
        Judge {
            policy,
            clock: crate::clock::use_clock(store.clock.now_ms()),
            decay_seconds: store.settings.hotness_decay.load(Relaxed),
            lfu_decay_minutes: store.settings.lfu_decay_time.load(Relaxed),
        }
    }

    fn score(&self, entry: Entry) -> u64 {
        let usage = || entry.usage(self.clock, self.decay_seconds, self.lfu_decay_minutes);
        match self.policy {
            Policy::VolatileTtl => {
                u64::MAX - entry.deadline().map_or(u64::MAX, |at| at.max(0) as u64)
            }
            Policy::AllKeysLfu | Policy::VolatileLfu => 255 - usage().frequency as u64,
            _ => usage().idle_seconds,
        }
    }
}

/// Evicts a key picked at random, from each database in turn.
fn evict_random(store: &Store, lane: &Lane, policy: Policy) -> bool {
    let databases = store.keyspace.databases() as u64;
    for _ in 0..databases {
        let db = (store.eviction.next_db.fetch_add(1, Relaxed) % databases) as u32;
        let mut key = None;
        let random = lane.random_u64();
        let visit = |entry: Entry| key = Some(entry.key().to_vec());
        let keyspace = &store.keyspace;
        keyspace.sample(lane.seat, db, policy.among(), 1, random, visit);
        if let Some(key) = key
            && remove(store, lane, policy, db, &key)
        {
            return true;
        }
    }
    false
}

/// Removes one key; `false` when it is gone, or may not go any more.
fn remove(store: &Store, lane: &Lane, policy: Policy, db: u32, key: &[u8]) -> bool {
    let keyspace = &store.keyspace;
    let hash = keyspace.hash(key);
    let mut shards = ShardSet::default();
    shards.insert(shard_of(hash));
    let mut grip = keyspace.grip(lane.seat, shards, Mode::Exclusive);
    let Some(found) = grip.find(db, hash, key) else {
        return false;
    };
    if policy.among() == Among::Volatile && found.entry.deadline().is_none() {
        return false;
    }
    store.effects.append(db, Cause::Evicted, &[b"DEL", key]);
    store.interest.changed(db, hash, key, Change::Written);
    let entry = grip.remove(db, hash, found);
    store.dispose(entry, store.settings.lazyfree_lazy_eviction.load(Relaxed));
    lane.counters.evicted_keys.add(1);
    store.notify(Class::EVICTED, "evicted", (db, key));
    true
}
