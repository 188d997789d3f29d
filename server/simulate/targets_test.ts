/**
 * What the composite LRU must reach, on a twentieth of the size at which it is promised: 50 k keys, 5 k accesses a second, and samples
 * and budget to match, so that a key is used, shown and moved as often as among a million.
 *
 * Knows runs and their figures. Invariant: the same seeds, the same figures; no bound was fitted to a seed.
 */

import { assert } from "@std/assert";
import { readMachine } from "./machine.ts";
import { figuresOf } from "./report.ts";
import { type Result, run } from "./run.ts";
import { openWorkload } from "./workload.ts";

const RATE = 5000;
const SECONDS = 200;
const SHIFT_SECONDS = 60;

interface Trial {
  readonly workload: string;
  readonly seed: number;
  readonly topology?: string;
  readonly seconds?: number;
}

/** Results by name. */
function results(trial: Trial): Record<"first_touch" | "oracle" | "composite_lru", Result> {
  const { workload, seed, topology = "fake:1+1", seconds = SECONDS } = trial;
  const machine = readMachine(topology);
  const settings = {
    workload,
    keys: 50_000,
    accesses: seconds * RATE,
    rate: RATE,
    seed,
    skew: undefined,
    shiftSeconds: SHIFT_SECONDS,
    bytes: [128, 128] as const,
    cpuNodes: machine.cpuNodes,
    affinity: 1,
  };
  const found = run({
    machine,
    open: () => openWorkload(settings),
    fastShare: 0.2,
    entrants: [{ name: "composite_lru", strategy: "composite_lru", options: {} }],
    budget: { keys: 200, bytes: 64 << 20 },
    samples: 819,
    remoteUses: 205,
    lowWater: 0.95,
    highWater: 0.98,
    decaySeconds: 10,
    seed,
  });
  const named = (name: string): Result => found.find((one) => one.name === name)!;
  for (const { name, errors, lastError } of found) assert(errors === 0, `${name}: ${lastError}`);
  return {
    first_touch: named("first_touch"),
    oracle: named("oracle"),
    composite_lru: named("composite_lru"),
  };
}

function mean(result: Result): number {
  return figuresOf(result).mean_access_ns;
}

/** The mean access time over some seconds, moves included. */
function meanOver({ points }: Result, from: number, to: number): number {
  const some = points.slice(from, to);
  return some.reduce((sum, { meanAccessNs }) => sum + meanAccessNs, 0) / some.length;
}

/** Compares with a bound and says by how much it was missed. */
function atMost(what: string, value: number, bound: number): void {
  assert(value <= bound, `${what}: ${value.toFixed(3)}, want ${bound} at most`);
}

for (
  const [skew, seeds] of [["0.99", [11, 12, 13]], ["0.9", [21, 22]], ["1.1", [31, 32]]] as const
) {
  for (const seed of seeds) {
    Deno.test(`target: zipf ${skew}, seed ${seed}: near the oracle, far below first touch`, () => {
      const { first_touch, oracle, composite_lru } = results({ workload: `zipf:${skew}`, seed });
      atMost("of the oracle's mean", mean(composite_lru) / mean(oracle), 1.1);
      atMost("of first touch's mean", mean(composite_lru) / mean(first_touch), 0.75);
      const moved = composite_lru.totals.movedBytes / oracle.totals.movedBytes;
      atMost("of the bytes the oracle moves", moved, 3);
      atMost(
        "ping-pongs a moved key",
        composite_lru.totals.pingPongs / composite_lru.totals.movedKeys,
        0.01,
      );
    });
  }
}

// Where keys are used more alike, the oracle itself is but 30 % below first touch.
for (const [skew, seed] of [["0.8", 41], ["0.8", 42], ["1.2", 51], ["1.2", 52]] as const) {
  Deno.test(`target: zipf ${skew}, seed ${seed}: near the oracle`, () => {
    const { first_touch, oracle, composite_lru } = results({ workload: `zipf:${skew}`, seed });
    atMost("of the oracle's mean", mean(composite_lru) / mean(oracle), 1.1);
    atMost("of first touch's mean", mean(composite_lru) / mean(first_touch), 0.8);
    atMost(
      "of the oracle's steady mean",
      meanOver(composite_lru, 150, 200) / meanOver(oracle, 150, 200),
      1.06,
    );
  });
}

for (const seed of [61, 62]) {
  Deno.test(`target: two sockets, each key used from one side, seed ${seed}`, () => {
    const trial = { workload: "zipf:0.99", seed, topology: "fake:2" };
    const { first_touch, oracle, composite_lru } = results(trial);
    atMost("of the oracle's mean", mean(composite_lru) / mean(oracle), 1.1);
    // Half of all keys are near their users by chance.
    atMost("of first touch's mean", mean(composite_lru) / mean(first_touch), 0.8);
    const { points } = composite_lru;
    atMost("remote accesses after 60 s", 1 - points[60]!.localRatio, 0.15);
    atMost(
      "of the bytes the oracle moves",
      composite_lru.totals.movedBytes / oracle.totals.movedBytes,
      3,
    );
  });
}

for (const seed of [71, 72, 73]) {
  Deno.test(`target: 60 s after the hot set moved it is steady again, seed ${seed}`, () => {
    const steady = meanOver(results({ workload: "zipf:0.99", seed }).composite_lru, 150, 200);
    const moving = results({ workload: "moving:0.99", seed, seconds: 2 * SHIFT_SECONDS + 1 });
    const shifted = meanOver(moving.composite_lru, 2 * SHIFT_SECONDS - 5, 2 * SHIFT_SECONDS);
    atMost("of the steady mean", shifted / steady, 1.15);
    const moved = moving.composite_lru.totals.movedBytes / moving.oracle.totals.movedBytes;
    atMost("of the bytes the oracle moves", moved, 3);
  });
}

for (const seed of [81, 82]) {
  Deno.test(`target: sweeps over all keys cost the others at most 3 %, seed ${seed}`, () => {
    const { totals } = results({ workload: "scan:0.99", seed }).composite_lru;
    const without = mean(results({ workload: "zipf:0.99", seed }).composite_lru);
    // Accesses of the regular load, and all moves, whoever caused them.
    const withSweeps = totals.regularNs / totals.regular + totals.moveNs / totals.accesses;
    atMost("of the mean without sweeps", withSweeps / without, 1.03);
  });
}

Deno.test("target: where all keys are used alike, little is moved for nothing", () => {
  const { first_touch, oracle, composite_lru } = results({ workload: "uniform", seed: 91 });
  atMost("of first touch's mean", mean(composite_lru) / mean(first_touch), 1.02);
  atMost(
    "of the bytes the oracle moves",
    composite_lru.totals.movedBytes / oracle.totals.movedBytes,
    3,
  );
});
