/** User strategies in processes of their own: honest ones, and cheats of every kind, none of which anybody waits for. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { toFileUrl } from "@std/path";
import type { View } from "../strategies/strategy.ts";
import { fakeView } from "../strategies/testing.ts";
import { FileGuest } from "./guest.ts";
import { ANSWER_MS_MAX } from "./guest/process.ts";
import { type Answer, ERRORS_MAX, Slots, type SlotState } from "./slots.ts";

const VIEW: View = fakeView({ cpuNodes: 2, memoryNodes: 1, keys: 20, fill: 0.5 }, 1);
const BUDGET = { keys: 10, bytes: 1 << 20 };
const KEY = VIEW.hot[0]!;
const TARGET = (KEY.node + 1) % 3;

/** A user's file whose parts are given as code. */
function sourceOf(parts: { top?: string; place?: string; plan?: string; init?: string }): string {
  return `
import type { Strategy } from ${
    JSON.stringify(toFileUrl(`${Deno.cwd()}/strategies/strategy.ts`).href)
  };
${parts.top ?? ""}
export default (): Strategy => ({
  name: "mine",
  options: [{ name: "size", kind: "integer", min: 1, max: 9, standard: "3", doc: "A size." }],
  init: (options) => { ${parts.init ?? "options.size"} },
  place: (view) => { ${parts.place ?? "return undefined;"} },
  plan: (view, budget) => { ${parts.plan ?? "return [];"} },
  explain: (view, key) => ({ target: undefined, reason: key.name, numbers: { level: key.level } }),
  cleanup: () => {},
});
`;
}

