//! Plans and moves as they come down, against a store.

use super::*;
use crate::jobs::State;
use crate::pool::prefix::OBJECT_TYPES;
use crate::testing::Server;

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// One ring for everything on `nodes` nodes, which spills in the order of their numbers.
fn ring(turns: &[u32], nodes: u32) -> Vec<u8> {
    let mut words = vec![0, 1, turns.len() as u32];
    words.extend(turns);
    words.extend(0..nodes);
    words.extend(vec![0; nodes as usize * OBJECT_TYPES]);
    bytes(&words)
}

fn put(server: &Server, plan: &[u8]) -> Result<(), Refusal> {
    let lane = server.store.open_lane(None, "plan", None).expect("a lane");
    let placed = place(&server.store, &lane, plan);
    server.store.close_lane(&lane);
    placed
}

/// Keys that lie whole on each of the first `nodes` nodes.
fn keys_on(server: &mut Server, names: &[String], nodes: u32) -> Vec<u32> {
    use crate::keyspace::{Mode, lock::ShardSet};
    let keyspace = &server.store.keyspace;
    let lane = server.store.open_lane(None, "look", None).expect("a lane");
    let grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Shared);
    let is_on = |name: &str, node| {
        let found = grip.find(0, keyspace.hash(name.as_bytes()), name.as_bytes());
        let entry = found.expect("the key is there").entry;
        crate::migrate::is_on(&keyspace.pool, entry, node)
    };
    let count = |node| names.iter().filter(|name| is_on(name, node)).count() as u32;
    let counts = (0..nodes).map(count).collect();
    drop(grip);
    server.store.close_lane(&lane);
    counts
}

#[test]
fn new_keys_of_every_type_follow_the_plan_value_and_all() {
    let mut server = Server::with_options("topology fake:2\n");
    put(&server, &ring(&[0, 1, 1, 0, 1], 2)).expect("a plan");
    let long = "x".repeat(3000);
    let makers: [&[&str]; 8] = [
        &["SET", "", "short"],
        &["SET", "", &long],
        &["APPEND", "", &long],
        &["RPUSH", "", "a", "b"],
        &["HSET", "", "f", "v"],
        &["SADD", "", "text"],
        &["SADD", "", "1"],
        &["ZADD", "", "1", "m"],
    ];
    for (number, maker) in makers.iter().enumerate() {
        let names: Vec<String> = (0..500).map(|n| format!("{number}:{n}")).collect();
        for name in &names {
            let mut request = maker.to_vec();
            request[1] = name;
            server.run(&request);
        }
        assert_eq!(keys_on(&mut server, &names, 2), [200, 300], "{maker:?}");
    }
    server.run(&["SADD", "s", "1", "2"]);
    for (number, line) in [
        "SUNIONSTORE # s",
        "COPY s #",
        "COPY 0:1 #",
        "SORT s BY nosort STORE #",
        "SETBIT # 7 1",
        "SETRANGE # 3000 x",
        "BITOP OR # 0:1",
        "PFADD # a",
        "GEOADD # 1 1 m",
        "ZUNIONSTORE # 1 7:1",
        "INCR #",
    ]
    .into_iter()
    .enumerate()
    {
        // Turns are shared by all types here, so that a fifth of the first key's place counts.
        let names: Vec<String> = (0..500).map(|n| format!("s{number}:{n}")).collect();
        for name in &names {
            let line = line.replace('#', name);
            let reply = server.run(&line.split(' ').collect::<Vec<_>>());
            assert!(!reply.starts_with('-'), "{line}: {reply}");
        }
        assert_eq!(keys_on(&mut server, &names, 2), [200, 300], "{line}");
    }
}

#[test]
fn a_share_of_turns_is_a_share_of_keys_and_no_plan_is_local_first() {
    let mut server = Server::with_options("topology fake:2\n");
    // Weights 80 and 120.
    let turns: Vec<u32> = (0..200)
        .map(|n| u32::from(n * 120 / 200 != (n + 1) * 120 / 200))
        .collect();
    put(&server, &ring(&turns, 2)).expect("a plan");
    let names: Vec<String> = (0..10_000).map(|n| format!("k{n}")).collect();
    for name in &names {
        server.run(&["SET", name, "value"]);
    }
    assert_eq!(keys_on(&mut server, &names, 2), [4000, 6000]);
    put(&server, &[]).expect("no plan");
    let names: Vec<String> = (0..100).map(|n| format!("l{n}")).collect();
    for name in &names {
        server.run(&["SET", name, "value"]);
    }
    assert_eq!(keys_on(&mut server, &names, 2), [100, 0]);
}

#[test]
fn what_is_no_plan_changes_nothing() {
    let server = Server::with_options("topology fake:2\n");
    let refused = put(&server, &[1, 2, 3]).expect_err("no words");
    assert_eq!(
        refused,
        Refusal::Wrong("3 bytes are no whole number of words".to_owned())
    );
    let refused = put(&server, &ring(&[0, 5], 2)).expect_err("no such node");
    assert_eq!(refused, Refusal::Wrong("there is no node 5".to_owned()));
}

#[test]
fn moves_are_made_in_their_order_and_counted() {
    let mut server = Server::with_options("topology fake:2\n");
    let names: Vec<String> = (0..50).map(|n| format!("k{n}")).collect();
    let mut moves = Vec::new();
    for name in &names {
        server.run(&["SET", name, "value"]);
        moves.extend(bytes(&[0, 1, name.len() as u32]));
        moves.extend(name.as_bytes());
    }
    moves.extend(bytes(&[3, 0, 6]));
    moves.extend(b"absent");
    let id = move_keys(&server.store, &moves).expect("a job");
    let status = loop {
        let status = job_status(&server.store, id as u32).expect("the job");
        if status.state >= State::Done as u32 {
            break status;
        }
        std::thread::yield_now();
    };
    assert_eq!(
        [status.moved, status.missing, status.failed, status.skipped],
        [50, 1, 0, 0]
    );
    assert_eq!(keys_on(&mut server, &names, 2), [0, 50]);
    for (words, reason) in [
        (&[0, 1][..], "move 0 is cut short"),
        (&[0, 1, 9], "move 0 is cut short"),
        (&[0, 7, 0], "there is no node 7"),
        (&[99, 1, 0], "there is no database 99"),
    ] {
        let refused = move_keys(&server.store, &bytes(words)).expect_err("no moves");
        assert_eq!(refused, Refusal::Wrong(reason.to_owned()));
    }
    assert!(job_status(&server.store, 1000).is_none());
}
