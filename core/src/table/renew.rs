//! Going over all slots of a table to put others in their place: moving elements, copying a table with them.
//!
//! It may not know what slots lead to. Invariant: a slot is replaced by one of the same tag only, in the same place, so a
//! table is whole after every step.

use super::segment::{Segment, Slot};
use super::{Link, Table, alloc_segment, free_segment};
use crate::pool::Pool;
use crate::pool::space::{Full, LOOK_BYTES, Space};
use core::ptr::NonNull;

impl Table {
    /// Calls `renew` for the slots from the directory entry `cursor` on and puts what it answers in their place, until it
    /// has used the budget it is given up; `true` when more are left. A segment that was left half way is gone over again:
    /// `renew` answers `None` for what is as it should be.
    pub fn renew_step(
        &mut self,
        pool: &Pool,
        cursor: &mut usize,
        budget: &mut usize,
        mut renew: impl FnMut(Slot, &mut usize) -> Result<Option<Slot>, Full>,
    ) -> Result<bool, Full> {
        while self.directory.is_some() && *cursor < 1 << self.depth {
            let Some(link) = self.link(*cursor) else {
                break;
            };
            let segment = Table::segment(link, pool);
            for place in segment.places() {
                if *budget == 0 {
                    return Ok(true);
                }
                if let Some(slot) = renew(segment.slot_at(place), budget)? {
                    segment.replace(place, slot);
                }
            }
            *budget = budget.saturating_sub(LOOK_BYTES);
            let (first, count) = self.range(*cursor, link.depth());
            *cursor = first + count;
        }
        Ok(false)
    }

    /// A table of the same shape in `space` with what `copy` answers for each slot. When there is no room, `undo` is called
    /// for every copy made and nothing is left behind.
    pub fn duplicate(
        &self,
        space: Space<'_>,
        mut copy: impl FnMut(Slot) -> Result<Slot, Full>,
        mut undo: impl FnMut(Slot),
    ) -> Result<Table, Full> {
        let mut target = self.same_shape(space)?;
        let (mut index, mut copied) = (0, Ok(()));
        let mut made = 0;
        while copied.is_ok() && target.directory.is_some() && index < 1 << target.depth {
            let Some(link) = target.link(index) else {
                break;
            };
            let segment = Table::segment(link, space.pool);
            for place in segment.places() {
                match copy(segment.slot_at(place)) {
                    Ok(slot) => segment.replace(place, slot),
                    Err(Full) => {
                        copied = Err(Full);
                        break;
                    }
                }
                made += 1;
            }
            index += target.range(index, link.depth()).1;
        }
        if let Err(Full) = copied {
            target.all(space.pool).take(made).for_each(&mut undo);
            let mut cursor = 0;
            while target.dismantle_step(space.pool, &mut cursor, |_| {}) {}
            return Err(Full);
        }
        Ok(target)
    }

    /// A table with copies of the directory and of every segment, slots as they are.
    fn same_shape(&self, space: Space<'_>) -> Result<Table, Full> {
        let Some(source) = self.directory else {
            return Ok(Table::default());
        };
        let entries = 1usize << self.depth;
        let bytes = entries * size_of::<Link>();
        let directory = space.alloc(bytes)?.cast::<Link>();
        // SAFETY: both directories have that many entries, and the new one is ours alone.
        unsafe { core::ptr::copy_nonoverlapping(source.as_ptr(), directory.as_ptr(), entries) };
        let mut target = Table {
            directory: Some(directory),
            ..*self
        };
        let mut index = 0;
        while let Some(link) = (index < entries).then(|| self.link(index)).flatten() {
            let (first, count) = self.range(index, link.depth());
            let segment = Table::segment(link, space.pool);
            match clone_segment(space, segment) {
                Ok(clone) => {
                    let offset = space.pool.offset_of(clone.address());
                    target.set_links(first, count, Link::new(offset, link.lines(), link.depth()));
                }
                Err(Full) => {
                    target.free_shape(space.pool, index, directory.cast(), bytes);
                    return Err(Full);
                }
            }
            index = first + count;
        }
        Ok(target)
    }

    /// Frees the segments before the directory entry `end`, and the directory.
    fn free_shape(&self, pool: &Pool, end: usize, directory: NonNull<u8>, bytes: usize) {
        let mut index = 0;
        while let Some(link) = (index < end).then(|| self.link(index)).flatten() {
            index += self.range(index, link.depth()).1;
            free_segment(pool, Table::segment(link, pool));
        }
        // SAFETY: the directory was allocated with that size, and its table is dropped with it.
        unsafe { pool.free(directory, bytes) }
    }
}

fn clone_segment(space: Space<'_>, source: Segment) -> Result<Segment, Full> {
    let target = alloc_segment(space, source.lines())?;
    source.clone_into(target);
    Ok(target)
}
