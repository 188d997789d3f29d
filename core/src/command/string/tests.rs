//! What the replies alone do not show: effects, deadlines, encodings, memory, and a pool that is full.

use crate::keyspace::shard_of;
use crate::testing::Server;

const OK: &str = "+OK\r\n";

/// The effects of one request.
fn effects_of(server: &mut Server, request: &[&str]) -> Vec<String> {
    server.effects();
    server.run(request);
    server.effects()
}

#[test]
fn effects_are_deterministic() {
    let mut server = Server::start();
    server.effects();
    for (request, effect) in [
        ("SET k 1 NX", "0 SET k 1"),
        ("SET k 2 XX GET KEEPTTL", "0 SET k 2 KEEPTTL"),
        ("SET k 3 EXAT 99999999999", "0 SET k 3 PXAT 99999999999000"),
        ("GETSET k 4", "0 SET k 4"),
        ("INCRBYFLOAT k 0.5", "0 SET k 4.5 KEEPTTL"),
        ("APPEND k 0", "0 APPEND k 0"),
        ("SETRANGE k 0 1", "0 SETRANGE k 0 1"),
        (
            "GETEX k PXAT 99999999999999",
            "0 PEXPIREAT k 99999999999999",
        ),
        ("GETEX k PERSIST", "0 PERSIST k"),
        ("GETDEL k", "0 DEL k"),
        ("INCRBY k 5", "0 INCRBY k 5"),
        ("GETEX k EXAT 1", "0 DEL k"),
        ("MSET a 1 b 2", "0 MSET a 1 b 2"),
        ("MSETNX c 1 d 2", "0 MSETNX c 1 d 2"),
        ("SETNX e 1", "0 SET e 1"),
    ] {
        let request: Vec<&str> = request.split(' ').collect();
        assert_eq!(effects_of(&mut server, &request), [effect], "{request:?}");
    }
}

#[test]
fn requests_that_change_nothing_have_no_effect() {
    let mut server = Server::start();
    assert_eq!(server.run(&["SET", "k", "text"]), OK);
    for request in [
        "GET k",
        "SET k v NX",
        "SET k v NX GET",
        "SET absent v XX",
        "SETNX k v",
        "MSETNX absent v k v",
        "GETEX k",
        "GETEX k PERSIST",
        "GETEX absent EX 10",
        "GETDEL absent",
        "SETRANGE k 9 ",
        "INCR k",
        "SET k v EX 0",
        "LCS k k",
    ] {
        let request: Vec<&str> = request.split(' ').collect();
        assert_eq!(effects_of(&mut server, &request), [""; 0], "{request:?}");
    }
    assert_eq!(server.run(&["GET", "k"]), "$4\r\ntext\r\n");
}

#[test]
fn relative_expirations_become_moments_and_pass() {
    let mut server = Server::start();
    for request in [["SETEX", "k", "10", "v"], ["PSETEX", "k", "10000", "v"]] {
        let before = server.store.clock.now_ms();
        let effects = effects_of(&mut server, &request);
        let moment = effects[0]
            .strip_prefix("0 SET k v PXAT ")
            .expect("a moment");
        let ahead = moment.parse::<i64>().expect("a number") - before;
        assert!((10_000..11_000).contains(&ahead), "{ahead} ms ahead");
    }
    server.store.clock.advance(9_000);
    assert_eq!(server.run(&["GET", "k"]), "$1\r\nv\r\n");
    server.store.clock.advance(1_100);
    assert_eq!(server.run(&["GET", "k"]), "$-1\r\n");
    server.check();
}

#[test]
fn set_keeps_or_clears_the_deadline() {
    let mut server = Server::start();
    server.run(&["SET", "kept", "1", "PX", "5000"]);
    server.run(&["SET", "cleared", "1", "PX", "5000"]);
    server.run(&["INCR", "kept"]);
    server.run(&["APPEND", "kept", "x"]);
    server.run(&["SET", "kept", "longer than before", "KEEPTTL"]);
    server.run(&["MSET", "cleared", "1"]);
    server.store.clock.advance(6_000);
    assert_eq!(server.run(&["GET", "kept"]), "$-1\r\n");
    assert_eq!(server.run(&["GET", "cleared"]), "$1\r\n1\r\n");
}

