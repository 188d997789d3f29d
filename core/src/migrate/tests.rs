//! Moves of every type and encoding, stopped after each step: what is there is whole, and goes on after whatever happens in
//! between. A second server that moves nothing is told the same and must hold the same.

use super::*;
use crate::keyspace::Mode;
use crate::keyspace::lock::ShardSet;
use crate::lane::Lane;
use crate::object::block::Block;
use crate::testing::Server;
use std::sync::Arc;
use std::time::Duration;

/// Ends a step after its first stride.
const ONE_STRIDE: Limits = Limits {
    time: Duration::ZERO,
    bytes: 0,
};

/// A server whose keys are moved, and its twin, whose are not.
struct Pair {
    moving: Server,
    twin: Server,
    lane: Arc<Lane>,
}

impl Pair {
    fn new() -> Pair {
        const OPTIONS: &str =
            "topology fake:3\nlist-max-listpack-size 16\nenable-debug-command yes\n";
        let moving = Server::with_options(OPTIONS);
        let lane = moving.store.open_lane(None, "test", None).expect("a lane");
        let twin = Server::with_options(OPTIONS);
        Pair { moving, twin, lane }
    }

    /// Tells both, who must answer alike.
    fn tell(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let reply = self.moving.run(&words);
        assert_eq!(reply, self.twin.run(&words), "{line}");
        reply
    }

    fn journey(&self, key: &str, node: u32) -> Journey {
        let hash = self.moving.store.keyspace.hash(key.as_bytes());
        Journey::new(0, hash, key.as_bytes().into(), node)
    }

    /// Takes one step, and looks whether everything is as it should be.
    fn step(&mut self, journey: &mut Journey, limits: Limits) -> Progress {
        let keyspace = &self.moving.store.keyspace;
        let mode = journey.mode(&keyspace.pool);
        let mut grip = keyspace.grip(self.lane.seat, ShardSet::ALL, mode);
        let now_ms = self.moving.store.clock.now_ms();
        let progress = journey.step(&mut grip, now_ms, Some(limits));
        assert_eq!(grip.is_valid(), Ok(()));
        drop(grip);
        journey.after_step(&keyspace.pool);
        assert_eq!(keyspace.pool.is_valid(), Ok(()));
        let key = String::from_utf8_lossy(&journey.key).into_owned();
        let digest = self.tell(&format!("DEBUG DIGEST-VALUE {key}"));
        assert!(digest.starts_with("*1"), "{digest}");
        progress
    }

    /// Steps to the end; answers how many steps there were.
    fn go(&mut self, mut journey: Journey) -> (Moved, usize) {
        let mut steps = 1;
        let moved = loop {
            match self.step(&mut journey, ONE_STRIDE) {
                Progress::Ended(moved) => break moved,
                Progress::More => steps += 1,
            }
        };
        journey.end(&self.moving.store.keyspace.pool);
        (moved, steps)
    }

    /// Whether all of a key lies on `node`.
    fn is_on(&self, key: &str, node: u32) -> bool {
        let keyspace = &self.moving.store.keyspace;
        let grip = keyspace.grip(self.lane.seat, ShardSet::ALL, Mode::Shared);
        let found = grip.find(0, keyspace.hash(key.as_bytes()), key.as_bytes());
        is_on(&keyspace.pool, found.expect("the key is there").entry, node)
    }

    fn used(&self, node: u32) -> u64 {
        let stats = self.moving.store.keyspace.pool.stats(node);
        stats.expect("such a node").used_bytes
    }

    /// Ends it: nothing may be left.
    fn end(mut self) {
        self.tell("FLUSHALL SYNC");
        let used: u64 = (0..3).map(|node| self.used(node)).sum();
        assert_eq!(used, 0, "bytes left behind");
    }
}

