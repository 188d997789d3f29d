/**
 * Hashes and sets as users write them: the examples that ioredis and node-redis document, and a rate limiter.
 *
 * Knows the clients' public interfaces only. Invariant: nothing here would be written otherwise for Redis.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { startServer } from "./support/server.ts";

/** Runs `use` with an ioredis client of a server of its own. */
async function withRedis(use: (redis: Redis) => Promise<void>): Promise<void> {
  await using server = await startServer();
  const redis = new Redis({ port: server.port });
  try {
    await use(redis);
  } finally {
    redis.disconnect();
  }
}

Deno.test("ioredis: a hash from an object, a map or pairs, and back", () =>
  withRedis(async (redis) => {
    const user = { name: "Bob", age: "20", description: "I am a programmer" };
    assertEquals(await redis.hset("user-hash", user), 3);
    assertEquals(await redis.hgetall("user-hash"), user);
    assertEquals(await redis.hincrby("user-hash", "age", 1), 21);
    assertEquals(await redis.hset("pairs", "f", "v", "g", "w"), 2);
    assertEquals(await redis.hmset("map", new Map([["x", 1], ["y", 2]])), "OK");
    assertEquals(await redis.hmget("map", "y", "z", "x"), ["2", null, "1"]);
    assertEquals(await redis.hexists("map", "z"), 0);
    assertEquals(await redis.hdel("map", "x", "y"), 2);
    assertEquals(await redis.exists("map"), 0);
    assertEquals(await redis.hincrbyfloat("pairs", "sum", 0.1), "0.1");
    assertEquals(await redis.hsetnx("pairs", "sum", "1"), 0);
  }));

Deno.test("ioredis: streams over large hashes and sets see every element", () =>
  withRedis(async (redis) => {
    const count = 2000;
    const pipeline = redis.pipeline();
    for (let index = 0; index < count; index++) {
      pipeline.hset("myhash", `id:${index}`, index);
      pipeline.sadd("myset", `member:${index}`);
    }
    await pipeline.exec();
    const fields = new Map<string, string>();
    for await (const found of redis.hscanStream("myhash", { match: "id:1*" })) {
      for (let at = 0; at < found.length; at += 2) fields.set(found[at], found[at + 1]);
    }
    assertEquals(fields.size, 1111);
    assertEquals(fields.get("id:1234"), "1234");
    const members = new Set<string>();
    for await (const found of redis.sscanStream("myset", { count: 100 })) {
      for (const member of found) members.add(member);
    }
    assertEquals(members.size, count);
  }));

