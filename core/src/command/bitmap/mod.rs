//! Bitmaps: strings as rows of bits, the highest bit of the first byte being bit 0.
//!
//! It may not know locks or memory: keys come locked, and the keyspace makes room. Single bits are here, counting and
//! searching in `range`, combining in `combine`, integers of any width in `field`, and what they all do to bytes in `bits`.
//!
//! Invariant: no offset leads beyond `proto-max-bulk-len`; a string that was written to is `raw` afterwards.

mod bits;
mod combine;
mod field;
mod range;
#[cfg(test)]
mod tests;

pub use combine::bitop;
pub use field::{bitfield, bitfield_ro};
pub use range::{bitcount, bitpos};

use super::notify::Class;
use super::{Answer, Call, Error};
use crate::object::string::STRING_BYTES_MAX;
use crate::resp::number;
use core::sync::atomic::Ordering::Relaxed;

const BAD_OFFSET: Error = Error::of("ERR bit offset is not an integer or out of range");
const BAD_BIT: Error = Error::of("ERR bit is not an integer or out of range");

/// SETBIT key offset value: the bit that was there. The string grows as needed, filled with zeros.
pub fn setbit(call: &mut Call<'_, '_>) -> Answer {
    let offset = offset(call, call.args.get(2), None)?;
    let bit = match call.args.get(3) {
        b"0" => false,
        b"1" => true,
        _ => return Err(BAD_BIT),
    };
    let target = call.target(call.args.get(1));
    let before = call.write_string(target)?;
    let old_len = before.map_or(0, |(_, value)| value.len());
    let found = before.map(|(found, _)| found);
    let len = len_for(offset, 1)?;
    let writes = offset as usize / 8..offset as usize / 8 + 1;
    let bytes = call.grip().open_string(target, found, len, writes)?;
    let was = bits::replace(bytes, offset, bit);
    if was != bit || old_len < len || found.is_none() {
        call.notify(Class::STRING, "setbit", target.key);
        call.changed();
    }
    call.reply.int(was.into());
    Ok(())
}

/// GETBIT key offset: the bit; 0 beyond the end.
pub fn getbit(call: &mut Call<'_, '_>) -> Answer {
    let offset = offset(call, call.args.get(2), None)?;
    let value = call.read_string(call.args.get(1))?;
    let bit = value.is_some_and(|value| value.with_bytes(|bytes| bits::get(bytes, offset)));
    call.reply.int(bit.into());
    Ok(())
}

/// An offset in bits. With a `width`, `#n` means the n-th integer of that width.
fn offset(call: &Call<'_, '_>, text: &[u8], width: Option<u32>) -> Result<u64, Error> {
    let offset = match (width, text) {
        (Some(width), [b'#', number @ ..]) => {
            number::parse_i64(number).map(|count| count.wrapping_mul(width.into()))
        }
        _ => number::parse_i64(text),
    };
    let limit_bytes = call.store.settings.proto_max_bulk_len.load(Relaxed);
    offset
        .and_then(|offset| u64::try_from(offset).ok())
        .filter(|offset| offset / 8 < limit_bytes)
        .ok_or(BAD_OFFSET)
}

/// Bytes of a string that holds `width` bits at `offset`; an error when no string can be so long.
fn len_for(offset: u64, width: u32) -> Result<usize, Error> {
    let len = (offset + u64::from(width) - 1) / 8 + 1;
    let len = usize::try_from(len).ok();
    len.filter(|&len| len <= STRING_BYTES_MAX).ok_or(BAD_OFFSET)
}
