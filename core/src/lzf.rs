//! LZF, the compression inside Redis' lists and dumps: runs of literal bytes, and copies of bytes that came before.
//!
//! ```text
//! 000LLLLL                    L + 1 literal bytes follow                    (1 to 32)
//! LLLooooo oooooooo           copy L + 2 bytes from `o + 1` bytes back      (L 1 to 6)
//! 111ooooo LLLLLLLL oooooooo  copy L + 9 bytes from `o + 1` bytes back
//! ```
//! A leaf that everyone may import; it allocates nothing and every index is checked, so that no input, however broken, reads
//! or writes outside of what it was given. Invariant: `decompress(compress(bytes)) == bytes`.

/// The longest run of literal bytes.
const LITERALS_MAX: usize = 32;
/// How far back a copy reaches, in bytes.
const REACH: usize = 1 << 13;
/// The longest copy, in bytes.
const COPY_MAX: usize = 255 + 9;
/// Inputs beyond this are refused: positions are kept in 32 bits.
const INPUT_MAX: usize = u32::MAX as usize - 1;
/// The larger table of positions: beyond its size collisions cost less than clearing more would.
const POSITIONS_BITS_MAX: u32 = 12;

/// Compresses `input` into `output` and answers how many bytes it took; `None` when they are more than `output` has.
#[must_use]
pub fn compress(input: &[u8], output: &mut [u8]) -> Option<usize> {
    if input.len() > INPUT_MAX {
        return None;
    }
    // Where each hash of three bytes was last seen, plus one. A short input clears and uses a part of the table.
    let bits = (usize::BITS - input.len().leading_zeros()).clamp(6, POSITIONS_BITS_MAX);
    let mut table = [0_u32; 1 << POSITIONS_BITS_MAX];
    let mut out = Output {
        bytes: output,
        len: 0,
    };
    let (mut at, mut literals_from) = (0, 0);
    while let Some(three) = input.get(at..at + 3) {
        let place = &mut table[slot(three, bits)];
        let seen = core::mem::replace(place, at as u32 + 1) as usize;
        let copy_len = match seen {
            0 => 0,
            seen if at - (seen - 1) > REACH => 0,
            seen => match_len(input, seen - 1, at),
        };
        if copy_len < 3 {
            at += 1;
            continue;
        }
        out.literals(&input[literals_from..at])?;
        out.copy(at - seen, copy_len)?;
        let end = at + copy_len;
        // The last two places inside the copy are worth remembering; the rest repeats what is known.
        for within in end - 2..end {
            if let Some(three) = input.get(within..within + 3) {
                table[slot(three, bits)] = within as u32 + 1;
            }
        }
        (at, literals_from) = (end, end);
    }
    out.literals(&input[literals_from..])?;
    Some(out.len)
}

/// The place of three bytes in a table of `1 << bits`.
fn slot(three: &[u8], bits: u32) -> usize {
    let word = u32::from_le_bytes([three[0], three[1], three[2], 0]);
    (word.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

/// How many bytes from `earlier` on equal those from `at` on, as far as one copy goes.
fn match_len(input: &[u8], earlier: usize, at: usize) -> usize {
    let limit = COPY_MAX.min(input.len() - at);
    let (one, other) = (&input[earlier..earlier + limit], &input[at..at + limit]);
    let mut len = 0;
    for (a, b) in core::iter::zip(one.chunks_exact(8), other.chunks_exact(8)) {
        let [a, b] = [a, b].map(|eight| u64::from_le_bytes(eight.try_into().expect("eight bytes")));
        if a != b {
            return len + ((a ^ b).trailing_zeros() / 8) as usize;
        }
        len += 8;
    }
    let tail = core::iter::zip(&one[len..], &other[len..]);
    len + tail.take_while(|(a, b)| a == b).count()
}

/// What has been written of the compressed form.
struct Output<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

impl Output<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let place = self.bytes.get_mut(self.len..self.len + bytes.len())?;
        place.copy_from_slice(bytes);
        self.len += bytes.len();
        Some(())
    }

    fn literals(&mut self, bytes: &[u8]) -> Option<()> {
        for run in bytes.chunks(LITERALS_MAX) {
            self.put(&[run.len() as u8 - 1])?;
            self.put(run)?;
        }
        Some(())
    }

    /// A copy of `len` bytes from `offset + 1` bytes back.
    fn copy(&mut self, offset: usize, len: usize) -> Option<()> {
        let (high, low) = ((offset >> 8) as u8, offset as u8);
        match len - 2 {
            short @ ..7 => self.put(&[((short as u8) << 5) | high, low]),
            long => self.put(&[(7 << 5) | high, (long - 7) as u8, low]),
        }
    }
}

