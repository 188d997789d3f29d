//! A pump and its clients on real sockets, in one thread: every turn of the pump is asked for, so what happens when is known.

use super::Pump;
use super::endpoint::Arrival;
use crate::abi::{HandOff, Pumped, hand_off_flag, why};
use crate::open::{self, OpenLane, OpenStore};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PONG: &str = "+PONG\r\n";
/// One turn's patience.
const TURN_MS: u32 = 2;

/// A lane that listens on a path of its own.
struct Bench {
    home: Arc<OpenStore>,
    open: OpenLane,
    pump: Pump,
    path: PathBuf,
}

impl Bench {
    fn start(options: &str) -> Bench {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let options = format!("topology fake:2\n{options}");
        let home = Arc::new(open::store(&options).expect("the options are right"));
        let open = open::lane(&home, 0, false, true, "test").expect("a lane");
        let mut pump = open.pump.lock().expect("ours").take().expect("it listens");
        let name = format!("nkv-{}-{}", std::process::id(), LAST.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        pump.listen(&format!("unix {}\n", path.display()))
            .expect("a free path");
        Bench {
            home,
            open,
            pump,
            path,
        }
    }

    fn connect(&self) -> UnixStream {
        let client = UnixStream::connect(&self.path).expect("it listens");
        client.set_nonblocking(true).expect("a socket");
        client
    }

    /// Lets the pump do what there is to do.
    fn turn(&mut self) -> Pumped {
        self.pump.run(Some(TURN_MS))
    }

    /// Pumps until the client has read `len` bytes or the end, and answers them.
    fn read(&mut self, client: &mut UnixStream, len: usize) -> String {
        let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
        let end = Instant::now() + Duration::from_secs(10);
        while bytes.len() < len && Instant::now() < end {
            let room = chunk.len().min(len - bytes.len());
            match client.read(&mut chunk[..room]) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.turn();
                }
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("cannot read: {error}"),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn ask(&mut self, client: &mut UnixStream, request: &str, reply: &str) {
        client.write_all(request.as_bytes()).expect("it reads");
        assert_eq!(self.read(client, reply.len()), reply);
    }

    /// Whether the server has closed the connection.
    fn is_closed(&mut self, client: &mut UnixStream) -> bool {
        self.turn();
        matches!(client.read(&mut [0; 1]), Ok(0))
    }

    /// The hand-offs that wait, as sessions and words.
    fn asked(&mut self) -> Vec<(u32, Vec<String>)> {
        let mut out = [0; 4096];
        let count = self.pump.take_hand_offs(&mut out);
        (0..count).map(|index| hand_off(&out, index)).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A path that is gone is what is wanted.
        let _removed_or_gone = std::fs::remove_file(&self.path);
        self.home.store.close_lane(&self.open.lane);
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn hand_off(out: &[u8], index: usize) -> (u32, Vec<String>) {
    let record = index * size_of::<HandOff>();
    let (session, argc) = (word(out, record), word(out, record + 4));
    assert_eq!(word(out, record + 16), hand_off_flag::LOCAL);
    let mut at = word(out, record + 8) as usize;
    let args = (0..argc).map(|_| {
        let len = word(out, at) as usize;
        at += 4 + len;
        String::from_utf8_lossy(&out[at - len..at]).into_owned()
    });
    (session, args.collect())
}

#[test]
fn a_pipeline_is_one_read_and_no_boundary_call() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    bench.ask(&mut client, "PING\r\n", PONG);
    let before = bench.home.store.totals();
    let requests = "PING\r\n".repeat(1000);
    client.write_all(requests.as_bytes()).expect("it reads");
    bench.turn();
    let after = bench.home.store.totals();
    assert_eq!(after.reads - before.reads, 1);
    assert_eq!(after.commands - before.commands, 1000);
    assert_eq!(after.boundary_calls - before.boundary_calls, 1);
    assert_eq!(bench.read(&mut client, 7000), PONG.repeat(1000));
}

#[test]
fn a_request_split_at_any_byte_is_answered_once() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    let request = "*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nPING\r\n";
    for at in 1..request.len() {
        let bytes = request.as_bytes();
        client.write_all(&bytes[..at]).expect("it reads");
        bench.turn();
        client.write_all(&bytes[at..]).expect("it reads");
        assert_eq!(bench.read(&mut client, 15), "$2\r\nhi\r\n+PONG\r\n");
    }
}

#[test]
fn a_client_that_does_not_read_is_not_served_on_and_holds_up_nobody() {
    let mut bench = Bench::start("");
    let (mut slow, mut quick) = (bench.connect(), bench.connect());
    let value = "x".repeat(1 << 20);
    let set = format!("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n${}\r\n", value.len());
    quick.set_nonblocking(false).expect("a socket");
    let writer = std::thread::spawn(move || {
        let requests = [set.as_bytes(), value.as_bytes(), b"\r\n"].concat();
        quick.write_all(&requests).expect("it reads");
        quick.set_nonblocking(true).expect("a socket");
        quick
    });
    while !writer.is_finished() {
        bench.turn();
    }
    let mut quick = writer.join().expect("no panic");
    assert_eq!(bench.read(&mut quick, 5), "+OK\r\n");
    let gets = "GET big\r\n".repeat(8) + "PING\r\n";
    slow.write_all(gets.as_bytes()).expect("it reads");
    for _ in 0..50 {
        bench.ask(&mut quick, "PING\r\n", PONG);
    }
    assert!(bench.home.store.totals().commands < 60);
    slow.write_all(b"ECHO late\r\n")
        .expect("the kernel takes it");
    let reply = format!("$1048576\r\n{}\r\n", "x".repeat(1 << 20));
    let wanted = reply.repeat(8) + PONG + "$4\r\nlate\r\n";
    assert!(bench.read(&mut slow, wanted.len()) == wanted);
}

#[test]
fn a_server_command_s_answer_stands_in_its_place() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    bench.ask(&mut client, "PING\r\nCONFIG GET a*\r\nPING\r\n", PONG);
    let asked = bench.asked();
    let words = ["CONFIG", "GET", "a*"].map(String::from).to_vec();
    assert_eq!(asked, [(asked[0].0, words)]);
    client.write_all(b"PING\r\n").expect("the kernel takes it");
    assert_eq!(
        bench.turn(),
        Pumped {
            connections: 1,
            ..Pumped::default()
        }
    );
    assert!(client.read(&mut [0; 1]).is_err(), "what follows waits");
    bench.pump.answer(asked[0].0, b"*0\r\n").expect("it waits");
    assert_eq!(bench.read(&mut client, 18), format!("*0\r\n{PONG}{PONG}"));
    assert!(bench.pump.answer(asked[0].0, b"*0\r\n").is_err(), "once");
}

#[test]
fn hand_offs_that_find_no_room_come_next_time() {
    let mut bench = Bench::start("");
    let mut clients = [bench.connect(), bench.connect()];
    for client in &mut clients {
        client.write_all(b"CONFIG GET a\r\n").expect("it reads");
    }
    while bench.turn().connections < 2 {}
    bench.turn();
    let one = size_of::<HandOff>() + 3 * 4 + "CONFIGGETa".len();
    let mut out = vec![0; 2 * one - 1];
    assert_eq!(bench.pump.take_hand_offs(&mut out[..one - 1]), 0);
    assert_eq!(bench.pump.take_hand_offs(&mut out), 1);
    let first = hand_off(&out, 0);
    assert_eq!(bench.pump.take_hand_offs(&mut out[..one]), 1);
    let second = hand_off(&out, 0);
    assert_eq!((first.0 != second.0, first.1), (true, second.1));
}

#[test]
fn whoever_is_parked_goes_on_at_its_time_or_when_a_letter_comes() {
    let mut bench = Bench::start("");
    let (mut waiting, mut other) = (bench.connect(), bench.connect());
    bench.ask(&mut waiting, "PING\r\n", PONG);
    bench.ask(&mut other, "CLIENT PAUSE 30\r\n", "+OK\r\n");
    bench.ask(&mut waiting, "PING\r\n", PONG);
    assert!(bench.home.store.totals().retries > 0);
    bench.ask(&mut other, "CLIENT PAUSE 100000\r\n", "+OK\r\n");
    waiting.write_all(b"PING\r\n").expect("it reads");
    bench.turn();
    assert!(waiting.read(&mut [0; 1]).is_err(), "it waits");
    let asked = Instant::now();
    bench.ask(&mut other, "CLIENT UNPAUSE\r\n", "+OK\r\n");
    assert_eq!(bench.read(&mut waiting, PONG.len()), PONG);
    assert!(asked.elapsed() < Duration::from_millis(900));
}

#[test]
fn a_parked_client_that_hangs_up_is_closed() {
    let mut bench = Bench::start("");
    let (mut waiting, mut early, mut other) = (bench.connect(), bench.connect(), bench.connect());
    bench.ask(&mut other, "CLIENT PAUSE 100000 ALL\r\n", "+OK\r\n");
    waiting.write_all(b"PING\r\n").expect("it reads");
    early.write_all(b"PING\r\n").expect("it reads");
    early.shutdown(Shutdown::Write).expect("open");
    while bench.turn().connections != 2 {}
    waiting.shutdown(Shutdown::Write).expect("open");
    while bench.turn().connections != 1 {}
    assert!(bench.is_closed(&mut waiting) && bench.is_closed(&mut early));
}

#[test]
fn quit_is_answered_and_nothing_behind_it_is_executed() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    bench.ask(
        &mut client,
        "SET k 1\r\nQUIT\r\nSET k 2\r\n",
        "+OK\r\n+OK\r\n",
    );
    assert!(bench.is_closed(&mut client));
    let mut other = bench.connect();
    bench.ask(&mut other, "GET k\r\n", "$1\r\n1\r\n");
}

