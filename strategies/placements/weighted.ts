/**
 * Weighted: nodes share new objects as their weights say; 80 and 120 are 40 % and 60 %.
 *
 * The weights are the nodes' own (`numa-node-weight`) unless the option names others. Invariant: a node's share is its weight over
 * the sum of weights, to within one turn of a ring.
 *
 * @module
 */

import type { OptionValues, PlacementPlan, Strategy, View } from "../strategy.ts";
import { planByAccessor, ringOf } from "./tables.ts";

/** Makes the weighted placement. */
export function weighted(): Strategy {
  let weights: readonly number[] = [];
  return {
    name: "weighted",
    options: [{
      name: "weights",
      kind: "integers",
      min: 1,
      max: 255,
      standard: "",
      doc: "A weight for each node, in the order of their ids; none: the nodes' own.",
    }],
    init: (options: OptionValues): void => {
      weights = options["weights"] as readonly number[];
    },
    place: (view: View): PlacementPlan => {
      if (weights.length > 0 && weights.length !== view.nodes.length) {
        throw new Error(
          `Cannot place by the weights '${weights}': there are ${view.nodes.length} nodes`,
        );
      }
      const shares = view.nodes.map((node, index) => weights[index] ?? node.weight);
      return planByAccessor(view, (accessor) => ringOf(view, shares, accessor));
    },
    plan: () => [],
    cleanup: () => {},
  };
}