/// Decompresses `input` into `output` and answers how many bytes came out; `None` when the input is no LZF, or more comes out
/// than `output` has room for.
#[must_use]
pub fn decompress(input: &[u8], output: &mut [u8]) -> Option<usize> {
    let (mut rest, mut len) = (input, 0);
    while let Some((&control, after)) = rest.split_first() {
        rest = after;
        let high = usize::from(control >> 5);
        if high == 0 {
            let (run, after) = rest.split_at_checked(usize::from(control) + 1)?;
            output.get_mut(len..len + run.len())?.copy_from_slice(run);
            len += run.len();
            rest = after;
            continue;
        }
        let mut copy_len = high + 2;
        if high == 7 {
            let (&more, after) = rest.split_first()?;
            copy_len += usize::from(more);
            rest = after;
        }
        let (&low, after) = rest.split_first()?;
        rest = after;
        let back = ((usize::from(control & 31) << 8) | usize::from(low)) + 1;
        let from = len.checked_sub(back)?;
        if copy_len > output.len() - len {
            return None;
        }
        repeat(output, from, len, copy_len);
        len += copy_len;
    }
    Some(len)
}

/// Copies `len` bytes from `from` to `to`, which lies behind it, as if byte by byte: where they overlap, the bytes repeat.
fn repeat(output: &mut [u8], from: usize, to: usize, len: usize) {
    let mut done = 0;
    while done < len {
        // What lies between is known already; it doubles with every round.
        let piece = (to + done - from).min(len - done);
        output.copy_within(from..from + piece, to + done);
        done += piece;
    }
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

    fn round_trip(bytes: &[u8]) -> usize {
        let mut packed = vec![0; bytes.len() + bytes.len() / 32 + 1];
        let len = compress(bytes, &mut packed).expect("room for the worst case");
        let mut out = vec![0; bytes.len()];
        let packed = &packed[..len];
        assert_eq!(decompress(packed, &mut out), Some(bytes.len()));
        assert_eq!(out, bytes);
        if !bytes.is_empty() {
            assert_eq!(
                decompress(packed, &mut out[..bytes.len() - 1]),
                None,
                "no room for the last byte"
            );
            assert_eq!(compress(bytes, &mut vec![0; len - 1]), None);
        }
        len
    }

    #[test]
    fn values_come_back_and_repetition_shrinks() {
        round_trip(b"");
        round_trip(b"a");
        assert!(round_trip(&[b'a'; 10_000]) < 140);
        let text = b"the quick brown fox jumps over the lazy dog; ".repeat(50);
        assert!(round_trip(&text) < 120);
        let mut seed = 7;
        for round in 0..400 {
            let len = next(&mut seed) as usize % 3000;
            let letters = 1 + (round % 5) * 60;
            let bytes: Vec<u8> = (0..len)
                .map(|_| (next(&mut seed) % letters) as u8)
                .collect();
            round_trip(&bytes);
        }
        let far: Vec<u8> = (0..40_000_u64).map(|at| ((at * at) >> 5) as u8).collect();
        round_trip(&[far.as_slice(), far.as_slice()].concat());
    }

    /// What redis-server 7.0.15's DUMP holds for forty times `abc`.
    #[test]
    fn a_stream_made_by_redis_is_read() {
        let packed = [3, b'a', b'b', b'c', b'a', 0xe0, 105, 2, 1, b'b', b'c'];
        let mut out = [0; 120];
        assert_eq!(decompress(&packed, &mut out), Some(120));
        assert_eq!(out.as_slice(), b"abc".repeat(40));
    }

    #[test]
    fn broken_input_is_refused_or_yields_something_but_stays_inside() {
        let mut seed = 11;
        let mut out = [0; 600];
        let (mut refused, mut accepted) = (0, 0);
        for _ in 0..20_000 {
            let len = next(&mut seed) as usize % 60;
            let bytes: Vec<u8> = (0..len)
                .map(|_| (next(&mut seed) as u8) >> (next(&mut seed) % 8))
                .collect();
            match decompress(&bytes, &mut out) {
                None => refused += 1,
                Some(len) => {
                    assert!(len <= out.len());
                    accepted += 1;
                }
            }
        }
        assert!(refused > 1000 && accepted > 1000, "{refused} {accepted}");
        for broken in [
            &[0][..],
            &[31, 1],
            &[0x20],
            &[0x20, 0],
            &[0xe0, 1],
            &[0, 1, 0x20, 1],
        ] {
            assert_eq!(decompress(broken, &mut out), None, "{broken:?}");
        }
    }
}
