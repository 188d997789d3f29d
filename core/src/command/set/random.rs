//! Members picked at random: to be looked at, or to be taken out.
//!
//! Invariant: different members come with the same chance in every combination; what SPOP took is told as SREM, or as DEL
//! when that was all.

use super::{delete_if_empty, limit, read};
use crate::command::elements::{random_count, write, write_or_null};
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;

/// SRANDMEMBER key [count]: one member, or as many as asked for; with a negative count they may repeat.
pub fn srandmember(call: &mut Call<'_, '_>) -> Answer {
    let count = match call.args.len() {
        2 => return pick_one(call),
        3 => random_count(call, 2)?,
        _ => return call.syntax_error(),
    };
    let Some(set) = read(call)? else {
        call.reply.array(0);
        return Ok(());
    };
    let wanted = count.unsigned_abs() as usize;
    let (keyspace, lane) = (call.keyspace(), call.lane);
    let (pool, random) = (&keyspace.pool, || lane.random_u64());
    if count >= 0 {
        let answered = wanted.min(set.len());
        call.reply.array(answered);
        set.choose(pool, answered, random, |member| write(call.reply, member));
        return Ok(());
    }
    call.reply.array(wanted);
    for _ in 0..wanted {
        write_or_null(call.reply, set.pick(pool, random));
    }
    Ok(())
}

fn pick_one(call: &mut Call<'_, '_>) -> Answer {
    let (set, pool, lane) = (read(call)?, &call.keyspace().pool, call.lane);
    let picked = set.and_then(|set| set.pick(pool, || lane.random_u64()));
    write_or_null(call.reply, picked);
    Ok(())
}

/// SPOP key [count]: one member, or as many as asked for, which the set has no longer.
pub fn spop(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let count = match args.len() {
        2 => None,
        3 => {
            let count = args.int(2).ok().and_then(|it| usize::try_from(it).ok());
            Some(count.ok_or(Error::of(error::NOT_POSITIVE))?)
        }
        _ => return call.syntax_error(),
    };
    let target = call.target(args.get(1));
    let found = call.write_value(target, ObjectType::Set)?;
    match (found, count) {
        (None, None) => call.reply.null(),
        (None, Some(_)) | (_, Some(0)) => call.reply.set(0),
        (Some(found), None) => take(call, target, found, 1),
        (Some(found), Some(count)) => {
            let len = Set::of(found.entry).len();
            call.reply.set(count.min(len));
            if count < len {
                take(call, target, found, count);
            } else {
                take_all(call, target, found, len);
            }
        }
    }
    Ok(())
}

/// Answers `count` members and removes them.
fn take(call: &mut Call<'_, '_>, target: Target<'_>, found: Found, count: usize) {
    let (limit, lane) = (limit(call), call.lane);
    let is_told = call.store.effects.is_active();
    let mut taken: Vec<Vec<u8>> = Vec::new();
    let (grip, reply) = call.grip_and_reply();
    grip.change_set(found.entry, limit, |set| {
        let visit = |member: StringValue<'_>| {
            write(reply, member);
            if is_told {
                taken.push(member.with_bytes(<[u8]>::to_vec));
            }
        };
        set.take(count, || lane.random_u64(), visit);
    });
    if is_told {
        let mut effect: Vec<&[u8]> = vec![b"SREM", target.key];
        effect.extend(taken.iter().map(Vec::as_slice));
        call.changed_by_as(count as u64, &effect);
    } else {
        call.changed_by(count as u64);
    }
    call.notify(Class::SET, "spop", target.key);
    if delete_if_empty(call, target, found) {
        call.notify(Class::GENERIC, "del", target.key);
    }
}

/// Answers all members and removes the key.
fn take_all(call: &mut Call<'_, '_>, target: Target<'_>, found: Found, len: usize) {
    let pool = &call.keyspace().pool;
    for member in Set::of(found.entry).iter(pool) {
        write(call.reply, member);
    }
    call.delete(target, found, false);
    call.changed_by_as(len as u64, &[b"DEL", target.key]);
    call.notify(Class::SET, "spop", target.key);
    call.notify(Class::GENERIC, "del", target.key);
}
