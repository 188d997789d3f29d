//! Strings: integers in the entry's word, short values in the entry itself, long ones in a block outside.
//!
//! It may not know tables, locks or deadlines. Redis' names: `int`, `embstr` (at most 44 bytes, set whole), `raw`.
//! Invariant: a string entry has a word exactly when it is an integer or owns a block.

use crate::object::block::{BLOCK_BYTES_MAX, Block};
use crate::object::entry::{Body, EMBEDDED_ENTRY_MAX, Entry};
use crate::pool::prefix::{EMBEDDED_BYTES_MAX, Encoding, PREFIX_BYTES};
use crate::pool::space::{Full, Space};
use crate::resp::number;

/// The longest value Redis calls `embstr`, in bytes.
pub const EMBSTR_BYTES_MAX: usize = 44;
/// The longest string an implementation limit allows here, in bytes.
pub const STRING_BYTES_MAX: usize = BLOCK_BYTES_MAX;

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

/// The bytes of a string that is no integer, to be written.
///
/// # Safety
/// The shard is held exclusively, and nobody else has a reference to the bytes.
pub unsafe fn bytes_mut<'a>(entry: Entry) -> &'a mut [u8] {
    match Block::owner_of(entry) {
        // SAFETY: by contract; the bytes up to `len` are written.
        Some(block) => unsafe { &mut block.room()[..block.len()] },
        // SAFETY: by contract.
        None => unsafe { entry.embedded_mut() },
    }
}

/// The body of a draft for `value` beside a key of `key_len` bytes: embedded where it fits, else a new block in `space`.
pub fn body<'a>(
    space: Space<'_>,
    key_len: usize,
    has_deadline: bool,
    value: StringValue<'a>,
) -> Result<Body<'a>, Full> {
    match value {
        StringValue::Int(value) => Ok(Body::Word(value as u64)),
        StringValue::Bytes(bytes) if is_embedded(key_len, bytes.len(), has_deadline) => {
            Ok(Body::Bytes(bytes))
        }
        StringValue::Bytes(bytes) => {
            Block::from_bytes(space, bytes).map(|block| Body::Word(block.word()))
        }
    }
}
