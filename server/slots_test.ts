/** Slots under an injected clock, with strategies that answer, fail and remember. */

import { assertEquals, assertThrows } from "@std/assert";
import type { StrategyFactory, View } from "../strategies/strategy.ts";
import { ERRORS_MAX, Slots } from "./slots.ts";

const VIEW: View = { nodes: [], hotKeys: [], nowMs: 0 };
const BUDGET = { keys: 1, bytes: 1000 };

/** Slots whose strategies write down what happens to them. */
function bench(): { slots: Slots; calls: string[]; warned: string[]; clock: { nowMs: number } } {
  const calls: string[] = [];
  const warned: string[] = [];
  const clock = { nowMs: 0 };
  const make = (name: string, fails: boolean): [string, StrategyFactory] => [name, () => ({
    name,
    options: [],
    init: () => void calls.push(`${name} init`),
    place: () => {
      calls.push(name);
      if (fails) throw new Error("no idea");
      return undefined;
    },
    plan: () => [1, 2].map((db) => ({ db, key: new Uint8Array(1), target: 0 })),
    cleanup: () => void calls.push(`${name} cleanup`),
  })];
  const strategies = new Map([make("noop", false), make("good", false), make("bad", true)]);
  const warn = (text: string): void => void warned.push(text);
  return {
    slots: new Slots({ now: () => clock.nowMs, strategies, warn }),
    calls,
    warned,
    clock,
  };
}

Deno.test("slots: the no-op sits in slot 0 and runs each second", () => {
  const { slots, clock } = bench();
  for (clock.nowMs = 0; clock.nowMs < 5000; clock.nowMs += 100) slots.tick(() => VIEW, BUDGET);
  assertEquals(slots.list()[0]?.statistics.runs, 5);
  assertThrows(() => slots.remove(0), RangeError, "fallback");
});

Deno.test("slots: due ones run by priority, then by number, and keep to the budget", () => {
  const { slots, calls } = bench();
  slots.assign(5, "good", { priority: "high" });
  slots.assign(3, "good", { priority: "low" });
  calls.length = 0;
  const answers = slots.tick(() => VIEW, BUDGET);
  assertEquals(answers.map((one) => one.slot), [5, 0, 3]);
  assertEquals(answers[0]?.moves.length, 1);
});

Deno.test("slots: three errors in a row suspend a slot and leave the others running", () => {
  const { slots, warned, clock } = bench();
  slots.assign(2, "bad");
  for (let round = 0; round < 10; round++, clock.nowMs += 1000) slots.tick(() => VIEW, BUDGET);
  const [noop, bad] = slots.list();
  assertEquals([noop?.statistics.runs, bad?.statistics.runs], [10, ERRORS_MAX]);
  assertEquals([bad?.suspended, bad?.statistics.lastError], [true, "no idea"]);
  assertEquals(
    warned.at(-1),
    "Strategy 'bad' in slot 2 is suspended after 3 errors in a row: no idea",
  );
  slots.enable(2, true);
  slots.tick(() => VIEW, BUDGET);
  assertEquals(slots.list()[1]?.statistics.runs, ERRORS_MAX + 1);
});

Deno.test("slots: missed rounds are not caught up, a disabled slot rests", () => {
  const { slots, clock } = bench();
  slots.tick(() => VIEW, BUDGET);
  clock.nowMs = 10_000;
  for (let call = 0; call < 3; call++) slots.tick(() => VIEW, BUDGET);
  assertEquals(slots.list()[0]?.statistics.runs, 3);
  slots.enable(0, false);
  clock.nowMs = 20_000;
  assertEquals(slots.tick(() => VIEW, BUDGET), []);
});

Deno.test("slots: whoever leaves is cleaned up", () => {
  const { slots, calls } = bench();
  slots.assign(1, "good");
  slots.assign(1, "bad");
  slots[Symbol.dispose]();
  assertEquals(calls.filter((call) => call.includes("cleanup")), [
    "good cleanup",
    "noop cleanup",
    "bad cleanup",
  ]);
});

Deno.test("slots: what does not exist is refused and said", () => {
  const { slots } = bench();
  assertThrows(() => slots.assign(16, "good"), RangeError, "want 0 to 15");
  assertThrows(() => slots.assign(1, "nobody"), Error, "only noop, good, bad");
  assertThrows(() => slots.enable(7, true), Error, "it is empty");
});
