//! What data costs outside the pool, and what a SCAN costs at all: counted by an allocator that counts.
//!
//! It knows the store from outside and the keyspace's dimensions. Invariant: one test at a time uses the counters.

use client::{Client, encode};
use numakv_core::open;
use numakv_core::store::Store;
use numakv_core::table::segment::{LINE_SLOTS, LINES_MAX, REACH};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod client;

/// The system's allocator, counted.
struct Counting;

/// Bytes of the heap in use.
static HEAP_BYTES: AtomicI64 = AtomicI64::new(0);

thread_local! {
    /// Allocations of this thread.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work; counting touches no memory that it gives out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP_BYTES.fetch_add(layout.size() as i64, Relaxed);
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: by this function's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HEAP_BYTES.fetch_sub(layout.size() as i64, Relaxed);
        // SAFETY: by this function's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Keeps tests that count from each other.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Allocations that `body` makes on this thread.
fn allocations_in(body: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    body();
    ALLOCATIONS.with(Cell::get) - before
}

/// Keys a pipeline carries.
const PIPELINE: u64 = 100;

/// Sets keys `key:first` to `key:end` with values of 64 bytes.
fn fill(client: &mut Client, first: u64, end: u64) {
    let mut bytes = Vec::new();
    for start in (first..end).step_by(PIPELINE as usize) {
        bytes.clear();
        for index in start..end.min(start + PIPELINE) {
            encode(
                &mut bytes,
                &[b"SET", format!("key:{index:012}").as_bytes(), &[b'v'; 64]],
            );
        }
        client.exchange(&bytes, |reply| assert!(!reply.contains(&b'-')));
    }
}

/// Adds elements `first` to `end` to the collection at `key`: `request` writes the words that add one of them.
fn fill_collection(
    client: &mut Client,
    first: u64,
    end: u64,
    request: impl Fn(u64) -> Vec<Vec<u8>>,
) {
    let mut bytes = Vec::new();
    for start in (first..end).step_by(PIPELINE as usize) {
        bytes.clear();
        for index in start..end.min(start + PIPELINE) {
            let words = request(index);
            encode(
                &mut bytes,
                &words.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            );
        }
        client.exchange(&bytes, |reply| assert!(!reply.contains(&b'-')));
    }
}

/// A store on two made-up nodes.
fn store() -> (open::OpenStore, Arc<Store>) {
    let home = open::store("topology fake:2\n").expect("a store");
    let store = home.store.clone();
    (home, store)
}

/// One SCAN: its keys are counted, its cursor is kept.
struct Scan {
    request: Vec<u8>,
    cursor: Vec<u8>,
    keys: usize,
}

impl Scan {
    fn new() -> Scan {
        Scan {
            request: Vec::with_capacity(256),
            cursor: b"0".to_vec(),
            keys: 0,
        }
    }

    /// Sends the next call and answers how many keys came.
    fn step(&mut self, client: &mut Client, count: u64) -> usize {
        let mut digits = [0u8; 20];
        let mut rest = &mut digits[..];
        write!(rest, "{count}").expect("room for a u64");
        let length = 20 - rest.len();
        self.request.clear();
        let words: [&[u8]; 4] = [b"SCAN", &self.cursor, b"COUNT", &digits[..length]];
        encode(&mut self.request, &words);
        let (cursor, keys) = (&mut self.cursor, &mut self.keys);
        cursor.clear();
        *keys = 0;
        let mut line = 0;
        client.exchange(&self.request, |part| {
            // Lines: *2, the cursor's length, the cursor, the number of keys, and two for each key.
            for &byte in part {
                if byte == b'\n' {
                    line += 1;
                } else if line == 2 && byte != b'\r' {
                    cursor.push(byte);
                } else if line > 3 && byte == b'$' {
                    *keys += 1;
                }
            }
        });
        self.keys
    }

    fn is_done(&self) -> bool {
        self.cursor == b"0"
    }
}

#[test]
fn bytes_outside_the_pool_grow_by_less_than_a_hundredth_of_the_data() {
    let _alone = alone();
    let (_home, store) = store();
    let mut client = Client::open(&store, 0);
    fill(&mut client, 0, 1);
    let used = |store: &Store| store.keyspace.pool.used_bytes() as i64;
    let (heap_before, pool_before) = (HEAP_BYTES.load(Relaxed), used(&store));
    fill(&mut client, 1, 100_000);
    let heap = HEAP_BYTES.load(Relaxed) - heap_before;
    let pool = used(&store) - pool_before;
    assert!(pool > 100_000 * 80, "the pool grew by {pool} bytes");
    assert!(heap * 100 < pool, "{heap} bytes of heap for {pool} of pool");
}

/// Bytes of pool per element of one large collection, as the slope between 150,000 and 600,000 elements; and that the heap
/// grows by less than a hundredth of it. A factor of four lets every segment pass through all its sizes.
fn bytes_per_element(request: impl Fn(u64) -> Vec<Vec<u8>>) -> f64 {
    const FEW: u64 = 150_000;
    const MANY: u64 = 600_000;
    let (_home, store) = store();
    let mut client = Client::open(&store, 0);
    fill_collection(&mut client, 0, FEW, &request);
    let used = |store: &Store| store.keyspace.pool.used_bytes() as i64;
    let (heap_before, pool_before) = (HEAP_BYTES.load(Relaxed), used(&store));
    fill_collection(&mut client, FEW, MANY, &request);
    let heap = HEAP_BYTES.load(Relaxed) - heap_before;
    let pool = used(&store) - pool_before;
    assert!(heap * 100 < pool, "{heap} bytes of heap for {pool} of pool");
    pool as f64 / (MANY - FEW) as f64
}

#[test]
fn elements_of_large_collections_are_small_and_cost_nothing_outside_the_pool() {
    let _alone = alone();
    let words = |words: &[&[u8]]| words.iter().map(|word| word.to_vec()).collect();
    let text = |index: u64, len: usize| format!("{index:0len$}").into_bytes();
    let field =
        bytes_per_element(|index| words(&[b"HSET", b"h", &text(index, 8), &text(index * 7, 16)]));
    let integer = bytes_per_element(|index| {
        words(&[
            b"SADD",
            b"s",
            (index * 1_000_003 % (1 << 39)).to_string().as_bytes(),
        ])
    });
    let member =
        bytes_per_element(|index| words(&[b"SADD", b"s", format!("m:{index:014}").as_bytes()]));
    let item = bytes_per_element(|index| words(&[b"RPUSH", b"l", &text(index, 32)]));
    let scored = bytes_per_element(|index| {
        let score = (index * 7919 % 1_000_003).to_string();
        words(&[b"ZADD", b"z", score.as_bytes(), &text(index, 16)])
    });
    eprintln!(
        "bytes: hash field {field:.1}, set integer {integer:.1}, set member {member:.1}, \
         list item {item:.1}, sorted set's member {scored:.1}"
    );
    assert!(
        field <= 48.0,
        "{field} bytes for a field of 8 bytes and its value of 16"
    );
    assert!(integer <= 24.0, "{integer} bytes for an integer of a set");
    assert!(member <= 40.0, "{member} bytes for a member of 16 bytes");
    assert!(item <= 36.0, "{item} bytes for an item of 32 bytes");
    assert!(
        scored <= 60.0,
        "{scored} bytes for a scored member of 16 bytes"
    );
}

/// A request that makes one key, in words; `{key}` is its name, `{n}` its number, `{x*len}` so many letters, `{n..count}` that
/// many numbers in a row, `{m..count}` as many members with scores.
struct Kind {
    request: &'static str,
    /// What OBJECT ENCODING says of it.
    encoding: &'static str,
    keys: u64,
}

/// A kind of 100,000 keys.
const fn kind(request: &'static str, encoding: &'static str) -> Kind {
    Kind {
        request,
        encoding,
        keys: 100_000,
    }
}

/// Keys of every type in every layout, of one piece and of many.
const KINDS: &[Kind] = &[
    kind("SET {key} {n}", "int"),
    kind("SET {key} {x*30}", "embstr"),
    kind("SET {key} {x*30} EX 100000", "embstr"),
    kind("SET {key} {x*900}", "raw"),
    kind("SETBIT {key} 1000 1", "raw"),
    kind("BITFIELD {key} SET u8 100 7", "raw"),
    kind("PFADD {key} a {n}", "raw"),
    // Many registers: dense, 12 KB each.
    Kind {
        request: "PFADD {key} {n..3000}",
        encoding: "raw",
        keys: 1_000,
    },
    kind("RPUSH {key} {n..6}", "quicklist"),
    kind("RPUSH {key} {x*400} {x*300} {n}", "quicklist"),
    // Many links.
    Kind {
        request: "RPUSH {key} {x*5000} {x*6000} {x*5000} {x*6000} {x*9000}",
        encoding: "quicklist",
        keys: 2_000,
    },
    kind("HSET {key} {n..6}", "listpack"),
    kind("HSET {key} a {n} b {x*70}", "hashtable"),
    Kind {
        request: "HSET {key} {n..1200}",
        encoding: "hashtable",
        keys: 1_000,
    },
    kind("SADD {key} {n..6}", "intset"),
    kind("SADD {key} a {n} {x*70}", "hashtable"),
    Kind {
        request: "SADD {key} {n..1200} a",
        encoding: "hashtable",
        keys: 1_000,
    },
    kind("ZADD {key} {m..3}", "listpack"),
    kind("ZADD {key} {m..3} 5 {x*70}", "skiplist"),
    Kind {
        request: "ZADD {key} {m..600}",
        encoding: "skiplist",
        keys: 1_000,
    },
    kind(
        "GEOADD {key} 13.361389 38.115556 a 15.087269 37.502669 b",
        "listpack",
    ),
];

/// The request for the key of that number.
fn request_of(kind: &Kind, number: u64) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    for word in kind.request.split(' ') {
        let inner = word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'));
        let count = |text: &str| text.parse::<u64>().expect("a number");
        match inner.map(|inner| (inner, inner.split_once(".."), inner.strip_prefix("x*"))) {
            None => words.push(word.into()),
            Some(("key", ..)) => words.push(format!("key:{number:08}").into()),
            Some(("n", ..)) => words.push(number.to_string().into()),
            Some((_, Some(("n", many)), _)) => {
                words.extend((0..count(many)).map(|step| (number + step * 7).to_string().into()));
            }
            Some((_, Some((_, many)), _)) => words.extend(
                (0..count(many))
                    .flat_map(|step| [step.to_string().into(), format!("m{step}").into()]),
            ),
            Some((_, _, Some(len))) => words.push(vec![b'x'; count(len) as usize]),
            Some((inner, ..)) => panic!("no word is {inner}"),
        }
    }
    words
}

