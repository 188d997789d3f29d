/**
 * What strategies see of the live store: its samples counted by the census, its nodes, its localities.
 *
 * Knows store and census, no strategy. Invariant: a key's id in the view is the index of its sample in the round, so that a move finds
 * its name again until the next round.
 *
 * @module
 */

import type { View } from "../../strategies/strategy.ts";
import { Census, latenciesOf, type NodeFacts } from "../census.ts";
import { NO_NODE, type Sample, type StoreApi, type TopologyNode } from "../core.ts";
import { type NodePolicy, STANDARD_POLICY } from "./policy.ts";

/** The least that can be said of a vote that core has decided: it leads. */
const LEADING = 1;

/** A key as the round met it. */
export interface SeenKey {
  readonly db: number;
  readonly key: Uint8Array;
}

/** Counts each round's samples and shows them as a view. */
export class Sight {
  readonly #census: Census;
  readonly #indexes: ReadonlyMap<number, number>;
  readonly #decoder = new TextDecoder();
  readonly #startMs: number;
  readonly #policy: () => NodePolicy;
  #seen: SeenKey[] = [];
  #keys = 1;
  #sampled = 0;
  #local = 0;
  #remote = 0;

  /**
   * @param nowMs milliseconds, never going back
   * @param policy asked in each round
   */
  constructor(
    store: Pick<StoreApi, "topology">,
    nowMs: number,
    policy: () => NodePolicy = () => STANDARD_POLICY,
  ) {
    this.#policy = policy;
    const { nodes } = store.topology();
    this.#census = new Census(factsOf(nodes));
    this.#indexes = new Map(nodes.map((node, index) => [node.id, index]));
    this.#startMs = nowMs;
  }

  /** Begins a round. A round samples about as many keys as the one before. */
  begin(store: Pick<StoreApi, "status">, nowMs: number): void {
    this.#keys = Math.max(1, store.status().keys);
    this.#census.begin(this.#sampled / this.#keys, (nowMs - this.#startMs) / 1000);
    this.#seen = [];
    this.#sampled = 0;
  }

  /** Takes one sample; both arguments are valid during the call only. */
  note(sample: Sample, bytes: Uint8Array): void {
    const node = this.#indexes.get(sample.node);
    if (node === undefined) return;
    const accessor = sample.accessor === NO_NODE ? -1 : this.#indexes.get(sample.accessor) ?? -1;
    this.#sampled++;
    this.#seen[
      this.#census.note(
        node,
        accessor,
        accessor < 0 ? 0 : LEADING,
        sample.footprintBytes,
        sample.type,
        sample.level,
        sample.accessCount,
        sample.idleSeconds,
      )
    ] = {
      db: sample.db,
      key: bytes.slice(sample.keyOffset, sample.keyOffset + sample.keyBytes),
    };
  }

  /** The key a move means; `undefined` when this round has met none of that id. */
  keyOf(id: number): SeenKey | undefined {
    return this.#seen[id];
  }

  /** What strategies see of this round. */
  view(store: Pick<StoreApi, "topology" | "status">, nowMs: number): View {
    const status = store.status();
    const locality = {
      local: Math.max(0, status.localAccesses - this.#local),
      remote: Math.max(0, status.remoteAccesses - this.#remote),
    };
    [this.#local, this.#remote] = [status.localAccesses, status.remoteAccesses];
    const uptimeSeconds = (nowMs - this.#startMs) / 1000;
    const facts = { locality, pingPongs: 0, uptimeSeconds };
    return this.#census.view(factsOf(store.topology().nodes, this.#policy()), facts, (id) => {
      const { db, key } = this.#seen[id] ?? { db: 0, key: new Uint8Array(0) };
      const name = this.#decoder.decode(key);
      return { db, name, residenceSeconds: uptimeSeconds, moves: 0 };
    });
  }
}

/** What topology and operator say of each node. */
export function factsOf(
  nodes: readonly TopologyNode[],
  { weightOf, lowWater, highWater }: NodePolicy = STANDARD_POLICY,
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
