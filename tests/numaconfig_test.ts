/**
 * Placement as an operator sets it: the directives' block in a file, the environment, NUMACONFIG and CONFIG over a socket, budgets, and
 * what each does to where new keys lie.
 *
 * Knows directives, commands and fields as words. Invariant: what is refused is refused in a sentence and changes nothing.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { open } from "../mod.ts";
import { freePort, serverFolder } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { launch, start } from "./support/launcher.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

const BLOCK = `numa-enabled yes
numa-default-strategy interleaved
numa-balance-threshold 30
numa-auto-rebalance no
numa-cxl-optimization disabled
numa-node-weight 0 80
numa-node-weight 1 120
`;

/** What a question is answered, as a text. */
async function told(client: RespClient, line: string): Promise<string> {
  const reply = await client.call(...line.split(" "));
  return reply instanceof ReplyError ? reply.message : String(reply);
}

/** Inserts keys and tells how many of them lie on each node. */
async function split(
  client: RespClient,
  prefix: string,
  count: number,
  value = "value",
): Promise<number[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}:${index}`);
  await client.pipeline(names.map((name) => ["SET", name, value]));
  const infos = await client.pipeline(names.map((name) => ["NUMAMIGRATE", "INFO", name]));
  const nodes = infos.map((info) => new Fields(info).number("current_node"));
  return [0, 1].map((node) => nodes.filter((one) => one === node).length);
}

Deno.test("numaconfig: the block in a file is in force, can be changed, and REWRITE keeps it", async () => {
  const folder = await serverFolder();
  const [port, file] = [freePort(), `${folder}/numakv.conf`];
  await Deno.writeTextFile(file, `# mine\nlisteners 1\nsave ""\ntopology fake:2\n${BLOCK}`);
  await using _server = await start([file, "--port", String(port)], {
    cwd: folder,
    env: { NUMA_ENABLED: "no", NUMA_DEBUG: "1" },
  });
  using client = await RespClient.connect(port);
  assertEquals(await split(client, "even", 1000), [500, 500]);
  assertEquals(await told(client, "CONFIG GET numa_debug"), "numa-debug,yes");
  assertEquals(await told(client, "NUMACONFIG GET weight"), "weight,0 80 1 120");
  assertEquals(await told(client, "NUMACONFIG SET strategy weighted"), "OK");
  assertEquals(await split(client, "weighed", 1000), [400, 600]);
  assertEquals(await told(client, "NUMACONFIG SET weight 0 120"), "OK");
  assertEquals(await split(client, "alike", 1000), [500, 500]);
  assertEquals(await told(client, "NUMACONFIG SET enabled off"), "OK");
  assertEquals(await split(client, "local", 100), [100, 0]);
  assertEquals(await told(client, "NUMACONFIG SET enabled on"), "OK");
  assertEquals(await split(client, "again", 1000), [500, 500]);
  assertEquals(await told(client, "CONFIG REWRITE"), "OK");
  const text = await Deno.readTextFile(file);
  assertStringIncludes(text, "numa-default-strategy weighted\n");
  assertStringIncludes(text, "numa-node-weight 0 120\nnuma-node-weight 1 120\n");
  assertStringIncludes(text, "numa-cxl-optimization disabled\n");
  assertStringIncludes(_server.log, "New keys are placed by weighted");
});

Deno.test("numaconfig: CXL optimisation sends large new keys in part to far memory", async () => {
  await using server = await startServer({ topology: "fake:1+1", "numa-auto-rebalance": "no" });
  using client = await RespClient.connect(server.port);
  const large = "x".repeat(4000);
  const far = async (prefix: string): Promise<number> => {
    const names = Array.from({ length: 100 }, (_, index) => `${prefix}:${index}`);
    await client.pipeline(names.map((name) => ["SET", name, large]));
    const infos = await client.pipeline(names.map((name) => ["NUMAMIGRATE", "INFO", name]));
    return infos.filter((info) => new Fields(info).number("current_node") === 1).length;
  };
  assertEquals(await far("before"), 0);
  assertEquals(await told(client, "NUMACONFIG SET cxl_optimization on"), "OK");
  assertEquals(await far("on"), 50);
  assertEquals(await told(client, "NUMACONFIG SET cxl_optimization off"), "OK");
  assertEquals(await far("off"), 0);
});

