//! BITCOUNT and BITPOS: counting and searching in a range of bytes or bits.
//!
//! It may not know how bits lie in bytes beyond there being eight. Invariant: a range that is looked at lies inside the
//! value; what lies outside was left out.

use super::bits;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::string::StringValue;
use core::ops::RangeInclusive;

const SYNTAX: Error = Error::of(error::SYNTAX);
const BIT_IS_NEITHER: Error = Error::of("ERR The bit argument must be 1 or 0.");

/// BITCOUNT key [start end [BYTE | BIT]]: how many bits are set.
pub fn bitcount(call: &mut Call<'_, '_>) -> Answer {
    let Some(value) = call.read_string(call.args.get(1))? else {
        call.reply.int(0);
        return Ok(());
    };
    let args = call.args;
    let range = match args.len() {
        2 => whole(value),
        4 | 5 => {
            let (start, end) = (args.int(2)?, args.int(3)?);
            // Redis looks at the unit only when this is not so.
            if start < 0 && end < 0 && start > end {
                None
            } else {
                range(value, start, end, unit_bits(args, 4)?)
            }
        }
        _ => return Err(SYNTAX),
    };
    let count = range.map_or(0, |range| {
        value.with_bytes(|bytes| bits::count(bytes, &range))
    });
    call.reply.int(count as i64);
    Ok(())
}

/// BITPOS key bit [start [end [BYTE | BIT]]]: where the first such bit is, or -1. Without an `end` the value counts as
/// followed by clear bits.
pub fn bitpos(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let bit = match args.int(2)? {
        0 => false,
        1 => true,
        _ => return Err(BIT_IS_NEITHER),
    };
    let Some(value) = call.read_string(args.get(1))? else {
        call.reply.int(if bit { -1 } else { 0 });
        return Ok(());
    };
    let range = match args.len() {
        3 => whole(value),
        4..=6 => {
            let start = args.int(3)?;
            let unit_bits = unit_bits(args, 5)?;
            let end = if args.len() > 4 { args.int(4)? } else { -1 };
            range(value, start, end, unit_bits)
        }
        _ => return Err(SYNTAX),
    };
    let found = range.and_then(|range| {
        let found = value.with_bytes(|bytes| bits::first(bytes, &range, bit));
        let behind = (!bit && args.len() < 5).then(|| *range.end() + 1);
        found.or(behind)
    });
    call.reply.int(found.map_or(-1, |at| at as i64));
    Ok(())
}

/// Bits of the unit that the argument at `index` names; bytes when there is none.
fn unit_bits(args: Args<'_>, index: usize) -> Result<u64, Error> {
    if args.len() <= index || args.is(index, "BYTE") {
        Ok(8)
    } else if args.is(index, "BIT") {
        Ok(1)
    } else {
        Err(SYNTAX)
    }
}

/// All bits of a value, if there are any.
fn whole(value: StringValue<'_>) -> Option<RangeInclusive<u64>> {
    range(value, 0, -1, 8)
}

/// The bits from unit `start` to unit `end`, both counted from the end when negative, as far as there are any.
fn range(
    value: StringValue<'_>,
    start: i64,
    end: i64,
    unit_bits: u64,
) -> Option<RangeInclusive<u64>> {
    let units = (value.len() as u64 * 8 / unit_bits) as i64;
    let from_front = |index: i64| {
        if index < 0 {
            (units + index).max(0)
        } else {
            index
        }
    };
    let (start, end) = (from_front(start), from_front(end).min(units - 1));
    (start <= end).then(|| start as u64 * unit_bits..=(end as u64 + 1) * unit_bits - 1)
}
