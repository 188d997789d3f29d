//! The boundary in Rust: status codes, flag bits and the records that cross it.
//!
//! Knows no function and no state. Invariant: every size and offset is what `core/abi.json` says,
//! asserted when this file is compiled.
// Written by core/gen.ts from core/abi.json; edit that and run `deno task gen`.

use core::mem::{offset_of, size_of};

/// Version of the boundary; compared when the library is opened.
pub const ABI_VERSION: i32 = 4;

/// Stands for "no node" where a node id is a u32.
pub const NO_NODE: u32 = 4294967295;

/// Why a call did not simply succeed; a function returns it negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// The handle was never given out, or what it named is closed.
    InvalidHandle = 1,
    /// A length, number or text outside its range; nothing was done.
    InvalidArgument = 2,
    /// The answer does not fit the buffer; nothing was written: grow it, call again.
    TooSmall = 3,
    /// The kernel refused memory or an address range.
    NoMemory = 4,
    /// An option or value is not acceptable; the reason is in `err`.
    Refused = 5,
    /// A system call failed; the reason is in `err` or in the store's messages.
    System = 6,
    /// As many sessions are open as `maxclients` allows.
    MaxClients = 7,
    /// No handle of this kind is left.
    Limit = 8,
    /// The store is being closed and takes no new work.
    Closing = 9,
    /// Something that is still open depends on this handle, or another thread is inside it.
    InUse = 10,
    /// A defect in core was caught at the boundary; the store's messages tell where.
    Panic = 11,
    /// Output waits: write `reply_bytes` of `out`, then call again without input.
    More = 32,
    /// A server command waits for its answer: write `reply_bytes`, then `nkv_answer`.
    Handoff = 33,
    /// Core cannot go on yet: write `reply_bytes`, call again without input after `retry_ms`.
    Retry = 34,
    /// Write `reply_bytes`, then close the connection and the session.
    Close = 35,
}

impl Status {
    /// The result that reports this status: minus its value.
    #[must_use]
    pub const fn result(self) -> i32 {
        -(self as i32)
    }

    /// The name `core/abi.json` gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidHandle => "INVALID_HANDLE",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::TooSmall => "TOO_SMALL",
            Self::NoMemory => "NO_MEMORY",
            Self::Refused => "REFUSED",
            Self::System => "SYSTEM",
            Self::MaxClients => "MAX_CLIENTS",
            Self::Limit => "LIMIT",
            Self::Closing => "CLOSING",
            Self::InUse => "IN_USE",
            Self::Panic => "PANIC",
            Self::More => "MORE",
            Self::Handoff => "HANDOFF",
            Self::Retry => "RETRY",
            Self::Close => "CLOSE",
        }
    }
}

/// Why a session is named by nkv_lane_collect.
pub mod why {
    /// Output waits: call nkv_execute without input.
    pub const OUTPUT: u32 = 1;
    /// Close the connection and the session now (CLIENT KILL, limits).
    pub const CLOSE: u32 = 2;
    /// It was paused or blocked and may go on: call nkv_execute without input.
    pub const RESUME: u32 = 4;
}

/// Bits of Outcome.flags.
pub mod outcome_flag {
    /// CLIENT REPLY is OFF or SKIP: the answer of a server command is not sent.
    pub const MUTED: u32 = 1;
    /// The session is between MULTI and EXEC.
    pub const TRANSACTION: u32 = 2;
}

/// Bits of HandOff.flags.
pub mod hand_off_flag {
    /// The client is connected from this machine.
    pub const LOCAL: u32 = 1;
}

/// What one nkv_execute or nkv_answer leaves beside its reply bytes; read once a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Outcome {
    /// Reply bytes at the start of `out`, in every outcome.
    pub reply_bytes: u32,
    /// HANDOFF: table id of the server command.
    pub command: u32,
    /// HANDOFF: number of arguments, the command's name included.
    pub argc: u32,
    /// HANDOFF: where in `out` the first argument's length is.
    pub args_offset: u32,
    /// HANDOFF: bytes of all arguments and their u32 lengths.
    pub args_bytes: u32,
    /// RETRY: milliseconds to wait at most; a letter may come first.
    pub retry_ms: u32,
    /// RESP version the session speaks: 2 or 3.
    pub protocol: u32,
    /// OutcomeFlag bits.
    pub flags: u32,
    /// Database the session has selected, 0-15.
    pub db: u32,
}

