//! Values as they lie, values nobody should have made, and effects.

use crate::testing::Server;

/// splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn run(server: &mut Server, request: &str) -> String {
    server.run(&request.split(' ').collect::<Vec<_>>())
}

fn get(server: &mut Server, key: &str) -> Vec<u8> {
    let reply = server.run_bytes(&[b"GET", key.as_bytes()]);
    let start = reply
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a bulk")
        + 1;
    reply[start..reply.len() - 2].to_vec()
}

/// The bytes are those redis-server 7.0.15 made of the same requests.
#[test]
fn a_small_value_has_redis_bytes() {
    let mut server = Server::start();
    assert_eq!(run(&mut server, "PFADD k a b c"), ":1\r\n");
    let header = [b"HYLL".as_slice(), &[1, 0, 0, 0], &[0; 7], &[0x80]].concat();
    let body = [
        0x60, 0xf3, 0x80, 0x50, 0xb1, 0x84, 0x4b, 0xfb, 0x80, 0x42, 0x5a,
    ];
    assert_eq!(get(&mut server, "k"), [&header[..], &body].concat());
    assert_eq!(run(&mut server, "PFCOUNT k"), ":3\r\n");
    assert_eq!(get(&mut server, "k")[8..16], 3_u64.to_le_bytes());
    assert_eq!(run(&mut server, "PFADD k a"), ":0\r\n");
}

#[test]
fn effects_and_encodings() {
    let mut server = Server::start();
    server.effects();
    for (request, effect) in [
        ("PFADD k", Some("0 PFADD k")),
        ("PFADD k", None),
        ("PFADD k a b", Some("0 PFADD k a b")),
        ("PFADD k a", None),
        ("PFCOUNT k", Some("0 PFCOUNT k")),
        ("PFCOUNT k", None),
        ("PFCOUNT k k", None),
        ("PFMERGE d k", Some("0 PFMERGE d k")),
        ("PFDEBUG ENCODING d", None),
        ("PFDEBUG TODENSE d", Some("0 PFDEBUG TODENSE d")),
        ("PFDEBUG TODENSE d", None),
    ] {
        server.effects();
        run(&mut server, request);
        let told = server.effects();
        assert_eq!(told, effect.into_iter().collect::<Vec<_>>(), "{request}");
    }
    assert_eq!(run(&mut server, "OBJECT ENCODING k"), "$3\r\nraw\r\n");
    assert_eq!(run(&mut server, "STRLEN d"), ":12304\r\n");
    assert_eq!(run(&mut server, "PFCOUNT d"), ":2\r\n");
    run(&mut server, "EXPIRE k 1000");
    run(&mut server, "PFADD k x y z");
    assert_eq!(run(&mut server, "TTL k"), ":1000\r\n");
    server.check();
}

#[test]
fn what_is_no_sketch_is_refused_in_redis_words() {
    let mut server = Server::start();
    let wrong = "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n";
    let dense = format!("HYLL\0{}", "\0".repeat(11 + 12_288 - 1));
    let far = format!("HYLL\u{2}{}", "\0".repeat(30));
    for value in ["text", "12345", "HYLL", "", &dense, &far] {
        server.run(&["SET", "k", value]);
        for request in [
            "PFADD k a",
            "PFCOUNT k",
            "PFMERGE d k",
            "PFCOUNT k k",
            "PFDEBUG DECODE k",
        ] {
            assert_eq!(run(&mut server, request), wrong, "{value:.10} {request}");
        }
        assert_eq!(get(&mut server, "k"), value.as_bytes());
    }
    let corrupt = "-INVALIDOBJ Corrupted HLL object detected\r\n";
    for body in [
        "",
        "\u{7f}",
        "\u{3}",
        "\u{7f}\u{7f}",
        "\u{7f}\u{7f}\u{7f}\u{7f}",
    ] {
        server.run(&["SET", "k", &format!("HYLL\u{1}{}\0{body}", "\0".repeat(10))]);
        server.run_bytes(&[b"SETRANGE", b"k", b"15", b"\x80"]);
        for request in [
            "PFCOUNT k",
            "PFMERGE d k",
            "PFCOUNT k k",
            "PFDEBUG GETREG k",
        ] {
            assert_eq!(run(&mut server, request), corrupt, "{body:?} {request}");
        }
    }
    assert_eq!(run(&mut server, "EXISTS d"), ":0\r\n");
    assert_eq!(
        run(&mut server, "PFDEBUG DECODE none"),
        "-ERR The specified key does not exist\r\n"
    );
}

#[test]
fn any_bytes_can_be_asked_and_nothing_panics() {
    let mut server = Server::start();
    let mut seed = 23;
    let mut sources = Vec::new();
    for elements in [0, 3, 400, 5000] {
        let words: Vec<String> = (0..elements).map(|at| format!("e{at}")).collect();
        let mut request = vec!["PFADD", "s"];
        request.extend(words.iter().map(String::as_str));
        server.run(&["DEL", "s"]);
        server.run(&request);
        sources.push(get(&mut server, "s"));
    }
    for round in 0..3000 {
        let mut value = sources[round % sources.len()].clone();
        for _ in 0..1 + next(&mut seed) % 6 {
            let at = 4 + next(&mut seed) as usize % (value.len() - 4);
            match next(&mut seed) % 4 {
                0 => value[at] = next(&mut seed) as u8,
                1 => value[at] ^= 1 << (next(&mut seed) % 8),
                2 if value.len() > 30 => drop(value.remove(at)),
                _ => value.insert(at, next(&mut seed) as u8),
            }
        }
        value.resize(value.len().max(16), 0);
        value[4] = if next(&mut seed) % 9 == 0 { 0 } else { 1 };
        server.run_bytes(&[b"SET", b"k", &value]);
        let element = round.to_string();
        for request in [
            &["PFADD", "k", &element, "x", "y"][..],
            &["PFCOUNT", "k"],
            &["PFCOUNT", "k", "s"],
            &["PFDEBUG", "DECODE", "k"],
            &["PFMERGE", "d", "k"],
            &["PFDEBUG", "TODENSE", "k"],
        ] {
            let reply = server.run(request);
            let known = [':', '+', '$'].iter().any(|kind| reply.starts_with(*kind))
                || [
                    "-INVALIDOBJ ",
                    "-WRONGTYPE ",
                    "-ERR HLL encoding is not sparse",
                ]
                .iter()
                .any(|code| reply.starts_with(code));
            assert!(known, "{reply}");
        }
    }
    server.run(&["FLUSHALL"]);
    server.check();
}

#[test]
fn the_self_test_passes() {
    let mut server = Server::start();
    assert_eq!(run(&mut server, "PFSELFTEST"), "+OK\r\n");
}
