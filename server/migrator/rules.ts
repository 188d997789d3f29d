/**
 * What the operator has set for strategies, asked anew in each round.
 *
 * Knows the options by name, and no strategy. Invariant: whatever is not set has the value the option's own default has.
 *
 * @module
 */

import { type Config, OPTIONS } from "../config.ts";

/** The operator's wishes. */
export interface Rules {
  /** Whether anything is placed and moved at all. */
  readonly enabled: boolean;
  /** Whether nodes of one tier are kept evenly loaded. */
  readonly autoRebalance: boolean;
  /** By how many percent of the mean their loads may differ. */
  readonly balanceThreshold: number;
  /** A node's share in weighted placement and in a balanced load, 1-255. */
  weightOf(node: number): number;
}

/** A node's weight unless told. */
export const WEIGHT = 100;

/** What holds where nothing is set. */
export const STANDARD_RULES: Rules = {
  enabled: true,
  autoRebalance: true,
  balanceThreshold: 30,
  weightOf: () => WEIGHT,
};

/** The rules as the options in force say them. */
export function rulesOf(config: Config): Rules {
  const flag = (name: string, otherwise: boolean): boolean =>
    isOption(name) ? config.flag(name) : otherwise;
  const words = isOption("numa-node-weight") ? config.list("numa-node-weight").map(Number) : [];
  const weights = new Map(
    words.flatMap((node, at) => at % 2 === 0 ? [[node, words[at + 1] ?? WEIGHT] as const] : []),
  );
  return {
    enabled: flag("numa-enabled", STANDARD_RULES.enabled),
    autoRebalance: flag("numa-auto-rebalance", STANDARD_RULES.autoRebalance),
    balanceThreshold: isOption("numa-balance-threshold")
      ? config.integer("numa-balance-threshold")
      : STANDARD_RULES.balanceThreshold,
    weightOf: (node) => weights.get(node) ?? WEIGHT,
  };
}

function isOption(name: string): boolean {
  return OPTIONS.some((one) => one.name === name);
}
