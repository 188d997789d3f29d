/**
 * Local first: a new object goes to the node of whoever makes it, and by distance when that is full.
 *
 * Invariant: a node without CPUs is never anyone's first.
 *
 * @module
 */

import type { PlacementPlan, Strategy, View } from "../strategy.ts";
import { idOf, nearest, planByAccessor } from "./tables.ts";

/** Makes the local-first placement. */
export function localFirst(): Strategy {
  return {
    name: "local_first",
    options: [],
    init: () => {},
    place: (view: View): PlacementPlan =>
      planByAccessor(view, (accessor) => {
        const order = nearest(view, accessor);
        const home = order.find((index) => view.nodes[index]?.hasCpus) ?? order[0] ?? 0;
        return { turns: [idOf(view, home)], spill: order.map((index) => idOf(view, index)) };
      }),
    plan: () => [],
    cleanup: () => {},
  };
}
