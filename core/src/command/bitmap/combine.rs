//! BITOP: strings combined bit by bit into a new one.
//!
//! The result is written where it will stay, piece by piece, so that a piece is in the cache while every source passes over
//! it. Invariant: the result is as long as the longest source; shorter ones count as followed by clear bits.

use crate::command::notify::Class;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::string::StringValue;

/// Bytes of the result that are finished before the next ones begin.
const PIECE_BYTES: usize = 16 << 10;

const ONE_SOURCE: Error = Error::of("ERR BITOP NOT must be called with a single source key.");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
}

impl Operation {
    fn read(args: Args<'_>) -> Result<Operation, Error> {
        const WORDS: [(&str, Operation); 4] = [
            ("AND", Operation::And),
            ("OR", Operation::Or),
            ("XOR", Operation::Xor),
            ("NOT", Operation::Not),
        ];
        let named = WORDS.iter().find(|(word, _)| args.is(1, word));
        let (_, operation) = named.ok_or(Error::of(error::SYNTAX))?;
        if *operation == Operation::Not && args.len() != 4 {
            return Err(ONE_SOURCE);
        }
        Ok(*operation)
    }

    /// Combines a piece of the result with the bytes of a source at the same place, which may be fewer.
    fn apply(self, piece: &mut [u8], source: &[u8]) {
        let pairs = core::iter::zip(piece.iter_mut(), source);
        match self {
            Operation::And => {
                pairs.for_each(|(byte, other)| *byte &= other);
                piece[source.len()..].fill(0);
            }
            Operation::Or => pairs.for_each(|(byte, other)| *byte |= other),
            Operation::Xor => pairs.for_each(|(byte, other)| *byte ^= other),
            Operation::Not => {
                pairs.for_each(|(byte, other)| *byte = !other);
            }
        }
    }
}

/// BITOP AND | OR | XOR | NOT destkey key ..: bytes of the result, which is stored; no bytes remove the key.
pub fn bitop(call: &mut Call<'_, '_>) -> Answer {
    let operation = Operation::read(call.args)?;
    let mut sources = Vec::with_capacity(call.args.len() - 3);
    for key in call.args.from(3) {
        let value = call.read_string(key)?;
        sources.push(value.unwrap_or(StringValue::Bytes(b"")));
    }
    let len = sources.iter().map(|value| value.len()).max().unwrap_or(0);
    let target = call.target(call.args.get(2));
    let found = call.write(target);
    if len > 0 {
        call.grip().compose_string(target, found, len, |result| {
            combine(operation, &sources, result);
        })?;
        call.notify(Class::STRING, "set", target.key);
        call.changed();
    } else if let Some(found) = found {
        call.delete(target, found, false);
        call.notify(Class::GENERIC, "del", target.key);
        call.changed_as(&[b"DEL", target.key]);
    }
    call.reply.int(len as i64);
    Ok(())
}

fn combine(operation: Operation, sources: &[StringValue<'_>], result: &mut [u8]) {
    for (index, piece) in result.chunks_mut(PIECE_BYTES).enumerate() {
        let start = index * PIECE_BYTES;
        for (number, source) in sources.iter().enumerate() {
            source.with_bytes(|bytes| {
                let bytes = bytes.get(start..).unwrap_or_default();
                let bytes = &bytes[..bytes.len().min(piece.len())];
                match number {
                    0 if operation != Operation::Not => piece[..bytes.len()].copy_from_slice(bytes),
                    _ => operation.apply(piece, bytes),
                }
            });
        }
    }
}
