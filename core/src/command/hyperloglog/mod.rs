//! HyperLogLogs: strings that estimate how many different elements were added, in Redis' own bytes.
//!
//! ```text
//! ┌────────┬────────────┬────────┬─────────────────────────────┬─────────────────────────┐
//! │ "HYLL" │ encoding 1 │ zero 3 │ estimate u64LE, bit 63: old │ registers               │
//! └────────┴────────────┴────────┴─────────────────────────────┴─────────────────────────┘
//! ```
//! The registers lie in `dense` or `sparse`; `estimate` makes numbers of them. None of the three may know keys; this file
//! may not know bits. Any client can write any bytes into a string: invariant: whatever they are, nothing panics, and a
//! command that finds them wrong has changed nothing.

mod debug;
mod dense;
mod estimate;
mod sparse;
#[cfg(test)]
mod tests;

pub use debug::{pfdebug, pfselftest};

use super::notify::Class;
use super::{Answer, Call, Error};
use crate::keyspace::Found;
use crate::keyspace::update::{Deadline, Target};
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use core::sync::atomic::Ordering::Relaxed;
use estimate::Histogram;

/// How many bits of a hash choose the register.
const INDEX_BITS: u32 = 14;
/// Registers of every HyperLogLog.
const REGISTERS: usize = 1 << INDEX_BITS;
/// Bytes before the registers.
const HEADER_BYTES: usize = 16;
const MAGIC: &[u8] = b"HYLL";
/// Where the encoding is, and its values.
const ENCODING_AT: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// Where the estimate lies.
const ESTIMATE_AT: usize = 8;
/// In its last byte: it is out of date.
const ESTIMATE_OLD: u8 = 1 << 7;

const NO_SKETCH: Error = Error::of("WRONGTYPE Key is not a valid HyperLogLog string value.");
const CORRUPT: Error = Error::of("INVALIDOBJ Corrupted HLL object detected");

/// The registers do not add up.
#[derive(Debug, PartialEq, Eq)]
struct Corrupt;

impl From<Corrupt> for Error {
    fn from(Corrupt: Corrupt) -> Error {
        CORRUPT
    }
}

/// A value's bytes, if they begin as a HyperLogLog does.
fn check(value: StringValue<'_>) -> Result<&[u8], Error> {
    let StringValue::Bytes(bytes) = value else {
        return Err(NO_SKETCH);
    };
    let is_sketch = bytes.len() >= HEADER_BYTES
        && bytes.starts_with(MAGIC)
        && match bytes[ENCODING_AT] {
            DENSE => bytes.len() == dense::BYTES,
            SPARSE => true,
            _ => false,
        };
    if is_sketch { Ok(bytes) } else { Err(NO_SKETCH) }
}

/// Says that the estimate is out of date.
fn outdate(bytes: &mut [u8]) {
    bytes[ESTIMATE_AT + 7] |= ESTIMATE_OLD;
}

/// Raises each of `raised` to the largest of itself and the register in `bytes`.
fn merge(bytes: &[u8], raised: &mut [u8; REGISTERS]) -> Result<(), Corrupt> {
    if bytes[ENCODING_AT] == DENSE {
        dense::merge(bytes, raised);
        Ok(())
    } else {
        sparse::merge(bytes, raised)
    }
}

/// A HyperLogLog that is being changed: a copy, written back when all has gone well.
struct Draft<'c> {
    target: Target<'c>,
    found: Option<Found>,
    bytes: Vec<u8>,
}

