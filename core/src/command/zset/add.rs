//! Scores going in: ZADD and ZINCRBY.
//!
//! Invariant: all pairs are taken or, when memory runs out half way, none.

use super::words::score;
use super::{Held, hasher, limits};
use crate::command::notify::Class;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::zset::large::Hasher;
use crate::object::zset::{Limits, SortedSet};
use crate::pool::prefix::ObjectType;
use crate::pool::space::Space;

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

/// The way from pairs to a set.
struct Adding<'a, H> {
    args: Args<'a>,
    options: Options,
    space: Space<'a>,
    limits: Limits,
    hash: H,
}

impl<H: Hasher> Adding<'_, H> {
    /// Takes one pair.
    ///
    /// # Safety
    /// The set's key is held exclusively, or nobody else knows the set; the owner keeps its word.
    #[inline]
    unsafe fn take(&self, set: &mut SortedSet, pair: usize) -> Result<Outcome, Error> {
        let (options, at) = (self.options, self.options.first + 2 * pair);
        let (score, member) = (score(self.args, at)?, self.args.get(at + 1));
        let Some(found) = set.find(self.space.pool, member, self.hash) else {
            if options.present {
                return Ok(Outcome::Kept);
            }
            // SAFETY: by contract.
            unsafe { set.insert(self.space, self.limits, member, score, self.hash)? };
            return Ok(Outcome::Added(score));
        };
        if options.absent {
            return Ok(Outcome::Kept);
        }
        let before = found.score;
        let score = if options.increment {
            before + score
        } else {
            score
        };
        if score.is_nan() {
            return Err(Error::of(error::SCORE_NOT_A_NUMBER));
        }
        if (options.less && score >= before) || (options.greater && score <= before) {
            return Ok(Outcome::Kept);
        }
        if score == before {
            return Ok(Outcome::Same(score));
        }
        // SAFETY: by contract.
        unsafe { set.change_score(self.space, found, member, score)? };
        Ok(Outcome::Changed(score, before))
    }

    /// Takes one pair back.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn undo(&self, set: &mut SortedSet, pair: usize, outcome: Outcome) {
        let member = self.args.get(self.options.first + 2 * pair + 1);
        let Some(found) = set.find(self.space.pool, member, self.hash) else {
            return;
        };
        // SAFETY: by contract.
        unsafe {
            match outcome {
                Outcome::Added(_) => set.remove(self.space, found),
                Outcome::Changed(_, before) => {
                    let _there_was_room_before =
                        set.change_score(self.space, found, member, before);
                }
                Outcome::Kept | Outcome::Same(_) => {}
            }
        }
    }

    /// Takes all pairs, or none.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn take_all(&self, set: &mut SortedSet) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let pairs = self.options.pairs;
        // What came of the pairs before, so that it can be taken back; one pair needs none.
        let mut done = Vec::with_capacity(if pairs > 1 { pairs } else { 0 });
        for pair in 0..pairs {
            // SAFETY: by contract.
            match unsafe { self.take(set, pair) } {
                Ok(outcome) => tally.count(outcome),
                Err(error) => {
                    for (pair, outcome) in done.into_iter().enumerate().rev() {
                        // SAFETY: by contract.
                        unsafe { self.undo(set, pair, outcome) };
                    }
                    return Err(error);
                }
            }
            if pairs > 1 {
                done.push(tally.last);
            }
        }
        Ok(tally)
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
    let held = Held::take(call, target)?;
    let adding = Adding {
        args: call.args,
        options,
        space: held
            .as_ref()
            .map_or_else(|| call.space_for(target), |held| held.space),
        limits: limits(call),
        hash: hasher(call),
    };
    let tally = match held {
        Some(mut held) => {
            // SAFETY: the key is held exclusively, and its entry keeps the word.
            let tally = unsafe { adding.take_all(&mut held.set) };
            held.save();
            tally?
        }
        None if options.present => Tally::default(),
        None => {
            let longest = call.args.get(options.first + 1).len();
            let mut set = SortedSet::create(adding.space, adding.limits, longest)?;
            // SAFETY: nobody else knows the set.
            let tally = unsafe { adding.take_all(&mut set) };
            let kind = ObjectType::SortedSet;
            let created = tally.and_then(|tally| {
                call.create(target, kind, set.encoding, set.word)
                    .map(|_| tally)
            });
            // SAFETY: no key leads to the set.
            created.inspect_err(|_| unsafe { set.free(adding.space.pool) })?
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
