//! Hashes and sets in the streams that are compared: their commands, and the words these are filled with.
//!
//! It knows Redis' commands as words. Invariant: nothing is left to chance: random elements are asked for none, or all, or
//! of a key that is missing.

use super::Random;

/// Commands on hashes.
pub(crate) const HASHES: &[&str] = &[
    "HSET {hash} {item} {brief}",
    "HSET {hash} {item} {brief}",
    "HSET {hash} {item} {brief} {item} {brief} {item} {brief}",
    "HSET {hash} {pairs}",
    "HSET {hash} {item} {value}",
    "HSET {hash} {item} {brief} {item}",
    "HSET {key} {item} {brief}",
    "HMSET {hash} {item} {brief} {item} {brief}",
    "HSETNX {hash} {item} {brief}",
    "HGET {hash} {item}",
    "HGET {key} {item}",
    "HMGET {hash} {item} {item} {item}",
    "HMGET {key} {item}",
    "HGETALL {hash}",
    "HKEYS {hash}",
    "HVALS {hash}",
    "HLEN {hash}",
    "HSTRLEN {hash} {item}",
    "HEXISTS {hash} {item}",
    "HDEL {hash} {item}",
    "HDEL {hash} {item} {item} {item} {item}",
    "HDEL {key} {item}",
    "HINCRBY {hash} {item} {int}",
    "HINCRBY {key} {item} {int}",
    "HINCRBYFLOAT {hash} {item} {float}",
    "HINCRBYFLOAT {key} {item} {float}",
    "HRANDFIELD {hash} {count}",
    "HRANDFIELD {hash} {count} WITHVALUES",
    "HRANDFIELD {hash} {count} x",
    "HRANDFIELD {key} {count} withvalues x",
    "HRANDFIELD missing",
    "HRANDFIELD missing -5",
    "HSCAN {hash} {cursor} COUNT 1000000",
    "HSCAN {hash} {cursor} match {pattern} count 1000000",
    "HSCAN {hash} 0 COUNT {int} COUNT 1000000",
    "HSCAN {hash} 0 COUNT 0",
    "HSCAN {hash} 0 TYPE hash",
    "HSCAN {key} {cursor} COUNT 1000000 MATCH",
    "OBJECT ENCODING {hash}",
    "TYPE {hash}",
    "DEL {hash}",
    "COPY {hash} {hash} REPLACE",
    "RENAME {hash} {hash}",
];

/// Commands on sets.
pub(crate) const SETS: &[&str] = &[
    "SADD {set} {item}",
    "SADD {set} {item} {item} {item}",
    "SADD {set} {number}",
    "SADD {set} {number} {number} {number} {int}",
    "SADD {set} {many}",
    "SADD {set} {value}",
    "SADD {key} {number}",
    "SREM {set} {item} {number} {item}",
    "SREM {set} {many}",
    "SREM {key} {item}",
    "SISMEMBER {set} {number}",
    "SISMEMBER {set} {item}",
    "SMISMEMBER {set} {number} {item} {int} {number}",
    "SMISMEMBER {key} {item}",
    "SCARD {set}",
    "SMEMBERS {set}",
    "SMEMBERS {key}",
    "SMOVE {set} {set} {number}",
    "SMOVE {set} {set} {item}",
    "SMOVE {key} {set} {number}",
    "SMOVE {set} {key} {item}",
    "SINTER {set} {set}",
    "SINTER {set} {set} {set}",
    "SINTER {set} missing {key}",
    "SINTERCARD {numkeys} {set} {set}",
    "SINTERCARD 2 {set} {set} LIMIT {limit}",
    "SINTERCARD 3 {set} {set} {key} limit {limit} x",
    "SINTERSTORE {set} {set} {set}",
    "SINTERSTORE {key} {set} {set}",
    "SUNION {set} {set} {set}",
    "SUNION {set} {set} {set} {set} {set} {set} {set} {set} {set} {set}",
    "SUNION {key} {set}",
    "SUNIONSTORE {set} {set} {set}",
    "SUNIONSTORE {key} {set} missing",
    "SDIFF {set} {set}",
    "SDIFF {set} {set} {set} {set} {set} {set} {set}",
    "SDIFF {key} {set}",
    "SDIFFSTORE {set} {set} {set} {set}",
    "SDIFFSTORE {set} {set} {set} {set} {set} {set} {set} {set}",
    "SPOP {set} {popped}",
    "SPOP missing",
    "SPOP {key} {popped} x",
    "SRANDMEMBER {set} {count}",
    "SRANDMEMBER {key} {count}",
    "SRANDMEMBER missing",
    "SRANDMEMBER missing -3",
    "SRANDMEMBER {set} 5 x",
    "SSCAN {set} {cursor} COUNT 1000000",
    "SSCAN {set} {cursor} match {pattern} count 1000000",
    "SSCAN {key} {cursor} COUNT",
    "OBJECT ENCODING {set}",
    "DEL {set}",
    "COPY {set} {set} REPLACE",
    "EXPIRE {set} 100000",
    "PERSIST {set}",
];

