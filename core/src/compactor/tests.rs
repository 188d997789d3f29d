//! Compaction as clients see it: contents that stay, addresses that do not, memory that goes back, and nobody who waits.

use super::*;
use crate::keyspace::Mode;
use crate::keyspace::lock::ShardSet;
use crate::testing::Server;
use std::collections::{BTreeMap, HashMap};

/// A small, fast generator (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    fn text(&mut self, limit: usize) -> String {
        let letter = char::from(b'a' + self.below(26) as u8);
        letter.to_string().repeat(self.below(limit))
    }
}

fn server() -> Server {
    Server::with_options("topology fake:2\nenable-debug-command yes\n")
}

fn run(server: &mut Server, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    server.run(&words)
}

fn digest(server: &mut Server) -> String {
    run(server, "DEBUG DIGEST")
}

/// Waits for a compaction and answers its numbers by name.
fn compact_now(server: &mut Server, line: &str) -> BTreeMap<String, i64> {
    assert_eq!(run(server, line), "", "the client waits");
    let reply = server.next(Duration::from_secs(60));
    let lines: Vec<&str> = reply.lines().skip(1).collect();
    let fields = lines.chunks(3).map(|field| {
        let number = field[2].strip_prefix(':').expect("a number");
        (field[1].to_owned(), number.parse().expect("a number"))
    });
    fields.collect()
}

/// Where the entry of a key of database 0 lies.
fn address(server: &Server, key: &str) -> Option<usize> {
    let keyspace = &server.store.keyspace;
    let lane = server
        .store
        .open_lane(None, "looker", None)
        .expect("a seat");
    let hash = keyspace.hash(key.as_bytes());
    let found = {
        let grip = keyspace.grip(lane.seat, ShardSet::ALL, Mode::Shared);
        grip.find(0, hash, key.as_bytes())
            .map(|found| found.entry.address().addr().get())
    };
    server.store.close_lane(&lane);
    found
}

/// Cells of slabs for each that is used. (Chunks are too large for so little data to say much.)
fn sparseness(server: &Server) -> f64 {
    let stats = server.store.keyspace.pool.stats(0).expect("node 0");
    stats.slab_cells as f64 / stats.slab_cells_used as f64
}

/// Keys of every type, small and large.
fn populate(server: &mut Server, random: &mut Random) {
    for index in 0..12_000 {
        let text = random.text(700);
        run(server, &format!("SET s{index} x{text}"));
    }
    for index in 0..400 {
        let text = random.text(60);
        for field in 0..12 {
            run(server, &format!("HSET h{index} f{field} {text}x"));
            run(server, &format!("RPUSH l{index} {text}x"));
            run(server, &format!("ZADD z{index} {field} m{field}{text}"));
            run(server, &format!("SADD i{index} {field}"));
        }
    }
    for index in 0..20_000 {
        let text = random.text(40);
        run(server, &format!("HSET H field{index} {text}x"));
        run(server, &format!("ZADD Z {index} member{index}{text}"));
        run(server, &format!("SADD S member{index}{text}"));
        run(server, &format!("RPUSH L element{index}{text}"));
    }
}

/// Takes two of three away everywhere.
fn thin_out(server: &mut Server) {
    for index in (0..12_000).filter(|index| index % 3 != 0) {
        run(server, &format!("DEL s{index}"));
    }
    for index in (0..400).filter(|index| index % 3 != 0) {
        run(server, &format!("DEL h{index} l{index} z{index} i{index}"));
    }
    for index in (0..20_000).filter(|index| index % 3 != 0) {
        run(server, &format!("HDEL H field{index}"));
        run(server, &format!("ZREMRANGEBYSCORE Z {index} {index}"));
    }
    run(server, "SPOP S 12000");
    run(server, "LTRIM L 12000 -1");
}