#[test]
fn a_half_closed_client_gets_what_it_asked_for() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    client
        .write_all(b"PING\r\nCONFIG GET a\r\nPING\r\n")
        .expect("it reads");
    client.shutdown(Shutdown::Write).expect("open");
    assert_eq!(bench.read(&mut client, PONG.len()), PONG);
    let asked = bench.asked();
    bench.pump.answer(asked[0].0, b"*0\r\n").expect("it waits");
    assert_eq!(bench.read(&mut client, 100), format!("*0\r\n{PONG}"));
    assert_eq!(bench.turn().connections, 0);
}

#[test]
fn a_killed_client_is_closed_whatever_it_does() {
    let mut bench = Bench::start("");
    let (mut idle, mut asking, mut other) = (bench.connect(), bench.connect(), bench.connect());
    bench.ask(&mut idle, "PING\r\n", PONG);
    bench.ask(&mut asking, "PING\r\nCONFIG GET a\r\n", PONG);
    let asked = bench.asked();
    bench.ask(
        &mut other,
        "CLIENT KILL TYPE normal SKIPME yes\r\n",
        ":2\r\n",
    );
    assert!(bench.is_closed(&mut idle) && bench.is_closed(&mut asking));
    assert!(
        bench.pump.answer(asked[0].0, b"*0\r\n").is_err(),
        "nobody waits"
    );
    bench.ask(&mut other, "PING\r\n", PONG);
    assert_eq!(bench.home.store.sessions.connections(), 1);
}

