//! The mover as clients see it: they wait for a job or do not, stop it at any step, cancel it, and shut down in the middle.

use crate::jobs::State;
use crate::testing::Server;
use std::time::{Duration, Instant};

/// Waits until `is_so`, for a while.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A server on three nodes with a large hash.
fn with_large_hash() -> Server {
    let mut server = Server::with_options(
        "topology fake:3\nenable-debug-command yes\nnuma-migrate-step-usec 20\n",
    );
    for part in 0..20 {
        let fields: Vec<String> = (0..200)
            .flat_map(|n| [format!("field:{part}:{n}"), "value".repeat(4)])
            .collect();
        let mut request = vec!["HSET", "h"];
        request.extend(fields.iter().map(String::as_str));
        server.run(&request);
    }
    server
}

fn is_on(server: &Server, key: &str, node: u32) -> bool {
    use crate::keyspace::{Mode, lock::ShardSet};
    let keyspace = &server.store.keyspace;
    let lane = server.store.open_lane(None, "look", None).expect("a lane");
    let grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Shared);
    let found = grip.find(0, keyspace.hash(key.as_bytes()), key.as_bytes());
    let is_on = found.is_some_and(|found| crate::migrate::is_on(&keyspace.pool, found.entry, node));
    drop(grip);
    server.store.close_lane(&lane);
    is_on
}

/// Sends a request that is answered at the end of a job.
fn wait_for(server: &mut Server, request: &[&str]) -> String {
    let reply = server.run(request);
    if reply.is_empty() {
        return server.next(Duration::from_secs(60));
    }
    reply
}

fn state_of(server: &Server, id: u64) -> State {
    let jobs = server.store.jobs.list();
    let job = jobs.iter().find(|job| job.id == id);
    job.expect("the job is not forgotten").state()
}

#[test]
fn a_client_waits_until_the_whole_key_is_there() {
    let mut server = with_large_hash();
    assert_eq!(
        wait_for(&mut server, &["NUMAMIGRATE", "KEY", "h", "2"]),
        "+OK\r\n"
    );
    assert!(is_on(&server, "h", 2));
    let totals = server.store.migrations.totals();
    assert_eq!((totals.total, totals.successful), (1, 1));
    assert!(totals.steps > 1 && totals.blocks > 4000, "{totals:?}");
}

#[test]
fn nobody_waits_for_an_asynchronous_job_and_a_held_mover_stands_still() {
    let mut server = with_large_hash();
    server.run(&["DEBUG", "MOVER", "PAUSE", "3"]);
    assert_eq!(
        server.run(&["NUMAMIGRATE", "KEY", "h", "1", "ASYNC"]),
        ":1\r\n"
    );
    until("it stands", || server.store.jobs.is_standing());
    assert_eq!(server.run(&["DEBUG", "MOVER", "STATE"]), ":1\r\n");
    assert_eq!(server.store.migrations.totals().steps, 3);
    assert_eq!(state_of(&server, 1), State::Running);
    assert!(
        !is_on(&server, "h", 1) && !is_on(&server, "h", 0),
        "half way"
    );
    assert_eq!(server.run(&["HLEN", "h"]), ":4000\r\n");
    server.run(&["DEBUG", "MOVER", "RESUME"]);
    until("it is through", || state_of(&server, 1) == State::Done);
    assert!(is_on(&server, "h", 1));
}

#[test]
fn a_client_that_waits_for_a_long_string_overtakes_the_copy_of_another() {
    let mut server = with_large_hash();
    for key in ["first", "second"] {
        server.run(&["SETRANGE", key, "3000000", "end"]);
    }
    server.run(&["DEBUG", "MOVER", "PAUSE", "4"]);
    server.run(&["NUMAMIGRATE", "KEY", "first", "1", "ASYNC"]);
    until("it stands", || server.store.jobs.is_standing());
    let store = server.store.clone();
    let resumed = std::thread::spawn(move || {
        until("the second is asked for", || store.jobs.list().len() == 2);
        store.jobs.let_go();
    });
    let reply = wait_for(&mut server, &["NUMAMIGRATE", "KEY", "second", "2"]);
    assert_eq!(reply, "+OK\r\n");
    resumed.join().expect("no panic");
    until("it is through", || state_of(&server, 1) == State::Done);
    assert!(is_on(&server, "first", 1) && is_on(&server, "second", 2));
}

#[test]
fn a_cancelled_job_ends_and_its_key_can_be_moved_again() {
    let mut server = with_large_hash();
    server.run(&["DEBUG", "MOVER", "PAUSE", "2"]);
    server.run(&["NUMAMIGRATE", "KEY", "h", "1", "ASYNC"]);
    until("it stands", || server.store.jobs.is_standing());
    assert_eq!(server.run(&["NUMAMIGRATE", "CANCEL", "1"]), "+OK\r\n");
    server.run(&["DEBUG", "MOVER", "RESUME"]);
    until("it is cancelled", || {
        state_of(&server, 1) == State::Cancelled
    });
    let over = server.run(&["NUMAMIGRATE", "CANCEL", "1"]);
    assert_eq!(over, "-ERR that migration job is over\r\n");
    let unknown = server.run(&["NUMAMIGRATE", "CANCEL", "7"]);
    assert_eq!(unknown, "-ERR no such migration job\r\n");
    assert_eq!(server.store.migrations.totals().failed, 1);
    assert_eq!(
        wait_for(&mut server, &["NUMAMIGRATE", "KEY", "h", "1"]),
        "+OK\r\n"
    );
    assert!(is_on(&server, "h", 1));
}

