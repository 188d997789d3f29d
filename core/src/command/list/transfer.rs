//! LMOVE, RPOPLPUSH: an element goes from one list to another.
//!
//! Invariant: the element is pushed before it is popped, and popping cannot fail by then: it is never lost.

use super::pop::tell;
use super::push::{event, push_one};
use super::{edit, list_at, parse_side, write_element};
use crate::command::notify::Class;
use crate::command::{Answer, Call};
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::list::{ListView, Side};

/// `LMOVE source destination LEFT|RIGHT LEFT|RIGHT`: the element, or null without the source.
pub fn lmove(call: &mut Call<'_, '_>) -> Answer {
    let from = parse_side(call.args.get(3))?;
    let to = parse_side(call.args.get(4))?;
    transfer(call, from, to)
}

/// `RPOPLPUSH source destination`: the element, or null without the source.
pub fn rpoplpush(call: &mut Call<'_, '_>) -> Answer {
    transfer(call, Side::Tail, Side::Head)
}

fn transfer(call: &mut Call<'_, '_>, from: Side, to: Side) -> Answer {
    let source = call.target(call.args.get(1));
    let target = call.target(call.args.get(2));
    if list_at(call, source)?.is_none() {
        call.reply.null();
        return Ok(());
    }
    move_one(call, source, target, from, to)?;
    call.changed();
    Ok(())
}

/// Moves the element at an end of `source`, which holds a list, to an end of `target`, which is created if need be, and writes
/// it as the reply. The caller counts the change.
pub fn move_one(
    call: &mut Call<'_, '_>,
    source: Target<'_>,
    target: Target<'_>,
    from: Side,
    to: Side,
) -> Answer {
    let destination = list_at(call, target)?;
    // Looking for the target may have removed it where it had expired, and with it the source's place.
    let Some(found) = call.peek(source) else {
        call.reply.null();
        return Ok(());
    };
    let mark = call.reply.mark();
    let index = match from {
        Side::Head => 0,
        Side::Tail => -1,
    };
    let list = ListView::of(found.entry);
    list.get(index, |element| write_element(call.reply, element));
    let moved = if source.key == target.key && source.db == target.db {
        edit(call, found, |list| list.rotate(from, to))
    } else {
        carry(call, found, (target, destination), from, to)
    };
    if let Err(error) = moved {
        call.reply.rewind(mark);
        return Err(error);
    }
    call.notify_in(target.db, Class::LIST, event(to), target.key);
    if let Some(found) = call.peek(source) {
        tell(call, source, found, from);
    }
    Ok(())
}

/// From one list to another.
fn carry(
    call: &mut Call<'_, '_>,
    source: Found,
    (target, destination): (Target<'_>, Option<Found>),
    from: Side,
    to: Side,
) -> Answer {
    edit(call, source, |list| list.prepare_pop(from))?;
    let index = match from {
        Side::Head => 0,
        Side::Tail => -1,
    };
    let pushed = ListView::of(source.entry).get(index, |element| {
        element.with_bytes(|bytes| push_one(call, target, destination, to, bytes))
    });
    pushed.unwrap_or(Ok(()))?;
    // Only the entry is used: a new key may have moved its slot.
    edit(call, source, |list| list.pop(from))
}
