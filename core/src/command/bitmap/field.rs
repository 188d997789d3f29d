//! BITFIELD: integers of 1 to 64 bits anywhere inside a string.
//!
//! A request is read twice, once to find what is wrong and how far it writes, once to do it: nothing is kept in between.
//! It may not know how bits lie in bytes. Invariant: a request with anything wrong in it changes nothing; an integer that
//! is written fits its width.

use super::{bits, len_for, offset};
use crate::command::notify::Class;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::string::StringValue;
use crate::resp::number;

const BAD_TYPE: Error = Error::of(
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const BAD_OVERFLOW: Error = Error::of("ERR Invalid OVERFLOW type specified");
const GET_ONLY: Error = Error::of("ERR BITFIELD_RO only supports the GET subcommand");

/// A kind of integer.
#[derive(Clone, Copy)]
struct Kind {
    signed: bool,
    /// 1 to 64, 63 when there is no sign.
    width: u32,
}

impl Kind {
    fn read(text: &[u8]) -> Result<Kind, Error> {
        let (signed, digits) = match text {
            [b'i', digits @ ..] => (true, digits),
            [b'u', digits @ ..] => (false, digits),
            _ => return Err(BAD_TYPE),
        };
        // Redis reads to the first NUL.
        let digits = digits.split(|byte| *byte == 0).next().unwrap_or_default();
        let width = number::parse_i64(digits).and_then(|width| u32::try_from(width).ok());
        let width = width.filter(|width| (1..=63 + u32::from(signed)).contains(width));
        let width = width.ok_or(BAD_TYPE)?;
        Ok(Kind { signed, width })
    }

    /// The lowest and the highest of its kind.
    fn limits(self) -> (i128, i128) {
        if self.signed {
            let half = 1_i128 << (self.width - 1);
            (-half, half - 1)
        } else {
            (0, (1_i128 << self.width) - 1)
        }
    }

    /// What the low bits of `word` are as one of its kind.
    fn of_bits(self, word: u64) -> i128 {
        let word = word & bits::ones(self.width);
        let sign = 1_u64 << (self.width - 1);
        if self.signed && word & sign != 0 {
            i128::from(word) - (1_i128 << self.width)
        } else {
            word.into()
        }
    }

    /// What Redis takes an assigned number for. A negative one is the unsigned one of the same bits; for a signed integer
    /// its comparison wraps round at the most negative numbers, which so become too large instead of too small.
    fn assigned(self, value: i64) -> i128 {
        let (_, highest) = self.limits();
        match i128::from(value) {
            value if !self.signed => (value as u64).into(),
            value if self.width < 64 && highest - value > i64::MAX.into() => value + (1 << 64),
            value => value,
        }
    }

    fn load(self, bytes: &[u8], offset: u64) -> i128 {
        self.of_bits(bits::field(bytes, offset, self.width))
    }
}

/// What becomes of a result that does not fit.
#[derive(Clone, Copy)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

impl Overflow {
    fn read(text: &[u8]) -> Result<Overflow, Error> {
        const WORDS: [(&[u8], Overflow); 3] = [
            (b"WRAP", Overflow::Wrap),
            (b"SAT", Overflow::Saturate),
            (b"FAIL", Overflow::Fail),
        ];
        let named = WORDS
            .iter()
            .find(|(word, _)| text.eq_ignore_ascii_case(word));
        named.map(|(_, overflow)| *overflow).ok_or(BAD_OVERFLOW)
    }

    /// `value` made to fit; `None` when it does not and may not.
    fn fit(self, kind: Kind, value: i128) -> Option<i128> {
        let (lowest, highest) = kind.limits();
        if (lowest..=highest).contains(&value) {
            return Some(value);
        }
        match self {
            Overflow::Wrap => Some(kind.of_bits(value as u64)),
            Overflow::Saturate => Some(value.clamp(lowest, highest)),
            Overflow::Fail => None,
        }
    }
}

/// One operation of a request.
#[derive(Clone, Copy)]
struct Operation {
    kind: Kind,
    offset: u64,
    action: Action,
}

#[derive(Clone, Copy)]
enum Action {
    Get,
    Set(i64, Overflow),
    Add(i64, Overflow),
}

/// Operations as they are read, one after the other.
struct Operations {
    index: usize,
    overflow: Overflow,
}

impl Operations {
    const fn start() -> Operations {
        let overflow = Overflow::Wrap;
        Operations { index: 2, overflow }
    }

    /// The next one; `None` behind the last.
    fn next(&mut self, call: &Call<'_, '_>) -> Result<Option<Operation>, Error> {
        let args = call.args;
        while self.index < args.len() {
            let (index, left) = (self.index, args.len() - self.index - 1);
            if args.is(index, "OVERFLOW") && left >= 1 {
                self.overflow = Overflow::read(args.get(index + 1))?;
                self.index += 2;
                continue;
            }
            let get = args.is(index, "GET") && left >= 2;
            let set = args.is(index, "SET") && left >= 3;
            let add = args.is(index, "INCRBY") && left >= 3;
            if !(get || set || add) {
                return Err(Error::of(error::SYNTAX));
            }
            let kind = Kind::read(args.get(index + 1))?;
            let offset = offset(call, args.get(index + 2), Some(kind.width))?;
            let action = if get {
                Action::Get
            } else {
                self.action(args, set, offset, kind)?
            };
            self.index += 3 + usize::from(!get);
            let operation = Operation {
                kind,
                offset,
                action,
            };
            return Ok(Some(operation));
        }
        Ok(None)
    }

    fn action(&self, args: Args<'_>, set: bool, offset: u64, kind: Kind) -> Result<Action, Error> {
        len_for(offset, kind.width)?;
        let number = args.int(self.index + 3)?;
        Ok(if set {
            Action::Set(number, self.overflow)
        } else {
            Action::Add(number, self.overflow)
        })
    }
}

/// What a request asks for as a whole.
#[derive(Default)]
struct Plan {
    operations: usize,
    /// Bytes the string must have for what is written; 0 when nothing is.
    len: usize,
}

impl Plan {
    fn read(call: &Call<'_, '_>) -> Result<Plan, Error> {
        let (mut plan, mut operations) = (Plan::default(), Operations::start());
        while let Some(operation) = operations.next(call)? {
            plan.operations += 1;
            if !matches!(operation.action, Action::Get) {
                let len = len_for(operation.offset, operation.kind.width)?;
                plan.len = plan.len.max(len);
            }
        }
        Ok(plan)
    }
}

/// BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] SET type offset value | INCRBY type offset increment] ..: the
/// values read, replaced or reached; null for what may not overflow.
pub fn bitfield(call: &mut Call<'_, '_>) -> Answer {
    let plan = Plan::read(call)?;
    if plan.len > 0 {
        return write(call, &plan);
    }
    read(call, &plan)
}

/// BITFIELD_RO key [GET type offset ..]: the values.
pub fn bitfield_ro(call: &mut Call<'_, '_>) -> Answer {
    let plan = Plan::read(call)?;
    if plan.len > 0 {
        // Redis looks the key up only afterwards.
        return Err(GET_ONLY);
    }
    read(call, &plan)
}

fn read(call: &mut Call<'_, '_>, plan: &Plan) -> Answer {
    let value = call.read_string(call.args.get(1))?;
    let value = value.unwrap_or(StringValue::Bytes(b""));
    call.reply.array(plan.operations);
    let mut operations = Operations::start();
    while let Some(Operation { kind, offset, .. }) = operations.next(call)? {
        let number = value.with_bytes(|bytes| kind.load(bytes, offset));
        call.reply.int(number as i64);
    }
    Ok(())
}

fn write(call: &mut Call<'_, '_>, plan: &Plan) -> Answer {
    let target = call.target(call.args.get(1));
    let before = call.write_string(target)?;
    let has_grown = before.is_none_or(|(_, value)| value.len() < plan.len);
    let found = before.map(|(found, _)| found);
    call.grip().open_string(target, found, plan.len, 0..0)?;
    // Found again for every operation, as replies and bytes cannot be borrowed together; the entry itself stays where it is.
    let found = call.peek(target);
    call.reply.array(plan.operations);
    let (mut operations, mut changes) = (Operations::start(), 0);
    while let Some(operation) = operations.next(call)? {
        let writes = operation.bytes();
        let bytes = call.grip().open_string(target, found, plan.len, writes)?;
        let (answer, changed) = operation.run(bytes);
        changes += u64::from(changed || (has_grown && answer.is_some() && !operation.is_get()));
        match answer {
            Some(number) => call.reply.int(number as i64),
            None => call.reply.null(),
        }
    }
    if changes > 0 {
        call.notify(Class::STRING, "setbit", target.key);
    }
    // A string may have grown although every operation failed.
    if changes > 0 || has_grown {
        call.changed_by(changes.max(1));
    }
    Ok(())
}

impl Operation {
    const fn is_get(&self) -> bool {
        matches!(self.action, Action::Get)
    }

    /// The bytes it may write.
    const fn bytes(&self) -> core::ops::Range<usize> {
        let end = self.offset as usize + self.kind.width as usize;
        self.offset as usize / 8..end.div_ceil(8)
    }

    /// Does it; the answer, and whether bits have changed.
    fn run(&self, bytes: &mut [u8]) -> (Option<i128>, bool) {
        let before = self.kind.load(bytes, self.offset);
        let (wanted, overflow, answers_before) = match self.action {
            Action::Get => return (Some(before), false),
            Action::Set(value, overflow) => (self.kind.assigned(value), overflow, true),
            Action::Add(by, overflow) => (before + i128::from(by), overflow, false),
        };
        let Some(after) = overflow.fit(self.kind, wanted) else {
            return (None, false);
        };
        bits::set_field(bytes, self.offset, self.kind.width, after as u64);
        let answer = if answers_before { before } else { after };
        (Some(answer), before != after)
    }
}
