//! Any bytes, cut anywhere: the parser must not panic, must find the same requests as in one piece,
//! and every span must lie in what was consumed.
//!
//! The first two bytes choose the cut and whether the sender has authenticated; the rest is the
//! stream.

#![no_main]

use libfuzzer_sys::fuzz_target;
use numakv_core::resp::{Limits, Parsed, Parser, ProtocolError};

type Requests = Vec<Vec<Vec<u8>>>;

fn requests(stream: &[u8], cut: usize, limits: Limits) -> (Requests, Option<ProtocolError>) {
    let (mut parser, mut args, mut requests, mut start) =
        (Parser::new(limits), Vec::new(), Vec::new(), 0);
    for end in [cut, stream.len()] {
        loop {
            let buf = &stream[start..end];
            let (from, consumed) = match parser.next(buf, &mut args) {
                Parsed::Request { consumed } => (&buf[..consumed], consumed),
                Parsed::Inline { consumed } => (parser.inline_bytes(), consumed),
                Parsed::Empty { consumed } => {
                    start += consumed;
                    continue;
                }
                Parsed::Incomplete { wanted } => {
                    assert!(wanted > buf.len());
                    break;
                }
                Parsed::Error(error) => return (requests, Some(error)),
            };
            assert!(consumed > 0);
            requests.push(args.iter().map(|span| span.of(from).to_vec()).collect());
            start += consumed;
        }
    }
    (requests, None)
}

fuzz_target!(|data: &[u8]| {
    let [at, flags, stream @ ..] = data else {
        return;
    };
    let limits = Limits {
        authenticated: flags & 1 == 0,
        ..Limits::default()
    };
    let cut = stream.len() * usize::from(*at) / 255;
    assert_eq!(
        requests(stream, cut, limits),
        requests(stream, stream.len(), limits)
    );
});
