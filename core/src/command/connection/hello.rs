//! HELLO: protocol, login and name in one request, and the server's introduction.
//!
//! Invariant: what HELLO was asked to do it does in the order login, name, protocol, and nothing behind the first failure.

use super::super::{Answer, Call, Error};
use super::{log_in, rename, set_protocol};
use core::sync::atomic::Ordering::Relaxed;

/// The Redis release whose behaviour is followed, as clients are told.
pub(crate) const REDIS_VERSION: &str = "7.0.15";

const NOT_A_VERSION: &str = "ERR Protocol version is not an integer or out of range";
const NO_SUCH_VERSION: &str = "NOPROTO unsupported protocol version";
const LOGIN_FIRST: &str = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time";

/// What HELLO's arguments ask for.
#[derive(Default)]
struct Wishes<'a> {
    protocol: Option<u8>,
    login: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

/// `HELLO [protover [AUTH username password] [SETNAME clientname]]`.
pub(crate) fn hello(call: &mut Call<'_, '_>) -> Answer {
    let wishes = parse(call)?;
    if let Some((user, password)) = wishes.login {
        log_in(call, user, password)?;
    }
    if call.store.settings.auth_required.load(Relaxed) && !call.client.authenticated {
        return Err(Error::of(LOGIN_FIRST));
    }
    if let Some(name) = wishes.name {
        rename(call.face, name)?;
    }
    if let Some(protocol) = wishes.protocol {
        set_protocol(call, protocol);
    }
    introduce(call);
    Ok(())
}

fn parse<'a>(call: &Call<'a, '_>) -> Result<Wishes<'a>, Error> {
    let args = call.args;
    let mut wishes = Wishes::default();
    if args.len() < 2 {
        return Ok(wishes);
    }
    wishes.protocol = match args.int(1) {
        Err(_) => return Err(Error::of(NOT_A_VERSION)),
        Ok(2) => Some(2),
        Ok(3) => Some(3),
        Ok(_) => return Err(Error::of(NO_SUCH_VERSION)),
    };
    let mut index = 2;
    while index < args.len() {
        let behind = args.len() - index - 1;
        if args.is(index, "AUTH") && behind >= 2 {
            wishes.login = Some((args.get(index + 1), args.get(index + 2)));
            index += 3;
        } else if args.is(index, "SETNAME") && behind >= 1 {
            wishes.name = Some(args.get(index + 1));
            index += 2;
        } else {
            let mut text = b"ERR Syntax error in HELLO option '".to_vec();
            text.extend_from_slice(args.get(index));
            text.push(b'\'');
            return Err(Error::bytes(text));
        }
    }
    Ok(wishes)
}

/// The map by which clients learn what they talk to; they check `server` and `version`, so these are Redis'.
fn introduce(call: &mut Call<'_, '_>) {
    let reply = &mut *call.reply;
    reply.map(7);
    for (name, value) in [("server", "redis"), ("version", REDIS_VERSION)] {
        reply.bulk(name.as_bytes());
        reply.bulk(value.as_bytes());
    }
    reply.bulk(b"proto");
    reply.int(call.client.protocol.into());
    reply.bulk(b"id");
    reply.int(call.face.id as i64);
    for (name, value) in [("mode", "standalone"), ("role", "master")] {
        reply.bulk(name.as_bytes());
        reply.bulk(value.as_bytes());
    }
    reply.bulk(b"modules");
    reply.array(0);
}
