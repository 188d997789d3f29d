//! Blocking commands over the in-process server: order, timeouts, races, chains, and what wakes nobody.

use crate::testing::{Server, encode};
use core::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(10);
const NONE: Duration = Duration::from_millis(20);
const NIL: &str = "*-1\r\n";

/// Sends a line of words.
fn run(server: &mut Server, line: &str) -> String {
    server.run(&line.split(' ').collect::<Vec<_>>())
}

/// Sends a blocking command, which answers nothing yet.
fn block(server: &mut Server, line: &str) {
    assert_eq!(run(server, line), "", "{line}");
}

fn pair(key: &str, element: &str) -> String {
    format!(
        "*2\r\n${}\r\n{key}\r\n${}\r\n{element}\r\n",
        key.len(),
        element.len()
    )
}

fn clients<const COUNT: usize>(server: &Server) -> [Server; COUNT] {
    core::array::from_fn(|_| server.another())
}

#[test]
fn what_is_there_is_taken_at_once() {
    let mut server = Server::start();
    server.effects();
    run(&mut server, "RPUSH l a b c d e f");
    assert_eq!(run(&mut server, "BLPOP none l 0"), pair("l", "a"));
    assert_eq!(run(&mut server, "BRPOP l 0"), pair("l", "f"));
    assert_eq!(run(&mut server, "BLMOVE l m LEFT RIGHT 0"), "$1\r\nb\r\n");
    assert_eq!(run(&mut server, "BRPOPLPUSH l m 0"), "$1\r\ne\r\n");
    let many = "*2\r\n$1\r\nl\r\n*2\r\n$1\r\nc\r\n$1\r\nd\r\n";
    assert_eq!(run(&mut server, "BLMPOP 0 2 none l LEFT COUNT 5"), many);
    assert_eq!(
        server.effects()[1..],
        [
            "0 LPOP l",
            "0 RPOP l",
            "0 LMOVE l m LEFT RIGHT",
            "0 RPOPLPUSH l m",
            "0 LPOP l 2"
        ]
    );
    assert_eq!(run(&mut server, "LLEN l"), ":0\r\n");
    server.check();
}

#[test]
fn arguments_are_refused_in_redis_words() {
    let mut server = Server::start();
    let (float, negative, syntax) = (
        "-ERR timeout is not a float or out of range\r\n",
        "-ERR timeout is negative\r\n",
        "-ERR syntax error\r\n",
    );
    let (keys, count) = (
        "-ERR numkeys should be greater than 0\r\n",
        "-ERR count should be greater than 0\r\n",
    );
    for (line, reply) in [
        ("BLPOP k abc", float),
        ("BLPOP k nan", float),
        ("BLPOP k -1", negative),
        ("BLPOP k inf", negative),
        ("BLPOP k 1e18", negative),
        ("BLMOVE a b LEFT x y", syntax),
        ("BLMOVE a b LEFT RIGHT y", float),
        ("BRPOPLPUSH a b -0.5", negative),
        ("BLMPOP x x k LEFT", keys),
        ("BLMPOP x 0 k LEFT", keys),
        ("BLMPOP x 2 k LEFT", syntax),
        ("BLMPOP x 1 k MIN", syntax),
        ("BLMPOP x 1 k LEFT COUNT", syntax),
        ("BLMPOP x 1 k LEFT COUNT 0", count),
        ("BLMPOP x 1 k LEFT COUNT 1", float),
        ("BZMPOP x 1 k LEFT", syntax),
        ("BZPOPMIN k x", float),
        (
            "WAIT x 0",
            "-ERR value is not an integer or out of range\r\n",
        ),
        (
            "WAIT 0 x",
            "-ERR timeout is not an integer or out of range\r\n",
        ),
        ("WAIT 0 -1", negative),
        ("WAIT -3 0", ":0\r\n"),
        (
            "CLIENT UNBLOCK x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        (
            "CLIENT UNBLOCK 1 foo",
            "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n",
        ),
        ("CLIENT UNBLOCK 123456", ":0\r\n"),
    ] {
        assert_eq!(run(&mut server, line), reply, "{line}");
    }
    run(&mut server, "SET k v");
    for line in [
        "BLPOP k 0",
        "BLPOP none k 0",
        "BLMOVE k b LEFT LEFT 0",
        "BLMPOP 0 1 k LEFT",
        "BZPOPMIN k 0",
        "BZMPOP 0 1 k MAX",
    ] {
        assert!(run(&mut server, line).starts_with("-WRONGTYPE"), "{line}");
    }
}

