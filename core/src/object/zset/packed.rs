//! Small sorted sets: one listpack, member and score in turn, in order, byte for byte as Redis writes it.
//!
//! An integral score of up to 62 bits is an integer there, any other its text; a member that prints as an integer is one.
//! It may not know when a set has become too large. Invariant: the listpack has an even number of elements, and pairs
//! ascend by score, then by member.

use super::range::{LexRange, ScoreRange};
use crate::object::block::Block;
use crate::object::listpack::{self, BlockBytes, Listpack, Splice};
use crate::object::string::StringValue;
use crate::pool::space::{Full, Space};
use crate::resp::number::{F64_TEXT_BYTES, I64_TEXT_BYTES, fmt_f64, fmt_i64};
use crate::resp::{parse_f64, parse_f64_bound};
use core::cmp::Ordering;
use core::ops::Range;

/// Integral scores up to this size are kept as integers (half of what 64 bits hold, as in Redis).
const INTEGER_SCORE_MAX: f64 = (i64::MAX / 2) as f64;

/// A pair of a listpack: where it is, its member and its score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    /// The member's place.
    pub(super) at: usize,
    pub(super) member: StringValue<'a>,
    pub(super) score: f64,
}

/// A score as it is kept; `text` lends room for it.
fn kept(score: f64, text: &mut [u8; F64_TEXT_BYTES]) -> StringValue<'_> {
    if score.abs() <= INTEGER_SCORE_MAX && score.fract() == 0.0 {
        return StringValue::Int(score as i64);
    }
    StringValue::parse(fmt_f64(score, text))
}

/// A score read back.
fn score_of(value: StringValue<'_>) -> f64 {
    match value {
        StringValue::Int(score) => score as f64,
        StringValue::Bytes(text) => parse_f64_bound(text).unwrap_or(0.0),
    }
}

/// The bytes of a member; `text` lends room for an integer's.
pub(super) fn bytes_of<'a>(
    member: StringValue<'a>,
    text: &'a mut [u8; I64_TEXT_BYTES],
) -> &'a [u8] {
    match member {
        StringValue::Bytes(bytes) => bytes,
        StringValue::Int(value) => fmt_i64(value, text),
    }
}

/// The pair whose member is at `at`.
pub(super) fn pair_at(pack: Listpack<'_>, at: usize) -> Option<Pair<'_>> {
    let score = score_of(pack.get(pack.next(at)?));
    let member = pack.get(at);
    Some(Pair { at, member, score })
}

/// Every pair in order.
pub(super) fn pairs(pack: Listpack<'_>) -> impl Iterator<Item = Pair<'_>> {
    let mut values = pack.iter();
    core::iter::from_fn(move || {
        let ((at, member), (_, score)) = (values.next()?, values.next()?);
        let score = score_of(score);
        Some(Pair { at, member, score })
    })
}

/// The pair of a member.
pub(super) fn find<'a>(pack: Listpack<'a>, member: &[u8]) -> Option<Pair<'a>> {
    let at = pack.find(pack.first()?, StringValue::parse(member), 1)?;
    pair_at(pack, at)
}

/// How many pairs come before the one at `at`.
pub(super) fn rank_of(pack: Listpack<'_>, at: usize) -> u64 {
    pairs(pack).take_while(|pair| pair.at != at).count() as u64
}

