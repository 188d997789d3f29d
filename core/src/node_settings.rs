//! What is set node by node: the most each may hold, and the node that stands in where nobody's is known.
//!
//! It may not know keys or strategies. Lines come down as for `settings`; the nodes they name must be there. Invariant: lines
//! that name a node there is not, or no number, change nothing.

#[cfg(test)]
mod tests;

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
