//! What the replies alone do not show: effects, encodings, memory, a pool that is full; and replies that a stream of random
//! commands seldom meets.

use crate::testing::Server;

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// The bulks of a reply, without what announces them.
fn bulks(reply: &str) -> Vec<&str> {
    let lines = reply.split("\r\n");
    lines
        .filter(|line| !line.is_empty() && !line.starts_with(['*', '$', '%', '~']))
        .collect()
}

/// A hash of `count` fields `f0`, `f1` .. with values of `len` bytes.
fn fill(server: &mut Server, key: &str, count: usize, len: usize) {
    for index in 0..count {
        let field = format!("f{index}");
        server.run(&["HSET", key, &field, &"v".repeat(len)]);
    }
}

#[test]
fn effects_are_deterministic() {
    let mut server = Server::start();
    server.effects();
    for (request, effect) in [
        ("HSET k a 1 b 2", Some("0 HSET k a 1 b 2")),
        ("HMSET k a 1", Some("0 HMSET k a 1")),
        ("HSETNX k a 2", None),
        ("HSETNX k c 2", Some("0 HSETNX k c 2")),
        ("HINCRBY k a 2", Some("0 HINCRBY k a 2")),
        ("HINCRBYFLOAT k a 0.5", Some("0 HSET k a 3.5")),
        ("HINCRBY k a 2", None),
        ("HDEL k x y", None),
        ("HDEL k a x", Some("0 HDEL k a x")),
        ("HGETALL k", None),
        ("HDEL k b c", Some("0 HDEL k b c")),
        ("EXISTS k", None),
    ] {
        server.run(&words(request));
        let effects = server.effects();
        assert!(
            effects.iter().map(String::as_str).eq(effect),
            "{request}: {effects:?}"
        );
    }
}

#[test]
fn a_listpack_becomes_a_table_when_it_breaks_a_limit() {
    let mut server = Server::start();
    let encoding = |server: &mut Server, key: &str| server.run(&["OBJECT", "ENCODING", key]);
    fill(&mut server, "many", 512, 1);
    assert_eq!(encoding(&mut server, "many"), "$8\r\nlistpack\r\n");
    server.run(&["HSET", "many", "f1", "other"]);
    assert_eq!(encoding(&mut server, "many"), "$8\r\nlistpack\r\n");
    server.run(&["HSET", "many", "one", "more"]);
    assert_eq!(encoding(&mut server, "many"), "$9\r\nhashtable\r\n");
    server.run(&["HDEL", "many", "one"]);
    assert_eq!(encoding(&mut server, "many"), "$9\r\nhashtable\r\n");
    fill(&mut server, "short", 1, 64);
    assert_eq!(encoding(&mut server, "short"), "$8\r\nlistpack\r\n");
    fill(&mut server, "long", 1, 65);
    assert_eq!(encoding(&mut server, "long"), "$9\r\nhashtable\r\n");
    server.run(&["HSETNX", "short", "f0", &"v".repeat(65)]);
    assert_eq!(encoding(&mut server, "short"), "$8\r\nlistpack\r\n");
    server.run(&["HINCRBY", "short", &"n".repeat(65), "1"]);
    assert_eq!(encoding(&mut server, "short"), "$9\r\nhashtable\r\n");
    server.check();
}

#[test]
fn a_hash_that_loses_its_last_field_is_gone_with_all_its_memory() {
    let mut server = Server::start();
    let used = |server: &Server| server.store.keyspace.pool.used_bytes();
    for key in ["k", "copy"] {
        server.run(&["HSET", key, "f", "v"]);
        server.run(&["HDEL", key, "f"]);
    }
    let before = used(&server);
    for (count, len) in [(10, 5), (600, 20), (3, 100_000)] {
        fill(&mut server, "k", count, len);
        assert!(used(&server) > before);
        for index in 0..count {
            let reply = server.run(&["HDEL", "k", &format!("f{index}")]);
            assert_eq!(reply, ":1\r\n");
        }
        assert_eq!(server.run(&["EXISTS", "k"]), ":0\r\n");
        assert_eq!(used(&server), before, "{count} fields of {len} bytes");
    }
    fill(&mut server, "k", 2000, 20);
    server.run(&["COPY", "k", "copy"]);
    assert_eq!(server.run(&["HLEN", "copy"]), ":2000\r\n");
    assert_eq!(
        bulks(&server.run(&["HGET", "copy", "f77"])),
        ["v".repeat(20)]
    );
    server.run(&["DEL", "k", "copy"]);
    assert_eq!(used(&server), before);
    server.check();
}

