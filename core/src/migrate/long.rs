//! A value of one long block, copied a part at a time while readers read it, and written parts again until little is left.
//!
//! It may not know keys. Invariant: bytes before `copied` are equal in both blocks, but for those that `Pool::copying`
//! remembers as written since; so the copy is whole once the rest and those are copied in one exclusive hold.

use super::Limits;
use crate::keyspace::Grip;
use crate::object::block::Block;
use crate::pool::Pool;
use crate::pool::space::{Meter, Space};
use std::time::Instant;

/// Blocks from this size on are copied between holds: what is shorter takes less than a step.
pub(super) const LONG_BYTES: usize = 256 * 1024;
/// Bytes that may be left for the last, exclusive hold.
const LAST_BYTES: usize = 64 * 1024;
/// Bytes copied between two looks at the clock.
const STRIDE_BYTES: usize = 16 * 1024;

/// See the module.
pub(super) struct LongCopy {
    source: Block,
    asked: usize,
    copied: usize,
    room: Room,
}

/// Where the copy goes.
#[derive(Clone, Copy)]
enum Room {
    /// It was not looked for yet.
    Unknown,
    Found(Block),
    None,
}

impl LongCopy {
    /// Begins to copy a block whose shard is held; `None` while another is being copied.
    pub(super) fn begin(pool: &Pool, source: Block) -> Option<LongCopy> {
        pool.copying.begin(source.address()).then(|| LongCopy {
            source,
            asked: source.asked(),
            copied: 0,
            room: Room::Unknown,
        })
    }

    /// Takes room for the copy, which may take a while: no shard is held.
    pub(super) fn find_room(&mut self, space: Space<'_>) {
        if let Room::Unknown = self.room {
            let block = space.strict().alloc(self.asked).ok();
            if let Some(address) = block {
                space.pool.populate(address, self.asked);
            }
            self.room = block.map_or(Room::None, |address| Room::Found(Block::at(address)));
        }
    }

    /// Whether there was no room.
    pub(super) const fn has_failed(&self) -> bool {
        matches!(self.room, Room::None)
    }

    /// Whether `block`, whose shard is held, is the very one that is being copied.
    pub(super) fn is_of(&self, pool: &Pool, block: Block) -> bool {
        block.address() == self.source.address() && pool.copying.is_alive()
    }

    /// Whether so little is left that one hold is enough for it.
    pub(super) fn is_nearly_done(&self, pool: &Pool) -> bool {
        match self.room {
            Room::Found(_) => {
                let rest = self.asked - self.copied.min(self.asked);
                rest + pool.copying.written_bytes() <= LAST_BYTES
            }
            Room::Unknown | Room::None => true,
        }
    }

    /// Copies on; the shard is held, shared at least.
    pub(super) fn copy_some(&mut self, grip: &Grip<'_>, limits: Limits) {
        let (pool, began, mut written) = (grip.pool(), Instant::now(), 0);
        while !self.is_nearly_done(pool) && self.copy_stride(pool, &mut written) {
            if limits.are_reached(began, written, grip) {
                return;
            }
        }
    }

    /// Copies what is next, `false` when there is nothing.
    fn copy_stride(&mut self, pool: &Pool, written: &mut u64) -> bool {
        let Room::Found(target) = self.room else {
            return false;
        };
        let range = if self.copied < self.asked {
            self.copied..self.asked.min(self.copied + STRIDE_BYTES)
        } else {
            match pool.copying.take_written() {
                Some(range) => range.start..range.end.min(self.asked),
                None => return false,
            }
        };
        self.copied = self.copied.max(range.end);
        *written += range.len() as u64;
        // SAFETY: both blocks are `asked` bytes long; the source's shard is held, so nobody writes it, and nobody has seen
        // the copy.
        unsafe {
            let (from, to) = (self.source.address(), target.address());
            to.add(range.start)
                .copy_from_nonoverlapping(from.add(range.start), range.len());
        }
        true
    }

    /// Copies what is left and answers the copy, which is to take the source's place. The shard is held exclusively.
    ///
    /// # Panics
    /// When no room was found.
    pub(super) fn end(mut self, pool: &Pool, meter: &Meter) -> Block {
        let mut written = 0;
        while self.copy_stride(pool, &mut written) {}
        let Room::Found(copy) = self.room else {
            panic!("a copy ends that has no room");
        };
        // The header may have changed without its granule: a string's length does when it grows in place.
        // SAFETY: both are `asked` bytes long.
        unsafe {
            let (from, to) = (self.source.address(), copy.address());
            to.copy_from_nonoverlapping(from, crate::object::block::BLOCK_HEADER);
        }
        pool.copying.end();
        meter.count(self.asked);
        copy
    }

    /// Gives up.
    pub(super) fn abandon(self, pool: &Pool) {
        pool.copying.end();
        if let Room::Found(copy) = self.room {
            // SAFETY: nobody but us has seen it.
            unsafe { pool.free(copy.address(), self.asked) };
        }
    }
}
