//! The two locks of the keyspace: the world, and one per shard. Both are *big-reader* locks: a reader only writes a flag
//! on its own lane's cache line, so that lanes that read the same shard never fight over a line; a writer raises its
//! own mark and then waits until no lane's flag stands against it.
//!
//! It may not know what is protected. Whoever holds for long can ask whether somebody waits. Background: Brandenburg and
//! Anderson, "Spin-based reader-writer synchronization" (2010); the Linux kernel's brlock.
//!
//! Invariants: order is world, then shards ascending; a lane never waits for the world exclusively while it holds it
//! shared; readers hold nothing while they wait, so writers (who wait in order) cannot deadlock with them.

mod waiters;

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};
use std::time::{Duration, Instant};
use waiters::Waiters;

/// Shards of the keyspace: one bit each in a `u64`.
pub const SHARD_COUNT: usize = 64;
/// Lanes that can be open at one time.
pub const LANE_COUNT_MAX: usize = 128;
/// The longest anyone waits for the world before the caller is told to try again.
pub const WORLD_WAIT_MAX: Duration = Duration::from_millis(5);

/// A lane's flags, alone on their cache lines.
#[repr(align(128))]
#[derive(Default)]
struct LaneFlags {
    /// 1 while the lane holds the world shared.
    in_world: AtomicU32,
    /// The shards this lane holds shared, one bit each.
    reading: AtomicU64,
    /// Those who want to write where it reads, or to have the world it is in.
    waiters: Waiters,
}

/// Who holds or wants something exclusively.
#[repr(align(64))]
#[derive(Default)]
struct Mark {
    /// 0, or 1 + the lane.
    lane: AtomicU32,
    waiters: Waiters,
}

impl Mark {
    #[inline(always)]
    fn is_raised(&self) -> bool {
        self.lane.load(SeqCst) != 0
    }

    #[inline(always)]
    fn raise(&self, lane: u32) -> bool {
        let raised = self.lane.compare_exchange(0, lane + 1, SeqCst, Relaxed);
        raised.is_ok()
    }

    #[inline(always)]
    fn lower(&self) {
        self.lane.store(0, Release);
        self.waiters.tell();
    }

    /// Waits until nobody holds it; `false` when `gives_up` first.
    fn wait(&self, gives_up: impl Fn() -> bool) -> bool {
        self.waiters.wait(|| !self.is_raised(), gives_up)
    }
}

fn never() -> bool {
    false
}

/// Every lock of one store.
pub struct Locks {
    lanes: Box<[LaneFlags]>,
    /// Lanes ever opened: the prefix of `lanes` a writer must look at.
    lane_count: AtomicU32,
    world: Mark,
    shards: Box<[Mark]>,
    free_lanes: std::sync::Mutex<Vec<u32>>,
}

/// The shards a command needs. A command that writes takes all of its shards exclusively.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShardSet(pub u64);

impl ShardSet {
    /// Every shard.
    pub const ALL: ShardSet = ShardSet(u64::MAX);

    /// Adds shard `index` (0..64).
    #[inline(always)]
    pub fn insert(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// Whether shard `index` is in it.
    #[inline(always)]
    pub const fn contains(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }
}

impl Iterator for ShardSet {
    type Item = usize;

    /// Takes the lowest shard out.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let index = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (index < SHARD_COUNT).then_some(index)
    }
}

impl Default for Locks {
    fn default() -> Self {
        Locks {
            lanes: (0..LANE_COUNT_MAX).map(|_| LaneFlags::default()).collect(),
            lane_count: AtomicU32::new(0),
            world: Mark::default(),
            shards: (0..SHARD_COUNT).map(|_| Mark::default()).collect(),
            free_lanes: std::sync::Mutex::new(Vec::new()),
        }
    }
}

impl Locks {
    /// Takes a lane's seat, or `None` when all `LANE_COUNT_MAX` are taken.
    pub fn open_lane(&self) -> Option<u32> {
        let mut free = self.free_lanes.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(lane) = free.pop() {
            return Some(lane);
        }
        let lane = self.lane_count.load(SeqCst);
        if lane as usize == LANE_COUNT_MAX {
            return None;
        }
        self.lane_count.store(lane + 1, SeqCst);
        Some(lane)
    }

