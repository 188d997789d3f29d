//! The server family: what the server says about itself, and what concerns whole databases.
//!
//! Numbers are read where they are counted, without stopping anyone, so that those of one answer need not agree to the last
//! unit. Invariant: nothing here changes a key except FLUSHALL, FLUSHDB and SWAPDB, which hold the world alone.

mod debug;
mod debug_protocol;
mod digest;
mod flush;
mod info;
mod lolwut;
mod memory;
pub(in crate::command) mod monitor;
mod reload;
#[cfg(test)]
mod tests;

pub(crate) use debug::debug;
pub(crate) use flush::{flushall, flushdb, swapdb};
pub(crate) use info::info;
pub(crate) use lolwut::lolwut;
pub(crate) use memory::{
    memory_doctor, memory_malloc_stats, memory_purge, memory_stats, memory_usage,
};
pub(crate) use monitor::monitor;

use super::connection::REDIS_VERSION;
use super::{Answer, Call, Error};

/// This release.
const NUMAKV_VERSION: &str = env!("CARGO_PKG_VERSION");

/// `TIME`: seconds of Unix time and the microseconds behind them, by the clock deadlines follow.
pub(crate) fn time(call: &mut Call<'_, '_>) -> Answer {
    let now_us = call.store.clock.now_us();
    call.reply.array(2);
    call.reply.bulk_int(now_us.div_euclid(1_000_000));
    call.reply.bulk_int(now_us.rem_euclid(1_000_000));
    Ok(())
}

/// `DBSIZE`: keys in the database, expired ones that nobody has met yet included.
pub(crate) fn dbsize(call: &mut Call<'_, '_>) -> Answer {
    let (keys, _) = call.keyspace().count(call.db());
    call.reply.int(keys as i64);
    Ok(())
}

/// `CONFIG RESETSTAT`: counters start again from zero.
pub(crate) fn config_resetstat(call: &mut Call<'_, '_>) -> Answer {
    call.store.reset_stats();
    call.reply.ok();
    Ok(())
}

/// Redis' answer where a subcommand is unknown or takes another number of arguments.
fn unknown_or_wrong_count(call: &Call<'_, '_>) -> Error {
    let mut text = b"ERR unknown subcommand or wrong number of arguments for '".to_vec();
    let subcommand = call.args.get(1);
    text.extend_from_slice(&subcommand[..subcommand.len().min(128)]);
    let container = call.spec().name.to_ascii_uppercase();
    text.extend_from_slice(format!("'. Try {container} HELP.").as_bytes());
    Error::bytes(text)
}
