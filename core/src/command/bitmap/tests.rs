//! What replies alone do not show: encodings, effects, growth, and big values.

use crate::testing::Server;

/// The effects of one request.
fn effects_of(server: &mut Server, request: &str) -> Vec<String> {
    let words: Vec<&str> = request.split(' ').collect();
    server.effects();
    server.run(&words);
    server.effects()
}

#[test]
fn effects_are_told_once_and_only_for_changes() {
    let mut server = Server::start();
    server.effects();
    for (request, effect) in [
        ("SETBIT k 7 1", Some("0 SETBIT k 7 1")),
        ("SETBIT k 7 1", None),
        ("SETBIT k 6 0", None),
        ("SETBIT k 20 0", Some("0 SETBIT k 20 0")),
        ("SETBIT new 0 0", Some("0 SETBIT new 0 0")),
        ("BITFIELD k GET u8 0", None),
        ("BITFIELD k SET u8 0 1", None),
        ("BITFIELD k SET u8 0 2", Some("0 BITFIELD k SET u8 0 2")),
        (
            "BITFIELD k OVERFLOW FAIL SET u2 800 9",
            Some("0 BITFIELD k OVERFLOW FAIL SET u2 800 9"),
        ),
        ("BITFIELD k OVERFLOW FAIL SET u2 800 9", None),
        ("BITOP NOT d k", Some("0 BITOP NOT d k")),
        ("BITOP AND d missing", Some("0 DEL d")),
        ("BITOP AND d missing", None),
        ("BITCOUNT k", None),
    ] {
        let told = effects_of(&mut server, request);
        assert_eq!(told, effect.into_iter().collect::<Vec<_>>(), "{request}");
    }
    server.check();
}

#[test]
fn what_was_written_to_is_raw_and_keeps_its_deadline() {
    let mut server = Server::start();
    for (value, request) in [
        ("5", "SETBIT k 1 0"),
        ("text", "BITFIELD k SET u1 0 0"),
        ("12345678901", "BITFIELD k INCRBY u8 2000 3"),
    ] {
        server.run(&["SET", "k", value, "EX", "1000"]);
        let words: Vec<&str> = request.split(' ').collect();
        server.run(&words);
        assert_eq!(server.run(&["OBJECT", "ENCODING", "k"]), "$3\r\nraw\r\n");
        assert_eq!(server.run(&["TTL", "k"]), ":1000\r\n", "{request}");
    }
    assert_eq!(server.run(&["BITOP", "OR", "k", "k", "k"]), ":251\r\n");
    assert_eq!(server.run(&["TTL", "k"]), ":-1\r\n");
    server.check();
}

#[test]
fn large_strings_grow_and_combine_by_pieces() {
    let mut server = Server::start();
    server.run(&["SET", "a", &"\u{1}".repeat(100_000)]);
    server.run(&["SET", "b", &"\u{3}".repeat(70_001)]);
    server.run(&["SET", "i", "7"]);
    assert_eq!(
        server.run(&["BITOP", "XOR", "d", "a", "b", "i"]),
        ":100000\r\n"
    );
    let first = u64::from((1_u8 ^ 3 ^ b'7').count_ones());
    let count = 70_000 + 29_999 + first;
    assert_eq!(server.run(&["BITCOUNT", "d"]), format!(":{count}\r\n"));
    assert_eq!(server.run(&["BITOP", "AND", "d", "a", "b"]), ":100000\r\n");
    assert_eq!(server.run(&["BITCOUNT", "d"]), ":70001\r\n");
    assert_eq!(server.run(&["BITPOS", "d", "1", "-29999"]), ":-1\r\n");
    assert_eq!(server.run(&["SETBIT", "d", "8000000", "1"]), ":0\r\n");
    assert_eq!(server.run(&["STRLEN", "d"]), ":1000001\r\n");
    assert_eq!(server.run(&["BITPOS", "d", "1", "70001"]), ":8000000\r\n");
    server.run(&["FLUSHALL"]);
    server.check();
}

#[test]
fn a_full_pool_leaves_the_key_as_it_was() {
    let mut server = Server::with_room(4 << 20);
    server.run(&["SET", "k", "text"]);
    server.run(&["SET", "source", &"x".repeat(3 << 20)]);
    for request in [
        "SETBIT k 80000000 1",
        "BITFIELD k SET u8 80000000 1",
        "BITOP NOT k source",
    ] {
        let words: Vec<&str> = request.split(' ').collect();
        // The second node has room for one copy of `source`.
        server.run(&["BITOP", "NOT", "filler", "source"]);
        assert!(server.run(&words).starts_with("-OOM"), "{request}");
        assert_eq!(server.run(&["GET", "k"]), "$4\r\ntext\r\n");
        server.check();
    }
}
