//! The keyspace beside a model: random operations, by seed, on a keyspace and on a map of the standard library.
//!
//! After each operation the key it was about must be the same in both; every so often the whole of both is compared, and
//! every invariant of tables and pool re-derived. When the pool refuses memory, an operation may fail, and then it must
//! have changed nothing.

use super::update::{Deadline, Target};
use super::{Grip, Keyspace, Mode, free_step};
use crate::keyspace::Found;
use crate::keyspace::lock::{SHARD_COUNT, ShardSet};
use crate::migrate::{self, Moved};
use crate::numa::Topology;
use crate::object::entry::Entry;
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use crate::pool::space::Full;
use crate::pool::{Pool, PoolOptions};
use crate::table::Position;
use std::collections::{BTreeSet, HashMap};

const DATABASES: u32 = 3;
const KEYS: u64 = 2_000;
/// The moment at which deadlines below it count as passed.
const NOW_MS: i64 = 1_000_000;

/// xorshift64* (Marsaglia, 2003; Vigna, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }
}

/// What the model remembers of a key.
#[derive(Clone, Debug, PartialEq)]
struct Value {
    bytes: Vec<u8>,
    encoding: Encoding,
    deadline: Option<i64>,
}

impl Value {
    fn of(entry: Entry) -> Value {
        Value {
            bytes: StringValue::of(entry).with_bytes(<[u8]>::to_vec),
            encoding: entry.encoding(),
            deadline: entry.deadline(),
        }
    }
}

type Name = (u32, Vec<u8>);

struct Pair {
    keyspace: Keyspace,
    lane: u32,
    model: HashMap<Name, Value>,
    random: Random,
    nodes: u32,
    /// Whether the nodes have so little room that operations may fail.
    is_short: bool,
    failures: u64,
}

impl Pair {
    fn new(spec: &str, seed: u64) -> Pair {
        Pair::with_room(spec, seed, None)
    }

    /// A pair whose nodes have room for `capacity_bytes` each.
    fn with_room(spec: &str, seed: u64, capacity_bytes: Option<u64>) -> Pair {
        let topology = Topology::parse(spec).expect("a topology");
        let nodes = topology.nodes.len() as u32;
        let mut options = PoolOptions::plain(nodes as usize);
        for window in &mut options.windows {
            window.capacity_bytes = capacity_bytes;
        }
        let pool = Pool::open(&options).expect("a pool");
        let keyspace = Keyspace::new(pool, &topology, DATABASES, seed);
        let lane = keyspace.locks.open_lane().expect("a seat");
        Pair {
            keyspace,
            lane,
            model: HashMap::new(),
            random: Random(seed),
            nodes,
            is_short: capacity_bytes.is_some(),
            failures: 0,
        }
    }

