//! LCS: the longest subsequence two strings have in common, by a table of the lengths for every two prefixes.
//!
//! It may not know keys beyond reading them. Invariant: `lens[i, j]` is the length for the first `i` bytes of one value and
//! the first `j` of the other; no table larger than `proto-max-bulk-len` is made.

use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use crate::resp::Reply;
use core::ops::Range;
use core::sync::atomic::Ordering::Relaxed;

const NOT_STRINGS: &str = "ERR The specified keys must contain string values";
const LEN_AND_IDX: &str = "ERR If you want both the length and indexes, please just use IDX.";
const TABLE_TOO_LARGE: &str =
    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
const NO_ROOM: &str = "ERR Insufficient memory, failed allocating transient memory for LCS";

/// LCS key1 key2 [LEN | IDX] [MINMATCHLEN len] [WITHMATCHLEN]: the subsequence, its length, or where it lies in both.
pub fn lcs(call: &mut Call<'_, '_>) -> Answer {
    let (first, second) = (call.args.get(1), call.args.get(2));
    let entries = [call.read(first), call.read(second)];
    let is_other = |entry: &crate::object::entry::Entry| entry.kind() != ObjectType::String;
    if entries.iter().flatten().any(is_other) {
        return Err(Error::of(NOT_STRINGS));
    }
    let wish = Wish::read(call.args)?;
    let limit_bytes = call.store.settings.proto_max_bulk_len.load(Relaxed);
    let [first, second] =
        entries.map(|entry| entry.map_or(StringValue::Bytes(b""), StringValue::of));
    first.with_bytes(|first| {
        second.with_bytes(|second| {
            let table = Table::fill(first, second, limit_bytes)?;
            wish.reply(&table, call.reply);
            Ok(())
        })
    })
}

/// What is to be answered.
#[derive(Default)]
struct Wish {
    len: bool,
    matches: bool,
    match_lens: bool,
    /// Shorter matches are left out.
    match_len_min: i64,
}

impl Wish {
    fn read(args: Args<'_>) -> Result<Wish, Error> {
        let (mut wish, mut index) = (Wish::default(), 3);
        while index < args.len() {
            if args.is(index, "IDX") {
                wish.matches = true;
            } else if args.is(index, "LEN") {
                wish.len = true;
            } else if args.is(index, "WITHMATCHLEN") {
                wish.match_lens = true;
            } else if args.is(index, "MINMATCHLEN") && index + 1 < args.len() {
                index += 1;
                wish.match_len_min = args.int(index)?;
            } else {
                return Err(Error::of(error::SYNTAX));
            }
            index += 1;
        }
        if wish.len && wish.matches {
            return Err(Error::of(LEN_AND_IDX));
        }
        Ok(wish)
    }

    fn reply(&self, table: &Table<'_>, reply: &mut Reply<'_>) {
        if self.matches {
            return self.reply_matches(table, reply);
        }
        if self.len {
            return reply.int(table.total().into());
        }
        let mut subsequence = Vec::with_capacity(table.total() as usize);
        table.walk(|first, _| subsequence.extend(table.first[first].iter().rev()));
        subsequence.reverse();
        reply.bulk(&subsequence);
    }

    /// The matches from the last to the first, then the length.
    fn reply_matches(&self, table: &Table<'_>, reply: &mut Reply<'_>) {
        reply.map(2);
        reply.bulk(b"matches");
        let (list, mut count) = (reply.begin_array(), 0);
        table.walk(|first, second| {
            let match_len = first.len() as i64;
            if match_len < self.match_len_min {
                return;
            }
            reply.array(2 + usize::from(self.match_lens));
            for range in [first, second] {
                reply.array(2);
                reply.int(range.start as i64);
                reply.int(range.end as i64 - 1);
            }
            if self.match_lens {
                reply.int(match_len);
            }
            count += 1;
        });
        reply.end_array(list, count);
        reply.bulk(b"len");
        reply.int(table.total().into());
    }
}

/// The lengths for every two prefixes.
struct Table<'v> {
    first: &'v [u8],
    second: &'v [u8],
    lens: Vec<u32>,
}

impl<'v> Table<'v> {
    fn fill(first: &'v [u8], second: &'v [u8], limit_bytes: u64) -> Result<Table<'v>, Error> {
        let columns = second.len() + 1;
        // Values are shorter than 4 GiB: the product fits 64 bits, its fourfold may not.
        let cells = (first.len() as u64 + 1) * columns as u64;
        if cells.saturating_mul(4) > limit_bytes {
            return Err(Error::of(TABLE_TOO_LARGE));
        }
        let mut lens = Vec::new();
        lens.try_reserve_exact(cells as usize)
            .map_err(|_| Error::of(NO_ROOM))?;
        lens.resize(cells as usize, 0_u32);
        for (row, byte) in first.iter().enumerate() {
            let (above, here) = lens[row * columns..][..2 * columns].split_at_mut(columns);
            for (column, other) in second.iter().enumerate() {
                here[column + 1] = if byte == other {
                    above[column] + 1
                } else {
                    above[column + 1].max(here[column])
                };
            }
        }
        let table = Table {
            first,
            second,
            lens,
        };
        Ok(table)
    }

    fn len(&self, first: usize, second: usize) -> u32 {
        self.lens[first * (self.second.len() + 1) + second]
    }

    /// The length for both values whole.
    fn total(&self) -> u32 {
        self.len(self.first.len(), self.second.len())
    }

    /// Calls `found` with every stretch of the subsequence that is contiguous in both values, from the last to the first.
    /// Where two ways are as long, the second value is shortened first.
    fn walk(&self, mut found: impl FnMut(Range<usize>, Range<usize>)) {
        let (mut i, mut j) = (self.first.len(), self.second.len());
        while i > 0 && j > 0 {
            let stretch =
                core::iter::zip(self.first[..i].iter().rev(), self.second[..j].iter().rev())
                    .take_while(|(one, other)| one == other)
                    .count();
            if stretch > 0 {
                found(i - stretch..i, j - stretch..j);
                (i, j) = (i - stretch, j - stretch);
            } else if self.len(i - 1, j) > self.len(i, j - 1) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
    }
}