#[test]
fn numa_compact_moves_every_type_together_and_tells_what_it_gave_back() {
    let (mut server, mut random) = (server(), Random(11));
    populate(&mut server, &mut random);
    thin_out(&mut server);
    let before = (digest(&mut server), sparseness(&server));
    let used = server.store.keyspace.pool.used_bytes();
    let keys: Vec<String> = (0..12_000)
        .step_by(3)
        .map(|index| format!("s{index}"))
        .collect();
    let places: Vec<_> = keys.iter().map(|key| address(&server, key)).collect();
    let told = compact_now(&mut server, "NUMA COMPACT 0");
    assert_eq!(digest(&mut server), before.0);
    assert!(
        sparseness(&server) < 1.1,
        "{} to {}",
        before.1,
        sparseness(&server)
    );
    assert!(told["released_bytes"] > 1 << 20 && told["marked_bytes"] > 1 << 20);
    assert!(told["moved_keys"] > 500 && told["moved_pieces"] > told["moved_keys"]);
    let moved = keys.iter().zip(&places);
    let moved = moved.filter(|(key, before)| address(&server, key) != **before);
    let moved = moved.count() as i64;
    assert!(moved > 500 && moved <= told["moved_keys"]);
    assert_eq!(server.store.keyspace.pool.leaving_bytes(0), 0);
    let after = server.store.keyspace.pool.used_bytes();
    // Tables become smaller; all else is of the same cells.
    assert!(after < used + (64 << 10), "{used} used, then {after}");
    assert!(used < after + (1 << 20), "{used} used, then {after}");
    let again = compact_now(&mut server, "NUMA COMPACT");
    assert!(again["moved_keys"] < told["moved_keys"] / 10);
    server.check();
    run(&mut server, "FLUSHALL");
    run(&mut server, "MEMORY PURGE");
    server.check();
}

#[test]
fn a_walk_in_the_shortest_steps_agrees_with_a_store_that_is_never_compacted() {
    for seed in 1..=3 {
        let (mut ours, mut theirs) = (server(), server());
        let (mut random, mut left) = (Random(seed), Random(seed));
        populate_a_little(&mut ours, &mut random);
        populate_a_little(&mut theirs, &mut left);
        let lane = ours.store.open_lane(None, "walker", None).expect("a seat");
        for _ in 0..4 {
            let pool = &ours.store.keyspace.pool;
            let marked = pool.evacuate(0);
            let (mut walk, mut total) = (Walk::new(1), Compacted::default());
            loop {
                let keyspace = &ours.store.keyspace;
                let until = Instant::now();
                let step = keyspace.compact_step(lane.seat, 0, &mut walk, until, &mut total);
                if !step.expect("there is room") {
                    break;
                }
                if total.steps % 8 == 0 {
                    let line = change(&mut random);
                    assert_eq!(run(&mut ours, &line), run(&mut theirs, &line), "{line}");
                }
            }
            assert!(marked.bytes == 0 || total.pieces_moved > 0);
            ours.check();
            ours.store.keyspace.pool.settle(0);
            ours.check();
            assert_eq!(digest(&mut ours), digest(&mut theirs));
            for _ in 0..3_000 {
                let line = change(&mut random);
                assert_eq!(run(&mut ours, &line), run(&mut theirs, &line), "{line}");
            }
        }
        ours.store.close_lane(&lane);
    }
}

fn populate_a_little(server: &mut Server, random: &mut Random) {
    for _ in 0..12_000 {
        let line = change(random);
        run(server, &line);
    }
}

/// A change whose reply does not depend on chance.
fn change(random: &mut Random) -> String {
    let (key, member) = (random.below(300), random.below(900));
    let text = random.text(300);
    match random.below(14) {
        0..=2 => format!("SET s{key}{member} x{text}"),
        3 => format!("DEL s{key}{member} h{key}"),
        4 => format!("HSET h{} f{member} x{text}", key % 10),
        5 => format!("HDEL h{} f{member}", key % 10),
        6 => format!("ZADD z{} {key} m{member}", key % 10),
        7 => format!("ZREM z{} m{member}", key % 10),
        8 => format!("SADD t{} m{member}", key % 10),
        9 => format!("SREM t{} m{member}", key % 10),
        10 => format!("RPUSH l{} x{text}", key % 10),
        11 => format!("LTRIM l{} 0 {}", key % 10, 100 + member),
        12 => format!("APPEND s{key} x{text}"),
        _ => format!("EXPIRE s{key}{member} 10000"),
    }
}

#[test]
fn clients_go_on_while_compactions_run_one_after_the_other() {
    let mut server = server();
    let done = core::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|index| {
                let mut client = server.another();
                scope.spawn(move || write_and_read(&mut client, index))
            })
            .collect();
        let (done, mut asking) = (&done, server.another());
        let compactor = scope.spawn(move || {
            let mut moved = 0;
            while !done.load(Relaxed) {
                moved += compact_now(&mut asking, "NUMA COMPACT")["moved_pieces"];
            }
            moved
        });
        writers
            .into_iter()
            .for_each(|writer| writer.join().expect("a writer"));
        done.store(true, Relaxed);
        assert!(compactor.join().expect("the compactor") > 0);
    });
    let _rest = server.store.lazy_free.hold_still();
    server.check();
    drop(_rest);
    run(&mut server, "FLUSHALL");
    server.check();
}

