//! Values of every type as plain collections: random requests to one key, each with the reply it must have.
//!
//! It knows commands and replies as words. Invariant: after a request the model is what the key must be.

#![allow(
    unreachable_pub,
    reason = "a module of a test has no other crate to be public to"
)]

use crate::client::random::Random;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Elements past which a large value is begun anew.
const ELEMENTS_MAX: usize = 12_000;
/// Bytes past which a long string is begun anew: it is moved between holds from 256 KB on.
const TEXT_MAX: usize = 1_500_000;

/// What a request must be answered.
pub enum Wanted {
    /// These bytes.
    Bytes(Vec<u8>),
    /// An array of these bulks in any order; they are sorted.
    Sorted(Vec<Vec<u8>>),
}

/// A request and its reply.
pub type Step = (Vec<Vec<u8>>, Wanted);

type Bytes = Vec<u8>;

/// What a key holds.
#[derive(Clone)]
pub enum Value {
    /// A string.
    Text(Bytes),
    /// A list.
    List(VecDeque<Bytes>),
    /// A hash.
    Hash(BTreeMap<Bytes, Bytes>),
    /// A set.
    Set(BTreeSet<Bytes>),
    /// A sorted set whose scores are whole numbers.
    Zset(BTreeMap<Bytes, i64>),
}

/// An integer's reply.
pub fn int(number: usize) -> Wanted {
    Wanted::Bytes(format!(":{number}\r\n").into_bytes())
}

fn bulk(bytes: Option<&[u8]>) -> Wanted {
    let mut reply = Vec::new();
    put(&mut reply, bytes);
    Wanted::Bytes(reply)
}

fn put(reply: &mut Bytes, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else {
        return reply.extend_from_slice(b"$-1\r\n");
    };
    reply.extend_from_slice(format!("${}\r\n", bytes.len()).as_bytes());
    reply.extend_from_slice(bytes);
    reply.extend_from_slice(b"\r\n");
}

fn array<'b>(items: impl ExactSizeIterator<Item = &'b [u8]>) -> Wanted {
    let mut reply = format!("*{}\r\n", items.len()).into_bytes();
    items.for_each(|item| put(&mut reply, Some(item)));
    Wanted::Bytes(reply)
}

fn ok() -> Wanted {
    Wanted::Bytes(b"+OK\r\n".to_vec())
}

/// A request of words.
pub fn words(words: &[&[u8]]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.to_vec()).collect()
}

fn text(number: u64) -> Bytes {
    number.to_string().into_bytes()
}

impl Value {
    /// An empty value of the type that keys of this number have, of five.
    pub fn of_kind(kind: u64) -> Value {
        match kind {
            0 => Value::Text(Bytes::new()),
            1 => Value::List(VecDeque::new()),
            2 => Value::Hash(BTreeMap::new()),
            3 => Value::Set(BTreeSet::new()),
            _ => Value::Zset(BTreeMap::new()),
        }
    }

    /// Whether there is no such key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        match self {
            Value::Text(bytes) => bytes.len(),
            Value::List(items) => items.len(),
            Value::Hash(fields) => fields.len(),
            Value::Set(members) => members.len(),
            Value::Zset(members) => members.len(),
        }
    }

    /// Whether it has grown so far that it is to be deleted.
    pub fn is_too_long(&self) -> bool {
        match self {
            Value::Text(bytes) => bytes.len() > TEXT_MAX,
            _ => self.len() > ELEMENTS_MAX,
        }
    }

    /// A request that reads all of it.
    pub fn read(&self, key: &[u8]) -> Step {
        match self {
            Value::Text(bytes) => {
                let there = (!bytes.is_empty()).then_some(&bytes[..]);
                (words(&[b"GET", key]), bulk(there))
            }
            Value::List(items) => {
                let reply = array(items.iter().map(Vec::as_slice));
                (words(&[b"LRANGE", key, b"0", b"-1"]), reply)
            }
            Value::Hash(fields) => {
                let pairs = fields.iter().flat_map(|(field, value)| [field, value]);
                let mut all: Vec<Bytes> = pairs.cloned().collect();
                all.sort_unstable();
                (words(&[b"HGETALL", key]), Wanted::Sorted(all))
            }
            Value::Set(members) => {
                let all = members.iter().cloned().collect();
                (words(&[b"SMEMBERS", key]), Wanted::Sorted(all))
            }
            Value::Zset(members) => {
                let mut all: Vec<(i64, &Bytes)> = members.iter().map(|(m, s)| (*s, m)).collect();
                all.sort_unstable();
                let pairs = all.iter().flat_map(|(score, member)| {
                    [(*member).clone(), score.to_string().into_bytes()]
                });
                let flat: Vec<Bytes> = pairs.collect();
                let request = words(&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]);
                (request, array(flat.iter().map(Vec::as_slice)))
            }
        }
    }

    /// A random request that changes or reads a part of it; `many` elements at most.
    pub fn step(&mut self, key: &[u8], random: &mut Random, many: u64) -> Step {
        match self {
            Value::Text(bytes) => text_step(bytes, key, random, many),
            Value::List(items) => list_step(items, key, random, many),
            Value::Hash(fields) => hash_step(fields, key, random, many),
            Value::Set(members) => set_step(members, key, random, many),
            Value::Zset(members) => zset_step(members, key, random, many),
        }
    }
}

