//! Transactions over the in-process server: replies as Redis 7.0.15 gives them, atomicity between lanes, watched keys,
//! effects, and server commands inside EXEC.

use crate::testing::{Server, encode};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Sends lines of words and answers the replies, one after another.
fn session(server: &mut Server, lines: &[&str]) -> Vec<String> {
    let run = |line: &&str| server.run(&line.split(' ').collect::<Vec<_>>());
    lines.iter().map(run).collect()
}

/// The reply to the last of the lines.
fn last(server: &mut Server, lines: &[&str]) -> String {
    session(server, lines).pop().expect("a reply")
}

const OK: &str = "+OK\r\n";
const QUEUED: &str = "+QUEUED\r\n";
const PONG: &str = "*1\r\n+PONG\r\n";
const NIL: &str = "*-1\r\n";
const ABORT: &str = "-EXECABORT Transaction discarded because of previous errors.\r\n";

#[test]
fn queued_commands_run_at_exec() {
    let mut server = Server::start();
    let replies = session(
        &mut server,
        &["MULTI", "SET k 1", "INCR k", "GET k", "EXEC", "GET k"],
    );
    let exec = "*3\r\n+OK\r\n:2\r\n$1\r\n2\r\n";
    assert_eq!(replies, [OK, QUEUED, QUEUED, QUEUED, exec, "$1\r\n2\r\n"]);
    assert_eq!(last(&mut server, &["MULTI", "EXEC"]), "*0\r\n");
    server.check();
}

#[test]
fn words_out_of_place_are_errors_that_spoil_nothing() {
    let mut server = Server::start();
    assert_eq!(server.run(&["EXEC"]), "-ERR EXEC without MULTI\r\n");
    assert_eq!(server.run(&["DISCARD"]), "-ERR DISCARD without MULTI\r\n");
    let replies = session(
        &mut server,
        &["MULTI", "MULTI", "WATCH k", "UNWATCH", "EXEC"],
    );
    let (nested, inside) = (
        "-ERR MULTI calls can not be nested\r\n",
        "-ERR WATCH inside MULTI is not allowed\r\n",
    );
    assert_eq!(replies, [OK, nested, inside, QUEUED, "*1\r\n+OK\r\n"]);
}

#[test]
fn a_refused_request_aborts_the_transaction() {
    let mut server = Server::start();
    for refused in ["NOSUCH", "GET", "CONFIG NOSUCH", "SHUTDOWN", "DISCARD x"] {
        assert_eq!(
            last(&mut server, &["MULTI", "SET k v", refused, "EXEC"]),
            ABORT,
            "{refused}"
        );
        assert_eq!(server.run(&["GET", "k"]), "$-1\r\n");
    }
    let replies = session(&mut server, &["MULTI", "EXEC x", "EXEC"]);
    let own = "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n";
    assert_eq!(replies, [OK, own, "-ERR EXEC without MULTI\r\n"]);
    assert_eq!(
        last(&mut server, &["MULTI", "SHUTDOWN"]),
        "-ERR Command not allowed inside a transaction\r\n"
    );
    assert_eq!(last(&mut server, &["DISCARD", "GET k"]), "$-1\r\n");
}

#[test]
fn a_command_that_fails_leaves_the_others_alone() {
    let mut server = Server::start();
    let reply = last(
        &mut server,
        &["SET k x", "MULTI", "INCR k", "SET j y", "EXEC"],
    );
    assert_eq!(
        reply,
        "*2\r\n-ERR value is not an integer or out of range\r\n+OK\r\n"
    );
    assert_eq!(server.run(&["GET", "j"]), "$1\r\ny\r\n");
}

