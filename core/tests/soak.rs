//! Several lanes at one store at once, each beside a model of its own keys, over a made-up topology.
//!
//! Keys are partitioned: a thread writes its own keys only, so its model knows every reply; it also reads and moves the
//! others' keys, whose values are told apart by their bytes. At the end every model is compared whole, pool and tables are
//! re-derived, and after FLUSHALL no byte is left in use.
//!
//! It runs for three seconds, or for a minute with `NUMAKV_TEST_FULL=1`. The seed is fixed, the interleaving is not.

use client::Client;
use client::random::Random;
use numakv_core::keyspace::{Mode, lock::ShardSet};
use numakv_core::lane::Lane;
use numakv_core::open;
use numakv_core::store::Store;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

mod client;

const THREADS: usize = 4;
/// Keys of one thread in each of its databases.
const KEYS: u64 = 300;
/// Bytes of value past which a key is no longer appended to.
const VALUE_BYTES_MAX: usize = 40_000;
/// The database that all threads share; thread `t` also has database `t` to itself, which it may flush.
const SHARED: usize = THREADS;

/// What the model remembers of a key.
#[derive(Clone, Debug, Default, PartialEq)]
struct Value {
    bytes: Vec<u8>,
    has_deadline: bool,
}

type Keys = HashMap<String, Value>;

/// One thread: a client, and what its keys must be.
struct Worker {
    name: u8,
    client: Client,
    random: Random,
    /// By database: its own, then the shared one.
    models: [Keys; 2],
    /// Index into `models` of the database in use.
    at: usize,
}

impl Worker {
    fn new(store: &Arc<Store>, index: usize) -> Worker {
        Worker {
            name: b'a' + index as u8,
            client: Client::open(store, index as u32 % 2),
            random: Random(0x9e37_79b9 + index as u64),
            models: [Keys::new(), Keys::new()],
            at: 1,
        }
    }

    fn database(&self) -> usize {
        if self.at == 0 {
            (self.name - b'a') as usize
        } else {
            SHARED
        }
    }

    fn key(&mut self) -> String {
        format!("{}:{}", self.name as char, self.random.below(KEYS))
    }

    fn model(&mut self) -> &mut Keys {
        &mut self.models[self.at]
    }

    /// A value of a random length: embedded, raw, or a span of its own.
    fn value(&mut self) -> Vec<u8> {
        let bits = 1 + self.random.below(14);
        let length = 1 + self.random.below(1 << bits) as usize;
        vec![self.name; length]
    }

    fn expect(&mut self, line: &str, wanted: &str) {
        let reply = self.client.say(line);
        assert_eq!(reply, wanted, "to {line}");
    }

    /// One random operation, its reply compared with the model's.
    fn step(&mut self) {
        match self.random.below(100) {
            0..20 => self.set(),
            20..40 => self.get(),
            40..50 => self.append(),
            50..58 => self.delete(),
            58..66 => self.rename(),
            66..72 => self.expire(),
            72..78 => self.increment(),
            78..88 => self.migrate(),
            88..96 => self.look_elsewhere(),
            96..98 => self.switch(),
            98 => self.scan(),
            _ => self.flush(),
        }
    }

    fn set(&mut self) {
        let (key, bytes) = (self.key(), self.value());
        let reply = self.client.ask(&[b"SET", key.as_bytes(), &bytes]);
        assert_eq!(reply, b"+OK\r\n");
        let has_deadline = false;
        self.model().insert(
            key,
            Value {
                bytes,
                has_deadline,
            },
        );
    }

    fn get(&mut self) {
        let key = self.key();
        let reply = self.client.ask(&[b"GET", key.as_bytes()]);
        assert_eq!(reply, bulk(self.model().get(&key)), "{key}");
    }

