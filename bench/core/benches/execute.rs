//! What a request costs in core: the boundary call itself, pipelines of GET and SET, and two threads beside one.
//!
//! `cargo bench --bench execute`. The two-thread figures need two idle CPUs; compare `elements/s` of `1 thread` and `2 threads`.

#![allow(
    missing_docs,
    reason = "criterion's macros make public functions without any"
)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use numakv_core::abi::{Outcome, Status};
use numakv_core::ffi;
use std::hint::black_box;
use std::time::{Duration, Instant};

const KEYS: u64 = 1_000_000;
const OUT_BYTES: usize = 64 * 1024;

/// A store with one lane and one session, through the boundary as the server uses it.
#[derive(Clone, Copy)]
struct Client {
    lane: u32,
    session: u32,
}

fn open_store() -> u32 {
    let options = b"topology plain\n";
    // SAFETY: both buffers live through the call.
    let handle = unsafe {
        ffi::nkv_store_open(
            options.as_ptr(),
            options.len() as u32,
            std::ptr::null_mut(),
            0,
        )
    };
    u32::try_from(handle).expect("a store")
}

impl Client {
    fn open(store: u32) -> Client {
        let text = b"addr 127.0.0.1:1\n";
        // SAFETY: all buffers live through the calls.
        let (lane, session) = unsafe {
            let lane = ffi::nkv_lane_open(store, 0, 0, 0, std::ptr::null(), 0);
            let lane = u32::try_from(lane).expect("a lane");
            (
                lane,
                ffi::nkv_session_open(lane, text.as_ptr(), text.len() as u32),
            )
        };
        Client {
            lane,
            session: u32::try_from(session).expect("a session"),
        }
    }

    fn execute(self, input: &[u8], out: &mut [u8]) -> i32 {
        let mut outcome = Outcome::default();
        // SAFETY: all buffers live through the call.
        unsafe {
            let (data, bytes) = (input.as_ptr(), input.len() as u32);
            ffi::nkv_execute(
                self.session,
                data,
                bytes,
                out.as_mut_ptr(),
                out.len() as u32,
                &raw mut outcome,
            )
        }
    }

    fn close(self) {
        assert_eq!(ffi::nkv_lane_close(self.lane), 0);
    }
}

/// Pipelines of `depth` requests over random keys, made beforehand.
fn pipelines(verb: &str, depth: usize, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = seed;
    let mut next = || {
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (random >> 33) % KEYS
    };
    let value = "x".repeat(64);
    let mut one = |pipeline: &mut Vec<u8>| {
        let key = format!("key:{:012}", next());
        let request = match verb {
            "SET" => format!("*3\r\n$3\r\nSET\r\n$16\r\n{key}\r\n$64\r\n{value}\r\n"),
            _ => format!("*2\r\n$3\r\nGET\r\n$16\r\n{key}\r\n"),
        };
        pipeline.extend_from_slice(request.as_bytes());
    };
    let pipeline = |_| {
        let mut bytes = Vec::new();
        (0..depth).for_each(|_| one(&mut bytes));
        bytes
    };
    (0..count).map(pipeline).collect()
}

fn load(client: Client) {
    let mut out = vec![0; OUT_BYTES];
    for start in (0..KEYS).step_by(100) {
        let mut bytes = Vec::new();
        for key in start..start + 100 {
            let value = "x".repeat(64);
            bytes.extend_from_slice(
                format!("*3\r\n$3\r\nSET\r\n$16\r\nkey:{key:012}\r\n$64\r\n{value}\r\n").as_bytes(),
            );
        }
        // A batch that was held up makes way; what is left of it comes at the next call.
        let mut result = client.execute(&bytes, &mut out);
        while result == Status::More.result() {
            result = client.execute(b"", &mut out);
        }
        assert!(result >= 0, "loading ended with {result}");
    }
}

fn boundary(criterion: &mut Criterion) {
    let store = open_store();
    let client = Client::open(store);
    let mut out = vec![0; OUT_BYTES];
    let mut group = criterion.benchmark_group("boundary");
    group.bench_function("execute without input", |bencher| {
        bencher.iter(|| black_box(client.execute(b"", &mut out)));
    });
    group.bench_function("PING", |bencher| {
        bencher.iter(|| black_box(client.execute(b"*1\r\n$4\r\nPING\r\n", &mut out)));
    });
    group.finish();
    client.close();
    assert_eq!(ffi::nkv_store_close(store), 0);
}

fn requests(criterion: &mut Criterion) {
    let store = open_store();
    let client = Client::open(store);
    load(client);
    let mut group = criterion.benchmark_group("request");
    for verb in ["GET", "SET"] {
        for depth in [1usize, 16] {
            let pipelines = pipelines(verb, depth, 4096, 7);
            let mut out = vec![0; OUT_BYTES];
            let mut turn = 0;
            group.throughput(Throughput::Elements(depth as u64));
            group.bench_function(BenchmarkId::new(verb, depth), |bencher| {
                bencher.iter(|| {
                    turn = (turn + 1) % pipelines.len();
                    black_box(client.execute(&pipelines[turn], &mut out))
                });
            });
        }
    }
    group.finish();
    client.close();
    assert_eq!(ffi::nkv_store_close(store), 0);
}

/// Time for `rounds` pipelines on each of `threads` threads at once.
fn timed(clients: &[Client], work: &[Vec<Vec<u8>>], rounds: u64) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for (client, pipelines) in clients.iter().zip(work) {
            scope.spawn(move || {
                let mut out = vec![0; OUT_BYTES];
                for round in 0..rounds as usize {
                    black_box(client.execute(&pipelines[round % pipelines.len()], &mut out));
                }
            });
        }
    });
    start.elapsed()
}

fn threads(criterion: &mut Criterion) {
    let store = open_store();
    let clients = [Client::open(store), Client::open(store)];
    load(clients[0]);
    let one_key = |_| pipelines("GET", 1, 1, 3).concat().repeat(16);
    let mixed = |seed: u64| {
        let (gets, sets) = (
            pipelines("GET", 8, 2048, seed),
            pipelines("SET", 8, 2048, seed + 9),
        );
        gets.into_iter()
            .zip(sets)
            .map(|(get, set)| [get, set].concat())
            .collect::<Vec<_>>()
    };
    let loads: [(&str, [Vec<Vec<u8>>; 2]); 2] = [
        ("half GET half SET", [mixed(1), mixed(2)]),
        (
            "GET of one key",
            [(0..4).map(one_key).collect(), (0..4).map(one_key).collect()],
        ),
    ];
    for (name, work) in &loads {
        let mut group = criterion.benchmark_group(*name);
        for count in [1usize, 2] {
            group.throughput(Throughput::Elements(16 * count as u64));
            group.bench_function(format!("{count} threads"), |bencher| {
                bencher.iter_custom(|rounds| timed(&clients[..count], &work[..count], rounds));
            });
        }
        group.finish();
    }
    clients.into_iter().for_each(Client::close);
    assert_eq!(ffi::nkv_store_close(store), 0);
}

criterion_group!(benches, boundary, requests, threads);
criterion_main!(benches);
