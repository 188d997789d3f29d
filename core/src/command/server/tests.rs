//! The server family as its clients see it. Keys are put into the keyspace directly, so that no other family is needed.

use crate::keyspace::Mode;
use crate::keyspace::lock::ShardSet;
use crate::keyspace::update::{Deadline, Target};
use crate::object::string::StringValue;
use crate::testing::Server;

const SYNTAX: &str = "-ERR syntax error\r\n";
const DEBUG: &str = "topology fake:2\nenable-debug-command yes\n";

fn expect(server: &mut Server, pairs: &[(&[&str], &str)]) {
    for (request, reply) in pairs {
        assert_eq!(server.run(request), *reply, "{request:?}");
    }
}

/// Sets a key on node index 1.
fn put(server: &Server, db: u32, key: &str, value: &str, deadline: Deadline) {
    let keyspace = &server.store.keyspace;
    let lane = server
        .store
        .open_lane(None, "put", None)
        .expect("a free seat");
    let value = StringValue::parse(value.as_bytes());
    let target = Target {
        db,
        hash: keyspace.hash(key.as_bytes()),
        key: key.as_bytes(),
        node: 1,
        clock: 0,
    };
    let mut grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Exclusive);
    grip.set_string(target, None, value, value.encoding(), deadline)
        .expect("room");
    drop(grip);
    server.store.close_lane(&lane);
}

/// The value of INFO's line `name`.
fn field(info: &str, name: &str) -> Option<String> {
    let start = format!("{name}:");
    info.lines()
        .find_map(|line| line.strip_prefix(&start))
        .map(str::to_owned)
}

#[test]
fn time_follows_the_store_s_clock() {
    let mut server = Server::start();
    server.store.clock.advance(10_000_000);
    let before = server.store.clock.now_us() / 1_000_000;
    let reply = server.run(&["TIME"]);
    let seconds: i64 = reply
        .lines()
        .nth(2)
        .expect("seconds")
        .parse()
        .expect("a number");
    assert!((before..before + 60).contains(&seconds));
}

#[test]
fn flush_deletes_keys_counts_them_and_leaves_one_effect() {
    let mut server = Server::start();
    assert!(server.effects().is_empty());
    for (db, key) in [(0, "a"), (0, "b"), (3, "c")] {
        put(&server, db, key, "v", Deadline::Clear);
    }
    expect(
        &mut server,
        &[
            (&["DBSIZE"], ":2\r\n"),
            (&["FLUSHALL", "foo"], SYNTAX),
            (&["FLUSHALL", "ASYNC", "SYNC"], SYNTAX),
            (&["FLUSHDB", "foo"], SYNTAX),
            (&["FLUSHDB", "ASYNC"], "+OK\r\n"),
            (&["DBSIZE"], ":0\r\n"),
            (&["FLUSHALL", "SYNC"], "+OK\r\n"),
        ],
    );
    assert_eq!(server.store.keyspace.count(3), (0, 0));
    assert_eq!(server.store.totals().changes, 3);
    assert_eq!(server.effects(), ["0 FLUSHDB ASYNC", "0 FLUSHALL SYNC"]);
}

#[test]
fn swapdb_exchanges_databases() {
    let mut server = Server::start();
    put(&server, 0, "k", "v", Deadline::Clear);
    let out_of_range = "-ERR DB index is out of range\r\n";
    expect(
        &mut server,
        &[
            (&["SWAPDB", "a", "1"], "-ERR invalid first DB index\r\n"),
            (&["SWAPDB", "1", "a"], "-ERR invalid second DB index\r\n"),
            (
                &["SWAPDB", "99999999999", "1"],
                "-ERR invalid first DB index\r\n",
            ),
            (&["SWAPDB", "1", "16"], out_of_range),
            (&["SWAPDB", "-1", "1"], out_of_range),
            (&["SWAPDB", "0", "0"], "+OK\r\n"),
            (&["SWAPDB", "0", "1"], "+OK\r\n"),
            (&["DBSIZE"], ":0\r\n"),
            (&["SELECT", "1"], "+OK\r\n"),
            (&["DBSIZE"], ":1\r\n"),
        ],
    );
    server.check();
}