/// Commands that answer the elements of a table in an order that is a server's own.
pub(crate) const UNORDERED: &[&[u8]] = &[
    b"HGETALL",
    b"HKEYS",
    b"HVALS",
    b"HRANDFIELD",
    b"HSCAN",
    b"SMEMBERS",
    b"SINTER",
    b"SUNION",
    b"SDIFF",
    b"SPOP",
    b"SRANDMEMBER",
    b"SSCAN",
];

/// Fields and members: few, so that they meet, of all kinds of integers and texts.
const NAMES: &[&str] = &[
    "0",
    "1",
    "-1",
    "127",
    "128",
    "-4096",
    "32768",
    "70000",
    "-8388609",
    "2147483648",
    "1099511627775",
    "1099511627776",
    "-1099511627776",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "01",
    "-0",
    "+1",
    "",
    "a",
    "name",
    "a name with blanks in it",
    "sixty-four bytes, which is as long as a field of a listpack may be",
    "sixty-five bytes or more are too long for any listpack, so this is a table",
    "1.5",
    "100000000000000000000000000000000000000000",
];
/// Counts of random elements that leave nothing to chance.
const COUNTS: &[&str] = &[
    "0",
    "-0",
    "100000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "x",
    "",
    "1.5",
];
const POPPED: &[&str] = &["0", "100000", "-1", "9223372036854775807", "x", ""];
const NUMKEYS: &[&str] = &["2", "1", "3", "0", "-1", "x", "2 ", "9223372036854775807"];
const LIMITS: &[&str] = &["0", "1", "3", "1000", "-1", "x", ""];
const PATTERNS: &[&str] = &["*", "a*", "[0-9]*", "*1*", "?", "", "-*", "*\\*"];

impl Random {
    /// The same for words about hashes and sets.
    pub(crate) fn fill_element(&mut self, word: &str, words: &mut Vec<Vec<u8>>) {
        match word {
            "{hash}" => words.push(format!("hash:{}", self.below(6)).into()),
            "{set}" => words.push(format!("set:{}", self.below(6)).into()),
            "{item}" if self.below(3) == 0 => words.push(self.pick(NAMES).into()),
            "{item}" => words.push(format!("name:{}", self.below(60)).into()),
            "{number}" => {
                let number = self.below(1000) as i64 - 300;
                words.push((number << self.pick(&[&0, &0, &7, &40])).to_string().into());
            }
            "{brief}" => {
                let len = self.below(30);
                let value = if self.below(2) == 0 {
                    self.letters(len)
                } else {
                    self.pick(NAMES).into()
                };
                words.push(value);
            }
            "{pairs}" => {
                let (start, count) = (self.below(900), self.below(300));
                for at in start..start + count {
                    words.push(format!("field:{at}").into());
                    words.push(at.to_string().into());
                }
            }
            "{count}" => words.push(self.pick(COUNTS).into()),
            "{popped}" => words.push(self.pick(POPPED).into()),
            "{numkeys}" => words.push(self.pick(NUMKEYS).into()),
            "{limit}" => words.push(self.pick(LIMITS).into()),
            "{pattern}" => words.push(self.pick(PATTERNS).into()),
            "{cursor}" if self.below(4) > 0 => words.push(b"0".into()),
            "{cursor}" => words.push(self.pick(&["x", "", "-0", "00", "0 "]).into()),
            literal => words.push(literal.into()),
        }
    }
}
