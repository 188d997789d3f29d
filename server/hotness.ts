/**
 * What the samples of core say: how hot the keys of each node are, which keys are the hottest, and which should be elsewhere.
 *
 * Knows samples and no strategy, socket or option. Invariants: the counts stand for the whole keyspace as the latest rounds saw it; each
 * list is sorted, holds a key once, and is bounded: {@linkcode HOT_KEYS_MAX} a node, and as many candidates as a batch; a key that is
 * gone is off the lists as soon as they are looked at again, which each round does and each command that shows them.
 *
 * @module
 */

import { type KeyName, NO_NODE, type Sample, type StoreApi } from "./core.ts";

/** Rounds the counts look back at most. */
export const ROUNDS_KEPT = 60;
/** Keys the list of one node holds. */
export const HOT_KEYS_MAX = 128;
/** Levels of hotness, 0-7. */
export const LEVEL_COUNT = 8;

/** One key that stands out; the host's own copy. */
export interface HotKey extends KeyName {
  /** Node id where it lies. */
  readonly node: number;
  /** Node id whose CPUs use it most; `undefined` when none stands out. */
  readonly accessor: number | undefined;
  /** Hotness, 1-7. */
  readonly hotness: number;
  /** Accesses since it was made: exact up to 255, estimated beyond. */
  readonly accesses: number;
  /** Pool bytes of key and value, estimated where the value has many pieces. */
  readonly footprintBytes: number;
  readonly idleSeconds: number;
}

/** What the lists follow; asked anew in each round. */
export interface HotnessRules {
  /** The level from which a key counts as hot. */
  readonly threshold: number;
  /** Candidates that are kept. */
  readonly batchSize: number;
}

/** What the ranks are made from; a store is one. */
export type KeySource = Pick<StoreApi, "sample" | "news" | "look" | "status">;

/** Keys of one level on one node. */
export interface HeatCell {
  /** Those that were sampled. */
  sampled: number;
  /** How many there are, estimated. */
  keys: number;
  /** Their bytes, estimated. */
  bytes: number;
}

/** The keyspace by node and level. */
export interface Heatmap {
  /** Keys the estimate rests on. */
  readonly sampled: number;
  /** Keys there are. */
  readonly keys: number;
  /** Milliseconds since the latest round; `undefined` before the first. */
  readonly ageMs: number | undefined;
  /** Milliseconds from the earliest of the rounds it rests on to the latest. */
  readonly spanMs: number;
  /** {@linkcode LEVEL_COUNT} cells by node id. */
  readonly nodes: ReadonlyMap<number, readonly HeatCell[]>;
}

/** What one round counted, by node id. */
interface Round {
  readonly atMs: number;
  readonly counts: Map<number, { keys: number[]; bytes: number[] }>;
  sampled: number;
}

const STANDARD: HotnessRules = { threshold: 5, batchSize: 50 };

/** Ranks what is sampled each tick. */
export class Hotness {
  readonly #rules: () => HotnessRules;
  readonly #now: () => number;
  /** The latest last. */
  readonly #rounds: Round[] = [];
  #keys = 0;
  #listed = new Map<string, HotKey>();
  #candidates: HotKey[] = [];

  /**
   * @param rules what the lists follow
   * @param now milliseconds, never going back
   */
  constructor(rules: () => HotnessRules = () => STANDARD, now = () => performance.now()) {
    this.#rules = rules;
    this.#now = now;
  }