const _: () = assert!(size_of::<Outcome>() == 36);
const _: () = assert!(offset_of!(Outcome, reply_bytes) == 0);
const _: () = assert!(offset_of!(Outcome, command) == 4);
const _: () = assert!(offset_of!(Outcome, argc) == 8);
const _: () = assert!(offset_of!(Outcome, args_offset) == 12);
const _: () = assert!(offset_of!(Outcome, args_bytes) == 16);
const _: () = assert!(offset_of!(Outcome, retry_ms) == 20);
const _: () = assert!(offset_of!(Outcome, protocol) == 24);
const _: () = assert!(offset_of!(Outcome, flags) == 28);
const _: () = assert!(offset_of!(Outcome, db) == 32);

/// The store's numbers as main needs them each tick: cheap to take, consistent only field by field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct StoreStatus {
    /// Bytes live in the pool, over all nodes.
    pub used_bytes: u64,
    /// Bytes of chunks the pool holds, over all nodes.
    pub reserved_bytes: u64,
    /// Bytes of chunks whose OS pages lie on another node than their window says.
    pub stray_bytes: u64,
    /// The limit in force; 0 for none.
    pub maxmemory_bytes: u64,
    /// Keys in all databases.
    pub keys: u64,
    /// Keys with a deadline in all databases.
    pub expires: u64,
    /// Commands executed since the store opened or CONFIG RESETSTAT.
    pub ops_total: u64,
    /// Calls of the data path since then: nkv_lane_pump and nkv_lane_answer, nkv_execute and nkv_answer.
    pub boundary_calls: u64,
    /// Server commands handed up since then.
    pub handoffs: u64,
    /// Reads that found their key since then.
    pub hits: u64,
    /// Reads that did not find their key since then.
    pub misses: u64,
    /// Accesses from a lane to a key on the lane's own node since then (sampled).
    pub local_accesses: u64,
    /// Accesses from a lane to a key on another node since then (sampled).
    pub remote_accesses: u64,
    /// Keys deleted because their deadline passed since then.
    pub expired_keys: u64,
    /// Keys deleted to keep within maxmemory since then.
    pub evicted_keys: u64,
    /// Keys relocated to another node since then.
    pub moved_keys: u64,
    /// Bytes relocated to another node since then.
    pub moved_bytes: u64,
    /// Keys that came back within a minute to the node they had left, since the start or NUMAMIGRATE RESET.
    pub ping_pongs: u64,
    /// Sequence number of the latest effect.
    pub effects: u64,
    /// Sessions opened by connections since then.
    pub connections_total: u64,
    /// Sessions refused because of maxclients since then.
    pub connections_refused: u64,
    /// Request bytes taken since then.
    pub input_bytes: u64,
    /// Reply bytes given since then.
    pub output_bytes: u64,
    /// When the store was opened.
    pub started_unix_ms: u64,
    /// Sessions open now, main's own excluded.
    pub clients: u32,
    /// Of these, waiting in a blocking command.
    pub clients_blocked: u32,
    /// Lanes open now.
    pub lanes: u32,
    /// NUMA nodes in the topology, 1-64.
    pub node_count: u32,
    /// Shards of each database.
    pub shards: u32,
    /// Log lines waiting for nkv_store_messages.
    pub messages: u32,
    /// 1 when core asks main to stop the server, else 0.
    pub shutdown_requested: u32,
    /// 1 while CLIENT PAUSE holds some commands, else 0.
    pub paused: u32,
}

