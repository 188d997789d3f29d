//! SET and those it replaced: a value set whole, on conditions, with a deadline, answering the one before.
//!
//! Invariant: the key is looked up once; with GET the value before is written out before it is overwritten, and taken back
//! when there is no room for the new one.

use super::options::{Condition, Expiry, Options};
use super::{or_rewind, write_value};
use crate::command::notify::Class;
use crate::command::{Answer, Call};
use crate::keyspace::Found;
use crate::keyspace::update::{Deadline, Target};
use crate::object::string::StringValue;
use crate::resp::number;

/// SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT .. | PXAT .. | KEEPTTL]: OK, or null when the
/// condition does not hold; with GET the value before, whether or not it was replaced.
#[inline]
pub fn set(call: &mut Call<'_, '_>) -> Answer {
    let options = Options::of_set(call.args)?;
    let deadline = match options.expiry {
        Some(expiry) => Deadline::At(expiry.deadline(call)?),
        None if options.keep_deadline => Deadline::Keep,
        None => Deadline::Clear,
    };
    let target = call.target(call.args.get(1));
    if options.get {
        return set_and_get(call, target, options.condition, deadline);
    }
    let found = call.write(target);
    if !holds(options.condition, found) {
        call.reply.null();
        return Ok(());
    }
    store(call, target, found, call.args.get(2), deadline)?;
    call.reply.ok();
    Ok(())
}

/// SETNX key value: 1, or 0 when the key exists.
pub fn setnx(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    if call.write(target).is_some() {
        call.reply.int(0);
        return Ok(());
    }
    store(call, target, None, call.args.get(2), Deadline::Clear)?;
    call.reply.int(1);
    Ok(())
}

/// SETEX key seconds value.
pub fn setex(call: &mut Call<'_, '_>) -> Answer {
    set_for(call, Expiry::seconds(2))
}

/// PSETEX key milliseconds value.
pub fn psetex(call: &mut Call<'_, '_>) -> Answer {
    set_for(call, Expiry::milliseconds(2))
}

fn set_for(call: &mut Call<'_, '_>, expiry: Expiry) -> Answer {
    let deadline = Deadline::At(expiry.deadline(call)?);
    let target = call.target(call.args.get(1));
    let found = call.write(target);
    store(call, target, found, call.args.get(3), deadline)?;
    call.reply.ok();
    Ok(())
}

/// GETSET key value: the value before, or null.
pub fn getset(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    set_and_get(call, target, Condition::Any, Deadline::Clear)
}

fn set_and_get(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    condition: Condition,
    deadline: Deadline,
) -> Answer {
    let before = call.read_string_at(target)?;
    let found = before.map(|(found, _)| found);
    let replied = call.reply.mark();
    write_value(call.reply, before.map(|(_, value)| value));
    if !holds(condition, found) {
        return Ok(());
    }
    let bytes = call.args.get(2);
    or_rewind(call, replied, |call| {
        store(call, target, found, bytes, deadline)
    })
}

#[inline(always)]
fn holds(condition: Condition, found: Option<Found>) -> bool {
    match condition {
        Condition::Any => true,
        Condition::Absent => found.is_none(),
        Condition::Present => found.is_some(),
    }
}

/// Sets the key to `bytes` and tells it: without conditions, which held, and with the deadline as a moment.
#[inline(always)]
fn store(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Option<Found>,
    bytes: &[u8],
    deadline: Deadline,
) -> Answer {
    let value = StringValue::parse(bytes);
    call.set_string(target, found, value, value.encoding(), deadline)?;
    let key = target.key;
    match deadline {
        Deadline::Clear => call.changed_as(&[b"SET", key, bytes]),
        Deadline::Keep => call.changed_as(&[b"SET", key, bytes, b"KEEPTTL"]),
        Deadline::At(deadline) => {
            let mut text = [0; number::I64_TEXT_BYTES];
            let deadline = number::fmt_i64(deadline, &mut text);
            call.changed_as(&[b"SET", key, bytes, b"PXAT", deadline]);
        }
    }
    call.notify(Class::STRING, "set", key);
    if let Deadline::At(_) = deadline {
        call.notify(Class::GENERIC, "expire", key);
    }
    Ok(())
}
