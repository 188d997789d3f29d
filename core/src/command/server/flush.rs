//! FLUSHALL, FLUSHDB and SWAPDB: whole databases, under the whole world.
//!
//! A flush takes the tables out, which is quick, and frees their entries afterwards or in the background. Invariant: when
//! the reply is written the database is empty, whoever frees the memory.

use super::super::{Answer, Call, Error};
use crate::error;
use core::sync::atomic::Ordering::Relaxed;

const BAD_FIRST: &str = "ERR invalid first DB index";
const BAD_SECOND: &str = "ERR invalid second DB index";

/// `FLUSHALL [ASYNC|SYNC]`: deletes every key.
pub(crate) fn flushall(call: &mut Call<'_, '_>) -> Answer {
    let databases = call.keyspace().databases();
    flush(call, 0..databases)
}

/// `FLUSHDB [ASYNC|SYNC]`: deletes every key of the database.
pub(crate) fn flushdb(call: &mut Call<'_, '_>) -> Answer {
    let db = call.db();
    flush(call, db..db + 1)
}

fn flush(call: &mut Call<'_, '_>, databases: core::ops::Range<u32>) -> Answer {
    let lazily = match call.args.len() {
        1 => call.store.settings.lazyfree_lazy_user_flush.load(Relaxed),
        2 if call.args.is(1, "ASYNC") => true,
        2 if call.args.is(1, "SYNC") => false,
        _ => return call.syntax_error(),
    };
    let mut keys = 0;
    for db in databases {
        let tables = call.grip().take_database(db);
        keys += tables.iter().map(|table| table.len() as u64).sum::<u64>();
        call.store.interest.flushed(db);
        call.store.dispose_tables(tables, lazily);
    }
    call.changed_by(keys);
    call.reply.ok();
    Ok(())
}

/// `SWAPDB index1 index2`: exchanges the contents of two databases.
pub(crate) fn swapdb(call: &mut Call<'_, '_>) -> Answer {
    let first = database(call, 1, BAD_FIRST)?;
    let second = database(call, 2, BAD_SECOND)?;
    let databases = i64::from(call.keyspace().databases());
    if !(0..databases).contains(&first) || !(0..databases).contains(&second) {
        return Err(Error::of(error::DB_OUT_OF_RANGE));
    }
    let interest = &call.store.interest;
    if first != second {
        let (first, second) = (first as u32, second as u32);
        call.grip().swap_databases(first, second);
        let (keyspace, now_ms, grip) = (call.keyspace(), call.now_ms, call.grip());
        let is_live = |db: u32, key: &[u8]| {
            let found = grip.find(db, keyspace.hash(key), key);
            found.is_some_and(|found| !found.entry.is_expired(now_ms))
        };
        for (db, key) in interest.swapped((first, second), is_live) {
            call.ready(db, &key);
        }
    }
    call.changed();
    call.reply.ok();
    Ok(())
}

/// A database's index as Redis reads it: 32 bits, checked against their number later.
fn database(call: &Call<'_, '_>, index: usize, otherwise: &'static str) -> Result<i64, Error> {
    let number = call.args.int(index).ok();
    number
        .filter(|&number| i32::try_from(number).is_ok())
        .ok_or(Error::of(otherwise))
}
