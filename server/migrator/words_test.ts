/** Plans as words, and what they say of new keys. */

import { assertEquals } from "@std/assert";
import type { PlacementPlan } from "../../strategies/strategy.ts";
import { sameWords, sharesOf, wordsOf } from "./words.ts";

const PLAN: PlacementPlan = {
  bounds: [1024],
  rings: [{ turns: [3, 7, 7], spill: [7, 3] }, { turns: [3], spill: [3, 7] }],
  table: [[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], new Array(12).fill(1)],
};

Deno.test("words: a plan is its bounds, its rings and its table; none is no word", () => {
  const rings = [2, 3, 3, 7, 7, 7, 3, 1, 3, 3, 7];
  assertEquals([...wordsOf(PLAN)], [1, 1024, ...rings, ...PLAN.table.flat()]);
  assertEquals(wordsOf(undefined).length, 0);
  assertEquals(sameWords(wordsOf(PLAN), wordsOf(structuredClone(PLAN))), true);
  assertEquals(sameWords(wordsOf(PLAN), wordsOf({ ...PLAN, bounds: [1025] })), false);
  assertEquals(sameWords(wordsOf(PLAN), wordsOf(undefined)), false);
});

Deno.test("words: the shares of new keys go by accessor, type and size", () => {
  assertEquals([...sharesOf(PLAN, 0, 0, 1024)], [[3, 1 / 3], [7, 2 / 3]]);
  assertEquals([...sharesOf(PLAN, 0, 4, 1025)], [[3, 1]]);
  assertEquals([...sharesOf(PLAN, 1, 0, 10)], [[3, 1]]);
});
