/**
 * The list of built-in strategies.
 *
 * Knows names and factories, and no slot. Invariant: a factory's strategy bears the name it is listed under.
 *
 * @module
 */

import { noop } from "./noop.ts";
import type { StrategyFactory } from "./strategy.ts";

/** Every built-in strategy by its name. */
export const STRATEGIES: ReadonlyMap<string, StrategyFactory> = new Map([["noop", noop]]);
