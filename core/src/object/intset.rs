//! The intset: a set of integers as one sorted run, in Redis' own bytes, so that a dump can copy them as they are.
//!
//! ```text
//! ┌───────────┬───────────┬─────────────────────────────────────┐
//! │ width u32 │ count u32 │ count integers of width bytes each  │     all little-endian; width is 2, 4 or 8
//! └───────────┴───────────┴─────────────────────────────────────┘
//! ```
//! It may not know where the bytes lie. Invariant: the integers rise strictly, and `HEADER + width * count` is the length of
//! the bytes. The width never falls.

/// Bytes before the integers.
pub const HEADER: usize = 8;
/// The bytes of a set that holds nothing.
pub const EMPTY: [u8; HEADER] = [2, 0, 0, 0, 0, 0, 0, 0];

/// Bytes that `value` needs.
#[inline]
pub const fn width_of(value: i64) -> usize {
    if value as i16 as i64 == value {
        2
    } else if value as i32 as i64 == value {
        4
    } else {
        8
    }
}

/// An intset to be read.
#[derive(Clone, Copy, Debug)]
pub struct Intset<'a> {
    integers: &'a [u8],
    width: usize,
    count: usize,
}

impl<'a> Intset<'a> {
    /// The set in `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Intset<'a> {
        let (width, count) = (field(bytes, 0), field(bytes, 4));
        debug_assert_eq!(HEADER + width * count, bytes.len());
        Intset {
            integers: &bytes[HEADER..],
            width,
            count,
        }
    }

    /// How many integers.
    #[inline]
    pub const fn len(self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The integer at `index`, in rising order.
    ///
    /// # Panics
    /// Beyond the last.
    #[inline]
    pub fn get(self, index: usize) -> i64 {
        read(self.integers, self.width, index)
    }

    /// Where `value` is, or where it would stand.
    pub fn find(self, value: i64) -> Result<usize, usize> {
        if width_of(value) > self.width {
            return Err(if value < 0 { 0 } else { self.count });
        }
        // Members are often added in rising order.
        if self.count > 0 && value > self.get(self.count - 1) {
            return Err(self.count);
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            match self.get(middle).cmp(&value) {
                core::cmp::Ordering::Equal => return Ok(middle),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// Whether `value` is a member.
    pub fn contains(self, value: i64) -> bool {
        self.find(value).is_ok()
    }

    /// The integers, rising.
    pub fn iter(self) -> impl ExactSizeIterator<Item = i64> + use<'a> {
        (0..self.count).map(move |index| self.get(index))
    }

    /// Bytes of the set once `value` is a member beside the others.
    pub const fn bytes_with(self, value: i64) -> usize {
        let wanted = width_of(value);
        let width = if wanted > self.width {
            wanted
        } else {
            self.width
        };
        HEADER + width * (self.count + 1)
    }
}

/// Puts `value`, which is not a member, at `index`, as `find` answered it. `bytes` is `bytes_with(value)` long, and the set
/// as it was lies in its first part.
pub fn insert(bytes: &mut [u8], index: usize, value: i64) {
    let (before, count) = (field(bytes, 0), field(bytes, 4));
    let width = before.max(width_of(value));
    let integers = &mut bytes[HEADER..];
    if width == before {
        integers.copy_within(index * width..count * width, (index + 1) * width);
    } else {
        // From the last on, each to its wider place, which no integer before it reaches into.
        for from in (0..count).rev() {
            let moved = read(integers, before, from);
            write(integers, width, from + (from >= index) as usize, moved);
        }
    }
    write(integers, width, index, value);
    set_field(bytes, 0, width);
    set_field(bytes, 4, count + 1);
}

/// Keeps the integers for which `keep` holds, given their indexes in order, and answers how long the bytes are now.
pub fn retain(bytes: &mut [u8], mut keep: impl FnMut(usize, i64) -> bool) -> usize {
    let (width, count) = (field(bytes, 0), field(bytes, 4));
    let integers = &mut bytes[HEADER..];
    let mut kept = 0;
    for index in 0..count {
        let value = read(integers, width, index);
        if keep(index, value) {
            write(integers, width, kept, value);
            kept += 1;
        }
    }
    set_field(bytes, 4, kept);
    HEADER + width * kept
}

/// Takes the integer at `index` out and answers how long the bytes are now.
pub fn remove(bytes: &mut [u8], index: usize) -> usize {
    let (width, count) = (field(bytes, 0), field(bytes, 4));
    bytes[HEADER..].copy_within((index + 1) * width..count * width, index * width);
    set_field(bytes, 4, count - 1);
    HEADER + width * (count - 1)
}

/// Whether `bytes` hold the invariant.
pub fn is_valid(bytes: &[u8]) -> bool {
    if bytes.len() < HEADER {
        return false;
    }
    let (width, count) = (field(bytes, 0), field(bytes, 4));
    let fits = matches!(width, 2 | 4 | 8) && width.checked_mul(count) == Some(bytes.len() - HEADER);
    fits && {
        let set = Intset::new(bytes);
        (1..count).all(|index| set.get(index - 1) < set.get(index))
    }
}

fn field(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}

fn set_field(bytes: &mut [u8], at: usize, value: usize) {
    bytes[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
}

#[inline]
fn read(integers: &[u8], width: usize, index: usize) -> i64 {
    let bytes = &integers[index * width..(index + 1) * width];
    match *bytes {
        [a, b] => i16::from_le_bytes([a, b]) as i64,
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]) as i64,
        [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

fn write(integers: &mut [u8], width: usize, index: usize, value: i64) {
    integers[index * width..(index + 1) * width].copy_from_slice(&value.to_le_bytes()[..width]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn add(bytes: &mut Vec<u8>, value: i64) -> bool {
        let set = Intset::new(bytes);
        let Err(index) = set.find(value) else {
            return false;
        };
        let len = set.bytes_with(value);
        bytes.resize(len, 0xee);
        insert(bytes, index, value);
        true
    }

    #[test]
    fn bytes_are_those_of_redis() {
        let mut bytes = EMPTY.to_vec();
        for value in [5, -3, 5] {
            add(&mut bytes, value);
        }
        assert_eq!(bytes, [2, 0, 0, 0, 2, 0, 0, 0, 0xfd, 0xff, 5, 0]);
        add(&mut bytes, 70_000);
        let wide = [
            4, 0, 0, 0, 3, 0, 0, 0, 0xfd, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0x70, 0x11, 1, 0,
        ];
        assert_eq!(bytes, wide);
    }

    #[test]
    fn agrees_with_a_sorted_set_whatever_the_widths() {
        for seed in 1..40u64 {
            let (mut bytes, mut model) = (EMPTY.to_vec(), BTreeSet::new());
            let mut state = seed;
            for _ in 0..400 {
                state = state
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                // Narrow ones first, so that the width rises under way.
                let shift = 64 - (8 + (model.len() as u32 / 4).min(50));
                let value = (state as i64) >> shift;
                if state % 3 == 0 {
                    let found = Intset::new(&bytes).find(value);
                    assert_eq!(found.is_ok(), model.remove(&value));
                    if let Ok(index) = found {
                        let len = remove(&mut bytes, index);
                        bytes.truncate(len);
                    }
                } else {
                    assert_eq!(add(&mut bytes, value), model.insert(value));
                }
                assert!(is_valid(&bytes));
            }
            assert!(Intset::new(&bytes).iter().eq(model.iter().copied()));
            let len = retain(&mut bytes, |index, value| index % 3 == 0 && value > 0);
            bytes.truncate(len);
            let kept = model
                .iter()
                .copied()
                .enumerate()
                .filter(|&(index, value)| index % 3 == 0 && value > 0);
            assert!(Intset::new(&bytes).iter().eq(kept.map(|(_, value)| value)));
        }
    }

    #[test]
    fn bytes_from_outside_are_checked() {
        let good = [2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0];
        assert!(is_valid(&good));
        for (at, byte) in [(0, 3), (0, 4), (4, 1), (4, 3), (7, 0x80), (8, 2), (8, 9)] {
            let mut bad = good;
            bad[at] = byte;
            assert!(!is_valid(&bad), "{bad:?}");
        }
        assert!(!is_valid(&good[..11]) && !is_valid(&good[..5]) && is_valid(&EMPTY));
    }
}
