//! A placement plan: by accessor, type and size the ring whose turn decides, and the order in which a full node spills.
//!
//! It may not know lanes, keys or strategies. Invariants: each step's order names every node exactly once; a ring's steps
//! lead round to its first; whoever has a step's index has it from the plan.

use crate::pool::prefix::{OBJECT_TYPES, ObjectType};

/// The most nodes a ring names, counted with repetition.
pub const RING_ENTRIES_MAX: usize = 256;
/// The most rings of a plan.
pub const RINGS_MAX: usize = 255;
/// The most bands of size of a plan.
pub const BANDS_MAX: usize = 4;

/// A turn of a ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Where its order begins in the plan's orders.
    order: u32,
    /// The ring's next step, by index.
    pub(super) next: u16,
}

/// Where new objects go, by who makes them, their type and their size. It is flat: a decision loads the ring of its place,
/// a step and an order, and follows no pointer but the plan's own.
#[derive(Debug)]
pub struct Plan {
    /// The largest size of each band but the last, in bytes; of bands that are not there, more than any size.
    bounds: [u32; BANDS_MAX - 1],
    /// By accessor and type: the ring of each band.
    places: Box<[[u8; BANDS_MAX]]>,
    /// The turns of all rings, ring after ring.
    steps: Box<[Step]>,
    /// By ring: its first step.
    firsts: Box<[u16]>,
    /// By ring and node, `nodes` entries each: that node first, then the others as the ring wants them.
    orders: Box<[u32]>,
    nodes: usize,
}

impl Plan {
    /// The ring that decides. An accessor that is no node is the first's.
    #[inline(always)]
    pub(super) fn ring(&self, accessor: u32, kind: ObjectType, bytes: usize) -> u8 {
        let bytes = bytes.min(u32::MAX as usize - 1) as u32;
        let over = |index: usize| usize::from(bytes > self.bounds[index]);
        let band = over(0) + over(1) + over(2);
        let place = accessor as usize * OBJECT_TYPES + kind as usize;
        self.places.get(place).map_or(0, |bands| bands[band])
    }

    /// By ring: the step it begins with.
    pub(super) fn firsts(&self) -> &[u16] {
        &self.firsts
    }

    /// A step.
    ///
    /// # Safety
    /// `index` is this plan's: one of `firsts`, or a step's `next`.
    #[inline(always)]
    pub(super) unsafe fn step(&self, index: u16) -> Step {
        debug_assert!(usize::from(index) < self.steps.len());
        // SAFETY: by contract.
        unsafe { *self.steps.get_unchecked(usize::from(index)) }
    }

    /// The nodes to try at a step of this plan.
    ///
    /// # Safety
    /// The step is this plan's.
    #[inline(always)]
    pub(super) unsafe fn order(&self, step: Step) -> &[u32] {
        let begin = step.order as usize;
        debug_assert!(begin + self.nodes <= self.orders.len());
        // SAFETY: by contract; `read` let every step begin where `nodes` entries follow.
        unsafe { self.orders.get_unchecked(begin..begin + self.nodes) }
    }

    /// Reads a plan from words: the number of bounds and they themselves; the number of rings, and of each the number of its
    /// turns, these, and every node in the order it spills to; then, for every node, every type and every band, the number of
    /// a ring. Nodes are ids that `index_of` knows. The error says what is wrong with them.
    pub fn read(
        words: &[u32],
        nodes: usize,
        index_of: impl Fn(u32) -> Option<u32>,
    ) -> Result<Plan, String> {
        let mut words = Words(words.iter());
        let bands = 1 + words.count("size bounds", 0, BANDS_MAX - 1)?;
        let mut bounds = [u32::MAX; BANDS_MAX - 1];
        for bound in &mut bounds[..bands - 1] {
            *bound = words.next()?;
        }
        if !bounds[..bands - 1].is_sorted_by(|a, b| a < b) {
            return Err(format!(
                "size bounds {:?} do not ascend",
                &bounds[..bands - 1]
            ));
        }
        let node_of = |id| index_of(id).ok_or_else(|| format!("there is no node {id}"));
        let rings = words.count("rings", 1, RINGS_MAX)?;
        let (mut steps, mut firsts, mut orders) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rings {
            let (first, turns) = (
                steps.len(),
                words.count("turns of a ring", 1, RING_ENTRIES_MAX)?,
            );
            firsts.push(first as u16);
            for turn in 0..turns {
                let node = node_of(words.next()?)? as usize;
                steps.push(Step {
                    order: (orders.len() + node * nodes) as u32,
                    next: (first + (turn + 1) % turns) as u16,
                });
            }
            let spill: Result<Vec<u32>, String> =
                (0..nodes).map(|_| node_of(words.next()?)).collect();
            orders.extend(orders_of(&spill?, nodes)?);
        }
        let mut places = vec![[0; BANDS_MAX]; nodes * OBJECT_TYPES];
        for ring in places.iter_mut().flat_map(|place| &mut place[..bands]) {
            *ring = match words.next()? {
                ring if (ring as usize) < rings => ring as u8,
                ring => return Err(format!("there is no ring {ring}, only {rings}")),
            };
        }
        match words.0.len() {
            0 => Ok(Plan {
                bounds,
                places: places.into(),
                steps: steps.into(),
                firsts: firsts.into(),
                orders: orders.into(),
                nodes,
            }),
            rest => Err(format!("{rest} words too many")),
        }
    }
}

/// By node: that node first, then the others in the order of `spill`, which names each of `nodes` once.
fn orders_of(spill: &[u32], nodes: usize) -> Result<Vec<u32>, String> {
    let mut sorted = spill.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != nodes {
        return Err("a ring does not spill to every node once".to_owned());
    }
    let order = |first: u32| {
        let rest = spill.iter().copied().filter(move |&node| node != first);
        core::iter::once(first).chain(rest)
    };
    Ok((0..nodes as u32).flat_map(order).collect())
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
