//! DEBUG RELOAD: every key leaves as a DUMP and comes back as from a RESTORE, so that tests see what travelling does to it.
//! Until there are files to save to and load from, nothing touches the disk.
//!
//! Invariant: a key whose copy finds no room, or could not be read back, is as it was, and the error says which it was.

use super::super::generic::dump::{build, put};
use super::super::{Answer, Call, Error};
use crate::persist::rdb;
use core::sync::atomic::Ordering::Relaxed;

const BAD_OPTION: &str = "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.";
const NO_FILE: &str = "ERR there is no file to load: nothing is saved to disk yet";

/// `DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]`. What is loaded is what is there, so MERGE and NOFLUSH change nothing; without
/// a save there is nothing to load.
pub(super) fn reload(call: &mut Call<'_, '_>) -> Answer {
    for option in 2..call.args.len() {
        if call.args.is(option, "NOSAVE") {
            return Err(Error::of(NO_FILE));
        }
        if !call.args.is(option, "MERGE") && !call.args.is(option, "NOFLUSH") {
            return Err(Error::of(BAD_OPTION));
        }
    }
    for db in 0..call.keyspace().databases() {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        call.keyspace().for_each(call.lane.seat, db, |entry| {
            keys.push(entry.key().to_vec());
            true
        });
        for key in keys {
            reload_key(call, db, &key)?;
        }
    }
    call.reply.ok();
    Ok(())
}

fn reload_key(call: &mut Call<'_, '_>, db: u32, key: &[u8]) -> Answer {
    let target = call.target_in(db, key);
    // A key that has expired is not loaded.
    let Some(found) = call.peek(target) else {
        return Ok(());
    };
    let compress = call.store.settings.rdbcompression.load(Relaxed);
    let payload = rdb::dump(found.entry, &call.keyspace().pool, compress);
    let (deadline, usage) = (found.entry.deadline(), found.entry.usage_word());
    let broken = |why: &[u8]| {
        let (key, why) = (key.escape_ascii(), why.escape_ascii());
        Error::text(format!(
            "ERR Error trying to load the RDB dump: '{key}': {why}"
        ))
    };
    let value = rdb::open(&payload).map_err(|rdb::PayloadError| broken(b"wrong checksum"))?;
    let built = build(call, target, value, deadline).map_err(|why| broken(why.as_bytes()))?;
    built.set_usage_word(usage);
    put(call, target, built)
}
