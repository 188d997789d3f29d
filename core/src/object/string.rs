//! Strings: integers in the entry's word, short values in the entry itself, long ones in a block outside.
//!
//! ```text
//! block outside: ┌─────────┬──────────────┬───────┬─────────┐
//!                │ len u32 │ capacity u32 │ bytes │ spare   │
//!                └─────────┴──────────────┴───────┴─────────┘
//! ```
//! It may not know tables, locks or deadlines. Invariant: `len <= capacity`, and `BLOCK_HEADER + capacity` is what the
//! pool was asked for. Redis' names: `int`, `embstr` (at most 44 bytes, set whole), `raw`.

use crate::object::entry::{Body, EMBEDDED_ENTRY_MAX, Entry};
use crate::pool::prefix::{EMBEDDED_BYTES_MAX, Encoding, PREFIX_BYTES};
use crate::pool::{Pool, usable_size};
use crate::resp::number;
use core::ptr::NonNull;

/// The longest value Redis calls `embstr`, in bytes.
pub const EMBSTR_BYTES_MAX: usize = 44;
/// Bytes before the value in a block outside.
pub const BLOCK_HEADER: usize = 8;
/// The longest string an implementation limit allows here, in bytes.
pub const STRING_BYTES_MAX: usize = u32::MAX as usize - BLOCK_HEADER;

/// A string's value as it is read: bytes, or an integer that prints as them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringValue<'a> {
    /// The integer encoding.
    Int(i64),
    /// Any other.
    Bytes(&'a [u8]),
}

impl<'a> StringValue<'a> {
    /// The value of a string entry.
    #[inline(always)]
    pub fn of(entry: Entry) -> StringValue<'a> {
        if !entry.shape().has_word() {
            return StringValue::Bytes(entry.embedded());
        }
        match entry.encoding() {
            Encoding::Int => StringValue::Int(entry.word() as i64),
            // SAFETY: a string entry with a word that is no integer owns a live block.
            _ => StringValue::Bytes(unsafe { Block::of(entry).bytes() }),
        }
    }

    /// What a client's bytes become when they are set whole: an integer if they print as one.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> StringValue<'a> {
        match bytes.first() {
            Some(b'0'..=b'9' | b'-') if bytes.len() <= 20 => {
                number::parse_i64(bytes).map_or(StringValue::Bytes(bytes), StringValue::Int)
            }
            _ => StringValue::Bytes(bytes),
        }
    }

    /// Calls `f` with the value's bytes; an integer is printed into a buffer on the stack.
    #[inline]
    pub fn with_bytes<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            StringValue::Bytes(bytes) => f(bytes),
            StringValue::Int(value) => f(number::fmt_i64(value, &mut [0; number::I64_TEXT_BYTES])),
        }
    }

    /// Bytes of the value as text.
    pub fn len(self) -> usize {
        self.with_bytes(|bytes| bytes.len())
    }

    /// Whether it is the empty string.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The encoding it gets when set whole.
    pub fn encoding(self) -> Encoding {
        match self {
            StringValue::Int(_) => Encoding::Int,
            StringValue::Bytes(bytes) if bytes.len() <= EMBSTR_BYTES_MAX => Encoding::Embstr,
            StringValue::Bytes(_) => Encoding::Raw,
        }
    }
}

/// Whether a value of `value_len` bytes lies inside an entry whose key has `key_len`.
#[inline(always)]
pub const fn is_embedded(key_len: usize, value_len: usize, has_deadline: bool) -> bool {
    value_len <= EMBEDDED_BYTES_MAX
        && PREFIX_BYTES + 8 * has_deadline as usize + key_len + value_len <= EMBEDDED_ENTRY_MAX
}

/// A value outside its entry.
#[derive(Clone, Copy)]
pub struct Block(NonNull<u8>);

impl Block {
    /// # Safety
    /// The entry is a string with a word and an encoding other than int.
    #[inline(always)]
    pub unsafe fn of(entry: Entry) -> Block {
        // SAFETY: such an entry's word is the address of its block, which is never null.
        Block(unsafe { NonNull::new_unchecked(entry.word() as *mut u8) })
    }

    /// A block on `node` with room for `capacity` bytes and none used; `None` when the node is full.
    pub fn alloc(pool: &Pool, node: u32, capacity: usize) -> Option<Block> {
        let usable = usable_size(BLOCK_HEADER + capacity) - BLOCK_HEADER;
        let capacity = usable.min(STRING_BYTES_MAX);
        let block = Block(pool.alloc(node, BLOCK_HEADER + capacity)?);
        // SAFETY: the header lies at the start of the fresh allocation.
        unsafe { block.header().write([0, capacity as u32]) };
        Some(block)
    }

