/**
 * A contender: where the keys lie under one strategy or baseline, and what that has cost.
 *
 * Knows machine, keys and placement tables, no strategy. Invariant: per node, `used == sum of the bytes of the keys that lie there`,
 * never above the budget except where nothing has room.
 *
 * @module
 */

import type { PlacementPlan } from "../../strategies/strategy.ts";
import { type Machine, moveNs } from "./machine.ts";
import type { Batch, Workload } from "./workload.ts";

/** A key that comes back within this time to where it was has been moved in vain. */
export const PING_PONG_SECONDS = 60;
/** Moves of a key are forgotten this long after the last. */
const MOVES_FORGOTTEN_SECONDS = 300;
const NEVER = -1;
/** Remote uses that are remembered between two rounds: those of the four lanes that core collects from in full. */
export const REMOTE_USES = 4096;

/** Totals since the start. */
export interface Totals {
  accesses: number;
  local: number;
  accessNs: number;
  moveNs: number;
  movedKeys: number;
  movedBytes: number;
  failedMoves: number;
  pingPongs: number;
  /** Of these, the accesses that are no sweep. */
  regular: number;
  regularNs: number;
}

/** Where every key lies. */
export class Contender {
  readonly name: string;
  readonly totals: Totals = {
    accesses: 0,
    local: 0,
    accessNs: 0,
    moveNs: 0,
    movedKeys: 0,
    movedBytes: 0,
    failedMoves: 0,
    pingPongs: 0,
    regular: 0,
    regularNs: 0,
  };
  readonly node: Uint8Array;
  readonly usedBytes: number[];
  readonly budgets: readonly number[];
  readonly #machine: Machine;
  readonly #workload: Workload;
  readonly #latencies: Float64Array;
  /** By maker: every node, the nearest first. */
  readonly #nearest: readonly (readonly number[])[];
  readonly #movedAt: Int32Array;
  readonly #before: Uint8Array;
  readonly #moves: Uint8Array;
  readonly #pingPongSeconds: number[] = [];
  /** The latest remote uses, a ring. */
  readonly #remote: Uint32Array;
  #remoteUses = 0;
  #present = 0;
  #plan: PlacementPlan | undefined;
  /** Each lane's turns, by `accessor × rings + ring`. */
  #turns = new Uint32Array(0);

