//! Keys of every type move at random while several lanes write them, each beside a model of its own keys.
//!
//! Keys are partitioned: a thread writes its own keys only, so its model knows every reply; it moves everybody's. Meanwhile
//! another thread re-derives every invariant and compacts again and again. At the end every key is compared whole, and after
//! FLUSHALL no byte is left in use.
//!
//! It runs for five seconds, or for a minute with `NUMAKV_TEST_FULL=1`. The seed is fixed, the interleaving is not.

use client::Client;
use client::random::Random;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use model::{Step, Value, Wanted, int, words};
use numakv_core::keyspace::{Mode, lock::ShardSet};
use numakv_core::lane::Lane;
use numakv_core::open;
use numakv_core::store::Store;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

mod client;
#[path = "moves/model.rs"]
mod model;

const THREADS: usize = 4;
/// Types of keys: a key's name tells its own.
const KINDS: u64 = 5;
/// Keys of each type that a thread has in each of its databases; the first of them grows large.
const KEYS: u64 = 5;
/// Elements that one request adds at most, to a large value and to another.
const MANY: [u64; 2] = [600, 24];
/// The database that all threads share; thread `t` also has database `t` to itself, which it may flush.
const SHARED: usize = THREADS;
/// Every step is short, so that much happens between two of them.
const OPTIONS: &str = "topology fake:2+1\nhz 100\nnuma-migrate-step-usec 20\nnuma-migrate-step-bytes 8192\n\
                       numa-migrate-cpu-percent 100\nlist-max-listpack-size 16\nlist-compress-depth 1\n";
/// Nodes of that topology.
const NODES: u64 = 3;
/// Steps of each thread at least, however slow the machine is.
const STEPS_MIN: u64 = 500;
/// The pause between two looks at all invariants.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// One thread: a client, and what its keys must be.
struct Worker {
    name: char,
    client: Client,
    random: Random,
    /// By database: its own, then the shared one.
    models: [HashMap<String, Value>; 2],
    /// Index into `models` of the database in use.
    at: usize,
    /// The last migration job it asked for.
    job: u64,
}

impl Worker {
    fn new(store: &Arc<Store>, index: usize) -> Worker {
        Worker {
            name: (b'a' + index as u8).into(),
            client: Client::open(store, index as u32 % 2),
            random: Random(0x5eed_0001 + index as u64),
            models: Default::default(),
            at: 1,
            job: 0,
        }
    }

    fn database(&self) -> usize {
        match self.at {
            0 => (self.name as u8 - b'a') as usize,
            _ => SHARED,
        }
    }

    fn key_of(&mut self, name: char) -> (String, u64) {
        let (kind, number) = (self.random.below(KINDS), self.random.below(KEYS));
        (format!("{name}:{kind}:{number}"), kind)
    }

    fn ask(&mut self, (request, wanted): Step) {
        let request: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
        let reply = self.client.ask(&request);
        let is_so = match wanted {
            Wanted::Bytes(bytes) => reply == bytes,
            Wanted::Sorted(bulks) => sorted(&reply) == bulks,
        };
        let shown =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let asked: Vec<String> = request.iter().take(4).map(|word| shown(word)).collect();
        assert!(is_so, "to {asked:?} came {}", shown(&reply));
    }

    fn expect(&mut self, line: &str, wanted: &str) {
        let reply = self.client.say(line);
        assert_eq!(reply, wanted, "to {line}");
    }

    /// One random operation, its reply compared with the model's.
    fn step(&mut self) {
        match self.random.below(100) {
            0..60 => self.use_key(),
            60..66 => self.read_key(),
            66..70 => self.delete(),
            70..74 => self.rename(),
            74..94 => self.migrate(),
            94 => self.migrate_many(),
            95..99 => self.switch(),
            _ => self.flush(),
        }
    }

    fn use_key(&mut self) {
        let (key, kind) = self.key_of(self.name);
        let many = MANY[usize::from(!key.ends_with('0'))];
        let model = self.models[self.at].entry(key.clone());
        let value = model.or_insert_with(|| Value::of_kind(kind));
        let step = value.step(key.as_bytes(), &mut self.random, many);
        let is_too_long = value.is_too_long();
        self.ask(step);
        if is_too_long {
            self.delete_key(&key);
        }
    }

