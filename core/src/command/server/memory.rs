//! MEMORY: what takes memory, and how much.
//!
//! The pool counts its own bytes exactly; what core keeps outside it is estimated from above, so that `used` never says
//! less than is in use. It may not know what other libraries of the process hold: `rss` shows that.
//!
//! Invariant: `used == pool used + core`; `overhead + dataset == used`.

use super::super::{Answer, Call, Error};
use crate::error;
use crate::numa::os_page_bytes;
use crate::pool::NodeStats;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::fmt::Write;

/// Bytes of a slot in the table of keys.
const SLOT_BYTES: u64 = 8;
/// Below this many bytes MEMORY DOCTOR has nothing to judge by.
const DOCTOR_MIN_BYTES: u64 = 5 << 20;
/// Bytes held for each byte in use from which MEMORY DOCTOR speaks of waste.
const SPARSE_RATIO: f64 = 1.4;
/// Times the emptiest node's bytes from which it speaks of imbalance.
const LOPSIDED_RATIO: u64 = 8;

/// What memory is used for, at a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// Everything below that is counted or estimated.
    pub(super) used: u64,
    /// The most `used` has been, as seen by the keeper and by whoever asked.
    pub(super) peak: u64,
    /// What an empty store takes: lanes and shards.
    pub(super) startup: u64,
    /// Buffers of connections.
    pub(super) clients: u64,
    /// Slots of the tables of keys, in the pool.
    pub(super) tables: u64,
    /// Live bytes of the pool.
    pub(super) pool_used: u64,
    /// Bytes of the pool in slabs, chunks of cells and spans: what the live ones lie in.
    pub(super) active: u64,
    /// Bytes of the pool in RAM.
    pub(super) resident: u64,
    /// Bytes of the process in RAM.
    pub(super) rss: u64,
}

impl Usage {
    /// Adds it all up.
    pub(super) fn of(store: &Store, nodes: &[NodeStats]) -> Usage {
        let pool = &store.keyspace.pool;
        let pool_used = pool.used_bytes();
        let outside = store.measure_outside();
        let core = outside.total();
        let peak = store
            .peak_bytes
            .fetch_max(pool_used, Relaxed)
            .max(pool_used);
        Usage {
            used: pool_used + core,
            peak: peak + core,
            startup: outside.startup,
            clients: outside.clients,
            tables: 0,
            pool_used,
            active: nodes.iter().map(|node| node.active_bytes).sum(),
            resident: nodes.iter().map(|node| node.resident_bytes).sum(),
            rss: process_resident_bytes(),
        }
    }

    /// What is not keys and values.
    pub(super) fn overhead(&self) -> u64 {
        self.used - self.pool_used + self.tables.min(self.pool_used)
    }

    /// Keys and values.
    pub(super) fn dataset(&self) -> u64 {
        self.used - self.overhead()
    }

    /// `dataset` as a part of what was added since the start, in percent.
    pub(super) fn dataset_percent(&self) -> f64 {
        100.0 * ratio(self.dataset(), self.used.saturating_sub(self.startup))
    }
}

/// `part / whole`, 0 when there is no whole.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Every node's pool statistics, by index.
pub(super) fn node_stats(store: &Store) -> Vec<NodeStats> {
    (0..store.topology.nodes.len() as u32)
        .filter_map(|node| store.keyspace.pool.stats(node))
        .collect()
}

/// Bytes of this process in RAM; 0 where /proc does not say.
fn process_resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0u64) * os_page_bytes() as u64
}

/// Slot bytes of each database's tables.
pub(super) fn table_bytes(call: &Call<'_, '_>) -> Vec<u64> {
    let keyspace = call.keyspace();
    (0..keyspace.databases())
        .map(|db| keyspace.slots(call.lane.seat, db) as u64 * SLOT_BYTES)
        .collect()
}