#[test]
fn a_defect_ends_its_client_and_no_other() {
    let mut bench = Bench::start("enable-debug-command yes\n");
    let (mut good, mut bad) = (bench.connect(), bench.connect());
    bench.ask(&mut good, "PING\r\n", PONG);
    bad.write_all(b"DEBUG PANIC\r\n").expect("it reads");
    while bench.turn().panicked == 0 {}
    assert!(bench.is_closed(&mut bad));
    bench.ask(&mut good, "PING\r\n", PONG);
    let log = bench.home.store.take_messages(4096);
    assert!(log.contains("a command failed inside core"), "{log}");
}

#[test]
fn a_client_too_many_is_refused_in_redis_words() {
    let mut bench = Bench::start("maxclients 1\n");
    let mut first = bench.connect();
    bench.ask(&mut first, "PING\r\n", PONG);
    let mut second = bench.connect();
    let refusal = "-ERR max number of clients reached\r\n";
    assert_eq!(bench.read(&mut second, 100), refusal);
    bench.ask(&mut first, "PING\r\n", PONG);
}

#[test]
fn a_client_from_elsewhere_needs_a_password_or_an_open_door() {
    let mut bench = Bench::start("");
    let arrive = |bench: &mut Bench| {
        let (ours, mut theirs) = UnixStream::pair().expect("a socket pair");
        for socket in [&ours, &theirs] {
            socket.set_nonblocking(true).expect("a socket");
        }
        theirs.write_all(b"PING\r\n").expect("the kernel takes it");
        bench.pump.welcome(Arrival {
            socket: ours.into(),
            facts: "addr 10.0.0.1:1\nladdr 10.0.0.2:2\nunix 0\n".into(),
            is_local: false,
            is_tcp: false,
        });
        bench.read(&mut theirs, 15)
    };
    assert_eq!(arrive(&mut bench), "-DENIED Redis i");
    let store = bench.home.store.clone();
    let set = |line: &str| store.settings.set_all(line).expect("an option");
    set("protected-mode no\n");
    assert_eq!(arrive(&mut bench), PONG);
    set("protected-mode yes\nrequirepass secret\n");
    assert_eq!(arrive(&mut bench), "-NOAUTH Authent");
}

