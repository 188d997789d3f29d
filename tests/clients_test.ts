/**
 * Real clients, unmodified: ioredis, node-redis, redis-cli and redis-benchmark.
 *
 * Knows their public interfaces only. Invariant: no client is told that it talks to anything but Redis.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { encodeCommand } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

/** Runs a program to its end; its output, or an error with it. */
async function run(program: string, args: readonly string[], input?: Uint8Array): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== undefined) await writer.write(input);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

Deno.test("ioredis reads, writes, scans and reconnects", async () => {
  await using server = await startServer();
  const redis = new Redis({ port: server.port, connectionName: "io", lazyConnect: true });
  try {
    await redis.connect();
    assertEquals(await redis.set("k", "v", "EX", 100), "OK");
    assertEquals(await redis.get("k"), "v");
    assertEquals(await redis.ttl("k"), 100);
    assertEquals(await redis.mset({ a: "1", b: "2" }), "OK");
    assertEquals(await redis.mget("a", "b", "none"), ["1", "2", null]);
    assertEquals(await redis.pipeline().incr("a").incrby("a", 5).get("a").exec(), [
      [null, 2],
      [null, 7],
      [null, "7"],
    ]);
    await assertRejects(() => redis.incr("k"), Error, "ERR value is not an integer");
    assertEquals(await redis.client("GETNAME"), "io");
    const found: string[] = [];
    for await (const keys of redis.scanStream({ match: "[ab]" })) found.push(...keys);
    assertEquals([...new Set(found)].toSorted(), ["a", "b"]);
    const ready = new Promise((resolve) => redis.once("ready", resolve));
    const id = await redis.client("ID");
    await redis.call("CLIENT", "KILL", "ID", id, "SKIPME", "no").catch(() => 1);
    await ready;
    assertEquals(await redis.get("k"), "v");
  } finally {
    redis.disconnect();
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis speaks RESP${RESP}`, async () => {
    await using server = await startServer();
    const socket = { port: server.port, host: "127.0.0.1" };
    const client = await createClient({ RESP, socket, name: "node" }).connect();
    try {
      assertEquals(await client.set("k", "v"), "OK");
      assertEquals(await client.get("k"), "v");
      assertEquals(await client.get("none"), null);
      assertEquals(await client.expire("k", 50), 1);
      assertEquals(await client.mSet({ a: "1", b: "2" }), "OK");
      assertEquals(await Promise.all([client.incr("a"), client.incr("a")]), [2, 3]);
      assertEquals(await client.clientGetName(), "node");
      assertStringIncludes(await client.info("server"), "redis_version:7.0.15");
      await assertRejects(() => client.incr("k"), Error, "ERR value is not an integer");
      const found: string[] = [];
      for await (const keys of client.scanIterator()) found.push(...keys);
      assertEquals(found.toSorted(), ["a", "b", "k"]);
    } finally {
      client.destroy();
    }
  });
}

Deno.test("redis-cli answers single commands, scans, and inserts in bulk", async () => {
  await using server = await startServer();
  const cli = (...args: string[]): Promise<string> =>
    run("redis-cli", ["-p", `${server.port}`, ...args]);
  assertEquals(await cli("set", "k", "v"), "OK\n");
  assertEquals(await cli("-3", "get", "k"), "v\n");
  assertEquals(await cli("--scan"), "k\n");
  assertStringIncludes(await cli("info"), "redis_version:7.0.15");
  assertStringIncludes(await cli("--bigkeys"), "1 strings with 1 bytes");
  const count = 20_000;
  const insert = Array.from(
    { length: count },
    (_, index) => encodeCommand(["SET", `p${index}`, index]),
  );
  const bulk = new Uint8Array(await new Blob(insert as BlobPart[]).arrayBuffer());
  const piped = await run("redis-cli", ["-p", `${server.port}`, "--pipe"], bulk);
  assertStringIncludes(piped, `errors: 0, replies: ${count}`);
  assertEquals(await cli("dbsize"), `${count + 1}\n`);
});

Deno.test("redis-benchmark runs its tests of strings", async () => {
  await using server = await startServer();
  const tests = "ping_inline,ping_mbulk,set,get,incr,mset";
  for (const pipeline of ["1", "16"]) {
    const out = await run("redis-benchmark", [
      ...["-p", `${server.port}`, "-t", tests, "-n", "2000", "-q", "-P", pipeline],
    ]);
    const rates = [...out.matchAll(/: ([\d.]+) requests per second/g)].map((match) =>
      Number(match[1])
    );
    assertEquals(rates.length, 6, out);
    assert(rates.every((rate) => rate > 0), out);
  }
});
