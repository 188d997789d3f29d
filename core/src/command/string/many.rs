//! Several strings at once: MGET, MSET, MSETNX.
//!
//! Invariant: MSET and MSETNX set every pair or none. Every new entry is made before the first is linked, so that only a
//! table that cannot grow can still stop them; then what was linked is exchanged back.

use super::write_value;
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::update::Target;
use crate::object::entry::Entry;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;

/// MGET key ..: each value, null for those that are missing or no strings.
pub fn mget(call: &mut Call<'_, '_>) -> Answer {
    call.reply.array(call.args.len() - 1);
    for key in call.args.from(1) {
        let entry = call.read(key);
        let string = entry.filter(|entry| entry.kind() == ObjectType::String);
        write_value(call.reply, string.map(StringValue::of));
    }
    Ok(())
}

/// MSET key value ..: OK.
pub fn mset(call: &mut Call<'_, '_>) -> Answer {
    check_pairs(call)?;
    set_all(call)?;
    call.reply.ok();
    Ok(())
}

/// MSETNX key value ..: 1, or 0 when any of the keys exists.
pub fn msetnx(call: &mut Call<'_, '_>) -> Answer {
    check_pairs(call)?;
    for key in call.args.from(1).step_by(2) {
        let target = call.target(key);
        if call.write(target).is_some() {
            call.reply.int(0);
            return Ok(());
        }
    }
    set_all(call)?;
    call.reply.int(1);
    Ok(())
}

fn check_pairs(call: &Call<'_, '_>) -> Answer {
    if call.args.len() % 2 == 0 {
        return Err(Error::text(error::wrong_arity(call.spec().full_name)));
    }
    Ok(())
}

/// A pair on its way: where it belongs, and its entry.
struct Staged<'k> {
    target: Target<'k>,
    /// The new entry until it is linked, then the one it took the place of.
    entry: Option<Entry>,
}

fn set_all(call: &mut Call<'_, '_>) -> Answer {
    let pairs = call.args.len() / 2;
    let mut staged = Vec::with_capacity(pairs);
    let mut linked = 0;
    let outcome = stage(call, &mut staged).and_then(|()| link(call, &mut staged, &mut linked));
    if outcome.is_err() {
        unlink(call, &mut staged[..linked]);
    }
    for entry in staged.iter().filter_map(|pair| pair.entry) {
        call.store.dispose(entry, false);
    }
    outcome?;
    call.changed_by(pairs as u64);
    for key in call.args.from(1).step_by(2) {
        call.notify(Class::STRING, "set", key);
    }
    Ok(())
}

/// Makes every new entry; none can be reached yet.
fn stage<'a>(call: &mut Call<'a, '_>, staged: &mut Vec<Staged<'a>>) -> Answer {
    for index in (1..call.args.len()).step_by(2) {
        let target = call.target(call.args.get(index));
        let found = call.write(target);
        let value = StringValue::parse(call.args.get(index + 1));
        let entry = call.grip().stage_string(target, found, value, None)?;
        staged.push(Staged {
            target,
            entry: Some(entry),
        });
    }
    Ok(())
}

/// Links the entries in order, and counts them.
fn link(call: &mut Call<'_, '_>, staged: &mut [Staged<'_>], linked: &mut usize) -> Answer {
    for pair in staged {
        if let Some(entry) = pair.entry {
            pair.entry = call.grip().exchange(pair.target, entry)?;
            *linked += 1;
        }
    }
    Ok(())
}

/// Exchanges back what was linked, the last first.
fn unlink(call: &mut Call<'_, '_>, linked: &mut [Staged<'_>]) {
    for pair in linked.iter_mut().rev() {
        let Target { db, hash, key, .. } = pair.target;
        if let Some(found) = call.grip().find(db, hash, key) {
            match pair.entry {
                Some(before) => call.grip().replace(db, hash, found, before),
                None => {
                    call.grip().remove(db, hash, found);
                }
            }
            pair.entry = Some(found.entry);
        }
    }
}
