//! CLIENT LIST and CLIENT INFO: a line about each connection, and the kinds of client there are.
//!
//! It reads faces only, so a line is about the moment of each field, not about one moment. Invariant: a line has Redis
//! 7.0.15's fields in their order, then `listener` and `node`; a field this server has no such thing for is what Redis shows
//! where there is none.

use super::super::{Answer, Call, Error, lookup};
use crate::client::Face;
use crate::settings::OutputClass;
use crate::store::Store;
use crate::sync::locked;
use core::sync::atomic::Ordering::Relaxed;
use std::fmt::Write;
use std::sync::Arc;

const BAD_ID: &str = "ERR Invalid client ID";

/// The kinds CLIENT LIST and KILL know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Everybody else.
    Normal,
    /// Those subscribed to anything.
    Pubsub,
    /// Kinds that nobody is of.
    Other,
}

impl Kind {
    /// The kind of that name, in any case.
    pub(super) fn named(name: &[u8]) -> Result<Kind, Error> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Ok(Kind::Normal),
            b"pubsub" => Ok(Kind::Pubsub),
            b"master" | b"replica" | b"slave" => Ok(Kind::Other),
            _ => {
                let mut text = b"ERR Unknown client type '".to_vec();
                text.extend_from_slice(name);
                text.push(b'\'');
                Err(Error::bytes(text))
            }
        }
    }
}

impl Kind {
    /// The kind a client is of.
    pub(super) fn of(face: &Face) -> Kind {
        match face.output_class() {
            OutputClass::Pubsub => Kind::Pubsub,
            _ => Kind::Normal,
        }
    }
}

/// Every connection; main's own session is none.
pub(super) fn connections(store: &Store) -> impl Iterator<Item = Arc<Face>> {
    store
        .sessions
        .faces()
        .into_iter()
        .filter(|face| !face.origin.is_internal)
}

/// `CLIENT INFO`: the caller's line.
pub(crate) fn client_info(call: &mut Call<'_, '_>) -> Answer {
    let line = describe(call.store, call.face, argument_bytes(call, call.face));
    call.reply.verbatim("txt", line.as_bytes());
    Ok(())
}

/// `CLIENT LIST [TYPE kind | ID id ...]`: a line for each connection asked for.
pub(crate) fn client_list(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let everyone: Vec<Arc<Face>> = connections(call.store).collect();
    let chosen: Vec<Arc<Face>> = match args.len() {
        2 => everyone,
        4 if args.is(2, "TYPE") => {
            let kind = Kind::named(args.get(3))?;
            let is_wanted = |face: &Arc<Face>| Kind::of(face) == kind;
            everyone.into_iter().filter(is_wanted).collect()
        }
        count if count > 3 && args.is(2, "ID") => {
            let mut chosen = Vec::new();
            for index in 3..count {
                let id = args.int(index).map_err(|_| Error::of(BAD_ID))?;
                chosen.extend(everyone.iter().find(|face| face.id as i64 == id).cloned());
            }
            chosen
        }
        _ => return call.syntax_error(),
    };
    let describe = |face: &Arc<Face>| describe(call.store, face, argument_bytes(call, face));
    let lines: String = chosen.iter().map(describe).collect();
    call.reply.verbatim("txt", lines.as_bytes());
    Ok(())
}

/// Bytes of a connection's arguments; only the caller's own are known.
fn argument_bytes(call: &Call<'_, '_>, face: &Face) -> usize {
    match face.id == call.face.id {
        true => call.args.iter().map(<[u8]>::len).sum(),
        false => 0,
    }
}

/// One connection's line. `tot-mem` is what core holds for it.
pub(crate) fn describe(store: &Store, face: &Face, argument_bytes: usize) -> String {
    let now_ms = store.clock.now_ms();
    let seconds_since = |ms: i64| (now_ms - ms).max(0) / 1000;
    let name = locked(&face.name).clone();
    let (pending, waiting) = (face.pending_bytes.load(Relaxed), face.output_bytes());
    let blocks = face.outbox.len() + usize::from(waiting > face.outbox.bytes());
    let [channels, patterns, shards] = &face.subscriptions;
    let (sub, psub) = (channels.load(Relaxed), patterns.load(Relaxed));
    let ssub = shards.load(Relaxed);
    let multi = face.multi_bytes.load(Relaxed);
    let total = face.memory_bytes() + argument_bytes as u64;
    let node = face.lane.node.map(|index| index as usize);
    let node = node.map_or(-1, |index| i64::from(store.topology.nodes[index].id));
    let mut line = String::new();
    let written = writeln!(
        line,
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={} sub={sub} psub={psub} ssub={ssub} multi={} \
         qbuf={pending} qbuf-free=0 argv-mem={argument_bytes} multi-mem={multi} rbs=0 rbp=0 obl=0 oll={blocks} omem={waiting} \
         tot-mem={total} events={} cmd={} user=default redir=-1 resp={} listener={} node={node}",
        face.id,
        face.origin.addr,
        face.origin.laddr,
        face.origin.fd,
        String::from_utf8_lossy(&name),
        seconds_since(face.opened_ms),
        seconds_since(face.last_ms.load(Relaxed)),
        flags(face),
        face.db.load(Relaxed),
        face.multi.load(Relaxed),
        if waiting > 0 { "rw" } else { "r" },
        command_name(face),
        face.protocol.load(Relaxed),
        face.lane.label,
    );
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    line
}

/// Redis' letters: `O` fed by MONITOR, `P` subscribed, `x` inside a transaction, `b` waiting in a blocking command, `d` a
/// watched key has changed, `A` to be closed, `U` over a Unix socket, `e` exempt from eviction; `N` for none of them.
fn flags(face: &Face) -> String {
    let letters = [
        (face.monitoring.load(Relaxed), 'O'),
        (face.subscribed.load(Relaxed), 'P'),
        (face.multi.load(Relaxed) >= 0, 'x'),
        (locked(&face.waiter).is_some(), 'b'),
        (face.watch_broken.load(Relaxed), 'd'),
        (face.killed.load(Relaxed), 'A'),
        (face.origin.is_unix, 'U'),
        (face.no_evict.load(Relaxed), 'e'),
    ];
    let flags: String = letters
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, letter)| letter)
        .collect();
    if flags.is_empty() { "N".into() } else { flags }
}

fn command_name(face: &Face) -> &'static str {
    let id = face.last_command.load(Relaxed);
    lookup::all()
        .find(|spec| spec.id as u32 == id)
        .map_or("NULL", |spec| spec.full_name)
}