    fn read_key(&mut self) {
        let (key, kind) = self.key_of(self.name);
        let value = self.models[self.at].get(&key);
        let step = value.map_or_else(
            || Value::of_kind(kind).read(key.as_bytes()),
            |value| value.read(key.as_bytes()),
        );
        self.ask(step);
    }

    fn delete(&mut self) {
        let (key, _) = self.key_of(self.name);
        self.delete_key(&key);
    }

    fn delete_key(&mut self, key: &str) {
        let verb = [&b"DEL"[..], b"UNLINK"][self.random.below(2) as usize];
        let gone = self.models[self.at].remove(key);
        let is_gone = gone.is_some_and(|value| !value.is_empty());
        self.ask((words(&[verb, key.as_bytes()]), int(is_gone.into())));
    }

    /// Renames or copies a key to another of its type.
    fn rename(&mut self) {
        let (from, kind) = self.key_of(self.name);
        let to = format!("{}:{kind}:{}", self.name, self.random.below(KEYS));
        let models = &mut self.models[self.at];
        let value = models.get(&from).filter(|value| !value.is_empty()).cloned();
        let copies = self.random.below(2) == 0 && from != to;
        match (value, copies) {
            (None, false) => self.expect(&format!("RENAME {from} {to}"), "-ERR no such key\r\n"),
            (None, true) => self.expect(&format!("COPY {from} {to} REPLACE"), ":0\r\n"),
            (Some(value), false) => {
                models.remove(&from);
                models.insert(to.clone(), value);
                self.expect(&format!("RENAME {from} {to}"), "+OK\r\n");
            }
            (Some(value), true) => {
                models.insert(to.clone(), value);
                self.expect(&format!("COPY {from} {to} REPLACE"), ":1\r\n");
            }
        }
    }

    /// Moves a key of anybody's, and waits for it or not.
    fn migrate(&mut self) {
        let name = match self.at {
            0 => self.name,
            _ => (b'a' + self.random.below(THREADS as u64) as u8).into(),
        };
        let (key, _) = self.key_of(name);
        let node = self.random.below(NODES);
        if self.random.below(2) == 0 {
            let reply = self
                .client
                .say(&format!("NUMAMIGRATE KEY {key} {node} ASYNC"));
            return self.note_job(&reply);
        }
        let reply = self.client.say(&format!("NUMAMIGRATE KEY {key} {node}"));
        let is_fine = reply == "+OK\r\n" || name != self.name || reply.starts_with("-ERR");
        assert!(is_fine, "{reply} of {key}");
        let value = self.models[self.at].get(&key);
        let there = value.is_some_and(|value| !value.is_empty());
        if name == self.name {
            assert_eq!(reply == "-ERR no such key\r\n", !there, "{reply} of {key}");
        }
    }

    fn note_job(&mut self, reply: &str) {
        let is_refused = reply == "-ERR no such key\r\n" || reply.contains("too many");
        assert!(reply.starts_with(':') || is_refused, "{reply}");
        if let Some(id) = reply.strip_prefix(':') {
            self.job = id.trim().parse().expect("a number");
        }
    }

    /// Moves several keys or all, or cancels what was asked for last.
    fn migrate_many(&mut self) {
        let (name, node) = (self.name, self.random.below(NODES));
        let line = match self.random.below(20) {
            0 => format!("NUMAMIGRATE DB {node}"),
            1..6 => format!("NUMAMIGRATE KEYS {node} {name}:0:0 {name}:2:0 {name}:4:0 absent"),
            6..8 => format!("NUMAMIGRATE PATTERN {name}:*:0 {node}"),
            8..14 => format!("NUMAMIGRATE KEYS {node} SYNC {name}:1:0 {name}:3:0"),
            _ => {
                let reply = self.client.say(&format!("NUMAMIGRATE CANCEL {}", self.job));
                let is_fine = reply == "+OK\r\n" || reply.starts_with("-ERR");
                return assert!(is_fine, "{reply}");
            }
        };
        let reply = self.client.say(&line);
        if reply.contains("missing") {
            return assert!(line.contains("SYNC"), "{reply}");
        }
        self.note_job(&reply);
    }

    fn switch(&mut self) {
        self.at = 1 - self.at;
        let line = format!("SELECT {}", self.database());
        self.expect(&line, "+OK\r\n");
    }