#[test]
fn those_who_wait_are_served_in_the_order_they_came() {
    let mut server = Server::start();
    let mut waiting: [Server; 5] = clients(&server);
    for (client, line) in waiting.iter_mut().zip([
        "BLPOP l 0",
        "BRPOP x l 0",
        "BLMPOP 0 1 l LEFT COUNT 9",
        "BLPOP l l x 0",
        "BLPOP l 0",
    ]) {
        block(client, line);
    }
    assert_eq!(server.store.interest.blocked(), 5);
    assert_eq!(run(&mut server, "RPUSH l a b c d"), ":4\r\n");
    assert_eq!(waiting[0].next(LIMIT), pair("l", "a"));
    assert_eq!(waiting[1].next(LIMIT), pair("l", "d"));
    assert_eq!(
        waiting[2].next(LIMIT),
        "*2\r\n$1\r\nl\r\n*2\r\n$1\r\nb\r\n$1\r\nc\r\n"
    );
    assert_eq!(waiting[3].next(NONE), "");
    run(&mut server, "LPUSH x y");
    assert_eq!(waiting[3].next(LIMIT), pair("x", "y"));
    run(&mut server, "LPUSH l z");
    assert_eq!(waiting[4].next(LIMIT), pair("l", "z"));
    assert_eq!(
        (
            server.store.interest.blocked(),
            server.store.interest.is_any()
        ),
        (0, false)
    );
    server.check();
}

#[test]
fn moves_wake_those_who_wait_behind_them() {
    let mut server = Server::start();
    let [mut first, mut second, mut third, mut recorder] = clients(&server);
    recorder.effects();
    block(&mut third, "BLPOP c 0");
    block(&mut second, "BLMOVE b c LEFT RIGHT 0");
    block(&mut first, "BRPOPLPUSH a b 0");
    run(&mut server, "RPUSH a x");
    assert_eq!(first.next(LIMIT), "$1\r\nx\r\n");
    assert_eq!(second.next(LIMIT), "$1\r\nx\r\n");
    assert_eq!(third.next(LIMIT), pair("c", "x"));
    assert_eq!(
        recorder.effects(),
        [
            "0 RPUSH a x",
            "0 RPOPLPUSH a b",
            "0 LMOVE b c LEFT RIGHT",
            "0 LPOP c"
        ]
    );
    assert_eq!(run(&mut server, "EXISTS a b c"), ":0\r\n");
    block(&mut first, "BLMOVE a a LEFT RIGHT 0");
    run(&mut server, "RPUSH a 1 2");
    assert_eq!(first.next(LIMIT), "$1\r\n1\r\n");
    assert_eq!(
        run(&mut server, "LRANGE a 0 -1"),
        "*2\r\n$1\r\n2\r\n$1\r\n1\r\n"
    );
}

#[test]
fn a_wrong_destination_is_the_waiters_error_and_costs_nothing() {
    let mut server = Server::start();
    let [mut first, mut second] = clients(&server);
    run(&mut server, "SET s v");
    block(&mut first, "BLMOVE a s LEFT RIGHT 0");
    block(&mut second, "BLPOP a 0");
    run(&mut server, "RPUSH a x");
    assert!(first.next(LIMIT).starts_with("-WRONGTYPE"));
    assert_eq!(second.next(LIMIT), pair("a", "x"));
}

