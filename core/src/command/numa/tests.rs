//! Tests of the commands on nodes, as a client sees them; where a key really lies is asked of the pool.

mod verify;

use crate::keyspace::Mode;
use crate::keyspace::lock::ShardSet;
use crate::numa;
use crate::object::block::Block;
use crate::testing::Server;
use std::time::Duration;

const OK: &str = "+OK\r\n";
const NO_SUCH_KEY: &str = "-ERR no such key\r\n";

/// A reply, read.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(i64),
    Text(String),
    Array(Vec<Value>),
    Null,
}

impl Value {
    /// Reads one value from the front of `text`.
    fn read(text: &mut &str) -> Value {
        let (line, rest) = text.split_once("\r\n").expect("a whole reply");
        *text = rest;
        let number = || line[1..].parse::<i64>().expect("a number");
        match line.as_bytes()[0] {
            b':' => Value::Int(number()),
            b'*' => Value::Array((0..number()).map(|_| Value::read(text)).collect()),
            b'$' if number() < 0 => Value::Null,
            b'$' => {
                let (bulk, rest) = text.split_at(number() as usize);
                *text = rest.strip_prefix("\r\n").expect("the bulk's end");
                Value::Text(bulk.to_owned())
            }
            _ => Value::Text(line.to_owned()),
        }
    }

    /// The value of a field of a map in protocol 2.
    #[track_caller]
    fn field(&self, name: &str) -> &Value {
        let mut pairs = self.items().chunks(2);
        let pair = pairs.find(|pair| pair[0] == Value::Text(name.to_owned()));
        &pair.unwrap_or_else(|| panic!("no field {name}"))[1]
    }

    #[track_caller]
    fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            other => panic!("{other:?} is no array"),
        }
    }

    #[track_caller]
    fn int(&self, name: &str) -> i64 {
        match self.field(name) {
            Value::Int(number) => *number,
            other => panic!("{name} is {other:?}"),
        }
    }

    #[track_caller]
    fn text(&self, name: &str) -> &str {
        match self.field(name) {
            Value::Text(text) => text,
            other => panic!("{name} is {other:?}"),
        }
    }
}

/// Sends a line of words and reads the whole reply.
fn ask(server: &mut Server, line: &str) -> Value {
    let reply = send(server, line);
    let mut rest = reply.as_str();
    let value = Value::read(&mut rest);
    assert_eq!(rest, "", "{line}");
    value
}

/// The same, raw; a move of a large value is answered when the mover is through.
fn send(server: &mut Server, line: &str) -> String {
    let reply = server.run(&line.split(' ').collect::<Vec<_>>());
    if reply.is_empty() {
        return server.next(Duration::from_secs(60));
    }
    reply
}

/// Node indexes of a key's entry and block, and the address of its entry.
fn place(server: &Server, key: &str) -> (u32, Option<u32>, usize) {
    let keyspace = &server.store.keyspace;
    let lane = server.store.open_lane(None, "look", None).expect("a lane");
    let grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Shared);
    let found = grip.find(0, keyspace.hash(key.as_bytes()), key.as_bytes());
    let entry = found.expect("the key is there").entry;
    let node_of = |address| keyspace.pool.node_of(address);
    let block = Block::owner_of(entry).map(|block| node_of(block.address()));
    let place = (
        node_of(entry.address()),
        block,
        entry.address().addr().get(),
    );
    drop(grip);
    server.store.close_lane(&lane);
    place
}

