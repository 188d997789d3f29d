//! OBJECT: how a value is kept and used.
//!
//! Looking does not count as using. Invariant: a missing key is null before anything else is an error, as in Redis.

use super::glance;
use crate::clock::use_clock;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::entry::Entry;
use crate::object::string::StringValue;
use crate::pool::prefix::{Encoding, UseView};
use core::sync::atomic::Ordering::Relaxed;

/// Redis' reference count of shared integers, which clients' tests look for.
const SHARED_REFERENCES: i64 = i32::MAX as i64;
/// Redis shares integers below this.
const SHARED_INTEGERS: u64 = 10_000;

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

/// `OBJECT REFCOUNT key`: how many share the value, as Redis counts.
pub fn object_refcount(call: &mut Call<'_, '_>) -> Answer {
    tell(call, |call, entry| {
        let references = references(call, entry);
        call.reply.int(references);
        Ok(())
    })
}

/// 1, as no value is shared between keys; but Redis shares small integers while no policy needs the time each was used,
/// and a shared value has this number there. Here they lie in the entry, which costs less still.
pub fn references(call: &Call<'_, '_>, entry: Entry) -> i64 {
    let settings = &call.store.settings;
    let policy = settings.policy();
    let tells_use = policy.is_lru() || policy.is_lfu();
    let shares = settings.maxmemory.load(Relaxed) == 0 || !tells_use;
    let is_small = entry.encoding() == Encoding::Int
        && matches!(StringValue::of(entry), StringValue::Int(number) if (number as u64) < SHARED_INTEGERS);
    if shares && is_small {
        SHARED_REFERENCES
    } else {
        1
    }
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
