/**
 * A recorded trace as a workload: server/tracer.ts tells the file's form.
 *
 * Knows the file and nothing of where keys lie. It is read twice, once to learn its keys and once for each who follows it, a piece at a
 * time, and never held whole. Invariant: keys are indexed in an order that the seed draws, so that none lies nearer for having been
 * used first.
 *
 * @module
 */

import { TRACE_GAP, TRACE_NAME, TRACE_RECORD_BYTES, TRACE_VERSION } from "../tracer.ts";
import { Random, shuffled } from "./draw.ts";
import { type Machine, readNodes } from "./machine.ts";
import type { Batch, Workload } from "./workload.ts";

const HEADER_BYTES_MAX = 1 << 20;
const PIECE_BYTES = TRACE_RECORD_BYTES << 16;
const TYPES = 6;
const NO_NODE = 63;
const SIZE_UNIT = 16;
const MS_PER_SECOND = 1000;
/** Lanes are drained one after the other, and each in its own order: no record is older than the one before by more. */
const LATE_MS_MAX = 10_000;
/** The longest time without any use: a day. */
const PAUSE_MS_MAX = 86_400_000;

/** What a file says before its records. */
export interface TraceHeader {
  readonly nodes: ReturnType<typeof readNodes>;
  /** Where records begin. */
  readonly offset: number;
}

/** Reads the first line. @throws {Error} quoting the path, when the file is no trace of this version */
export function readTraceHeader(path: string): TraceHeader {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(HEADER_BYTES_MAX);
  let length = 0;
  for (let got; length < bytes.length && (got = file.readSync(bytes.subarray(length))) !== null;) {
    length += got;
    if (bytes.subarray(0, length).includes(0x0a)) break;
  }
  const end = bytes.subarray(0, length).indexOf(0x0a);
  const line = new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)));
  if (end < 0 || !line.startsWith(`${TRACE_NAME} `)) {
    throw new Error(
      `Cannot replay '${path}': it does not begin with '${TRACE_NAME} ${TRACE_VERSION}'`,
    );
  }
  const [, version = "", json = ""] = /^(\S+) (.*)$/.exec(line.slice(TRACE_NAME.length + 1)) ?? [];
  if (version !== TRACE_VERSION) {
    throw new Error(`Cannot replay '${path}': it has version '${version}', want ${TRACE_VERSION}`);
  }
  let told: { readonly topology?: { readonly nodes?: unknown } } | null;
  try {
    told = JSON.parse(json);
  } catch (error) {
    throw new Error(`Cannot replay '${path}': its first line is no JSON: ${error}`);
  }
  return { nodes: readNodes(told?.topology?.nodes, path), offset: end + 1 };
}

/** One record. */
interface Access {
  key: number;
  ms: number;
  node: number;
  type: number;
  bytes: number;
}

/** Keys by their name, indexed in the order they are met. */
class Names {
  #words = new Uint32Array(2 << 10);
  #indexes = new Uint32Array(1 << 10).fill(0);
  count = 0;

  /** The index of a name, which is new when there were no more than that many. */
  indexOf(low: number, high: number): number {
    if (2 * this.count >= this.#indexes.length) this.#grow();
    const at = this.#find(low, high);
    if (this.#indexes[at] === 0) {
      this.#words[2 * at] = low;
      this.#words[2 * at + 1] = high;
      this.#indexes[at] = ++this.count;
    }
    return this.#indexes[at]! - 1;
  }

  #find(low: number, high: number): number {
    const mask = this.#indexes.length - 1;
    let at = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (
      this.#indexes[at] !== 0 && (this.#words[2 * at] !== low || this.#words[2 * at + 1] !== high)
    ) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const [words, indexes] = [this.#words, this.#indexes];
    this.#words = new Uint32Array(2 * words.length);
    this.#indexes = new Uint32Array(2 * indexes.length);
    for (const [at, index] of indexes.entries()) {
      if (index === 0) continue;
      const to = this.#find(words[2 * at]!, words[2 * at + 1]!);
      this.#words[2 * to] = words[2 * at]!;
      this.#words[2 * to + 1] = words[2 * at + 1]!;
      this.#indexes[to] = index;
    }
  }
}

/** What the first reading of a trace learns; every follower shares it. */
export class Trace {
  readonly path: string;
  readonly header: TraceHeader;
  /** Accesses that were lost while it was recorded. */
  lost = 0;
  accesses = 0;
  seconds = 0;
  /** The most accesses of one second. */
  busiest = 0;
  readonly names = new Names();
  /** By key in the order they were met: pool bytes when it was largest, and type. */
  readonly bytes: number[] = [];
  readonly types: number[] = [];

  /** @throws {Error} with the path, when the file is no trace or is damaged */
  constructor(path: string) {
    this.path = path;
    this.header = readTraceHeader(path);
    const counts: number[] = [];
    let nodes = 0;
    for (const { key, ms, type, bytes, node } of this.records()) {
      this.bytes[key] = Math.max(this.bytes[key] ?? 0, bytes);
      this.types[key] = type;
      const now = Math.floor(ms / MS_PER_SECOND);
      counts[now] = (counts[now] ?? 0) + 1;
      this.busiest = Math.max(this.busiest, counts[now]);
      this.seconds = Math.max(this.seconds, now + 1);
      if (node !== NO_NODE) nodes = Math.max(nodes, node + 1);
      this.accesses++;
    }
    if (this.accesses === 0) throw new Error(`Cannot replay '${path}': it has no accesses`);
    if (nodes > this.header.nodes.length) {
      throw new Error(
        `Cannot replay '${path}': it has accesses from node index ${
          nodes - 1
        }, and ${this.header.nodes.length} nodes`,
      );
    }
  }