    fn append(&mut self) {
        let (key, more) = (self.key(), self.value());
        let old = self.model().get(&key).map_or(0, |value| value.bytes.len());
        if old > VALUE_BYTES_MAX {
            return self.delete_key(&key);
        }
        let reply = self.client.ask(&[b"APPEND", key.as_bytes(), &more]);
        let value = self.model().entry(key).or_default();
        value.bytes.extend_from_slice(&more);
        assert_eq!(reply, format!(":{}\r\n", value.bytes.len()).as_bytes());
    }

    fn delete(&mut self) {
        let key = self.key();
        self.delete_key(&key);
    }

    fn delete_key(&mut self, key: &str) {
        let verb = ["DEL", "UNLINK"][self.random.below(2) as usize];
        let gone = self.model().remove(key).is_some();
        self.expect(&format!("{verb} {key}"), &format!(":{}\r\n", gone as u8));
    }

    fn rename(&mut self) {
        let (from, to) = (self.key(), self.key());
        let value = self.model().get(&from).cloned();
        let Some(value) = value else {
            return self.expect(&format!("RENAME {from} {to}"), "-ERR no such key\r\n");
        };
        self.expect(&format!("RENAME {from} {to}"), "+OK\r\n");
        self.model().remove(&from);
        self.model().insert(to, value);
    }

    fn expire(&mut self) {
        let key = self.key();
        let there = self.model().contains_key(&key) as u8;
        if self.random.below(8) == 0 {
            self.expect(&format!("PEXPIRE {key} -1"), &format!(":{there}\r\n"));
            self.model().remove(&key);
        } else if self.random.below(2) == 0 {
            self.expect(&format!("EXPIRE {key} 100000"), &format!(":{there}\r\n"));
            self.model()
                .entry(key)
                .and_modify(|value| value.has_deadline = true);
        } else {
            let had = self
                .model()
                .get(&key)
                .is_some_and(|value| value.has_deadline);
            self.expect(&format!("PERSIST {key}"), &format!(":{}\r\n", had as u8));
            if let Some(value) = self.model().get_mut(&key) {
                value.has_deadline = false;
            }
        }
    }

    /// Counters live beside the other keys, so that their values stay numbers.
    fn increment(&mut self) {
        let key = format!("{}:n{}", self.name as char, self.random.below(8));
        let old = self
            .model()
            .get(&key)
            .map_or(0, |value| number(&value.bytes));
        self.expect(&format!("INCR {key}"), &format!(":{}\r\n", old + 1));
        self.model().entry(key).or_default().bytes = (old + 1).to_string().into_bytes();
    }

    fn migrate(&mut self) {
        let (key, node) = (self.key(), self.random.below(2));
        let reply = self.client.say(&format!("NUMAMIGRATE KEY {key} {node}"));
        let there = self.model().contains_key(&key);
        assert_eq!(reply == "+OK\r\n", there, "{reply} of {key}");
    }

    /// Reads, and moves, a key that another thread may be writing: its value is that thread's letter, however long.
    fn look_elsewhere(&mut self) {
        if self.at == 0 {
            return self.switch();
        }
        let other = b'a' + self.random.below(THREADS as u64) as u8;
        let key = format!("{}:{}", other as char, self.random.below(KEYS));
        if self.random.below(2) == 0 {
            self.client
                .say(&format!("NUMAMIGRATE KEY {key} {}", self.random.below(2)));
            return;
        }
        let reply = self.client.ask(&[b"GET", key.as_bytes()]);
        if reply != b"$-1\r\n" {
            let start = reply
                .iter()
                .position(|&byte| byte == b'\n')
                .expect("a line")
                + 1;
            let value = &reply[start..reply.len() - 2];
            let length = number(&reply[1..start - 2]) as usize;
            assert_eq!(value.len(), length, "{key}");
            assert!(
                value.iter().all(|&byte| byte == other),
                "a torn read of {key}"
            );
        }
    }