#[test]
fn memory_that_is_used_up_refuses_what_is_queued_and_exec_of_writes() {
    let mut server = Server::start();
    server.run(&["SET", "filled", "v"]);
    let limit = |bytes| server.store.settings.maxmemory.store(bytes, Relaxed);
    limit(1);
    let mut other = server.another();
    assert_eq!(
        last(&mut other, &["MULTI", "GET k"]),
        "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
    );
    assert_eq!(other.run(&["EXEC"]), ABORT);
    limit(0);
    session(&mut other, &["MULTI", "SET k v"]);
    limit(1);
    let refused = "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.\r\n";
    assert_eq!(other.run(&["EXEC"]), refused);
    limit(0);
    session(&mut other, &["MULTI", "GET k"]);
    limit(1);
    assert_eq!(other.run(&["EXEC"]), "*1\r\n$-1\r\n");
    limit(0);
    assert_eq!(server.run(&["GET", "k"]), "$-1\r\n");
}

#[test]
fn databases_change_inside_and_whole_databases_too() {
    let mut server = Server::start();
    let lines = [
        "MULTI",
        "SET k 0",
        "SELECT 3",
        "SET k 3",
        "SWAPDB 0 3",
        "GET k",
        "KEYS *",
        "DBSIZE",
        "MOVE k 5",
        "RANDOMKEY",
        "SCAN 0 COUNT 100",
        "COPY k j DB 5",
        "SELECT 5",
        "COPY k j",
        "FLUSHDB",
        "DBSIZE",
        "FLUSHALL",
        "SELECT 0",
        "EXEC",
    ];
    let expected = "*18\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n:1\r\n:1\r\n$-1\r\n\
        *2\r\n$1\r\n0\r\n*0\r\n:0\r\n+OK\r\n:1\r\n+OK\r\n:0\r\n+OK\r\n+OK\r\n";
    assert_eq!(
        last(&mut server, &lines),
        expected.replacen("*18", "*17", 1)
    );
    assert_eq!(server.run(&["DBSIZE"]), ":0\r\n");
    server.check();
}

#[test]
fn reset_and_quit_take_effect_at_once() {
    let mut server = Server::start();
    let replies = session(
        &mut server,
        &[
            "WATCH k", "SET k v", "MULTI", "PING", "RESET", "EXEC", "MULTI", "PING", "EXEC",
        ],
    );
    assert_eq!(
        replies[4..],
        [
            "+RESET\r\n",
            "-ERR EXEC without MULTI\r\n",
            OK,
            QUEUED,
            PONG
        ]
    );
}

#[test]
fn replies_turned_off_inside_stay_off_from_there() {
    let mut server = Server::start();
    let reply = last(
        &mut server,
        &["MULTI", "PING", "CLIENT REPLY OFF", "PING", "EXEC"],
    );
    assert_eq!(reply, "*3\r\n+PONG\r\n");
    assert_eq!(session(&mut server, &["PING", "CLIENT REPLY ON"]), ["", OK]);
    let reply = last(&mut server, &["MULTI", "CLIENT REPLY SKIP", "PING", "EXEC"]);
    assert_eq!(reply, "*2\r\n+PONG\r\n");
    assert_eq!(session(&mut server, &["PING", "PING"]), ["", "+PONG\r\n"]);
}

#[test]
fn the_protocol_may_change_inside() {
    let mut server = Server::start();
    let reply = last(
        &mut server,
        &["MULTI", "GET nil", "HELLO 3", "GET nil", "EXEC"],
    );
    assert!(
        reply.starts_with("*3\r\n$-1\r\n%7\r\n") && reply.ends_with("_\r\n"),
        "{reply}"
    );
    session(&mut server, &["WATCH k", "SET k v", "MULTI"]);
    assert_eq!(server.run(&["EXEC"]), "_\r\n");
}

#[test]
fn others_see_the_transaction() {
    let mut server = Server::start();
    let mut other = server.another();
    let field = |server: &mut Server, name: &str| {
        let info = server.run(&["CLIENT", "LIST"]);
        let line = info.lines().nth(1).expect("the first client").to_owned();
        let found = line.split(' ').find_map(|field| field.strip_prefix(name));
        found.expect("the field").to_owned()
    };
    assert_eq!(field(&mut other, "multi="), "-1");
    session(&mut server, &["WATCH k", "MULTI", "SET k v", "SET k w"]);
    assert_eq!(
        (field(&mut other, "multi="), field(&mut other, "flags=")),
        ("2".into(), "x".into())
    );
    assert_ne!(field(&mut other, "multi-mem="), "0");
    other.run(&["SET", "k", "v"]);
    assert_eq!(field(&mut other, "flags="), "xd");
    assert_eq!(server.run(&["EXEC"]), NIL);
    assert_eq!(field(&mut other, "multi-mem="), "0");
    assert_eq!(field(&mut other, "flags="), "N");
}