#[test]
fn memory_usage_counts_entry_and_slot() {
    let mut server = Server::start();
    put(&server, 0, "k", "12", Deadline::Clear);
    expect(
        &mut server,
        &[
            (&["MEMORY", "USAGE", "nokey"], "$-1\r\n"),
            (&["MEMORY", "USAGE", "nokey", "SAMPLES"], SYNTAX),
            (&["MEMORY", "USAGE", "nokey", "FOO", "1"], SYNTAX),
            (&["MEMORY", "USAGE", "nokey", "SAMPLES", "-1"], SYNTAX),
            (
                &["MEMORY", "USAGE", "nokey", "SAMPLES", "x"],
                "-ERR value is not an integer or out of range\r\n",
            ),
            (&["MEMORY", "USAGE", "nokey", "SAMPLES", "0"], "$-1\r\n"),
            (&["MEMORY", "PURGE"], "+OK\r\n"),
        ],
    );
    let bytes = server.run(&["MEMORY", "USAGE", "k", "SAMPLES", "5"]);
    let bytes: usize = bytes
        .trim_start_matches(':')
        .trim_end()
        .parse()
        .expect("bytes");
    // PREFIX, key, integer and slot, and at most a cell's rounding.
    assert!(
        (16 + 1 + 8 + 8..=16 + 1 + 8 + 8 + 16).contains(&bytes),
        "{bytes}"
    );
}

