/**
 * What the configuration says of placement, as slots need it.
 *
 * Knows options, slots and topology, no strategy but by name. Invariant: nothing is kept, so a changed option counts from the next round
 * on.
 *
 * @module
 */

import type { Config } from "../config.ts";
import type { Topology } from "../core.ts";
import type { Slots } from "../slots.ts";
import { loadSlot } from "../slots/load.ts";

/** The placement that the fallback slot is to hold. */
export function fallbackPlacement(config: Config, topology: Topology): string {
  const isMixed = topology.nodes.some((node) => node.memory_only);
  if (config.flag("numa-cxl-optimization") && isMixed) return "cxl_optimized";
  return config.text("numa-default-strategy");
}

/** Seats who the configuration names. @throws {Error} quoting the first that cannot be seated, and why */
export async function fillSlots(slots: Slots, config: Config): Promise<void> {
  for (const [slot, words] of config.slotSeats()) {
    try {
      await loadSlot(slots, slot, words, config.text("dir"));
    } catch (error) {
      const why = error instanceof Error ? error.message : `${error}`;
      throw new Error(`Cannot honour 'numa-slot ${[slot, ...words].join(" ")}': ${why}`);
    }
  }
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
