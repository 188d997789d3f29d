/**
 * The boundary, bare: stores, lanes and sessions by handle, statuses as numbers.
 *
 * Knows the generated symbols and nothing of the classes over them. Invariant: what `open` gave is closed when the test ends,
 * sessions and lanes before their store.
 *
 * @module
 */
import { type CoreSymbols, coreSymbols } from "../../server/ffi.ts";
import { Outcome, Status, type StatusCode } from "../../server/generated/abi.ts";
import { type Argument, concat, encodeCommand } from "./resp_client.ts";

/** Bytes as the boundary takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** No bytes: arrives as a null pointer. */
export const NONE: Bytes = new Uint8Array(0);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as bytes. */
export function bytesOf(text: string): Bytes {
  return encoder.encode(text);
}

/** Bytes as text, up to the first NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** What a function returns for a status. */
export function failure(status: StatusCode): number {
  return -status;
}

/** A store, a lane and a session of it, and the functions to use them. */
export class Boundary implements Disposable {
  readonly call: CoreSymbols = coreSymbols();
  readonly store: number;
  readonly lane: number;
  readonly session: number;
  readonly outcome = new Outcome();

  /** @param options lines `name value\n` */
  constructor(options = "topology fake:2\n") {
    this.store = openStore(this.call, options);
    this.lane = this.openLane();
    this.session = this.openSession();
  }

  /** Opens another lane, on node 0. */
  openLane(): number {
    const label = bytesOf("test");
    return positive(
      this.call.nkv_lane_open(this.store, 0, 0, 0, label, label.length),
      "a lane",
    );
  }

  /** Opens another session. */
  openSession(lane = this.lane): number {
    const facts = bytesOf("addr 127.0.0.1:1\nladdr 127.0.0.1:2\nunix 0\nfd 3\n");
    return positive(this.call.nkv_session_open(lane, facts, facts.length), "a session");
  }

  /** One call of nkv_execute: its result, and the reply bytes it left. */
  execute(
    input: string | Uint8Array,
    capacity = 65536,
    session = this.session,
  ): { result: number; reply: string } {
    const bytes = typeof input === "string" ? bytesOf(input) : input as Bytes;
    const out = new Uint8Array(capacity);
    const result = this.call.nkv_execute(
      session,
      bytes,
      bytes.length,
      out,
      out.length,
      this.outcome.buffer,
    );
    return { result, reply: decoder.decode(out.subarray(0, this.outcome.replyBytes)) };
  }

  /** Sends bytes and follows MORE to the end; gives all reply bytes as text. */
  exchange(input: string | Uint8Array, capacity = 65536, session = this.session): string {
    let { result, reply } = this.execute(input, capacity, session);
    let all = reply;
    while (result === failure(Status.MORE)) {
      ({ result, reply } = this.execute("", capacity, session));
      all += reply;
    }
    if (result < 0) throw new Error(`The session ended with status ${-result} after '${all}'`);
    return all;
  }

  /** The same for commands. */
  run(
    commands: readonly (readonly Argument[])[],
    capacity = 65536,
    session = this.session,
  ): string {
    return this.exchange(concat(commands.map(encodeCommand)), capacity, session);
  }

  /** Closes session, lane and store; those that a test has closed already stay so. */
  [Symbol.dispose](): void {
    this.call.nkv_session_close(this.session);
    this.call.nkv_lane_close(this.lane);
    this.call.nkv_store_close(this.store);
  }
}

/** Opens a store. @throws {Error} with core's reason */
export function openStore(call: CoreSymbols, options: string): number {
  const lines = bytesOf(options);
  const reason = new Uint8Array(256);
  const handle = call.nkv_store_open(lines, lines.length, reason, reason.length);
  return positive(handle, `a store (${textOf(reason)})`);
}

function positive(handle: number, what: string): number {
  if (handle <= 0) throw new Error(`Cannot open ${what}: status ${-handle}`);
  return handle;
}
