//! Any bytes as the payload of RESTORE, with the version and checksum they need: the value is refused, or it is a good one
//! that can be read, dumped, restored again and deleted, after which the pool is as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use numakv_core::{
    abi, client, command, crc64, effect, keyspace, lane, numa, open, pool, session, settings, store,
};
use std::cell::RefCell;

#[path = "../../src/testing.rs"]
mod testing;

thread_local! {
    static SERVER: RefCell<testing::Server> = RefCell::new(testing::Server::start());
}

const READS: &[&[&str]] = &[
    &["GET", "x"],
    &["LRANGE", "x", "0", "-1"],
    &["SMEMBERS", "x"],
    &["ZRANGE", "x", "0", "-1", "WITHSCORES"],
    &["HGETALL", "x"],
    &["PFCOUNT", "x"],
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
            for read in READS {
                server.run(read);
            }
            let dumped = server.run_bytes(&[b"DUMP", b"x"]);
            let start = dumped.iter().position(|byte| *byte == b'\n').expect("a bulk") + 1;
            let again = &dumped[start..dumped.len() - 2];
            let reply = server.run_bytes(&[b"RESTORE", b"y", b"0", again]);
            assert_eq!(reply, b"+OK\r\n");
            server.run(&["DEL", "x", "y"]);
        } else {
            assert!(reply.starts_with(b"-"));
        }
        server.check();
        assert_eq!(server.store.keyspace.pool.used_bytes(), used);
    });
});
