//! What is set node by node: the most each may hold, and the node that stands in where nobody's is known.
//!
//! It may not know keys or strategies. Lines come down as for `settings`; the nodes they name must be there. Invariant: lines
//! that name a node there is not, or no number, change nothing.

use crate::numa::Topology;
use crate::settings::lines;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;

/// What lines say of nodes, read and found good.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NodeSettings {
    /// By node index the most bytes it may hold, None for no limit; empty when the lines do not say.
    budgets: Vec<Option<u64>>,
    /// Index of the node for lanes without one.
    default_node: Option<u32>,
}

impl NodeSettings {
    /// Reads `numa-node-maxmemory` (pairs of a node's id and bytes, `0` for no limit, or a share of its memory as `50%`; nodes
    /// that are not named have no limit) and `numa-default-node` (an id, or `auto`). Other lines are not looked at.
    pub fn read(text: &str, topology: &Topology) -> Result<NodeSettings, String> {
        let mut settings = NodeSettings::default();
        for (name, value) in lines(text) {
            let taken = settings.take(name, value, topology);
            taken.map_err(|why| format!("'{name}' cannot be '{value}': {why}"))?;
        }
        Ok(settings)
    }

    fn take(&mut self, name: &str, value: &str, topology: &Topology) -> Result<(), String> {
        match name {
            "numa-node-maxmemory" => self.budgets = read_budgets(value, topology)?,
            "numa-default-node" if value == "auto" => self.default_node = Some(0),
            "numa-default-node" => self.default_node = Some(node_index(value, topology)?),
            _ => {}
        }
        Ok(())
    }

    /// Puts them in force. What the lines did not say stays as it was.
    pub fn follow(&self, store: &Store) {
        for (node, &bytes) in (0..).zip(&self.budgets) {
            store.keyspace.pool.set_budget(node, bytes);
        }
        if let Some(node) = self.default_node {
            store.default_node.store(node, Relaxed);
        }
    }
}

fn read_budgets(value: &str, topology: &Topology) -> Result<Vec<Option<u64>>, String> {
    let mut budgets = vec![None; topology.nodes.len()];
    let words: Vec<&str> = value.split_whitespace().collect();
    for pair in words.chunks(2) {
        let &[id, amount] = pair else {
            return Err(format!(
                "node '{}' wants bytes or percent behind it",
                pair[0]
            ));
        };
        let index = node_index(id, topology)? as usize;
        let all = topology.nodes[index].total_bytes;
        let bytes = match amount.strip_suffix('%') {
            Some(percent) => percent
                .parse::<u64>()
                .ok()
                .filter(|percent| (1..=100).contains(percent))
                .map(|percent| (all as u128 * percent as u128 / 100) as u64),
            None => amount.parse().ok(),
        };
        let bytes = bytes
            .ok_or_else(|| format!("'{amount}' is neither bytes nor percent from 1 to 100"))?;
        budgets[index] = (bytes > 0).then_some(bytes);
    }
    Ok(budgets)
}

fn node_index(id: &str, topology: &Topology) -> Result<u32, String> {
    let index = id.parse().ok().and_then(|id| topology.index_of(id));
    index.ok_or_else(|| {
        let ids: Vec<String> = topology
            .nodes
            .iter()
            .map(|node| node.id.to_string())
            .collect();
        format!("there is no node '{id}', only {}", ids.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Server;

    fn topology() -> Topology {
        Topology::parse("fake:2+1").expect("a fake topology")
    }

    #[test]
    fn budgets_are_bytes_or_shares_of_the_nodes_memory() {
        let topology = topology();
        let total = topology.nodes[2].total_bytes;
        let read = NodeSettings::read("numa-node-maxmemory 0 4096 2 50%\n", &topology).unwrap();
        assert_eq!(read.budgets, [Some(4096), None, Some(total / 2)]);
        assert_eq!(read.default_node, None);
        let none = NodeSettings::read("numa-node-maxmemory \nhz 10\n", &topology).unwrap();
        assert_eq!(none.budgets, [None; 3]);
        let zero = NodeSettings::read("numa-node-maxmemory 1 0\n", &topology).unwrap();
        assert_eq!(zero.budgets, [None; 3]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let cases = [
            (
                "numa-node-maxmemory 7 1",
                "there is no node '7', only 0, 1, 2",
            ),
            (
                "numa-node-maxmemory 0",
                "node '0' wants bytes or percent behind it",
            ),
            (
                "numa-node-maxmemory 0 lots",
                "'lots' is neither bytes nor percent from 1 to 100",
            ),
            (
                "numa-node-maxmemory 0 101%",
                "'101%' is neither bytes nor percent from 1 to 100",
            ),
            ("numa-default-node 3", "there is no node '3', only 0, 1, 2"),
        ];
        for (line, why) in cases {
            let refused = NodeSettings::read(line, &topology());
            let refused = refused.expect_err(line);
            assert!(refused.ends_with(why), "{line}: {refused}");
        }
    }

    #[test]
    fn a_node_over_its_budget_sends_what_is_new_elsewhere() {
        let mut server = Server::with_options("topology fake:2\nnuma-node-maxmemory 0 1048576\n");
        let value = "x".repeat(1000);
        for key in 0..3000 {
            assert_eq!(
                server.run(&["SET", &format!("key:{key}"), &value]),
                "+OK\r\n"
            );
        }
        let pool = &server.store.keyspace.pool;
        assert!(pool.stats(0).unwrap().taken_bytes <= 1 << 20);
        assert!(pool.node_used_bytes(1) > 1 << 20);
        assert_eq!(pool.budget_bytes(0), Some(1 << 20));
        assert_eq!(pool.budget_bytes(1), None);
        server.check();
    }

    #[test]
    fn a_budget_below_what_is_held_keeps_it_and_takes_no_more() {
        let mut server = Server::with_options("topology fake:2\n");
        let value = "x".repeat(1000);
        for key in 0..2000 {
            server.run(&["SET", &format!("key:{key}"), &value]);
        }
        let store = server.store.clone();
        let held = store.keyspace.pool.stats(0).unwrap().taken_bytes;
        NodeSettings::read("numa-node-maxmemory 0 1048576\n", &store.topology)
            .unwrap()
            .follow(&store);
        assert_eq!(store.keyspace.pool.stats(0).unwrap().taken_bytes, held);
        for key in 2000..4000 {
            server.run(&["SET", &format!("key:{key}"), &value]);
        }
        let pool = &server.store.keyspace.pool;
        assert!(pool.stats(0).unwrap().taken_bytes <= held);
        assert!(pool.node_used_bytes(1) > 1_000_000);
        server.check();
        pool.set_budget(0, None);
        assert_eq!(pool.budget_bytes(0), None);
    }
}
