//! From the machine's nodes to ours: what this process may use, in dense order.
//!
//! A node takes part when it is online, has memory, and may be used. The CPUs of every other
//! node (without memory, forbidden, or beyond the 64th) do not get lost: they join the nearest node
//! that takes part.
//!
//! May not know: where the facts come from; they arrive as plain data. Invariant: each allowed CPU
//! that sysfs names is on exactly one node, and each row of distances has one number for each node.

use super::sysfs::{SysfsNode, format_list};
use super::{MAX_NODES, Node, tier};

/// A node's distance to itself where the kernel does not say (`LOCAL_DISTANCE`).
pub(super) const DISTANCE_LOCAL: u32 = 10;
/// The distance to another node where the kernel does not say (`REMOTE_DISTANCE`).
const DISTANCE_REMOTE: u32 = 20;

/// What the process may use.
pub(super) struct Allowed<'a> {
    /// CPUs, ascending; empty means that it could not be found out, so all.
    pub(super) cpus: &'a [u32],
    /// Memory nodes; `None` means that it could not be found out, so all.
    pub(super) mems: Option<&'a [u32]>,
}

impl Allowed<'_> {
    /// Whether `cpu` may be used.
    fn cpu(&self, cpu: u32) -> bool {
        self.cpus.is_empty() || self.cpus.contains(&cpu)
    }

    /// Whether memory of kernel node `node` may be used.
    fn mem(&self, node: u32) -> bool {
        self.mems.is_none_or(|mems| mems.contains(&node))
    }
}

/// A second opinion on a distance, by kernel ids, for rows that sysfs does not give.
pub(super) type SecondSource<'a> = &'a dyn Fn(u32, u32) -> Option<u32>;

/// Builds our nodes; empty when no node takes part. Memory that is left out is said in `warnings`.
pub(super) fn assemble(
    machine: &[SysfsNode],
    allowed: &Allowed<'_>,
    second: SecondSource<'_>,
    warnings: &mut Vec<String>,
) -> Vec<Node> {
    let taking_part = choose(machine, allowed, warnings);
    let mut nodes: Vec<Node> = taking_part
        .iter()
        .map(|from| build(from, &taking_part, allowed, second))
        .collect();
    adopt_orphans(machine, &taking_part, &mut nodes, allowed, second);
    let hardware_cpus: Vec<bool> = taking_part
        .iter()
        .map(|node| !node.cpus.is_empty())
        .collect();
    tier::rank(&mut nodes, &hardware_cpus);
    nodes
}

/// The nodes that take part. What else has memory is named in a warning, so that nobody concludes
/// from our list that the machine has no more.
fn choose<'a>(
    machine: &'a [SysfsNode],
    allowed: &Allowed<'_>,
    warnings: &mut Vec<String>,
) -> Vec<&'a SysfsNode> {
    let with_memory = machine.iter().filter(|node| node.total_bytes > 0);
    let (mut usable, forbidden): (Vec<_>, Vec<_>) =
        with_memory.partition(|node| allowed.mem(node.id));
    if !forbidden.is_empty() {
        let list = format_list(&forbidden.iter().map(|node| node.id).collect::<Vec<_>>());
        warnings.push(format!(
            "memory of node {list} is outside what this process may use (cpuset, numactl --membind)"
        ));
    }
    if usable.len() > MAX_NODES {
        let count = usable.len();
        warnings.push(format!(
            "{count} nodes have memory: the first {MAX_NODES} are used"
        ));
        usable.truncate(MAX_NODES);
    }
    usable
}

/// One node of ours; its tier is ranked once all are there. `memory_only` looks at the hardware's
/// CPUs, not at the allowed ones: `taskset` does not turn a socket into an expander.
fn build(
    from: &SysfsNode,
    all: &[&SysfsNode],
    allowed: &Allowed<'_>,
    second: SecondSource<'_>,
) -> Node {
    Node {
        id: from.id,
        kernel_node: Some(from.id),
        cpus: from
            .cpus
            .iter()
            .copied()
            .filter(|&cpu| allowed.cpu(cpu))
            .collect(),
        total_bytes: from.total_bytes,
        distances: all.iter().map(|to| distance(from, to.id, second)).collect(),
        tier: 0,
        hmat: from.hmat,
        memory_only: from.cpus.is_empty(),
        huge_pages: from.huge_pages.clone(),
    }
}

/// Gives the CPUs of nodes that do not take part to the nearest that does; the lowest id wins a
/// tie.
fn adopt_orphans(
    machine: &[SysfsNode],
    taking_part: &[&SysfsNode],
    nodes: &mut [Node],
    allowed: &Allowed<'_>,
    second: SecondSource<'_>,
) {
    let orphans = machine
        .iter()
        .filter(|node| !taking_part.iter().any(|other| other.id == node.id));
    for orphan in orphans.filter(|node| !node.cpus.is_empty()) {
        if let Some(home) = nodes
            .iter_mut()
            .min_by_key(|node| distance(orphan, node.id, second))
        {
            home.cpus
                .extend(orphan.cpus.iter().copied().filter(|&cpu| allowed.cpu(cpu)));
            home.cpus.sort_unstable();
            home.memory_only = false;
        }
    }
}

