/**
 * Even loads: which keys go from a node that holds more than its part to one that holds less.
 *
 * Nodes of one tier are compared with each other, as slower memory is filled by coldness and not for evenness. A node's capacity is its
 * budget times its weight; its load is its bytes over the part of its tier's bytes that its capacity has of its tier's capacity, in
 * percent: 100 is even. Knows samples and loads, no strategy. Invariants: a plan never takes a node below its part nor another above; a key
 * that its own node's clients keep using, or that was moved of late, stays.
 *
 * @module
 */

import { type KeyMove, NO_NODE, type Sample } from "../core.ts";
import type { Budget } from "../../strategies/strategy.ts";

/** Bytes in a tier below which nothing is evened out. */
export const BYTES_MIN = 256 << 10;
/** Rounds that a difference must last before it is acted on by itself: placement may even it out, or a burst be over. */
export const PATIENCE_ROUNDS = 5;
/** Rounds without a key to move after which one gives up. */
const FRUITLESS_ROUNDS_MAX = 10;
/** Of the threshold, where one that was begun ends. */
const DONE_SHARE = 0.25;
/** A key stays with its clients' node when that leads the vote by so much… */
const TIED_VOTE = 3;
/** …and used it within so many seconds. */
const TIED_SECONDS = 60;
/** A key that was moved stays so long, twice as long after each further move. */
const RESIDENCE_SECONDS = 30;
const DOUBLINGS_MAX = 6;
/** Keys kept of one round. */
const CANDIDATES_MAX = 1 << 17;

/** What a node holds, and what it may. */
export interface NodeLoad {
  readonly id: number;
  readonly tier: number;
  readonly usedBytes: number;
  readonly budgetBytes: number;
  readonly freeBytes: number;
  readonly weight: number;
}

/** A key that may go. */
interface Candidate {
  readonly db: number;
  readonly key: Uint8Array;
  readonly node: number;
  readonly bytes: number;
  readonly level: number;
  readonly idleSeconds: number;
}

/** What a plan came to. */
export interface RebalancePlan {
  readonly moves: readonly KeyMove[];
  readonly bytes: number;
}

/** Each node's load in percent, by its id: 100 is its part. A tier that holds next to nothing is even. */
export function loadsOf(nodes: readonly NodeLoad[]): Map<number, number> {
  return new Map(nodes.map((node) => {
    const { even, usedBytes } = tierOf(nodes, node);
    if (usedBytes < BYTES_MIN) return [node.id, 100];
    return [node.id, even > 0 ? 100 * node.usedBytes / even : 0];
  }));
}

/** The largest difference of loads within a tier, in percent. */
export function imbalanceOf(nodes: readonly NodeLoad[]): number {
  const loads = loadsOf(nodes);
  const differences = nodes.map(({ id, tier }) => {
    const least = Math.min(
      ...nodes.filter((other) => other.tier === tier).map((other) => loads.get(other.id) ?? 0),
    );
    return (loads.get(id) ?? 0) - least;
  });
  return Math.max(0, ...differences);
}

/** What a node's tier holds, and the node's part of it. */
function tierOf(nodes: readonly NodeLoad[], node: NodeLoad): { even: number; usedBytes: number } {
  const tier = nodes.filter((one) => one.tier === node.tier);
  const capacityOf = (one: NodeLoad): number => one.budgetBytes * one.weight;
  const usedBytes = tier.reduce((sum, one) => sum + one.usedBytes, 0);
  const capacity = tier.reduce((sum, one) => sum + capacityOf(one), 0);
  const part = capacity > 0 ? capacityOf(node) / capacity : 1 / tier.length;
  return { even: Math.round(usedBytes * part), usedBytes };
}

/** Watches loads from round to round, gathers keys while they are uneven, and plans. */
export class Rebalance {
  /** Times that loads were found uneven and acted on. */
  begun = 0;
  /** Keys of the latest plan's round that stayed because their own clients use them, or they were moved of late. */
  tied = 0;
  #nodes: readonly NodeLoad[] = [];
  /** By node id: bytes above its part; below 0 when it has room for more. */
  #surplus = new Map<number, number>();
  /** By node id: bytes it can still take. */
  #room = new Map<number, number>();
  #candidates: Candidate[] = [];
  #uneven = 0;
  #fruitless = 0;
  #active = false;

