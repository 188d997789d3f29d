/**
 * Workloads: who uses which key, a second of the trace at a time.
 *
 * Knows keys by index and accessors by node, not where keys lie. Invariant: opened twice with the same settings a workload gives the same
 * accesses, so that an oracle may run ahead.
 *
 * @module
 */

import { Random, shuffled, Zipf } from "./draw.ts";

/** One second's accesses. */
export interface Batch {
  /** Key indexes; one that has not been seen yet is the next key in turn, made by this access. */
  readonly keys: Uint32Array;
  /** Node index of each access. */
  readonly nodes: Uint8Array;
  /** 1 for what is no part of the regular load: a scan that sweeps over all keys. */
  readonly sweeps: Uint8Array;
  count: number;
}

/** A stream of accesses. */
export interface Workload {
  /** Keys there are before the first access. */
  readonly loaded: number;
  /** Keys there can be in the end. */
  readonly capacity: number;
  /** Bytes in the pool, by key. */
  readonly bytes: Uint32Array;
  /** Index in the contract's types, by key. */
  readonly types: Uint8Array;
  /** The node that made each loaded key. */
  readonly makers: Uint8Array;
  /** The most accesses of one second. */
  readonly batchMax: number;
  /** Seconds at which the frequencies change, from 0, ascending. */
  readonly phases: readonly number[];
  /** Fills in the next second; `false` when the trace is over. */
  next(batch: Batch): boolean;
}

/** What generated workloads are made of. */
export interface WorkloadSettings {
  readonly workload: string;
  readonly keys: number;
  readonly accesses: number;
  /** Accesses a second. */
  readonly rate: number;
  readonly seed: number;
  /** Zipf's exponent; the workload's own when left out. */
  readonly skew: number | undefined;
  /** Seconds after which the workload does what it does: moves its hot set, sweeps, turns the day. */
  readonly shiftSeconds: number;
  /** Bytes of a key and its value: from, to; sizes between are drawn evenly by magnitude. */
  readonly bytes: readonly [from: number, to: number];
  /** Nodes with CPUs. */
  readonly cpuNodes: number;
  /** How often a key is used by its own side, 0-1; otherwise by any. */
  readonly affinity: number;
}

/** A batch that has room for the workload's longest second. */
export function emptyBatch({ batchMax }: Pick<Workload, "batchMax">): Batch {
  return {
    keys: new Uint32Array(batchMax),
    nodes: new Uint8Array(batchMax),
    sweeps: new Uint8Array(batchMax),
    count: 0,
  };
}

/** The workloads there are, for help texts. */
export const WORKLOADS = [
  "zipf:S",
  "uniform",
  "ycsb:a … ycsb:f",
  "scan:S",
  "moving:S",
  "diurnal:S",
];

const SKEW = 0.99;
/** Part of YCSB D's and E's operations that insert. */
const INSERT_SHARE = 0.05;
const SCAN_KEYS_MAX = 100;
/** Part of the accesses that a sweep takes while it lasts. */
const SWEEP_SHARE = 0.5;
/** Part of the time, before each shift, that sweeps last. */
const SWEEP_TIME = 0.15;
/** Where keys are made all the time, frequencies count as changed after so many seconds. */
const GROWTH_SECONDS = 10;
/** How far day and night differ: the share of the one in its noon is 0.5 + this. */
const DAY_SWING = 0.45;

/**
 * Opens a generated workload.
 *
 * @throws {Error} quoting a name there is none of, or an exponent that is none
 */
export function openWorkload(settings: WorkloadSettings): Workload {
  const [kind = "", detail] = settings.workload.split(":");
  const skew = settings.skew ?? (kind === "ycsb" ? SKEW : readSkew(settings.workload, detail));
  const make = GENERATORS[kind === "ycsb" ? settings.workload.toLowerCase() : kind];
  if (make === undefined) {
    throw new Error(
      `Cannot simulate the workload '${settings.workload}': there are ${WORKLOADS.join(", ")}`,
    );
  }
  return new Generated(settings, kind === "uniform" ? 0 : skew, make);
}

function readSkew(workload: string, detail: string | undefined): number {
  const skew = detail === undefined ? SKEW : Number(detail);
  if (detail !== "" && skew >= 0 && skew <= 5) return skew;
  throw new Error(`Cannot simulate the workload '${workload}': want an exponent from 0 to 5`);
}

/** A generator's own part. */
interface Generator {
  /** Seconds at which the frequencies change, without 0. */
  phases?(duration: number, shiftSeconds: number): number[];
  /** Writes one second's keys. */
  fill(load: Generated, batch: Batch, second: number): void;
}

const GENERATORS: Readonly<Record<string, () => Generator>> = {
  zipf: steady,
  uniform: steady,
  moving,
  diurnal,
  scan: sweeping,
  "ycsb:a": steady,
  "ycsb:b": steady,
  "ycsb:c": steady,
  "ycsb:d": latest,
  "ycsb:e": ranges,
  // Read, modify, write: each key twice in a row.
  "ycsb:f": () => ({
    fill: (load, batch): void => {
      while (batch.count < load.wanted) {
        const key = load.popular(0);
        load.push(batch, key);
        load.push(batch, key);
      }
    },
  }),
};

function steady(): Generator {
  return { fill: (load, batch): void => load.pushMany(batch, () => load.popular(0)) };
}

/** Another order of popularity after each shift. */
function moving(): Generator {
  return {
    phases: every,
    fill: (load, batch, second): void => {
      const order = Math.floor(second / load.settings.shiftSeconds);
      load.pushMany(batch, () => load.popular(order));
    },
  };
}