/// A key of each type and encoding: how it is made, and the encoding it must have.
fn kinds() -> Vec<(Vec<String>, &'static str)> {
    let line = |parts: &[&str]| parts.join(" ");
    let many = |command: &str, count: usize, each: &dyn Fn(usize) -> String| {
        let items: Vec<String> = (0..count).map(each).collect();
        vec![format!("{command} k {}", items.join(" "))]
    };
    let long = "x".repeat(70_000);
    let raw = "y".repeat(5000);
    let text = |number: usize| format!("member:{number:05}");
    let mut compressed = vec!["CONFIG-COMPRESS".to_owned()];
    compressed.extend(many("RPUSH", 200, &|n| format!("{}{n}", "z".repeat(60))));
    vec![
        (vec![line(&["SET", "k", "12345"])], "int"),
        (vec![line(&["SET", "k", "short"])], "embstr"),
        (vec![line(&["SET", "k", &raw])], "raw"),
        (
            (0..12).map(|_| line(&["APPEND", "k", &long])).collect(),
            "raw",
        ),
        (many("RPUSH", 5, &text), "quicklist"),
        (many("RPUSH", 300, &text), "quicklist"),
        (compressed, "quicklist"),
        (
            many("HSET", 20, &|n| format!("{} {n}", text(n))),
            "listpack",
        ),
        (
            many("HSET", 700, &|n| format!("{} {n}", text(n))),
            "hashtable",
        ),
        (many("SADD", 100, &|n| n.to_string()), "intset"),
        (many("SADD", 700, &|n| n.to_string()), "hashtable"),
        (many("SADD", 600, &text), "hashtable"),
        (
            many("ZADD", 20, &|n| format!("{n} {}", text(n))),
            "listpack",
        ),
        (
            many("ZADD", 400, &|n| format!("{} {}", n % 17, text(n))),
            "skiplist",
        ),
    ]
}

fn build(pair: &mut Pair, lines: &[String]) {
    for line in lines {
        if line == "CONFIG-COMPRESS" {
            for server in [&pair.moving, &pair.twin] {
                server
                    .store
                    .settings
                    .set("list-compress-depth", "1")
                    .expect("a depth");
            }
        } else {
            pair.tell(line);
        }
    }
}

#[test]
fn every_type_arrives_whole_with_its_deadline_and_leaves_nothing_behind() {
    for (lines, encoding) in kinds() {
        let mut pair = Pair::new();
        build(&mut pair, &lines);
        pair.tell("PEXPIREAT k 99999999999999");
        let reply = pair.tell("OBJECT ENCODING k");
        assert!(reply.contains(encoding), "{reply} is not {encoding}");
        let before = [pair.used(0), pair.used(1)];
        assert!(pair.is_on("k", 0));
        let (moved, steps) = pair.go(pair.journey("k", 1));
        assert!(
            matches!(moved, Moved::Done { bytes } if bytes > 0),
            "{lines:?}: {moved:?}"
        );
        assert!(pair.is_on("k", 1), "{encoding}");
        let after = [pair.used(0), pair.used(1)];
        let footprint = before[0] - after[0];
        // A block that had room to grow keeps it; all else is of the same cells.
        assert_eq!(
            after[1] - before[1],
            footprint,
            "{encoding}: as much came as went"
        );
        let reply = pair.tell("OBJECT ENCODING k");
        assert!(reply.contains(encoding), "{reply} is not {encoding}");
        pair.tell("PEXPIRETIME k");
        let (again, _) = pair.go(pair.journey("k", 1));
        assert_eq!(again, Moved::Skipped, "{encoding}");
        assert!(steps < 2000);
        pair.end();
    }
}

/// What may happen to a key that is half moved; `#` stands for a number.
const EVENTS: [&[&str]; 7] = [
    &["DEL k"],
    &["RENAME k other", "RENAME other k"],
    &["COPY k copy REPLACE"],
    &["PEXPIRE k 1", "DEBUG CLOCK ADVANCE 2000"],
    &["SET k anything"],
    &["FLUSHALL SYNC"],
    &["DEL k", "SADD k 1 2 3"],
];

