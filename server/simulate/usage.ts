/**
 * How core counts the use of a key: the second word of its PREFIX (core/src/pool/prefix.rs), a column a field.
 *
 * Knows keys by index and nothing of where they lie: use is counted alike wherever a key is, and a move carries it along. Invariant:
 * after the same accesses the fields are the ones core has; usage_test.ts holds the same figures as core's own tests.
 *
 * @module
 */

const LEVEL_MAX = 7;
const VOTE_MAX = 15;
const MANTISSA_MAX = 255;
const EXPONENT_MAX = 31;

/** The use of every key. */
export class Usage {
  readonly #decaySeconds: number;
  readonly clock: Uint32Array;
  readonly level: Uint8Array;
  readonly mantissa: Uint8Array;
  readonly exponent: Uint8Array;
  readonly accessor: Uint8Array;
  readonly vote: Uint8Array;
  #random: number;

  /** @param decaySeconds `numa-hotness-decay-seconds` */
  constructor(capacity: number, decaySeconds: number, seed: number) {
    this.#decaySeconds = decaySeconds;
    this.clock = new Uint32Array(capacity);
    this.level = new Uint8Array(capacity);
    this.mantissa = new Uint8Array(capacity);
    this.exponent = new Uint8Array(capacity);
    this.accessor = new Uint8Array(capacity);
    this.vote = new Uint8Array(capacity);
    this.#random = (seed >>> 0) || 1;
  }

  /** A key that `node` has just made. */
  make(key: number, clock: number, node: number): void {
    this.clock[key] = clock;
    this.accessor[key] = node;
    this.level[key] =
      this.mantissa[key] =
      this.exponent[key] =
      this.vote[key] =
        0;
  }

  /** Counts one access. */
  touch(key: number, clock: number, node: number): void {
    const exponent = this.exponent[key]!;
    let skipped = false;
    if (exponent > 0) {
      let random = this.#random;
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      this.#random = random;
      skipped = (random & ((1 << exponent) - 1)) !== 0;
      if (skipped && this.clock[key] === clock) return;
    }
    const idle = clock - this.clock[key]!;
    if (idle >= this.#decaySeconds) {
      this.level[key] = Math.max(0, this.level[key]! - Math.floor(idle / this.#decaySeconds));
    }
    this.clock[key] = clock;
    if (skipped) return;
    this.#count(key, exponent);
    this.#elect(key, node);
  }

  #count(key: number, exponent: number): void {
    let mantissa = this.mantissa[key]! + 1;
    if (mantissa > MANTISSA_MAX) {
      mantissa = 128;
      exponent++;
    }
    if (exponent > EXPONENT_MAX) {
      mantissa = MANTISSA_MAX;
      exponent = EXPONENT_MAX;
    }
    this.mantissa[key] = mantissa;
    this.exponent[key] = exponent;
    const level = this.level[key]!;
    const crossed = exponent >= level || ((mantissa << exponent) & ((1 << level) - 1)) === 0;
    if (crossed && level < LEVEL_MAX) this.level[key] = level + 1;
  }

  #elect(key: number, node: number): void {
    const vote = this.vote[key]!;
    if (this.accessor[key] === node) this.vote[key] = Math.min(VOTE_MAX, vote + 1);
    else if (vote === 0) {
      this.accessor[key] = node;
      this.vote[key] = 1;
    } else this.vote[key] = vote - 1;
  }

  /** Hotness at a moment, decay applied. */
  levelAt(key: number, clock: number): number {
    const idle = clock - this.clock[key]!;
    return Math.max(0, this.level[key]! - Math.floor(idle / this.#decaySeconds));
  }

  /** Accesses since the key was made: exact up to 255, estimated beyond. */
  accessesOf(key: number): number {
    return this.mantissa[key]! * 2 ** this.exponent[key]!;
  }
}
