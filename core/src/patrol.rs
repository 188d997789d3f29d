//! The patrol: one thread per store that runs errands, and asks now and then where the pool's pages really are.
//!
//! Pages that came into use since the last round are asked about first, then older ones in turn, so that what spilled when
//! it was first touched, or was moved behind our back, is found, counted and, where there is room, brought home. It may
//! not know commands. Invariants: a round asks about at most `numa-patrol-pages` pages and a block more; pages are moved
//! only when `numa-rehome` says so, and never onto a node with less than `ROOM_BYTES` free.

use crate::numa;
use crate::pool::PAGE_BYTES;
use crate::residency::{BLOCK_PAGES, blocks_of};
use crate::store::{Errands, Store};
use crate::threads::Background;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Time between two rounds.
const PERIOD: Duration = Duration::from_secs(1);
/// Bytes that stay free on a node when strays are brought home.
const ROOM_BYTES: u64 = 64 << 20;

/// The patrol's handle: dropping it stops the thread and waits for it.
pub struct Patrol {
    errands: Arc<Errands>,
    thread: Background,
}

impl Patrol {
    /// Starts the patrol of `store`, or says why not.
    pub fn start(store: &Arc<Store>) -> Result<Patrol, String> {
        let errands = store.errands.clone();
        let given = errands.clone();
        let run = move |weak: &Weak<Store>| walk(weak, &given);
        let thread = Background::start(store, "patrol", run)?;
        errands.begin();
        Ok(Patrol { errands, thread })
    }
}

impl Drop for Patrol {
    fn drop(&mut self) {
        self.errands.stop();
        self.thread.join();
    }
}

/// Sees to it that nobody waits for a thread that has ended, however it did.
struct Ending<'a>(&'a Errands);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn walk(weak: &Weak<Store>, errands: &Errands) {
    let _ending = Ending(errands);
    let mut beat = Beat::default();
    let mut next = Instant::now() + PERIOD;
    while !errands.is_stopped() {
        let errand = errands.take(next);
        let Some(store) = weak.upgrade() else { return };
        match errand {
            Some(errand) => errand(&store),
            None if errands.is_stopped() => return,
            None => {
                beat.round(&store);
                next = Instant::now() + PERIOD;
            }
        }
    }
}

/// What the patrol remembers from round to round.
#[derive(Default)]
pub struct Beat {
    /// For each node index, the block from which on pages may be new.
    fresh: Vec<usize>,
    /// Where the walk over older pages goes on: node index and block.
    place: (u32, usize),
    /// Whether the kernel refused, so that it need not be asked again.
    is_refused: bool,
}

impl Beat {
    /// One round: new pages, then older ones, within the setting's number. Answers how many pages were asked about.
    pub fn round(&mut self, store: &Store) -> u64 {
        let budget = u64::from(store.settings.patrol_pages.load(Relaxed));
        if budget == 0 || self.is_refused || !store.residency.can_stray() {
            return 0;
        }
        let nodes = store.keyspace.pool.node_count() as u32;
        self.fresh.resize(nodes as usize, 0);
        let known = store.residency.all_strays();
        let mut asked = 0;
        for node in 0..nodes {
            asked += self.look_at_new(store, node, budget.saturating_sub(asked));
        }
        for _ in 0..=nodes {
            if asked >= budget || self.is_refused {
                break;
            }
            asked += self.look_at_old(store, budget - asked);
        }
        tell(store, known);
        asked
    }

    /// Asks about blocks that were not there in the last round, and the last that was.
    fn look_at_new(&mut self, store: &Store, node: u32, budget: u64) -> u64 {
        let mut asked = 0;
        for block in blocks_of(&store.keyspace.pool, node) {
            if block < self.fresh[node as usize] {
                continue;
            }
            if asked >= budget || self.is_refused {
                return asked;
            }
            asked += self.look(store, node, block);
            self.fresh[node as usize] = block;
        }
        asked
    }

    /// Goes on with the walk over all blocks, to the end of one window at most.
    fn look_at_old(&mut self, store: &Store, budget: u64) -> u64 {
        let (node, from) = self.place;
        let mut asked = 0;
        for block in blocks_of(&store.keyspace.pool, node) {
            if block < from {
                continue;
            }
            if asked >= budget || self.is_refused {
                self.place = (node, block);
                return asked;
            }
            asked += self.look(store, node, block);
        }
        let nodes = store.keyspace.pool.node_count() as u32;
        self.place = ((node + 1) % nodes, 0);
        asked
    }

    fn look(&mut self, store: &Store, node: u32, block: usize) -> u64 {
        let fix = store.settings.rehome.load(Relaxed) && has_room(store, node);
        let pool = &store.keyspace.pool;
        match store.residency.verify_block(pool, node, block, fix) {
            Ok(tally) => tally.asked,
            Err(error) => {
                self.is_refused = true;
                store.log("warning", &format!("strays stay unseen: {error}"));
                0
            }
        }
    }
}

/// Whether a whole block of strays would find room on the node.
fn has_room(store: &Store, node: u32) -> bool {
    let free = store.residency.home(node).and_then(numa::free_bytes);
    free.is_some_and(|free| free >= ROOM_BYTES + (BLOCK_PAGES * PAGE_BYTES) as u64)
}

/// Says in the log when strays turn up, and when the last is gone.
fn tell(store: &Store, before: u64) {
    let now = store.residency.all_strays();
    if before == 0 && now > 0 {
        let text = format!(
            "{now} pages lie on other nodes than they should; NUMA VERIFY FIX brings them home"
        );
        store.log("warning", &text);
    } else if before > 0 && now == 0 {
        store.log("notice", "every page known of is on its node again");
    }
}
