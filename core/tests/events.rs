//! Keyspace events beside a real redis-server: the same random commands, the same events in the same order, and the same
//! replies.
//!
//! Nothing expires unasked while they are compared, as that moment is nobody's to choose. To cover a family, add its
//! templates to `COMMANDS`. Without a redis-server on the PATH there is nothing to compare with, and the test says so and
//! passes.

use numakv_core::{
    abi, client, command, effect, keyspace, lane, numa, open, pool, session, settings, store,
};
use redis::{Redis, ask, read_reply, slices};
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::atomic::Ordering::Relaxed;

mod redis;
#[path = "../src/testing.rs"]
mod testing;

/// Commands compared, in batches of so many between two looks at the events.
const BATCHES: u32 = 200;
const BATCH: u32 = 100;

/// Words in braces are drawn at random, see `Random::word`.
const COMMANDS: &[&str] = &[
    "APPEND {key} {value}",
    "BITFIELD {key} SET u8 0 {number}",
    "BITOP OR {lasting} {key} {key}",
    "COPY {key} {key}",
    "COPY {key} {key} DB {db}",
    "COPY {key} {key} REPLACE",
    "DECR {key}",
    "DEL {key} {key}",
    "EXISTS {key} {key}",
    "EXPIRE {key} {number} {condition}",
    "EXPIRE {key} {seconds}",
    "EXPIREAT {key} 1",
    "GET {key}",
    "GETBIT {key} {number}",
    "GETDEL {key}",
    "GETEX {key} EX {seconds}",
    "GETEX {key} PERSIST",
    "GETEX {key} PXAT 1",
    "GETRANGE {key} 0 1",
    "GETSET {key} {value}",
    "INCRBY {key} {number}",
    "INCRBYFLOAT {key} 0.5",
    "LCS {key} {key}",
    "MGET {key} {key} {key}",
    "MOVE {key} {db}",
    "MSET {lasting} {value} {lasting} {value} {lasting} {value}",
    "DEL {lasting}",
    "MSETNX {key} {value} {key} {value}",
    "OBJECT ENCODING {key}",
    "PERSIST {key}",
    "PFADD {sketch} {value}",
    "PFCOUNT {sketch}",
    "PFMERGE {sketch} {sketch}",
    "RENAME {key} {key}",
    "RENAMENX {key} {key}",
    "SELECT 0",
    "SELECT {db}",
    "SET {key} {value}",
    "SET {key} {value} EX {seconds}",
    "SET {key} {value} GET",
    "SET {key} {value} PXAT 1",
    "SET {key} {value} {condition}",
    "SETBIT {key} {number} 1",
    "SETEX {key} {seconds} {value}",
    "SETNX {key} {value}",
    "SETRANGE {key} 3 {value}",
    "STRLEN {key}",
    "TOUCH {key} {key}",
    "TYPE {key}",
    "UNLINK {key} {key}",
];

/// A reproducible source of requests (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn request(&mut self) -> Vec<Vec<u8>> {
        let template = COMMANDS[self.below(COMMANDS.len())];
        let words = template.split(' ').map(|word| self.word(word));
        words.map(String::into_bytes).collect()
    }

    fn word(&mut self, word: &str) -> String {
        match word {
            "{key}" => format!("key:{}", self.below(12)),
            // These never expire: MSET and BITOP meet targets that did at another moment than Redis.
            "{lasting}" => format!("lasting:{}", self.below(5)),
            "{sketch}" => format!("sketch:{}", self.below(3)),
            "{value}" if self.below(2) == 0 => self.below(1000).to_string(),
            "{value}" => "v".repeat(self.below(80)),
            "{number}" => self.below(100).to_string(),
            "{seconds}" => (1000 + self.below(1000)).to_string(),
            "{condition}" => ["NX", "XX", "GT", "LT"][self.below(4)].to_owned(),
            "{db}" => self.below(3).to_string(),
            literal => literal.to_owned(),
        }
    }
}

/// Both sides and a listener of each.
struct Pair {
    ours: testing::Server,
    peer: testing::Peer,
    theirs: Redis,
    listener: BufReader<TcpStream>,
}

impl Pair {
    fn start() -> Option<Pair> {
        let directives = "enable-debug-command yes\nnotify-keyspace-events AKEnm\n";
        let mut theirs = Redis::start(directives)?;
        let stop = request("DEBUG SET-ACTIVE-EXPIRE 0");
        assert_eq!(theirs.run(&stop), b"+OK\r\n");
        let ours = testing::Server::with_options(&format!("topology fake:2\n{directives}"));
        ours.store.active_expire.store(false, Relaxed);
        let (mut peer, mut listener) = (ours.peer(), theirs.connect());
        let subscribe = request("PSUBSCRIBE __key*__:*");
        let joined = ask(&mut listener, &subscribe);
        assert_eq!(peer.run(&["PSUBSCRIBE", "__key*__:*"]).as_bytes(), joined);
        Some(Pair {
            ours,
            peer,
            theirs,
            listener,
        })
    }

    /// Runs a request on both sides, whose replies must be the same.
    fn run(&mut self, request: &[Vec<u8>]) {
        let ours = self.ours.run_bytes(&slices(request));
        let theirs = self.theirs.run(request);
        let asked: Vec<_> = request
            .iter()
            .map(|word| String::from_utf8_lossy(word))
            .collect();
        assert_eq!(
            ours.escape_ascii().to_string(),
            theirs.escape_ascii().to_string(),
            "{}",
            asked.join(" ")
        );
    }

    /// The events since the last time; a message of our own ends them.
    fn events(&mut self) -> [Vec<String>; 2] {
        self.run(&request("PUBLISH __keyspace@end__:end end"));
        let mut theirs = Vec::new();
        while !theirs.ends_with(b"end\r\n$3\r\nend\r\n") {
            read_reply(&mut self.listener, &mut theirs);
        }
        let ours = self.peer.heard_bytes();
        [ours, theirs].map(|heard| {
            let text = String::from_utf8_lossy(&heard).into_owned();
            text.split("*4\r\n").map(str::to_owned).collect()
        })
    }
}

fn request(text: &str) -> Vec<Vec<u8>> {
    text.split(' ').map(Vec::from).collect()
}

#[test]
fn events_are_those_of_redis_in_their_order() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let (mut random, mut heard) = (Random(3), 0);
    for _ in 0..BATCHES {
        let batch: Vec<_> = (0..BATCH).map(|_| random.request()).collect();
        batch.iter().for_each(|request| pair.run(request));
        let [ours, theirs] = pair.events();
        heard += ours.len();
        let differs = ours
            .iter()
            .zip(&theirs)
            .find(|(ours, theirs)| ours != theirs);
        assert!(ours == theirs, "the first that differs: {differs:?}");
    }
    assert!(heard > (BATCHES * BATCH) as usize, "only {heard} events");
    pair.ours.check();
}
