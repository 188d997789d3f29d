//! PREFIX: the sixteen bytes before every key's entry. They *are* the object header: lengths, type, encoding, clocks and
//! hotness, so that no side table, no lock and no second look-up is needed to know how a key is used.
//!
//! It may not know what a key or a value looks like beyond their lengths, nor where an entry lives. What an access does to
//! the second word stands in `usage`.
//!
//! ```text
//! word 0, the shape: written under the shard's exclusive lock, read under any
//!   bits  0-29  key_len     bytes of the key, at most 2^30 - 1
//!   bits 30-45  value_len   bytes of the value when it lies in the entry, else 0
//!   bits 46-49  type        ObjectType
//!   bits 50-53  encoding    Encoding
//!   bit  54     deadline    the entry holds one (8 bytes after the PREFIX)
//!   bit  55     word        the entry holds one word (an integer, or the address of a value outside)
//!   bits 56-63  spare
//! word 1, the use: relaxed atomics, written by readers too
//!   bits  0-2   level       hotness 0-7 as of `clock`
//!   bits  3-10  mantissa    of the accesses, estimated; exact up to 255
//!   bits 11-14  exponent    of the same, base 4: accesses are mantissa << 2 * exponent
//!   bits 15-20  accessor    node index that leads the majority vote
//!   bits 21-24  vote        its lead, 0-15
//!   bits 25-26  epoch       reserved for a snapshot's cut
//!   bits 27-34  frequency   Redis' logarithmic LFU counter
//!   bits 37-39  shift       one access in 2^shift is stored
//!   bits 40-63  clock       seconds of the last stored access, modulo 2^24 (194 days)
//! ```
//! Invariant: the widths of each word's fields sum to at most 64, asserted below.

#[cfg(test)]
mod tests;
mod usage;

pub use usage::{NO_HEAD, SHIFT_MAX, Touch, Touched, Use, UseView};

/// Bytes of a PREFIX.
pub const PREFIX_BYTES: usize = 16;
/// The longest key an entry can hold, in bytes.
pub const KEY_BYTES_MAX: usize = (1 << KEY_LEN.width) - 1;
/// The longest value that may lie inside its entry, in bytes.
pub const EMBEDDED_BYTES_MAX: usize = (1 << VALUE_LEN.width) - 1;
/// The hottest level.
pub const LEVEL_MAX: u8 = 7;

/// One bit field of a word.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    width: u32,
}

impl Field {
    const fn mask(self) -> u64 {
        ((1 << self.width) - 1) << self.shift
    }
    /// The largest number it holds.
    const fn max(self) -> u64 {
        (1 << self.width) - 1
    }
    const fn get(self, word: u64) -> u64 {
        (word >> self.shift) & ((1 << self.width) - 1)
    }
    const fn with(self, word: u64, value: u64) -> u64 {
        (word & !self.mask()) | ((value << self.shift) & self.mask())
    }
    const fn after(self, width: u32) -> Field {
        Field {
            shift: self.shift + self.width,
            width,
        }
    }
}

const KEY_LEN: Field = Field {
    shift: 0,
    width: 30,
};
const VALUE_LEN: Field = KEY_LEN.after(16);
const TYPE: Field = VALUE_LEN.after(4);
const ENCODING: Field = TYPE.after(4);
const DEADLINE: Field = ENCODING.after(1);
const WORD: Field = DEADLINE.after(1);

const LEVEL: Field = Field { shift: 0, width: 3 };
const MANTISSA: Field = LEVEL.after(8);
const EXPONENT: Field = MANTISSA.after(4);
const ACCESSOR: Field = EXPONENT.after(6);
const VOTE: Field = ACCESSOR.after(4);
const EPOCH: Field = VOTE.after(2);
const FREQUENCY: Field = EPOCH.after(8);
const SPARE: Field = FREQUENCY.after(2);
const SHIFT: Field = SPARE.after(3);
const CLOCK: Field = SHIFT.after(24);

const _: () = assert!(WORD.shift == 55 && WORD.shift + WORD.width <= 64);
const _: () = assert!(CLOCK.shift == 40 && CLOCK.shift + CLOCK.width == 64);
const _: () = assert!(core::mem::size_of::<Prefix>() == PREFIX_BYTES);

/// How many types there are.
pub const OBJECT_TYPES: usize = ObjectType::ALL.len();

/// What kind of value a key holds. The numbers are stored: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ObjectType {
    /// A byte string or an integer.
    String = 0,
    /// A list.
    List = 1,
    /// A set.
    Set = 2,
    /// A sorted set.
    SortedSet = 3,
    /// A hash.
    Hash = 4,
    /// A stream.
    Stream = 5,
}

impl ObjectType {
    const ALL: [ObjectType; 6] = [
        Self::String,
        Self::List,
        Self::Set,
        Self::SortedSet,
        Self::Hash,
        Self::Stream,
    ];

