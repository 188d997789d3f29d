/**
 * Interleave: an equal share of objects, and of bytes, for every node, whoever makes them and however fast the node is.
 *
 * Small, middle and large objects take turns each for themselves, so that a pattern of sizes (an index entry, then its page) cannot
 * fill one node with all the large ones. Invariant: of n objects of one size band each node gets n ÷ nodes, ± 1 a lane.
 *
 * @module
 */

import { type PlacementPlan, type Strategy, TYPE_NAMES, type View } from "../strategy.ts";
import { ringOf } from "./tables.ts";

/** Where the pool's slabs end, and where its size classes do. */
const BOUNDS = [512, 16384];

/** Makes the interleaved placement. */
export function interleave(): Strategy {
  return {
    name: "interleave",
    options: [],
    init: () => {},
    place: (view: View): PlacementPlan => {
      const bands = BOUNDS.length + 1;
      const shares = view.nodes.map(() => 1);
      return {
        bounds: BOUNDS,
        rings: view.nodes.flatMap((_, accessor) =>
          Array.from({ length: bands }, () => ringOf(view, shares, accessor))
        ),
        table: view.nodes.map((_, accessor) =>
          TYPE_NAMES.flatMap(() =>
            Array.from({ length: bands }, (_, band) => accessor * bands + band)
          )
        ),
      };
    },
    plan: () => [],
    cleanup: () => {},
  };
}
