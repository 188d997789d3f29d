//! Values of hashes as numbers: sums of 64-bit integers, and of the long floats HINCRBYFLOAT knows.
//!
//! Invariant: a sum that does not fit changes nothing.

use super::{set_one, value_of};
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use crate::resp::Extended;
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64, parse_i64};

/// HINCRBY key field increment: the sum.
pub fn hincrby(call: &mut Call<'_, '_>) -> Answer {
    let (args, increment) = (call.args, call.args.int(3)?);
    let (target, field) = (call.target(args.get(1)), args.get(2));
    let found = call.write_value(target, ObjectType::Hash)?;
    let value = match value_of(call, found, field) {
        None => Some(0),
        Some(StringValue::Int(value)) => Some(value),
        Some(StringValue::Bytes(bytes)) => parse_i64(bytes),
    };
    let value = value.ok_or(Error::of(error::HASH_VALUE_NOT_AN_INTEGER))?;
    let sum = value.checked_add(increment);
    let sum = sum.ok_or(Error::of(error::OVERFLOW))?;
    let mut text = [0; I64_TEXT_BYTES];
    set_one(call, target, found, field, fmt_i64(sum, &mut text))?;
    call.changed();
    call.notify(Class::HASH, "hincrby", target.key);
    call.reply.int(sum);
    Ok(())
}

/// HINCRBYFLOAT key field increment: the sum as text, and told as the text it became, because other machines may round
/// otherwise.
pub fn hincrbyfloat(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let increment = Extended::parse(args.get(3)).ok_or(Error::of(error::NOT_A_FLOAT))?;
    if increment.is_infinite() {
        return Err(Error::of(error::INCREMENT_NAN_OR_INFINITY));
    }
    let (target, field) = (call.target(args.get(1)), args.get(2));
    let found = call.write_value(target, ObjectType::Hash)?;
    let value = value_of(call, found, field).unwrap_or(StringValue::Int(0));
    let value = value.with_bytes(Extended::parse);
    let value = value.ok_or(Error::of(error::HASH_VALUE_NOT_A_FLOAT))?;
    let sum = value.checked_add(increment);
    let sum = sum.ok_or(Error::of(error::NAN_OR_INFINITY))?.to_text();
    set_one(call, target, found, field, sum.as_bytes())?;
    call.changed_as(&[b"HSET", target.key, field, sum.as_bytes()]);
    call.notify(Class::HASH, "hincrbyfloat", target.key);
    call.reply.bulk(sum.as_bytes());
    Ok(())
}
