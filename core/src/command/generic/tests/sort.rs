//! Tests of SORT: what the differential test leaves out. Replies are those of redis-server 7.0.15 where it has only one.

use super::{ONE, SYNTAX, ZERO, send, talk};
use crate::testing::Server;

/// The elements of a reply, `(nil)` where there is none.
fn elements(reply: &str) -> Vec<&str> {
    let lines = reply.split("\r\n").skip(1);
    lines
        .filter(|line| !line.is_empty())
        .filter_map(|line| match line {
            "$-1" | "_" => Some("(nil)"),
            line => (!line.starts_with('$')).then_some(line),
        })
        .collect()
}

#[track_caller]
fn sorted(server: &mut Server, line: &str, expected: &str) {
    let reply = send(server, line);
    assert_eq!(elements(&reply).join(" "), expected, "{line}: {reply}");
}

/// A list 3 1 2 with weights and objects, as the documentation of SORT has them.
fn prepared() -> Server {
    let mut server = Server::start();
    for line in [
        "RPUSH l 3 1 2",
        "MSET w_1 30 w_2 10 w_3 20",
        "MSET o_1 one o_2 two",
        "HSET h_1 f x weight 5",
        "HSET h_2 f y weight 7",
        "SADD s b a c",
        "ZADD z 1 c 2 a 3 b",
    ] {
        send(&mut server, line);
    }
    server
}

#[test]
fn sorts_by_number_text_and_other_keys() {
    let mut server = prepared();
    for (line, expected) in [
        ("SORT l", "1 2 3"),
        ("SORT l DESC", "3 2 1"),
        ("SORT l LIMIT 1 1", "2"),
        ("SORT l LIMIT -5 2", "1 2"),
        ("SORT l LIMIT 0 -1", "1 2 3"),
        ("SORT l LIMIT 9 9", ""),
        ("SORT l BY w_*", "2 3 1"),
        ("SORT l BY w_* DESC LIMIT 0 2", "1 3"),
        ("SORT l BY h_*->weight", "3 1 2"),
        ("SORT l BY h_*->weight LIMIT 1 1", "1"),
        ("SORT l BY nosort", "3 1 2"),
        ("SORT l BY nosort DESC LIMIT 0 2", "2 1"),
        ("SORT l GET # GET o_*", "1 one 2 two 3 (nil)"),
        (
            "SORT l GET h_*->f GET constant",
            "x (nil) y (nil) (nil) (nil)",
        ),
        ("SORT l GET o_*->f", "(nil) (nil) (nil)"),
        ("SORT l GET h_*", "(nil) (nil) (nil)"),
        ("SORT s ALPHA", "a b c"),
        ("SORT s ALPHA DESC LIMIT 0 2", "c b"),
        ("SORT z ALPHA", "a b c"),
        ("SORT z BY nosort", "c a b"),
        ("SORT z BY nosort DESC LIMIT 1 1", "a"),
        ("SORT_RO z BY nosort ASC LIMIT 1 5", "a b"),
        ("SORT none", ""),
        ("SORT none BY x* GET y*", ""),
    ] {
        sorted(&mut server, line, expected);
    }
    server.check();
}

#[test]
fn refuses_what_it_cannot_sort() {
    let mut server = prepared();
    let no_number = "-ERR One or more scores can't be converted into double\r\n";
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    let no_integer = "-ERR value is not an integer or out of range\r\n";
    talk(
        &mut server,
        &[
            ("SORT s", no_number),
            ("SORT l BY o_*", no_number),
            ("SORT s STORE d", no_number),
            ("EXISTS d", ZERO),
            ("SORT w_1", wrong_type),
            ("SORT h_1", wrong_type),
            ("SORT w_1 FOO", SYNTAX),
            ("SORT l LIMIT 1", SYNTAX),
            ("SORT l LIMIT 1 x", no_integer),
            ("SORT l BY", SYNTAX),
            ("SORT l GET", SYNTAX),
            ("SORT l STORE", SYNTAX),
            ("SORT_RO l STORE d", SYNTAX),
        ],
    );
}

#[test]
fn stores_a_list_and_tells_what_has_changed() {
    let mut server = prepared();
    server.effects();
    for (line, reply, effect) in [
        ("SORT l", "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n", None),
        ("SORT l STORE d", ":3\r\n", Some("0 SORT l STORE d")),
        (
            "SORT l BY w_* GET # GET o_* STORE d",
            ":6\r\n",
            Some("0 SORT l BY w_* GET # GET o_* STORE d"),
        ),
        ("SORT none STORE d", ZERO, Some("0 SORT none STORE d")),
        ("SORT none STORE d", ZERO, None),
        (
            "SORT l LIMIT 0 1 STORE w_3",
            ONE,
            Some("0 SORT l LIMIT 0 1 STORE w_3"),
        ),
        ("SORT l STORE l", ":3\r\n", Some("0 SORT l STORE l")),
    ] {
        assert_eq!(send(&mut server, line), reply, "{line}");
        let effects = server.effects();
        assert!(
            effects.iter().map(String::as_str).eq(effect),
            "{line}: {effects:?}"
        );
        if line.contains("GET") {
            sorted(&mut server, "LRANGE d 0 -1", "2 two 3 1 one");
            assert_eq!(send(&mut server, "LINDEX d 3"), "$0\r\n\r\n");
        }
    }
    sorted(&mut server, "LRANGE l 0 -1", "1 2 3");
    sorted(&mut server, "LRANGE w_3 0 -1", "1");
    server.check();
}

