//! A listpack: elements one behind the other in one run of bytes, in Redis' own format (its listpack.md), so that a value
//! travels in a DUMP as it lies here.
//!
//! ```text
//! ┌─────────────┬─────────┬─────────┬───┬─────────┬──────┐
//! │ bytes u32LE │ len u16 │ element │ … │ element │ 0xFF │
//! └─────────────┴─────────┴─────────┴───┴─────────┴──────┘
//! element: encoding and length │ payload │ back length, 1-5 bytes, read from its end
//! ```
//! `len` is 65535 when there are more elements than it can say; then they are counted. Editing deals with anything that
//! is `Splice`: a block, or a list's link. It may not know what the elements mean.
//!
//! Invariant: the first four bytes say how many there are in all, the last is 0xFF, and between them lie `len` elements
//! whose back lengths are those of their encoding and payload.

use crate::object::block::Block;
use crate::object::string::StringValue;
use crate::pool::space::{Full, Space};

/// Bytes before the first element.
pub const HEADER_BYTES: usize = 6;
/// Bytes of a listpack without elements.
pub const EMPTY: [u8; HEADER_BYTES + 1] = [7, 0, 0, 0, 0, 0, END];
/// The most bytes a listpack may grow to (Redis' LISTPACK_MAX_SAFETY_LIMIT).
pub const LISTPACK_BYTES_MAX: usize = 1 << 30;

const END: u8 = 0xFF;
/// `len` when it is not known.
const LEN_UNKNOWN: usize = u16::MAX as usize;

/// The most bytes an element's encoding and length take.
const ENCODING_MAX: usize = 5;

/// How an element starts, and how many bytes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    /// Bytes of encoding and length.
    start: usize,
    /// Bytes of payload.
    payload: usize,
}

impl Head {
    /// Bytes up to the back length.
    const fn bytes(self) -> usize {
        self.start + self.payload
    }
    /// Bytes of the whole element.
    const fn total(self) -> usize {
        self.bytes() + back_bytes(self.bytes())
    }
}

/// Bytes a back length of `len` takes.
const fn back_bytes(len: usize) -> usize {
    // Redis writes the largest value of each width one byte wider, except the first.
    match len {
        0..=127 => 1,
        128..=16382 => 2,
        16383..=2097150 => 3,
        2097151..=268435454 => 4,
        _ => 5,
    }
}

/// Reads the head of the element that starts with `bytes`; `None` when it is not one, or cut off.
#[inline(always)]
fn head_of(bytes: &[u8]) -> Option<Head> {
    let first = *bytes.first()?;
    let head = |start, payload| Some(Head { start, payload });
    match first {
        0..=0x7F => head(1, 0),
        0x80..=0xBF => head(1, (first & 0x3F) as usize),
        0xC0..=0xDF => head(2, 0),
        0xE0..=0xEF => head(2, ((first & 0x0F) as usize) << 8 | *bytes.get(1)? as usize),
        0xF0 => {
            let len = bytes.get(1..5)?.try_into().ok()?;
            head(5, u32::from_le_bytes(len) as usize)
        }
        0xF1 => head(1, 2),
        0xF2 => head(1, 3),
        0xF3 => head(1, 4),
        0xF4 => head(1, 8),
        _ => None,
    }
}

/// The value of the element at the start of `bytes`, which is whole.
#[inline(always)]
fn value_of(bytes: &[u8], head: Head) -> StringValue<'_> {
    let payload = &bytes[head.start..head.bytes()];
    let signed = |bits: u32| {
        let mut word = [0; 8];
        word[..payload.len()].copy_from_slice(payload);
        (i64::from_le_bytes(word) << (64 - bits)) >> (64 - bits)
    };
    StringValue::Int(match bytes[0] {
        small @ 0..=0x7F => small as i64,
        high @ 0xC0..=0xDF => {
            let value = ((high & 0x1F) as i64) << 8 | bytes[1] as i64;
            (value << 51) >> 51
        }
        0xF1 => signed(16),
        0xF2 => signed(24),
        0xF3 => signed(32),
        0xF4 => signed(64),
        _ => return StringValue::Bytes(payload),
    })
}

