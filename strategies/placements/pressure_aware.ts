/**
 * Pressure aware: local while the local node has room to spare, then shared by the room that each node has left.
 *
 * A node's share is the part of its budget that is free, divided by how much slower it is than the accessor's own memory.
 * Invariant: below the relief mark every object is local; a node above its high water gets no turn while another has room.
 *
 * @module
 */

import {
  numberOf,
  type OptionValues,
  type PlacementPlan,
  type Ring,
  type Strategy,
  type View,
} from "../strategy.ts";
import { idOf, nearest, planByAccessor, pressureOf, ringOf } from "./tables.ts";

/** Makes the pressure-aware placement. */
export function pressureAware(): Strategy {
  let relief = 0;
  return {
    name: "pressure_aware",
    options: [{
      name: "relief_percent",
      kind: "number",
      min: 0,
      max: 100,
      standard: "70",
      doc: "How full the local node may be, in percent of its budget, before others help.",
    }],
    init: (options: OptionValues): void => {
      relief = numberOf(options, "relief_percent") / 100;
    },
    place: (view: View): PlacementPlan =>
      planByAccessor(view, (accessor) => ringFor(view, accessor, relief)),
    plan: () => [],
    cleanup: () => {},
  };
}

function ringFor(view: View, accessor: number, relief: number): Ring {
  const order = nearest(view, accessor);
  const home = order.find((index) => view.nodes[index]?.hasCpus) ?? order[0] ?? 0;
  const own = view.nodes[home];
  const spill = order.map((index) => idOf(view, index));
  if (own === undefined || pressureOf(own) < relief) return { turns: [idOf(view, home)], spill };
  const latencies = view.nodes[accessor]?.latenciesNs ?? [];
  const shares = view.nodes.map((node, index) => {
    if (node.usedBytes >= node.highWaterBytes) return 0;
    const slowdown = Math.max(1, (latencies[index] ?? 1) / Math.max(1, latencies[home] ?? 1));
    return Math.max(0, 1 - pressureOf(node)) / slowdown;
  });
  return ringOf(view, shares, accessor);
}
