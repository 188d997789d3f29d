//! A list made of what another command has found.
//!
//! Invariant: with nothing to keep the destination is removed, and when there is no room it stays as it was.

use super::{hint, plain_from, rules};
use crate::command::notify::Class;
use crate::command::{Answer, Call};
use crate::object::list::Side;

/// Makes a list of `elements` the value of `key`, whatever that held, and answers how many there are.
pub(in crate::command) fn store<'e>(
    call: &mut Call<'_, '_>,
    key: &[u8],
    elements: impl ExactSizeIterator<Item = &'e [u8]> + Clone,
    event: &'static str,
) -> Answer {
    let (target, len) = (call.target(key), elements.len());
    if len > 0 {
        // What has expired there is told of first.
        call.peek(target);
        let (rules, plain_from, hint) = (rules(call), plain_from(call), hint(elements.clone()));
        let mut elements = elements;
        let before = call
            .grip()
            .put_list(target, rules, plain_from, hint, |list| {
                elements.try_for_each(|element| list.push(Side::Tail, element))
            })?;
        if let Some(before) = before {
            call.store.dispose(before, false);
        }
        call.changed_by(len as u64);
        call.notify(Class::LIST, event, key);
    } else if let Some(before) = call.grip().find(target.db, target.hash, key) {
        // As in Redis, one that has expired is deleted like any other.
        call.delete(target, before, false);
        call.changed();
        call.notify(Class::GENERIC, "del", key);
    }
    call.reply.int(len as i64);
    Ok(())
}
