/**
 * The run: one trace, several contenders side by side, the real strategy code asked once a second of the trace.
 *
 * Knows workload, machine and slots. Invariant: every contender sees the same accesses; a strategy sees only what the server would
 * show it: keys its round has sampled, counted as core counts, within a budget.
 *
 * @module
 */

import { Census, type NodeFacts } from "../census.ts";
import { Slots } from "../slots.ts";
import type {
  Budget,
  Locality,
  OptionTexts,
  StrategyFactory,
  View,
} from "../../strategies/strategy.ts";
import { Contender, type Totals } from "./contender.ts";
import { shuffled } from "./draw.ts";
import { budgetsOf, type Machine } from "./machine.ts";
import { Oracle } from "./oracle.ts";
import { Usage } from "./usage.ts";
import { type Batch, emptyBatch, type Workload } from "./workload.ts";

/** The slot a simulated strategy sits in. */
const SLOT = 1;
/** A node's weight unless told. */
const WEIGHT = 100;
/** What is in every report. */
export const BASELINES = ["first_touch", "interleave", "oracle"] as const;

/** A strategy that takes part. */
export interface Entrant {
  /** As the report calls it. */
  readonly name: string;
  /** As it is listed, or as its own factory calls it. */
  readonly strategy: string;
  readonly options: OptionTexts;
  /** Where it comes from when it is not of the list. */
  readonly factory?: StrategyFactory;
}

/** What a run needs to know. */
export interface RunSettings {
  readonly machine: Machine;
  /** Opens the trace from its start. */
  readonly open: () => Workload;
  readonly fastShare: number;
  readonly entrants: readonly Entrant[];
  readonly budget: Budget;
  /** Keys a round samples. */
  readonly samples: number;
  /** Of the latest remote uses so many show their keys too; {@linkcode REMOTE_USES} when not given. */
  readonly remoteUses?: number;
  /** Parts of a node's budget. */
  readonly lowWater: number;
  readonly highWater: number;
  readonly decaySeconds: number;
  readonly seed: number;
}

/** What one second of the trace was like. */
export interface Point {
  readonly second: number;
  readonly meanAccessNs: number;
  readonly localRatio: number;
  readonly movedBytes: number;
  readonly pingPongs: number;
}

/** What a contender has done. */
export interface Result {
  readonly name: string;
  readonly totals: Readonly<Totals>;
  readonly points: readonly Point[];
  /** Rounds of the strategy that failed, and why the latest did. */
  readonly errors: number;
  readonly lastError: string;
}

/**
 * Runs a trace.
 *
 * @throws {Error} when a strategy does not exist or refuses its options
 */
export function run(settings: RunSettings): Result[] {
  const simulation = new Simulation(settings);
  return simulation.run();
}

/** Tries whether a strategy exists and takes its options. @throws {Error} when not */
export function checkEntrant({ strategy, options, factory }: Entrant): void {
  using slots = new Slots();
  slots.assign(SLOT, strategy, { options }, factory);
}

/** Whoever decides for a contender. */
interface Driver {
  readonly contender: Contender;
  readonly points: Point[];
  /** Before the accesses of a second. */
  before?(second: number): void;
  /** After them. */
  after?(second: number): void;
  readonly slots?: Slots;
}

class Simulation {
  readonly #settings: RunSettings;
  readonly #workload: Workload;
  readonly #usage: Usage;
  readonly #budgets: readonly number[];
  readonly #drivers: Driver[] = [];
  /** Every key there can be, in the order the walk meets them. */
  readonly #walk: Uint32Array;
  #cursor = 0;
  #sampled: Uint32Array = new Uint32Array(0);