fn text_step(value: &mut Bytes, key: &[u8], random: &mut Random, many: u64) -> Step {
    let letter = b'a' + random.below(26) as u8;
    let bits = random.below(if many > 100 { 18 } else { 10 });
    let more = vec![letter; 1 + random.below(2 << bits) as usize];
    match random.below(10) {
        0 => {
            value.clone_from(&more);
            (words(&[b"SET", key, &more]), ok())
        }
        1..=5 => {
            value.extend_from_slice(&more);
            (words(&[b"APPEND", key, &more]), int(value.len()))
        }
        6..=7 => {
            let at = random.below(value.len() as u64 + 20) as usize;
            value.resize(value.len().max(at + more.len()), 0);
            value[at..at + more.len()].copy_from_slice(&more);
            let request = words(&[b"SETRANGE", key, &text(at as u64), &more]);
            (request, int(value.len()))
        }
        _ => {
            let at = random.below(value.len() as u64 + 1) as usize;
            let end = value.len().min(at + 1000);
            let request = words(&[b"GETRANGE", key, &text(at as u64), &text(at as u64 + 999)]);
            (request, bulk(Some(&value[at..end])))
        }
    }
}

fn list_step(items: &mut VecDeque<Bytes>, key: &[u8], random: &mut Random, many: u64) -> Step {
    let at = random.below(items.len().max(1) as u64) as usize;
    match random.below(10) {
        way @ 0..=3 => {
            let mut request = words(&[[b"LPUSH", b"RPUSH"][way as usize % 2], key]);
            for _ in 0..1 + random.below(many) {
                let item = vec![b'l'; 1 + random.below(60) as usize];
                request.push(item.clone());
                match way % 2 {
                    0 => items.push_front(item),
                    _ => items.push_back(item),
                }
            }
            (request, int(items.len()))
        }
        4 => {
            let gone = items.pop_front();
            (words(&[b"LPOP", key]), bulk(gone.as_deref()))
        }
        5 => {
            let gone = items.pop_back();
            (words(&[b"RPOP", key]), bulk(gone.as_deref()))
        }
        6..=7 if !items.is_empty() => {
            let item = vec![b's'; 1 + random.below(90) as usize];
            items[at].clone_from(&item);
            (words(&[b"LSET", key, &text(at as u64), &item]), ok())
        }
        _ => {
            let item = items.get(at).map(Vec::as_slice);
            (words(&[b"LINDEX", key, &text(at as u64)]), bulk(item))
        }
    }
}

/// A name that may be there: of about twice as many as there are at most.
fn name(random: &mut Random, prefix: &str) -> Bytes {
    format!("{prefix}{}", random.below(2 * ELEMENTS_MAX as u64)).into_bytes()
}

fn some(there: Option<&Bytes>, random: &mut Random, prefix: &str) -> Bytes {
    match there {
        Some(name) if random.below(3) > 0 => name.clone(),
        _ => name(random, prefix),
    }
}

fn hash_step(
    fields: &mut BTreeMap<Bytes, Bytes>,
    key: &[u8],
    random: &mut Random,
    many: u64,
) -> Step {
    let start = name(random, "f");
    let there = fields.range(start..).next().map(|(field, _)| field);
    let field = some(there, random, "f");
    match random.below(10) {
        0..=5 => {
            let (mut request, before) = (words(&[b"HSET", key]), fields.len());
            for _ in 0..1 + random.below(many) {
                let (field, value) = (name(random, "f"), vec![b'h'; random.below(70) as usize]);
                request.extend([field.clone(), value.clone()]);
                fields.insert(field, value);
            }
            (request, int(fields.len() - before))
        }
        6..=7 => {
            let gone = fields.remove(&field).is_some();
            (words(&[b"HDEL", key, &field]), int(gone.into()))
        }
        _ => {
            let value = fields.get(&field).map(Vec::as_slice);
            (words(&[b"HGET", key, &field]), bulk(value))
        }
    }
}

fn set_step(members: &mut BTreeSet<Bytes>, key: &[u8], random: &mut Random, many: u64) -> Step {
    // Sets of whole numbers only are stored otherwise.
    let prefix = if key.ends_with(b"1") { "" } else { "m" };
    let start = name(random, prefix);
    let member = some(members.range(start..).next(), random, prefix);
    match random.below(10) {
        0..=5 => {
            let (mut request, before) = (words(&[b"SADD", key]), members.len());
            for _ in 0..1 + random.below(many) {
                let member = name(random, prefix);
                request.push(member.clone());
                members.insert(member);
            }
            (request, int(members.len() - before))
        }
        6..=7 => {
            let gone = members.remove(&member);
            (words(&[b"SREM", key, &member]), int(gone.into()))
        }
        _ => {
            let there = members.contains(&member);
            (words(&[b"SISMEMBER", key, &member]), int(there.into()))
        }
    }
}

fn zset_step(
    members: &mut BTreeMap<Bytes, i64>,
    key: &[u8],
    random: &mut Random,
    many: u64,
) -> Step {
    let start = name(random, "z");
    let there = members.range(start..).next().map(|(member, _)| member);
    let member = some(there, random, "z");
    match random.below(10) {
        0..=4 => {
            let (mut request, before) = (words(&[b"ZADD", key]), members.len());
            for _ in 0..1 + random.below(many) {
                let (member, score) = (name(random, "z"), random.below(500) as i64 - 250);
                request.extend([score.to_string().into_bytes(), member.clone()]);
                members.insert(member, score);
            }
            (request, int(members.len() - before))
        }
        5 => {
            let score = members.entry(member.clone()).or_default();
            *score += 7;
            let reply = score.to_string().into_bytes();
            (words(&[b"ZINCRBY", key, b"7", &member]), bulk(Some(&reply)))
        }
        6..=7 => {
            let gone = members.remove(&member).is_some();
            (words(&[b"ZREM", key, &member]), int(gone.into()))
        }
        _ => {
            let score = members
                .get(&member)
                .map(|score| score.to_string().into_bytes());
            (words(&[b"ZSCORE", key, &member]), bulk(score.as_deref()))
        }
    }
}
