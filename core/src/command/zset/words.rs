//! Ranges, limits and counts as clients write them.
//!
//! It may not know keys. Invariant: a range that is answered orders as its words say; nothing is a NaN.

use crate::command::{Args, Error};
use crate::error;
use crate::object::zset::range::{Bound, LexBound, LexRange, ScoreRange};
use crate::resp::{parse_f64, parse_f64_bound};
use core::ops::Range;

/// A score, or an amount to be added to one.
#[inline]
pub fn score(args: Args<'_>, index: usize) -> Result<f64, Error> {
    parse_f64(args.get(index)).ok_or(Error::of(error::NOT_A_FLOAT))
}

fn score_bound(text: &[u8]) -> Option<Bound<f64>> {
    let (is_exclusive, text) = match text {
        [b'(', rest @ ..] => (true, rest),
        text => (false, text),
    };
    let value = parse_f64_bound(text)?;
    Some(Bound {
        value,
        is_exclusive,
    })
}

/// The range of scores between two arguments.
pub fn score_range(args: Args<'_>, min: usize, max: usize) -> Result<ScoreRange, Error> {
    let bounds = score_bound(args.get(min)).zip(score_bound(args.get(max)));
    let (min, max) = bounds.ok_or(Error::of(error::RANGE_NOT_A_FLOAT))?;
    Ok(ScoreRange { min, max })
}

fn lex_bound(text: &[u8]) -> Option<LexBound<'_>> {
    let at = |value, is_exclusive| {
        LexBound::At(Bound {
            value,
            is_exclusive,
        })
    };
    match text {
        // What stands behind a NUL is not seen, as in C.
        [b'-'] | [b'-', 0, ..] => Some(LexBound::Lowest),
        [b'+'] | [b'+', 0, ..] => Some(LexBound::Highest),
        [b'(', member @ ..] => Some(at(member, true)),
        [b'[', member @ ..] => Some(at(member, false)),
        _ => None,
    }
}

/// The range of members between two arguments.
pub fn lex_range(args: Args<'_>, min: usize, max: usize) -> Result<LexRange<'_>, Error> {
    let bounds = lex_bound(args.get(min)).zip(lex_bound(args.get(max)));
    let (min, max) = bounds.ok_or(Error::of(error::RANGE_NOT_A_STRING))?;
    Ok(LexRange { min, max })
}

/// The ranks from `start` to `end`, negative ones counted from the end, within `len`.
pub fn rank_range(start: i64, end: i64, len: u64) -> Range<u64> {
    let len = len as i64;
    let from_end = |index: i64| if index < 0 { index + len } else { index };
    let (start, end) = (from_end(start).max(0), from_end(end).min(len - 1));
    if start > end {
        return 0..0;
    }
    start as u64..end as u64 + 1
}

/// LIMIT: how many to pass over, and how many to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// To be passed over; when negative, nothing is left.
    pub offset: i64,
    /// To be taken; when negative, all.
    pub count: i64,
}

impl Limit {
    /// Takes everything.
    pub const NONE: Limit = Limit {
        offset: 0,
        count: -1,
    };

    /// What is left of some ranks, walked upwards or down.
    pub fn of(self, ranks: Range<u64>, descending: bool) -> Range<u64> {
        let len = ranks.end.saturating_sub(ranks.start);
        let skipped = u64::try_from(self.offset).unwrap_or(u64::MAX).min(len);
        let taken = u64::try_from(self.count).unwrap_or(u64::MAX);
        let taken = taken.min(len - skipped);
        if descending {
            let end = ranks.end.max(ranks.start) - skipped;
            end - taken..end
        } else {
            let start = ranks.start + skipped;
            start..start + taken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_from_both_ends() {
        let cases = [
            (0, -1, 0..5),
            (1, 2, 1..3),
            (-2, -1, 3..5),
            (-100, 100, 0..5),
            (3, 2, 0..0),
            (5, 9, 0..0),
            (0, -6, 0..0),
        ];
        for (start, end, expected) in cases {
            assert_eq!(rank_range(start, end, 5), expected, "{start} {end}");
        }
        assert_eq!(rank_range(0, -1, 0), 0..0);
        assert_eq!(rank_range(i64::MIN, i64::MAX, 3), 0..3);
    }

    #[test]
    fn limits_take_from_where_the_walk_begins() {
        let limit = |offset, count| Limit { offset, count };
        assert_eq!(limit(1, 2).of(10..20, false), 11..13);
        assert_eq!(limit(1, 2).of(10..20, true), 17..19);
        assert_eq!(limit(0, -1).of(10..20, true), 10..20);
        assert_eq!(limit(9, 5).of(10..20, false), 19..20);
        assert_eq!(limit(9, 5).of(10..20, true), 10..11);
        for offset in [-1, 10, i64::MAX] {
            assert!(limit(offset, 5).of(10..20, false).is_empty());
            assert!(limit(offset, 5).of(10..20, true).is_empty());
        }
        let (start, end) = (7, 3);
        assert!(limit(0, 5).of(start..end, false).is_empty());
        assert!(limit(0, 5).of(start..end, true).is_empty());
    }

    #[test]
    fn bounds_are_read_as_redis_reads_them() {
        assert_eq!(
            score_bound(b"(1.5").map(|bound| bound.is_exclusive),
            Some(true)
        );
        assert_eq!(
            score_bound(b"-inf"),
            Some(Bound::inclusive(f64::NEG_INFINITY))
        );
        for text in [&b"nan"[..], b"(nan", b"((1", b"x", b"1 "] {
            assert_eq!(score_bound(text), None);
        }
        assert_eq!(lex_bound(b"+"), Some(LexBound::Highest));
        assert_eq!(lex_bound(b"[+"), Some(LexBound::At(Bound::inclusive(b"+"))));
        for text in [&b""[..], b"a", b"-a", b"++"] {
            assert_eq!(lex_bound(text), None);
        }
    }
}