  constructor(
    name: string,
    machine: Machine,
    workload: Workload,
    budgets: readonly number[],
    remoteUses = REMOTE_USES,
  ) {
    this.name = name;
    this.#machine = machine;
    this.#workload = workload;
    this.budgets = budgets;
    this.node = new Uint8Array(workload.capacity);
    this.#remote = new Uint32Array(remoteUses);
    this.usedBytes = machine.nodes.map(() => 0);
    this.#latencies = Float64Array.from(machine.latenciesNs.flat());
    this.#nearest = machine.latenciesNs.map((row) =>
      row.map((_, node) => node).sort((a, b) => row[a]! - row[b]! || a - b)
    );
    this.#movedAt = new Int32Array(workload.capacity).fill(NEVER);
    this.#before = new Uint8Array(workload.capacity);
    this.#moves = new Uint8Array(workload.capacity);
  }

  /** The plan new keys follow from now on. */
  follow(plan: PlacementPlan): void {
    this.#plan = plan;
    this.#turns = new Uint32Array(this.#machine.nodes.length * plan.rings.length);
  }

  /** Keys there are. */
  get present(): number {
    return this.#present;
  }

  /** Makes the next key, on a node that the plan names, or as near as there is room. */
  make(maker: number): void {
    const key = this.#present++;
    const bytes = this.#workload.bytes[key]!;
    const node = this.#nodeFor(maker, this.#workload.types[key]!, bytes);
    this.node[key] = node;
    this.usedBytes[node]! += bytes;
  }

  #nodeFor(maker: number, type: number, bytes: number): number {
    const plan = this.#plan;
    if (plan === undefined) return this.#firstWithRoom(this.#nearest[maker] ?? [], bytes);
    const over = plan.bounds.findIndex((bound) => bytes <= bound);
    const bands = plan.bounds.length + 1;
    const index = plan.table[maker]?.[type * bands + (over < 0 ? bands - 1 : over)] ?? 0;
    const ring = plan.rings[index]!;
    const at = maker * plan.rings.length + index;
    const turn = this.#turns[at]!;
    this.#turns[at] = turn + 1 === ring.turns.length ? 0 : turn + 1;
    const first = ring.turns[turn]!;
    return this.roomOf(first) >= bytes ? first : this.#firstWithRoom(ring.spill, bytes);
  }

  #firstWithRoom(nodes: readonly number[], bytes: number): number {
    return nodes.find((node) => this.roomOf(node) >= bytes) ?? nodes[0] ?? 0;
  }

  /** Bytes a node can still take. */
  roomOf(node: number): number {
    return this.budgets[node]! - this.usedBytes[node]!;
  }

  /** One second's accesses. */
  access(batch: Batch): void {
    const { totals, node } = this;
    const { keys, nodes, sweeps, count } = batch;
    const width = this.#machine.nodes.length;
    const latencies = this.#latencies;
    let [local, spent, regular, regularNs] = [0, 0, 0, 0];
    for (let index = 0; index < count; index++) {
      const key = keys[index]!;
      const from = nodes[index]!;
      while (key >= this.#present) this.make(from);
      const at = node[key]!;
      const ns = latencies[from * width + at]!;
      spent += ns;
      if (at === from) local++;
      else this.#remote[this.#remoteUses++ % this.#remote.length] = key;
      if (sweeps[index] === 0) {
        regular++;
        regularNs += ns;
      }
    }
    totals.accesses += count;
    totals.local += local;
    totals.accessNs += spent;
    totals.regular += regular;
    totals.regularNs += regularNs;
  }

  /** Keys of the latest remote uses since this was asked last, each once. */
  takeRemote(): Set<number> {
    const keys = new Set(this.#remote.subarray(0, this.#remoteUses));
    this.#remoteUses = 0;
    return keys;
  }

  /** Moves a key; `false`, counted, when there is no room for it. */
  move(key: number, target: number, second: number): boolean {
    const source = this.node[key]!;
    const bytes = this.#workload.bytes[key]!;
    if (source === target || this.roomOf(target) < bytes) {
      this.totals.failedMoves++;
      return false;
    }
    const movedAt = this.#movedAt[key]!;
    if (
      movedAt !== NEVER && this.#before[key] === target && second - movedAt < PING_PONG_SECONDS
    ) {
      this.totals.pingPongs++;
      this.#pingPongSeconds.push(second);
    }
    this.#moves[key] = Math.min(255, this.movesOf(key, second) + 1);
    this.#movedAt[key] = second;
    this.#before[key] = source;
    this.node[key] = target;
    this.usedBytes[source]! -= bytes;
    this.usedBytes[target]! += bytes;
    this.totals.moveNs += moveNs(this.#machine, bytes, source, target);
    this.totals.movedKeys++;
    this.totals.movedBytes += bytes;
    return true;
  }

  /** Times a key was moved of late. */
  movesOf(key: number, second: number): number {
    const movedAt = this.#movedAt[key]!;
    const known = movedAt !== NEVER && second - movedAt < MOVES_FORGOTTEN_SECONDS;
    return known ? this.#moves[key]! : 0;
  }

  /** Seconds since a key was moved, or since the start. */
  residenceOf(key: number, second: number): number {
    const movedAt = this.#movedAt[key]!;
    return movedAt === NEVER ? second : second - movedAt;
  }

  /** Keys moved back in the last minute. */
  recentPingPongs(second: number): number {
    const recent = this.#pingPongSeconds;
    while (recent.length > 0 && second - recent[0]! >= PING_PONG_SECONDS) recent.shift();
    return recent.length;
  }

  /** Checks the invariant; for tests. */
  isValid(): boolean {
    const used = this.usedBytes.map(() => 0);
    for (let key = 0; key < this.#present; key++) {
      used[this.node[key]!]! += this.#workload.bytes[key]!;
    }
    return used.every((bytes, node) => bytes === this.usedBytes[node]);
  }
}