#[test]
fn topology_tells_every_node() {
    let mut server = Server::with_options("topology fake:2+1\n");
    let topology = ask(&mut server, "NUMA TOPOLOGY");
    assert_eq!(topology.text("origin"), "fake:2+1");
    let nodes = topology.field("nodes").items();
    assert_eq!(nodes.len(), 3);
    for (index, node) in nodes.iter().enumerate() {
        let ours = &server.store.topology.nodes[index];
        assert_eq!(node.int("id"), i64::from(ours.id));
        assert_eq!(node.int("tier"), i64::from(ours.tier));
        assert_eq!(node.int("memory_only"), i64::from(index == 2));
        assert_eq!(node.field("cpus").items().len(), ours.cpus.len());
        assert_eq!(node.field("distances").items()[index], Value::Int(10));
        assert!(node.int("total_bytes") > 0 && node.int("free_bytes") > 0);
        assert_eq!(*node.field("hmat") == Value::Null, ours.hmat.is_none());
    }
}

#[test]
fn info_sums_up_topology_and_accesses() {
    let mut server = Server::with_options("topology fake:2\n");
    send(&mut server, "SET k v");
    (0..3).for_each(|_| drop(send(&mut server, "GET k")));
    send(&mut server, "NUMAMIGRATE KEY k 1");
    send(&mut server, "GET k");
    let info = ask(&mut server, "NUMA INFO");
    assert_eq!(info.text("origin"), "fake:2");
    assert_eq!((info.int("nodes"), info.int("windows_bound")), (2, 0));
    let base = server.store.keyspace.pool.base();
    assert_eq!(info.text("base_address"), format!("{base:#x}"));
    assert_eq!(
        (info.int("remote_accesses"), info.int("moved_keys")),
        (1, 1)
    );
    assert_eq!(info.int("local_accesses"), 3);
    assert_eq!(info.text("local_rate"), "0.75");
    assert_ne!(info.text("mbind"), "");
}

#[test]
fn pool_tells_each_node_or_one() {
    let mut server = Server::with_options("topology fake:2+1\n");
    for number in 0..1000 {
        send(&mut server, &format!("SET key{number} value"));
    }
    let big = "x".repeat(1 << 20);
    server.run(&["SET", "big", &big]);
    assert_eq!(ask(&mut server, "NUMA POOL").items().len(), 3);
    let one = ask(&mut server, "NUMA POOL 0");
    let node = &one.items()[0];
    let pool = &server.store.keyspace.pool;
    assert_eq!(node.int("node"), 0);
    assert_eq!(node.int("used_bytes") as u64, pool.node_used_bytes(0));
    let order = [
        "used_bytes",
        "taken_bytes",
        "committed_bytes",
        "reserved_bytes",
    ];
    let bytes = order.map(|name| node.int(name));
    assert!(bytes.is_sorted() && bytes[0] > 1 << 20, "{bytes:?}");
    assert!(node.int("resident_bytes") > 1 << 20);
    assert_eq!(node.int("spans"), 1);
    assert!(node.int("slab_hits") >= 1000 && node.int("slab_cells_used") >= 1000);
    assert!(node.field("slab_chunks").int("16kb") >= 0);
    let classes = node.field("classes").items().chunks(2);
    let used: i64 = classes.map(|class| class[1].int("cells_used")).sum();
    assert!(used >= 1000);
    let missing = "-ERR node 9 does not exist; NUMA TOPOLOGY lists those there are\r\n";
    assert_eq!(send(&mut server, "NUMA POOL 9"), missing);
    assert_eq!(send(&mut server, "NUMA POOL 0 1"), "-ERR syntax error\r\n");
}

#[test]
fn help_lists_the_subcommands() {
    let mut server = Server::start();
    for line in ["NUMA HELP", "NUMAMIGRATE HELP"] {
        assert!(ask(&mut server, line).items().len() > 8, "{line}");
    }
}

