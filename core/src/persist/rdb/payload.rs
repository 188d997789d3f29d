//! The frame of a DUMP: a value, the version it is written in, and a checksum of both.
//!
//! Invariant: `open` gives what `dump` was given, and refuses everything else but by a chance of one in 2^64.

use super::{VERSION, Writer, write_value};
use crate::crc64;
use crate::object::entry::Entry;
use crate::pool::Pool;

/// Bytes behind the value.
const FOOTER_BYTES: usize = 10;

/// Version or checksum are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadError;

/// The payload of an entry's value; long strings are compressed when `compress`. The entry's shard is held.
pub fn dump(entry: Entry, pool: &Pool, compress: bool) -> Vec<u8> {
    let mut writer = Writer::new(compress);
    write_value(entry, pool, &mut writer);
    writer.raw(&VERSION.to_le_bytes());
    let mut bytes = writer.into_bytes();
    let checksum = crc64::checksum(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The value in a payload, if version and checksum are right.
pub fn open(payload: &[u8]) -> Result<&[u8], PayloadError> {
    let (value, footer) = payload
        .split_last_chunk::<FOOTER_BYTES>()
        .ok_or(PayloadError)?;
    let version = u16::from_le_bytes([footer[0], footer[1]]);
    let checksum = footer
        .last_chunk::<8>()
        .map(|bytes| u64::from_le_bytes(*bytes));
    let summed = &payload[..payload.len() - 8];
    if version > VERSION || checksum != Some(crc64::checksum(summed)) {
        return Err(PayloadError);
    }
    Ok(value)
}
