//! The connection family: login, protocol, database, name, and what clients may ask and do about each other.
//!
//! It may not know keys. What others may see of a client lies in its `Face`, what only it may see in its `ClientState`;
//! handlers that change both change the face last. Invariant: `face.db == client.db` and `face.protocol == client.protocol`
//! whenever a command has ended.

mod client;
mod client_kill;
mod client_list;
mod hello;
#[cfg(test)]
mod tests;

pub(crate) use client::{
    client_getname, client_getredir, client_id, client_no_evict, client_pause, client_reply,
    client_setname, client_unpause, wrong_count,
};
pub(crate) use client_kill::client_kill;
pub(crate) use client_list::{client_info, client_list, describe};
pub(crate) use hello::{REDIS_VERSION, hello};

use super::{Answer, Call, Error, Flow, pubsub};
use crate::client::{Face, ReplyMode};
use crate::error;
use crate::store::Store;
use crate::sync::locked;
use core::sync::atomic::Ordering::Relaxed;

/// The only user there is until access lists exist.
const DEFAULT_USER: &[u8] = b"default";

/// AUTH with a password where none is configured.
const NO_PASSWORD_CONFIGURED: &str = "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?";
/// A name with blanks or control characters in it.
const BAD_NAME: &str = "ERR Client names cannot contain spaces, newlines or special characters.";
/// A database index beyond 32 bits.
const DB_BEYOND_INT: &str =
    "ERR value is out of range, value must between -2147483648 and 2147483647";

/// `PING [message]`: PONG, or the message; both as a message to a subscribed client of protocol 2.
pub(crate) fn ping(call: &mut Call<'_, '_>) -> Answer {
    let is_subscribed = call.client.subscribed && call.client.protocol == 2;
    match call.args.len() {
        1 | 2 if is_subscribed => {
            call.reply.array(2);
            call.reply.bulk(b"pong");
            call.reply
                .bulk(call.args.from(1).next().unwrap_or_default());
        }
        1 => call.reply.simple("PONG"),
        2 => call.reply.bulk(call.args.get(1)),
        _ => return Err(Error::text(error::wrong_arity(call.spec().full_name))),
    }
    Ok(())
}

/// `ECHO message`.
pub(crate) fn echo(call: &mut Call<'_, '_>) -> Answer {
    call.reply.bulk(call.args.get(1));
    Ok(())
}

/// `SELECT index`: what follows works on that database.
pub(crate) fn select(call: &mut Call<'_, '_>) -> Answer {
    let index = call.args.int(1)?;
    if i32::try_from(index).is_err() {
        return Err(Error::of(DB_BEYOND_INT));
    }
    let databases = call.keyspace().databases();
    let db = u32::try_from(index).ok().filter(|&db| db < databases);
    enter_database(call, db.ok_or(Error::of(error::DB_OUT_OF_RANGE))?);
    call.reply.ok();
    Ok(())
}

fn enter_database(call: &mut Call<'_, '_>, db: u32) {
    call.client.db = db;
    call.face.db.store(db, Relaxed);
}

/// `AUTH [username] password`: logs the connection in. A wrong password leaves it as it was.
pub(crate) fn auth(call: &mut Call<'_, '_>) -> Answer {
    let (user, password) = match call.args.len() {
        2 if !call.store.settings.auth_required.load(Relaxed) => {
            return Err(Error::of(NO_PASSWORD_CONFIGURED));
        }
        2 => (DEFAULT_USER, call.args.get(1)),
        3 => (call.args.get(1), call.args.get(2)),
        _ => return call.syntax_error(),
    };
    log_in(call, user, password)?;
    call.reply.ok();
    Ok(())
}

/// Logs the connection in if the password is the user's.
fn log_in(call: &mut Call<'_, '_>, user: &[u8], password: &[u8]) -> Answer {
    if user != DEFAULT_USER || !is_password(call.store, password) {
        return Err(Error::of(error::WRONG_PASS));
    }
    call.client.authenticated = true;
    Ok(())
}

/// Whether this is the password, or none is needed. It takes as long for a near miss as for a far one.
fn is_password(store: &Store, given: &[u8]) -> bool {
    let wanted = locked(&store.settings.requirepass);
    let wanted = wanted.as_bytes();
    if wanted.is_empty() {
        return true;
    }
    let differences = given
        .iter()
        .zip(wanted.iter().cycle())
        .fold(given.len() ^ wanted.len(), |found, (one, other)| {
            found | (one ^ other) as usize
        });
    differences == 0
}

/// `QUIT`: OK, and the connection closes.
pub(crate) fn quit(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    call.flow = Flow::Close;
    Ok(())
}

/// `RESET`: the connection is as it was when it opened, protocol, login and reply mode included. An armed CLIENT REPLY SKIP
/// still swallows the answer, as in Redis.
pub(crate) fn reset(call: &mut Call<'_, '_>) -> Answer {
    if call.client.reply_mode == ReplyMode::Off {
        call.client.reply_mode = ReplyMode::On;
        call.face.silenced.store(false, Relaxed);
        call.reply.set_muted(false);
    }
    let interest = &call.store.interest;
    call.client.transaction.end(interest, call.face);
    pubsub::forget(call.store, call.client, call.face);
    call.take_mail();
    enter_database(call, 0);
    set_protocol(call, 2);
    rename(call.face, b"")?;
    call.face.no_evict.store(false, Relaxed);
    call.client.authenticated =
        call.face.origin.is_internal || !call.store.settings.auth_required.load(Relaxed);
    call.reply.simple("RESET");
    Ok(())
}

/// Speaks another protocol from the reply at hand on.
fn set_protocol(call: &mut Call<'_, '_>, protocol: u8) {
    call.client.protocol = protocol;
    call.reply.set_protocol(protocol);
    call.face.protocol.store(protocol.into(), Relaxed);
}

/// Gives the client a name, or takes it away with an empty one.
fn rename(face: &Face, name: &[u8]) -> Answer {
    if !name.iter().all(u8::is_ascii_graphic) {
        return Err(Error::of(BAD_NAME));
    }
    *locked(&face.name) = name.to_vec();
    Ok(())
}