    fn switch(&mut self) {
        self.at = 1 - self.at;
        let line = format!("SELECT {}", self.database());
        self.expect(&line, "+OK\r\n");
    }

    fn flush(&mut self) {
        if self.at == 1 || self.random.below(20) != 0 {
            return;
        }
        let how = ["", " ASYNC", " SYNC"][self.random.below(3) as usize];
        self.expect(&format!("FLUSHDB{how}"), "+OK\r\n");
        self.model().clear();
    }

    /// A whole SCAN answers every key of ours; the database of our own holds nothing else.
    fn scan(&mut self) {
        let mut seen = HashSet::new();
        let mut cursor = String::from("0");
        loop {
            let reply = self.client.say(&format!(
                "SCAN {cursor} MATCH {}:* COUNT 50",
                self.name as char
            ));
            let mut words = reply
                .split("\r\n")
                .filter(|word| !word.starts_with(['*', '$']));
            cursor = words.next().expect("a cursor").to_owned();
            seen.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
            if cursor == "0" {
                break;
            }
        }
        let keys: HashSet<String> = self.model().keys().cloned().collect();
        assert_eq!(seen, keys);
        if self.at == 0 {
            let wanted = format!(":{}\r\n", keys.len());
            self.expect("DBSIZE", &wanted);
        }
    }

    /// Compares every key of both databases, values and deadlines.
    fn compare(&mut self) {
        for _ in 0..2 {
            self.scan();
            for (key, value) in self.model().clone() {
                let reply = self.client.ask(&[b"GET", key.as_bytes()]);
                assert_eq!(reply, bulk(Some(&value)), "{key}");
                let left = self.client.say(&format!("TTL {key}"));
                assert_eq!(left != ":-1\r\n", value.has_deadline, "{key}: {left}");
            }
            self.switch();
        }
    }
}

fn bulk(value: Option<&Value>) -> Vec<u8> {
    value.map_or(b"$-1\r\n".to_vec(), |value| {
        let length = format!("${}\r\n", value.bytes.len());
        [length.as_bytes(), &value.bytes, b"\r\n"].concat()
    })
}

fn number(digits: &[u8]) -> u64 {
    let text = core::str::from_utf8(digits).expect("digits");
    text.parse().expect("a number")
}

/// How long the threads run.
fn duration() -> Duration {
    let full = std::env::var("NUMAKV_TEST_FULL").is_ok_and(|value| value == "1");
    Duration::from_secs(if full { 60 } else { 3 })
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

/// Waits until the keeper has freed what was flushed in the background.
fn wait_for_keeper(store: &Store) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.lazy_free.pending() > 0 {
        assert!(Instant::now() < deadline, "the keeper frees nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(store.lazy_free.hold_still());
}

#[test]
fn four_lanes_agree_with_their_models_and_leave_nothing_behind() {
    let home = open::store("topology fake:2\nhz 100\n").expect("a store");
    let store = home.store.clone();
    let mut observer = Client::open(&store, 0);
    let used_at_start = store.keyspace.pool.used_bytes();
    let until = Instant::now() + duration();
    let steps: u64 = std::thread::scope(|scope| {
        let run = |index| {
            let store = store.clone();
            move || {
                let mut worker = Worker::new(&store, index);
                worker.expect(&format!("SELECT {SHARED}"), "+OK\r\n");
                let mut steps = 0;
                while steps % 64 != 0 || Instant::now() < until {
                    worker.step();
                    steps += 1;
                }
                worker.compare();
                steps
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|index| scope.spawn(run(index))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread panics"))
            .sum()
    });
    assert!(steps > 1_000, "only {steps} steps");
    wait_for_keeper(&store);
    check(&store, &observer.lane);
    assert_eq!(observer.say("FLUSHALL SYNC"), "+OK\r\n");
    store.keyspace.pool.purge();
    check(&store, &observer.lane);
    assert_eq!(store.keyspace.pool.used_bytes(), used_at_start);
}
