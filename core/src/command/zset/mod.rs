//! Sorted sets: members with scores, in order of both.
//!
//! It may not know layouts: `object::zset` finds, orders and counts. Scores go in with `add`, members out with `remove` and
//! `pop`; `look` answers about single members, `range` about many, `random` about any; `combine` makes one set of several.
//! `words` reads ranges and counts.
//!
//! Invariants: a key holds no empty sorted set; a handler that answers an error has changed nothing.

mod add;
mod combine;
mod look;
pub mod pop;
mod random;
mod range;
mod remove;
mod scan;
#[cfg(test)]
mod tests;
pub mod words;

pub use add::{zadd, zincrby};
pub use combine::{zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore};
pub use look::{zcard, zcount, zlexcount, zmscore, zrank, zrevrank, zscore};
pub use pop::{zmpop, zpopmax, zpopmin};
pub use random::zrandmember;
pub use range::{
    zrange, zrangebylex, zrangebyscore, zrangestore, zrevrange, zrevrangebylex, zrevrangebyscore,
};
pub use remove::{zrem, zremrangebylex, zremrangebyrank, zremrangebyscore};
pub use scan::zscan;

use super::notify::Class;
use super::{Answer, Call, Error};
use crate::keyspace::Found;
use crate::keyspace::collections::{ChangedSortedSet, KeyHasher};
use crate::keyspace::update::Target;
use crate::object::elements::Unlinked;
use crate::object::string::StringValue;
use crate::object::zset::{Limits, SortedSet};
use crate::pool::prefix::ObjectType;
use crate::resp::Reply;
use core::sync::atomic::Ordering::Relaxed;

/// The key's entry to be changed, which holds a sorted set; an error when it holds another type.
#[inline]
pub fn take(call: &mut Call<'_, '_>, target: Target<'_>) -> Result<Option<Found>, Error> {
    call.write_value(target, ObjectType::SortedSet)
}

/// After members went: tells who watches the key, and removes it when the set has become empty.
fn finish(call: &mut Call<'_, '_>, target: Target<'_>, found: Found, event: &'static str) {
    call.notify(Class::ZSET, event, target.key);
    if SortedSet::of(found.entry).is_empty() {
        call.delete(target, found, false);
        call.notify(Class::GENERIC, "del", target.key);
    }
}

/// How members are hashed.
#[inline]
pub fn hasher<'a>(call: &Call<'a, '_>) -> KeyHasher<'a> {
    call.keyspace().hasher()
}

/// How far a sorted set may grow as a listpack.
pub fn limits(call: &Call<'_, '_>) -> Limits {
    let settings = &call.store.settings;
    Limits {
        entries: settings.zset_max_listpack_entries.load(Relaxed),
        value: settings.zset_max_listpack_value.load(Relaxed),
    }
}

/// The sorted set of a key to be read; an error when it holds another type.
#[inline]
pub fn read(call: &mut Call<'_, '_>, key: &[u8]) -> Result<Option<SortedSet>, Error> {
    let entry = call.read_value(key, ObjectType::SortedSet)?;
    Ok(entry.map(SortedSet::of))
}

#[inline]
fn write_member(reply: &mut Reply<'_>, member: StringValue<'_>) {
    match member {
        StringValue::Bytes(bytes) => reply.bulk(bytes),
        StringValue::Int(value) => reply.bulk_int(value),
    }
}

/// How the scores of several members are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scores {
    /// Not at all.
    None,
    /// Behind each member.
    Flat,
    /// With each member in an array of two.
    Nested,
}

impl Scores {
    /// Flat in protocol 2, nested in protocol 3.
    fn shown(reply: &Reply<'_>, with_scores: bool) -> Scores {
        match (with_scores, reply.protocol()) {
            (false, _) => Scores::None,
            (true, 2) => Scores::Flat,
            (true, _) => Scores::Nested,
        }
    }

    /// Announces `count` members.
    fn announce(self, reply: &mut Reply<'_>, count: u64) {
        let count = count as usize;
        reply.array(if self == Scores::Flat {
            2 * count
        } else {
            count
        });
    }

    /// Writes one.
    #[inline]
    fn write(self, reply: &mut Reply<'_>, member: StringValue<'_>, score: f64) {
        if self == Scores::Nested {
            reply.array(2);
        }
        write_member(reply, member);
        if self != Scores::None {
            reply.double(score);
        }
    }
}

/// A sorted set that no key has, near where a new key belongs: filled, then stored or answered.
type Draft<'a> = Unlinked<ChangedSortedSet<'a>>;

/// An empty draft.
fn draft<'a>(call: &mut Call<'a, '_>, limits: Limits) -> Result<Draft<'a>, Error> {
    let node = call.target(call.args.get(1)).node;
    Ok(call.grip().new_sorted_set(node, limits, 0)?)
}

/// Makes a draft the value of `target`, which is removed instead when there are no members; answers how many there are.
fn store<'a>(
    call: &mut Call<'a, '_>,
    target: Target<'_>,
    draft: Draft<'a>,
    event: &'static str,
) -> Answer {
    let before = call.write(target);
    let len = draft.set().len();
    if len > 0 {
        let old = call.grip().put_sorted_set(target, draft)?;
        old.into_iter()
            .for_each(|entry| call.store.dispose(entry, false));
    } else if let Some(before) = before {
        call.delete(target, before, false);
    }
    call.reply.int(len as i64);
    if len > 0 {
        call.changed();
        call.notify(Class::ZSET, event, target.key);
    } else if before.is_some() {
        call.changed();
        call.notify(Class::GENERIC, "del", target.key);
    }
    Ok(())
}
