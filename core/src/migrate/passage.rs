//! The way of one entry and its value to a node, step by step.
//!
//! It may not know keys or locks: whoever takes a step holds the shard and has found the entry. Invariant: `cursor` says how
//! far the pass under way has come and is a hint only, so a value may change in any way between two steps; what a pass has
//! missed for that the next one finds, and the last pass moved nothing.

use super::Moved;
use super::long::{LONG_BYTES, LongCopy};
use crate::keyspace::{Found, Grip, Mode};
use crate::object::block::Block;
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;
use crate::pool::space::{Full, Meter, Space};
use std::time::{Duration, Instant};

/// Bytes moved between two looks at the clock: some ten microseconds' work.
const STRIDE_BYTES: usize = 1024;
/// Passes over a value after which it is good enough: each but the first finds only what changed while the one before ran.
const PASSES_MAX: u32 = 8;

/// The part of its time that a step takes at least, though somebody waits for the shard: moves go on under any load.
const LEAST_PART: u32 = 12;

/// How much one step may do; it ends soon after either is reached, or before when somebody waits for the shard.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time the shard may be held.
    pub time: Duration,
    /// Bytes that may be written.
    pub bytes: u64,
}

impl Limits {
    /// Whether a step that `began` then and has written so many bytes is to end.
    pub(super) fn are_reached(&self, began: Instant, written: u64, grip: &Grip<'_>) -> bool {
        let held = began.elapsed();
        written >= self.bytes
            || held >= self.time
            || (held >= self.time / LEAST_PART && grip.is_waited_for())
    }
}

/// How a passage stands after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    More,
    /// It is over.
    Ended(Moved),
}

/// See the module.
pub struct Passage {
    node: u32,
    /// Where the entry was at the first step.
    source: Option<u32>,
    cursor: u64,
    passes: u32,
    /// What the meter said when the pass under way began.
    pass_began: u64,
    meter: Meter,
    long: Option<LongCopy>,
    /// Whether a long copy could not begin, as one at a time is made.
    is_kept_waiting: bool,
    /// A block that was replaced, and is given back once the shard is free.
    garbage: Option<Block>,
}

impl Passage {
    /// The way to `node`, an index.
    pub fn to(node: u32) -> Passage {
        Passage {
            node,
            source: None,
            cursor: 0,
            passes: 0,
            pass_began: 0,
            meter: Meter::default(),
            long: None,
            is_kept_waiting: false,
            garbage: None,
        }
    }

    /// The node it leads to.
    pub const fn node(&self) -> u32 {
        self.node
    }

    /// Where the entry was when the passage began.
    pub const fn source(&self) -> Option<u32> {
        self.source
    }

    /// Allocations and bytes moved so far.
    pub fn written(&self) -> (u64, u64) {
        (self.meter.blocks.get(), self.meter.bytes.get())
    }

    /// Whether it cannot go on before another passage ends or abandons its long copy.
    pub const fn is_kept_waiting(&self) -> bool {
        self.is_kept_waiting
    }

    /// How the next step wants the shard held: a long copy lets readers in.
    pub fn mode(&self, pool: &Pool) -> Mode {
        match &self.long {
            Some(long) if !long.is_nearly_done(pool) => Mode::Shared,
            _ => Mode::Exclusive,
        }
    }

    /// Goes on with the entry of a key of `hash` in database `db`, whose shard is held as `mode` says; without `limits` to
    /// the end.
    pub fn step(
        &mut self,
        grip: &mut Grip<'_>,
        (db, hash): (u32, u64),
        found: Found,
        limits: Option<Limits>,
    ) -> Progress {
        let (pool, entry) = (grip.pool(), found.entry);
        let home = pool.node_of(entry.address());
        match self.source {
            None => self.source = Some(home),
            // The entry went first and is elsewhere now.
            Some(_) if self.passes > 0 && home != self.node => {
                return Progress::Ended(Moved::Overtaken);
            }
            Some(_) => {}
        }
        if let Some(limits) = limits
            && let Some(block) = self.long_block(pool, entry)
        {
            return self.step_long(grip, (db, hash), (found, block), limits);
        }
        if self.long.is_some() || !grip.is_exclusive() {
            // The value that was being copied is gone: what is there now wants another hold.
            self.abandon(pool);
            return Progress::More;
        }
        let moved = match Block::owner_of(entry) {
            Some(block) => self.move_together(grip, (db, hash), found, block),
            None => self
                .move_shell(grip, (db, hash), found)
                .and_then(|entry| self.move_pieces(grip, entry, limits)),
        };
        match moved {
            Err(Full) => Progress::Ended(Moved::Failed),
            Ok(true) => Progress::More,
            Ok(false) => Progress::Ended(self.outcome()),
        }
    }

    /// What is left to be done once the shard is free again.
    pub fn after_step(&mut self, pool: &Pool) {
        if let Some(block) = self.garbage.take() {
            // SAFETY: it was replaced under the shard's exclusive lock, so nobody reaches it.
            unsafe { block.free(pool) };
        }
        if let Some(long) = &mut self.long {
            long.find_room(Space::new(pool, &[self.node]));
        }
    }

