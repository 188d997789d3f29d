/**
 * Core as the server sees it: a store, its lanes and their sessions, with types and errors.
 *
 * The only importer of ffi.ts. Knows the boundary, and no option or command. Invariant: every status below zero that is
 * not an outcome (MORE, HANDOFF, RETRY, CLOSE) leaves as a {@linkcode CoreError}.
 *
 * @module
 */

import { type CoreSymbols, coreSymbols } from "./ffi.ts";
import {
  HandOff,
  HandOffFlag,
  JobStatus,
  Outcome,
  ProcessUsage,
  Pumped,
  Sample,
  Status,
  statusName,
  StoreStatus,
} from "./generated/abi.ts";

export {
  JobStatus,
  NO_NODE,
  Outcome,
  OutcomeFlag,
  Sample,
  Status,
  StoreStatus,
  Why,
} from "./generated/abi.ts";

/** Core refused or failed; `status` is one of Status. */
export class CoreError extends Error {
  override name = "CoreError";

  /** @param status the positive status value */
  constructor(readonly status: number, action: string, reason = "") {
    super(`Cannot ${action}: ${reason === "" ? statusName(status) : reason}`);
  }
}

/** A client's handle in core. Valid until it is closed, on the lane that opened it. */
export type SessionHandle = number;

/** A lane whose sessions the caller drives; {@linkcode Lane} is the real one. */
export interface LaneApi extends Disposable {
  /** What the last execute or answer left beside its reply bytes. */
  readonly outcome: Outcome;
  /**
   * Opens a session.
   *
   * @param facts lines `addr 1.2.3.4:5`, `laddr …`, `unix 0|1`
   * @throws {CoreError} with MAX_CLIENTS when as many are open as `maxclients` allows
   */
  openSession(facts: string): SessionHandle;
  /** Closes a session; closing one that core has closed already does nothing. */
  closeSession(session: SessionHandle): void;
  /**
   * Runs what is complete in `input`, up to `length` bytes.
   *
   * @returns reply bytes in `output`, or minus MORE, HANDOFF, RETRY or CLOSE with the details in `outcome`
   * @throws {CoreError} for every other status
   */
  execute(session: SessionHandle, input: Uint8Array, length: number, output: Uint8Array): number;
  /** Puts a server command's reply in its place and goes on like execute. */
  answer(session: SessionHandle, reply: Uint8Array, output: Uint8Array): number;
}

/** A server command that waits for its answer. */
export interface AskedCommand {
  /** What answer takes. */
  readonly session: number;
  readonly argc: number;
  /** Where its arguments lie in the bytes beside it. */
  readonly argsOffset: number;
  readonly protocol: 2 | 3;
  /** Whether the client is connected from this machine. */
  readonly trusted: boolean;
  /** Database its session has selected. */
  readonly db: number;
}

/** A lane with clients of its own; {@linkcode ListeningLane} is the real one. */
export interface ListeningLaneApi extends Disposable {
  /** Connections that were open when the pump came back last. */
  readonly connections: number;
  /**
   * Listens on these endpoints and on no others.
   *
   * @param endpoints lines `tcp <address> <port>\n` and `unix <path>\n`
   * @throws {CoreError} with the reason; then nothing has changed
   */
  listen(endpoints: string): void;
  /**
   * Serves clients, and blocks this thread, until there are commands for the server, the lane was woken, or `waitMs` have passed.
   *
   * @param visit called for each such command, with bytes that are valid during that call only
   * @returns how often the lane was woken, and whether a session met a defect in core
   */
  pump(
    waitMs: number | undefined,
    visit: (command: AskedCommand, bytes: Uint8Array) => void,
  ): { wakes: number; panicked: boolean };
  /** Puts a server command's reply in its place; a client that has gone needs none. */
  answer(session: number, reply: Uint8Array): void;
  /** No new connections; each is closed as soon as nothing is in hand. */
  drain(): void;
}

