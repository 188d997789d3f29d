/**
 * The census: from sampled keys to what strategies see, estimates of the whole and a bounded choice of keys.
 *
 * Knows the contract's view and where keys lie, no store and no strategy; the server and the simulator both count with it. Invariant:
 * the counts estimate the keyspace as of the latest pass over it, whatever part of it a round saw; a view's lists hold keys of its own
 * round only, at most {@linkcode HOT_KEYS_MAX} and {@linkcode COLD_KEYS_MAX}.
 *
 * @module
 */

import {
  type Bin,
  HEAT_BIN_COUNT,
  heatBin,
  type KeyView,
  LEVEL_COUNT,
  type NodeView,
  TYPE_NAMES,
  type View,
} from "../strategies/strategy.ts";

/** Keys of a view that could lie nearer. */
export const HOT_KEYS_MAX = 4096;
/** Keys of a view that could make room. */
export const COLD_KEYS_MAX = 4096;

/** A key made just now is taken to have been watched as long already, so that one access does not look like many a second. */
const PRIOR_SECONDS = 20;
/** A level n stands for 2^(n-1) accesses in about this time. */
const LEVEL_SECONDS = 25;
/** A key that is used r times a second is idle for longer than this / r about once in seven times. */
const SURPRISE = 2;

/**
 * Accesses a second, estimated: how often the key was used as long as it is known, or of late, whichever is more; but no more than its
 * idle time lets one believe.
 *
 * @param recent accesses of late; see {@linkcode recentOf}
 * @param uptimeSeconds how long hotness is counted
 */
export function rateOf(
  accesses: number,
  recent: number,
  idleSeconds: number,
  uptimeSeconds: number,
): number {
  const frequency = accesses / (uptimeSeconds + PRIOR_SECONDS);
  return Math.min(Math.max(frequency, recent / LEVEL_SECONDS), SURPRISE / (idleSeconds + 1));
}

/** Accesses that a level stands for. */
export function recentOf(level: number): number {
  return level > 0 ? 2 ** (level - 1) : 0;
}

/** What of a node the census does not count itself. */
export type NodeFacts = Omit<NodeView, "levels" | "heats" | "typeBytes">;

/** What of a view the census does not count itself. */
export type ViewFacts = Pick<View, "locality" | "pingPongs" | "uptimeSeconds">;

/** A node's place in the topology. */
export interface NodePlace {
  readonly memory_only: boolean;
  readonly distances: readonly number[];
  /** HMAT's, in nanoseconds from the nearest CPUs; none where the firmware does not tell. */
  readonly latencyNs?: number | undefined;
}

/** What a unit of distance stands for where HMAT says nothing: 10 is local memory, about 100 ns. */
const NS_PER_DISTANCE = 10;

/** Nanoseconds of one access from each node's CPUs to each node's memory. */
export function latenciesOf(nodes: readonly NodePlace[]): number[][] {
  const nearestCpus = nodes.map((_, to) =>
    Math.min(...nodes.filter((from) => !from.memory_only).map((from) => from.distances[to] ?? 10))
  );
  return nodes.map((from) =>
    nodes.map(({ latencyNs }, to) => {
      const distance = from.distances[to] ?? 10;
      if (latencyNs === undefined) return NS_PER_DISTANCE * distance;
      return latencyNs * distance / (nearestCpus[to] || 10);
    })
  );
}

/** Counts and chooses. */
export class Census {
  readonly #tiers: readonly number[];
  /** By `accessor × nodes + node`: whether the accessor's CPUs have nearer memory than that node's. */
  readonly #farther: readonly boolean[];
  /** Nodes whose keys make room when they leave. */
  readonly #aboveOthers: readonly boolean[];
  /** The node a key without an accessor counts for: its own, or the nearest with CPUs. */
  readonly #homes: readonly number[];
  readonly #levels: Tally;
  readonly #heats: Tally;
  readonly #types: Tally;
  /** How much of the keyspace the tallies stand for, 0-1. */
  #covered = 0;
  #rows: Rows;
  /** Since keys are known, and of late. */
  readonly #accesses = new Moments();
  readonly #recent = new Moments();
  #count = 0;
  #uptimeSeconds = 0;

