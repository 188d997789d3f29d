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