#[test]
fn a_hash_for_which_there_is_no_room_is_as_it_was() {
    for start in [3, 600] {
        let mut server = Server::with_room(1 << 20);
        fill(&mut server, "k", start, 60);
        let large = "x".repeat(300_000);
        let mut before = server.run(&["HGETALL", "k"]);
        let mut refused = 0;
        for round in 0..30 {
            let name = format!("large{round}");
            let reply = server.run(&["HSET", "k", "f0", "new", &name, &large, "f1", "new"]);
            let after = server.run(&["HGETALL", "k"]);
            if reply.starts_with("-OOM") {
                refused += 1;
                let sorted = |reply: &str| {
                    let mut bulks: Vec<_> = bulks(reply).iter().map(|it| it.to_string()).collect();
                    bulks.sort();
                    bulks
                };
                assert_eq!(sorted(&after), sorted(&before));
            }
            before = after;
        }
        assert!(refused > 20, "{refused} refused");
        assert!(
            server
                .run(&["HSET", "new", "f", &large])
                .starts_with("-OOM")
        );
        assert_eq!(server.run(&["EXISTS", "new"]), ":0\r\n");
        server.check();
    }
}

#[test]
fn a_scan_of_a_changing_hash_answers_every_field_that_stays() {
    let mut server = Server::start();
    for index in 0..3000 {
        server.run(&["HSET", "k", &format!("stays:{index}"), "v"]);
    }
    let (mut cursor, mut seen, mut round) = ("0".to_string(), std::collections::BTreeSet::new(), 0);
    loop {
        let reply = server.run(&["HSCAN", "k", &cursor, "COUNT", "20", "MATCH", "stays:*"]);
        let bulks = bulks(&reply);
        cursor = bulks[0].to_string();
        assert!(cursor.parse::<u64>().expect("a number") < 1 << 53);
        seen.extend(bulks[1..].iter().step_by(2).map(|field| field.to_string()));
        assert!(
            bulks[1..]
                .iter()
                .skip(1)
                .step_by(2)
                .all(|value| *value == "v")
        );
        if cursor == "0" {
            break;
        }
        for index in 0..50 {
            let field = format!("comes:{}", round * 50 + index);
            server.run(&["HSET", "k", &field, "v"]);
            server.run(&["HDEL", "k", &format!("comes:{}", round * 25 + index)]);
        }
        round += 1;
    }
    assert_eq!(seen.len(), 3000);
    assert!(round > 100, "{round} calls");
    server.check();
}

#[test]
fn random_fields_are_different_with_a_count_and_repeat_with_a_negative_one() {
    let mut server = Server::start();
    for (key, count) in [("small", 30), ("large", 600)] {
        fill(&mut server, key, count, 3);
        for wanted in [1, 5, 29, 200, 1000] {
            let reply = server.run(&["HRANDFIELD", key, &wanted.to_string()]);
            let mut fields = bulks(&reply);
            assert_eq!(fields.len(), wanted.min(count));
            fields.sort_unstable();
            fields.dedup();
            assert_eq!(fields.len(), wanted.min(count));
            let reply = server.run(&["HRANDFIELD", key, &format!("-{wanted}"), "WITHVALUES"]);
            let pairs = bulks(&reply);
            assert_eq!(pairs.len(), 2 * wanted);
            assert!(pairs.iter().skip(1).step_by(2).all(|value| *value == "vvv"));
        }
    }
    server.run(&["HELLO", "3"]);
    server.run(&["HSET", "one", "f", "v"]);
    let pair = "*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
    assert_eq!(
        server.run(&["HRANDFIELD", "one", "-2", "WITHVALUES"]),
        format!("*2\r\n{pair}{pair}")
    );
    assert_eq!(server.run(&["HRANDFIELD", "none"]), "_\r\n");
    assert_eq!(server.run(&["HGETALL", "none"]), "%0\r\n");
}

#[test]
fn every_field_of_a_small_hash_is_picked_equally_often() {
    let mut server = Server::start();
    server.with_setting("hash-max-listpack-entries", "0");
    fill(&mut server, "k", 20, 1);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..40 {
        let reply = server.run(&["HRANDFIELD", "k", "-100"]);
        for field in bulks(&reply) {
            *counts.entry(field.to_string()).or_insert(0i64) += 1;
        }
    }
    let chi: f64 = counts
        .values()
        .map(|&count| (count as f64 - 200.0).powi(2) / 200.0)
        .sum();
    // Redis' own suite allows 73 for 20 fields.
    assert!(
        counts.len() == 20 && chi < 73.0,
        "chi-square {chi}: {counts:?}"
    );
}

#[test]
fn a_hash_moves_whole_to_another_node() {
    let mut server = Server::start();
    for (key, count) in [("small", 10), ("large", 3000)] {
        fill(&mut server, key, count, 30);
        for node in [1, 0, 1] {
            assert_eq!(
                server.run(&["NUMAMIGRATE", "KEY", key, &node.to_string()]),
                "+OK\r\n"
            );
            assert_eq!(server.run(&["HLEN", key]), format!(":{count}\r\n"));
            let value = server.run(&["HGET", key, "f9"]);
            assert_eq!(bulks(&value), ["v".repeat(30)]);
        }
        server.check();
    }
    server.run(&["UNLINK", "large"]);
}
