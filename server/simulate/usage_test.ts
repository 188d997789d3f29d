/** The same figures as the tests of core/src/pool/prefix.rs. */

import { assert, assertEquals } from "@std/assert";
import { Usage } from "./usage.ts";

/** One key, made by node 0 at that time. */
function one(clock: number): Usage {
  const usage = new Usage(1, 10, 12345);
  usage.make(0, clock, 0);
  return usage;
}

function touch(usage: Usage, times: number, clock: number, node = 0): void {
  for (let time = 0; time < times; time++) usage.touch(0, clock, node);
}

Deno.test("usage: a level takes a power of two accesses a step", () => {
  const usage = one(100);
  const reached: number[] = [];
  for (let access = 1; access <= 64; access++) {
    touch(usage, 1, 100);
    if (usage.levelAt(0, 100) > reached.length) reached.push(access);
  }
  assertEquals(reached, [1, 2, 4, 8, 16, 32, 64]);
});

Deno.test("usage: a level cools with time whether touched or not", () => {
  const usage = one(100);
  touch(usage, 64, 100);
  assertEquals([109, 130, 100_000].map((clock) => usage.levelAt(0, clock)), [7, 4, 0]);
  touch(usage, 1, 130);
  assert(usage.levelAt(0, 130) <= 5);
});

Deno.test("usage: accesses are exact up to 255 and close beyond", () => {
  const usage = one(1);
  for (let access = 1; access <= 100_000; access++) {
    touch(usage, 1, 1);
    if (access <= 255) assertEquals(usage.accessesOf(0), access);
  }
  const estimate = usage.accessesOf(0);
  assert(estimate >= 60_000 && estimate < 160_000, `${estimate}`);
});

Deno.test("usage: the vote follows the majority", () => {
  const usage = one(1);
  touch(usage, 30, 1, 0);
  touch(usage, 12, 1, 3);
  assertEquals(usage.accessor[0], 0);
  touch(usage, 12, 1, 3);
  assertEquals([usage.accessor[0], usage.vote[0]], [3, 9]);
});
