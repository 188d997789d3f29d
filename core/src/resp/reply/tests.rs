//! Each value in both protocols, and the promise that the size of the buffer never shows in the
//! stream.

use super::*;

/// Writes into a buffer of `room` bytes and a spill, and joins the two.
fn written(room: usize, protocol: u8, write: impl Fn(&mut Reply<'_>)) -> String {
    let (mut out, mut spill) = (vec![0; room], Spill::new());
    let mut reply = Reply::new(&mut out, &mut spill, protocol);
    write(&mut reply);
    let len = reply.written();
    assert!(
        spill.is_empty() || len == room,
        "the buffer is filled before the spill"
    );
    [&out[..len], spill.as_slice()]
        .concat()
        .escape_ascii()
        .to_string()
}

fn both(write: impl Fn(&mut Reply<'_>)) -> (String, String) {
    (written(256, 2, &write), written(256, 3, &write))
}

fn assert_both(write: impl Fn(&mut Reply<'_>), two: &str, three: &str) {
    let (got_two, got_three) = both(write);
    assert_eq!((got_two.as_str(), got_three.as_str()), (two, three));
}

#[test]
fn values_without_a_difference() {
    let same = |write: fn(&mut Reply<'_>), want: &str| assert_both(write, want, want);
    same(|reply| reply.ok(), "+OK\\r\\n");
    same(|reply| reply.queued(), "+QUEUED\\r\\n");
    same(|reply| reply.simple("PONG"), "+PONG\\r\\n");
    same(|reply| reply.int(7), ":7\\r\\n");
    same(|reply| reply.int(-1), ":-1\\r\\n");
    same(|reply| reply.int(i64::MIN), ":-9223372036854775808\\r\\n");
    same(|reply| reply.bulk(b""), "$0\\r\\n\\r\\n");
    same(
        |reply| reply.bulk(&[b'x'; 12]),
        "$12\\r\\nxxxxxxxxxxxx\\r\\n",
    );
    same(|reply| reply.bulk_int(-42), "$3\\r\\n-42\\r\\n");
    same(|reply| reply.array(0), "*0\\r\\n");
    same(|reply| reply.array(99), "*99\\r\\n");
    same(|reply| reply.array(100), "*100\\r\\n");
    same(|reply| reply.raw(b":1\r\n"), ":1\\r\\n");
    let pieces = |reply: &mut Reply<'_>| {
        reply.bulk_parts(5, |parts| {
            parts.put(b"ab");
            parts.put(b"cde");
        });
    };
    assert_both(pieces, "$5\\r\\nabcde\\r\\n", "$5\\r\\nabcde\\r\\n");
}

#[test]
fn values_that_differ() {
    assert_both(|reply| reply.null(), "$-1\\r\\n", "_\\r\\n");
    assert_both(|reply| reply.null_array(), "*-1\\r\\n", "_\\r\\n");
    assert_both(|reply| reply.bool(true), ":1\\r\\n", "#t\\r\\n");
    assert_both(|reply| reply.bool(false), ":0\\r\\n", "#f\\r\\n");
    assert_both(
        |reply| reply.double(0.1),
        "$19\\r\\n0.10000000000000001\\r\\n",
        ",0.10000000000000001\\r\\n",
    );
    assert_both(
        |reply| reply.double(f64::NEG_INFINITY),
        "$4\\r\\n-inf\\r\\n",
        ",-inf\\r\\n",
    );
    assert_both(
        |reply| reply.big_number("1234567999999"),
        "$13\\r\\n1234567999999\\r\\n",
        "(1234567999999\\r\\n",
    );
    assert_both(
        |reply| reply.verbatim("txt", b"a\nb"),
        "$3\\r\\na\\nb\\r\\n",
        "=7\\r\\ntxt:a\\nb\\r\\n",
    );
    assert_both(|reply| reply.map(2), "*4\\r\\n", "%2\\r\\n");
    assert_both(|reply| reply.set(2), "*2\\r\\n", "~2\\r\\n");
    assert_both(|reply| reply.push(3), "*3\\r\\n", ">3\\r\\n");
    assert_both(
        |reply| assert_eq!(reply.attribute(1), reply.protocol() == 3),
        "",
        "|1\\r\\n",
    );
}

#[test]
fn errors_are_one_line_and_counted() {
    let (mut out, mut spill) = ([0; 256], Spill::new());
    let mut reply = Reply::new(&mut out, &mut spill, 2);
    assert_eq!(
        (reply.errors().count(), reply.errors().last_code()),
        (0, &b""[..])
    );
    reply.error("WRONGTYPE no\r\nway\r\n");
    reply.set_muted(true);
    reply.error_fmt(format_args!("ERR no such node {}", 7));
    assert_eq!(
        (reply.errors().count(), reply.errors().last_code()),
        (2, &b"ERR"[..])
    );
    reply.set_muted(false);
    reply.error_bytes(b"ACODELONGERTHANREDISWOULDLOOKFOR x");
    assert_eq!(
        (reply.errors().count(), reply.errors().last_code()),
        (3, &b"ERR"[..])
    );
    reply.error("MISCONF\nx");
    assert_eq!(reply.errors().last_code(), b"ERR", "no blank, no code");
    let len = reply.written();
    let want = "-WRONGTYPE no  way\r\n-ACODELONGERTHANREDISWOULDLOOKFOR x\r\n-MISCONF x\r\n";
    assert_eq!(&out[..len], want.as_bytes());
}

#[test]
fn a_muted_reply_writes_nothing() {
    let silent = written(64, 3, |reply| {
        reply.set_muted(true);
        let mark = reply.begin_array();
        reply.bulk(&[0; 100]);
        reply.end_array(mark, 1);
        reply.bulk_parts(1, |parts| parts.put(b"x"));
    });
    assert_eq!(silent, "");
}

/// A reply with everything in it: aggregates of unknown length inside each other, of more than nine
/// elements, empty.
fn varied(reply: &mut Reply<'_>) {
    reply.ok();
    let outer = reply.begin_array();
    for round in 0..3_usize {
        let inner = reply.begin_map();
        for value in 0..round * 7 {
            reply.bulk_int(value as i64 * 1000);
            reply.double(value as f64 / 3.0);
        }
        reply.end_map(inner, round * 7);
    }
    let empty = reply.begin_set();
    reply.end_set(empty, 0);
    reply.error("ERR last");
    reply.end_array(outer, 5);
    reply.null();
}

#[test]
fn the_buffers_size_does_not_show() {
    for protocol in [2, 3] {
        let want = written(4096, protocol, varied);
        assert!(want.starts_with(if protocol == 2 {
            "+OK\\r\\n*5\\r\\n*0\\r\\n*14"
        } else {
            "+OK\\r\\n*5\\r\\n%0\\r\\n%7"
        }));
        for room in 0..800 {
            assert_eq!(written(room, protocol, varied), want, "room {room}");
        }
    }
}

#[test]
fn a_spill_in_use_is_appended_to_and_drained_in_order() {
    let (mut out, mut spill, mut seen) = ([0; 7], Spill::new(), Vec::new());
    Reply::new(&mut out, &mut spill, 2).bulk(b"0123456789");
    seen.extend_from_slice(&out);
    assert_eq!(spill.drain_into(&mut out[..3]), 3);
    seen.extend_from_slice(&out[..3]);
    let mut reply = Reply::new(&mut out, &mut spill, 2);
    let mark = reply.begin_array();
    reply.ok();
    reply.end_array(mark, 1);
    assert_eq!((reply.written(), reply.spilled()), (0, 16));
    seen.extend_from_slice(spill.as_slice());
    assert_eq!(seen, b"$10\r\n0123456789\r\n*1\r\n+OK\r\n");
}

#[test]
fn rewinding_leaves_what_was_there_before() {
    for room in 0..64 {
        let text = written(room, 2, |reply| {
            reply.ok();
            let mark = reply.mark();
            reply.bulk(&[b'x'; 30]);
            reply.rewind(mark);
            reply.int(1);
        });
        assert_eq!(text, "+OK\\r\\n:1\\r\\n", "room {room}");
    }
}

#[test]
#[should_panic(expected = "must add up")]
fn a_bulk_of_the_wrong_length_is_a_bug() {
    written(64, 2, |reply| {
        reply.bulk_parts(3, |parts| parts.put(b"four"))
    });
}

#[test]
fn an_integer_that_is_known_last_stands_first_whatever_the_buffer() {
    for room in 0..64 {
        let stream = written(room, 2, |reply| {
            reply.array(2);
            let (place, keys) = (reply.mark(), reply.begin_array());
            reply.bulk(b"key");
            reply.end_array(keys, 1);
            reply.bulk_int_at(place, -1234);
        });
        let want = "*2\\r\\n$5\\r\\n-1234\\r\\n*1\\r\\n$3\\r\\nkey\\r\\n";
        assert_eq!(stream, want, "a buffer of {room}");
    }
}