  constructor(settings: RunSettings) {
    this.#settings = settings;
    const workload = settings.open();
    this.#workload = workload;
    this.#usage = new Usage(workload.capacity, settings.decaySeconds, settings.seed + 1);
    this.#walk = shuffled(workload.capacity, settings.seed + 2);
    let total = 0;
    for (let key = 0; key < workload.capacity; key++) total += workload.bytes[key]!;
    this.#budgets = budgetsOf(settings.machine, total, settings.fastShare);
    this.#drivers.push({ contender: this.#contender("first_touch"), points: [] });
    this.#drivers.push(
      this.#seat({ name: "interleave", strategy: "interleave", options: {} }, false),
    );
    this.#drivers.push(this.#oracle());
    for (const entrant of settings.entrants) this.#drivers.push(this.#seat(entrant, true));
  }

  run(): Result[] {
    const { makers } = this.#workload;
    for (let key = 0; key < this.#workload.loaded; key++) this.#usage.make(key, 0, makers[key]!);
    for (const { contender } of this.#drivers) {
      for (let key = 0; key < this.#workload.loaded; key++) contender.make(makers[key]!);
    }
    const batch = emptyBatch(this.#workload);
    for (let second = 0; this.#workload.next(batch); second++) this.#tick(batch, second);
    return this.#drivers.map(({ contender, points, slots }) => {
      const statistics = slots?.state(SLOT)?.statistics;
      slots?.[Symbol.dispose]();
      return {
        name: contender.name,
        totals: contender.totals,
        points,
        errors: statistics?.errors ?? 0,
        lastError: statistics?.lastError ?? "",
      };
    });
  }

  /** One second: accesses, then what each strategy makes of them. */
  #tick(batch: Batch, second: number): void {
    this.#touch(batch, second);
    this.#sample();
    for (const driver of this.#drivers) {
      const { contender, points } = driver;
      const start = { ...contender.totals };
      driver.before?.(second);
      contender.access(batch);
      driver.after?.(second);
      points.push(pointOf(second, start, contender.totals));
    }
  }

  /** Counts the use of keys, which is the same wherever they lie. */
  #touch({ keys, nodes, count }: Batch, second: number): void {
    const present = this.#drivers[0]!.contender.present;
    for (let index = 0, made = present; index < count; index++) {
      const key = keys[index]!;
      while (key >= made) this.#usage.make(made++, second, nodes[index]!);
      this.#usage.touch(key, second, nodes[index]!);
    }
  }

  /** The keys of this round: the walk goes on where it was. Core walks in the order of hashes, which is no order that matters. */
  #sample(): void {
    const { present } = this.#drivers[0]!.contender;
    const count = Math.min(this.#settings.samples, present);
    this.#sampled = new Uint32Array(count);
    for (let taken = 0; taken < count; this.#cursor = (this.#cursor + 1) % this.#walk.length) {
      const key = this.#walk[this.#cursor]!;
      if (key < present) this.#sampled[taken++] = key;
    }
  }

  #contender(name: string): Contender {
    const { machine, remoteUses } = this.#settings;
    return new Contender(name, machine, this.#workload, this.#budgets, remoteUses);
  }

  #oracle(): Driver {
    const contender = this.#contender("oracle");
    const oracle = new Oracle(this.#settings.machine, this.#settings.open());
    return { contender, points: [], before: (second) => oracle.tick(contender, second) };
  }

  /** A contender with a strategy in a slot; one that only places is not asked again. */
  #seat({ name, strategy, options, factory }: Entrant, moves: boolean): Driver {
    const contender = this.#contender(name);
    let second = 0;
    const slots = new Slots({ now: () => 1000 * second });
    slots.assign(SLOT, strategy, { options }, factory);
    const census = new Census(this.#facts(contender));
    let last = { local: 0, remote: 0 };
    const locality = (): Locality => {
      const { local, accesses } = contender.totals;
      const now = { local, remote: accesses - local };
      const since = { local: now.local - last.local, remote: now.remote - last.remote };
      last = now;
      return since;
    };
    const ask = (now: number): void => {
      second = now;
      const keys = this.#keysOf(contender);
      const answers = slots.tick(
        () => this.#view(contender, census, keys, now, locality()),
        this.#settings.budget,
      );
      for (const { slot, placement, moves } of answers) {
        if (placement !== undefined) contender.follow(placement);
        const done = moves.filter(({ id, target }) =>
          contender.move(keys[id]!, target, now)
        ).length;
        slots.report(slot, done, moves.length - done);
      }
    };
    ask(0);
    const after = moves ? (now: number): void => ask(now + 1) : undefined;
    return { contender, points: [], slots, ...(after === undefined ? {} : { after }) };
  }

  /** The keys a contender's strategy is shown: the round's samples, then others that were used from afar. */
  #keysOf(contender: Contender): number[] {
    const remote = contender.takeRemote();
    for (const key of this.#sampled) remote.delete(key);
    return [...this.#sampled, ...remote];
  }

  /** What the strategy sees of its contender in this round; of `keys` the samples come first. */
  #view(
    contender: Contender,
    census: Census,
    keys: readonly number[],
    second: number,
    locality: Locality,
  ): View {
    const { bytes, types } = this.#workload;
    const usage = this.#usage;
    census.begin(this.#sampled.length / Math.max(1, contender.present), second);
    for (const [index, key] of keys.entries()) {
      const vote = usage.vote[key]!;
      census.note(
        contender.node[key]!,
        vote === 0 ? -1 : usage.accessor[key]!,
        vote,
        bytes[key]!,
        types[key]!,
        usage.levelAt(key, second),
        usage.accessesOf(key),
        second - usage.clock[key]!,
        index < this.#sampled.length,
      );
    }
    const facts = {
      locality,
      pingPongs: contender.recentPingPongs(second),
      uptimeSeconds: second,
    };
    return census.view(this.#facts(contender), facts, (id) => {
      const key = keys[id]!;
      return {
        db: 0,
        name: `key:${key}`,
        residenceSeconds: contender.residenceOf(key, second),
        moves: contender.movesOf(key, second),
      };
    });
  }

  #facts(contender: Contender): NodeFacts[] {
    const { machine, lowWater, highWater } = this.#settings;
    return machine.nodes.map((node, index) => ({
      id: index,
      hasCpus: !node.memory_only,
      tier: node.tier,
      distances: node.distances,
      latenciesNs: machine.latenciesNs[index]!,
      usedBytes: contender.usedBytes[index]!,
      freeBytes: Math.max(0, contender.roomOf(index)),
      budgetBytes: this.#budgets[index]!,
      lowWaterBytes: Math.floor(lowWater * this.#budgets[index]!),
      highWaterBytes: Math.floor(highWater * this.#budgets[index]!),
      weight: WEIGHT,
    }));
  }
}

function pointOf(second: number, start: Totals, end: Totals): Point {
  const accesses = Math.max(1, end.accesses - start.accesses);
  const spent = end.accessNs + end.moveNs - start.accessNs - start.moveNs;
  return {
    second,
    meanAccessNs: spent / accesses,
    localRatio: (end.local - start.local) / accesses,
    movedBytes: end.movedBytes - start.movedBytes,
    pingPongs: end.pingPongs - start.pingPongs,
  };
}
