//! List commands as a client sees them: replies, effects, encodings, a full store, and a key on the move.

use crate::testing::Server;

/// Runs requests written as words and compares each reply.
fn expect(server: &mut Server, exchanges: &[(&str, &str)]) {
    for (request, reply) in exchanges {
        let words: Vec<&str> = request.split(' ').collect();
        let got = server.run(&words);
        assert_eq!(
            got.trim_end_matches("\r\n").replace("\r\n", " "),
            *reply,
            "{request}"
        );
    }
}

#[test]
fn pushes_and_pops_work_at_both_ends() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            ("RPUSH l a b", ":2"),
            ("LPUSH l 1 2", ":4"),
            ("LRANGE l 0 -1", "*4 $1 2 $1 1 $1 a $1 b"),
            ("LLEN l", ":4"),
            ("TYPE l", "+list"),
            ("OBJECT ENCODING l", "$9 quicklist"),
            ("LPOP l", "$1 2"),
            ("RPOP l", "$1 b"),
            ("LPOP l 0", "*0"),
            ("RPOP l 9", "*2 $1 a $1 1"),
            ("EXISTS l", ":0"),
            ("LPOP l", "$-1"),
            ("RPOP l 2", "*-1"),
            ("LPUSHX l a", ":0"),
            ("RPUSHX l a", ":0"),
            ("LLEN l", ":0"),
            ("RPOP l -1", "-ERR value is out of range, must be positive"),
            ("RPOP l x", "-ERR value is out of range, must be positive"),
            (
                "RPOP l 1 2",
                "-ERR wrong number of arguments for 'rpop' command",
            ),
        ],
    );
    server.check();
}

#[test]
fn indexes_and_ranges_count_from_both_ends() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            ("RPUSH l a b c d e", ":5"),
            ("LINDEX l 0", "$1 a"),
            ("LINDEX l -1", "$1 e"),
            ("LINDEX l 5", "$-1"),
            ("LINDEX l -6", "$-1"),
            ("LINDEX l -9223372036854775808", "$-1"),
            ("LRANGE l -2 9", "*2 $1 d $1 e"),
            ("LRANGE l 3 2", "*0"),
            ("LRANGE l -100 0", "*1 $1 a"),
            ("LRANGE no 0 -1", "*0"),
            ("LSET l -2 D", "+OK"),
            ("LSET l 5 x", "-ERR index out of range"),
            ("LSET no 0 x", "-ERR no such key"),
            ("LTRIM l 1 3", "+OK"),
            ("LRANGE l 0 -1", "*3 $1 b $1 c $1 D"),
            ("LTRIM l 5 9", "+OK"),
            ("EXISTS l", ":0"),
            ("LTRIM l 0 1", "+OK"),
        ],
    );
    server.check();
}

#[test]
fn elements_are_found_inserted_and_removed_by_value() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            ("RPUSH l a b 12 b 012 b", ":6"),
            ("LPOS l b", ":1"),
            ("LPOS l 12", ":2"),
            ("LPOS l b RANK -1", ":5"),
            ("LPOS l b RANK 2 COUNT 0", "*2 :3 :5"),
            ("LPOS l b RANK -2 COUNT 1", "*1 :3"),
            ("LPOS l b COUNT 0 MAXLEN 4", "*2 :1 :3"),
            ("LPOS l x", "$-1"),
            ("LPOS l x COUNT 0", "*0"),
            ("LPOS l b RANK -9223372036854775808", ":5"),
            ("LPOS no b COUNT -1", "-ERR COUNT can't be negative"),
            ("LPOS no b RANK", "-ERR syntax error"),
            ("LINSERT l BEFORE 12 x", ":7"),
            ("LINSERT l after 012 y", ":8"),
            ("LINSERT l AFTER none y", ":-1"),
            ("LINSERT no AFTER none y", ":0"),
            ("LINSERT l ON none y", "-ERR syntax error"),
            ("LREM l -2 b", ":2"),
            ("LRANGE l 0 -1", "*6 $1 a $1 b $1 x $2 12 $3 012 $1 y"),
            ("LREM l 0 none", ":0"),
            ("LREM l 0 b", ":1"),
            ("LREM no 0 b", ":0"),
            ("LTRIM l 1 2", "+OK"),
            ("LREM l -9223372036854775808 x", ":1"),
            ("LREM l 1 12", ":1"),
            ("EXISTS l", ":0"),
        ],
    );
    server.check();
}

