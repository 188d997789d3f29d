//! Sorted sets as a client sees them: replies, encodings, effects, and what happens when there is no room.

use crate::testing::Server;

/// Runs lines of words and answers what the last one did.
fn run(server: &mut Server, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    server.run(&words)
}

fn bulks(words: &[&str]) -> String {
    let bulk = |word: &&str| format!("${}\r\n{word}\r\n", word.len());
    let bulks: String = words.iter().map(bulk).collect();
    format!("*{}\r\n{bulks}", words.len())
}

#[test]
fn zadd_counts_what_its_options_let_in() {
    let mut server = Server::start();
    let cases = [
        ("ZADD z 1 a 2 b", ":2\r\n"),
        ("ZADD z NX 9 a 3 c", ":1\r\n"),
        ("ZADD z XX CH 9 a 9 nobody", ":1\r\n"),
        ("ZADD z GT CH 8 a 10 b", ":1\r\n"),
        ("ZADD z LT CH 8 a 11 b", ":1\r\n"),
        ("ZADD z INCR 1.5 a", "$3\r\n9.5\r\n"),
        ("ZADD z NX INCR 1 a", "$-1\r\n"),
        ("ZINCRBY z -0.5 a", "$1\r\n9\r\n"),
        ("ZADD none XX 1 a", ":0\r\n"),
        ("EXISTS none", ":0\r\n"),
        (
            "ZADD z NX XX 1 a",
            "-ERR XX and NX options at the same time are not compatible\r\n",
        ),
        (
            "ZADD z GT LT 1 a",
            "-ERR GT, LT, and/or NX options at the same time are not compatible\r\n",
        ),
        (
            "ZADD z INCR 1 a 2 b",
            "-ERR INCR option supports a single increment-element pair\r\n",
        ),
        ("ZADD z 1 a 2", "-ERR syntax error\r\n"),
        ("ZADD z nan a", "-ERR value is not a valid float\r\n"),
        ("ZADD i inf a", ":1\r\n"),
        (
            "ZINCRBY i -inf a",
            "-ERR resulting score is not a number (NaN)\r\n",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(run(&mut server, line), expected, "{line}");
    }
    let all = run(&mut server, "ZRANGE z 0 -1 WITHSCORES");
    assert_eq!(all, bulks(&["c", "3", "a", "9", "b", "10"]));
    server.check();
}

#[test]
fn a_set_that_outgrows_its_limits_becomes_a_skiplist() {
    let mut server = Server::start();
    for number in 0..128 {
        run(&mut server, &format!("ZADD z {number} m{number}"));
    }
    assert_eq!(run(&mut server, "OBJECT ENCODING z"), "$8\r\nlistpack\r\n");
    run(&mut server, "ZADD z 0.5 more");
    assert_eq!(run(&mut server, "OBJECT ENCODING z"), "$8\r\nskiplist\r\n");
    assert_eq!(run(&mut server, "ZRANK z m1"), ":2\r\n");
    assert_eq!(run(&mut server, "ZREMRANGEBYRANK z 0 -3"), ":127\r\n");
    assert_eq!(run(&mut server, "OBJECT ENCODING z"), "$8\r\nskiplist\r\n");
    let long = "x".repeat(65);
    run(&mut server, &format!("ZADD y 1 {long}"));
    assert_eq!(run(&mut server, "OBJECT ENCODING y"), "$8\r\nskiplist\r\n");
    // What is made of large ones is small again when it fits.
    assert_eq!(run(&mut server, "ZUNIONSTORE w 1 z"), ":2\r\n");
    assert_eq!(run(&mut server, "OBJECT ENCODING w"), "$8\r\nlistpack\r\n");
    assert_eq!(run(&mut server, "ZUNIONSTORE w 2 z y"), ":3\r\n");
    assert_eq!(run(&mut server, "OBJECT ENCODING w"), "$8\r\nskiplist\r\n");
    assert_eq!(run(&mut server, "ZINTERSTORE w 2 z y"), ":0\r\n");
    assert_eq!(run(&mut server, "EXISTS w"), ":0\r\n");
    server.check();
}

#[test]
fn what_a_command_did_is_told_so_that_it_can_be_repeated() {
    let mut server = Server::start();
    server.effects();
    for line in [
        "ZADD z 1 a 2 b 3 c 4 d",
        "ZADD z 1 a",
        "ZINCRBY z 5 a",
        "ZPOPMIN z",
        "ZMPOP 2 none z MAX COUNT 10",
        "ZREM z a",
        "ZADD z 1 x",
        "ZRANGESTORE y z 0 -1",
        "ZRANGESTORE y z 5 9",
        "ZRANGESTORE y z 5 9",
    ] {
        run(&mut server, line);
    }
    let told = server.effects();
    let expected = [
        "0 ZADD z 1 a 2 b 3 c 4 d",
        "0 ZINCRBY z 5 a",
        "0 ZPOPMIN z 1",
        "0 ZPOPMAX z 3",
        "0 ZADD z 1 x",
        "0 ZRANGESTORE y z 0 -1",
        "0 ZRANGESTORE y z 5 9",
    ];
    assert_eq!(told, expected);
}

#[test]
fn pops_take_from_either_end_until_the_key_is_gone() {
    let mut server = Server::start();
    run(&mut server, "ZADD z 1 a 2 b 3 c 4 d 5 e");
    assert_eq!(
        run(&mut server, "ZPOPMAX z 2"),
        bulks(&["e", "5", "d", "4"])
    );
    assert_eq!(run(&mut server, "ZPOPMIN z"), bulks(&["a", "1"]));
    assert_eq!(run(&mut server, "ZPOPMIN z 0"), "*0\r\n");
    let popped = run(&mut server, "ZMPOP 2 none z MIN COUNT 5");
    let pairs = [bulks(&["b", "2"]), bulks(&["c", "3"])].concat();
    assert_eq!(popped, format!("*2\r\n$1\r\nz\r\n*2\r\n{pairs}"));
    assert_eq!(run(&mut server, "EXISTS z"), ":0\r\n");
    assert_eq!(run(&mut server, "ZPOPMIN z"), "*0\r\n");
    assert_eq!(run(&mut server, "ZMPOP 1 z MIN"), "*-1\r\n");
    server.check();
}

#[test]
fn random_members_are_members() {
    let mut server = Server::start();
    for size in [20, 300] {
        for number in 0..size {
            run(&mut server, &format!("ZADD z {number} m{number}"));
        }
        for count in [1, 7, size - 1, size, size + 5] {
            let reply = run(&mut server, &format!("ZRANDMEMBER z {count} WITHSCORES"));
            let words: Vec<&str> = reply
                .split("\r\n")
                .filter(|word| !word.starts_with('$'))
                .collect();
            let pairs = count.min(size) as usize;
            assert_eq!(words[0], format!("*{}", 2 * pairs));
            let mut members: Vec<&str> = words[1..=2 * pairs].iter().step_by(2).copied().collect();
            for (member, score) in members.iter().zip(words[2..].iter().step_by(2)) {
                assert_eq!(*member, format!("m{score}"));
            }
            members.sort_unstable();
            members.dedup();
            assert_eq!(members.len(), pairs, "all different");
        }
        let many = run(&mut server, "ZRANDMEMBER z -1000");
        assert!(many.starts_with("*1000\r\n"));
    }
    server.check();
}

#[test]
fn a_large_set_moves_between_nodes_and_back_whole() {
    let mut server = Server::start();
    for number in 0..2000 {
        run(
            &mut server,
            &format!("ZADD z {} member:{number}", number * 7919 % 1000),
        );
    }
    let before = run(&mut server, "ZRANGE z 0 -1 WITHSCORES");
    for node in ["1", "0", "1"] {
        let moved = run(&mut server, &format!("NUMAMIGRATE KEY z {node}"));
        assert!(!moved.starts_with('-'), "{moved}");
        server.check();
        assert_eq!(run(&mut server, "ZRANGE z 0 -1 WITHSCORES"), before);
    }
    assert_eq!(run(&mut server, "COPY z y"), ":1\r\n");
    assert_eq!(run(&mut server, "ZRANGE y 0 -1 WITHSCORES"), before);
    assert_eq!(run(&mut server, "ZDIFF 2 z y"), "*0\r\n");
    assert_eq!(run(&mut server, "UNLINK z"), ":1\r\n");
    assert_eq!(run(&mut server, "DEL y"), ":1\r\n");
    server.check();
}

#[test]
fn a_zadd_that_finds_no_room_leaves_the_set_as_it_was() {
    let mut server = Server::with_room(1 << 20);
    let mut number = 0;
    let (before, reply) = loop {
        let before = run(&mut server, "ZRANGE z 0 -1 WITHSCORES");
        let mut line = String::from("ZADD z");
        // Half of them are there already: their scores change first, and must change back.
        for pair in 0..64 {
            let member = if pair % 2 == 0 { pair } else { number + pair };
            line += &format!(" {} member:{member:060}", number + pair);
        }
        number += 64;
        let reply = run(&mut server, &line);
        if reply.starts_with('-') || number > 1_000_000 {
            break (before, reply);
        }
    };
    assert!(reply.starts_with("-OOM"), "{reply}");
    assert_eq!(run(&mut server, "ZRANGE z 0 -1 WITHSCORES"), before);
    server.check();
}

#[test]
fn scores_are_doubles_in_protocol_3() {
    let mut server = Server::start();
    run(&mut server, "HELLO 3");
    run(&mut server, "ZADD z 1 a 2.5 b inf c");
    let pairs = "*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n*2\r\n$1\r\nc\r\n,inf\r\n";
    assert_eq!(
        run(&mut server, "ZRANGE z 0 -1 WITHSCORES"),
        format!("*3\r\n{pairs}")
    );
    assert_eq!(
        run(&mut server, "ZUNION 1 z WITHSCORES"),
        format!("*3\r\n{pairs}")
    );
    assert_eq!(run(&mut server, "ZMSCORE z a x"), "*2\r\n,1\r\n_\r\n");
    assert_eq!(run(&mut server, "ZPOPMIN z"), "*2\r\n$1\r\na\r\n,1\r\n");
    assert_eq!(
        run(&mut server, "ZPOPMIN z 1"),
        "*1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n"
    );
}