/** What main needs of a store; {@linkcode Store} is the real one. */
export interface StoreApi extends Disposable {
  /** What workers attach to. */
  readonly handle: number;
  /** Sends option lines `name value\n` and facts `fact.name value\n`. @throws {CoreError} with the reason */
  configure(lines: string): void;
  /** The topology in force, parsed. */
  topology(): Topology;
  /** Takes the store's numbers; the same record each time. */
  status(): StoreStatus;
  /** Log lines of core's threads, `level text\n`; empty when there are none. */
  messages(): string;
  /** One round of sampling hotness: calls `visit` with a record that is valid during that call only. */
  sample(visit: VisitSample): void;
  /** The same with the keys that look-ups came upon since the last call: hot ones, and those used from another node. */
  news(visit: VisitSample): void;
  /** The same with those of the keys that are there; looking is no use of them. */
  look(keys: readonly KeyName[], visit: VisitSample): void;
  /**
   * Puts a placement plan in force: words as `Plan::read` of core/src/placement.rs tells; none places local first.
   *
   * @returns false when the keyspace is held and it must be tried again later
   * @throws {CoreError} with the reason, when they are no plan
   */
  place(plan: Uint32Array<ArrayBuffer>): boolean;
  /**
   * Adds a job that moves keys in the order given.
   *
   * @returns the job's number; undefined when too many jobs wait
   * @throws {CoreError} with the reason, when there is no such node or database
   */
  move(moves: readonly KeyMove[]): number | undefined;
  /** How a job stands; the same record each time. Undefined when there is no such job, or no more. */
  job(id: number): JobStatus | undefined;
  /** Begins to record uses of keys, or ends that. */
  tap(on: boolean): void;
  /**
   * Takes recorded uses: into `out` a u64, the number of those that found no room so far, and records behind it.
   *
   * @returns bytes of records
   */
  takeTaps(out: Uint8Array<ArrayBuffer>): number;
}

/** One key to a node. */
export interface KeyMove {
  readonly db: number;
  readonly key: Uint8Array;
  /** Node id. */
  readonly node: number;
}

/** Takes one sample; both arguments are valid during the call only. */
export type VisitSample = (sample: Sample, bytes: Uint8Array) => void;

/** A key's name. */
export interface KeyName {
  readonly db: number;
  readonly key: Uint8Array;
}

/** One NUMA node as core reports it. */
export interface TopologyNode {
  readonly id: number;
  readonly cpus: readonly number[];
  readonly memory_only: boolean;
  readonly tier: number;
  readonly total_bytes: number;
  readonly free_bytes: number | null;
  readonly distances: readonly number[];
  /** What the firmware tells of its memory; `null` or missing when it tells nothing. */
  readonly hmat?: { readonly read_latency_ns: number | null } | null;
  /** Bytes live in the node's pool. */
  readonly used_bytes?: number;
  /** The most the node may hold; 0 or missing for no limit. */
  readonly budget_bytes?: number;
  /** Look-ups by the node's CPUs, of keys on the node and elsewhere. */
  readonly local_accesses?: number;
  readonly remote_accesses?: number;
}

/** The nodes in force. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  /** `kernel`, `plain`, or a fake topology's words. */
  readonly origin?: string;
}

/** How a lane is opened. */
export interface LaneOptions {
  /** Handle of the store. */
  readonly store: number;
  /** Node id the lane belongs to; none when left out. */
  readonly node?: number | undefined;
  /** Whether the calling thread is pinned to the node's CPUs. */
  readonly pin?: boolean;
  /** What CLIENT LIST and logs show. */
  readonly label: string;
}

const ERROR_BYTES = 1024;
const TEXT_BYTES = 65536;
const TEXT_BYTES_MAX = 64 << 20;
const SAMPLE_BYTES = 2 << 20;
/** Keys looked at in one call: as many as find room whatever their names. */
const LOOK_KEYS = 256;
const HAND_OFF_BYTES = 128 << 10;
const FOREVER = 0xffffffff;
const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What this machine has and allows, parsed; needs no store. */
export function probe(): unknown {
  const { nkv_probe } = coreSymbols();
  return JSON.parse(readText("probe the machine", (out) => nkv_probe(out, out.length)));
}

/** What another process uses; undefined when it has ended. */
export function processUsage(
  pid: number,
): { residentBytes: number; cpuMs: number } | undefined {
  const usage = new ProcessUsage();
  if (coreSymbols().nkv_process_usage(pid, usage.buffer) < 0) return undefined;
  return { residentBytes: usage.residentBytes, cpuMs: usage.cpuMs };
}

