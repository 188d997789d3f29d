//! DUMP and RESTORE: values travel to a real redis-server and back, and payloads nobody should trust do no harm.
//!
//! Without a redis-server on the PATH there is nobody to travel to, and those tests say so and pass. Invariant: what was
//! dumped on either side reads the same on the other, in the same encoding.

use numakv_core::{
    abi, client, command, crc64, effect, keyspace, lane, numa, open, pool, session, settings, store,
};
use redis::{Redis, words};

mod redis;
#[path = "../src/testing.rs"]
mod testing;

/// Requests that make one key of every shape; `{long}` is 200 letters, `{n..m}` are many arguments.
const VALUES: &[&str] = &[
    "SET s:empty ",
    "SET s:int 12345",
    "SET s:small -7",
    "SET s:wide 9223372036854775807",
    "SET s:text hello",
    "SET s:zeros 007",
    "SET s:packed {long}{long}",
    "APPEND s:raw 12",
    "SETRANGE s:holes 300 x",
    "PFADD s:sketch a b c",
    "SADD set:ints 1 2 3 -5 70000 9223372036854775807",
    "SADD set:words a b c 12 {long}",
    "SADD set:many {1..800}",
    "RPUSH list:few a 1 -5 70000 {long}",
    "RPUSH list:one x",
    "RPUSH list:many {1..3000} {long}",
    "ZADD zset:few 1 a -2.5 b 1e300 c inf d -inf e 3 {long}",
    "ZADD zset:small 1 a 2 b 2 aa 0.1 c",
    "ZADD zset:many {pairs}",
    "HSET hash:few a 1 b two c {long}",
    "HSET hash:small a 1 b two c -3",
    "HSET hash:many {1..1200}",
];

/// How each type is read; replies of those marked are compared as sets of lines.
const VIEWS: &[(&str, &str, bool)] = &[
    ("+string", "GET x", false),
    ("+list", "LRANGE x 0 -1", false),
    ("+set", "SMEMBERS x", true),
    ("+zset", "ZRANGE x 0 -1 WITHSCORES", false),
    ("+hash", "HGETALL x", true),
];

fn request(template: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    for word in template.split(' ') {
        if word == "{pairs}" {
            let pairs = (0..600).flat_map(|number| [number * 7 % 50, number]);
            words.extend(pairs.map(|number| number.to_string().into_bytes()));
        } else if let Some((first, last)) = word
            .strip_prefix('{')
            .and_then(|word| word.split_once(".."))
        {
            let last = last.trim_end_matches('}');
            let [first, last] = [first, last].map(|end| end.parse::<u32>().expect("a number"));
            words.extend((first..=last).map(|number| format!("e{number}").into_bytes()));
        } else {
            words.push(
                word.replace("{long}", &"abcdefghij".repeat(20))
                    .into_bytes(),
            );
        }
    }
    words
}

fn bulk(reply: &[u8]) -> &[u8] {
    let start = reply
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line")
        + 1;
    &reply[start..reply.len() - 2]
}

fn lines(reply: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = reply.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines
}

/// Either side.
trait Side {
    fn ask(&mut self, request: &[Vec<u8>]) -> Vec<u8>;
}

impl Side for testing::Server {
    fn ask(&mut self, request: &[Vec<u8>]) -> Vec<u8> {
        self.run_bytes(&redis::slices(request))
    }
}

impl Side for Redis {
    fn ask(&mut self, request: &[Vec<u8>]) -> Vec<u8> {
        self.run(request)
    }
}

/// The key a request is about.
fn key_of(template: &str) -> Vec<u8> {
    request(template)[1].clone()
}

/// What `key` reads as, with its type and encoding.
fn view(side: &mut dyn Side, key: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let kind = side.ask(&words(&[b"TYPE", key]));
    let encoding = side.ask(&words(&[b"OBJECT", b"ENCODING", key]));
    let name = String::from_utf8_lossy(&kind).trim_end().to_owned();
    let (_, command, is_unordered) = *VIEWS
        .iter()
        .find(|(kind, ..)| *kind == name)
        .unwrap_or_else(|| panic!("no view of {name}"));
    let mut read = request(command);
    for word in &mut read {
        if word == b"x" {
            *word = key.to_vec();
        }
    }
    let reply = side.ask(&read);
    let reply = if is_unordered {
        lines(&reply).concat()
    } else {
        reply
    };
    (kind, encoding, reply)
}