/// An element as it will be written: its head, and its payload as bytes of its own or of the client's.
struct Encoded<'a> {
    start: [u8; ENCODING_MAX],
    head: Head,
    integer: [u8; 8],
    bytes: &'a [u8],
}

impl<'a> Encoded<'a> {
    #[inline]
    fn of(value: StringValue<'a>) -> Encoded<'a> {
        match value {
            StringValue::Int(value) => Encoded::of_int(value),
            StringValue::Bytes(bytes) => Encoded::of_bytes(bytes),
        }
    }

    fn of_int(value: i64) -> Encoded<'a> {
        let (start, len, payload) = match value {
            0..=127 => ([value as u8, 0], 1, 0),
            -4096..=4095 => ([0xC0 | (value >> 8) as u8 & 0x1F, value as u8], 2, 0),
            -32768..=32767 => ([0xF1, 0], 1, 2),
            -8388608..=8388607 => ([0xF2, 0], 1, 3),
            -2147483648..=2147483647 => ([0xF3, 0], 1, 4),
            _ => ([0xF4, 0], 1, 8),
        };
        Encoded {
            start: [start[0], start[1], 0, 0, 0],
            head: Head {
                start: len,
                payload,
            },
            integer: value.to_le_bytes(),
            bytes: &[],
        }
    }

    fn of_bytes(bytes: &'a [u8]) -> Encoded<'a> {
        let len = bytes.len();
        let mut start = [0; ENCODING_MAX];
        let used = if len < 64 {
            start[0] = 0x80 | len as u8;
            1
        } else if len < 4096 {
            (start[0], start[1]) = (0xE0 | (len >> 8) as u8, len as u8);
            2
        } else {
            start[0] = 0xF0;
            start[1..].copy_from_slice(&(len as u32).to_le_bytes());
            5
        };
        Encoded {
            start,
            head: Head {
                start: used,
                payload: len,
            },
            integer: [0; 8],
            bytes,
        }
    }

    /// Writes the element to the start of `out`.
    #[inline]
    fn write(&self, out: &mut [u8]) {
        let Head { start, payload } = self.head;
        out[..start].copy_from_slice(&self.start[..start]);
        let source = if self.bytes.is_empty() {
            &self.integer[..payload]
        } else {
            self.bytes
        };
        out[start..start + payload].copy_from_slice(source);
        write_back(self.head.bytes(), &mut out[start + payload..]);
    }
}

/// Writes a back length: the most significant seven bits first, and all but those marked as continued.
fn write_back(len: usize, out: &mut [u8]) {
    let count = back_bytes(len);
    for (index, byte) in out[..count].iter_mut().enumerate() {
        let bits = (len >> (7 * (count - 1 - index))) as u8 & 0x7F;
        *byte = if index == 0 { bits } else { bits | 0x80 };
    }
}

/// Reads the back length that ends before `end`: its value, and the bytes it takes.
fn read_back(bytes: &[u8], end: usize) -> Option<(usize, usize)> {
    let mut len = 0;
    for index in 0..5 {
        let byte = *bytes.get(end.checked_sub(index + 1)?)?;
        len |= ((byte & 0x7F) as usize) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((len, index + 1));
        }
    }
    None
}

/// Bytes `value` takes as an element.
pub fn element_bytes(value: StringValue<'_>) -> usize {
    Encoded::of(value).head.total()
}

/// A listpack to be read. A place is an element's offset.
#[derive(Clone, Copy)]
pub struct Listpack<'a>(&'a [u8]);

