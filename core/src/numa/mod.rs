//! Where memory is: the nodes this process may use, what the kernel lets us do with them, and the
//! calls to do it.
//!
//! Reading order: this file (the topology everything else works with), `kernel` (the machine's
//! nodes → ours), `sysfs` and `procfs` (the facts), `capability` (what is permitted, found out by
//! trying), `libnuma` (the calls), `affinity` (CPUs), `tier`, `fake` (virtual nodes), `report`
//! (JSON for people).
//!
//! Two numbers name a node. Its **index** is dense, `0..nodes.len()`, and is what core computes
//! with: window i belongs to index i. Its **id** is the kernel's (or the fake topology's), may have
//! gaps, and is what users see and type.
//!
//! May not know: the pool, keys, policy. Invariant: `1 <= nodes.len() <= MAX_NODES`, ids ascend,
//! and for every node `distances.len() == nodes.len()` and `memory_only → cpus.is_empty()`.

mod affinity;
mod capability;
mod error;
mod fake;
#[cfg(test)]
mod fixture;
mod json;
mod kernel;
mod libnuma;
mod procfs;
mod report;
mod scratch;
mod syscalls;
mod sysfs;
mod tier;

pub use affinity::{current_cpu_node, inherited_cpus, pin_current_thread};
pub use capability::{Capabilities, Library, Permission};
pub use error::{NumaError, TopologyError};
pub use procfs::ProcessUse;
pub use report::{Verdict, probe_report};
pub use scratch::os_page_bytes;
pub use sysfs::{Hmat, HugePages, format_list, parse_list};

use std::path::{Path, PathBuf};

/// The most nodes a topology has.
pub const MAX_NODES: usize = 64;

/// One NUMA node that this process may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What users see and type: the kernel's id, or the fake topology's.
    pub id: u32,
    /// The kernel node to bind to; `None` for fake and plain nodes, whose memory is wherever the
    /// kernel puts it.
    pub kernel_node: Option<u32>,
    /// CPUs whose nearest memory this is, within the inherited affinity, ascending. May be empty.
    pub cpus: Vec<u32>,
    /// The node's memory in bytes, whoever uses it.
    pub total_bytes: u64,
    /// Distance to the node of each index, 10 to itself (the kernel's SLIT).
    pub distances: Vec<u32>,
    /// Rank among nodes of like speed, 0 the fastest.
    pub tier: u32,
    /// Latency and bandwidth, where the firmware tells.
    pub hmat: Option<Hmat>,
    /// True when no CPU of the machine belongs to this node, as with CXL expanders.
    pub memory_only: bool,
    /// Huge pages reserved on it when the topology was read, by size.
    pub huge_pages: Vec<HugePages>,
}

/// Where a topology comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The kernel's nodes; windows are bound to them.
    Kernel,
    /// Virtual nodes, with the specification they were made from, for example `fake:2+1`.
    Fake(String),
    /// One node for everything, because it was asked for or because the kernel allows no more.
    Plain,
}

/// The nodes, and what the kernel lets us do with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// The nodes by index.
    pub nodes: Vec<Node>,
    /// Where they come from.
    pub origin: Origin,
    /// What is permitted.
    pub capabilities: Capabilities,
    /// What an operator should know once, at start: each a sentence.
    pub warnings: Vec<String>,
}

/// Where the kernel's files are.
struct Roots {
    sys: PathBuf,
    proc: PathBuf,
}

impl Roots {
    fn real() -> Roots {
        Roots {
            sys: PathBuf::from("/sys"),
            proc: PathBuf::from("/proc"),
        }
    }
}

impl Node {
    /// A lone node that is bound to nothing.
    fn plain(cpus: Vec<u32>, total_bytes: u64) -> Node {
        Node {
            id: 0,
            kernel_node: None,
            cpus,
            total_bytes,
            distances: vec![kernel::DISTANCE_LOCAL],
            tier: 0,
            hmat: None,
            memory_only: false,
            huge_pages: Vec::new(),
        }
    }
}

impl Topology {
    /// Finds out what this machine has and what this process may do with it. Never fails: where
    /// nodes cannot be seen or bound to, the answer is one plain node and a warning that says why.
    /// Costs a few milliseconds.
    pub fn discover() -> Topology {
        Topology::discover_below(&Roots::real())
    }

