/**
 * What strategies see of the live store: its samples counted by the census, its nodes, its localities.
 *
 * Knows store and census, no strategy. Invariant: a key's id in the view is the index of its sample in the round, so that a move finds
 * its name by the round's {@linkcode Sight.names} as long as somebody keeps them.
 *
 * @module
 */

import type { KeyView, Locality, View } from "../../strategies/strategy.ts";
import { Census, latenciesOf, type NodeFacts } from "../census.ts";
import { NO_NODE, type Sample, type StoreApi, type TopologyNode } from "../core.ts";
import { type NodePolicy, STANDARD_RULES } from "./rules.ts";
import { latin1, type SeenKey, SeenKeys } from "./seen_keys.ts";

/** Rounds whose accesses and ping-pongs are those of late. */
const ROUNDS_KEPT = 60;

/** The store's numbers that are compared from round to round. */
interface Counters extends Locality {
  readonly pingPongs: number;
}

/** Where a store is looked at. */
export type SightSource = Pick<StoreApi, "topology" | "status">;

/** Counts each round's samples and shows them as a view. */
export class Sight {
  readonly #census: Census;
  readonly #indexes: ReadonlyMap<number, number>;
  readonly #startMs: number;
  #nowMs: number;
  #nodes: readonly TopologyNode[];
  #policy: NodePolicy = STANDARD_RULES;
  #seen = new SeenKeys();
  /** Keys in use that this round has met, so that none is noted twice. */
  #used = new Set<string>();
  #keys = 1;
  #sampled = 0;
  /** The latest last; one more than rounds are looked back at. */
  #counters: Counters[] = [];
  #view: View | undefined;

  /** @param nowMs milliseconds, never going back */
  constructor(store: Pick<StoreApi, "topology">, nowMs: number) {
    this.#nodes = store.topology().nodes;
    this.#census = new Census(factsOf(this.#nodes));
    this.#indexes = new Map(this.#nodes.map((node, index) => [node.id, index]));
    this.#startMs = nowMs;
    this.#nowMs = nowMs;
  }

