//! The commands that wait: BLPOP and its kin, WAIT, and CLIENT UNBLOCK.
//!
//! It may not know lists or sorted sets: what is there is taken by the command's own kin that does not wait, run in its
//! place. Invariant: a key of another type is an error when the command begins, and is waited on when it turns up later.

#[cfg(test)]
mod tests;

use super::{Answer, Args, Call, Error, lookup};
use crate::client::transaction::{Queue, Queued};
use crate::client::waiter::{Nothing, State};
use crate::error;
use crate::pool::prefix::ObjectType;
use crate::resp::parse_f64;
use crate::sync::locked;
use std::time::Duration;

const BAD_TIMEOUT: &str = "ERR timeout is not a float or out of range";
const BAD_KEY_COUNT: &str = "ERR numkeys should be greater than 0";
const BAD_COUNT: &str = "ERR count should be greater than 0";
const BAD_REASON: &str = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";

/// Where a command's timeout, in seconds, leads: how long to wait, `None` for ever.
fn timeout(args: Args<'_>, index: usize) -> Result<Option<Duration>, Error> {
    let text = args.get(index);
    let seconds = parse_f64(text).filter(|seconds| !seconds.is_nan());
    let ms = (seconds.ok_or(Error::of(BAD_TIMEOUT))? * 1000.0).ceil();
    // Redis converts to 64 bits, where what is too large wraps round to the smallest number.
    if ms < 0.0 || ms >= i64::MAX as f64 {
        return Err(Error::of(error::NEGATIVE_TIMEOUT));
    }
    Ok((ms > 0.0).then(|| Duration::from_millis(ms as u64)))
}

/// A request of these words.
fn request<'a>(name: &'static str, words: impl Iterator<Item = &'a [u8]>) -> Result<Queue, Error> {
    let spec = lookup::command(name.as_bytes());
    let spec = spec.ok_or(Error::text(format!("ERR unknown command '{name}'")))?;
    let mut queue = Queue::default();
    queue.push(spec.id, core::iter::once(name.as_bytes()).chain(words));
    Ok(queue)
}

/// Whether `key` is there. One of another type is an error, unless the command has begun to wait already.
fn is_there(call: &mut Call<'_, '_>, key: &[u8], kind: ObjectType) -> Result<bool, Error> {
    let found = call.peek(call.target(key));
    match found {
        None => Ok(false),
        Some(found) if found.entry.kind() == kind => Ok(true),
        Some(_) if call.client.is_served => Ok(false),
        Some(_) => Err(Error::of(error::WRONG_TYPE)),
    }
}

/// Runs the kin of that name over `words`, its reply in place of this command's.
fn run<'a>(
    call: &mut Call<'_, '_>,
    name: &'static str,
    words: impl Iterator<Item = &'a [u8]>,
) -> Answer {
    call.perform(&request(name, words)?)
}

/// BLPOP and BRPOP: the key and its element.
fn pop(call: &mut Call<'_, '_>, name: &'static str) -> Answer {
    let args = call.args;
    let last = args.len() - 1;
    let timeout = timeout(args, last)?;
    for key in args.from(1).take(last - 1) {
        if is_there(call, key, ObjectType::List)? {
            let mark = call.reply.mark();
            call.reply.array(2);
            call.reply.bulk(key);
            let popped = run(call, name, [key].into_iter());
            return popped.inspect_err(|_| call.reply.rewind(mark));
        }
    }
    call.wait_for(args.from(1).take(last - 1), timeout, Nothing::NullArray);
    Ok(())
}

/// `BLPOP key [key ...] timeout`.
pub(crate) fn blpop(call: &mut Call<'_, '_>) -> Answer {
    pop(call, "LPOP")
}

/// `BRPOP key [key ...] timeout`.
pub(crate) fn brpop(call: &mut Call<'_, '_>) -> Answer {
    pop(call, "RPOP")
}

/// Takes from the list at the first argument what `name` takes, or waits for that list.
fn take(call: &mut Call<'_, '_>, name: &'static str) -> Answer {
    let args = call.args;
    let (key, last) = (args.get(1), args.len() - 1);
    let timeout = timeout(args, last)?;
    if is_there(call, key, ObjectType::List)? {
        return run(call, name, args.from(1).take(last - 1));
    }
    call.wait_for([key].into_iter(), timeout, Nothing::Null);
    Ok(())
}

/// `BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout`.
pub(crate) fn blmove(call: &mut Call<'_, '_>) -> Answer {
    for index in [3, 4] {
        if !call.args.is(index, "LEFT") && !call.args.is(index, "RIGHT") {
            return call.syntax_error();
        }
    }
    take(call, "LMOVE")
}

/// `BRPOPLPUSH source destination timeout`.
pub(crate) fn brpoplpush(call: &mut Call<'_, '_>) -> Answer {
    take(call, "RPOPLPUSH")
}

