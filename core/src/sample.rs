//! Hotness sampling: a walk over the keyspace that reports what each key's PREFIX says, a buffer at a time.
//!
//! It may not know who looks at the samples. Invariant: records start at offset 0, keys follow them, and a key that found
//! no room is where the next call begins, or near before it.

use crate::abi::{NO_NODE, Sample};
use crate::clock::use_clock;
use crate::lane::Lane;
use crate::object::entry::Entry;
use crate::store::Store;
use crate::table::segment::LINE_SLOTS;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

/// Bytes of a key that a sample carries; longer keys are cut.
const KEY_BYTES_MAX: usize = 512;
const RECORD: usize = size_of::<Sample>();

/// One walk over all keys, taken up again at each call.
pub struct Sampler {
    lane: Arc<Lane>,
    db: u32,
    cursor: u64,
}

impl Sampler {
    /// A walk that begins at the first key of database 0; `None` when no lane is free for it.
    pub fn new(store: &Store) -> Option<Sampler> {
        let lane = store.open_lane(None, "sampler", None)?;
        Some(Sampler {
            lane,
            db: 0,
            cursor: 0,
        })
    }

    /// Its lane, which is free between two calls.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Fills `out` with samples, and answers how many. A call ends with the last database at the latest.
    pub fn fill(&mut self, store: &Store, out: &mut [u8]) -> usize {
        // A line's keys are reported together, so room for a few more than asked is kept.
        let room = out.len() / (RECORD + 64);
        let wanted = room.saturating_sub(4 * LINE_SLOTS);
        let mut samples: Vec<(Sample, Vec<u8>)> = Vec::with_capacity(room);
        let mut bytes = 0;
        while samples.len() < wanted {
            let left = (wanted - samples.len()) as u64;
            let db = self.db;
            let walked = self.walk(store, left, |entry| {
                let key = &entry.key()[..entry.key().len().min(KEY_BYTES_MAX)];
                if bytes + RECORD + key.len() <= out.len() {
                    bytes += RECORD + key.len();
                    samples.push((record(store, db, entry), key.to_vec()));
                }
            });
            if !walked || self.cursor != 0 {
                break;
            }
            self.db = (self.db + 1) % store.keyspace.databases();
            if self.db == 0 {
                break;
            }
        }
        write(&mut samples, out)
    }

    /// Goes on in the database in hand; `false` when the world is somebody else's now.
    fn walk(&mut self, store: &Store, count: u64, visit: impl FnMut(Entry)) -> bool {
        let (keyspace, seat) = (&store.keyspace, self.lane.seat);
        if keyspace.count(self.db).0 == 0 {
            self.cursor = 0;
            return true;
        }
        if !keyspace.locks.enter_world(seat) {
            return false;
        }
        self.cursor = keyspace.scan(seat, self.db, self.cursor, count, visit);
        keyspace.locks.leave_world(seat);
        true
    }
}

fn record(store: &Store, db: u32, entry: Entry) -> Sample {
    let settings = &store.settings;
    let clock = use_clock(store.clock.now_ms());
    let decay = settings.hotness_decay.load(Relaxed);
    let usage = entry.usage(clock, decay, settings.lfu_decay_time.load(Relaxed));
    let pool = &store.keyspace.pool;
    let id = |index: u32| {
        store
            .topology
            .nodes
            .get(index as usize)
            .map_or(NO_NODE, |node| node.id)
    };
    Sample {
        footprint_bytes: entry.footprint(pool) as u64,
        access_count: usage.accesses,
        db,
        node: id(pool.node_of(entry.address())),
        accessor: if usage.vote == 0 {
            NO_NODE
        } else {
            id(usage.accessor)
        },
        level: usage.level as u32,
        r#type: entry.kind() as u32,
        idle_seconds: usage.idle_seconds as u32,
        key_offset: 0,
        key_bytes: 0,
    }
}

/// A record's bytes.
fn bytes_of(sample: &Sample) -> &[u8] {
    // SAFETY: a Sample is `repr(C)` without padding (its size is asserted field by field), so every byte is initialised.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(sample).cast(), RECORD) }
}

fn write(samples: &mut [(Sample, Vec<u8>)], out: &mut [u8]) -> usize {
    let mut at = samples.len() * RECORD;
    for (index, (sample, key)) in samples.iter_mut().enumerate() {
        (sample.key_offset, sample.key_bytes) = (at as u32, key.len() as u32);
        out[at..at + key.len()].copy_from_slice(key);
        at += key.len();
        out[index * RECORD..(index + 1) * RECORD].copy_from_slice(bytes_of(sample));
    }
    samples.len()
}
