//! Tests of sampling: what is told of a key is what its PREFIX says, each key comes up, and looking is no use.

use super::*;
use crate::testing::Server;

/// A record with its key.
#[derive(Clone, Debug)]
struct Seen {
    sample: Sample,
    key: String,
}

/// Reads `count` records and their keys.
fn read(out: &[u8], count: usize) -> Vec<Seen> {
    let one = |index: usize| {
        let bytes = &out[index * RECORD..(index + 1) * RECORD];
        // SAFETY: a Sample is plain numbers, and the bytes are as many as it has.
        let sample: Sample = unsafe { bytes.as_ptr().cast::<Sample>().read_unaligned() };
        let (from, len) = (sample.key_offset as usize, sample.key_bytes as usize);
        let key = String::from_utf8_lossy(&out[from..from + len]).into_owned();
        Seen { sample, key }
    };
    (0..count).map(one).collect()
}

struct Looker {
    sampler: Sampler,
    store: Arc<Store>,
    out: Vec<u8>,
}

impl Looker {
    fn new(server: &Server) -> Looker {
        Looker {
            sampler: Sampler::new(&server.store).expect("a free lane"),
            store: server.store.clone(),
            out: vec![0; 1 << 20],
        }
    }

    fn round(&mut self) -> Vec<Seen> {
        let count = self.sampler.fill(&self.store, &mut self.out);
        read(&self.out, count)
    }

    fn news(&mut self) -> Vec<Seen> {
        let count = self.sampler.news(&self.store, &mut self.out);
        read(&self.out, count)
    }

    fn look(&mut self, names: &[(u32, &str)]) -> Option<Vec<Seen>> {
        let mut bytes = Vec::new();
        for (db, key) in names {
            bytes.extend_from_slice(&db.to_le_bytes());
            bytes.extend_from_slice(&(key.len() as u32).to_le_bytes());
            bytes.extend_from_slice(key.as_bytes());
        }
        let count = self.sampler.look(&self.store, &bytes, &mut self.out)?;
        Some(read(&self.out, count))
    }
}

fn run(server: &mut Server, line: &str) -> String {
    server.run(&line.split(' ').collect::<Vec<_>>())
}

#[test]
fn rounds_come_to_every_key_of_every_database_and_use_none() {
    let mut server = Server::start();
    server.with_setting("numa-hotness-sample-usec", "1000000");
    server.with_setting("numa-hotness-sample-keys", "150");
    for db in 0..3 {
        run(&mut server, &format!("SELECT {db}"));
        (0..500).for_each(|key| drop(run(&mut server, &format!("SET {db}:{key} v"))));
    }
    let mut looker = Looker::new(&server);
    let mut found = HashSet::new();
    for _ in 0..40 {
        let round = looker.round();
        assert!((1..=250).contains(&round.len()), "{} keys", round.len());
        found.extend(round.into_iter().map(|seen| seen.key));
    }
    assert_eq!(found.len(), 1500);
    let seen = looker.look(&[(0, "0:7")]).expect("well formed");
    assert_eq!((seen[0].sample.access_count, seen[0].sample.level), (0, 0));
}

#[test]
fn a_small_keyspace_is_seen_whole_in_each_round_and_no_key_twice() {
    let mut server = Server::start();
    (0..40).for_each(|key| drop(run(&mut server, &format!("SET {key} v"))));
    let mut looker = Looker::new(&server);
    for _ in 0..5 {
        let mut keys: Vec<String> = looker.round().into_iter().map(|seen| seen.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 40);
        assert_eq!(looker.round().len(), 40);
    }
}

