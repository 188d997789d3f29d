//! Hashes: fields, each with a value.
//!
//! `numeric` adds to values that are numbers, `random` picks fields, `list` shows many at a time; here is what sets, reads
//! and removes fields by name. None of them may know how fields lie in memory.
//!
//! Invariant: a key never keeps a hash without fields; what finds no room leaves every field as it was.

mod list;
mod numeric;
mod random;
#[cfg(test)]
mod tests;

pub use list::{hgetall, hkeys, hscan, hvals};
pub use numeric::{hincrby, hincrbyfloat};
pub use random::hrandfield;

use super::elements::write_or_null;
use super::notify::Class;
use super::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::keyspace::update::Target;
use crate::object::hash::{Hash, Limits};
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use core::sync::atomic::Ordering::Relaxed;

/// The hash at the first key, to be read.
fn read(call: &mut Call<'_, '_>) -> Result<Option<Hash>, Error> {
    let key = call.args.get(1);
    Ok(call.read_value(key, ObjectType::Hash)?.map(Hash::of))
}

fn limits(call: &Call<'_, '_>) -> Limits {
    let settings = &call.store.settings;
    Limits {
        entries: settings.hash_max_listpack_entries.load(Relaxed),
        value_bytes: settings.hash_max_listpack_value.load(Relaxed),
    }
}

/// Sets one field, in a new hash if there is none.
fn set_one(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    found: Option<Found>,
    field: &[u8],
    value: &[u8],
) -> Answer {
    let limits = limits(call);
    match found {
        Some(found) => call
            .grip()
            .change_hash(found.entry, limits, |hash| hash.set(field, value))?,
        None => call
            .grip()
            .create_hash(target, limits, |hash| hash.set(field, value))?,
    };
    Ok(())
}

/// HSET key field value ..: how many of the fields are new.
pub fn hset(call: &mut Call<'_, '_>) -> Answer {
    let added = set_all(call)?;
    call.reply.int(added as i64);
    Ok(())
}

/// HMSET key field value ..: OK.
pub fn hmset(call: &mut Call<'_, '_>) -> Answer {
    set_all(call)?;
    call.reply.ok();
    Ok(())
}

fn set_all(call: &mut Call<'_, '_>) -> Result<usize, Error> {
    let args = call.args;
    if args.len() % 2 == 1 {
        return Err(Error::text(error::wrong_arity(call.spec().full_name)));
    }
    let (target, limits) = (call.target(args.get(1)), limits(call));
    let count = args.len() / 2 - 1;
    let pairs = (0..count).map(|pair| (args.get(2 * pair + 2), args.get(2 * pair + 3)));
    let added = match call.write_value(target, ObjectType::Hash)? {
        Some(found) => call
            .grip()
            .change_hash(found.entry, limits, |hash| hash.set_all(pairs))?,
        None => call.grip().create_hash(target, limits, |hash| {
            hash.fill(pairs)?;
            Ok(hash.value().len())
        })?,
    };
    call.changed_by(count as u64);
    call.notify(Class::HASH, "hset", target.key);
    Ok(added)
}

/// HSETNX key field value: 1, or 0 when the field is there already.
pub fn hsetnx(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let (target, field) = (call.target(args.get(1)), args.get(2));
    let found = call.write_value(target, ObjectType::Hash)?;
    if value_of(call, found, field).is_some() {
        call.reply.int(0);
        return Ok(());
    }
    set_one(call, target, found, field, args.get(3))?;
    call.changed();
    call.notify(Class::HASH, "hset", target.key);
    call.reply.int(1);
    Ok(())
}

/// The value of a field where a hash was found.
fn value_of<'a>(
    call: &Call<'a, '_>,
    found: Option<Found>,
    field: &[u8],
) -> Option<StringValue<'a>> {
    let keyspace = call.keyspace();
    Hash::of(found?.entry).get(&keyspace.pool, field, keyspace.hasher())
}

/// The value of the field that the second argument names.
fn read_field<'a>(call: &mut Call<'a, '_>) -> Result<Option<StringValue<'a>>, Error> {
    let (hash, keyspace) = (read(call)?, call.keyspace());
    let field = call.args.get(2);
    Ok(hash.and_then(|hash| hash.get(&keyspace.pool, field, keyspace.hasher())))
}

/// HGET key field: the value, null when there is none.
pub fn hget(call: &mut Call<'_, '_>) -> Answer {
    let value = read_field(call)?;
    write_or_null(call.reply, value);
    Ok(())
}

/// HMGET key field ..: each value, null for those that are missing.
pub fn hmget(call: &mut Call<'_, '_>) -> Answer {
    let (hash, keyspace, args) = (read(call)?, call.keyspace(), call.args);
    call.reply.array(args.len() - 2);
    for field in args.from(2) {
        let value = hash.and_then(|hash| hash.get(&keyspace.pool, field, keyspace.hasher()));
        write_or_null(call.reply, value);
    }
    Ok(())
}

/// HEXISTS key field: 1 or 0.
pub fn hexists(call: &mut Call<'_, '_>) -> Answer {
    let value = read_field(call)?;
    call.reply.int(value.is_some() as i64);
    Ok(())
}

/// HSTRLEN key field: bytes of the value, 0 when there is none.
pub fn hstrlen(call: &mut Call<'_, '_>) -> Answer {
    let value = read_field(call)?;
    call.reply.int(value.map_or(0, StringValue::len) as i64);
    Ok(())
}

/// HLEN key: how many fields.
pub fn hlen(call: &mut Call<'_, '_>) -> Answer {
    let hash = read(call)?;
    call.reply.int(hash.map_or(0, Hash::len) as i64);
    Ok(())
}

/// HDEL key field ..: how many there were.
pub fn hdel(call: &mut Call<'_, '_>) -> Answer {
    let (args, limits) = (call.args, limits(call));
    let target = call.target(args.get(1));
    let Some(found) = call.write_value(target, ObjectType::Hash)? else {
        call.reply.int(0);
        return Ok(());
    };
    let removed = call.grip().change_hash(found.entry, limits, |hash| {
        args.from(2).filter(|field| hash.remove(field)).count()
    });
    let is_gone = Hash::of(found.entry).is_empty();
    if is_gone {
        call.delete(target, found, false);
    }
    if removed > 0 {
        call.changed_by(removed as u64);
        call.notify(Class::HASH, "hdel", target.key);
    }
    if is_gone {
        call.notify(Class::GENERIC, "del", target.key);
    }
    call.reply.int(removed as i64);
    Ok(())
}
