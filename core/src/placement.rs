//! The placement plan in force: which node a new object gets, and where it goes when that node is full.
//!
//! It may not know keys, values or strategies; it is plain tables, followed without a lock and without a call. Without a
//! plan new objects are placed local first. Invariants: every order names every node exactly once; a plan is replaced only
//! while nobody follows one; `turn` tells the same ring and node until `took_turn`.

use crate::numa::Topology;
use crate::pool::prefix::{OBJECT_TYPES, ObjectType};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU16, Ordering::*};

/// The most nodes a ring names, counted with repetition.
pub const RING_ENTRIES_MAX: usize = 256;
/// The most rings of a plan.
pub const RINGS_MAX: usize = 255;
/// The most bands of size of a plan.
pub const BANDS_MAX: usize = 4;

/// Nodes in turn.
#[derive(Debug)]
struct Ring {
    /// Whose turn it is, by number of turn.
    turns: Box<[u8]>,
    /// By node: that node first, then the others as the ring wants them.
    orders: Vec<Box<[u32]>>,
}

/// Where new objects go, by who makes them, their type and their size.
#[derive(Debug)]
pub struct Plan {
    /// The largest size of each band but the last, in bytes.
    bounds: [u32; BANDS_MAX - 1],
    bands: usize,
    rings: Vec<Ring>,
    /// Indexes of rings, by accessor, then type, then band.
    table: Box<[u8]>,
}

/// How many objects a lane has placed by each ring of the plan.
#[repr(align(64))]
struct Turns([AtomicU16; RINGS_MAX + 1]);

/// See the module.
pub struct Placement {
    /// By node: the nodes by their distance from it, itself first.
    nearest: Vec<Box<[u32]>>,
    fast: Vec<u32>,
    plan: AtomicPtr<Plan>,
    /// By a lane's seat; only that lane counts there.
    turns: Box<[Turns]>,
}

impl Placement {
    /// Without a plan: the accessor's own node, then by distance. There are `seats` lanes at most.
    pub fn local_first(topology: &Topology, seats: usize) -> Placement {
        let count = topology.nodes.len() as u32;
        let fast = (0..count)
            .filter(|&node| topology.nodes[node as usize].tier == 0)
            .collect();
        let turns = || Turns(core::array::from_fn(|_| AtomicU16::new(0)));
        Placement {
            nearest: (0..count)
                .map(|node| topology.nearest(node).into())
                .collect(),
            fast,
            plan: AtomicPtr::new(null_mut()),
            turns: (0..seats).map(|_| turns()).collect(),
        }
    }

    /// The plan in force.
    #[inline(always)]
    fn plan(&self) -> Option<&Plan> {
        // SAFETY: a plan lives until `replace` takes it, whose caller has seen to it that nobody follows one.
        unsafe { self.plan.load(Acquire).as_ref() }
    }

    /// Puts another plan in force, or none.
    ///
    /// # Safety
    /// Nobody follows a plan meanwhile or keeps an order from before: the world is held exclusively.
    pub unsafe fn replace(&self, plan: Option<Plan>) {
        let new = plan.map_or(null_mut(), |plan| Box::into_raw(Box::new(plan)));
        let old = self.plan.swap(new, AcqRel);
        if !old.is_null() {
            // SAFETY: it came from a box and, by contract, nobody has it any more.
            drop(unsafe { Box::from_raw(old) });
        }
        for turns in &self.turns {
            turns.0.iter().for_each(|turn| turn.store(0, Relaxed));
        }
    }

    /// The nodes to try for what belongs on `node`, or beside something there: itself, then by distance.
    #[inline(always)]
    pub fn order(&self, node: u32) -> &[u32] {
        self.nearest
            .get(node as usize)
            .map_or(&self.nearest[0], |order| order)
    }

    /// The nodes to try for a new object of `bytes` (its key and, where it is a string, its value) that the lane on `seat`
    /// makes for `accessor`, a node index. The turn stays where it is.
    #[inline(always)]
    pub fn order_for_new(
        &self,
        seat: u32,
        accessor: u32,
        kind: ObjectType,
        bytes: usize,
    ) -> &[u32] {
        match self.plan() {
            None => self.order(accessor),
            Some(plan) => {
                let ring = plan.ring(accessor, kind, bytes);
                let turn = self.turns[seat as usize].0[ring].load(Relaxed);
                plan.rings[ring].order(turn)
            }
        }
    }

    /// Such an object was made: the next one goes by the next turn.
    #[inline(always)]
    pub fn took_turn(&self, seat: u32, accessor: u32, kind: ObjectType, bytes: usize) {
        if let Some(plan) = self.plan() {
            let ring = plan.ring(accessor, kind, bytes);
            let turn = &self.turns[seat as usize].0[ring];
            let next = turn.load(Relaxed) + 1;
            let is_round = usize::from(next) >= plan.rings[ring].turns.len();
            turn.store(if is_round { 0 } else { next }, Relaxed);
        }
    }