    fn grip(&self) -> Grip<'_> {
        self.keyspace
            .grip(self.lane, ShardSet::ALL, Mode::Exclusive)
    }

    /// A name, one in sixteen so long that its value cannot lie beside it.
    fn name(&mut self) -> Name {
        let db = self.random.below(DATABASES.into()) as u32;
        let number = self.random.below(KEYS);
        let filling = if number % 16 == 0 { 500 } else { 0 };
        let key = format!("{:-<filling$}{number}", "key");
        (db, key.into_bytes())
    }

    fn target<'k>(&mut self, (db, key): &'k Name) -> Target<'k> {
        Target {
            db: *db,
            hash: self.keyspace.hash(key),
            key,
            node: self.random.below(self.nodes.into()) as u32,
            clock: 7,
        }
    }

    fn found(grip: &Grip<'_>, target: Target<'_>) -> Option<Found> {
        grip.find(target.db, target.hash, target.key)
    }

    fn bytes(&mut self) -> Vec<u8> {
        let len = match self.random.below(8) {
            0 => self.random.below(200_000),
            1 | 2 => self.random.below(3_000),
            _ => self.random.below(100),
        };
        let first = self.random.next() as u8 | 1 << 7;
        (0..len).map(|at| first.wrapping_add(at as u8)).collect()
    }

    fn deadline(&mut self) -> i64 {
        self.random.below(4 * NOW_MS as u64) as i64
    }

    /// Takes over what an operation did, or remembers that it failed for want of memory.
    fn settle(&mut self, result: Result<(), Full>, change: impl FnOnce(&mut HashMap<Name, Value>)) {
        match result {
            Ok(()) => change(&mut self.model),
            Err(Full) => {
                assert!(self.is_short, "full without a reason");
                self.failures += 1;
            }
        }
    }

    #[track_caller]
    fn compare(&self, name: &Name) {
        let (grip, hash) = (self.grip(), self.keyspace.hash(&name.1));
        let found = grip.find(name.0, hash, &name.1);
        let here = found.map(|found| Value::of(found.entry));
        assert_eq!(here.as_ref(), self.model.get(name));
    }

    fn step(&mut self) {
        let name = self.name();
        match self.random.below(20) {
            0..=5 => self.set(&name),
            6..=8 => self.edit(&name),
            9 | 10 => self.delete(&name),
            11 | 12 => self.rename(&name),
            13 => self.copy(&name),
            14 => self.change_database(&name),
            15 | 16 => self.set_deadline(&name),
            17 => self.expire(),
            _ => self.migrate(&name),
        }
        self.compare(&name);
    }

    fn set(&mut self, name: &Name) {
        let target = self.target(name);
        let bytes = match self.random.below(3) {
            0 => (self.random.next() as i64).to_string().into_bytes(),
            _ => self.bytes(),
        };
        let (deadline, at) = match self.random.below(4) {
            0 => (
                Deadline::Keep,
                self.model.get(name).and_then(|v| v.deadline),
            ),
            1 => {
                let at = self.deadline();
                (Deadline::At(at), Some(at))
            }
            _ => (Deadline::Clear, None),
        };
        let value = StringValue::parse(&bytes);
        let encoding = value.encoding();
        let mut grip = self.grip();
        let found = Pair::found(&grip, target);
        let result = grip.set_string(target, found, value, encoding, deadline);
        drop(grip);
        let value = Value {
            bytes,
            encoding,
            deadline: at,
        };
        self.settle(result, |model| {
            model.insert(name.clone(), value);
        });
    }

    fn edit(&mut self, name: &Name) {
        let target = self.target(name);
        let (mut value, bytes) = (self.model.get(name).cloned(), self.bytes());
        let len = value.as_ref().map_or(0, |value| value.bytes.len());
        let offset = match self.random.below(3) {
            0 => len + self.random.below(50) as usize,
            1 => self.random.below(len as u64 + 1) as usize,
            _ => len,
        };
        let mut grip = self.grip();
        let found = Pair::found(&grip, target);
        let result = grip.edit_string(target, found, offset, &bytes);
        drop(grip);
        let value = value.get_or_insert(Value {
            bytes: Vec::new(),
            encoding: Encoding::Raw,
            deadline: None,
        });
        let end = offset + bytes.len();
        value.bytes.resize(len.max(end), 0);
        value.bytes[offset..end].copy_from_slice(&bytes);
        value.encoding = Encoding::Raw;
        if let Ok(new_len) = result {
            assert_eq!(new_len, value.bytes.len());
        }
        self.settle(result.map(drop), |model| {
            model.insert(name.clone(), value.clone());
        });
    }

    fn delete(&mut self, name: &Name) {
        let target = self.target(name);
        let mut grip = self.grip();
        if let Some(found) = Pair::found(&grip, target) {
            grip.delete(target.db, target.hash, found);
        }
        drop(grip);
        self.model.remove(name);
    }

    fn rename(&mut self, name: &Name) {
        let other = (name.0, self.name().1);
        let (source, target) = (self.target(name), self.target(&other));
        if name == &other {
            return;
        }
        let mut grip = self.grip();
        let Some(found) = Pair::found(&grip, source) else {
            return;
        };
        let overwritten = Pair::found(&grip, target);
        let result = grip.rename(source, found, target, overwritten);
        drop(grip);
        self.settle(result, |model| {
            let value = model.remove(name).expect("it was there");
            model.insert(other.clone(), value);
        });
        self.compare(&other);
    }

    fn copy(&mut self, name: &Name) {
        let other = self.name();
        let (source, target) = (self.target(name), self.target(&other));
        if name == &other {
            return;
        }
        let mut grip = self.grip();
        let Some(found) = Pair::found(&grip, source) else {
            return;
        };
        let overwritten = Pair::found(&grip, target);
        let result = grip.copy(found, target, overwritten);
        drop(grip);
        self.settle(result, |model| {
            let value = model[name].clone();
            model.insert(other.clone(), value);
        });
        self.compare(&other);
    }

    fn change_database(&mut self, name: &Name) {
        let other = ((name.0 + 1) % DATABASES, name.1.clone());
        let source = self.target(name);
        let mut grip = self.grip();
        let taken = grip.find(other.0, source.hash, source.key).is_some();
        let Some(found) = Pair::found(&grip, source).filter(|_| !taken) else {
            return;
        };
        let result = grip.change_database(source, found, other.0);
        drop(grip);
        self.settle(result, |model| {
            let value = model.remove(name).expect("it was there");
            model.insert(other.clone(), value);
        });
        self.compare(&other);
    }

    fn set_deadline(&mut self, name: &Name) {
        let target = self.target(name);
        let deadline = (self.random.below(3) > 0).then(|| self.deadline());
        let mut grip = self.grip();
        let Some(found) = Pair::found(&grip, target) else {
            return;
        };
        let result = grip.set_deadline(target, found, deadline);
        drop(grip);
        self.settle(result, |model| {
            model.get_mut(name).expect("it was there").deadline = deadline;
        });
    }

    /// Expires one shard of one database. Each key handed over must have been due.
    fn expire(&mut self) {
        let db = self.random.below(DATABASES.into()) as u32;
        let shard = self.random.below(SHARD_COUNT as u64) as usize;
        let mut position = Position::default();
        loop {
            let (model, place) = (&mut self.model, (db, shard));
            let step = self
                .keyspace
                .expire_step(self.lane, place, position, 3, NOW_MS, |entry| {
                    let value = model.remove(&(db, entry.key().to_vec()));
                    let deadline = value.expect("it was there").deadline;
                    assert!(deadline.is_some_and(|at| at <= NOW_MS));
                });
            match step.next {
                Some(next) => position = next,
                None => return,
            }
        }
    }

    fn migrate(&mut self, name: &Name) {
        let target = self.target(name);
        let node = self.random.below(self.nodes.into()) as u32;
        let pool = &self.keyspace.pool;
        let mut grip = self.grip();
        let Some(found) = Pair::found(&grip, target) else {
            return;
        };
        let usage = found.entry.usage_word();
        let was_there = migrate::is_on(pool, found.entry, node);
        let moved = migrate::relocate(&mut grip, target.db, target.hash, found, node);
        let entry = Pair::found(&grip, target).expect("it stays").entry;
        assert_eq!(entry.usage_word(), usage);
        let failed = moved == Moved::Failed;
        assert_eq!(moved == Moved::Skipped, was_there);
        assert_eq!(migrate::is_on(pool, entry, node), !failed);
        assert!(!failed || self.is_short);
        drop(grip);
        self.failures += u64::from(failed);
    }

    /// Compares everything, by SCAN and by counts, and re-derives every invariant.
    fn check(&mut self) {
        let grip = self.grip();
        grip.is_valid().expect("a valid keyspace");
        drop(grip);
        self.keyspace.pool.is_valid().expect("a valid pool");
        for db in 0..DATABASES {
            let (mut cursor, mut seen) = (0, BTreeSet::new());
            loop {
                let count = 1 + self.random.below(500);
                cursor = self.keyspace.scan(self.lane, db, cursor, count, |entry| {
                    assert_eq!(self.model[&(db, entry.key().to_vec())], Value::of(entry));
                    seen.insert(entry.key().to_vec());
                });
                assert!(cursor < 1 << 53);
                if cursor == 0 {
                    break;
                }
            }
            let here = self.model.iter().filter(|((of, _), _)| *of == db);
            let deadlines = here.clone().filter(|(_, value)| value.deadline.is_some());
            let counts = (here.clone().count() as u64, deadlines.count() as u64);
            assert_eq!(
                (seen.len() as u64, self.keyspace.count(db)),
                (counts.0, counts)
            );
        }
    }

    /// Deletes what is left, key by key or table by table, and answers the bytes still used.
    fn clear(&mut self) -> u64 {
        let names: Vec<Name> = self.model.keys().cloned().collect();
        for name in &names[names.len() / 2..] {
            self.delete(name);
        }
        self.check();
        let mut grip = self.grip();
        for db in 0..DATABASES {
            for mut table in grip.take_database(db) {
                let mut cursor = 0;
                while free_step(&self.keyspace.pool, &mut table, &mut cursor) {}
            }
        }
        drop(grip);
        self.model.clear();
        self.check();
        self.keyspace.pool.used_bytes()
    }

    fn run(&mut self, steps: usize) {
        let before = self.keyspace.pool.used_bytes();
        for step in 1..=steps {
            self.step();
            if step % (steps / 8) == 0 {
                self.check();
            }
        }
        assert_eq!(self.clear(), before);
    }
}

