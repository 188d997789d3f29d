/**
 * The contract of a strategy: what it sees, and what it may answer.
 *
 * Imports nothing, so that a strategy can be read, tested and loaded alone. Invariant: same view and same options, same answer; a
 * strategy reads no clock, no randomness and no file.
 *
 * @module
 */

/** One NUMA node as a strategy sees it. */
export interface NodeView {
  /** The kernel's number. */
  readonly id: number;
  /** False for a node that has memory and no CPUs. */
  readonly hasCpus: boolean;
  /** Nodes of like speed; 0 is the fastest. */
  readonly tier: number;
  /** To every node, in the order of {@linkcode View.nodes}; 10 is local. */
  readonly distances: readonly number[];
  /** Bytes live in the node's share of the pool. */
  readonly usedBytes: number;
  /** Bytes the node could still take. */
  readonly freeBytes: number;
  /** Sampled keys of each hotness, 0 (cold) to 7 (hot). */
  readonly hotnessCounts: readonly number[];
}

/** One key that stands out, by being hot or by being used from elsewhere. */
export interface KeyView {
  readonly db: number;
  readonly key: Uint8Array;
  /** Node id where it lies. */
  readonly node: number;
  /** Node id whose CPUs use it most; `undefined` when none stands out. */
  readonly accessor: number | undefined;
  /** Hotness, 0-7. */
  readonly hotness: number;
  /** Pool bytes of key and value. */
  readonly footprintBytes: number;
  readonly idleSeconds: number;
}

/** Everything a strategy decides from. */
export interface View {
  readonly nodes: readonly NodeView[];
  /** Hottest keys first; a sample, not all of them. */
  readonly hotKeys: readonly KeyView[];
  /** Milliseconds since 1970, the same for the whole round. */
  readonly nowMs: number;
}

/** What one round may spend. */
export interface Budget {
  readonly keys: number;
  readonly bytes: number;
}

/** Which node new objects go to; core follows it without asking again. */
export interface PlacementPlan {
  /** By the node id of the CPUs that write: node ids to try, best first. */
  readonly targets: ReadonlyMap<number, readonly number[]>;
}

/** One key to another node. */
export interface Move {
  readonly db: number;
  readonly key: Uint8Array;
  readonly target: number;
}

/** A strategy's own settings, as text. */
export type StrategyOptions = Readonly<Record<string, string>>;

/** One option of a strategy, for listings and checks. */
export interface OptionDescription {
  readonly name: string;
  readonly standard: string;
  readonly doc: string;
}

/** Code that decides. The host calls `init` first, then `place` and `plan` in each due round, `cleanup` last. */
export interface Strategy {
  /** Lower case, letters, digits and hyphens. */
  readonly name: string;
  readonly options: readonly OptionDescription[];
  /** Takes its options. @throws {Error} when one cannot be used */
  init(options: StrategyOptions): void;
  /** Where new objects should go; `undefined` leaves the plan in force as it is. */
  place(view: View): PlacementPlan | undefined;
  /** Keys to move, most useful first, within `budget`. */
  plan(view: View, budget: Budget): readonly Move[];
  /** Gives up what it holds. Called once, also after a failure. */
  cleanup(): void;
}

/** Makes a fresh strategy. */
export type StrategyFactory = () => Strategy;
