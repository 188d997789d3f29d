//! Redis' RDB format, version 10: one value as DUMP writes it and RESTORE reads it.
//!
//! ```text
//! ┌────────┬───────┬──────────────────┬────────────────┐
//! │ type 1 │ value │ version 10 u16LE │ checksum u64LE │   the checksum is CRC-64 of all before it
//! └────────┴───────┴──────────────────┴────────────────┘
//! ```
//! `payload` has the frame, `write` and `read` lengths and strings, `value` what each type makes of them, `ziplist` a layout
//! of older versions. None of them may know where a value is going: what is read is told to a `Sink`, of which `build` has the one that makes values in the pool.
//!
//! Invariant: whatever the bytes, nothing panics, nothing is read outside of them, and no memory is asked for that is not in
//! proportion to them.

mod build;
mod payload;
mod read;
mod value;
mod write;
mod ziplist;

pub use build::{Builder, Layouts};
pub use payload::{PayloadError, dump, open};
pub use read::Reader;
pub use value::{Sink, read_value, write_value};
pub use write::Writer;

/// The version written, and the highest that is read.
pub const VERSION: u16 = 10;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are not what they say they are.
    Corrupt,
    /// There is no room for what they are.
    Full,
}

impl From<crate::pool::space::Full> for Failure {
    fn from(_: crate::pool::space::Full) -> Failure {
        Failure::Full
    }
}

/// Types of values, by their first byte.
mod kind {
    pub(super) const STRING: u8 = 0;
    pub(super) const LIST: u8 = 1;
    pub(super) const SET: u8 = 2;
    pub(super) const ZSET: u8 = 3;
    pub(super) const HASH: u8 = 4;
    pub(super) const ZSET_2: u8 = 5;
    pub(super) const LIST_ZIPLIST: u8 = 10;
    pub(super) const SET_INTSET: u8 = 11;
    pub(super) const ZSET_ZIPLIST: u8 = 12;
    pub(super) const HASH_ZIPLIST: u8 = 13;
    pub(super) const LIST_QUICKLIST: u8 = 14;
    pub(super) const HASH_LISTPACK: u8 = 16;
    pub(super) const ZSET_LISTPACK: u8 = 17;
    pub(super) const LIST_QUICKLIST_2: u8 = 18;
}

/// How a length or a string begins, by its two highest bits, and by its lowest when it is special.
mod mark {
    pub(super) const BITS_6: u8 = 0;
    pub(super) const BITS_14: u8 = 1;
    pub(super) const WIDE: u8 = 2;
    pub(super) const BITS_32: u8 = 0x80;
    pub(super) const BITS_64: u8 = 0x81;
    /// What follows is a string in a form of its own.
    pub(super) const SPECIAL: u8 = 0xC0;
    pub(super) const INT_8: u8 = 0;
    pub(super) const INT_16: u8 = 1;
    pub(super) const INT_32: u8 = 2;
    pub(super) const LZF: u8 = 3;
}

/// The most bytes LZF makes of one.
const LZF_RATIO_MAX: u64 = 88;
