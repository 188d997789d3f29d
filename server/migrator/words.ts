/**
 * A placement plan as core reads it, and what it says of one new key.
 *
 * Knows the contract's plan and core's words (`Plan::read` in core/src/placement.rs). Invariant: equal plans give equal words.
 *
 * @module
 */

import { type PlacementPlan, TYPE_NAMES } from "../../strategies/strategy.ts";

/** A plan's words, one after the other. No plan is no word: local first. */
export function wordsOf(plan: PlacementPlan | undefined): Uint32Array<ArrayBuffer> {
  if (plan === undefined) return new Uint32Array(0);
  const { bounds, rings, table } = plan;
  return Uint32Array.from([
    bounds.length,
    ...bounds.map((bound) => Math.min(bound, 0xffffffff)),
    rings.length,
    ...rings.flatMap(({ turns, spill }) => [turns.length, ...turns, ...spill]),
    ...table.flat(),
  ]);
}

/** Whether both say the same. */
export function sameWords(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((word, at) => word === other[at]);
}

/**
 * The part of new keys that goes to each node, by its id: keys of that type and size, made by that accessor's clients.
 *
 * @param accessor a row of the plan's table; the first where there is none
 */
export function sharesOf(
  plan: PlacementPlan,
  accessor: number,
  type: number,
  bytes: number,
): Map<number, number> {
  const bands = plan.bounds.length + 1;
  const first = plan.bounds.findIndex((bound) => bytes <= bound);
  const band = first < 0 ? bands - 1 : first;
  const row = plan.table[accessor] ?? plan.table[0] ?? [];
  const turns = plan.rings[row[Math.min(type, TYPE_NAMES.length - 1) * bands + band] ?? 0]?.turns ??
    [];
  const shares = new Map<number, number>();
  for (const node of turns) shares.set(node, (shares.get(node) ?? 0) + 1 / turns.length);
  return shares;
}
