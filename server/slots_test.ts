/** Slots under an injected clock, with strategies that answer, fail and remember. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Move, Strategy, StrategyFactory } from "../strategies/strategy.ts";
import { fakeView } from "../strategies/testing.ts";
import { ERRORS_MAX, ROUND_MS_MAX, Slots } from "./slots.ts";
import { readSeat } from "./slots/seat.ts";

const VIEW = fakeView({ cpuNodes: 2, memoryNodes: 1, keys: 20, fill: 0.5 }, 1);
const BUDGET = { keys: 10, bytes: 1 << 20 };

/** A move of the view's hot key of that index to another node than its own. */
function moveOf(index: number): Move {
  const key = VIEW.hot[index]!;
  return { id: key.id, target: (key.node + 1) % 3 };
}

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
    plan: () => [moveOf(0), moveOf(1)],
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

Deno.test("slots: due ones run by priority, then by number; a key moves once a round", () => {
  const { slots, calls } = bench();
  slots.assign(5, "good", { priority: "high" });
  slots.assign(3, "good", { priority: "low" });
  calls.length = 0;
  const answers = slots.tick(() => VIEW, BUDGET);
  assertEquals(answers.map((one) => one.slot), [5, 0, 3]);
  assertEquals(answers.map((one) => one.moves.length), [2, 0, 0]);
  assertEquals(slots.list().map(({ statistics }) => statistics.movesAsked), [2, 2, 2]);
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

/** Slots with one strategy in slot 1, made of the parts given, and a clock that the strategy may turn. */
function seated(parts: Partial<Strategy>): {
  slots: Slots;
  warned: string[];
  clock: { nowMs: number; waitedMs: number };
} {
  const warned: string[] = [];
  const clock = { nowMs: 0, waitedMs: 0 };
  const one = (): Strategy => ({
    name: "one",
    options: [{ name: "size", kind: "integer", min: 1, max: 9, standard: "3", doc: "A size." }],
    init: () => {},
    place: () => undefined,
    plan: () => [],
    cleanup: () => {},
    ...parts,
  });
  const noop = (): Strategy => ({ ...one(), name: "noop", init: () => {}, plan: () => [] });
  const strategies = new Map([["noop", noop], ["one", one]]);
  const warn = (text: string): void => void warned.push(text);
  const slots = new Slots({
    now: () => clock.nowMs,
    cpuTime: () => clock.nowMs - clock.waitedMs,
    strategies,
    warn,
  });
  slots.assign(1, "one");
  return { slots, warned, clock };
}

const BAD_ANSWERS: readonly [title: string, plan: Strategy["plan"], error: string][] = [
  ["absent nodes", () => [{ id: VIEW.hot[0]!.id, target: 9 }], "to node 9: there is no such node"],
  ["absent keys", () => [{ id: 4711, target: 0 }], "plan moves key 4711: the view has no such key"],
  [
    "a flood",
    () => Array.from({ length: 1e6 }, (_, id) => ({ id, target: 0 })),
    "plan answered 1000000 moves: the budget is 10",
  ],
  ["nonsense", () => "all of them" as unknown as Move[], 'plan answered "all of them"'],
];

for (const [title, plan, error] of BAD_ANSWERS) {
  Deno.test(`slots: an answer of ${title} is refused whole, counted, told, and suspends in the end`, () => {
    const { slots, warned, clock } = seated({ plan });
    for (let round = 0; round < 5; round++, clock.nowMs += 1000) {
      assertEquals(slots.tick(() => VIEW, BUDGET).find((one) => one.slot === 1), undefined);
    }
    const state = slots.state(1)!;
    assertEquals([state.suspended, state.statistics.runs], [true, ERRORS_MAX]);
    assertEquals([state.statistics.errors, state.statistics.answers], [ERRORS_MAX, 0]);
    assertStringIncludes(state.statistics.lastError, error);
    assertEquals(warned.length, ERRORS_MAX);
  });
}

Deno.test("slots: a round that takes too long is an overrun, and its answer is not used", () => {
  const { slots, clock } = seated({
    plan: () => {
      clock.nowMs += ROUND_MS_MAX + 1;
      return [moveOf(0)];
    },
  });
  assertEquals(slots.tick(() => VIEW, BUDGET).flatMap((one) => one.moves), []);
  const { statistics } = slots.state(1)!;
  assertEquals([statistics.overruns, statistics.errors, statistics.answers], [1, 1, 0]);
  assertEquals([statistics.longestMs, statistics.spentMs], [ROUND_MS_MAX + 1, ROUND_MS_MAX + 1]);
});

Deno.test("slots: a round that waited for its turn is no overrun", () => {
  const { slots, clock } = seated({
    plan: () => {
      clock.waitedMs += ROUND_MS_MAX;
      clock.nowMs += ROUND_MS_MAX + 1;
      return [moveOf(0)];
    },
  });
  assertEquals(slots.tick(() => VIEW, BUDGET).flatMap((one) => one.moves), [moveOf(0)]);
  const { statistics } = slots.state(1)!;
  assertEquals([statistics.overruns, statistics.longestMs], [0, ROUND_MS_MAX + 1]);
});

Deno.test("slots: the budget is one for all slots of a round", () => {
  const lefts: number[] = [];
  const { slots } = seated({
    plan: (_, budget) => {
      lefts.push(budget.keys);
      return budget.keys === 10 ? [moveOf(0), moveOf(1), moveOf(2)] : [];
    },
  });
  slots.assign(2, "one");
  slots.tick(() => VIEW, BUDGET);
  assertEquals(lefts, [10, 7]);
});

Deno.test("slots: an observing slot is counted and does nothing", () => {
  const { slots } = seated({ plan: () => [moveOf(0)] });
  slots.set(1, "observe", "yes");
  assertEquals(slots.tick(() => VIEW, BUDGET).flatMap((one) => one.moves), []);
  assertEquals(slots.state(1)?.statistics.movesAsked, 1);
});

Deno.test("slots: settings change one at a time, and a bad one changes nothing", () => {
  const taken: unknown[] = [];
  const { slots } = seated({ init: (options) => void taken.push(options["size"]) });
  slots.set(1, "size", "7");
  slots.set(1, "priority", "low");
  slots.set(1, "interval", "5000");
  const bad: [name: string, value: string, error: string][] = [
    ["size", "0", "Cannot set option 'size' to '0': want a whole number from 1 to 9"],
    ["size", "NaN", "Cannot set option 'size' to 'NaN'"],
    ["seize", "1", "Unknown option 'seize': there are size"],
    ["priority", "urgent", "Cannot set 'priority' to 'urgent': want high, normal, low"],
    ["interval", "0", "Cannot run every '0' ms"],
    ["interval", "-3", "Cannot run every '-3' ms"],
    ["observe", "maybe", "Cannot set 'observe' to 'maybe': want yes or no"],
    ["enabled", "", "Cannot set 'enabled' to '': want yes or no"],
    ["constructor", "1", "Unknown option 'constructor': there are size"],
  ];
  for (const [name, value, error] of bad) {
    assertThrows(() => slots.set(1, name, value), Error, error);
  }
  const { options, priority, intervalMs, observe } = slots.state(1)!;
  assertEquals([options, priority, intervalMs, observe], [{ size: "7" }, "low", 5000, false]);
  assertEquals(taken, [3, 7]);
  assertThrows(() => slots.set(9, "size", "1"), Error, "slot 9: it is empty");
});

Deno.test("slots: the words of a slot seat the same again", () => {
  const { slots } = seated({});
  assertEquals(slots.words(1), ["one"]);
  slots.set(1, "size", "7");
  slots.set(1, "enabled", "no");
  assertEquals(slots.state(1)?.enabled, false);
  const words = slots.words(1);
  assertEquals(words, ["one", "enabled", "no", "size", "7"]);
  const { slots: others } = seated({});
  others.assign(4, "one", readSeat(words.slice(1)));
  const { enabled, options } = others.state(4)!;
  assertEquals([enabled, options], [false, { size: "7" }]);
  others.enable(4, true);
  assertEquals(others.words(4), ["one", "size", "7"]);
  others.remove(4);
  assertEquals(others.words(4), ["none"]);
});

Deno.test("slots: what became of moves is counted where they came from", () => {
  const { slots } = seated({ plan: () => [moveOf(0), moveOf(1)] });
  slots.tick(() => VIEW, BUDGET);
  slots.report(1, 1, 1);
  slots.report(5, 1, 0);
  const { movesAsked, movesDone, movesFailed } = slots.state(1)!.statistics;
  assertEquals([movesAsked, movesDone, movesFailed], [2, 1, 1]);
});

Deno.test("slots: explain asks those that are on and can tell", () => {
  const { slots } = seated({
    explain: (_, key) => ({ target: 0, reason: "it is hot", numbers: { level: key.level } }),
  });
  const key = VIEW.hot[0]!;
  const told = slots.explain(VIEW, key).find((one) => one.slot === 1);
  assertEquals([told?.strategy, told?.reason, told?.numbers], ["one", "it is hot", {
    level: key.level,
  }]);
  slots.enable(1, false);
  assertEquals(slots.explain(VIEW, key).some((one) => one.slot === 1), false);
});

Deno.test("slots: an older name of a strategy seats the same one", () => {
  const slots = new Slots();
  slots.assign(2, "interleaved");
  assertEquals(slots.state(2)?.strategy, "interleave");
});