/// Writes to a key of each kind, by its encoding; `#` stands for a number that differs each time.
fn writes(encoding: &str, kind: usize) -> &'static [&'static str] {
    match (kind, encoding) {
        (0, _) => &["INCR k", "SET k #"],
        (1..=3, _) => &[
            "APPEND k more#",
            "SETRANGE k 9 #",
            "SETBIT k 77 1",
            "SETRANGE k 300000 #",
        ],
        (_, "quicklist") => &[
            "LPUSH k #",
            "RPUSH k #",
            "LPOP k",
            "LSET k 3 #",
            "LINSERT k BEFORE member:00007 #",
            "RPOP k",
        ],
        (7..=8, _) => &[
            "HSET k f# #",
            "HDEL k member:00003",
            "HINCRBY k member:00004 1",
        ],
        (9..=10, _) => &["SADD k 9#", "SREM k 5", "SADD k text#"],
        (11, _) => &["SADD k #", "SREM k member:00005"],
        _ => &[
            "ZADD k # x#",
            "ZREM k member:00005",
            "ZINCRBY k 1000 member:00009",
            "ZPOPMIN k",
        ],
    }
}

/// Moves a key, and lets `between` happen after step `stop`.
fn interrupted(
    lines: &[String],
    stop: usize,
    mut between: impl FnMut(&mut Pair),
) -> (Pair, Moved, bool) {
    let mut pair = Pair::new();
    build(&mut pair, lines);
    let mut journey = pair.journey("k", 1);
    for _ in 0..stop {
        if let Progress::Ended(moved) = pair.step(&mut journey, ONE_STRIDE) {
            journey.end(&pair.moving.store.keyspace.pool);
            return (pair, moved, true);
        }
    }
    between(&mut pair);
    let (moved, _) = pair.go(journey);
    (pair, moved, false)
}

#[test]
fn a_half_moved_key_survives_whatever_happens_to_it_after_any_step() {
    for (kind, (lines, encoding)) in kinds().into_iter().enumerate() {
        for (number, events) in EVENTS.iter().enumerate() {
            // Every step of short ways, every few of long ones, another each time.
            for stop in (number % 5..).step_by(5).take(8) {
                let (pair, moved, was_through) = interrupted(&lines, stop, |pair| {
                    for event in *events {
                        pair.tell(event);
                    }
                });
                let is_gone = matches!(number, 0 | 3 | 5);
                if !was_through {
                    let expected: &dyn Fn() -> bool = &|| match moved {
                        Moved::Missing => is_gone,
                        Moved::Done { .. } | Moved::Skipped => !is_gone && pair.is_on("k", 1),
                        Moved::Overtaken => !is_gone,
                        Moved::Failed => false,
                    };
                    assert!(
                        expected(),
                        "kind {kind} ({encoding}), {events:?} after {stop}: {moved:?}"
                    );
                }
                pair.end();
                if was_through {
                    break;
                }
            }
        }
    }
}

#[test]
fn writes_between_all_steps_are_kept_and_do_not_keep_a_key_from_arriving() {
    for (kind, (lines, encoding)) in kinds().into_iter().enumerate() {
        let mut pair = Pair::new();
        build(&mut pair, &lines);
        let idle = {
            let mut other = Pair::new();
            build(&mut other, &lines);
            let (_, steps) = other.go(other.journey("k", 1));
            steps
        };
        let (mut journey, mut steps) = (pair.journey("k", 1), 0);
        let writes = writes(encoding, kind);
        let moved = loop {
            if let Progress::Ended(moved) = pair.step(&mut journey, ONE_STRIDE) {
                break moved;
            }
            steps += 1;
            let write = writes[steps % writes.len()].replace('#', &steps.to_string());
            pair.tell(&write);
            assert!(
                steps <= 3 * idle + 40,
                "kind {kind} ({encoding}): {steps} steps, idle {idle}"
            );
        };
        journey.end(&pair.moving.store.keyspace.pool);
        assert!(
            matches!(moved, Moved::Done { .. }),
            "kind {kind}: {moved:?}"
        );
        assert!(pair.is_on("k", 1), "kind {kind} ({encoding})");
        pair.end();
    }
}

