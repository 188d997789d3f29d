/**
 * What the placements are made of: rings of nodes in given shares, orders of nodes, and tables of them.
 *
 * Knows nodes, and no rule that chooses among them. Invariant: a ring's share of a node differs from the wanted one by less than one
 * turn, and every stretch of the ring is as well mixed as the whole.
 *
 * @module
 */

import {
  type NodeView,
  type PlacementPlan,
  type Ring,
  RING_ENTRIES_MAX,
  TYPE_NAMES,
  type View,
} from "../strategy.ts";

/** Node indexes from one node's CPUs, nearest first; of equals the one with the lower id. */
export function nearest(view: View, from: number): number[] {
  const row = view.nodes[from]?.latenciesNs ?? [];
  return view.nodes.map((_, index) => index).sort((a, b) =>
    (row[a] ?? 0) - (row[b] ?? 0) || idOf(view, a) - idOf(view, b)
  );
}

/** A node's id by its index. */
export function idOf(view: View, index: number): number {
  return view.nodes[index]?.id ?? 0;
}

/**
 * Node ids in turn, each as often as its share says, evenly mixed.
 *
 * @param shares by node index, none below 0; all 0 counts as all alike
 */
export function turns(view: View, shares: readonly number[]): number[] {
  const wanted = shares.some((share) => share > 0) ? shares : shares.map(() => 1);
  const counts = countsOf(wanted);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Whoever is furthest behind its due comes next: the smoothest order there is.
  const credit = counts.map(() => 0);
  return Array.from({ length: total }, () => {
    let next = 0;
    for (const [index, count] of counts.entries()) {
      credit[index] = (credit[index] ?? 0) + count;
      if ((credit[index] ?? 0) > (credit[next] ?? 0)) next = index;
    }
    credit[next] = (credit[next] ?? 0) - total;
    return idOf(view, next);
  });
}

/** Whole turns by node: the shares themselves when they are whole and few, else the nearest that fit a ring. */
function countsOf(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.every(Number.isInteger)) {
    const divisor = shares.reduce(commonDivisor, 0);
    if (total / divisor <= RING_ENTRIES_MAX) return shares.map((share) => share / divisor);
  }
  const exact = shares.map((share) => share * RING_ENTRIES_MAX / total);
  const counts = exact.map((share) => share > 0 ? Math.max(1, Math.floor(share)) : 0);
  const used = (): number => counts.reduce((sum, count) => sum + count, 0);
  const behind = (index: number): number => (exact[index] ?? 0) - (counts[index] ?? 0);
  const indexes = counts.map((_, index) => index);
  while (used() < RING_ENTRIES_MAX) {
    const next = indexes.reduce((best, index) => behind(index) > behind(best) ? index : best, 0);
    counts[next] = (counts[next] ?? 0) + 1;
  }
  while (used() > RING_ENTRIES_MAX) {
    const most = indexes.reduce((best, index) => behind(index) < behind(best) ? index : best, 0);
    counts[most] = (counts[most] ?? 0) - 1;
  }
  return counts;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** A ring of shares that spills to what is nearest to an accessor, the memory of CPU nodes before any other at equal latency. */
export function ringOf(view: View, shares: readonly number[], accessor: number): Ring {
  return {
    turns: turns(view, shares),
    spill: nearest(view, accessor).map((index) => idOf(view, index)),
  };
}

/** A plan that treats all sizes and types alike: one ring for each accessor. */
export function planByAccessor(view: View, ring: (accessor: number) => Ring): PlacementPlan {
  return {
    bounds: [],
    rings: view.nodes.map((_, accessor) => ring(accessor)),
    table: view.nodes.map((_, accessor) => TYPE_NAMES.map(() => accessor)),
  };
}

/** How full a node is: used bytes over its budget, 1 when it has none. */
export function pressureOf(node: NodeView): number {
  return node.budgetBytes > 0 ? node.usedBytes / node.budgetBytes : 1;
}
