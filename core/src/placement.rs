//! The placement plan in force: which node a new object gets, and where it goes when that node is full.
//!
//! It may not know keys, values or strategies; it is plain tables, followed without a lock and without a call. Without a
//! plan new objects are placed local first. Invariants: a plan is replaced only while nobody follows one or has a turn to
//! take; `choose` answers the same until its turn is taken.

mod plan;

pub use plan::{BANDS_MAX, Plan, RING_ENTRIES_MAX, RINGS_MAX};

use crate::numa::Topology;
use crate::pool::prefix::ObjectType;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU16, Ordering::*};

/// By ring of the plan: the step whose turn it is for a lane.
#[repr(align(64))]
struct Turns([AtomicU16; RINGS_MAX + 1]);

/// See the module.
pub struct Placement {
    /// By node: the nodes by their distance from it, itself first.
    nearest: Vec<Box<[u32]>>,
    fast: Vec<u32>,
    plan: AtomicPtr<Plan>,
    /// By a lane's seat; only that lane writes there.
    turns: Box<[Turns]>,
}

/// Where a new object goes.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    /// The nodes to try, the best first.
    pub order: &'a [u32],
    /// What to take when the object was made.
    pub turn: Turn<'a>,
}

/// A lane's turn of a ring; nothing where no plan decides.
#[derive(Clone, Copy)]
pub struct Turn<'a>(Option<(&'a AtomicU16, u16)>);

impl Turn<'_> {
    /// Of what replaces an object and lies beside it.
    pub const NONE: Turn<'static> = Turn(None);

    /// The object was made: the lane's next one goes by the next turn.
    #[inline(always)]
    pub fn take(self) {
        if let Turn(Some((turn, next))) = self {
            turn.store(next, Relaxed);
        }
    }
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
    /// Nobody follows a plan meanwhile or keeps an order or a turn from before: the world is held exclusively.
    pub unsafe fn replace(&self, plan: Option<Plan>) {
        let new = plan.map_or(null_mut(), |plan| Box::into_raw(Box::new(plan)));
        let old = self.plan.swap(new, AcqRel);
        if !old.is_null() {
            // SAFETY: it came from a box and, by contract, nobody has it any more.
            drop(unsafe { Box::from_raw(old) });
        }
        let firsts = self.plan().map_or(&[][..], Plan::firsts);
        for turns in &self.turns {
            for (turn, &first) in turns.0.iter().zip(firsts) {
                turn.store(first, Relaxed);
            }
        }
    }

    /// The nodes to try for what belongs on `node`, or beside something there: itself, then by distance.
    #[inline(always)]
    pub fn order(&self, node: u32) -> &[u32] {
        self.nearest
            .get(node as usize)
            .map_or(&self.nearest[0], |order| order)
    }

    /// Where a new object of `bytes` (of a string's value; else 0) goes that the lane on `seat` makes for `accessor`, a node
    /// index. The answer stays the same until its turn is taken.
    #[inline(always)]
    pub fn choose(&self, seat: u32, accessor: u32, kind: ObjectType, bytes: usize) -> Choice<'_> {
        match self.plan() {
            None => Choice {
                order: self.order(accessor),
                turn: Turn::NONE,
            },
            Some(plan) => {
                let ring = plan.ring(accessor, kind, bytes);
                let turn = &self.turns[seat as usize].0[usize::from(ring)];
                // SAFETY: the lane's turn of a ring is one of the plan's steps, see `replace` and `Turn::take`.
                let (order, next) = unsafe {
                    let step = plan.step(turn.load(Relaxed));
                    (plan.order(step), step.next)
                };
                Choice {
                    order,
                    turn: Turn(Some((turn, next))),
                }
            }
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

#[cfg(test)]
mod tests;