    /// Gives a lane's seat back. The lane must hold nothing.
    pub fn close_lane(&self, lane: u32) {
        debug_assert_eq!(self.flags(lane).in_world.load(SeqCst), 0);
        self.free_lanes
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .push(lane);
    }

    fn flags(&self, lane: u32) -> &LaneFlags {
        &self.lanes[lane as usize]
    }

    fn open_flags(&self) -> &[LaneFlags] {
        &self.lanes[..self.lane_count.load(SeqCst) as usize]
    }

    /// Enters the world shared; `false` when somebody has held or wanted it exclusively for `WORLD_WAIT_MAX`.
    #[inline]
    pub fn enter_world(&self, lane: u32) -> bool {
        let flags = self.flags(lane);
        flags.in_world.swap(1, SeqCst);
        !self.world.is_raised() || self.enter_world_slowly(flags)
    }

    #[cold]
    fn enter_world_slowly(&self, flags: &LaneFlags) -> bool {
        let start = Instant::now();
        loop {
            Self::leave(flags);
            let is_late = || start.elapsed() > WORLD_WAIT_MAX;
            if !self.world.wait(is_late) {
                return false;
            }
            flags.in_world.swap(1, SeqCst);
            if !self.world.is_raised() {
                return true;
            }
        }
    }

    /// Leaves the world.
    #[inline]
    pub fn leave_world(&self, lane: u32) {
        Self::leave(self.flags(lane));
    }

    #[inline(always)]
    fn leave(flags: &LaneFlags) {
        flags.in_world.store(0, Release);
        flags.waiters.tell();
    }

    /// Whether somebody waits for the world to himself: a batch that sees this leaves and enters again.
    #[inline(always)]
    pub fn world_wanted(&self) -> bool {
        self.world.lane.load(Relaxed) != 0
    }

    /// Takes the world exclusively; `false` after `WORLD_WAIT_MAX` without it. The lane must have left the world.
    pub fn lock_world(&self, lane: u32) -> bool {
        debug_assert_eq!(self.flags(lane).in_world.load(Relaxed), 0);
        let start = Instant::now();
        let is_late = || start.elapsed() > WORLD_WAIT_MAX;
        while !self.world.raise(lane) {
            if !self.world.wait(is_late) {
                return false;
            }
        }
        for flags in self.open_flags() {
            let is_out = || flags.in_world.load(SeqCst) == 0;
            if !is_out() && !flags.waiters.wait(is_out, is_late) {
                self.unlock_world();
                return false;
            }
        }
        true
    }

    /// Gives the exclusive world back.
    pub fn unlock_world(&self) {
        self.world.lower();
    }

    /// Takes shards shared. The lane must hold none.
    #[inline]
    pub fn lock_shared(&self, lane: u32, shards: ShardSet) {
        let flags = self.flags(lane);
        flags.reading.swap(shards.0, SeqCst);
        if self.any_marked(shards) {
            self.lock_shared_slowly(flags, shards);
        }
    }

    #[inline(always)]
    fn any_marked(&self, mut shards: ShardSet) -> bool {
        shards.any(|shard| self.shards[shard].is_raised())
    }

    #[cold]
    fn lock_shared_slowly(&self, flags: &LaneFlags, shards: ShardSet) {
        loop {
            Self::stop_reading(flags);
            for shard in shards {
                self.shards[shard].wait(never);
            }
            flags.reading.swap(shards.0, SeqCst);
            if !self.any_marked(shards) {
                return;
            }
        }
    }

    /// Gives shared shards back.
    #[inline]
    pub fn unlock_shared(&self, lane: u32) {
        Self::stop_reading(self.flags(lane));
    }

    #[inline(always)]
    fn stop_reading(flags: &LaneFlags) {
        flags.reading.store(0, Release);
        flags.waiters.tell();
    }

    /// Takes shards exclusively, ascending. The lane must hold none.
    #[inline]
    pub fn lock_exclusive(&self, lane: u32, shards: ShardSet) {
        for shard in shards {
            let mark = &self.shards[shard];
            if !mark.raise(lane) {
                Self::raise_later(mark, lane);
            }
            let bit = 1u64 << shard;
            for flags in self.open_flags() {
                if flags.reading.load(SeqCst) & bit != 0 {
                    Self::wait_for_reader(flags, bit);
                }
            }
        }
    }

