//! A block: one allocation of bytes that an entry's word leads to. Long strings, listpacks and intsets are one each.
//!
//! ```text
//! ┌─────────┬──────────────┬───────┬─────────┐
//! │ len u32 │ capacity u32 │ bytes │ spare   │
//! └─────────┴──────────────┴───────┴─────────┘
//! ```
//! It may not know what the bytes mean. Invariant: `len <= capacity`, and `BLOCK_HEADER + capacity` is what the pool was
//! asked for.

use crate::object::entry::Entry;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use core::ops::Range;
use core::ptr::NonNull;

/// Bytes before those of the value.
pub const BLOCK_HEADER: usize = 8;
/// The most bytes a block can hold.
pub const BLOCK_BYTES_MAX: usize = u32::MAX as usize - BLOCK_HEADER;

/// One allocation of bytes.
#[derive(Clone, Copy)]
pub struct Block(NonNull<u8>);

impl Block {
    /// # Safety
    /// The entry's encoding keeps its value in one block: `owner_of` says which do.
    #[inline(always)]
    pub unsafe fn of(entry: Entry) -> Block {
        // SAFETY: such an entry's word is the address of its block, which is never null.
        Block(unsafe { NonNull::new_unchecked(entry.word() as *mut u8) })
    }

    /// The block of an entry that has one.
    #[inline]
    pub fn owner_of(entry: Entry) -> Option<Block> {
        let is_block = matches!(
            entry.encoding(),
            Encoding::Embstr | Encoding::Raw | Encoding::Listpack | Encoding::Intset
        );
        // SAFETY: the word of such an entry is its block.
        (is_block && entry.shape().has_word()).then(|| unsafe { Block::of(entry) })
    }

    /// A block with room for at least `capacity` bytes and none used.
    pub fn alloc(space: Space<'_>, capacity: usize) -> Result<Block, Full> {
        let usable = usable_size(BLOCK_HEADER + capacity) - BLOCK_HEADER;
        let capacity = usable.min(BLOCK_BYTES_MAX);
        let block = Block(space.alloc(BLOCK_HEADER + capacity)?);
        // SAFETY: the header lies at the start of the fresh allocation.
        unsafe { block.header().write([0, capacity as u32]) };
        Ok(block)
    }

    /// The same with `bytes` in it.
    pub fn from_bytes(space: Space<'_>, bytes: &[u8]) -> Result<Block, Full> {
        let block = Block::alloc(space, bytes.len())?;
        // SAFETY: the block is fresh, ours alone, and large enough.
        unsafe { block.write(0, bytes) };
        Ok(block)
    }

    /// Gives a large block room for at least `capacity` bytes where it lies; `false` when that cannot be, and then nothing has
    /// changed. No byte is copied.
    ///
    /// # Safety
    /// `self.len() <= capacity`, and its owner is held exclusively.
    pub unsafe fn stretch(self, pool: &Pool, capacity: usize) -> bool {
        debug_assert!(self.len() <= capacity);
        let usable = usable_size(BLOCK_HEADER + capacity.min(BLOCK_BYTES_MAX)) - BLOCK_HEADER;
        let capacity = usable.min(BLOCK_BYTES_MAX);
        // SAFETY: the block is live, was asked for with `asked()` bytes, and nobody reads it meanwhile, by contract.
        unsafe {
            let stretched = pool.resize_in_place(self.0, self.asked(), BLOCK_HEADER + capacity);
            if stretched {
                (*self.header())[1] = capacity as u32;
            }
            stretched
        }
    }

    /// A block of another capacity with the same bytes; this one is freed. When there is no room nothing has changed.
    ///
    /// # Safety
    /// `self.len() <= capacity`, its owner is held exclusively and afterwards leads to the new block.
    pub unsafe fn resized(self, space: Space<'_>, capacity: usize) -> Result<Block, Full> {
        debug_assert!(self.len() <= capacity);
        if usable_size(BLOCK_HEADER + capacity) == usable_size(BLOCK_HEADER + self.capacity()) {
            return Ok(self);
        }
        // SAFETY: by this function's contract.
        if unsafe { self.stretch(space.pool, capacity) } {
            return Ok(self);
        }
        let block = Block::alloc(space, capacity)?;
        // SAFETY: the new block has room; nobody reaches the old one afterwards, by this function's contract.
        unsafe {
            block.write(0, self.bytes());
            self.free(space.pool);
        }
        Ok(block)
    }

    /// Moves the block, its spare room too; when there is no room nothing has changed.
    ///
    /// # Safety
    /// Its owner is held exclusively and afterwards leads to the answer.
    pub unsafe fn moved(self, space: Space<'_>) -> Result<Block, Full> {
        // SAFETY: by contract; so many bytes were asked for.
        unsafe { space.migrate_block(self.0, self.asked()).map(Block) }
    }

