//! Lengths and strings, read from bytes nobody vouches for.
//!
//! Invariant: what is asked of the memory is at most what the bytes themselves can hold, times what LZF can make of one.

use super::{Failure, LZF_RATIO_MAX, mark};
use crate::lzf;
use crate::object::string::StringValue;

/// Bytes being read from the front.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// A length, or the form of a string that has none in front.
enum Head {
    Length(u64),
    Special(u8),
}

impl<'a> Reader<'a> {
    /// Over all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: u64) -> Result<&'a [u8], Failure> {
        let len = usize::try_from(len).map_err(|_| Failure::Corrupt)?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Failure::Corrupt)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Failure::Corrupt)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Failure> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn head(&mut self) -> Result<Head, Failure> {
        let first = self.byte()?;
        let low = first & 0x3f;
        Ok(match (first >> 6, first) {
            (mark::BITS_6, _) => Head::Length(low.into()),
            (mark::BITS_14, _) => Head::Length(u64::from(low) << 8 | u64::from(self.byte()?)),
            (mark::WIDE, mark::BITS_32) => Head::Length(u32::from_be_bytes(self.array()?).into()),
            (mark::WIDE, mark::BITS_64) => Head::Length(u64::from_be_bytes(self.array()?)),
            (mark::WIDE, _) => return Err(Failure::Corrupt),
            _ => Head::Special(low),
        })
    }

    /// A length. Redis takes the mark of a special string for one here.
    pub fn length(&mut self) -> Result<u64, Failure> {
        self.head().map(|head| match head {
            Head::Length(len) => len,
            Head::Special(low) => low.into(),
        })
    }

    /// A string; `scratch` holds it when it had to be decompressed.
    pub fn string<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<StringValue<'s>, Failure>
    where
        'a: 's,
    {
        Ok(match self.head()? {
            Head::Length(len) => StringValue::Bytes(self.take(len)?),
            Head::Special(mark::INT_8) => StringValue::Int(i8::from_le_bytes(self.array()?).into()),
            Head::Special(mark::INT_16) => {
                StringValue::Int(i16::from_le_bytes(self.array()?).into())
            }
            Head::Special(mark::INT_32) => {
                StringValue::Int(i32::from_le_bytes(self.array()?).into())
            }
            Head::Special(mark::LZF) => StringValue::Bytes(self.unpacked(scratch)?),
            Head::Special(_) => return Err(Failure::Corrupt),
        })
    }

    fn unpacked<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<&'s [u8], Failure> {
        let (packed, len) = (self.length()?, self.length()?);
        let packed = self.take(packed)?;
        if len > packed.len() as u64 * LZF_RATIO_MAX {
            return Err(Failure::Corrupt);
        }
        let len = len as usize;
        scratch.clear();
        scratch.try_reserve_exact(len).map_err(|_| Failure::Full)?;
        scratch.resize(len, 0);
        let unpacked = lzf::decompress(packed, scratch);
        if unpacked != Some(len) {
            return Err(Failure::Corrupt);
        }
        Ok(scratch)
    }

    /// A string that is not empty, as bytes: a layout of its own inside.
    pub fn blob<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<&'s [u8], Failure>
    where
        'a: 's,
    {
        match self.string(scratch)? {
            StringValue::Bytes(bytes) if !bytes.is_empty() => Ok(bytes),
            // No layout is as short as an integer's text.
            _ => Err(Failure::Corrupt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Writer;
    use super::*;

    fn round_trip(value: StringValue<'_>) -> usize {
        let mut writer = Writer::new(true);
        writer.string(value);
        let bytes = writer.into_bytes();
        let mut scratch = Vec::new();
        let mut reader = Reader::new(&bytes);
        let read = reader.string(&mut scratch).expect("what was written");
        let want = value.with_bytes(<[u8]>::to_vec);
        assert_eq!(read.with_bytes(<[u8]>::to_vec), want);
        assert!(reader.is_empty());
        for cut in 0..bytes.len() {
            let mut scratch = Vec::new();
            let cut = Reader::new(&bytes[..cut]).string(&mut scratch);
            assert!(cut.is_err(), "{want:?}");
        }
        bytes.len()
    }

    #[test]
    fn strings_and_lengths_come_back_and_never_when_cut() {
        for value in [
            0,
            1,
            -1,
            127,
            -128,
            128,
            32767,
            -32768,
            65536,
            i32::MAX.into(),
        ] {
            assert!(round_trip(StringValue::Int(value)) <= 5);
            let text = value.to_string();
            assert!(round_trip(StringValue::Bytes(text.as_bytes())) <= 5);
        }
        for value in [i64::MAX, i64::MIN, i64::from(i32::MIN) - 1] {
            round_trip(StringValue::Int(value));
        }
        for text in [
            "",
            "a",
            "007",
            "+1",
            "99999999999",
            "abcdefghijklmnopqrstuvwxyz",
        ] {
            round_trip(StringValue::Bytes(text.as_bytes()));
        }
        let long: Vec<u8> = (0..20_000_u32).map(|at| (at.pow(2) >> 7) as u8).collect();
        for len in [63, 64, 65, 16383, 16384] {
            round_trip(StringValue::Bytes(&long[..len]));
        }
        assert!(round_trip(StringValue::Bytes(&[b'x'; 5000])) < 100);
        for len in [
            0,
            63,
            64,
            16383,
            16384,
            u32::MAX as usize,
            u32::MAX as usize + 1,
        ] {
            let mut writer = Writer::new(false);
            writer.length(len);
            let bytes = writer.into_bytes();
            assert_eq!(Reader::new(&bytes).length(), Ok(len as u64));
        }
    }

    #[test]
    fn a_length_that_promises_too_much_is_refused() {
        for bytes in [
            &[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf7][..],
            &[0xc3, 2, 0x80, 0x7f, 0xff, 0xff, 0xff, 0, b'a'],
            &[0xc3, 2, 2, 0, b'a'],
            &[0xc4, 0],
            &[0x82, 0],
        ] {
            let mut scratch = Vec::new();
            assert_eq!(
                Reader::new(bytes).string(&mut scratch),
                Err(Failure::Corrupt)
            );
            assert_eq!(scratch.capacity().min(99), scratch.capacity());
        }
    }
}
