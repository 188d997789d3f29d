//! Lengths and strings, written: integers as such, long strings compressed when that makes them shorter.
//!
//! It may not know types. Invariant: `read` makes of it what was written.

use super::mark;
use crate::lzf;
use crate::object::string::StringValue;
use crate::resp::number;

/// The longest text that is looked at for an integer, in bytes.
const INTEGER_TEXT_MAX: usize = 11;
/// Strings up to this many bytes are not compressed, and as many bytes must compression save.
const COMPRESS_MIN: usize = 20;
const COMPRESS_GAIN: usize = 4;

/// Bytes being written.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    compress: bool,
}

impl Writer {
    /// One that compresses long strings when `compress`.
    #[must_use]
    pub const fn new(compress: bool) -> Writer {
        let bytes = Vec::new();
        Writer { bytes, compress }
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A length.
    pub fn length(&mut self, len: usize) {
        match len as u64 {
            short @ ..64 => self.raw(&[short as u8]),
            middle @ ..16384 => self.raw(&[0x40 | (middle >> 8) as u8, middle as u8]),
            long if u32::try_from(long).is_ok() => {
                self.raw(&[mark::BITS_32]);
                self.raw(&(long as u32).to_be_bytes());
            }
            huge => {
                self.raw(&[mark::BITS_64]);
                self.raw(&huge.to_be_bytes());
            }
        }
    }

    /// A string: an integer if it is one, else bytes.
    pub fn string(&mut self, value: StringValue<'_>) {
        match value {
            StringValue::Int(value) => self.integer(value),
            StringValue::Bytes(bytes) => self.bytes(bytes),
        }
    }

    /// A string of `len` bytes that is compressed already.
    pub fn compressed_string(&mut self, packed: &[u8], len: usize) {
        self.raw(&[mark::SPECIAL | mark::LZF]);
        self.length(packed.len());
        self.length(len);
        self.raw(packed);
    }

    fn integer(&mut self, value: i64) {
        if let Ok(small) = i8::try_from(value) {
            self.raw(&[mark::SPECIAL | mark::INT_8, small as u8]);
        } else if let Ok(middle) = i16::try_from(value) {
            self.raw(&[mark::SPECIAL | mark::INT_16]);
            self.raw(&middle.to_le_bytes());
        } else if let Ok(wide) = i32::try_from(value) {
            self.raw(&[mark::SPECIAL | mark::INT_32]);
            self.raw(&wide.to_le_bytes());
        } else {
            let mut text = [0; number::I64_TEXT_BYTES];
            let text = number::fmt_i64(value, &mut text);
            self.length(text.len());
            self.raw(text);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if bytes.len() <= INTEGER_TEXT_MAX
            && let Some(value) = number::parse_i64(bytes)
            && i32::try_from(value).is_ok()
        {
            return self.integer(value);
        }
        if self.compress && bytes.len() > COMPRESS_MIN && self.compressed(bytes) {
            return;
        }
        self.length(bytes.len());
        self.raw(bytes);
    }

    /// Whether compression saved enough; else nothing was written.
    fn compressed(&mut self, bytes: &[u8]) -> bool {
        let start = self.bytes.len();
        // The compressed bytes go behind the lengths, which depend on how many they are: to the end first.
        self.bytes.resize(start + bytes.len() - COMPRESS_GAIN, 0);
        let packed = lzf::compress(bytes, &mut self.bytes[start..]);
        let Some(packed) = packed else {
            self.bytes.truncate(start);
            return false;
        };
        self.bytes.truncate(start + packed);
        self.raw(&[mark::SPECIAL | mark::LZF]);
        self.length(packed);
        self.length(bytes.len());
        self.bytes[start..].rotate_left(packed);
        true
    }
}