/// A long value: its settings and how it is made, and writes that change it where it lies; `#` stands for a number.
struct LongKind {
    settings: &'static [(&'static str, &'static str)],
    lines: Vec<String>,
    writes: Vec<String>,
    /// Whether the writes make its block longer, and whether they make it shorter.
    resizes: (bool, bool),
}

fn long_kinds() -> Vec<LongKind> {
    let field = |name: &str, size: usize| format!("HSET k {name} {}", "f".repeat(size));
    let integers: Vec<String> = (1..=40_000_u64).map(|n| (n << 33).to_string()).collect();
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    vec![
        LongKind {
            settings: &[],
            lines: vec![format!("SET k {}", "s".repeat(400_000))],
            writes: vec![
                format!("APPEND k {}", "a".repeat(70_000)),
                "SETRANGE k 900000 end#".into(),
                "SETRANGE k 20 #".into(),
            ],
            resizes: (true, false),
        },
        LongKind {
            settings: &[("hash-max-listpack-value", "100000")],
            lines: (0..20)
                .map(|n| field(&format!("f{n:02}"), 20_000))
                .collect(),
            writes: vec![
                "HSET k f02 short#".into(),
                field("f02", 30_000),
                "HDEL k f17 f18".into(),
                "HSET k f05 same#".into(),
                "HINCRBY k counter 100".into(),
                field("f17", 25_000),
            ],
            resizes: (true, true),
        },
        LongKind {
            settings: &[("set-max-intset-entries", "100000")],
            lines: vec![format!("SADD k {}", integers.join(" "))],
            writes: lines(&["SADD k 5#", "SREM k 8589934592", "SADD k 17179869185"]),
            resizes: (false, false),
        },
    ]
}

/// Where the block of `k` lies, and its capacity.
fn block_of(pair: &Pair) -> (usize, usize) {
    let keyspace = &pair.moving.store.keyspace;
    let grip = keyspace.grip(pair.lane.seat, ShardSet::ALL, Mode::Shared);
    let found = grip
        .find(0, keyspace.hash(b"k"), b"k")
        .expect("it is there");
    let block = Block::owner_of(found.entry).expect("one block");
    (block.address().addr().get(), block.capacity())
}

#[test]
fn a_long_value_that_is_changed_where_it_lies_arrives_as_it_is_then() {
    for (number, kind) in long_kinds().into_iter().enumerate() {
        let mut pair = Pair::new();
        for &(name, value) in kind.settings {
            for server in [&pair.moving, &pair.twin] {
                let set = server.store.settings.set(name, value);
                set.expect("a setting");
            }
        }
        build(&mut pair, &kind.lines);
        // Each write once after each of these steps, so that it falls before, into and behind what has been copied.
        let mut resized = (false, false);
        for stop in [2, 3, 7, 12, 17] {
            for write in &kind.writes {
                let target = if pair.is_on("k", 0) { 1 } else { 0 };
                let mut journey = pair.journey("k", target);
                for _ in 0..stop {
                    assert_eq!(
                        pair.step(&mut journey, ONE_STRIDE),
                        Progress::More,
                        "{number}"
                    );
                }
                let before = block_of(&pair);
                pair.tell(&write.replace('#', &stop.to_string()));
                let after = block_of(&pair);
                if before.0 == after.0 {
                    resized.0 |= after.1 > before.1;
                    resized.1 |= after.1 < before.1;
                }
                let (moved, _) = pair.go(journey);
                assert!(matches!(moved, Moved::Done { .. }), "{number}: {moved:?}");
                assert!(pair.is_on("k", target), "{number}, {stop}");
            }
        }
        assert_eq!(resized, kind.resizes, "{number}");
        pair.end();
    }
}