/// `MEMORY USAGE key [SAMPLES count]`: bytes of the key's entry with all it owns, and of its slot; exact, whatever the
/// samples. Null without the key.
pub(crate) fn memory_usage(call: &mut Call<'_, '_>) -> Answer {
    match call.args.len() {
        3 => {}
        5 if call.args.is(3, "SAMPLES") => {
            if call.args.int(4)? < 0 {
                return call.syntax_error();
            }
        }
        _ => return Err(Error::of(error::SYNTAX)),
    }
    let target = call.target(call.args.get(2));
    match call.peek(target) {
        None => call.reply.null(),
        Some(found) => {
            let bytes = found.entry.footprint(&call.keyspace().pool) as u64 + SLOT_BYTES;
            call.reply.int(bytes as i64);
        }
    }
    Ok(())
}

/// `MEMORY PURGE`: what serves nobody goes back to the kernel.
pub(crate) fn memory_purge(call: &mut Call<'_, '_>) -> Answer {
    call.keyspace().pool.purge();
    call.reply.ok();
    Ok(())
}

/// `MEMORY STATS`: a map of what takes memory, with Redis' names.
pub(crate) fn memory_stats(call: &mut Call<'_, '_>) -> Answer {
    let tables = table_bytes(call);
    let mut usage = Usage::of(call.store, &node_stats(call.store));
    usage.tables = tables.iter().sum();
    let keyspace = call.keyspace();
    let counts = (0..keyspace.databases()).map(|db| keyspace.count(db).0);
    let keys: Vec<u64> = counts.collect();
    let total: u64 = keys.iter().sum();
    let mark = call.reply.begin_map();
    let mut pairs = 0;
    for (name, bytes) in [
        ("peak.allocated", usage.peak),
        ("total.allocated", usage.used),
        ("startup.allocated", usage.startup),
        ("replication.backlog", 0),
        ("clients.slaves", 0),
        ("clients.normal", usage.clients),
        ("cluster.links", 0),
        ("aof.buffer", 0),
        ("lua.caches", 0),
        ("functions.caches", 0),
    ] {
        pairs += integer(call, name, bytes);
    }
    for (db, bytes) in tables.iter().enumerate().filter(|&(db, _)| keys[db] > 0) {
        call.reply.bulk(format!("db.{db}").as_bytes());
        call.reply.map(3);
        integer(call, "overhead.hashtable.main", *bytes);
        integer(call, "overhead.hashtable.expires", 0);
        integer(call, "overhead.hashtable.slot-to-keys", 0);
        pairs += 1;
    }
    pairs += integer(call, "overhead.total", usage.overhead());
    pairs += integer(call, "keys.count", total);
    let added = usage.used.saturating_sub(usage.startup);
    pairs += integer(
        call,
        "keys.bytes-per-key",
        added.checked_div(total).unwrap_or(0),
    );
    pairs += integer(call, "dataset.bytes", usage.dataset());
    pairs += double(call, "dataset.percentage", usage.dataset_percent());
    pairs += double(
        call,
        "peak.percentage",
        100.0 * ratio(usage.used, usage.peak),
    );
    pairs += allocator(call, &usage);
    call.reply.end_map(mark, pairs);
    Ok(())
}

/// The pool as Redis speaks of its allocator: live bytes, bytes of what they lie in, bytes in RAM.
fn allocator(call: &mut Call<'_, '_>, usage: &Usage) -> usize {
    let steps = [
        ("allocator-fragmentation", usage.active, usage.pool_used),
        ("allocator-rss", usage.resident, usage.active),
        ("rss-overhead", usage.rss, usage.resident),
    ];
    let mut pairs = integer(call, "allocator.allocated", usage.pool_used)
        + integer(call, "allocator.active", usage.active)
        + integer(call, "allocator.resident", usage.resident);
    for (name, whole, part) in steps {
        pairs += double(call, &format!("{name}.ratio"), ratio(whole, part));
        pairs += difference(call, &format!("{name}.bytes"), whole, part);
    }
    pairs += double(call, "fragmentation", ratio(usage.rss, usage.used));
    pairs + difference(call, "fragmentation.bytes", usage.rss, usage.used)
}

/// Writes one pair, and says so.
fn integer(call: &mut Call<'_, '_>, name: &str, value: u64) -> usize {
    call.reply.bulk(name.as_bytes());
    call.reply.int(value as i64);
    1
}

/// Writes a pair that may be negative: `whole - part`.
fn difference(call: &mut Call<'_, '_>, name: &str, whole: u64, part: u64) -> usize {
    call.reply.bulk(name.as_bytes());
    call.reply.int(whole as i64 - part as i64);
    1
}

