//! Several sorted sets made one: unions, intersections, differences, answered, stored or counted. Plain sets may be among
//! them; their members have the score 1.
//!
//! Invariant: inputs are read where they lie; what is made of them is a draft that no key leads to until it is whole.

use super::{Draft, Scores, draft, hasher, limits, store};
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::elements::Hasher;
use crate::object::entry::Entry;
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::object::zset::change::Decision;
use crate::object::zset::{Limits, SortedSet};
use crate::pool::Pool;
use crate::pool::prefix::ObjectType;
use crate::resp::parse_f64;

/// Drafts are large, as in Redis: only there is a score of -0 kept. What is stored is packed afterwards.
const LARGE: Limits = Limits {
    entries: 0,
    value: 0,
};

/// The score of a plain set's members.
const PLAIN_SCORE: f64 = 1.0;

/// How several are made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What becomes of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is answered.
    Answer,
    /// It is stored at the first key.
    Store,
    /// Its members are counted.
    Count,
}

/// What several scores of one member become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn named(word: &[u8]) -> Option<Aggregate> {
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        [
            ("sum", Aggregate::Sum),
            ("min", Aggregate::Min),
            ("max", Aggregate::Max),
        ]
        .into_iter()
        .find_map(|(name, aggregate)| is(name).then_some(aggregate))
    }

    /// Infinities that cancel each other out make 0; what is not a number loses every comparison.
    fn of(self, score: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => number(score + other),
            Aggregate::Min if other < score => other,
            Aggregate::Max if other > score => other,
            Aggregate::Min | Aggregate::Max => score,
        }
    }
}

/// A score, or 0 for what is none.
fn number(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// What a key holds that takes part.
#[derive(Clone, Copy)]
enum Source {
    Missing,
    Sorted(SortedSet),
    Plain(Set),
}

impl Source {
    fn of(entry: Option<Entry>) -> Result<Source, Error> {
        match entry {
            None => Ok(Source::Missing),
            Some(entry) if entry.kind() == ObjectType::SortedSet => {
                Ok(Source::Sorted(SortedSet::of(entry)))
            }
            Some(entry) if entry.kind() == ObjectType::Set => Ok(Source::Plain(Set::of(entry))),
            Some(_) => Err(Error::of(error::WRONG_TYPE)),
        }
    }

    fn len(self) -> u64 {
        match self {
            Source::Missing => 0,
            Source::Sorted(set) => set.len(),
            Source::Plain(set) => set.len() as u64,
        }
    }

    /// Calls `each` for every member until it answers an error.
    fn each(
        self,
        pool: &Pool,
        mut each: impl FnMut(StringValue<'_>, f64) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        match self {
            Source::Missing => Ok(()),
            Source::Sorted(set) => set
                .walk(0, false)
                .try_for_each(|(member, score)| each(member, score)),
            Source::Plain(set) => set
                .iter(pool)
                .try_for_each(|member| each(member, PLAIN_SCORE)),
        }
    }

    fn score(self, pool: &Pool, member: &[u8], hash: impl Hasher) -> Option<f64> {
        match self {
            Source::Missing => None,
            Source::Sorted(set) => set.score(pool, member, hash),
            Source::Plain(set) => set
                .contains(pool, StringValue::parse(member), hash)
                .then_some(PLAIN_SCORE),
        }
    }
}

/// Why a walk ends early.
enum Stop {
    /// Enough is known.
    Enough,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Failed(error)
    }
}

/// One input.
#[derive(Clone, Copy)]
struct Input {
    source: Source,
    weight: f64,
}

/// Everything asked for.
struct Request {
    operation: Operation,
    usage: Use,
    inputs: Vec<Input>,
    aggregate: Aggregate,
    with_scores: bool,
    /// Counting ends there; 0 for never.
    limit: u64,
}

impl Request {
    /// Reads it, and looks its inputs up; `numkeys` is the argument that says how many follow.
    fn read(
        call: &mut Call<'_, '_>,
        operation: Operation,
        usage: Use,
        numkeys: usize,
    ) -> Result<Request, Error> {
        let args = call.args;
        let count = args.int(numkeys)?;
        if count < 1 {
            return Err(Error::text(error::no_input_keys(call.spec().full_name)));
        }
        if count > (args.len() - numkeys - 1) as i64 {
            return Err(Error::of(error::SYNTAX));
        }
        let (count, first) = (count as usize, numkeys + 1);
        let mut inputs = Vec::with_capacity(count);
        for key in args.from(first).take(count) {
            let source = Source::of(call.read(key))?;
            let weight = 1.0;
            inputs.push(Input { source, weight });
        }
        let mut request = Request {
            operation,
            usage,
            inputs,
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: 0,
        };
        let mut index = first + count;
        while index < args.len() {
            index = request.take_option(args, index)?;
        }
        if operation != Operation::Difference {
            // The smallest first: fewest look-ups, and sums in Redis' order.
            request.inputs.sort_by_key(|input| input.source.len());
        }
        Ok(request)
    }

