/**
 * The oracle: knows how often each key will be used until the frequencies change, and moves at once what pays in that time.
 *
 * It starts where the others start, has no budget of moves, and pays for each. Knows the future, no strategy. Invariant: it fills
 * each fast node with the keys that are worth most a byte there, what they cost to bring counted, and moves nothing else.
 *
 * @module
 */

import type { Contender } from "./contender.ts";
import { type Machine, moveNs } from "./machine.ts";
import { emptyBatch, type Workload } from "./workload.ts";

/** Looks ahead in a workload of its own. */
export class Oracle {
  readonly #machine: Machine;
  readonly #ahead: Workload;
  /** By `accessor × capacity + key`. */
  readonly #uses: Uint32Array;
  #second = 0;
  #now = 0;
  /** Keys there will be when the phase ends. */
  #known: number;

  /** @param ahead the same workload as the contenders', opened anew */
  constructor(machine: Machine, ahead: Workload) {
    this.#machine = machine;
    this.#ahead = ahead;
    this.#known = ahead.loaded;
    this.#uses = new Uint32Array(machine.cpuNodes * ahead.capacity);
  }

  /** Moves keys when a phase begins. */
  tick(contender: Contender, second: number): void {
    const { phases } = this.#ahead;
    const phase = phases.indexOf(second);
    if (phase < 0) return;
    this.#now = second;
    this.#look(phases[phase + 1] ?? Infinity);
    const homes = this.#homes();
    // Twice: a node that was full while another still held its keys has room then.
    for (let home = 0; home < 2 * this.#machine.cpuNodes; home++) {
      this.#fill(contender, home % this.#machine.cpuNodes, homes);
    }
  }

  /** Counts the uses up to a second of the trace, and the keys there will be by then. */
  #look(until: number): void {
    const { capacity } = this.#ahead;
    const batch = emptyBatch(this.#ahead);
    this.#uses.fill(0);
    while (this.#second < until && this.#ahead.next(batch)) {
      for (let index = 0; index < batch.count; index++) {
        const key = batch.keys[index]!;
        this.#uses[batch.nodes[index]! * capacity + key]!++;
        if (key >= this.#known) this.#known = key + 1;
      }
      this.#second++;
    }
  }

  /** The node with CPUs that uses each key most. */
  #homes(): Uint8Array {
    const { capacity } = this.#ahead;
    return new Uint8Array(this.#known).map((_, key) => {
      let best = 0;
      for (let node = 1; node < this.#machine.cpuNodes; node++) {
        if (this.#uses[node * capacity + key]! > this.#uses[best * capacity + key]!) best = node;
      }
      return best;
    });
  }

  /** Nanoseconds a phase's uses of a key cost when it lies on a node. */
  #costOn(key: number, node: number): number {
    const { capacity } = this.#ahead;
    let cost = 0;
    for (let from = 0; from < this.#machine.cpuNodes; from++) {
      cost += this.#uses[from * capacity + key]! * this.#machine.latenciesNs[from]![node]!;
    }
    return cost;
  }

  /** Fills one fast node: what is there has its way out saved, what is elsewhere has its way in to pay, what will be made has neither. */
  #fill(contender: Contender, home: number, homes: Uint8Array): void {
    const { bytes } = this.#ahead;
    const out = this.#wayOut(home);
    const worth = new Float64Array(this.#known);
    const wanted: number[] = [];
    for (let key = 0; key < this.#known; key++) {
      const at = key < contender.present ? contender.node[key]! : out;
      const there = at === home;
      if (!there && homes[key] !== home) continue;
      const move = key < contender.present
        ? moveNs(this.#machine, bytes[key]!, at, there ? out : home)
        : 0;
      const gain = there
        ? this.#costOn(key, out) - this.#costOn(key, home) + move
        : this.#costOn(key, at) - this.#costOn(key, home) - move;
      if (gain <= 0 && !there) continue;
      worth[key] = gain / bytes[key]!;
      wanted.push(key);
    }
    wanted.sort((a, b) => worth[b]! - worth[a]!);
    this.#swap(contender, home, out, wanted);
  }

  /** Keeps the best that fit: room for those to be made, comers in, and as many of the others out as that takes. */
  #swap(contender: Contender, home: number, out: number, wanted: readonly number[]): void {
    const { bytes } = this.#ahead;
    let [left, cut] = [contender.budgets[home]!, 0];
    while (cut < wanted.length && left >= bytes[wanted[cut]!]!) left -= bytes[wanted[cut++]!]!;
    const chosen = wanted.slice(0, cut);
    const isMade = (key: number): boolean => key < contender.present;
    const leavers = wanted.slice(cut).filter((key) => isMade(key) && contender.node[key] === home);
    const makeRoom = (room: number): boolean => {
      while (contender.roomOf(home) < room) {
        const leaver = out === home ? undefined : leavers.pop();
        if (leaver === undefined) return false;
        contender.move(leaver, out, this.#now);
      }
      return true;
    };
    const reserved = chosen.reduce((sum, key) => isMade(key) ? sum : sum + bytes[key]!, 0);
    for (const key of chosen) {
      if (!isMade(key) || contender.node[key] === home) continue;
      if (makeRoom(bytes[key]! + reserved)) contender.move(key, home, this.#now);
    }
    makeRoom(reserved);
  }

  /** Where those go that leave: the nearest other node, slower ones first. */
  #wayOut(home: number): number {
    const row = this.#machine.latenciesNs[home]!;
    const { nodes } = this.#machine;
    const others = row.map((_, node) => node).filter((node) => node !== home);
    others.sort((a, b) => nodes[b]!.tier - nodes[a]!.tier || row[a]! - row[b]!);
    return others[0] ?? home;
  }
}