fn double(call: &mut Call<'_, '_>, name: &str, value: f64) -> usize {
    call.reply.bulk(name.as_bytes());
    call.reply.double(value);
    1
}

/// `MEMORY DOCTOR`: what looks wrong, in sentences.
pub(crate) fn memory_doctor(call: &mut Call<'_, '_>) -> Answer {
    let nodes = node_stats(call.store);
    let usage = Usage::of(call.store, &nodes);
    let text = if usage.used < DOCTOR_MIN_BYTES {
        "There is too little data in this store to judge its use of memory.\n".to_owned()
    } else {
        let is_bound = call.keyspace().pool.unbound().is_empty();
        match findings(&usage, &nodes, is_bound).as_slice() {
            [] => "Nothing looks wrong.\n".to_owned(),
            findings => findings.join("\n") + "\n",
        }
    };
    call.reply.verbatim("txt", text.as_bytes());
    Ok(())
}

/// A sentence for each thing that looks wrong.
fn findings(usage: &Usage, nodes: &[NodeStats], is_bound: bool) -> Vec<&'static str> {
    let used = || nodes.iter().map(|node| node.used_bytes);
    let (least, most) = (used().min().unwrap_or(0), used().max().unwrap_or(0));
    let checks = [
        (
            usage.peak > usage.used / 2 * 3,
            "The peak was more than one and a half times what is used now: memory may still be held. MEMORY PURGE gives it back.",
        ),
        (
            ratio(usage.active, usage.pool_used) > SPARSE_RATIO,
            "Slabs and chunks are sparsely filled: more than 1.4 bytes are held for each that is used. NUMA COMPACT moves what lies in them together; 'activedefrag yes' does so by itself.",
        ),
        (
            ratio(usage.rss, usage.used) > SPARSE_RATIO,
            "The process is resident with more than 1.4 bytes for each that is used.",
        ),
        (
            most / LOPSIDED_RATIO > least,
            "One node holds more than eight times what another does: look at INFO numa and at the placement in force.",
        ),
        (
            !is_bound,
            "Some windows could not be bound to their node: memory may lie anywhere. The log says why.",
        ),
    ];
    let wrong = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong.map(|(_, sentence)| sentence).collect()
}

/// `MEMORY MALLOC-STATS`: each node's pool, size class by size class.
pub(crate) fn memory_malloc_stats(call: &mut Call<'_, '_>) -> Answer {
    let mut text = String::from("numakv pool\n");
    for (node, stats) in call.store.topology.nodes.iter().zip(node_stats(call.store)) {
        describe(&mut text, node.id, &stats);
    }
    call.reply.verbatim("txt", text.as_bytes());
    Ok(())
}

/// One node's statistics, for people.
pub(super) fn describe(text: &mut String, node: u32, stats: &NodeStats) {
    let totals = writeln!(
        text,
        "node {node}: reserved {} committed {} taken {} used {} resident {}\n  slabs {} chunks {} spans {} ({} bytes) kept {} idle pages {} free runs {}\n  hits/misses: slabs {}/{} chunks {}/{} spans {}/{}",
        stats.reserved_bytes,
        stats.committed_bytes,
        stats.taken_bytes,
        stats.used_bytes,
        stats.resident_bytes,
        stats.slabs,
        chunk_count(stats),
        stats.spans,
        stats.span_bytes,
        stats.dirty_bytes,
        stats.idle_pages,
        stats.free_runs,
        stats.slab_hits,
        stats.slab_misses,
        stats.chunk_hits,
        stats.chunk_misses,
        stats.span_hits,
        stats.span_misses,
    );
    debug_assert!(totals.is_ok(), "writing to a string cannot fail");
    for class in stats.classes.iter().filter(|class| class.members > 0) {
        text.push_str(&format!(
            "  cells of {:>5} bytes: {} of {} used, {} at hand, in {}\n",
            class.cell_bytes, class.cells_used, class.cells, class.cells_at_hand, class.members
        ));
    }
}

/// Chunks of any use and order.
pub(super) fn chunk_count(stats: &NodeStats) -> u32 {
    stats.slab_chunks.iter().chain(&stats.middle_chunks).sum()
}
