//! LPUSH, RPUSH, LPUSHX, RPUSHX.
//!
//! Invariant: all elements of a call are pushed or none.

use super::{edit, hint, list_at, plain_from, rules};
use crate::command::notify::Class;
use crate::command::{Answer, Args, Call, Error};
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::list::{List, Side};
use crate::object::listpack;
use crate::object::string::StringValue;
use crate::pool::space::Full;

/// `LPUSH key element [element ...]`: the new length.
pub fn lpush(call: &mut Call<'_, '_>) -> Answer {
    push(call, Side::Head, false)
}

/// `RPUSH key element [element ...]`: the new length.
pub fn rpush(call: &mut Call<'_, '_>) -> Answer {
    push(call, Side::Tail, false)
}

/// `LPUSHX key element [element ...]`: the new length, or 0 without the list.
pub fn lpushx(call: &mut Call<'_, '_>) -> Answer {
    push(call, Side::Head, true)
}

/// `RPUSHX key element [element ...]`: the new length, or 0 without the list.
pub fn rpushx(call: &mut Call<'_, '_>) -> Answer {
    push(call, Side::Tail, true)
}

fn push(call: &mut Call<'_, '_>, side: Side, only_existing: bool) -> Answer {
    let args = call.args;
    let target = call.target(args.get(1));
    let found = list_at(call, target)?;
    if found.is_none() && only_existing {
        call.reply.int(0);
        return Ok(());
    }
    let len = match found {
        Some(found) => edit(call, found, |list| push_all(list, side, args)),
        None => create(call, target, side, args),
    }?;
    call.reply.int(len as i64);
    call.changed_by(args.len() as u64 - 2);
    call.notify(Class::LIST, event(side), target.key);
    Ok(())
}

/// What a push is called.
pub(super) const fn event(side: Side) -> &'static str {
    match side {
        Side::Head => "lpush",
        Side::Tail => "rpush",
    }
}

/// Pushes every element, or takes back those it had pushed, and answers the new length.
#[inline]
fn push_all(list: &mut List<'_>, side: Side, args: Args<'_>) -> Result<usize, Full> {
    for (pushed, element) in args.from(2).enumerate() {
        if list.push(side, element).is_err() {
            for _ in 0..pushed {
                list.pop(side)?;
            }
            return Err(Full);
        }
    }
    Ok(list.len())
}

fn create(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    side: Side,
    args: Args<'_>,
) -> Result<usize, Error> {
    let hint = hint(args.from(2));
    let (rules, plain_from) = (rules(call), plain_from(call));
    let mut len = 0;
    call.grip()
        .create_list(target, rules, plain_from, hint, |list| {
            len = push_all(list, side, args)?;
            Ok(())
        })?;
    Ok(len)
}

/// Pushes one element to a list that may have to be created.
pub(super) fn push_one(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Option<Found>,
    side: Side,
    element: &[u8],
) -> Answer {
    if let Some(found) = found {
        return edit(call, found, |list| list.push(side, element));
    }
    let hint = listpack::element_bytes(StringValue::parse(element));
    let (rules, plain_from) = (rules(call), plain_from(call));
    call.grip()
        .create_list(target, rules, plain_from, hint, |list| {
            list.push(side, element)
        })?;
    Ok(())
}
