/**
 * Options of placement, balance and strategies, and what NUMACONFIG and the environment call them.
 *
 * A table: one line an option, and names. Invariant: every short name and every variable means an option of the table.
 *
 * @module
 */

import * as kind from "./kinds.ts";
import { anyNode, name, nodeMemory, perNode, toggle } from "./node_kinds.ts";
import { CORE, LIVE, type Option, option, OWN, SERVER } from "./option.ts";
import { slotSeats } from "./slot_kind.ts";

/** Rules for the node of a new object; the first is core's own. `interleaved` is another name of `interleave`. */
export const PLACEMENTS = [
  "local_first",
  "interleave",
  "interleaved",
  "round_robin",
  "weighted",
  "pressure_aware",
  "cxl_optimized",
] as const;

/** A node's weight unless told. */
export const NODE_WEIGHT = 100;

/** What strategies and operators decide about nodes. */
// deno-fmt-ignore
export const PLACEMENT_OPTIONS: readonly Option[] = [
  option("numa-enabled", toggle, "yes", "Whether strategies place and move keys; without them new keys go to the node that makes them.", SERVER, LIVE, OWN),
  option("numa-default-strategy", name(...PLACEMENTS), "local_first", "The rule by which new keys are placed where no slot has another.", SERVER, LIVE, OWN),
  option("numa-default-node", anyNode, "auto", "The node for new keys of those who belong to none, as programs that embed the store.", CORE, LIVE, OWN),
  option("numa-node-weight", perNode(1, 255), "", "A node's share of new keys in weighted placement; 100 unless told.", SERVER, LIVE, OWN),
  option("numa-node-maxmemory", nodeMemory, "", "Bytes a node may hold, or a percentage of its memory; 0 is no limit.", CORE, LIVE, OWN),
  option("numa-node-low-water", kind.int(1, 100), "90", "Percent of a node's limit down to which strategies make room.", SERVER, LIVE, OWN),
  option("numa-node-high-water", kind.int(1, 100), "95", "Percent of a node's limit above which they make room before it is asked for.", SERVER, LIVE, OWN),
  option("numa-cxl-optimization", toggle, "no", "Whether new keys are placed by cxl_optimized where there are nodes without CPUs, whatever the default strategy.", SERVER, LIVE, OWN),
  option("numa-balance-threshold", kind.int(1, 100), "30", "Percent by which nodes' loads may differ before they are evened out.", SERVER, LIVE, OWN),
  option("numa-auto-rebalance", toggle, "yes", "Whether nodes whose loads differ by more are evened out without being asked.", SERVER, LIVE, OWN),
  option("numa-slot", slotSeats(1, 15), "1 composite_lru", "Who sits in a strategy slot at start; NUMA SLOTS changes it at run time.", SERVER, OWN),
  option("numa-debug", toggle, "no", "Whether each decision of a strategy is logged.", SERVER, LIVE, OWN),
];

/** What every own option's name begins with. */
export const NUMA_PREFIX = "numa-";

/** Names that NUMACONFIG has for options whose name is not `numa-` and the same. */
export const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ["strategy", "numa-default-strategy"],
  ["weight", "numa-node-weight"],
  ["maxmemory", "numa-node-maxmemory"],
]);

/** Environment variables with the option each sets, below file and command line. */
export const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["NUMA_ENABLED", "numa-enabled"],
  ["NUMA_DEFAULT_NODE", "numa-default-node"],
  ["NUMA_DEBUG", "numa-debug"],
]);

/** Values of switches in the environment, where numbers are usual. */
export const VARIABLE_WORDS: ReadonlyMap<string, string> = new Map([
  ["1", "yes"],
  ["true", "yes"],
  ["0", "no"],
  ["false", "no"],
]);

/** The option that clients wrote with `_` for `-`; other names stay as they are, as Redis has some with `_`. */
export function dashed(name: string): string {
  const lower = name.toLowerCase();
  return /^numa[-_]/.test(lower) ? lower.replaceAll("_", "-") : lower;
}

/**
 * Values that are right each for itself and wrong together.
 *
 * @returns the option at fault and why; `undefined` when they agree
 */
export function disagreement(
  valueOf: (name: string) => string,
): { name: string; because: string } | undefined {
  const [low, high] = [valueOf("numa-node-low-water"), valueOf("numa-node-high-water")];
  if (Number(low) <= Number(high)) return undefined;
  return {
    name: "numa-node-low-water",
    because: `numa-node-low-water (${low}) must not be above numa-node-high-water (${high})`,
  };
}