    /// Leaves the key as it is now; a step may follow, which begins anew with what was not done.
    pub fn abandon(&mut self, pool: &Pool) {
        self.after_step(pool);
        if let Some(long) = self.long.take() {
            long.abandon(pool);
        }
    }

    fn outcome(&self) -> Moved {
        match self.meter.bytes.get() {
            0 => Moved::Skipped,
            bytes => Moved::Done { bytes },
        }
    }

    /// Moves an entry and its only block, or neither.
    fn move_together(
        &mut self,
        grip: &mut Grip<'_>,
        (db, hash): (u32, u64),
        found: Found,
        block: Block,
    ) -> Result<bool, Full> {
        let (pool, entry, order) = (grip.pool(), found.entry, [self.node]);
        let space = Space::new(pool, &order).metered(&self.meter);
        let moves = !space.holds(block.address());
        // SAFETY: the shard is held exclusively. Nothing leads to the copied shell before the slot is swung, nor to the old
        // one afterwards; the block belongs to whichever the slot leads to.
        unsafe {
            if space.holds(entry.address()) {
                if moves {
                    entry.set_word(block.moved(space)?.word());
                }
                return Ok(false);
            }
            let shell = entry.copy_shell(space)?;
            if moves {
                let block = block.moved(space);
                let block = block.inspect_err(|Full| shell.free_shell(pool))?;
                shell.set_word(block.word());
            }
            grip.replace(db, hash, found, shell);
            entry.free_shell(pool);
        }
        Ok(false)
    }

    /// Moves an entry alone, and answers where it is.
    fn move_shell(
        &mut self,
        grip: &mut Grip<'_>,
        (db, hash): (u32, u64),
        found: Found,
    ) -> Result<Entry, Full> {
        let (pool, entry, order) = (grip.pool(), found.entry, [self.node]);
        let space = Space::new(pool, &order).metered(&self.meter);
        self.passes = self.passes.max(1);
        if space.holds(entry.address()) {
            return Ok(entry);
        }
        // SAFETY: as in `move_together`; the value belongs to the copy from now on.
        unsafe {
            let shell = entry.copy_shell(space)?;
            grip.replace(db, hash, found, shell);
            entry.free_shell(pool);
            Ok(shell)
        }
    }

    /// Moves pieces of the value of `entry`, which is there; `true` when there may be more.
    fn move_pieces(
        &mut self,
        grip: &Grip<'_>,
        entry: Entry,
        limits: Option<Limits>,
    ) -> Result<bool, Full> {
        let (order, began) = ([self.node], Instant::now());
        let space = Space::new(grip.pool(), &order).metered(&self.meter);
        let stride = limits.map_or(usize::MAX, |_| STRIDE_BYTES);
        let before = self.meter.bytes.get();
        loop {
            // SAFETY: the shard is held exclusively.
            let more = unsafe {
                let hasher = grip.keyspace().hasher();
                value::relocate_step(entry, space, &mut self.cursor, stride, hasher)?
            };
            let written = self.meter.bytes.get();
            if !more {
                if written == self.pass_began || self.passes == PASSES_MAX {
                    return Ok(false);
                }
                (self.cursor, self.pass_began) = (0, written);
                self.passes += 1;
            }
            if limits.is_some_and(|limits| limits.are_reached(began, written - before, grip)) {
                return Ok(true);
            }
        }
    }

    /// The block of an entry whose value is moved between holds.
    fn long_block(&self, pool: &Pool, entry: Entry) -> Option<Block> {
        let block = Block::owner_of(entry).filter(|block| block.asked() >= LONG_BYTES)?;
        (pool.node_of(block.address()) != self.node).then_some(block)
    }

    /// A step of a value of one long block.
    fn step_long(
        &mut self,
        grip: &mut Grip<'_>,
        (db, hash): (u32, u64),
        (found, block): (Found, Block),
        limits: Limits,
    ) -> Progress {
        let (pool, entry, order) = (grip.pool(), found.entry, [self.node]);
        let Some(long) = &mut self.long else {
            self.long = LongCopy::begin(pool, block);
            self.is_kept_waiting = self.long.is_none();
            return Progress::More;
        };
        if !long.is_of(pool, block) {
            self.abandon(pool);
            return Progress::More;
        }
        if long.has_failed() {
            self.abandon(pool);
            return Progress::Ended(Moved::Failed);
        }
        if !long.is_nearly_done(pool) {
            long.copy_some(grip, limits);
            return Progress::More;
        }
        if !grip.is_exclusive() {
            return Progress::More;
        }
        let space = Space::new(pool, &order).metered(&self.meter);
        // SAFETY: the shard is held exclusively; otherwise as in `move_together`.
        unsafe {
            let shell = if space.holds(entry.address()) {
                entry
            } else {
                let Ok(shell) = entry.copy_shell(space) else {
                    self.abandon(pool);
                    return Progress::Ended(Moved::Failed);
                };
                grip.replace(db, hash, found, shell);
                entry.free_shell(pool);
                shell
            };
            if let Some(long) = self.long.take() {
                shell.set_word(long.end(pool, &self.meter).word());
            }
        }
        self.garbage = Some(block);
        Progress::Ended(self.outcome())
    }
}
