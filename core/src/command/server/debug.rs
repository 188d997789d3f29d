//! DEBUG: for tests and for finding defects; closed unless `enable-debug-command` opens it.
//!
//! It runs with the whole world held, so that what it looks at stands still and DEBUG SLEEP stops every client, as in
//! Redis. Invariant: nothing happens to a caller who has no access, whatever the subcommand.

use super::super::generic::references;
use super::super::{Answer, Call, Error};
use super::digest::{digest, digest_values};
use super::reload::reload;
use super::{debug_protocol, memory, unknown_or_wrong_count};
use crate::client::Face;
use crate::error;
use crate::glob;
use crate::object::entry::Entry;
use crate::object::list::{ListView, Part};
use crate::object::string::StringValue;
use crate::object::value;
use crate::pool::prefix::ObjectType;
use crate::settings::{DebugAccess, PACKED_THRESHOLD};
use crate::store::random_id;
use crate::sync::locked;
use core::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// The longest DEBUG SLEEP, in seconds.
const SLEEP_SECONDS_MAX: f64 = 86_400.0;
const BAD_THRESHOLD: &str =
    "ERR argument must be a memory value bigger than 1 and smaller than 4gb";
const NO_SUCH_NODE: &str = "ERR no such node";
const NOT_A_LISTPACK: &str = "ERR Not a listpack encoded object.";

/// How to write each subcommand, and what it does.
const HELP: &[(&str, &str)] = &[
    ("CHANGE-REPL-ID", "Starts another replication history."),
    (
        "CLOCK ADVANCE <milliseconds>",
        "Shifts the store's clock, forwards or back.",
    ),
    (
        "DIGEST",
        "Answers forty digits that two servers share when they hold the same data.",
    ),
    (
        "DIGEST-VALUE <key> [<key> ...]",
        "Answers such digits of each value alone.",
    ),
    ("ERROR <text>", "Answers with that error."),
    (
        "KEYSPACE",
        "Re-derives every invariant of the tables of keys.",
    ),
    (
        "LISTPACK <key>",
        "Shows the elements of a value that is one listpack.",
    ),
    (
        "OBJECT <key>",
        "Shows how a key is stored, on which node, and how hot it is.",
    ),
    ("LOG <message>", "Writes the message into the server's log."),
    (
        "MOVER PAUSE <steps>",
        "Has the mover stand still after so many more steps of migration jobs.",
    ),
    ("MOVER RESUME", "Lets it go on."),
    ("MOVER STATE", "Answers 1 while it stands still, else 0."),
    ("PANIC", "Fails inside core on purpose."),
    (
        "POOL [<node>]",
        "Re-derives every invariant of the pool and shows its statistics.",
    ),
    (
        "PROTOCOL <type>",
        "Answers with a reply of that kind: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, true, false.",
    ),
    (
        "QUICKLIST-PACKED-THRESHOLD <bytes>",
        "Gives elements of so many bytes a node of their own in lists; 0 goes back to 1 GB.",
    ),
    (
        "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
        "Takes every value apart into a dump and puts it together again.",
    ),
    (
        "SET-ACTIVE-EXPIRE <0|1>",
        "Stops and starts the search for expired keys.",
    ),
    (
        "SLEEP <seconds>",
        "Stops every client for that time; decimals are allowed.",
    ),
    (
        "STRINGMATCH-LEN <length> <pattern>",
        "Matches the pattern against a string of that many a's.",
    ),
    ("HELP", "Shows this text."),
];

/// `DEBUG subcommand ...`.
pub(crate) fn debug(call: &mut Call<'_, '_>) -> Answer {
    if !is_open_to(call.store.settings.debug_access(), call.face) {
        return Err(Error::of(error::DEBUG_CLOSED));
    }
    let subcommand = call.args.get(1).to_ascii_uppercase();
    match (subcommand.as_slice(), call.args.len()) {
        (b"CHANGE-REPL-ID", 2) => {
            *locked(&call.store.replication_id) = random_id();
            call.reply.ok();
            Ok(())
        }
        (b"CLOCK", 4) if call.args.is(2, "ADVANCE") => advance_clock(call),
        (b"DIGEST", 2) => digest(call),
        (b"DIGEST-VALUE", 2..) => digest_values(call),
        (b"ERROR", 3) => Err(Error::bytes(call.args.get(2).to_vec())),
        (b"HELP", 2) => help(call),
        (b"KEYSPACE", 2) => keyspace(call),
        (b"LISTPACK", 3) => listpack(call),
        (b"LOG", 3) => log(call),
        (b"MOVER", 3 | 4) => mover(call),
        (b"OBJECT", 3) => object(call),
        (b"PANIC", 2) => panic!("DEBUG PANIC, on purpose"),
        (b"POOL", 2 | 3) => pool(call),
        (b"PROTOCOL", 3) => debug_protocol::protocol(call),
        (b"QUICKLIST-PACKED-THRESHOLD", 3) => quicklist_threshold(call),
        (b"RELOAD", 2..) => reload(call),
        (b"SET-ACTIVE-EXPIRE", 3) => set_active_expire(call),
        (b"SLEEP", 3) => sleep(call),
        (b"STRINGMATCH-LEN", 4) => match_long_string(call),
        _ => Err(unknown_or_wrong_count(call)),
    }
}

