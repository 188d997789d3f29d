//! Hashes and sets beside models of the standard library: random operations by seed, random small steps of a move between
//! them, and nothing left behind at the end.
//!
//! When the pool refuses memory an operation may fail, and then it must have changed nothing.

use super::Hasher;
use super::{cursor_of, position_of, varint};
use crate::object::entry::{Body, Entry, EntryDraft};
use crate::object::hash::{Hash, HashMut, Limits};
use crate::object::set::{Set, SetMut};
use crate::object::string::StringValue;
use crate::object::value;
use crate::pool::prefix::{Encoding, ObjectType, Use};
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, PoolOptions, WindowSpec};
use crate::table::{DEPTH_MAX, Position};
use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};
use std::collections::{BTreeMap, BTreeSet};

const LIMITS: Limits = Limits {
    entries: 20,
    value_bytes: 40,
};
const INTSET_LIMIT: u64 = 20;

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

    /// One of about `universe` names, some of which print as integers of every width.
    fn name(&mut self, universe: u64) -> Vec<u8> {
        let number = self.below(universe);
        match number % 5 {
            0 => (number as i64 - 50).to_string().into(),
            1 => (number as i64)
                .wrapping_mul(0x1234_5678_9abc)
                .to_string()
                .into(),
            2 => format!("{number:0200}").into(),
            _ => format!("name:{number}").into(),
        }
    }

    fn value(&mut self) -> Vec<u8> {
        let len = match self.below(20) {
            0 => 20_000 + self.below(30_000),
            1 => self.below(600),
            2 => 120 + self.below(20),
            _ => self.below(40),
        };
        let byte = b'a' + self.below(20) as u8;
        if self.below(4) == 0 {
            self.next().to_string().into()
        } else {
            vec![byte; len as usize]
        }
    }
}

fn text(value: StringValue<'_>) -> Vec<u8> {
    value.with_bytes(<[u8]>::to_vec)
}

fn pool(capacity_bytes: Option<u64>) -> Pool {
    let mut options = PoolOptions::plain(2);
    for window in &mut options.windows {
        *window = WindowSpec {
            capacity_bytes,
            ..WindowSpec::default()
        };
    }
    Pool::open(&options).expect("a pool")
}

/// One entry whose value is tried, and a move of it that is under way.
struct Trial<'p> {
    pool: &'p Pool,
    entry: Entry,
    random: Random,
    /// Where pieces go: the target of the move first.
    order: [u32; 2],
    cursor: u64,
    failures: u64,
}