#[test]
fn a_queue_beyond_the_input_limit_closes_the_client() {
    let server = Server::start();
    server
        .store
        .settings
        .client_query_buffer_limit
        .store(100_000, Relaxed);
    let mut other = server.another();
    other.run(&["MULTI"]);
    let value = "x".repeat(20_000);
    let closed = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
        (0..10).for_each(|_| assert_eq!(other.run(&["SET", "k", &value]), QUEUED));
    }));
    assert!(closed.is_err(), "the connection is closed");
}

const WATCHED: [&str; 5] = ["SET k v", "SET l 1", "SELECT 1", "SET m v", "SELECT 0"];

/// What EXEC answers when `watch` was said and another client then did `change`.
fn exec_after(server: &mut Server, watch: &str, change: &[&str]) -> String {
    session(server, &["RESET", "FLUSHALL"]);
    session(server, &WATCHED);
    last(server, &[watch]);
    session(&mut server.another(), change);
    last(server, &["MULTI", "PING", "EXEC"])
}

#[test]
#[rustfmt::skip]
fn a_watched_key_that_changes_fails_exec() {
    let mut server = Server::start();
    for change in [
        "SET k w", "APPEND k x", "SETRANGE k 0 y", "DEL k", "UNLINK k", "EXPIRE k 100", "EXPIREAT k 1", "GETDEL k",
        "RENAME k z", "RENAME l k", "MOVE k 7", "FLUSHDB", "FLUSHALL", "SWAPDB 0 5", "SWAPDB 5 0", "COPY l k REPLACE",
        "MSET a 1 k 2", "GETEX k EX 100", "SETEX k 10 v", "SET k v PX 100000",
    ] {
        assert_eq!(exec_after(&mut server, "WATCH a b k", &[change]), NIL, "{change}");
    }
    let copied = ["SELECT 1", "COPY m k DB 0 REPLACE"];
    assert_eq!(exec_after(&mut server, "WATCH k", &copied), NIL);
    let moved = ["SELECT 1", "MOVE m 0"];
    assert_eq!(exec_after(&mut server, "WATCH m", &moved), NIL);
    assert_eq!(exec_after(&mut server, "WATCH m", &["SWAPDB 0 1"]), NIL, "now there is one");
}

#[test]
#[rustfmt::skip]
fn a_watched_key_that_does_not_change_lets_exec_run() {
    let mut server = Server::start();
    for change in [
        "GET k", "SET other v", "DEL none k2", "EXISTS k", "TOUCH k", "TTL k", "SET k w NX", "PERSIST k", "RENAMENX l k",
        "COPY l k", "COPY k n", "MOVE l 1", "SWAPDB 5 6", "COPY l k DB 3", "EXPIRE k 10 XX", "GETEX k", "MSETNX k 1 y 2",
    ] {
        assert_eq!(exec_after(&mut server, "WATCH k", &[change]), PONG, "{change}");
    }
    assert_eq!(exec_after(&mut server, "WATCH none", &["DEL none k"]), PONG);
    assert_eq!(exec_after(&mut server, "WATCH none", &["FLUSHALL"]), PONG);
    let elsewhere = ["SELECT 1", "SET k v"];
    assert_eq!(exec_after(&mut server, "WATCH k", &elsewhere), PONG);
}

