/** What every built-in strategy must keep, and strategies that cheat, each in its own way, and are caught. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { STRATEGIES } from "./mod.ts";
import {
  heatBin,
  heatOfBin,
  type Move,
  type OptionDescription,
  readOption,
  readOptions,
  type Strategy,
  type View,
} from "./strategy.ts";
import { breachesOf, fakeView, SHAPES } from "./testing.ts";

for (const [name, make] of STRATEGIES) {
  Deno.test(`strategy ${name}: keeps the contract, and bears the name it is listed under`, () => {
    assertEquals(make().name, name);
    assertEquals(breachesOf(make), []);
  });
}

/** A strategy that is honest but for what is given. */
function cheat(parts: Partial<Strategy>): () => Strategy {
  return () => ({
    name: "cheat",
    options: [],
    init: () => {},
    place: () => undefined,
    plan: () => [],
    cleanup: () => {},
    ...parts,
  });
}

/** An honest move for each hot key. */
function honest(view: View): Move[] {
  return view.hot.flatMap((key) => {
    const other = view.nodes.find((node) => node.id !== key.node);
    return other === undefined ? [] : [{ id: key.id, target: other.id }];
  });
}

let remembered = 0;
const CHEATS: readonly [title: string, parts: Partial<Strategy>, breach: string][] = [
  ["rolls dice", { plan: () => (Math.random() < 2 ? [] : []) }, "plan uses Math.random"],
  ["rolls dice in silence", {
    plan: () => {
      try {
        Math.random();
      } catch {
        // Nobody need know.
      }
      return [];
    },
  }, "plan uses Math.random"],
  ["looks at the clock", { place: () => void Date.now() }, "place uses Date"],
  ["makes a date", { place: () => void new Date() }, "place uses Date"],
  ["looks at another clock", { plan: () => (performance.now(), []) }, "plan uses performance.now"],
  ["asks the system", { init: () => void Deno.cwd() }, "init uses Deno.cwd"],
  ["waits", { cleanup: () => void setTimeout(() => {}, 1) }, "cleanup uses setTimeout"],
  ["ignores its budget", { plan: (view) => honest(view) }, "moves: the budget is"],
  [
    "ignores the bytes of its budget",
    { plan: (view, budget) => honest(view).slice(0, budget.keys) },
    "bytes: the budget is",
  ],
  [
    "moves to absent nodes",
    { plan: (view, { keys }) => view.hot.slice(0, keys).map(({ id }) => ({ id, target: 77 })) },
    "to node 77: there is no such node",
  ],
  [
    "moves absent keys",
    { plan: (_, { keys }) => (keys > 0 ? [{ id: -1, target: 0 }] : []) },
    "the view has no such key",
  ],
  [
    "moves keys to where they are",
    {
      plan: (view, { keys }) =>
        view.hot.slice(0, keys).map(({ id, node }) => ({ id, target: node })),
    },
    "where it is",
  ],
  [
    "moves a key twice",
    {
      plan: (view, { keys }) =>
        keys < 2 ? [] : honest(view).slice(0, 1).flatMap((one) => [one, one]),
    },
    "twice",
  ],
  ["sorts the view in place", {
    plan: (view) => {
      (view.hot as unknown[]).sort();
      return [];
    },
  }, "changes what it is shown"],
  ["writes into the view", {
    place: (view) => {
      (view.nodes[0] as { usedBytes: number }).usedBytes = 0;
      return undefined;
    },
  }, "changes what it is shown"],
  ["remembers", {
    plan: (view, { keys, bytes }) =>
      keys < 50 || bytes < 1e9 || remembered++ % 2 === 0 ? [] : honest(view).slice(0, 1),
  }, "differently"],
  [
    "throws",
    {
      plan: () => {
        throw new Error("no idea");
      },
    },
    "plan throws: no idea",
  ],
  [
    "answers later",
    { plan: (() => Promise.resolve([])) as unknown as Strategy["plan"] },
    "promise",
  ],
  [
    "answers code",
    { plan: (() => [() => {}]) as unknown as Strategy["plan"] },
    "not plain data",
  ],
  ["names absent nodes in its plan", {
    place: (view) => ({
      bounds: [],
      rings: [{ turns: [99], spill: view.nodes.map((node) => node.id) }],
      table: view.nodes.map(() => [0, 0, 0, 0, 0, 0]),
    }),
  }, "ring 0 names node 99"],
  ["forgets nodes to spill to", {
    place: (view) => ({
      bounds: [],
      rings: [{ turns: [view.nodes[0]!.id], spill: [] }],
      table: view.nodes.map(() => [0, 0, 0, 0, 0, 0]),
    }),
  }, "want every node once"],
  ["has a table too small", {
    place: (view) => ({
      bounds: [100],
      rings: [{ turns: [view.nodes[0]!.id], spill: view.nodes.map((node) => node.id) }],
      table: view.nodes.map(() => [0, 0, 0, 0, 0, 0]),
    }),
  }, "want 12 indexes of rings"],
  ["declares an option it cannot bear", {
    options: [{ name: "a", kind: "number", min: 0, max: 1, standard: "2", doc: "Two." }],
  }, "Cannot set option 'a' to '2'"],
  ["has no name", { name: "" }, "its name is ''"],
];