#[test]
fn a_second_move_in_between_wins() {
    for (lines, encoding) in kinds() {
        for stop in [1, 2, 5, 9] {
            let (pair, moved, was_through) = interrupted(&lines, stop, |pair| {
                let store = pair.moving.store.clone();
                let mut grip = store
                    .keyspace
                    .grip(pair.lane.seat, ShardSet::ALL, Mode::Exclusive);
                let hash = store.keyspace.hash(b"k");
                let found = grip.find(0, hash, b"k").expect("the key is there");
                let moved = relocate(&mut grip, 0, hash, found, 2);
                assert!(matches!(moved, Moved::Done { .. }));
            });
            if !was_through {
                let is_long = moved != Moved::Overtaken;
                // A value of one block that had not gone when the second move came goes on from there.
                assert!(
                    is_long || pair.is_on("k", 2),
                    "{encoding} after {stop}: {moved:?}"
                );
            }
            pair.end();
        }
    }
}

#[test]
fn a_target_without_room_leaves_a_key_that_can_be_read_and_written_at_any_point() {
    for (kind, (lines, encoding)) in kinds().into_iter().enumerate() {
        for grants in [0, 1, 2, 4, 8, 16] {
            let mut pair = Pair::new();
            build(&mut pair, &lines);
            let mut journey = pair.journey("k", 1);
            let mut ended = None;
            for _ in 0..grants {
                if let Progress::Ended(moved) = pair.step(&mut journey, ONE_STRIDE) {
                    ended = Some(moved);
                    break;
                }
            }
            let pool = &pair.moving.store.keyspace.pool;
            pool.refuse_commits(1, true);
            let mut hoard = Vec::new();
            for size in [
                200_000, 16_384, 2048, 512, 256, 128, 96, 64, 48, 40, 32, 24, 16,
            ] {
                while let Some(cell) = pool.alloc(1, size) {
                    hoard.push((cell, size));
                }
            }
            if ended.is_none() {
                let (moved, _) = pair.go(journey);
                let is_fine = matches!(moved, Moved::Failed | Moved::Done { .. } | Moved::Skipped);
                assert!(is_fine, "kind {kind} ({encoding}), {grants}: {moved:?}");
            } else {
                journey.end(&pair.moving.store.keyspace.pool);
            }
            for write in writes(encoding, kind) {
                pair.tell(&write.replace('#', "7"));
            }
            let pool = &pair.moving.store.keyspace.pool;
            for (cell, size) in hoard {
                // SAFETY: allocated above with that size, and nobody else has seen it.
                unsafe { pool.free(cell, size) };
            }
            pool.refuse_commits(1, false);
            let (moved, _) = pair.go(pair.journey("k", 1));
            assert!(matches!(moved, Moved::Done { .. } | Moved::Skipped));
            assert!(pair.is_on("k", 1), "kind {kind} ({encoding}), {grants}");
            pair.end();
        }
    }
}

#[test]
fn a_step_half_again_as_long_as_it_may_be_is_a_long_one() {
    let (stats, time) = (MigrationStats::default(), Duration::from_micros(200));
    for (micros, time) in [(300, Some(time)), (301, Some(time)), (9000, None)] {
        stats.step(Duration::from_micros(micros), time);
    }
    let totals = stats.totals();
    assert_eq!((totals.steps, totals.long_steps), (3, 1));
    assert_eq!((totals.longest_micros, totals.micros), (9000, 9601));
    stats.reset();
    assert_eq!(stats.totals(), MigrationTotals::default());
}

#[test]
fn a_way_back_at_once_is_counted_as_going_to_and_fro() {
    let mut pair = Pair::new();
    pair.tell("SET k value");
    let store = pair.moving.store.clone();
    let go = |node, clock| {
        let mut grip = store
            .keyspace
            .grip(pair.lane.seat, ShardSet::ALL, Mode::Exclusive);
        let hash = store.keyspace.hash(b"k");
        let found = grip.find(0, hash, b"k").expect("the key is there");
        let moved = store
            .migrations
            .migrate(&mut grip, (0, hash), found, node, clock);
        assert!(matches!(moved, Moved::Done { .. }));
    };
    go(1, 1000);
    go(2, 1001);
    assert_eq!(store.migrations.totals().ping_pongs, 0, "it went on");
    go(1, 1010);
    assert_eq!(store.migrations.totals().ping_pongs, 1, "it came back");
    go(2, 1100);
    assert_eq!(store.migrations.totals().ping_pongs, 1, "much later");
    pair.end();
}
