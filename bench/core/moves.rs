//! What a move costs: work in core for one key, and what clients of a server notice of a large one.
//!
//!     moves core <bytes> <keys> <rounds>      nanoseconds of a move of a string into fresh memory, of one back into memory
//!                                             that was used before, and of a memcpy into fresh memory
//!     moves load <port> <hash|zset|list> <elements> <rounds> <seconds> <rate>
//!                                             latencies while a value of so many elements lies still, and while it moves:
//!                                             of each phase, and of all phases of a kind together
//!     moves finish <port> <elements> <rounds>
//!                                             nanoseconds of a move of a hash of so many fields, and of one under continuous
//!                                             writes to it
//!     moves gaps <seconds>                    what the machine takes away from a thread that only reads the clock: the longest
//!                                             gap in nanoseconds, and how many are longer than the longest hold may be
//!
//! `bench/moves.ts` reads what it prints. Invariant: fresh is memory that nobody has touched since it was mapped; the still
//! and the moving phases of `load` take turns in one run, with the same requests at the same rate.

use numakv_core::abi::Outcome;
use numakv_core::keyspace::{Mode, lock::ShardSet, shard_of};
use numakv_core::lane::Lane;
use numakv_core::migrate::{Journey, Limits, Moved, Progress};
use numakv_core::open;
use numakv_core::session::Session;
use numakv_core::store::Store;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// As the server's defaults have it.
const LIMITS: Limits = Limits {
    time: Duration::from_micros(200),
    bytes: 256 << 10,
};
/// Blocks from this size on are moved in steps.
const STEPS_FROM: usize = 64 * 1024;
/// Keys besides the one that moves.
const OTHERS: u64 = 100_000;
/// The longest that a shard may be held.
const HOLD_MAX: Duration = Duration::from_micros(300);
/// Elements of one command that fills the value.
const BATCH: u64 = 500;
/// Clients that write without a pause while a move is to finish.
const WRITERS: u64 = 4;

fn encode(request: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", request.len()).into_bytes();
    for word in request {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn name(number: usize) -> Vec<u8> {
    format!("key:{number:012}").into_bytes()
}

/// Sets every key from a lane of node 0.
fn fill(store: &Arc<Store>, lane: &Arc<Lane>, keys: usize, value: &[u8]) {
    let mut session = Session::open(store, lane, "addr 127.0.0.1:1\n").expect("a session");
    let mut out = vec![0; 4096];
    for key in 0..keys {
        let mut outcome = Outcome::default();
        let result = session.execute(
            &encode(&[b"SET", &name(key), value]),
            &mut out,
            &mut outcome,
        );
        assert!(result >= 0, "SET: status {result}");
    }
    session.close();
}

/// Moves one key as NUMAMIGRATE does: a small one at once, a larger one as the mover goes about it.
fn move_key(store: &Store, lane: &Lane, key: &[u8], (node, bytes): (u32, usize)) {
    let keyspace = &store.keyspace;
    let hash = keyspace.hash(key);
    let mut shards = ShardSet::default();
    shards.insert(shard_of(hash));
    if bytes < STEPS_FROM {
        let mut grip = keyspace.grip(lane.seat, shards, Mode::Exclusive);
        let found = grip.find(0, hash, key).expect("the key is there");
        let moved = store
            .migrations
            .migrate(&mut grip, (0, hash), found, node, 0);
        return assert!(matches!(moved, Moved::Done { .. }), "{moved:?}");
    }
    let mut journey = Journey::new(0, hash, key.into(), node);
    let moved = loop {
        let mode = journey.mode(&keyspace.pool);
        let mut grip = keyspace.grip(lane.seat, shards, mode);
        let progress = journey.step(&mut grip, 0, Some(LIMITS));
        drop(grip);
        journey.after_step(&keyspace.pool);
        if let Progress::Ended(moved) = progress {
            break moved;
        }
    };
    journey.end(&keyspace.pool);
    assert!(matches!(moved, Moved::Done { .. }), "{moved:?}");
}

/// Nanoseconds of one memcpy of that size into memory that nobody has touched.
fn memcpy(bytes: usize, times: usize) -> f64 {
    let source = vec![7u8; bytes];
    let mut fresh: Vec<u8> = Vec::with_capacity(bytes * times);
    let began = Instant::now();
    for _ in 0..times {
        fresh.extend_from_slice(&source);
    }
    let took = began.elapsed();
    assert_eq!(fresh.last(), Some(&7));
    took.as_nanos() as f64 / times as f64
}

fn core(bytes: usize, keys: usize, rounds: usize) {
    let value = vec![7u8; bytes];
    for _ in 0..rounds {
        let home = open::store("topology fake:2\n").expect("a store");
        let store = home.store.clone();
        let lane = store.open_lane(Some(0), "bench", None).expect("a lane");
        fill(&store, &lane, keys, &value);
        let names: Vec<Vec<u8>> = (0..keys).map(name).collect();
        let all_to = |node| {
            let began = Instant::now();
            for key in &names {
                move_key(&store, &lane, key, (node, bytes));
            }
            began.elapsed().as_nanos() as f64 / keys as f64
        };
        let (fresh, back) = (all_to(1), all_to(0));
        store.close_lane(&lane);
        println!("{bytes} {fresh:.0} {back:.0} {:.0}", memcpy(bytes, keys));
    }
}

/// Reads the clock for so long, and tells how long it did not get to it.
fn gaps(time: Duration) {
    let (began, mut last, mut longest, mut count) = (Instant::now(), Instant::now(), 0, 0);
    while began.elapsed() < time {
        let now = Instant::now();
        let gap = now - last;
        longest = longest.max(gap.as_nanos());
        count += u64::from(gap > HOLD_MAX);
        last = now;
    }
    println!("{longest} {count}");
}

/// A connection that waits for each reply.
struct Client {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Client {
    fn connect(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let reader = BufReader::new(stream.try_clone().expect("a second handle"));
        Client { stream, reader }
    }

    /// Asks for one reply that is no array; panics on an error.
    fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).expect("written");
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("a reply");
        assert!(!line.starts_with('-'), "{line}");
        if let Some(length) = line
            .strip_prefix('$')
            .and_then(|text| text.trim().parse().ok())
        {
            let mut bulk = vec![0; length];
            self.reader.read_exact(&mut bulk).expect("a bulk");
            self.reader.read_exact(&mut [0; 2]).expect("its end");
        }
    }
}

/// xorshift64* (Marsaglia, 2003; Vigna, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % end
    }
}