    /// Reads a specification: `auto` (discover), `plain`, `fake:<n>`, `fake:<n>+<m>` with n nodes
    /// that have CPUs and m that have not, n ≥ 1, n + m ≤ [`MAX_NODES`]. Errors: anything else,
    /// quoted.
    pub fn parse(spec: &str) -> Result<Topology, TopologyError> {
        let roots = Roots::real();
        let (nodes, origin) = match (spec, spec.strip_prefix("fake:")) {
            ("auto", _) => return Ok(Topology::discover_below(&roots)),
            ("plain", _) => (vec![plain_node(&roots)], Origin::Plain),
            (_, Some(counts)) => {
                let shape = fake::Shape::parse(counts, spec)?;
                let whole = plain_node(&roots);
                (
                    fake::build(shape, &whole.cpus, whole.total_bytes),
                    Origin::Fake(spec.to_owned()),
                )
            }
            _ => return Err(TopologyError::Unknown(spec.to_owned())),
        };
        let capabilities = Topology::discover_below(&roots).capabilities;
        Ok(Topology {
            nodes,
            origin,
            capabilities,
            warnings: Vec::new(),
        })
    }

    /// The index of the node that users call `id`.
    pub fn index_of(&self, id: u32) -> Option<u32> {
        self.nodes
            .iter()
            .position(|node| node.id == id)
            .map(|index| index as u32)
    }

    /// Every index in the order memory of node `index` spills: itself, then by distance, then by
    /// tier, then onwards in a ring, so that equals do not all spill to the same one. `index` must
    /// be below `nodes.len()`.
    pub fn nearest(&self, index: u32) -> Vec<u32> {
        let from = index as usize;
        let count = self.nodes.len();
        let distances = &self.nodes[from].distances;
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&to| {
            (
                to != from,
                distances[to],
                self.nodes[to].tier,
                (to + count - from) % count,
            )
        });
        order.into_iter().map(|to| to as u32).collect()
    }

    /// The index of the node that `cpu` belongs to; the first where fake nodes share it. `None` for
    /// CPUs outside the inherited affinity.
    pub fn node_of_cpu(&self, cpu: u32) -> Option<u32> {
        self.nodes
            .iter()
            .position(|node| node.cpus.contains(&cpu))
            .map(|index| index as u32)
    }

    /// The index of the node whose CPU the calling thread is on this instant.
    pub fn current_node(&self) -> Option<u32> {
        self.node_of_cpu(current_cpu_node()?.0)
    }

    /// Bytes free on node `index` now. Fake and plain nodes share what the machine has available
    /// equally. `None` when the kernel does not say, or there is no such node.
    pub fn free_bytes(&self, index: u32) -> Option<u64> {
        match self.nodes.get(index as usize)?.kernel_node {
            Some(kernel_node) => free_bytes(kernel_node),
            None => {
                let (_, available) = procfs::machine_memory(&Roots::real().proc)?;
                Some(available / self.nodes.len() as u64)
            }
        }
    }

    fn discover_below(roots: &Roots) -> Topology {
        let mut warnings = Vec::new();
        let machine = sysfs::read_nodes(&roots.sys, &mut warnings);
        let status = procfs::Status::read(&roots.proc);
        let cpus = usable_cpus(&status);
        let mems = usable_mems(status.mems, libnuma::calls().bound_nodes());
        let allowed = kernel::Allowed {
            cpus: &cpus,
            mems: mems.as_deref(),
        };
        let second = |from, to| {
            libnuma::calls()
                .library()
                .and_then(|library| library.distance(from, to))
        };
        let nodes = kernel::assemble(&machine, &allowed, &second, &mut warnings);
        let capabilities = Capabilities::probe(nodes.first().map_or(0, |node| node.id));
        let mut topology = settle(nodes, capabilities, warnings, || plain_node(roots));
        if topology.origin == Origin::Kernel && topology.nodes.len() > 1 {
            let switches = procfs::Switches::read(&roots.proc, &roots.sys);
            topology.warnings.extend(switches.warnings());
        }
        topology
    }
}

/// What the process of that number uses now; None when it has ended.
pub fn process_use(pid: u32) -> Option<ProcessUse> {
    ProcessUse::read(&Roots::real().proc, pid)
}

/// The CPUs we may use: what the process was started with, or what /proc says where the kernel
/// would not tell.
fn usable_cpus(status: &procfs::Status) -> Vec<u32> {
    match inherited_cpus() {
        [] => status.cpus.clone().unwrap_or_default(),
        inherited => inherited.to_vec(),
    }
}

