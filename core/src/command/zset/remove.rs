//! Members going out: by name, or a range of them by rank, score or name.
//!
//! Invariant: a key whose last member went is gone.

use super::words::{lex_range, rank_range, score_range};
use super::{finish, limits, take};
use crate::command::{Answer, Call};
use crate::object::zset::SortedSet;
use core::ops::Range;

/// ZREM key member ..: how many were there.
pub fn zrem(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    let Some(found) = take(call, target)? else {
        call.reply.int(0);
        return Ok(());
    };
    let (members, limits) = (call.args.from(2), limits(call));
    let removed = call.grip().change_sorted_set(found.entry, limits, |set| {
        members.filter(|member| set.remove(member)).count()
    });
    call.reply.int(removed as i64);
    if removed > 0 {
        call.changed_by(removed as u64);
        finish(call, target, found, "zrem");
    }
    Ok(())
}

/// ZREMRANGEBYRANK key start stop: how many were removed.
pub fn zremrangebyrank(call: &mut Call<'_, '_>) -> Answer {
    let (start, end) = (call.args.int(2)?, call.args.int(3)?);
    let ranks = |set: SortedSet| rank_range(start, end, set.len());
    remove(call, ranks, "zremrangebyrank")
}

/// ZREMRANGEBYSCORE key min max: how many were removed.
pub fn zremrangebyscore(call: &mut Call<'_, '_>) -> Answer {
    let range = score_range(call.args, 2, 3)?;
    remove(call, |set| set.ranks_of_scores(&range), "zremrangebyscore")
}

/// ZREMRANGEBYLEX key min max: how many were removed.
pub fn zremrangebylex(call: &mut Call<'_, '_>) -> Answer {
    let range = lex_range(call.args, 2, 3)?;
    remove(call, |set| set.ranks_of_members(&range), "zremrangebylex")
}

fn remove(
    call: &mut Call<'_, '_>,
    ranks: impl FnOnce(SortedSet) -> Range<u64>,
    event: &'static str,
) -> Answer {
    let target = call.target(call.args.get(1));
    let Some(found) = take(call, target)? else {
        call.reply.int(0);
        return Ok(());
    };
    let ranks = ranks(SortedSet::of(found.entry));
    let removed = ranks.end.saturating_sub(ranks.start);
    call.reply.int(removed as i64);
    if removed > 0 {
        let limits = limits(call);
        call.grip()
            .change_sorted_set(found.entry, limits, |set| set.remove_ranks(ranks));
        call.changed_by(removed);
        finish(call, target, found, event);
    }
    Ok(())
}