#[test]
fn whole_sets_of_keys_move_and_are_counted() {
    let mut server = Server::with_options("topology fake:2\n");
    for number in 0..500 {
        server.run(&["SET", &format!("a{number}"), "value"]);
        server.run(&["SET", &format!("b{number}"), "value"]);
    }
    let reply = wait_for(&mut server, &["NUMAMIGRATE", "PATTERN", "a*", "1", "SYNC"]);
    assert!(
        reply.contains("moved\r\n:500\r\n") && reply.contains("$4\r\ndone\r\n"),
        "{reply}"
    );
    assert!(is_on(&server, "a77", 1) && is_on(&server, "b77", 0));
    let reply = wait_for(
        &mut server,
        &["NUMAMIGRATE", "KEYS", "1", "SYNC", "b1", "b2", "absent"],
    );
    assert!(
        reply.contains("moved\r\n:2\r\n") && reply.contains("missing\r\n:1\r\n"),
        "{reply}"
    );
    let reply = wait_for(&mut server, &["NUMAMIGRATE", "DB", "0", "SYNC"]);
    assert!(
        reply.contains("moved\r\n:502\r\n") && reply.contains("skipped\r\n:498\r\n"),
        "{reply}"
    );
    server.run(&["SELECT", "3"]);
    server.run(&["SET", "here", "value"]);
    server.run(&["SELECT", "0"]);
    let reply = wait_for(
        &mut server,
        &["NUMAMIGRATE", "PATTERN", "*", "1", "DB", "3", "SYNC"],
    );
    assert!(reply.contains("moved\r\n:1\r\n"), "{reply}");
    let jobs = server.run(&["NUMAMIGRATE", "JOBS"]);
    assert!(jobs.starts_with("*4\r\n"), "{jobs}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut server = Server::with_options("topology fake:2\n");
    server.run(&["SET", "k", "value"]);
    for (request, error) in [
        ("KEY k 5", "-ERR node 5 does not exist"),
        ("KEY k one", "-ERR value is not an integer"),
        ("KEY none 1", "-ERR no such key"),
        ("KEY k 1 SOON", "-ERR syntax error"),
        ("KEY k 1 ASYNC again", "-ERR syntax error"),
        ("KEYS 5 k", "-ERR node 5 does not exist"),
        ("PATTERN * 1 DB 16", "-ERR DB index is out of range"),
        ("PATTERN * 1 DB", "-ERR syntax error"),
        ("PATTERN * 1 NOW", "-ERR syntax error"),
        ("DB 1 DB 2", "-ERR syntax error"),
        ("DB -1", "-ERR node -1 does not exist"),
        ("CANCEL -3", "-ERR no such migration job"),
    ] {
        let words: Vec<&str> = ["NUMAMIGRATE"]
            .into_iter()
            .chain(request.split(' '))
            .collect();
        let reply = server.run(&words);
        assert!(reply.starts_with(error), "{request}: {reply}");
    }
}

#[test]
fn inside_a_transaction_a_key_moves_to_the_end_and_waiting_is_refused() {
    let mut server = with_large_hash();
    server.run(&["MULTI"]);
    server.run(&["NUMAMIGRATE", "KEY", "h", "2"]);
    server.run(&["NUMAMIGRATE", "DB", "1", "SYNC"]);
    let reply = server.run(&["EXEC"]);
    assert!(reply.starts_with("*2\r\n+OK\r\n-ERR SYNC"), "{reply}");
    assert!(is_on(&server, "h", 2));
}

#[test]
fn a_move_inside_a_transaction_overtakes_one_that_a_client_waits_for() {
    let mut server = with_large_hash();
    let mut other = server.peer();
    server.run(&["DEBUG", "MOVER", "PAUSE", "2"]);
    let store = server.store.clone();
    let overtaken = std::thread::spawn(move || {
        until("it stands", || store.jobs.is_standing());
        other.run(&["MULTI"]);
        other.run(&["NUMAMIGRATE", "KEY", "h", "2"]);
        assert_eq!(other.run(&["EXEC"]), "*1\r\n+OK\r\n");
        store.jobs.let_go();
    });
    let reply = wait_for(&mut server, &["NUMAMIGRATE", "KEY", "h", "1"]);
    overtaken.join().expect("no panic");
    assert!(reply.starts_with("-ERR another move"), "{reply}");
    assert!(is_on(&server, "h", 2));
    assert_eq!(server.store.migrations.totals().failed, 1);
}

#[test]
fn a_store_may_close_in_the_middle_of_a_move() {
    let mut server = with_large_hash();
    server.run(&["DEBUG", "MOVER", "PAUSE", "2"]);
    server.run(&["NUMAMIGRATE", "KEY", "h", "1", "ASYNC"]);
    until("it stands", || server.store.jobs.is_standing());
    drop(server);
}
