//! Many fields at a time: all of them, or a few beside a cursor.
//!
//! Invariant: a field that is there from the first HSCAN to the last is answered at least once.

use super::read;
use crate::command::elements::{self, write};
use crate::command::{Answer, Call};
use crate::object::hash::Pair;
use crate::object::string::StringValue;

/// HGETALL key: every field with its value.
pub fn hgetall(call: &mut Call<'_, '_>) -> Answer {
    let (hash, pool) = (read(call)?, &call.keyspace().pool);
    call.reply.map(hash.map_or(0, |hash| hash.len()));
    for (field, value) in hash.into_iter().flat_map(|hash| hash.iter(pool)) {
        write(call.reply, field);
        write(call.reply, value);
    }
    Ok(())
}

/// HKEYS key: every field.
pub fn hkeys(call: &mut Call<'_, '_>) -> Answer {
    one_of_each(call, |(field, _)| field)
}

/// HVALS key: every value.
pub fn hvals(call: &mut Call<'_, '_>) -> Answer {
    one_of_each(call, |(_, value)| value)
}

fn one_of_each<'a>(call: &mut Call<'a, '_>, part: impl Fn(Pair<'a>) -> StringValue<'a>) -> Answer {
    let (hash, pool) = (read(call)?, &call.keyspace().pool);
    call.reply.array(hash.map_or(0, |hash| hash.len()));
    for pair in hash.into_iter().flat_map(|hash| hash.iter(pool)) {
        write(call.reply, part(pair));
    }
    Ok(())
}

/// HSCAN key cursor [MATCH pattern] [COUNT count]: where to go on, and some fields with their values.
pub fn hscan(call: &mut Call<'_, '_>) -> Answer {
    let pool = &call.keyspace().pool;
    elements::scan(call, read, |hash, cursor, filter, reply, count| {
        hash.scan(pool, cursor, filter.count, |(field, value)| {
            if field.with_bytes(|field| filter.takes_name(field)) {
                write(reply, field);
                write(reply, value);
                *count += 2;
            }
        })
    })
}
