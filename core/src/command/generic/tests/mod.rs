//! Tests of the commands on keys, as a client sees them. Error texts and corner cases are those of redis-server 7.0.15,
//! asked one by one.

mod listing;
mod sort;

use crate::keyspace::Mode;
use crate::keyspace::lock::ShardSet;
use crate::object::string::StringValue;
use crate::testing::Server;

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

/// Value and deadline of a string in any database.
fn entry_in(server: &Server, db: u32, key: &str) -> Option<(String, Option<i64>)> {
    let (keyspace, lane) = (
        &server.store.keyspace,
        server.store.open_lane(None, "look", None)?,
    );
    let grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Shared);
    let found = grip.find(db, keyspace.hash(key.as_bytes()), key.as_bytes());
    let told = found.map(|found| {
        let value = StringValue::of(found.entry);
        let text = value.with_bytes(|bytes| String::from_utf8_lossy(bytes).into_owned());
        (text, found.entry.deadline())
    });
    drop(grip);
    server.store.close_lane(&lane);
    told
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
            (
                "DEL",
                "-ERR wrong number of arguments for 'del' command\r\n",
            ),
        ],
    );
    assert_eq!(server.effects(), ["0 DEL a a none", "0 UNLINK b c c"]);
}

#[test]
fn looking_counts_hits_and_misses_and_only_touch_counts_use() {
    let mut server = Server::start();
    set(&mut server, "k", "v");
    let before = server.store.totals();
    for line in [
        "EXISTS k none",
        "TYPE k",
        "TTL k",
        "OBJECT ENCODING k",
        "KEYS *",
        "SCAN 0",
        "RANDOMKEY",
    ] {
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
            ("WAIT -1 0", ZERO),
            ("WAIT x 0", NOT_AN_INTEGER),
            (
                "WAIT 0 x",
                "-ERR timeout is not an integer or out of range\r\n",
            ),
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
    let (effect, when) = (
        server.effects().remove(0),
        send(&mut server, "PEXPIRETIME k"),
    );
    assert_eq!(
        format!("0 PEXPIREAT k {}", &when[1..when.len() - 2]),
        effect
    );
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
    assert_eq!(
        effects[1..],
        ["0 RENAME source target", "0 RENAMENX target fresh"]
    );
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
        ],
    );
    assert_eq!(
        entry_in(&server, 1, "k"),
        Some(("v".into(), Some(99_999_999_999_999)))
    );
    assert_eq!(entry_in(&server, 0, "k"), Some(("other".into(), None)));
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
        ],
    );
    for key in ["k", "other"] {
        assert_eq!(entry_in(&server, 3, key), Some(("12".into(), None)));
    }
    assert_eq!(
        server.effects().last().expect("an effect"),
        "0 COPY k other REPLACE DB 3"
    );
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
            ("OBJECT REFCOUNT int", ONE),
            ("SET small 9999", OK),
            ("OBJECT REFCOUNT small", ":2147483647\r\n"),
            ("OBJECT REFCOUNT none", NULL),
            ("OBJECT IDLETIME none", NULL),
            ("OBJECT FREQ none", NULL),
            (
                "OBJECT foo short",
                "-ERR unknown subcommand 'foo'. Try OBJECT HELP.\r\n",
            ),
            (
                "OBJECT ENCODING",
                "-ERR wrong number of arguments for 'object|encoding' command\r\n",
            ),
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
        format!(
            "-ERR An LFU maxmemory policy is not selected, access frequency not tracked. {hint}"
        )
    );
    let settings = &server.store.settings;
    assert!(settings.set("maxmemory-policy", "sometimes").is_err());
    settings
        .set("maxmemory-policy", "allkeys-lfu")
        .expect("a policy");
    assert_eq!(send(&mut server, "OBJECT FREQ k"), ":5\r\n");
    send(&mut server, "GET k");
    assert_eq!(send(&mut server, "OBJECT FREQ k"), ":6\r\n");
    assert_eq!(
        send(&mut server, "OBJECT IDLETIME k"),
        format!("-ERR An LFU maxmemory policy is selected, idle time not tracked. {hint}")
    );
    assert_eq!(send(&mut server, "OBJECT IDLETIME none"), NULL);
}
