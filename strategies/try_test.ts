/** `./numakv strategy test` on files that cheat, each in its own way, and on the walk-through's example. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import changePlaces from "./examples/change_places.ts";
import { breachesOf } from "./testing.ts";
import { tryStrategy } from "./try.ts";

const EXAMPLE = new URL("./examples/change_places.ts", import.meta.url);

/** A strategy's file, honest but for what is given. */
function file(parts: string, before = ""): string {
  return `${before}
    const honest = (view) => view.hot.flatMap(({ id, node }) =>
      view.nodes.filter((other) => other.id !== node).slice(0, 1).map((other) => ({ id, target: other.id })));
    export default () => ({ name: "cheat", options: [], init() {}, place() {}, plan: () => [], cleanup() {}, ${parts} });`;
}

/** What the suite says of a file's text. */
async function verdictOn(text: string, limitMs?: number): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(path, text);
    const { breaches } = await tryStrategy(path, limitMs);
    return breaches.join("\n");
  } finally {
    await Deno.remove(path);
  }
}

const CHEATS: readonly [title: string, text: string, breach: string][] = [
  ["rolls dice", file("plan: () => (Math.random(), [])"), "plan uses Math.random"],
  ["looks at the clock", file("place: () => void Date.now()"), "place uses Date"],
  [
    "reads files",
    file("plan: () => (Deno.readTextFileSync('/etc/passwd'), [])"),
    "plan uses Deno.readTextFileSync",
  ],
  [
    "rolls dice while it is loaded",
    file("", "const seed = Math.random();"),
    "may not use Math.random",
  ],
  [
    "rolls dice in silence while it is loaded",
    file("", "try { Math.random(); } catch { /* nobody need know */ }"),
    "loading the file uses Math.random",
  ],
  ["goes over its budget", file("plan: honest"), "moves: the budget is 0"],
  [
    "moves to absent nodes",
    file(
      "plan: (view, { keys }) => honest(view).slice(0, keys).map(({ id }) => ({ id, target: 77 }))",
    ),
    "to node 77: there is no such node",
  ],
  [
    "remembers",
    file(
      "plan: (view, { keys, bytes }) => keys < 50 || bytes < 1e9 || n++ % 2 ? [] : honest(view).slice(0, 1)",
      "let n = 0;",
    ),
    "differently",
  ],
  ["is no strategy", "export default () => 7;", "the factory gives 7: want a strategy"],
  [
    "exports nothing",
    "const a = 1;",
    "want a function that makes it, exported as default; it exports nothing",
  ],
  ["does not parse", "export default (", "Cannot load the strategy"],
];

for (const [title, text, breach] of CHEATS) {
  Deno.test(`strategy test: a file that ${title} is caught`, async () => {
    assertStringIncludes(await verdictOn(text), breach);
  });
}

Deno.test("strategy test: a file that does not come back is stopped, and the part named", async () => {
  assertStringIncludes(
    await verdictOn(file("plan: () => { for (;;); }"), 2000),
    "plan does not come back",
  );
  assertStringIncludes(await verdictOn("for (;;);", 1000), "loading the file does not come back");
});

Deno.test("strategy test: a file that takes too long in each round is caught", async () => {
  const slow = `plan: (view) => {
    const end = view.hot.length > 1000 ? 1.5e8 : 0;
    let sum = 0;
    for (let i = 0; i < end; i++) sum = (sum * 31 + i) | 0;
    return sum === 0.5 ? [1] : [];
  }`;
  assertStringIncludes(await verdictOn(file(slow)), "ms: want 250 at most");
});

Deno.test("strategy test: an honest file is let go, by its only export too", async () => {
  assertEquals(await verdictOn(file("")), "");
  assertEquals(
    await verdictOn(file("").replace("export default () =>", "export const mine = () =>")),
    "",
  );
});

Deno.test("the walk-through's example is the tested file, and keeps the contract", async () => {
  const readme = await Deno.readTextFile(new URL("./README.md", import.meta.url));
  const [, shown] = /<!-- example -->\s*```ts\n([^]*?)```\s*<!-- \/example -->/.exec(readme) ?? [];
  assertEquals(shown, await Deno.readTextFile(EXAMPLE));
  assertEquals(breachesOf(changePlaces), []);
  const path = decodeURIComponent(EXAMPLE.pathname);
  assertEquals(await tryStrategy(path), { name: "change_places", breaches: [] });
});
