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
use crate::keyspace::update::Target;
use crate::object::string::StringValue;
use crate::object::zset::large::Hasher;
use crate::object::zset::{Limits, SortedSet};
use crate::pool::prefix::ObjectType;
use crate::pool::space::Space;
use crate::resp::Reply;
use core::sync::atomic::Ordering::Relaxed;

/// A key's sorted set while it is changed. Whatever happens, `save` tells the entry where the set is afterwards.
pub struct Held<'a> {
    found: Found,
    /// The set as it is now.
    pub set: SortedSet,
    /// Where its pieces go.
    pub space: Space<'a>,
}

impl<'a> Held<'a> {
    /// The sorted set of a key to be changed; an error when it holds another type.
    #[inline]
    pub fn take(call: &mut Call<'a, '_>, target: Target<'_>) -> Result<Option<Held<'a>>, Error> {
        let found = call.write_value(target, ObjectType::SortedSet)?;
        Ok(found.map(|found| Held {
            found,
            set: SortedSet::of(found.entry),
            space: call.space(found.entry),
        }))
    }

    /// Tells the entry where the set is now.
    #[inline]
    pub fn save(&self) {
        let entry = self.found.entry;
        // SAFETY: the entry holds a sorted set, and `take` had it as something to change: its shard is held exclusively.
        unsafe {
            if entry.word() != self.set.word {
                entry.set_word(self.set.word);
            }
            if entry.encoding() != self.set.encoding {
                entry.set_encoding(self.set.encoding);
            }
        }
    }

    /// The same, and removes the key when the set has become empty; then tells who watches it. Answers whether it is gone.
    fn finish(self, call: &mut Call<'_, '_>, target: Target<'_>, event: &'static str) -> bool {
        self.save();
        call.notify(Class::ZSET, event, target.key);
        let is_empty = self.set.is_empty();
        if is_empty {
            call.delete(target, self.found, false);
            call.notify(Class::GENERIC, "del", target.key);
        }
        is_empty
    }
}

/// How members are hashed.
#[inline]
pub fn hasher<'a>(call: &Call<'a, '_>) -> impl Hasher + use<'a> {
    let keyspace = call.keyspace();
    move |member: &[u8]| keyspace.hash(member)
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

/// Makes a set that no key has yet the value of `target`, which is removed instead when there are no members; answers how
/// many there are.
fn store(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    set: Option<SortedSet>,
    event: &'static str,
) -> Answer {
    let before = call.write(target);
    let Some(set) = set else {
        call.reply.int(0);
        if let Some(before) = before {
            call.delete(target, before, false);
            call.changed();
            call.notify(Class::GENERIC, "del", target.key);
        }
        return Ok(());
    };
    let put = call
        .grip()
        .put(target, ObjectType::SortedSet, set.encoding, set.word);
    match put {
        Ok(old) => old
            .into_iter()
            .for_each(|entry| call.store.dispose(entry, false)),
        Err(full) => {
            // SAFETY: no key leads to the set.
            unsafe { set.free(&call.keyspace().pool) };
            return Err(full.into());
        }
    }
    call.reply.int(set.len() as i64);
    call.changed();
    call.notify(Class::ZSET, event, target.key);
    Ok(())
}

/// A set that no key has: filled, then stored or answered, and freed by whoever holds it.
struct Draft<'a> {
    set: SortedSet,
    space: Space<'a>,
    limits: Limits,
}

impl<'a> Draft<'a> {
    /// An empty one near where `key` belongs.
    fn new(call: &Call<'a, '_>, key: &[u8], limits: Limits) -> Result<Draft<'a>, Error> {
        let space = call.space_for(call.target(key));
        let set = SortedSet::create(space, limits, 0)?;
        Ok(Draft { set, space, limits })
    }

    /// Adds a member that is not there.
    fn add(&mut self, member: &[u8], score: f64, hash: impl Hasher) -> Result<(), Error> {
        // SAFETY: no key leads to the set, and this keeps its word.
        let added = unsafe {
            self.set
                .insert(self.space, self.limits, member, score, hash)
        };
        Ok(added?)
    }

    /// The set, if it has members; it is freed if not.
    fn take(self) -> Option<SortedSet> {
        let set = self.set;
        if set.is_empty() {
            self.free();
            return None;
        }
        Some(set)
    }

    fn free(self) {
        // SAFETY: no key leads to the set.
        unsafe { self.set.free(self.space.pool) }
    }
}
