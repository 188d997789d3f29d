//! Publish and subscribe, notifications and MONITOR as clients on several lanes see them.

use crate::abi::why;
use crate::pubsub::Kind;
use crate::testing::{Peer, Server};
use core::sync::atomic::Ordering::Relaxed;

/// A message of strings of bytes, as an array or a push.
fn message(kind: char, words: &[&str]) -> String {
    let bulks = words.iter().map(|w| format!("${}\r\n{w}\r\n", w.len()));
    format!("{kind}{}\r\n{}", words.len(), bulks.collect::<String>())
}

fn joined(kind: char, event: &str, name: &str, count: usize) -> String {
    let words = [event, name].map(|w| format!("${}\r\n{w}\r\n", w.len()));
    format!("{kind}3\r\n{}:{count}\r\n", words.concat())
}

#[test]
fn messages_cross_lanes_and_wake_them_once() {
    let mut server = Server::start();
    let mut peer = server.peer();
    let answer = peer.run(&["SUBSCRIBE", "a", "b", "a"]);
    let expected = [("a", 1), ("b", 2), ("a", 2)];
    let expected = expected.map(|(name, count)| joined('*', "subscribe", name, count));
    assert_eq!(answer, expected.concat());
    assert_eq!(peer.woken(), 0);
    assert_eq!(server.run(&["PUBLISH", "a", "1"]), ":1\r\n");
    assert_eq!(server.run(&["PUBLISH", "b", "2"]), ":1\r\n");
    assert_eq!(server.run(&["PUBLISH", "c", "3"]), ":0\r\n");
    assert_eq!(peer.woken(), why::OUTPUT);
    let first = message('*', &["message", "a", "1"]);
    let second = message('*', &["message", "b", "2"]);
    assert_eq!(peer.heard(), first + &second);
    assert_eq!(peer.heard(), "");
    assert_eq!(server.run(&["PUBLISH", "a", "4"]), ":1\r\n");
    assert_eq!(peer.woken(), why::OUTPUT);
}

#[test]
fn what_was_published_before_a_channel_was_left_comes_before_the_answer() {
    let mut server = Server::start();
    let mut peer = server.peer();
    peer.run(&["SUBSCRIBE", "a"]);
    server.run(&["PUBLISH", "a", "1"]);
    let left = message('*', &["message", "a", "1"]) + &joined('*', "unsubscribe", "a", 0);
    assert_eq!(peer.run(&["UNSUBSCRIBE"]), left);
    assert_eq!(server.run(&["PUBLISH", "a", "2"]), ":0\r\n");
    assert_eq!(peer.heard(), "");
    let none = "*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n";
    assert_eq!(peer.run(&["PUNSUBSCRIBE"]), none);
    assert_eq!(
        peer.run(&["SUNSUBSCRIBE", "x"]),
        joined('*', "sunsubscribe", "x", 0)
    );
}

#[test]
fn protocol_2_allows_little_to_a_subscriber_and_protocol_3_everything() {
    let mut server = Server::start();
    assert!(server.run(&["SUBSCRIBE", "a"]).ends_with(":1\r\n"));
    let refused = |name: &str| {
        format!(
            "-ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n"
        )
    };
    assert_eq!(server.run(&["GET", "k"]), refused("get"));
    assert_eq!(server.run(&["CLIENT", "ID"]), refused("client|id"));
    assert_eq!(server.run(&["HELLO", "3"]), refused("hello"));
    assert_eq!(server.run(&["PING"]), message('*', &["pong", ""]));
    assert_eq!(server.run(&["PING", "x"]), message('*', &["pong", "x"]));
    assert_eq!(server.run(&["RESET"]), "+RESET\r\n");
    assert_eq!(server.run(&["PING"]), "+PONG\r\n");
    assert_eq!(server.store.pubsub.count(Kind::Channel), 0);
    server.run(&["HELLO", "3"]);
    assert_eq!(
        server.run(&["SUBSCRIBE", "a"]),
        joined('>', "subscribe", "a", 1)
    );
    assert_eq!(server.run(&["PING"]), "+PONG\r\n");
    assert_eq!(server.run(&["SET", "k", "v"]), "+OK\r\n");
    let own = message('>', &["message", "a", "m"]);
    assert_eq!(server.run(&["PUBLISH", "a", "m"]), own + ":1\r\n");
}

