//! Hotness sampling: a walk over the keyspace that reports what each key's PREFIX says, a buffer at a time.
//!
//! It may not know who looks at the samples. Invariant: records start at offset 0, keys follow them, and a key that found
//! no room is where the next call begins, or near before it.

use crate::abi::{NO_NODE, Sample};
use crate::clock::use_clock;
use crate::keyspace::segment::LINE_SLOTS;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;

/// Bytes of a key that a sample carries; longer keys are cut.
const KEY_BYTES_MAX: usize = 512;
const RECORD: usize = size_of::<Sample>();

/// Fills `out` with samples from `place` (database, scan cursor) on, and answers how many.
pub fn fill(store: &Store, place: &mut (u32, u64), out: &mut [u8]) -> usize {
    // A line's keys are reported together, so room for a few more than asked is kept.
    let room = out.len() / (RECORD + 64);
    let wanted = room.saturating_sub(4 * LINE_SLOTS);
    let Some(lane) = store.open_lane(None, "sampler", None) else {
        return 0;
    };
    let mut samples: Vec<(Sample, Vec<u8>)> = Vec::with_capacity(room);
    let mut bytes = 0;
    let databases = store.keyspace.databases();
    for _ in 0..databases {
        let (db, cursor) = *place;
        let (keys, _) = store.keyspace.count(db);
        let next = if keys == 0 || !store.keyspace.locks.enter_world(lane.seat) {
            0
        } else {
            let left = (wanted - samples.len().min(wanted)) as u64;
            let next = store.keyspace.scan(lane.seat, db, cursor, left, |entry| {
                let key = &entry.key()[..entry.key().len().min(KEY_BYTES_MAX)];
                if bytes + RECORD + key.len() <= out.len() {
                    bytes += RECORD + key.len();
                    samples.push((record(store, db, entry), key.to_vec()));
                }
            });
            store.keyspace.locks.leave_world(lane.seat);
            next
        };
        *place = if next == 0 {
            ((db + 1) % databases, 0)
        } else {
            (db, next)
        };
        if next != 0 || samples.len() >= wanted || place.0 == 0 {
            break;
        }
    }
    store.close_lane(&lane);
    write(&mut samples, out)
}

fn record(store: &Store, db: u32, entry: crate::object::entry::Entry) -> Sample {
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
