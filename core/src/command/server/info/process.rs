//! INFO's sections about the process: server, clients, memory, CPU.
//!
//! What main knows better (ports, files, policy) comes down as facts of the settings; without a fact the line says what an
//! embedded store would. Invariant: `used_memory` counts every live byte of the pool and, from above, what core keeps beside
//! it, so it never says less than keys, values and connections take.

use super::super::memory::ratio;
use super::super::{NUMAKV_VERSION, REDIS_VERSION};
use super::{Facts, Lines, human};
use crate::clock::use_clock;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::fs;

/// Clock ticks a second in /proc/self/stat: fixed on Linux for all it tells processes (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

/// A fact main owns, or what holds without one.
fn fact_or(store: &Store, name: &str, otherwise: &str) -> String {
    match store.settings.fact(name) {
        fact if fact.is_empty() => otherwise.to_owned(),
        fact => fact,
    }
}

fn first_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

pub(super) fn server(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let store = facts.call.store;
    let hz = store.settings.hz.load(Relaxed);
    let uptime = store.clock.uptime_seconds();
    let executable = std::env::current_exe().map(|path| path.display().to_string());
    lines.field("redis_version", REDIS_VERSION);
    lines.field("numakv_version", NUMAKV_VERSION);
    lines.field("redis_mode", "standalone");
    let (kernel, release) = ("/proc/sys/kernel/ostype", "/proc/sys/kernel/osrelease");
    let machine = std::env::consts::ARCH;
    let os = format!("{} {} {machine}", first_line(kernel), first_line(release));
    lines.field("os", os);
    lines.field("arch_bits", usize::BITS);
    lines.field("monotonic_clock", "POSIX clock_gettime");
    lines.field("process_id", std::process::id());
    lines.field(
        "process_supervised",
        fact_or(store, "process_supervised", "no"),
    );
    lines.field("run_id", &store.run_id);
    lines.field("tcp_port", fact_or(store, "tcp_port", "0"));
    lines.field("server_time_usec", store.clock.now_us());
    lines.field("uptime_in_seconds", uptime);
    lines.field("uptime_in_days", uptime / 86_400);
    lines.field("hz", hz);
    lines.field("configured_hz", hz);
    lines.field("lru_clock", use_clock(facts.call.now_ms));
    let executable = fact_or(store, "executable", &executable.unwrap_or_default());
    lines.field("executable", executable);
    lines.field("config_file", store.settings.fact("config_file"));
    lines.field("io_threads_active", 0);
    lines.field("lanes", store.lanes().len());
    for (index, listener) in store
        .settings
        .fact("listeners")
        .split_whitespace()
        .enumerate()
    {
        lines.field(&format!("listener{index}"), listener);
    }
}

pub(super) fn clients(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let store = facts.call.store;
    let faces = store.sessions.faces();
    let most = |bytes: fn(&crate::client::Face) -> u64| {
        faces.iter().map(|face| bytes(face)).max().unwrap_or(0)
    };
    lines.fields(&[
        ("connected_clients", store.sessions.connections().into()),
        ("cluster_connections", 0),
        ("maxclients", store.settings.maxclients.load(Relaxed).into()),
        (
            "client_recent_max_input_buffer",
            most(|face| face.pending_bytes.load(Relaxed)),
        ),
        (
            "client_recent_max_output_buffer",
            most(crate::client::Face::output_bytes),
        ),
        ("blocked_clients", store.interest.blocked().into()),
        ("tracking_clients", 0),
        (
            "clients_in_timeout_table",
            store.interest.alarm.count() as u64,
        ),
    ]);
}

pub(super) fn memory(facts: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let (store, usage) = (facts.call.store, &facts.usage);
    lines.bytes("used_memory", usage.used);
    lines.bytes("used_memory_rss", usage.rss);
    lines.bytes("used_memory_peak", usage.peak);
    let percent = |part, whole| format!("{:.2}%", 100.0 * ratio(part, whole));
    lines.field("used_memory_peak_perc", percent(usage.used, usage.peak));
    lines.field("used_memory_overhead", usage.overhead());
    lines.field("used_memory_startup", usage.startup);
    lines.field("used_memory_dataset", usage.dataset());
    lines.field(
        "used_memory_dataset_perc",
        format!("{:.2}%", usage.dataset_percent()),
    );
    lines.field("allocator_allocated", usage.pool_used);
    lines.field("allocator_active", usage.active);
    lines.field("allocator_resident", usage.resident);
    lines.bytes("total_system_memory", machine_bytes());
    scripts(lines);
    let limit = store.settings.maxmemory.load(Relaxed);
    lines.field("maxmemory", limit);
    lines.field("maxmemory_human", human(limit));
    lines.field(
        "maxmemory_policy",
        fact_or(store, "maxmemory_policy", "noeviction"),
    );
    let gaps = [
        ("allocator_frag", usage.active, usage.pool_used),
        ("allocator_rss", usage.resident, usage.active),
        ("rss_overhead", usage.rss, usage.resident),
        ("mem_fragmentation", usage.rss, usage.used),
    ];
    for (name, whole, part) in gaps {
        lines.field(
            &format!("{name}_ratio"),
            format!("{:.2}", ratio(whole, part)),
        );
        lines.field(&format!("{name}_bytes"), whole as i64 - part as i64);
    }
    lines.fields(&[
        ("mem_not_counted_for_evict", 0),
        ("mem_replication_backlog", 0),
        ("mem_total_replication_buffers", 0),
        ("mem_clients_slaves", 0),
        ("mem_clients_normal", usage.clients),
        ("mem_cluster_links", 0),
        ("mem_aof_buffer", 0),
    ]);
    lines.field("mem_allocator", "numakv-pool");
    let running = store.compaction.running.load(Relaxed);
    lines.fields(&[
        ("active_defrag_running", running.into()),
        ("lazyfree_pending_objects", store.lazy_free.pending()),
        ("lazyfreed_objects", store.lazy_free.freed()),
    ]);
}

/// What scripts and functions take: there are none.
fn scripts(lines: &mut Lines) {
    lines.bytes("used_memory_lua", 0);
    lines.fields(&[
        ("used_memory_vm_eval", 0),
        ("used_memory_scripts_eval", 0),
        ("number_of_cached_scripts", 0),
        ("number_of_functions", 0),
        ("number_of_libraries", 0),
        ("used_memory_vm_functions", 0),
    ]);
    lines.bytes("used_memory_vm_total", 0);
    lines.field("used_memory_functions", 0);
    lines.bytes("used_memory_scripts", 0);
}

/// Bytes of RAM of the machine; 0 where /proc does not say.
fn machine_bytes() -> u64 {
    let words = first_line("/proc/meminfo");
    let kib = words
        .split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Seconds of CPU, to a hundredth, of the process and of the children it has waited for.
pub(super) fn cpu(_: &Facts<'_, '_, '_>, lines: &mut Lines) {
    let stat = first_line("/proc/self/stat");
    // The command's name, in parentheses, may hold blanks: numbers count from behind it.
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    let ticks: Vec<f64> = behind
        .split_whitespace()
        .skip(11)
        .take(4)
        .map(|ticks| ticks.parse().unwrap_or(0.0))
        .collect();
    let seconds = |index: usize| {
        let ticks = ticks.get(index).copied().unwrap_or(0.0);
        format!("{:.6}", ticks / TICKS_PER_SECOND)
    };
    lines.field("used_cpu_sys", seconds(1));
    lines.field("used_cpu_user", seconds(0));
    lines.field("used_cpu_sys_children", seconds(3));
    lines.field("used_cpu_user_children", seconds(2));
}