#[test]
fn own_events_follow_the_reply_and_pipelines_keep_whole_replies() {
    let mut server = Server::start();
    server.run(&["HELLO", "3"]);
    let settings = &server.store.settings;
    settings.set("notify-keyspace-events", "EA").expect("good");
    server.run(&["PSUBSCRIBE", "*"]);
    let event = message('>', &["pmessage", "*", "__keyevent@0__:set", "k"]);
    let request = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n*2\r\n$4\r\nPING\r\n$1\r\np\r\n";
    let answer = String::from_utf8(server.exchange(request)).expect("text");
    assert_eq!(answer, format!("+OK\r\n{event}$1\r\np\r\n"));
}

#[test]
fn client_reply_silences_replies_and_no_messages() {
    let mut server = Server::start();
    let mut peer = server.peer();
    assert_eq!(peer.run(&["CLIENT", "REPLY", "OFF"]), "");
    assert_eq!(
        peer.run(&["SUBSCRIBE", "a"]),
        joined('*', "subscribe", "a", 1)
    );
    server.run(&["PUBLISH", "a", "m"]);
    let heard = message('*', &["message", "a", "m"]);
    assert_eq!(peer.heard(), heard);
    assert_eq!(peer.run(&["PING"]), "");
    assert_eq!(
        peer.run(&["UNSUBSCRIBE"]),
        joined('*', "unsubscribe", "a", 0)
    );
}

#[test]
fn introspection_counts_names_and_clients() {
    let mut server = Server::start();
    let (mut one, mut two) = (server.peer(), server.peer());
    one.run(&["SUBSCRIBE", "news", "talk"]);
    two.run(&["SUBSCRIBE", "news"]);
    two.run(&["PSUBSCRIBE", "n*"]);
    two.run(&["SSUBSCRIBE", "s1", "s2"]);
    let numbers = "*4\r\n$4\r\nnews\r\n:2\r\n$4\r\nnone\r\n:0\r\n";
    assert_eq!(server.run(&["PUBSUB", "NUMSUB", "news", "none"]), numbers);
    assert_eq!(server.run(&["PUBSUB", "NUMSUB"]), "*0\r\n");
    assert_eq!(server.run(&["PUBSUB", "NUMPAT"]), ":1\r\n");
    let talk = "*1\r\n$4\r\ntalk\r\n";
    assert_eq!(server.run(&["PUBSUB", "CHANNELS", "t*"]), talk);
    assert_eq!(
        server.run(&["PUBSUB", "SHARDNUMSUB", "s1"]),
        "*2\r\n$2\r\ns1\r\n:1\r\n"
    );
    assert!(
        server
            .run(&["PUBSUB", "SHARDCHANNELS"])
            .starts_with("*2\r\n")
    );
    let list = server.run(&["CLIENT", "LIST", "TYPE", "pubsub"]);
    assert!(list.contains("flags=P db=0 sub=2 psub=0 ssub=0"), "{list}");
    assert!(list.contains("flags=P db=0 sub=1 psub=1 ssub=2"), "{list}");
    let info = server.run(&["INFO", "stats"]);
    for line in [
        "pubsub_channels:2",
        "pubsub_patterns:1",
        "pubsubshard_channels:2",
    ] {
        assert!(info.contains(line), "{line}");
    }
    drop((one, two));
    let info = server.run(&["INFO", "stats"]);
    for line in [
        "pubsub_channels:0",
        "pubsub_patterns:0",
        "pubsubshard_channels:0",
    ] {
        assert!(info.contains(line), "{line}");
    }
}

#[test]
fn who_leaves_too_much_unread_is_closed_and_logged() {
    let mut server = Server::start();
    let settings = &server.store.settings;
    let limits = "pubsub 20000 0 0 normal 50000 0 0";
    settings
        .set("client-output-buffer-limit", limits)
        .expect("good");
    let mut peer = server.peer();
    peer.run(&["SUBSCRIBE", "a"]);
    let text = "x".repeat(1000);
    while !peer.face().killed.load(Relaxed) {
        assert_eq!(server.run(&["PUBLISH", "a", &text]), ":1\r\n");
    }
    assert_eq!(peer.woken(), why::OUTPUT | why::CLOSE);
    assert_eq!(peer.heard(), "(closed)");
    drop(peer);
    assert_eq!(server.run(&["PUBLISH", "a", &text]), ":0\r\n");

    let mut greedy = server.peer();
    server.run(&["SET", "big", &"v".repeat(40_000)]);
    assert_eq!(greedy.run(&["GET", "big"]).len(), 40_000 + 10);
    assert_eq!(greedy.run(&["MGET", "big", "big"]), "(closed)");
    drop(greedy);
    let log = server.store.take_messages(1 << 20);
    let closed = "scheduled to be closed ASAP for overcoming of output buffer limits.";
    assert_eq!(log.matches(closed).count(), 2, "{log}");
    assert!(log.contains("flags=A db=0 sub=0"), "{log}");
}

