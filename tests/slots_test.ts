/**
 * NUMA SLOTS and user strategies in the live server, which runs with the permissions it is given and no more: an honest strategy moves a
 * key, cheats are stopped, and clients are served all the while.
 *
 * Knows the commands' fields as words. Invariant: what is waited for has a limit.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { start } from "./support/launcher.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { type Server, startServer } from "./support/server.ts";

/** The longest anything is waited for. */
const PATIENCE_MS = 60_000;
/** What a PING may take beside a strategy that misbehaves, on a machine that does other things too. */
const PING_MS_MAX = 500;

/** A strategy that brings every key it is shown to node 1. */
const MOVER = `
export default () => ({
  name: "mover",
  options: [{ name: "target", kind: "integer", min: 0, max: 9, standard: "1", doc: "Where to." }],
  init(options) { this.target = options.target; },
  place: () => undefined,
  plan(view, budget) {
    const keys = [...view.hot, ...view.cold].filter((key) => key.node !== this.target);
    const byId = new Map(keys.map((key) => [key.id, key]));
    let bytes = 0;
    return [...byId.values()].filter((key) => (bytes += key.bytes) <= budget.bytes)
      .slice(0, budget.keys).map(({ id }) => ({ id, target: this.target }));
  },
  cleanup() {},
});
`;

/** A strategy whose rounds do this. */
function cheat(plan: string): string {
  return `const all = [];
export default () => ({
  name: "cheat", options: [], init() {}, place: () => undefined, plan() { ${plan} }, cleanup() {},
});
`;
}

/** A server, a client, and a folder for strategies' files, which is the server's \`dir\`. */
class Bench implements AsyncDisposable {
  private constructor(
    readonly server: Server,
    readonly client: RespClient,
    readonly folder: string,
  ) {}

