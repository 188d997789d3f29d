/**
 * Strategies in the live server, over sockets: keys come to whoever uses them, placements follow their rules, loads are evened out.
 *
 * Knows directives, commands and fields as words. Invariant: what a test waits for has a limit, and what it saw last is told.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { type Directives, type Server, startServer } from "./support/server.ts";

/** The longest anything is waited for: so many ticks, and as many seconds. */
const TICKS_MAX = 60;

/** A server with an endpoint on each CPU node, and a client on each. */
interface Sides extends AsyncDisposable {
  readonly server: Server;
  readonly clients: readonly RespClient[];
}

async function startSides(directives: Directives = {}): Promise<Sides> {
  const ports = [freePort(), freePort()];
  const endpoints = ports.flatMap((port, node) => [node, `127.0.0.1:${port}`]);
  const all = { topology: "fake:2", listeners: 2, "numa-listen": endpoints, ...directives };
  const server = await startServer(all);
  const clients = await Promise.all(ports.map((port) => RespClient.connect(port)));
  return {
    server,
    clients,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const client of clients) client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Accesses since the last call: the part that was local. */
function localityOf(client: RespClient): () => Promise<number> {
  let [local, remote] = [0, 0];
  return async () => {
    const info = new Fields(await client.call("NUMA", "INFO"));
    const now = [info.number("local_accesses"), info.number("remote_accesses")] as const;
    const [near, far] = [now[0] - local, now[1] - remote];
    [local, remote] = now;
    return near / Math.max(1, near + far);
  };
}

/** What a question answers, asked until `done`, or as often as there are ticks. */
async function askUntil<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 1000 * TICKS_MAX;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() > end) throw new Error(`After ${TICKS_MAX} ticks: ${Deno.inspect(answer)}`);
    await delay(300);
  }
}