/** One open store. */
export class Store implements StoreApi {
  readonly #symbols: CoreSymbols;
  readonly #status = new StoreStatus();
  readonly #samples = new Uint8Array(SAMPLE_BYTES);
  readonly #sample = new Sample(this.#samples);
  readonly #job = new JobStatus();
  #handle: number;

  private constructor(symbols: CoreSymbols, handle: number) {
    this.#symbols = symbols;
    this.#handle = handle;
  }

  /**
   * Opens a store of its own.
   *
   * @param options lines `name value\n`
   * @throws {CoreError} with core's reason
   */
  static open(options: string): Store {
    const symbols = coreSymbols();
    const text = encoder.encode(options);
    const err = new Uint8Array(ERROR_BYTES);
    const handle = symbols.nkv_store_open(text, text.length, err, err.length);
    if (handle < 0) throw new CoreError(-handle, "open the store", untilNul(err));
    return new Store(symbols, handle);
  }

  get handle(): number {
    return this.#handle;
  }

  configure(lines: string): void {
    if (lines === "") return;
    const text = encoder.encode(lines);
    const err = new Uint8Array(ERROR_BYTES);
    const taken = this.#symbols.nkv_store_configure(
      this.#handle,
      text,
      text.length,
      err,
      err.length,
    );
    if (taken < 0) throw new CoreError(-taken, "configure the store", untilNul(err));
  }

  topology(): Topology {
    const { nkv_store_topology } = this.#symbols;
    return JSON.parse(
      readText("read the topology", (out) => nkv_store_topology(this.#handle, out, out.length)),
    );
  }

  status(): StoreStatus {
    check(
      this.#symbols.nkv_store_status(this.#handle, this.#status.buffer),
      "read the store's status",
    );
    return this.#status;
  }

  messages(): string {
    const { nkv_store_messages } = this.#symbols;
    return readText(
      "read the store's messages",
      (out) => nkv_store_messages(this.#handle, out, out.length),
    );
  }

  sample(visit: VisitSample): void {
    const { nkv_store_sample } = this.#symbols;
    this.#visit(nkv_store_sample(this.#handle, this.#samples, this.#samples.length), visit);
  }

  news(visit: VisitSample): void {
    const { nkv_store_news } = this.#symbols;
    this.#visit(nkv_store_news(this.#handle, this.#samples, this.#samples.length), visit);
  }

  look(keys: readonly KeyName[], visit: VisitSample): void {
    const { nkv_store_look } = this.#symbols;
    const out = this.#samples;
    for (let at = 0; at < keys.length; at += LOOK_KEYS) {
      const names = encodeNames(keys.slice(at, at + LOOK_KEYS));
      this.#visit(nkv_store_look(this.#handle, names, names.length, out, out.length), visit);
    }
  }

  tap(on: boolean): void {
    const { nkv_store_tap } = this.#symbols;
    check(nkv_store_tap(this.#handle, on ? 1 : 0), "record uses of keys");
  }

  takeTaps(out: Uint8Array<ArrayBuffer>): number {
    const { nkv_store_taps } = this.#symbols;
    return check(nkv_store_taps(this.#handle, out, out.length), "take recorded uses");
  }

  #visit(result: number, visit: VisitSample): void {
    const count = check(result, "sample hotness");
    for (let index = 0; index < count; index++) visit(this.#sample.at(index), this.#samples);
  }

  place(plan: Uint32Array<ArrayBuffer>): boolean {
    const err = new Uint8Array(ERROR_BYTES);
    const bytes = new Uint8Array(plan.buffer, plan.byteOffset, plan.byteLength);
    const { nkv_store_place } = this.#symbols;
    const placed = nkv_store_place(this.#handle, bytes, bytes.length, err, err.length);
    if (placed === -Status.RETRY) return false;
    if (placed < 0) throw new CoreError(-placed, "put a placement plan in force", untilNul(err));
    return true;
  }

  move(moves: readonly KeyMove[]): number | undefined {
    const bytes = new Uint8Array(moves.reduce((sum, { key }) => sum + 12 + key.length, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const { db, key, node } of moves) {
      view.setUint32(at, db, true);
      view.setUint32(at + 4, node, true);
      view.setUint32(at + 8, key.length, true);
      bytes.set(key, at + 12);
      at += 12 + key.length;
    }
    const err = new Uint8Array(ERROR_BYTES);
    const { nkv_store_move } = this.#symbols;
    const job = nkv_store_move(this.#handle, bytes, bytes.length, err, err.length);
    if (job === -Status.LIMIT) return undefined;
    if (job < 0) throw new CoreError(-job, "move keys", untilNul(err));
    return job;
  }

  job(id: number): JobStatus | undefined {
    const asked = this.#symbols.nkv_store_job(this.#handle, id, this.#job.buffer);
    if (asked === -Status.INVALID_ARGUMENT) return undefined;
    check(asked, "ask how a job stands");
    return this.#job;
  }

  /** Opens a lane of this store for the calling thread. */
  openLane(options: Omit<LaneOptions, "store">): Lane {
    return Lane.open({ ...options, store: this.#handle });
  }

  /** Closes the store. Its lanes must be closed before. */
  [Symbol.dispose](): void {
    if (this.#handle === 0) return;
    check(this.#symbols.nkv_store_close(this.#handle), "close the store");
    this.#handle = 0;
  }
}

/** One execution context in a store; used by the thread that opened it only. */
export class Lane implements LaneApi {
  readonly outcome = new Outcome();
  readonly #symbols: CoreSymbols;
  readonly #execute: CoreSymbols["nkv_execute"];
  readonly #record = this.outcome.buffer;
  #handle: number;

  private constructor(symbols: CoreSymbols, handle: number) {
    this.#symbols = symbols;
    this.#execute = symbols.nkv_execute;
    this.#handle = handle;
  }

  /** Opens a lane, and pins the calling thread if asked. @throws {CoreError} */
  static open(options: LaneOptions): Lane {
    const symbols = coreSymbols();
    return new Lane(symbols, openLane(symbols, options, false));
  }

  openSession(facts: string): SessionHandle {
    const text = encoder.encode(facts);
    return check(
      this.#symbols.nkv_session_open(this.#handle, text, text.length),
      "open a session",
    );
  }

  closeSession(session: SessionHandle): void {
    const status = this.#symbols.nkv_session_close(session);
    if (status !== -Status.INVALID_HANDLE) check(status, "close a session");
  }

  execute(session: SessionHandle, input: Uint8Array, length: number, output: Uint8Array): number {
    const result = this.#execute(
      session,
      input as Uint8Array<ArrayBuffer>,
      length,
      output as Uint8Array<ArrayBuffer>,
      output.length,
      this.#record,
    );
    return result >= 0 ? result : this.#outcomeOf(result);
  }

  answer(session: SessionHandle, reply: Uint8Array, output: Uint8Array): number {
    const result = this.#symbols.nkv_answer(
      session,
      reply as Uint8Array<ArrayBuffer>,
      reply.length,
      output as Uint8Array<ArrayBuffer>,
      output.length,
      this.#record,
    );
    return result >= 0 ? result : this.#outcomeOf(result);
  }

  /** Closes the lane and what is left of its sessions. */
  [Symbol.dispose](): void {
    if (this.#handle === 0) return;
    check(this.#symbols.nkv_lane_close(this.#handle), "close a lane");
    this.#handle = 0;
  }

  #outcomeOf(result: number): number {
    if (result <= -Status.MORE && result >= -Status.CLOSE) return result;
    throw new CoreError(-result, "execute");
  }
}

/** A lane that accepts and serves clients; used by the thread that opened it only. */
export class ListeningLane implements ListeningLaneApi {
  connections = 0;
  readonly #symbols: CoreSymbols;
  readonly #pumped = new Pumped();
  readonly #bytes = new Uint8Array(HAND_OFF_BYTES);
  readonly #record = new HandOff(this.#bytes);
  #handle: number;

  private constructor(symbols: CoreSymbols, handle: number) {
    this.#symbols = symbols;
    this.#handle = handle;
  }

  /** Opens a lane, and pins the calling thread if asked. @throws {CoreError} */
  static open(options: LaneOptions): ListeningLane {
    const symbols = coreSymbols();
    return new ListeningLane(symbols, openLane(symbols, options, true));
  }

  /** What {@linkcode wakeLane} takes. */
  get handle(): number {
    return this.#handle;
  }

  listen(endpoints: string): void {
    const text = encoder.encode(endpoints);
    const err = new Uint8Array(ERROR_BYTES);
    const { nkv_lane_listen } = this.#symbols;
    const result = nkv_lane_listen(this.#handle, text, text.length, err, err.length);
    if (result < 0) throw new CoreError(-result, "listen", untilNul(err));
  }

  pump(
    waitMs = FOREVER,
    visit: (command: AskedCommand, bytes: Uint8Array) => void,
  ): { wakes: number; panicked: boolean } {
    const bytes = this.#bytes;
    const { nkv_lane_pump } = this.#symbols;
    const count = check(
      nkv_lane_pump(this.#handle, waitMs, bytes, bytes.length, this.#pumped.buffer),
      "serve clients",
    );
    for (let index = 0; index < count; index++) {
      const { session, argc, argsOffset, protocol, flags, db } = this.#record.at(index);
      const trusted = (flags & HandOffFlag.LOCAL) !== 0;
      visit({ session, argc, argsOffset, protocol: protocol === 3 ? 3 : 2, trusted, db }, bytes);
    }
    this.connections = this.#pumped.connections;
    return { wakes: this.#pumped.wakes, panicked: this.#pumped.panicked !== 0 };
  }

  answer(session: number, reply: Uint8Array): void {
    const bytes = reply as Uint8Array<ArrayBuffer>;
    const status = this.#symbols.nkv_lane_answer(this.#handle, session, bytes, bytes.length);
    if (status !== -Status.INVALID_HANDLE) check(status, "answer a server command");
  }

  drain(): void {
    check(this.#symbols.nkv_lane_drain(this.#handle), "drain a lane");
  }

  /** Closes the lane and what is left of its connections. */
  [Symbol.dispose](): void {
    if (this.#handle === 0) return;
    check(this.#symbols.nkv_lane_close(this.#handle), "close a lane");
    this.#handle = 0;
  }
}

/** Has the pump of a lane come back, wherever it runs; to be called after each message to its thread. */
export function wakeLane(lane: number): void {
  const status = coreSymbols().nkv_lane_wake(lane);
  // A lane that is closed needs no waking.
  if (status !== -Status.INVALID_HANDLE) check(status, "wake a lane");
}

function openLane(symbols: CoreSymbols, options: LaneOptions, listens: boolean): number {
  const { store, node = -1, pin = false, label } = options;
  const name = encoder.encode(label);
  const flags = [pin ? 1 : 0, listens ? 1 : 0] as const;
  const handle = symbols.nkv_lane_open(store, node, ...flags, name, name.length);
  return check(handle, `open lane '${label}' on node ${node}`);
}

/** Names of keys as core reads them. */
function encodeNames(keys: readonly KeyName[]): Uint8Array<ArrayBuffer> {
  const names = new Uint8Array(keys.reduce((sum, { key }) => sum + 8 + key.length, 0));
  const view = new DataView(names.buffer);
  let at = 0;
  for (const { db, key } of keys) {
    view.setUint32(at, db, true);
    view.setUint32(at + 4, key.length, true);
    names.set(key, at + 8);
    at += 8 + key.length;
  }
  return names;
}

/** Passes a result that is no failure. */
function check(result: number, action: string): number {
  if (result < 0) throw new CoreError(-result, action);
  return result;
}

/** Calls `fill` with growing buffers until its text fits. */
function readText(action: string, fill: (out: Uint8Array<ArrayBuffer>) => number): string {
  for (let size = TEXT_BYTES; size <= TEXT_BYTES_MAX; size *= 4) {
    const out = new Uint8Array(size);
    const result = fill(out);
    if (result === -Status.TOO_SMALL) continue;
    return decoder.decode(out.subarray(0, check(result, action)));
  }
  throw new CoreError(Status.TOO_SMALL, action);
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Where nothing is to be passed. */
export const NO_BYTES: Uint8Array = EMPTY;
