//! DEBUG DIGEST and DEBUG DIGEST-VALUE: forty hexadecimal digits that two servers share exactly when they hold the same
//! data, by Redis' own rules (debug.c), so that a numakv and a redis-server can be compared.
//!
//! It knows types and no encodings: however a value is laid out, its digest is the same. Invariant: the digest depends on
//! the order of a list and on no other order.

use super::super::{Answer, Call};
use crate::object::entry::Entry;
use crate::object::hash::Hash;
use crate::object::list::{ListView, Side};
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::object::zset::SortedSet;
use crate::pool::Pool;
use crate::pool::prefix::ObjectType;
use crate::resp::number::{F64_TEXT_BYTES, fmt_f64};
use core::ops::ControlFlow;
use sha1::{Digest as _, Sha1};

/// What Redis mixes in for a key with a deadline, whenever that is.
const EXPIRES: &[u8] = b"!!expire!!";

/// A SHA-1, mixed and added to.
#[derive(Default)]
struct Digest([u8; 20]);

impl Digest {
    /// Adds `bytes` to a whole whose parts have no order.
    fn add(&mut self, bytes: &[u8]) {
        let hash = Sha1::digest(bytes);
        self.0
            .iter_mut()
            .zip(hash)
            .for_each(|(byte, other)| *byte ^= other);
    }

    /// Adds `bytes` where the order of parts matters.
    fn mix(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.0 = Sha1::digest(self.0).into();
    }

    fn mix_value(&mut self, value: StringValue<'_>) {
        value.with_bytes(|bytes| self.mix(bytes));
    }

    fn to_text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `DEBUG DIGEST`: of all databases; forty zeros when they are empty.
pub(super) fn digest(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, now_ms) = (call.keyspace(), call.now_ms);
    let mut all = Digest::default();
    for db in 0..keyspace.databases() {
        let mut is_first = true;
        keyspace.for_each(call.lane.seat, db, |entry| {
            if !entry.is_expired(now_ms) {
                if core::mem::take(&mut is_first) {
                    all.mix(&db.to_be_bytes());
                }
                let mut key = Digest::default();
                key.mix(entry.key());
                add_value(&mut key, entry, &keyspace.pool);
                all.add(&key.0);
            }
            true
        });
    }
    call.reply.simple(&all.to_text());
    Ok(())
}

/// `DEBUG DIGEST-VALUE key [key ...]`: of each value, without its key; zeros for one that is not there.
pub(super) fn digest_values(call: &mut Call<'_, '_>) -> Answer {
    let pool = &call.keyspace().pool;
    call.reply.array(call.args.len() - 2);
    for index in 2..call.args.len() {
        let target = call.target(call.args.get(index));
        let mut digest = Digest::default();
        if let Some(found) = call.peek(target) {
            add_value(&mut digest, found.entry, pool);
        }
        call.reply.simple(&digest.to_text());
    }
    Ok(())
}

/// Mixes in a value, its type, and whether it has a deadline.
fn add_value(digest: &mut Digest, entry: Entry, pool: &Pool) {
    digest.mix(&(entry.kind() as u32).to_be_bytes());
    match entry.kind() {
        ObjectType::String => digest.mix_value(StringValue::of(entry)),
        ObjectType::List => ListView::of(entry).walk(0, Side::Tail, |element| {
            digest.mix_value(element);
            ControlFlow::Continue(())
        }),
        ObjectType::Set => Set::of(entry)
            .iter(pool)
            .for_each(|member| member.with_bytes(|bytes| digest.add(bytes))),
        ObjectType::SortedSet => SortedSet::of(entry)
            .walk(0, false)
            .for_each(|(member, score)| {
                let mut pair = Digest::default();
                pair.mix_value(member);
                pair.mix(fmt_f64(score, &mut [0; F64_TEXT_BYTES]));
                digest.add(&pair.0);
            }),
        ObjectType::Hash => Hash::of(entry).iter(pool).for_each(|(field, value)| {
            let mut pair = Digest::default();
            pair.mix_value(field);
            pair.mix_value(value);
            digest.add(&pair.0);
        }),
        ObjectType::Stream => {}
    }
    if entry.deadline().is_some() {
        digest.add(EXPIRES);
    }
}