#[test]
fn a_slow_subscriber_gets_everything_in_order_and_whole() {
    let mut server = Server::start();
    let mut peer = server.peer();
    peer.run(&["SUBSCRIBE", "a"]);
    let text = "y".repeat(700);
    for number in 0..100 {
        server.run(&["PUBLISH", "a", &format!("{number}{text}")]);
    }
    let expected = (0..100).map(|n| message('*', &["message", "a", &format!("{n}{text}")]));
    assert_eq!(peer.heard(), expected.collect::<String>());
    assert_eq!(peer.face().output_bytes(), 0);
}

/// What a monitor heard, without the time at the front of each line.
fn lines(peer: &mut Peer) -> Vec<String> {
    let heard = peer.heard();
    let lines = heard.lines().map(|line| {
        let (time, rest) = line.split_once(' ').expect("a time");
        let (seconds, micros) = time[1..].split_once('.').expect("a fraction");
        assert!(seconds.parse::<u64>().is_ok() && micros.len() == 6);
        rest.to_owned()
    });
    lines.collect()
}

#[test]
fn monitor_shows_what_runs_and_no_secrets() {
    let mut server = Server::start();
    let mut peer = server.peer();
    assert_eq!(peer.run(&["MONITOR"]), "+OK\r\n");
    assert_eq!(peer.run(&["MONITOR"]), "");
    server.run(&["SET", "k", "a\nb\"c"]);
    server.run(&["SELECT", "3"]);
    server.run(&["NOSUCH"]);
    server.run(&["GET"]);
    server.run(&["CLIENT", "LIST"]);
    server.run(&["AUTH", "me", "secret"]);
    server.run(&["HELLO", "2", "SETNAME", "n", "AUTH", "me", "secret"]);
    assert_eq!(
        lines(&mut peer),
        [
            r#"[0 127.0.0.1:1] "SET" "k" "a\nb\"c""#,
            r#"[3 127.0.0.1:1] "SELECT" "3""#,
            r#"[3 127.0.0.1:1] "AUTH" "(redacted)" "(redacted)""#,
            r#"[3 127.0.0.1:1] "HELLO" "2" "SETNAME" "n" "AUTH" "(redacted)" "(redacted)""#,
        ]
    );
    let refused = "-ERR Replica can't interact with the keyspace\r\n";
    assert_eq!(peer.run(&["GET", "k"]), refused);
    assert!(server.run(&["CLIENT", "LIST"]).contains("flags=O db=0"));
    assert_eq!(peer.run(&["RESET"]), "+RESET\r\n");
    assert_eq!(peer.run(&["GET", "k"]), "$5\r\na\nb\"c\r\n");
    assert!(!server.store.pubsub.has_monitors());
}

#[test]
fn a_transaction_publishes_and_is_not_torn_apart_by_its_own_messages() {
    let mut server = Server::start();
    let (mut peer, mut monitor) = (server.peer(), server.peer());
    peer.run(&["SUBSCRIBE", "a"]);
    monitor.run(&["MONITOR"]);
    server.run(&["HELLO", "3"]);
    server.run(&["SUBSCRIBE", "a"]);
    server.run(&["MULTI"]);
    server.run(&["PUBLISH", "a", "m"]);
    server.run(&["UNSUBSCRIBE", "a"]);
    server.run(&["PING"]);
    assert_eq!(peer.heard(), "");
    let own = message('>', &["message", "a", "m"]);
    let left = joined('>', "unsubscribe", "a", 0);
    let answer = format!("*3\r\n:2\r\n{left}+PONG\r\n{own}");
    assert_eq!(server.run(&["EXEC"]), answer);
    assert_eq!(peer.heard(), message('*', &["message", "a", "m"]));
    let shown = lines(&mut monitor);
    let shown: Vec<&str> = shown
        .iter()
        .map(|line| &line["[0 127.0.0.1:1] ".len()..])
        .collect();
    let expected = [
        r#""HELLO" "3""#,
        r#""SUBSCRIBE" "a""#,
        r#""MULTI""#,
        r#""PUBLISH" "a" "m""#,
        r#""UNSUBSCRIBE" "a""#,
        r#""PING""#,
        r#""EXEC""#,
    ];
    assert_eq!(shown, expected);
}

