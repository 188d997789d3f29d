/**
 * NUMA and NUMAMIGRATE over sockets, on made-up topologies, with an endpoint for each node.
 *
 * Knows the commands' fields as words. Invariant: what a move takes from one node it gives to the other.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { infoOf } from "./support/info.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

const NO_NODE = new ReplyError("ERR node 9 does not exist; NUMA TOPOLOGY lists those there are");

async function keyInfo(client: RespClient, key: string): Promise<Fields> {
  return new Fields(await client.call("NUMAMIGRATE", "INFO", key));
}

async function usedBytes(client: RespClient, node: number): Promise<number> {
  const [pool = null] = listOf(await client.call("NUMA", "POOL", node));
  return new Fields(pool).number("used_bytes");
}

Deno.test("NUMA TOPOLOGY and INFO tell of every node", async () => {
  await using server = await startServer({ topology: "fake:2+1" });
  using client = await RespClient.connect(server.port);
  await client.call("HELLO", 3);
  const topology = new Fields(await client.call("NUMA", "TOPOLOGY"));
  assertEquals(topology.get("origin"), "fake:2+1");
  const nodes = topology.list("nodes").map((node) => new Fields(node));
  assertEquals(nodes.map((node) => node.get("id")), [0, 1, 2]);
  assertEquals(nodes.map((node) => node.get("memory_only")), [false, false, true]);
  assertEquals(nodes.map((node) => node.get("tier")), [0, 0, 1]);
  nodes.forEach((node, index) => assertEquals(node.list("distances")[index], 10));
  const info = new Fields(await client.call("NUMA", "INFO"));
  assertEquals([info.get("nodes"), info.get("memory_only_nodes")], [3, 1]);
  assertEquals((await infoOf(client, "numa")).field("numa_topology"), "fake:2+1");
  for (const container of ["NUMA", "NUMAMIGRATE"]) {
    const help = listOf(await client.call(container, "HELP")).join("\n");
    for (const word of container === "NUMA" ? ["POOL", "TOPOLOGY"] : ["STATS", "RESET", "KEY"]) {
      assert(help.includes(word), `${container} HELP names ${word}`);
    }
  }
});

for (const topology of ["fake:2", "fake:2+1"]) {
  for (const bytes of [8, 300, 5000, 300_000]) {
    Deno.test(`a key of ${bytes} bytes moves between the nodes of ${topology}`, async () => {
      await using server = await startServer({ topology });
      using client = await RespClient.connect(server.port);
      const value = "v".repeat(bytes);
      await client.call("SET", "k", value);
      const before = await keyInfo(client, "k");
      const source = before.number("current_node");
      const target = topology === "fake:2" ? 1 - source : 2;
      const footprint = before.number("memory_footprint");
      assert(footprint >= bytes);
      const used = [await usedBytes(client, source), await usedBytes(client, target)];
      assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", target), "OK");
      assertEquals([await usedBytes(client, source), await usedBytes(client, target)], [
        (used[0] ?? 0) - footprint,
        (used[1] ?? 0) + footprint,
      ]);
      assertEquals((await keyInfo(client, "k")).get("current_node"), target);
      assertEquals(await client.call("GET", "k"), value);
      const stats = new Fields(await client.call("NUMAMIGRATE", "STATS"));
      assertEquals([stats.get("successful_migrations"), stats.get("failed_migrations")], [1, 0]);
      assertEquals(stats.get("total_bytes_migrated"), footprint);
      assertEquals(await client.call("NUMA", "MIGRATE", "k", source), "OK");
      assertEquals((await keyInfo(client, "k")).get("current_node"), source);
      assertEquals(await client.call("NUMAMIGRATE", "RESET"), "OK");
      const reset = new Fields(await client.call("NUMAMIGRATE", "STATS"));
      assertEquals(reset.names.map((name) => reset.number(name)), reset.names.map(() => 0));
    });
  }
}

Deno.test("accessor_node follows the endpoint that uses a key, and hotness rises", async () => {
  const ports = [freePort(), freePort()] as const;
  await using _server = await startServer({
    topology: "fake:2",
    listeners: 2,
    "numa-listen": [0, `127.0.0.1:${ports[0]}`, 1, `127.0.0.1:${ports[1]}`],
  });
  using near = await RespClient.connect(ports[0]);
  using far = await RespClient.connect(ports[1]);
  await near.call("SET", "k", "v");
  for (const [client, node] of [[far, 1], [near, 0]] as const) {
    await client.pipeline(Array.from({ length: 100 }, () => ["GET", "k"]));
    assertEquals((await keyInfo(near, "k")).get("accessor_node"), node);
  }
  const used = await keyInfo(far, "k");
  assert(used.number("hotness_level") > 0 && used.number("access_count") > 0);
  await near.call("SET", "cold", "v");
  assertEquals((await keyInfo(near, "cold")).get("hotness_level"), 0);
});

Deno.test("nodes and keys that do not exist are told apart", async () => {
  await using server = await startServer({ topology: "fake:2" });
  using client = await RespClient.connect(server.port);
  await client.call("SET", "k", "v");
  assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", 9), NO_NODE);
  assertEquals(await client.call("NUMA", "POOL", 9), NO_NODE);
  const noNumber = new ReplyError("ERR value is not an integer or out of range");
  assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", "one"), noNumber);
  const noKey = new ReplyError("ERR no such key");
  assertEquals(await client.call("NUMAMIGRATE", "KEY", "none", 1), noKey);
  assertEquals(await client.call("NUMAMIGRATE", "INFO", "none"), noKey);
  const unknown = new ReplyError("ERR unknown subcommand 'FOO'. Try NUMA HELP.");
  assertEquals(await client.call("NUMA", "FOO"), unknown);
  assertEquals((await keyInfo(client, "k")).get("current_node"), 0);
});

Deno.test("NUMA COMPACT moves keys together and gives memory back while others are served", async () => {
  await using server = await startServer({ topology: "fake:2", listeners: "2" });
  using client = await RespClient.connect(server.port);
  using other = await RespClient.connect(server.port);
  const keys = Array.from({ length: 40_000 }, (_, index) => `key:${index}`);
  const value = (key: string): string => key.repeat(1 + key.length % 30);
  await client.pipeline(keys.map((key) => ["SET", key, value(key)]));
  await client.pipeline(keys.filter((_, index) => index % 4 !== 0).map((key) => ["DEL", key]));
  const compacted = client.call("NUMA", "COMPACT");
  assertEquals(await other.call("GET", "key:0"), value("key:0"));
  const told = new Fields(await compacted);
  assert(told.number("moved_keys") > 0 && told.number("released_bytes") > 0);
  const kept = keys.filter((_, index) => index % 4 === 0);
  assertEquals(await client.pipeline(kept.map((key) => ["GET", key])), kept.map(value));
  const info = await infoOf(other, "stats");
  assertEquals(info.number("active_defrag_key_hits"), told.number("moved_keys"));
  assertEquals(info.number("compactions"), 2);
  assertEquals(await client.call("MEMORY", "PURGE"), "OK");
  assertEquals(await client.call("NUMA", "COMPACT", "9"), NO_NODE);
});

Deno.test("NUMA COMPACT has to wait, so it is refused inside a transaction, as SHUTDOWN is", async () => {
  await using server = await startServer({ topology: "fake:2" });
  using client = await RespClient.connect(server.port);
  assertEquals(await client.call("MULTI"), "OK");
  const refused = new ReplyError("ERR Command not allowed inside a transaction");
  assertEquals(await client.call("NUMA", "COMPACT"), refused);
  const aborted = new ReplyError("EXECABORT Transaction discarded because of previous errors.");
  assertEquals(await client.call("EXEC"), aborted);
});

Deno.test("CONFIG SET activedefrag has what lies thinly moved together", async () => {
  await using server = await startServer({ topology: "fake:1" });
  using client = await RespClient.connect(server.port);
  const keys = Array.from({ length: 40_000 }, (_, index) => `key:${index}`);
  await client.pipeline(keys.map((key) => ["SET", key, key.repeat(10)]));
  await client.pipeline(keys.filter((_, index) => index % 4 !== 0).map((key) => ["DEL", key]));
  for (const [name, set] of [["active-defrag-ignore-bytes", "1mb"], ["activedefrag", "yes"]]) {
    assertEquals(await client.call("CONFIG", "SET", name ?? "", set ?? ""), "OK");
  }
  const until = Date.now() + 30_000;
  while ((await infoOf(client, "stats")).number("compactions") === 0) {
    assert(Date.now() < until, "no compaction began");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const info = await infoOf(client, "memory", "stats");
  assert(info.number("active_defrag_hits") > 0);
  assert(info.number("allocator_frag_ratio") < 1.5, info.field("allocator_frag_ratio"));
});