/// Whether DEBUG is open to a client: `local` means over loopback or a Unix socket, or from inside the process.
fn is_open_to(access: DebugAccess, face: &Face) -> bool {
    let host = face
        .origin
        .addr
        .rsplit_once(':')
        .map_or("", |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.to_canonical().is_loopback());
    match access {
        DebugAccess::No => false,
        DebugAccess::Yes => true,
        DebugAccess::Local => face.origin.is_unix || face.origin.is_internal || is_loopback,
    }
}

fn help(call: &mut Call<'_, '_>) -> Answer {
    call.reply.array(1 + 2 * HELP.len());
    call.reply
        .simple("DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (syntax, summary) in HELP {
        call.reply.simple(syntax);
        call.reply.simple(&format!("    {summary}"));
    }
    Ok(())
}

fn advance_clock(call: &mut Call<'_, '_>) -> Answer {
    let ms = call.args.int(3)?;
    call.store.clock.advance(ms);
    call.reply.ok();
    Ok(())
}

/// Numbers are read as C's `atof` reads them: what is none counts as 0.
fn leading_float(text: &[u8]) -> f64 {
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
        .unwrap_or(text.len());
    let text = core::str::from_utf8(&text[..end]).unwrap_or_default();
    text.parse().unwrap_or(0.0)
}

fn sleep(call: &mut Call<'_, '_>) -> Answer {
    let seconds = leading_float(call.args.get(2)).clamp(0.0, SLEEP_SECONDS_MAX);
    std::thread::sleep(Duration::from_secs_f64(seconds));
    call.reply.ok();
    Ok(())
}

fn log(call: &mut Call<'_, '_>) -> Answer {
    let text = String::from_utf8_lossy(call.args.get(2)).replace(['\r', '\n'], " ");
    call.store.log("warning", &format!("DEBUG LOG: {text}"));
    call.reply.ok();
    Ok(())
}

fn set_active_expire(call: &mut Call<'_, '_>) -> Answer {
    let is_on = leading_float(call.args.get(2)) != 0.0;
    call.store.active_expire.store(is_on, Relaxed);
    call.reply.ok();
    Ok(())
}

fn quicklist_threshold(call: &mut Call<'_, '_>) -> Answer {
    let text = call.args.get(2).to_ascii_lowercase();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        b"" | b"b" => Some(1u64),
        b"k" => Some(1000),
        b"kb" => Some(1 << 10),
        b"m" => Some(1_000_000),
        b"mb" => Some(1 << 20),
        b"g" => Some(1_000_000_000),
        b"gb" => Some(1 << 30),
        _ => None,
    };
    let number = core::str::from_utf8(number)
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let bytes = number
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor));
    // Redis leaves a megabyte between the largest threshold and what 32 bits can say.
    let bytes = bytes.filter(|&bytes| bytes <= (1 << 32) - (1 << 20));
    let bytes = match bytes.ok_or(Error::of(BAD_THRESHOLD))? {
        0 => PACKED_THRESHOLD,
        bytes => bytes,
    };
    let threshold = &call.store.settings.packed_threshold;
    threshold.store(bytes, Relaxed);
    call.reply.ok();
    Ok(())
}

/// A pattern that is costly to match shows here.
fn match_long_string(call: &mut Call<'_, '_>) -> Answer {
    let limit = call.store.settings.proto_max_bulk_len.load(Relaxed) as i64;
    let length = call.args.int(2)?.clamp(0, limit) as usize;
    let matched = glob::matches(call.args.get(3), &vec![b'a'; length], false);
    call.reply.int(matched.into());
    Ok(())
}

/// `DEBUG MOVER PAUSE steps | RESUME | STATE`.
fn mover(call: &mut Call<'_, '_>) -> Answer {
    let jobs = &call.store.jobs;
    match call.args.len() {
        4 if call.args.is(2, "PAUSE") => {
            let steps = u64::try_from(call.args.int(3)?);
            jobs.hold_after(steps.map_err(|_| Error::of(error::NOT_AN_INTEGER))?);
        }
        3 if call.args.is(2, "RESUME") => jobs.let_go(),
        3 if call.args.is(2, "STATE") => {
            call.reply.int(jobs.is_standing().into());
            return Ok(());
        }
        _ => return call.syntax_error(),
    }
    call.reply.ok();
    Ok(())
}

/// Redis' line about an object, then the node it lies on and its hotness level.
fn object(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(2));
    let found = call.peek(target).ok_or(Error::of(error::NO_SUCH_KEY))?;
    let line = describe(call, found.entry);
    call.reply.simple(&line);
    Ok(())
}

