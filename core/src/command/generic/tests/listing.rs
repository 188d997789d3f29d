//! Tests of KEYS, SCAN and RANDOMKEY: what is listed, what never is, and what SCAN promises while keys come and go.

use super::{NO_SUCH_KEY, NOT_AN_INTEGER, NULL, OK, ONE, SYNTAX, ZERO, send, set, talk};
use crate::testing::Server;
use std::collections::BTreeSet;

/// The bulks of an array of bulks without line ends in them.
fn bulks(reply: &str) -> Vec<String> {
    let lines = reply.split("\r\n").skip(1);
    lines.skip(1).step_by(2).map(str::to_owned).collect()
}

/// One call of SCAN: the next cursor and the keys.
fn scan(server: &mut Server, cursor: u64, options: &str) -> (u64, Vec<String>) {
    let reply = send(server, format!("SCAN {cursor} {options}").trim_end());
    let mut parts = reply.splitn(4, "\r\n").skip(2);
    let (next, keys) = (parts.next(), parts.next());
    let next = next.and_then(|text| text.parse().ok());
    (next.expect("a cursor"), bulks(keys.expect("an array")))
}

/// Every key SCAN answers, each once.
fn scan_all(server: &mut Server, options: &str) -> BTreeSet<String> {
    let (mut cursor, mut seen) = (0, BTreeSet::new());
    loop {
        let (next, keys) = scan(server, cursor, options);
        seen.extend(keys);
        if next == 0 {
            return seen;
        }
        cursor = next;
    }
}

#[test]
fn keys_matches_patterns() {
    let mut server = Server::start();
    for key in ["one", "two", "three"] {
        set(&mut server, key, "v");
    }
    let named = |server: &mut Server, pattern: &str| {
        let mut keys = bulks(&send(server, &format!("KEYS {pattern}")));
        keys.sort();
        keys
    };
    assert_eq!(named(&mut server, "*"), ["one", "three", "two"]);
    assert_eq!(named(&mut server, "t*"), ["three", "two"]);
    assert_eq!(named(&mut server, "?[mn]?"), ["one"]);
    assert_eq!(send(&mut server, "KEYS none"), "*0\r\n");
}

#[test]
fn keys_past_their_deadline_are_never_listed() {
    let mut server = Server::start();
    server
        .store
        .active_expire
        .store(false, std::sync::atomic::Ordering::Relaxed);
    for number in 0..50 {
        let key = format!("gone{number}");
        assert_eq!(server.run(&["SET", &key, "v", "PX", "1000"]), OK);
    }
    set(&mut server, "stays", "v");
    server.store.clock.advance(2_000);
    assert_eq!(bulks(&send(&mut server, "KEYS *")), ["stays"]);
    assert_eq!(
        scan_all(&mut server, "COUNT 7")
            .into_iter()
            .collect::<Vec<_>>(),
        ["stays"]
    );
    for _ in 0..5 {
        assert_eq!(send(&mut server, "RANDOMKEY"), "$5\r\nstays\r\n");
    }
    assert_eq!(send(&mut server, "RENAME gone1 stays"), NO_SUCH_KEY);
    assert_eq!(send(&mut server, "COPY stays gone2"), ONE);
    assert_eq!(send(&mut server, "MOVE gone3 1"), ZERO);
    assert_eq!(send(&mut server, "DEL stays gone2 gone4"), ":2\r\n");
    assert_eq!(send(&mut server, "RANDOMKEY"), NULL);
    server.check();
}

#[test]
fn randomkey_finds_every_key_in_time() {
    let mut server = Server::start();
    assert_eq!(send(&mut server, "RANDOMKEY"), NULL);
    for number in 0..8 {
        set(&mut server, &format!("key{number}"), "v");
    }
    let picked: BTreeSet<String> = (0..500).map(|_| send(&mut server, "RANDOMKEY")).collect();
    assert_eq!(picked.len(), 8);
}

#[test]
fn scan_reads_cursors_and_options_as_redis_does() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    let empty = "*2\r\n$1\r\n0\r\n*0\r\n";
    let k = "*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n";
    let invalid = "-ERR invalid cursor\r\n";
    talk(
        &mut server,
        &[
            ("SCAN ", k),
            ("SCAN 0", k),
            ("SCAN +", invalid),
            ("SCAN 1x", invalid),
            ("SCAN +-1", invalid),
            ("SCAN 99999999999999999999", invalid),
            ("SCAN x foo 1", invalid),
            ("SCAN 0 COUNT 0", SYNTAX),
            ("SCAN 0 COUNT -5", SYNTAX),
            ("SCAN 0 COUNT x", NOT_AN_INTEGER),
            ("SCAN 0 COUNT 1x foo", NOT_AN_INTEGER),
            ("SCAN 0 MATCH", SYNTAX),
            ("SCAN 0 foo 1", SYNTAX),
            ("SCAN 0 COUNT 9223372036854775807", k),
            ("SCAN 0 TYPE nosuchtype COUNT 1000", empty),
            ("SCAN 0 TYPE hash COUNT 1000", empty),
            ("SCAN 0 TYPE STRING COUNT 1000", k),
            ("SCAN 0 MATCH j* COUNT 1000", empty),
            ("SCAN 0 MATCH ? COUNT 1000", k),
        ],
    );
    assert_eq!(server.run(&["SCAN", " 5"]), invalid);
    for odd in ["-1", "+5", "18446744073709551615"] {
        assert!(
            send(&mut server, &format!("SCAN {odd}")).starts_with("*2\r\n"),
            "{odd}"
        );
    }
}

/// What is there from the first call to the last is answered, however the tables grow and shrink in between.
#[test]
fn scan_answers_every_key_that_stays_while_others_come_and_go() {
    const STAYING: usize = 200_000;
    let mut server = Server::start();
    let fill = |server: &mut Server, prefix: &str, from: usize, to: usize| {
        for number in from..to {
            server.run(&["SET", &format!("{prefix}{number}"), "v"]);
        }
    };
    fill(&mut server, "stays", 0, STAYING);
    fill(&mut server, "leaves", 0, 20_000);
    let (mut cursor, mut calls, mut seen) = (0, 0, BTreeSet::new());
    loop {
        let (next, keys) = scan(&mut server, cursor, "COUNT 1000");
        assert!(next < 1 << 53, "{next}");
        seen.extend(keys.into_iter().filter(|key| key.starts_with("stays")));
        calls += 1;
        if next == 0 {
            break;
        }
        cursor = next;
        if calls <= 100 {
            fill(&mut server, "comes", calls * 1000, (calls + 1) * 1000);
            for number in (calls - 1) * 200..calls * 200 {
                server.run(&["DEL", &format!("leaves{number}")]);
            }
        }
    }
    assert_eq!(seen.len(), STAYING);
    assert!(calls < 2 * 300, "{calls} calls for 300,000 keys");
    server.check();
}