/// Moves a key there and back and compares everything that must change, and everything that must not.
#[track_caller]
fn check_move(server: &mut Server, value: &str, expiring: bool, command: &str) {
    server.run(&["SET", "k", value]);
    if expiring {
        assert_eq!(send(server, "PEXPIREAT k 99999999999999"), ":1\r\n");
    }
    let before = place(server, "k");
    assert_eq!(before.0, 0);
    let footprint = ask(server, "NUMAMIGRATE INFO k").int("memory_footprint") as u64;
    let store = server.store.clone();
    let used = || [0, 1].map(|node| store.keyspace.pool.node_used_bytes(node));
    let [source, target] = used();
    assert_eq!(send(server, &format!("{command} k 1")), OK);
    let after = place(server, "k");
    assert_eq!((after.0, after.1.unwrap_or(1)), (1, 1));
    assert_ne!(after.2, before.2);
    assert_eq!(used(), [source - footprint, target + footprint]);
    assert_eq!(
        server.run(&["GET", "k"]),
        format!("${}\r\n{value}\r\n", value.len())
    );
    let deadline = if expiring {
        ":99999999999999\r\n"
    } else {
        ":-1\r\n"
    };
    assert_eq!(send(server, "PEXPIRETIME k"), deadline);
    let info = ask(server, "NUMAMIGRATE INFO k");
    assert_eq!(info.int("current_node"), 1);
    assert_eq!(info.int("memory_footprint") as u64, footprint);
    assert_eq!(send(server, &format!("{command} k 0")), OK);
    assert_eq!(used(), [source, target]);
    server.check();
}

#[test]
fn a_move_takes_the_whole_key_and_nothing_else_changes() {
    let mut server = Server::start();
    let long = "0123456789abcdef".repeat(1 << 16);
    for value in ["-12345", "a short value", &long] {
        for expiring in [false, true] {
            check_move(&mut server, value, expiring, "NUMAMIGRATE KEY");
        }
    }
    check_move(&mut server, &long, true, "NUMA MIGRATE");
}

