/**
 * Drawing by seed: fast random words, shuffles, and ranks by Zipf's law.
 *
 * Knows numbers only. Invariant: the same seed draws the same.
 *
 * @module
 */

/** A generator of 32-bit words (Marsaglia's xorshift, 128 bits of state). */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #d = 0x243f6a88;

  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.imul(seed, 0x85ebca6b) ^ 0xb7e15162;
    for (let round = 0; round < 16; round++) this.word();
  }

  /** 32 bits, as a whole number from 0. */
  word(): number {
    const top = this.#a ^ (this.#a << 11);
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = this.#d ^ (this.#d >>> 19) ^ top ^ (top >>> 8);
    return this.#d >>> 0;
  }

  /** From 0 inclusive to 1 exclusive. */
  share(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.word() / 2 ** 32 * count);
  }
}

/** 0 to `count` - 1 in an order that the seed decides. */
export function shuffled(count: number, seed: number): Uint32Array {
  const random = new Random(seed);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const taken = order[last]!;
    order[last] = order[other]!;
    order[other] = taken;
  }
  return order;
}

/** Ranks 0 to n - 1, rank r drawn in proportion to 1 / (r + 1)^skew; two random words each (Walker's alias table, 1977). */
export class Zipf {
  readonly #stay: Float64Array;
  readonly #alias: Uint32Array;

  /** @param skew 0 draws all ranks alike */
  constructor(count: number, skew: number) {
    const weights = Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -skew);
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / count;
    const stay = weights.map((weight) => weight / mean);
    const alias = new Uint32Array(count);
    // Weights fall with the rank: those above the mean come first and give to those below, the last first.
    let rich = 0;
    const poor: number[] = [];
    for (let rank = 0; rank < count; rank++) if (stay[rank]! < 1) poor.push(rank);
    while (poor.length > 0) {
      while (rich < count && stay[rich]! <= 1) rich++;
      const taker = poor.pop()!;
      if (rich >= count) {
        stay[taker] = 1;
        continue;
      }
      alias[taker] = rich;
      stay[rich] = stay[rich]! - (1 - stay[taker]!);
      if (stay[rich]! < 1) poor.push(rich++);
    }
    this.#stay = stay;
    this.#alias = alias;
  }

  /** Draws a rank. */
  draw(random: Random): number {
    const column = random.below(this.#stay.length);
    return random.share() < this.#stay[column]! ? column : this.#alias[column]!;
  }
}