#[test]
fn an_element_moves_from_list_to_list_and_within_one() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            ("RPUSH a 1 2 3", ":3"),
            ("LMOVE a b LEFT RIGHT", "$1 1"),
            ("RPOPLPUSH a b", "$1 3"),
            ("LRANGE b 0 -1", "*2 $1 3 $1 1"),
            ("LMOVE b b RIGHT LEFT", "$1 1"),
            ("LMOVE b b LEFT LEFT", "$1 1"),
            ("LRANGE b 0 -1", "*2 $1 1 $1 3"),
            ("RPOPLPUSH a a", "$1 2"),
            ("LMOVE a b right right", "$1 2"),
            ("EXISTS a", ":0"),
            ("LMOVE a b LEFT LEFT", "$-1"),
            ("LMOVE b c LEFT UP", "-ERR syntax error"),
            ("SET s x", "+OK"),
            (
                "RPOPLPUSH b s",
                "-WRONGTYPE Operation against a key holding the wrong kind of value",
            ),
            ("LLEN b", ":3"),
        ],
    );
    server.check();
}

#[test]
fn lmpop_takes_from_the_first_list_there_is() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            ("RPUSH b 1 2 3", ":3"),
            ("LMPOP 2 a b LEFT", "*2 $1 b *1 $1 1"),
            ("LMPOP 2 a b RIGHT COUNT 5", "*2 $1 b *2 $1 3 $1 2"),
            ("LMPOP 2 a b RIGHT", "*-1"),
            ("EXISTS b", ":0"),
            ("LMPOP 0 a LEFT", "-ERR numkeys should be greater than 0"),
            (
                "LMPOP 1 a LEFT COUNT 0",
                "-ERR count should be greater than 0",
            ),
            ("LMPOP 1 a LEFT COUNT 1 COUNT 1", "-ERR syntax error"),
            ("LMPOP 1 a UP", "-ERR syntax error"),
            ("LMPOP 3 a LEFT x", "-ERR syntax error"),
        ],
    );
}

#[test]
fn every_list_command_refuses_another_type() {
    let mut server = Server::start();
    server.run(&["SET", "s", "x"]);
    let requests = [
        "LPUSH s a",
        "RPUSH s a",
        "LPUSHX s a",
        "RPUSHX s a",
        "LPOP s",
        "RPOP s 2",
        "LLEN s",
        "LINDEX s 0",
        "LSET s 0 a",
        "LINSERT s BEFORE a b",
        "LRANGE s 0 1",
        "LTRIM s 0 1",
        "LREM s 0 a",
        "LPOS s a",
        "LMOVE s t LEFT LEFT",
        "RPOPLPUSH s t",
        "LMPOP 1 s LEFT",
    ];
    for request in requests {
        let words: Vec<&str> = request.split(' ').collect();
        let reply = server.run(&words);
        assert!(reply.starts_with("-WRONGTYPE "), "{request}: {reply}");
    }
    server.run(&["RPUSH", "l", "a"]);
    assert!(server.run(&["GET", "l"]).starts_with("-WRONGTYPE "));
    assert_eq!(server.run(&["SET", "l", "x"]), "+OK\r\n");
    server.check();
}

#[test]
fn effects_repeat_what_happened() {
    let mut server = Server::start();
    server.effects();
    for request in [
        "RPUSH l a b c d",
        "LPOP l",
        "LMPOP 2 none l RIGHT COUNT 2",
        "LREM l 0 none",
        "LMOVE l m LEFT LEFT",
        "LPUSHX none x",
        "LSET m 0 z",
    ] {
        let words: Vec<&str> = request.split(' ').collect();
        server.run(&words);
    }
    let expected = [
        "0 RPUSH l a b c d",
        "0 LPOP l",
        "0 RPOP l 2",
        "0 LMOVE l m LEFT LEFT",
        "0 LSET m 0 z",
    ];
    assert_eq!(server.effects(), expected);
}

#[test]
fn elements_of_any_size_come_back_as_they_were() {
    let mut server = Server::start();
    let sizes = [
        0, 1, 62, 63, 64, 127, 128, 500, 4095, 4096, 8176, 8192, 9000, 70_000,
    ];
    for size in sizes {
        let element = "e".repeat(size);
        server.run(&["RPUSH", "l", &element]);
        server.run(&["LPUSH", "l", &element]);
    }
    for (index, size) in sizes.into_iter().enumerate() {
        let element = format!("${size}\r\n{}\r\n", "e".repeat(size));
        let place = sizes.len() + index;
        assert_eq!(server.run(&["LINDEX", "l", &place.to_string()]), element);
        let from_tail = format!("-{}", place + 1);
        assert_eq!(server.run(&["LINDEX", "l", &from_tail]), element);
    }
    let total: usize = sizes
        .iter()
        .map(|size| 2 * (size + format!("${size}\r\n\r\n").len()))
        .sum();
    assert_eq!(
        server.run(&["LRANGE", "l", "0", "-1"]).len(),
        "*28\r\n".len() + total
    );
    server.check();
}

