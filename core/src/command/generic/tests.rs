//! Tests of the commands on keys, as a client sees them. Error texts and corner cases are those of redis-server 7.0.15,
//! asked one by one.

use crate::testing::Server;
use std::collections::BTreeSet;

const OK: &str = "+OK\r\n";
const NULL: &str = "$-1\r\n";
const ZERO: &str = ":0\r\n";
const ONE: &str = ":1\r\n";
const SYNTAX: &str = "-ERR syntax error\r\n";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range\r\n";
const DB_OUT_OF_RANGE: &str = "-ERR DB index is out of range\r\n";
const SAME_OBJECT: &str = "-ERR source and destination objects are the same\r\n";
const NO_SUCH_KEY: &str = "-ERR no such key\r\n";

/// Sends a line of words; nothing in it is quoted.
fn send(server: &mut Server, line: &str) -> String {
    server.run(&line.split(' ').collect::<Vec<_>>())
}

/// Sends each line and compares the replies.
#[track_caller]
fn talk(server: &mut Server, lines: &[(&str, &str)]) {
    for (line, reply) in lines {
        assert_eq!(send(server, line), *reply, "{line}");
    }
    server.check();
}

fn set(server: &mut Server, key: &str, value: &str) {
    assert_eq!(server.run(&["SET", key, value]), OK);
}

/// The bulks of an array of bulks without line ends in them.
fn bulks(reply: &str) -> Vec<String> {
    let lines = reply.split("\r\n").skip(1);
    lines.skip(1).step_by(2).map(str::to_owned).collect()
}

/// One call of SCAN: the next cursor and the keys.
fn scan(server: &mut Server, cursor: u64, options: &str) -> (u64, Vec<String>) {
    let reply = send(server, format!("SCAN {cursor} {options}").trim_end());
    let (head, keys) = reply
        .split_once("\r\n*")
        .expect("two parts")
        .1
        .split_once("\r\n")
        .map_or((reply.as_str(), ""), |_| {
            let at = reply[1..].find('*').expect("the keys' array") + 1;
            (&reply[..at], &reply[at..])
        });
    let next = head.split("\r\n").nth(2).expect("a cursor");
    (next.parse().expect("a number"), bulks(keys))
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
fn del_unlink_exists_and_touch_count_keys() {
    let mut server = Server::start();
    server.effects();
    set(&mut server, "a", "1");
    set(&mut server, "b", "two");
    set(&mut server, "c", &"x".repeat(100_000));
    server.effects();
    talk(
        &mut server,
        &[
            ("EXISTS a b a none", ":3\r\n"),
            ("TOUCH a b none", ":2\r\n"),
            ("DEL none nothing", ZERO),
            ("DEL a a none", ONE),
            ("UNLINK b c c", ":2\r\n"),
            ("EXISTS a b c", ZERO),
            ("UNLINK b", ZERO),
            ("DEL", "-ERR wrong number of arguments for 'del' command\r\n"),
        ],
    );
    assert_eq!(server.effects(), ["0 DEL a a none", "0 UNLINK b c c"]);
}

#[test]
fn looking_counts_hits_and_misses_and_only_touch_counts_use() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    let before = server.store.totals();
    for line in ["EXISTS k none", "TYPE k", "TTL k", "OBJECT ENCODING k", "KEYS *", "SCAN 0", "RANDOMKEY"] {
        send(&mut server, line);
    }
    let after = server.store.totals();
    assert_eq!(after.keyspace_hits - before.keyspace_hits, 4);
    assert_eq!(after.keyspace_misses - before.keyspace_misses, 1);
    let used = |server: &Server| {
        let totals = server.store.totals();
        totals.local_accesses + totals.remote_accesses
    };
    let idle = used(&server);
    assert_eq!(idle, before.local_accesses + before.remote_accesses);
    assert_eq!(send(&mut server, "TOUCH k"), ONE);
    assert_eq!(used(&server), idle + 1);
}

#[test]
fn type_names_the_type_or_none() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    talk(
        &mut server,
        &[("TYPE k", "+string\r\n"), ("TYPE none", "+none\r\n")],
    );
}

#[test]
fn wait_has_nobody_to_wait_for() {
    let mut server = Server::start();
    talk(
        &mut server,
        &[
            ("WAIT 0 0", ZERO),
            ("WAIT 3 10", ZERO),
            ("WAIT -1 0", ZERO),
            ("WAIT x 0", NOT_AN_INTEGER),
            ("WAIT 0 x", "-ERR timeout is not an integer or out of range\r\n"),
            ("WAIT 0 -1", "-ERR timeout is negative\r\n"),
        ],
    );
}