/// The pair of that rank.
pub(super) fn seek(pack: Listpack<'_>, rank: u64) -> Option<Pair<'_>> {
    let index = i64::try_from(rank).ok()?.checked_mul(2)?;
    pair_at(pack, pack.seek(index)?)
}

/// The pair before the one at `at`.
pub(super) fn before(pack: Listpack<'_>, at: usize) -> Option<Pair<'_>> {
    pair_at(pack, pack.prev(pack.prev(at)?)?)
}

/// The ranks of the pairs in a range of scores.
pub(super) fn ranks_of_scores(pack: Listpack<'_>, range: &ScoreRange) -> Range<u64> {
    let below = pairs(pack).take_while(|pair| range.is_below(pair.score));
    let start = below.count();
    let through = pairs(pack).take_while(|pair| !range.is_above(pair.score));
    start as u64..through.count() as u64
}

/// The ranks of the pairs in a range of members.
pub(super) fn ranks_of_members(pack: Listpack<'_>, range: &LexRange<'_>) -> Range<u64> {
    let below = |pair: &Pair<'_>| pair.member.with_bytes(|member| range.is_below(member));
    let above = |pair: &Pair<'_>| pair.member.with_bytes(|member| range.is_above(member));
    let start = pairs(pack).take_while(below).count();
    let through = pairs(pack).take_while(|pair| !above(pair)).count();
    start as u64..through as u64
}

/// Where a pair belongs: the place of the first that stands behind it, or of the end.
fn place_of(pack: Listpack<'_>, member: &[u8], score: f64) -> usize {
    let is_behind = |pair: &Pair<'_>| match pair.score.partial_cmp(&score) {
        Some(Ordering::Less) => false,
        Some(Ordering::Greater) => true,
        _ => pair.member.with_bytes(|other| other > member),
    };
    let behind = pairs(pack).find(is_behind);
    behind.map_or(pack.bytes().len() - 1, |pair| pair.at)
}

/// Adds a member that is not there. When there is no room nothing has changed.
pub(super) fn insert(target: &mut BlockBytes<'_>, member: &[u8], score: f64) -> Result<(), Full> {
    let at = place_of(Listpack::new(target.bytes()), member, score);
    let mut text = [0; F64_TEXT_BYTES];
    listpack::insert(target, at, kept(score, &mut text))?;
    let inserted = listpack::insert(target, at, StringValue::parse(member));
    inserted.inspect_err(|Full| {
        listpack::remove(target, at, 1);
    })
}

/// Gives the member at `at` another score and its place. When there is no room nothing has changed.
pub(super) fn change_score(
    target: &mut BlockBytes<'_>,
    at: usize,
    member: &[u8],
    score: f64,
) -> Result<(), Full> {
    let pack = Listpack::new(target.bytes());
    let (len, goes_before) = (pack.bytes().len(), place_of(pack, member, score) <= at);
    insert(target, member, score)?;
    let grown = target.bytes().len() - len;
    listpack::remove(target, if goes_before { at + grown } else { at }, 2);
    Ok(())
}

/// Removes `count` pairs from the place `at` on.
pub(super) fn remove(target: &mut BlockBytes<'_>, at: usize, count: u64) {
    listpack::remove(target, at, 2 * count as usize);
}

/// The listpack of a block.
///
/// # Safety
/// The block is a live sorted set whose key is held.
pub(super) unsafe fn of_block<'a>(block: Block) -> Listpack<'a> {
    // SAFETY: by contract.
    Listpack::new(unsafe { block.bytes() })
}

/// A block with an empty listpack.
pub(super) fn create(space: Space<'_>) -> Result<BlockBytes<'_>, Full> {
    BlockBytes::create(space, &listpack::EMPTY)
}

/// Adds a member behind all others; the caller knows that it belongs there. When there is no room for its score, the
/// listpack is no set any more.
pub(super) fn append(
    target: &mut BlockBytes<'_>,
    member: StringValue<'_>,
    score: f64,
) -> Result<(), Full> {
    let member = match member {
        StringValue::Bytes(bytes) => StringValue::parse(bytes),
        integer => integer,
    };
    listpack::append(target, member)?;
    listpack::append(target, kept(score, &mut [0; F64_TEXT_BYTES]))
}

/// Whether the bytes are pairs in order, no member twice and every score a number; the error says what they are not.
pub(super) fn is_valid(bytes: &[u8]) -> Result<(), String> {
    listpack::check_pairs(bytes)?;
    let pack = Listpack::new(bytes);
    for (_, score) in pack.iter().skip(1).step_by(2) {
        let is_number = match score {
            StringValue::Int(_) => true,
            StringValue::Bytes(text) => parse_f64(text).is_some_and(|score| !score.is_nan()),
        };
        if !is_number {
            return Err("a score that is no number".into());
        }
    }
    let mut previous: Option<Pair<'_>> = None;
    for pair in pairs(pack) {
        let ascends = previous.is_none_or(|before| match before.score.partial_cmp(&pair.score) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => {
                let (mut one, mut other) = ([0; I64_TEXT_BYTES], [0; I64_TEXT_BYTES]);
                bytes_of(before.member, &mut one) < bytes_of(pair.member, &mut other)
            }
            _ => false,
        });
        if !ascends {
            return Err("pairs do not ascend".into());
        }
        previous = Some(pair);
    }
    Ok(())
}
