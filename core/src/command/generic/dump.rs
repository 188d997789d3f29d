//! DUMP and RESTORE: a value leaves as bytes and comes back, here or at redis-server.
//!
//! It may not know the format: `persist/rdb` reads and writes it, always checking every byte (what `sanitize-dump-payload yes`
//! asks for). Invariant: the key is as it was until the new value stands complete.

use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::update::Target;
use crate::object::entry::Entry;
use crate::object::hash;
use crate::object::list::Rules;
use crate::object::zset;
use crate::persist::rdb::{self, Builder, Failure, Layouts, Reader};
use crate::pool::prefix::Use;
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64};
use core::sync::atomic::Ordering::Relaxed;

const BAD_IDLE_TIME: Error = Error::of("ERR Invalid IDLETIME value, must be >= 0");
const BAD_FREQUENCY: Error = Error::of("ERR Invalid FREQ value, must be >= 0 and <= 255");
const BAD_TTL: Error = Error::of("ERR Invalid TTL value, must be >= 0");
const BAD_PAYLOAD: Error = Error::of("ERR DUMP payload version or checksum are wrong");
const BAD_FORMAT: Error = Error::of("ERR Bad data format");

/// `DUMP key`: the value as RESTORE takes it, or null.
pub fn dump(call: &mut Call<'_, '_>) -> Answer {
    let compress = call.store.settings.rdbcompression.load(Relaxed);
    match call.read(call.args.get(1)) {
        Some(entry) => {
            let payload = rdb::dump(entry, &call.keyspace().pool, compress);
            call.reply.bulk(&payload);
        }
        None => call.reply.null(),
    }
    Ok(())
}

/// What RESTORE is asked for behind the payload.
#[derive(Default)]
struct Options {
    replace: bool,
    /// ABSTTL: the deadline is a moment, not a time from now.
    absolute: bool,
    idle_seconds: Option<i64>,
    frequency: Option<i64>,
}

impl Options {
    fn read(call: &Call<'_, '_>) -> Result<Options, Error> {
        let (mut options, mut index) = (Options::default(), 4);
        while index < call.args.len() {
            let has_more = index + 1 < call.args.len();
            if call.args.is(index, "REPLACE") {
                options.replace = true;
            } else if call.args.is(index, "ABSTTL") {
                options.absolute = true;
            } else if call.args.is(index, "IDLETIME") && has_more && options.frequency.is_none() {
                index += 1;
                let seconds = call.args.int(index)?;
                options.idle_seconds = Some(seconds).filter(|seconds| *seconds >= 0);
                options.idle_seconds.ok_or(BAD_IDLE_TIME)?;
            } else if call.args.is(index, "FREQ") && has_more && options.idle_seconds.is_none() {
                index += 1;
                let frequency = call.args.int(index)?;
                options.frequency = Some(frequency).filter(|count| (0..256).contains(count));
                options.frequency.ok_or(BAD_FREQUENCY)?;
            } else {
                return Err(Error::of(error::SYNTAX));
            }
            index += 1;
        }
        Ok(options)
    }

    /// The use word of a key that was used as these options say, as far as the eviction policy goes by it.
    fn usage(&self, call: &Call<'_, '_>, target: Target<'_>) -> Option<u64> {
        if call.store.settings.has_lfu_policy() {
            let frequency = u8::try_from(self.frequency?).ok();
            return Some(Use::restored(target.clock, target.node, 0, frequency));
        }
        let idle = u32::try_from(self.idle_seconds?).unwrap_or(u32::MAX);
        Some(Use::restored(target.clock, target.node, idle, None))
    }
}

/// `RESTORE-ASKING`: RESTORE for a node that takes a hash slot over.
pub fn restore_asking(call: &mut Call<'_, '_>) -> Answer {
    restore(call)
}

/// `RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds | FREQ frequency]`: OK.
pub fn restore(call: &mut Call<'_, '_>) -> Answer {
    let options = Options::read(call)?;
    let target = call.target(call.args.get(1));
    let found = call.peek(target);
    if found.is_some() && !options.replace {
        return Err(Error::of(error::BUSY_KEY));
    }
    let ttl_ms = call.args.int(2)?;
    if ttl_ms < 0 {
        return Err(BAD_TTL);
    }
    let payload = rdb::open(call.args.get(3)).map_err(|rdb::PayloadError| BAD_PAYLOAD)?;
    let base_ms = if options.absolute { 0 } else { call.now_ms };
    // Beyond 64 bits it wraps into the past, as in Redis.
    let deadline = (ttl_ms > 0).then(|| ttl_ms.wrapping_add(base_ms));
    let built = build(call, target, payload, deadline)?;
    if deadline.is_some_and(|deadline| deadline <= call.now_ms) {
        call.store.dispose(built, false);
        if let Some(found) = found {
            call.delete(target, found, false);
            call.notify(Class::GENERIC, "del", target.key);
            call.changed_as(&[b"DEL", target.key]);
        }
    } else {
        put(call, target, built)?;
        if let Some(usage) = options.usage(call, target) {
            built.set_usage_word(usage);
        }
        call.notify(Class::GENERIC, "restore", target.key);
        tell(call, deadline.filter(|_| !options.absolute));
    }
    call.reply.ok();
    Ok(())
}

/// The entry that a payload describes, for a key that does not lead to it yet.
pub(in crate::command) fn build(
    call: &mut Call<'_, '_>,
    target: Target<'_>,
    payload: &[u8],
    deadline: Option<i64>,
) -> Result<Entry, Error> {
    let settings = &call.store.settings;
    let layouts = Layouts {
        intset_entries: settings.set_max_intset_entries.load(Relaxed),
        hash: hash::Limits {
            entries: settings.hash_max_listpack_entries.load(Relaxed),
            value_bytes: settings.hash_max_listpack_value.load(Relaxed),
        },
        zset: zset::Limits {
            entries: settings.zset_max_listpack_entries.load(Relaxed),
            value: settings.zset_max_listpack_value.load(Relaxed),
        },
        list: Rules::new(
            settings.list_max_listpack_size.load(Relaxed),
            settings.list_compress_depth.load(Relaxed),
        ),
        list_plain_from: settings.packed_threshold.load(Relaxed) as usize,
    };
    let mut builder = Builder::new(call.grip(), target, deadline, layouts);
    let read = rdb::read_value(&mut Reader::new(payload), &mut builder);
    read.and_then(|()| builder.finish())
        .map_err(|failure| match failure {
            Failure::Corrupt => BAD_FORMAT,
            Failure::Full => Error::of(error::POOL_EXHAUSTED),
        })
}

/// Makes an entry a key's, and frees what the key had.
pub(in crate::command) fn put(call: &mut Call<'_, '_>, target: Target<'_>, entry: Entry) -> Answer {
    match call.grip().exchange(target, entry) {
        Ok(before) => {
            before.inspect(|before| call.store.dispose(*before, false));
            Ok(())
        }
        Err(full) => {
            call.store.dispose(entry, false);
            Err(full.into())
        }
    }
}

/// Tells the change; with a deadline counted from now, as the moment it is.
fn tell(call: &mut Call<'_, '_>, deadline: Option<i64>) {
    let Some(deadline) = deadline else {
        return call.changed();
    };
    let mut text = [0; I64_TEXT_BYTES];
    let mut command: Vec<&[u8]> = call.args.iter().collect();
    command[2] = fmt_i64(deadline, &mut text);
    command.push(b"ABSTTL");
    call.changed_as(&command);
}
