//! One call's worth of requests: parse, execute, and say why it ended.
//!
//! Invariant: bytes count as taken when their request has been executed (or handed over) whole; a request that must be
//! tried again, or whose arguments found no room, is parsed anew at the next call.

use super::{HandedOff, Home, Work};
use crate::abi::{Outcome, Status, outcome_flag};
use crate::clock::ticks;
use crate::command::spec::CommandSpec;
use crate::command::{Args, Context, Flow, lookup};
use crate::resp::{Parsed, Parser, Reply, Span};
use crate::store::Store;
use core::num::NonZeroU64;
use core::sync::atomic::Ordering::Relaxed;

/// The answer to a server command whose arguments fill more than the caller's whole buffer.
const TOO_LONG_FOR_SERVER: &[u8] = b"-ERR arguments of this command are too long\r\n";

/// Data up to this size is in the CPU's caches anyway.
const CACHED_BYTES: u64 = 4 << 20;

/// Why a batch ended before its bytes did.
enum Ending {
    /// It did not, or its replies fill the buffer: nothing but to write them.
    Written,
    /// It has taken long enough: other clients first, the rest at the next call.
    Long,
    /// Later, after so many milliseconds.
    Retry(u32),
    /// A server command is next, of so many bytes.
    HandOff(&'static CommandSpec, usize),
    /// Server commands of a transaction are next.
    HandOffs,
    /// The client waits in a blocking command.
    Blocked,
    /// The connection is to be closed.
    Close,
}

/// What the parser needs from one request to the next, taken out of the session while its commands may change the rest.
struct Reading<'a> {
    buf: &'a [u8],
    parser: Parser,
    spans: Vec<Span>,
    /// Bytes of `buf` that are done with.
    taken: usize,
}

/// Runs the requests in `buf` and answers how many of its bytes are done with, and what the caller must do next (`None`:
/// nothing). `outcome.reply_bytes` says how much of `out` is in use, before and after.
pub(super) fn run(
    work: &mut Work,
    home: &Home,
    buf: &[u8],
    out: &mut [u8],
    outcome: &mut Outcome,
) -> (usize, Option<Status>) {
    let (parser, spans) = (
        core::mem::take(&mut work.parser),
        core::mem::take(&mut work.spans),
    );
    let mut reading = Reading {
        buf,
        parser,
        spans,
        taken: 0,
    };
    let mut spill = core::mem::take(&mut work.spill);
    let before = outcome.reply_bytes as usize;
    let mut reply = Reply::new(&mut out[before..], &mut spill, work.client.protocol);
    let limit = home.store.settings.output_limit(home.face.output_class());
    if let Some(cap) = NonZeroU64::new(limit.hard_bytes.load(Relaxed)) {
        reply.set_cap(cap.get() as usize);
    }
    let mut context = Context::new(&home.store, &home.lane);
    let mut ending = reading.run(work, home, &mut context, &mut reply);
    context.finish();
    if reply.abandoned() {
        home.face.overflow();
        ending = Ending::Close;
        outcome.reply_bytes = 0;
    } else {
        outcome.reply_bytes = (before + reply.written()) as u32;
    }
    let muted = reply.muted();
    let status = match ending {
        Ending::Written => None,
        Ending::Long => Some(Status::More),
        Ending::Close => {
            reading.taken = buf.len();
            Some(Status::Close)
        }
        Ending::Retry(ms) => {
            outcome.retry_ms = ms;
            Some(Status::Retry)
        }
        Ending::HandOff(command, bytes) => {
            let (args, at_start) = (reading.args(), outcome.reply_bytes == 0);
            let status = hand_over(work, home, command, (args, muted), out, outcome);
            if status.is_some() || at_start {
                reading.taken += bytes;
            }
            match status {
                Some(()) => Some(Status::Handoff),
                None if at_start => {
                    spill.push(TOO_LONG_FOR_SERVER);
                    None
                }
                None => Some(Status::More),
            }
        }
        Ending::HandOffs | Ending::Blocked => None,
    };
    (work.parser, work.spans, work.spill) = (reading.parser, reading.spans, spill);
    if work.client.holes.is_some() && work.spill.is_empty() {
        return (reading.taken, hand_over_next(work, home, out, outcome));
    }
    (reading.taken, status)
}

