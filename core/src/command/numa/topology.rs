//! NUMA TOPOLOGY and NUMA INFO: what there is, and how it goes.
//!
//! Both take their numbers from the topology, the pool and the counters of all lanes, and hold no key. Invariant: facts
//! are the kernel's wherever it tells them; what it does not tell is null and never guessed.

use super::Fields;
use crate::command::{Answer, Call};
use crate::numa::{Library, Node, Topology};
use crate::residency::Residency;
use crate::resp::Reply;

/// `NUMA TOPOLOGY`: every node with its CPUs, memory, tier and distances.
pub fn numa_topology(call: &mut Call<'_, '_>) -> Answer {
    let topology = &call.store.topology;
    let mut fields = Fields::begin(call.reply);
    fields.text("origin", &topology.origin.to_string());
    let reply = fields.name("nodes");
    reply.array(topology.nodes.len());
    for index in 0..topology.nodes.len() as u32 {
        write_node(reply, topology, index);
    }
    let warnings = fields.name("warnings");
    warnings.array(topology.warnings.len());
    for warning in &topology.warnings {
        warnings.bulk(warning.as_bytes());
    }
    fields.end();
    Ok(())
}

/// One node. Distances are in the order of nodes; free bytes are those of this moment.
fn write_node(reply: &mut Reply<'_>, topology: &Topology, index: u32) {
    let node = &topology.nodes[index as usize];
    let mut fields = Fields::begin(reply);
    fields.int("id", node.id.into());
    write_numbers(fields.name("cpus"), &node.cpus);
    fields.name("memory_only").bool(node.memory_only);
    fields.int("tier", node.tier.into());
    fields.int("total_bytes", node.total_bytes);
    fields.known("free_bytes", topology.free_bytes(index));
    write_numbers(fields.name("distances"), &node.distances);
    write_hmat(fields.name("hmat"), node);
    fields.end();
}

fn write_numbers(reply: &mut Reply<'_>, numbers: &[u32]) {
    reply.array(numbers.len());
    for &number in numbers {
        reply.int(number.into());
    }
}

/// Latencies and bandwidths as the firmware tells them, or null.
fn write_hmat(reply: &mut Reply<'_>, node: &Node) {
    let Some(hmat) = &node.hmat else {
        return reply.null();
    };
    let mut fields = Fields::begin(reply);
    let numbers = [
        ("read_latency_ns", hmat.read_latency_ns),
        ("write_latency_ns", hmat.write_latency_ns),
        ("read_bandwidth_mib", hmat.read_bandwidth_mib),
        ("write_bandwidth_mib", hmat.write_bandwidth_mib),
    ];
    for (name, number) in numbers {
        fields.known(name, number.map(u64::from));
    }
    fields.end();
}

/// `NUMA INFO`: where the topology comes from, what the kernel permits, and how local accesses are.
pub fn numa_info(call: &mut Call<'_, '_>) -> Answer {
    let store = call.store;
    let (topology, pool) = (&store.topology, &store.keyspace.pool);
    let (totals, moved) = (store.totals(), store.migrations.totals());
    let capabilities = &topology.capabilities;
    let mut fields = Fields::begin(call.reply);
    fields.text("origin", &topology.origin.to_string());
    fields.int("nodes", topology.nodes.len() as u64);
    let memory_only = topology.nodes.iter().filter(|node| node.memory_only);
    fields.int("memory_only_nodes", memory_only.count() as u64);
    fields.text("library", library_name(&capabilities.library));
    let permissions = [
        ("mbind", capabilities.mbind),
        ("move_pages", capabilities.move_pages),
        ("get_mempolicy", capabilities.get_mempolicy),
        ("set_mempolicy", capabilities.set_mempolicy),
        ("set_affinity", capabilities.set_affinity),
    ];
    for (name, permission) in permissions {
        fields.text(name, &permission.to_string());
    }
    let wanted = topology.nodes.iter().filter(|n| n.kernel_node.is_some());
    let bound = wanted.count() - pool.unbound().len();
    fields.int("windows_bound", bound as u64);
    fields.int("window_bytes", 1 << pool.window_shift());
    fields.text("base_address", &format!("{:#x}", pool.base()));
    fields.locality(totals.local_accesses, totals.remote_accesses);
    fields.int("moved_keys", moved.successful);
    fields.int("moved_bytes", moved.bytes);
    fields.residency(&store.residency);
    fields.text("verdict", &topology.verdict().reason);
    fields.end();
    Ok(())
}

impl Fields<'_, '_> {
    /// Strays known of now, and what the last verification of the whole pool found.
    fn residency(&mut self, residency: &Residency) {
        self.int("stray_pages", residency.all_strays());
        self.int("rehomed_pages", residency.rehomed());
        let last = residency.last();
        self.known("last_verify", last.map(|last| last.at_seconds as u64));
        self.known("last_verify_pages", last.map(|last| last.asked));
        self.known("last_verify_strays", last.map(|last| last.strays));
    }

    /// Accesses to keys on the accessor's node and elsewhere, and the part of the former.
    fn locality(&mut self, local: u64, remote: u64) {
        self.int("local_accesses", local);
        self.int("remote_accesses", remote);
        let rate = local as f64 / (local + remote).max(1) as f64;
        self.name("local_rate").double(rate);
    }
}

fn library_name(library: &Library) -> &str {
    match library {
        Library::Libnuma { path } => path,
        Library::Syscalls => "system calls",
        Library::None => "none",
    }
}
