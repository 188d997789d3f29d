//! NUMA VERIFY as a client sees it: on made-up nodes, whose pages are wherever the kernel put them, and where one stands in
//! for the kernel's.

use super::*;
use crate::pool::PAGE_BYTES;
use std::time::Duration;

/// A server whose first lane may wait, and a key of 40 pages in it.
fn with_key() -> Server {
    let mut server = Server::start();
    let value = "v".repeat(40 * PAGE_BYTES);
    assert_eq!(server.run(&["SET", "k", &value]), OK);
    server
}

/// Waits for the answer of an errand.
fn waited(server: &mut Server, line: &str) -> Value {
    let at_once = send(server, line);
    let reply = match at_once.is_empty() {
        true => server.next(Duration::from_secs(20)),
        false => at_once,
    };
    let mut rest = reply.as_str();
    let value = Value::read(&mut rest);
    assert_eq!(rest, "", "{line}");
    value
}

fn is_refused(server: &mut Server) -> bool {
    send(server, "NUMA VERIFY k").starts_with("-ERR the kernel does not say")
}

#[test]
fn virtual_nodes_have_no_strays_and_lie_where_the_kernel_says() {
    let mut server = with_key();
    if is_refused(&mut server) {
        return;
    }
    let kernel = numa::residency(&[place(&server, "k").2 & !0xfff]).expect("asked above")[0];
    for line in [
        "NUMA VERIFY k",
        "NUMA VERIFY k FIX",
        "NUMA VERIFY",
        "NUMA VERIFY fix",
    ] {
        let report = waited(&mut server, line);
        let scope = if line.contains(" k") { "key" } else { "pool" };
        assert_eq!(report.text("scope"), scope, "{line}");
        assert!(
            report.text("verdict").contains("fake:2 are virtual"),
            "{line}"
        );
        assert!(
            report
                .text("verdict")
                .contains(&format!("on kernel node {kernel}"))
        );
        assert_eq!(*report.field("strays"), Value::Null);
        assert_eq!(*report.field("home"), Value::Null);
        assert_eq!((report.int("moved"), report.int("failed")), (0, 0));
        let asked = report.int("asked");
        assert_eq!(asked, report.int("resident") + report.int("absent"));
        assert!(report.int("resident") >= 41, "{line}");
        let by_node = report.field("pages_by_kernel_node");
        assert_eq!(by_node.int(&kernel.to_string()), report.int("resident"));
        let nodes = report.field("nodes").items();
        assert_eq!(nodes.len(), if scope == "key" { 1 } else { 2 });
        let sum: i64 = nodes.iter().map(|node| node.int("asked")).sum();
        assert_eq!((sum, nodes[0].field("kernel_node")), (asked, &Value::Null));
    }
    let key = waited(&mut server, "NUMA VERIFY k");
    assert_eq!(
        key.int("resident"),
        key.int("asked"),
        "every page of it was written"
    );
    server.check();
}

#[test]
fn verify_tells_keys_from_words() {
    let mut server = Server::start();
    let missing = [
        "NUMA VERIFY none",
        "NUMA VERIFY none FIX",
        "NUMA VERIFY none CHECK",
        "NUMA VERIFY FIX FIX",
        "NUMA VERIFY FIX CHECK",
        "NUMA VERIFY CHECK",
    ];
    for line in missing {
        assert_eq!(send(&mut server, line), NO_SUCH_KEY, "{line}");
    }
    send(&mut server, "SET FIX v");
    if !is_refused(&mut server) {
        assert_eq!(
            waited(&mut server, "NUMA VERIFY FIX CHECK").text("scope"),
            "key"
        );
        assert_eq!(waited(&mut server, "NUMA VERIFY FIX").text("scope"), "pool");
    }
    for line in ["NUMA VERIFY k MOVE", "NUMA VERIFY k FIX CHECK"] {
        assert_eq!(send(&mut server, line), "-ERR syntax error\r\n", "{line}");
    }
}

#[test]
fn verify_in_a_transaction_runs_to_its_end() {
    let mut server = with_key();
    if is_refused(&mut server) {
        return;
    }
    send(&mut server, "MULTI");
    send(&mut server, "NUMA VERIFY");
    send(&mut server, "NUMA VERIFY k");
    let replies = ask(&mut server, "EXEC");
    let scopes: Vec<&str> = replies
        .items()
        .iter()
        .map(|one| one.text("scope"))
        .collect();
    assert_eq!(scopes, ["pool", "key"]);
}

#[test]
fn what_was_verified_last_is_shown() {
    let mut server = with_key();
    let info = ask(&mut server, "NUMA INFO");
    assert_eq!(*info.field("last_verify"), Value::Null);
    if is_refused(&mut server) {
        return;
    }
    assert_eq!(
        *ask(&mut server, "NUMA INFO").field("last_verify"),
        Value::Null
    );
    let report = waited(&mut server, "NUMA VERIFY");
    let info = ask(&mut server, "NUMA INFO");
    let now = server.store.clock.now_ms() / 1000;
    assert!((now - 60..=now).contains(&info.int("last_verify")));
    assert_eq!(info.int("last_verify_pages"), report.int("asked"));
    assert_eq!(info.int("last_verify_strays"), 0);
    assert_eq!((info.int("stray_pages"), info.int("rehomed_pages")), (0, 0));
    let pool = ask(&mut server, "NUMA POOL 0");
    assert_eq!(pool.items()[0].int("stray_pages"), 0);
}

#[test]
fn a_client_that_waits_for_a_verification_can_be_unblocked_and_others_go_on() {
    let mut server = with_key();
    if is_refused(&mut server) {
        return;
    }
    // An errand that lasts until it is let go keeps the next one waiting.
    let gate = std::sync::Arc::new(std::sync::Barrier::new(2));
    let held = gate.clone();
    let errand = Box::new(move |_: &crate::store::Store| {
        held.wait();
    });
    assert!(server.store.errands.give(errand).is_ok());
    assert_eq!(server.run(&["NUMA", "VERIFY"]), "");
    let mut peer = server.peer();
    assert_eq!(peer.run(&["STRLEN", "k"]), ":163840\r\n");
    let id = server.id();
    assert_eq!(peer.run(&["CLIENT", "UNBLOCK", &id, "ERROR"]), ":1\r\n");
    let reply = server.next(Duration::from_secs(5));
    assert_eq!(reply, "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
    gate.wait();
    assert_eq!(waited(&mut server, "NUMA VERIFY").text("scope"), "pool");
}

/// Where the kernel's own nodes are used, every page is on its node unless that was full, and all sums fit.
#[test]
fn the_kernels_own_nodes_are_home() {
    let mut server = Server::with_options("topology auto\n");
    send(&mut server, "SET k v");
    if server.store.topology.origin != numa::Origin::Kernel || is_refused(&mut server) {
        return;
    }
    let report = waited(&mut server, "NUMA VERIFY");
    let counts = |report: &Value| ["home", "strays", "resident"].map(|name| report.int(name));
    let [home, strays, resident] = counts(&report);
    assert!(home + strays == resident && home > 0, "{report:?}");
    for node in report.field("nodes").items() {
        let [home, strays, resident] = counts(node);
        assert_eq!(home + strays, resident);
        assert_eq!(node.int("kernel_node"), node.int("node"));
    }
    if strays == 0 {
        assert!(
            report
                .text("verdict")
                .starts_with("every page in memory is on its node")
        );
    }
}