impl<'p> Trial<'p> {
    fn new(
        pool: &'p Pool,
        seed: u64,
        kind: ObjectType,
        create: impl FnOnce(Space<'_>) -> (Encoding, u64),
    ) -> Self {
        let order = [0, 1];
        let (encoding, word) = create(Space::new(pool, &order));
        let draft = EntryDraft {
            key: b"key",
            deadline: None,
            kind,
            encoding,
            body: Body::Word(word),
            usage: Use::fresh(0, 0),
        };
        let entry = draft.build(pool, 0).expect("room for an entry");
        let random = Random(seed);
        Trial {
            pool,
            entry,
            random,
            order,
            cursor: 0,
            failures: 0,
        }
    }

    fn store(&self, encoding: Encoding, word: u64) {
        // SAFETY: the entry has a word, and the test is alone with it.
        unsafe {
            self.entry.set_word(word);
            self.entry.set_encoding(encoding);
        }
    }

    /// A random small step of the move; when it has ended, the next goes the other way.
    fn relocate(&mut self, hash: impl Hasher) {
        let (space, budget) = (
            Space::new(self.pool, &self.order),
            1 + self.random.below(300) as usize,
        );
        // SAFETY: the test is alone with the entry.
        match unsafe { value::relocate_step(self.entry, space, &mut self.cursor, budget, hash) } {
            Ok(true) => {}
            Ok(false) => {
                self.cursor = 0;
                if self.random.below(4) == 0 {
                    self.order.reverse();
                }
            }
            Err(Full) => self.failures += 1,
        }
    }

    /// Ends the move: every piece is on the target afterwards.
    fn arrive(&mut self, hash: impl Hasher) {
        self.cursor = 0;
        let space = Space::new(self.pool, &self.order);
        // SAFETY: the test is alone with the entry.
        while unsafe { value::relocate_step(self.entry, space, &mut self.cursor, 1000, hash) }
            .expect("room")
        {}
        assert!(value::is_on(self.entry, self.pool, self.order[0]));
    }

    /// Frees everything in small steps; the pool holds nothing afterwards.
    fn end(self) {
        let mut cursor = 0;
        // SAFETY: nobody reaches the entry any more.
        unsafe {
            while value::free_step(self.entry, self.pool, &mut cursor, 7) {}
            self.entry.free_shell(self.pool);
        }
        assert_eq!(self.pool.used_bytes(), 0);
        self.pool.is_valid().expect("a valid pool");
    }

    /// The value is valid, every allocation is visited, and nothing is in use besides.
    fn check(&self, hash: impl Hasher) {
        let valid = value::is_valid(self.entry, self.pool, hash);
        // These values may be empty; a key's may not.
        let only_empty = |why: &String| why.ends_with(": no elements");
        assert!(
            valid.as_ref().map_or_else(only_empty, |()| true),
            "{valid:?}"
        );
        let mut bytes = self.pool.size_of(self.entry.address());
        value::visit(self.entry, self.pool, &mut |address, asked| {
            let size = self.pool.size_of(address);
            assert!(asked <= size && asked + asked / 2 + 16 > size);
            bytes += size;
        });
        assert_eq!(bytes as u64, self.pool.used_bytes());
    }
}

type Fields = BTreeMap<Vec<u8>, Vec<u8>>;

fn read_hash(hash: Hash, pool: &Pool) -> Fields {
    let fields: Fields = hash
        .iter(pool)
        .map(|(field, value)| (text(field), text(value)))
        .collect();
    assert_eq!(fields.len(), hash.len());
    fields
}

/// One random change of a hash and of its model.
fn change_hash(trial: &mut Trial<'_>, model: &mut Fields, universe: u64, hash_of: impl Hasher) {
    let (pool, order) = (trial.pool, trial.order);
    let space = Space::new(pool, &order);
    // SAFETY: the test is alone with the entry, which keeps the hash afterwards.
    let mut hash = unsafe { HashMut::new(Hash::of(trial.entry), space, LIMITS, hash_of) };
    let random = &mut trial.random;
    let name = random.name(universe);
    match random.below(8) {
        0..=2 => {
            let value = random.value();
            match hash.set(&name, &value) {
                Ok(is_new) => assert_eq!(is_new, model.insert(name, value).is_none()),
                Err(Full) => trial.failures += 1,
            }
        }
        3 => {
            let pairs: Vec<_> = (0..1 + random.below(12))
                .map(|_| (random.name(universe), random.value()))
                .collect();
            let all = pairs.iter().map(|(field, value)| (&field[..], &value[..]));
            match hash.set_all(all) {
                Ok(added) => {
                    let before = model.len();
                    model.extend(pairs);
                    assert_eq!(added, model.len() - before);
                }
                Err(Full) => trial.failures += 1,
            }
        }
        4 => {
            let value = hash.value().get(pool, &name, hash_of).map(text);
            assert_eq!(value.as_ref(), model.get(&name));
        }
        _ => {
            let removed = hash.remove(&name);
            assert_eq!(removed, model.remove(&name).is_some());
        }
    }
    let hash = hash.value();
    trial.store(hash.encoding, hash.word);
}

fn check_hash(trial: &mut Trial<'_>, model: &Fields, hash_of: impl Hasher) {
    let (pool, hash) = (trial.pool, Hash::of(trial.entry));
    assert_eq!(&read_hash(hash, pool), model);
    trial.check(hash_of);
    let wanted = trial.random.below(30) as usize;
    let mut chosen = BTreeSet::new();
    hash.choose(
        pool,
        wanted,
        || trial.random.next(),
        |(field, value)| {
            assert_eq!(model.get(&text(field)), Some(&text(value)));
            assert!(chosen.insert(text(field)));
        },
    );
    assert_eq!(chosen.len(), wanted.min(model.len()));
    let picked = hash.pick(pool, || trial.random.next());
    assert_eq!(picked.is_some(), !model.is_empty());
    if let Ok(copy) = hash.duplicate(Space::new(pool, &[1, 0])) {
        assert_eq!(&read_hash(copy, pool), model);
        for (field, value) in model {
            assert_eq!(
                copy.get(pool, field, hash_of).map(text).as_ref(),
                Some(value)
            );
        }
        // SAFETY: nobody else has seen the copy.
        unsafe { copy.free(pool) };
    }
    trial.check(hash_of);
}

fn try_hash(seed: u64, universe: u64, steps: u32, room: Option<u64>) -> u64 {
    let pool = pool(room);
    let secrets = RapidSecrets::seed(seed);
    let hash_of = |bytes: &[u8]| rapidhash_v3_seeded(bytes, &secrets);
    let mut trial = Trial::new(&pool, seed, ObjectType::Hash, |space| {
        let hash = Hash::create(space).expect("room");
        (hash.encoding, hash.word)
    });
    let mut model = Fields::new();
    for step in 0..steps {
        change_hash(&mut trial, &mut model, universe, hash_of);
        if step % 3 == 0 {
            trial.relocate(hash_of);
        }
        if step % 97 == 0 {
            check_hash(&mut trial, &model, hash_of);
        }
    }
    check_hash(&mut trial, &model, hash_of);
    if room.is_none() {
        trial.arrive(hash_of);
        check_hash(&mut trial, &model, hash_of);
    }
    let failures = trial.failures;
    trial.end();
    failures
}

#[test]
fn hashes_agree_with_a_map_while_they_move() {
    for (seed, universe) in [(1, 15), (2, 60), (3, 400), (4, 400), (5, 5000)] {
        assert_eq!(try_hash(seed, universe, 4000, None), 0);
    }
}

#[test]
fn hashes_that_find_no_room_are_as_they_were() {
    let failures: u64 = (1..6)
        .map(|seed| try_hash(seed, 300, 2000, Some(256 << 10)))
        .sum();
    assert!(failures > 100, "{failures} failures");
}

type Members = BTreeSet<Vec<u8>>;

fn read_set(set: Set, pool: &Pool) -> Members {
    let members: Members = set
        .iter(pool)
        .map(|member| {
            let text = text(member);
            assert_eq!(
                StringValue::parse(&text),
                member,
                "as any other would read it"
            );
            text
        })
        .collect();
    assert_eq!(members.len(), set.len());
    members
}

/// One random change of a set and of its model.
fn change_set(
    trial: &mut Trial<'_>,
    model: &mut Members,
    names: &impl Fn(&mut Random) -> Vec<u8>,
    hash_of: impl Hasher,
) {
    let (pool, order) = (trial.pool, trial.order);
    let space = Space::new(pool, &order);
    // SAFETY: the test is alone with the entry, which keeps the set afterwards.
    let mut set = unsafe { SetMut::new(Set::of(trial.entry), space, INTSET_LIMIT, hash_of) };
    let random = &mut trial.random;
    let name = names(random);
    let member = StringValue::parse(&name);
    match random.below(16) {
        0..=5 => match set.add(member) {
            Ok(is_new) => assert_eq!(is_new, model.insert(name)),
            Err(Full) => trial.failures += 1,
        },
        6 | 7 => {
            let all: Vec<_> = (0..1 + random.below(12)).map(|_| names(random)).collect();
            let added = set.add_all(all.iter().map(Vec::as_slice));
            match added {
                Ok(added) => {
                    let before = model.len();
                    model.extend(all);
                    assert_eq!(added, model.len() - before);
                }
                Err(Full) => trial.failures += 1,
            }
        }
        8 => assert_eq!(
            set.value().contains(pool, member, hash_of),
            model.contains(&name)
        ),
        9 => {
            let count = random.below(8) as usize;
            let expected = model.len() - count.min(model.len());
            let visit = |member: StringValue<'_>| assert!(model.remove(&text(member)));
            set.take(count, || random.next(), visit);
            assert_eq!(model.len(), expected);
        }
        _ => assert_eq!(set.remove(member), model.remove(&name)),
    }
    let set = set.value();
    trial.store(set.encoding, set.word);
}

fn check_set(trial: &mut Trial<'_>, model: &Members, hash_of: impl Hasher) {
    let (pool, set) = (trial.pool, Set::of(trial.entry));
    assert_eq!(&read_set(set, pool), model);
    let mut scanned = Members::new();
    let mut cursor = 0;
    loop {
        cursor = set.scan(pool, cursor, 3, |member| {
            scanned.insert(text(member));
        });
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(&scanned, model);
    if let Ok(copy) = set.duplicate(Space::new(pool, &[1, 0])) {
        assert_eq!(&read_set(copy, pool), model);
        let all = model.iter().map(|name| StringValue::parse(name));
        assert!(all.into_iter().all(|it| copy.contains(pool, it, hash_of)));
        // SAFETY: nobody else has seen the copy.
        unsafe { copy.free(pool) };
    }
    trial.check(hash_of);
}

fn try_set(
    seed: u64,
    steps: u32,
    room: Option<u64>,
    names: impl Fn(&mut Random) -> Vec<u8>,
) -> u64 {
    let pool = pool(room);
    let secrets = RapidSecrets::seed(seed);
    let hash_of = |bytes: &[u8]| rapidhash_v3_seeded(bytes, &secrets);
    let mut trial = Trial::new(&pool, seed, ObjectType::Set, |space| {
        let set = Set::create(space).expect("room");
        (set.encoding, set.word)
    });
    let mut model = Members::new();
    for step in 0..steps {
        change_set(&mut trial, &mut model, &names, hash_of);
        if step % 3 == 0 {
            trial.relocate(hash_of);
        }
        if step % 97 == 0 {
            check_set(&mut trial, &model, hash_of);
        }
    }
    if room.is_none() {
        trial.arrive(hash_of);
    }
    check_set(&mut trial, &model, hash_of);
    let failures = trial.failures;
    trial.end();
    failures
}

#[test]
fn sets_agree_with_a_set_while_they_move() {
    for (seed, universe) in [(1, 15), (2, 60), (3, 400), (4, 5000)] {
        let names = |random: &mut Random| random.name(universe);
        assert_eq!(try_set(seed, 4000, None, names), 0);
    }
}

#[test]
fn sets_of_integers_agree_with_a_set_while_they_move() {
    for (seed, universe) in [(1, 18), (2, 100), (3, 3000)] {
        // Around the ends of what a slot holds, among others.
        let names = |random: &mut Random| {
            let base =
                [0, 1 << 40, -(1 << 40), i64::MAX - 5000, i64::MIN][random.below(5) as usize];
            (base + random.below(universe) as i64 - if base == i64::MIN { 0 } else { 9 })
                .to_string()
                .into()
        };
        assert_eq!(try_set(seed, 4000, None, names), 0);
    }
}

#[test]
fn sets_that_find_no_room_are_as_they_were() {
    let names = |random: &mut Random| {
        let number = random.below(3000);
        format!("{number:0150}").into()
    };
    let failures: u64 = (1..6)
        .map(|seed| try_set(seed, 4000, Some(96 << 10), names))
        .sum();
    assert!(failures > 100, "{failures} failures");
}

#[test]
fn a_value_that_asks_for_the_same_cell_is_written_where_the_old_one_lies() {
    let pool = pool(None);
    let secrets = RapidSecrets::seed(1);
    let hash_of = |bytes: &[u8]| rapidhash_v3_seeded(bytes, &secrets);
    let space = Space::new(&pool, &[0]);
    let limits = Limits {
        entries: 0,
        value_bytes: 0,
    };
    let mut hash = HashMut::create(space, limits, hash_of).expect("room");
    // The lengths before the value may take another byte.
    let place = |hash: Hash| {
        let value = hash.get(&pool, b"field", hash_of);
        value.map_or(0, |value| value.with_bytes(<[u8]>::as_ptr) as usize)
    };
    for (len, stays) in [(127, false), (128, true), (126, true), (200, false)] {
        let before = place(hash.value());
        let value = vec![b'v'; len];
        hash.set(b"field", &value).expect("room");
        let read = hash.value().get(&pool, b"field", hash_of).map(text);
        assert_eq!(read, Some(value));
        let moved = place(hash.value()).abs_diff(before);
        assert_eq!(moved < 8, stays, "{len} bytes");
    }
    drop(hash);
    assert_eq!(pool.used_bytes(), 0);
}

#[test]
fn lengths_are_read_as_written() {
    for value in [
        0,
        1,
        127,
        128,
        300,
        16383,
        16384,
        1 << 20,
        u32::MAX as usize,
    ] {
        let mut bytes = [0u8; 8];
        // SAFETY: eight bytes are enough for 32 bits at seven a byte.
        unsafe {
            let start = bytes.as_mut_ptr();
            let end = varint::write(start, value);
            assert_eq!(end.offset_from(start) as usize, varint::bytes(value));
            let (read, behind) = varint::read(start);
            assert_eq!((read, behind), (value, end.cast_const()));
        }
    }
}

#[test]
fn cursors_are_positions_and_stay_below_2_to_the_53() {
    let position = Position {
        prefix: (1 << DEPTH_MAX) - 1,
        depth: DEPTH_MAX,
        tag: u16::MAX,
    };
    assert_eq!(position_of(cursor_of(position)), position);
    assert!(cursor_of(position) < 1 << 53);
    assert_eq!(position_of(0), Position::default());
}
