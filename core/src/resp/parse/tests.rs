//! The parser against what `redis-server` 7.0.15 answered to the same bytes, and against itself
//! under every cut.

use super::*;

/// What a stream of bytes means: its requests, and how it ends.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    requests: Vec<Vec<Vec<u8>>>,
    error: Option<ProtocolError>,
    rest: usize,
}

/// Feeds `stream` in reads that end at `cuts` and at its end, the way a session does.
fn meaning(stream: &[u8], cuts: &[usize], limits: Limits) -> Meaning {
    let (mut parser, mut args, mut requests, mut start) =
        (Parser::new(limits), Vec::new(), Vec::new(), 0);
    for end in cuts.iter().copied().chain([stream.len()]) {
        loop {
            let buf = &stream[start..end];
            let (from, consumed) = match parser.next(buf, &mut args) {
                Parsed::Request { consumed } => (buf, consumed),
                Parsed::Inline { consumed } => (parser.inline_bytes(), consumed),
                Parsed::Empty { consumed } => {
                    start += consumed;
                    continue;
                }
                Parsed::Incomplete { wanted } => {
                    assert!(wanted > buf.len(), "more must be wanted than is there");
                    break;
                }
                Parsed::Error(error) => {
                    return Meaning {
                        requests,
                        error: Some(error),
                        rest: stream.len() - start,
                    };
                }
            };
            requests.push(args.iter().map(|span| span.of(from).to_vec()).collect());
            start += consumed;
        }
    }
    Meaning {
        requests,
        error: None,
        rest: stream.len() - start,
    }
}

fn whole(stream: &[u8]) -> Meaning {
    meaning(stream, &[], Limits::default())
}

fn error_text(stream: &[u8], authenticated: bool) -> Option<String> {
    let limits = Limits {
        authenticated,
        ..Limits::default()
    };
    let error = meaning(stream, &[], limits).error?;
    let text = error.text();
    Some(
        text.strip_prefix(b"ERR Protocol error: ")
            .expect("every text begins so")
            .escape_ascii()
            .to_string(),
    )
}

/// Requests of every kind between blank lines and empty arrays; the count of the last never ends.
const PIPELINE: &[u8] =
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12\r\n0123456789\r\n\r\n*0\r\n\r\nPING\r\n\
    *-1\r\n  \nECHO 'a b' \"\\x41\\n\"\n*1\r\n$0\r\n\r\n*12\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n\
    $1\r\nd\r\n$1\r\ne\r\n$1\r\nf\r\n$1\r\ng\r\n$1\r\nh\r\n$1\r\ni\r\n$1\r\nj\r\n$1\r\nk\r\n\
    $1\r\nl\r\n*1XX";

#[test]
fn a_pipeline_gives_its_requests() {
    let got = whole(
        b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n*1\r\n$4\r\nPING\r\nECHO \"x y\"\r\n*1\r\n$4\r\nPI",
    );
    let want: Vec<Vec<&[u8]>> = vec![vec![b"GET", b"key"], vec![b"PING"], vec![b"ECHO", b"x y"]];
    assert_eq!(got.requests, want);
    assert_eq!((got.error, got.rest), (None, 10));
}

#[test]
fn every_cut_of_a_pipeline_gives_the_same_requests() {
    let want = whole(PIPELINE);
    assert_eq!(want.requests.len(), 5);
    for first in 0..=PIPELINE.len() {
        for second in first..=PIPELINE.len() {
            assert_eq!(
                meaning(PIPELINE, &[first, second], Limits::default()),
                want,
                "cut at {first} and {second}"
            );
        }
    }
    let every: Vec<usize> = (0..PIPELINE.len()).collect();
    assert_eq!(
        meaning(PIPELINE, &every, Limits::default()),
        want,
        "byte by byte"
    );
}