    #[cold]
    fn raise_later(mark: &Mark, lane: u32) {
        while !mark.raise(lane) {
            mark.wait(never);
        }
    }

    #[cold]
    fn wait_for_reader(flags: &LaneFlags, bit: u64) {
        let is_out = || flags.reading.load(SeqCst) & bit == 0;
        flags.waiters.wait(is_out, never);
    }

    /// Gives exclusive shards back.
    #[inline]
    pub fn unlock_exclusive(&self, shards: ShardSet) {
        for shard in shards {
            self.shards[shard].lower();
        }
    }

    /// Whether somebody waits for `shards`, which the lane holds. It may be somebody who has gone.
    pub fn are_waited_for(&self, lane: u32, mut shards: ShardSet) -> bool {
        self.flags(lane).waiters.are_there()
            || shards.any(|shard| self.shards[shard].waiters.are_there())
    }

    /// Whether nobody holds anything: true between calls on an idle store.
    pub fn is_idle(&self) -> bool {
        !self.world.is_raised()
            && !self.shards.iter().any(Mark::is_raised)
            && self
                .open_flags()
                .iter()
                .all(|f| f.in_world.load(SeqCst) == 0 && f.reading.load(SeqCst) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::UnsafeCell;
    use std::sync::Arc;

    struct Shared {
        locks: Locks,
        cells: [UnsafeCell<u64>; 4],
    }
    // SAFETY: the test reaches each cell only under its shard's lock.
    unsafe impl Sync for Shared {}

    #[test]
    fn shard_set_iterates_in_ascending_order() {
        let mut set = ShardSet::default();
        [63, 0, 7].into_iter().for_each(|shard| set.insert(shard));
        assert_eq!(set.collect::<Vec<_>>(), [0, 7, 63]);
        assert!(set.contains(7) && !set.contains(8));
    }

    #[test]
    fn writers_exclude_readers_and_each_other() {
        let shared = Arc::new(Shared {
            locks: Locks::default(),
            cells: Default::default(),
        });
        let threads: Vec<_> = (0..4u64)
            .map(|seed| {
                let shared = shared.clone();
                std::thread::spawn(move || {
                    let lane = shared.locks.open_lane().expect("a lane");
                    let mut random = seed + 1;
                    for _ in 0..5_000 {
                        random = random
                            .wrapping_mul(6364136223846793005)
                            .wrapping_add(1442695040888963407);
                        let set = ShardSet((random >> 60) & 0xf);
                        if random >> 32 & 3 == 0 {
                            shared.locks.lock_exclusive(lane, set);
                            // SAFETY: the shards of `set` are held exclusively.
                            set.for_each(|shard| unsafe { *shared.cells[shard].get() += 2 });
                            shared.locks.unlock_exclusive(set);
                        } else {
                            shared.locks.lock_shared(lane, set);
                            set.for_each(|shard| {
                                // SAFETY: the shards of `set` are held shared and nobody writes them.
                                let value = unsafe { *shared.cells[shard].get() };
                                assert_eq!(value % 2, 0);
                            });
                            shared.locks.unlock_shared(lane);
                        }
                    }
                    shared.locks.close_lane(lane);
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("no panic"));
        assert!(shared.locks.is_idle());
    }

    #[test]
    fn the_world_is_refused_while_somebody_is_inside() {
        let locks = Locks::default();
        let (inside, outside) = (
            locks.open_lane().expect("a lane"),
            locks.open_lane().expect("a lane"),
        );
        assert!(locks.enter_world(inside));
        assert!(!locks.lock_world(outside));
        locks.leave_world(inside);
        assert!(locks.lock_world(outside));
        assert!(!locks.enter_world(inside));
        locks.unlock_world();
        assert!(locks.enter_world(inside));
        locks.leave_world(inside);
        assert!(locks.is_idle());
    }

    #[test]
    fn lanes_run_out_and_come_back() {
        let locks = Locks::default();
        let lanes: Vec<_> = std::iter::from_fn(|| locks.open_lane()).collect();
        assert_eq!(lanes.len(), LANE_COUNT_MAX);
        locks.close_lane(lanes[5]);
        assert_eq!(locks.open_lane(), Some(lanes[5]));
    }
}