impl<'a> Listpack<'a> {
    /// The listpack in `bytes`, which must be valid: what this module wrote, or `validate` has accepted.
    #[inline(always)]
    pub const fn new(bytes: &'a [u8]) -> Listpack<'a> {
        Listpack(bytes)
    }

    /// Its bytes, as a DUMP carries them.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// How many elements; counted one by one when there are more than 65534.
    pub fn len(self) -> usize {
        match u16::from_le_bytes([self.0[4], self.0[5]]) as usize {
            LEN_UNKNOWN => self.iter().count(),
            len => len,
        }
    }

    /// Whether it has none.
    pub const fn is_empty(self) -> bool {
        self.0[HEADER_BYTES] == END
    }

    #[inline(always)]
    fn head(self, at: usize) -> Option<Head> {
        head_of(&self.0[at..])
    }

    /// The value at a place.
    #[inline(always)]
    pub fn get(self, at: usize) -> StringValue<'a> {
        let bytes = &self.0[at..];
        match head_of(bytes) {
            Some(head) => value_of(bytes, head),
            None => StringValue::Bytes(b""),
        }
    }

    /// The place of the first element.
    #[inline(always)]
    pub fn first(self) -> Option<usize> {
        (self.0[HEADER_BYTES] != END).then_some(HEADER_BYTES)
    }

    /// The place of the last element.
    pub fn last(self) -> Option<usize> {
        self.before(self.0.len() - 1)
    }

    /// The place behind that of `at`.
    #[inline(always)]
    pub fn next(self, at: usize) -> Option<usize> {
        let next = at + self.head(at)?.total();
        (self.0[next] != END).then_some(next)
    }

    /// The place before that of `at`.
    pub fn prev(self, at: usize) -> Option<usize> {
        self.before(at)
    }

    fn before(self, end: usize) -> Option<usize> {
        if end <= HEADER_BYTES {
            return None;
        }
        let (len, back) = read_back(self.0, end)?;
        end.checked_sub(len + back)
    }

    /// The place of the element at `index`; from the end when negative, -1 the last. Walks from the nearer end.
    pub fn seek(self, index: i64) -> Option<usize> {
        let known = u16::from_le_bytes([self.0[4], self.0[5]]) as usize;
        let mut index = index;
        if known != LEN_UNKNOWN {
            let len = known as i64;
            index = if index < 0 { index + len } else { index };
            if index < 0 || index >= len {
                return None;
            }
            if index > len / 2 {
                index -= len;
            }
        }
        if index < 0 {
            (1..-index).try_fold(self.last()?, |at, _| self.prev(at))
        } else {
            (0..index).try_fold(self.first()?, |at, _| self.next(at))
        }
    }

    /// Every element from the first on, with its place.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = (usize, StringValue<'a>)> + Clone {
        self.iter_from(HEADER_BYTES)
    }

    /// Every element from the place `at` on.
    #[inline]
    pub fn iter_from(self, at: usize) -> impl Iterator<Item = (usize, StringValue<'a>)> + Clone {
        let mut at = at;
        core::iter::from_fn(move || {
            let bytes = &self.0[at..];
            let head = head_of(bytes)?;
            let here = at;
            at += head.total();
            Some((here, value_of(bytes, head)))
        })
    }

    /// The first element from `at` on that equals `value`, looking at each and then passing over `skip`.
    #[inline]
    pub fn find(self, at: usize, value: StringValue<'_>, skip: usize) -> Option<usize> {
        let mut at = (self.0[at] != END).then_some(at)?;
        loop {
            if self.get(at) == value {
                return Some(at);
            }
            for _ in 0..=skip {
                at = self.next(at)?;
            }
        }
    }
}

/// Bytes from `bytes`, if they are a listpack in every detail: for what comes from outside.
pub fn validate(bytes: &[u8]) -> Option<Listpack<'_>> {
    let total = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    if total != bytes.len() || total < EMPTY.len() || bytes.last() != Some(&END) {
        return None;
    }
    let (mut at, mut count) = (HEADER_BYTES, 0);
    while at < total - 1 {
        let head = head_of(&bytes[at..])?;
        let end = at.checked_add(head.total()).filter(|&end| end < total)?;
        if read_back(bytes, end) != Some((head.bytes(), back_bytes(head.bytes()))) {
            return None;
        }
        (at, count) = (end, count + 1);
    }
    let kept = u16::from_le_bytes([bytes[4], bytes[5]]) as usize;
    (kept == LEN_UNKNOWN || kept == count).then_some(Listpack(bytes))
}

