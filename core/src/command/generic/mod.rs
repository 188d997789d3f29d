//! Commands on keys of any type.
//!
//! `expire` has deadlines, `rename` gives keys another name or database, `scan` lists them, `object` looks at how they are
//! kept, `sort` puts what they hold in order, `dump` carries them away and back; here are those that need nothing but the
//! key. None of them may know what a value looks like.
//!
//! Invariant: a key past its deadline is never seen, whether or not it has been removed yet.

pub(in crate::command) mod dump;
mod expire;
mod object;
mod rename;
mod scan;
mod sort;
#[cfg(test)]
mod tests;

pub use dump::{dump, restore, restore_asking};
pub use expire::{
    expire, expireat, expiretime, persist, pexpire, pexpireat, pexpiretime, pttl, ttl,
};
pub use object::{object_encoding, object_freq, object_idletime, object_refcount, references};
pub use rename::{copy, move_, rename, renamenx};
pub(in crate::command) use scan::{Filter, cursor};
pub use scan::{keys, randomkey, scan};
pub use sort::{sort, sort_ro};

use super::notify::Class;
use super::{Answer, Call};
use crate::object::entry::Entry;
use core::sync::atomic::Ordering::Relaxed;

/// The key's entry, looked at from outside: counted as hit or miss, but not as a use of the key.
fn observe(call: &mut Call<'_, '_>, key: &[u8]) -> Option<Entry> {
    let entry = glance(call, key);
    if entry.is_none() {
        call.missed(call.db(), key);
    }
    entry
}

/// The same where nobody is told of a key that is not there (OBJECT).
fn glance(call: &mut Call<'_, '_>, key: &[u8]) -> Option<Entry> {
    let target = call.target(key);
    let found = call.peek(target);
    let counters = &call.lane.counters;
    if found.is_some() {
        counters.keyspace_hits.add(1);
    } else {
        counters.keyspace_misses.add(1);
    }
    found.map(|found| found.entry)
}

/// `DEL key [key ...]`: how many there were.
pub fn del(call: &mut Call<'_, '_>) -> Answer {
    let lazily = call.store.settings.lazyfree_lazy_user_del.load(Relaxed);
    delete_all(call, lazily)
}

/// `UNLINK key [key ...]`: as DEL, but big values are freed in the background.
pub fn unlink(call: &mut Call<'_, '_>) -> Answer {
    delete_all(call, true)
}

fn delete_all(call: &mut Call<'_, '_>, lazily: bool) -> Answer {
    let args = call.args;
    let mut deleted = 0;
    for key in args.from(1) {
        let target = call.target(key);
        if let Some(found) = call.peek(target) {
            call.delete(target, found, lazily);
            call.notify(Class::GENERIC, "del", key);
            deleted += 1;
        }
    }
    if deleted > 0 {
        call.changed_by(deleted);
    }
    call.reply.int(deleted as i64);
    Ok(())
}

/// `EXISTS key [key ...]`: how many there are, a key named twice counting twice.
pub fn exists(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let there = args
        .from(1)
        .filter(|key| observe(call, key).is_some())
        .count();
    call.reply.int(there as i64);
    Ok(())
}

/// `TOUCH key [key ...]`: uses the keys without reading them, and says how many there are.
pub fn touch(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let there = args.from(1).filter(|key| call.read(key).is_some()).count();
    call.reply.int(there as i64);
    Ok(())
}

/// `TYPE key`: the type's name, `none` where there is no key.
pub fn type_(call: &mut Call<'_, '_>) -> Answer {
    let key = call.args.get(1);
    let name = observe(call, key).map_or("none", |entry| entry.kind().name());
    call.reply.simple(name);
    Ok(())
}
