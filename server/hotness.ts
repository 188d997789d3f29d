/**
 * What the samples of core say: how hot the keys of each node are, and which keys are the hottest.
 *
 * Knows samples and no strategy. Invariant: the counts are of the latest {@linkcode ROUNDS_KEPT} rounds, so that what is gone
 * is forgotten; the list of hot keys is sorted, each key once, at most {@linkcode HOT_KEYS_MAX}.
 *
 * @module
 */

import { NO_NODE, type Sample, type StoreApi } from "./core.ts";

/** Rounds the counts look back. */
export const ROUNDS_KEPT = 10;
/** Keys the list holds. */
export const HOT_KEYS_MAX = 128;
/** Levels of hotness, 0-7. */
export const LEVEL_COUNT = 8;

/** One sampled key; the host's own copy. */
export interface HotKey {
  readonly db: number;
  readonly key: Uint8Array;
  readonly node: number;
  readonly accessor: number | undefined;
  readonly hotness: number;
  readonly footprintBytes: number;
  readonly idleSeconds: number;
  /** The round it was seen in. */
  readonly round: number;
}

/** Ranks what is sampled each tick. */
export class Hotness {
  /** Counts by node id, one table a round, the latest last. */
  readonly #rounds: Map<number, number[]>[] = [];
  #top = new Map<string, HotKey>();
  #round = 0;

  /** Takes one round of samples. */
  observe(store: Pick<StoreApi, "sample">): void {
    this.#round++;
    const counts = new Map<number, number[]>();
    store.sample((sample, bytes) => {
      const ofNode = counts.get(sample.node) ?? new Array<number>(LEVEL_COUNT).fill(0);
      const level = Math.min(sample.level, LEVEL_COUNT - 1);
      ofNode[level] = (ofNode[level] ?? 0) + 1;
      counts.set(sample.node, ofNode);
      this.#note(sample, bytes);
    });
    this.#rounds.push(counts);
    if (this.#rounds.length > ROUNDS_KEPT) this.#rounds.shift();
    this.#rank();
  }

  /** Sampled keys of a node by hotness, 0-7. */
  histogram(node: number): number[] {
    return Array.from(
      { length: LEVEL_COUNT },
      (_, level) => this.#rounds.reduce((sum, round) => sum + (round.get(node)?.[level] ?? 0), 0),
    );
  }

  /** The hottest keys, hottest first; of equals the one used later. */
  top(): HotKey[] {
    return [...this.#top.values()];
  }

  #note(sample: Sample, bytes: Uint8Array): void {
    const key = bytes.slice(sample.keyOffset, sample.keyOffset + sample.keyBytes);
    const name = `${sample.db} ${key}`;
    if (sample.level === 0) {
      this.#top.delete(name);
      return;
    }
    this.#top.set(name, {
      db: sample.db,
      key,
      node: sample.node,
      accessor: sample.accessor === NO_NODE ? undefined : sample.accessor,
      hotness: sample.level,
      footprintBytes: sample.footprintBytes,
      idleSeconds: sample.idleSeconds,
      round: this.#round,
    });
  }

  /** Sorts, forgets what was not seen for long, and cuts. */
  #rank(): void {
    const kept = [...this.#top].filter(([, one]) => this.#round - one.round < ROUNDS_KEPT);
    kept.sort(([, a], [, b]) => b.hotness - a.hotness || a.idleSeconds - b.idleSeconds);
    this.#top = new Map(kept.slice(0, HOT_KEYS_MAX));
  }
}
