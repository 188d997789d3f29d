//! Sorted sets in the differential test: what is sent, and how the words in braces are drawn.

use super::{INTEGERS, Random};

/// Sorted sets, on keys of their own: small ones, one that outgrows a listpack, and one that stays a listpack, whose ZSCAN
/// is in order. Ranges of members are asked of those
/// whose members have one score.
pub(crate) const TEMPLATES: &[&str] = &[
    "ZADD {zset} {score} {member}",
    "ZADD {zset} {score} {member}",
    "ZADD {zset} {score} {member} {score} {member} {score} {member}",
    "ZADD {zset} {zadd} {score} {member}",
    "ZADD {zset} {zadd} {score} {member} {score} {member}",
    "ZADD zset:large {score} {one} {score} {one} {score} {one} {score} {one}",
    "ZADD zset:large {score} {one} {score} {one} {score} {one} {score} {one}",
    "ZADD zset:lex 0 {member} 0 {member}",
    "ZADD zset:lexes 0 {one} 0 {one} 0 {one}",
    "ZCARD {zset}",
    "ZCOUNT {zset} {bound} {bound}",
    "ZDIFF {zsets}",
    "ZDIFF {zsets} WITHSCORES",
    "ZDIFFSTORE {zset} {zsets}",
    "ZINCRBY {zset} {score} {member}",
    "ZINTER {zsets} {combine}",
    "ZINTERCARD {zsets}",
    "ZINTERCARD {zsets} LIMIT {rank}",
    "ZINTERSTORE {zset} {zsets} {combine}",
    "ZLEXCOUNT {lex} {name} {name}",
    "ZMPOP {zsets} {end}",
    "ZMPOP {zsets} {end} COUNT {rank}",
    "ZMSCORE {zset} {member} {member} {one}",
    "ZPOPMAX {zset}",
    "ZPOPMAX {zset} {few}",
    "ZPOPMIN {zset}",
    "ZPOPMIN {zset} {few}",
    "ZRANGE {zset} {rank} {rank} {zrange}",
    "ZRANGE {zset} {bound} {bound} BYSCORE {zrange}",
    "ZRANGE {lex} {name} {name} BYLEX {zrange}",
    "ZRANGEBYLEX {lex} {name} {name}",
    "ZRANGEBYLEX {lex} {name} {name} LIMIT {rank} {rank}",
    "ZRANGEBYSCORE {zset} {bound} {bound} {zrange}",
    "ZRANGESTORE {zset} {zset} {rank} {rank} {zrange}",
    "ZRANGESTORE {zset} {zset} {bound} {bound} BYSCORE {zrange}",
    "ZRANGESTORE {lex} {lex} {name} {name} BYLEX {zrange}",
    "ZRANK {zset} {member}",
    "ZRANK zset:large {one}",
    "ZREM {zset} {member} {member}",
    "ZREM zset:large {one} {one}",
    "ZREMRANGEBYLEX {lex} {name} {name}",
    "ZREMRANGEBYRANK {zset} {rank} {few}",
    "ZREMRANGEBYSCORE {zset} {bound} {bound}",
    "ZREVRANGE {zset} {rank} {rank} {zrange}",
    "ZREVRANGEBYLEX {lex} {name} {name}",
    "ZREVRANGEBYSCORE {zset} {bound} {bound} {zrange}",
    "ZREVRANK {zset} {member}",
    "ZADD zset:scan {score} {short} {score} {short}",
    "ZSCAN zset:scan 0",
    "ZSCAN zset:scan {int} COUNT {int} MATCH m1*",
    "SADD set:mixed {member} {one} {short}",
    "SADD set:integers {few} 3 12",
    "ZSCAN {tiny} x",
    "ZSCAN {lex} 0 COUNT 0",
    "ZSCORE {zset} {member}",
    "ZSCORE zset:large {one}",
    "ZUNION {zsets} {combine}",
    "ZUNIONSTORE {zset} {zsets} {combine}",
    "OBJECT ENCODING {zset}",
    "COPY {zset} {zset} REPLACE",
    "DEL {tiny}",
];