impl<'c> Draft<'c> {
    /// The one at `target`, or a new one. It is `raw` from now on.
    fn open(call: &mut Call<'_, '_>, target: Target<'c>) -> Result<Draft<'c>, Error> {
        let before = call.write_string(target)?;
        let found = before.map(|(found, _)| found);
        let bytes = match before {
            Some((found, value)) => {
                let bytes = check(value)?.to_vec();
                call.grip().open_string(target, Some(found), 0, 0..0)?;
                bytes
            }
            None => sparse::EMPTY.to_vec(),
        };
        let draft = Draft {
            target,
            found,
            bytes,
        };
        Ok(draft)
    }

    /// Raises a register and answers whether it was lower.
    fn raise(&mut self, index: usize, count: u8, sparse_bytes_max: u64) -> Result<bool, Corrupt> {
        if self.bytes[ENCODING_AT] == DENSE {
            return Ok(dense::raise(&mut self.bytes, index, count));
        }
        sparse::raise(&mut self.bytes, index, count, sparse_bytes_max)
    }

    /// Makes the dense form of it and answers whether it was not.
    fn make_dense(&mut self) -> Result<bool, Corrupt> {
        let was_sparse = self.bytes[ENCODING_AT] == SPARSE;
        if was_sparse {
            self.bytes = sparse::to_dense(&self.bytes)?;
        }
        Ok(was_sparse)
    }

    /// Puts it in its key's place.
    fn store(&self, call: &mut Call<'_, '_>) -> Answer {
        let value = StringValue::Bytes(&self.bytes);
        let (encoding, deadline) = (Encoding::Raw, Deadline::Keep);
        call.set_string(self.target, self.found, value, encoding, deadline)
    }
}

fn sparse_bytes_max(call: &Call<'_, '_>) -> u64 {
    call.store.settings.hll_sparse_max_bytes.load(Relaxed)
}

/// PFADD key [element ..]: 1 when the estimate may have changed, or the key is new; else 0.
pub fn pfadd(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(1));
    let limit = sparse_bytes_max(call);
    let mut draft = Draft::open(call, target)?;
    let mut changes = u64::from(draft.found.is_none());
    for element in call.args.from(2) {
        let (index, count) = estimate::place(element);
        changes += u64::from(draft.raise(index, count, limit)?);
    }
    if changes > 0 {
        outdate(&mut draft.bytes);
        draft.store(call)?;
        call.notify(Class::STRING, "pfadd", target.key);
        call.changed_by(changes);
    }
    call.reply.int((changes > 0).into());
    Ok(())
}

/// PFCOUNT key ..: the estimate of one key, kept inside it, or that of the union of several.
pub fn pfcount(call: &mut Call<'_, '_>) -> Answer {
    if call.args.len() > 2 {
        return count_union(call);
    }
    let target = call.target(call.args.get(1));
    let Some((found, value)) = call.read_string_at(target)? else {
        call.reply.int(0);
        return Ok(());
    };
    let len = check(value)?.len();
    let bytes = call.grip().open_string(target, Some(found), len, 0..len)?;
    let kept = <[u8; 8]>::try_from(&bytes[ESTIMATE_AT..HEADER_BYTES]).expect("eight bytes");
    if kept[7] & ESTIMATE_OLD == 0 {
        call.reply.int(u64::from_le_bytes(kept) as i64);
        return Ok(());
    }
    let histogram = if bytes[ENCODING_AT] == DENSE {
        Histogram::of_dense(bytes)
    } else {
        sparse::histogram(bytes)?
    };
    let estimate = histogram.estimate();
    bytes[ESTIMATE_AT..HEADER_BYTES].copy_from_slice(&estimate.to_le_bytes());
    call.changed();
    call.reply.int(estimate as i64);
    Ok(())
}

fn count_union(call: &mut Call<'_, '_>) -> Answer {
    let mut registers = [0; REGISTERS];
    for key in call.args.from(1) {
        if let Some(value) = call.read_string(key)? {
            merge(check(value)?, &mut registers)?;
        }
    }
    let estimate = Histogram::of_bytes(&registers).estimate();
    call.reply.int(estimate as i64);
    Ok(())
}

/// PFMERGE destkey [sourcekey ..]: OK; the destination is one of the sources when it exists.
pub fn pfmerge(call: &mut Call<'_, '_>) -> Answer {
    let (mut registers, mut is_dense) = ([0; REGISTERS], false);
    for key in call.args.from(1) {
        if let Some(value) = call.read_string(key)? {
            let bytes = check(value)?;
            is_dense |= bytes[ENCODING_AT] == DENSE;
            merge(bytes, &mut registers)?;
        }
    }
    let target = call.target(call.args.get(1));
    let limit = sparse_bytes_max(call);
    let mut draft = Draft::open(call, target)?;
    if is_dense {
        draft.make_dense()?;
    }
    for (index, &count) in registers.iter().enumerate() {
        if count > 0 {
            draft.raise(index, count, limit)?;
        }
    }
    outdate(&mut draft.bytes);
    draft.store(call)?;
    call.notify(Class::STRING, "pfadd", target.key);
    call.changed();
    call.reply.ok();
    Ok(())
}
