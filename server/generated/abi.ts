/**
 * The boundary in TypeScript: symbols for `Deno.dlopen`, status codes, flag bits, record readers.
 *
 * Written by core/gen.ts from core/abi.json; edit that and run `deno task gen`. Knows no library and no
 * handle; only server/ffi.ts opens the one and only server/core.ts holds the other.
 *
 * @module
 */
// deno-fmt-ignore-file

/** Version of the boundary; compared when the library is opened. */
export const ABI_VERSION = 4;

/** Stands for "no node" where a node id is a u32. */
export const NO_NODE = 4294967295;

/** The exported functions. A comment after a parameter gives its name and Rust type. */
export const symbols = {
  /** The version of this file the library was built with. Returns: the version. */
  nkv_abi_version: {
    parameters: [],
    result: "i32",
  },
  /** Topology, capabilities and what this machine allows, as JSON; needs no store. Returns: bytes written. */
  nkv_probe: {
    parameters: [
      "buffer", // out: *mut u8. Receives the JSON text.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** Tells what another process uses, where the caller itself may not read /proc; needs no store. Returns: 0, or INVALID_ARGUMENT when it has ended. */
  nkv_process_usage: {
    parameters: [
      "u32", // pid: u32. The process.
      "buffer", // usage: *mut ProcessUsage. Receives the numbers.
    ],
    result: "i32",
  },
  /** Opens a store. Returns: its handle, or REFUSED, NO_MEMORY, SYSTEM, LIMIT with the reason in `err`. */
  nkv_store_open: {
    parameters: [
      "buffer", // options: *const u8. Lines `name value\n`: directives marked for core, and `topology <spec>`.
      "u32", // options_bytes: u32. Length of `options`.
      "buffer", // err: *mut u8. Receives the reason of a failure, NUL-terminated, cut to fit.
      "u32", // err_capacity: u32. Bytes `err` can take.
    ],
    result: "i32",
  },
  /** Closes a store whose lanes are closed and frees its memory. Returns: 0, or IN_USE. */
  nkv_store_close: {
    parameters: [
      "u32", // store: u32. Store handle.
    ],
    result: "i32",
  },
  /** Changes options at run time, all or none. Returns: lines taken, or REFUSED with the reason in `err`. */
  nkv_store_configure: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // text: *const u8. Lines `name value\n` as at open, and `fact.<name> <value>\n` for INFO.
      "u32", // text_bytes: u32. Length of `text`.
      "buffer", // err: *mut u8. Receives the reason of a failure, NUL-terminated, cut to fit.
      "u32", // err_capacity: u32. Bytes `err` can take.
    ],
    result: "i32",
  },
  /** The topology in force with each node's budget, bytes and accesses, as JSON. Returns: bytes written. */
  nkv_store_topology: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // out: *mut u8. Receives the JSON text.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** One round of sampling keys for hotness, within the settings and what fits. Returns: Sample records written from offset 0; key bytes follow. */
  nkv_store_sample: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // out: *mut u8. Receives the records, then the keys; 8-byte aligned.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** Puts a placement plan in force. Returns: 0, REFUSED with the reason in `err`, or RETRY while the keyspace is held. */
  nkv_store_place: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // plan: *const u8. 32-bit words as core/src/placement.rs tells at Plan::read; none: local first.
      "u32", // plan_bytes: u32. Length of `plan`.
      "buffer", // err: *mut u8. Receives the reason of a failure, NUL-terminated, cut to fit.
      "u32", // err_capacity: u32. Bytes `err` can take.
    ],
    result: "i32",
  },
  /** Adds a job that moves keys, in order. Returns: its number, LIMIT when too many jobs wait, REFUSED with the reason in `err`. */
  nkv_store_move: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // moves: *const u8. For each key: database, node id and bytes of its name as 32-bit words, then the name.
      "u32", // moves_bytes: u32. Length of `moves`.
      "buffer", // err: *mut u8. Receives the reason of a failure, NUL-terminated, cut to fit.
      "u32", // err_capacity: u32. Bytes `err` can take.
    ],
    result: "i32",
  },
  /** Asks how a migration job stands. Returns: 0, or INVALID_ARGUMENT when there is no such job, or it is forgotten. */
  nkv_store_job: {
    parameters: [
      "u32", // store: u32. Store handle.
      "u32", // id: u32. The job's number.
      "buffer", // status: *mut JobStatus. Receives how it stands.
    ],
    result: "i32",
  },
  /** Takes the store's numbers. Returns: 0. */
  nkv_store_status: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // status: *mut StoreStatus. Receives the numbers.
    ],
    result: "i32",
  },
  /** Takes whole log lines of core's threads, `level text\n`, as many as fit. Returns: bytes written. */
  nkv_store_messages: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // out: *mut u8. Receives the lines.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** Opens a lane for the calling thread. Returns: its handle. */
  nkv_lane_open: {
    parameters: [
      "u32", // store: u32. Store handle.
      "i32", // node_id: i32. Node id the lane belongs to; -1 for none: its look-ups do not vote; -2: they are no uses at all.
      "u32", // pin: u32. 1 pins the calling thread to the node's CPUs, 0 leaves it.
      "u32", // listens: u32. 1 for a lane that listens and is pumped, 0 for one whose sessions the caller drives.
      "buffer", // label: *const u8. The listener's name as CLIENT LIST and logs show it.
      "u32", // label_bytes: u32. Length of `label`.
    ],
    result: "i32",
  },
  /** Closes a lane and what is left of its sessions and connections. Returns: 0, or IN_USE while another thread pumps it. */
  nkv_lane_close: {
    parameters: [
      "u32", // lane: u32. Lane handle.
    ],
    result: "i32",
  },
  /** Listens on these endpoints and on no others; new ones are opened first. Returns: 0, or REFUSED with the reason in `err`. */
  nkv_lane_listen: {
    parameters: [
      "u32", // lane: u32. Lane handle; the lane listens.
      "buffer", // endpoints: *const u8. Lines `tcp <address> <port>\n` and `unix <path>\n`.
      "u32", // endpoints_bytes: u32. Length of `endpoints`.
      "buffer", // err: *mut u8. Receives the reason of a failure, NUL-terminated, cut to fit.
      "u32", // err_capacity: u32. Bytes `err` can take.
    ],
    result: "i32",
  },
  /** Serves the lane's clients until something is for the server. Returns: HandOff records written from offset 0; arguments follow. */
  nkv_lane_pump: {
    parameters: [
      "u32", // lane: u32. Lane handle; the lane listens.
      "u32", // wait_ms: u32. Milliseconds after which it comes back in any case; 4294967295 for never.
      "buffer", // out: *mut u8. Receives the records, then the arguments; what does not fit comes next time.
      "u32", // out_capacity: u32. Bytes `out` can take: one hand-off has at most 65536 bytes of arguments.
      "buffer", // pumped: *mut Pumped. Receives why it came back.
    ],
    result: "i32",
  },
  /** Puts a server command's reply in its place. Returns: 0, or INVALID_HANDLE when the client has gone. */
  nkv_lane_answer: {
    parameters: [
      "u32", // lane: u32. Lane handle; the lane listens.
      "u32", // session: u32. HandOff.session.
      "buffer", // reply: *const u8. The reply in the session's protocol; empty for none.
      "u32", // reply_bytes: u32. Length of `reply`.
    ],
    result: "i32",
  },
  /** Has the lane's pump come back, for a message that was sent to its thread; any thread may call it. Returns: 0. */
  nkv_lane_wake: {
    parameters: [
      "u32", // lane: u32. Lane handle.
    ],
    result: "i32",
  },
  /** Stops listening and closes each connection as soon as nothing is in hand; the pump comes back when none is left. Returns: 0. */
  nkv_lane_drain: {
    parameters: [
      "u32", // lane: u32. Lane handle; the lane listens.
    ],
    result: "i32",
  },
  /** Empties the mailbox of a lane whose sessions the caller drives. Returns: pairs written; as many as fit means: call again. */
  nkv_lane_collect: {
    parameters: [
      "u32", // lane: u32. Lane handle.
      "buffer", // out: *mut u32. Receives pairs: session handle, Why bits.
      "u32", // out_capacity: u32. Pairs `out` can take (half its words).
    ],
    result: "i32",
  },
  /** Opens a session on a lane. Returns: its handle, or MAX_CLIENTS. */
  nkv_session_open: {
    parameters: [
      "u32", // lane: u32. Lane handle.
      "buffer", // text: *const u8. Lines `addr 1.2.3.4:5\n`, `laddr ...\n`, `unix 0|1\n`, `fd n\n`.
      "u32", // text_bytes: u32. Length of `text`.
    ],
    result: "i32",
  },
  /** Closes a session; what it held is given up. Returns: 0. */
  nkv_session_close: {
    parameters: [
      "u32", // session: u32. Session handle.
    ],
    result: "i32",
  },
  /** Runs every complete command of what waited plus the input. Returns: reply bytes, or MORE, HANDOFF, RETRY, CLOSE. */
  nkv_execute: {
    parameters: [
      "u32", // session: u32. Session handle.
      "buffer", // input: *const u8. Bytes read from the connection; core copies an incomplete rest.
      "u32", // input_bytes: u32. Length of `input`; 0 to go on after MORE or RETRY.
      "buffer", // out: *mut u8. Receives replies, then a hand-off's arguments.
      "u32", // out_capacity: u32. Bytes `out` can take.
      "buffer", // outcome: *mut Outcome. Receives what the caller does next.
    ],
    result: "i32",
  },
  /** Puts a server command's reply in its place and goes on like nkv_execute, with the same returns. */
  nkv_answer: {
    parameters: [
      "u32", // session: u32. Session handle, its last outcome a HANDOFF.
      "buffer", // reply: *const u8. The reply in the session's protocol; empty for none.
      "u32", // reply_bytes: u32. Length of `reply`.
      "buffer", // out: *mut u8. Receives replies, then a hand-off's arguments.
      "u32", // out_capacity: u32. Bytes `out` can take.
      "buffer", // outcome: *mut Outcome. Receives what the caller does next.
    ],
    result: "i32",
  },
  /** Takes the keys that look-ups came upon since the last call, hot ones and those used from another node. Returns: Sample records as nkv_store_sample does. */
  nkv_store_news: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // out: *mut u8. Receives the records, then the keys; 8-byte aligned.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** Looks at keys by name, which is no use of them. Returns: Sample records of those that are there, as nkv_store_sample does. */
  nkv_store_look: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // names: *const u8. For each key its database (u32), its length (u32) and its bytes.
      "u32", // names_bytes: u32. Length of `names`.
      "buffer", // out: *mut u8. Receives the records, then the keys; 8-byte aligned.
      "u32", // out_capacity: u32. Bytes `out` can take.
    ],
    result: "i32",
  },
  /** Begins to record the uses of keys, on every lane that is open, or ends that; see nkv_store_taps. Returns: 0. */
  nkv_store_tap: {
    parameters: [
      "u32", // store: u32. Store handle.
      "u32", // on: u32. 1 to begin, 0 to end; what was recorded can still be taken then.
    ],
    result: "i32",
  },
  /** Takes recorded uses, lane by lane, the oldest first. Returns: bytes of records in `out` behind a u64, the number of uses that found no room so far. A record is 16 bytes: the key's name as a hash; then, from the low end, milliseconds since the begin (32 bits), node index (6; 63 is none), type (3), whether it was looked up to be changed (1), pool bytes in units of 16 (22). */
  nkv_store_taps: {
    parameters: [
      "u32", // store: u32. Store handle.
      "buffer", // out: *mut u8. Receives the number, then the records.
      "u32", // out_capacity: u32. Bytes `out` can take, 24 at least.
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Why a call did not simply succeed; a function returns it negated. */
export const Status = {
  /** The handle was never given out, or what it named is closed. */
  INVALID_HANDLE: 1,
  /** A length, number or text outside its range; nothing was done. */
  INVALID_ARGUMENT: 2,
  /** The answer does not fit the buffer; nothing was written: grow it, call again. */
  TOO_SMALL: 3,
  /** The kernel refused memory or an address range. */
  NO_MEMORY: 4,
  /** An option or value is not acceptable; the reason is in `err`. */
  REFUSED: 5,
  /** A system call failed; the reason is in `err` or in the store's messages. */
  SYSTEM: 6,
  /** As many sessions are open as `maxclients` allows. */
  MAX_CLIENTS: 7,
  /** No handle of this kind is left. */
  LIMIT: 8,
  /** The store is being closed and takes no new work. */
  CLOSING: 9,
  /** Something that is still open depends on this handle, or another thread is inside it. */
  IN_USE: 10,
  /** A defect in core was caught at the boundary; the store's messages tell where. */
  PANIC: 11,
  /** Output waits: write `reply_bytes` of `out`, then call again without input. */
  MORE: 32,
  /** A server command waits for its answer: write `reply_bytes`, then `nkv_answer`. */
  HANDOFF: 33,
  /** Core cannot go on yet: write `reply_bytes`, call again without input after `retry_ms`. */
  RETRY: 34,
  /** Write `reply_bytes`, then close the connection and the session. */
  CLOSE: 35,
} as const;

/** One of the values of Status. */
export type StatusCode = typeof Status[keyof typeof Status];

const statusNames = new Map<number, string>(Object.entries(Status).map(([name, value]) => [value, name]));

/** The name of a status value, for messages. */
export function statusName(value: number): string {
  return statusNames.get(value) ?? `status ${value}`;
}

/** Why a session is named by nkv_lane_collect. */
export const Why = {
  /** Output waits: call nkv_execute without input. */
  OUTPUT: 1,
  /** Close the connection and the session now (CLIENT KILL, limits). */
  CLOSE: 2,
  /** It was paused or blocked and may go on: call nkv_execute without input. */
  RESUME: 4,
} as const;

/** Bits of Outcome.flags. */
export const OutcomeFlag = {
  /** CLIENT REPLY is OFF or SKIP: the answer of a server command is not sent. */
  MUTED: 1,
  /** The session is between MULTI and EXEC. */
  TRANSACTION: 2,
} as const;

/** Bits of HandOff.flags. */
export const HandOffFlag = {
  /** The client is connected from this machine. */
  LOCAL: 1,
} as const;

/** A u64 as a number: exact below 2^53, rounded above. */
function wide(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 4294967296 + view.getUint32(offset, true);
}

/** What one nkv_execute or nkv_answer leaves beside its reply bytes; read once a request. */
export class Outcome {
  /** Bytes of one record. */
  static readonly BYTES = 36;
  /** What to pass to core. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;

  constructor() {
    this.#words = new Uint32Array(9);
    this.buffer = new Uint8Array(this.#words.buffer);
  }

  /** Reply bytes at the start of `out`, in every outcome. */
  get replyBytes(): number {
    return this.#words[0]!;
  }

  /** HANDOFF: table id of the server command. */
  get command(): number {
    return this.#words[1]!;
  }

  /** HANDOFF: number of arguments, the command's name included. */
  get argc(): number {
    return this.#words[2]!;
  }

  /** HANDOFF: where in `out` the first argument's length is. */
  get argsOffset(): number {
    return this.#words[3]!;
  }

  /** HANDOFF: bytes of all arguments and their u32 lengths. */
  get argsBytes(): number {
    return this.#words[4]!;
  }

  /** RETRY: milliseconds to wait at most; a letter may come first. */
  get retryMs(): number {
    return this.#words[5]!;
  }

  /** RESP version the session speaks: 2 or 3. */
  get protocol(): number {
    return this.#words[6]!;
  }

  /** OutcomeFlag bits. */
  get flags(): number {
    return this.#words[7]!;
  }

  /** Database the session has selected, 0-15. */
  get db(): number {
    return this.#words[8]!;
  }
}

/** The store's numbers as main needs them each tick: cheap to take, consistent only field by field. */
export class StoreStatus {
  /** Bytes of one record. */
  static readonly BYTES = 224;
  /** What to pass to core. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  constructor() {
    this.buffer = new Uint8Array(224);
    this.#view = new DataView(this.buffer.buffer);
  }

  /** Bytes live in the pool, over all nodes. */
  get usedBytes(): number {
    return wide(this.#view, 0);
  }

  /** Bytes of chunks the pool holds, over all nodes. */
  get reservedBytes(): number {
    return wide(this.#view, 8);
  }

  /** Bytes of chunks whose OS pages lie on another node than their window says. */
  get strayBytes(): number {
    return wide(this.#view, 16);
  }

  /** The limit in force; 0 for none. */
  get maxmemoryBytes(): number {
    return wide(this.#view, 24);
  }

  /** Keys in all databases. */
  get keys(): number {
    return wide(this.#view, 32);
  }

  /** Keys with a deadline in all databases. */
  get expires(): number {
    return wide(this.#view, 40);
  }

  /** Commands executed since the store opened or CONFIG RESETSTAT. */
  get opsTotal(): number {
    return wide(this.#view, 48);
  }

  /** Calls of the data path since then: nkv_lane_pump and nkv_lane_answer, nkv_execute and nkv_answer. */
  get boundaryCalls(): number {
    return wide(this.#view, 56);
  }

  /** Server commands handed up since then. */
  get handoffs(): number {
    return wide(this.#view, 64);
  }

  /** Reads that found their key since then. */
  get hits(): number {
    return wide(this.#view, 72);
  }

  /** Reads that did not find their key since then. */
  get misses(): number {
    return wide(this.#view, 80);
  }

  /** Accesses from a lane to a key on the lane's own node since then (sampled). */
  get localAccesses(): number {
    return wide(this.#view, 88);
  }

  /** Accesses from a lane to a key on another node since then (sampled). */
  get remoteAccesses(): number {
    return wide(this.#view, 96);
  }

  /** Keys deleted because their deadline passed since then. */
  get expiredKeys(): number {
    return wide(this.#view, 104);
  }

  /** Keys deleted to keep within maxmemory since then. */
  get evictedKeys(): number {
    return wide(this.#view, 112);
  }

  /** Keys relocated to another node since then. */
  get movedKeys(): number {
    return wide(this.#view, 120);
  }

  /** Bytes relocated to another node since then. */
  get movedBytes(): number {
    return wide(this.#view, 128);
  }

  /** Keys that came back within a minute to the node they had left, since the start or NUMAMIGRATE RESET. */
  get pingPongs(): number {
    return wide(this.#view, 136);
  }

  /** Sequence number of the latest effect. */
  get effects(): number {
    return wide(this.#view, 144);
  }

  /** Sessions opened by connections since then. */
  get connectionsTotal(): number {
    return wide(this.#view, 152);
  }

  /** Sessions refused because of maxclients since then. */
  get connectionsRefused(): number {
    return wide(this.#view, 160);
  }

  /** Request bytes taken since then. */
  get inputBytes(): number {
    return wide(this.#view, 168);
  }

  /** Reply bytes given since then. */
  get outputBytes(): number {
    return wide(this.#view, 176);
  }

  /** When the store was opened. */
  get startedUnixMs(): number {
    return wide(this.#view, 184);
  }

  /** Sessions open now, main's own excluded. */
  get clients(): number {
    return this.#view.getUint32(192, true);
  }

  /** Of these, waiting in a blocking command. */
  get clientsBlocked(): number {
    return this.#view.getUint32(196, true);
  }

  /** Lanes open now. */
  get lanes(): number {
    return this.#view.getUint32(200, true);
  }

  /** NUMA nodes in the topology, 1-64. */
  get nodeCount(): number {
    return this.#view.getUint32(204, true);
  }

  /** Shards of each database. */
  get shards(): number {
    return this.#view.getUint32(208, true);
  }

  /** Log lines waiting for nkv_store_messages. */
  get messages(): number {
    return this.#view.getUint32(212, true);
  }

  /** 1 when core asks main to stop the server, else 0. */
  get shutdownRequested(): number {
    return this.#view.getUint32(216, true);
  }

  /** 1 while CLIENT PAUSE holds some commands, else 0. */
  get paused(): number {
    return this.#view.getUint32(220, true);
  }
}

/** Why nkv_lane_pump came back, beside the hand-offs. */
export class Pumped {
  /** Bytes of one record. */
  static readonly BYTES = 12;
  /** What to pass to core. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;

  constructor() {
    this.#words = new Uint32Array(3);
    this.buffer = new Uint8Array(this.#words.buffer);
  }

  /** Calls of nkv_lane_wake since it came back last: so many messages wait. */
  get wakes(): number {
    return this.#words[0]!;
  }

  /** Connections open on this lane. */
  get connections(): number {
    return this.#words[1]!;
  }

  /** 1 when a session met a defect in core and was closed, else 0; the store's messages tell where. */
  get panicked(): number {
    return this.#words[2]!;
  }
}

/** A server command that waits for nkv_lane_answer; its arguments lie in the same buffer, behind the records. Reads one record of many at a time; `at` chooses it. */
export class HandOff {
  /** Bytes of one record. */
  static readonly BYTES = 24;
  readonly #view: DataView<ArrayBufferLike>;
  #start = 0;

  /** Reads the records at the start of `buffer`. */
  constructor(buffer: Uint8Array) {
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Moves to the record of that index and returns this. */
  at(index: number): this {
    this.#start = index * 24;
    return this;
  }

  /** What nkv_lane_answer takes; not a session handle of nkv_execute. */
  get session(): number {
    return this.#view.getUint32(this.#start, true);
  }

  /** Number of arguments, the command's name included. */
  get argc(): number {
    return this.#view.getUint32(this.#start + 4, true);
  }

  /** Where in the buffer the first argument's length (u32) is; its bytes and the next follow. */
  get argsOffset(): number {
    return this.#view.getUint32(this.#start + 8, true);
  }

  /** RESP version the session speaks: 2 or 3. */
  get protocol(): number {
    return this.#view.getUint32(this.#start + 12, true);
  }

  /** HandOffFlag bits. */
  get flags(): number {
    return this.#view.getUint32(this.#start + 16, true);
  }

  /** Database the session has selected, 0-15. */
  get db(): number {
    return this.#view.getUint32(this.#start + 20, true);
  }
}

/** How a migration job stands, its keys by what became of them. */
export class JobStatus {
  /** Bytes of one record. */
  static readonly BYTES = 56;
  /** What to pass to core. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  constructor() {
    this.buffer = new Uint8Array(56);
    this.#view = new DataView(this.buffer.buffer);
  }

  /** Keys that are on their node now. */
  get moved(): number {
    return wide(this.#view, 0);
  }

  /** Keys that were there already. */
  get skipped(): number {
    return wide(this.#view, 8);
  }

  /** Keys whose node has no room, or that another move took elsewhere. */
  get failed(): number {
    return wide(this.#view, 16);
  }

  /** Keys that were not there, or no more. */
  get missing(): number {
    return wide(this.#view, 24);
  }

  /** Bytes of pool written. */
  get bytes(): number {
    return wide(this.#view, 32);
  }

  /** Microseconds since it was asked for, until its end. */
  get usec(): number {
    return wide(this.#view, 40);
  }

  /** 0 queued, 1 running, 2 done, 3 cancelled. */
  get state(): number {
    return this.#view.getUint32(48, true);
  }

  /** 0. */
  get spare(): number {
    return this.#view.getUint32(52, true);
  }
}

/** What another process uses. */
export class ProcessUsage {
  /** Bytes of one record. */
  static readonly BYTES = 16;
  /** What to pass to core. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  constructor() {
    this.buffer = new Uint8Array(16);
    this.#view = new DataView(this.buffer.buffer);
  }

  /** Memory of its that is in RAM. */
  get residentBytes(): number {
    return wide(this.#view, 0);
  }

  /** CPU time since its start, to ten milliseconds. */
  get cpuMs(): number {
    return wide(this.#view, 8);
  }
}

/** One key as the hotness sampler saw it; its name lies in the same buffer, behind the records. Reads one record of many at a time; `at` chooses it. */
export class Sample {
  /** Bytes of one record. */
  static readonly BYTES = 64;
  readonly #view: DataView<ArrayBufferLike>;
  #start = 0;

  /** Reads the records at the start of `buffer`. */
  constructor(buffer: Uint8Array) {
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Moves to the record of that index and returns this. */
  at(index: number): this {
    this.#start = index * 64;
    return this;
  }

  /** Pool bytes the key and its value occupy. */
  get footprintBytes(): number {
    return wide(this.#view, this.#start);
  }

  /** Accesses counted or estimated; saturates. */
  get accessCount(): number {
    return wide(this.#view, this.#start + 8);
  }

  /** Database, 0-15. */
  get db(): number {
    return this.#view.getUint32(this.#start + 16, true);
  }

  /** Node id where the key's entry lies. */
  get node(): number {
    return this.#view.getUint32(this.#start + 20, true);
  }

  /** Node id whose CPUs use the key most, or NO_NODE. */
  get accessor(): number {
    return this.#view.getUint32(this.#start + 24, true);
  }

  /** Hotness, 0 (cold) to 7 (hot), decayed to now. */
  get level(): number {
    return this.#view.getUint32(this.#start + 28, true);
  }

  /** 0 string, 1 list, 2 set, 3 zset, 4 hash, 6 stream. */
  get type(): number {
    return this.#view.getUint32(this.#start + 32, true);
  }

  /** Seconds since the last counted access. */
  get idleSeconds(): number {
    return this.#view.getUint32(this.#start + 36, true);
  }

  /** Where in the buffer the key's bytes begin. */
  get keyOffset(): number {
    return this.#view.getUint32(this.#start + 40, true);
  }

  /** Length of the key. */
  get keyBytes(): number {
    return this.#view.getUint32(this.#start + 44, true);
  }

  /** By how much the accessor leads, 0-15. */
  get vote(): number {
    return this.#view.getUint32(this.#start + 48, true);
  }

  /** Moves of the key that are remembered, 0-31: those of the last minutes, as far as there is room for them. */
  get moves(): number {
    return this.#view.getUint32(this.#start + 52, true);
  }

  /** Seconds since the latest of them; 0 when there is none. */
  get movedSeconds(): number {
    return this.#view.getUint32(this.#start + 56, true);
  }

  /** Node id it left then, or NO_NODE. */
  get source(): number {
    return this.#view.getUint32(this.#start + 60, true);
  }
}
