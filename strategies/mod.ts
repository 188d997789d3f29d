/**
 * The list of built-in strategies.
 *
 * Knows names and factories, and no slot. Invariant: a factory's strategy bears the name it is listed under.
 *
 * @module
 */

import { compositeLru } from "./composite_lru.ts";
import { noop } from "./noop.ts";
import { cxlOptimized } from "./placements/cxl_optimized.ts";
import { interleave } from "./placements/interleave.ts";
import { localFirst } from "./placements/local_first.ts";
import { pressureAware } from "./placements/pressure_aware.ts";
import { roundRobin } from "./placements/round_robin.ts";
import { weighted } from "./placements/weighted.ts";
import type { StrategyFactory } from "./strategy.ts";

/** Every built-in strategy by its name. */
export const STRATEGIES: ReadonlyMap<string, StrategyFactory> = new Map([
  noop,
  compositeLru,
  localFirst,
  interleave,
  roundRobin,
  weighted,
  pressureAware,
  cxlOptimized,
].map((make) => [make().name, make]));

/** Other names of the same strategies. */
export const STRATEGY_ALIASES: ReadonlyMap<string, string> = new Map([
  ["interleaved", "interleave"],
]);
