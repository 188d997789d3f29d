//! redis-server as a child process, for tests that compare with it.
//!
//! It knows where a reply ends, and no command. Invariant: the process ends with the test.

#![allow(dead_code, reason = "each test takes of it what it needs")]
#![allow(
    unreachable_pub,
    reason = "a module of a test has no other crate to be public to"
)]

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A connection to it.
pub type Stream = BufReader<UnixStream>;

/// A redis-server of our own; it ends with the test.
pub struct Redis {
    process: Child,
    socket: PathBuf,
    stream: Stream,
}

impl Redis {
    /// Starts one with directives, lines `name value`, or says why not.
    ///
    /// It listens on a socket file only: a port found free could be another's by the time it is bound.
    pub fn start(directives: &str) -> Option<Redis> {
        let socket = unused_path();
        let started = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(&socket)
            .args(directives.lines().flat_map(|line| {
                let (name, value) = line.split_once(' ').expect("a name and a value");
                [format!("--{name}"), value.to_owned()]
            }))
            .stdout(Stdio::null())
            .spawn();
        let mut process = match started {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("skipped: there is no redis-server on the PATH to compare with");
                return None;
            }
            started => started.expect("redis-server starts"),
        };
        for _ in 0..200 {
            if let Ok(stream) = UnixStream::connect(&socket) {
                let stream = BufReader::new(stream);
                return Some(Redis {
                    process,
                    socket,
                    stream,
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _gone_already = process.kill();
        panic!("redis-server does not listen at {}", socket.display());
    }

    /// Another connection to it.
    pub fn connect(&self) -> Stream {
        BufReader::new(UnixStream::connect(&self.socket).expect("redis-server listens"))
    }

    /// Sends a request over its own connection and reads the reply.
    pub fn run(&mut self, request: &[Vec<u8>]) -> Vec<u8> {
        ask(&mut self.stream, request)
    }

    /// Sends requests in one write and reads as many replies.
    pub fn run_all(&mut self, requests: &[Vec<Vec<u8>>]) -> Vec<Vec<u8>> {
        let sent = self.stream.get_mut().write_all(&encode_all(requests));
        sent.expect("redis-server takes requests");
        read_replies(&mut self.stream, requests.len())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _status = self.process.wait();
        let _gone_already = std::fs::remove_file(&self.socket);
    }
}

/// A path for a socket that no other test of any process uses.
fn unused_path() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("numakv-{}-{number}.sock", std::process::id()))
}

/// Sends a request and reads its reply.
pub fn ask(stream: &mut Stream, request: &[Vec<u8>]) -> Vec<u8> {
    let bytes = crate::testing::encode(&slices(request));
    let sent = stream.get_mut().write_all(&bytes);
    sent.expect("redis-server takes requests");
    let mut reply = Vec::new();
    read_reply(stream, &mut reply);
    reply
}

/// Requests one behind the other, as a pipeline sends them.
pub fn encode_all(requests: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let encoded = requests
        .iter()
        .map(|request| crate::testing::encode(&slices(request)));
    encoded.collect::<Vec<_>>().concat()
}

/// Reads that many replies.
pub fn read_replies(stream: &mut impl BufRead, count: usize) -> Vec<Vec<u8>> {
    let read = |_| {
        let mut reply = Vec::new();
        read_reply(stream, &mut reply);
        reply
    };
    (0..count).map(read).collect()
}

/// Reads one reply, with all that belongs to it.
pub fn read_reply(stream: &mut impl BufRead, reply: &mut Vec<u8>) {
    let start = reply.len();
    let read = stream.read_until(b'\n', reply);
    read.expect("redis-server answers");
    let line = String::from_utf8_lossy(&reply[start..]).into_owned();
    let count: i64 = line
        .get(1..)
        .map_or(0, |rest| rest.trim().parse().unwrap_or(0));
    match reply[start] {
        b'$' | b'=' if count >= 0 => {
            let body = reply.len();
            reply.resize(body + count as usize + 2, 0);
            let read = stream.read_exact(&mut reply[body..]);
            read.expect("redis-server ends its reply");
        }
        b'*' | b'~' | b'>' => (0..count).for_each(|_| read_reply(stream, reply)),
        b'%' => (0..2 * count).for_each(|_| read_reply(stream, reply)),
        _ => {}
    }
}

/// A request's words as they are sent.
pub fn slices(request: &[Vec<u8>]) -> Vec<&[u8]> {
    request.iter().map(Vec::as_slice).collect()
}

/// A request of these words.
pub fn words(request: &[&[u8]]) -> Vec<Vec<u8>> {
    request.iter().map(|word| word.to_vec()).collect()
}