/// Whether `bytes` are a valid listpack of keys and what belongs to them in turn, no key twice, and each as `find` looks for
/// it: what prints as an integer is one.
pub fn check_pairs(bytes: &[u8]) -> Result<(), String> {
    let pack = validate(bytes).ok_or("not a listpack")?;
    if pack.len() % 2 != 0 {
        return Err("a key without its other half".into());
    }
    let mut seen = std::collections::HashSet::new();
    for (_, key) in pack.iter().step_by(2) {
        let text = key.with_bytes(<[u8]>::to_vec);
        if StringValue::parse(&text) != key {
            return Err(format!("{} should be a number", text.escape_ascii()));
        }
        if !seen.insert(text) {
            return Err("a key is there twice".into());
        }
    }
    Ok(())
}

/// Bytes in the pool that can grow and shrink in the middle.
pub trait Splice {
    /// All of them.
    fn bytes(&self) -> &[u8];

    /// Replaces `removed` bytes at `at` by `inserted` others, which the caller writes afterwards, and answers all bytes. When
    /// there is no room nothing has changed; removing alone always succeeds.
    fn splice(&mut self, at: usize, removed: usize, inserted: usize) -> Result<&mut [u8], Full>;
}

/// A block whose owner is held exclusively, and the space it may grow in.
pub struct BlockBytes<'a> {
    space: Space<'a>,
    block: Block,
}