#[test]
fn a_set_is_stored_in_one_order_only() {
    let mut server = prepared();
    assert_eq!(send(&mut server, "SORT s BY nosort STORE d"), ":3\r\n");
    sorted(&mut server, "LRANGE d 0 -1", "a b c");
    assert_eq!(send(&mut server, "SORT s BY none* ALPHA STORE d"), ":3\r\n");
    sorted(&mut server, "LRANGE d 0 -1", "a b c");
}

#[test]
fn equal_weights_keep_a_lists_order() {
    let mut server = Server::start();
    send(&mut server, "RPUSH l d b c a");
    send(&mut server, "MSET w_a x w_b y w_c x");
    sorted(&mut server, "SORT l BY w_* ALPHA", "d c a b");
    sorted(&mut server, "SORT l BY w_* ALPHA DESC", "b c a d");
    sorted(&mut server, "SORT l BY w_* ALPHA LIMIT 1 2", "c a");
    sorted(&mut server, "SORT l BY none*", "a b c d");
}

#[test]
fn patterns_and_numbers_end_at_a_nul() {
    let mut server = Server::start();
    server.run(&["RPUSH", "l", "2\0x", " 1", ""]);
    let order = "*3\r\n$0\r\n\r\n$2\r\n 1\r\n$3\r\n2\0x\r\n";
    assert_eq!(server.run(&["SORT", "l"]), order);
    server.run(&["SET", "w2\0x", "v"]);
    let request = ["SORT", "l", "LIMIT", "2", "1", "GET", "w*", "GET", "w\0*"];
    assert_eq!(server.run(&request), "*2\r\n$1\r\nv\r\n$-1\r\n");
    let unsorted = server.run(&["SORT", "l", "BY", "w\0*"]);
    assert_eq!(unsorted, "*3\r\n$3\r\n2\0x\r\n$2\r\n 1\r\n$0\r\n\r\n");
}

#[test]
fn keys_that_have_expired_weigh_nothing() {
    let mut server = prepared();
    send(&mut server, "PEXPIRE w_1 1000");
    send(&mut server, "PEXPIRE o_1 1000");
    server.effects();
    server.store.clock.advance(2_000);
    sorted(
        &mut server,
        "SORT l BY w_* GET # GET o_*",
        "1 (nil) 2 two 3 (nil)",
    );
    assert_eq!(server.effects(), ["0 DEL w_1", "0 DEL o_1"]);
    server.check();
}

#[test]
fn a_transaction_holds_what_a_pattern_may_name() {
    let mut server = prepared();
    talk(
        &mut server,
        &[
            ("WATCH d", "+OK\r\n"),
            ("MULTI", "+OK\r\n"),
            ("SORT l BY w_* STORE d", "+QUEUED\r\n"),
            ("SORT_RO l BY w_* LIMIT 0 1 GET o_*", "+QUEUED\r\n"),
            ("EXEC", "*2\r\n:3\r\n*1\r\n$3\r\ntwo\r\n"),
            ("WATCH d", "+OK\r\n"),
            ("SORT l STORE d", ":3\r\n"),
            ("MULTI", "+OK\r\n"),
            ("EXEC", "*-1\r\n"),
        ],
    );
}

#[test]
fn who_waits_for_a_destination_is_served() {
    let mut server = prepared();
    let mut peer = server.peer();
    assert_eq!(server.run(&["BLPOP", "d", "0"]), "");
    let stored = peer.run(&["SORT", "l", "BY", "w_*", "STORE", "d"]);
    assert_eq!(stored, ":3\r\n");
    let served = server.next(std::time::Duration::from_secs(5));
    assert_eq!(served, "*2\r\n$1\r\nd\r\n$1\r\n2\r\n");
    sorted(&mut server, "LRANGE d 0 -1", "3 1");
}

#[test]
fn a_destination_stays_when_there_is_no_room() {
    let mut server = Server::with_room(2 << 20);
    let long = "x".repeat(100_000);
    server.run(&["RPUSH", "l", &long]);
    server.run(&["SET", "d", "before"]);
    let get = ["GET", "#"].repeat(40);
    let full = server.run(&[&["SORT", "l", "ALPHA", "STORE", "d"], &get[..]].concat());
    assert!(
        full.starts_with("-OOM no node has memory left"),
        "{full:.60}"
    );
    assert_eq!(send(&mut server, "GET d"), "$6\r\nbefore\r\n");
    server.check();
}
