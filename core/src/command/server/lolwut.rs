//! LOLWUT: the nodes of this server, drawn, and its version.
//!
//! Each node is a tower as high as its share of the used bytes; memory-only nodes have no roof, as nobody lives there.
//! Invariant: the last line names the versions, which tools parse.

use super::super::{Answer, Call};
use super::{NUMAKV_VERSION, REDIS_VERSION};
use crate::store::Store;

/// Storeys of a tower that holds everything.
const STOREYS: u64 = 8;
/// Columns a tower takes, the gap behind it included.
const TOWER_COLUMNS: usize = 8;
/// Towers drawn; a machine with more nodes shows its first ones.
const TOWERS_MAX: usize = 9;

/// `LOLWUT [VERSION version] [...]`: one drawing serves every version.
pub(crate) fn lolwut(call: &mut Call<'_, '_>) -> Answer {
    if call.args.len() > 2 && call.args.is(1, "VERSION") {
        call.args.int(2)?;
    }
    let picture = draw(call.store);
    call.reply.verbatim("txt", picture.as_bytes());
    Ok(())
}

fn draw(store: &Store) -> String {
    let nodes = &store.topology.nodes[..store.topology.nodes.len().min(TOWERS_MAX)];
    let used: Vec<u64> = (0..nodes.len() as u32)
        .map(|node| store.keyspace.pool.node_used_bytes(node))
        .collect();
    let total = used.iter().sum::<u64>().max(1);
    let heights: Vec<u64> = used
        .iter()
        .map(|bytes| (bytes * STOREYS).div_ceil(total))
        .collect();
    let mut picture = String::new();
    for storey in (0..=STOREYS + 1).rev() {
        let towers = nodes.iter().zip(&heights);
        let row: String = towers
            .map(|(node, &height)| cell(storey, height, node.memory_only))
            .collect();
        if !row.trim().is_empty() {
            picture.push_str(row.trim_end());
            picture.push('\n');
        }
    }
    let signs = nodes.iter().map(|node| {
        let sign = format!("node {}", node.id);
        format!("{sign:<TOWER_COLUMNS$}")
    });
    picture.push_str(signs.collect::<String>().trim_end());
    picture + &format!("\n\nRedis ver. {REDIS_VERSION}, as spoken by numakv {NUMAKV_VERSION}\n")
}

/// One storey of one tower; storey 0 is the ground, the roof lies on the highest.
fn cell(storey: u64, height: u64, memory_only: bool) -> &'static str {
    match storey {
        0 => "======  ",
        _ if storey <= height => "|[][]|  ",
        _ if storey == height + 1 && !memory_only => " /^^\\   ",
        _ if storey == height + 1 => " ....   ",
        _ => "        ",
    }
}