/** Two populations that are awake in turn; a day is one shift. */
function diurnal(): Generator {
  return {
    phases: (duration, shift) => every(duration, shift / 4),
    fill: (load, batch, second): void => {
      const noon = Math.sin(2 * Math.PI * second / load.settings.shiftSeconds);
      const day = 0.5 + DAY_SWING * noon;
      load.pushMany(batch, () => load.popular(load.random.share() < day ? 0 : 1));
    },
  };
}

/** Steady use, and before each shift a while in which half of the accesses read key after key. */
function sweeping(): Generator {
  let cursor = 0;
  return {
    fill: (load, batch, second): void => {
      const { shiftSeconds } = load.settings;
      const sweeps = second % shiftSeconds >= shiftSeconds * (1 - SWEEP_TIME);
      while (batch.count < load.wanted) {
        if (!sweeps || load.random.share() >= SWEEP_SHARE) {
          load.push(batch, load.popular(0));
          continue;
        }
        batch.sweeps[batch.count] = 1;
        load.push(batch, cursor++ % load.present, true);
      }
    },
  };
}

/** YCSB D: new keys are made, and the newer a key the more it is read. */
function latest(): Generator {
  return {
    phases: (duration) => every(duration, GROWTH_SECONDS),
    fill: (load, batch): void =>
      load.pushMany(batch, () => {
        if (load.random.share() < INSERT_SHARE) return load.insert();
        return Math.max(0, load.present - 1 - load.rank());
      }),
  };
}

/** YCSB E: ranges of keys from a popular one on. */
function ranges(): Generator {
  return {
    phases: (duration) => every(duration, GROWTH_SECONDS),
    fill: (load, batch): void => {
      while (batch.count < load.wanted) {
        if (load.random.share() < INSERT_SHARE) {
          load.push(batch, load.insert());
          continue;
        }
        const first = load.popular(0);
        const length = 1 + load.random.below(SCAN_KEYS_MAX);
        for (let step = 0; step < length && batch.count < load.wanted; step++) {
          load.push(batch, (first + step) % load.present);
        }
      }
    },
  };
}

function every(duration: number, shift: number): number[] {
  const count = Math.max(0, Math.ceil(duration / shift) - 1);
  return Array.from({ length: count }, (_, index) => Math.ceil((index + 1) * shift));
}

/** A workload that a generator makes. */
class Generated implements Workload {
  readonly settings: WorkloadSettings;
  readonly random: Random;
  readonly loaded: number;
  readonly capacity: number;
  readonly bytes: Uint32Array;
  readonly types: Uint8Array;
  readonly makers: Uint8Array;
  readonly batchMax: number;
  readonly phases: readonly number[];
  /** Accesses of the second in hand. */
  wanted = 0;
  /** Keys there are by now. */
  present: number;
  readonly #generator: Generator;
  readonly #zipf: Zipf;
  readonly #orders = new Map<number, Uint32Array>();
  readonly #sides: Uint8Array;
  #left: number;
  #second = 0;

  constructor(settings: WorkloadSettings, skew: number, make: () => Generator) {
    const { keys, accesses, rate, seed, shiftSeconds, cpuNodes } = settings;
    const inserting = /^ycsb:[de]$/i.test(settings.workload);
    this.settings = settings;
    this.#generator = make();
    this.random = new Random(seed);
    this.loaded = this.present = keys;
    this.capacity = keys + (inserting ? Math.ceil(accesses * INSERT_SHARE * 1.1) + 100 : 0);
    this.#zipf = new Zipf(keys, skew);
    this.batchMax = rate;
    this.#left = accesses;
    const duration = accesses / rate;
    this.phases = [0, ...this.#generator.phases?.(duration, shiftSeconds) ?? []];
    const draw = new Random(seed ^ 0x5bd1e995);
    const [from, to] = settings.bytes;
    this.bytes = new Uint32Array(this.capacity)
      .map(() => Math.round(from * (to / from) ** draw.share()));
    this.types = new Uint8Array(this.capacity);
    this.makers = new Uint8Array(keys).map(() => draw.below(cpuNodes));
    this.#sides = new Uint8Array(this.capacity).map(() => draw.below(cpuNodes));
  }

  next(batch: Batch): boolean {
    if (this.#left <= 0) return false;
    this.wanted = Math.min(this.settings.rate, this.#left);
    this.#left -= this.wanted;
    batch.count = 0;
    batch.sweeps.fill(0);
    this.#generator.fill(this, batch, this.#second++);
    return true;
  }

  /** A rank by Zipf's law. */
  rank(): number {
    return this.#zipf.draw(this.random);
  }

  /** A key by its rank in one of several orders of popularity, each without relation to the order the keys were loaded in. */
  popular(order: number): number {
    return this.#order(order)[this.rank()]!;
  }

  /** The next new key. */
  insert(): number {
    return this.present < this.capacity ? this.present++ : this.present - 1;
  }

  /** One access, by the key's own side or by any. */
  push(batch: Batch, key: number, byAny = false): void {
    if (batch.count >= this.wanted) return;
    const { cpuNodes, affinity } = this.settings;
    const own = cpuNodes === 1 || (!byAny && (affinity >= 1 || this.random.share() < affinity));
    batch.keys[batch.count] = key;
    batch.nodes[batch.count++] = own ? this.#sides[key]! : this.random.below(cpuNodes);
  }

  /** Fills the second with what `draw` gives. */
  pushMany(batch: Batch, draw: () => number): void {
    while (batch.count < this.wanted) this.push(batch, draw());
  }

  #order(order: number): Uint32Array {
    const known = this.#orders.get(order);
    if (known !== undefined) return known;
    const made = shuffled(this.loaded, this.settings.seed + 7919 * (order + 1));
    // At most two are in use at a time.
    if (this.#orders.size > 2) this.#orders.delete(Math.min(...this.#orders.keys()));
    this.#orders.set(order, made);
    return made;
  }
}
