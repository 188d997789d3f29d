//! INFO's sections about the process: server, clients, memory, CPU.
//!
//! What main knows better (ports, files, policy) comes down as facts of the settings; without a fact the line says what an
//! embedded store would. Invariant: `used_memory` counts every live byte of the pool and, from above, what core keeps beside
//! it, so it never says less than keys, values and connections take.

use super::super::memory::ratio;
use super::super::{NUMAKV_VERSION, REDIS_VERSION};
use super::{Facts, Page, human};
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

pub(super) fn server(facts: &Facts<'_, '_, '_>, page: &mut Page) {
    let store = facts.call.store;
    let hz = store.settings.hz.load(Relaxed);
    let uptime = store.clock.uptime_seconds();
    let executable = std::env::current_exe().map(|path| path.display().to_string());
    page.field("redis_version", REDIS_VERSION);
    page.field("numakv_version", NUMAKV_VERSION);
    page.field("redis_mode", "standalone");
    let (kernel, release) = ("/proc/sys/kernel/ostype", "/proc/sys/kernel/osrelease");
    let machine = std::env::consts::ARCH;
    let os = format!("{} {} {machine}", first_line(kernel), first_line(release));
    page.field("os", os);
    page.field("arch_bits", usize::BITS);
    page.field("monotonic_clock", "POSIX clock_gettime");
    page.field("process_id", std::process::id());
    page.field(
        "process_supervised",
        fact_or(store, "process_supervised", "no"),
    );
    page.field("run_id", &store.run_id);
    page.field("tcp_port", fact_or(store, "tcp_port", "0"));
    page.field("server_time_usec", store.clock.now_us());
    page.field("uptime_in_seconds", uptime);
    page.field("uptime_in_days", uptime / 86_400);
    page.field("hz", hz);
    page.field("configured_hz", hz);
    page.field("lru_clock", use_clock(facts.call.now_ms));
    let executable = fact_or(store, "executable", &executable.unwrap_or_default());
    page.field("executable", executable);
    page.field("config_file", store.settings.fact("config_file"));
    page.field("io_threads_active", 0);
    page.field("lanes", store.lanes().len());
    for (index, listener) in store
        .settings
        .fact("listeners")
        .split_whitespace()
        .enumerate()
    {
        page.field(&format!("listener{index}"), listener);
    }
}

pub(super) fn clients(facts: &Facts<'_, '_, '_>, page: &mut Page) {
    let store = facts.call.store;
    let faces = store.sessions.faces();
    let most = |bytes: fn(&crate::session::Face) -> u64| {
        faces.iter().map(|face| bytes(face)).max().unwrap_or(0)
    };
    page.fields(&[
        ("connected_clients", store.sessions.connections().into()),
        ("cluster_connections", 0),
        ("maxclients", store.settings.maxclients.load(Relaxed).into()),
        (
            "client_recent_max_input_buffer",
            most(|face| face.pending_bytes.load(Relaxed)),
        ),
        (
            "client_recent_max_output_buffer",
            most(|face| face.spill_bytes.load(Relaxed)),
        ),
        ("blocked_clients", 0),
        ("tracking_clients", 0),
        ("clients_in_timeout_table", 0),
    ]);
}

pub(super) fn memory(facts: &Facts<'_, '_, '_>, page: &mut Page) {
    let (store, usage) = (facts.call.store, &facts.usage);
    page.bytes("used_memory", usage.used);
    page.bytes("used_memory_rss", usage.rss);
    page.bytes("used_memory_peak", usage.peak);
    let percent = |part, whole| format!("{:.2}%", 100.0 * ratio(part, whole));
    page.field("used_memory_peak_perc", percent(usage.used, usage.peak));
    page.field("used_memory_overhead", usage.overhead());
    page.field("used_memory_startup", usage.startup);
    page.field("used_memory_dataset", usage.dataset());
    page.field(
        "used_memory_dataset_perc",
        format!("{:.2}%", usage.dataset_percent()),
    );
    page.field("allocator_allocated", usage.pool_used);
    page.field("allocator_active", usage.taken);
    page.field("allocator_resident", usage.resident);
    page.bytes("total_system_memory", machine_bytes());
    scripts(page);
    let limit = store.settings.maxmemory.load(Relaxed);
    page.field("maxmemory", limit);
    page.field("maxmemory_human", human(limit));
    page.field(
        "maxmemory_policy",
        fact_or(store, "maxmemory_policy", "noeviction"),
    );
    let gaps = [
        ("allocator_frag", usage.taken, usage.pool_used),
        ("allocator_rss", usage.resident, usage.taken),
        ("rss_overhead", usage.rss, usage.resident),
        ("mem_fragmentation", usage.rss, usage.used),
    ];
    for (name, whole, part) in gaps {
        page.field(
            &format!("{name}_ratio"),
            format!("{:.2}", ratio(whole, part)),
        );
        page.field(&format!("{name}_bytes"), whole as i64 - part as i64);
    }
    page.fields(&[
        ("mem_not_counted_for_evict", 0),
        ("mem_replication_backlog", 0),
        ("mem_total_replication_buffers", 0),
        ("mem_clients_slaves", 0),
        ("mem_clients_normal", usage.clients),
        ("mem_cluster_links", 0),
        ("mem_aof_buffer", 0),
    ]);
    page.field("mem_allocator", "numakv-pool");
    page.fields(&[
        ("active_defrag_running", 0),
        ("lazyfree_pending_objects", store.lazy_free.pending()),
        ("lazyfreed_objects", store.lazy_free.freed()),
    ]);
}

/// What scripts and functions take: there are none.
fn scripts(page: &mut Page) {
    page.bytes("used_memory_lua", 0);
    page.fields(&[
        ("used_memory_vm_eval", 0),
        ("used_memory_scripts_eval", 0),
        ("number_of_cached_scripts", 0),
        ("number_of_functions", 0),
        ("number_of_libraries", 0),
        ("used_memory_vm_functions", 0),
    ]);
    page.bytes("used_memory_vm_total", 0);
    page.field("used_memory_functions", 0);
    page.bytes("used_memory_scripts", 0);
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
pub(super) fn cpu(_: &Facts<'_, '_, '_>, page: &mut Page) {
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
    page.field("used_cpu_sys", seconds(1));
    page.field("used_cpu_user", seconds(0));
    page.field("used_cpu_sys_children", seconds(3));
    page.field("used_cpu_user_children", seconds(2));
}