/// Runs requests and answers the events they caused, as `event key`.
fn events(server: &mut Server, peer: &mut Peer, requests: &[&str]) -> Vec<String> {
    for request in requests {
        let words: Vec<&str> = request.split(' ').collect();
        server.run(&words);
    }
    let heard = peer.heard();
    let words: Vec<&str> = heard
        .lines()
        .filter(|l| !l.starts_with(['$', '*']))
        .collect();
    let events = words.chunks(4).map(|words| {
        let [_, _, channel, key] = words else {
            panic!("no message: {words:?}")
        };
        let (channel, event) = channel.split_once(':').expect("an event");
        format!("{} {event} {key}", &channel[11..channel.len() - 2])
    });
    events.collect()
}

#[test]
fn events_come_in_redis_order() {
    let mut server = Server::start();
    let settings = &server.store.settings;
    settings
        .set("notify-keyspace-events", "EAnm")
        .expect("good");
    let mut peer = server.peer();
    peer.run(&["PSUBSCRIBE", "__keyevent@*"]);
    let mut check = |requests: &[&str], expected: &[&str]| {
        assert_eq!(
            events(&mut server, &mut peer, requests),
            expected,
            "{requests:?}"
        );
    };
    check(
        &["SET a 1", "SET a 2 EX 100"],
        &["0 new a", "0 set a", "0 set a", "0 expire a"],
    );
    check(
        &["MSET a 1 b 2 a 3"],
        &["0 set a", "0 new b", "0 set b", "0 set a"],
    );
    check(
        &["RENAME a c"],
        &["0 new c", "0 rename_from a", "0 rename_to c"],
    );
    check(
        &["RENAME b c"],
        &["0 new c", "0 rename_from b", "0 rename_to c"],
    );
    check(&["MOVE c 1"], &["1 new c", "0 move_from c", "1 move_to c"]);
    check(
        &["GET c", "INCR c", "DECR c"],
        &["0 keymiss c", "0 new c", "0 incrby c", "0 incrby c"],
    );
    check(
        &["COPY c d", "COPY c d REPLACE"],
        &["0 new d", "0 copy_to d", "0 new d", "0 copy_to d"],
    );
    check(
        &["GETEX c EX 9", "GETEX c PERSIST", "GETDEL c"],
        &["0 expire c", "0 persist c", "0 del c"],
    );
    check(
        &["EXPIRE d 10", "PERSIST d", "EXPIRE d -1"],
        &["0 expire d", "0 persist d", "0 del d"],
    );
    check(
        &["APPEND e x", "SETRANGE e 2 y", "DEL e e"],
        &["0 new e", "0 append e", "0 setrange e", "0 del e"],
    );
    check(&["OBJECT ENCODING none", "TYPE none"], &["0 keymiss none"]);
}

#[test]
fn expired_keys_are_told_of_once_whoever_meets_them() {
    let mut server = Server::start();
    let settings = &server.store.settings;
    settings
        .set("notify-keyspace-events", "EAnm")
        .expect("good");
    server.store.active_expire.store(false, Relaxed);
    let mut peer = server.peer();
    peer.run(&["PSUBSCRIBE", "__keyevent@*"]);
    server.run(&["PSETEX", "a", "10", "1"]);
    server.run(&["PSETEX", "b", "10", "1"]);
    server.run(&["PSETEX", "c", "10", "1"]);
    peer.heard();
    server.store.clock.advance(20);
    let heard = events(&mut server, &mut peer, &["GET a", "SET b 2"]);
    let expected = [
        "0 expired a",
        "0 keymiss a",
        "0 expired b",
        "0 new b",
        "0 set b",
    ];
    assert_eq!(heard, expected);
    server.store.active_expire.store(true, Relaxed);
    let mut seen = Vec::new();
    while seen.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
        seen = events(&mut server, &mut peer, &[]);
    }
    assert_eq!(seen, ["0 expired c"]);
}