Deno.test("ioredis: sets of people and what they share", () =>
  withRedis(async (redis) => {
    assertEquals(await redis.sadd("set", 1, 3, 5, 7), 4);
    assertEquals(await redis.sadd("set", [7, 9]), 1);
    assertEquals(await redis.smembers("set"), ["1", "3", "5", "7", "9"]);
    await redis.sadd("ann", "chess", "go", "tennis");
    await redis.sadd("ben", "go", "tennis", "golf");
    assertEquals((await redis.sinter("ann", "ben")).toSorted(), ["go", "tennis"]);
    assertEquals(await redis.sdiff("ann", "ben"), ["chess"]);
    assertEquals((await redis.sunion("ann", "ben")).length, 4);
    assertEquals(await redis.sinterstore("both", "ann", "ben"), 2);
    assertEquals(await redis.smismember("both", "go", "golf"), [1, 0]);
    assertEquals(await redis.smove("ann", "ben", "chess"), 1);
    assertEquals(await redis.scard("ben"), 4);
    const drawn = await redis.spop("ben", 4);
    assertEquals(drawn.toSorted(), ["chess", "go", "golf", "tennis"]);
    assertEquals(await redis.type("ben"), "none");
  }));

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis: hashes and sets as its guide shows them, RESP${RESP}`, async () => {
    await using server = await startServer();
    const socket = { port: server.port, host: "127.0.0.1" };
    const client = await createClient({ RESP, socket }).connect();
    try {
      const bike = { model: "Deimos", brand: "Ergonom", type: "Enduro bikes", price: "4972" };
      assertEquals(await client.hSet("bike:1", bike), 4);
      assertEquals(await client.hGet("bike:1", "model"), "Deimos");
      assertEquals({ ...await client.hGetAll("bike:1") }, bike);
      assertEquals(await client.hmGet("bike:1", ["model", "none"]), ["Deimos", null]);
      assertEquals(await client.hIncrBy("bike:1", "price", 100), 5072);
      assertEquals(await client.hKeys("bike:1"), ["model", "brand", "type", "price"]);
      assertEquals((await client.hRandFieldCountWithValues("bike:1", -5)).length, 5);
      const fields: string[] = [];
      for await (const entries of client.hScanIterator("bike:1")) {
        fields.push(...entries.map(({ field }) => field));
      }
      assertEquals(fields.length, 4);

      assertEquals(await client.sAdd("bikes:racing:france", ["bike:1", "bike:2", "bike:3"]), 3);
      assertEquals(await client.sAdd("bikes:racing:usa", ["bike:1", "bike:4"]), 2);
      assertEquals(await client.sIsMember("bikes:racing:usa", "bike:1"), 1);
      assertEquals(await client.smIsMember("bikes:racing:usa", ["bike:4", "bike:2"]), [1, 0]);
      const both = ["bikes:racing:france", "bikes:racing:usa"];
      assertEquals(await client.sInter(both), ["bike:1"]);
      assertEquals(await client.sInterCard(both), 1);
      assertEquals((await client.sDiff(both)).toSorted(), ["bike:2", "bike:3"]);
      assertEquals((await client.sMembers("bikes:racing:france")).length, 3);
      assertEquals(await client.sRem("bikes:racing:france", ["bike:1", "bike:9"]), 1);
      assertEquals((await client.sRandMemberCount("bikes:racing:france", 9)).length, 2);
    } finally {
      client.destroy();
    }
  });
}

/** A limiter of requests in fixed windows, a field a window, as it is commonly written over a hash. */
class RateLimiter {
  /** @param limit Requests a window may have */
  constructor(readonly redis: Redis, readonly limit: number, readonly window_s: number) {}

  /** Counts a request of `user` at `now_s` and tells whether it may pass. */
  async take(user: string, now_s: number): Promise<boolean> {
    const key = `limit:${user}`;
    const window = Math.floor(now_s / this.window_s);
    const replies = await this.redis.multi()
      .hincrby(key, `${window}`, 1)
      .hdel(key, `${window - 1}`, `${window - 2}`)
      .expire(key, 2 * this.window_s)
      .sadd("limit:users", user)
      .exec();
    return Number(replies?.[0]?.[1]) <= this.limit;
  }
}

Deno.test("a rate limiter lets as many through as it may, whoever asks at once", () =>
  withRedis(async (redis) => {
    const others = Array.from({ length: 3 }, () => redis.duplicate());
    const limiters = [redis, ...others].map((each) => new RateLimiter(each, 10, 60));
    try {
      for (const now_s of [0, 59, 60, 61, 180]) {
        const asked = limiters.flatMap((limiter) =>
          ["ann", "ben"].flatMap((user) => [1, 2, 3, 4].map(() => limiter.take(user, now_s)))
        );
        const passed = (await Promise.all(asked)).filter(Boolean).length;
        assertEquals(passed, now_s === 59 || now_s === 61 ? 0 : 20, `at second ${now_s}`);
      }
      assertEquals(await redis.hgetall("limit:ann"), { "3": "16" });
      assert(await redis.ttl("limit:ann") > 100);
      assertEquals((await redis.smembers("limit:users")).toSorted(), ["ann", "ben"]);
    } finally {
      others.forEach((each) => each.disconnect());
    }
  }));