function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}:${at}`);
}

/** Writes keys of one size, a thousand at a time. */
async function fill(client: RespClient, keys: readonly string[], bytes: number): Promise<void> {
  const value = "x".repeat(bytes);
  for (let at = 0; at < keys.length; at += 1000) {
    await client.pipeline(keys.slice(at, at + 1000).map((key) => ["SET", key, value]));
  }
}

/** Cells in use on each node, of the size class that has most of them on all. */
async function cellsOf(client: RespClient): Promise<number[]> {
  const nodes = listOf(await client.call("NUMA", "POOL")).map((node) =>
    new Fields(new Fields(node).get("classes"))
  );
  const counts = new Map<string, number[]>();
  for (const [index, classes] of nodes.entries()) {
    for (const name of classes.names) {
      const count = counts.get(name) ?? nodes.map(() => 0);
      count[index] = new Fields(classes.get(name)).number("cells_used");
      counts.set(name, count);
    }
  }
  const all = (count: readonly number[]): number => count.reduce((sum, one) => sum + one, 0);
  return [...counts.values()].reduce((most, one) => all(one) > all(most) ? one : most, []);
}

/** Bytes in use on each node. */
async function usedBytes(client: RespClient): Promise<number[]> {
  return listOf(await client.call("NUMA", "POOL")).map((node) =>
    new Fields(node).number("used_bytes")
  );
}

/** How many of these keys are on each of three nodes. */
async function nodesOf(client: RespClient, keys: readonly string[]): Promise<number[]> {
  const infos = await client.pipeline(keys.map((key) => ["NUMAMIGRATE", "INFO", key]));
  const nodes = infos.map((info) => new Fields(info).number("current_node"));
  return [0, 1, 2].map((node) => nodes.filter((one) => one === node).length);
}

Deno.test("keys used from one side each come to that side within 60 ticks, from a random start", async () => {
  await using sides = await startSides({ "numa-default-strategy": "interleave" });
  const [left, right] = sides.clients as [RespClient, RespClient];
  const keys = namesOf("key", 2000);
  await fill(left, keys, 100);
  const halves = [keys.slice(0, 1000), keys.slice(1000)] as const;
  const rate = localityOf(left);
  const read = async (): Promise<number> => {
    await rate();
    await Promise.all([
      left.pipeline(halves[0].map((key) => ["GET", key])),
      right.pipeline(halves[1].map((key) => ["GET", key])),
    ]);
    return await rate();
  };
  const first = await read();
  assert(first > 0.3 && first < 0.7, `a random start is about half local, not ${first}`);
  await askUntil(read, (now) => now >= 0.95);
});

const INSERTS = 10_000;

/** Directives, who inserts, and what part of the keys each node then has. */
const PLACEMENTS: readonly {
  readonly name: string;
  readonly directives: Directives;
  readonly by: 0 | 1;
  readonly parts: readonly number[];
}[] = [
  { name: "local_first", directives: {}, by: 1, parts: [0, 1] },
  { name: "interleave", directives: {}, by: 0, parts: [0.5, 0.5] },
  { name: "interleaved", directives: {}, by: 1, parts: [0.5, 0.5] },
  { name: "round_robin", directives: {}, by: 0, parts: [0.5, 0.5] },
  {
    name: "weighted",
    directives: { "numa-node-weight": [0, 80, 1, 120] },
    by: 0,
    parts: [0.4, 0.6],
  },
  { name: "pressure_aware", directives: {}, by: 1, parts: [0, 1] },
  { name: "cxl_optimized", directives: { topology: "fake:2+1" }, by: 1, parts: [0, 0.5, 0.5] },
];

for (const { name, directives, by, parts } of PLACEMENTS) {
  Deno.test(`after ${INSERTS} inserts under ${name} NUMA POOL shows the split of its rule`, async () => {
    await using sides = await startSides({
      "numa-default-strategy": name,
      "numa-auto-rebalance": "no",
      ...directives,
    });
    const client = sides.clients[by]!;
    // Large for cxl_optimized, which leaves small ones on fast nodes.
    await fill(client, namesOf("key", INSERTS), 2000);
    const cells = await cellsOf(client);
    // Some segments of the key table are as large as the values.
    const count = cells.reduce((sum, one) => sum + one, 0);
    assert(count >= INSERTS && count <= 1.005 * INSERTS, `${count} cells`);
    for (const [node, part] of parts.entries()) {
      const got = (cells[node] ?? 0) / INSERTS;
      assert(Math.abs(got - part) <= 0.01, `node ${node} has ${got}, not ${part}`);
    }
  });
}

Deno.test("a node above its high water sends its coldest keys to the node without CPUs", async () => {
  await using sides = await startSides({
    topology: "fake:2+1",
    "numa-enabled": "no",
    // Node 1 has room as well, and evenness would fill it.
    "numa-auto-rebalance": "no",
  });
  const [left] = sides.clients as [RespClient, RespClient];
  const [warm, cold] = [namesOf("warm", 1000), namesOf("cold", 1000)];
  await fill(left, warm, 1000);
  await fill(left, cold, 1000);
  const use = (): Promise<unknown> => left.pipeline(warm.map((key) => ["GET", key]));
  for (let times = 0; times < 8; times++) await use();
  // A quarter of the cold keys is too much, and about as much again is above the low water.
  const [used] = await usedBytes(left);
  const limit = Math.round((used! - 250_000) / 0.95);
  await left.call("CONFIG", "SET", "numa-node-maxmemory", `0 ${limit}`);
  await left.call("CONFIG", "SET", "numa-enabled", "yes");
  await askUntil(async () => {
    await use();
    return await nodesOf(left, cold);
  }, ([, , far = 0]) => far >= 250);
  const [near = 0] = await nodesOf(left, warm);
  assert(near >= 950, `${near} of 1000 warm keys are still on node 0`);
});

Deno.test("nodes filled from one side are evened out, unless their clients use what is there", async () => {
  await using sides = await startSides({
    "numa-hotness-sample-keys": 100_000,
    "numa-hotness-sample-usec": 100_000,
  });
  const [left] = sides.clients as [RespClient, RespClient];
  await fill(left, namesOf("key", 5000), 500);
  const balanceOf = async (): Promise<Fields> => new Fields(await left.call("NUMA", "BALANCE"));
  assert((await balanceOf()).number("imbalance_percent") > 150);
  await askUntil(balanceOf, (now) => {
    const moved = new Fields(now.get("rebalance")).number("moves_done");
    return now.number("imbalance_percent") <= 30 && moved >= 2000;
  });
});

Deno.test("NUMA EXPLAIN and BALANCE answer alike in RESP2 and RESP3, and asking is no use", async () => {
  await using sides = await startSides({ "numa-default-strategy": "weighted" });
  const [two, three] = sides.clients as [RespClient, RespClient];
  await three.call("HELLO", 3);
  await two.call("SELECT", 3);
  await three.call("SELECT", 3);
  await two.call("HSET", "h", "f", "v");
  for (let access = 0; access < 5; access++) await three.call("HGET", "h", "f");
  const [flat, mapped] = [
    await two.call("NUMA", "EXPLAIN", "h"),
    await three.call("NUMA", "EXPLAIN", "h"),
  ];
  assert(Array.isArray(flat) && mapped instanceof Map, Deno.inspect([flat, mapped]));
  const [plain, rich] = [new Fields(flat), new Fields(mapped)];
  assertEquals(plain.names, rich.names);
  assertEquals(["db", "type", "accessor", "accesses"].map((name) => rich.get(name)), [
    3,
    "hash",
    1,
    5,
  ]);
  assertEquals(plain.get("accesses"), 5);
  assertEquals(rich.get("placed_by"), "weighted (slot 0)");
  const [, lru] = rich.list("slots").map((slot) => new Fields(slot));
  assertEquals(lru?.get("strategy"), "composite_lru");
  assert(lru?.get("numbers") instanceof Map);
  const numbers = new Fields(lru!.get("numbers"));
  assertEquals([numbers.number("vote"), numbers.number("min_vote")], [rich.number("vote"), 3]);
  await two.call("SELECT", 0);
  assertEquals(await two.call("NUMA", "EXPLAIN", "h"), new ReplyError("ERR no such key"));
  const balance = new Fields(await three.call("NUMA", "BALANCE"));
  assertEquals(new Fields(await two.call("NUMA", "BALANCE")).names, balance.names);
  const nodes = balance.list("nodes").map((node) => new Fields(node));
  assertEquals(nodes.map((node) => node.number("node")), [0, 1]);
  const uses = nodes.map((node) => node.number("local_accesses") + node.number("remote_accesses"));
  // Making a key is no use of it.
  assertEquals(uses, [0, 5]);
});

Deno.test("the server stops in order while strategies' moves are under way", async () => {
  const sides = await startSides({ "enable-debug-command": "yes" });
  const [left, right] = sides.clients as [RespClient, RespClient];
  await left.call("DEBUG", "MOVER", "PAUSE", 3);
  const keys = namesOf("key", 500);
  await fill(left, keys, 1000);
  const standing = async (): Promise<unknown> => {
    await right.pipeline(keys.map((key) => ["GET", key]));
    return await left.call("DEBUG", "MOVER", "STATE");
  };
  await askUntil(standing, (state) => state === 1);
  await left.send("*1\r\n$8\r\nSHUTDOWN\r\n");
  assert(await left.closed());
  const log = sides.server.process.log;
  assert(!/WARNING|panic/i.test(log), log);
  await sides[Symbol.asyncDispose]();
});
