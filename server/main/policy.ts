/**
 * What the configuration says of nodes and placement, as views and slots need it.
 *
 * Knows options and topology, no strategy but by name. Invariant: nothing is kept, so a changed option counts from the next round on.
 *
 * @module
 */

import type { Config } from "../config.ts";
import type { Topology } from "../core.ts";

/** What an operator decides about nodes. */
export interface NodePolicy {
  /** A node's share in weighted placement, 1-255. */
  weightOf(node: number): number;
  /** Where room is made down to, and from where on: parts of a node's budget. */
  readonly lowWater: number;
  readonly highWater: number;
}

/** What holds when nobody has decided. */
export const STANDARD_POLICY: NodePolicy = { weightOf: () => 100, lowWater: 0.9, highWater: 0.95 };

/** What the configuration says now. */
export function nodePolicy(config: Config): NodePolicy {
  return {
    weightOf: (node) => config.nodeWeight(node),
    lowWater: config.integer("numa-node-low-water") / 100,
    highWater: config.integer("numa-node-high-water") / 100,
  };
}

/** The placement that the fallback slot is to hold. */
export function fallbackPlacement(config: Config, topology: Topology): string {
  const isMixed = topology.nodes.some((node) => node.memory_only);
  if (config.flag("numa-cxl-optimization") && isMixed) return "cxl_optimized";
  return config.text("numa-default-strategy");
}

/** @throws {Error} quoting what names a node that does not exist */
export function checkNodes(config: Config, { nodes }: Topology): void {
  const ids = nodes.map((node) => node.id);
  const absent = config.nodesOf("numa-node-weight").find((id) => !ids.includes(id));
  if (absent === undefined) return;
  throw new Error(
    `Cannot honour 'numa-node-weight ${absent}': there is no such node; nodes are ${
      ids.join(", ")
    }`,
  );
}
