//! Keys that get another name, another database, or a copy.
//!
//! Invariant: a look-up can remove an expired key, which can move the slots of its table, so what was found before it
//! would lead nowhere. The source is looked up first, as in Redis, so that expired keys are told of in that order; and once
//! more behind the key that may be overwritten.

use crate::command::call::Args;
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::update::Target;

/// `RENAME key newkey`: the value keeps its deadline, its use and its place; whatever had the name is deleted.
pub fn rename(call: &mut Call<'_, '_>) -> Answer {
    change_name(call, true)?;
    call.reply.ok();
    Ok(())
}

/// `RENAMENX key newkey`: 1, or 0 when the name is taken, be it by the key itself.
pub fn renamenx(call: &mut Call<'_, '_>) -> Answer {
    let changed = change_name(call, false)?;
    call.reply.int(changed as i64);
    Ok(())
}

/// Renames the key and answers whether anything was done.
fn change_name(call: &mut Call<'_, '_>, may_overwrite: bool) -> Result<bool, Error> {
    let args = call.args;
    let (source, target) = (call.target(args.get(1)), call.target(args.get(2)));
    call.write(source).ok_or(Error::of(error::NO_SUCH_KEY))?;
    if source.key == target.key {
        return Ok(false);
    }
    let overwritten = call.peek(target);
    let found = call.peek(source).ok_or(Error::of(error::NO_SUCH_KEY))?;
    if overwritten.is_some() && !may_overwrite {
        return Ok(false);
    }
    call.grip().rename(source, found, target, overwritten)?;
    call.changed();
    announce(call, target, overwritten.is_some());
    call.notify(Class::GENERIC, "rename_from", source.key);
    call.notify(Class::GENERIC, "rename_to", target.key);
    Ok(true)
}

/// Tells that the key is new, as Redis sees it: whatever had its name was deleted first.
fn announce(call: &mut Call<'_, '_>, target: Target<'_>, overwritten: bool) {
    call.announce_new();
    if overwritten {
        call.notify_in(target.db, Class::NEW, "new", target.key);
    }
}

/// `MOVE key db`: 1, or 0 when there is no such key or the other database has one of its name.
pub fn move_(call: &mut Call<'_, '_>) -> Answer {
    let key = call.args.get(1);
    let db = database(call, 2)?;
    if db == call.db() {
        return Err(Error::of(error::SAME_OBJECT));
    }
    let (source, target) = (call.target(key), call.target_in(db, key));
    let is_there = call.write(source).is_some();
    let is_free = is_there && call.peek(target).is_none();
    match call.peek(source).filter(|_| is_free) {
        None => call.reply.int(0),
        Some(found) => {
            call.grip().change_database(source, found, db)?;
            call.touched(target);
            call.changed();
            announce(call, target, false);
            call.notify_in(source.db, Class::GENERIC, "move_from", key);
            call.notify_in(db, Class::GENERIC, "move_to", key);
            call.reply.int(1);
        }
    }
    Ok(())
}

/// What COPY is asked for beyond its keys.
struct CopyOptions {
    db: u32,
    replace: bool,
}

impl CopyOptions {
    fn parse(call: &Call<'_, '_>) -> Result<CopyOptions, Error> {
        let args: Args<'_> = call.args;
        let mut options = CopyOptions {
            db: call.db(),
            replace: false,
        };
        let mut index = 3;
        while index < args.len() {
            if args.is(index, "replace") {
                options.replace = true;
            } else if args.is(index, "db") && index + 1 < args.len() {
                index += 1;
                options.db = database(call, index)?;
            } else {
                return Err(Error::of(error::SYNTAX));
            }
            index += 1;
        }
        Ok(options)
    }
}

/// `COPY source destination [DB db] [REPLACE]`: 1, or 0 when there is no source or the destination is in the way.
pub fn copy(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let options = CopyOptions::parse(call)?;
    let source = call.target(args.get(1));
    let target = call.target_in(options.db, args.get(2));
    if source.db == target.db && source.key == target.key {
        return Err(Error::of(error::SAME_OBJECT));
    }
    let is_there = call.read_at(source).is_some();
    let overwritten = if is_there { call.peek(target) } else { None };
    let found = call.peek(source).filter(|_| is_there);
    match found.filter(|_| overwritten.is_none() || options.replace) {
        None => call.reply.int(0),
        Some(found) => {
            call.grip().copy(found, target, overwritten)?;
            call.changed_in(options.db);
            announce(call, target, overwritten.is_some());
            call.notify_in(target.db, Class::GENERIC, "copy_to", target.key);
            call.reply.int(1);
        }
    }
    Ok(())
}

/// The database the argument at `index` names.
fn database(call: &Call<'_, '_>, index: usize) -> Result<u32, Error> {
    let number =
        i32::try_from(call.args.int(index)?).map_err(|_| Error::of(error::NOT_IN_32_BITS))?;
    u32::try_from(number)
        .ok()
        .filter(|&db| db < call.keyspace().databases())
        .ok_or(Error::of(error::DB_OUT_OF_RANGE))
}
