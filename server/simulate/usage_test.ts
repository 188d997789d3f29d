/** The same figures as the tests of core/src/pool/prefix/tests.rs. */

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
  for (let clock = 101; clock < 170; clock++) touch(usage, 1, clock);
  const level = usage.levelAt(0, 170);
  assert(level >= 2 && level <= 5, `one access a second is level 3 or 4, not ${level}`);
});

Deno.test("usage: a key that was used much long ago becomes hot as fast as any", () => {
  for (const before of [0, 300, 100_000, 1_000_000]) {
    const usage = one(100);
    touch(usage, before, 100);
    assertEquals(usage.levelAt(0, 200), 0);
    let accesses = 0;
    for (; usage.levelAt(0, 201) < 5; accesses++) touch(usage, 1, 201, 1);
    assert(accesses <= 200, `${accesses} accesses after ${before}`);
    touch(usage, 2000, 201, 1);
    assertEquals(usage.accessor[0], 1, `after ${before}`);
  }
});

Deno.test("usage: a level settles at the logarithm of the rate", () => {
  for (const [aSecond, least, most] of [[1, 2, 5], [3, 3, 6], [10, 5, 7], [200, 6, 7]] as const) {
    const usage = one(1000);
    let sum = 0;
    for (let clock = 1000; clock < 1600; clock++) {
      touch(usage, aSecond, clock);
      sum += usage.levelAt(0, clock);
    }
    const mean = Math.floor(sum / 600);
    assert(mean >= least && mean <= most, `${aSecond} a second: level ${mean}`);
  }
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