#[test]
fn random_operations_agree_with_a_map_on_two_nodes() {
    for seed in [1, 2, 3] {
        Pair::new("fake:2", seed).run(20_000);
    }
}

#[test]
fn random_operations_agree_with_a_map_beside_a_memory_only_node() {
    for seed in [4, 5] {
        Pair::new("fake:2+1", seed).run(20_000);
    }
}

#[test]
fn operations_without_memory_happen_whole_or_not_at_all() {
    let mut failures = 0;
    for seed in [6, 7, 8] {
        let mut pair = Pair::with_room("fake:2+1", seed, Some(4 << 20));
        pair.run(20_000);
        failures += pair.failures;
    }
    assert!(failures > 100, "only {failures} operations failed");
}

#[test]
fn swapped_databases_keep_their_keys_and_counts() {
    let mut pair = Pair::new("fake:2", 9);
    (0..3_000).for_each(|_| pair.step());
    pair.grip().swap_databases(0, 2);
    let swapped = pair
        .model
        .drain()
        .map(|((db, key), value)| ((2 - db, key), value));
    pair.model = swapped.collect();
    pair.check();
    assert_eq!(pair.clear(), 0);
}

#[test]
fn a_copy_over_a_hot_key_starts_cold() {
    let mut pair = Pair::new("fake:2", 10);
    let names = [(0, b"source".to_vec()), (0, b"target".to_vec())];
    names.iter().for_each(|name| pair.set(name));
    let (source, target) = (pair.target(&names[0]), pair.target(&names[1]));
    let mut grip = pair.grip();
    let hot = Pair::found(&grip, target).expect("just set").entry;
    hot.set_usage_word(u64::MAX);
    let found = Pair::found(&grip, source).expect("just set");
    let overwritten = Pair::found(&grip, target);
    grip.copy(found, target, overwritten).expect("room");
    let copy = Pair::found(&grip, target).expect("just copied").entry;
    assert_eq!(copy.usage(7, 10, 1).level, 0);
    assert_eq!(pair.keyspace.pool.node_of(copy.address()), target.node);
}