    /// Bytes asked of the pool.
    pub fn asked(self) -> usize {
        BLOCK_HEADER + self.capacity()
    }

    fn header(self) -> *mut [u32; 2] {
        self.0.as_ptr().cast()
    }

    /// The block whose `word()` this is; `None` for 0.
    pub fn from_word(word: u64) -> Option<Block> {
        NonNull::new(word as *mut u8).map(Block)
    }

    /// The block that was allocated at `address` and has its header.
    pub const fn at(address: NonNull<u8>) -> Block {
        Block(address)
    }

    /// The word an entry keeps of it.
    pub fn word(self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// Where it lies.
    pub fn address(self) -> NonNull<u8> {
        self.0
    }

    /// Bytes in use.
    pub fn len(self) -> usize {
        // SAFETY: a block starts with its header.
        unsafe { (*self.header())[0] as usize }
    }

    /// Whether it holds no bytes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Bytes it can hold.
    pub fn capacity(self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.header())[1] as usize }
    }

    /// Re-derives the invariant; the error says what does not hold.
    pub fn is_valid(self) -> Result<(), String> {
        let (len, capacity) = (self.len(), self.capacity());
        if len <= capacity {
            Ok(())
        } else {
            Err(format!("{len} bytes in a block for {capacity}"))
        }
    }

    /// The bytes in use.
    ///
    /// # Safety
    /// The block is live and not written while the slice is used: its owner is held.
    #[inline(always)]
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the first `len` bytes after the header are initialised.
        unsafe { core::slice::from_raw_parts(self.0.as_ptr().add(BLOCK_HEADER), self.len()) }
    }

    /// Everything up to the capacity, to be written; `set_len` says afterwards how much is in use.
    ///
    /// # Safety
    /// The owner is held exclusively and no other reference to the bytes is kept. Bytes behind `len` are uninitialised
    /// memory of the pool: they may be written, and read only once written.
    #[inline(always)]
    pub unsafe fn room<'a>(self) -> &'a mut [u8] {
        // SAFETY: the pool's memory is mapped and any byte is a valid u8; the range ends at the capacity.
        unsafe {
            core::slice::from_raw_parts_mut(self.0.as_ptr().add(BLOCK_HEADER), self.capacity())
        }
    }

    /// Says how many bytes are in use.
    ///
    /// # Safety
    /// `len <= capacity()`, the bytes up to it are written, and the owner is held exclusively.
    #[inline(always)]
    pub unsafe fn set_len(self, len: usize) {
        debug_assert!(len <= self.capacity());
        // SAFETY: by contract.
        unsafe { (*self.header())[0] = len as u32 }
    }

    /// Writes `bytes` at `offset`, zero-filling a gap behind the present end, and grows `len` as needed.
    ///
    /// # Safety
    /// `offset + bytes.len() <= capacity()`, and the owner is held exclusively.
    pub unsafe fn write(self, offset: usize, bytes: &[u8]) {
        let (len, end) = (self.len(), offset + bytes.len());
        debug_assert!(end <= self.capacity());
        // SAFETY: both ranges end at or before `capacity`; the source is not inside this block.
        unsafe {
            let start = self.0.as_ptr().add(BLOCK_HEADER);
            if offset > len {
                start.add(len).write_bytes(0, offset - len);
            }
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), start.add(offset), bytes.len());
            (*self.header())[0] = len.max(end) as u32;
        }
    }

    /// Bytes `range` of the value were written, or are about to be in the same hold: who copies the block in steps copies
    /// them again. Every writer of a block that may be long says so.
    #[inline]
    pub fn wrote(self, pool: &Pool, range: Range<usize>) {
        let range = BLOCK_HEADER + range.start..BLOCK_HEADER + range.end;
        pool.copying.wrote(self.0, range);
    }

    /// Sets how many bytes are used: shortens the value.
    ///
    /// # Safety
    /// `len <= self.len()`, and the owner is held exclusively.
    pub unsafe fn truncate(self, len: usize) {
        debug_assert!(len <= self.len());
        // SAFETY: by contract.
        unsafe { (*self.header())[0] = len as u32 }
    }

    /// Frees the block.
    ///
    /// # Safety
    /// Nobody reaches it any more.
    pub unsafe fn free(self, pool: &Pool) {
        // SAFETY: `BLOCK_HEADER + capacity` is what was asked for (the module's invariant).
        unsafe { pool.free(self.0, BLOCK_HEADER + self.capacity()) }
    }
}