/// BZPOPMIN and BZPOPMAX: the key, its member and its score.
fn pop_scored(call: &mut Call<'_, '_>, name: &'static str) -> Answer {
    let args = call.args;
    let last = args.len() - 1;
    let timeout = timeout(args, last)?;
    for key in args.from(1).take(last - 1) {
        if is_there(call, key, ObjectType::SortedSet)? {
            let popped = call.perform_apart(&request(name, [key].into_iter())?)?;
            let pair = popped.as_slice().strip_prefix(b"*2\r\n");
            call.reply.array(3);
            call.reply.bulk(key);
            call.reply.raw(pair.expect("a member and its score"));
            return Ok(());
        }
    }
    call.wait_for(args.from(1).take(last - 1), timeout, Nothing::NullArray);
    Ok(())
}

/// `BZPOPMIN key [key ...] timeout`.
pub(crate) fn bzpopmin(call: &mut Call<'_, '_>) -> Answer {
    pop_scored(call, "ZPOPMIN")
}

/// `BZPOPMAX key [key ...] timeout`.
pub(crate) fn bzpopmax(call: &mut Call<'_, '_>) -> Answer {
    pop_scored(call, "ZPOPMAX")
}

/// BLMPOP and BZMPOP: `timeout numkeys key [key ...] where [COUNT count]`.
fn pop_many(
    call: &mut Call<'_, '_>,
    name: &'static str,
    ends: [&str; 2],
    kind: ObjectType,
) -> Answer {
    let args = call.args;
    let count = args.int(2).ok().filter(|count| *count > 0);
    let count = count.ok_or(Error::of(BAD_KEY_COUNT))?;
    let behind = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .saturating_add(3);
    if behind >= args.len() || !ends.iter().any(|end| args.is(behind, end)) {
        return call.syntax_error();
    }
    match args.len() - behind {
        1 => {}
        3 if args.is(behind + 1, "COUNT") => {
            let count = args.int(behind + 2).ok().filter(|count| *count > 0);
            count.ok_or(Error::of(BAD_COUNT))?;
        }
        _ => return call.syntax_error(),
    }
    let timeout = timeout(args, 1)?;
    for key in args.from(3).take(behind - 3) {
        if is_there(call, key, kind)? {
            return run(
                call,
                name,
                [&b"1"[..], key].into_iter().chain(args.from(behind)),
            );
        }
    }
    call.wait_for(args.from(3).take(behind - 3), timeout, Nothing::NullArray);
    Ok(())
}

/// `BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]`.
pub(crate) fn blmpop(call: &mut Call<'_, '_>) -> Answer {
    pop_many(call, "LMPOP", ["LEFT", "RIGHT"], ObjectType::List)
}

/// `BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count]`.
pub(crate) fn bzmpop(call: &mut Call<'_, '_>) -> Answer {
    pop_many(call, "ZMPOP", ["MIN", "MAX"], ObjectType::SortedSet)
}

/// `WAIT numreplicas timeout`: how many replicas have this connection's writes. There are none, so a client that wants some
/// waits for its timeout in milliseconds.
pub(crate) fn wait(call: &mut Call<'_, '_>) -> Answer {
    let wanted = call.args.int(1)?;
    let ms = call
        .args
        .int(2)
        .map_err(|_| Error::of(error::INVALID_TIMEOUT))?;
    if ms < 0 {
        return Err(Error::of(error::NEGATIVE_TIMEOUT));
    }
    if wanted <= 0 {
        call.reply.int(0);
        return Ok(());
    }
    let timeout = (ms > 0).then(|| Duration::from_millis(ms as u64));
    call.wait_for(core::iter::empty(), timeout, Nothing::Zero);
    Ok(())
}

/// `CLIENT UNBLOCK id [TIMEOUT|ERROR]`: ends another client's wait, as if its time were up or with an error. 1, or 0 when it
/// does not wait.
pub(crate) fn client_unblock(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let to = match args.len() {
        3 => State::TimedOut,
        4 if args.is(3, "TIMEOUT") => State::TimedOut,
        4 if args.is(3, "ERROR") => State::Unblocked,
        4 => return Err(Error::of(BAD_REASON)),
        _ => return Err(super::connection::wrong_count(args.get(1))),
    };
    let id = args.int(2)?;
    let faces = call.store.sessions.faces();
    let face = faces.iter().find(|face| face.id as i64 == id);
    let waiter = face.and_then(|face| locked(&face.waiter).clone());
    let is_ended = waiter.is_some_and(|waiter| call.store.interest.end_wait(&waiter, to));
    call.reply.int(is_ended.into());
    Ok(())
}

/// The waiting request, where of all its keys only `key` is left: the one that is ready is served, whatever else is there.
pub(super) fn narrowed(waiting: &Queue, key: &[u8]) -> Queue {
    let Queued {
        command,
        bytes,
        spans,
    } = waiting.get(0);
    let (spec, args) = (lookup::by_id(command), Args::new(bytes, spans));
    let mut narrowed = Queue::default();
    let name = args.get(0);
    match spec.name {
        "blpop" | "brpop" | "bzpopmin" | "bzpopmax" => {
            narrowed.push(command, [name, key, b"0"].into_iter());
        }
        "blmpop" | "bzmpop" => {
            let behind = 3 + args.int(2).map_or(0, |count| count as usize);
            let head = [name, b"0", b"1", key].into_iter();
            narrowed.push(command, head.chain(args.from(behind)));
        }
        _ => narrowed.push(command, args.iter()),
    }
    narrowed
}
