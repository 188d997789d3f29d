//! Parts of strings: lengths, pieces, and writes behind or inside a value.
//!
//! Invariant: no value grows beyond `proto-max-bulk-len`, nor beyond what a block can hold.

use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::update::Deadline;
use crate::object::string::{STRING_BYTES_MAX, StringValue};
use core::sync::atomic::Ordering::Relaxed;

/// STRLEN key: bytes of the value, 0 when there is none.
pub fn strlen(call: &mut Call<'_, '_>) -> Answer {
    let value = call.read_string(call.args.get(1))?;
    call.reply.int(value.map_or(0, StringValue::len) as i64);
    Ok(())
}

/// GETRANGE key start end: the bytes from `start` to `end`, both counted from the end when negative.
pub fn getrange(call: &mut Call<'_, '_>) -> Answer {
    let (start, end) = (call.args.int(2)?, call.args.int(3)?);
    let value = call.read_string(call.args.get(1))?;
    let value = value.unwrap_or(StringValue::Bytes(b""));
    value.with_bytes(|bytes| call.reply.bulk(piece(bytes, start, end)));
    Ok(())
}

/// SUBSTR, GETRANGE's first name.
pub fn substr(call: &mut Call<'_, '_>) -> Answer {
    getrange(call)
}

/// The bytes from `start` to `end` inclusive; what lies outside of the value is left out.
fn piece(bytes: &[u8], start: i64, end: i64) -> &[u8] {
    let len = bytes.len() as i64;
    let offset = |index: i64| {
        if index < 0 {
            (len + index).max(0)
        } else {
            index
        }
    };
    if start < 0 && end < 0 && start > end {
        return b"";
    }
    let (start, end) = (offset(start), offset(end).min(len - 1));
    if start > end {
        return b"";
    }
    &bytes[start as usize..=end as usize]
}

/// APPEND key value: the new length. A key that was not there is set, and may become an integer.
pub fn append(call: &mut Call<'_, '_>) -> Answer {
    let (target, bytes) = (call.target(call.args.get(1)), call.args.get(2));
    let len = match call.write_string(target)? {
        None => {
            let value = StringValue::parse(bytes);
            call.set_string(target, None, value, value.encoding(), Deadline::Clear)?;
            bytes.len()
        }
        Some((found, value)) => {
            let offset = value.len();
            check_len(call, offset as u64, bytes)?;
            call.grip()
                .edit_string(target, Some(found), offset, bytes)?
        }
    };
    call.changed();
    call.notify(Class::STRING, "append", target.key);
    call.reply.int(len as i64);
    Ok(())
}

/// SETRANGE key offset value: the new length. A gap before `offset` is filled with zeros; no value changes nothing.
pub fn setrange(call: &mut Call<'_, '_>) -> Answer {
    let (offset, bytes) = (call.args.int(2)?, call.args.get(3));
    let offset = u64::try_from(offset).map_err(|_| Error::of(error::OFFSET_OUT_OF_RANGE))?;
    let target = call.target(call.args.get(1));
    let before = call.write_string(target)?;
    if bytes.is_empty() {
        let len = before.map_or(0, |(_, value)| value.len());
        call.reply.int(len as i64);
        return Ok(());
    }
    check_len(call, offset, bytes)?;
    let found = before.map(|(found, _)| found);
    let len = call
        .grip()
        .edit_string(target, found, offset as usize, bytes)?;
    call.changed();
    call.notify(Class::STRING, "setrange", target.key);
    call.reply.int(len as i64);
    Ok(())
}

/// Refuses a value that would end beyond the limit when `bytes` stand at `offset`.
fn check_len(call: &Call<'_, '_>, offset: u64, bytes: &[u8]) -> Answer {
    let limit = call.store.settings.proto_max_bulk_len.load(Relaxed);
    let end = offset.saturating_add(bytes.len() as u64);
    if end > limit.min(STRING_BYTES_MAX as u64) {
        return Err(Error::of(error::STRING_TOO_LONG));
    }
    Ok(())
}