#[test]
fn watches_end_with_exec_discard_and_unwatch() {
    let mut server = Server::start();
    for end in [
        &["MULTI", "EXEC"][..],
        &["MULTI", "DISCARD"],
        &["UNWATCH"],
        &["RESET"],
    ] {
        server.run(&["WATCH", "k", "k"]);
        session(&mut server, end);
        assert_eq!(
            last(&mut server, &["SET k v", "MULTI", "PING", "EXEC"]),
            PONG
        );
    }
    let replies = session(
        &mut server,
        &[
            "WATCH k", "SET k w", "WATCH l", "UNWATCH", "MULTI", "PING", "EXEC",
        ],
    );
    assert_eq!(replies[6], PONG);
    let replies = session(
        &mut server,
        &["WATCH k", "SET k w", "MULTI", "NOSUCH", "EXEC"],
    );
    assert_eq!(replies[4], ABORT);
    assert!(!server.store.interest.is_any());
    server.another().run(&["WATCH", "k"]);
    assert!(
        !server.store.interest.is_any(),
        "a client that is gone watches nothing"
    );
}

#[test]
fn expired_keys_count_as_changed_only_when_they_were_there() {
    let mut server = Server::start();
    server.store.active_expire.store(false, Relaxed);
    let store = server.store.clone();
    let wait = || store.clock.advance(70_000);
    let check = ["MULTI", "PING", "EXEC"];
    session(&mut server, &["SET k v PX 60000", "WATCH k"]);
    wait();
    assert_eq!(last(&mut server, &check), NIL, "expired since");
    session(&mut server, &["SET k v PX 60000"]);
    wait();
    assert_eq!(
        last(&mut server, &["WATCH k", "GET k", "MULTI", "PING", "EXEC"]),
        PONG
    );
    for (other, expected) in [("FLUSHALL", PONG), ("DEL k", PONG), ("SET k v", NIL)] {
        session(&mut server, &["SET k v PX 60000"]);
        wait();
        assert_eq!(
            last(&mut server, &["WATCH k", other, "MULTI", "PING", "EXEC"]),
            expected,
            "{other}"
        );
    }
    session(
        &mut server,
        &["FLUSHALL", "SELECT 1", "SET k v PX 60000", "SELECT 0"],
    );
    wait();
    assert_eq!(
        last(
            &mut server,
            &["WATCH k", "SWAPDB 0 1", "MULTI", "PING", "EXEC"]
        ),
        PONG
    );
    session(&mut server, &["SET j v PX 60000", "WATCH j"]);
    wait();
    server.store.active_expire.store(true, Relaxed);
    (0..400)
        .take_while(|_| server.run(&["DBSIZE"]) != ":0\r\n")
        .for_each(|_| std::thread::sleep(Duration::from_millis(5)));
    assert_eq!(last(&mut server, &check), NIL, "the keeper has removed it");
}

#[test]
fn effects_of_a_transaction_are_one_group() {
    let mut server = Server::start();
    server.effects();
    session(
        &mut server,
        &["MULTI", "SET a 1", "GET a", "SELECT 2", "INCR b", "EXEC"],
    );
    assert_eq!(
        server.effects(),
        ["0 MULTI", "0 SET a 1", "2 INCR b", "0 EXEC"]
    );
    session(&mut server, &["MULTI", "GET a", "INCR b", "EXEC"]);
    assert_eq!(server.effects(), ["2 INCR b"]);
    session(
        &mut server,
        &["MULTI", "GET a", "EXEC", "MULTI", "INCR b", "DISCARD"],
    );
    assert_eq!(server.effects(), [""; 0]);
}

#[test]
fn server_commands_leave_holes_that_are_filled_in_order() {
    let mut server = Server::start();
    let lines: Vec<Vec<u8>> = [
        "MULTI",
        "SET k v",
        "CONFIG GET a",
        "GET k",
        "CONFIG SET b c",
        "CONFIG REWRITE",
        "ECHO end",
        "EXEC",
        "PING",
    ]
    .iter()
    .map(|line| encode(&line.split(' ').map(str::as_bytes).collect::<Vec<_>>()))
    .collect();
    let mut asked = Vec::new();
    let locks = server.store.clone();
    let reply = server.exchange_answering(&lines.concat(), |args| {
        assert!(locks.keyspace.locks.is_idle(), "no lock is held meanwhile");
        asked.push(args.join(" "));
        format!("+answer {}\r\n", asked.len()).into_bytes()
    });
    assert_eq!(asked, ["CONFIG GET a", "CONFIG SET b c", "CONFIG REWRITE"]);
    let expected = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n\
        *6\r\n+OK\r\n+answer 1\r\n$1\r\nv\r\n+answer 2\r\n+answer 3\r\n$3\r\nend\r\n+PONG\r\n";
    assert_eq!(String::from_utf8_lossy(&reply), expected);
}