  /** Whether keys are wanted in this round. */
  get active(): boolean {
    return this.#active;
  }

  /** Begins a round by itself: acts once loads have differed for {@linkcode PATIENCE_ROUNDS}, until they hardly do. */
  begin(nodes: readonly NodeLoad[], threshold: number, enabled: boolean): void {
    const imbalance = imbalanceOf(nodes);
    this.#uneven = imbalance > threshold ? this.#uneven + 1 : 0;
    if (!enabled || imbalance <= threshold * DONE_SHARE) this.#rest();
    else if (!this.#active && this.#uneven >= PATIENCE_ROUNDS) {
      this.#active = true;
      this.begun++;
    }
    this.gather(nodes);
  }

  /** Starts gathering anew. */
  gather(nodes: readonly NodeLoad[]): void {
    this.#nodes = nodes;
    this.#surplus = new Map(
      nodes.map((node) => [node.id, node.usedBytes - tierOf(nodes, node).even]),
    );
    this.#room = new Map(nodes.map((node) => [node.id, node.freeBytes]));
    this.#candidates = [];
    this.tied = 0;
  }

  /** Whether what was gathered may even the loads out: more would not help. */
  get enough(): boolean {
    const surplus = [...this.#surplus.values()].reduce((sum, one) => sum + Math.max(0, one), 0);
    const gathered = this.#candidates.reduce((sum, one) => sum + one.bytes, 0);
    return gathered >= surplus || this.#candidates.length >= CANDIDATES_MAX;
  }

  /** Takes one sample; both arguments are valid during the call only. */
  note(sample: Sample, bytes: Uint8Array): void {
    const { node, level, idleSeconds, db } = sample;
    if ((this.#surplus.get(node) ?? 0) <= 0 || this.#candidates.length >= CANDIDATES_MAX) return;
    if (isTied(sample)) {
      this.tied++;
      return;
    }
    const key = bytes.slice(sample.keyOffset, sample.keyOffset + sample.keyBytes);
    this.#candidates.push({ db, key, node, bytes: sample.footprintBytes, level, idleSeconds });
  }

  /** Keys to move, the coldest first, within `budget`. What was gathered is used up. */
  plan(budget: Budget): RebalancePlan {
    const moves: KeyMove[] = [];
    let bytes = 0;
    const coldestFirst = this.#candidates.sort((a, b) =>
      a.level - b.level || b.idleSeconds - a.idleSeconds
    );
    for (const one of coldestFirst) {
      if (moves.length >= budget.keys) break;
      if (bytes + one.bytes > budget.bytes) continue;
      const target = this.#targetOf(one);
      if (target === undefined) continue;
      this.#surplus.set(one.node, (this.#surplus.get(one.node) ?? 0) - one.bytes);
      this.#surplus.set(target, (this.#surplus.get(target) ?? 0) + one.bytes);
      this.#room.set(target, (this.#room.get(target) ?? 0) - one.bytes);
      moves.push({ db: one.db, key: one.key, node: target });
      bytes += one.bytes;
    }
    this.#candidates = [];
    this.#fruitless = moves.length > 0 ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= FRUITLESS_ROUNDS_MAX) this.#rest();
    return { moves, bytes };
  }

  /** The node of the key's tier that lacks most, if it lacks as much as the key has and the key's own has it to spare. */
  #targetOf({ node, bytes }: Candidate): number | undefined {
    if ((this.#surplus.get(node) ?? 0) < bytes) return undefined;
    const tier = this.#nodes.find((one) => one.id === node)?.tier;
    let target: number | undefined;
    let most = bytes - 1;
    for (const one of this.#nodes) {
      const lack = Math.min(-(this.#surplus.get(one.id) ?? 0), this.#room.get(one.id) ?? 0);
      if (one.tier === tier && lack > most) [target, most] = [one.id, lack];
    }
    return target;
  }

  #rest(): void {
    this.#active = false;
    this.#uneven = 0;
    this.#fruitless = 0;
  }
}

function isTied({ node, accessor, vote, idleSeconds, moves, movedSeconds }: Sample): boolean {
  if (accessor !== NO_NODE && accessor === node && vote >= TIED_VOTE) {
    if (idleSeconds < TIED_SECONDS) return true;
  }
  if (moves === 0) return false;
  return movedSeconds < RESIDENCE_SECONDS * 2 ** Math.min(moves - 1, DOUBLINGS_MAX);
}
