/**
 * Lists over sockets: as users of ioredis and node-redis write them, and while they move between nodes.
 *
 * Knows the clients' public interfaces only. Invariant: every element pushed is popped once.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { startServer } from "./support/server.ts";

Deno.test("a job queue: workers take each job once, and a lost worker's job is done by another", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  const connect = (): Redis => new Redis({ port: server.port });
  const producer = connect();
  const workers = [connect(), connect(), connect()];
  const done: string[] = [];
  /** Takes jobs until there are none; gives up on every seventh the first time, as if it had died there. */
  const work = async (redis: Redis, name: string): Promise<void> => {
    for (let taken = 1;; taken++) {
      const job = await redis.lmove("jobs", `working:${name}`, "RIGHT", "LEFT");
      if (job === null) return;
      if (taken % 7 === 0) continue;
      done.push(job);
      assertEquals(await redis.lrem(`working:${name}`, 1, job), 1);
    }
  };
  try {
    const jobs = Array.from({ length: 500 }, (_, id) => JSON.stringify({ id, to: "someone" }));
    await Promise.all(jobs.map((job) => producer.lpush("jobs", job)));
    await Promise.all(workers.map((redis, index) => work(redis, String(index))));
    // A supervisor puts back what the lost ones had taken, and works through it alone.
    for (const index of workers.keys()) {
      while (await producer.rpoplpush(`working:${index}`, "jobs") !== null);
    }
    for (let job = await producer.rpop("jobs"); job !== null; job = await producer.rpop("jobs")) {
      done.push(job);
    }
    assertEquals(done.toSorted(), jobs.toSorted());
    assertEquals(await producer.dbsize(), 0);
  } finally {
    for (const redis of [producer, ...workers]) redis.disconnect();
  }
});

Deno.test("node-redis: a queue, a stack, a capped log, in both protocols", async () => {
  await using server = await startServer();
  for (const RESP of [2, 3] as const) {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP });
    await client.connect();
    try {
      assertEquals(await client.lPush("bikes", "bike:1"), 1);
      assertEquals(await client.lPush("bikes", ["bike:2", "bike:3"]), 3);
      assertEquals(await client.lRange("bikes", 0, -1), ["bike:3", "bike:2", "bike:1"]);
      assertEquals(await client.rPop("bikes"), "bike:1");
      assertEquals(await client.lPop("bikes"), "bike:3");
      assertEquals(await client.lMove("bikes", "repaired", "LEFT", "LEFT"), "bike:2");
      assertEquals(await client.lPopCount("bikes", 2), null);
      assertEquals(await client.lLen("repaired"), 1);
      for (let line = 0; line < 300; line++) {
        await client.multi().lPush("log", `line ${line}`).lTrim("log", 0, 99).exec();
      }
      assertEquals(await client.lLen("log"), 100);
      assertEquals(await client.lIndex("log", -1), "line 200");
      assertEquals(await client.lPos("log", "line 290"), 9);
      assertEquals(await client.lInsert("log", "BEFORE", "line 299", "newest"), 101);
      assertEquals(await client.lmPop(["none", "log"], "LEFT", { COUNT: 2 }), [
        "log",
        ["newest", "line 299"],
      ]);
      await client.flushAll();
    } finally {
      client.destroy();
    }
  }
});

Deno.test("a long list moves between nodes while clients use both of its ends", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  const [pusher, popper, mover] = [1, 2, 3].map(() => new Redis({ port: server.port }));
  if (!pusher || !popper || !mover) throw new Error("three clients");
  try {
    const all = Array.from({ length: 6000 }, (_, id) => `element ${id}`);
    await pusher.rpush("l", ...all.slice(0, 3000));
    const popped: string[] = [];
    const push = async (): Promise<void> => {
      for (const element of all.slice(3000)) await pusher.rpush("l", element);
    };
    const pop = async (): Promise<void> => {
      while (popped.length < 3000) popped.push(await popper.lpop("l") ?? "none");
    };
    const move = async (): Promise<void> => {
      for (let round = 1; popped.length < 3000; round++) {
        assertMatch(String(await mover.call("NUMA", "MIGRATE", "l", round % 2)), /OK|0|1/);
      }
    };
    await Promise.all([push(), pop(), move()]);
    assertEquals([...popped, ...await popper.lrange("l", 0, -1)], all);
  } finally {
    for (const redis of [pusher, popper, mover]) redis.disconnect();
  }
});

Deno.test("list-max-listpack-size and list-compress-depth hold for lists created afterwards", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const redis = new Redis({ port: server.port });
  try {
    const nodes = async (key: string): Promise<string> => {
      await redis.rpush(key, ...Array.from({ length: 100 }, (_, id) => `some words ${id}`));
      const told = String(await redis.debug("OBJECT", key));
      return /ql_nodes:\d+/.exec(told)?.[0] + " " + /ql_compressed:\d/.exec(told)?.[0];
    };
    assertEquals(await nodes("usual"), "ql_nodes:1 ql_compressed:0");
    await redis.config("SET", "list-max-ziplist-size", "10");
    await redis.config("SET", "list-compress-depth", "1");
    assertEquals(await nodes("small"), "ql_nodes:10 ql_compressed:1");
    assertEquals(await nodes("usual"), "ql_nodes:1 ql_compressed:0");
    assertEquals(await redis.lindex("small", 55), "some words 55");
  } finally {
    redis.disconnect();
  }
});