/// Keys of sorted sets.
pub(crate) const KEYS: &[&str] = &[
    "zset:a",
    "zset:b",
    "zset:c",
    "zset:large",
    "zset:large",
    "key:5",
];
/// Keys that take part in unions and the like.
const INPUTS: &[&str] = &[
    "zset:a",
    "zset:b",
    "zset:c",
    "zset:large",
    "zset:lexes",
    "zset:none",
    "set:mixed",
    "set:integers",
    "key:5",
];
/// Keys of sorted sets whose members have one score.
pub(crate) const LEX_KEYS: &[&str] = &["zset:lex", "zset:lexes"];
const SCORES: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "2.5",
    "0.1",
    "3",
    "7",
    "1e17",
    "5e18",
    "1e-7",
    "inf",
    "-inf",
    "+inf",
    "nan",
    "x",
    "",
    "1e400",
    "0x1p3",
    "4503599627370497",
    "123456789.123",
];
const BOUNDS: &[&str] = &[
    "-inf", "+inf", "0", "(0", "1", "(1", "-1", "(2.5", "7", "(7", "100", "(100", "150", "inf",
    "(inf", "nan", "x", "", "(", " 1",
];
const NAMES: &[&str] = &[
    "-", "+", "[m1", "(m1", "[m5", "(m7", "[m12", "[", "(", "[n", "(m100", "[m99", "m1", "", "++",
];
const ZADD_WORDS: &[&str] = &["NX", "XX", "GT", "LT", "CH", "INCR", "xx", "incr", "ch"];
const ZRANGE_WORDS: &[&str] = &[
    "WITHSCORES",
    "withscores",
    "REV",
    "BYSCORE",
    "LIMIT {rank} {rank}",
    "LIMIT 0 -1",
    "LIMIT 1 5",
    "LIMIT 1",
];
const COMBINE_WORDS: &[&str] = &[
    "WITHSCORES",
    "AGGREGATE SUM",
    "AGGREGATE MIN",
    "aggregate max",
    "AGGREGATE AVG",
    "WEIGHTS {score} {score}",
    "WEIGHTS 2 -1",
    "WEIGHTS 0 inf",
    "LIMIT 1",
];

/// Puts drawn words in the place of one in braces; `false` when it is none of sorted sets'.
pub(crate) fn fill(random: &mut Random, word: &str, words: &mut Vec<Vec<u8>>) -> bool {
    match word {
        "{rank}" if random.below(20) > 0 => {
            words.push((random.below(130) as i64 - 60).to_string().into());
        }
        "{rank}" => words.push(random.pick(INTEGERS).into()),
        "{zset}" => words.push(random.pick(KEYS).into()),
        "{tiny}" => words.push(random.pick(&KEYS[..3]).into()),
        "{lex}" => words.push(random.pick(LEX_KEYS).into()),
        "{zsets}" => {
            let count = 1 + random.below(3);
            words.push(if random.below(30) == 0 {
                random.pick(INTEGERS).into()
            } else {
                count.to_string().into()
            });
            for _ in 0..count {
                words.push(random.pick(INPUTS).into());
            }
        }
        "{score}" if random.below(3) == 0 => words.push(random.pick(SCORES).into()),
        "{score}" => words.push((random.below(300) as i64 - 100).to_string().into()),
        "{member}" => words.push(match random.below(12) {
            0 => random.value(),
            1 => random.below(20).to_string().into(),
            _ => format!("m{}", random.below(16)).into(),
        }),
        "{short}" => words.push(format!("m{}", random.below(16)).into()),
        "{one}" => words.push(format!("m{}", random.below(400)).into()),
        "{bound}" if random.below(2) == 0 => words.push(random.pick(BOUNDS).into()),
        "{bound}" => words.push((random.below(300) as i64 - 100).to_string().into()),
        "{name}" => words.push(random.pick(NAMES).into()),
        "{few}" => words.push(random.pick(&["0", "1", "2", "5", "-1", "x"]).into()),
        "{end}" => words.push(random.pick(&["MIN", "MAX", "min", "mid"]).into()),
        "{zadd}" => random.options(ZADD_WORDS, words),
        "{zrange}" => random.options(ZRANGE_WORDS, words),
        "{combine}" => random.options(COMBINE_WORDS, words),
        _ => return false,
    }
    true
}
