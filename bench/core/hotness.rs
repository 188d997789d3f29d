//! What hotness costs: GETs of one key, to be counted under callgrind or timed.
//!
//!     hotness gets <requests>        that many GETs from a lane of a node
//!     hotness threads <seconds>      requests a second of one thread, and of two on lanes of two nodes
//!
//! It knows the boundary as the server does and nothing else. `bench/hotness.ts` reads what it prints. Invariant: two runs
//! of `gets` differ by as many GETs as their numbers say, and by the hook where one was built without.

use numakv_core::abi::{Outcome, Status};
use numakv_core::ffi;
use std::sync::Barrier;
use std::time::{Duration, Instant};

const OUT_BYTES: usize = 64 * 1024;
/// Requests of one call.
const DEPTH: usize = 100;

/// A lane with one session on it.
#[derive(Clone, Copy)]
struct Client {
    lane: u32,
    session: u32,
}

/// A handle, or a reason to stop.
fn handle(result: i32, what: &str) -> u32 {
    u32::try_from(result).unwrap_or_else(|_| panic!("{what}: status {}", -result))
}

fn open_store() -> u32 {
    let options = b"topology fake:2\n";
    let (data, bytes) = (options.as_ptr(), options.len() as u32);
    // SAFETY: the options live through the call, and no reason is asked for.
    let result = unsafe { ffi::nkv_store_open(data, bytes, std::ptr::null_mut(), 0) };
    handle(result, "no store")
}

impl Client {
    /// Opens a lane of that node (-1: of none) for the calling thread.
    fn open(store: u32, node: i32) -> Client {
        let text = b"addr 127.0.0.1:1\n";
        // SAFETY: all buffers live through the calls; an empty label may be null.
        unsafe {
            let lane = ffi::nkv_lane_open(store, node, 0, 0, std::ptr::null(), 0);
            let lane = handle(lane, "no lane");
            let session = ffi::nkv_session_open(lane, text.as_ptr(), text.len() as u32);
            let session = handle(session, "no session");
            Client { lane, session }
        }
    }

    /// Runs a whole batch.
    fn execute(self, input: &[u8], out: &mut [u8]) {
        let mut input = input;
        loop {
            let mut outcome = Outcome::default();
            let (data, bytes) = (input.as_ptr(), input.len() as u32);
            let (room, capacity) = (out.as_mut_ptr(), out.len() as u32);
            // SAFETY: all buffers live through the call.
            let result = unsafe {
                ffi::nkv_execute(self.session, data, bytes, room, capacity, &raw mut outcome)
            };
            if result >= 0 {
                return;
            }
            assert_eq!(result, Status::More.result(), "a batch failed");
            input = b"";
        }
    }

    fn close(self) {
        assert_eq!(ffi::nkv_lane_close(self.lane), 0);
    }
}

fn with_store(body: impl FnOnce(u32)) {
    let store = open_store();
    let client = Client::open(store, 0);
    let set = b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n";
    client.execute(set, &mut [0; 64]);
    body(store);
    client.close();
    assert_eq!(ffi::nkv_store_close(store), 0);
}

fn batch() -> Vec<u8> {
    b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n".repeat(DEPTH)
}

fn gets(requests: usize) {
    with_store(|store| {
        let client = Client::open(store, 0);
        let (batch, mut out) = (batch(), vec![0; OUT_BYTES]);
        for _ in 0..requests / DEPTH {
            client.execute(&batch, &mut out);
        }
        client.close();
    });
}

/// Requests a second of `threads` threads together, each on a lane of a node of its own.
fn rate(store: u32, threads: usize, time: Duration) -> f64 {
    let start = Barrier::new(threads);
    let work = |node| {
        let client = Client::open(store, node);
        let (batch, mut out) = (batch(), vec![0; OUT_BYTES]);
        start.wait();
        let (began, mut done) = (Instant::now(), 0);
        while began.elapsed() < time {
            client.execute(&batch, &mut out);
            done += DEPTH;
        }
        let rate = done as f64 / began.elapsed().as_secs_f64();
        client.close();
        rate
    };
    std::thread::scope(|scope| {
        let spawn = |node| scope.spawn(move || work(node));
        let all: Vec<_> = (0..threads as i32).map(spawn).collect();
        let rates = all.into_iter().map(|one| one.join().expect("no panic"));
        rates.sum()
    })
}

fn threads(time: Duration) {
    with_store(|store| {
        for threads in [1, 2, 1, 2] {
            println!("{threads} {:.0}", rate(store, threads, time));
        }
    });
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    match words[..] {
        ["gets", requests] => gets(number(requests)),
        ["threads", seconds] => threads(Duration::from_secs(number(seconds) as u64)),
        _ => panic!("usage: hotness gets <requests> | threads <seconds>"),
    }
}