#[test]
fn error_texts_are_those_of_redis() {
    let cases: &[(&[u8], &str)] = &[
        (b"*x\r\n", "invalid multibulk length"),
        (b"*\r\n", "invalid multibulk length"),
        (b"*+1\r\n", "invalid multibulk length"),
        (b"*01\r\n", "invalid multibulk length"),
        (b"*-0\r\n", "invalid multibulk length"),
        (b"*1XXPING\r\n", "invalid multibulk length"),
        (b"*2147483648\r\n", "invalid multibulk length"),
        (b"*1\r\n\r\n", "expected \\'$\\', got \\' \\'"),
        (b"*1\r\n\n\r\n", "expected \\'$\\', got \\' \\'"),
        (b"*1\r\n:4\r\n", "expected \\'$\\', got \\':\\'"),
        (b"*1\r\n\x80\r\n", "expected \\'$\\', got \\'\\x80\\'"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$x\r\n", "invalid bulk length"),
        (b"*1\r\n$\r\n", "invalid bulk length"),
        (b"*1\r\n$04\r\nPING\r\n", "invalid bulk length"),
        (b"*1\r\n$536870913\r\n", "invalid bulk length"),
        (b"ECHO \"ab\r\n", "unbalanced quotes in request"),
    ];
    for (stream, want) in cases {
        assert_eq!(
            error_text(stream, true).as_deref(),
            Some(*want),
            "{}",
            stream.escape_ascii()
        );
    }
    for stream in [
        &b"*2147483647\r\n"[..],
        b"*1048577\r\n",
        b"*1\r\n$536870912\r\n",
        b"*1\r\nfoo",
        b"ECHO a\0b\n",
        b"*1\0\r\n",
    ] {
        assert_eq!(
            error_text(stream, true),
            None,
            "{} waits for more",
            stream.escape_ascii()
        );
    }
}

#[test]
fn lines_end_within_64_kib() {
    let long = |prefix: &[u8], byte: u8, len: usize| {
        [prefix, &vec![byte; len - prefix.len()][..]].concat()
    };
    for (prefix, byte, want) in [
        (&b""[..], b'a', "too big inline request"),
        (b"*", b'1', "too big mbulk count string"),
        (b"a\0\n", b'a', "too big inline request"),
    ] {
        assert_eq!(error_text(&long(prefix, byte, LINE_MAX_BYTES), true), None);
        assert_eq!(
            error_text(&long(prefix, byte, LINE_MAX_BYTES + 1), true).as_deref(),
            Some(want)
        );
    }
    let length = [&b"*1\r\n"[..], &long(b"$", b'1', LINE_MAX_BYTES + 1)].concat();
    assert_eq!(
        error_text(&length, true).as_deref(),
        Some("too big bulk count string")
    );
    let line = [&long(b"ECHO ", b'a', LINE_MAX_BYTES)[..], b"\n"].concat();
    assert_eq!(whole(&line).requests[0][1].len(), LINE_MAX_BYTES - 5);
}

#[test]
fn strangers_send_little() {
    for (stream, want) in [
        (&b"*11\r\n"[..], Some("unauthenticated multibulk length")),
        (b"*10\r\n", None),
        (b"*1\r\n$16385\r\n", Some("unauthenticated bulk length")),
        (b"*1\r\n$16384\r\n", None),
        (b"*1\r\n$999999999999\r\n", Some("invalid bulk length")),
    ] {
        assert_eq!(
            error_text(stream, false).as_deref(),
            want,
            "{}",
            stream.escape_ascii()
        );
    }
}

#[test]
fn the_length_limit_can_be_changed_between_requests() {
    let mut parser = Parser::new(Limits {
        bulk_max_bytes: 5_000_000_000,
        authenticated: true,
    });
    let mut args = Vec::new();
    let too_long = Parsed::Error(ProtocolError::InvalidLength);
    assert_eq!(
        parser.next(b"*1\r\n$4294967295\r\n", &mut args),
        too_long,
        "spans hold 32 bits"
    );
    assert_eq!(
        parser.next(b"*1\r\n$4000000000\r\n", &mut args),
        Parsed::Incomplete {
            wanted: 4_000_000_019
        }
    );
    parser.restart();
    parser.set_limits(Limits {
        bulk_max_bytes: 3,
        authenticated: true,
    });
    assert_eq!(parser.next(b"*1\r\n$4\r\n", &mut args), too_long);
    assert_eq!(
        parser.next(b"*1\r\n$3\r\nabc\r\n", &mut args),
        Parsed::Request { consumed: 13 }
    );
}

#[test]
fn announced_counts_cost_no_memory() {
    let (mut parser, mut args) = (Parser::default(), Vec::new());
    assert!(matches!(
        parser.next(b"*1000000\r\n$3\r\nabc\r\n", &mut args),
        Parsed::Incomplete { .. }
    ));
    assert!(args.capacity() < 64 && parser.in_progress());
}

#[test]
fn a_bulk_in_many_reads_is_not_read_again() {
    let (mut parser, mut args) = (Parser::default(), Vec::new());
    let stream = [
        &b"*2\r\n$3\r\nSET\r\n$1000000\r\n"[..],
        &vec![b'x'; 1_000_000],
        b"\r\n",
    ]
    .concat();
    let body = stream.len() - 1_000_002;
    for end in (body..stream.len()).step_by(64 * 1024) {
        // Only the announced end counts: the bytes already seen may be anything now.
        let seen = vec![0; end];
        let buf = if end == body {
            &stream[..end]
        } else {
            &seen[..]
        };
        assert_eq!(
            parser.next(buf, &mut args),
            Parsed::Incomplete {
                wanted: stream.len()
            }
        );
    }
    assert_eq!(
        parser.next(&stream, &mut args),
        Parsed::Request {
            consumed: stream.len()
        }
    );
    assert_eq!(
        args[1],
        Span {
            start: body as u32,
            len: 1_000_000
        }
    );
}

/// A small generator, so that a failure is a seed.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    for seed in 0..300 {
        let mut random = Seeded(seed);
        let (mut stream, mut requests) = (Vec::new(), Vec::new());
        for _ in 0..random.below(8) {
            let len = 1 + random.below(15);
            let args: Vec<Vec<u8>> = (0..len)
                .map(|_| {
                    (0..random.below(40))
                        .map(|_| random.below(256) as u8)
                        .collect()
                })
                .collect();
            stream.extend(format!("*{}\r\n", args.len()).bytes());
            for arg in &args {
                stream.extend(format!("${}\r\n", arg.len()).bytes());
                stream.extend_from_slice(arg);
                stream.extend_from_slice(b"\r\n");
            }
            requests.push(args);
        }
        let cut = random.below(stream.len() + 1);
        let want = Meaning {
            requests,
            error: None,
            rest: 0,
        };
        assert_eq!(
            meaning(&stream, &[cut], Limits::default()),
            want,
            "seed {seed}"
        );
    }
}

/// The property the fuzz target checks too, over bytes that look a little like requests.
#[test]
fn no_bytes_break_the_parser_and_cuts_do_not_matter() {
    const PIECES: &[&[u8]] = &[
        b"*1\r\n",
        b"*2\r\n",
        b"$4\r\n",
        b"$0\r\n",
        b"PING",
        b"\r\n",
        b"\n",
        b" ",
        b"\"",
        b"'",
        b"\\x4",
        b"\0",
        b"*",
        b"$",
        b"-",
        b"9",
        b"\r",
        b"*-1\r\n",
        b"$536870912\r\n",
    ];
    for seed in 0..3000 {
        let mut random = Seeded(seed);
        let stream: Vec<u8> = (0..random.below(24))
            .flat_map(|_| PIECES[random.below(PIECES.len())].to_vec())
            .collect();
        let want = whole(&stream);
        let mut cuts = [
            random.below(stream.len() + 1),
            random.below(stream.len() + 1),
        ];
        cuts.sort_unstable();
        assert_eq!(
            meaning(&stream, &cuts, Limits::default()),
            want,
            "seed {seed}: {}",
            stream.escape_ascii()
        );
    }
}