  /** @param nodes in the order of their indexes */
  constructor(nodes: readonly Pick<NodeFacts, "tier" | "latenciesNs" | "hasCpus">[]) {
    const count = nodes.length;
    this.#tiers = nodes.map((node) => node.tier);
    this.#farther = nodes.flatMap(({ latenciesNs, hasCpus }) =>
      latenciesNs.map((latency) => hasCpus && latency > Math.min(...latenciesNs))
    );
    const slowest = Math.max(...this.#tiers);
    this.#aboveOthers = this.#tiers.map((tier) => tier < slowest || slowest === 0);
    this.#homes = nodes.map((_, index) => homeOf(nodes, index));
    this.#levels = new Tally(count, LEVEL_COUNT);
    this.#heats = new Tally(count, HEAT_BIN_COUNT);
    this.#types = new Tally(count, TYPE_NAMES.length);
    this.#rows = new Rows(1024);
  }

  /**
   * Begins a round.
   *
   * @param share the part of the keyspace that this round will sample, 0-1
   */
  begin(share: number, uptimeSeconds: number): void {
    this.#count = 0;
    this.#uptimeSeconds = uptimeSeconds;
    const kept = 1 - Math.min(Math.max(share, 0), 1);
    this.#covered = 1 - kept * (1 - this.#covered);
    for (const tally of [this.#levels, this.#heats, this.#types]) tally.decay(kept);
    this.#accesses.begin(kept);
    this.#recent.begin(kept);
  }

  /**
   * Takes one key.
   *
   * @param node index of the node where it lies
   * @param accessor index of the node that uses it most, -1 when none stands out
   * @param sampled whether it stands for others; one that is known for another reason may be chosen, and is not counted
   * @returns the key's id in this round's view
   */
  note(
    node: number,
    accessor: number,
    vote: number,
    bytes: number,
    type: number,
    level: number,
    accesses: number,
    idleSeconds: number,
    sampled = true,
  ): number {
    const row = this.#count++;
    if (row === this.#rows.capacity) this.#rows = this.#rows.grown();
    const recent = recentOf(level);
    if (sampled) {
      this.#accesses.add(accesses);
      this.#recent.add(recent);
    }
    const rate = rateOf(
      this.#accesses.drawn(accesses),
      // Nothing of late is no luck.
      Math.min(recent, this.#recent.drawn(recent)),
      idleSeconds,
      this.#uptimeSeconds,
    );
    const bin = heatBin(rate, bytes);
    const rows = this.#rows;
    rows.node[row] = node;
    rows.accessor[row] = accessor;
    rows.vote[row] = vote;
    rows.bytes[row] = bytes;
    rows.type[row] = type;
    rows.level[row] = level;
    rows.accesses[row] = accesses;
    rows.idle[row] = idleSeconds;
    rows.rate[row] = rate;
    rows.bin[row] = bin;
    if (!sampled) return row;
    this.#levels.add(node, level, bytes);
    this.#types.add(node, type, bytes);
    this.#heats.add(accessor < 0 ? this.#homes[node] ?? 0 : accessor, bin, bytes);
    return row;
  }

  /**
   * What strategies see of this round.
   *
   * @param nodes in the order of their indexes
   * @param keyOf what the caller knows of a key by its id: database, name, when and how often it was moved
   */
  view(
    nodes: readonly NodeFacts[],
    facts: ViewFacts,
    keyOf: (id: number) => Pick<KeyView, "db" | "name" | "residenceSeconds" | "moves">,
  ): View {
    const ids = nodes.map((node) => node.id);
    const scale = this.#covered > 0 ? 1 / this.#covered : 0;
    return {
      nodes: nodes.map((node, index) => ({
        ...node,
        levels: this.#levels.bins(index, scale),
        heats: this.#heats.bins(index, scale),
        typeBytes: this.#types.bins(index, scale).map((bin) => bin.bytes),
      })),
      ...facts,
      hot: this.#hot().map((row) => this.#rows.key(row, ids, keyOf(row))),
      cold: this.#cold().map((row) => this.#rows.key(row, ids, keyOf(row))),
    };
  }

  /** One key of this round; see {@linkcode view}. */
  key(id: number, ids: readonly number[], known: Parameters<Rows["key"]>[2]): KeyView {
    return this.#rows.key(id, ids, known);
  }

  /** Rows of keys that could lie nearer, hottest first. */
  #hot(): number[] {
    const { node, accessor, bin } = this.#rows;
    const nodes = this.#tiers.length;
    const farther = (row: number): boolean => {
      const by = accessor[row] ?? -1;
      const at = node[row] ?? 0;
      return by < 0 ? (this.#tiers[at] ?? 0) > 0 : this.#farther[by * nodes + at] ?? false;
    };
    const last = HEAT_BIN_COUNT - 1;
    const rows = pick(
      this.#count,
      HOT_KEYS_MAX,
      (row) => (bin[row] ?? 0) > 0 && farther(row) ? last - (bin[row] ?? 0) : -1,
    );
    return this.#rows.byHeat(rows).reverse();
  }

  /** Rows of keys that could make room, coldest first, each node's share of them. */
  #cold(): number[] {
    const { node, bin } = this.#rows;
    const above = this.#aboveOthers.flatMap((is, index) => is ? [index] : []);
    const each = Math.floor(COLD_KEYS_MAX / Math.max(above.length, 1));
    const rows = above.flatMap((one) =>
      pick(this.#count, each, (row) => node[row] === one ? bin[row] ?? 0 : -1)
    );
    return this.#rows.byHeat(rows);
  }
}

function homeOf(
  nodes: readonly Pick<NodeFacts, "latenciesNs" | "hasCpus">[],
  node: number,
): number {
  const latency = (from: number): number =>
    nodes[from]?.hasCpus ? nodes[from]?.latenciesNs[node] ?? 0 : Infinity;
  return nodes.reduce((best, _, from) => latency(from) < latency(best) ? from : best, 0);
}

/**
 * The `max` rows of the lowest rank, in no order; ranks are bins, so that nothing need be sorted whole.
 *
 * @param rankOf a row's rank, 0 to HEAT_BIN_COUNT - 1, or below 0 to leave it out
 */
function pick(count: number, max: number, rankOf: (row: number) => number): number[] {
  const ranks = new Uint32Array(HEAT_BIN_COUNT);
  for (let row = 0; row < count; row++) {
    const rank = rankOf(row);
    if (rank >= 0) ranks[rank] = (ranks[rank] ?? 0) + 1;
  }
  let cut = 0;
  let below = 0;
  while (cut < HEAT_BIN_COUNT && below + (ranks[cut] ?? 0) <= max) below += ranks[cut++] ?? 0;
  let ofCut = max - below;
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const rank = rankOf(row);
    if (rank < 0 || rank > cut) continue;
    if (rank < cut || ofCut-- > 0) rows.push(row);
  }
  return rows;
}

/**
 * How far keys differ in use, and how much of that is chance: were all used alike, the counts of accesses would differ too, with a
 * variance as great as their mean (Poisson). Counts are drawn to the mean by that part (Stein), so that luck is not taken for heat.
 */
class Moments {
  #keys = 0;
  #sum = 0;
  #squares = 0;
  #mean = 0;
  /** How far a count is drawn to the mean in this round: 0 not at all, 1 wholly. */
  #chance = 0;

  /** Begins a round, in which `kept` of what was counted is left. */
  begin(kept: number): void {
    this.#mean = this.#keys > 0 ? this.#sum / this.#keys : 0;
    const variance = this.#keys > 0 ? this.#squares / this.#keys - this.#mean ** 2 : 0;
    this.#chance = variance > 0 ? Math.min(1, this.#mean / variance) : 0;
    this.#keys *= kept;
    this.#sum *= kept;
    this.#squares *= kept;
  }

  add(count: number): void {
    this.#keys++;
    this.#sum += count;
    this.#squares += count * count;
  }

  /** A count without the luck that is likely in it. */
  drawn(count: number): number {
    return count + this.#chance * (this.#mean - count);
  }
}

/** Keys and bytes by node and bin, fading. */
class Tally {
  readonly #bins: number;
  readonly #keys: Float64Array;
  readonly #bytes: Float64Array;

  constructor(nodes: number, bins: number) {
    this.#bins = bins;
    this.#keys = new Float64Array(nodes * bins);
    this.#bytes = new Float64Array(nodes * bins);
  }

  add(node: number, bin: number, bytes: number): void {
    const at = node * this.#bins + bin;
    this.#keys[at] = (this.#keys[at] ?? 0) + 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes;
  }

  decay(kept: number): void {
    for (let at = 0; at < this.#keys.length; at++) {
      this.#keys[at] = (this.#keys[at] ?? 0) * kept;
      this.#bytes[at] = (this.#bytes[at] ?? 0) * kept;
    }
  }

  bins(node: number, scale: number): Bin[] {
    return Array.from({ length: this.#bins }, (_, bin) => ({
      keys: (this.#keys[node * this.#bins + bin] ?? 0) * scale,
      bytes: (this.#bytes[node * this.#bins + bin] ?? 0) * scale,
    }));
  }
}

/** The keys of one round, a column a fact. */
class Rows {
  readonly capacity: number;
  readonly node: Uint8Array;
  readonly accessor: Int8Array;
  readonly vote: Uint8Array;
  readonly bytes: Float64Array;
  readonly type: Uint8Array;
  readonly level: Uint8Array;
  readonly accesses: Float64Array;
  readonly idle: Float64Array;
  readonly rate: Float64Array;
  readonly bin: Uint8Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.node = new Uint8Array(capacity);
    this.accessor = new Int8Array(capacity);
    this.vote = new Uint8Array(capacity);
    this.bytes = new Float64Array(capacity);
    this.type = new Uint8Array(capacity);
    this.level = new Uint8Array(capacity);
    this.accesses = new Float64Array(capacity);
    this.idle = new Float64Array(capacity);
    this.rate = new Float64Array(capacity);
    this.bin = new Uint8Array(capacity);
  }

  grown(): Rows {
    const larger = new Rows(2 * this.capacity);
    for (const name of COLUMNS) larger[name].set(this[name]);
    return larger;
  }

  /** Coldest first; of equals the one that was used longer ago. */
  byHeat(rows: number[]): number[] {
    const heat = (row: number): number => (this.rate[row] ?? 0) / (this.bytes[row] || 1);
    return rows.sort((a, b) => heat(a) - heat(b) || (this.idle[b] ?? 0) - (this.idle[a] ?? 0));
  }

  key(
    row: number,
    ids: readonly number[],
    known: Pick<KeyView, "db" | "name" | "residenceSeconds" | "moves">,
  ): KeyView {
    const accessor = this.accessor[row] ?? -1;
    return {
      id: row,
      db: known.db,
      name: known.name,
      bytes: this.bytes[row] ?? 0,
      node: ids[this.node[row] ?? 0] ?? 0,
      type: this.type[row] ?? 0,
      level: this.level[row] ?? 0,
      accesses: this.accesses[row] ?? 0,
      rate: this.rate[row] ?? 0,
      accessor: accessor < 0 ? undefined : ids[accessor],
      vote: this.vote[row] ?? 0,
      idleSeconds: this.idle[row] ?? 0,
      residenceSeconds: known.residenceSeconds,
      moves: known.moves,
    };
  }
}

const COLUMNS = [
  "node",
  "accessor",
  "vote",
  "bytes",
  "type",
  "level",
  "accesses",
  "idle",
  "rate",
  "bin",
] as const;
