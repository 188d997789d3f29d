//! Answers about single members, and how many there are.
//!
//! Invariant: words are read before the key is, so that a wrong word is told whatever the key holds.

use super::words::{lex_range, score_range};
use super::{hasher, read};
use crate::command::{Answer, Call};
use crate::object::zset::SortedSet;
use core::ops::Range;

/// ZCARD key: how many members.
pub fn zcard(call: &mut Call<'_, '_>) -> Answer {
    let set = read(call, call.args.get(1))?;
    call.reply.int(set.map_or(0, SortedSet::len) as i64);
    Ok(())
}

/// ZSCORE key member: its score, or null.
pub fn zscore(call: &mut Call<'_, '_>) -> Answer {
    let set = read(call, call.args.get(1))?;
    write_score(call, set, call.args.get(2));
    Ok(())
}

fn write_score(call: &mut Call<'_, '_>, set: Option<SortedSet>, member: &[u8]) {
    let pool = &call.keyspace().pool;
    match set.and_then(|set| set.score(pool, member, hasher(call))) {
        Some(score) => call.reply.double(score),
        None => call.reply.null(),
    }
}

/// ZMSCORE key member ..: each score, or null.
pub fn zmscore(call: &mut Call<'_, '_>) -> Answer {
    let set = read(call, call.args.get(1))?;
    call.reply.array(call.args.len() - 2);
    for member in call.args.from(2) {
        write_score(call, set, member);
    }
    Ok(())
}

/// ZRANK key member: how many stand before it, or null.
pub fn zrank(call: &mut Call<'_, '_>) -> Answer {
    rank(call, false)
}

/// ZREVRANK key member: how many stand behind it, or null.
pub fn zrevrank(call: &mut Call<'_, '_>) -> Answer {
    rank(call, true)
}

fn rank(call: &mut Call<'_, '_>, descending: bool) -> Answer {
    let set = read(call, call.args.get(1))?;
    let (pool, member) = (&call.keyspace().pool, call.args.get(2));
    let rank = set.and_then(|set| {
        let rank = set.rank(pool, member, hasher(call))?;
        Some(if descending {
            set.len() - 1 - rank
        } else {
            rank
        })
    });
    match rank {
        Some(rank) => call.reply.int(rank as i64),
        None => call.reply.null(),
    }
    Ok(())
}

/// ZCOUNT key min max: how many members have a score in the range.
pub fn zcount(call: &mut Call<'_, '_>) -> Answer {
    let range = score_range(call.args, 2, 3)?;
    count(call, |set| set.ranks_of_scores(&range))
}

/// ZLEXCOUNT key min max: how many members lie in the range of names.
pub fn zlexcount(call: &mut Call<'_, '_>) -> Answer {
    let range = lex_range(call.args, 2, 3)?;
    count(call, |set| set.ranks_of_members(&range))
}

fn count(call: &mut Call<'_, '_>, ranks: impl FnOnce(SortedSet) -> Range<u64>) -> Answer {
    let set = read(call, call.args.get(1))?;
    let ranks = set.map_or(0..0, ranks);
    let count = ranks.end.saturating_sub(ranks.start);
    call.reply.int(count as i64);
    Ok(())
}
