//! Tiers: nodes of like speed, 0 the fastest.
//!
//! May not know: windows, placement, or where the numbers come from. Invariant: tiers are dense
//! (`{tiers} == {0, 1, .., highest}`) and never contradict latency: a node in a faster tier is not
//! slower.

use super::Node;
use super::sysfs::Hmat;

/// Nodes whose latency is within a quarter of the tier's fastest are alike; sockets of one machine
/// differ by a few per cent, CXL memory by a factor of two and more.
const ALIKE_PERCENT: u64 = 125;

/// Ranks by HMAT latency when every node has one; else nodes without CPUs of their own are a tier
/// below those with. `has_cpus[i]` is true when the hardware puts a CPU on node i, whether or not
/// we may use it.
pub(super) fn rank(nodes: &mut [Node], has_cpus: &[bool]) {
    let latencies: Option<Vec<u64>> = nodes
        .iter()
        .map(|node| node.hmat.and_then(latency))
        .collect();
    match latencies {
        Some(latencies) => rank_by_latency(nodes, &latencies),
        None => {
            let mixed = has_cpus.contains(&true);
            for (node, &has_cpus) in nodes.iter_mut().zip(has_cpus) {
                node.tier = u32::from(mixed && !has_cpus);
            }
        }
    }
}

fn rank_by_latency(nodes: &mut [Node], latencies: &[u64]) {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|&index| latencies[index]);
    let Some(&first) = order.first() else { return };
    let (mut tier, mut fastest) = (0, latencies[first]);
    for index in order {
        if latencies[index] * 100 > fastest * ALIKE_PERCENT {
            tier += 1;
            fastest = latencies[index];
        }
        nodes[index].tier = tier;
    }
}

/// One number for a node's latency: the sum of reading and writing, either one doubled where the
/// other is unknown.
fn latency(hmat: Hmat) -> Option<u64> {
    let (read, write) = (hmat.read_latency_ns, hmat.write_latency_ns);
    Some(u64::from(read.or(write)?) + u64::from(write.or(read)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(latencies: &[Option<u32>], has_cpus: &[bool]) -> Vec<u32> {
        let mut nodes: Vec<Node> = latencies
            .iter()
            .map(|&read_latency_ns| Node {
                hmat: Some(Hmat {
                    read_latency_ns,
                    ..Hmat::default()
                }),
                ..Node::plain(vec![], 1)
            })
            .collect();
        rank(&mut nodes, has_cpus);
        nodes.iter().map(|node| node.tier).collect()
    }

    #[test]
    fn like_latencies_share_a_tier_and_tiers_are_dense() {
        let latencies = [Some(300), Some(100), Some(125), Some(1000), Some(101)];
        assert_eq!(ranked(&latencies, &[true; 5]), [1, 0, 0, 2, 0]);
        assert_eq!(ranked(&[Some(126), Some(100)], &[true; 2]), [1, 0]);
    }

    #[test]
    fn latency_outranks_cpus() {
        assert_eq!(ranked(&[Some(300), Some(100)], &[true, false]), [1, 0]);
    }

    #[test]
    fn without_full_latencies_nodes_without_cpus_are_slower() {
        assert_eq!(
            ranked(&[Some(100), None, Some(300)], &[true, false, true]),
            [0, 1, 0]
        );
        assert_eq!(
            ranked(&[None, None], &[false, false]),
            [0, 0],
            "dense: nothing is faster"
        );
        assert_eq!(ranked(&[], &[]), [] as [u32; 0]);
    }

    #[test]
    fn read_and_write_count_alike() {
        let hmat = |read_latency_ns, write_latency_ns| Hmat {
            read_latency_ns,
            write_latency_ns,
            ..Hmat::default()
        };
        assert_eq!(latency(hmat(Some(100), Some(200))), Some(300));
        assert_eq!(latency(hmat(None, Some(200))), Some(400));
        assert_eq!(latency(Hmat::default()), None);
    }
}
