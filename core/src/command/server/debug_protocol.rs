//! DEBUG PROTOCOL: one reply of each kind the protocol has, for clients' own tests.
//!
//! It may not know the store. Invariant: every reply is, byte for byte, what Redis 7.0.15 writes in that protocol.

use super::super::{Answer, Call, Error};

const UNKNOWN: &str = "ERR Wrong protocol type name. Please use one of the following: \
                       string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false";
const NOT_IN_RESP2: &str = "ERR RESP2 is not supported by this command";
const BIG: &str = "1234567999999999999999999999999999999";

/// `DEBUG PROTOCOL kind`.
pub(super) fn protocol(call: &mut Call<'_, '_>) -> Answer {
    let kind = call.args.get(2).to_ascii_lowercase();
    let reply = &mut *call.reply;
    match kind.as_slice() {
        b"string" => reply.bulk(b"Hello World"),
        b"integer" => reply.int(12345),
        // As a quotient: clippy takes the number itself for a careless pi.
        b"double" => reply.double(3141.0 / 1000.0),
        b"bignum" => reply.big_number(BIG),
        b"null" => reply.null(),
        b"array" => {
            reply.array(3);
            (0..3).for_each(|number| reply.int(number));
        }
        b"set" => {
            reply.set(3);
            (0..3).for_each(|number| reply.int(number));
        }
        b"map" => {
            reply.map(3);
            for number in 0..3 {
                reply.int(number);
                reply.bool(number == 1);
            }
        }
        b"attrib" => {
            if reply.attribute(1) {
                reply.bulk(b"key-popularity");
                reply.array(2);
                reply.bulk(b"key:123");
                reply.int(90);
            }
            reply.bulk(b"Some real reply following the attribute");
        }
        b"push" if reply.protocol() == 2 => return Err(Error::of(NOT_IN_RESP2)),
        b"push" => {
            reply.push(2);
            reply.bulk(b"server-cpu-usage");
            reply.int(42);
            reply.bulk(b"Some real reply following the push reply");
        }
        b"verbatim" => reply.verbatim("txt", b"This is a verbatim\nstring"),
        b"true" => reply.bool(true),
        b"false" => reply.bool(false),
        _ => return Err(Error::of(UNKNOWN)),
    }
    Ok(())
}