fn carry(from: &mut dyn Side, to: &mut dyn Side, key: &[u8]) {
    let reply = from.ask(&words(&[b"DUMP", key]));
    let payload = bulk(&reply).to_vec();
    let restored = to.ask(&words(&[b"RESTORE", b"x", b"0", &payload, b"REPLACE"]));
    let name = key.escape_ascii();
    assert_eq!(restored.escape_ascii().to_string(), "+OK\\r\\n", "{name}");
    let [(kind, _, read), (carried_kind, _, carried)] = [view(from, key), view(to, b"x")];
    assert_eq!((kind, read), (carried_kind, carried), "{name}");
}

#[test]
fn values_travel_both_ways() {
    let Some(mut theirs) = Redis::start("") else {
        return;
    };
    let mut ours = testing::Server::start();
    for template in VALUES {
        let request = request(template);
        ours.ask(&request);
        theirs.ask(&request);
        let key = key_of(template);
        carry(&mut ours, &mut theirs, &key);
        carry(&mut theirs, &mut ours, &key);
        assert_eq!(view(&mut ours, b"x"), view(&mut theirs, b"x"), "{template}");
    }
    ours.run(&["FLUSHALL"]);
    ours.check();
}

/// What RESTORE is given, `{p}` being a good payload.
const RESTORES: &[&str] = &[
    "k 0 {p}",
    "x -1 {p}",
    "x abc {p}",
    "x 0 {p} FOO",
    "x 0 {p} IDLETIME",
    "x 0 {p} IDLETIME -1",
    "x 0 {p} IDLETIME x",
    "x 0 {p} IDLETIME 5 FREQ 1",
    "x 0 {p} FREQ 256",
    "x 0 {p} FREQ 5 IDLETIME 1",
    "x 0 short",
    "x 0 {newer}",
    "x 0 {stream}",
    "x 0 {longer}",
    "x 0 {p} REPLACE IDLETIME 1000",
    "x 0 {p}",
    "x 1 {p} REPLACE ABSTTL",
    "x 1 {p} ABSTTL",
    "x 9223372036854775807 {p}",
    "x 5000000 {p} REPLACE",
    "x 0 {p} replace freq 9",
];

#[test]
fn errors_are_in_redis_words() {
    let Some(mut theirs) = Redis::start("") else {
        return;
    };
    let mut ours = testing::Server::start();
    ours.run(&["SET", "k", "v"]);
    let payload = bulk(&ours.run_bytes(&[b"DUMP", b"k"])).to_vec();
    theirs.ask(&words(&[b"SET", b"k", b"v"]));
    let newer = sign(&[b"\0\x01v".as_slice(), &11_u16.to_le_bytes()].concat());
    let stream = sign(&[b"\x13\x01v".as_slice(), &10_u16.to_le_bytes()].concat());
    let longer = sign(
        &[
            b"\0\x81\xff\xff\xff\xff\xff\xff\xff\xf7",
            10_u16.to_le_bytes().as_slice(),
        ]
        .concat(),
    );
    for tail in RESTORES {
        let request: Vec<Vec<u8>> = ["RESTORE"]
            .into_iter()
            .chain(tail.split(' '))
            .map(|word| match word {
                "{p}" => payload.clone(),
                "{newer}" => newer.clone(),
                "{stream}" => stream.clone(),
                "{longer}" => longer.clone(),
                word => word.into(),
            })
            .collect();
        let [mine, yours] = [ours.ask(&request), theirs.ask(&request)];
        assert_eq!(
            mine.escape_ascii().to_string(),
            yours.escape_ascii().to_string(),
            "{tail}"
        );
        for look in ["EXISTS x", "GET x", "TTL x", "OBJECT IDLETIME x"] {
            let look: Vec<_> = look
                .split(' ')
                .map(|word| word.into())
                .collect::<Vec<Vec<u8>>>();
            let [mine, yours] = [ours.ask(&look), theirs.ask(&look)];
            assert_eq!(
                mine.escape_ascii().to_string(),
                yours.escape_ascii().to_string(),
                "{tail}"
            );
        }
    }
    ours.check();
}

