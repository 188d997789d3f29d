//! Ranges of members, by rank, score or name: answered, or stored as a set of their own.
//!
//! Invariant: members are written straight from where they lie.

use super::words::{Limit, lex_range, rank_range, score_range};
use super::{Scores, draft, limits, read, store};
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::zset::SortedSet;
use crate::object::zset::change::Decision;
use crate::object::zset::range::{LexRange, ScoreRange};
use core::ops::Range;

/// What a range is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// The range itself.
#[derive(Clone, Copy, Debug)]
enum Span<'a> {
    Ranks(i64, i64),
    Scores(ScoreRange),
    Members(LexRange<'a>),
}

/// What a command's name says already.
#[derive(Clone, Copy, Debug)]
struct Preset {
    by: Option<By>,
    descending: Option<bool>,
    /// Whether the range is stored: the key's argument is one further on, and scores are not asked for.
    stores: bool,
}

/// Everything asked for.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    span: Span<'a>,
    descending: bool,
    limit: Limit,
    with_scores: bool,
}

impl<'a> Request<'a> {
    /// Reads it; `key` is the argument in front of the bounds.
    fn read(args: Args<'a>, key: usize, preset: Preset) -> Result<Request<'a>, Error> {
        let (mut by, mut descending) = (preset.by, preset.descending);
        let (mut limit, mut with_scores) = (Limit::NONE, false);
        let mut index = key + 3;
        while index < args.len() {
            let left = args.len() - index - 1;
            if !preset.stores && args.is(index, "withscores") {
                with_scores = true;
            } else if args.is(index, "limit") && left >= 2 {
                limit = Limit {
                    offset: args.int(index + 1)?,
                    count: args.int(index + 2)?,
                };
                index += 2;
            } else if preset.descending.is_none() && descending.is_none() && args.is(index, "rev") {
                descending = Some(true);
            } else if preset.by.is_none() && by.is_none() && args.is(index, "bylex") {
                by = Some(By::Lex);
            } else if preset.by.is_none() && by.is_none() && args.is(index, "byscore") {
                by = Some(By::Score);
            } else {
                return Err(Error::of(error::SYNTAX));
            }
            index += 1;
        }
        let (by, descending) = (by.unwrap_or(By::Rank), descending.unwrap_or(false));
        if limit.count != -1 && by == By::Rank {
            return Err(Error::of(error::ZRANGE_LIMIT));
        }
        if with_scores && by == By::Lex {
            return Err(Error::of(error::ZRANGE_LEX_SCORES));
        }
        // Walked down, the upper end comes first, unless ranks are counted, from the upper end then.
        let (min, max) = match (by, descending) {
            (By::Rank, _) | (_, false) => (key + 1, key + 2),
            (_, true) => (key + 2, key + 1),
        };
        let span = match by {
            By::Rank => Span::Ranks(args.int(min)?, args.int(max)?),
            By::Score => Span::Scores(score_range(args, min, max)?),
            By::Lex => Span::Members(lex_range(args, min, max)?),
        };
        Ok(Request {
            span,
            descending,
            limit,
            with_scores,
        })
    }

    /// The ranks asked for.
    fn ranks(&self, set: SortedSet) -> Range<u64> {
        let ranks = match self.span {
            Span::Ranks(start, end) => {
                let len = set.len();
                let Range { start, end } = rank_range(start, end, len);
                return if self.descending {
                    len - end..len - start
                } else {
                    start..end
                };
            }
            Span::Scores(range) => set.ranks_of_scores(&range),
            Span::Members(range) => set.ranks_of_members(&range),
        };
        self.limit.of(ranks, self.descending)
    }
}

/// Where a walk over ranks begins.
fn first(ranks: &Range<u64>, descending: bool) -> u64 {
    if descending {
        ranks.end.saturating_sub(1)
    } else {
        ranks.start
    }
}

fn answer(call: &mut Call<'_, '_>, by: Option<By>, descending: Option<bool>) -> Answer {
    let preset = Preset {
        by,
        descending,
        stores: false,
    };
    let request = Request::read(call.args, 1, preset)?;
    let Some(set) = read(call, call.args.get(1))? else {
        call.reply.array(0);
        return Ok(());
    };
    let ranks = request.ranks(set);
    let count = ranks.end.saturating_sub(ranks.start);
    let scores = Scores::shown(call.reply, request.with_scores);
    scores.announce(call.reply, count);
    let walk = set.walk(first(&ranks, request.descending), request.descending);
    for (member, score) in walk.take(count as usize) {
        scores.write(call.reply, member, score);
    }
    Ok(())
}

/// ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES].
pub fn zrange(call: &mut Call<'_, '_>) -> Answer {
    answer(call, None, None)
}

/// ZREVRANGE key start stop [WITHSCORES].
pub fn zrevrange(call: &mut Call<'_, '_>) -> Answer {
    answer(call, Some(By::Rank), Some(true))
}

/// ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count].
pub fn zrangebyscore(call: &mut Call<'_, '_>) -> Answer {
    answer(call, Some(By::Score), Some(false))
}

/// ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count].
pub fn zrevrangebyscore(call: &mut Call<'_, '_>) -> Answer {
    answer(call, Some(By::Score), Some(true))
}

/// ZRANGEBYLEX key min max [LIMIT offset count].
pub fn zrangebylex(call: &mut Call<'_, '_>) -> Answer {
    answer(call, Some(By::Lex), Some(false))
}

/// ZREVRANGEBYLEX key max min [LIMIT offset count].
pub fn zrevrangebylex(call: &mut Call<'_, '_>) -> Answer {
    answer(call, Some(By::Lex), Some(true))
}

/// ZRANGESTORE destination source start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count]: how many are stored.
pub fn zrangestore(call: &mut Call<'_, '_>) -> Answer {
    let preset = Preset {
        by: None,
        descending: None,
        stores: true,
    };
    let request = Request::read(call.args, 2, preset)?;
    let source = read(call, call.args.get(2))?;
    let mut draft = draft(call, limits(call))?;
    if let Some(source) = source {
        let ranks = request.ranks(source);
        let count = ranks.end.saturating_sub(ranks.start);
        for (member, score) in source.walk(ranks.start, false).take(count as usize) {
            member.with_bytes(|member| draft.update(member, |_| Decision::Score(score)))?;
        }
    }
    let target = call.target(call.args.get(1));
    store(call, target, draft, "zrangestore")
}
