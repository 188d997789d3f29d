//! A session through the in-process server: what a batch does with its time.

use crate::testing::{Server, encode};
use core::sync::atomic::Ordering::Relaxed;

#[test]
fn a_long_batch_makes_way_and_loses_nothing() {
    let mut server = Server::start();
    let yes = crate::settings::DebugAccess::Yes as u32;
    server.store.settings.debug_access.store(yes, Relaxed);
    let before = server.store.totals();
    let slow = encode(&[b"DEBUG", b"SLEEP", b"0.01"]);
    let quick = [encode(&[b"SET", b"k", b"v"]), encode(&[b"GET", b"k"])].concat();
    let replies = server.exchange(&[slow, quick].concat());
    assert_eq!(replies, b"+OK\r\n+OK\r\n$1\r\nv\r\n");
    let after = server.store.totals();
    assert_eq!(after.mores - before.mores, 1);
}

#[test]
fn a_pipeline_over_more_data_than_caches_hold_answers_in_order() {
    let mut server = Server::start();
    let value = vec![b'v'; 1 << 16];
    let keys: Vec<String> = (0..100).map(|number| format!("key:{number}")).collect();
    for key in &keys {
        assert_eq!(
            server.run_bytes(&[b"SET", key.as_bytes(), &value]),
            b"+OK\r\n"
        );
    }
    assert!(server.store.keyspace.pool.used_bytes_at_most() > 4 << 20);
    let (mut requests, mut wanted) = (Vec::new(), String::new());
    for (number, key) in keys.iter().enumerate() {
        let before = number
            .checked_sub(1)
            .map_or("none", |before| keys[before].as_str());
        requests.extend(encode(&[b"STRLEN", key.as_bytes()]));
        requests.extend(encode(&[b"DEL", before.as_bytes(), key.as_bytes()]));
        requests.extend(encode(&[b"APPEND", key.as_bytes(), b"x"]));
        requests.extend(encode(&[b"PING"]));
        let deleted = if number == 0 { 1 } else { 2 };
        wanted += &format!(":65536\r\n:{deleted}\r\n:1\r\n+PONG\r\n");
    }
    assert_eq!(String::from_utf8_lossy(&server.exchange(&requests)), wanted);
}