    /// The node the key table of `shard` grows on: the fast nodes in turn, whatever the plan.
    pub fn table_node(&self, shard: usize) -> u32 {
        self.fast
            .get(shard % self.fast.len().max(1))
            .copied()
            .unwrap_or(0)
    }
}

impl Drop for Placement {
    fn drop(&mut self) {
        // SAFETY: nobody else has it any more.
        unsafe { self.replace(None) };
    }
}

impl Ring {
    #[inline(always)]
    fn order(&self, turn: u16) -> &[u32] {
        let node = self.turns[usize::from(turn) % self.turns.len()];
        &self.orders[usize::from(node)]
    }
}

impl Plan {
    /// Reads a plan from words: the number of bounds and they themselves; the number of rings, and of each the number of its
    /// turns, these, and every node in the order it spills to; then, for every node, every type and every band, the number of
    /// a ring. Nodes are ids that `index_of` knows. The error says what is wrong with them.
    pub fn read(
        words: &[u32],
        nodes: usize,
        index_of: impl Fn(u32) -> Option<u32>,
    ) -> Result<Plan, String> {
        let mut words = Words(words.iter());
        let count = words.count("size bounds", 0, BANDS_MAX - 1)?;
        let mut bounds = [u32::MAX; BANDS_MAX - 1];
        for bound in &mut bounds[..count] {
            *bound = words.next()?;
        }
        if !bounds[..count].is_sorted_by(|a, b| a < b) {
            return Err(format!("size bounds {:?} do not ascend", &bounds[..count]));
        }
        let node_of = |id| index_of(id).ok_or_else(|| format!("there is no node {id}"));
        let rings = words.count("rings", 1, RINGS_MAX)?;
        let rings: Result<Vec<Ring>, String> = (0..rings)
            .map(|_| {
                let turns = words.count("turns of a ring", 1, RING_ENTRIES_MAX)?;
                let turns = (0..turns).map(|_| node_of(words.next()?).map(|node| node as u8));
                let turns: Result<Box<[u8]>, String> = turns.collect();
                let turns = turns?;
                let spill: Result<Vec<u32>, String> =
                    (0..nodes).map(|_| node_of(words.next()?)).collect();
                Ring::new(turns, &spill?, nodes)
            })
            .collect();
        let (rings, bands) = (rings?, count + 1);
        let places = nodes * OBJECT_TYPES * bands;
        let table: Result<Box<[u8]>, String> = (0..places)
            .map(|_| match words.next()? {
                ring if (ring as usize) < rings.len() => Ok(ring as u8),
                ring => Err(format!("there is no ring {ring}, only {}", rings.len())),
            })
            .collect();
        let table = table?;
        match words.0.len() {
            0 => Ok(Plan {
                bounds,
                bands,
                rings,
                table,
            }),
            rest => Err(format!("{rest} words too many")),
        }
    }

    #[inline(always)]
    fn ring(&self, accessor: u32, kind: ObjectType, bytes: usize) -> usize {
        let bytes = bytes.min(u32::MAX as usize - 1) as u32;
        let over = |index: usize| usize::from(bytes > self.bounds[index]);
        let band = over(0) + over(1) + over(2);
        let place = (accessor as usize * OBJECT_TYPES + kind as usize) * self.bands + band;
        usize::from(self.table.get(place).copied().unwrap_or(0))
    }
}

impl Ring {
    fn new(turns: Box<[u8]>, spill: &[u32], nodes: usize) -> Result<Ring, String> {
        let mut sorted = spill.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != nodes {
            return Err("a ring does not spill to every node once".to_owned());
        }
        let order = |first: u32| {
            let rest = spill.iter().copied().filter(|&node| node != first);
            core::iter::once(first).chain(rest).collect()
        };
        Ok(Ring {
            turns,
            orders: (0..nodes as u32).map(order).collect(),
        })
    }
}

/// Words that are read one after the other.
struct Words<'a>(core::slice::Iter<'a, u32>);

impl Words<'_> {
    fn next(&mut self) -> Result<u32, String> {
        let word = self.0.next().copied();
        word.ok_or_else(|| "words are missing at the end".to_owned())
    }

    fn count(&mut self, of: &str, least: usize, most: usize) -> Result<usize, String> {
        let count = self.next()? as usize;
        if (least..=most).contains(&count) {
            Ok(count)
        } else {
            Err(format!("{count} {of}: {least} to {most} are possible"))
        }
    }
}

#[cfg(test)]
mod tests;