#[test]
fn time_runs_out_and_replies_say_so() {
    let mut server = Server::start();
    let mut client = server.another();
    for (line, old, new) in [
        ("BLPOP k 0.01", NIL, "_\r\n"),
        ("BLMPOP 0.01 1 k LEFT", NIL, "_\r\n"),
        ("BLMOVE k l LEFT LEFT 0.01", "$-1\r\n", "_\r\n"),
        ("BRPOPLPUSH k l 0.01", "$-1\r\n", "_\r\n"),
        ("BZPOPMAX k 0.001", NIL, "_\r\n"),
        ("BZMPOP 0.01 1 k MIN", NIL, "_\r\n"),
        ("WAIT 1 10", ":0\r\n", ":0\r\n"),
    ] {
        for (protocol, reply) in [("HELLO 2", old), ("HELLO 3", new)] {
            run(&mut client, protocol);
            let begin = Instant::now();
            block(&mut client, line);
            assert_eq!(client.next(LIMIT), reply, "{line}");
            assert!(begin.elapsed() < Duration::from_secs(5));
        }
    }
    assert_eq!(run(&mut server, "RPUSH k e"), ":1\r\n");
    assert_eq!(client.next(NONE), "");
    assert_eq!(run(&mut server, "LLEN k"), ":1\r\n");
    assert_eq!(
        (
            server.store.interest.blocked(),
            server.store.interest.alarm.count()
        ),
        (0, 0)
    );
}

#[test]
fn a_pipeline_waits_behind_the_blocking_command() {
    let mut server = Server::start();
    let mut client = server.another();
    let requests = [
        encode(&[b"SET", b"a", b"1"]),
        encode(&[b"BLPOP", b"l", b"0"]),
        encode(&[b"GET", b"a"]),
    ]
    .concat();
    assert_eq!(client.exchange(&requests), b"+OK\r\n");
    assert_eq!(client.exchange(&encode(&[b"BLPOP", b"m", b"0"])), b"");
    assert_eq!(client.exchange(&encode(&[b"PING"])), b"");
    run(&mut server, "RPUSH l x");
    assert_eq!(client.next(LIMIT), pair("l", "x") + "$1\r\n1\r\n");
    run(&mut server, "RPUSH m y");
    assert_eq!(client.next(LIMIT), pair("m", "y") + "+PONG\r\n");
}

#[test]
fn transactions_do_not_wait_and_wake_others_when_they_end() {
    let mut server = Server::start();
    let mut client = server.another();
    for line in [
        "MULTI",
        "BLPOP k 0",
        "BLMOVE k l LEFT LEFT 0",
        "BZPOPMIN k 0",
        "BLMPOP 0 1 k LEFT",
        "WAIT 1 0",
    ] {
        run(&mut server, line);
    }
    assert_eq!(
        run(&mut server, "EXEC"),
        "*5\r\n*-1\r\n$-1\r\n*-1\r\n*-1\r\n:0\r\n"
    );
    block(&mut client, "BLPOP k j 0");
    for line in [
        "MULTI",
        "RPUSH k a",
        "DEL k",
        "RPUSH j b c",
        "RPUSH k d",
        "LPOP j",
    ] {
        run(&mut server, line);
    }
    assert_eq!(
        run(&mut server, "EXEC"),
        "*5\r\n:1\r\n:1\r\n:2\r\n:1\r\n$1\r\nb\r\n"
    );
    assert_eq!(client.next(LIMIT), pair("k", "d"));
    block(&mut client, "BLPOP n 0");
    for line in ["MULTI", "RPUSH n a", "DEL n", "EXEC"] {
        run(&mut server, line);
    }
    assert_eq!(client.next(NONE), "");
}

#[test]
fn what_has_expired_by_the_end_of_exec_is_not_served() {
    let mut server = Server::start();
    let yes = crate::settings::DebugAccess::Yes as u32;
    server.store.settings.debug_access.store(yes, Relaxed);
    let mut client = server.another();
    block(&mut client, "BLPOP k 0");
    for line in [
        "MULTI",
        "RPUSH k a",
        "PEXPIRE k 5",
        "DEBUG SLEEP 0.02",
        "EXEC",
    ] {
        run(&mut server, line);
    }
    assert_eq!(client.next(NONE), "");
    run(&mut server, "RPUSH k b");
    assert_eq!(client.next(LIMIT), pair("k", "b"));
}