#[test]
fn keys_of_every_kind_cost_less_than_a_hundredth_of_their_bytes_outside_the_pool() {
    let _alone = alone();
    for kind in KINDS {
        let (_home, store) = store();
        let mut client = Client::open(&store, 0);
        let request = |number| request_of(kind, number);
        // The first keys make what stays whatever comes: buffers, a thread's magazines.
        fill_collection(&mut client, 0, 100, request);
        let used = |store: &Store| store.keyspace.pool.used_bytes() as i64;
        let (heap_before, pool_before) = (HEAP_BYTES.load(Relaxed), used(&store));
        fill_collection(&mut client, 100, kind.keys, request);
        let heap = HEAP_BYTES.load(Relaxed) - heap_before;
        let pool = used(&store) - pool_before;
        let shown = kind.request;
        let encoding = client.say("OBJECT ENCODING key:00000099");
        assert!(encoding.contains(kind.encoding), "{shown}: {encoding}");
        let each = pool / (kind.keys - 100) as i64;
        assert!((32..100_000).contains(&each), "{shown}: {each} bytes a key");
        assert!(
            heap * 100 < pool,
            "{shown}: {heap} bytes of heap for {pool} of pool"
        );
    }
}

#[test]
fn scan_of_a_million_keys_allocates_nothing_and_visits_little() {
    let _alone = alone();
    let (_home, store) = store();
    let mut client = Client::open(&store, 0);
    fill(&mut client, 0, 1_000_000);
    let mut scan = Scan::new();
    for _ in 0..100 {
        scan.step(&mut client, 10);
    }
    let allocations = allocations_in(|| {
        for _ in 0..2_000 {
            let keys = scan.step(&mut client, 10);
            // The keys of one home line are answered together: a line of slots in each line it may reach.
            assert!(keys < 10 + LINE_SLOTS * REACH as usize, "{keys} keys");
        }
    });
    assert_eq!(allocations, 0);
    assert!(!scan.is_done());
}

