/** Hot keys change places with cold ones: the least a strategy for two speeds of memory can do. Knows the contract only. */

import { type KeyView, type Move, numberOf, type Strategy, type View } from "../strategy.ts";

export default function changePlaces(): Strategy {
  let factor = 4;
  return {
    name: "change_places",
    options: [
      { name: "factor", kind: "number", min: 1, max: 99, standard: "4", doc: "How much hotter." },
    ],
    init: (options) => void (factor = numberOf(options, "factor")),
    place: () => undefined,
    plan: (view: View, budget): Move[] => {
      const moves: Move[] = [];
      const far = view.nodes.reduce((a, b) => b.tier > a.tier ? b : a);
      const leavers: KeyView[] = [...view.cold].reverse().filter((key) => key.node !== far.id);
      let bytes = budget.bytes;
      for (const hot of view.hot.filter((key) => key.node === far.id)) {
        const cold = leavers.at(-1);
        if (cold === undefined || hot.rate < factor * cold.rate) break;
        bytes -= hot.bytes + cold.bytes;
        if (moves.length + 2 > budget.keys || bytes < 0) break;
        if (cold.bytes < hot.bytes) continue;
        leavers.pop();
        moves.push({ id: cold.id, target: far.id }, { id: hot.id, target: cold.node });
      }
      return moves;
    },
    cleanup: () => {},
  };
}
