//! Scores going in: ZADD and ZINCRBY.
//!
//! Invariant: all pairs are taken or, when memory runs out half way, none.

use super::words::score;
use super::{limits, take};
use crate::command::notify::Class;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::keyspace::collections::ChangedSortedSet;
use crate::object::zset::change::Decision;

/// ZADD's options, and where its pairs begin.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    /// NX: only what is not there.
    absent: bool,
    /// XX: only what is there.
    present: bool,
    /// GT: only to a higher score.
    greater: bool,
    /// LT: only to a lower score.
    less: bool,
    /// CH: count what changed too.
    changed: bool,
    /// INCR: add to the score.
    increment: bool,
    /// The first score's argument.
    first: usize,
    /// How many pairs.
    pairs: usize,
}

impl Options {
    /// Reads and checks them; `increment` when the command's name says so already.
    fn read(args: Args<'_>, increment: bool) -> Result<Options, Error> {
        let mut options = Options {
            increment,
            first: 2,
            ..Options::default()
        };
        while options.first < args.len() && options.take(args.get(options.first)) {
            options.first += 1;
        }
        let rest = args.len() - options.first;
        options.pairs = rest / 2;
        if rest == 0 || rest % 2 != 0 {
            return Err(Error::of(error::SYNTAX));
        }
        options.check()?;
        for pair in 0..options.pairs {
            score(args, options.first + 2 * pair)?;
        }
        Ok(options)
    }

    #[inline]
    fn take(&mut self, word: &[u8]) -> bool {
        if !matches!(word.len(), 2 | 4) {
            return false;
        }
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        let flag = if is(b"NX") {
            &mut self.absent
        } else if is(b"XX") {
            &mut self.present
        } else if is(b"GT") {
            &mut self.greater
        } else if is(b"LT") {
            &mut self.less
        } else if is(b"CH") {
            &mut self.changed
        } else if is(b"INCR") {
            &mut self.increment
        } else {
            return false;
        };
        *flag = true;
        true
    }

    fn check(&self) -> Answer {
        if self.absent && self.present {
            return Err(Error::of(error::ZADD_XX_AND_NX));
        }
        let compares = self.greater || self.less;
        if (compares && self.absent) || (self.greater && self.less) {
            return Err(Error::of(error::ZADD_GT_LT_NX));
        }
        if self.increment && self.pairs > 1 {
            return Err(Error::of(error::ZADD_INCR_PAIRS));
        }
        Ok(())
    }
}

/// What became of a pair.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// The options kept it out.
    Kept,
    /// It has the score it had.
    Same(f64),
    Added(f64),
    /// The score it has, and the one it had.
    Changed(f64, f64),
}

impl Options {
    /// What becomes of a member with the score `before`, when `score` is asked for.
    #[inline]
    fn decide(&self, before: Option<f64>, score: f64) -> Result<Outcome, Error> {
        let Some(before) = before else {
            return Ok(match self.present {
                true => Outcome::Kept,
                false => Outcome::Added(score),
            });
        };
        if self.absent {
            return Ok(Outcome::Kept);
        }
        let score = if self.increment {
            before + score
        } else {
            score
        };
        if score.is_nan() {
            return Err(Error::of(error::SCORE_NOT_A_NUMBER));
        }
        if (self.less && score >= before) || (self.greater && score <= before) {
            return Ok(Outcome::Kept);
        }
        Ok(if score == before {
            Outcome::Same(score)
        } else {
            Outcome::Changed(score, before)
        })
    }

    /// Takes one pair.
    #[inline]
    fn take_pair(
        &self,
        set: &mut ChangedSortedSet<'_>,
        args: Args<'_>,
        pair: usize,
    ) -> Result<Outcome, Error> {
        let at = self.first + 2 * pair;
        let score = score(args, at)?;
        let mut decided = Ok(Outcome::Kept);
        set.update(args.get(at + 1), |before| {
            decided = self.decide(before, score);
            match decided {
                Ok(Outcome::Added(score) | Outcome::Changed(score, _)) => Decision::Score(score),
                _ => Decision::Keep,
            }
        })?;
        decided
    }

    /// Takes all pairs, or none.
    fn take_all(&self, set: &mut ChangedSortedSet<'_>, args: Args<'_>) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        // What came of the pairs before, so that it can be taken back; one pair needs none.
        let mut done = Vec::with_capacity(if self.pairs > 1 { self.pairs } else { 0 });
        for pair in 0..self.pairs {
            match self.take_pair(set, args, pair) {
                Ok(outcome) => tally.count(outcome),
                Err(error) => {
                    for (pair, outcome) in done.into_iter().enumerate().rev() {
                        self.undo(set, args.get(self.first + 2 * pair + 1), outcome);
                    }
                    return Err(error);
                }
            }
            if self.pairs > 1 {
                done.push(tally.last);
            }
        }
        Ok(tally)
    }

    /// Takes one pair back.
    #[cold]
    fn undo(&self, set: &mut ChangedSortedSet<'_>, member: &[u8], outcome: Outcome) {
        // Removing needs no memory, and where a member was before there is room.
        let _undone = set.update(member, |_| match outcome {
            Outcome::Added(_) => Decision::Remove,
            Outcome::Changed(_, before) => Decision::Score(before),
            Outcome::Kept | Outcome::Same(_) => Decision::Keep,
        });
    }
}

/// What became of all pairs.
#[derive(Clone, Copy, Debug)]
struct Tally {
    added: u64,
    changed: u64,
    last: Outcome,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            added: 0,
            changed: 0,
            last: Outcome::Kept,
        }
    }
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        self.added += u64::from(matches!(outcome, Outcome::Added(_)));
        self.changed += u64::from(matches!(outcome, Outcome::Changed(..)));
        self.last = outcome;
    }
}

/// ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member ..: how many are new; with CH, new or changed; with INCR the
/// score, or null.
pub fn zadd(call: &mut Call<'_, '_>) -> Answer {
    add(call, false)
}

/// ZINCRBY key increment member: the member's score afterwards.
pub fn zincrby(call: &mut Call<'_, '_>) -> Answer {
    add(call, true)
}

fn add(call: &mut Call<'_, '_>, increment: bool) -> Answer {
    let options = Options::read(call.args, increment)?;
    let target = call.target(call.args.get(1));
    let (args, limits) = (call.args, limits(call));
    let tally = match take(call, target)? {
        Some(found) => {
            let taken = |set: &mut ChangedSortedSet<'_>| options.take_all(set, args);
            call.grip().change_sorted_set(found.entry, limits, taken)?
        }
        None if options.present => Tally::default(),
        None => {
            let longest = args.get(options.first + 1).len();
            let mut set = call.grip().new_sorted_set(target.node, limits, longest)?;
            let tally = options.take_all(&mut set, args)?;
            call.grip().put_sorted_set(target, set)?;
            tally
        }
    };
    answer(call, options, tally);
    if tally.added + tally.changed > 0 {
        call.changed_by(tally.added + tally.changed);
        let event = if options.increment { "zincr" } else { "zadd" };
        call.notify(Class::ZSET, event, target.key);
    }
    Ok(())
}

fn answer(call: &mut Call<'_, '_>, options: Options, tally: Tally) {
    if options.increment {
        return match tally.last {
            Outcome::Kept => call.reply.null(),
            Outcome::Same(score) | Outcome::Added(score) | Outcome::Changed(score, _) => {
                call.reply.double(score);
            }
        };
    }
    let count = tally.added + if options.changed { tally.changed } else { 0 };
    call.reply.int(count as i64);
}