#[test]
fn a_small_buffer_takes_more_rounds_and_leaves_no_key_out() {
    let mut server = Server::start();
    server.with_setting("numa-hotness-sample-usec", "1000000");
    for db in 0..2 {
        run(&mut server, &format!("SELECT {db}"));
        (0..300).for_each(|key| drop(run(&mut server, &format!("SET {db}:{key} v"))));
    }
    for room in [RECORD + KEY_BYTES_MAX, 2000, 8192] {
        let mut looker = Looker::new(&server);
        looker.out = vec![0; room];
        let (mut found, mut rounds) = (HashSet::new(), 0);
        while found.len() < 600 {
            let round = looker.round();
            let keys: HashSet<String> = round.iter().map(|seen| seen.key.clone()).collect();
            assert_eq!(keys.len(), round.len(), "a key twice in a round");
            found.extend(keys);
            rounds += 1;
            assert!(rounds <= 1200, "{} keys with {room} bytes", found.len());
        }
        server.store.close_lane(looker.sampler.lane());
    }
}

#[test]
fn news_that_find_no_room_are_told_next() {
    let mut server = Server::start();
    for key in 0..20 {
        run(&mut server, &format!("SET {key} v"));
        (0..16).for_each(|_| drop(run(&mut server, &format!("GET {key}"))));
    }
    let mut looker = Looker::new(&server);
    looker.out = vec![0; RECORD + KEY_BYTES_MAX];
    let mut told: Vec<String> = Vec::new();
    loop {
        let news = looker.news();
        if news.is_empty() {
            break;
        }
        told.extend(news.into_iter().map(|one| one.key));
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 20);
}

#[test]
fn a_look_tells_what_the_prefix_says_cooled_and_leaves_out_what_is_gone() {
    let mut server = Server::start();
    for key in ["hot", "gone", "renamed", "expires"] {
        run(&mut server, &format!("SET {key} v"));
        (0..40).for_each(|_| drop(run(&mut server, &format!("GET {key}"))));
    }
    let mut looker = Looker::new(&server);
    let names = [
        (0, "hot"),
        (0, "gone"),
        (0, "renamed"),
        (0, "expires"),
        (1, "hot"),
    ];
    let seen = looker.look(&names).expect("well formed");
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter()
            .all(|one| one.sample.level >= 5 && one.sample.access_count == 40)
    );
    assert!(
        seen.iter()
            .all(|one| (one.sample.node, one.sample.accessor) == (0, 0))
    );
    run(&mut server, "DEL gone");
    run(&mut server, "RENAME renamed other");
    run(&mut server, "PEXPIRE expires 100");
    server.store.clock.advance(31_000);
    let seen = looker.look(&names).expect("well formed");
    assert_eq!(seen.len(), 1);
    let Seen { sample, key } = &seen[0];
    assert_eq!((key.as_str(), sample.idle_seconds), ("hot", 31));
    assert!(
        (2..=3).contains(&sample.level),
        "level {} after 31 s",
        sample.level
    );
    assert!(looker.round().iter().all(|one| one.key != "expires"));
    assert!(looker.look(&[(99, "hot")]).expect("well formed").is_empty());
    let mut out = [0; 4096];
    for torn in [&b"\0\0\0"[..], b"\0\0\0\0\x05\0\0\0ab"] {
        assert_eq!(looker.sampler.look(&server.store, torn, &mut out), None);
    }
}

#[test]
fn a_key_that_becomes_hot_is_news_however_many_keys_there_are() {
    let mut server = Server::start();
    (0..20_000).for_each(|key| drop(run(&mut server, &format!("SET {key} v"))));
    let mut looker = Looker::new(&server);
    assert!(looker.news().is_empty());
    (0..15).for_each(|_| drop(run(&mut server, "GET 777")));
    assert!(looker.news().is_empty(), "level 4 is not hot");
    run(&mut server, "GET 777");
    let news = looker.news();
    assert_eq!(
        (news.len(), news[0].key.as_str(), news[0].sample.level),
        (1, "777", 5)
    );
    assert!(looker.news().is_empty(), "told once");
    let mut far = server.peer();
    (0..40).for_each(|_| drop(far.run(&["GET", "777"])));
    let news = looker.news();
    assert_eq!((news[0].sample.node, news[0].sample.accessor), (0, 1));
    run(&mut server, "DEL 777");
    assert!(looker.news().is_empty());
}

