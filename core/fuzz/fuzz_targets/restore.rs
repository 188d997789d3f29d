//! Any bytes as the payload of RESTORE, with the version and checksum they need: the value is refused, or it is a good one
//! that can be read, changed, dumped, restored again and deleted, and is valid all the while; then the pool is as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use numakv_core::{
    abi, client, command, crc64, effect, keyspace, lane, numa, open, pool, session, settings, store,
};
use std::cell::RefCell;

#[path = "../../src/testing.rs"]
mod testing;

thread_local! {
    static SERVER: RefCell<testing::Server> = RefCell::new(server());
}

/// A server whose tables have met the keys used here: they keep what they grew by.
fn server() -> testing::Server {
    let mut server = testing::Server::start();
    server.run(&["MSET", "x", "1", "y", "1"]);
    server.run(&["DEL", "x", "y"]);
    server
}

const READS: &[&[&str]] = &[
    &["GET", "x"],
    &["LRANGE", "x", "0", "-1"],
    &["SMEMBERS", "x"],
    &["ZRANGE", "x", "0", "-1", "WITHSCORES"],
    &["HGETALL", "x"],
    &["PFCOUNT", "x"],
];

/// Those that do not fit the value's type change nothing.
const CHANGES: &[&[&str]] = &[
    &["PFADD", "x", "one"],
    &["APPEND", "x", "more"],
    &["LINSERT", "x", "BEFORE", "a", "12"],
    &["RPOPLPUSH", "x", "x"],
    &["SADD", "x", "new", "5"],
    &["SPOP", "x"],
    &["ZADD", "x", "3", "new"],
    &["ZPOPMIN", "x"],
    &["HSET", "x", "new", "5"],
    &["HDEL", "x", "a"],
];

fn payload(value: &[u8]) -> Vec<u8> {
    let unsigned = [value, &10_u16.to_le_bytes()].concat();
    let checksum = crc64::checksum(&unsigned).to_le_bytes();
    [unsigned, checksum.to_vec()].concat()
}

fuzz_target!(|value: &[u8]| {
    SERVER.with_borrow_mut(|server| {
        let used = server.store.keyspace.pool.used_bytes();
        let reply = server.run_bytes(&[b"RESTORE", b"x", b"0", &payload(value)]);
        if reply == b"+OK\r\n" {
            server.check();
            for read in READS {
                server.run(read);
            }
            let dumped = server.run_bytes(&[b"DUMP", b"x"]);
            let start = dumped
                .iter()
                .position(|byte| *byte == b'\n')
                .expect("a bulk")
                + 1;
            let again = &dumped[start..dumped.len() - 2];
            let reply = server.run_bytes(&[b"RESTORE", b"y", b"0", again]);
            assert_eq!(reply, b"+OK\r\n");
            for change in CHANGES {
                server.run(change);
            }
            server.check();
            server.run(&["DEL", "x", "y"]);
            server.check();
        } else {
            assert!(reply.starts_with(b"-"));
        }
        assert_eq!(server.store.keyspace.pool.used_bytes(), used);
    });
});
