//! ZSCAN: a sorted set, some members at a time.
//!
//! Invariant: a member that is there from the first call to the last is answered at least once.

use super::{read, write_member};
use crate::command::generic::{COUNT_DEFAULT, cursor};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::glob;
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
    let (mut pattern, mut count, mut index) = (None, COUNT_DEFAULT, 3);
    while index < args.len() {
        let has_value = index + 1 < args.len();
        if has_value && args.is(index, "count") {
            let number = u64::try_from(args.int(index + 1)?).ok();
            count = number
                .filter(|&count| count > 0)
                .ok_or(Error::of(error::SYNTAX))?;
        } else if has_value && args.is(index, "match") {
            pattern = Some(args.get(index + 1)).filter(|&pattern| pattern != b"*");
        } else {
            return call.syntax_error();
        }
        index += 2;
    }
    let pool = &call.keyspace().pool;
    call.reply.array(2);
    // The cursor is known last and stands first.
    let (place, members) = (call.reply.mark(), call.reply.begin_array());
    let mut shown = 0;
    let next = set.scan(pool, cursor, count, |member, score| {
        let wanted = pattern
            .is_none_or(|pattern| member.with_bytes(|bytes| glob::matches(pattern, bytes, false)));
        if wanted {
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