#[test]
fn expire_sets_a_deadline_under_its_conditions() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    talk(
        &mut server,
        &[
            ("TTL k", ":-1\r\n"),
            ("PEXPIRETIME none", ":-2\r\n"),
            ("EXPIRE none 10", ZERO),
            ("EXPIRE k 10 XX", ZERO),
            ("EXPIRE k 10 gt", ZERO),
            ("EXPIRE k 100 lt", ONE),
            ("EXPIRE k 100 NX", ZERO),
            ("EXPIRE k 50 GT", ZERO),
            ("EXPIRE k 200 GT", ONE),
            ("EXPIRE k 300 LT", ZERO),
            ("EXPIRE k 50 LT", ONE),
            ("EXPIRE k 10 NX NX", ZERO),
            ("EXPIRE k 500 XX GT", ONE),
            ("TTL k", ":500\r\n"),
            ("PERSIST k", ONE),
            ("PERSIST k", ZERO),
            ("PERSIST none", ZERO),
            ("TTL k", ":-1\r\n"),
            ("GET k", "$1\r\nv\r\n"),
        ],
    );
}

#[test]
fn expire_refuses_options_and_times_in_the_order_of_redis() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    let together = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n";
    talk(
        &mut server,
        &[
            ("EXPIRE k x", NOT_AN_INTEGER),
            ("EXPIRE k x foo", "-ERR Unsupported option foo\r\n"),
            ("EXPIRE k 10 NX XX", together),
            ("EXPIRE k 10 GT LT NX", together),
            (
                "EXPIRE k 10 GT LT",
                "-ERR GT and LT options at the same time are not compatible\r\n",
            ),
            (
                "EXPIRE none 9223372036854775807",
                "-ERR invalid expire time in 'expire' command\r\n",
            ),
            (
                "EXPIRE k -9223372036854775808",
                "-ERR invalid expire time in 'expire' command\r\n",
            ),
            (
                "PEXPIRE k 9223372036854775807",
                "-ERR invalid expire time in 'pexpire' command\r\n",
            ),
            (
                "EXPIREAT k 9223372036854775807",
                "-ERR invalid expire time in 'expireat' command\r\n",
            ),
            ("PEXPIREAT k 9223372036854775807", ONE),
            ("PEXPIRETIME k", ":9223372036854775807\r\n"),
            ("EXPIRETIME k", ":9223372036854776\r\n"),
            ("PEXPIRE k -9223372036854775808", ONE),
            ("EXISTS k", ZERO),
        ],
    );
}

#[test]
fn a_deadline_that_has_passed_deletes_the_key_and_effects_are_absolute() {
    let mut server = Server::start();
    server.effects();
    for (line, effect) in [
        ("EXPIRE k 0", "0 DEL k"),
        ("PEXPIRE k -5", "0 DEL k"),
        ("EXPIREAT k 1", "0 DEL k"),
        ("PEXPIREAT k 99999999999999", "0 PEXPIREAT k 99999999999999"),
        ("EXPIREAT k 99999999999", "0 PEXPIREAT k 99999999999000"),
    ] {
        set(&mut server, "k", "v");
        server.effects();
        assert_eq!(send(&mut server, line), ONE, "{line}");
        assert_eq!(server.effects(), [effect], "{line}");
    }
    assert_eq!(send(&mut server, "PERSIST k"), ONE);
    assert_eq!(server.effects(), ["0 PERSIST k"]);
    assert_eq!(send(&mut server, "EXPIRE k 100"), ONE);
    let (effect, when) = (server.effects().remove(0), send(&mut server, "PEXPIRETIME k"));
    assert_eq!(format!("0 PEXPIREAT k {}", &when[1..when.len() - 2]), effect);
    server.check();
}

#[test]
fn rename_carries_value_and_deadline_over_whatever_was_there() {
    let mut server = Server::start();
    let long = "x".repeat(100_000);
    set(&mut server, "source", &long);
    set(&mut server, "target", "old");
    server.effects();
    talk(
        &mut server,
        &[
            ("RENAME none none", NO_SUCH_KEY),
            ("RENAME none target", NO_SUCH_KEY),
            ("RENAMENX none target", NO_SUCH_KEY),
            ("RENAME source source", OK),
            ("RENAMENX source source", ZERO),
            ("RENAMENX source target", ZERO),
            ("PEXPIREAT source 99999999999999", ONE),
            ("RENAME source target", OK),
            ("EXISTS source", ZERO),
            ("STRLEN target", ":100000\r\n"),
            ("PEXPIRETIME target", ":99999999999999\r\n"),
            ("RENAMENX target fresh", ONE),
            ("EXISTS fresh target", ONE),
        ],
    );
    let effects = server.effects();
    assert_eq!(effects[1..], ["0 RENAME source target", "0 RENAMENX target fresh"]);
}

#[test]
fn move_takes_a_key_to_another_database() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    talk(
        &mut server,
        &[
            ("MOVE k x", NOT_AN_INTEGER),
            ("MOVE k 99", DB_OUT_OF_RANGE),
            ("MOVE k -1", DB_OUT_OF_RANGE),
            (
                "MOVE k 99999999999",
                "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n",
            ),
            ("MOVE none 0", SAME_OBJECT),
            ("MOVE none 1", ZERO),
            ("PEXPIREAT k 99999999999999", ONE),
            ("MOVE k 1", ONE),
            ("EXISTS k", ZERO),
            ("SET k other", OK),
            ("MOVE k 1", ZERO),
            ("SELECT 1", OK),
            ("GET k", "$1\r\nv\r\n"),
            ("PEXPIRETIME k", ":99999999999999\r\n"),
        ],
    );
}

