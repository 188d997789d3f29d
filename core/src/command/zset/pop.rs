//! Taking the lowest or highest members out: ZPOPMIN, ZPOPMAX, ZMPOP, and what their blocking kin does once there is
//! something to take.
//!
//! Invariant: what is told of a pop is ZPOPMIN or ZPOPMAX with its count, whichever command it was.

use super::{Scores, finish, limits, take};
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::keyspace::update::Target;
use crate::object::zset::SortedSet;
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64, parse_i64};

/// Which end members are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The lowest scores.
    Min,
    /// The highest.
    Max,
}

/// How a pop is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// ZPOPMIN: member and score in turn.
    Flat,
    /// ZPOPMIN with a count in protocol 3: pairs.
    Pairs,
    /// BZPOPMIN: the key, member and score.
    KeyAndOne,
    /// ZMPOP: the key, and pairs.
    KeyAndPairs,
}

/// Takes up to `count` members, at least one, out of the sorted set of `target` and answers them. Answers nothing and
/// `false` when there is no such key; an error when it holds another type.
pub fn pop(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    end: End,
    count: u64,
    shape: Shape,
) -> Result<bool, Error> {
    let Some(found) = take(call, target)? else {
        return Ok(false);
    };
    let set = SortedSet::of(found.entry);
    let len = set.len();
    let count = count.min(len);
    let scores = match shape {
        Shape::Flat | Shape::KeyAndOne => Scores::Flat,
        Shape::Pairs | Shape::KeyAndPairs => Scores::Nested,
    };
    match shape {
        Shape::Flat | Shape::Pairs => scores.announce(call.reply, count),
        Shape::KeyAndOne => {
            call.reply.array(1 + 2 * count as usize);
            call.reply.bulk(target.key);
        }
        Shape::KeyAndPairs => {
            call.reply.array(2);
            call.reply.bulk(target.key);
            scores.announce(call.reply, count);
        }
    }
    let (first, ranks) = match end {
        End::Min => (0, 0..count),
        End::Max => (len - 1, len - count..len),
    };
    for (member, score) in set.walk(first, end == End::Max).take(count as usize) {
        scores.write(call.reply, member, score);
    }
    let limits = limits(call);
    call.grip()
        .change_sorted_set(found.entry, limits, |set| set.remove_ranks(ranks));
    let (name, event): (&[u8], _) = match end {
        End::Min => (b"ZPOPMIN", "zpopmin"),
        End::Max => (b"ZPOPMAX", "zpopmax"),
    };
    let mut text = [0; I64_TEXT_BYTES];
    call.changed_as(&[name, target.key, fmt_i64(count as i64, &mut text)]);
    finish(call, target, found, event);
    Ok(true)
}

/// ZPOPMIN key [count]: the members with the lowest scores, which are gone afterwards.
pub fn zpopmin(call: &mut Call<'_, '_>) -> Answer {
    pop_one_key(call, End::Min)
}

/// ZPOPMAX key [count]: the members with the highest scores, which are gone afterwards.
pub fn zpopmax(call: &mut Call<'_, '_>) -> Answer {
    pop_one_key(call, End::Max)
}

fn pop_one_key(call: &mut Call<'_, '_>, end: End) -> Answer {
    if call.args.len() > 3 {
        return call.syntax_error();
    }
    let mut count = 1;
    let mut shape = Shape::Flat;
    if call.args.len() == 3 {
        let number = parse_i64(call.args.get(2)).and_then(|count| u64::try_from(count).ok());
        count = number.ok_or(Error::of(error::NOT_POSITIVE))?;
        if call.reply.protocol() > 2 {
            shape = Shape::Pairs;
        }
    }
    let target = call.target(call.args.get(1));
    if count == 0 {
        // The type is checked all the same.
        take(call, target)?;
        call.reply.array(0);
    } else if !pop(call, target, end, count, shape)? {
        call.reply.array(0);
    }
    Ok(())
}

/// What ZMPOP and BZMPOP are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The first key's argument.
    pub first: usize,
    /// How many keys.
    pub keys: usize,
    /// Which end.
    pub end: End,
    /// How many members at most.
    pub count: u64,
}

impl Request {
    /// Reads it; `numkeys` is the argument that says how many keys follow.
    pub fn read(args: Args<'_>, numkeys: usize) -> Result<Request, Error> {
        let positive = |index: usize, error: &'static str| {
            let number = parse_i64(args.get(index)).filter(|&number| number > 0);
            number.map(|number| number as u64).ok_or(Error::of(error))
        };
        let keys =
            usize::try_from(positive(numkeys, error::NUMKEYS_NOT_POSITIVE)?).unwrap_or(usize::MAX);
        let at = numkeys.saturating_add(1).saturating_add(keys);
        if at >= args.len() {
            return Err(Error::of(error::SYNTAX));
        }
        let end = if args.is(at, "min") {
            End::Min
        } else if args.is(at, "max") {
            End::Max
        } else {
            return Err(Error::of(error::SYNTAX));
        };
        let count = match args.len() - at - 1 {
            0 => 1,
            2 if args.is(at + 1, "count") => positive(at + 2, error::COUNT_NOT_POSITIVE)?,
            // The first COUNT is read before the second is found to be one too many.
            more if more > 2 && args.is(at + 1, "count") => {
                positive(at + 2, error::COUNT_NOT_POSITIVE)?;
                return Err(Error::of(error::SYNTAX));
            }
            _ => return Err(Error::of(error::SYNTAX)),
        };
        Ok(Request {
            first: numkeys + 1,
            keys,
            end,
            count,
        })
    }
}

/// ZMPOP numkeys key .. MIN | MAX [COUNT count]: the first key that has any members, and those taken out, or null.
pub fn zmpop(call: &mut Call<'_, '_>) -> Answer {
    let request = Request::read(call.args, 1)?;
    let args = call.args;
    for key in args.from(request.first).take(request.keys) {
        let target = call.target(key);
        if pop(call, target, request.end, request.count, Shape::KeyAndPairs)? {
            return Ok(());
        }
    }
    call.reply.null_array();
    Ok(())
}
