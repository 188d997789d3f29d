//! MULTI and what belongs to it. Requests are queued, and EXEC run, by `dispatch`; here is what they are outside of that.
//!
//! It may not know how a queue is run. Invariant: a client watches keys only as long as it has not said EXEC, DISCARD,
//! UNWATCH or RESET.

#[cfg(test)]
mod tests;

use super::{Answer, Call, Error};
use crate::client::interest::Watched;
use core::sync::atomic::Ordering::Relaxed;

const NESTED: &str = "ERR MULTI calls can not be nested";
const WATCH_INSIDE: &str = "ERR WATCH inside MULTI is not allowed";
const EXEC_WITHOUT: &str = "ERR EXEC without MULTI";
const DISCARD_WITHOUT: &str = "ERR DISCARD without MULTI";

/// `MULTI`: what follows is queued.
pub(crate) fn multi(call: &mut Call<'_, '_>) -> Answer {
    if call.client.transaction.is_open() {
        return Err(Error::of(NESTED));
    }
    call.client.transaction.begin(call.face);
    call.reply.ok();
    Ok(())
}

/// `EXEC` where nothing was queued: a transaction's own is run by `dispatch`.
pub(crate) fn exec(_: &mut Call<'_, '_>) -> Answer {
    Err(Error::of(EXEC_WITHOUT))
}

/// `DISCARD`: forgets what was queued and watched.
pub(crate) fn discard(call: &mut Call<'_, '_>) -> Answer {
    if !call.client.transaction.is_open() {
        return Err(Error::of(DISCARD_WITHOUT));
    }
    let interest = &call.store.interest;
    call.client.transaction.end(interest, call.face);
    call.reply.ok();
    Ok(())
}

/// `WATCH key ...`: the next EXEC runs only if none of them changes. A client that must fail already watches nothing more.
pub(crate) fn watch(call: &mut Call<'_, '_>) -> Answer {
    if call.client.transaction.is_open() {
        return Err(Error::of(WATCH_INSIDE));
    }
    if !call.face.watch_broken.load(Relaxed) {
        for key in call.args.from(1) {
            let target = call.target(key);
            let watched = Watched {
                db: target.db,
                hash: target.hash,
                key: key.into(),
                was_present: call.peek(target).is_some(),
            };
            let interest = &call.store.interest;
            call.client.transaction.watch(interest, call.face, watched);
        }
    }
    call.reply.ok();
    Ok(())
}

/// `UNWATCH`: watches nothing any more.
pub(crate) fn unwatch(call: &mut Call<'_, '_>) -> Answer {
    let interest = &call.store.interest;
    call.client.transaction.unwatch(interest, call.face);
    call.reply.ok();
    Ok(())
}