impl Reading<'_> {
    /// Parses and executes until the bytes, or the room for replies, are used up.
    fn run(
        &mut self,
        work: &mut Work,
        home: &Home,
        context: &mut Context<'_>,
        reply: &mut Reply<'_>,
    ) -> Ending {
        let looks_ahead = home.store.keyspace.pool.used_bytes_at_most() > CACHED_BYTES;
        let mut seen = 0;
        loop {
            if looks_ahead && self.taken >= seen {
                let bytes = context.look_ahead(work.client.db, &self.buf[self.taken..]);
                seen = self.taken + bytes.max(1);
            }
            if home.face.outbox.has_mail() {
                home.face.outbox.drain(reply);
            }
            if reply.spilled() > 0 || reply.abandoned() {
                return Ending::Written;
            }
            let limits = work.limits(&home.store);
            if self.parser.limits() != limits {
                self.parser.set_limits(limits);
            }
            let rest = &self.buf[self.taken..];
            let (source, consumed) = match self.parser.next(rest, &mut self.spans) {
                Parsed::Request { consumed } => (rest, consumed),
                Parsed::Inline { consumed } => (self.parser.inline_bytes(), consumed),
                Parsed::Empty { consumed } => {
                    self.taken += consumed;
                    continue;
                }
                Parsed::Incomplete { .. } => return incomplete(&home.store, rest.len()),
                Parsed::Error(error) => {
                    home.lane.counters.protocol_errors.add(1);
                    reply.error_bytes(&error.text());
                    return Ending::Close;
                }
            };
            let args = Args::new(source, &self.spans);
            match context.execute(&home.face, &mut work.client, args, reply) {
                Flow::Continue => self.taken += consumed,
                Flow::Close => return Ending::Close,
                Flow::Retry(ms) => return Ending::Retry(ms),
                Flow::HandOff(command) => return Ending::HandOff(command, consumed),
                Flow::Block => {
                    self.taken += consumed;
                    return Ending::Blocked;
                }
                Flow::HandOffs => {
                    self.taken += consumed;
                    return Ending::HandOffs;
                }
            }
            if context.is_long() && self.taken < self.buf.len() {
                return Ending::Long;
            }
        }
    }

    /// The arguments of the request in hand.
    fn args(&self) -> Args<'_> {
        let rest = &self.buf[self.taken..];
        let source = if rest[0] == b'*' {
            rest
        } else {
            self.parser.inline_bytes()
        };
        Args::new(source, &self.spans)
    }
}

/// Writes a server command's arguments behind the replies in `out`: a `u32` length and the bytes, for each. `None` when they
/// find no room there.
fn hand_over(
    work: &mut Work,
    home: &Home,
    command: &'static CommandSpec,
    (args, muted): (Args<'_>, bool),
    out: &mut [u8],
    outcome: &mut Outcome,
) -> Option<()> {
    let start = outcome.reply_bytes as usize;
    let wanted: usize = args.iter().map(|arg| 4 + arg.len()).sum();
    if out.len() - start < wanted {
        return None;
    }
    let mut at = start;
    for arg in args.iter() {
        out[at..at + 4].copy_from_slice(&(arg.len() as u32).to_le_bytes());
        out[at + 4..at + 4 + arg.len()].copy_from_slice(arg);
        at += 4 + arg.len();
    }
    outcome.command = command.id as u32;
    outcome.argc = args.len() as u32;
    (outcome.args_offset, outcome.args_bytes) = (start as u32, wanted as u32);
    outcome.flags = if muted { outcome_flag::MUTED } else { 0 };
    home.lane.counters.hand_offs.add(1);
    work.handed_off = Some(HandedOff {
        command,
        started: ticks(),
        muted,
    });
    Some(())
}

/// Hands over the next server command of a transaction whose locks are given back. Replies that wait go first; arguments
/// that would never find room are refused in their place.
pub(super) fn hand_over_next(
    work: &mut Work,
    home: &Home,
    out: &mut [u8],
    outcome: &mut Outcome,
) -> Option<Status> {
    let mut holes = work.client.holes.take()?;
    let (request, muted) = holes.next()?;
    let command = lookup::by_id(request.command);
    let args = Args::new(request.bytes, request.spans);
    let at_start = outcome.reply_bytes == 0;
    let handed = hand_over(work, home, command, (args, muted), out, outcome);
    let status = match handed {
        Some(()) => Status::Handoff,
        None => Status::More,
    };
    let mut is_more = true;
    if handed.is_none() && at_start {
        work.spill.push(TOO_LONG_FOR_SERVER);
        is_more = holes.close(&mut work.spill);
    }
    work.client.holes = is_more.then_some(holes);
    Some(status)
}

/// What a client that still waits must do: nothing, as long as its input keeps within its limit. One that is poked looks for
/// what it waits for itself.
pub(super) fn wait(work: &Work, home: &Home, outcome: &mut Outcome) -> Option<Status> {
    if let Ending::Close = incomplete(&home.store, work.pending.len()) {
        return Some(Status::Close);
    }
    let waiter = work.client.waiter.as_ref()?;
    if !waiter.take_poke() {
        return None;
    }
    let mut context = Context::new(&home.store, &home.lane);
    if context.serve(waiter.keys.clone()) {
        return None;
    }
    waiter.poke();
    outcome.retry_ms = 1;
    Some(Status::Retry)
}

/// A request that has not arrived whole is waited for, within `client-query-buffer-limit`.
fn incomplete(store: &Store, waiting: usize) -> Ending {
    if waiting as u64 <= store.settings.client_query_buffer_limit.load(Relaxed) {
        return Ending::Written;
    }
    store.log(
        "warning",
        "closed a client whose unfinished request exceeds client-query-buffer-limit",
    );
    Ending::Close
}