#[test]
fn copy_leaves_the_source_and_minds_db_and_replace() {
    let mut server = Server::start();
    set(&mut server, "k", "12");
    server.effects();
    talk(
        &mut server,
        &[
            ("COPY k k", SAME_OBJECT),
            ("COPY none none", SAME_OBJECT),
            ("COPY k k DB 0", SAME_OBJECT),
            ("COPY k k DB 0 foo", SYNTAX),
            ("COPY k j DB", SYNTAX),
            ("COPY k j foo", SYNTAX),
            ("COPY k j DB x", NOT_AN_INTEGER),
            ("COPY k j DB 99", DB_OUT_OF_RANGE),
            ("COPY none j", ZERO),
            ("PEXPIREAT k 99999999999999", ONE),
            ("COPY k j", ONE),
            ("COPY k j", ZERO),
            ("PERSIST k", ONE),
            ("COPY k j REPLACE", ONE),
            ("PTTL j", ":-1\r\n"),
            ("COPY k k DB 3", ONE),
            ("COPY k other REPLACE DB 3", ONE),
            ("OBJECT ENCODING j", "$3\r\nint\r\n"),
            ("SELECT 3", OK),
            ("GET k", "$2\r\n12\r\n"),
            ("GET other", "$2\r\n12\r\n"),
        ],
    );
    assert_eq!(server.effects().last().expect("an effect"), "0 COPY k other REPLACE DB 3");
}

#[test]
fn object_tells_how_values_are_kept() {
    let mut server = Server::start();
    set(&mut server, "int", "12345");
    set(&mut server, "short", "v");
    set(&mut server, "long", &"x".repeat(45));
    talk(
        &mut server,
        &[
            ("OBJECT ENCODING int", "$3\r\nint\r\n"),
            ("OBJECT ENCODING short", "$6\r\nembstr\r\n"),
            ("OBJECT ENCODING long", "$3\r\nraw\r\n"),
            ("OBJECT ENCODING none", NULL),
            ("OBJECT REFCOUNT short", ONE),
            ("OBJECT REFCOUNT none", NULL),
            ("OBJECT IDLETIME none", NULL),
            ("OBJECT FREQ none", NULL),
            ("OBJECT foo short", "-ERR unknown subcommand 'foo'. Try OBJECT HELP.\r\n"),
            ("OBJECT ENCODING", "-ERR wrong number of arguments for 'object|encoding' command\r\n"),
        ],
    );
    server.store.clock.advance(7_000);
    assert_eq!(send(&mut server, "OBJECT IDLETIME short"), ":7\r\n");
    assert_eq!(send(&mut server, "OBJECT IDLETIME short"), ":7\r\n");
    send(&mut server, "GET short");
    assert_eq!(send(&mut server, "OBJECT IDLETIME short"), ZERO);
}

#[test]
fn object_tells_frequency_or_idle_time_by_policy() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    let hint = "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.\r\n";
    assert_eq!(
        send(&mut server, "OBJECT FREQ k"),
        format!("-ERR An LFU maxmemory policy is not selected, access frequency not tracked. {hint}")
    );
    let settings = &server.store.settings;
    assert!(settings.set("maxmemory-policy", "sometimes").is_err());
    settings.set("maxmemory-policy", "allkeys-lfu").expect("a policy");
    assert_eq!(send(&mut server, "OBJECT FREQ k"), ":5\r\n");
    send(&mut server, "GET k");
    assert_eq!(send(&mut server, "OBJECT FREQ k"), ":6\r\n");
    assert_eq!(
        send(&mut server, "OBJECT IDLETIME k"),
        format!("-ERR An LFU maxmemory policy is selected, idle time not tracked. {hint}")
    );
    assert_eq!(send(&mut server, "OBJECT IDLETIME none"), NULL);
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
    assert_eq!(named(&mut server, "?[nw]?"), ["one"]);
    assert_eq!(send(&mut server, "KEYS none"), "*0\r\n");
}

#[test]
fn keys_past_their_deadline_are_never_listed() {
    let mut server = Server::start();
    server.store.active_expire.store(false, std::sync::atomic::Ordering::Relaxed);
    for number in 0..50 {
        let key = format!("gone{number}");
        assert_eq!(server.run(&["SET", &key, "v", "PX", "1000"]), OK);
    }
    set(&mut server, "stays", "v");
    server.store.clock.advance(2_000);
    assert_eq!(bulks(&send(&mut server, "KEYS *")), ["stays"]);
    assert_eq!(scan_all(&mut server, "COUNT 7").into_iter().collect::<Vec<_>>(), ["stays"]);
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
        assert!(send(&mut server, &format!("SCAN {odd}")).starts_with("*2\r\n"), "{odd}");
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