  /** Begins a round. A round samples about as many keys as the one before. */
  begin(store: SightSource, nowMs: number, policy: NodePolicy = STANDARD_RULES): void {
    const status = store.status();
    this.#keys = Math.max(1, status.keys);
    this.#nowMs = nowMs;
    this.#nodes = store.topology().nodes;
    this.#policy = policy;
    this.#census.begin(this.#sampled / this.#keys, this.uptimeSeconds);
    this.#seen = new SeenKeys(this.#seen.count);
    this.#used = new Set();
    this.#sampled = 0;
    this.#view = undefined;
    this.#count({
      local: status.localAccesses,
      remote: status.remoteAccesses,
      pingPongs: status.pingPongs,
    });
  }

  /** Seconds since it was made. */
  get uptimeSeconds(): number {
    return (this.#nowMs - this.#startMs) / 1000;
  }

  /** Takes one sample of the round; both arguments are valid during the call only. */
  note(sample: Sample, bytes: Uint8Array): void {
    if (this.#add(sample, bytes, true) === undefined) return;
    this.#sampled++;
    if (sample.level > 0) this.#used.add(this.#nameOf(sample, bytes));
  }

  /** Takes a key that was not sampled but is known to be in use: strategies may move it, and it stands for no others. */
  noteKnown(sample: Sample, bytes: Uint8Array): void {
    const name = this.#nameOf(sample, bytes);
    if (this.#used.has(name)) return;
    this.#used.add(name);
    this.#add(sample, bytes, false);
  }

  /** The keys of this round by their ids. */
  names(): (id: number) => SeenKey | undefined {
    const seen = this.#seen;
    return (id) => seen.at(id);
  }

  /** What strategies see of this round; the same view until the next. */
  view(): View {
    return this.#view ??= this.#census.view(
      this.facts(),
      {
        locality: this.locality(1),
        pingPongs: this.#since(ROUNDS_KEPT, "pingPongs"),
        uptimeSeconds: this.uptimeSeconds,
      },
      (id) => this.#known(id),
    );
  }

  /** One key as strategies would see it; both arguments are valid during the call only. */
  keyOf(sample: Sample, bytes: Uint8Array): KeyView | undefined {
    // The round's view is made before, or the key would be in it twice.
    const { nodes } = this.view();
    const id = this.#add(sample, bytes, false);
    return id === undefined
      ? undefined
      : this.#census.key(id, nodes.map((node) => node.id), this.#known(id));
  }

  /** Accesses in the latest `rounds`. */
  locality(rounds = ROUNDS_KEPT): Locality {
    return { local: this.#since(rounds, "local"), remote: this.#since(rounds, "remote") };
  }

  /** The nodes as of this round. */
  facts(): NodeFacts[] {
    return factsOf(this.#nodes, this.#policy);
  }

  #add(sample: Sample, bytes: Uint8Array, counted: boolean): number | undefined {
    const node = this.#indexes.get(sample.node);
    if (node === undefined) return undefined;
    const accessor = sample.accessor === NO_NODE ? -1 : this.#indexes.get(sample.accessor) ?? -1;
    const { footprintBytes, type, level, accessCount, idleSeconds } = sample;
    const id = this.#census.note(
      node,
      accessor,
      sample.vote,
      footprintBytes,
      type,
      level,
      accessCount,
      idleSeconds,
      counted,
    );
    this.#seen.add(id, sample, bytes);
    return id;
  }

  #known(id: number): Pick<KeyView, "db" | "name" | "residenceSeconds" | "moves"> {
    const { moves, movedSeconds } = this.#seen;
    const count = moves[id] ?? 0;
    return {
      db: this.#seen.db[id] ?? 0,
      name: this.#seen.nameOf(id),
      residenceSeconds: count > 0 ? movedSeconds[id] ?? 0 : this.uptimeSeconds,
      moves: count,
    };
  }

  #nameOf({ db, keyOffset, keyBytes }: Sample, bytes: Uint8Array): string {
    return `${db} ${latin1.decode(bytes.subarray(keyOffset, keyOffset + keyBytes))}`;
  }

  #count(counters: Counters): void {
    const before = this.#counters.at(-1);
    // Counters that were set back begin anew.
    const isReset = before !== undefined &&
      (counters.local < before.local || counters.remote < before.remote ||
        counters.pingPongs < before.pingPongs);
    if (isReset) this.#counters = [{ local: 0, remote: 0, pingPongs: 0 }];
    this.#counters.push(counters);
    if (this.#counters.length > ROUNDS_KEPT + 1) this.#counters.shift();
  }

  #since(rounds: number, name: keyof Counters): number {
    const first = this.#counters.at(-1 - rounds) ?? this.#counters[0];
    return (this.#counters.at(-1)?.[name] ?? 0) - (first?.[name] ?? 0);
  }
}

/** What topology and operator say of each node. */
export function factsOf(
  nodes: readonly TopologyNode[],
  { weightOf, lowWater, highWater }: NodePolicy = STANDARD_RULES,
): NodeFacts[] {
  const places = nodes.map((node) => ({
    memory_only: node.memory_only,
    distances: node.distances,
    latencyNs: node.hmat?.read_latency_ns ?? undefined,
  }));
  const latencies = latenciesOf(places);
  return nodes.map((node, index) => {
    const usedBytes = node.used_bytes ?? 0;
    const budgetBytes = node.budget_bytes || node.total_bytes;
    return {
      id: node.id,
      hasCpus: !node.memory_only,
      tier: node.tier,
      distances: node.distances,
      latenciesNs: latencies[index] ?? [],
      usedBytes,
      freeBytes: Math.max(0, Math.min(node.free_bytes ?? budgetBytes, budgetBytes - usedBytes)),
      budgetBytes,
      lowWaterBytes: Math.floor(lowWater * budgetBytes),
      highWaterBytes: Math.floor(highWater * budgetBytes),
      weight: weightOf(node.id),
    };
  });
}
