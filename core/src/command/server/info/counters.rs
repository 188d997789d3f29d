//! INFO's sections of counters: stats, commands, errors; and persistence and replication as they stand without either.
//!
//! Invariant: everything but `rdb_changes_since_last_save` starts again at CONFIG RESETSTAT or shows a state.

use super::{Facts, Lines};
use crate::command::lookup;
use crate::pubsub::Kind;
use crate::sync::locked;

/// Nothing is loaded or saved: what Redis shows of a server without persistence.
pub(super) fn persistence(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let started = facts.call.store.clock.started_unix_ms() / 1000;
    lines.fields(&[
        ("loading", 0),
        ("async_loading", 0),
        ("current_cow_peak", 0),
        ("current_cow_size", 0),
        ("current_cow_size_age", 0),
    ]);
    lines.field("current_fork_perc", "0.00");
    lines.fields(&[
        ("current_save_keys_processed", 0),
        ("current_save_keys_total", 0),
        ("rdb_changes_since_last_save", facts.totals.changes),
        ("rdb_bgsave_in_progress", 0),
    ]);
    lines.field("rdb_last_save_time", started);
    lines.field("rdb_last_bgsave_status", "ok");
    lines.field("rdb_last_bgsave_time_sec", -1);
    lines.field("rdb_current_bgsave_time_sec", -1);
    lines.fields(&[
        ("rdb_saves", 0),
        ("rdb_last_cow_size", 0),
        ("rdb_last_load_keys_expired", 0),
        ("rdb_last_load_keys_loaded", 0),
        ("aof_enabled", 0),
        ("aof_rewrite_in_progress", 0),
        ("aof_rewrite_scheduled", 0),
    ]);
    lines.field("aof_last_rewrite_time_sec", -1);
    lines.field("aof_current_rewrite_time_sec", -1);
    lines.field("aof_last_bgrewrite_status", "ok");
    lines.fields(&[
        ("aof_rewrites", 0),
        ("aof_rewrites_consecutive_failures", 0),
    ]);
    lines.field("aof_last_write_status", "ok");
    lines.fields(&[
        ("aof_last_cow_size", 0),
        ("module_fork_in_progress", 0),
        ("module_fork_last_cow_size", 0),
    ]);
}

pub(super) fn stats(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let (store, totals) = (facts.call.store, &facts.totals);
    let rates = *locked(&store.rates);
    lines.field("total_connections_received", totals.connections_received);
    lines.field("total_commands_processed", totals.commands);
    lines.field(
        "instantaneous_ops_per_sec",
        rates.commands_per_second.round(),
    );
    lines.field("total_net_input_bytes", totals.input_bytes);
    lines.field("total_net_output_bytes", totals.output_bytes);
    lines.field("total_net_repl_input_bytes", 0);
    lines.field("total_net_repl_output_bytes", 0);
    for (name, rate) in [
        ("instantaneous_input_kbps", rates.input_kib_per_second),
        ("instantaneous_output_kbps", rates.output_kib_per_second),
        ("instantaneous_input_repl_kbps", 0.0),
        ("instantaneous_output_repl_kbps", 0.0),
    ] {
        lines.field(name, format!("{rate:.2}"));
    }
    lines.field("rejected_connections", totals.connections_rejected);
    lines.field("expired_keys", totals.expired_keys);
    lines.field("evicted_keys", totals.evicted_keys);
    lines.field("total_eviction_exceeded_time", totals.evictions_cut_short);
    lines.field("current_eviction_exceeded_time", 0);
    lines.field("keyspace_hits", totals.keyspace_hits);
    lines.field("keyspace_misses", totals.keyspace_misses);
    let errors = totals.error_replies + totals.protocol_errors;
    lines.field("total_error_replies", errors);
    lines.field("total_reads_processed", totals.reads);
    absent(lines);
    let defragmented = store.compaction.totals();
    lines.fields(&[
        ("active_defrag_hits", defragmented.pieces_moved),
        ("active_defrag_misses", defragmented.pieces_stayed),
        ("active_defrag_key_hits", defragmented.keys_moved),
        ("active_defrag_key_misses", defragmented.keys_stayed),
        ("total_active_defrag_time", defragmented.micros / 1000),
        (
            "current_active_defrag_time",
            defragmented.current_micros / 1000,
        ),
        ("compactions", defragmented.runs),
        ("compaction_released_bytes", defragmented.released_bytes),
        ("compaction_longest_usec", defragmented.longest_micros),
    ]);
    lines.fields(&[
        ("pubsub_channels", store.pubsub.count(Kind::Channel) as u64),
        ("pubsub_patterns", store.pubsub.count(Kind::Pattern) as u64),
        (
            "pubsubshard_channels",
            store.pubsub.count(Kind::Shard) as u64,
        ),
        ("protocol_errors", totals.protocol_errors),
        ("boundary_calls", totals.boundary_calls),
        ("reads", totals.reads),
        ("mores", totals.mores),
        ("handoffs", totals.hand_offs),
        ("retries", totals.retries),
        ("longest_batch_usec", store.longest_batch_usec()),
    ]);
}

/// Counters of Redis' whose subject does not occur here, so that zero is the truth.
fn absent(lines: &mut Lines) {
    for name in [
        "sync_full",
        "sync_partial_ok",
        "sync_partial_err",
        "evicted_clients",
        "latest_fork_usec",
        "total_forks",
        "migrate_cached_sockets",
        "slave_expires_tracked_keys",
        "tracking_total_keys",
        "tracking_total_items",
        "tracking_total_prefixes",
        "unexpected_error_replies",
        "dump_payload_sanitizations",
        "io_threaded_reads_processed",
        "io_threaded_writes_processed",
    ] {
        lines.field(name, 0);
    }
}

/// A master that nobody follows.
pub(super) fn replication(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    lines.field("role", "master");
    lines.field("connected_slaves", 0);
    lines.field("master_failover_state", "no-failover");
    lines.field("master_replid", locked(&facts.call.store.replication_id));
    lines.field("master_replid2", "0".repeat(40));
    lines.field("master_repl_offset", 0);
    lines.field("second_repl_offset", -1);
    lines.fields(&[
        ("repl_backlog_active", 0),
        ("repl_backlog_size", 0),
        ("repl_backlog_first_byte_offset", 0),
        ("repl_backlog_histlen", 0),
    ]);
}

/// A line for each command that was ever asked for.
pub(super) fn commands(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let totals = facts.call.store.command_totals();
    for spec in lookup::all() {
        let total = totals[spec.id as usize];
        if total.calls == 0 && total.rejected == 0 && total.failed == 0 {
            continue;
        }
        let nanos = crate::clock::nanos(total.ticks);
        let usec = nanos / 1000;
        let each = nanos as f64 / 1000.0 / total.calls.max(1) as f64;
        lines.field(
            &format!("cmdstat_{}", spec.full_name),
            format_args!(
                "calls={},usec={usec},usec_per_call={each:.2},rejected_calls={},failed_calls={}",
                total.calls, total.rejected, total.failed
            ),
        );
    }
}

/// A line for each error code that was ever sent.
pub(super) fn errors(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    for (code, count) in facts.call.store.error_counts() {
        lines.field(&format!("errorstat_{code}"), format_args!("count={count}"));
    }
}