/// The memory nodes we may use: those of the cpuset, and of these those that `numactl --membind`
/// left. A policy without a node of the cpuset does not count: nothing could be allocated under it.
fn usable_mems(cpuset: Option<Vec<u32>>, bound: Option<Vec<u32>>) -> Option<Vec<u32>> {
    let (cpuset, bound) = match (cpuset, bound) {
        (Some(cpuset), Some(bound)) => (cpuset, bound),
        (cpuset, bound) => return cpuset.or(bound),
    };
    let both: Vec<u32> = cpuset
        .iter()
        .copied()
        .filter(|node| bound.contains(node))
        .collect();
    Some(if both.is_empty() { cpuset } else { both })
}

/// One node with everything the process may use.
fn plain_node(roots: &Roots) -> Node {
    let cpus = usable_cpus(&procfs::Status::read(&roots.proc));
    Node::plain(
        cpus,
        procfs::machine_memory(&roots.proc).map_or(0, |(total, _)| total),
    )
}

/// Decides between the kernel's nodes and a plain one, and says why in the warnings.
fn settle(
    nodes: Vec<Node>,
    capabilities: Capabilities,
    mut warnings: Vec<String>,
    plain: impl FnOnce() -> Node,
) -> Topology {
    let hindrance = if nodes.is_empty() {
        Some("the kernel shows no NUMA node that this process may use".to_owned())
    } else if !capabilities.mbind.is_permitted() {
        Some(format!(
            "memory cannot be bound to nodes (mbind {})",
            capabilities.mbind
        ))
    } else {
        None
    };
    if let Some(why) = hindrance {
        warnings.push(format!("{why}: all memory is in one plain arena"));
        return Topology {
            nodes: vec![plain()],
            origin: Origin::Plain,
            capabilities,
            warnings,
        };
    }
    if !capabilities.move_pages.is_permitted() {
        let why = capabilities.move_pages;
        warnings.push(format!(
            "where memory really is cannot be checked (move_pages {why}): strays stay unseen"
        ));
    }
    if !capabilities.set_affinity.is_permitted() {
        let why = capabilities.set_affinity;
        warnings.push(format!(
            "threads cannot be pinned (sched_setaffinity {why}): locality is only likely"
        ));
    }
    Topology {
        nodes,
        origin: Origin::Kernel,
        capabilities,
        warnings,
    }
}

/// Prefers `kernel_node` for the pages of `[address, address + bytes)` not touched yet; a full node
/// spills. `None` (fake and plain nodes) does nothing. Errors: `EINVAL` for an address off an OS
/// page boundary or a node that is absent, without memory or forbidden; `ENOMEM` for a range that
/// is not wholly mapped; `EPERM` or `ENOSYS` in containers.
pub fn bind_preferred(
    address: usize,
    bytes: usize,
    kernel_node: Option<u32>,
) -> Result<(), NumaError> {
    kernel_node.map_or(Ok(()), |node| {
        libnuma::calls().bind_preferred(address, bytes, node)
    })
}

/// Prefers `kernel_node` for whatever the calling thread allocates from now on; `None` returns to
/// the kernel's default, the node the thread runs on. Errors as for [`bind_preferred`].
pub fn prefer_on_current_thread(kernel_node: Option<u32>) -> Result<(), NumaError> {
    libnuma::calls().prefer_on_thread(kernel_node)
}

/// Where the OS page of each address is, as the kernel reports it and never faked: a kernel node
/// id, or minus an errno (`-ENOENT` not touched or swapped out, `-EFAULT` not mapped). Errors:
/// `EPERM` or `ENOSYS` in containers.
pub fn residency(pages: &[usize]) -> Result<Vec<i32>, NumaError> {
    libnuma::calls().residency(pages)
}

/// Moves the OS page of each address to `kernel_node`; addresses and contents stay. Answers as
/// [`residency`] does, with minus an errno for a page that did not move (`-EBUSY` in use, `-ENOMEM`
/// node full). Errors: `ENODEV` for a node that is absent, `EACCES` for one outside Mems_allowed,
/// `EPERM` or `ENOSYS` in containers.
pub fn move_pages(pages: &[usize], kernel_node: u32) -> Result<Vec<i32>, NumaError> {
    libnuma::calls().move_pages(pages, kernel_node)
}

/// Bytes free on a kernel node now, the page cache counting as used; from sysfs, or from libnuma
/// where that is silent.
pub fn free_bytes(kernel_node: u32) -> Option<u64> {
    sysfs::free_bytes(Path::new("/sys"), kernel_node).or_else(|| {
        libnuma::calls()
            .library()
            .and_then(|library| library.free_bytes(kernel_node))
    })
}

#[cfg(test)]
mod tests;
