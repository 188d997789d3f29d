/**
 * The strategy that decides nothing: objects stay where core's standard placement put them.
 *
 * It sits in slot 0, the fallback when no other strategy is on. Invariant: it never answers a plan or a move.
 *
 * @module
 */

import type { Move, Strategy } from "./strategy.ts";

/** Makes the no-op strategy. */
export function noop(): Strategy {
  return {
    name: "noop",
    options: [],
    init: () => {},
    place: () => undefined,
    plan: (): readonly Move[] => [],
    explain: () => ({ target: undefined, reason: "this strategy moves nothing", numbers: {} }),
    cleanup: () => {},
  };
}
