//! CLIENT KILL: which connections close.
//!
//! A connection of another lane closes when that lane collects its mailbox; the caller's own once its reply is written.
//! Invariant: a client is killed only if every filter given matches it.

use super::super::{Answer, Args, Call, Error, Flow};
use super::DEFAULT_USER;
use super::client_list::{Kind, connections};
use crate::client::Face;
use crate::error;

const BAD_ID: &str = "ERR client-id should be greater than 0";
const NO_SUCH_CLIENT: &str = "ERR No such client";

/// What a client must be to be killed.
#[derive(Default)]
struct Filter<'a> {
    id: Option<u64>,
    kind: Option<Kind>,
    addr: Option<&'a [u8]>,
    laddr: Option<&'a [u8]>,
    spare_caller: bool,
}

impl<'a> Filter<'a> {
    /// Reads `filter value` pairs.
    fn parse(args: Args<'a>) -> Result<Filter<'a>, Error> {
        let mut filter = Filter {
            spare_caller: true,
            ..Filter::default()
        };
        for index in (2..args.len()).step_by(2) {
            if index + 1 == args.len() {
                return Err(Error::of(error::SYNTAX));
            }
            filter.take(args, index)?;
        }
        Ok(filter)
    }

    fn take(&mut self, args: Args<'a>, index: usize) -> Answer {
        let value = args.get(index + 1);
        if args.is(index, "ID") {
            let id = args.int(index + 1).ok().filter(|&id| id > 0);
            self.id = Some(id.ok_or(Error::of(BAD_ID))? as u64);
        } else if args.is(index, "TYPE") {
            self.kind = Some(Kind::named(value)?);
        } else if args.is(index, "ADDR") {
            self.addr = Some(value);
        } else if args.is(index, "LADDR") {
            self.laddr = Some(value);
        } else if args.is(index, "USER") {
            // There is one user, so a user that exists matches everybody.
            if value != DEFAULT_USER {
                let mut text = b"ERR No such user '".to_vec();
                text.extend_from_slice(value);
                text.push(b'\'');
                return Err(Error::bytes(text));
            }
        } else if args.is(index, "SKIPME") && args.is(index + 1, "YES") {
            self.spare_caller = true;
        } else if args.is(index, "SKIPME") && args.is(index + 1, "NO") {
            self.spare_caller = false;
        } else {
            return Err(Error::of(error::SYNTAX));
        }
        Ok(())
    }

    fn matches(&self, face: &Face, is_caller: bool) -> bool {
        self.id.is_none_or(|id| face.id == id)
            && self.kind.is_none_or(|kind| Kind::of(face) == kind)
            && self
                .addr
                .is_none_or(|addr| face.origin.addr.as_bytes() == addr)
            && self
                .laddr
                .is_none_or(|laddr| face.origin.laddr.as_bytes() == laddr)
            && !(is_caller && self.spare_caller)
    }
}

/// `CLIENT KILL ip:port` kills one client, `CLIENT KILL filter value ...` all that match and answers how many.
pub(crate) fn client_kill(call: &mut Call<'_, '_>) -> Answer {
    let by_address = call.args.len() == 3;
    let filter = match by_address {
        true => Filter {
            addr: Some(call.args.get(2)),
            ..Filter::default()
        },
        false => Filter::parse(call.args)?,
    };
    let mut killed = 0;
    for face in connections(call.store) {
        let is_caller = face.id == call.face.id;
        if !filter.matches(&face, is_caller) {
            continue;
        }
        killed += 1;
        match is_caller {
            true => call.flow = Flow::Close,
            false => face.kill(),
        }
        if by_address {
            break;
        }
    }
    match (by_address, killed) {
        (true, 0) => return Err(Error::of(NO_SUCH_CLIENT)),
        (true, _) => call.reply.ok(),
        (false, count) => call.reply.int(count),
    }
    Ok(())
}
