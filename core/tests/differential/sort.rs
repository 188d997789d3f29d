//! SORT in the differential test: what is sent, and how the words in braces are drawn.
//!
//! Left out is what Redis leaves to chance: a set in its own order, and which of several elements comes first that are
//! sorted by equal texts, unless a whole list is; and sorted sets elsewhere than in `sort:ranks`, as sorting one makes a
//! skiplist of it in Redis, which OBJECT ENCODING tells.

use super::{FLOATS, Pair, Random, words};

/// Sorted, and stored, on keys of their own.
pub(crate) const TEMPLATES: &[&str] = &[
    "RPUSH sort:numbers {heavy} {heavy}",
    "RPUSH sort:texts {light} {heavy}",
    "SADD sort:members {heavy} {heavy} {light}",
    "SADD sort:integers {heavy} {heavy}",
    "ZADD sort:ranks {heavy} {heavy} {heavy} {heavy}",
    "LTRIM sort:numbers -30 -1",
    "LTRIM sort:texts -30 -1",
    "SREM sort:members {light}",
    "SET w:{heavy} {weight}",
    "SET w:{heavy} {weight}",
    "HSET o:{heavy} f {weight} * {weight}",
    "HSET o:{heavy} f {weight}",
    "DEL w:{heavy} o:{heavy}",
    "SORT {sortable}",
    "SORT {sortable} {sort}",
    "SORT {sortable} BY w:* {sort}",
    "SORT {sortable} BY o:*->f {sort}",
    "SORT_RO {sortable} BY w:* {sort}",
    "SORT_RO {sortable} {sort}",
    "SORT {sortable} ALPHA {sort}",
    "SORT {sortable} ALPHA STORE sort:stored {sort}",
    "SORT {sortable} {sort} STORE sort:stored",
    "SORT sort:texts BY w:* ALPHA GET #",
    "SORT sort:texts DESC BY o:*->f ALPHA GET # GET o:*->f GET w:*",
    "SORT sort:texts BY w:* ALPHA STORE sort:stored",
    "SORT sort:numbers BY nosort {sort}",
    "SORT sort:ranks BY nosort {sort}",
    "SORT sort:integers BY nosort {sort}",
    "SORT sort:members BY nosort STORE sort:stored",
    "SORT {sketch}",
    "SORT {sortable} STORE {key}",
    "LRANGE sort:stored 0 -1",
    "COMMAND GETKEYSANDFLAGS SORT {sortable} {sort} STORE {key}",
];

const SORTABLE: &[&str] = &[
    "sort:numbers",
    "sort:numbers",
    "sort:texts",
    "sort:members",
    "sort:integers",
    "sort:ranks",
    "sort:stored",
    "sort:none",
];

const OPTIONS: &[&str] = &[
    "ASC",
    "desc",
    "DESC",
    "LIMIT {offset} {limit}",
    "LIMIT {limit} {limit}",
    "LIMIT {rank} {rank}",
    "GET #",
    "GET w:*",
    "get o:*->f",
    "GET o:*->*",
    "GET o:*->",
    "GET *",
    "GET constant",
    "x",
];

/// Draws one of this file's words; `false` for others.
pub(crate) fn fill(random: &mut Random, word: &str, words: &mut Vec<Vec<u8>>) -> bool {
    match word {
        "{heavy}" => words.push(random.below(40).to_string().into()),
        "{light}" if random.below(8) == 0 => words.push(random.pick(FLOATS).into()),
        "{light}" => words.push(random.letters(3)),
        "{weight}" if random.below(60) == 0 => words.push(random.pick(FLOATS).into()),
        "{weight}" => words.push((random.below(30) as i64 - 10).to_string().into()),
        "{limit}" => words.push((random.below(24) as i64 - 2).to_string().into()),
        "{sortable}" => words.push(random.pick(SORTABLE).into()),
        "{sort}" => random.options(OPTIONS, words),
        "w:{heavy}" => words.push(format!("w:{}", random.below(40)).into()),
        "o:{heavy}" => words.push(format!("o:{}", random.below(40)).into()),
        _ => return false,
    }
    true
}

/// Compares what was sorted and stored.
pub(crate) fn compare(pair: &mut Pair) {
    for key in ["sort:numbers", "sort:texts", "sort:stored"] {
        pair.compare(&words(&[b"LRANGE", key.as_bytes(), b"0", b"-1"]));
    }
}