/// Sets, deletes and reads its own keys, and the fields of a hash of its own.
fn write_and_read(client: &mut Server, index: usize) {
    let mut random = Random(index as u64 + 5);
    let mut model: HashMap<usize, String> = HashMap::new();
    for _ in 0..25_000 {
        let number = random.below(3_000);
        let key = format!("w{index}:{number}");
        let field = format!("f{number}");
        match random.below(5) {
            0 | 1 => {
                let text = random.text(600) + "x";
                client.run(&["SET", &key, &text]);
                client.run(&["HSET", &format!("hash{index}"), &field, &text]);
                model.insert(number, text);
            }
            2 => {
                client.run(&["DEL", &key]);
                client.run(&["HDEL", &format!("hash{index}"), &field]);
                model.remove(&number);
            }
            _ => {
                let wanted = match model.get(&number) {
                    Some(text) => format!("${}\r\n{text}\r\n", text.len()),
                    None => "$-1\r\n".to_owned(),
                };
                assert_eq!(client.run(&["GET", &key]), wanted);
                let held = client.run(&["HGET", &format!("hash{index}"), &field]);
                assert_eq!(held, wanted);
            }
        }
    }
}

#[test]
fn activedefrag_works_by_itself_once_there_is_enough_waste() {
    let (mut server, mut random) = (server(), Random(3));
    populate(&mut server, &mut random);
    thin_out(&mut server);
    let before = (digest(&mut server), sparseness(&server));
    assert!(before.1 > 1.2, "{}", before.1);
    server.with_setting("active-defrag-ignore-bytes", "100000");
    server.with_setting("activedefrag", "yes");
    let until = Instant::now() + Duration::from_secs(60);
    while server.store.compaction.totals().runs < 2 {
        assert!(Instant::now() < until, "it did not begin");
        server.store.keyspace.pool.tend();
        std::thread::sleep(Duration::from_millis(20));
    }
    server.with_setting("activedefrag", "no");
    // Cells that threads have at hand, some of other tests, may keep a few slabs from emptying.
    assert!(sparseness(&server) < 1.1, "{}", sparseness(&server));
    assert_eq!(digest(&mut server), before.0);
    let info = run(&mut server, "INFO stats");
    let number = |name: &str| -> u64 {
        let line = info.lines().find_map(|line| line.strip_prefix(name));
        line.expect("the field").parse().expect("a number")
    };
    assert!(number("active_defrag_hits:") >= number("active_defrag_key_hits:"));
    assert!(number("active_defrag_key_hits:") > 0 && number("active_defrag_misses:") > 0);
    assert!(number("compaction_released_bytes:") > 0);
}

#[test]
fn numa_compact_refuses_what_is_no_node_and_clients_that_may_not_wait() {
    let mut server = server();
    assert!(run(&mut server, "NUMA COMPACT 9").starts_with("-ERR"));
    assert!(run(&mut server, "NUMA COMPACT x").starts_with("-ERR"));
    assert!(run(&mut server, "NUMA COMPACT 0 1").starts_with("-ERR"));
    run(&mut server, "MULTI");
    let refused = run(&mut server, "NUMA COMPACT");
    assert!(
        refused.starts_with("-ERR Command not allowed inside a transaction"),
        "{refused}"
    );
    assert!(run(&mut server, "EXEC").starts_with("-EXECABORT"));
    assert_eq!(compact_now(&mut server, "NUMA COMPACT")["moved_keys"], 0);
}

#[test]
fn share_lies_between_its_bounds_as_the_waste_between_its_thresholds() {
    let settings = Settings::default();
    settings
        .set("active-defrag-ignore-bytes", "1000")
        .expect("set");
    let share = |active| share_of(&settings, 100_000, active);
    assert_eq!(share(109_999), None, "below the lower threshold");
    assert_eq!(share(110_000), Some(1));
    assert_eq!(share(155_000), Some(13));
    assert_eq!(share(200_000), Some(25));
    assert_eq!(share(900_000), Some(25));
    settings
        .set("active-defrag-ignore-bytes", "20000")
        .expect("set");
    assert_eq!(share(115_000), None, "too little to speak of");
    assert_eq!(share_of(&settings, 0, 0), None);
}