/** Slots with a user's strategy in slot 2, whose clock is turned by hand. */
class Bench implements AsyncDisposable {
  readonly warned: string[] = [];
  readonly noted: string[] = [];
  readonly answers: Answer[] = [];
  readonly slots: Slots;
  readonly file: string;
  readonly #folder: string;
  nowMs = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.file = `${folder}/mine.ts`;
    this.slots = new Slots({
      now: () => this.nowMs,
      warn: (text) => void this.warned.push(text),
      note: (text) => void this.noted.push(text),
    });
  }

  static async of(source: string, options: Record<string, string> = {}): Promise<Bench> {
    const bench = new Bench(await Deno.makeTempDir());
    await Deno.writeTextFile(bench.file, source);
    try {
      await bench.slots.assignGuest(2, new FileGuest(bench.file), { options });
    } catch (error) {
      await bench[Symbol.asyncDispose]();
      throw error;
    }
    return bench;
  }

  get statistics(): SlotState["statistics"] {
    return this.slots.state(2)!.statistics;
  }

  /** One round; nobody waits for what comes later. */
  tick(): void {
    this.nowMs += 10_000;
    this.slots.tick(() => VIEW, BUDGET, (answer) => void this.answers.push(answer));
  }

  /** Rounds until one more has ended, or the slot is suspended. */
  async round(): Promise<void> {
    const before = this.#ended;
    this.tick();
    await until(() => this.#ended > before);
    // A process that was killed is gone for good before the next round begins.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  get #ended(): number {
    return this.statistics.answers + this.statistics.errors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.slots[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function until(done: () => boolean, limitMs = 30_000): Promise<void> {
  for (const end = performance.now() + limitMs; !done();) {
    if (performance.now() > end) throw new Error("it took too long");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("guest: an honest strategy's answer comes later and is carried out", async () => {
  const plan = `return [{ id: ${KEY.id}, target: ${TARGET} }];`;
  await using bench = await Bench.of(sourceOf({ plan }), { size: "7" });
  bench.tick();
  assertEquals(bench.answers, []);
  await until(() => bench.answers.length > 0);
  assertEquals(bench.answers, [{
    slot: 2,
    placement: undefined,
    moves: [{ id: KEY.id, target: TARGET }],
  }]);
  const { strategy, source, options } = bench.slots.state(2)!;
  assertEquals([strategy, source, options], ["mine", bench.file, { size: "7" }]);
  const { runs, answers, errors, movesAsked } = bench.statistics;
  assertEquals([runs, answers, errors, movesAsked], [1, 1, 0, 1]);
  const [told] = await bench.slots.explainLater(VIEW, KEY);
  assertEquals([told?.slot, told?.reason, told?.numbers], [2, KEY.name, { level: KEY.level }]);
});

Deno.test("guest: options are checked here and taken there", async () => {
  const init = `if (options.size === 8) throw new Error("not eight")`;
  await using bench = await Bench.of(sourceOf({ init }));
  const refused = (name: string, value: string): Promise<Error> =>
    assertRejects(async () => await bench.slots.set(2, name, value), Error);
  assertStringIncludes((await refused("size", "10")).message, "want a whole number from 1 to 9");
  assertStringIncludes((await refused("shape", "1")).message, "Unknown option 'shape'");
  assertStringIncludes((await refused("size", "8")).message, "not eight");
  assertEquals(bench.slots.state(2)?.options, { size: "3" });
  await bench.slots.set(2, "size", "9");
  await bench.slots.set(2, "priority", "high");
  assertEquals(bench.slots.state(2)?.options, { size: "9" });
  await bench.round();
  assertEquals(bench.statistics.answers, 1);
});

const CHEATS: readonly [title: string, source: string, error: string][] = [
  ["loops for ever", sourceOf({ plan: "for (;;);" }), "did not answer within"],
  ["throws", sourceOf({ place: `throw new Error("no idea");` }), "no idea"],
  [
    "allocates objects without bound",
    sourceOf({ plan: "const all = []; for (;;) all.push({ a: [1, 2, 3] });" }),
    "it used up its heap of 64 MB|did not answer within",
  ],
  [
    "allocates buffers without bound",
    sourceOf({
      top: "const all = [];",
      plan: "for (;;) all.push(new Uint8Array(1 << 24).fill(1));",
    }),
    "MB of memory|did not answer within|heap",
  ],
  [
    "floods moves",
    sourceOf({ plan: "return Array.from({ length: 5000 }, (_, id) => ({ id, target: 0 }));" }),
    "plan answered 5000 moves: the budget is 10",
  ],
  [
    "answers without end",
    sourceOf({ plan: "return 'x'.repeat(8 << 20);" }),
    "its answer is longer than|did not answer within",
  ],
  [
    "moves to a node that is absent",
    sourceOf({ plan: `return [{ id: ${KEY.id}, target: 9 }];` }),
    "to node 9: there is no such node",
  ],
  [
    "moves a key that is absent",
    sourceOf({ plan: "return [{ id: 4711, target: 0 }];" }),
    "plan moves key 4711: the view has no such key",
  ],
  [
    "places on a node that is absent",
    sourceOf({ place: "return { bounds: [], rings: [{ turns: [9], spill: [9] }], table: [] };" }),
    "names node 9: there is no such node",
  ],
  [
    "writes garbage to its output",
    sourceOf({ plan: `Deno.stdout.writeSync(new TextEncoder().encode("hello\\n")); return [];` }),
    "it wrote 'hello' to its output",
  ],
  [
    "forges an answer",
    sourceOf({
      plan: `Deno.stdout.writeSync(new TextEncoder().encode('{"number":99}\\n')); return [];`,
    }),
    "it answered 99 to question",
  ],
  ["ends in its round", sourceOf({ plan: "Deno.exit(3);" }), "it ended by itself: exit code 3"],
  [
    "reads a file",
    sourceOf({ plan: `return [Deno.readTextFileSync("/etc/hostname")];` }),
    "Requires read access",
  ],
  [
    "opens a connection",
    sourceOf({
      plan: `Deno.connect({ port: 6379 }).catch(() => {}); return [Deno.env.get("HOME")];`,
    }),
    "Requires env access",
  ],
  [
    "starts a program",
    sourceOf({ plan: `new Deno.Command("/bin/true").outputSync(); return [];` }),
    "Requires run access",
  ],
];

for (const [title, source, error] of CHEATS) {
  Deno.test(`guest: one that ${title} is counted, told, and suspended in the end`, async () => {
    await using bench = await Bench.of(source);
    for (let round = 0; round < ERRORS_MAX; round++) await bench.round();
    const { errors, answers, runs, lastError } = bench.statistics;
    assertEquals([errors, answers, runs], [ERRORS_MAX, 0, ERRORS_MAX]);
    assertEquals(error.split("|").some((one) => lastError.includes(one)), true, lastError);
    assertEquals(bench.slots.state(2)?.suspended, true);
    assertStringIncludes(bench.warned.at(-1) ?? "", "is suspended after 3 errors in a row");
    bench.tick();
    assertEquals([bench.statistics.runs, bench.answers], [ERRORS_MAX, []]);
  });
}

const BROKEN: readonly [title: string, source: string, error: string][] = [
  ["ends at once", "Deno.exit(0);", "it ended by itself: exit code 0"],
  ["is no program", "export default (", "it ended: "],
  ["exports nothing", "export const answer = 42;", "exports 0 functions"],
  ["has no name", "export default () => ({ options: [] });", "its name is 'undefined'"],
  [
    "declares nonsense",
    `export default () => ({ name: "mine", options: [{ name: "x" }] });`,
    'it declares the option {"name":"x"}: want standard and doc',
  ],
  ["fetches a module", `import "https://example.com/x.ts"; export default () => 1;`, "it ended: "],
  [
    "reads another file while it loads",
    `const text = await Deno.readTextFile("/etc/hostname"); export default () => text;`,
    "Requires read access",
  ],
];

for (const [title, source, error] of BROKEN) {
  Deno.test(`guest: a file that ${title} is refused`, async () => {
    const { message } = await assertRejects(() => Bench.of(source), Error);
    assertStringIncludes(message, error);
  });
}

Deno.test("guest: a file that is not there is refused", async () => {
  await using slots = new Slots();
  const { message } = await assertRejects(
    () => slots.assignGuest(2, new FileGuest("/nowhere/mine.ts")),
    Error,
  );
  assertEquals(message, "Cannot load '/nowhere/mine.ts': there is no such file");
  assertEquals(slots.state(2), undefined);
});

Deno.test("guest: a changed file is loaded anew; a broken one leaves the one that runs", async () => {
  await using bench = await Bench.of(sourceOf({}));
  await bench.round();
  await Deno.writeTextFile(bench.file, sourceOf({ plan: `throw new Error("second");` }));
  bench.tick();
  await until(() => bench.noted.length === 1);
  assertStringIncludes(bench.noted[0] ?? "", "was loaded anew: its file has changed");
  await bench.round();
  assertEquals(bench.statistics.lastError, "second");
  await Deno.writeTextFile(bench.file, "export default (");
  bench.tick();
  await until(() => bench.warned.some((text) => text.includes("could not be loaded anew")));
  assertStringIncludes(bench.warned.at(-1) ?? "", "the one before goes on");
  assertEquals(bench.slots.state(2)?.strategy, "mine");
});

Deno.test("guest: a suspended one runs again when it is switched on, or its file was mended", async () => {
  await using bench = await Bench.of(sourceOf({ plan: "for (;;);" }));
  for (let round = 0; round < ERRORS_MAX; round++) await bench.round();
  bench.slots.enable(2, true);
  await bench.round();
  assertEquals(bench.statistics.errors, ERRORS_MAX + 1);
  for (let round = 1; round < ERRORS_MAX; round++) await bench.round();
  assertEquals(bench.slots.state(2)?.suspended, true);
  await Deno.writeTextFile(bench.file, sourceOf({}));
  bench.tick();
  await until(() => bench.noted.length === 1);
  await bench.round();
  assertEquals([bench.statistics.answers, bench.slots.state(2)?.suspended], [1, false]);
});

Deno.test("guest: one that is busy between rounds is ended", async () => {
  const place = "setTimeout(() => { for (;;); }, 20); return undefined;";
  await using bench = await Bench.of(sourceOf({ place }));
  await bench.round();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await until(() => {
    bench.tick();
    return bench.statistics.errors > 0;
  });
  const { lastError } = bench.statistics;
  const told = ["it is busy although nothing is asked", "did not answer within"];
  assertEquals(told.some((one) => lastError.includes(one)), true, lastError);
});

Deno.test("guest: nobody waits for one that hangs, and whoever is sent away is forgotten", async () => {
  await using bench = await Bench.of(sourceOf({ plan: "for (;;);" }));
  const start = performance.now();
  bench.tick();
  bench.tick();
  assertEquals(performance.now() - start < ANSWER_MS_MAX / 2, true);
  assertEquals(bench.statistics.runs, 1, "one round at a time");
  bench.slots.remove(2);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals([bench.warned, bench.slots.state(2)], [[], undefined]);
});
