//! NUMA POOL: what core holds on each node, from the window down to the cells.
//!
//! It only asks the pool. Invariant: the numbers of one node are taken together, those of different nodes one after the
//! other.

use super::{Fields, node_id, node_index};
use crate::command::{Answer, Call};
use crate::pool::{CHUNK_PAGES, NodeStats, PAGE_BYTES};
use crate::resp::Reply;

/// `NUMA POOL [node]`: a map for each node, or for the one asked for.
pub fn numa_pool(call: &mut Call<'_, '_>) -> Answer {
    let nodes = match call.args.len() {
        2 => 0..call.store.topology.nodes.len() as u32,
        3 => {
            let index = node_index(call, 2)?;
            index..index + 1
        }
        _ => return call.syntax_error(),
    };
    let (pool, residency) = (&call.store.keyspace.pool, &call.store.residency);
    let all: Vec<(u32, NodeStats, u64)> = nodes
        .filter_map(|index| {
            let (id, strays) = (node_id(call, index), residency.strays(index));
            Some((id, pool.stats(index)?, strays))
        })
        .collect();
    call.reply.array(all.len());
    for (id, stats, strays) in &all {
        write_node(call.reply, *id, stats, *strays);
    }
    Ok(())
}

fn write_node(reply: &mut Reply<'_>, id: u32, stats: &NodeStats, strays: u64) {
    let mut fields = Fields::begin(reply);
    fields.int("node", id.into());
    let numbers = [
        ("reserved_bytes", stats.reserved_bytes),
        ("committed_bytes", stats.committed_bytes),
        ("taken_bytes", stats.taken_bytes),
        ("budget_bytes", stats.budget_bytes),
        ("active_bytes", stats.active_bytes),
        ("used_bytes", stats.used_bytes),
        ("resident_bytes", stats.resident_bytes),
        ("stray_pages", strays),
        ("at_hand_bytes", stats.at_hand_bytes),
        ("leaving_bytes", stats.leaving_bytes),
        ("slabs", stats.slabs),
        ("slab_cells", stats.slab_cells),
        ("slab_cells_used", stats.slab_cells_used),
        ("idle_slab_pages", stats.idle_pages),
    ];
    for (name, number) in numbers {
        fields.int(name, number);
    }
    write_chunks(fields.name("slab_chunks"), &stats.slab_chunks);
    write_chunks(fields.name("cell_chunks"), &stats.middle_chunks);
    fields.int("spans", stats.spans);
    fields.int("span_bytes", stats.span_bytes);
    fields.int("dirty_bytes", stats.dirty_bytes);
    fields.int("free_runs", stats.free_runs);
    fields.hit_rate("slab", stats.slab_hits, stats.slab_misses);
    fields.hit_rate("chunk", stats.chunk_hits, stats.chunk_misses);
    fields.hit_rate("span", stats.span_hits, stats.span_misses);
    write_classes(fields.name("classes"), stats);
    fields.end();
}

/// How many chunks there are of each size.
fn write_chunks(reply: &mut Reply<'_>, counts: &[u32; 3]) {
    let mut fields = Fields::begin(reply);
    for (pages, &count) in CHUNK_PAGES.iter().zip(counts) {
        let kilobytes = *pages as usize * PAGE_BYTES / 1024;
        fields.int(&format!("{kilobytes}kb"), count.into());
    }
    fields.end();
}

/// The size classes that have a slab or chunk, by their cells' bytes.
fn write_classes(reply: &mut Reply<'_>, stats: &NodeStats) {
    let mut classes = Fields::begin(reply);
    for class in stats.classes.iter().filter(|class| class.members > 0) {
        let mut fields = Fields::begin(classes.name(&class.cell_bytes.to_string()));
        fields.int("cells", class.cells);
        fields.int("cells_used", class.cells_used);
        fields.int("cells_at_hand", class.cells_at_hand);
        fields.int("members", class.members.into());
        fields.end();
    }
    classes.end();
}
