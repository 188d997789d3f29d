//! A strip: listpack bytes somewhere in a cell, with spare room before and behind them.
//!
//! ```text
//! ┌──────┬───────┬─────────────────────────────────┬───────┐
//! │ lead │ spare │ listpack: header, entries, end  │ spare │
//! └──────┴───────┴─────────────────────────────────┴───────┘
//!        0        start                  start + len      capacity
//! ```
//! Room before the bytes makes pushing and popping at the head as cheap as at the tail: the six bytes of the header move,
//! the entries stay. What lies inside is Redis' listpack to the byte. The lead, if any, is the owner's. It may not know
//! links or lists.
//!
//! Invariant: `start + len <= capacity`, where `len` is what the listpack's own header says, and the pool was asked for
//! `lead + capacity` bytes.

use crate::object::listpack::{self, HEADER_BYTES, Listpack, Splice};
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use core::ptr::{NonNull, copy, copy_nonoverlapping};

/// Where listpack bytes lie.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Strip {
    /// The cell, behind the lead.
    pub(super) cell: NonNull<u8>,
    /// Bytes of the cell that may be used.
    pub(super) capacity: u32,
    /// Where in them the listpack begins.
    pub(super) start: u32,
}

impl Strip {
    /// A strip with room for `len` bytes behind `lead` others, contents arbitrary.
    pub(super) fn alloc(space: Space<'_>, lead: usize, len: usize) -> Result<Strip, Full> {
        let asked = usable_size(lead + len);
        let capacity = u32::try_from(asked - lead).or(Err(Full))?;
        let address = space.alloc(asked)?;
        // SAFETY: the allocation is larger than the lead.
        let cell = unsafe { address.add(lead) };
        let start = 0;
        Ok(Strip {
            cell,
            capacity,
            start,
        })
    }

    /// A strip with `bytes` in it and room for `len` bytes at least.
    pub(super) fn holding(
        space: Space<'_>,
        lead: usize,
        bytes: &[u8],
        len: usize,
    ) -> Result<Strip, Full> {
        let strip = Strip::alloc(space, lead, len.max(bytes.len()))?;
        // SAFETY: the fresh cell has room.
        unsafe { copy_nonoverlapping(bytes.as_ptr(), strip.cell.as_ptr(), bytes.len()) };
        Ok(strip)
    }

    /// Bytes asked of the pool for a strip without a lead.
    pub(super) fn asked(&self) -> usize {
        self.capacity as usize
    }

    /// Gives the cell back.
    ///
    /// # Safety
    /// Nobody reaches it any more, and it was made with this lead.
    pub(super) unsafe fn free(self, pool: &Pool, lead: usize) {
        // SAFETY: by contract the allocation begins `lead` bytes before and is `lead + capacity` long.
        unsafe { pool.free(self.cell.sub(lead), lead + self.capacity as usize) }
    }

    #[inline(always)]
    fn first(&self) -> *mut u8 {
        self.cell.as_ptr().wrapping_add(self.start as usize)
    }

    /// Bytes of the listpack.
    ///
    /// # Safety
    /// The strip holds one, and its list is held.
    #[inline(always)]
    pub(super) unsafe fn len(&self) -> usize {
        // SAFETY: a listpack begins with its length.
        unsafe { u32::from_le(self.first().cast::<u32>().read_unaligned()) as usize }
    }

    /// `len` bytes from the start on.
    ///
    /// # Safety
    /// They are written, and not changed while the slice is used.
    #[inline(always)]
    pub(super) unsafe fn bytes<'b>(&self, len: usize) -> &'b [u8] {
        debug_assert!(self.start as usize + len <= self.capacity as usize);
        // SAFETY: inside the cell, and initialised by contract.
        unsafe { core::slice::from_raw_parts(self.first(), len) }
    }

    /// The listpack.
    ///
    /// # Safety
    /// The strip holds one, and it is not changed while it is read.
    #[inline(always)]
    pub(super) unsafe fn listpack<'b>(&self) -> Listpack<'b> {
        // SAFETY: by contract.
        unsafe { Listpack::new(self.bytes(self.len())) }
    }
}

/// A strip being changed. Whoever changes it takes `strip` over afterwards: it may lie elsewhere.
pub(super) struct StripEdit<'a> {
    /// Where the bytes lie now.
    pub(super) strip: Strip,
    /// Where they may grow.
    pub(super) space: Space<'a>,
    /// Bytes before the strip in its allocation; a new one has as many, contents arbitrary.
    pub(super) lead: usize,
    /// Up to this many bytes the room doubles as it grows.
    pub(super) roomy_to: usize,
}

