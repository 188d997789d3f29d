/**
 * CXL optimised: what is small, and every index, to DRAM; what is large in part to far memory, never more than a bounded share.
 *
 * Servers that send every value above a threshold to far memory end with nearly all bytes there, or nearly none, as the data grows
 * and its mix of sizes shifts. Here the large objects of a type go to far memory in a fixed proportion, which is the bound, and no longer at all
 * while the type's bytes there are above it. What is cold is found by use, not by size, and moved by the composite LRU. Invariant: placement alone
 * never raises a type's far share above the bound.
 *
 * @module
 */

import {
  numberOf,
  type OptionValues,
  type PlacementPlan,
  type Ring,
  type Strategy,
  TYPE_NAMES,
  type View,
} from "../strategy.ts";
import { idOf, nearest, ringOf } from "./tables.ts";

/** Small objects, and rings: `NEAR` for all, `MIXED` for the large ones of types that may still go far. */
const NEAR = 0;
const MIXED = 1;
const RINGS_EACH = 2;
/** By so much a share may seem to be above the bound, as it is estimated from samples. */
const DOUBT = 0.05;

/** Makes the CXL-optimised placement. */
export function cxlOptimized(): Strategy {
  let largeBytes = 0;
  let farShare = 0;
  return {
    name: "cxl_optimized",
    options: [
      {
        name: "large_bytes",
        kind: "integer",
        min: 16,
        max: 1 << 30,
        standard: "1024",
        doc: "Objects of more bytes are large.",
      },
      {
        name: "far_percent",
        kind: "number",
        min: 0,
        max: 100,
        standard: "50",
        doc: "The most of a type's bytes that placement puts on far memory.",
      },
    ],
    init: (options: OptionValues): void => {
      largeBytes = numberOf(options, "large_bytes");
      farShare = numberOf(options, "far_percent") / 100;
    },
    place: (view: View): PlacementPlan => {
      const mayGoFar = TYPE_NAMES.map((_, type) => farOf(view, type) <= farShare + DOUBT);
      return {
        bounds: [largeBytes],
        rings: view.nodes.flatMap((_, accessor) => [
          nearRing(view, accessor),
          mixedRing(view, accessor, farShare),
        ]),
        table: view.nodes.map((_, accessor) =>
          mayGoFar.flatMap((far) => [
            RINGS_EACH * accessor + NEAR,
            RINGS_EACH * accessor + (far ? MIXED : NEAR),
          ])
        ),
      };
    },
    plan: () => [],
    cleanup: () => {},
  };
}

/** The part of a type's bytes that lies on far memory. */
function farOf(view: View, type: number): number {
  let all = 0;
  let far = 0;
  for (const node of view.nodes) {
    const bytes = node.typeBytes[type] ?? 0;
    all += bytes;
    if (node.tier > 0) far += bytes;
  }
  return all > 0 ? far / all : 0;
}

function nearRing(view: View, accessor: number): Ring {
  const order = nearest(view, accessor);
  const near = order.find((index) => view.nodes[index]?.tier === 0) ?? order[0] ?? 0;
  return { turns: [idOf(view, near)], spill: order.map((index) => idOf(view, index)) };
}

function mixedRing(view: View, accessor: number, farShare: number): Ring {
  const order = nearest(view, accessor);
  const near = order.find((index) => view.nodes[index]?.tier === 0) ?? order[0] ?? 0;
  const far = order.find((index) => (view.nodes[index]?.tier ?? 0) > 0);
  if (far === undefined || farShare === 0) return nearRing(view, accessor);
  const shares = view.nodes.map((_, index) =>
    index === far ? farShare : index === near ? 1 - farShare : 0
  );
  return ringOf(view, shares, accessor);
}
