//! Hotness as seen from above: samples of keys, the hot keys that lanes came upon, and a look at keys by name.
//!
//! It may not know who looks. Looking is no use, and a key past its deadline is not there. Invariants: records start at
//! offset 0, keys follow them; a round of sampling looks at about as many keys as the settings allow and takes about as
//! long, however many there are, and goes on where the one before ended; what found no room comes first in the next round.

#[cfg(test)]
mod tests;

use crate::abi::{NO_NODE, Sample};
use crate::clock::use_clock;
use crate::lane::{Lane, NEWS_MAX, REMOTE_USES_MAX};
use crate::object::entry::Entry;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of a key that a sample carries; longer keys are cut.
const KEY_BYTES_MAX: usize = 512;
const RECORD: usize = size_of::<Sample>();
/// Where there is one node no key could be elsewhere, and this part of the keys is enough for the lists.
const PART_OF_ONE_NODE: u64 = 16;
/// Keys looked at between two looks at the clock.
const STEP_KEYS: u64 = 64;
/// Lanes whose news are taken in full in one round; of more, each gives its part.
const LANES_IN_FULL: usize = 4;

/// Walks over all databases side by side, taken up again at each round.
pub struct Sampler {
    lane: Arc<Lane>,
    /// Where the walk of each database goes on; 0 is its start.
    cursors: Vec<u64>,
    /// The database that begins the next round.
    first: u32,
    /// Keys the last round came upon and had no room for: a walk stops between lines of the table, not between keys.
    left: Vec<Name>,
    /// News that found no room.
    unheard: Vec<Name>,
}

/// A key's database and hash.
type Name = (u32, u64);

/// Samples on their way into a buffer.
struct Basket<'s> {
    store: &'s Store,
    clock: u32,
    now_ms: i64,
    /// Keys are counted from the start of `keys`.
    samples: Vec<Sample>,
    keys: Vec<u8>,
    /// What found no room.
    left: Vec<Name>,
    room: usize,
}

impl Sampler {
    /// Walks that begin at the first key of each database; `None` when no lane is free for them.
    pub fn new(store: &Store) -> Option<Sampler> {
        let lane = store.open_lane(None, "sampler", None)?;
        Some(Sampler {
            lane,
            cursors: vec![0; store.keyspace.databases() as usize],
            first: 0,
            left: Vec::new(),
            unheard: Vec::new(),
        })
    }

    /// Its lane, which is free between two calls.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Fills `out` with samples of one round, and answers how many. Each database gives as many as its part of all keys is,
    /// and none gives a key twice in a round.
    pub fn fill(&mut self, store: &Store, out: &mut [u8]) -> usize {
        let (keyspace, settings) = (&store.keyspace, &store.settings);
        let usec = settings.hotness_sample_usec.load(Relaxed);
        let until = Instant::now() + Duration::from_micros(usec.into());
        let keys = |db| keyspace.count(db).0;
        let total: u64 = (0..keyspace.databases()).map(keys).sum();
        let wanted = u64::from(settings.hotness_sample_keys.load(Relaxed));
        let wanted = match store.topology.nodes.len() {
            1 => wanted.div_ceil(PART_OF_ONE_NODE),
            _ => wanted,
        };
        let mut basket = Basket::new(store, out.len());
        let left = core::mem::take(&mut self.left);
        self.take_named(&mut basket, &left);
        let first = self.first;
        self.first = (first + 1) % keyspace.databases();
        for turn in 0..keyspace.databases() {
            let db = (first + turn) % keyspace.databases();
            let share = (u128::from(wanted) * u128::from(keys(db))).div_ceil(total.max(1).into());
            if share == 0 {
                continue;
            }
            let (seen, goes_on) = self.walk(&mut basket, (db, share as u64), &left, until);
            if !goes_on {
                // A round cut short leaves the turn to the next database, or to this one if it had none.
                self.first = (db + u32::from(seen > 0)) % keyspace.databases();
                break;
            }
        }
        self.left = core::mem::take(&mut basket.left);
        basket.write(out)
    }

    /// Takes up these keys; those that find no room are left.
    fn take_named(&self, basket: &mut Basket<'_>, names: &[Name]) {
        let (keyspace, seat) = (&basket.store.keyspace, self.lane.seat);
        for (at, &(db, hash)) in names.iter().enumerate() {
            if basket.is_full() || !keyspace.locks.enter_world(seat) {
                basket.left.extend_from_slice(&names[at..]);
                return;
            }
            keyspace.look_by_hash(seat, db, hash, |entry| basket.take((db, hash), entry));
            keyspace.locks.leave_world(seat);
        }
    }

    /// Goes on in one database until `share` keys were seen or its end; answers how many were, and whether the round goes
    /// on. Those `told` have been seen in this round.
    fn walk(
        &mut self,
        basket: &mut Basket<'_>,
        (db, share): (u32, u64),
        told: &[Name],
        until: Instant,
    ) -> (u64, bool) {
        let (keyspace, seat) = (&basket.store.keyspace, self.lane.seat);
        let cursor = &mut self.cursors[db as usize];
        let mut seen = 0;
        while seen < share {
            if basket.is_full() || Instant::now() >= until || !keyspace.locks.enter_world(seat) {
                return (seen, false);
            }
            let step = STEP_KEYS.min(share - seen);
            let visit = |entry: Entry| {
                seen += 1;
                let name = (db, keyspace.hash(entry.key()));
                if !told.contains(&name) {
                    basket.take(name, entry);
                }
            };
            *cursor = keyspace.scan(seat, db, *cursor, step, visit);
            keyspace.locks.leave_world(seat);
            if *cursor == 0 {
                break;
            }
        }
        (seen, true)
    }

