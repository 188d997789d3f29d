/**
 * Hotness and page truth over sockets: NUMA HOTKEYS, CANDIDATES, HEATMAP and VERIFY on made-up nodes with an endpoint each.
 *
 * Knows the commands' fields as words. Invariant: asking is no use of a key.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { open } from "../mod.ts";
import { freePort } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { type Directives, type Server, startServer } from "./support/server.ts";

/** More than the time between two rounds of sampling. */
const ROUND_MS = 1200;
/** The longest a round may be waited for. */
const PATIENCE_MS = 20_000;

/** A server on two nodes, and a client on each. */
interface Pair extends AsyncDisposable {
  readonly server: Server;
  readonly clients: readonly [RespClient, RespClient];
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Strategies rest: they would move what is looked for. */
async function startPair(directives: Directives = {}): Promise<Pair> {
  const ports = [freePort(), freePort()] as const;
  const endpoints = [0, `127.0.0.1:${ports[0]}`, 1, `127.0.0.1:${ports[1]}`];
  const all = {
    topology: "fake:2",
    listeners: 2,
    "numa-listen": endpoints,
    "numa-enabled": "no",
    ...directives,
  };
  const server = await startServer(all);
  const clients = [await RespClient.connect(ports[0]), await RespClient.connect(ports[1])] as const;
  return {
    server,
    clients,
    async [Symbol.asyncDispose](): Promise<void> {
      clients.forEach((client) => client[Symbol.dispose]());
      await server[Symbol.asyncDispose]();
    },
  };
}

async function use(client: RespClient, key: string, times: number): Promise<void> {
  await client.pipeline(Array.from({ length: times }, () => ["GET", key]));
}

async function ask(client: RespClient, line: string): Promise<Fields[]> {
  return listOf(await client.call(...line.split(" "))).map((one) => new Fields(one));
}

/** Asks until `done`, as ranks are made anew each second. */
async function askUntil(
  client: RespClient,
  line: string,
  done: (keys: Fields[]) => boolean,
): Promise<Fields[]> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const keys = await ask(client, line);
    if (done(keys)) return keys;
    if (Date.now() > end) {
      throw new Error(`${line}: ${Deno.inspect(keys.map((key) => key.get("key")))}`);
    }
    await delay(100);
  }
}

function keysOf(keys: readonly Fields[]): unknown[] {
  return keys.map((key) => key.get("key"));
}

Deno.test("a key used from the other node becomes a candidate, a near one does not", async () => {
  await using pair = await startPair({ "numa-hotness-decay-seconds": 600 });
  const [near, far] = pair.clients;
  for (const key of ["local", "remote", "cold"]) await near.call("SET", key, "v");
  await use(near, "local", 100);
  await use(far, "remote", 100);
  await use(far, "cold", 3);
  const found = await askUntil(near, "NUMA CANDIDATES", (keys) => keys.length > 0);
  assertEquals(keysOf(found), ["remote"]);
  const [remote] = found;
  assertEquals(["node", "accessor", "db", "candidate"].map((name) => remote?.get(name)), [
    0,
    1,
    0,
    1,
  ]);
  assert((remote?.number("level") ?? 0) >= 5 && remote?.number("accesses") === 100);
  const all = await askUntil(near, "NUMA HOTKEYS 0", (keys) => keys.length === 3);
  assertEquals(new Set(keysOf(all)), new Set(["local", "remote", "cold"]));
  assertEquals(all.map((key) => key.get("candidate")).filter((flag) => flag === 1).length, 1);
  assertEquals(await ask(near, "NUMA HOTKEYS 1"), []);
  assertEquals((await ask(near, "NUMA HOTKEYS ALL 1")).length, 1);
  assertEquals(await near.call("NUMAMIGRATE", "KEY", "remote", 1), "OK");
  assertEquals(await ask(near, "NUMA CANDIDATES"), []);
  assertEquals(keysOf(await ask(near, "NUMA HOTKEYS 1")), ["remote"]);
  assertEquals((await ask(near, "NUMA HOTKEYS 1"))[0]?.number("accesses"), 100);
});

Deno.test("deleted, renamed and expired keys fall out of the lists at once", async () => {
  await using pair = await startPair({ "numa-hotness-decay-seconds": 600 });
  const [near, far] = pair.clients;
  for (const key of ["deleted", "renamed", "expires", "stays"]) {
    await near.call("SET", key, "v");
    await use(far, key, 64);
  }
  await askUntil(near, "NUMA CANDIDATES", (keys) => keys.length === 4);
  await near.call("DEL", "deleted");
  await near.call("RENAME", "renamed", "other");
  await near.call("PEXPIRE", "expires", 1);
  await delay(20);
  assertEquals(keysOf(await ask(near, "NUMA HOTKEYS")), ["stays"]);
  assertEquals(keysOf(await ask(near, "NUMA CANDIDATES")), ["stays"]);
  await near.call("FLUSHALL");
  assertEquals(await ask(near, "NUMA HOTKEYS"), []);
});

Deno.test("a key that is hot cools, idle or touched now and then", async () => {
  await using pair = await startPair({ "numa-hotness-decay-seconds": 1 });
  const [near] = pair.clients;
  for (const key of ["idle", "touched"]) {
    await near.call("SET", key, "v");
    await use(near, key, 128);
  }
  const level = async (key: string): Promise<number> =>
    new Fields(await near.call("NUMAMIGRATE", "INFO", key)).number("hotness_level");
  assert(await level("idle") >= 6 && await level("touched") >= 6);
  for (let touch = 0; touch < 8; touch++) {
    await delay(500);
    await near.call("GET", "touched");
  }
  assert(await level("idle") <= 4 && await level("touched") <= 5);
});