  static async open(): Promise<Bench> {
    const folder = await Deno.makeTempDir();
    const server = await startServer({
      topology: "fake:2",
      // One, of node 0: new keys begin there.
      listeners: 1,
      dir: folder,
      "numa-auto-rebalance": "no",
    });
    return new Bench(server, await RespClient.connect(server.port), folder);
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.folder}/${name}`, text);
  }

  async told(line: string): Promise<string> {
    const reply = await this.client.call(...line.split(" "));
    return reply instanceof ReplyError ? reply.message : String(reply);
  }

  async slot(index: number): Promise<Fields> {
    return new Fields(await this.client.call("NUMA", "SLOTS", "STATS", index));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > end) throw new Error(`last seen: ${Deno.inspect(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("slots: the server starts with the no-op and the composite LRU", async () => {
  await using bench = await Bench.open();
  const slots = listOf(await bench.client.call("NUMA", "SLOTS", "LIST")).map((one) =>
    new Fields(one)
  );
  const seats = slots.map((one) => [one.number("slot"), one.get("strategy"), one.get("source")]);
  assertEquals(seats, [[0, "noop", "built-in"], [1, "composite_lru", "built-in"]]);
  assertEquals(await bench.told("NUMA SLOTS LOAD 2 weighted weights 80,120"), "OK");
  assertEquals(await bench.told("NUMA SLOTS SET 2 interval 2000"), "OK");
  await until(async () => (await bench.slot(2)).number("answers"), (count) => count > 0);
  const names = Array.from({ length: 500 }, (_, index) => `key:${index}`);
  await bench.client.pipeline(names.map((name) => ["SET", name, "v"]));
  const infos = await bench.client.pipeline(names.map((name) => ["NUMAMIGRATE", "INFO", name]));
  assertEquals(infos.filter((info) => new Fields(info).number("current_node") === 1).length, 300);
  assertEquals(await bench.told("NUMA SLOTS UNLOAD 2"), "OK");
  assertStringIncludes(await bench.told("NUMA SLOTS STATS 2"), "slot 2 is empty");
  assertStringIncludes(await bench.told("NUMA SLOTS STATS 16"), "from 0 to 15, not '16'");
});

Deno.test("slots: a user's strategy from a file moves keys, takes options and is loaded anew", async () => {
  await using bench = await Bench.open();
  await bench.write("mover.ts", MOVER);
  assertEquals(await bench.told("NUMA SLOTS DISABLE 1"), "OK");
  assertEquals(await bench.told("SET key value"), "OK");
  assertEquals(await bench.told("NUMA SLOTS LOAD 5 mover.ts"), "OK");
  const node = async (): Promise<number> =>
    new Fields(await bench.client.call("NUMAMIGRATE", "INFO", "key")).number("current_node");
  await until(node, (one) => one === 1);
  const slot = await until(() => bench.slot(5), (one) => one.number("moves_done") > 0);
  assertEquals(slot.get("source"), `${bench.folder}/mover.ts`);
  assertEquals(await bench.told("NUMA SLOTS SET 5 target 0"), "OK");
  await until(node, (one) => one === 0);
  assertStringIncludes(
    await bench.told("NUMA SLOTS SET 5 target 10"),
    "want a whole number from 0",
  );
  await bench.write("mover.ts", MOVER.replace('name: "mover"', 'name: "mender"'));
  await until(async () => (await bench.slot(5)).get("strategy"), (name) => name === "mender");
  await bench.write("broken.ts", "export default (");
  assertStringIncludes(await bench.told("NUMA SLOTS LOAD 6 broken.ts"), "it ended: ");
  assertStringIncludes(await bench.told("NUMA SLOTS LOAD 6 absent.ts"), "there is no such file");
});

Deno.test("slots: who sits where outlives a restart by CONFIG REWRITE", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [port, file] = [freePort(), `${folder}/numakv.conf`];
    await Deno.writeTextFile(`${folder}/mover.ts`, MOVER);
    const frame = "bind 127.0.0.1\nlisteners 1\ntopology fake:2\n";
    await Deno.writeTextFile(file, `${frame}dir ${folder}\nnuma-slot 7 mover.ts interval 500\n`);
    const seats = async (client: RespClient): Promise<unknown[]> =>
      listOf(await client.call("NUMA", "SLOTS", "LIST")).map((one) => {
        const slot = new Fields(one);
        const names = ["slot", "strategy", "source", "interval_ms", "enabled", "observe"];
        return names.map((name) => slot.get(name));
      });
    let before: unknown[] = [];
    {
      await using _server = await start([file, "--port", String(port)]);
      using client = await RespClient.connect(port);
      const lines = ["UNLOAD 1", "SET 7 target 0", "SET 7 observe yes", "LOAD 9 weighted"];
      for (const line of [...lines, "DISABLE 9"]) {
        assertEquals(await client.call("NUMA", "SLOTS", ...line.split(" ")), "OK", line);
      }
      assertEquals(await client.call("CONFIG", "REWRITE"), "OK");
      before = await seats(client);
    }
    assertEquals(before, [
      [0, "noop", "built-in", 1000, 1, 0],
      [7, "mover", `${folder}/mover.ts`, 500, 1, 1],
      [9, "weighted", "built-in", 1000, 0, 0],
    ]);
    await using _again = await start([file, "--port", String(port)]);
    using client = await RespClient.connect(port);
    assertEquals(await seats(client), before);
    const options = new Fields(await client.call("NUMA", "SLOTS", "STATS", 7)).get("options");
    assertEquals(options, ["target", "0"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const CHEATS: readonly [title: string, plan: string, why: RegExp][] = [
  ["loops for ever", "for (;;);", /did not answer within/],
  [
    "allocates without bound",
    "for (;;) all.push(new Uint8Array(1 << 24).fill(1));",
    /memory|heap|answer/,
  ],
  [
    "floods moves",
    "return Array.from({ length: 1e5 }, () => ({ id: 0, target: 0 }));",
    /budget is|longer/,
  ],
  ["reads a file", `return [Deno.readTextFileSync("/etc/hostname")];`, /Requires read access/],
  ["names what is absent", "return [{ id: 9e6, target: 9 }];", /the view has no such key/],
];

Deno.test("slots: strategies that misbehave are suspended, each for its own fault, while clients are served", async (test) => {
  await using bench = await Bench.open();
  const seats = CHEATS.map(([title, plan, why], index) => ({ title, plan, why, slot: 3 + index }));
  for (const { slot, plan } of seats) {
    await bench.write(`cheat${slot}.ts`, cheat(plan));
    assertEquals(await bench.told(`NUMA SLOTS LOAD ${slot} cheat${slot}.ts`), "OK");
  }
  let longestMs = 0;
  for (const { title, why, slot } of seats) {
    await test.step(`one that ${title}`, async () => {
      const state = await until(async () => {
        const start = performance.now();
        assertEquals(await bench.told("PING"), "PONG");
        longestMs = Math.max(longestMs, performance.now() - start);
        return await bench.slot(slot);
      }, (one) => one.number("suspended") === 1);
      assert(why.test(String(state.get("last_error"))), String(state.get("last_error")));
      assertEquals([state.number("errors"), state.number("moves_done")], [3, 0]);
      const told = `'cheat' in slot ${slot} is suspended after 3 errors`;
      assertStringIncludes(bench.server.process.log, told);
      assertEquals(await bench.told(`NUMA SLOTS UNLOAD ${slot}`), "OK");
    });
  }
  assert(longestMs < PING_MS_MAX, `a PING took ${longestMs} ms`);
});

Deno.test("slots: no process is left when the server stops", async () => {
  const bench = await Bench.open();
  await bench.write("mover.ts", MOVER);
  assertEquals(await bench.told("NUMA SLOTS LOAD 5 mover.ts"), "OK");
  const children = childrenOf(bench.server.process.pid);
  assertEquals(children.length, 1);
  await bench[Symbol.asyncDispose]();
  assertEquals(children.filter(isAlive), []);
});

/** The ids of a process' children. */
function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean)
      .map(Number)
  );
}

function isAlive(pid: number): boolean {
  try {
    // One that has ended and is not fetched by anybody is a Z.
    return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
