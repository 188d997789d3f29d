/**
 * The keys of one round by their ids, which are the order they came in.
 *
 * Knows samples, and nothing of what is made of them. Invariant: names lie one behind the other, `starts[id] <= starts[id + 1]`.
 *
 * @module
 */

import type { Sample } from "../core.ts";

const utf8 = new TextDecoder();
/** One character a byte; of ASCII the right one. */
export const latin1 = new TextDecoder("latin1");

/** A key as the round met it. */
export interface SeenKey {
  readonly db: number;
  readonly key: Uint8Array;
  /** Pool bytes of key and value. */
  readonly bytes: number;
}

/** The keys of one round, a column a fact; their names lie one behind the other, as thousands of small arrays would cost more. */
export class SeenKeys {
  count = 0;
  db: Uint32Array;
  moves: Uint32Array;
  movedSeconds: Uint32Array;
  #bytes: Float64Array;
  #isAscii: Uint8Array;
  /** Where each name begins; the next begins where it ends. */
  #starts: Uint32Array;
  #names: Uint8Array;
  /** All names, a character a byte; made when somebody asks for one. */
  #text = "";

  /** @param keys about how many there will be */
  constructor(keys = 0) {
    const capacity = Math.max(1024, keys);
    this.db = new Uint32Array(capacity);
    this.moves = new Uint32Array(capacity);
    this.movedSeconds = new Uint32Array(capacity);
    this.#bytes = new Float64Array(capacity);
    this.#isAscii = new Uint8Array(capacity);
    this.#starts = new Uint32Array(capacity + 1);
    this.#names = new Uint8Array(32 * capacity);
  }

  /** Takes the next key; its id is the number of those before. */
  add(id: number, sample: Sample, bytes: Uint8Array): void {
    if (id >= this.db.length) this.#growRows();
    const start = this.#starts[id] ?? 0;
    const length = sample.keyBytes;
    const from = sample.keyOffset;
    if (start + length > this.#names.length) this.#growNames(start + length);
    let all = 0;
    for (let at = 0; at < length; at++) all |= this.#names[start + at] = bytes[from + at] ?? 0;
    this.#isAscii[id] = all < 0x80 ? 1 : 0;
    this.#starts[id + 1] = start + length;
    this.db[id] = sample.db;
    this.moves[id] = sample.moves;
    this.movedSeconds[id] = sample.movedSeconds;
    this.#bytes[id] = sample.footprintBytes;
    this.count = id + 1;
  }

  /** A key's facts; `undefined` when there is none of that id. */
  at(id: number): SeenKey | undefined {
    if (!(id >= 0 && id < this.count)) return undefined;
    return {
      db: this.db[id] ?? 0,
      key: this.#names.slice(this.#starts[id], this.#starts[id + 1]),
      bytes: this.#bytes[id] ?? 0,
    };
  }

  /** A key's name as text; what is no UTF-8 is replaced. */
  nameOf(id: number): string {
    const [start = 0, end = 0] = [this.#starts[id], this.#starts[id + 1]];
    if (this.#text.length < end) this.#text = this.#decoded(this.#starts[this.count] ?? 0);
    const text = this.#text.slice(start, end);
    return this.#isAscii[id] === 1 ? text : utf8.decode(this.#names.subarray(start, end));
  }

  #decoded(end: number): string {
    return latin1.decode(this.#names.subarray(0, end));
  }

  #growRows(): void {
    const capacity = 2 * this.db.length;
    this.db = grown(this.db, new Uint32Array(capacity));
    this.moves = grown(this.moves, new Uint32Array(capacity));
    this.movedSeconds = grown(this.movedSeconds, new Uint32Array(capacity));
    this.#bytes = grown(this.#bytes, new Float64Array(capacity));
    this.#isAscii = grown(this.#isAscii, new Uint8Array(capacity));
    this.#starts = grown(this.#starts, new Uint32Array(capacity + 1));
  }

  #growNames(needed: number): void {
    this.#names = grown(this.#names, new Uint8Array(Math.max(2 * this.#names.length, needed)));
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