#[test]
fn moves_are_counted_and_their_errors_say_what_is_wrong() {
    let mut server = Server::start();
    send(&mut server, "SET k v");
    for (line, reply) in [
        ("NUMAMIGRATE KEY none 1", NO_SUCH_KEY),
        (
            "NUMAMIGRATE KEY k 9",
            "-ERR node 9 does not exist; NUMA TOPOLOGY lists those there are\r\n",
        ),
        (
            "NUMA MIGRATE k -1",
            "-ERR node -1 does not exist; NUMA TOPOLOGY lists those there are\r\n",
        ),
        (
            "NUMAMIGRATE KEY k x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        ("NUMAMIGRATE KEY k 0", OK),
        ("NUMAMIGRATE KEY k 1", OK),
        ("NUMA MIGRATE k 1", OK),
    ] {
        assert_eq!(send(&mut server, line), reply, "{line}");
    }
    let stats = ask(&mut server, "NUMAMIGRATE STATS");
    assert_eq!(stats.int("total_migrations"), 3);
    assert_eq!(stats.int("successful_migrations"), 1);
    assert_eq!(stats.int("skipped_migrations"), 2);
    assert_eq!(stats.int("failed_migrations"), 0);
    assert_eq!(stats.int("peak_concurrent_migrations"), 1);
    let footprint = ask(&mut server, "NUMAMIGRATE INFO k").int("memory_footprint");
    assert_eq!(stats.int("total_bytes_migrated"), footprint);
    assert!(stats.int("longest_step_usec") >= 1);
    assert_eq!(send(&mut server, "NUMAMIGRATE RESET"), OK);
    let stats = ask(&mut server, "NUMAMIGRATE STATS");
    assert_eq!(stats.items().len(), 26);
    let numbers = stats.items().chunks(2).map(|pair| &pair[1]);
    assert!(numbers.into_iter().all(|number| *number == Value::Int(0)));
}

#[test]
fn a_move_to_a_full_node_leaves_the_key_as_it_was() {
    let mut server = Server::start();
    let value = vec![b'x'; 64 << 20];
    assert_eq!(server.run_bytes(&[b"SET", b"k", &value]), OK.as_bytes());
    send(&mut server, "PEXPIREAT k 99999999999999");
    let (before, store) = (place(&server, "k"), server.store.clone());
    let pool = &store.keyspace.pool;
    let used = [0, 1].map(|node| pool.node_used_bytes(node));
    pool.refuse_commits(1, true);
    let refused = "-OOM node 1 has no memory left for this key; it stays where it is\r\n";
    assert_eq!(send(&mut server, "NUMAMIGRATE KEY k 1"), refused);
    assert_eq!(place(&server, "k"), before);
    assert_eq!([0, 1].map(|node| pool.node_used_bytes(node)), used);
    assert_eq!(
        send(&mut server, "STRLEN k"),
        format!(":{}\r\n", value.len())
    );
    assert_eq!(send(&mut server, "PEXPIRETIME k"), ":99999999999999\r\n");
    let stats = ask(&mut server, "NUMAMIGRATE STATS");
    let counts = ["total", "failed", "successful"].map(|n| stats.int(&format!("{n}_migrations")));
    assert_eq!(counts, [1, 1, 0]);
    pool.refuse_commits(1, false);
    assert_eq!(send(&mut server, "NUMAMIGRATE KEY k 1"), OK);
    server.check();
}

#[test]
fn info_of_a_key_tells_its_use_and_is_none_itself() {
    let mut server = Server::start();
    assert_eq!(send(&mut server, "NUMAMIGRATE INFO none"), NO_SUCH_KEY);
    send(&mut server, "SET k 12");
    assert_eq!(
        ask(&mut server, "NUMAMIGRATE INFO k").int("accessor_node"),
        -1
    );
    (0..10).for_each(|_| drop(send(&mut server, "GET k")));
    server.store.clock.advance(3_000);
    let first = ask(&mut server, "NUMAMIGRATE INFO k");
    assert_eq!(
        (first.text("type"), first.text("encoding")),
        ("string", "int")
    );
    assert_eq!(
        (first.int("access_count"), first.int("accessor_node")),
        (10, 0)
    );
    // All keys cool at once, every ten seconds: such a moment may lie within the three.
    assert!((3..=4).contains(&first.int("hotness_level")), "{first:?}");
    assert_eq!(first.int("idle"), 3);
    assert_eq!(ask(&mut server, "NUMAMIGRATE INFO k"), first);
}

/// Virtual nodes lie wherever the kernel puts them, and that is what INFO must say, whatever node the pool says.
#[test]
fn the_resident_node_is_the_kernels_word() {
    let mut server = Server::start();
    send(&mut server, "SET k v");
    for node in [0, 1] {
        send(&mut server, &format!("NUMAMIGRATE KEY k {node}"));
        let page = place(&server, "k").2 & !0xfff;
        let kernel = numa::residency(&[page]).map_or(-1, |nodes| i64::from(nodes[0].max(-1)));
        let info = ask(&mut server, "NUMAMIGRATE INFO k");
        assert_eq!(
            (info.int("current_node"), info.int("resident_node")),
            (node, kernel)
        );
    }
}

/// Few accesses of a hot key are stored, each for many, so the counts are estimates: off by two of the sample at most, before
/// and after its rarity changes. They are exact as long as each is stored.
#[test]
fn accesses_of_a_hot_key_are_counted_nearly_whatever_else_is_used_between() {
    for others in 0..4 {
        let mut server = Server::with_options("topology fake:2\n");
        server.run(&["SET", "hot", "v"]);
        for number in 0..others {
            server.run(&["SET", &number.to_string(), "v"]);
        }
        let count = |server: &Server| server.store.totals().local_accesses;
        for (gets, slack) in [(200, 0), (400, 16), (600, 40), (3000, 100)] {
            let before = count(&server);
            for number in 0..gets {
                server.run(&["GET", "hot"]);
                if others > 0 {
                    server.run(&["GET", &(number % others).to_string()]);
                }
            }
            let used = gets * (1 + u64::from(others > 0));
            let off = (count(&server) - before).abs_diff(used);
            assert!(
                off <= slack * (1 + others),
                "{off} off {used} among {others}"
            );
        }
    }
}