/// From sysfs, else the second source, else the kernel's own default.
fn distance(from: &SysfsNode, to: u32, second: SecondSource<'_>) -> u32 {
    let row = from.distances.as_ref();
    let known = row
        .and_then(|row| row.iter().find(|(id, _)| *id == to))
        .map(|(_, distance)| *distance);
    let fallback = if from.id == to {
        DISTANCE_LOCAL
    } else {
        DISTANCE_REMOTE
    };
    known.or_else(|| second(from.id, to)).unwrap_or(fallback)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numa::fixture::Tree;
    use crate::numa::sysfs::read_nodes;

    const EVERYTHING: Allowed<'_> = Allowed {
        cpus: &[],
        mems: None,
    };

    fn assembled(tree: &Tree, allowed: &Allowed<'_>) -> Vec<Node> {
        let machine = read_nodes(&tree.path("sys"), &mut Vec::new());
        assemble(&machine, allowed, &|_, _| None, &mut Vec::new())
    }

    fn ids(nodes: &[Node]) -> Vec<u32> {
        nodes.iter().map(|node| node.id).collect()
    }

    #[test]
    fn two_sockets_and_cxl() {
        let nodes = assembled(&Tree::two_sockets_and_cxl(), &EVERYTHING);
        assert_eq!(ids(&nodes), [0, 1, 2]);
        assert_eq!(nodes[2].distances, [40, 50, 10]);
        assert_eq!(
            nodes.iter().map(|node| node.tier).collect::<Vec<_>>(),
            [0, 0, 1]
        );
        assert_eq!(
            nodes
                .iter()
                .map(|node| node.memory_only)
                .collect::<Vec<_>>(),
            [false, false, true]
        );
    }

    #[test]
    fn a_forbidden_node_does_not_exist_and_its_cpus_join_the_nearest() {
        let allowed = Allowed {
            cpus: &[0, 1, 2, 3],
            mems: Some(&[0, 2]),
        };
        let nodes = assembled(&Tree::two_sockets_and_cxl(), &allowed);
        assert_eq!(ids(&nodes), [0, 2]);
        assert_eq!(
            nodes[0].cpus,
            [0, 1, 2, 3],
            "node 1's CPUs are nearest to node 0"
        );
        assert_eq!(nodes[1].distances, [40, 10], "rows are dense");
    }

    #[test]
    fn forbidden_memory_is_said() {
        let tree = Tree::two_sockets_and_cxl();
        let machine = read_nodes(&tree.path("sys"), &mut Vec::new());
        let allowed = Allowed {
            cpus: &[],
            mems: Some(&[0]),
        };
        let mut warnings = Vec::new();
        assemble(&machine, &allowed, &|_, _| None, &mut warnings);
        assert_eq!(
            warnings,
            ["memory of node 1-2 is outside what this process may use (cpuset, numactl --membind)"]
        );
    }

    #[test]
    fn forbidden_cpus_do_not_exist_but_their_node_is_still_fast_memory() {
        let allowed = Allowed {
            cpus: &[0],
            mems: None,
        };
        let nodes = assembled(&Tree::two_sockets_and_cxl(), &allowed);
        assert_eq!(nodes[0].cpus, [0]);
        assert_eq!(
            (nodes[1].cpus.len(), nodes[1].memory_only, nodes[1].tier),
            (0, false, 0)
        );
    }

    #[test]
    fn a_cpu_node_without_memory_gets_no_window_and_its_cpus_a_home() {
        let tree = Tree::new();
        tree.node_file("online", "0-2\n");
        tree.node(0, "0", 100, "10 31 21");
        tree.node(1, "1", 100, "31 10 11");
        tree.node(2, "2-3", 0, "21 11 10");
        let nodes = assembled(&tree, &EVERYTHING);
        assert_eq!(ids(&nodes), [0, 1]);
        assert_eq!(nodes[1].cpus, [1, 2, 3]);
    }

    #[test]
    fn memory_that_only_adopted_cpus_is_not_memory_only() {
        let tree = Tree::new();
        tree.node_file("online", "0-1\n");
        tree.node(0, "0-1", 0, "10 20");
        tree.node(1, "", 100, "20 10");
        let nodes = assembled(&tree, &EVERYTHING);
        assert_eq!(
            (ids(&nodes), nodes[0].memory_only, nodes[0].tier),
            (vec![1], false, 0)
        );
        assert_eq!(nodes[0].cpus, [0, 1]);
    }

    #[test]
    fn a_missing_row_takes_the_second_source_and_then_the_kernels_defaults() {
        let tree = Tree::new();
        tree.node_file("online", "0-1\n");
        tree.node(0, "0", 100, "10 broken");
        tree.node(1, "1", 100, "21 10");
        let machine = read_nodes(&tree.path("sys"), &mut Vec::new());
        let second = |from, to| (from != to).then_some(33);
        let nodes = assemble(&machine, &EVERYTHING, &second, &mut Vec::new());
        assert_eq!(
            (&nodes[0].distances[..], &nodes[1].distances[..]),
            (&[10, 33][..], &[21, 10][..])
        );
        let nodes = assemble(&machine, &EVERYTHING, &|_, _| None, &mut Vec::new());
        assert_eq!(nodes[0].distances, [10, 20]);
    }

    #[test]
    fn the_65th_node_is_left_out_and_said() {
        let machine: Vec<SysfsNode> = (0..65)
            .map(|id| SysfsNode {
                id,
                cpus: vec![id],
                total_bytes: 1,
                distances: None,
                hmat: None,
                huge_pages: vec![],
            })
            .collect();
        let mut warnings = Vec::new();
        let nodes = assemble(&machine, &EVERYTHING, &|_, _| None, &mut warnings);
        assert_eq!((nodes.len(), warnings.len()), (64, 1));
        assert_eq!(nodes[0].cpus, [0, 64], "its CPU is not lost");
    }

    #[test]
    fn nothing_usable_is_no_nodes() {
        let nodes = assembled(
            &Tree::two_sockets_and_cxl(),
            &Allowed {
                cpus: &[],
                mems: Some(&[7]),
            },
        );
        assert_eq!(nodes, []);
        assert_eq!(assembled(&Tree::new(), &EVERYTHING), []);
    }
}