fn describe(call: &Call<'_, '_>, entry: Entry) -> String {
    let settings = &call.store.settings;
    let clock = crate::clock::use_clock(call.now_ms);
    let usage = entry.usage(
        clock,
        settings.hotness_decay.load(Relaxed),
        settings.lfu_decay_time.load(Relaxed),
    );
    let node = call.keyspace().pool.node_of(entry.address());
    let (serialized, more) = match entry.kind() {
        ObjectType::List => {
            let list = ListView::of(entry);
            (serialized_list_length(list), describe_list(list))
        }
        ObjectType::String => {
            let value = StringValue::of(entry);
            (serialized_length(value.len()), String::new())
        }
        // What these would take in an RDB file is not reckoned: about as much as in the pool.
        _ => (
            value::footprint(entry, &call.keyspace().pool),
            String::new(),
        ),
    };
    let references = references(call, entry);
    let last_used = u64::from(clock).wrapping_sub(usage.idle_seconds) & 0xff_ffff;
    format!(
        "Value at:{:p} refcount:{references} encoding:{} serializedlength:{} lru:{last_used} lru_seconds_idle:{}{more} node:{} level:{}",
        entry.address(),
        entry.encoding().name(),
        serialized,
        usage.idle_seconds,
        call.store.topology.nodes[node as usize].id,
        usage.level,
    )
}

/// What Redis tells of a list's nodes.
fn describe_list(list: ListView<'_>) -> String {
    let summary = list.summary();
    let rules = list.rules();
    format!(
        " ql_nodes:{} ql_avg_node:{:.2} ql_listpack_max:{} ql_compressed:{} ql_uncompressed_size:{}",
        summary.links,
        list.len() as f64 / summary.links as f64,
        rules.fill,
        u8::from(rules.depth != 0),
        summary.bytes,
    )
}

/// Bytes of a length in an RDB file.
fn length_bytes(length: usize) -> usize {
    match length {
        0..=63 => 1,
        64..=16_383 => 2,
        16_384..=0xffff_ffff => 5,
        _ => 9,
    }
}

/// Bytes of a string in an RDB file, uncompressed: its length's own bytes, then its content.
fn serialized_length(bytes: usize) -> usize {
    length_bytes(bytes) + bytes
}

/// Bytes of a list in an RDB file, what lies uncompressed uncompressed: the number of nodes, then each with its kind.
fn serialized_list_length(list: ListView<'_>) -> usize {
    let (mut nodes, mut bytes) = (0, 0);
    for part in list.parts() {
        nodes += 1;
        bytes += 1 + match part {
            Part::Listpack(bytes) | Part::Plain(bytes) => serialized_length(bytes.len()),
            Part::Compressed(bytes, len) => 1 + serialized_length(bytes.len()) + length_bytes(len),
        };
    }
    length_bytes(nodes) + bytes
}

/// `DEBUG LISTPACK key`: a line about a listpack, then one for each element; Redis prints as much where its log goes.
fn listpack(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(2));
    let found = call.peek(target).ok_or(Error::of(error::NO_SUCH_KEY))?;
    let listpack = value::listpack(found.entry).ok_or(Error::of(NOT_A_LISTPACK))?;
    let (bytes, len) = (listpack.bytes().len(), listpack.len());
    let mut text = format!("bytes:{bytes} elements:{len}\n").into_bytes();
    for (at, element) in listpack.iter() {
        text.extend_from_slice(format!("{at}: ").as_bytes());
        element.with_bytes(|bytes| text.extend_from_slice(bytes));
        text.push(b'\n');
    }
    call.reply.verbatim("txt", &text);
    Ok(())
}

/// `DEBUG KEYSPACE`: OK, or what does not hold.
fn keyspace(call: &mut Call<'_, '_>) -> Answer {
    let valid = call.grip().is_valid();
    valid.map_err(|why| Error::text(format!("ERR the keyspace is broken: {why}")))?;
    call.reply.ok();
    Ok(())
}

/// `DEBUG POOL [node]`: the statistics of one node or of all, once every invariant is found to hold.
fn pool(call: &mut Call<'_, '_>) -> Answer {
    let store = call.store;
    let chosen = match call.args.len() {
        2 => None,
        _ => {
            let id = u32::try_from(call.args.int(2)?).ok();
            let index = id.and_then(|id| store.topology.index_of(id));
            Some(index.ok_or(Error::of(NO_SUCH_NODE))? as usize)
        }
    };
    let at_rest = store.lazy_free.hold_still();
    let valid = call.keyspace().pool.is_valid();
    drop(at_rest);
    valid.map_err(|why| Error::text(format!("ERR the pool is broken: {why}")))?;
    let mut text = String::from("valid\n");
    for (index, stats) in memory::node_stats(store).iter().enumerate() {
        if chosen.is_none_or(|chosen| chosen == index) {
            memory::describe(&mut text, store.topology.nodes[index].id, stats);
        }
    }
    call.reply.verbatim("txt", text.as_bytes());
    Ok(())
}