/// A payload's version and value, with the checksum they ask for.
fn sign(unsigned: &[u8]) -> Vec<u8> {
    [unsigned, &crc64::checksum(unsigned).to_le_bytes()].concat()
}

/// splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Older layouts, as versions of Redis before ours wrote them, type and value.
const OLD_PAYLOADS: &[&[u8]] = &[
    b"\x01\x03\x01a\xc0\x07\x02bc",
    b"\x03\x02\x01a\x013\x01b\xfe",
    b"\x0a\x12\x12\0\0\0\x0d\0\0\0\x02\0\0\x01a\x03\xfe\x07\xff",
    b"\x0c\x12\x12\0\0\0\x0d\0\0\0\x02\0\0\x01a\x03\xfe\x07\xff",
    b"\x0d\x12\x12\0\0\0\x0d\0\0\0\x02\0\0\x01a\x03\xfe\x07\xff",
    b"\x0e\x01\x12\x12\0\0\0\x0d\0\0\0\x02\0\0\x01a\x03\xfe\x07\xff",
];

/// Payloads of every shape, without version and checksum.
fn samples(ours: &mut testing::Server) -> Vec<Vec<u8>> {
    let mut samples: Vec<Vec<u8>> = OLD_PAYLOADS.iter().map(|bytes| bytes.to_vec()).collect();
    for template in VALUES {
        ours.ask(&request(template));
        let payload = ours.ask(&words(&[b"DUMP", &key_of(template)]));
        let payload = bulk(&payload);
        samples.push(payload[..payload.len() - 10].to_vec());
    }
    samples
}

fn mutate(bytes: &mut Vec<u8>, seed: &mut u64) {
    for _ in 0..1 + next(seed) % 4 {
        let at = (next(seed) >> (next(seed) % 60)) as usize % bytes.len();
        match next(seed) % 6 {
            0 => bytes[at] = next(seed) as u8,
            1 => bytes[at] ^= 1 << (next(seed) % 8),
            2 => {
                bytes[at] =
                    [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc3, 0xfe, 0xff][next(seed) as usize % 10]
            }
            3 if bytes.len() > 2 => bytes.truncate(1 + at),
            4 if bytes.len() > 2 => drop(bytes.remove(at)),
            _ => bytes.insert(at, next(seed) as u8),
        }
    }
}

#[test]
fn broken_payloads_are_refused_or_are_good_values_but_do_no_harm() {
    let mut ours = testing::Server::start();
    let samples = samples(&mut ours);
    ours.run(&["FLUSHALL"]);
    let used = ours.store.keyspace.pool.used_bytes();
    let (mut seed, mut refused, mut restored) = (5, 0, 0);
    for round in 0..12_000 {
        let mut bytes = samples[round % samples.len()].clone();
        mutate(&mut bytes, &mut seed);
        bytes.extend_from_slice(&10_u16.to_le_bytes());
        let payload = sign(&bytes);
        let reply = ours.run_bytes(&[b"RESTORE", b"x", b"0", &payload, b"REPLACE"]);
        match reply.as_slice() {
            b"+OK\r\n" => {
                restored += 1;
                let again = ours.run_bytes(&[b"DUMP", b"x"]);
                let reply = ours.run_bytes(&[b"RESTORE", b"y", b"0", bulk(&again), b"REPLACE"]);
                assert_eq!(reply, b"+OK\r\n", "{}", bytes.escape_ascii());
                for change in [
                    "SADD x new 5",
                    "HSET x new 5",
                    "APPEND x new",
                    "HDEL x a",
                    "SPOP x",
                ] {
                    ours.ask(&request(change));
                }
                if round % 500 < 20 {
                    ours.check();
                }
            }
            b"-ERR Bad data format\r\n" => refused += 1,
            reply => panic!("{}", reply.escape_ascii()),
        }
    }
    assert!(refused > 1000 && restored > 1000, "{refused} {restored}");
    ours.run(&["FLUSHALL"]);
    ours.check();
    assert_eq!(ours.store.keyspace.pool.used_bytes(), used);
}