Deno.test("the heatmap counts keys and bytes of each node, and sampling is no use", async () => {
  await using pair = await startPair({ "numa-hotness-sample-usec": 100_000 });
  const [near, far] = pair.clients;
  await near.pipeline(Array.from({ length: 300 }, (_, at) => ["SET", `near:${at}`, "v"]));
  await far.pipeline(Array.from({ length: 100 }, (_, at) => ["SET", `far:${at}`, "v"]));
  await near.call("SELECT", 5);
  await near.pipeline(Array.from({ length: 50 }, (_, at) => ["SET", `other:${at}`, "v"]));
  await delay(2 * ROUND_MS);
  const heat = new Fields(await near.call("NUMA", "HEATMAP"));
  assertEquals(heat.number("keys"), 450);
  assert(heat.number("sampled") >= 450 && heat.number("age_ms") < PATIENCE_MS);
  const nodes = heat.list("nodes").map((node) => new Fields(node));
  assertEquals(nodes.map((node) => node.get("node")), [0, 1]);
  const cold = nodes.map((node) => new Fields(node.list("levels")[0] ?? null));
  assertEquals(cold.map((cell) => cell.number("keys")), [350, 100]);
  assert(cold.every((cell) => cell.number("bytes") >= 24 * cell.number("keys")));
  const hits = new Fields(await near.call("NUMAMIGRATE", "INFO", "other:7"));
  assertEquals([hits.number("access_count"), hits.number("hotness_level")], [0, 0]);
});

Deno.test("threshold and batch size are directives that CONFIG SET changes", async () => {
  await using pair = await startPair({
    "numa-hotness-decay-seconds": 600,
    "numa-hotness-batch-size": 2,
  });
  const [near, far] = pair.clients;
  for (let key = 0; key < 5; key++) {
    await near.call("SET", `k${key}`, "v");
    await use(far, `k${key}`, 5);
  }
  await askUntil(near, "NUMA HOTKEYS", (keys) => keys.length === 5);
  assertEquals(await ask(near, "NUMA CANDIDATES"), []);
  await near.call("CONFIG", "SET", "numa-hotness-threshold", 2);
  assertEquals((await ask(near, "NUMA CANDIDATES")).length, 2);
  await near.call("CONFIG", "SET", "numa-hotness-batch-size", 4);
  assertEquals((await ask(near, "NUMA CANDIDATES")).length, 4);
  const refused = await near.call("CONFIG", "SET", "numa-hotness-threshold", 8);
  assert(refused instanceof ReplyError && refused.message.includes("between 0 and 7"));
});

Deno.test("OBJECT FREQ and IDLETIME are told under the policy that keeps them", async () => {
  await using pair = await startPair({ "maxmemory-policy": "allkeys-lfu" });
  const [near] = pair.clients;
  await near.call("SET", "k", "v");
  assertEquals(await near.call("OBJECT", "FREQ", "k"), 5);
  await use(near, "k", 2000);
  const frequency = Number(await near.call("OBJECT", "FREQ", "k"));
  assert(frequency > 10 && frequency < 60, `Redis has about 24 after 2000 uses, not ${frequency}`);
  assert(await near.call("OBJECT", "IDLETIME", "k") instanceof ReplyError);
  await near.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  assert(await near.call("OBJECT", "FREQ", "k") instanceof ReplyError);
  await delay(2100);
  const idle = Number(await near.call("OBJECT", "IDLETIME", "k"));
  assert(idle >= 1 && idle <= 4, `${idle}`);
  await near.call("GET", "k");
  assertEquals(await near.call("OBJECT", "IDLETIME", "k"), 0);
});

Deno.test("an embedded store's accesses vote when it has a node, and heat keys without one", () => {
  const tell = (node?: number): Fields => {
    using store = open({ topology: "fake:2" }, node === undefined ? {} : { node });
    store.command(["SET", "k", "v"]);
    for (let access = 0; access < 20; access++) store.command(["GET", "k"]);
    const info = store.command(["NUMAMIGRATE", "INFO", "k"]);
    if (!Array.isArray(info)) throw new TypeError(`Cannot read ${Deno.inspect(info)}`);
    return new Fields(info.map((word) => typeof word === "number" ? word : String(word)));
  };
  const one = tell(1);
  assertEquals([one.get("accessor_node"), one.get("current_node")], [1, 1]);
  const none = tell();
  assertEquals([none.get("accessor_node"), none.get("access_count")], [-1, 20]);
});

Deno.test("NUMA VERIFY asks the kernel, and says that made-up nodes have no place", async () => {
  await using pair = await startPair();
  const [near, far] = pair.clients;
  await near.call("SET", "k", "v".repeat(100_000));
  const pages = new Fields(await near.call("NUMA", "VERIFY", "k"));
  assertEquals([pages.get("scope"), pages.get("strays")], ["key", null]);
  assert(pages.number("asked") >= 25 && pages.number("resident") === pages.number("asked"));
  assert(String(pages.get("verdict")).includes("fake:2 are virtual"));
  const [whole] = await Promise.all([near.call("NUMA", "VERIFY", "FIX"), far.call("PING")]);
  const pool = new Fields(whole);
  assertEquals([pool.get("scope"), pool.number("moved")], ["pool", 0]);
  assertEquals(pool.number("asked"), pool.number("resident") + pool.number("absent"));
  const info = new Fields(await near.call("NUMA", "INFO"));
  assertEquals(info.get("last_verify_pages"), pool.get("asked"));
  const noKey = new ReplyError("ERR no such key");
  assertEquals(await near.call("NUMA", "VERIFY", "none"), noKey);
});