#[test]
fn long_replies_and_long_server_commands_keep_their_places() {
    let mut server = Server::start();
    let value = "y".repeat(5_000);
    let long = encode(&[b"CONFIG", b"GET", value.as_bytes()]);
    let get = encode(&[b"GET", b"k"]);
    server.run(&["SET", "k", &value]);
    let word = |word: &[u8]| encode(&[word]);
    let lines = [
        word(b"MULTI"),
        get.clone(),
        long,
        get.clone(),
        encode(&[b"CONFIG", b"GET", b"x"]),
        get,
        word(b"EXEC"),
    ];
    let reply = server.exchange_answering(&lines.concat(), |_| b"+here\r\n".to_vec());
    let text = String::from_utf8_lossy(&reply).into_owned();
    let bulk = format!("$5000\r\n{value}\r\n");
    let refused = "-ERR arguments of this command are too long\r\n";
    let expected = format!("*5\r\n{bulk}{refused}{bulk}+here\r\n{bulk}");
    assert!(
        text.ends_with(&expected),
        "{}",
        text.replace(&value, "<value>")
    );
}

#[test]
fn transactions_of_two_lanes_do_not_mix() {
    let server = Server::start();
    let stop = AtomicBool::new(false);
    let clients: Vec<Server> = (0..3).map(|_| server.another()).collect();
    std::thread::scope(|scope| {
        for (number, mut client) in clients.into_iter().enumerate() {
            let stop = &stop;
            scope.spawn(move || {
                let mut rounds = 0;
                while rounds < 300 && !stop.load(Relaxed) {
                    rounds += 1;
                    match number {
                        0 => drop(last(
                            &mut client,
                            &["MULTI", "INCR a", "INCR b", "INCR c", "EXEC"],
                        )),
                        1 => drop(last(
                            &mut client,
                            &["MULTI", "INCR c", "KEYS *", "INCR a", "INCR b", "EXEC"],
                        )),
                        _ => {
                            let reply =
                                last(&mut client, &["MULTI", "GET a", "GET b", "GET c", "EXEC"]);
                            let mut values = reply
                                .strip_prefix("*3\r\n")
                                .expect("three")
                                .split_inclusive('$')
                                .collect::<Vec<_>>();
                            values.retain(|value| *value != "$");
                            values.dedup_by_key(|value| value.trim_end_matches('$').to_owned());
                            assert_eq!(values.len(), 1, "{reply}");
                        }
                    }
                }
                stop.store(number == 9, Relaxed);
            });
        }
    });
    let mut server = server;
    assert_eq!(
        server.run(&["MGET", "a", "b", "c"]),
        "*3\r\n$3\r\n600\r\n$3\r\n600\r\n$3\r\n600\r\n"
    );
    server.check();
}

#[test]
fn counters_behind_a_watch_lose_nothing() {
    let server = Server::start();
    let clients: Vec<Server> = (0..3).map(|_| server.another()).collect();
    std::thread::scope(|scope| {
        for mut client in clients {
            scope.spawn(move || {
                let mut done = 0;
                while done < 100 {
                    let value = last(&mut client, &["WATCH n", "GET n"]);
                    let value = value
                        .lines()
                        .nth(1)
                        .map_or(0, |text| text.parse::<u64>().expect("a number"));
                    let set = format!("SET n {}", value + 1);
                    done += u32::from(last(&mut client, &["MULTI", &set, "EXEC"]) != NIL);
                }
            });
        }
    });
    let mut server = server;
    assert_eq!(server.run(&["GET", "n"]), "$3\r\n300\r\n");
    assert!(!server.store.interest.is_any());
}