const _: () = assert!(size_of::<StoreStatus>() == 224);
const _: () = assert!(offset_of!(StoreStatus, used_bytes) == 0);
const _: () = assert!(offset_of!(StoreStatus, reserved_bytes) == 8);
const _: () = assert!(offset_of!(StoreStatus, stray_bytes) == 16);
const _: () = assert!(offset_of!(StoreStatus, maxmemory_bytes) == 24);
const _: () = assert!(offset_of!(StoreStatus, keys) == 32);
const _: () = assert!(offset_of!(StoreStatus, expires) == 40);
const _: () = assert!(offset_of!(StoreStatus, ops_total) == 48);
const _: () = assert!(offset_of!(StoreStatus, boundary_calls) == 56);
const _: () = assert!(offset_of!(StoreStatus, handoffs) == 64);
const _: () = assert!(offset_of!(StoreStatus, hits) == 72);
const _: () = assert!(offset_of!(StoreStatus, misses) == 80);
const _: () = assert!(offset_of!(StoreStatus, local_accesses) == 88);
const _: () = assert!(offset_of!(StoreStatus, remote_accesses) == 96);
const _: () = assert!(offset_of!(StoreStatus, expired_keys) == 104);
const _: () = assert!(offset_of!(StoreStatus, evicted_keys) == 112);
const _: () = assert!(offset_of!(StoreStatus, moved_keys) == 120);
const _: () = assert!(offset_of!(StoreStatus, moved_bytes) == 128);
const _: () = assert!(offset_of!(StoreStatus, ping_pongs) == 136);
const _: () = assert!(offset_of!(StoreStatus, effects) == 144);
const _: () = assert!(offset_of!(StoreStatus, connections_total) == 152);
const _: () = assert!(offset_of!(StoreStatus, connections_refused) == 160);
const _: () = assert!(offset_of!(StoreStatus, input_bytes) == 168);
const _: () = assert!(offset_of!(StoreStatus, output_bytes) == 176);
const _: () = assert!(offset_of!(StoreStatus, started_unix_ms) == 184);
const _: () = assert!(offset_of!(StoreStatus, clients) == 192);
const _: () = assert!(offset_of!(StoreStatus, clients_blocked) == 196);
const _: () = assert!(offset_of!(StoreStatus, lanes) == 200);
const _: () = assert!(offset_of!(StoreStatus, node_count) == 204);
const _: () = assert!(offset_of!(StoreStatus, shards) == 208);
const _: () = assert!(offset_of!(StoreStatus, messages) == 212);
const _: () = assert!(offset_of!(StoreStatus, shutdown_requested) == 216);
const _: () = assert!(offset_of!(StoreStatus, paused) == 220);

/// Why nkv_lane_pump came back, beside the hand-offs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Pumped {
    /// Calls of nkv_lane_wake since it came back last: so many messages wait.
    pub wakes: u32,
    /// Connections open on this lane.
    pub connections: u32,
    /// 1 when a session met a defect in core and was closed, else 0; the store's messages tell where.
    pub panicked: u32,
}

const _: () = assert!(size_of::<Pumped>() == 12);
const _: () = assert!(offset_of!(Pumped, wakes) == 0);
const _: () = assert!(offset_of!(Pumped, connections) == 4);
const _: () = assert!(offset_of!(Pumped, panicked) == 8);

/// A server command that waits for nkv_lane_answer; its arguments lie in the same buffer, behind the records.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct HandOff {
    /// What nkv_lane_answer takes; not a session handle of nkv_execute.
    pub session: u32,
    /// Number of arguments, the command's name included.
    pub argc: u32,
    /// Where in the buffer the first argument's length (u32) is; its bytes and the next follow.
    pub args_offset: u32,
    /// RESP version the session speaks: 2 or 3.
    pub protocol: u32,
    /// HandOffFlag bits.
    pub flags: u32,
    /// Database the session has selected, 0-15.
    pub db: u32,
}

const _: () = assert!(size_of::<HandOff>() == 24);
const _: () = assert!(offset_of!(HandOff, session) == 0);
const _: () = assert!(offset_of!(HandOff, argc) == 4);
const _: () = assert!(offset_of!(HandOff, args_offset) == 8);
const _: () = assert!(offset_of!(HandOff, protocol) == 12);
const _: () = assert!(offset_of!(HandOff, flags) == 16);
const _: () = assert!(offset_of!(HandOff, db) == 20);