#[test]
fn memory_stats_is_a_whole_map_with_redis_names() {
    let mut server = Server::start();
    put(&server, 2, "k", "v", Deadline::Clear);
    server.run(&["HELLO", "3"]);
    let reply = server.run(&["MEMORY", "STATS"]);
    let pairs: usize = reply[1..]
        .split("\r\n")
        .next()
        .expect("a header")
        .parse()
        .expect("a count");
    // A pair has one name line ahead of its value; those of db.2 are its own map's.
    let names = reply
        .lines()
        .filter(|line| line.contains(['.', '-']) || *line == "fragmentation");
    let names: Vec<&str> = names
        .filter(|line| line.starts_with(char::is_alphabetic))
        .collect();
    assert_eq!(names.len(), pairs + 3, "{names:?}");
    for name in [
        "peak.allocated",
        "db.2",
        "keys.count",
        "dataset.bytes",
        "fragmentation.bytes",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert!(reply.contains("keys.count\r\n:1\r\n"));
}

#[test]
fn memory_texts_are_verbatim_in_protocol_3() {
    let mut server = Server::start();
    assert!(server.run(&["MEMORY", "DOCTOR"]).starts_with('$'));
    server.run(&["HELLO", "3"]);
    for subcommand in ["DOCTOR", "MALLOC-STATS"] {
        let reply = server.run(&["MEMORY", subcommand]);
        assert!(
            reply.starts_with('=') && reply.contains("\r\ntxt:"),
            "{reply}"
        );
    }
    assert!(
        server
            .run(&["MEMORY", "MALLOC-STATS"])
            .contains("node 1: reserved ")
    );
}

#[test]
fn info_shows_the_sections_asked_for_in_their_order() {
    let mut server = Server::start();
    put(
        &server,
        0,
        "k",
        "v",
        Deadline::At(server.store.clock.now_ms() + 50_000),
    );
    expect(
        &mut server,
        &[
            (&["INFO", "nosuch"], "$0\r\n\r\n"),
            (
                &["INFO", "cluster", "CLUSTER", "nosuch"],
                "$30\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n",
            ),
        ],
    );
    let two = server.run(&["INFO", "keyspace", "cluster"]);
    assert!(
        two.contains("cluster_enabled:0\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=1,avg_ttl="),
        "{two}"
    );
    let ttl: i64 = two
        .trim_end()
        .rsplit('=')
        .next()
        .expect("avg_ttl")
        .parse()
        .expect("ms");
    assert!((40_000..=50_000).contains(&ttl), "{ttl}");
    let plain = server.run(&["INFO"]);
    let titles: Vec<&str> = plain
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .collect();
    assert_eq!(
        titles.join(" "),
        "Server Clients Memory Persistence Stats Replication CPU Modules Errorstats Cluster Numa Keyspace"
    );
    assert!(!server.run(&["INFO", "all"]).contains("# Modules"));
    assert!(
        server
            .run(&["INFO", "everything"])
            .contains("# Commandstats\r\ncmdstat_")
    );
}

#[test]
fn info_s_numbers_are_those_counted() {
    let mut server = Server::with_options("topology fake:2\nfact.config_file /etc/numakv.conf\n");
    server.run(&["NOSUCH"]);
    put(&server, 0, "k", &"v".repeat(3000), Deadline::Clear);
    let info = server.run(&["INFO", "everything"]);
    let number = |name: &str| -> u64 {
        let value = field(&info, name).unwrap_or_else(|| panic!("no {name}"));
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is {value}"))
    };
    let pool_used = server.store.keyspace.pool.used_bytes();
    assert!(number("used_memory") > pool_used && pool_used > 3000);
    assert!(number("used_memory_peak") >= number("used_memory"));
    assert_eq!(
        number("used_memory_overhead") + number("used_memory_dataset"),
        number("used_memory")
    );
    assert!(number("used_memory_rss") > 1 << 20);
    assert_eq!(number("connected_clients"), 1);
    assert_eq!(number("total_error_replies"), 1);
    assert_eq!(number("total_reads_processed"), 2);
    assert_eq!(number("numa_nodes"), 2);
    assert_eq!(field(&info, "errorstat_ERR").as_deref(), Some("count=1"));
    assert_eq!(
        field(&info, "config_file").as_deref(),
        Some("/etc/numakv.conf")
    );
    assert_eq!(field(&info, "redis_version").as_deref(), Some("7.0.15"));
    assert_eq!(field(&info, "run_id").map(|id| id.len()), Some(40));
    assert_eq!(field(&info, "numa_topology").as_deref(), Some("fake:2"));
    assert!(field(&info, "numa_node1").is_some_and(|node| node.contains(",spans=0,")));
    assert!(
        field(&info, "cmdstat_info").is_none(),
        "INFO itself has not ended yet"
    );
}

#[test]
fn config_resetstat_forgets_statistics_but_not_changes() {
    let mut server = Server::start();
    server.run(&["NOSUCH"]);
    put(&server, 0, "k", "v", Deadline::Clear);
    server.run(&["FLUSHALL"]);
    assert_eq!(server.run(&["CONFIG", "RESETSTAT"]), "+OK\r\n");
    let info = server.run(&["INFO", "everything"]);
    assert_eq!(field(&info, "total_error_replies").as_deref(), Some("0"));
    assert_eq!(field(&info, "errorstat_ERR"), None);
    assert_eq!(
        field(&info, "rdb_changes_since_last_save").as_deref(),
        Some("1")
    );
}

#[test]
fn lolwut_draws_a_tower_for_each_node_and_names_the_version() {
    let mut server = Server::with_options("topology fake:2+1\n");
    put(&server, 0, "k", "v", Deadline::Clear);
    let picture = server.run(&["LOLWUT", "VERSION", "5"]);
    assert!(picture.contains("node 0  node 1  node 2"), "{picture}");
    assert!(picture.contains("|[][]|"), "{picture}");
    let last = picture.trim_end().lines().last();
    assert!(
        last.is_some_and(|line| line.starts_with("Redis ver. 7.0.15")),
        "{picture}"
    );
    assert_eq!(
        server.run(&["LOLWUT", "VERSION", "x"]),
        "-ERR value is not an integer or out of range\r\n"
    );
}

#[test]
fn debug_is_closed_unless_it_is_opened() {
    let mut closed = Server::start();
    let refusal = format!("-{}\r\n", crate::error::DEBUG_CLOSED);
    assert_eq!(closed.run(&["DEBUG", "FOO"]), refusal);
    assert_eq!(closed.run(&["DEBUG", "PANIC"]), refusal);
    // The harness' client comes from 127.0.0.1.
    let mut local = Server::with_options("topology fake:2\nenable-debug-command local\n");
    assert_eq!(local.run(&["DEBUG", "KEYSPACE"]), "+OK\r\n");
}

#[test]
fn debug_subcommands_answer_as_redis_does() {
    let mut server = Server::with_options(DEBUG);
    let wrong = |name: &str| {
        format!(
            "-ERR unknown subcommand or wrong number of arguments for '{name}'. Try DEBUG HELP.\r\n"
        )
    };
    let threshold = "-ERR argument must be a memory value bigger than 1 and smaller than 4gb\r\n";
    expect(
        &mut server,
        &[
            (
                &["DEBUG"],
                "-ERR wrong number of arguments for 'debug' command\r\n",
            ),
            (&["DEBUG", "FOO"], &wrong("FOO")),
            (&["DEBUG", "DIGEST", "x"], &wrong("DIGEST")),
            (&["DEBUG", "SLEEP"], &wrong("SLEEP")),
            (&["DEBUG", "SLEEP", "0.001"], "+OK\r\n"),
            (&["DEBUG", "SLEEP", "x"], "+OK\r\n"),
            (&["DEBUG", "CHANGE-REPL-ID"], "+OK\r\n"),
            (&["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100B"], "+OK\r\n"),
            (&["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "5gb"], threshold),
            (&["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "x"], threshold),
            (&["DEBUG", "STRINGMATCH-LEN", "1000", "a*"], ":1\r\n"),
            (&["DEBUG", "STRINGMATCH-LEN", "3", "b*"], ":0\r\n"),
            (&["DEBUG", "ERROR", "foo bar"], "-foo bar\r\n"),
            (&["DEBUG", "OBJECT", "nokey"], "-ERR no such key\r\n"),
            (&["DEBUG", "POOL", "7"], "-ERR no such node\r\n"),
            (
                &["DEBUG", "RELOAD", "NOSAVE"],
                "-ERR there is no file to load: nothing is saved to disk yet\r\n",
            ),
            (
                &["DEBUG", "RELOAD", "x"],
                "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n",
            ),
        ],
    );
    let help = server.run(&["DEBUG", "HELP"]);
    let lines = help.matches("\r\n+").count();
    assert!(help.starts_with(&format!("*{lines}\r\n+DEBUG <subcommand>")));
    assert!(help.contains("+PROTOCOL <type>\r\n"));
}

#[test]
fn debug_protocol_answers_with_each_kind() {
    let mut server = Server::with_options(DEBUG);
    let attribute = "$39\r\nSome real reply following the attribute\r\n";
    let known = "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n";
    let map = "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n";
    let push = ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n$40\r\nSome real reply following the push reply\r\n";
    let text = "This is a verbatim\nstring\r\n";
    let big = "1234567999999999999999999999999999999\r\n";
    let replies: [(&str, String, String); 7] = [
        ("double", "$5\r\n3.141\r\n".into(), ",3.141\r\n".into()),
        (
            "map",
            map.into(),
            "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n".into(),
        ),
        ("attrib", attribute.into(), format!("{known}{attribute}")),
        (
            "push",
            "-ERR RESP2 is not supported by this command\r\n".into(),
            push.into(),
        ),
        (
            "verbatim",
            format!("$25\r\n{text}"),
            format!("=29\r\ntxt:{text}"),
        ),
        ("bignum", format!("$37\r\n{big}"), format!("({big}")),
        ("null", "$-1\r\n".into(), "_\r\n".into()),
    ];
    for (kind, old, new) in replies {
        server.run(&["HELLO", "2"]);
        assert_eq!(server.run(&["DEBUG", "PROTOCOL", kind]), old);
        server.run(&["HELLO", "3"]);
        assert_eq!(server.run(&["debug", "protocol", kind]), new);
    }
    assert!(
        server
            .run(&["DEBUG", "PROTOCOL", "x"])
            .starts_with("-ERR Wrong protocol type name.")
    );
    assert_eq!(server.run(&["DEBUG", "LOG", "a\nb"]), "+OK\r\n");
}

#[test]
fn debug_object_tells_where_a_key_is() {
    let mut server = Server::with_options(DEBUG);
    put(&server, 0, "k", "v", Deadline::Clear);
    put(&server, 0, "n", "12", Deadline::Clear);
    let line = server.run(&["DEBUG", "OBJECT", "k"]);
    assert!(line.starts_with("+Value at:0x"), "{line}");
    assert!(
        line.contains(" refcount:1 encoding:embstr serializedlength:2 lru:"),
        "{line}"
    );
    assert!(line.contains(" node:1 level:"), "{line}");
    let shared = server.run(&["DEBUG", "OBJECT", "n"]);
    assert!(
        shared.contains(" refcount:2147483647 encoding:int "),
        "{shared}"
    );
}

#[test]
fn debug_pool_and_keyspace_find_everything_whole() {
    let mut server = Server::with_options(DEBUG);
    for key in 0..200 {
        put(
            &server,
            key % 2,
            &format!("key:{key}"),
            &"v".repeat(key as usize * 20),
            Deadline::Clear,
        );
    }
    assert_eq!(server.run(&["DEBUG", "KEYSPACE"]), "+OK\r\n");
    let one = server.run(&["DEBUG", "POOL", "1"]);
    assert!(
        one.contains("valid\nnode 1: reserved ") && !one.contains("node 0:"),
        "{one}"
    );
    assert_eq!(
        server.run(&["DEBUG", "POOL"]).matches("reserved").count(),
        2
    );
}

#[test]
fn debug_clock_and_active_expire_serve_tests() {
    let mut server = Server::with_options(DEBUG);
    let before = server.store.clock.now_ms();
    expect(
        &mut server,
        &[
            (&["DEBUG", "SET-ACTIVE-EXPIRE", "0"], "+OK\r\n"),
            (&["DEBUG", "CLOCK", "ADVANCE", "100000"], "+OK\r\n"),
        ],
    );
    assert!(server.store.clock.now_ms() >= before + 100_000);
    assert!(
        !server
            .store
            .active_expire
            .load(core::sync::atomic::Ordering::Relaxed)
    );
    server.run(&["DEBUG", "SET-ACTIVE-EXPIRE", "1"]);
    assert!(
        server
            .store
            .active_expire
            .load(core::sync::atomic::Ordering::Relaxed)
    );
}

#[test]
fn debug_panic_leaves_the_world_to_others() {
    let mut server = Server::with_options(DEBUG);
    let panicked = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
        server.run(&["DEBUG", "PANIC"]);
    }));
    assert!(panicked.is_err());
    let locks = &server.store.keyspace.locks;
    let lane = server
        .store
        .open_lane(None, "after", None)
        .expect("a free seat");
    assert!(locks.lock_world(lane.seat));
    locks.unlock_world();
    server.store.close_lane(&lane);
}

#[test]
fn memory_doctor_judges_only_where_there_is_something() {
    let mut server = Server::start();
    assert!(
        server
            .run(&["MEMORY", "DOCTOR"])
            .contains("too little data")
    );
    put(&server, 0, "k", &"v".repeat(8 << 20), Deadline::Clear);
    let text = server.run(&["MEMORY", "DOCTOR"]);
    assert!(
        text.contains("One node holds more than eight times"),
        "{text}"
    );
}
