//! ZSCAN: a sorted set, some members at a time.
//!
//! Invariant: a member that is there from the first call to the last is answered at least once.

use super::{read, write_member};
use crate::command::generic::{Filter, cursor};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::zset::KeptScore;
use crate::resp::number::{F64_TEXT_BYTES, fmt_f64};

/// ZSCAN key cursor [MATCH pattern] [COUNT count]: where to go on, and some members with their scores.
pub fn zscan(call: &mut Call<'_, '_>) -> Answer {
    let cursor = cursor(call.args.get(2)).ok_or(Error::of(error::INVALID_CURSOR))?;
    let args = call.args;
    let Some(set) = read(call, args.get(1))? else {
        call.reply.array(2);
        call.reply.bulk(b"0");
        call.reply.array(0);
        return Ok(());
    };
    let filter = Filter::parse(args, 3, false)?;
    let pool = &call.keyspace().pool;
    call.reply.array(2);
    // The cursor is known last and stands first.
    let (place, members) = (call.reply.mark(), call.reply.begin_array());
    let mut shown = 0;
    let next = set.scan(pool, cursor, filter.count, |member, score| {
        if member.with_bytes(|name| filter.takes_name(name)) {
            write_member(call.reply, member);
            match score {
                KeptScore::Text(text) => write_member(call.reply, text),
                KeptScore::Number(score) => {
                    call.reply.bulk(fmt_f64(score, &mut [0; F64_TEXT_BYTES]));
                }
            }
            shown += 2;
        }
    });
    call.reply.end_array(members, shown);
    call.reply.bulk_int_at(place, next as i64);
    Ok(())
}