    /// The name TYPE and SCAN use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Hash => "hash",
            Self::Stream => "stream",
        }
    }

    const fn from_bits(bits: u64) -> ObjectType {
        Self::ALL[if (bits as usize) < Self::ALL.len() {
            bits as usize
        } else {
            0
        }]
    }
}

/// How a value is laid out, by the names OBJECT ENCODING shows. The numbers are stored: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Encoding {
    /// A 64-bit integer in the entry's word.
    Int = 0,
    /// A string of at most 44 bytes that was set whole.
    Embstr = 1,
    /// Any other string.
    Raw = 2,
    /// Elements one behind the other in one block.
    Listpack = 3,
    /// Sorted integers of one width in one block.
    Intset = 4,
    /// A list of listpacks.
    Quicklist = 5,
    /// A hash table of elements.
    Hashtable = 6,
    /// A hash table and an order of elements.
    Skiplist = 7,
}

impl Encoding {
    const ALL: [Encoding; 8] = [
        Self::Int,
        Self::Embstr,
        Self::Raw,
        Self::Listpack,
        Self::Intset,
        Self::Quicklist,
        Self::Hashtable,
        Self::Skiplist,
    ];

    /// The name OBJECT ENCODING uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw => "raw",
            Self::Listpack => "listpack",
            Self::Intset => "intset",
            Self::Quicklist => "quicklist",
            Self::Hashtable => "hashtable",
            Self::Skiplist => "skiplist",
        }
    }

    const fn from_bits(bits: u64) -> Encoding {
        Self::ALL[if (bits as usize) < Self::ALL.len() {
            bits as usize
        } else {
            0
        }]
    }
}

/// The first word: lengths, type, encoding and which optional parts the entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape(u64);

impl Shape {
    /// A shape. `key_len` and `value_len` are bytes within `KEY_BYTES_MAX` and `EMBEDDED_BYTES_MAX`.
    pub const fn new(
        kind: ObjectType,
        encoding: Encoding,
        key_len: usize,
        value_len: usize,
    ) -> Shape {
        debug_assert!(key_len <= KEY_BYTES_MAX && value_len <= EMBEDDED_BYTES_MAX);
        let word = KEY_LEN.with(0, key_len as u64);
        let word = VALUE_LEN.with(word, value_len as u64);
        let word = TYPE.with(word, kind as u64);
        Shape(ENCODING.with(word, encoding as u64))
    }

    /// The same with or without a deadline.
    pub const fn with_deadline(self, has: bool) -> Shape {
        Shape(DEADLINE.with(self.0, has as u64))
    }

    /// The same with or without the entry's word.
    pub const fn with_word(self, has: bool) -> Shape {
        Shape(WORD.with(self.0, has as u64))
    }

    /// Bytes of the key.
    #[inline(always)]
    pub const fn key_len(self) -> usize {
        KEY_LEN.get(self.0) as usize
    }

    /// Bytes of the embedded value.
    #[inline(always)]
    pub const fn value_len(self) -> usize {
        VALUE_LEN.get(self.0) as usize
    }

    /// The type of the value.
    pub const fn kind(self) -> ObjectType {
        ObjectType::from_bits(TYPE.get(self.0))
    }

    /// The encoding of the value.
    #[inline(always)]
    pub const fn encoding(self) -> Encoding {
        Encoding::from_bits(ENCODING.get(self.0))
    }

    /// Whether the entry holds a deadline.
    #[inline(always)]
    pub const fn has_deadline(self) -> bool {
        DEADLINE.get(self.0) == 1
    }

    /// Whether the entry holds a word.
    #[inline(always)]
    pub const fn has_word(self) -> bool {
        WORD.get(self.0) == 1
    }

    /// Bytes the whole entry asks of the pool.
    #[inline(always)]
    pub const fn entry_bytes(self) -> usize {
        self.key_offset() + self.key_len() + self.value_len()
    }

    /// Where the deadline lies, from the entry's start, if there is one.
    pub const fn deadline_offset(self) -> usize {
        PREFIX_BYTES
    }

    /// Where the word lies, from the entry's start, if there is one.
    #[inline(always)]
    pub const fn word_offset(self) -> usize {
        PREFIX_BYTES + 8 * DEADLINE.get(self.0) as usize
    }

    /// Where the key lies, from the entry's start.
    #[inline(always)]
    pub const fn key_offset(self) -> usize {
        self.word_offset() + 8 * WORD.get(self.0) as usize
    }
}

/// The sixteen bytes.
#[repr(C)]
#[derive(Debug)]
pub struct Prefix {
    /// Lengths, type, encoding.
    pub shape: Shape,
    /// Clocks and hotness.
    pub usage: Use,
}
