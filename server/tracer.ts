/**
 * Recording accesses: what core's lanes note is written to a file, until somebody says so or a limit is reached.
 *
 * Knows core's records and the file's form, no command and no strategy. server/simulate/trace.ts reads what is written here. Invariants:
 * `bytes` is the length of the file; it ends with a whole record; what lanes had no room for is told in it, and in the status.
 *
 * The file: one line, `numakv-trace 1 ` and JSON with the `topology` of the server; then records of 16 bytes, little-endian:
 *
 *     bytes 0-7   the key's name as a hash, its database included
 *     bytes 8-11  milliseconds since the begin
 *     bits  0-5 of bytes 12-15   node index of the accessor, 63 for none
 *     bits  6-8                  type of the value; 7: a gap, and bytes 0-7 are the number of accesses that were lost before it
 *     bit   9                    whether the key was looked up to be changed
 *     bits 10-31                 pool bytes of key and value, in units of 16
 *
 * Records of one lane are in order, those of several within the time between two drains. Only keys that were there are recorded.
 *
 * @module
 */

import type { StoreApi } from "./core.ts";

/** The first word of a trace, and the second. */
export const TRACE_NAME = "numakv-trace";
/** What a reader must know; raised when an old one would misread. */
export const TRACE_VERSION = "1";
/** Bytes of a record. */
export const TRACE_RECORD_BYTES = 16;
/** The type that marks a gap. */
export const TRACE_GAP = 7;
/** The longest file unless told. */
export const TRACE_BYTES_MAX = 1 << 30;

const DRAIN_MS = 25;
const BUFFER_BYTES = 4 << 20;
const DROPPED_BYTES = 8;

/** Where a recording ends by itself. */
export interface TraceLimits {
  readonly bytes: number;
  /** `undefined` for no limit. */
  readonly seconds: number | undefined;
}

/** How the recording stands, or how the last one ended. */
export interface TraceStatus {
  readonly recording: boolean;
  /** Path; `undefined` before the first. */
  readonly file: string | undefined;
  readonly bytes: number;
  readonly records: number;
  /** Accesses that were not recorded because lanes had no room. */
  readonly dropped: number;
  readonly seconds: number;
  /** Why it ended: `stopped`, `bytes`, `seconds`, or what went wrong; empty while it goes on. */
  readonly ended: string;
}

/** What a recording needs of a store. */
export type TracedStore = Pick<StoreApi, "tap" | "takeTaps" | "topology">;

/** Records into one file at a time. */
export class Tracer implements Disposable {
  readonly #store: TracedStore;
  readonly #now: () => number;
  /** Made when it is first needed. */
  #buffer = new Uint8Array(0);
  #file: Deno.FsFile | undefined;
  #path: string | undefined;
  #limits: TraceLimits = { bytes: 0, seconds: undefined };
  #timer: ReturnType<typeof setInterval> | undefined;
  #startMs = 0;
  #endMs = 0;
  #bytes = 0;
  #records = 0;
  #dropped = 0;
  #ended = "";

  /** @param now milliseconds, never going back */
  constructor(store: TracedStore, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Begins to record into a new file.
   *
   * @throws {Error} when a recording goes on, the file is there already or cannot be made
   */
  start(path: string, limits: TraceLimits): void {
    if (this.#file !== undefined) throw new Error(`a trace into '${this.#path}' goes on`);
    const file = Deno.openSync(path, { write: true, createNew: true });
    const { nodes } = this.#store.topology();
    const places = nodes.map(({ id, memory_only, tier, distances, hmat }) => {
      return { id, memory_only, tier, distances, hmat: hmat ?? null };
    });
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(BUFFER_BYTES);
    this.#path = path;
    this.#file = file;
    this.#limits = limits;
    this.#startMs = this.#endMs = this.#now();
    this.#bytes = this.#records = this.#dropped = 0;
    this.#ended = "";
    const head = `${TRACE_NAME} ${TRACE_VERSION} ${
      JSON.stringify({ topology: { nodes: places } })
    }\n`;
    this.#guarded(() => {
      this.#write(new TextEncoder().encode(head));
      this.#store.tap(true);
    });
    this.#timer = setInterval(() => this.drain(), DRAIN_MS);
  }

  /** Ends the recording; what was noted until now is in the file. @returns false when there was none */
  stop(): boolean {
    if (this.#file === undefined) return false;
    this.#store.tap(false);
    this.drain();
    this.#end("stopped");
    return true;
  }

  /** How it stands. */
  status(): TraceStatus {
    const recording = this.#file !== undefined;
    return {
      recording,
      file: this.#path,
      bytes: this.#bytes,
      records: this.#records,
      dropped: this.#dropped,
      seconds: ((recording ? this.#now() : this.#endMs) - this.#startMs) / 1000,
      ended: this.#ended,
    };
  }

  /** Writes what lanes have noted; ends the recording where a limit is reached, or the file takes no more. */
  drain(): void {
    this.#guarded(() => {
      for (let taken = BUFFER_BYTES; this.#file !== undefined && taken > BUFFER_BYTES / 2;) {
        taken = this.#store.takeTaps(this.#buffer);
        this.#noteGap(this.#buffer);
        const room = Math.max(0, this.#limits.bytes - this.#bytes);
        const kept = Math.min(taken, room - room % TRACE_RECORD_BYTES);
        this.#write(this.#buffer.subarray(DROPPED_BYTES, DROPPED_BYTES + kept));
        this.#records += kept / TRACE_RECORD_BYTES;
        if (kept < taken) this.#end("bytes");
      }
      const { seconds } = this.#limits;
      if (seconds !== undefined && this.#now() - this.#startMs >= 1000 * seconds) {
        this.#end("seconds");
      }
    });
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** A record that tells of accesses lost since the last time. */
  #noteGap(taken: Uint8Array): void {
    const view = new DataView(taken.buffer, taken.byteOffset, DROPPED_BYTES);
    const dropped = Number(view.getBigUint64(0, true));
    if (dropped <= this.#dropped) return;
    const record = new DataView(new ArrayBuffer(TRACE_RECORD_BYTES));
    record.setBigUint64(0, BigInt(dropped - this.#dropped), true);
    record.setUint32(8, Math.min(2 ** 32 - 1, this.#now() - this.#startMs), true);
    record.setUint32(12, TRACE_GAP << 6, true);
    this.#dropped = dropped;
    this.#write(new Uint8Array(record.buffer));
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      at += this.#file?.writeSync(bytes.subarray(at)) ?? Infinity;
    }
    this.#bytes += bytes.length;
  }

  #guarded(work: () => void): void {
    try {
      if (this.#file !== undefined) work();
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #end(why: string): void {
    if (this.#file === undefined) return;
    clearInterval(this.#timer);
    this.#store.tap(false);
    this.#file.close();
    this.#file = undefined;
    this.#endMs = this.#now();
    this.#ended = why;
  }
}
