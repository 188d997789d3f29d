//! Lists in the differential test: what is sent, how the words in braces are drawn, and where nodes begin and end.

use super::{INTEGERS, Pair, Random, commands, words};

/// Lists the commands work on.
const LIST_COUNT: usize = 6;

/// Commands on lists, which have keys of their own.
pub(crate) const TEMPLATES: &[&str] = &[
    "LINDEX {list} {index}",
    "LINSERT {list} {where} {element} {element}",
    "LLEN {list}",
    "LMOVE {list} {list} {side} {side}",
    "LMOVE {list} {list} LEFT RIGHT",
    "LMPOP 2 {list} {list} {side}",
    "LMPOP {int} {list} {side} COUNT {int}",
    "LMPOP 1 {list} {side} COUNT {natural} {lpos}",
    "LPOP {list}",
    "LPOP {list} {natural}",
    "LPOP {list} {int}",
    "LPOS {list} {element} {lpos}",
    "LPUSH {list} {element}",
    "LPUSH {list} {element} {element} {element}",
    "LPUSH {list} {some}",
    "LPUSHX {list} {element} {element}",
    "LRANGE {list} {index} {index}",
    "LRANGE {list} 0 -1",
    "LREM {list} {small} {element}",
    "LREM {list} {index} {element}",
    "LSET {list} {index} {element}",
    "LSET {list} {index} {element}",
    "LTRIM {list} {trim} -{trim}",
    "LTRIM {list} {index} {index}",
    "RPOP {list}",
    "RPOP {list} {natural}",
    "RPOPLPUSH {list} {list}",
    "RPUSH {list} {element}",
    "RPUSH {list} {element} {element} {element}",
    "RPUSH {list} {some}",
    "RPUSHX {list} {element}",
];

/// Lists beside keys of every type.
pub(crate) const AND_OTHERS: &[&str] = &[
    "COPY {list} {list} REPLACE",
    "DEBUG LISTPACK {list}",
    "DEBUG QUICKLIST-PACKED-THRESHOLD {threshold}",
    "LMOVE {list} {key} LEFT LEFT",
    "LMPOP 3 {key} {list} {list} LEFT",
    "LPOP {key}",
    "LPUSH {key} {value}",
    "OBJECT ENCODING {list}",
    "RENAME {list} {list}",
    "RPOPLPUSH {key} {list}",
    "TYPE {list}",
];

const LPOS_WORDS: &[&str] = &[
    "RANK {small}",
    "RANK {int}",
    "RANK 1",
    "RANK -2",
    "COUNT {natural}",
    "COUNT 0",
    "COUNT {int}",
    "MAXLEN {natural}",
    "MAXLEN {int}",
    "rank -1",
    "COUNT",
    "x",
];

/// Puts what a word of a template in braces stands for; `false` when it is none of these.
pub(crate) fn fill(random: &mut Random, word: &str, words: &mut Vec<Vec<u8>>) -> bool {
    match word {
        "{list}" => words.push(format!("list:{}", random.below(LIST_COUNT)).into()),
        "{element}" => words.push(element(random)),
        "{some}" => {
            let count = 1 + random.below(40);
            words.extend((0..count).map(|_| element(random)));
        }
        "{natural}" => words.push(random.below(12).to_string().into()),
        "{trim}" => words.push(random.below(4).to_string().into()),
        "-{trim}" => words.push(format!("-{}", 1 + random.below(4)).into()),
        "{side}" => words.push(
            random
                .pick(&["LEFT", "RIGHT", "LEFT", "right", "Left", "x"])
                .into(),
        ),
        "{where}" => words.push(
            random
                .pick(&["BEFORE", "AFTER", "before", "After", "x"])
                .into(),
        ),
        "{threshold}" => {
            words.push(
                random
                    .pick(&["0", "100", "1kb", "1", "4gb", "-1", "x"])
                    .into(),
            );
        }
        "{lpos}" => random.options(LPOS_WORDS, words),
        _ => return false,
    }
    true
}

/// What lists are made of: few values, so that they are met again, and lengths at the edges of encodings and nodes.
fn element(random: &mut Random) -> Vec<u8> {
    match random.below(12) {
        0..4 => random.below(30).to_string().into(),
        4 => random.pick(INTEGERS).into(),
        5 => (random.next() as i64 >> random.below(64))
            .to_string()
            .into(),
        6..10 => vec![b'a' + random.below(3) as u8; random.below(20)],
        10 => vec![b'e'; [62, 63, 64, 126, 127, 128, 500][random.below(7)]],
        _ => vec![b'l'; [1000, 4095, 4096, 8180, 8184, 8192, 9000][random.below(7)]],
    }
}

/// Compares what the lists hold, and where their nodes begin and end.
pub(crate) fn compare(pair: &mut Pair) {
    for number in 0..LIST_COUNT {
        let key = format!("list:{number}");
        pair.compare(&words(&[b"LRANGE", key.as_bytes(), b"0", b"-1"]));
        let (ours, theirs) = pair.ask(&words(&[b"DEBUG", b"OBJECT", key.as_bytes()]));
        let [ours, theirs] = [ours, theirs].map(|reply| {
            let text = String::from_utf8_lossy(&reply).into_owned();
            let told = text
                .trim_end()
                .split(' ')
                .filter(|word| word.starts_with("ql_"));
            told.map(str::to_owned).collect::<Vec<_>>()
        });
        let before = || pair.before(&words(&[b"", key.as_bytes()])).join("\n");
        assert_eq!(ours, theirs, "{key}, last of which was\n{}", before());
    }
}

/// Lists alone, under rules that make many nodes of them.
fn compare_list_rules(seed: u64, fill: &str, depth: &str) {
    let directives = format!("list-max-listpack-size {fill}\nlist-compress-depth {depth}\n");
    let Some(mut pair) = Pair::start("2", &directives) else {
        return;
    };
    let mut random = Random(seed);
    for step in 0..commands() / 12 {
        let family = if step % 16 == 0 {
            AND_OTHERS
        } else {
            TEMPLATES
        };
        let template = random.pick(family);
        let mut request = Vec::new();
        random.fill(template, &mut request);
        pair.compare(&request);
        if step % 64 == 0 {
            compare(&mut pair);
        }
    }
    pair.end();
}

#[test]
fn lists_have_the_nodes_of_redis_whatever_their_size() {
    for (seed, fill) in ["-2", "-1", "-5", "1", "3", "32", "0"]
        .into_iter()
        .enumerate()
    {
        compare_list_rules(10 + seed as u64, fill, "0");
    }
}

#[test]
fn lists_have_the_nodes_of_redis_when_they_are_compressed() {
    for (seed, (fill, depth)) in [("-2", "1"), ("-1", "2"), ("4", "1"), ("2", "3")]
        .into_iter()
        .enumerate()
    {
        compare_list_rules(20 + seed as u64, fill, depth);
    }
}
