//! OBJECT: how a value is kept and used.
//!
//! Looking does not count as using. Invariant: a missing key is null before anything else is an error, as in Redis.

use super::glance;
use crate::clock::use_clock;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::entry::Entry;
use crate::pool::prefix::UseView;
use core::sync::atomic::Ordering::Relaxed;

/// Answers null, or what `tell` finds in the entry of the key.
fn tell(call: &mut Call<'_, '_>, tell: impl FnOnce(&mut Call<'_, '_>, Entry) -> Answer) -> Answer {
    match glance(call, call.args.get(2)) {
        Some(entry) => tell(call, entry),
        None => {
            call.reply.null();
            Ok(())
        }
    }
}

/// `OBJECT ENCODING key`: the name of the value's encoding.
pub fn object_encoding(call: &mut Call<'_, '_>) -> Answer {
    tell(call, |call, entry| {
        call.reply.bulk(entry.encoding().name().as_bytes());
        Ok(())
    })
}

/// `OBJECT REFCOUNT key`: 1, as values are never shared between keys.
pub fn object_refcount(call: &mut Call<'_, '_>) -> Answer {
    tell(call, |call, _| {
        call.reply.int(1);
        Ok(())
    })
}

/// `OBJECT IDLETIME key`: seconds since its last use. An error while an LFU policy is in force.
pub fn object_idletime(call: &mut Call<'_, '_>) -> Answer {
    tell(call, |call, entry| {
        if call.store.settings.has_lfu_policy() {
            return Err(Error::of(error::IDLE_TIME_NOT_TRACKED));
        }
        let idle = usage(call, entry).idle_seconds;
        call.reply.int(idle as i64);
        Ok(())
    })
}

/// `OBJECT FREQ key`: Redis' logarithmic counter of accesses, 0-255. An error unless an LFU policy is in force.
pub fn object_freq(call: &mut Call<'_, '_>) -> Answer {
    tell(call, |call, entry| {
        if !call.store.settings.has_lfu_policy() {
            return Err(Error::of(error::FREQUENCY_NOT_TRACKED));
        }
        let frequency = usage(call, entry).frequency;
        call.reply.int(frequency.into());
        Ok(())
    })
}

fn usage(call: &Call<'_, '_>, entry: Entry) -> UseView {
    let settings = &call.store.settings;
    entry.usage(
        use_clock(call.now_ms),
        settings.hotness_decay.load(Relaxed),
        settings.lfu_decay_time.load(Relaxed),
    )
}
