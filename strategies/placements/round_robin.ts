/**
 * Round robin: each new object to the next node, all sizes in one turn, beginning at the node of whoever makes it.
 *
 * Invariant: of n objects each node gets n ÷ nodes, ± 1 a lane.
 *
 * @module
 */

import type { PlacementPlan, Strategy, View } from "../strategy.ts";
import { idOf, nearest, planByAccessor } from "./tables.ts";

/** Makes the round-robin placement. */
export function roundRobin(): Strategy {
  return {
    name: "round_robin",
    options: [],
    init: () => {},
    place: (view: View): PlacementPlan => {
      const count = view.nodes.length;
      return planByAccessor(view, (accessor) => ({
        turns: view.nodes.map((_, turn) => idOf(view, (accessor + turn) % count)),
        spill: nearest(view, accessor).map((index) => idOf(view, index)),
      }));
    },
    plan: () => [],
    cleanup: () => {},
  };
}