#[test]
fn a_drain_answers_what_is_in_hand_and_takes_nobody_in() {
    let mut bench = Bench::start("");
    let (mut idle, mut asking) = (bench.connect(), bench.connect());
    bench.ask(&mut idle, "PING\r\n", PONG);
    bench.ask(&mut asking, "PING\r\nCONFIG GET a\r\nPING\r\n", PONG);
    let asked = bench.asked();
    bench.pump.drain();
    assert!(bench.is_closed(&mut idle));
    assert!(UnixStream::connect(&bench.path).is_err());
    bench.pump.answer(asked[0].0, b"*0\r\n").expect("it waits");
    assert_eq!(
        bench.pump.run(None).connections,
        0,
        "it comes back by itself"
    );
    assert_eq!(bench.read(&mut asking, 100), format!("*0\r\n{PONG}"));
}

#[test]
fn endpoints_change_and_clients_stay() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    bench.ask(&mut client, "PING\r\n", PONG);
    let next = bench.path.with_extension("next");
    let lines = format!("unix {}\nunix /nonexistent/socket\n", next.display());
    let refusal = bench.pump.listen(&lines).expect_err("no such folder");
    assert!(refusal.contains("'unix /nonexistent/socket'"), "{refusal}");
    assert!(UnixStream::connect(&next).is_err());
    std::fs::remove_file(&next).expect("bound");
    let mut other = bench.connect();
    bench.ask(&mut other, "PING\r\n", PONG);
    let line = format!("unix {}\n", next.display());
    bench.pump.listen(&line).expect("a free path");
    bench.pump.listen(&line).expect("it is ours already");
    assert!(UnixStream::connect(&bench.path).is_err());
    bench.ask(&mut client, "PING\r\n", PONG);
    let old = core::mem::replace(&mut bench.path, next);
    let mut third = bench.connect();
    bench.ask(&mut third, "PING\r\n", PONG);
    std::fs::remove_file(old).expect("bound");
}

#[test]
fn letters_and_wakes_of_other_threads_end_a_wait() {
    let mut bench = Bench::start("");
    let mut client = bench.connect();
    bench.ask(&mut client, "PING\r\n", PONG);
    let lane = bench.open.lane.clone();
    let victim = bench.home.store.sessions.faces()[0].clone();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        lane.post(victim.handle.load(Relaxed), why::CLOSE);
        std::thread::sleep(Duration::from_millis(20));
        lane.wake();
        lane.wake();
    });
    let started = Instant::now();
    let first = bench.pump.run(None);
    other.join().expect("no panic");
    let second = bench.turn();
    assert_eq!((first.wakes + second.wakes, first.connections), (2, 0));
    assert!(started.elapsed() < Duration::from_millis(900));
    assert!(bench.is_closed(&mut client));
}