#[test]
fn whatever_brings_a_key_wakes_its_waiters() {
    let mut server = Server::start();
    let mut client = server.another();
    for (prepare, bring) in [
        (&["RPUSH s e"][..], "RENAME s k"),
        (&["RPUSH s e"], "RENAMENX s k"),
        (&["RPUSH s e"], "COPY s k"),
        (&["RPUSH s e"], "LMOVE s k LEFT RIGHT"),
        (&["RPUSH s e"], "RPOPLPUSH s k"),
        (&["SELECT 1", "RPUSH k e"], "MOVE k 0"),
        (&["SELECT 1", "RPUSH k e"], "SWAPDB 0 1"),
        (&["SELECT 1", "RPUSH j e"], "COPY j k DB 0"),
    ] {
        run(&mut server, "FLUSHALL");
        prepare.iter().for_each(|line| drop(run(&mut server, line)));
        block(&mut client, "BLPOP k 0");
        run(&mut server, bring);
        assert_eq!(client.next(LIMIT), pair("k", "e"), "{bring}");
        run(&mut server, "SELECT 0");
    }
    block(&mut client, "BLPOP k 0");
    for line in [
        "SELECT 3",
        "RPUSH k e",
        "SWAPDB 4 5",
        "FLUSHALL",
        "SELECT 0",
    ] {
        run(&mut server, line);
    }
    assert_eq!(client.next(NONE), "");
}

#[test]
fn a_wait_can_be_ended_by_others() {
    let mut server = Server::start();
    let mut client = server.another();
    let unblock = |server: &mut Server, id: &str, how: &str| {
        run(server, &format!("CLIENT UNBLOCK {id}{how}"))
    };
    let id = client.id();
    for (how, reply) in [
        ("", NIL),
        (" TIMEOUT", NIL),
        (
            " error",
            "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n",
        ),
    ] {
        block(&mut client, "BLPOP k 0");
        assert!(run(&mut server, "CLIENT LIST").contains(" flags=b "));
        assert!(run(&mut server, "INFO clients").contains("\r\nblocked_clients:1\r\n"));
        assert_eq!(unblock(&mut server, &id, how), ":1\r\n");
        assert_eq!(unblock(&mut server, &id, how), ":0\r\n");
        assert_eq!(client.next(LIMIT), reply);
    }
    assert_eq!(run(&mut client, "PING"), "+PONG\r\n");
    assert_eq!(unblock(&mut server, &id, ""), ":0\r\n");
}

#[test]
fn who_is_gone_or_killed_takes_nothing() {
    let mut server = Server::start();
    let [mut gone, mut killed, mut left] = clients(&server);
    block(&mut gone, "BLPOP k 0");
    block(&mut killed, "BLPOP k 100");
    block(&mut left, "BLPOP k 100");
    drop(gone);
    assert_eq!(
        run(&mut server, &format!("CLIENT KILL ID {}", killed.id())),
        ":1\r\n"
    );
    run(&mut server, "RPUSH k a");
    assert_eq!(left.next(LIMIT), pair("k", "a"));
    drop(killed);
    run(&mut server, "RPUSH k b");
    assert_eq!(run(&mut server, "LLEN k"), ":1\r\n");
    assert_eq!(
        (
            server.store.interest.blocked(),
            server.store.interest.is_any()
        ),
        (0, false)
    );
    assert_eq!(server.store.interest.alarm.count(), 0);
}

#[test]
fn replies_that_are_off_stay_off() {
    let mut server = Server::start();
    let mut client = server.another();
    run(&mut client, "CLIENT REPLY SKIP");
    block(&mut client, "BLPOP k 0");
    run(&mut server, "RPUSH k a b");
    assert_eq!(client.next(LIMIT), "");
    assert_eq!(run(&mut client, "BLPOP k 0"), pair("k", "b"));
}

#[test]
fn a_world_that_is_held_delays_nobody_for_good() {
    let mut server = Server::start();
    let yes = crate::settings::DebugAccess::Yes as u32;
    server.store.settings.debug_access.store(yes, Relaxed);
    let [mut client, mut sleeper] = clients(&server);
    block(&mut client, "BLPOP k 0");
    std::thread::scope(|scope| {
        scope.spawn(|| run(&mut sleeper, "DEBUG SLEEP 0.1"));
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(run(&mut server, "RPUSH k e"), ":1\r\n");
        assert_eq!(client.next(LIMIT), pair("k", "e"));
    });
}

const ROUNDS: usize = 400;

/// Takes elements until one says `end`; its waits are short, and others end some of them.
fn take_all(mut client: Server) -> Vec<String> {
    let mut taken = Vec::new();
    loop {
        let mut reply = run(&mut client, "BLPOP a b 0.002");
        while reply.is_empty() {
            reply = client.next(LIMIT);
        }
        match reply.lines().nth(4) {
            Some("end") => return taken,
            Some(element) => taken.push(element.to_owned()),
            None => assert!(reply == NIL || reply.starts_with("-UNBLOCKED"), "{reply}"),
        }
    }
}