#[test]
fn debug_object_tells_of_nodes_as_redis_does() {
    let options = "topology fake:2\nenable-debug-command yes\nlist-max-listpack-size 2\nlist-compress-depth 1\n";
    let mut server = Server::with_options(options);
    server.run(&["RPUSH", "l", "a", "b", "c", "d", "e"]);
    let told = server.run(&["DEBUG", "OBJECT", "l"]);
    let nodes =
        " ql_nodes:3 ql_avg_node:1.67 ql_listpack_max:2 ql_compressed:1 ql_uncompressed_size:36 ";
    assert!(told.contains(nodes), "{told}");
    expect(
        &mut server,
        &[
            ("DEBUG QUICKLIST-PACKED-THRESHOLD 3", "+OK"),
            ("RPUSH l 123", ":6"),
            ("LPOS l 123", ":5"),
            ("LREM l 0 123", ":1"),
            ("DEBUG QUICKLIST-PACKED-THRESHOLD 0", "+OK"),
            ("DEBUG LISTPACK l", "-ERR Not a listpack encoded object."),
        ],
    );
}

#[test]
fn a_push_without_room_leaves_the_list_as_it_was() {
    let mut server = Server::with_room(512 << 10);
    let element = "v".repeat(3000);
    let mut pushed = 0;
    while server.run(&["RPUSH", "l", &element]).starts_with(':') {
        pushed += 1;
    }
    assert!(pushed > 50, "{pushed}");
    let many = vec![element.as_str(); 20];
    let request = [&["LPUSH", "l"], many.as_slice()].concat();
    assert!(server.run(&request).starts_with("-OOM "));
    assert_eq!(server.run(&["LLEN", "l"]), format!(":{pushed}\r\n"));
    for _ in 0..pushed {
        let moved = server.run(&["LMOVE", "l", "other", "LEFT", "RIGHT"]);
        assert!(moved.starts_with("-OOM ") || moved.ends_with(&format!("{element}\r\n")));
    }
    for _ in 0..pushed {
        let popped = server.run(&["LMPOP", "2", "l", "other", "LEFT"]);
        assert!(popped.ends_with(&format!("{element}\r\n")), "{popped}");
    }
    server.check();
    assert_eq!(server.run(&["DBSIZE"]), ":0\r\n");
}

#[test]
fn a_list_is_copied_renamed_migrated_and_freed_whole() {
    let mut server = Server::with_options("topology fake:2\nlist-compress-depth 1\n");
    for number in 0..3000 {
        server.run(&["RPUSH", "l", &format!("element number {number}")]);
    }
    let all = server.run(&["LRANGE", "l", "0", "-1"]);
    expect(
        &mut server,
        &[
            ("COPY l copy", ":1"),
            ("RENAME l renamed", "+OK"),
            ("NUMA MIGRATE renamed 1", "+OK"),
            ("EXPIRE renamed 1000", ":1"),
            ("LPUSH copy x", ":3001"),
        ],
    );
    assert_eq!(server.run(&["LRANGE", "renamed", "0", "-1"]), all);
    server.check();
    expect(&mut server, &[("UNLINK copy", ":1"), ("DEL renamed", ":1")]);
    server.check();
}

#[test]
fn a_job_queue_keeps_every_job_until_it_is_done() {
    let mut server = Server::start();
    for job in 0..1000 {
        server.run(&["LPUSH", "jobs", &format!("{{\"id\":{job}}}")]);
    }
    for job in 0..1000 {
        let taken = format!("{{\"id\":{job}}}");
        let reply = server.run(&["LMOVE", "jobs", "working", "RIGHT", "LEFT"]);
        assert_eq!(reply, format!("${}\r\n{taken}\r\n", taken.len()));
        if job % 10 == 3 {
            // A worker that fails: its job goes back to be taken next.
            assert_eq!(server.run(&["LREM", "working", "1", &taken]), ":1\r\n");
            server.run(&["RPUSH", "jobs", &taken]);
            server.run(&["RPOPLPUSH", "jobs", "working"]);
        }
        assert_eq!(server.run(&["LREM", "working", "-1", &taken]), ":1\r\n");
    }
    expect(
        &mut server,
        &[
            ("EXISTS jobs working", ":0"),
            ("RPOPLPUSH jobs working", "$-1"),
        ],
    );
    server.check();
}