#[test]
fn reads_count_hits_and_misses() {
    let mut server = Server::start();
    server.run(&["SET", "k", "v"]);
    server.run(&["MGET", "k", "absent", "k"]);
    server.run(&["GETDEL", "k"]);
    server.run(&["SET", "k", "v", "GET"]);
    let totals = server.store.totals();
    assert_eq!((totals.keyspace_hits, totals.keyspace_misses), (3, 2));
}

#[test]
fn numbers_are_overwritten_where_they_lie() {
    let mut server = Server::start();
    server.run(&["SET", "n", "1"]);
    let used = server.store.keyspace.pool.used_bytes();
    for _ in 0..100 {
        server.run(&["INCRBY", "n", "1000000007"]);
        server.run(&["SET", "n", "-5"]);
        assert_eq!(server.store.keyspace.pool.used_bytes(), used);
    }
}

#[test]
fn growth_stops_at_proto_max_bulk_len() {
    const TOO_LONG: &str = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
    let mut server = Server::with_options("topology fake:2\nproto-max-bulk-len 64\n");
    let value = "x".repeat(60);
    server.run(&["SET", "k", &value]);
    assert_eq!(server.run(&["APPEND", "k", "12345"]), TOO_LONG);
    assert_eq!(server.run(&["SETRANGE", "k", "63", "12"]), TOO_LONG);
    assert_eq!(
        server.run(&["SETRANGE", "k", "9223372036854775807", "1"]),
        TOO_LONG
    );
    assert_eq!(server.run(&["APPEND", "k", "1234"]), ":64\r\n");
}

/// Fills a small pool with values, then asks for more than is left: nothing that was there may change.
#[test]
fn mset_without_room_loses_nothing() {
    let mut server = Server::with_room(2 << 20);
    let value = "v".repeat(60_000);
    let mut kept = 0;
    while server.run(&["SET", &format!("kept:{kept}"), &value]) == OK {
        kept += 1;
    }
    assert!(kept > 8, "the pool holds some values: {kept}");
    server.run(&["GETDEL", "kept:0"]);
    server.run(&["SET", "kept:1", "short"]);
    let used = server.store.keyspace.pool.used_bytes();
    server.effects();
    let changed = "w".repeat(60_000);
    let huge = "w".repeat(600_000);
    for request in [
        ["SET", "kept:1", &huge, "GET"].as_slice(),
        &["GETSET", "kept:1", &huge],
    ] {
        let reply = server.run(request);
        assert!(
            reply.starts_with("-OOM no node"),
            "the value before is taken back: {reply}"
        );
    }
    let mut request = vec!["MSET", "kept:1", "other", "fresh", "1", "fresh", "2"];
    for key in ["kept:2", "kept:3", "kept:4", "kept:5"] {
        request.extend([key, &changed]);
    }
    let reply = server.run(&request);
    assert!(reply.starts_with("-OOM no node has memory left"), "{reply}");
    assert_eq!(server.effects(), [""; 0]);
    assert_eq!(server.store.keyspace.pool.used_bytes(), used);
    assert_eq!(server.run(&["GET", "kept:1"]), "$5\r\nshort\r\n");
    assert_eq!(server.run(&["GET", "fresh"]), "$-1\r\n");
    for key in ["kept:2", "kept:3", "kept:4", "kept:5"] {
        assert!(server.run(&["GET", key]).contains(&value), "{key}");
    }
    server.check();
}

/// A value beside a key so long that nothing fits next to it lies outside, whatever its encoding is called.
#[test]
fn values_of_long_keys_change_encoding_in_place() {
    use crate::pool::prefix::Encoding;
    let mut server = Server::start();
    let key = "k".repeat(600);
    let encoding = |server: &Server| {
        let keyspace = &server.store.keyspace;
        let hash = keyspace.hash(key.as_bytes());
        let mut shards = crate::keyspace::lock::ShardSet::default();
        shards.insert(shard_of(hash));
        let grip = keyspace.grip(0, shards, crate::keyspace::Mode::Shared);
        grip.find(0, hash, key.as_bytes())
            .map(|found| found.entry.encoding())
    };
    server.run(&["SET", &key, "embedded by name only"]);
    assert_eq!(encoding(&server), Some(Encoding::Embstr));
    server.run(&["APPEND", &key, "."]);
    assert_eq!(encoding(&server), Some(Encoding::Raw));
    server.run(&["SET", &key, "embedded by name once more"]);
    assert_eq!(encoding(&server), Some(Encoding::Embstr));
    server.run(&["SET", &key, "77"]);
    assert_eq!(encoding(&server), Some(Encoding::Int));
    server.check();
}
