//! The sparse form: runs of equal registers, for as long as most are zero.
//!
//! ```text
//! 00LLLLLL           L + 1 registers are zero                    (1 to 64)
//! 01LLLLLL LLLLLLLL  L + 1 registers are zero                    (1 to 16384)
//! 1CCCCCLL           L + 1 registers are C + 1                   (1 to 4 registers of 1 to 32)
//! ```
//! It knows bytes that `check` has accepted, which says nothing about the runs. Invariant: what Redis would write, so
//! that values are equal byte for byte; runs that do not cover every register once are `Corrupt`, not a panic.

use super::estimate::Histogram;
use super::{Corrupt, HEADER_BYTES, REGISTERS, SPARSE, dense, outdate};

/// A value whose registers are all zero.
pub(super) const EMPTY: [u8; HEADER_BYTES + 2] = {
    let mut bytes = [0; HEADER_BYTES + 2];
    (bytes[0], bytes[1], bytes[2], bytes[3]) = (b'H', b'Y', b'L', b'L');
    bytes[super::ENCODING_AT] = SPARSE;
    (bytes[HEADER_BYTES], bytes[HEADER_BYTES + 1]) = (LONG | 0x3f, 0xff);
    bytes
};

/// Marks of a run of two bytes, and of one that is not zero.
const LONG: u8 = 0x40;
const VALUE: u8 = 0x80;
/// The most a run can say.
const COUNT_MAX: u8 = 32;
const VALUE_LEN_MAX: usize = 4;
const SHORT_LEN_MAX: usize = 64;
/// How many runs are looked at for two that can become one.
const MERGE_SCAN: usize = 5;

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// What its registers hold.
    pub(super) count: u8,
    /// How many there are.
    pub(super) len: usize,
    /// Bytes it is written in.
    bytes: usize,
}

impl Run {
    /// Whether it is one of the long ones.
    pub(super) const fn is_long(self) -> bool {
        self.bytes == 2
    }

    /// The run at the start of `bytes`.
    #[inline]
    fn read(bytes: &[u8]) -> Result<Run, Corrupt> {
        let first = *bytes.first().ok_or(Corrupt)?;
        let low = usize::from(first & 0x3f);
        Ok(match first {
            VALUE.. => Run {
                count: (first >> 2 & 0x1f) + 1,
                len: usize::from(first & 3) + 1,
                bytes: 1,
            },
            LONG.. => Run {
                count: 0,
                len: ((low << 8) | usize::from(*bytes.get(1).ok_or(Corrupt)?)) + 1,
                bytes: 2,
            },
            _ => Run {
                count: 0,
                len: low + 1,
                bytes: 1,
            },
        })
    }
}

/// Every run of a value, from the first on.
pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = Result<Run, Corrupt>> {
    let mut rest = &bytes[HEADER_BYTES..];
    core::iter::from_fn(move || {
        let run = (!rest.is_empty()).then(|| Run::read(rest))?;
        rest = run.as_ref().map_or(&[], |run| &rest[run.bytes..]);
        Some(run)
    })
}

/// Calls `each` with the first register of every run and the run, and checks that they cover every register once.
fn walk(bytes: &[u8], mut each: impl FnMut(usize, Run)) -> Result<(), Corrupt> {
    let mut index = 0;
    for run in runs(bytes) {
        let run = run?;
        if index + run.len > REGISTERS {
            return Err(Corrupt);
        }
        each(index, run);
        index += run.len;
    }
    if index == REGISTERS {
        Ok(())
    } else {
        Err(Corrupt)
    }
}

/// The dense form.
pub(super) fn to_dense(bytes: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut dense = dense::empty_like(bytes);
    walk(bytes, |first, run| {
        (first..first + run.len).for_each(|index| dense::set(&mut dense, index, run.count));
    })?;
    Ok(dense)
}

/// Raises each of `raised` to the register of the same number.
pub(super) fn merge(bytes: &[u8], raised: &mut [u8; REGISTERS]) -> Result<(), Corrupt> {
    walk(bytes, |first, run| {
        let registers = &mut raised[first..first + run.len];
        registers
            .iter_mut()
            .for_each(|most| *most = (*most).max(run.count));
    })
}

/// How many registers hold what.
pub(super) fn histogram(bytes: &[u8]) -> Result<Histogram, Corrupt> {
    let mut histogram = Histogram::EMPTY;
    walk(bytes, |_, run| histogram.add(run.count, run.len as u32))?;
    Ok(histogram)
}

