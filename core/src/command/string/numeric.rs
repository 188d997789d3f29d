//! Strings as numbers: sums of 64-bit integers, and of the long floats INCRBYFLOAT knows.
//!
//! Invariant: a sum that does not fit changes nothing; an integer that stays one is overwritten where it lies, without a
//! new entry.

use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::update::Deadline;
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use crate::resp::{FloatError, incr_by_float, number};

/// INCR key: the sum.
pub fn incr(call: &mut Call<'_, '_>) -> Answer {
    add(call, 1)
}

/// DECR key: the difference.
pub fn decr(call: &mut Call<'_, '_>) -> Answer {
    add(call, -1)
}

/// INCRBY key increment.
pub fn incrby(call: &mut Call<'_, '_>) -> Answer {
    let increment = call.args.int(2)?;
    add(call, increment)
}

/// DECRBY key decrement; the lowest integer has no opposite and is refused.
pub fn decrby(call: &mut Call<'_, '_>) -> Answer {
    let decrement = call.args.int(2)?;
    let increment = decrement.checked_neg();
    add(call, increment.ok_or(Error::of(error::DECREMENT_OVERFLOW))?)
}

#[inline]
fn add(call: &mut Call<'_, '_>, increment: i64) -> Answer {
    let target = call.target(call.args.get(1));
    let before = call.write_string(target)?;
    let value = match before {
        None => Some(0),
        Some((_, StringValue::Int(value))) => Some(value),
        Some((_, StringValue::Bytes(bytes))) => number::parse_i64(bytes),
    };
    let value = value.ok_or(Error::of(error::NOT_AN_INTEGER))?;
    let sum = value.checked_add(increment);
    let sum = sum.ok_or(Error::of(error::OVERFLOW))?;
    let found = before.map(|(found, _)| found);
    call.set_string(
        target,
        found,
        StringValue::Int(sum),
        Encoding::Int,
        Deadline::Keep,
    )?;
    call.changed();
    call.notify(Class::STRING, "incrby", target.key);
    call.reply.int(sum);
    Ok(())
}

/// INCRBYFLOAT key increment: the sum as text. It is stored as bytes even where it prints as an integer, and told as the
/// text it became, because other machines may round otherwise.
pub fn incrbyfloat(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    let before = call.write_string(target)?;
    let increment = call.args.get(2);
    let value = before.map_or(StringValue::Int(0), |(_, value)| value);
    let sum = value.with_bytes(|value| incr_by_float(value, increment));
    let sum = sum.map_err(|error| match error {
        FloatError::NotAFloat => Error::of(error::NOT_A_FLOAT),
        FloatError::NanOrInfinity => Error::of(error::NAN_OR_INFINITY),
    })?;
    let found = before.map(|(found, _)| found);
    let text = StringValue::Bytes(sum.as_bytes());
    call.set_string(target, found, text, text.encoding(), Deadline::Keep)?;
    call.changed_as(&[b"SET", target.key, sum.as_bytes(), b"KEEPTTL"]);
    call.notify(Class::STRING, "incrbyfloat", target.key);
    call.reply.bulk(sum.as_bytes());
    Ok(())
}