for (const [title, parts, breach] of CHEATS) {
  Deno.test(`contract: a strategy that ${title} is caught`, () => {
    assertStringIncludes(breachesOf(cheat(parts)).join("\n"), breach);
  });
}

Deno.test("contract: a cheat's honest twin is not caught", () => {
  const plan: Strategy["plan"] = (view, budget) => {
    let bytes = 0;
    return honest(view).slice(0, budget.keys).filter((_, index) => {
      bytes += view.hot[index]?.bytes ?? 0;
      return bytes <= budget.bytes;
    });
  };
  assertEquals(breachesOf(cheat({ plan })), []);
  // A date that is told is no clock.
  assertEquals(breachesOf(cheat({ init: () => void new Date(5) })), []);
});

Deno.test("contract: outside of a trial clocks and dice work as ever", () => {
  breachesOf(cheat({}));
  assert(Date.now() > 0 && new Date().getTime() > 0 && Math.random() < 1 && performance.now() > 0);
  assertEquals(Deno.pid, Deno.pid);
});

Deno.test("fakeView() is its seed's, and frozen", () => {
  const shape = SHAPES[4]!;
  assertEquals(fakeView(shape, 3), fakeView(shape, 3));
  assert(JSON.stringify(fakeView(shape, 3)) !== JSON.stringify(fakeView(shape, 4)));
  assertThrows(() => (fakeView(shape, 3).hot as unknown[]).pop(), TypeError);
});

const OPTIONS: readonly OptionDescription[] = [
  { name: "share", kind: "number", min: 0, max: 1, standard: "0.5", doc: "A share." },
  { name: "count", kind: "integer", min: 1, max: 255, standard: "100", doc: "A count." },
  { name: "careful", kind: "flag", standard: "no", doc: "Whether." },
  { name: "by", kind: "choice", choices: ["age", "size"], standard: "age", doc: "What by." },
  { name: "weights", kind: "integers", min: 1, max: 255, standard: "", doc: "Weights." },
];

Deno.test("readOptions() gives every declared option its kind's value", () => {
  assertEquals(readOptions(OPTIONS, { share: "0.25", careful: "ON", weights: "80,120" }), {
    share: 0.25,
    count: 100,
    careful: true,
    by: "age",
    weights: [80, 120],
  });
});

Deno.test("readOptions() refuses what it does not know and quotes it", () => {
  assertThrows(
    () => readOptions(OPTIONS, { shape: "1" }),
    Error,
    "Unknown option 'shape': there are share, count, careful, by, weights",
  );
  const bad: [name: string, text: string, want: string][] = [
    ["share", "NaN", "a number from 0 to 1"],
    ["share", "Infinity", "a number from 0 to 1"],
    ["share", "", "a number from 0 to 1"],
    ["share", "1.01", "a number from 0 to 1"],
    ["count", "0", "a whole number from 1 to 255"],
    ["count", "300", "a whole number from 1 to 255"],
    ["count", "1.5", "a whole number from 1 to 255"],
    ["count", "0x10", "a whole number from 1 to 255"],
    ["careful", "maybe", "yes or no"],
    ["by", "colour", "age, size"],
    ["weights", "80,0", "whole numbers from 1 to 255"],
    ["weights", "80,300", "whole numbers from 1 to 255"],
    ["weights", "80;20", "whole numbers from 1 to 255"],
  ];
  for (const [name, text, want] of bad) {
    const option = OPTIONS.find((one) => one.name === name)!;
    assertThrows(
      () => readOption(option, text),
      Error,
      `Cannot set option '${name}' to '${text}': want ${want}`,
    );
  }
});

Deno.test("heatBin() rises with rate, falls with size, and its bounds are heatOfBin()'s", () => {
  assertEquals(heatBin(0, 100), 0);
  assertEquals(heatBin(NaN, 100), 0);
  assertEquals(heatBin(1, 2048) < heatBin(1, 1024), true);
  assertEquals(heatBin(1e12, 16), 127);
  for (let bin = 1; bin < 128; bin++) assertEquals(heatBin(heatOfBin(bin) * 1.001, 1024), bin);
});
