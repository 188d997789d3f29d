//! Sets: members without order.
//!
//! `algebra` combines several, `random` picks and takes members; here is what adds, removes, finds and lists them. None of
//! them may know how members lie in memory.
//!
//! Invariant: a key never keeps a set without members; what finds no room leaves every set as it was.

mod algebra;
mod random;
#[cfg(test)]
mod tests;

pub use algebra::{sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore};
pub use random::{spop, srandmember};

use super::elements::{self, write};
use super::notify::Class;
use super::{Answer, Call, Error};
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use core::sync::atomic::Ordering::Relaxed;

/// The set at the first key, to be read.
fn read(call: &mut Call<'_, '_>) -> Result<Option<Set>, Error> {
    let key = call.args.get(1);
    Ok(call.read_value(key, ObjectType::Set)?.map(Set::of))
}

/// The most members of an intset.
fn limit(call: &Call<'_, '_>) -> u64 {
    call.store.settings.set_max_intset_entries.load(Relaxed)
}

fn contains(call: &Call<'_, '_>, set: Option<Set>, member: &[u8]) -> bool {
    let keyspace = call.keyspace();
    set.is_some_and(|set| {
        let member = StringValue::parse(member);
        set.contains(&keyspace.pool, member, keyspace.hasher())
    })
}

/// Adds members, to a new set if there is none, and answers how many are new.
fn add_all<'m>(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Option<Found>,
    mut members: impl ExactSizeIterator<Item = &'m [u8]> + Clone,
) -> Result<usize, Error> {
    let limit = limit(call);
    if let Some(found) = found {
        let grip = call.grip();
        return Ok(grip.change_set(found.entry, limit, |set| set.add_all(members))?);
    }
    let first = members.clone().next().map(StringValue::parse);
    let first = first.unwrap_or(StringValue::Int(0));
    let mut set = call.grip().new_set(target.node, limit, first)?;
    set.fill(&mut members)?;
    let added = set.value().len();
    call.grip().link_set(target, set)?;
    Ok(added)
}

/// Removes a key whose set has become empty, and answers whether it has.
fn delete_if_empty(call: &mut Call<'_, '_>, target: Target<'_>, found: Found) -> bool {
    let is_empty = Set::of(found.entry).is_empty();
    if is_empty {
        call.delete(target, found, false);
    }
    is_empty
}

/// SADD key member ..: how many are new.
pub fn sadd(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let target = call.target(args.get(1));
    let found = call.write_value(target, ObjectType::Set)?;
    let added = add_all(call, target, found, args.from(2))?;
    if added > 0 {
        call.changed_by(added as u64);
        call.notify(Class::SET, "sadd", target.key);
    }
    call.reply.int(added as i64);
    Ok(())
}

/// SREM key member ..: how many there were.
pub fn srem(call: &mut Call<'_, '_>) -> Answer {
    let (args, limit) = (call.args, limit(call));
    let target = call.target(args.get(1));
    let Some(found) = call.write_value(target, ObjectType::Set)? else {
        call.reply.int(0);
        return Ok(());
    };
    let removed = call.grip().change_set(found.entry, limit, |set| {
        let members = args.from(2).map(StringValue::parse);
        members.filter(|&member| set.remove(member)).count()
    });
    let is_gone = delete_if_empty(call, target, found);
    if removed > 0 {
        call.changed_by(removed as u64);
        call.notify(Class::SET, "srem", target.key);
    }
    if is_gone {
        call.notify(Class::GENERIC, "del", target.key);
    }
    call.reply.int(removed as i64);
    Ok(())
}

/// SMOVE source destination member: 1, or 0 when the source has no such member.
pub fn smove(call: &mut Call<'_, '_>) -> Answer {
    let (args, limit) = (call.args, limit(call));
    let member = args.get(3);
    let (source, target) = (call.target(args.get(1)), call.target(args.get(2)));
    // Either look-up may remove the other key's slot or move it: the first is made again below.
    let Some(from) = call.write(source) else {
        call.reply.int(0);
        return Ok(());
    };
    let entry = from.entry;
    let into = call.write(target);
    let is_set = |kind| kind == ObjectType::Set;
    if !is_set(entry.kind()) || into.is_some_and(|into| !is_set(into.entry.kind())) {
        return Err(Error::of(crate::error::WRONG_TYPE));
    }
    let is_member = contains(call, Some(Set::of(entry)), member);
    if !is_member || source.key == target.key {
        call.reply.int(is_member as i64);
        return Ok(());
    }
    let added = add_all(call, target, into, core::iter::once(member))?;
    call.grip().change_set(entry, limit, |set| {
        set.remove(StringValue::parse(member));
    });
    let emptied = call.peek(source);
    let is_gone = emptied.is_some_and(|found| delete_if_empty(call, source, found));
    match added {
        // The destination has not changed, so nobody who watches it is told.
        0 => call.changed_as(&[b"SREM", source.key, member]),
        _ => call.changed_by(2),
    }
    call.notify(Class::SET, "srem", source.key);
    if is_gone {
        call.notify(Class::GENERIC, "del", source.key);
    }
    if added > 0 {
        call.notify(Class::SET, "sadd", target.key);
    }
    call.reply.int(1);
    Ok(())
}

/// SISMEMBER key member: 1 or 0.
pub fn sismember(call: &mut Call<'_, '_>) -> Answer {
    let set = read(call)?;
    let is_member = contains(call, set, call.args.get(2));
    call.reply.int(is_member as i64);
    Ok(())
}

/// SMISMEMBER key member ..: 1 or 0 for each.
pub fn smismember(call: &mut Call<'_, '_>) -> Answer {
    let (set, args) = (read(call)?, call.args);
    call.reply.array(args.len() - 2);
    for member in args.from(2) {
        let is_member = contains(call, set, member);
        call.reply.int(is_member as i64);
    }
    Ok(())
}

/// SCARD key: how many members.
pub fn scard(call: &mut Call<'_, '_>) -> Answer {
    let set = read(call)?;
    call.reply.int(set.map_or(0, Set::len) as i64);
    Ok(())
}

/// SMEMBERS key: every member.
pub fn smembers(call: &mut Call<'_, '_>) -> Answer {
    let (set, pool) = (read(call)?, &call.keyspace().pool);
    call.reply.set(set.map_or(0, Set::len));
    for member in set.into_iter().flat_map(|set| set.iter(pool)) {
        write(call.reply, member);
    }
    Ok(())
}

/// SSCAN key cursor [MATCH pattern] [COUNT count]: where to go on, and some members.
pub fn sscan(call: &mut Call<'_, '_>) -> Answer {
    let pool = &call.keyspace().pool;
    elements::scan(call, read, |set, cursor, filter, reply, count| {
        set.scan(pool, cursor, filter.count, |member| {
            if member.with_bytes(|member| filter.takes_name(member)) {
                write(reply, member);
                *count += 1;
            }
        })
    })
}