Deno.test("numaconfig: a node over its budget sends what is new elsewhere, at start and when it is set", async () => {
  await using server = await startServer({
    topology: "fake:2",
    "numa-auto-rebalance": "no",
    "numa-node-maxmemory": [0, "1mb"],
  });
  using client = await RespClient.connect(server.port);
  const budgets = async (): Promise<number[]> =>
    listOf(await client.call("NUMA", "POOL")).map((one) => new Fields(one).number("budget_bytes"));
  assertEquals(await budgets(), [1 << 20, 0]);
  const value = "x".repeat(900);
  const [near = 0] = await split(client, "fill", 3000, value);
  assert(near > 500 && near < 1200, `${near} keys of 900 bytes in 1 MB`);
  assertEquals(await split(client, "full", 200, value), [0, 200]);
  assertEquals(await told(client, "NUMACONFIG SET maxmemory 0 0"), "OK");
  assertEquals(await split(client, "free", 200, value), [200, 0]);
  assertEquals(await told(client, "NUMACONFIG SET maxmemory 1 50%"), "OK");
  const [none = -1, half = -1] = await budgets();
  const [, second] = listOf(new Fields(await client.call("NUMA", "TOPOLOGY")).get("nodes"));
  const total = new Fields(second ?? null).number("total_bytes");
  assertEquals(none, 0);
  assert(Math.abs(half - total / 2) <= 8192, `${half} of ${total}`);
});

Deno.test("numaconfig: nodes there are not are refused at start and while it runs", async () => {
  const starts: [args: string[], why: string][] = [
    [
      ["--numa-node-weight", "7", "80"],
      "Cannot honour 'numa-node-weight 7': there is no such node; nodes are 0, 1",
    ],
    [["--numa-node-maxmemory", "7", "1gb"], "there is no node '7', only 0, 1"],
    [
      ["--numa-default-node", "7"],
      "'numa-default-node' cannot be '7': there is no node '7', only 0, 1",
    ],
  ];
  for (const [args, why] of starts) {
    const port = String(freePort());
    const run = await launch(["--topology", "fake:2", "--listeners", "1", "--port", port, ...args]);
    assertEquals(run.code, 1);
    assertStringIncludes(run.stderr, why);
  }
  await using server = await startServer({ topology: "fake:2" });
  using client = await RespClient.connect(server.port);
  const lines: [line: string, why: string][] = [
    [
      "NUMACONFIG SET weight 7 80",
      "ERR NUMACONFIG SET failed for 'weight' - Cannot honour 'numa-node-weight 7'",
    ],
    ["NUMACONFIG SET maxmemory 7 1gb", "there is no node '7', only 0, 1"],
    ["NUMACONFIG SET default_node 7", "there is no node '7', only 0, 1"],
    ["NUMACONFIG SET weight 0 0", "argument must be between 1 and 255 inclusive"],
    ["NUMACONFIG SET weight 0 300", "argument must be between 1 and 255 inclusive"],
    ["NUMACONFIG SET nothing 1", "unknown parameter 'nothing'; there are "],
    ["NUMACONFIG NOTHING", "unknown subcommand"],
  ];
  for (const [line, why] of lines) assertStringIncludes(await told(client, line), why);
  assertEquals(await told(client, "NUMACONFIG GET weight"), "weight,0 100 1 100");
  assertEquals(await told(client, "NUMACONFIG GET maxmemory"), "maxmemory,0 0 1 0");
});

Deno.test("numaconfig: STATS, REBALANCE and HELP answer over a socket", async () => {
  await using server = await startServer({ topology: "fake:2", "numa-auto-rebalance": "no" });
  using client = await RespClient.connect(server.port);
  const fill = Array.from(
    { length: 2000 },
    (_, index) => ["SET", `fill:${index}`, "x".repeat(900)],
  );
  await client.pipeline(fill);
  const stats = new Fields(await client.call("NUMACONFIG", "STATS"));
  assertEquals([stats.get("strategy"), stats.number("balance_threshold")], ["local_first", 30]);
  const moved = new Fields(await client.call("NUMACONFIG", "REBALANCE"));
  assert(moved.number("imbalance_percent") > 100, String(moved.get("imbalance_percent")));
  // How many are found depends on the time it may look for them.
  assert(moved.number("keys") > 0, String(moved.get("keys")));
  assertStringIncludes(await told(client, "NUMACONFIG HELP"), "REBALANCE");
});

Deno.test("numaconfig: an embedded store without a node places on the default one", () => {
  using store = open({ topology: "fake:2", "numa-default-node": 1 });
  store.command(["SET", "key", "value"]);
  const info = store.command(["NUMAMIGRATE", "INFO", "key"]);
  assertStringIncludes(JSON.stringify(info), `"current_node",1`);
});