/// Pushes numbers to two lists in turn, now and then with a pause.
fn give_all(mut client: Server, number: usize) {
    for round in 0..ROUNDS {
        let key = if round % 2 == number { "a" } else { "b" };
        let element = number * ROUNDS + round;
        run(&mut client, &format!("RPUSH {key} {element}"));
        if round % 16 == 0 {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
}

#[test]
fn nothing_is_lost_or_given_twice_between_lanes() {
    let mut server = Server::start();
    let (takers, givers): ([Server; 3], [Server; 2]) = (clients(&server), clients(&server));
    let mut other = server.another();
    let ids: Vec<String> = takers.iter().map(Server::id).collect();
    let taken: Vec<String> = std::thread::scope(|scope| {
        let takers = takers.map(|client| scope.spawn(|| take_all(client)));
        let mut number = 0..;
        let givers = givers.map(|client| {
            let number = number.next().expect("a number");
            scope.spawn(move || give_all(client, number))
        });
        for round in 0..100 {
            run(
                &mut other,
                &format!("CLIENT UNBLOCK {} ERROR", ids[round % 3]),
            );
            std::thread::sleep(Duration::from_micros(300));
        }
        for giver in givers {
            giver.join().expect("no panic");
        }
        for _ in 0..3 {
            run(&mut other, "RPUSH b end");
        }
        let taken = takers.map(|taker| taker.join().expect("no panic"));
        taken.into_iter().flatten().collect()
    });
    let numbers = taken.iter().map(|element| element.parse::<usize>());
    let mut numbers: Vec<usize> = numbers.map(|number| number.expect("a number")).collect();
    numbers.sort_unstable();
    assert_eq!(run(&mut server, "EXISTS a b"), ":0\r\n");
    assert_eq!(numbers, (0..2 * ROUNDS).collect::<Vec<_>>());
    let interest = &server.store.interest;
    assert_eq!((interest.blocked(), interest.is_any()), (0, false));
    server.check();
}
#[test]
fn members_are_taken_at_once_too() {
    let mut server = Server::start();
    run(&mut server, "ZADD z 1 a 2 b 3 c 4 d");
    assert_eq!(
        run(&mut server, "BZPOPMIN none z 0"),
        "*3\r\n$1\r\nz\r\n$1\r\na\r\n$1\r\n1\r\n"
    );
    assert_eq!(
        run(&mut server, "BZPOPMAX z 0"),
        "*3\r\n$1\r\nz\r\n$1\r\nd\r\n$1\r\n4\r\n"
    );
    run(&mut server, "HELLO 3");
    assert_eq!(
        run(&mut server, "BZPOPMIN z 0"),
        "*3\r\n$1\r\nz\r\n$1\r\nb\r\n,2\r\n"
    );
    let many = "*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\nc\r\n,3\r\n";
    assert_eq!(run(&mut server, "BZMPOP 0 1 z MIN COUNT 9"), many);
    assert_eq!(run(&mut server, "EXISTS l z"), ":0\r\n");
    server.check();
}

#[test]
fn sorted_sets_and_lists_of_one_name_wake_their_own() {
    let mut server = Server::start();
    let [mut list, mut scored, mut both] = clients(&server);
    run(&mut both, "HELLO 3");
    block(&mut list, "BLPOP k 0");
    block(&mut scored, "BZPOPMIN k 0");
    block(&mut both, "BZMPOP 0 2 j k MAX");
    run(&mut server, "SET k v");
    assert_eq!(list.next(NONE), "");
    run(&mut server, "DEL k");
    run(&mut server, "ZADD k 1 a 2 b");
    assert_eq!(
        scored.next(LIMIT),
        "*3\r\n$1\r\nk\r\n$1\r\na\r\n$1\r\n1\r\n"
    );
    assert_eq!(
        both.next(LIMIT),
        "*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$1\r\nb\r\n,2\r\n"
    );
    assert_eq!(list.next(NONE), "");
    run(&mut server, "RPUSH k e");
    assert_eq!(list.next(LIMIT), pair("k", "e"));
}
