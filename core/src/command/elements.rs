//! What commands on hashes and sets have in common: how an element is written, what a count of random ones may be, and how a
//! scan answers.
//!
//! It may not know what an element is. Invariant: nothing is written before all arguments are read.

use super::generic::{Filter, cursor};
use super::{Answer, Call, Error};
use crate::error;
use crate::object::string::StringValue;
use crate::resp::Reply;

/// Writes a field, a value or a member.
#[inline]
pub(super) fn write(reply: &mut Reply<'_>, value: StringValue<'_>) {
    match value {
        StringValue::Int(value) => reply.bulk_int(value),
        StringValue::Bytes(bytes) => reply.bulk(bytes),
    }
}

/// The same, null where there is none.
#[inline]
pub(super) fn write_or_null(reply: &mut Reply<'_>, value: Option<StringValue<'_>>) {
    match value {
        Some(value) => write(reply, value),
        None => reply.null(),
    }
}

/// The count of random elements that an argument asks for; negative ones may repeat.
pub(super) fn random_count(call: &Call<'_, '_>, index: usize) -> Result<i64, Error> {
    match call.args.int(index)? {
        i64::MIN => Err(Error::of(error::COUNT_HAS_NO_OPPOSITE)),
        count => Ok(count),
    }
}

/// Answers HSCAN or SSCAN. `read` reads the key, once the cursor is known to be one; `visit` writes what the filter takes of
/// about as many elements as it wants from the cursor on, counts it, and answers where to go on.
pub(super) fn scan<V>(
    call: &mut Call<'_, '_>,
    read: impl FnOnce(&mut Call<'_, '_>) -> Result<Option<V>, Error>,
    visit: impl FnOnce(V, u64, &Filter<'_>, &mut Reply<'_>, &mut usize) -> u64,
) -> Answer {
    let args = call.args;
    let cursor = cursor(args.get(2)).ok_or(Error::of(error::INVALID_CURSOR))?;
    let value = match read(call)? {
        Some(value) => Some((value, Filter::parse(args, 3, false)?)),
        None => None,
    };
    call.reply.array(2);
    // The cursor is known last and stands first.
    let (place, elements) = (call.reply.mark(), call.reply.begin_array());
    let (mut count, mut next) = (0, 0);
    if let Some((value, filter)) = value {
        next = visit(value, cursor, &filter, call.reply, &mut count);
    }
    call.reply.end_array(elements, count);
    call.reply.bulk_int_at(place, next as i64);
    Ok(())
}
