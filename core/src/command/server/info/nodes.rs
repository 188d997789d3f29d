//! INFO's sections about where keys are: numa, keyspace.
//!
//! Nodes are named by their ids, as users type them. Invariant: `numa_hit_locality` is local accesses by all accesses, and
//! accesses are those of lanes that belong to a node.

use super::super::memory::{chunk_count, ratio};
use super::{Facts, Lines};
use crate::numa::{Node, Origin};
use crate::pool::NodeStats;
use crate::store::Accesses;

/// Keys looked at for a database's mean time to live.
const TTL_SAMPLES: usize = 32;

pub(super) fn numa(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let (store, totals) = (facts.call.store, &facts.totals);
    let topology = &store.topology;
    let origin = match &topology.origin {
        Origin::Kernel => "kernel",
        Origin::Fake(spec) => spec,
        Origin::Plain => "plain",
    };
    lines.field("numa_topology", origin);
    lines.field("numa_nodes", topology.nodes.len());
    lines.field(
        "numa_pool_base",
        format_args!("{:#x}", store.keyspace.pool.base()),
    );
    let of_node = facts.nodes.iter().zip(store.accesses());
    for (node, (stats, accesses)) in topology.nodes.iter().zip(of_node) {
        lines.field(
            &format!("numa_node{}", node.id),
            describe(node, stats, accesses),
        );
    }
    let accesses = totals.local_accesses + totals.remote_accesses;
    lines.field("numa_local_accesses", totals.local_accesses);
    lines.field("numa_remote_accesses", totals.remote_accesses);
    let locality = ratio(totals.local_accesses, accesses);
    lines.field("numa_hit_locality", format_args!("{locality:.4}"));
    let moves = store.migrations.totals();
    lines.fields(&[
        ("numa_migrations_total", moves.total),
        ("numa_migrations_successful", moves.successful),
        ("numa_migrations_failed", moves.failed),
        ("numa_migrations_skipped", moves.skipped),
        ("numa_migrated_bytes", moves.bytes),
        ("numa_migration_usec", moves.micros),
        ("numa_migration_longest_usec", moves.longest_micros),
    ]);
    let residency = &store.residency;
    let last = residency.last();
    lines.fields(&[
        ("numa_stray_pages", residency.all_strays()),
        ("numa_rehomed_pages", residency.rehomed()),
    ]);
    let at = last.map_or(-1, |last| last.at_seconds);
    lines.field("numa_last_verify", at);
    let strays = last.map_or(-1, |last| last.strays as i64);
    lines.field("numa_last_verify_strays", strays);
    let can = &topology.capabilities;
    lines.field("numa_unbound_windows", store.keyspace.pool.unbound().len());
    lines.field("numa_mbind", can.mbind);
    lines.field("numa_move_pages", can.move_pages);
    lines.field("numa_get_mempolicy", can.get_mempolicy);
    lines.field("numa_set_mempolicy", can.set_mempolicy);
    lines.field("numa_set_affinity", can.set_affinity);
}

fn describe(node: &Node, stats: &NodeStats, accesses: Accesses) -> String {
    let Accesses { local, remote } = accesses;
    format!(
        "tier={},cpus={},memory_only={},reserved={},used={},resident={},slabs={},chunks={},spans={},local_accesses={local},remote_accesses={remote},hit_locality={:.4}",
        node.tier,
        node.cpus.len(),
        u8::from(node.memory_only),
        stats.committed_bytes,
        stats.used_bytes,
        stats.resident_bytes,
        stats.slabs,
        chunk_count(stats),
        stats.spans,
        ratio(local, local + remote),
    )
}

/// A line for each database that has keys.
pub(super) fn keyspace(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let keyspace = facts.call.keyspace();
    for db in 0..keyspace.databases() {
        let (keys, expires) = keyspace.count(db);
        if keys > 0 {
            let avg_ttl = if expires > 0 {
                mean_ttl_ms(facts, db)
            } else {
                0
            };
            let counts = format!("keys={keys},expires={expires},avg_ttl={avg_ttl}");
            lines.field(&format!("db{db}"), counts);
        }
    }
}

/// Milliseconds that keys with a deadline have left on average, from a few picked at random; 0 when none was met.
fn mean_ttl_ms(facts: &Facts<'_, '_, '_>, db: u32) -> i64 {
    let (call, lane) = (facts.call, facts.call.lane);
    let (mut sum, mut count) = (0i128, 0);
    for _ in 0..TTL_SAMPLES {
        let random = lane.random_u64();
        let pick = call
            .keyspace()
            .random_key(lane.seat, db, random, |entry| entry.deadline());
        if let Some(deadline) = pick.flatten() {
            sum += i128::from((deadline - call.now_ms).max(0));
            count += 1;
        }
    }
    if count == 0 { 0 } else { (sum / count) as i64 }
}