    /// The same with `bytes` in it.
    pub fn from_bytes(pool: &Pool, node: u32, bytes: &[u8]) -> Option<Block> {
        let block = Block::alloc(pool, node, bytes.len())?;
        // SAFETY: the block is fresh, ours alone, and large enough.
        unsafe { block.write(0, bytes) };
        Some(block)
    }

    fn header(self) -> *mut [u32; 2] {
        self.0.as_ptr().cast()
    }

    /// The block whose `word()` this is; `None` for 0.
    pub fn from_word(word: u64) -> Option<Block> {
        NonNull::new(word as *mut u8).map(Block)
    }

    /// The word an entry keeps of it.
    pub fn word(self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// Where it lies.
    pub fn address(self) -> NonNull<u8> {
        self.0
    }

    /// Bytes of the value.
    pub fn len(self) -> usize {
        // SAFETY: a block starts with its header.
        unsafe { (*self.header())[0] as usize }
    }

    /// Whether it holds no bytes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Bytes the value can grow to in place.
    pub fn capacity(self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.header())[1] as usize }
    }

    /// The value's bytes.
    ///
    /// # Safety
    /// The block is live and not written while the slice is used: its shard is held.
    #[inline(always)]
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the first `len` bytes after the header are initialised.
        unsafe { core::slice::from_raw_parts(self.0.as_ptr().add(BLOCK_HEADER), self.len()) }
    }

    /// The value's bytes, to be written.
    ///
    /// # Safety
    /// The block is live, the shard is held exclusively, and nobody else has a reference to the bytes.
    pub unsafe fn bytes_mut<'a>(self) -> &'a mut [u8] {
        // SAFETY: the first `len` bytes after the header are initialised and, by contract, the caller's alone.
        unsafe { core::slice::from_raw_parts_mut(self.0.as_ptr().add(BLOCK_HEADER), self.len()) }
    }

    /// Writes `bytes` at `offset`, zero-filling a gap behind the present end, and grows `len` as needed.
    ///
    /// # Safety
    /// `offset + bytes.len() <= capacity()`, and the shard is held exclusively.
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

    /// Sets how many bytes are used: shortens the value.
    ///
    /// # Safety
    /// `len <= self.len()`, and the shard is held exclusively.
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

/// The block of an entry that has one.
pub fn block_of(entry: Entry) -> Option<Block> {
    let outside = entry.shape().has_word() && entry.encoding() != Encoding::Int;
    // SAFETY: such an entry's word is its block.
    outside.then(|| unsafe { Block::of(entry) })
}

/// The bytes of a string that is no integer, to be written.
///
/// # Safety
/// The shard is held exclusively, and nobody else has a reference to the bytes.
pub unsafe fn bytes_mut<'a>(entry: Entry) -> &'a mut [u8] {
    // SAFETY: by contract; where there is no block, the value lies in the entry.
    unsafe { block_of(entry).map_or_else(|| entry.embedded_mut(), |block| block.bytes_mut()) }
}

/// Bytes the value outside takes in the pool.
pub fn outside_footprint(entry: Entry, pool: &Pool) -> usize {
    block_of(entry).map_or(0, |block| pool.size_of(block.address()))
}

/// Frees the value outside, if there is one.
///
/// # Safety
/// Nobody reaches it any more.
pub unsafe fn free_outside(entry: Entry, pool: &Pool) {
    if let Some(block) = block_of(entry) {
        // SAFETY: by contract.
        unsafe { block.free(pool) }
    }
}

/// The body of a draft for `value` beside a key of `key_len` bytes: embedded where it fits, else a new block on `node`.
/// `None` when the node is full.
pub fn body<'a>(
    pool: &Pool,
    node: u32,
    key_len: usize,
    has_deadline: bool,
    value: StringValue<'a>,
) -> Option<Body<'a>> {
    match value {
        StringValue::Int(value) => Some(Body::Word(value as u64)),
        StringValue::Bytes(bytes) if is_embedded(key_len, bytes.len(), has_deadline) => {
            Some(Body::Bytes(bytes))
        }
        StringValue::Bytes(bytes) => {
            Block::from_bytes(pool, node, bytes).map(|block| Body::Word(block.word()))
        }
    }
}