  /** Takes one round: samples are counted and ranked, hot keys that look-ups came upon are ranked, and the others looked at again. */
  observe(source: KeySource): void {
    const round: Round = { atMs: this.#now(), counts: new Map(), sampled: 0 };
    const seen = new Map<string, HotKey>();
    source.sample((sample, bytes) => {
      count(round, sample);
      if (sample.level > 0) note(seen, sample, bytes);
    });
    source.news((sample, bytes) => note(seen, sample, bytes));
    const others = [...this.#listed].flatMap(([name, key]) => seen.has(name) ? [] : [key]);
    source.look(others, (sample, bytes) => note(seen, sample, bytes));
    this.#keys = source.status().keys;
    this.#rounds.push(round);
    if (this.#rounds.length > ROUNDS_KEPT) this.#rounds.shift();
    this.#rank(seen);
  }

  /** Looks at every listed key again, so that the lists say what is now. */
  refresh(source: Pick<KeySource, "look">): void {
    const seen = new Map<string, HotKey>();
    source.look([...this.#listed.values()], (sample, bytes) => note(seen, sample, bytes));
    this.#rank(seen);
  }

  /** Hot keys of a node, or of all; hottest first, of equals the one used later, then the one used more. */
  top(node?: number): HotKey[] {
    const all = [...this.#listed.values()];
    return node === undefined ? all : all.filter((key) => key.node === node);
  }

  /** Keys that should be elsewhere, the hottest first. */
  candidates(): readonly HotKey[] {
    return this.#candidates;
  }

  /** Whether a key is hot and used most by the CPUs of a node it does not lie on. */
  isCandidate(key: HotKey): boolean {
    const { accessor, node, hotness } = key;
    return accessor !== undefined && accessor !== node && hotness >= this.#rules().threshold;
  }

  /** The keyspace by node and level: the latest rounds, as many as see every key once, and at most {@linkcode ROUNDS_KEPT}. */
  heatmap(): Heatmap {
    let sampled = 0;
    let first = this.#rounds.length;
    while (first > 0 && sampled < this.#keys) sampled += this.#rounds[--first]?.sampled ?? 0;
    const rounds = this.#rounds.slice(first);
    const scale = sampled === 0 ? 0 : this.#keys / sampled;
    const nodes = new Map<number, HeatCell[]>();
    for (const [node, { keys, bytes }] of rounds.flatMap((round) => [...round.counts])) {
      const cells = nodes.get(node) ?? emptyCells();
      nodes.set(node, cells);
      for (const [level, cell] of cells.entries()) {
        cell.sampled += keys[level] ?? 0;
        cell.keys += (keys[level] ?? 0) * scale;
        cell.bytes += (bytes[level] ?? 0) * scale;
      }
    }
    const latest = this.#rounds.at(-1)?.atMs;
    return {
      sampled,
      keys: this.#keys,
      ageMs: latest === undefined ? undefined : this.#now() - latest,
      spanMs: (latest ?? 0) - (rounds[0]?.atMs ?? latest ?? 0),
      nodes,
    };
  }

  /** Sampled keys of a node by hotness, 0-7, in the rounds of {@linkcode heatmap}. */
  histogram(node: number): number[] {
    const cells = this.heatmap().nodes.get(node) ?? emptyCells();
    return cells.map((cell) => cell.sampled);
  }

  /** Sorts and cuts. */
  #rank(seen: ReadonlyMap<string, HotKey>): void {
    const sorted = [...seen].filter(([, key]) => key.hotness > 0).sort(([, a], [, b]) =>
      hotterFirst(a, b)
    );
    const { batchSize } = this.#rules();
    const candidates = sorted.filter(([, key]) => this.isCandidate(key)).slice(0, batchSize);
    this.#candidates = candidates.map(([, key]) => key);
    const chosen = new Set(candidates.map(([name]) => name));
    const kept = new Map<number, number>();
    this.#listed = new Map(sorted.filter(([name, { node }]) => {
      const rank = kept.get(node) ?? 0;
      kept.set(node, rank + 1);
      return rank < HOT_KEYS_MAX || chosen.has(name);
    }));
  }
}

/** No keys of any level. */
export function emptyCells(): HeatCell[] {
  return Array.from({ length: LEVEL_COUNT }, () => ({ sampled: 0, keys: 0, bytes: 0 }));
}

function count(round: Round, { node, level, footprintBytes }: Sample): void {
  const zeros = (): number[] => new Array<number>(LEVEL_COUNT).fill(0);
  const ofNode = round.counts.get(node) ?? { keys: zeros(), bytes: zeros() };
  const index = Math.min(level, LEVEL_COUNT - 1);
  ofNode.keys[index] = (ofNode.keys[index] ?? 0) + 1;
  ofNode.bytes[index] = (ofNode.bytes[index] ?? 0) + footprintBytes;
  round.counts.set(node, ofNode);
  round.sampled++;
}

/** One character a byte, so that different keys have different names. */
const decoder = new TextDecoder("latin1");

function note(seen: Map<string, HotKey>, sample: Sample, bytes: Uint8Array): void {
  const key = bytes.slice(sample.keyOffset, sample.keyOffset + sample.keyBytes);
  seen.set(`${sample.db} ${decoder.decode(key)}`, {
    db: sample.db,
    key,
    node: sample.node,
    accessor: sample.accessor === NO_NODE ? undefined : sample.accessor,
    hotness: sample.level,
    accesses: sample.accessCount,
    footprintBytes: sample.footprintBytes,
    idleSeconds: sample.idleSeconds,
  });
}

function hotterFirst(a: HotKey, b: HotKey): number {
  return b.hotness - a.hotness || a.idleSeconds - b.idleSeconds || b.accesses - a.accesses;
}
