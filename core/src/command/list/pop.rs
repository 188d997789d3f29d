//! LPOP, RPOP, LMPOP.
//!
//! Invariant: what is written as a reply is what is removed; when removing fails the reply is taken back.

use super::{delete_if_empty, edit, list_at, parse_side, write_element, write_range};
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::list::{ListView, Side};
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64, parse_i64};

/// `LPOP key [count]`: the first element, or an array of the first ones.
pub fn lpop(call: &mut Call<'_, '_>) -> Answer {
    pop(call, Side::Head)
}

/// `RPOP key [count]`: the last element, or an array of the last ones, the very last first.
pub fn rpop(call: &mut Call<'_, '_>) -> Answer {
    pop(call, Side::Tail)
}

fn pop(call: &mut Call<'_, '_>, side: Side) -> Answer {
    let args = call.args;
    let count = match args.len() {
        2 => None,
        3 => Some(parse_count(args.get(2), 0, error::NOT_POSITIVE)?),
        _ => return Err(Error::text(error::wrong_arity(call.spec().full_name))),
    };
    let target = call.target(args.get(1));
    let found = list_at(call, target)?;
    match (found, count) {
        (None, None) => call.reply.null(),
        (None, Some(_)) => call.reply.null_array(),
        (Some(_), Some(0)) => call.reply.array(0),
        (Some(found), None) => {
            pop_one(call, target, found, side)?;
            call.changed();
        }
        (Some(found), Some(count)) => {
            let popped = pop_many(call, target, found, side, count)?;
            call.changed_by(popped as u64);
        }
    }
    Ok(())
}

/// An integer from `least` on, or the error.
fn parse_count(text: &[u8], least: i64, error: &'static str) -> Result<usize, Error> {
    let count = parse_i64(text).filter(|&count| count >= least);
    count.map(|count| count as usize).ok_or(Error::of(error))
}

/// What a pop is called.
pub(super) const fn event(side: Side) -> &'static str {
    match side {
        Side::Head => "lpop",
        Side::Tail => "rpop",
    }
}

/// Removes the element at an end of a list, which has one, and writes it as the reply. The key goes with the last. The caller
/// counts the change.
pub fn pop_one(call: &mut Call<'_, '_>, target: Target<'_>, found: Found, side: Side) -> Answer {
    let index = match side {
        Side::Head => 0,
        Side::Tail => -1,
    };
    let mark = call.reply.mark();
    ListView::of(found.entry).get(index, |element| write_element(call.reply, element));
    if let Err(error) = edit(call, found, |list| list.pop(side)) {
        call.reply.rewind(mark);
        return Err(error);
    }
    tell(call, target, found, side);
    Ok(())
}

/// Removes up to `count` elements at an end of a list, writes them as an array, the outermost first, and answers how many
/// there were. The key goes with the last. The caller counts the changes.
pub fn pop_many(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Found,
    side: Side,
    count: usize,
) -> Result<usize, Error> {
    let list = ListView::of(found.entry);
    let len = list.len();
    let count = count.min(len);
    let mark = call.reply.mark();
    let removed_from = match side {
        Side::Head => {
            write_range(call.reply, list, 0, count, Side::Tail);
            0
        }
        Side::Tail => {
            write_range(call.reply, list, len - 1, count, Side::Head);
            len - count
        }
    };
    if let Err(error) = edit(call, found, |list| list.remove_range(removed_from, count)) {
        call.reply.rewind(mark);
        return Err(error);
    }
    tell(call, target, found, side);
    Ok(count)
}

/// Tells of a pop, and deletes the key of a list that it emptied.
pub(super) fn tell(call: &mut Call<'_, '_>, target: Target<'_>, found: Found, side: Side) {
    call.notify_in(target.db, Class::LIST, event(side), target.key);
    delete_if_empty(call, target, found);
}

/// `LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]`: the first key that has a list, and elements popped from it; or null.
pub fn lmpop(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let keys = parse_count(args.get(1), 1, error::NUMKEYS_NOT_POSITIVE)?;
    let side_at = keys.saturating_add(2);
    if side_at >= args.len() {
        return call.syntax_error();
    }
    let side = parse_side(args.get(side_at))?;
    let count = match args.len() - side_at {
        1 => 1,
        3 if args.is(side_at + 1, "COUNT") => {
            parse_count(args.get(side_at + 2), 1, error::COUNT_NOT_POSITIVE)?
        }
        // Redis reads the first count before it finds what is too much behind it.
        4.. if args.is(side_at + 1, "COUNT") => {
            parse_count(args.get(side_at + 2), 1, error::COUNT_NOT_POSITIVE)?;
            return call.syntax_error();
        }
        _ => return call.syntax_error(),
    };
    for key in args.from(2).take(keys) {
        let target = call.target(key);
        if let Some(found) = list_at(call, target)? {
            return pop_with_key(call, target, found, side, count);
        }
    }
    call.reply.null_array();
    Ok(())
}

/// Pops elements and writes them behind their key. The effect is the LPOP or RPOP that does the same.
fn pop_with_key(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Found,
    side: Side,
    count: usize,
) -> Answer {
    let mark = call.reply.mark();
    call.reply.array(2);
    call.reply.bulk(target.key);
    match pop_many(call, target, found, side, count) {
        Ok(popped) => {
            let mut text = [0; I64_TEXT_BYTES];
            let name: &[u8] = match side {
                Side::Head => b"LPOP",
                Side::Tail => b"RPOP",
            };
            call.changed_as(&[name, target.key, fmt_i64(popped as i64, &mut text)]);
            Ok(())
        }
        Err(error) => {
            call.reply.rewind(mark);
            Err(error)
        }
    }
}
