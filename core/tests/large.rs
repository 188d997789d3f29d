//! Large values: strings of hundreds of megabytes and collections of millions of elements, and that growing them never copies
//! much at once. What is counted is work, not time: bytes that had to move, and bytes that one small step allocated.
//!
//! It knows the store from outside, and where values lie. Sizes are a fraction of that, and all of it with
//! `NUMAKV_TEST_FULL=1`.

use client::{Client, encode};
use numakv_core::keyspace::{Mode, lock::ShardSet};
use numakv_core::object::value;
use numakv_core::open;
use numakv_core::store::Store;
use std::sync::Arc;

mod client;

fn is_full() -> bool {
    std::env::var("NUMAKV_TEST_FULL").is_ok_and(|value| value == "1")
}

/// Bytes of the longest strings.
fn string_bytes() -> usize {
    if is_full() { 300 << 20 } else { 12 << 20 }
}

/// Elements of the largest collections.
fn elements() -> u64 {
    if is_full() { 10_000_000 } else { 200_000 }
}

fn store() -> (open::OpenStore, Arc<Store>, Client) {
    let home = open::store("topology fake:2\n").expect("a store");
    let store = home.store.clone();
    let client = Client::open(&store, 0);
    (home, store, client)
}

/// Every piece of a key's value: where it lies, and the bytes it asked for.
fn pieces(store: &Store, client: &Client, key: &[u8]) -> Vec<(usize, usize)> {
    let keyspace = &store.keyspace;
    let grip = keyspace.grip(client.lane.seat, ShardSet::ALL, Mode::Shared);
    let found = grip.find(0, keyspace.hash(key), key).expect("it is there");
    let mut pieces = Vec::new();
    value::visit(found.entry, &keyspace.pool, &mut |address, asked| {
        pieces.push((address.addr().get(), asked));
    });
    pieces
}

/// Re-derives everything, with what waits to be freed held still.
fn check(store: &Store, client: &Client) {
    let _still = store.lazy_free.hold_still();
    let keyspace = &store.keyspace;
    let grip = keyspace.grip(client.lane.seat, ShardSet::ALL, Mode::Exclusive);
    grip.is_valid().expect("a valid keyspace");
    keyspace.pool.is_valid().expect("a valid pool");
}

/// Appends `piece` to each key in turn until all are of `end` bytes; answers how many bytes had to be copied elsewhere.
fn append_all(
    store: &Store,
    client: &mut Client,
    keys: &[&str],
    piece: &[u8],
    end: usize,
) -> usize {
    let mut at = vec![0; keys.len()];
    let (mut copied, mut len) = (0, 0);
    while len < end {
        for (key, at) in keys.iter().zip(&mut at) {
            let reply = client.ask(&[b"APPEND", key.as_bytes(), piece]);
            assert_eq!(reply, format!(":{}\r\n", len + piece.len()).into_bytes());
            let now = pieces(store, client, key.as_bytes())[0].0;
            if now != *at {
                copied += len;
            }
            *at = now;
        }
        len += piece.len();
    }
    copied
}

#[test]
fn appending_small_pieces_to_a_large_string_copies_next_to_nothing() {
    let (_home, store, mut client) = store();
    let piece = [b'x'; 16 << 10];
    let end = string_bytes();
    let copied = append_all(&store, &mut client, &["alone"], &piece, end);
    // While it is small it moves from class to class; after that what lies behind it is free.
    assert!(copied < 4 << 20, "{copied} bytes copied for {end}");
    client.say("FLUSHALL SYNC");
    let copied = append_all(
        &store,
        &mut client,
        &["one", "other", "third"],
        &piece,
        end / 3,
    );
    // In each other's way they have to move, but not for a while after they have.
    assert!(copied < 9 * end, "{copied} bytes copied for {end}");
    check(&store, &client);
    eprintln!("{copied} bytes copied while three strings grew to {end} bytes together");
}

