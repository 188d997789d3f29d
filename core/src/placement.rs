//! The placement plan in force: which node a new object gets, and where it goes when that node is full.
//!
//! It may not know keys, values or strategies; it is plain tables, followed without a lock. Invariant: every order names
//! every node exactly once.

use crate::numa::Topology;

/// For each accessor's node the nodes to try, best first.
pub struct Placement {
    orders: Vec<Vec<u32>>,
    fast: Vec<u32>,
}

impl Placement {
    /// The plan every store starts with, local first: the accessor's own node, then by distance.
    pub fn local_first(topology: &Topology) -> Placement {
        let count = topology.nodes.len() as u32;
        let fast = (0..count)
            .filter(|&node| topology.nodes[node as usize].tier == 0)
            .collect();
        Placement {
            orders: (0..count).map(|node| topology.nearest(node)).collect(),
            fast,
        }
    }

    /// The nodes to try for an object that `accessor` (a node index) creates.
    #[inline(always)]
    pub fn order(&self, accessor: u32) -> &[u32] {
        self.orders
            .get(accessor as usize)
            .map_or(&self.orders[0], |order| order)
    }

    /// The first of `order(accessor)` on which `attempt` finds room.
    #[inline(always)]
    pub fn first_with_room<T>(
        &self,
        accessor: u32,
        mut attempt: impl FnMut(u32) -> Option<T>,
    ) -> Option<T> {
        self.order(accessor).iter().find_map(|&node| attempt(node))
    }

    /// The node the key table of `shard` grows on: the fast nodes in turn.
    pub fn table_node(&self, shard: usize) -> u32 {
        self.fast
            .get(shard % self.fast.len().max(1))
            .copied()
            .unwrap_or(0)
    }
}
