/**
 * What the operator has set for nodes and strategies, asked anew in each round.
 *
 * Knows options, and no strategy. Invariant: nothing is kept, so a changed option counts from the next round on.
 *
 * @module
 */

import type { Config } from "../config.ts";

/** What an operator decides about nodes. */
export interface NodePolicy {
  /** A node's share in weighted placement and in a balanced load, 1-255. */
  weightOf(node: number): number;
  /** Where room is made down to, and from where on: parts of a node's budget. */
  readonly lowWater: number;
  readonly highWater: number;
}

/** What an operator decides about nodes and strategies. */
export interface Rules extends NodePolicy {
  /** Whether anything is placed and moved at all. */
  readonly enabled: boolean;
  /** Whether nodes of one tier are kept evenly loaded. */
  readonly autoRebalance: boolean;
  /** By how many percent of the even load theirs may differ. */
  readonly balanceThreshold: number;
}

/** What holds when nobody has decided. */
export const STANDARD_RULES: Rules = {
  weightOf: () => 100,
  lowWater: 0.9,
  highWater: 0.95,
  enabled: true,
  autoRebalance: true,
  balanceThreshold: 30,
};

/** What the configuration says now. */
export function rulesOf(config: Config): Rules {
  return {
    weightOf: (node) => config.nodeWeight(node),
    lowWater: config.integer("numa-node-low-water") / 100,
    highWater: config.integer("numa-node-high-water") / 100,
    enabled: config.flag("numa-enabled"),
    autoRebalance: config.flag("numa-auto-rebalance"),
    balanceThreshold: config.integer("numa-balance-threshold"),
  };
}
