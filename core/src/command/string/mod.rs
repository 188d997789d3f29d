//! Strings: what GET, SET and their relatives do with one value, or several, that are bytes or an integer.
//!
//! It may not know locks, memory or clocks: keys come locked, values are placed by the keyspace, the time is frozen.
//! Numbers live in `numeric`, parts of values in `range`, SET and its options in `set`, several keys in `many`, the longest
//! common subsequence in `lcs`.
//!
//! Invariant: a handler that answers an error has changed nothing; one that changed something has told it in a form that
//! gives the same value at any other time.

mod lcs;
mod many;
mod numeric;
mod options;
mod range;
mod set;
#[cfg(test)]
mod tests;

pub use lcs::lcs;
pub use many::{mget, mset, msetnx};
pub use numeric::{decr, decrby, incr, incrby, incrbyfloat};
pub use range::{append, getrange, setrange, strlen, substr};
pub use set::{getset, psetex, set, setex, setnx};

use super::notify::Class;
use super::{Answer, Call, Error};
use crate::object::string::StringValue;
use crate::resp::{Reply, number};
use options::{Expiry, Options};

/// GET key: the value, or null.
#[inline]
pub fn get(call: &mut Call<'_, '_>) -> Answer {
    let value = call.read_string(call.args.get(1))?;
    write_value(call.reply, value);
    Ok(())
}

/// GETDEL key: the value, which is gone afterwards.
pub fn getdel(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    let Some((found, value)) = call.read_string_at(target)? else {
        call.reply.null();
        return Ok(());
    };
    write_value(call.reply, Some(value));
    call.delete(target, found, false);
    call.changed_as(&[b"DEL", target.key]);
    call.notify(Class::GENERIC, "del", target.key);
    Ok(())
}

/// GETEX key [EX seconds | PX milliseconds | EXAT .. | PXAT .. | PERSIST]: the value, and a new deadline or none. A deadline
/// named outright that has passed removes the key.
pub fn getex(call: &mut Call<'_, '_>) -> Answer {
    let options = Options::of_getex(call.args)?;
    let target = call.target(call.args.get(1));
    let Some((found, value)) = call.read_string_at(target)? else {
        call.reply.null();
        return Ok(());
    };
    let deadline = match options.expiry {
        Some(expiry) => Some(expiry.deadline(call)?),
        None => None,
    };
    let replied = call.reply.mark();
    write_value(call.reply, Some(value));
    match deadline {
        Some(deadline)
            if deadline <= call.now_ms && options.expiry.is_some_and(Expiry::is_absolute) =>
        {
            call.delete(target, found, false);
            call.changed_as(&[b"DEL", target.key]);
            call.notify(Class::GENERIC, "del", target.key);
        }
        Some(deadline) => {
            or_rewind(call, replied, |call| {
                call.grip().set_deadline(target, found, Some(deadline))
            })?;
            let mut text = [0; number::I64_TEXT_BYTES];
            call.changed_as(&[
                b"PEXPIREAT",
                target.key,
                number::fmt_i64(deadline, &mut text),
            ]);
            call.notify(Class::GENERIC, "expire", target.key);
        }
        None if options.persist && found.entry.deadline().is_some() => {
            or_rewind(call, replied, |call| {
                call.grip().set_deadline(target, found, None)
            })?;
            call.changed_as(&[b"PERSIST", target.key]);
            call.notify(Class::GENERIC, "persist", target.key);
        }
        None => {}
    }
    Ok(())
}

/// Changes something after its reply was written: the reply is taken back when there is no room for the change.
fn or_rewind<'a, 'r, E: Into<Error>>(
    call: &mut Call<'a, 'r>,
    replied: crate::resp::Mark,
    change: impl FnOnce(&mut Call<'a, 'r>) -> Result<(), E>,
) -> Answer {
    change(call).map_err(|error| {
        call.reply.rewind(replied);
        error.into()
    })
}

/// Replies with a value, or null.
#[inline(always)]
fn write_value(reply: &mut Reply<'_>, value: Option<StringValue<'_>>) {
    match value {
        Some(StringValue::Bytes(bytes)) => reply.bulk(bytes),
        Some(StringValue::Int(value)) => reply.bulk_int(value),
        None => reply.null(),
    }
}