#[test]
fn ranges_of_a_large_string_read_as_they_were_written() {
    let (_home, store, mut client) = store();
    let len = string_bytes();
    let mut model = vec![0_u8; len];
    let mut state = 7_u64;
    let mut random = move |end: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % end
    };
    let last = (len - 1).to_string();
    let reply = client.ask(&[b"SETRANGE", b"large", last.as_bytes(), b"z"]);
    assert_eq!(reply, format!(":{len}\r\n").into_bytes());
    model[len - 1] = b'z';
    for step in 0..500 {
        let written = vec![b'a' + (step % 26) as u8; 1 + random(20_000)];
        let at = random(len - written.len());
        model[at..at + written.len()].copy_from_slice(&written);
        let reply = client.ask(&[b"SETRANGE", b"large", at.to_string().as_bytes(), &written]);
        assert_eq!(reply, format!(":{len}\r\n").into_bytes());
        let from = random(len);
        let to = (from + random(100_000)).min(len - 1);
        let [first, end] = [from, to].map(|at| at.to_string());
        let reply = client.ask(&[b"GETRANGE", b"large", first.as_bytes(), end.as_bytes()]);
        let head = format!("${}\r\n", to + 1 - from);
        assert!(reply.starts_with(head.as_bytes()), "from {from} to {to}");
        assert!(
            reply[head.len()..reply.len() - 2] == model[from..=to],
            "from {from} to {to}"
        );
    }
    let whole = client.ask(&[b"GET", b"large"]);
    assert!(whole[whole.len() - 2 - len..whole.len() - 2] == model);
    check(&store, &client);
    client.say("DEL large");
    assert_eq!(client.say("STRLEN large"), ":0\r\n");
}

/// A collection that grows: its command and its words for one element.
struct Growth {
    name: &'static str,
    words: fn(u64) -> Vec<String>,
    /// How many elements there are then, asked so.
    count: &'static str,
}

const GROWTHS: &[Growth] = &[
    Growth {
        name: "hash",
        words: |index| {
            vec![
                "HSET".into(),
                "c".into(),
                format!("{index:08}"),
                index.to_string(),
            ]
        },
        count: "HLEN c",
    },
    Growth {
        name: "set",
        words: |index| vec!["SADD".into(), "c".into(), format!("m:{index:014}")],
        count: "SCARD c",
    },
    // An intset first, then a table.
    Growth {
        name: "set of integers",
        words: |index| {
            vec![
                "SADD".into(),
                "c".into(),
                (index * 48_271 % 2_147_483_647).to_string(),
            ]
        },
        count: "SCARD c",
    },
    Growth {
        name: "sorted set",
        words: |index| {
            let score = index * 48_271 % 2_147_483_647;
            vec![
                "ZADD".into(),
                "c".into(),
                score.to_string(),
                format!("m:{index:014}"),
            ]
        },
        count: "ZCARD c",
    },
    Growth {
        name: "list",
        words: |index| vec!["RPUSH".into(), "c".into(), format!("{index:032}")],
        count: "LLEN c",
    },
];

/// Elements a step adds.
const STEP: u64 = 10;

/// Bytes a step may add: for each of its elements what it takes itself, a segment where there was half of one, and a leaf
/// and a branch of a tree; and once a directory twice as large, at 8 bytes for a segment of some hundred elements.
const fn step_bytes_max(elements: u64) -> u64 {
    STEP * (128 + 8 * 1024) + elements / 32
}

#[test]
fn collections_of_millions_grow_in_small_steps() {
    for growth in GROWTHS {
        let (_home, store, mut client) = store();
        let (used, mut bytes, mut longest) = (|| store.keyspace.pool.used_bytes(), Vec::new(), 0);
        let empty = used();
        let end = elements();
        for start in (0..end).step_by(STEP as usize) {
            bytes.clear();
            for index in start..start + STEP {
                let words = (growth.words)(index);
                encode(
                    &mut bytes,
                    &words.iter().map(String::as_bytes).collect::<Vec<_>>(),
                );
            }
            let before = used();
            client.exchange(&bytes, |reply| assert!(!reply.contains(&b'-')));
            longest = longest.max(used().saturating_sub(before));
        }
        let name = growth.name;
        assert_eq!(client.say(growth.count), format!(":{end}\r\n"), "{name}");
        assert!(
            longest < step_bytes_max(end),
            "{name}: {longest} bytes in one step"
        );
        let largest = pieces(&store, &client, b"c")
            .iter()
            .map(|&(_, asked)| asked)
            .max();
        let largest = largest.expect("pieces") as u64;
        assert!(
            largest <= 8 * 1024 + end / 32,
            "{name}: a piece of {largest} bytes"
        );
        check(&store, &client);
        eprintln!(
            "{name} of {end}: {:.1} bytes each, at most {longest} at once, largest piece {largest}",
            (used() - empty) as f64 / end as f64
        );
        assert_eq!(client.say("DEL c"), ":1\r\n");
        assert_eq!(client.say(growth.count), ":0\r\n");
    }
}