/// The value that moves.
#[derive(Clone, Copy)]
struct Big<'k> {
    kind: &'k str,
    elements: u64,
}

impl Big<'_> {
    /// A command that adds the elements from `first` on.
    fn filling(self, first: u64) -> Vec<u8> {
        let mut words: Vec<Vec<u8>> = match self.kind {
            "hash" => vec![b"HSET".to_vec(), b"big".to_vec()],
            "zset" => vec![b"ZADD".to_vec(), b"big".to_vec()],
            _ => vec![b"RPUSH".to_vec(), b"big".to_vec()],
        };
        for number in first..self.elements.min(first + BATCH) {
            let name = format!("element:{number:08}").into_bytes();
            match self.kind {
                "hash" => words.extend([name, b"0123456789abcdef".to_vec()]),
                "zset" => words.extend([number.to_string().into_bytes(), name]),
                _ => words.push(name),
            }
        }
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        encode(&words)
    }

    /// Adds all of it.
    fn fill(self, client: &mut Client) {
        for first in (0..self.elements).step_by(BATCH as usize) {
            client.ask(&self.filling(first));
        }
    }

    /// A command on it: a look every other time, else a write.
    fn request(self, random: &mut Random, number: u64) -> Vec<u8> {
        let element = format!("element:{:08}", random.below(self.elements)).into_bytes();
        let score = random.below(self.elements).to_string();
        let near = (random.below(200) as i64 - 100).to_string();
        match (self.kind, number % 2) {
            ("hash", 0) => encode(&[b"HGET", b"big", &element]),
            ("hash", _) => encode(&[b"HSET", b"big", &element, b"another value 16"]),
            ("zset", 0) => encode(&[b"ZSCORE", b"big", &element]),
            ("zset", _) => encode(&[b"ZADD", b"big", score.as_bytes(), &element]),
            (_, 0) => encode(&[b"LINDEX", b"big", near.as_bytes()]),
            _ if number % 4 == 1 => encode(&[b"RPUSH", b"big", &element]),
            _ => encode(&[b"LPOP", b"big"]),
        }
    }
}

fn other(random: &mut Random, number: u64) -> Vec<u8> {
    let key = format!("other:{}", random.below(OTHERS)).into_bytes();
    match number % 2 {
        0 => encode(&[b"GET", &key]),
        _ => encode(&[b"SET", &key, &[b'v'; 64]]),
    }
}