/// How a migration job stands, its keys by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct JobStatus {
    /// Keys that are on their node now.
    pub moved: u64,
    /// Keys that were there already.
    pub skipped: u64,
    /// Keys whose node has no room, or that another move took elsewhere.
    pub failed: u64,
    /// Keys that were not there, or no more.
    pub missing: u64,
    /// Bytes of pool written.
    pub bytes: u64,
    /// Microseconds since it was asked for, until its end.
    pub usec: u64,
    /// 0 queued, 1 running, 2 done, 3 cancelled.
    pub state: u32,
    /// 0.
    pub spare: u32,
}

const _: () = assert!(size_of::<JobStatus>() == 56);
const _: () = assert!(offset_of!(JobStatus, moved) == 0);
const _: () = assert!(offset_of!(JobStatus, skipped) == 8);
const _: () = assert!(offset_of!(JobStatus, failed) == 16);
const _: () = assert!(offset_of!(JobStatus, missing) == 24);
const _: () = assert!(offset_of!(JobStatus, bytes) == 32);
const _: () = assert!(offset_of!(JobStatus, usec) == 40);
const _: () = assert!(offset_of!(JobStatus, state) == 48);
const _: () = assert!(offset_of!(JobStatus, spare) == 52);

/// What another process uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct ProcessUsage {
    /// Memory of its that is in RAM.
    pub resident_bytes: u64,
    /// CPU time since its start, to ten milliseconds.
    pub cpu_ms: u64,
}

const _: () = assert!(size_of::<ProcessUsage>() == 16);
const _: () = assert!(offset_of!(ProcessUsage, resident_bytes) == 0);
const _: () = assert!(offset_of!(ProcessUsage, cpu_ms) == 8);

/// One key as the hotness sampler saw it; its name lies in the same buffer, behind the records.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Sample {
    /// Pool bytes the key and its value occupy.
    pub footprint_bytes: u64,
    /// Accesses counted or estimated; saturates.
    pub access_count: u64,
    /// Database, 0-15.
    pub db: u32,
    /// Node id where the key's entry lies.
    pub node: u32,
    /// Node id whose CPUs use the key most, or NO_NODE.
    pub accessor: u32,
    /// Hotness, 0 (cold) to 7 (hot), decayed to now.
    pub level: u32,
    /// 0 string, 1 list, 2 set, 3 zset, 4 hash, 6 stream.
    pub r#type: u32,
    /// Seconds since the last counted access.
    pub idle_seconds: u32,
    /// Where in the buffer the key's bytes begin.
    pub key_offset: u32,
    /// Length of the key.
    pub key_bytes: u32,
    /// By how much the accessor leads, 0-15.
    pub vote: u32,
    /// Moves of the key that are remembered, 0-31: those of the last minutes, as far as there is room for them.
    pub moves: u32,
    /// Seconds since the latest of them; 0 when there is none.
    pub moved_seconds: u32,
    /// Node id it left then, or NO_NODE.
    pub source: u32,
}

const _: () = assert!(size_of::<Sample>() == 64);
const _: () = assert!(offset_of!(Sample, footprint_bytes) == 0);
const _: () = assert!(offset_of!(Sample, access_count) == 8);
const _: () = assert!(offset_of!(Sample, db) == 16);
const _: () = assert!(offset_of!(Sample, node) == 20);
const _: () = assert!(offset_of!(Sample, accessor) == 24);
const _: () = assert!(offset_of!(Sample, level) == 28);
const _: () = assert!(offset_of!(Sample, r#type) == 32);
const _: () = assert!(offset_of!(Sample, idle_seconds) == 36);
const _: () = assert!(offset_of!(Sample, key_offset) == 40);
const _: () = assert!(offset_of!(Sample, key_bytes) == 44);
const _: () = assert!(offset_of!(Sample, vote) == 48);
const _: () = assert!(offset_of!(Sample, moves) == 52);
const _: () = assert!(offset_of!(Sample, moved_seconds) == 56);
const _: () = assert!(offset_of!(Sample, source) == 60);