    /// Reads the option at `index` and answers where the next is.
    fn take_option(&mut self, args: Args<'_>, index: usize) -> Result<usize, Error> {
        let (left, is) = (args.len() - index, |word: &str| args.is(index, word));
        let combines = self.operation != Operation::Difference && self.usage != Use::Count;
        if combines && left > self.inputs.len() && is("weights") {
            for (number, input) in self.inputs.iter_mut().enumerate() {
                let weight = parse_f64(args.get(index + 1 + number));
                input.weight = weight.ok_or(Error::of(error::WEIGHT_NOT_A_FLOAT))?;
            }
            return Ok(index + 1 + self.inputs.len());
        }
        if combines && left >= 2 && is("aggregate") {
            let named = Aggregate::named(args.get(index + 1));
            self.aggregate = named.ok_or(Error::of(error::SYNTAX))?;
            return Ok(index + 2);
        }
        if self.usage == Use::Answer && is("withscores") {
            self.with_scores = true;
            return Ok(index + 1);
        }
        if self.usage == Use::Count && left >= 2 && is("limit") {
            let limit = args.int(index + 1).ok();
            let limit = limit.and_then(|limit| u64::try_from(limit).ok());
            self.limit = limit.ok_or(Error::of(error::LIMIT_NEGATIVE))?;
            return Ok(index + 2);
        }
        Err(Error::of(error::SYNTAX))
    }

    /// Calls `each` for every member of the result and its score, until it answers an error. A union's members come as
    /// often as they are there.
    fn run(
        &self,
        pool: &Pool,
        hash: impl Hasher,
        mut each: impl FnMut(&[u8], f64) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some((first, others)) = self.inputs.split_first() else {
            return Ok(());
        };
        match self.operation {
            Operation::Union => self.inputs.iter().try_for_each(|input| {
                input.source.each(pool, |member, score| {
                    let score = number(input.weight * score);
                    member.with_bytes(|member| each(member, score))
                })
            }),
            Operation::Intersection => first.source.each(pool, |member, score| {
                member.with_bytes(|member| {
                    let mut score = number(first.weight * score);
                    for other in others {
                        let Some(theirs) = other.source.score(pool, member, hash) else {
                            return Ok(());
                        };
                        score = self.aggregate.of(score, other.weight * theirs);
                    }
                    each(member, score)
                })
            }),
            Operation::Difference => first.source.each(pool, |member, score| {
                member.with_bytes(|member| {
                    let has = |other: &Input| other.source.score(pool, member, hash).is_some();
                    if others.iter().any(has) {
                        return Ok(());
                    }
                    each(member, score)
                })
            }),
        }
    }

    /// Fills a draft with the result.
    fn fill(&self, call: &Call<'_, '_>, draft: &mut Draft<'_>) -> Answer {
        let (pool, hash) = (&call.keyspace().pool, hasher(call));
        let aggregate = self.aggregate;
        let filled = self.run(pool, hash, |member, score| {
            let updated = draft.update(member, |before| {
                let score = before.map_or(score, |before| aggregate.of(before, score));
                Decision::Score(score)
            });
            updated.map_err(Error::from)?;
            Ok(())
        });
        match filled {
            Err(Stop::Failed(error)) => Err(error),
            Ok(()) | Err(Stop::Enough) => Ok(()),
        }
    }

    /// How many members the result has, counted up to the limit.
    fn count(&self, call: &Call<'_, '_>) -> u64 {
        let mut count = 0;
        // What stops it is the limit.
        let _enough = self.run(&call.keyspace().pool, hasher(call), |_, _| {
            count += 1;
            if count == self.limit {
                return Err(Stop::Enough);
            }
            Ok(())
        });
        count
    }
}

fn combine(
    call: &mut Call<'_, '_>,
    operation: Operation,
    usage: Use,
    event: &'static str,
) -> Answer {
    let numkeys = if usage == Use::Store { 2 } else { 1 };
    let request = Request::read(call, operation, usage, numkeys)?;
    if usage == Use::Count {
        let count = request.count(call);
        call.reply.int(count as i64);
        return Ok(());
    }
    let mut draft = draft(call, LARGE)?;
    request.fill(call, &mut draft)?;
    if usage == Use::Store {
        draft.pack(limits(call));
        let target = call.target(call.args.get(1));
        return store(call, target, draft, event);
    }
    let set = draft.set();
    let scores = Scores::shown(call.reply, request.with_scores);
    scores.announce(call.reply, set.len());
    for (member, score) in set.walk(0, false) {
        scores.write(call.reply, member, score);
    }
    Ok(())
}

/// ZUNION numkeys key .. [WEIGHTS weight ..] [AGGREGATE SUM | MIN | MAX] [WITHSCORES].
pub fn zunion(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Union, Use::Answer, "")
}

/// ZINTER numkeys key .. [WEIGHTS weight ..] [AGGREGATE SUM | MIN | MAX] [WITHSCORES].
pub fn zinter(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Intersection, Use::Answer, "")
}

/// ZDIFF numkeys key .. [WITHSCORES].
pub fn zdiff(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Difference, Use::Answer, "")
}

/// ZUNIONSTORE destination numkeys key .. [WEIGHTS weight ..] [AGGREGATE SUM | MIN | MAX]: how many are stored.
pub fn zunionstore(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Union, Use::Store, "zunionstore")
}

/// ZINTERSTORE destination numkeys key .. [WEIGHTS weight ..] [AGGREGATE SUM | MIN | MAX]: how many are stored.
pub fn zinterstore(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Intersection, Use::Store, "zinterstore")
}

/// ZDIFFSTORE destination numkeys key ..: how many are stored.
pub fn zdiffstore(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Difference, Use::Store, "zdiffstore")
}

/// ZINTERCARD numkeys key .. [LIMIT limit]: how many members all have.
pub fn zintercard(call: &mut Call<'_, '_>) -> Answer {
    combine(call, Operation::Intersection, Use::Count, "")
}