/// Nanoseconds of each request, sent at `rate` a second until the time is over.
fn latencies(
    port: u16,
    time: Duration,
    rate: u64,
    mut request: impl FnMut(u64) -> Vec<u8>,
) -> Vec<u64> {
    let (mut client, mut all) = (Client::connect(port), Vec::new());
    let (began, pause) = (Instant::now(), Duration::from_nanos(1_000_000_000 / rate));
    let mut due = began;
    while began.elapsed() < time {
        let next = request(all.len() as u64);
        let sent = Instant::now();
        client.ask(&next);
        all.push(sent.elapsed().as_nanos() as u64);
        due = (due + pause).max(sent);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    all
}

/// Moves the value once, and answers the nanoseconds that took.
fn move_once(client: &mut Client, node: &str) -> u128 {
    let began = Instant::now();
    client.ask(&encode(&[b"NUMAMIGRATE", b"KEY", b"big", node.as_bytes()]));
    began.elapsed().as_nanos()
}

fn finish(port: u16, elements: u64, rounds: u64) {
    let (mut client, kind) = (Client::connect(port), "hash");
    let big = Big { kind, elements };
    big.fill(&mut client);
    // Memory that nobody has touched costs more.
    for node in ["1", "0"] {
        move_once(&mut client, node);
    }
    for _ in 0..rounds {
        let idle = move_once(&mut client, "1");
        let is_over = AtomicBool::new(false);
        let busy = std::thread::scope(|scope| {
            for writer in 1..=WRITERS {
                let (is_over, mut random) = (&is_over, Random(writer));
                scope.spawn(move || {
                    let mut client = Client::connect(port);
                    while !is_over.load(Relaxed) {
                        client.ask(&big.request(&mut random, 1));
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(200));
            let busy = move_once(&mut client, "0");
            is_over.store(true, Relaxed);
            busy
        });
        println!("{idle} {busy}");
    }
}

/// Moves the value to and fro until it is told to stop, and answers how often.
fn keep_moving(port: u16, is_over: &AtomicBool) -> u64 {
    let mut client = Client::connect(port);
    let mut moves = 0;
    while !is_over.load(Relaxed) {
        move_once(&mut client, if moves % 2 == 0 { "1" } else { "0" });
        moves += 1;
    }
    moves
}

/// What the two clients saw: nanoseconds of each request, and moves meanwhile.
#[derive(Default)]
struct Seen {
    others: Vec<u64>,
    same: Vec<u64>,
    moves: u64,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.others.extend(other.others);
        self.same.extend(other.same);
        self.moves += other.moves;
    }

    /// A line for each client: phase, client, requests, moves, and nanoseconds at four places.
    fn print(&mut self, phase: &str) {
        for (who, all) in [("others", &mut self.others), ("same", &mut self.same)] {
            all.sort_unstable();
            let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize];
            let (p50, p99, p999, max) = (at(0.5), at(0.99), at(0.999), at(1.0));
            let (requests, moves) = (all.len(), self.moves);
            println!("{phase} {who} {requests} {moves} {p50} {p99} {p999} {max}");
        }
    }
}

fn phase(port: u16, big: Big<'_>, (time, rate): (Duration, u64), moves: bool) -> Seen {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mover = moves.then(|| scope.spawn(|| keep_moving(port, &is_over)));
        let mut random = Random(0x9e37_79b9);
        let others =
            scope.spawn(move || latencies(port, time, rate, |number| other(&mut random, number)));
        let mut random = Random(0x7f4a_7c15);
        let same = latencies(port, time, rate, |number| big.request(&mut random, number));
        let others = others.join().expect("no panic");
        is_over.store(true, Relaxed);
        Seen {
            others,
            same,
            moves: mover.map_or(0, |mover| mover.join().expect("no panic")),
        }
    })
}

fn load(port: u16, big: Big<'_>, rounds: u64, time: Duration, rate: u64) {
    let mut client = Client::connect(port);
    for number in 0..OTHERS {
        let key = format!("other:{number}");
        client.ask(&encode(&[b"SET", key.as_bytes(), &[b'v'; 64]]));
    }
    big.fill(&mut client);
    let mut all = [Seen::default(), Seen::default()];
    for _ in 0..rounds {
        for (moves, name) in [(false, "still"), (true, "moving")] {
            let mut seen = phase(port, big, (time, rate), moves);
            seen.print(name);
            all[usize::from(moves)].add(seen);
        }
    }
    let [still, moving] = &mut all;
    still.print("all-still");
    moving.print("all-moving");
    client.ask(&encode(&[b"UNLINK", b"big"]));
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().expect("a number");
    match words[..] {
        ["core", bytes, keys, rounds] => core(
            number(bytes) as usize,
            number(keys) as usize,
            number(rounds) as usize,
        ),
        ["gaps", seconds] => gaps(Duration::from_secs(number(seconds))),
        ["finish", port, elements, rounds] => {
            finish(number(port) as u16, number(elements), number(rounds));
        }
        ["load", port, kind, elements, rounds, seconds, rate] => {
            let elements = number(elements);
            let (time, rate) = (Duration::from_secs(number(seconds)), number(rate));
            load(
                number(port) as u16,
                Big { kind, elements },
                number(rounds),
                time,
                rate,
            );
        }
        _ => panic!(
            "usage: moves core <bytes> <keys> <rounds> | gaps <seconds> | finish <port> <elements> <rounds> | load <port> <kind> <elements> <rounds> <seconds> <rate>"
        ),
    }
}
