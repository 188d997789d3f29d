//! The same random commands for this core and for a real redis-server: every reply must be the same, byte for byte.
//!
//! Commands come from tables of templates, one a family: to cover a family, add its table to `FAMILIES`. What depends on the
//! hour is compared at the end, within `CLOCK_SKEW_MS`. Without a redis-server on the PATH there is nothing to compare with,
//! and the tests say so and pass.

use numakv_core::{
    abi, client, command, effect, keyspace, lane, numa, open, pool, session, settings, store,
};
use redis::{Redis, words};
use std::collections::VecDeque;

#[path = "differential/bits.rs"]
mod bits;
#[path = "differential/elements.rs"]
mod elements;
#[path = "differential/geo.rs"]
mod geo;
#[path = "differential/list.rs"]
mod list;
mod redis;
#[path = "differential/sort.rs"]
mod sort;
#[path = "../src/testing.rs"]
mod testing;
#[path = "differential/zset.rs"]
mod zset;

use elements::{HASHES, SETS, UNORDERED};

/// Commands of each stream: of two, 100,000 together, or a million in the long run (`NUMAKV_TEST_FULL=1`).
fn commands() -> usize {
    let full = std::env::var("NUMAKV_TEST_FULL").is_ok_and(|value| value == "1");
    if full { 500_000 } else { 50_000 }
}

/// The most commands that are sent in one write.
const PIPELINE_MAX: usize = 100;
/// Whole contents are compared each time about so many commands were.
const LOOK_EVERY: usize = 10_000;
/// How far two deadlines may differ that were set one after the other, in milliseconds.
const CLOCK_SKEW_MS: i64 = 2_000;
/// `proto-max-bulk-len` of both sides, in bytes: the lowest Redis takes, so that the limit is met.
const BULK_MAX: &str = "1048576";

/// Words in braces are drawn at random, see `Random::fill`.
const STRINGS: &[&str] = &[
    "APPEND {key} {value}",
    "DECR {key}",
    "DECRBY {key} {int}",
    "GET {key}",
    "GETDEL {key}",
    "GETEX {key} {getex}",
    "GETRANGE {key} {index} {index}",
    "GETSET {key} {value}",
    "INCR {key}",
    "INCRBY {key} {int}",
    "INCRBYFLOAT {key} {float}",
    "LCS {key} {key} {lcs}",
    "MGET {key} {key} {key}",
    "MSET {key} {value} {key} {value} {key} {value}",
    "MSETNX {key} {value} {key} {value}",
    "PSETEX {key} {delay} {value}",
    "SET {key} {value}",
    "SET {key} {value} {options}",
    "SETEX {key} {delay} {value}",
    "SETNX {key} {value}",
    "SETRANGE {key} {offset} {value}",
    "STRLEN {key}",
    "SUBSTR {key} {index} {index}",
];

/// Every family that is compared; strings twice, as they give the others something to work on.
const FAMILIES: &[&[&str]] = &[
    STRINGS,
    STRINGS,
    bits::BITMAPS,
    bits::SKETCHES,
    geo::TEMPLATES,
    list::TEMPLATES,
    list::AND_OTHERS,
    HASHES,
    SETS,
    zset::TEMPLATES,
    sort::TEMPLATES,
];

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "-12",
    "100",
    "65536",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "4611686018427387904",
    "+1",
    "01",
    "-0",
    " 1",
    "1 ",
    "",
    "x",
    "1e3",
];
const FLOATS: &[&str] = &[
    "0.1",
    "-0.1",
    "3",
    "1e3",
    "-2.5e-3",
    "1e4000",
    "1e5000",
    "inf",
    "-inf",
    "nan",
    "0x1p3",
    "x",
    "",
    " 1",
    "1 ",
    "1.0000000000000000001",
    "1e18",
    "-5e-20",
];
/// Times from now: far away, or refused.
const DELAYS: &[&str] = &[
    "1000000",
    "5000000",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775",
    "9223372036854776",
    "x",
    "",
    "1.5",
];
/// Moments: long past, far away, or refused.
const MOMENTS: &[&str] = &[
    "1",
    "1000",
    "86400000",
    "99999999999999",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775",
    "9223372036854776",
    "x",
];
const OFFSETS: &[&str] = &[
    "0",
    "1",
    "3",
    "17",
    "44",
    "100",
    "500",
    "1048570",
    "1048576",
    "-1",
    "9223372036854775807",
    "x",
];
const SET_WORDS: &[&str] = &[
    "NX",
    "XX",
    "GET",
    "KEEPTTL",
    "EX {far}",
    "PX {far}",
    "EXAT {moment}",
    "PXAT {moment}",
    "PERSIST",
    "EX",
    "EX {delay}",
    "nx",
    "Get",
];
const GETEX_WORDS: &[&str] = &[
    "EX {far}",
    "PX {far}",
    "EXAT {moment}",
    "PXAT {moment}",
    "PERSIST",
    "persist",
    "KEEPTTL",
    "PX",
    "NX",
    "PX {delay}",
];
const LCS_WORDS: &[&str] = &[
    "LEN",
    "IDX",
    "IDX WITHMATCHLEN",
    "MINMATCHLEN 2",
    "MINMATCHLEN {int}",
    "idx",
    "withmatchlen",
    "MINMATCHLEN",
    "x",
];

