//! One call's worth of requests: parse, execute, and say why it ended.
//!
//! Invariant: bytes count as taken when their request has been executed (or handed over) whole; a request that must be
//! tried again, or whose arguments found no room, is parsed anew at the next call.

use super::{HandedOff, Session};
use crate::abi::{Outcome, Status, outcome_flag};
use crate::command::spec::CommandSpec;
use crate::command::{Args, Context, Flow};
use crate::lane::Lane;
use crate::resp::{Parsed, Reply};
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// The answer to a server command whose arguments fill more than the caller's whole buffer.
const TOO_LONG_FOR_SERVER: &[u8] = b"-ERR arguments of this command are too long\r\n";

/// Why a batch ended before its bytes did.
enum Ending {
    /// It did not: everything complete was executed.
    Drained,
    /// The rest must wait for its replies to be written.
    ReplyFull,
    /// Later, after so many milliseconds.
    Retry(u32),
    /// A server command is next, of so many bytes.
    HandOff(&'static CommandSpec, usize),
    /// The connection is to be closed.
    Close,
}

/// Runs the requests in `buf` and answers how many of its bytes are done with, and what the caller must do next (`None`:
/// nothing). `outcome.reply_bytes` says how much of `out` is in use, before and after.
pub(super) fn run(
    session: &mut Session,
    store: &Store,
    lane: &Lane,
    buf: &[u8],
    out: &mut [u8],
    outcome: &mut Outcome,
) -> (usize, Option<Status>) {
    let mut parser = core::mem::take(&mut session.parser);
    let mut spans = core::mem::take(&mut session.spans);
    let mut spill = core::mem::take(&mut session.spill);
    let before = outcome.reply_bytes as usize;
    let mut reply = Reply::new(&mut out[before..], &mut spill, session.client.protocol);
    let mut context = Context::new(store, lane);
    let mut taken = 0;
    let ending = loop {
        let limits = session.limits(store);
        if parser.limits() != limits {
            parser.set_limits(limits);
        }
        let parsed = parser.next(&buf[taken..], &mut spans);
        let (source, consumed) = match parsed {
            Parsed::Request { consumed } => (&buf[taken..], consumed),
            Parsed::Inline { consumed } => (parser.inline_bytes(), consumed),
            Parsed::Empty { consumed } => {
                taken += consumed;
                continue;
            }
            Parsed::Incomplete { .. } if exceeds_limit(store, buf.len() - taken) => {
                store.log(
                    "warning",
                    "closed a client whose unfinished request exceeds client-query-buffer-limit",
                );
                break Ending::Close;
            }
            Parsed::Incomplete { .. } => break Ending::Drained,
            Parsed::Error(error) => {
                lane.counters.protocol_errors.add(1);
                reply.error_bytes(&error.text());
                break Ending::Close;
            }
        };
        match context.execute(
            &session.face,
            &mut session.client,
            Args::new(source, &spans),
            &mut reply,
        ) {
            Flow::Continue => taken += consumed,
            Flow::Close => break Ending::Close,
            Flow::Retry(ms) => break Ending::Retry(ms),
            Flow::HandOff(command) => break Ending::HandOff(command, consumed),
        }
        if reply.spilled() > 0 {
            break Ending::ReplyFull;
        }
    };
    context.finish();
    let (written, muted) = (reply.written(), reply.muted());
    outcome.reply_bytes = (before + written) as u32;
    let status = match ending {
        Ending::Drained | Ending::ReplyFull => None,
        Ending::Close => {
            taken = buf.len();
            Some(Status::Close)
        }
        Ending::Retry(ms) => {
            outcome.retry_ms = ms;
            Some(Status::Retry)
        }
        Ending::HandOff(command, consumed) => {
            let inline = buf.get(taken).is_some_and(|&first| first != b'*');
            let source = if inline {
                parser.inline_bytes()
            } else {
                &buf[taken..]
            };
            let handed = hand_over(command, Args::new(source, &spans), out, outcome);
            if handed {
                taken += consumed;
                lane.counters.hand_offs.add(1);
                outcome.flags = if muted { outcome_flag::MUTED } else { 0 };
                session.handed_off = Some(HandedOff {
                    command,
                    started: Instant::now(),
                    muted,
                });
                Some(Status::Handoff)
            } else if outcome.reply_bytes > 0 {
                // No room behind the replies: these go first, the request is parsed again.
                Some(Status::More)
            } else {
                lane.counters.error_replies.add(1);
                spill.push(TOO_LONG_FOR_SERVER);
                taken += consumed;
                None
            }
        }
    };
    (session.parser, session.spans, session.spill) = (parser, spans, spill);
    (taken, status)
}

fn exceeds_limit(store: &Store, waiting: usize) -> bool {
    waiting as u64 > store.settings.client_query_buffer_limit.load(Relaxed)
}

/// Writes a request's arguments behind the replies in `out`: a `u32` length and the bytes, for each; `false` when they do
/// not fit.
fn hand_over(
    command: &'static CommandSpec,
    args: Args<'_>,
    out: &mut [u8],
    outcome: &mut Outcome,
) -> bool {
    let start = outcome.reply_bytes as usize;
    let wanted: usize = args.iter().map(|arg| 4 + arg.len()).sum();
    if out.len() - start < wanted {
        return false;
    }
    let mut at = start;
    for arg in args.iter() {
        out[at..at + 4].copy_from_slice(&(arg.len() as u32).to_le_bytes());
        out[at + 4..at + 4 + arg.len()].copy_from_slice(arg);
        at += 4 + arg.len();
    }
    outcome.command = command.id as u32;
    outcome.argc = args.len() as u32;
    outcome.args_offset = start as u32;
    outcome.args_bytes = wanted as u32;
    true
}