    /// Fills `out` with the keys that lanes noted since the last time, hot ones and those used from afar, and answers how
    /// many.
    pub fn news(&mut self, store: &Store, out: &mut [u8]) -> usize {
        let lanes = store.lanes();
        let each = |most: usize| (LANES_IN_FULL * most / lanes.len().max(1)).max(1);
        let mut names: HashSet<Name> = self.unheard.drain(..).collect();
        if names.len() < LANES_IN_FULL * NEWS_MAX {
            for lane in &lanes {
                names.extend(lane.news.collect(each(NEWS_MAX)));
                names.extend(lane.remote_uses.collect(each(REMOTE_USES_MAX)));
            }
        }
        let names: Vec<Name> = names.into_iter().collect();
        let mut basket = Basket::new(store, out.len());
        self.take_named(&mut basket, &names);
        self.unheard = core::mem::take(&mut basket.left);
        basket.write(out)
    }

    /// Fills `out` with those of the named keys that are there, and answers how many. `names` are database, length and bytes
    /// of one key after the other; `None` when they are not.
    pub fn look(&self, store: &Store, names: &[u8], out: &mut [u8]) -> Option<usize> {
        let (keyspace, seat) = (&store.keyspace, self.lane.seat);
        let mut basket = Basket::new(store, out.len());
        let mut rest = names;
        while !rest.is_empty() {
            let (db, key);
            (db, key, rest) = first_name(rest)?;
            if basket.is_full() || !keyspace.locks.enter_world(seat) {
                break;
            }
            let name = (db, keyspace.hash(key));
            keyspace.look(seat, db, key, |entry| basket.take(name, entry));
            keyspace.locks.leave_world(seat);
        }
        Some(basket.write(out))
    }
}

/// The first of several names, and what is behind it.
fn first_name(names: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (db, rest) = names.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((u32::from_le_bytes(*db), key, rest))
}

impl<'s> Basket<'s> {
    fn new(store: &'s Store, room: usize) -> Basket<'s> {
        let now_ms = store.clock.now_ms();
        Basket {
            store,
            clock: use_clock(now_ms),
            now_ms,
            samples: Vec::new(),
            keys: Vec::new(),
            left: Vec::new(),
            room,
        }
    }

    /// Whether the next key may find no room.
    fn is_full(&self) -> bool {
        self.bytes_with(KEY_BYTES_MAX) > self.room
    }

    /// Bytes of all there is and one sample more.
    fn bytes_with(&self, key: usize) -> usize {
        (self.samples.len() + 1) * RECORD + self.keys.len() + key
    }

    /// Takes a key up unless it has expired; where there is no room, only its name.
    fn take(&mut self, name: Name, entry: Entry) {
        if entry.is_expired(self.now_ms) {
            return;
        }
        let key = &entry.key()[..entry.key().len().min(KEY_BYTES_MAX)];
        if self.bytes_with(key.len()) > self.room {
            return self.left.push(name);
        }
        let mut sample = self.record(name.0, entry);
        (sample.key_offset, sample.key_bytes) = (self.keys.len() as u32, key.len() as u32);
        self.samples.push(sample);
        self.keys.extend_from_slice(key);
    }

    fn record(&self, db: u32, entry: Entry) -> Sample {
        let settings = &self.store.settings;
        let decay = settings.hotness_decay.load(Relaxed);
        let lfu_decay = settings.lfu_decay_time.load(Relaxed);
        let usage = entry.usage(self.clock, decay, lfu_decay);
        let pool = &self.store.keyspace.pool;
        let nodes = &self.store.topology.nodes;
        let id = |index: u32| nodes.get(index as usize).map_or(NO_NODE, |node| node.id);
        let accessor = match usage.vote {
            0 => NO_NODE,
            _ => id(usage.accessor),
        };
        let hash = self.store.keyspace.hash(entry.key());
        let past = self.store.migrations.recent.past(hash, self.clock);
        Sample {
            footprint_bytes: entry.weight(pool) as u64,
            access_count: usage.accesses,
            db,
            node: id(pool.node_of(entry.address())),
            accessor,
            level: usage.level as u32,
            r#type: entry.kind() as u32,
            idle_seconds: usage.idle_seconds as u32,
            key_offset: 0,
            key_bytes: 0,
            vote: usage.vote.into(),
            moves: past.map_or(0, |past| past.moves),
            moved_seconds: past.map_or(0, |past| past.seconds),
            source: past.map_or(NO_NODE, |past| id(past.source)),
        }
    }

    /// Writes records and keys, and answers how many.
    fn write(mut self, out: &mut [u8]) -> usize {
        let start = self.samples.len() * RECORD;
        let (records, rest) = out.split_at_mut(start);
        rest[..self.keys.len()].copy_from_slice(&self.keys);
        for (sample, place) in (self.samples.iter_mut()).zip(records.chunks_exact_mut(RECORD)) {
            sample.key_offset += start as u32;
            place.copy_from_slice(bytes_of(sample));
        }
        self.samples.len()
    }
}

/// A record's bytes.
fn bytes_of(sample: &Sample) -> &[u8] {
    // SAFETY: a Sample is `repr(C)` without padding (its size is asserted field by field), so every byte is initialised.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(sample).cast(), RECORD) }
}
