//! Deadlines: EXPIRE and its kin set them, PERSIST takes them away, TTL and its kin tell them.
//!
//! Deadlines are milliseconds of Unix time wherever they come from, and the effect of setting one is always PEXPIREAT, so
//! that it means the same whenever it is repeated. Invariant: a deadline that is not in the future deletes the key at once,
//! with the effect DEL, and is never stored.

use super::observe;
use crate::command::call::Args;
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::entry::Entry;
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64};

/// Milliseconds of the unit a command counts in.
const SECOND: i64 = 1000;
const MILLISECOND: i64 = 1;

/// `EXPIRE key seconds [NX|XX] [GT|LT]`: 1 when the deadline is set, else 0.
pub fn expire(call: &mut Call<'_, '_>) -> Answer {
    let now_ms = call.now_ms;
    set_deadline(call, SECOND, now_ms)
}

/// `PEXPIRE key milliseconds [NX|XX] [GT|LT]`.
pub fn pexpire(call: &mut Call<'_, '_>) -> Answer {
    let now_ms = call.now_ms;
    set_deadline(call, MILLISECOND, now_ms)
}

/// `EXPIREAT key unix-seconds [NX|XX] [GT|LT]`.
pub fn expireat(call: &mut Call<'_, '_>) -> Answer {
    set_deadline(call, SECOND, 0)
}

/// `PEXPIREAT key unix-milliseconds [NX|XX] [GT|LT]`.
pub fn pexpireat(call: &mut Call<'_, '_>) -> Answer {
    set_deadline(call, MILLISECOND, 0)
}

/// When a deadline may be set: the options, which may come together where they do not contradict each other.
#[derive(Clone, Copy, Default)]
struct Condition {
    /// Only if there is none yet.
    nx: bool,
    /// Only if there is one already.
    xx: bool,
    /// Only if it is later than the present one; none is later than any.
    gt: bool,
    /// Only if it is earlier than the present one.
    lt: bool,
}

impl Condition {
    fn parse(args: Args<'_>) -> Result<Condition, Error> {
        let mut condition = Condition::default();
        for index in 3..args.len() {
            let wanted = match args.get(index).to_ascii_lowercase().as_slice() {
                b"nx" => &mut condition.nx,
                b"xx" => &mut condition.xx,
                b"gt" => &mut condition.gt,
                b"lt" => &mut condition.lt,
                _ => return Err(Error::bytes(error::unsupported_option(args.get(index)))),
            };
            *wanted = true;
        }
        let Condition { nx, xx, gt, lt } = condition;
        if nx && (xx || gt || lt) {
            Err(Error::of(error::EXPIRE_NX_AND_OTHERS))
        } else if gt && lt {
            Err(Error::of(error::EXPIRE_GT_AND_LT))
        } else {
            Ok(condition)
        }
    }

    fn allows(self, present: Option<i64>, wanted: i64) -> bool {
        let refused = match present {
            None => self.xx || self.gt,
            Some(present) => {
                self.nx || (self.gt && wanted <= present) || (self.lt && wanted >= present)
            }
        };
        !refused
    }
}

/// Sets the deadline of the key to `base_ms` plus the second argument, which counts `unit_ms` each.
fn set_deadline(call: &mut Call<'_, '_>, unit_ms: i64, base_ms: i64) -> Answer {
    let args = call.args;
    let condition = Condition::parse(args)?;
    let wanted = args
        .int(2)?
        .checked_mul(unit_ms)
        .and_then(|ms| ms.checked_add(base_ms))
        .ok_or_else(|| Error::text(error::invalid_expire_time(call.spec().full_name)))?;
    let key = args.get(1);
    let target = call.target(key);
    let found = call.write(target);
    let Some(found) = found.filter(|found| condition.allows(found.entry.deadline(), wanted)) else {
        call.reply.int(0);
        return Ok(());
    };
    if wanted <= call.now_ms {
        call.delete(target, found, false);
        call.changed_as(&[b"DEL", key]);
        call.notify(Class::GENERIC, "del", key);
    } else {
        call.grip().set_deadline(target, found, Some(wanted))?;
        let mut text = [0; I64_TEXT_BYTES];
        call.changed_as(&[b"PEXPIREAT", key, fmt_i64(wanted, &mut text)]);
        call.notify(Class::GENERIC, "expire", key);
    }
    call.reply.int(1);
    Ok(())
}

/// `PERSIST key`: 1 when the key had a deadline, which is gone now, else 0.
pub fn persist(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    let found = call.write(target);
    match found.filter(|found| found.entry.deadline().is_some()) {
        None => call.reply.int(0),
        Some(found) => {
            call.grip().set_deadline(target, found, None)?;
            call.changed();
            call.notify(Class::GENERIC, "persist", target.key);
            call.reply.int(1);
        }
    }
    Ok(())
}

/// `TTL key`: seconds left, to the nearest; -1 without a deadline, -2 without a key.
pub fn ttl(call: &mut Call<'_, '_>) -> Answer {
    let now_ms = call.now_ms;
    tell_deadline(call, SECOND, now_ms)
}

/// `PTTL key`: milliseconds left; -1 without a deadline, -2 without a key.
pub fn pttl(call: &mut Call<'_, '_>) -> Answer {
    let now_ms = call.now_ms;
    tell_deadline(call, MILLISECOND, now_ms)
}

/// `EXPIRETIME key`: the deadline in seconds of Unix time, to the nearest; -1 without one, -2 without a key.
pub fn expiretime(call: &mut Call<'_, '_>) -> Answer {
    tell_deadline(call, SECOND, 0)
}

/// `PEXPIRETIME key`: the deadline in milliseconds of Unix time; -1 without one, -2 without a key.
pub fn pexpiretime(call: &mut Call<'_, '_>) -> Answer {
    tell_deadline(call, MILLISECOND, 0)
}

/// Answers the key's deadline from `base_ms` on, in units of `unit_ms`, rounded to the nearest.
fn tell_deadline(call: &mut Call<'_, '_>, unit_ms: i64, base_ms: i64) -> Answer {
    let entry = observe(call, call.args.get(1));
    let answer = match entry.map(Entry::deadline) {
        None => -2,
        Some(None) => -1,
        Some(Some(deadline)) => {
            let left = (deadline - base_ms).max(0);
            left / unit_ms + (left % unit_ms + unit_ms / 2) / unit_ms
        }
    };
    call.reply.int(answer);
    Ok(())
}