#[test]
fn a_key_that_is_used_from_another_node_is_news_however_cold() {
    let mut server = Server::start();
    let mut far = server.peer();
    for key in ["near", "far", "both"] {
        run(&mut server, &format!("SET {key} v"));
    }
    let mut looker = Looker::new(&server);
    for key in ["near", "both"] {
        run(&mut server, &format!("GET {key}"));
    }
    for key in ["far", "both", "far"] {
        far.run(&["GET", key]);
    }
    let mut news: Vec<(String, u32)> = (looker.news().into_iter())
        .map(|one| (one.key, one.sample.node))
        .collect();
    news.sort();
    assert_eq!(news, [("both".to_owned(), 0), ("far".to_owned(), 0)]);
    assert!(looker.news().is_empty(), "told once");
}

#[test]
fn a_sample_tells_the_vote_and_the_moves_of_late() {
    let mut server = Server::start();
    run(&mut server, "SET k v");
    let mut looker = Looker::new(&server);
    let look = |looker: &mut Looker| looker.look(&[(0, "k")]).expect("well formed")[0].sample;
    let fresh = look(&mut looker);
    assert_eq!((fresh.vote, fresh.moves, fresh.moved_seconds), (0, 0, 0));
    assert_eq!(fresh.source, NO_NODE);
    let mut far = server.peer();
    (0..4).for_each(|_| drop(far.run(&["GET", "k"])));
    let used = look(&mut looker);
    assert_eq!((used.accessor, used.vote), (1, 4));
    assert_eq!(run(&mut server, "NUMAMIGRATE KEY k 1"), "+OK\r\n");
    server.store.clock.advance(7_000);
    let moved = look(&mut looker);
    assert_eq!((moved.node, moved.moves, moved.source), (1, 1, 0));
    assert!((6..=8).contains(&moved.moved_seconds));
    server.store.clock.advance(600_000);
    assert_eq!(look(&mut looker).moves, 0, "forgotten");
}

#[test]
fn a_round_takes_its_time_and_no_more() {
    let mut server = Server::start();
    (0..30_000).for_each(|key| drop(run(&mut server, &format!("SET {key} v"))));
    server.with_setting("numa-hotness-sample-keys", "100000");
    server.with_setting("numa-hotness-sample-usec", "1");
    let mut looker = Looker::new(&server);
    assert!(looker.round().len() <= 2 * STEP_KEYS as usize);
    let small = looker.sampler.fill(&server.store, &mut [0; 1000]);
    assert!(small <= (1000 / RECORD));
}

/// A list of many links and tables of many elements are weighed in a few steps; the guess is near the truth.
#[test]
fn weights_are_near_footprints() {
    let mut server = Server::start();
    for number in 0..3000 {
        let value = format!("member-{number:05}-{}", "x".repeat(number % 40));
        server.run(&["RPUSH", "list", &value]);
        server.run(&["SADD", "set", &value]);
        server.run(&["HSET", "hash", &value, &value]);
        server.run(&["ZADD", "zset", &number.to_string(), &value]);
    }
    server.run(&["SET", "string", &"x".repeat(5000)]);
    server.run(&["RPUSH", "short", "a", "b"]);
    let lane = server.store.open_lane(None, "look", None).expect("a lane");
    let pool = &server.store.keyspace.pool;
    for key in ["list", "set", "hash", "zset", "string", "short"] {
        let both = |entry: Entry| (entry.weight(pool) as f64, entry.footprint(pool) as f64);
        let look = server
            .store
            .keyspace
            .look(lane.seat, 0, key.as_bytes(), both);
        let (weight, footprint) = look.expect("it is there");
        let ratio = weight / footprint;
        assert!(
            (0.75..1.33).contains(&ratio),
            "{key}: {weight} for {footprint}"
        );
    }
    server.store.close_lane(&lane);
}
