//! LSET, LINSERT, LREM, LTRIM.
//!
//! Invariant: a call that fails for want of room has changed nothing.

use super::{delete_if_empty, edit, list_at, range_of};
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::list::{ListView, Needle, Side};

/// `LSET key index element`: OK.
pub fn lset(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let target = call.target(args.get(1));
    let found = list_at(call, target)?.ok_or(Error::of(error::NO_SUCH_KEY))?;
    let index = args.int(2)?;
    if !edit(call, found, |list| list.set(index, args.get(3)))? {
        return Err(Error::of(error::INDEX_OUT_OF_RANGE));
    }
    call.reply.ok();
    call.changed();
    call.notify(Class::LIST, "lset", target.key);
    Ok(())
}

/// `LINSERT key BEFORE|AFTER pivot element`: the new length, 0 without the list, -1 without the pivot.
pub fn linsert(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let side = if args.is(2, "AFTER") {
        Side::Tail
    } else if args.is(2, "BEFORE") {
        Side::Head
    } else {
        return call.syntax_error();
    };
    let target = call.target(args.get(1));
    let Some(found) = list_at(call, target)? else {
        call.reply.int(0);
        return Ok(());
    };
    let pivot = Needle::new(args.get(3));
    if !edit(call, found, |list| list.insert(pivot, args.get(4), side))? {
        call.reply.int(-1);
        return Ok(());
    }
    call.reply.int(ListView::of(found.entry).len() as i64);
    call.changed();
    call.notify(Class::LIST, "linsert", target.key);
    Ok(())
}

/// `LREM key count element`: how many were removed; up to `count` from the head, from the tail when negative, all when 0.
pub fn lrem(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let count = args.int(2)?;
    let target = call.target(args.get(1));
    let Some(found) = list_at(call, target)? else {
        call.reply.int(0);
        return Ok(());
    };
    let (limit, from) = match count {
        0 => (usize::MAX, Side::Head),
        1.. => (count as usize, Side::Head),
        _ => (count.unsigned_abs() as usize, Side::Tail),
    };
    let needle = Needle::new(args.get(3));
    let removed = edit(call, found, |list| {
        list.remove_matching(needle, limit, from)
    })?;
    call.reply.int(removed as i64);
    if removed > 0 {
        call.changed_by(removed as u64);
        call.notify(Class::LIST, "lrem", target.key);
        delete_if_empty(call, target, found);
    }
    Ok(())
}

/// `LTRIM key start stop`: OK; only those elements stay.
pub fn ltrim(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let (start, stop) = (args.int(2)?, args.int(3)?);
    let target = call.target(args.get(1));
    let Some(found) = list_at(call, target)? else {
        call.reply.ok();
        return Ok(());
    };
    let len = ListView::of(found.entry).len();
    let (first, kept) = range_of(len, start, stop);
    let (from_head, from_tail) = match kept {
        0 => (len, 0),
        kept => (first, len - first - kept),
    };
    edit(call, found, |list| list.trim(from_head, from_tail))?;
    call.reply.ok();
    call.changed_by((from_head + from_tail) as u64);
    call.notify(Class::LIST, "ltrim", target.key);
    delete_if_empty(call, target, found);
    Ok(())
}
