//! Virtual nodes, so that any machine can try, test and show what several nodes would do: `fake:2`,
//! `fake:2+1`.
//!
//! A fake node has no kernel node: nothing is bound, and what the kernel reports as resident stays
//! what it is.
//!
//! May not know: the machine beyond the CPUs and bytes it is given. Invariant: distances are
//! symmetric, 10 to oneself, and every CPU node has at least one CPU when there is any.

use super::error::TopologyError;
use super::sysfs::Hmat;
use super::{MAX_NODES, Node, tier};

const DISTANCE_SELF: u32 = 10;
/// Between sockets, as two-socket machines commonly report.
const DISTANCE_SOCKET: u32 = 21;
/// From a CPU node to the memory-only node attached to it, and to one attached elsewhere.
const DISTANCE_ATTACHED: u32 = 40;
const DISTANCE_FAR: u32 = 50;
/// Between two memory-only nodes: through both their sockets.
const DISTANCE_FAR_TO_FAR: u32 = 60;

/// A socket's own memory: ordinary DRAM.
const NEAR: Hmat = Hmat {
    read_latency_ns: Some(100),
    write_latency_ns: Some(100),
    read_bandwidth_mib: Some(20_480),
    write_bandwidth_mib: Some(20_480),
};
/// An expander's memory: two and a half times the latency, a quarter of the bandwidth.
const FAR: Hmat = Hmat {
    read_latency_ns: Some(250),
    write_latency_ns: Some(250),
    read_bandwidth_mib: Some(5_120),
    write_bandwidth_mib: Some(5_120),
};

/// How many nodes of either kind a fake topology has; CPU nodes come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Nodes with CPUs, at least 1.
    pub(super) cpu_nodes: usize,
    /// Nodes without, the i-th attached to CPU node `i % cpu_nodes`.
    pub(super) memory_nodes: usize,
}

impl Shape {
    /// Reads what follows `fake:`, `<cpu nodes>` or `<cpu nodes>+<memory-only nodes>`; `spec` is
    /// the whole text, to be quoted in errors.
    pub(super) fn parse(counts: &str, spec: &str) -> Result<Shape, TopologyError> {
        let (cpu_nodes, memory_nodes) = counts.split_once('+').unwrap_or((counts, "0"));
        let shape = Shape {
            cpu_nodes: count(cpu_nodes, spec)?,
            memory_nodes: count(memory_nodes, spec)?,
        };
        if shape.cpu_nodes == 0 {
            return Err(TopologyError::NoCpuNode(spec.to_owned()));
        }
        if shape.cpu_nodes.saturating_add(shape.memory_nodes) > MAX_NODES {
            return Err(TopologyError::TooMany(spec.to_owned()));
        }
        Ok(shape)
    }

    fn nodes(self) -> usize {
        self.cpu_nodes + self.memory_nodes
    }

    /// CPU nodes come first, so the index decides.
    fn is_memory_only(self, index: usize) -> bool {
        index >= self.cpu_nodes
    }

    /// The CPU node that `index` hangs on: itself for a CPU node.
    fn socket(self, index: usize) -> usize {
        if self.is_memory_only(index) {
            (index - self.cpu_nodes) % self.cpu_nodes
        } else {
            index
        }
    }

    /// Symmetric by construction: each arm reads the same with `from` and `to` exchanged.
    fn distance(self, from: usize, to: usize) -> u32 {
        match (self.is_memory_only(from), self.is_memory_only(to)) {
            _ if from == to => DISTANCE_SELF,
            (false, false) => DISTANCE_SOCKET,
            (true, true) => DISTANCE_FAR_TO_FAR,
            _ if self.socket(from) == self.socket(to) => DISTANCE_ATTACHED,
            _ => DISTANCE_FAR,
        }
    }

    /// The CPUs of node `index`: dealt in turn, or shared where there are fewer CPUs than CPU
    /// nodes.
    fn cpus(self, index: usize, cpus: &[u32]) -> Vec<u32> {
        if self.is_memory_only(index) || cpus.is_empty() {
            return Vec::new();
        }
        let shared = index % cpus.len();
        let dealt: Vec<u32> = cpus
            .iter()
            .copied()
            .skip(index)
            .step_by(self.cpu_nodes)
            .collect();
        if dealt.is_empty() {
            vec![cpus[shared]]
        } else {
            dealt
        }
    }
}

