//! ZRANDMEMBER: members picked at random.
//!
//! Invariant: every member, and every choice of several different ones, has the same chance.

use super::{Scores, read, write_member};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::zset::SortedSet;
use std::collections::HashSet;

/// With fewer members than so many for each wanted, going over all of them once is cheaper than picking.
const PICKING_MIN: u64 = 3;

/// A number below `end` made of a random word.
const fn below(random: u64, end: u64) -> u64 {
    ((random as u128 * end as u128) >> 64) as u64
}

/// ZRANDMEMBER key [count [WITHSCORES]]: a member or null; with a count so many different ones, with a negative one so many
/// that may come again.
pub fn zrandmember(call: &mut Call<'_, '_>) -> Answer {
    if call.args.len() > 2 {
        return several(call);
    }
    let Some(set) = read(call, call.args.get(1))? else {
        call.reply.null();
        return Ok(());
    };
    let rank = below(call.lane.random_u64(), set.len());
    if let Some((member, _)) = set.walk(rank, false).next() {
        write_member(call.reply, member);
    }
    Ok(())
}

fn several(call: &mut Call<'_, '_>) -> Answer {
    let count = call.args.int(2)?;
    if count == i64::MIN {
        return Err(Error::of(error::COUNT_HAS_NO_OPPOSITE));
    }
    let with_scores = call.args.len() == 4 && call.args.is(3, "withscores");
    if call.args.len() > 4 || (call.args.len() == 4 && !with_scores) {
        return call.syntax_error();
    }
    if with_scores && !(-i64::MAX / 2..=i64::MAX / 2).contains(&count) {
        return Err(Error::of(error::COUNT_OUT_OF_RANGE));
    }
    let set = read(call, call.args.get(1))?;
    let scores = Scores::shown(call.reply, with_scores);
    match set {
        Some(set) if count < 0 => {
            scores.announce(call.reply, count.unsigned_abs());
            for _ in 0..count.unsigned_abs() {
                let rank = below(call.lane.random_u64(), set.len());
                write_rank(call, set, rank, scores);
            }
        }
        Some(set) if count > 0 => different(call, set, count as u64, scores),
        _ => call.reply.array(0),
    }
    Ok(())
}

fn write_rank(call: &mut Call<'_, '_>, set: SortedSet, rank: u64, scores: Scores) {
    if let Some((member, score)) = set.walk(rank, false).next() {
        scores.write(call.reply, member, score);
    }
}

/// Answers `count` different members: by going over all of them and drawing lots (Knuth's algorithm S), or, when they are
/// few of many, by picking ranks (Floyd's algorithm).
fn different(call: &mut Call<'_, '_>, set: SortedSet, count: u64, scores: Scores) {
    let len = set.len();
    let count = count.min(len);
    scores.announce(call.reply, count);
    if count.saturating_mul(PICKING_MIN) >= len {
        let (mut wanted, mut left) = (count, len);
        for (member, score) in set.walk(0, false) {
            if wanted == left || below(call.lane.random_u64(), left) < wanted {
                scores.write(call.reply, member, score);
                wanted -= 1;
            }
            left -= 1;
            if wanted == 0 {
                return;
            }
        }
        return;
    }
    let mut picked = HashSet::with_capacity(count as usize);
    for last in len - count..len {
        let rank = below(call.lane.random_u64(), last + 1);
        let rank = if picked.insert(rank) {
            rank
        } else {
            picked.insert(last);
            last
        };
        write_rank(call, set, rank, scores);
    }
}
