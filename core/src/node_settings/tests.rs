//! Budgets and the default node: what is read, what is refused, and what becomes of new keys.

use super::*;
use crate::testing::Server;

fn topology() -> Topology {
    Topology::parse("fake:2+1").expect("a fake topology")
}

#[test]
fn budgets_are_bytes_or_shares_of_the_nodes_memory() {
    let topology = topology();
    let total = topology.nodes[2].total_bytes;
    let read = NodeSettings::read("numa-node-maxmemory 0 4096 2 50%\n", &topology).unwrap();
    assert_eq!(read.budgets, [Some(4096), None, Some(total / 2)]);
    assert_eq!(read.default_node, None);
    let none = NodeSettings::read("numa-node-maxmemory \nhz 10\n", &topology).unwrap();
    assert_eq!(none.budgets, [None; 3]);
    let zero = NodeSettings::read("numa-node-maxmemory 1 0\n", &topology).unwrap();
    assert_eq!(zero.budgets, [None; 3]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let cases = [
        (
            "numa-node-maxmemory 7 1",
            "there is no node '7', only 0, 1, 2",
        ),
        (
            "numa-node-maxmemory 0",
            "node '0' wants bytes or percent behind it",
        ),
        (
            "numa-node-maxmemory 0 lots",
            "'lots' is neither bytes nor percent from 1 to 100",
        ),
        (
            "numa-node-maxmemory 0 101%",
            "'101%' is neither bytes nor percent from 1 to 100",
        ),
        ("numa-default-node 3", "there is no node '3', only 0, 1, 2"),
    ];
    for (line, why) in cases {
        let refused = NodeSettings::read(line, &topology());
        let refused = refused.expect_err(line);
        assert!(refused.ends_with(why), "{line}: {refused}");
    }
}

#[test]
fn a_node_over_its_budget_sends_what_is_new_elsewhere() {
    let mut server = Server::with_options("topology fake:2\nnuma-node-maxmemory 0 1048576\n");
    let value = "x".repeat(1000);
    for key in 0..3000 {
        assert_eq!(
            server.run(&["SET", &format!("key:{key}"), &value]),
            "+OK\r\n"
        );
    }
    let pool = &server.store.keyspace.pool;
    assert!(pool.stats(0).unwrap().taken_bytes <= 1 << 20);
    assert!(pool.node_used_bytes(1) > 1 << 20);
    assert_eq!(pool.budget_bytes(0), Some(1 << 20));
    assert_eq!(pool.budget_bytes(1), None);
    server.check();
}

#[test]
fn a_budget_below_what_is_held_keeps_it_and_takes_no_more() {
    let mut server = Server::with_options("topology fake:2\n");
    let value = "x".repeat(1000);
    for key in 0..2000 {
        server.run(&["SET", &format!("key:{key}"), &value]);
    }
    let store = server.store.clone();
    let held = store.keyspace.pool.stats(0).unwrap().taken_bytes;
    NodeSettings::read("numa-node-maxmemory 0 1048576\n", &store.topology)
        .unwrap()
        .follow(&store);
    assert_eq!(store.keyspace.pool.stats(0).unwrap().taken_bytes, held);
    for key in 2000..4000 {
        server.run(&["SET", &format!("key:{key}"), &value]);
    }
    let pool = &server.store.keyspace.pool;
    assert!(pool.stats(0).unwrap().taken_bytes <= held);
    assert!(pool.node_used_bytes(1) > 1_000_000);
    server.check();
    pool.set_budget(0, None);
    assert_eq!(pool.budget_bytes(0), None);
}
