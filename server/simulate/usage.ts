/**
 * How core counts the use of a key: the second word of its PREFIX (core/src/pool/prefix/usage.rs), a column a field.
 *
 * Knows keys by index and nothing of where they lie: use is counted alike wherever a key is, and a move carries it along. Chances are
 * drawn in another way than core's, with the same odds. Invariant: after the same accesses and the same chances the fields are the ones
 * core has; usage_test.ts holds the same figures as core's tests.
 *
 * @module
 */

import { Random } from "./draw.ts";

const LEVEL_MAX = 7;
const VOTE_MAX = 15;
const MANTISSA_MAX = 255;
const EXPONENT_MAX = 15;
/** The most accesses one stored access stands for, as a power of two. */
const SHIFT_MAX = 6;
/** Levels up to this store every access; each further one half as many, and the hottest one in 2^`SHIFT_MAX`. */
const LEVEL_STORED = 2;
/** What is added to a lane's chance at each access (Weyl's sequence). */
const CHANCE_STEP = 0x9e3779b9;

/** The use of every key. */
export class Usage {
  readonly #decaySeconds: number;
  /** Second of the last stored access. */
  readonly clock: Uint32Array;
  readonly level: Uint8Array;
  /** Accesses are `mantissa << 2 × exponent`. */
  readonly mantissa: Uint8Array;
  readonly exponent: Uint8Array;
  /** One access in 2^shift is stored. */
  readonly shift: Uint8Array;
  readonly accessor: Uint8Array;
  readonly vote: Uint8Array;
  readonly #random: Random;
  #chance = 7;

  /** @param decaySeconds `numa-hotness-decay-seconds` */
  constructor(capacity: number, decaySeconds: number, seed: number) {
    this.#decaySeconds = decaySeconds;
    this.clock = new Uint32Array(capacity);
    this.level = new Uint8Array(capacity);
    this.mantissa = new Uint8Array(capacity);
    this.exponent = new Uint8Array(capacity);
    this.shift = new Uint8Array(capacity);
    this.accessor = new Uint8Array(capacity);
    this.vote = new Uint8Array(capacity);
    this.#random = new Random(seed);
  }

  /** A key that `node` has just made. */
  make(key: number, clock: number, node: number): void {
    this.clock[key] = clock;
    this.accessor[key] = node;
    this.level[key] =
      this.mantissa[key] =
      this.exponent[key] =
      this.shift[key] =
      this.vote[key] =
        0;
  }

  /** Counts one access. */
  touch(key: number, clock: number, node: number): void {
    this.#chance = (this.#chance + CHANCE_STEP) | 0;
    const shift = this.shift[key]!;
    const isSampled = (this.#chance >>> (32 - SHIFT_MAX)) >>> (SHIFT_MAX - shift) === 0;
    if (!isSampled && this.clock[key] === clock) return;
    this.level[key] = this.levelAt(key, clock);
    this.clock[key] = clock;
    if (isSampled) {
      this.#count(key, shift);
      this.#elect(key, node, shift);
    }
    const level = this.level[key]!;
    const byLevel = level === LEVEL_MAX ? SHIFT_MAX : Math.max(0, level - LEVEL_STORED);
    this.shift[key] = Math.min(byLevel, 2 * this.exponent[key]!);
  }

  /** One stored access more: exactly so while every access is stored and counted, else by chance. */
  #count(key: number, shift: number): void {
    const random = this.#random.word();
    // One in 2^shift was drawn already.
    const happens = (power: number): boolean =>
      (random & ((1 << Math.max(0, power - shift)) - 1)) === 0;
    let mantissa = this.mantissa[key]!;
    let exponent = this.exponent[key]!;
    const level = this.level[key]!;
    const isExact = exponent === 0;
    if (happens(2 * exponent)) mantissa++;
    if (mantissa > MANTISSA_MAX) {
      if (exponent === EXPONENT_MAX) mantissa = MANTISSA_MAX;
      else [mantissa, exponent] = [(MANTISSA_MAX + 1) / 4, exponent + 1];
    }
    this.mantissa[key] = mantissa;
    this.exponent[key] = exponent;
    const rises = isExact
      ? ((mantissa << (2 * exponent)) & ((1 << level) - 1)) === 0
      : happens(level);
    if (rises && level < LEVEL_MAX) this.level[key] = level + 1;
  }

  #elect(key: number, node: number, shift: number): void {
    const vote = this.vote[key]!;
    const weight = shift === SHIFT_MAX ? 2 : 1;
    if (this.accessor[key] === node) this.vote[key] = Math.min(VOTE_MAX, vote + weight);
    else if (vote < weight) {
      this.accessor[key] = node;
      this.vote[key] = weight - vote;
    } else this.vote[key] = vote - weight;
  }

  /** Hotness at a moment: a level falls at each strike of a clock that all keys share. */
  levelAt(key: number, clock: number): number {
    const last = this.clock[key]!;
    const strikes = Math.floor((last % this.#decaySeconds + clock - last) / this.#decaySeconds);
    return Math.max(0, this.level[key]! - strikes);
  }

  /** Accesses since the key was made: exact up to 255, estimated beyond. */
  accessesOf(key: number): number {
    return this.mantissa[key]! * 4 ** this.exponent[key]!;
  }
}