/// Only plain digits: `+3`, ` 3` and the empty text are refused.
fn count(text: &str, spec: &str) -> Result<usize, TopologyError> {
    let unknown = || TopologyError::Unknown(spec.to_owned());
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unknown());
    }
    text.parse()
        .map_err(|_| TopologyError::TooMany(spec.to_owned()))
}

/// Builds the nodes of `shape` on `cpus`, with `total_bytes` shared equally.
pub(super) fn build(shape: Shape, cpus: &[u32], total_bytes: u64) -> Vec<Node> {
    let indices = 0..shape.nodes();
    let mut nodes: Vec<Node> = indices
        .clone()
        .map(|index| Node {
            id: index as u32,
            cpus: shape.cpus(index, cpus),
            distances: indices
                .clone()
                .map(|to| shape.distance(index, to))
                .collect(),
            hmat: Some(if shape.is_memory_only(index) {
                FAR
            } else {
                NEAR
            }),
            memory_only: shape.is_memory_only(index),
            ..Node::plain(Vec::new(), total_bytes / shape.nodes() as u64)
        })
        .collect();
    let has_cpus: Vec<bool> = nodes.iter().map(|node| !node.memory_only).collect();
    tier::rank(&mut nodes, &has_cpus);
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(spec: &str) -> Result<Shape, TopologyError> {
        Shape::parse(spec.strip_prefix("fake:").unwrap(), spec)
    }

    #[test]
    fn two_sockets_and_a_memory_only_node() {
        let nodes = build(shape("fake:2+1").unwrap(), &[0, 1, 2, 3, 4], 3000);
        assert_eq!(
            nodes
                .iter()
                .map(|node| node.cpus.clone())
                .collect::<Vec<_>>(),
            [vec![0, 2, 4], vec![1, 3], vec![]]
        );
        assert_eq!(
            nodes
                .iter()
                .map(|node| node.distances.clone())
                .collect::<Vec<_>>(),
            [[10, 21, 40], [21, 10, 50], [40, 50, 10]]
        );
        assert_eq!(
            nodes.iter().map(|node| node.tier).collect::<Vec<_>>(),
            [0, 0, 1]
        );
        assert!(
            nodes
                .iter()
                .all(|node| node.kernel_node.is_none() && node.total_bytes == 1000)
        );
        assert!(nodes[2].memory_only);
    }

    #[test]
    fn few_cpus_are_shared() {
        let nodes = build(shape("fake:3").unwrap(), &[4, 7], 3);
        assert_eq!(
            nodes
                .iter()
                .map(|node| node.cpus.clone())
                .collect::<Vec<_>>(),
            [[4], [7], [4]]
        );
    }

    #[test]
    fn every_shape_is_symmetric_and_gives_every_cpu_node_a_cpu() {
        for cpu_nodes in 1..=8 {
            for memory_nodes in 0..=8 {
                let nodes = build(
                    Shape {
                        cpu_nodes,
                        memory_nodes,
                    },
                    &[0, 1, 2],
                    1 << 30,
                );
                for (from, node) in nodes.iter().enumerate() {
                    assert_eq!(node.distances[from], DISTANCE_SELF);
                    assert_eq!(node.memory_only, node.cpus.is_empty());
                    for (to, other) in nodes.iter().enumerate() {
                        assert_eq!(node.distances[to], other.distances[from]);
                        assert!(from == to || node.distances[to] > DISTANCE_SELF);
                    }
                }
            }
        }
    }

    #[test]
    fn bad_counts_are_refused_by_name() {
        for spec in [
            "fake:",
            "fake:x",
            "fake:2+",
            "fake:+2",
            "fake:-1",
            "fake:2+1+1",
            "fake: 2",
            "fake:2.5",
        ] {
            assert_eq!(shape(spec), Err(TopologyError::Unknown(spec.into())));
        }
        for spec in ["fake:0", "fake:0+1"] {
            assert_eq!(shape(spec), Err(TopologyError::NoCpuNode(spec.into())));
        }
        for spec in [
            "fake:65",
            "fake:64+1",
            "fake:1+18446744073709551615",
            "fake:99999999999999999999",
        ] {
            assert_eq!(shape(spec), Err(TopologyError::TooMany(spec.into())));
        }
        assert_eq!(
            shape("fake:63+1"),
            Ok(Shape {
                cpu_nodes: 63,
                memory_nodes: 1
            })
        );
    }
}