/// A reproducible source of requests (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    fn request(&mut self) -> Vec<Vec<u8>> {
        let family = self.pick(FAMILIES);
        let template = self.pick(family);
        let mut words = Vec::new();
        self.fill(template, &mut words);
        // Without their count these leave their reply to chance.
        let is_random = ["RAND", "SPOP", "SCAN"]
            .iter()
            .any(|word| template.contains(word));
        if !is_random && self.below(50) == 0 {
            words.pop();
        }
        words
    }

    /// Puts drawn words in the place of those in braces.
    fn fill(&mut self, template: &str, words: &mut Vec<Vec<u8>>) {
        for word in template.split(' ') {
            match word {
                "{key}" => words.push(self.key()),
                "{value}" => words.push(self.value()),
                "{int}" => words.push(self.pick(INTEGERS).into()),
                "{float}" => words.push(self.pick(FLOATS).into()),
                "{delay}" => words.push(self.pick(DELAYS).into()),
                "{moment}" => words.push(self.pick(MOMENTS).into()),
                "{far}" => words.push((1_000_000 + self.below(1_000_000)).to_string().into()),
                "{offset}" => words.push(self.pick(OFFSETS).into()),
                "{index}" if self.below(20) > 0 => {
                    words.push((self.below(130) as i64 - 60).to_string().into());
                }
                "{index}" => words.push(self.pick(INTEGERS).into()),
                "{options}" => self.options(SET_WORDS, words),
                "{getex}" => self.options(GETEX_WORDS, words),
                "{lcs}" => self.options(LCS_WORDS, words),
                word if bits::fill(self, word, words) => {}
                word if geo::fill(self, word, words) => {}
                word if zset::fill(self, word, words) => {}
                word if list::fill(self, word, words) => {}
                word if sort::fill(self, word, words) => {}
                word => self.fill_element(word, words),
            }
        }
    }

    /// No to three options, seldom ones that go together.
    fn options(&mut self, list: &[&str], words: &mut Vec<Vec<u8>>) {
        for _ in 0..self.below(4) {
            let option = self.pick(list);
            self.fill(option, words);
        }
    }

    fn key(&mut self) -> Vec<u8> {
        key(self.below(KEY_COUNT))
    }

    fn value(&mut self) -> Vec<u8> {
        match self.below(8) {
            0 | 1 => self.pick(INTEGERS).into(),
            2 => (self.next() as i64 >> self.below(64)).to_string().into(),
            3 => self.pick(FLOATS).into(),
            4 => {
                let len = self.pick(&[&0, &1, &43, &44, &45, &120, &400, &520, &5000]);
                self.letters(*len)
            }
            5 => (0..self.below(30)).map(|_| self.next() as u8).collect(),
            _ => {
                let len = self.below(60);
                self.letters(len)
            }
        }
    }

    fn letters(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| b"abc"[self.below(3)]).collect()
    }
}

