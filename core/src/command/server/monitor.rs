//! MONITOR: every command of every client, as a line to those who asked for it.
//!
//! It may not know what commands do. Invariants: a line is one line, whatever bytes a request holds; passwords are never in
//! it; with nobody listening a command costs one relaxed load.

use crate::client::Face;
use crate::command::flags::Flags;
use crate::command::spec::CommandSpec;
use crate::command::{Answer, Args, Call};
use crate::pubsub::Sender;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::io::Write;

/// What stands in the place of a password.
const REDACTED: &[u8] = b"(redacted)";

/// `MONITOR`: OK, and from then on a line for each command. Who is fed already gets no answer, as in Redis.
pub(crate) fn monitor(call: &mut Call<'_, '_>) -> Answer {
    if call.client.monitoring {
        return Ok(());
    }
    call.client.monitoring = true;
    call.face.monitoring.store(true, Relaxed);
    call.store.pubsub.monitor(call.face);
    call.reply.ok();
    Ok(())
}

/// Tells monitors of a command that has run, unless it is one they are not to see.
#[inline(always)]
pub(in crate::command) fn feed(
    store: &Store,
    spec: &CommandSpec,
    face: &Face,
    db: u32,
    args: Args<'_>,
) {
    if store.pubsub.has_monitors() && !spec.flags.has(Flags::SKIP_MONITOR.with(Flags::ADMIN)) {
        tell(store, spec, face, db, args);
    }
}

#[cold]
#[inline(never)]
fn tell(store: &Store, spec: &CommandSpec, face: &Face, db: u32, args: Args<'_>) {
    let sender = Sender {
        id: Some(face.id),
        settings: &store.settings,
        now_ms: store.clock.now_ms(),
    };
    let line = || {
        let now_us = store.clock.now_us();
        let origin = match face.origin.is_unix {
            true => format!("unix:{}", path_of(&face.origin.addr)),
            false => face.origin.addr.clone(),
        };
        let mut line = Vec::with_capacity(128);
        let (seconds, micros) = (now_us / 1_000_000, now_us % 1_000_000);
        let written = write!(line, "+{seconds}.{micros:06} [{db} {origin}]");
        debug_assert!(written.is_ok(), "writing to a vector cannot fail");
        for (index, arg) in args.iter().enumerate() {
            line.push(b' ');
            quote(
                if is_secret(spec, args, index) {
                    REDACTED
                } else {
                    arg
                },
                &mut line,
            );
        }
        line.extend_from_slice(b"\r\n");
        line
    };
    store.pubsub.feed_monitors(line, sender);
}

/// Clients of a Unix socket are known by its path and port 0.
fn path_of(addr: &str) -> &str {
    addr.strip_suffix(":0").unwrap_or(addr)
}

/// Whether the argument is a user or password: all of AUTH's, and the two behind HELLO's AUTH.
fn is_secret(spec: &CommandSpec, args: Args<'_>, index: usize) -> bool {
    match spec.full_name {
        "auth" => index > 0 && args.len() <= 3,
        "hello" => (2..index).any(|word| is_login(args, word) && index <= word + 2),
        _ => false,
    }
}

/// Whether HELLO reads the argument as its option AUTH: the words before it are options with their arguments.
fn is_login(args: Args<'_>, wanted: usize) -> bool {
    let mut index = 2;
    while index < args.len() {
        if args.is(index, "AUTH") && index + 2 < args.len() {
            if index == wanted {
                return true;
            }
            index += 3;
        } else if args.is(index, "SETNAME") && index + 1 < args.len() {
            index += 2;
        } else {
            return false;
        }
    }
    false
}

/// Quotes bytes: printable ones as they are, others by name or as `\x` and two digits.
fn quote(bytes: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => line.extend_from_slice(&[b'\\', byte]),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\t' => line.extend_from_slice(b"\\t"),
            0x07 => line.extend_from_slice(b"\\a"),
            0x08 => line.extend_from_slice(b"\\b"),
            b' '..=b'~' => line.push(byte),
            _ => line.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quote_makes_one_printable_line_of_any_bytes() {
        let every: Vec<u8> = (0..=255).collect();
        let mut line = Vec::new();
        quote(&every, &mut line);
        assert!(line.iter().all(|byte| (b' '..=b'~').contains(byte)));
        let mut line = Vec::new();
        quote(b"a\"b\\ \r\n\t\x07\x08\x00\xff", &mut line);
        assert_eq!(line, b"\"a\\\"b\\\\ \\r\\n\\t\\a\\b\\x00\\xff\"");
    }
}
