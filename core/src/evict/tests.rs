//! Eviction as clients see it: which keys go, and that memory stays within its limit.

use crate::testing::Server;
use core::sync::atomic::Ordering::Relaxed;

const POLICIES: [&str; 8] = [
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
];
const OOM: &str = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const ROOM_BYTES: u64 = 1 << 20;

/// A server without a keeper whose limit lies `ROOM_BYTES` above what it uses, and which evicts without a time limit.
fn limited(policy: &str) -> Server {
    let server = Server::with_room(64 << 20);
    set(&server, "maxmemory-policy", policy);
    set(&server, "maxmemory-eviction-tenacity", "100");
    limit(&server, ROOM_BYTES);
    server
}

fn set(server: &Server, name: &str, value: &str) {
    server.store.settings.set(name, value).expect("a setting");
}

/// Limits memory to what is in use and `room` bytes.
fn limit(server: &Server, room: u64) {
    let outside = server.store.measure_outside().total();
    let used = server.store.keyspace.pool.used_bytes_at_most() + outside;
    set(server, "maxmemory", &(used + room).to_string());
}

fn is_within(server: &Server) -> bool {
    let store = &server.store;
    let used = store.keyspace.pool.used_bytes() + store.measure_outside().total();
    used <= store.settings.maxmemory.load(Relaxed) + 4096
}

fn number(reply: &str) -> u64 {
    reply
        .trim_start_matches(':')
        .trim()
        .parse()
        .expect("a number")
}

#[test]
fn memory_stays_within_its_limit_whatever_the_policy() {
    for policy in POLICIES {
        let mut server = limited(policy);
        let mut refused = 0;
        for number in 0..20_000 {
            let key = format!("key:{number}");
            let reply = server.run(&["SETEX", &key, "10000", "some value of some length"]);
            refused += (reply == OOM) as u64;
            assert!(reply == OOM || reply == "+OK\r\n", "{policy}: {reply}");
        }
        assert!(is_within(&server), "{policy}");
        let kept = number(&server.run(&["DBSIZE"]));
        let evicted = server.store.totals().evicted_keys;
        assert_eq!(kept + evicted + refused, 20_000, "{policy}");
        assert_eq!(refused > 0, policy == "noeviction", "{policy}");
        assert!(kept > 5_000, "{policy} kept {kept}");
        server.check();
    }
}

#[test]
fn volatile_policies_take_only_keys_with_a_deadline_and_then_refuse() {
    for policy in POLICIES.iter().filter(|name| name.starts_with("volatile")) {
        let mut server = limited(policy);
        for number in 0..2_000 {
            let key = number.to_string();
            server.run(&["SETEX", &format!("v{key}"), "10000", "passing"]);
            assert_eq!(
                server.run(&["SET", &format!("s{key}"), "staying"]),
                "+OK\r\n"
            );
        }
        let mut number = 2_000;
        while server.run(&["SET", &format!("s{number}"), "staying"]) == "+OK\r\n" {
            number += 1;
        }
        for kept in 0..number {
            let reply = server.run(&["EXISTS", &format!("s{kept}")]);
            assert_eq!(reply, ":1\r\n", "{policy}: s{kept} of {number}");
        }
        assert_eq!(server.store.totals().evicted_keys, 2_000, "{policy}");
        assert_eq!(server.run(&["GET", "s0"]), "$7\r\nstaying\r\n");
        assert_eq!(server.run(&["APPEND", "s0", "x"]), OOM);
        server.run(&["DEL", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"]);
        server.check();
    }
}

#[test]
fn the_least_useful_keys_go_first() {
    let rounds = [
        ("allkeys-lru", "idle"),
        ("allkeys-lfu", "used"),
        ("volatile-ttl", "soon"),
    ];
    for (policy, what) in rounds {
        let mut server = limited(policy);
        // A step of the clock each, so that idle times differ.
        for number in 0..1_000u64 {
            let (key, ttl) = (
                format!("key:{number}"),
                (1_000_000 + number * 100).to_string(),
            );
            server.run(&["SETEX", &key, &ttl, "value"]);
        }
        server.store.clock.advance(600_000);
        for number in (500..1_000).cycle().take(5_000) {
            server.run(&["GET", &format!("key:{number}")]);
        }
        limit(&server, 0);
        for number in 0..300 {
            server.run(&["SETEX", &format!("new:{number}"), "90000000", "value"]);
            // New keys are used too: they are not what is to go.
            server.run(&["GET", &format!("new:{number}")]);
        }
        let count = |server: &mut Server, range: core::ops::Range<u64>| -> u64 {
            range.map(|number| number_of(server, number)).sum()
        };
        let (old, recent) = (count(&mut server, 0..500), count(&mut server, 500..1_000));
        assert!(
            old < 350,
            "{policy} ({what}): {old} of the less useful half are left"
        );
        assert!(
            recent > 450,
            "{policy} ({what}): {recent} of the more useful half are left"
        );
    }
}

fn number_of(server: &mut Server, number_in_name: u64) -> u64 {
    number(&server.run(&["EXISTS", &format!("key:{number_in_name}")]))
}

#[test]
fn an_eviction_is_one_effect_and_ends_at_its_time_limit() {
    let mut server = limited("allkeys-random");
    for number in 0..5_000 {
        server.run(&["SET", &format!("key:{number}"), "value"]);
    }
    server.effects();
    set(&server, "maxmemory-eviction-tenacity", "0");
    set(&server, "maxmemory", "1");
    // No time at all: a few keys go, and the command is served.
    assert_eq!(server.run(&["SET", "key:1", "new"]), "+OK\r\n");
    let effects = server.effects();
    let evicted = server.store.totals().evicted_keys;
    assert!((1..5_000).contains(&evicted), "{evicted}");
    assert_eq!(effects.len() as u64, evicted + 1);
    assert!(effects[0].starts_with("0 DEL key:"), "{}", effects[0]);
    assert!(server.store.totals().evictions_cut_short > 0);
}

#[test]
fn the_keeper_goes_on_where_commands_stopped() {
    let mut server = Server::start();
    for number in 0..50_000 {
        server.run(&["SET", &format!("key:{number}"), "value"]);
    }
    set(&server, "maxmemory-policy", "allkeys-lru");
    limit(&server, 0);
    let limit = server.store.settings.maxmemory.load(Relaxed) - (1 << 20);
    set(&server, "maxmemory", &limit.to_string());
    let patience = std::time::Instant::now();
    while !is_within(&server) {
        assert!(
            patience.elapsed().as_secs() < 30,
            "the keeper does not evict"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(server.store.totals().evicted_keys > 1_000);
}
