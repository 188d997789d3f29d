//! CLIENT's subcommands about one's own connection, and the pause of everybody's.
//!
//! It may not know other clients beyond waking them. Invariant: a pause ends with UNPAUSE or with its time, and whoever
//! waited is woken in both cases.

use super::super::{Answer, Call, Error};
use super::rename;
use crate::client::ReplyMode;
use crate::sync::locked;
use core::sync::atomic::Ordering::Relaxed;

const BAD_TIMEOUT: &str = "ERR timeout is not an integer or out of range";
const NEGATIVE_TIMEOUT: &str = "ERR timeout is negative";
const BAD_PAUSE: &str = "ERR CLIENT PAUSE mode must be WRITE or ALL";

/// `CLIENT ID`.
pub(crate) fn client_id(call: &mut Call<'_, '_>) -> Answer {
    call.reply.int(call.face.id as i64);
    Ok(())
}

/// `CLIENT GETNAME`: null without a name.
pub(crate) fn client_getname(call: &mut Call<'_, '_>) -> Answer {
    match locked(&call.face.name).as_slice() {
        [] => call.reply.null(),
        name => call.reply.bulk(name),
    }
    Ok(())
}

/// `CLIENT SETNAME name`: printable characters without blanks; an empty name takes the name away.
pub(crate) fn client_setname(call: &mut Call<'_, '_>) -> Answer {
    rename(call.face, call.args.get(2))?;
    call.reply.ok();
    Ok(())
}

/// `CLIENT GETREDIR`: -1, as nothing is tracked.
pub(crate) fn client_getredir(call: &mut Call<'_, '_>) -> Answer {
    call.reply.int(-1);
    Ok(())
}

/// `CLIENT NO-EVICT ON|OFF`.
pub(crate) fn client_no_evict(call: &mut Call<'_, '_>) -> Answer {
    let exempt = call.args.is(2, "ON");
    if !exempt && !call.args.is(2, "OFF") {
        return call.syntax_error();
    }
    call.face.no_evict.store(exempt, Relaxed);
    call.reply.ok();
    Ok(())
}

/// `CLIENT REPLY ON|OFF|SKIP`: ON answers, the others are silent themselves.
pub(crate) fn client_reply(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    if args.is(2, "ON") {
        call.client.reply_mode = ReplyMode::On;
        call.face.silenced.store(false, Relaxed);
        call.reply.set_muted(false);
        call.reply.ok();
    } else if args.is(2, "OFF") {
        call.client.reply_mode = ReplyMode::Off;
        call.face.silenced.store(true, Relaxed);
    } else if args.is(2, "SKIP") {
        if call.client.reply_mode != ReplyMode::Off {
            call.client.reply_mode = ReplyMode::SkipArmed;
        }
    } else {
        return call.syntax_error();
    }
    Ok(())
}

/// `CLIENT PAUSE milliseconds [WRITE|ALL]`: holds writes, or everything, back for a time.
pub(crate) fn client_pause(call: &mut Call<'_, '_>) -> Answer {
    let everything = match call.args.len() {
        3 => true,
        4 if call.args.is(3, "WRITE") => false,
        4 if call.args.is(3, "ALL") => true,
        4 => return Err(Error::of(BAD_PAUSE)),
        _ => return Err(wrong_count(call.args.get(1))),
    };
    let ms = call.args.int(2).map_err(|_| Error::of(BAD_TIMEOUT))?;
    if ms < 0 {
        return Err(Error::of(NEGATIVE_TIMEOUT));
    }
    let until_ms = call.now_ms.saturating_add(ms);
    call.store.pause.begin(call.now_ms, until_ms, everything);
    call.reply.ok();
    Ok(())
}

/// Redis' answer where a subcommand takes a variable number of arguments, and got others.
pub(crate) fn wrong_count(subcommand: &[u8]) -> Error {
    let name = String::from_utf8_lossy(subcommand);
    Error::text(format!(
        "ERR unknown subcommand or wrong number of arguments for '{name}'. Try CLIENT HELP."
    ))
}

/// `CLIENT UNPAUSE`: ends the pause and wakes everyone it held.
pub(crate) fn client_unpause(call: &mut Call<'_, '_>) -> Answer {
    call.store.pause.end();
    call.store.sessions.resume_all();
    call.reply.ok();
    Ok(())
}
