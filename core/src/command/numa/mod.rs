//! NUMA and NUMAMIGRATE: the nodes, the pool, where keys lie and how they move.
//!
//! `topology` tells what there is, `pool` what core holds of it, `verify` where the kernel has it, `jobs` moves keys, `migrate`
//! tells where they are. Node numbers that clients see and type are ids; core's are indexes. Invariant: nothing here counts
//! as a use of a key, or watching would heat what it watches.

mod jobs;
mod migrate;
mod pool;
#[cfg(test)]
mod tests;
mod topology;
mod verify;

pub use jobs::{
    numamigrate_cancel, numamigrate_db, numamigrate_jobs, numamigrate_key, numamigrate_keys,
    numamigrate_pattern,
};
pub use migrate::{numamigrate_info, numamigrate_reset, numamigrate_stats};
pub use pool::numa_pool;
pub use topology::{numa_info, numa_topology};
pub use verify::numa_verify;

use super::{Call, Error};
use crate::error;
use crate::resp::{Mark, Reply};

/// A map reply that is written field by field, its length counted on the way.
struct Fields<'c, 'r> {
    reply: &'c mut Reply<'r>,
    mark: Mark,
    count: usize,
}

impl<'c, 'r> Fields<'c, 'r> {
    fn begin(reply: &'c mut Reply<'r>) -> Fields<'c, 'r> {
        let mark = reply.begin_map();
        Fields {
            reply,
            mark,
            count: 0,
        }
    }

    /// Writes a field's name and gives the reply back for its value.
    fn name(&mut self, name: &str) -> &mut Reply<'r> {
        self.count += 1;
        self.reply.bulk(name.as_bytes());
        self.reply
    }

    fn int(&mut self, name: &str, value: u64) {
        self.name(name).int(value as i64);
    }

    /// A number, or null where nobody knows it.
    fn known(&mut self, name: &str, value: Option<u64>) {
        match value {
            Some(value) => self.int(name, value),
            None => self.name(name).null(),
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name).bulk(value.as_bytes());
    }

    /// Hits, misses, and the part of hits in both: 0 to 1, and 0 before the first.
    fn hit_rate(&mut self, path: &str, hits: u64, misses: u64) {
        self.int(&format!("{path}_hits"), hits);
        self.int(&format!("{path}_misses"), misses);
        let rate = hits as f64 / (hits + misses).max(1) as f64;
        self.name(&format!("{path}_hit_rate")).double(rate);
    }

    fn end(self) {
        self.reply.end_map(self.mark, self.count);
    }
}

/// The index of the node whose id the argument at `index` is.
fn node_index(call: &Call<'_, '_>, index: usize) -> Result<u32, Error> {
    let id = call.args.int(index)?;
    u32::try_from(id)
        .ok()
        .and_then(|id| call.store.topology.index_of(id))
        .ok_or_else(|| Error::text(error::no_such_node(id)))
}

/// The id of the node with that index.
fn node_id(call: &Call<'_, '_>, index: u32) -> u32 {
    call.store.topology.nodes[index as usize].id
}