impl StripEdit<'_> {
    /// Moves what lies before or behind the range, whichever is shorter and has room, so that `inserted` bytes take the
    /// place of `removed`. There is room for all.
    fn shift(&mut self, at: usize, removed: usize, inserted: usize, len: usize) {
        let (head, tail) = (at, len - at - removed);
        let first = self.strip.first();
        let (before, capacity) = (self.strip.start as usize, self.strip.capacity as usize);
        // SAFETY: every move stays between 0 and `capacity`, as its branch has checked.
        unsafe {
            if inserted <= removed {
                let less = removed - inserted;
                if head < tail {
                    copy(first, first.add(less), head);
                    self.strip.start += less as u32;
                } else {
                    copy(first.add(at + removed), first.add(at + inserted), tail);
                }
                return;
            }
            let more = inserted - removed;
            let behind = capacity - before - len;
            if before >= more && (head < tail || behind < more) {
                copy(first, first.sub(more), head);
                self.strip.start -= more as u32;
            } else if behind >= more {
                copy(first.add(at + removed), first.add(at + inserted), tail);
            } else {
                // Neither side alone has the room: the tail goes to the cell's end, the head to where it then belongs.
                let start = capacity - (len + more);
                let cell = self.strip.cell.as_ptr();
                copy(
                    first.add(at + removed),
                    cell.add(start + at + inserted),
                    tail,
                );
                copy(first, cell.add(start), head);
                self.strip.start = start as u32;
            }
        }
    }

    /// As `shift`, into a larger cell; the spare room is left at the end that is being worked on.
    #[cold]
    fn grow(&mut self, at: usize, removed: usize, inserted: usize, len: usize) -> Result<(), Full> {
        let new_len = len - removed + inserted;
        let doubled = (2 * self.strip.capacity as usize).min(self.roomy_to);
        let mut grown = Strip::alloc(self.space, self.lead, new_len.max(doubled))
            .or_else(|Full| Strip::alloc(self.space, self.lead, new_len))?;
        let tail = len - at - removed;
        if at < tail {
            grown.start = grown.capacity - new_len as u32;
        }
        // SAFETY: both parts lie in the old strip, and side by side with the gap in the new one; the old cell's owner
        // takes over the new one.
        unsafe {
            let (from, to) = (self.strip.first(), grown.first());
            copy_nonoverlapping(from, to, at);
            copy_nonoverlapping(from.add(at + removed), to.add(at + inserted), tail);
            self.strip.free(self.space.pool, self.lead);
        }
        self.strip = grown;
        Ok(())
    }

    /// Gives back spare room when the bytes take less than half of it, or any when `exactly`. Without room for the smaller
    /// copy all stays as it is.
    pub(super) fn shrink(&mut self, exactly: bool) {
        // SAFETY: whoever edits the strip holds its list.
        let len = unsafe { self.strip.len() };
        let (asked, now) = (self.lead + len, self.lead + self.strip.capacity as usize);
        let is_wasteful = if exactly {
            usable_size(asked) < now
        } else {
            usable_size(2 * asked) < now
        };
        if !is_wasteful {
            return;
        }
        // SAFETY: as above; nobody reaches the old cell once the new one has been taken over.
        unsafe {
            let bytes = self.strip.bytes(len);
            if let Ok(smaller) = Strip::holding(self.space, self.lead, bytes, len) {
                self.strip.free(self.space.pool, self.lead);
                self.strip = smaller;
            }
        }
    }

    /// Puts whole entries, as another listpack has them, in place of `removed` bytes at `at`; then there are `count`.
    pub(super) fn splice_raw(
        &mut self,
        at: usize,
        removed: usize,
        entries: &[u8],
        count: usize,
    ) -> Result<(), Full> {
        let bytes = self.splice(at, removed, entries.len())?;
        bytes[at..at + entries.len()].copy_from_slice(entries);
        let total = bytes.len() as u32;
        bytes[..4].copy_from_slice(&total.to_le_bytes());
        let count = count.min(u16::MAX as usize) as u16;
        bytes[4..HEADER_BYTES].copy_from_slice(&count.to_le_bytes());
        Ok(())
    }
}

impl Splice for StripEdit<'_> {
    fn bytes(&self) -> &[u8] {
        // SAFETY: whoever edits the strip holds its list.
        unsafe { self.strip.bytes(self.strip.len()) }
    }

    #[inline]
    fn splice(&mut self, at: usize, removed: usize, inserted: usize) -> Result<&mut [u8], Full> {
        // SAFETY: whoever edits the strip holds its list exclusively; the bytes returned lie inside the cell.
        unsafe {
            let len = self.strip.len();
            let new_len = len - removed + inserted;
            if new_len > self.strip.capacity as usize {
                self.grow(at, removed, inserted, len)?;
            } else {
                self.shift(at, removed, inserted, len);
            }
            Ok(core::slice::from_raw_parts_mut(self.strip.first(), new_len))
        }
    }
}

/// Bytes of a listpack without entries.
pub(super) const EMPTY_BYTES: usize = listpack::EMPTY.len();
