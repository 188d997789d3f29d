//! LLEN, LINDEX, LRANGE, LPOS.
//!
//! Invariant: nothing is changed, so several lanes may do this at once.

use super::{range_of, write_element, write_range};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::object::list::{ListView, Needle, Side};
use crate::pool::prefix::ObjectType;
use crate::resp::number::parse_i64;
use core::ops::ControlFlow;

/// The list at a key, to be read.
fn read<'a>(call: &mut Call<'_, '_>, key: &[u8]) -> Result<Option<ListView<'a>>, Error> {
    let entry = call.read_value(key, ObjectType::List)?;
    Ok(entry.map(ListView::of))
}

/// `LLEN key`: how many elements.
pub fn llen(call: &mut Call<'_, '_>) -> Answer {
    let list = read(call, call.args.get(1))?;
    call.reply.int(list.map_or(0, ListView::len) as i64);
    Ok(())
}

/// `LINDEX key index`: the element, or null.
pub fn lindex(call: &mut Call<'_, '_>) -> Answer {
    let list = read(call, call.args.get(1))?;
    let Some(list) = list else {
        call.reply.null();
        return Ok(());
    };
    let index = call.args.int(2)?;
    let found = list.get(index, |element| write_element(call.reply, element));
    if found.is_none() {
        call.reply.null();
    }
    Ok(())
}

/// `LRANGE key start stop`: those elements.
pub fn lrange(call: &mut Call<'_, '_>) -> Answer {
    let (start, stop) = (call.args.int(2)?, call.args.int(3)?);
    match read(call, call.args.get(1))? {
        None => call.reply.array(0),
        Some(list) => {
            let (start, count) = range_of(list.len(), start, stop);
            write_range(call.reply, list, start, count, Side::Tail);
        }
    }
    Ok(())
}

/// What LPOS looks for.
struct Search {
    /// The first match that counts, from 1 on; from the tail when negative.
    rank: i64,
    /// Matches wanted, 0 for all; without it the answer is one index and no array.
    count: Option<i64>,
    /// Elements compared at most; 0 for all.
    max_len: i64,
}

impl Search {
    fn parse(call: &Call<'_, '_>) -> Result<Search, Error> {
        let args = call.args;
        let mut search = Search {
            rank: 1,
            count: None,
            max_len: 0,
        };
        let natural = |text: &[u8], error: &'static str| {
            let number = parse_i64(text).filter(|&number| number >= 0);
            number.ok_or(Error::of(error))
        };
        for at in (3..args.len()).step_by(2) {
            if at + 1 == args.len() {
                return Err(Error::of(error::SYNTAX));
            }
            if args.is(at, "RANK") {
                search.rank = args.int(at + 1)?;
                if search.rank == 0 {
                    return Err(Error::of(error::RANK_IS_ZERO));
                }
            } else if args.is(at, "COUNT") {
                search.count = Some(natural(args.get(at + 1), error::COUNT_NEGATIVE)?);
            } else if args.is(at, "MAXLEN") {
                search.max_len = natural(args.get(at + 1), error::MAXLEN_NEGATIVE)?;
            } else {
                return Err(Error::of(error::SYNTAX));
            }
        }
        Ok(search)
    }

    /// Calls `each` with the index of every match that counts.
    fn run(&self, list: ListView<'_>, needle: Needle<'_>, mut each: impl FnMut(usize)) {
        let len = list.len();
        let (start, towards) = if self.rank > 0 {
            (0, Side::Tail)
        } else {
            (len - 1, Side::Head)
        };
        let rank = self.rank.unsigned_abs();
        // A rank without a positive counterpart counts from the first match on, as in Redis.
        let first = if rank > i64::MAX as u64 { 1 } else { rank };
        let wanted = match self.count {
            None => 1,
            Some(0) => u64::MAX,
            Some(count) => count as u64,
        };
        let (mut compared, mut matches) = (0, 0);
        list.walk(start, towards, |element| {
            if needle.is(element) {
                matches += 1;
                if matches >= first {
                    each(match towards {
                        Side::Tail => compared,
                        Side::Head => len - 1 - compared,
                    });
                    if matches - first + 1 >= wanted {
                        return ControlFlow::Break(());
                    }
                }
            }
            compared += 1;
            if compared as i64 == self.max_len {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
    }
}

/// `LPOS key element [RANK rank] [COUNT count] [MAXLEN len]`: the index of the first element that equals, or null; with
/// COUNT an array of indexes.
pub fn lpos(call: &mut Call<'_, '_>) -> Answer {
    let search = Search::parse(call)?;
    let list = read(call, call.args.get(1))?;
    let needle = Needle::new(call.args.get(2));
    if search.count.is_some() {
        let mark = call.reply.begin_array();
        let mut found = 0;
        if let Some(list) = list {
            search.run(list, needle, |index| {
                call.reply.int(index as i64);
                found += 1;
            });
        }
        call.reply.end_array(mark, found);
        return Ok(());
    }
    let mut found = None;
    if let Some(list) = list {
        search.run(list, needle, |index| found = Some(index));
    }
    match found {
        Some(index) => call.reply.int(index as i64),
        None => call.reply.null(),
    }
    Ok(())
}
