//! What we found, for people: JSON for the doctor and for administration, and a verdict in plain
//! words.
//!
//! May not know: how the facts are found. Invariant: a report is one JSON object; the probe's is a
//! superset of the topology's, so one reader serves both.

use super::json::{array, numbers, object, optional, optional_string, string};
use super::libnuma::{Libnuma, calls};
use super::procfs::{Status, Switches, machine_memory};
use super::sysfs::{Hmat, HugePages, format_list};
use super::{Capabilities, Library, Node, Origin, Permission, Roots, Topology, inherited_cpus};

/// Whether numakv's placement can help on a topology, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// True when there is something to place.
    pub helps: bool,
    /// One or two sentences for an operator.
    pub reason: String,
}

impl Topology {
    /// The topology as a JSON object: `origin`, `nodes`, `capabilities`, `warnings`, `verdict`.
    /// Bytes and nanoseconds are named in each field; free bytes are those of this moment.
    pub fn to_json(&self) -> String {
        self.to_json_with(|_| Vec::new())
    }

    /// The same, with numbers of the pool's added to each node, by its index.
    pub fn to_json_with(&self, of_node: impl Fn(u32) -> Vec<(&'static str, u64)>) -> String {
        object(&self.fields(of_node))
    }

    /// Whether placement can help here.
    pub fn verdict(&self) -> Verdict {
        let (helps, reason) = match &self.origin {
            Origin::Fake(spec) => (false, fake_reason(spec)),
            Origin::Plain => (false, self.plain_reason()),
            Origin::Kernel if self.nodes.len() == 1 => (false, ONE_NODE.to_owned()),
            Origin::Kernel if self.all_alike() => (false, ALL_ALIKE.to_owned()),
            Origin::Kernel => (true, self.helpful_reason()),
        };
        Verdict { helps, reason }
    }

    /// The topology's fields, encoded; the probe appends the machine's to them.
    fn fields(
        &self,
        of_node: impl Fn(u32) -> Vec<(&'static str, u64)>,
    ) -> Vec<(&'static str, String)> {
        let nodes = self
            .nodes
            .iter()
            .zip(0..)
            .map(|(node, index)| self.node_json(node, index, &of_node(index)));
        vec![
            ("origin", string(&self.origin.to_string())),
            ("nodes", array(nodes)),
            ("capabilities", capabilities_json(&self.capabilities)),
            (
                "warnings",
                array(self.warnings.iter().map(|text| string(text))),
            ),
            ("verdict", verdict_json(&self.verdict())),
        ]
    }

    /// One node. `cpus` is a list of numbers, so that readers need not know the kernel's format.
    fn node_json(&self, node: &Node, index: u32, more: &[(&'static str, u64)]) -> String {
        let mut fields = vec![
            ("index", index.to_string()),
            ("id", node.id.to_string()),
            ("kernel_node", optional(node.kernel_node)),
            ("cpus", numbers(&node.cpus)),
            ("memory_only", node.memory_only.to_string()),
            ("tier", node.tier.to_string()),
            ("total_bytes", node.total_bytes.to_string()),
            ("free_bytes", optional(self.free_bytes(index))),
            ("distances", numbers(&node.distances)),
            (
                "hmat",
                node.hmat
                    .as_ref()
                    .map_or_else(|| "null".to_owned(), hmat_json),
            ),
            (
                "huge_pages",
                array(node.huge_pages.iter().map(huge_pages_json)),
            ),
        ];
        let more = more
            .iter()
            .map(|(name, number)| (*name, number.to_string()));
        fields.extend(more);
        object(&fields)
    }

    /// No node is farther or slower than another. Rare: a kernel that knows nothing still says 10
    /// to oneself and 20 to others, so this takes a firmware that claims it.
    fn all_alike(&self) -> bool {
        let distances = || self.nodes.iter().flat_map(|node| &node.distances);
        distances().min() == distances().max() && self.nodes.iter().all(|node| node.tier == 0)
    }

    /// Why there is one plain node. The last warning is the one that decided it; a container that
    /// refuses with `EPERM` can be told what it takes.
    fn plain_reason(&self) -> String {
        let why = self
            .warnings
            .last()
            .map_or("a plain topology was asked for", String::as_str);
        let advice = match self.capabilities.mbind {
            Permission::Refused(libc::EPERM) => {
                " A container needs the capability SYS_NICE, or a seccomp profile that lets mbind, \
                 move_pages and get_mempolicy through."
            }
            _ => "",
        };
        format!("Placement cannot help: {why}. The server works all the same.{advice}")
    }

    /// What there is to gain: how many nodes, and how far the farthest.
    fn helpful_reason(&self) -> String {
        let memory_only = self.nodes.iter().filter(|node| node.memory_only).count();
        let farthest = self
            .nodes
            .iter()
            .flat_map(|node| &node.distances)
            .max()
            .copied()
            .unwrap_or(0);
        let mut text = format!(
            "Placement can help: {} nodes, {memory_only} of them memory-only; the farthest is at \
             distance {farthest}, local memory at 10.",
            self.nodes.len()
        );
        if !self.capabilities.move_pages.is_permitted() {
            text.push_str(" Where memory really is cannot be checked here.");
        }
        text
    }
}

/// The verdict on a machine with a single node, by far the commonest.
const ONE_NODE: &str = "Placement cannot help: there is one NUMA node that this process may use, \
                        so all memory is equally near. The server works all the same.";
/// The verdict on nodes that differ in nothing, as some virtual machines show them.
const ALL_ALIKE: &str = "Placement cannot help: the kernel reports all nodes as equally near and \
                         equally fast. The server works all the same.";

/// Virtual nodes never help; that they look as if they did would mislead.
fn fake_reason(spec: &str) -> String {
    format!(
        "Placement cannot help: the nodes of {spec} are virtual, for trying and testing; the \
         memory is where the kernel puts it."
    )
}

/// The specification that gives the same topology again; `kernel` is what `auto` found.
impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Kernel => write!(out, "kernel"),
            Origin::Fake(spec) => write!(out, "{spec}"),
            Origin::Plain => write!(out, "plain"),
        }
    }
}

/// Everything the doctor shows, as one JSON object: the fields of [`Topology::to_json`] for what
/// `auto` gives here, and the machine's own facts (`kernel_release`, `libnuma`, `pinning`,
/// `cpuset`, `numa_balancing`, `demotion`, `transparent_huge_pages`, `memory`). Needs no store;
/// costs a few milliseconds.
pub fn probe_report() -> String {
    let roots = Roots::real();
    let topology = Topology::discover();
    let switches = Switches::read(&roots.proc, &roots.sys);
    let status = Status::read(&roots.proc);
    let mut fields = topology.fields(|_| Vec::new());
    fields.extend([
        (
            "kernel_release",
            optional_string(switches.kernel_release.as_deref()),
        ),
        (
            "libnuma",
            calls()
                .library()
                .map_or_else(|| "null".to_owned(), libnuma_json),
        ),
        ("pinning", pinning_json(topology.capabilities.set_affinity)),
        ("cpuset", cpuset_json(switches.cpuset.as_deref(), &status)),
        ("numa_balancing", optional(switches.numa_balancing)),
        ("demotion", optional(switches.demotion)),
        ("transparent_huge_pages", transparent_json(&switches)),
        ("memory", memory_json(machine_memory(&roots.proc))),
    ]);
    object(&fields)
}

// One function a nested object, in the order in which the report shows them.

fn verdict_json(verdict: &Verdict) -> String {
    object(&[
        ("helps", verdict.helps.to_string()),
        ("reason", string(&verdict.reason)),
    ])
}

fn hmat_json(hmat: &Hmat) -> String {
    object(&[
        ("read_latency_ns", optional(hmat.read_latency_ns)),
        ("write_latency_ns", optional(hmat.write_latency_ns)),
        ("read_bandwidth_mib", optional(hmat.read_bandwidth_mib)),
        ("write_bandwidth_mib", optional(hmat.write_bandwidth_mib)),
    ])
}

fn huge_pages_json(pages: &HugePages) -> String {
    object(&[
        ("size_kb", pages.size_kb.to_string()),
        ("total_count", pages.total_count.to_string()),
        ("free_count", pages.free_count.to_string()),
    ])
}

/// Each call as `permitted`, `refused: <reason>` or `absent`, and who carries them.
fn capabilities_json(found: &Capabilities) -> String {
    let library = match &found.library {
        Library::Libnuma { path } => format!("libnuma ({path})"),
        Library::Syscalls => "system calls".to_owned(),
        Library::None => "none".to_owned(),
    };
    let permission = |permission: Permission| string(&permission.to_string());
    object(&[
        ("library", string(&library)),
        ("mbind", permission(found.mbind)),
        ("move_pages", permission(found.move_pages)),
        ("get_mempolicy", permission(found.get_mempolicy)),
        ("set_mempolicy", permission(found.set_mempolicy)),
        ("set_affinity", permission(found.set_affinity)),
    ])
}

/// libnuma's own opinion, beside ours: where the two differ, an old libnuma or a container is why.
fn libnuma_json(library: &Libnuma) -> String {
    object(&[
        ("path", string(library.path())),
        ("available", library.available().to_string()),
        ("max_node", optional(library.max_node())),
        ("configured_nodes", optional(library.configured_nodes())),
    ])
}

fn pinning_json(permission: Permission) -> String {
    object(&[
        ("permitted", permission.is_permitted().to_string()),
        ("inherited_cpus", string(&format_list(inherited_cpus()))),
    ])
}

/// The process's cpuset, lists in the kernel's format (`0-3,8`), as /proc/self/status has them.
fn cpuset_json(path: Option<&str>, status: &Status) -> String {
    let list =
        |list: &Option<Vec<u32>>| optional_string(list.as_deref().map(format_list).as_deref());
    object(&[
        ("path", optional_string(path)),
        ("cpus_allowed", list(&status.cpus)),
        ("mems_allowed", list(&status.mems)),
    ])
}

/// Transparent huge pages; the reserved ones are with each node.
fn transparent_json(switches: &Switches) -> String {
    object(&[
        ("enabled", optional_string(switches.huge_pages.as_deref())),
        (
            "defrag",
            optional_string(switches.huge_page_defrag.as_deref()),
        ),
    ])
}

/// The whole machine's memory, whatever the nodes say.
fn memory_json(memory: Option<(u64, u64)>) -> String {
    object(&[
        ("total_bytes", optional(memory.map(|(total, _)| total))),
        (
            "available_bytes",
            optional(memory.map(|(_, available)| available)),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake(spec: &str) -> Topology {
        Topology::parse(spec).unwrap()
    }

    /// A fake topology dressed up as the kernel's.
    fn dressed(spec: &str) -> Topology {
        let mut topology = fake(spec);
        topology.origin = Origin::Kernel;
        topology.capabilities.mbind = Permission::Permitted;
        topology.capabilities.move_pages = Permission::Permitted;
        topology
    }

    #[test]
    fn one_node_cannot_be_helped_and_several_can() {
        assert_eq!(
            dressed("fake:1").verdict(),
            Verdict {
                helps: false,
                reason: ONE_NODE.into()
            }
        );
        let verdict = dressed("fake:2+1").verdict();
        assert!(verdict.helps);
        assert!(
            verdict.reason.contains("3 nodes, 1 of them memory-only"),
            "{}",
            verdict.reason
        );
        assert!(verdict.reason.contains("distance 50"), "{}", verdict.reason);
    }

    #[test]
    fn equal_nodes_and_virtual_nodes_cannot_be_helped() {
        let mut topology = dressed("fake:2");
        for node in &mut topology.nodes {
            node.distances.fill(10);
        }
        assert_eq!(
            topology.verdict(),
            Verdict {
                helps: false,
                reason: ALL_ALIKE.into()
            }
        );
        assert!(!fake("fake:2").verdict().helps);
        assert!(fake("fake:2").verdict().reason.contains("virtual"));
    }

    #[test]
    fn a_refused_bind_is_explained_with_the_way_out() {
        let mut topology = fake("plain");
        assert!(topology.verdict().reason.contains("asked for"));
        topology.warnings.push("memory cannot be bound".into());
        topology.capabilities.mbind = Permission::Refused(libc::EPERM);
        let reason = topology.verdict().reason;
        assert!(
            reason.contains("memory cannot be bound") && reason.contains("SYS_NICE"),
            "{reason}"
        );
    }

    #[test]
    fn residency_that_cannot_be_checked_is_said() {
        let mut topology = dressed("fake:2");
        topology.capabilities.move_pages = Permission::Absent;
        assert!(
            topology
                .verdict()
                .reason
                .ends_with("cannot be checked here.")
        );
    }

    #[test]
    fn a_topology_is_one_object_with_every_field_named() {
        let text = fake("fake:1+1").to_json();
        assert!(
            text.starts_with(
                r#"{"origin":"fake:1+1","nodes":[{"index":0,"id":0,"kernel_node":null,"#
            ),
            "{text}"
        );
        assert!(
            text.contains(r#""distances":[40,10],"hmat":{"read_latency_ns":250,"#),
            "{text}"
        );
        assert!(
            text.contains(r#""cpus":[],"memory_only":true,"tier":1,"#),
            "{text}"
        );
        assert!(text.ends_with("}}"), "{text}");
    }

    #[test]
    fn the_probe_adds_the_machine_to_the_topology() {
        let text = probe_report();
        let own = ["origin", "nodes", "capabilities", "warnings", "verdict"];
        let machine = [
            "kernel_release",
            "libnuma",
            "pinning",
            "cpuset",
            "numa_balancing",
            "demotion",
            "memory",
        ];
        for name in own.iter().chain(&machine) {
            assert!(
                text.contains(&format!("\"{name}\":")),
                "{name} is missing in {text}"
            );
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