/// Keys in use.
const KEY_COUNT: usize = 20;

/// The key of that number: an empty one, one of any bytes, and two so long that no value fits beside them.
fn key(number: usize) -> Vec<u8> {
    match number {
        0 => Vec::new(),
        1 => b"any\r\n\0\xff".to_vec(),
        2 => vec![b'k'; 490],
        3 => vec![b'K'; 700],
        _ => format!("key:{number}").into(),
    }
}

/// Both sides, and what they were asked, for the message when they differ.
struct Pair {
    ours: testing::Server,
    theirs: Redis,
    asked: usize,
    /// The last requests, at most `REMEMBERED` of them.
    last: VecDeque<Vec<Vec<u8>>>,
}

/// Requests that are looked through when a reply differs, for what led there.
const REMEMBERED: usize = 20_000;
/// Of those that have a word in common with the one that differs, so many are shown.
const SHOWN: usize = 12;

impl Pair {
    /// `directives` are lines `name value` for both.
    fn start(seed_protocol: &str, directives: &str) -> Option<Pair> {
        let directives =
            format!("proto-max-bulk-len {BULK_MAX}\nenable-debug-command yes\n{directives}");
        let theirs = Redis::start(&directives)?;
        let options = format!("topology fake:2\n{directives}");
        let mut pair = Pair {
            ours: testing::Server::with_options(&options),
            theirs,
            asked: 0,
            last: VecDeque::new(),
        };
        let hello = words(&[b"HELLO", seed_protocol.as_bytes()]);
        let (ours, theirs) = pair.ask(&hello);
        assert_eq!(ours[0], theirs[0], "HELLO answers in the protocol it sets");
        Some(pair)
    }

    fn ask(&mut self, request: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>) {
        let mut replies = self.ask_all(&[request.to_vec()]);
        replies.pop().expect("one reply to one request")
    }

    /// What either side answers, ours first, to requests that come in one write.
    fn ask_all(&mut self, requests: &[Vec<Vec<u8>>]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let bytes = self.ours.exchange(&redis::encode_all(requests));
        let mut rest = &bytes[..];
        let ours = redis::read_replies(&mut rest, requests.len());
        assert!(rest.is_empty(), "more came: {}", rest.escape_ascii());
        // Redis takes a number for too large when errno still says so of another one; this clears it.
        let clears = words(&[b"BLPOP", b"none", b"nan"]);
        let mut sent = Vec::new();
        for request in requests {
            if is_sort(request) {
                sent.push(clears.clone());
            }
            sent.push(request.clone());
        }
        let mut theirs = self.theirs.run_all(&sent).into_iter();
        let mut pairs = Vec::new();
        for (request, ours) in requests.iter().zip(ours) {
            let reply = theirs.nth(usize::from(is_sort(request)));
            pairs.push((ours, reply.expect("a reply to each request")));
        }
        pairs
    }

    fn compare(&mut self, request: &[Vec<u8>]) {
        self.compare_all(&[request.to_vec()]);
    }

    /// Compares the replies to requests that come in one write.
    fn compare_all(&mut self, requests: &[Vec<Vec<u8>>]) {
        let replies = self.ask_all(requests);
        for (request, (ours, theirs)) in requests.iter().zip(replies) {
            self.asked += 1;
            if self.last.len() == REMEMBERED {
                self.last.pop_front();
            }
            self.last.push_back(request.clone());
            let name = request.first().map_or(&b""[..], Vec::as_slice);
            let any_order = UNORDERED.iter().any(|it| it.eq_ignore_ascii_case(name));
            if ours == theirs || any_order && lines(&ours) == lines(&theirs) {
                continue;
            }
            panic!(
                "request {} differs: {}\n  ours: {}\n redis: {}\nbefore it, with a key of its own:\n{}",
                self.asked,
                line_of(request),
                ours.escape_ascii(),
                theirs.escape_ascii(),
                self.before(request).join("\n"),
            );
        }
    }

