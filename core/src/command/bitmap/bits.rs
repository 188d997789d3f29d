//! Bits in bytes: one, many, the first, and integers made of some.
//!
//! It knows bytes alone. Bit 0 is the highest of the first byte. Invariant: eight bytes at a time give what one bit at a
//! time would.

use core::ops::RangeInclusive;

/// The bit at `offset`; clear beyond the end.
pub(super) fn get(bytes: &[u8], offset: u64) -> bool {
    let byte = usize::try_from(offset / 8)
        .ok()
        .and_then(|at| bytes.get(at));
    byte.is_some_and(|byte| byte & mask(offset) != 0)
}

/// Writes the bit at `offset`, which lies inside, and answers what it was.
pub(super) fn replace(bytes: &mut [u8], offset: u64, bit: bool) -> bool {
    let byte = &mut bytes[(offset / 8) as usize];
    let was = *byte & mask(offset) != 0;
    *byte = if bit {
        *byte | mask(offset)
    } else {
        *byte & !mask(offset)
    };
    was
}

const fn mask(offset: u64) -> u8 {
    0x80 >> (offset % 8)
}

/// A range of bits as whole bytes, with masks for its first and its last byte.
struct Edges {
    bytes: RangeInclusive<usize>,
    first: u8,
    last: u8,
}

impl Edges {
    fn of(range: &RangeInclusive<u64>) -> Edges {
        let (start, end) = (*range.start(), *range.end());
        Edges {
            bytes: (start / 8) as usize..=(end / 8) as usize,
            first: 0xff >> (start % 8),
            last: !(0x7f >> (end % 8)),
        }
    }
}

/// How many bits of `range` are set; it is not empty and lies inside.
pub(super) fn count(bytes: &[u8], range: &RangeInclusive<u64>) -> u64 {
    let Edges {
        bytes: at,
        first,
        last,
    } = Edges::of(range);
    let outside =
        (bytes[*at.start()] & !first).count_ones() + (bytes[*at.end()] & !last).count_ones();
    count_all(&bytes[at]) - u64::from(outside)
}

fn count_all(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(8);
    let rest = words.remainder().iter();
    let rest: u64 = rest.map(|byte| u64::from(byte.count_ones())).sum();
    let ones = |word: &[u8]| {
        let word = u64::from_ne_bytes(word.try_into().expect("eight bytes"));
        u64::from(word.count_ones())
    };
    rest + words.map(ones).sum::<u64>()
}

/// The first bit of `range` that is `bit`; the range is not empty and lies inside.
pub(super) fn first(bytes: &[u8], range: &RangeInclusive<u64>, bit: bool) -> Option<u64> {
    let Edges {
        bytes: at,
        first,
        last,
    } = Edges::of(range);
    // What is looked for shows as ones.
    let flip = if bit { 0 } else { 0xff };
    let (start, end) = (*at.start(), *at.end());
    let place = |byte: u8, index: usize| {
        (byte != 0).then(|| 8 * index as u64 + u64::from(byte.leading_zeros()))
    };
    if start == end {
        return place((bytes[start] ^ flip) & first & last, start);
    }
    place((bytes[start] ^ flip) & first, start)
        .or_else(|| {
            let skipped = skip(&bytes[start + 1..end], flip) + start + 1;
            (skipped < end).then(|| place(bytes[skipped] ^ flip, skipped))?
        })
        .or_else(|| place((bytes[end] ^ flip) & last, end))
}

/// How many bytes at the beginning are `dull`.
fn skip(bytes: &[u8], dull: u8) -> usize {
    let words = bytes.chunks_exact(8);
    let whole = words.take_while(|word| *word == [dull; 8]).count() * 8;
    let rest = bytes[whole..].iter().take_while(|byte| **byte == dull);
    whole + rest.count()
}

/// The `width` bits from `offset` on, the highest first; those beyond the end are clear.
pub(super) fn field(bytes: &[u8], offset: u64, width: u32) -> u64 {
    let mut window = [0; 16];
    if let Some(rest) = usize::try_from(offset / 8)
        .ok()
        .and_then(|at| bytes.get(at..))
    {
        let len = rest.len().min(9);
        window[..len].copy_from_slice(&rest[..len]);
    }
    let shift = 128 - width - (offset % 8) as u32;
    (u128::from_be_bytes(window) >> shift) as u64 & ones(width)
}

/// Writes the low `width` bits of `value` at `offset`; all of them lie inside.
pub(super) fn set_field(bytes: &mut [u8], offset: u64, width: u32, value: u64) {
    let start = (offset / 8) as usize;
    let len = (bytes.len() - start).min(9);
    let place = &mut bytes[start..start + len];
    let mut window = [0; 16];
    window[..len].copy_from_slice(place);
    let shift = 128 - width - (offset % 8) as u32;
    let kept = u128::from_be_bytes(window) & !(u128::from(ones(width)) << shift);
    let written = kept | (u128::from(value & ones(width)) << shift);
    place.copy_from_slice(&written.to_be_bytes()[..len]);
}

/// The lowest `width` bits, 1 to 64.
pub(super) const fn ones(width: u32) -> u64 {
    u64::MAX >> (64 - width)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// splitmix64.
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    #[test]
    fn words_find_and_count_what_single_bits_do() {
        let mut seed = 3;
        for round in 0..3000 {
            let len = 1 + next(&mut seed) as usize % 60;
            let dull = if round % 2 == 0 { 0 } else { 0xff };
            let mut bytes = vec![dull; len];
            for _ in 0..round % 4 {
                let at = next(&mut seed) as usize % len;
                bytes[at] = next(&mut seed) as u8;
            }
            let (a, b) = (
                next(&mut seed) % (8 * len as u64),
                next(&mut seed) % (8 * len as u64),
            );
            let range = a.min(b)..=a.max(b);
            let set = range.clone().filter(|&at| get(&bytes, at)).count() as u64;
            assert_eq!(count(&bytes, &range), set);
            for bit in [false, true] {
                let found = range.clone().find(|&at| get(&bytes, at) == bit);
                assert_eq!(
                    first(&bytes, &range, bit),
                    found,
                    "{bytes:?} {range:?} {bit}"
                );
            }
        }
    }

    #[test]
    fn fields_are_their_bits() {
        let mut seed = 5;
        for _ in 0..3000 {
            let mut bytes: Vec<u8> = (0..20).map(|_| next(&mut seed) as u8).collect();
            let width = 1 + next(&mut seed) as u32 % 64;
            let offset = next(&mut seed) % (160 - u64::from(width) + 1);
            let value = next(&mut seed);
            let before = bytes.clone();
            set_field(&mut bytes, offset, width, value);
            assert_eq!(field(&bytes, offset, width), value & ones(width));
            for at in 0..160 {
                let inside = (offset..offset + u64::from(width)).contains(&at);
                let want = if inside {
                    value >> (offset + u64::from(width) - 1 - at) & 1 == 1
                } else {
                    get(&before, at)
                };
                assert_eq!(get(&bytes, at), want);
            }
            let far = next(&mut seed) % 200;
            let naive = (0..u64::from(width))
                .fold(0, |sum, at| sum << 1 | u64::from(get(&bytes, far + at)));
            assert_eq!(field(&bytes, far, width), naive);
        }
    }
}
