//! HRANDFIELD: fields picked at random.
//!
//! Invariant: a positive count answers different fields, each choice of them with the same chance; a negative one picks anew
//! each time.

use super::read;
use crate::command::elements::{random_count, write, write_or_null};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::hash::{Hash, Pair};
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use crate::resp::Reply;
use crate::table::pick::below;

/// HRANDFIELD key [count [WITHVALUES]]: one field, or as many as asked for.
pub fn hrandfield(call: &mut Call<'_, '_>) -> Answer {
    if call.args.len() > 2 {
        return pick_many(call);
    }
    let (hash, pool, lane) = (read(call)?, &call.keyspace().pool, call.lane);
    let picked = hash.and_then(|hash| hash.pick(pool, || lane.random_u64()));
    write_or_null(call.reply, picked.map(|(field, _)| field));
    Ok(())
}

fn pick_many(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let count = random_count(call, 2)?;
    let with_values = args.len() > 3;
    if args.len() > 4 || (with_values && !args.is(3, "withvalues")) {
        return call.syntax_error();
    }
    if with_values && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err(Error::of(error::COUNT_OUT_OF_RANGE));
    }
    let Some(hash) = read(call)? else {
        call.reply.array(0);
        return Ok(());
    };
    let wanted = count.unsigned_abs() as usize;
    let (keyspace, lane) = (call.keyspace(), call.lane);
    let (pool, random) = (&keyspace.pool, || lane.random_u64());
    if count >= 0 {
        let answered = wanted.min(hash.len());
        begin(call.reply, answered, with_values);
        hash.choose(pool, answered, random, |pair| {
            write_pair(call.reply, pair, with_values);
        });
        return Ok(());
    }
    begin(call.reply, wanted, with_values);
    // A listpack is walked once, not once for each pick.
    let packed: Vec<Pair<'_>> = match hash {
        Hash {
            encoding: Encoding::Listpack,
            ..
        } => hash.iter(pool).collect(),
        _ => Vec::new(),
    };
    for _ in 0..wanted {
        let pair = match packed.len() {
            0 => hash.pick(pool, random),
            len => packed.get(below(random(), len)).copied(),
        };
        write_pair(call.reply, pair.unwrap_or(NOTHING), with_values);
    }
    Ok(())
}

/// Stands for a pair of a hash without any, which a key never keeps.
const NOTHING: Pair<'static> = (StringValue::Bytes(b""), StringValue::Bytes(b""));

/// Announces `count` fields: with their values they are pairs in protocol 3, and twice as many before.
fn begin(reply: &mut Reply<'_>, count: usize, with_values: bool) {
    let is_flat = with_values && reply.protocol() == 2;
    reply.array(if is_flat { 2 * count } else { count });
}

fn write_pair(reply: &mut Reply<'_>, (field, value): Pair<'_>, with_values: bool) {
    if with_values && reply.protocol() > 2 {
        reply.array(2);
    }
    write(reply, field);
    if with_values {
        write(reply, value);
    }
}