    fn flush(&mut self) {
        if self.at == 0 && self.random.below(4) == 0 {
            let how = ["", " ASYNC", " SYNC"][self.random.below(3) as usize];
            self.expect(&format!("FLUSHDB{how}"), "+OK\r\n");
            self.models[0].clear();
        }
    }

    /// Compares every key of both databases.
    fn compare(&mut self) {
        for _ in 0..2 {
            for (key, value) in self.models[self.at].clone() {
                self.ask(value.read(key.as_bytes()));
            }
            self.switch();
        }
    }
}

/// The bulks of an array or a map, sorted.
fn sorted(reply: &[u8]) -> Vec<Vec<u8>> {
    let mut bulks = Vec::new();
    let mut rest = reply;
    let line = |rest: &mut &[u8]| {
        let end = rest.iter().position(|&byte| byte == b'\r').expect("a line");
        let text = core::str::from_utf8(&rest[1..end])
            .expect("digits")
            .to_owned();
        *rest = &rest[end + 2..];
        text.parse::<usize>().expect("a number")
    };
    for _ in 0..line(&mut rest) {
        let bytes = line(&mut rest);
        bulks.push(rest[..bytes].to_vec());
        rest = &rest[bytes + 2..];
    }
    bulks.sort_unstable();
    bulks
}

/// How long the threads run.
fn duration() -> Duration {
    let full = std::env::var("NUMAKV_TEST_FULL").is_ok_and(|value| value == "1");
    Duration::from_secs(if full { 60 } else { 5 })
}

/// Re-derives every invariant, with the world held and the keeper still.
fn check(store: &Store, lane: &Lane) {
    let _still = store.lazy_free.hold_still();
    // Who has the world to himself takes no shard.
    while !store.keyspace.locks.enter_world(lane.seat) {}
    let grip = store
        .keyspace
        .grip(lane.seat, ShardSet::ALL, Mode::Exclusive);
    grip.is_valid().expect("a valid keyspace");
    store.keyspace.pool.is_valid().expect("a valid pool");
    drop(grip);
    store.keyspace.locks.leave_world(lane.seat);
}

/// Waits until nothing moves and nothing waits to be freed.
fn wait_for_quiet(store: &Store) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let is_quiet = || {
        let jobs = store.jobs.list();
        jobs.iter().all(|job| job.state().is_end()) && store.lazy_free.pending() == 0
    };
    while !is_quiet() {
        assert!(Instant::now() < deadline, "it never becomes quiet");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(store.lazy_free.hold_still());
}

#[test]
fn keys_of_every_type_move_under_writes_and_stay_what_they_are() {
    let home = open::store(OPTIONS).expect("a store");
    let store = home.store.clone();
    let mut observer = Client::open(&store, 0);
    let used_at_start = store.keyspace.pool.used_bytes();
    let (until, is_over) = (Instant::now() + duration(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let run = |index| {
            let store = store.clone();
            move || {
                let mut worker = Worker::new(&store, index);
                worker.expect(&format!("SELECT {SHARED}"), "+OK\r\n");
                let mut steps = 0;
                while steps < STEPS_MIN || Instant::now() < until {
                    worker.step();
                    steps += 1;
                }
                worker.compare();
            }
        };
        let looker = scope.spawn(|| {
            while !is_over.load(Relaxed) {
                check(&store, &observer.lane);
                std::thread::sleep(LOOK_EVERY);
                let told = observer.say("NUMA COMPACT");
                assert!(told.contains("moved_keys"), "{told}");
            }
        });
        let threads: Vec<_> = (0..THREADS).map(|index| scope.spawn(run(index))).collect();
        let joined: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        is_over.store(true, Relaxed);
        looker.join().expect("every look finds everything in order");
        for one in joined {
            one.expect("no thread panics");
        }
    });
    wait_for_quiet(&store);
    let totals = store.migrations.totals();
    assert!(
        totals.successful > 20 && totals.blocks > totals.successful,
        "{totals:?}"
    );
    assert_eq!(
        totals.total,
        totals.successful + totals.skipped + totals.failed
    );
    check(&store, &observer.lane);
    assert_eq!(observer.say("FLUSHALL SYNC"), "+OK\r\n");
    store.keyspace.pool.purge();
    check(&store, &observer.lane);
    assert_eq!(store.keyspace.pool.used_bytes(), used_at_start);
}
