//! Ziplists: what listpacks were before version 10 of the format. Read only.
//!
//! ```text
//! ┌─────────────┬────────────────┬─────────┬─────────┬───┬──────┐
//! │ bytes u32LE │ last one u32LE │ len u16 │ element │ … │ 0xFF │
//! └─────────────┴────────────────┴─────────┴─────────┴───┴──────┘
//! element: bytes of the one before, in 1 or 5 bytes │ encoding and length │ payload
//! ```
//! Invariant: elements are told only once all of them were found to be in order.

use super::Failure;
use crate::object::string::StringValue;

const HEADER_BYTES: usize = 10;
const END: u8 = 0xFF;
/// What comes before a length of five bytes.
const LONG_BEFORE: u8 = 0xFE;
/// `len` when it is not known.
const LEN_UNKNOWN: usize = u16::MAX as usize;

/// One element: its value, and where the next begins.
struct Element<'a> {
    value: StringValue<'a>,
    /// What it says of the one before.
    before: usize,
    end: usize,
}

/// Reads the element at `at`; `None` when it is not one, or does not end before the last byte.
fn element(bytes: &[u8], at: usize) -> Option<Element<'_>> {
    let body = bytes.get(..bytes.len() - 1)?;
    let word = |at: usize| -> Option<[u8; 4]> { body.get(at..at + 4)?.try_into().ok() };
    let (before, at) = match *body.get(at)? {
        LONG_BEFORE => (u32::from_le_bytes(word(at + 1)?) as usize, at + 5),
        END => return None,
        short => (usize::from(short), at + 1),
    };
    let first = *body.get(at)?;
    let text = |start: usize, len: usize| {
        let end = start.checked_add(len)?;
        body.get(start..end)
            .map(|text| (StringValue::Bytes(text), end))
    };
    let integer = |len: usize| {
        let payload = body.get(at + 1..at + 1 + len)?;
        let mut word = [0; 8];
        word[8 - len..].copy_from_slice(payload);
        let value = i64::from_le_bytes(word) >> (64 - 8 * len);
        Some((StringValue::Int(value), at + 1 + len))
    };
    let (value, end) = match first {
        0x00..=0x3F => text(at + 1, usize::from(first))?,
        0x40..=0x7F => {
            let low = usize::from(*body.get(at + 1)?);
            text(at + 2, usize::from(first & 0x3F) << 8 | low)?
        }
        0x80 => text(at + 5, u32::from_be_bytes(word(at + 1)?) as usize)?,
        0xC0 => integer(2)?,
        0xD0 => integer(4)?,
        0xE0 => integer(8)?,
        0xF0 => integer(3)?,
        0xFE => integer(1)?,
        0xF1..=0xFD => (StringValue::Int(i64::from(first) - 0xF1), at + 1),
        _ => return None,
    };
    Some(Element { value, before, end })
}

/// Checks every element and answers how many there are.
fn check(bytes: &[u8]) -> Option<usize> {
    let word = |at: usize| -> Option<usize> {
        let word = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(word) as usize)
    };
    let last = word(4)?;
    if word(0)? != bytes.len() || bytes.len() <= HEADER_BYTES || bytes.last() != Some(&END) {
        return None;
    }
    let (mut at, mut before, mut count, mut last_seen) = (HEADER_BYTES, 0, 0, HEADER_BYTES);
    while at < bytes.len() - 1 {
        let element = element(bytes, at)?;
        if element.before != before {
            return None;
        }
        last_seen = at;
        (before, at, count) = (element.end - at, element.end, count + 1);
    }
    let known = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let is_right = last == last_seen && (known == LEN_UNKNOWN || known == count);
    is_right.then_some(count)
}

/// Every element of a ziplist, after a check of all of them.
pub(super) fn read(bytes: &[u8]) -> Result<impl Iterator<Item = StringValue<'_>>, Failure> {
    let count = check(bytes).ok_or(Failure::Corrupt)?;
    let mut at = HEADER_BYTES;
    Ok((0..count).map_while(move |_| {
        let element = element(bytes, at)?;
        at = element.end;
        Some(element.value)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ziplist of one element of every kind, put together by hand.
    fn sample() -> (Vec<u8>, Vec<Vec<u8>>) {
        let long = vec![b'y'; 300];
        let elements: Vec<(Vec<u8>, Vec<u8>)> = vec![
            (b"\x02hi".to_vec(), b"hi".to_vec()),
            ([&[0x41, 0x2c][..], &long].concat(), long.clone()),
            (b"\xc0\xff\xff".to_vec(), b"-1".to_vec()),
            (b"\xd0\0\0\x01\0".to_vec(), b"65536".to_vec()),
            (
                b"\xe0\0\0\0\0\0\0\0\x80".to_vec(),
                i64::MIN.to_string().into(),
            ),
            (b"\xf0\0\0\x80".to_vec(), b"-8388608".to_vec()),
            (b"\xfe\x80".to_vec(), b"-128".to_vec()),
            (b"\xf1".to_vec(), b"0".to_vec()),
            (b"\xfd".to_vec(), b"12".to_vec()),
        ];
        let mut bytes = vec![0; HEADER_BYTES];
        let (mut before, mut last) = (0, HEADER_BYTES);
        for (element, _) in &elements {
            last = bytes.len();
            if before < 254 {
                bytes.push(before as u8);
            } else {
                bytes.push(LONG_BEFORE);
                bytes.extend_from_slice(&(before as u32).to_le_bytes());
            }
            bytes.extend_from_slice(element);
            before = bytes.len() - last;
        }
        bytes.push(END);
        let total = bytes.len() as u32;
        bytes[..4].copy_from_slice(&total.to_le_bytes());
        bytes[4..8].copy_from_slice(&(last as u32).to_le_bytes());
        bytes[8] = elements.len() as u8;
        (bytes, elements.into_iter().map(|(_, text)| text).collect())
    }

    #[test]
    fn every_kind_of_element_is_read() {
        let (bytes, texts) = sample();
        let read = read(&bytes).expect("valid");
        let read: Vec<_> = read.map(|value| value.with_bytes(<[u8]>::to_vec)).collect();
        assert_eq!(read, texts);
    }

    #[test]
    fn no_broken_byte_leads_outside() {
        let (bytes, _) = sample();
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).is_err());
        }
        let mut accepted = 0;
        for at in 0..bytes.len() {
            for change in 1..=255 {
                let mut broken = bytes.clone();
                broken[at] = broken[at].wrapping_add(change);
                accepted += read(&broken).map_or(0, Iterator::count);
            }
        }
        assert!(accepted > 0, "texts may change");
    }
}
