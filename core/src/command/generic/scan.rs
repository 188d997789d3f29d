//! Listing keys: all at once, a few at a time, or any one.
//!
//! None of them counts as a use of the keys it names, and none holds more than one shard at a time, so that what changes
//! meanwhile may or may not be seen. Invariant: a key is replied, or copied, while its shard is held.

use crate::command::call::Args;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::glob;
use crate::object::entry::Entry;

/// Keys SCAN reads unless COUNT says otherwise.
pub(in crate::command) const COUNT_DEFAULT: u64 = 10;
/// Random picks before RANDOMKEY takes whichever key it meets first: more means that nearly all are past their deadline.
const PICKS_MAX: u32 = 100;

/// `KEYS pattern`: every key whose name matches.
pub fn keys(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, pattern, now_ms) = (call.keyspace(), call.args.get(1), call.now_ms);
    let (lane, db) = (call.lane.seat, call.db());
    let all = pattern == b"*";
    let mark = call.reply.begin_array();
    let mut count = 0;
    keyspace.for_each(lane, db, |entry| {
        let wanted = all || glob::matches(pattern, entry.key(), false);
        if wanted && !entry.is_expired(now_ms) {
            call.reply.bulk(entry.key());
            count += 1;
        }
        true
    });
    call.reply.end_array(mark, count);
    Ok(())
}

/// `RANDOMKEY`: any one key, null when there is none.
pub fn randomkey(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, lane, db, now_ms) = (call.keyspace(), call.lane, call.db(), call.now_ms);
    let live = |entry: Entry| (!entry.is_expired(now_ms)).then(|| entry.key().to_vec());
    let mut key = None;
    for _ in 0..PICKS_MAX {
        match keyspace.random_key(lane.seat, db, lane.random_u64(), live) {
            Some(Some(picked)) => {
                key = Some(picked);
                break;
            }
            Some(None) => {}
            None => break,
        }
    }
    if key.is_none() {
        keyspace.for_each(lane.seat, db, |entry| {
            key = live(entry);
            key.is_none()
        });
    }
    match key {
        Some(key) => call.reply.bulk(&key),
        None => call.reply.null(),
    }
    Ok(())
}

/// What SCAN, HSCAN, SSCAN and ZSCAN are asked for beyond their cursor.
pub(in crate::command) struct Filter<'a> {
    pattern: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    /// About how many are wanted.
    pub(in crate::command) count: u64,
}

impl<'a> Filter<'a> {
    /// Reads the options from the argument `first` on; TYPE is one of them only where there are keys of several.
    pub(in crate::command) fn parse(
        args: Args<'a>,
        first: usize,
        has_type: bool,
    ) -> Result<Filter<'a>, Error> {
        let mut filter = Filter {
            pattern: None,
            kind: None,
            count: COUNT_DEFAULT,
        };
        let mut index = first;
        while index + 1 < args.len() {
            let value = index + 1;
            if args.is(index, "count") {
                filter.count = u64::try_from(args.int(value)?)
                    .ok()
                    .filter(|&count| count > 0)
                    .ok_or(Error::of(error::SYNTAX))?;
            } else if args.is(index, "match") {
                filter.pattern = Some(args.get(value));
            } else if has_type && args.is(index, "type") {
                filter.kind = Some(args.get(value));
            } else {
                return Err(Error::of(error::SYNTAX));
            }
            index += 2;
        }
        if index < args.len() {
            return Err(Error::of(error::SYNTAX));
        }
        filter.pattern = filter.pattern.filter(|&pattern| pattern != b"*");
        Ok(filter)
    }

    /// Whether SCAN answers the key. A type nobody has heard of is no error; no key has it.
    fn takes(&self, entry: Entry) -> bool {
        let name = entry.kind().name().as_bytes();
        self.kind.is_none_or(|kind| kind.eq_ignore_ascii_case(name)) && self.takes_name(entry.key())
    }

    /// Whether a key, field or member of that name is answered.
    pub(in crate::command) fn takes_name(&self, name: &[u8]) -> bool {
        self.pattern
            .is_none_or(|pattern| glob::matches(pattern, name, false))
    }
}

/// The cursor a client sent, read as C's `strtoul` does, as clients may rely on: nothing at all is 0, a sign may come
/// first, and negative numbers wrap.
pub(in crate::command) fn cursor(text: &[u8]) -> Option<u64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        [] => return Some(0),
        digits => (false, digits),
    };
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let number: u64 = core::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(if negative {
        number.wrapping_neg()
    } else {
        number
    })
}

/// `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`: where to go on, and some keys. Those that are there from the
/// first call to the last are answered at least once.
pub fn scan(call: &mut Call<'_, '_>) -> Answer {
    let cursor = cursor(call.args.get(1)).ok_or(Error::of(error::INVALID_CURSOR))?;
    let filter = Filter::parse(call.args, 2, true)?;
    let (keyspace, lane, db, now_ms) = (call.keyspace(), call.lane.seat, call.db(), call.now_ms);
    call.reply.array(2);
    // The cursor is known last and stands first.
    let (place, keys) = (call.reply.mark(), call.reply.begin_array());
    let mut count = 0;
    let next = keyspace.scan(lane, db, cursor, filter.count, |entry| {
        if filter.takes(entry) && !entry.is_expired(now_ms) {
            call.reply.bulk(entry.key());
            count += 1;
        }
    });
    call.reply.end_array(keys, count);
    call.reply.bulk_int_at(place, next as i64);
    Ok(())
}