    /// The last requests that share a word with this one beside the command's name.
    fn before(&self, request: &[Vec<u8>]) -> Vec<String> {
        let shares = |other: &&Vec<Vec<u8>>| {
            other
                .iter()
                .skip(1)
                .any(|word| word.len() > 2 && request[1..].contains(word))
        };
        let related = self.last.iter().rev().filter(shares).take(SHOWN);
        let mut lines: Vec<_> = related.map(|request| line_of(request)).collect();
        lines.reverse();
        lines
    }

    /// Compares every key: what it holds, how, and until when; then how many there are.
    fn compare_keys(&mut self) {
        for key in (0..KEY_COUNT).map(key) {
            self.compare(&words(&[b"GET", &key]));
            self.compare(&words(&[b"STRLEN", &key]));
            self.compare(&words(&[b"OBJECT", b"ENCODING", &key]));
            let (ours, theirs) = self.ask(&words(&[b"PTTL", &key]));
            let [ours, theirs] = [ours, theirs].map(|reply| integer(&reply));
            let near = (ours - theirs).abs() <= CLOCK_SKEW_MS;
            assert!(
                near && (ours < 0) == (theirs < 0),
                "deadlines differ: {ours}, {theirs}"
            );
        }
        for number in 0..6 {
            let [hash, set] = ["hash", "set"].map(|kind| format!("{kind}:{number}"));
            self.compare(&words(&[b"HGETALL", hash.as_bytes()]));
            self.compare(&words(&[b"OBJECT", b"ENCODING", hash.as_bytes()]));
            self.compare(&words(&[b"SMEMBERS", set.as_bytes()]));
            self.compare(&words(&[b"OBJECT", b"ENCODING", set.as_bytes()]));
        }
        for key in zset::KEYS.iter().chain(zset::LEX_KEYS) {
            let key = key.as_bytes();
            self.compare(&words(&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]));
            self.compare(&words(&[b"OBJECT", b"ENCODING", key]));
        }
        list::compare(self);
        sort::compare(self);
        self.compare(&words(&[b"DBSIZE"]));
        self.compare(&words(&[b"DEBUG", b"DIGEST"]));
        self.ours.check();
    }

    /// The same at the end, and once more when all of ours was dumped and restored.
    fn end(&mut self) {
        self.compare_keys();
        // Not asked of theirs, which would leave a file behind.
        assert_eq!(self.ours.run(&["DEBUG", "RELOAD"]), "+OK\r\n");
        self.compare(&words(&[b"DEBUG", b"DIGEST"]));
    }
}

/// A request on one line.
fn line_of(request: &[Vec<u8>]) -> String {
    let words = request.iter().map(|word| word.escape_ascii().to_string());
    words.collect::<Vec<_>>().join(" ")
}

fn is_sort(request: &[Vec<u8>]) -> bool {
    request
        .first()
        .is_some_and(|name| name.starts_with(b"SORT"))
}

/// A reply's lines in one order.
fn lines(reply: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = reply.split(|&byte| byte == b'\n').collect();
    lines.sort_unstable();
    lines
}

fn integer(reply: &[u8]) -> i64 {
    let text = std::str::from_utf8(reply)
        .ok()
        .and_then(|text| text.strip_prefix(':'));
    let number = text.and_then(|text| text.trim_end().parse().ok());
    number.unwrap_or_else(|| panic!("no integer: {}", reply.escape_ascii()))
}

fn compare_stream(protocol: &str, seed: u64) {
    let Some(mut pair) = Pair::start(protocol, "") else {
        return;
    };
    let mut random = Random(seed);
    let (mut done, end) = (0, commands());
    while done < end {
        let count = (1 + random.below(PIPELINE_MAX)).min(end - done);
        let requests: Vec<_> = (0..count).map(|_| random.request()).collect();
        pair.compare_all(&requests);
        if done / LOOK_EVERY < (done + count) / LOOK_EVERY {
            pair.compare_keys();
        }
        done += count;
    }
    assert!(pair.asked >= end);
    pair.end();
}

#[test]
fn protocol_2_replies_are_those_of_redis() {
    compare_stream("2", 1);
}

#[test]
fn protocol_3_replies_are_those_of_redis() {
    compare_stream("3", 2);
}