/// Raises a register and answers whether it was lower. The value becomes dense when `count` or its size ask for it.
pub(super) fn raise(
    bytes: &mut Vec<u8>,
    index: usize,
    count: u8,
    bytes_max: u64,
) -> Result<bool, Corrupt> {
    if count > COUNT_MAX {
        return promote(bytes, index, count);
    }
    let Covering {
        before,
        at,
        first,
        run,
    } = Covering::find(bytes, index)?;
    if run.count >= count {
        return Ok(false);
    }
    let split = Split::of(run, index - first, count);
    let grown = bytes.len() + split.len - run.bytes;
    if split.len > run.bytes && grown as u64 > bytes_max {
        return promote(bytes, index, count);
    }
    bytes.splice(at..at + run.bytes, split.bytes[..split.len].iter().copied());
    unite(bytes, before);
    outdate(bytes);
    Ok(true)
}

fn promote(bytes: &mut Vec<u8>, index: usize, count: u8) -> Result<bool, Corrupt> {
    *bytes = to_dense(bytes)?;
    Ok(dense::raise(bytes, index, count))
}

/// The run that covers a register.
struct Covering {
    /// Where the run before it is; itself when there is none.
    before: usize,
    /// Where it is.
    at: usize,
    /// Its first register.
    first: usize,
    run: Run,
}

impl Covering {
    fn find(bytes: &[u8], index: usize) -> Result<Covering, Corrupt> {
        let (mut before, mut at, mut first) = (HEADER_BYTES, HEADER_BYTES, 0);
        loop {
            let run = Run::read(&bytes[at..])?;
            if index < first + run.len {
                return Ok(Covering {
                    before,
                    at,
                    first,
                    run,
                });
            }
            (before, at, first) = (at, at + run.bytes, first + run.len);
        }
    }
}

/// A run whose register at `offset` has become `count`, written anew: up to three runs.
struct Split {
    bytes: [u8; 5],
    len: usize,
}

impl Split {
    fn of(run: Run, offset: usize, count: u8) -> Split {
        let mut split = Split {
            bytes: [0; 5],
            len: 0,
        };
        split.put(run.count, offset);
        split.put(count, 1);
        split.put(run.count, run.len - offset - 1);
        split
    }

    fn put(&mut self, count: u8, len: usize) {
        let mut add = |byte: u8| {
            self.bytes[self.len] = byte;
            self.len += 1;
        };
        match (count, len) {
            (_, 0) => {}
            (0, ..=SHORT_LEN_MAX) => add(len as u8 - 1),
            (0, _) => {
                add(LONG | ((len - 1) >> 8) as u8);
                add((len - 1) as u8);
            }
            _ => add(value_byte(count, len)),
        }
    }
}

const fn value_byte(count: u8, len: usize) -> u8 {
    VALUE | ((count - 1) << 2) | (len as u8 - 1)
}

/// Makes one of runs side by side that hold the same and are not too long together, among the first from `at` on.
fn unite(bytes: &mut Vec<u8>, mut at: usize) {
    for _ in 0..MERGE_SCAN {
        let Ok(run) = Run::read(&bytes[at..]) else {
            return;
        };
        let next = bytes.get(at + 1).filter(|byte| **byte >= VALUE);
        let next = next.and_then(|byte| Run::read(&[*byte]).ok());
        match next {
            Some(next)
                if run.count > 0
                    && run.count == next.count
                    && run.len + next.len <= VALUE_LEN_MAX =>
            {
                bytes[at] = value_byte(run.count, run.len + next.len);
                bytes.remove(at + 1);
            }
            _ => at += run.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_those_of_the_dense_form_whatever_the_order() {
        let mut seed = 17_u64;
        let (mut sparse, mut dense) = (EMPTY.to_vec(), dense::empty_like(&EMPTY));
        for _ in 0..3000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Close together, so that runs split and unite.
            let (index, count) = (
                (seed >> 33) as usize % 700 * 23 % 800,
                1 + (seed >> 60) as u8 % 4,
            );
            let raised = raise(&mut sparse, index, count, 20_000).expect("valid");
            assert_eq!(raised, dense::raise(&mut dense, index, count));
            let total: usize = runs(&sparse).map(|run| run.expect("valid").len).sum();
            assert_eq!(total, REGISTERS);
        }
        let converted = to_dense(&sparse).expect("valid");
        assert_eq!(converted[HEADER_BYTES..], dense[HEADER_BYTES..]);
        let estimate = histogram(&sparse).expect("valid").estimate();
        assert_eq!(estimate, Histogram::of_dense(&dense).estimate());
    }

    #[test]
    fn a_limit_or_a_count_beyond_five_bits_makes_it_dense() {
        let mut bytes = EMPTY.to_vec();
        assert_eq!(raise(&mut bytes, 9, 1, 18), Ok(true));
        assert_eq!((bytes.len(), dense::get(&bytes, 9)), (dense::BYTES, 1));
        let mut bytes = EMPTY.to_vec();
        assert_eq!(raise(&mut bytes, 16_383, 33, 3000), Ok(true));
        assert_eq!(
            (bytes.len(), dense::get(&bytes, 16_383)),
            (dense::BYTES, 33)
        );
    }
}