#[test]
fn scan_of_a_table_that_has_emptied_reads_no_more_lines_than_it_may() {
    let _alone = alone();
    let (_home, store) = store();
    let mut client = Client::open(&store, 0);
    fill(&mut client, 0, 200_000);
    for index in 50..200_000u64 {
        client.ask(&[b"DEL", format!("key:{index:012}").as_bytes()]);
    }
    let lines = store.keyspace.slots(client.lane.seat, 0) / LINE_SLOTS;
    let (mut scan, mut calls, mut keys) = (Scan::new(), 0, 0);
    loop {
        keys += scan.step(&mut client, 1);
        calls += 1;
        if scan.is_done() {
            break;
        }
    }
    assert!(keys >= 50, "{keys} keys");
    // Ten lines for each key asked for: fewer calls could not have read the whole table within that.
    assert!(calls * 10 >= lines, "{calls} calls for {lines} lines");
}

#[test]
fn growing_moves_at_most_a_thousand_slots_at_a_time() {
    const { assert!(LINES_MAX as usize * LINE_SLOTS <= 1024) };
    let _alone = alone();
    let (_home, store) = store();
    let mut client = Client::open(&store, 0);
    let mut slots = store.keyspace.slots(client.lane.seat, 0);
    for step in 0..2_000u64 {
        fill(&mut client, step * 10, step * 10 + 10);
        let now = store.keyspace.slots(client.lane.seat, 0);
        // Ten keys split or enlarge at most ten segments, each into two of the largest size.
        assert!(now - slots <= 10 * 2 * 1024, "{slots} slots became {now}");
        slots = now;
    }
    assert!(slots < 2 * 20_000, "{slots} slots for 20000 keys");
}