  /** Every access in the order of the file; the same object each time. @throws {Error} where a record cannot be one */
  *records(): Generator<Access> {
    using file = Deno.openSync(this.path);
    let at = this.header.offset;
    file.seekSync(at, Deno.SeekMode.Start);
    const piece = new Uint8Array(PIECE_BYTES);
    const view = new DataView(piece.buffer);
    const access: Access = { key: 0, ms: 0, node: 0, type: 0, bytes: 0 };
    this.lost = 0;
    let latest = 0;
    for (;;) {
      let length = 0;
      for (let got; length < piece.length && (got = file.readSync(piece.subarray(length)));) {
        length += got;
      }
      for (let from = 0; from + TRACE_RECORD_BYTES <= length; from += TRACE_RECORD_BYTES) {
        const [low, high] = [view.getUint32(from, true), view.getUint32(from + 4, true)];
        const word = view.getUint32(from + 12, true);
        const type = (word >>> 6) & 7;
        if (type === TRACE_GAP) {
          this.lost += low + high * 2 ** 32;
          continue;
        }
        if (type >= TYPES) throw this.#damaged(at + from, `a value of type ${type}`);
        const ms = view.getUint32(from + 8, true);
        if (ms + LATE_MS_MAX < latest) {
          throw this.#damaged(at + from, `time that goes back to ${ms} ms`);
        }
        if (ms > latest + PAUSE_MS_MAX) {
          throw this.#damaged(at + from, `time that leaps to ${ms} ms`);
        }
        latest = Math.max(latest, ms);
        access.key = this.names.indexOf(low, high);
        access.ms = ms;
        access.node = word & 63;
        access.type = type;
        access.bytes = Math.max(SIZE_UNIT, (word >>> 10) * SIZE_UNIT);
        yield access;
      }
      at += length;
      if (length % TRACE_RECORD_BYTES !== 0) {
        throw this.#damaged(at, "the end of the file inside a record");
      }
      if (length < piece.length) return;
    }
  }

  #damaged(at: number, what: string): Error {
    return new Error(`Cannot replay '${this.path}': it is damaged at byte ${at}: ${what}`);
  }
}

/** Follows a trace, a second at a time. */
export class Replay implements Workload {
  readonly loaded: number;
  readonly capacity: number;
  readonly bytes: Uint32Array;
  readonly types: Uint8Array;
  readonly makers: Uint8Array;
  readonly batchMax: number;
  readonly phases = [0];
  readonly #rate: number | undefined;
  readonly #order: Uint32Array;
  /** The machine's index of each node of the trace. */
  readonly #nodes: readonly number[];
  readonly #cpuNodes: number;
  readonly #random: Random;
  readonly #records: Generator<Access>;
  #next: IteratorResult<Access>;
  #second = 0;

  /**
   * @param rate accesses a second; `undefined` keeps the trace's own times
   * @throws {Error} when the machine has no node with CPUs for one of the trace's
   */
  constructor(trace: Trace, machine: Machine, seed: number, rate: number | undefined) {
    const count = trace.names.count;
    this.loaded = this.capacity = count;
    // Accesses that come late are counted in the next second.
    this.batchMax = rate ?? 2 * trace.busiest;
    this.#rate = rate;
    this.#order = shuffled(count, seed);
    this.bytes = new Uint32Array(count);
    this.types = new Uint8Array(count);
    for (let key = 0; key < count; key++) {
      this.bytes[this.#order[key]!] = trace.bytes[key]!;
      this.types[this.#order[key]!] = trace.types[key]!;
    }
    this.#cpuNodes = machine.cpuNodes;
    this.#random = new Random(seed ^ 0x5bd1e995);
    this.makers = new Uint8Array(count).map(() => this.#random.below(machine.cpuNodes));
    this.#nodes = nodesOf(trace, machine);
    this.#records = trace.records();
    this.#next = this.#records.next();
  }

  next(batch: Batch): boolean {
    batch.count = 0;
    if (this.#next.done) return false;
    batch.sweeps.fill(0);
    const end = MS_PER_SECOND * ++this.#second;
    while (!this.#next.done && batch.count < this.batchMax) {
      const { key, ms, node } = this.#next.value;
      // Lanes are drained one after the other: some accesses of a second come a little late.
      if (this.#rate === undefined && ms >= end) break;
      batch.keys[batch.count] = this.#order[key]!;
      batch.nodes[batch.count++] = this.#nodes[node] ?? this.#random.below(this.#cpuNodes);
      this.#next = this.#records.next();
    }
    return true;
  }
}

/** By node index of the trace: the machine's node with CPUs of the same place in line. */
function nodesOf({ header, path }: Trace, { cpuNodes }: Machine): number[] {
  let next = 0;
  const places = header.nodes.map(({ memory_only }) => (memory_only ? 0 : next++));
  if (next <= cpuNodes) return places;
  throw new Error(
    `Cannot replay '${path}' on this topology: it was recorded on ${next} nodes with CPUs, want as many here, not ${cpuNodes}`,
  );
}
