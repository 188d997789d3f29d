//! The options of SET and GETEX: words read from the arguments, and expirations made into deadlines.
//!
//! It may not know keys or values. Invariant: options that exclude each other are never both set; a deadline is positive
//! and was checked for overflow.

use super::super::{Args, Call, Error};
use crate::error;

/// Whether a key must exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// It may or may not.
    Any,
    /// NX: it may not.
    Absent,
    /// XX: it must.
    Present,
}

/// An expiration as it was asked for, its number not read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expiry {
    unit: Unit,
    /// Which argument is its number.
    index: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
    UnixSeconds,
    UnixMilliseconds,
}

impl Expiry {
    /// Seconds from now, the number being argument `index`.
    pub(super) const fn seconds(index: usize) -> Expiry {
        let unit = Unit::Seconds;
        Expiry { unit, index }
    }

    /// Milliseconds from now.
    pub(super) const fn milliseconds(index: usize) -> Expiry {
        let unit = Unit::Milliseconds;
        Expiry { unit, index }
    }

    /// Whether it names a moment, not a time from now.
    pub(super) const fn is_absolute(self) -> bool {
        matches!(self.unit, Unit::UnixSeconds | Unit::UnixMilliseconds)
    }

    /// The deadline in milliseconds of Unix time. Fails when the number is none, is below 1, or leads beyond 64 bits.
    pub(super) fn deadline(self, call: &Call<'_, '_>) -> Result<i64, Error> {
        let number = call.args.int(self.index)?;
        let scale = match self.unit {
            Unit::Seconds | Unit::UnixSeconds => 1000,
            Unit::Milliseconds | Unit::UnixMilliseconds => 1,
        };
        let base = if self.is_absolute() { 0 } else { call.now_ms };
        let deadline = Some(number)
            .filter(|&number| number > 0)
            .and_then(|number| number.checked_mul(scale))
            .and_then(|milliseconds| milliseconds.checked_add(base));
        deadline.ok_or_else(|| Error::text(error::invalid_expire_time(call.spec().full_name)))
    }
}

/// Every option of SET and GETEX.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// NX, XX.
    pub(super) condition: Condition,
    /// GET.
    pub(super) get: bool,
    /// KEEPTTL.
    pub(super) keep_deadline: bool,
    /// PERSIST.
    pub(super) persist: bool,
    /// EX, PX, EXAT, PXAT.
    pub(super) expiry: Option<Expiry>,
}

impl Options {
    const NONE: Options = Options {
        condition: Condition::Any,
        get: false,
        keep_deadline: false,
        persist: false,
        expiry: None,
    };

    /// Those of SET key value ...
    #[inline]
    pub(super) fn of_set(args: Args<'_>) -> Result<Options, Error> {
        if args.len() == 3 {
            return Ok(Options::NONE);
        }
        Options::read(args, 3, Options::take_set_word)
    }

    /// Those of GETEX key ...
    pub(super) fn of_getex(args: Args<'_>) -> Result<Options, Error> {
        Options::read(args, 2, Options::take_getex_word)
    }

    /// Reads the arguments from `start` on. `take` knows the words that only one of the commands has.
    fn read(
        args: Args<'_>,
        start: usize,
        take: impl Fn(&mut Options, &[u8]) -> bool,
    ) -> Result<Options, Error> {
        let (mut options, mut index) = (Options::NONE, start);
        while index < args.len() {
            let word = args.get(index);
            if !take(&mut options, word) {
                index += 1;
                let expiry = unit_of(word).map(|unit| Expiry { unit, index });
                let has_number = index < args.len();
                let expiry = expiry.filter(|&expiry| has_number && options.admits(expiry));
                options.expiry = Some(expiry.ok_or(Error::of(error::SYNTAX))?);
            }
            index += 1;
        }
        Ok(options)
    }

    /// Whether an expiration may stand beside what was read: the same unit again replaces the first number.
    fn admits(&self, expiry: Expiry) -> bool {
        let same_unit = |before: Expiry| before.unit == expiry.unit;
        !self.keep_deadline && !self.persist && self.expiry.is_none_or(same_unit)
    }

    fn take_set_word(&mut self, word: &[u8]) -> bool {
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        if is(b"NX") && self.condition != Condition::Present {
            self.condition = Condition::Absent;
        } else if is(b"XX") && self.condition != Condition::Absent {
            self.condition = Condition::Present;
        } else if is(b"GET") {
            self.get = true;
        } else if is(b"KEEPTTL") && self.expiry.is_none() {
            self.keep_deadline = true;
        } else {
            return false;
        }
        true
    }

    fn take_getex_word(&mut self, word: &[u8]) -> bool {
        let taken = word.eq_ignore_ascii_case(b"PERSIST") && self.expiry.is_none();
        self.persist |= taken;
        taken
    }
}

fn unit_of(word: &[u8]) -> Option<Unit> {
    const UNITS: [(&[u8], Unit); 4] = [
        (b"EX", Unit::Seconds),
        (b"PX", Unit::Milliseconds),
        (b"EXAT", Unit::UnixSeconds),
        (b"PXAT", Unit::UnixMilliseconds),
    ];
    let named = UNITS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name));
    named.map(|(_, unit)| *unit)
}