impl<'a> BlockBytes<'a> {
    /// # Safety
    /// `block` is live, its owner is held exclusively, and takes over `self.block()` after every edit.
    pub const unsafe fn new(space: Space<'a>, block: Block) -> BlockBytes<'a> {
        BlockBytes { space, block }
    }

    /// A new block with `bytes` in it.
    pub fn create(space: Space<'a>, bytes: &[u8]) -> Result<BlockBytes<'a>, Full> {
        Block::from_bytes(space, bytes).map(|block| BlockBytes { space, block })
    }

    /// Where the bytes lie now.
    pub const fn block(&self) -> Block {
        self.block
    }

    /// Frees the block.
    ///
    /// # Safety
    /// Nobody reaches it any more.
    pub unsafe fn free(self) {
        // SAFETY: by contract.
        unsafe { self.block.free(self.space.pool) }
    }
}

impl Splice for BlockBytes<'_> {
    fn bytes(&self) -> &[u8] {
        // SAFETY: the owner is held (`new`'s contract).
        unsafe { self.block.bytes() }
    }

    fn splice(&mut self, at: usize, removed: usize, inserted: usize) -> Result<&mut [u8], Full> {
        let len = self.block.len();
        let new_len = len - removed + inserted;
        // SAFETY: the owner is held exclusively and takes over the block (`new`'s contract); the ranges end at the larger
        // of both lengths, for which the block has room while they are moved.
        unsafe {
            if new_len > self.block.capacity() {
                self.block = self.block.resized(self.space, new_len)?;
            }
            let room = self.block.room();
            room.copy_within(at + removed..len, at + inserted);
            self.block.set_len(new_len);
            if new_len < len
                && let Ok(smaller) = self.block.resized(self.space, new_len)
            {
                self.block = smaller;
            }
            // What moved, what the caller is about to write, and the header.
            let end = if inserted == removed {
                at + inserted
            } else {
                new_len
            };
            self.block.wrote(self.space.pool, at..end);
            self.block.wrote(self.space.pool, 0..HEADER_BYTES);
            Ok(&mut self.block.room()[..new_len])
        }
    }
}

/// Writes the header after `change` elements more (or fewer).
fn recount(bytes: &mut [u8], change: isize) {
    let total = bytes.len() as u32;
    bytes[..4].copy_from_slice(&total.to_le_bytes());
    let known = u16::from_le_bytes([bytes[4], bytes[5]]) as usize;
    if known != LEN_UNKNOWN {
        let len = known.saturating_add_signed(change).min(LEN_UNKNOWN) as u16;
        bytes[4..6].copy_from_slice(&len.to_le_bytes());
    } else if change < 0 {
        // It may have become countable again.
        let len = Listpack(bytes).iter().count().min(LEN_UNKNOWN) as u16;
        bytes[4..6].copy_from_slice(&len.to_le_bytes());
    }
}

/// Puts `value` before the element at `at`, or behind the last when `at` is the place of the end.
#[inline]
pub fn insert(target: &mut impl Splice, at: usize, value: StringValue<'_>) -> Result<(), Full> {
    write_over(target, at, 0, value, 1)
}

/// Puts `value` behind the last element.
#[inline]
pub fn append(target: &mut impl Splice, value: StringValue<'_>) -> Result<(), Full> {
    insert(target, target.bytes().len() - 1, value)
}

/// Puts `value` before the first element.
#[inline]
pub fn prepend(target: &mut impl Splice, value: StringValue<'_>) -> Result<(), Full> {
    insert(target, HEADER_BYTES, value)
}

/// Puts `value` where another is.
pub fn replace(target: &mut impl Splice, at: usize, value: StringValue<'_>) -> Result<(), Full> {
    let old = head_of(&target.bytes()[at..]).map_or(0, Head::total);
    write_over(target, at, old, value, 0)
}

fn write_over(
    target: &mut impl Splice,
    at: usize,
    old: usize,
    value: StringValue<'_>,
    change: isize,
) -> Result<(), Full> {
    let encoded = Encoded::of(value);
    let total = encoded.head.total();
    if target.bytes().len() - old + total > LISTPACK_BYTES_MAX {
        return Err(Full);
    }
    let bytes = target.splice(at, old, total)?;
    encoded.write(&mut bytes[at..at + total]);
    recount(bytes, change);
    Ok(())
}

/// Removes up to `count` elements from the place `at` on and answers how many there were; what followed is at `at` now.
pub fn remove(target: &mut impl Splice, at: usize, count: usize) -> usize {
    let listpack = Listpack(target.bytes());
    let (mut end, mut removed) = (at, 0);
    while removed < count
        && let Some(head) = head_of(&listpack.0[end..])
    {
        (end, removed) = (end + head.total(), removed + 1);
    }
    if let Ok(bytes) = target.splice(at, end - at, 0) {
        recount(bytes, -(removed as isize));
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plain bytes.
    impl Splice for Vec<u8> {
        fn bytes(&self) -> &[u8] {
            self
        }
        fn splice(
            &mut self,
            at: usize,
            removed: usize,
            inserted: usize,
        ) -> Result<&mut [u8], Full> {
            Vec::splice(self, at..at + removed, core::iter::repeat_n(0, inserted));
            Ok(self)
        }
    }

    fn texts(listpack: Listpack<'_>) -> Vec<Vec<u8>> {
        let text = |(_, value): (usize, StringValue<'_>)| value.with_bytes(<[u8]>::to_vec);
        listpack.iter().map(text).collect()
    }

    #[test]
    fn every_width_of_integer_and_length_comes_back_and_validates() {
        let mut bytes = EMPTY.to_vec();
        let mut expected = Vec::new();
        let edges = [0, 1, 127, 128, 4095, 4096, 32767, 32768, 8388607, 8388608];
        let wide = [2147483647, 2147483648, i64::MAX];
        for edge in edges.into_iter().chain(wide) {
            for value in [edge, -edge, -edge - 1] {
                append(&mut bytes, StringValue::Int(value)).expect("fits");
                expected.push(value.to_string().into_bytes());
            }
        }
        for len in [
            0, 1, 63, 64, 127, 4095, 4096, 16380, 16381, 16382, 16384, 70000,
        ] {
            let text = vec![b'x'; len];
            append(&mut bytes, StringValue::parse(&text)).expect("fits");
            expected.push(text);
        }
        let listpack = validate(&bytes).expect("valid");
        assert_eq!(texts(listpack), expected);
        assert_eq!(listpack.len(), expected.len());
        let mut backwards = Vec::new();
        let mut at = listpack.last();
        while let Some(place) = at {
            backwards.push(listpack.get(place).with_bytes(<[u8]>::to_vec));
            at = listpack.prev(place);
        }
        backwards.reverse();
        assert_eq!(backwards, expected);
    }

    #[test]
    fn the_bytes_are_those_redis_writes() {
        let mut bytes = EMPTY.to_vec();
        for text in ["a", "1", "-1", "4096", "hello"] {
            append(&mut bytes, StringValue::parse(text.as_bytes())).expect("fits");
        }
        let expected = [
            &[0x1C, 0, 0, 0, 5, 0][..],
            &[0x81, b'a', 2],
            &[1, 1],
            &[0xDF, 0xFF, 2],
            &[0xF1, 0x00, 0x10, 3],
            &[0x85, b'h', b'e', b'l', b'l', b'o', 6],
            &[0xFF],
        ];
        let expected = expected.concat();
        assert_eq!(bytes[4..], expected[4..]);
        assert_eq!(bytes[0] as usize, bytes.len());
    }

    #[test]
    fn random_edits_agree_with_a_vector() {
        let mut random = 20261121u64;
        let mut draw = |bound: usize| {
            random = random
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (random >> 33) as usize % bound
        };
        let (mut bytes, mut model) = (EMPTY.to_vec(), Vec::<Vec<u8>>::new());
        for _ in 0..4000 {
            let text = match draw(3) {
                0 => (draw(1 << 20) as i64 - (1 << 19)).to_string().into_bytes(),
                1 => vec![b'v'; draw(200)],
                _ => vec![b'w'; draw(20)],
            };
            let value = StringValue::parse(&text);
            let index = draw(model.len() + 1);
            let at = Listpack::new(&bytes).seek(index as i64);
            match (draw(5), at) {
                (0 | 1, at) => {
                    let at = at.unwrap_or(bytes.len() - 1);
                    insert(&mut bytes, at, value).expect("fits");
                    model.insert(index, text);
                }
                (2, Some(at)) => {
                    replace(&mut bytes, at, value).expect("fits");
                    model[index] = text;
                }
                (3, Some(at)) => {
                    let count = draw(4);
                    let removed = remove(&mut bytes, at, count);
                    assert_eq!(removed, count.min(model.len() - index));
                    model.drain(index..index + removed);
                }
                (4, Some(_)) => {
                    let found = Listpack::new(&bytes).find(HEADER_BYTES, value, 0);
                    let expected = model.iter().position(|one| *one == text);
                    let place = expected.and_then(|index| Listpack::new(&bytes).seek(index as i64));
                    assert_eq!(found, place);
                }
                _ => prepend(&mut bytes, value)
                    .map(|()| model.insert(0, text))
                    .expect("fits"),
            }
            assert_eq!(validate(&bytes).map(Listpack::len), Some(model.len()));
        }
        assert_eq!(texts(Listpack::new(&bytes)), model);
    }

    #[test]
    fn more_elements_than_the_header_can_say_are_counted() {
        let mut bytes = EMPTY.to_vec();
        for value in 0..70_000 {
            append(&mut bytes, StringValue::Int(value % 100)).expect("fits");
        }
        assert_eq!(Listpack::new(&bytes).len(), 70_000);
        let at = Listpack::new(&bytes).seek(-1).expect("there");
        assert_eq!(Listpack::new(&bytes).get(at), StringValue::Int(99));
        assert_eq!(remove(&mut bytes, HEADER_BYTES, 60_000), 60_000);
        assert_eq!(validate(&bytes).map(Listpack::len), Some(10_000));
    }

    #[test]
    fn bytes_that_are_no_listpack_are_refused() {
        let mut bytes = EMPTY.to_vec();
        for text in ["alpha", "12345", "x"] {
            append(&mut bytes, StringValue::parse(text.as_bytes())).expect("fits");
        }
        assert!(validate(&bytes).is_some());
        assert!(validate(&bytes[..bytes.len() - 1]).is_none());
        for index in 0..bytes.len() {
            for change in [1u8, 0x40, 0x80, 0xFF] {
                let mut broken = bytes.clone();
                broken[index] = broken[index].wrapping_add(change);
                if let Some(listpack) = validate(&broken) {
                    // What passes can be read from end to end.
                    assert_eq!(listpack.iter().count(), listpack.len());
                }
            }
        }
    }
}
