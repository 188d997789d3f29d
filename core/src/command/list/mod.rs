//! Lists: elements in order, pushed and popped at either end.
//!
//! `push` puts elements in, `pop` takes them from the ends, `transfer` moves one from list to list, `read` looks, `change`
//! edits in the middle, `store` makes a list of what another command has found; here is what they share. `pop_one`,
//! `pop_many` and `move_one` take their keys as targets and reply through the call, so that they also serve a client that
//! has been waiting. None of them may know how elements lie.
//!
//! Invariant: no key holds an empty list: whoever takes the last element deletes the key.

mod change;
mod pop;
mod push;
mod read;
mod store;
#[cfg(test)]
mod tests;
mod transfer;

pub use change::{linsert, lrem, lset, ltrim};
pub use pop::{lmpop, lpop, pop_many, pop_one, rpop};
pub use push::{lpush, lpushx, rpush, rpushx};
pub use read::{lindex, llen, lpos, lrange};
pub(super) use store::store;
pub use transfer::{lmove, move_one, rpoplpush};

use super::notify::Class;
use super::{Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::list::{List, ListView, Rules, Side};
use crate::object::listpack;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use crate::pool::space::Full;
use crate::resp::Reply;
use core::ops::ControlFlow;
use core::sync::atomic::Ordering::Relaxed;

/// Bytes of elements beyond which a new list needs no hint.
const HINT_MAX: usize = 512;

/// LEFT or RIGHT.
pub fn parse_side(word: &[u8]) -> Result<Side, Error> {
    if word.eq_ignore_ascii_case(b"left") {
        Ok(Side::Head)
    } else if word.eq_ignore_ascii_case(b"right") {
        Ok(Side::Tail)
    } else {
        Err(Error::of(error::SYNTAX))
    }
}

/// Writes an element.
#[inline]
fn write_element(reply: &mut Reply<'_>, element: StringValue<'_>) {
    match element {
        StringValue::Bytes(bytes) => reply.bulk(bytes),
        StringValue::Int(value) => reply.bulk_int(value),
    }
}

/// Writes `count` elements from the one at `start` on towards a side; there are as many.
fn write_range(
    reply: &mut Reply<'_>,
    list: ListView<'_>,
    start: usize,
    count: usize,
    towards: Side,
) {
    reply.array(count);
    let mut left = count;
    if left == 0 {
        return;
    }
    list.walk(start, towards, |element| {
        write_element(reply, element);
        left -= 1;
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
}

/// The elements `start` to `stop` name, both from the tail when negative: the first one's index, and how many.
fn range_of(len: usize, start: i64, stop: i64) -> (usize, usize) {
    let len = len as i64;
    let from_head = |index: i64| {
        if index < 0 {
            index.saturating_add(len)
        } else {
            index
        }
    };
    let start = from_head(start).max(0);
    let stop = from_head(stop).min(len - 1);
    if start > stop || start >= len {
        return (0, 0);
    }
    (start as usize, (stop - start + 1) as usize)
}

/// The rules for a new list, as configured.
fn rules(call: &Call<'_, '_>) -> Rules {
    let settings = &call.store.settings;
    Rules::new(
        settings.list_max_listpack_size.load(Relaxed),
        settings.list_compress_depth.load(Relaxed),
    )
}

/// Bytes from which an element lies alone.
fn plain_from(call: &Call<'_, '_>) -> usize {
    call.store.settings.packed_threshold.load(Relaxed) as usize
}

/// About how many bytes a new list of `elements` takes, as far as it is worth while to know.
fn hint<'e>(elements: impl Iterator<Item = &'e [u8]>) -> usize {
    let mut hint = 0;
    for element in elements {
        hint += listpack::element_bytes(StringValue::parse(element));
        if hint > HINT_MAX {
            break;
        }
    }
    hint
}

/// Changes a list.
#[inline]
fn edit<R>(
    call: &mut Call<'_, '_>,
    found: Found,
    change: impl FnOnce(&mut List<'_>) -> Result<R, Full>,
) -> Result<R, Error> {
    let plain_from = plain_from(call);
    Ok(call.grip().edit_list(found, plain_from, change)?)
}

/// The list at `target`, to be changed; an error when it holds another type.
#[inline]
fn list_at(call: &mut Call<'_, '_>, target: Target<'_>) -> Result<Option<Found>, Error> {
    call.write_value(target, ObjectType::List)
}

/// Deletes a key whose list has lost its last element, and tells so.
fn delete_if_empty(call: &mut Call<'_, '_>, target: Target<'_>, found: Found) {
    if ListView::of(found.entry).is_empty() {
        call.delete(target, found, false);
        call.notify_in(target.db, Class::GENERIC, "del", target.key);
    }
}
