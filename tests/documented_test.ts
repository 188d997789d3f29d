/**
 * What ioredis and node-redis document for each type and is not shown elsewhere: lists, sorted sets, bitmaps, HyperLogLog,
 * places, sorting, transactions; and a job queue whose workers wait for jobs.
 *
 * Knows the clients' public interfaces only. Invariant: nothing here would be written otherwise for Redis.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { startServer } from "./support/server.ts";

/** Runs `use` with an ioredis client of a server of its own. */
async function withRedis(use: (redis: Redis, port: number) => Promise<void>): Promise<void> {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  const redis = new Redis({ port: server.port });
  try {
    await use(redis, server.port);
  } finally {
    redis.disconnect();
  }
}

/** A node-redis client that has connected. */
const connectNode = (port: number, RESP: 2 | 3) =>
  createClient({ RESP, socket: { port, host: "127.0.0.1" } }).connect();

Deno.test("a job queue: workers wait, take the urgent first, and stop when told to", () =>
  withRedis(async (producer, port) => {
    const workers = Array.from({ length: 3 }, () => new Redis({ port }));
    const done: string[] = [];
    const work = async (redis: Redis): Promise<number> => {
      for (let taken = 0;; taken++) {
        const popped = await redis.blpop("jobs:urgent", "jobs:normal", "jobs:stop", 0);
        if (popped?.[0] === "jobs:stop") return taken;
        done.push(popped?.[1] ?? "");
      }
    };
    try {
      await producer.rpush("jobs:normal", "n0");
      await producer.rpush("jobs:urgent", "u0");
      assertEquals(await workers[0]?.blpop("jobs:urgent", "jobs:normal", 0), ["jobs:urgent", "u0"]);
      const working = workers.map(work);
      const jobs = Array.from({ length: 200 }, (_, id) => `job:${id}`);
      await Promise.all(
        jobs.map((job, id) => producer.rpush(id % 10 === 0 ? "jobs:urgent" : "jobs:normal", job)),
      );
      while (await producer.exists("jobs:urgent", "jobs:normal") > 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await producer.rpush("jobs:stop", ...workers.map(() => "stop"));
      const taken = await Promise.all(working);
      assertEquals(taken.reduce((sum, count) => sum + count), 201);
      assertEquals(done.toSorted(), ["n0", ...jobs].toSorted());
      assertEquals(await producer.dbsize(), 0);
    } finally {
      workers.forEach((redis) => redis.disconnect());
    }
  }));

Deno.test("ioredis: what its guide shows of lists, sorted sets and pipelines", () =>
  withRedis(async (redis) => {
    assertEquals(await redis.rpush("list", "a", "b", "c"), 3);
    assertEquals(await redis.lrange("list", 0, -1), ["a", "b", "c"]);
    assertEquals(await redis.linsert("list", "BEFORE", "b", "x"), 4);
    assertEquals(await redis.lpos("list", "c"), 3);
    assertEquals(await redis.lmpop(2, "none", "list", "RIGHT", "COUNT", 2), ["list", ["c", "b"]]);
    await redis.zadd("sortedSet", 1, "one", 2, "dos", 4, "quatro", 3, "three");
    assertEquals(await redis.zrange("sortedSet", 0, "2", "WITHSCORES"), [
      ...["one", "1", "dos", "2", "three", "3"],
    ]);
    assertEquals(await redis.zrange("sortedSet", "(2", "+inf", "BYSCORE"), ["three", "quatro"]);
    const buffers = await redis.zrangeBuffer("sortedSet", 0, "0");
    assertEquals(buffers.map(String), ["one"]);
    const results = await redis.pipeline().set("foo", "bar").del("cc").lpush("foo", "x").exec();
    assertEquals(results?.map(([error, reply]) => error?.message ?? reply), [
      "OK",
      0,
      "WRONGTYPE Operation against a key holding the wrong kind of value",
    ]);
    const multi = await redis.multi([["set", "n", "1"], ["incr", "n"]]).exec();
    assertEquals(multi, [[null, "OK"], [null, 2]]);
    await assertRejects(() => redis.multi([["set", "foo"]]).exec(), Error, "EXECABORT");
  }));

Deno.test("ioredis: bitmaps, HyperLogLog and places", () =>
  withRedis(async (redis) => {
    for (const user of [1, 5, 9]) await redis.setbit("seen:monday", user, 1);
    for (const user of [5, 6]) await redis.setbit("seen:tuesday", user, 1);
    assertEquals(await redis.bitcount("seen:monday"), 3);
    assertEquals(await redis.bitop("AND", "seen:both", "seen:monday", "seen:tuesday"), 2);
    assertEquals(await redis.bitpos("seen:both", 1), 5);
    assertEquals(await redis.call("BITFIELD", "counters", "INCRBY", "u8", "#1", "7"), [7]);
    assertEquals(await redis.pfadd("visitors:1", "ann", "bob", "cy"), 1);
    assertEquals(await redis.pfadd("visitors:2", "cy", "dee"), 1);
    assertEquals(await redis.pfmerge("visitors", "visitors:1", "visitors:2"), "OK");
    assertEquals(await redis.pfcount("visitors"), 4);
    const [palermo, catania] = [[13.361389, 38.115556], [15.087269, 37.502669]] as const;
    assertEquals(await redis.geoadd("sicily", ...palermo, "Palermo", ...catania, "Catania"), 2);
    assertEquals(await redis.geodist("sicily", "Palermo", "Catania", "KM"), "166.2742");
    const near = await redis.geosearch("sicily", "FROMLONLAT", 15, 37, "BYRADIUS", 100, "km");
    assertEquals(near, ["Catania"]);
  }));

Deno.test("ioredis: articles sorted by what other keys say of them", () =>
  withRedis(async (redis) => {
    for (const [id, title, votes] of [[1, "Trees", 30], [2, "Lakes", 10], [3, "Rocks", 20]]) {
      await redis.hset(`article:${id}`, { title, votes });
      await redis.rpush("articles", `${id}`);
    }
    assertEquals(
      await redis.sort("articles", "BY", "article:*->votes", "GET", "article:*->title", "DESC"),
      ["Trees", "Rocks", "Lakes"],
    );
    assertEquals(await redis.sort("articles", "LIMIT", 0, 2, "DESC"), ["3", "2"]);
    assertEquals(await redis.sort("articles", "BY", "article:*->votes", "STORE", "ranked"), 3);
    assertEquals(await redis.lrange("ranked", 0, -1), ["2", "3", "1"]);
    assertEquals(await redis.call("SORT_RO", "articles", "GET", "#", "GET", "none:*"), [
      ...["1", null, "2", null, "3", null],
    ]);
    await redis.sadd("tags", "water", "wood", "stone");
    await assertRejects(
      () => redis.sort("tags"),
      Error,
      "ERR One or more scores can't be converted into double",
    );
    assertEquals(await redis.sort("tags", "ALPHA"), ["stone", "water", "wood"]);
  }));

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis: what its guide shows of every type, RESP${RESP}`, async () => {
    await using server = await startServer();
    const client = await connectNode(server.port, RESP);
    try {
      const racers = [{ score: 10, value: "Norem" }, { score: 12, value: "Castilla" }];
      assertEquals(await client.zAdd("racers", racers), 2);
      assertEquals(await client.zAdd("racers", { score: 8, value: "Sam" }), 1);
      assertEquals(await client.zRange("racers", 0, -1), ["Sam", "Norem", "Castilla"]);
      const top = await client.zRangeWithScores("racers", 0, 0, { REV: true });
      assertEquals(top, [{ value: "Castilla", score: 12 }]);
      assertEquals(await client.zRevRank("racers", "Sam"), 2);
      assertEquals(await client.zIncrBy("racers", 50, "Sam"), 58);
      assertEquals(await client.zScore("racers", "none"), null);
      assertEquals(await client.zPopMin("racers"), { value: "Norem", score: 10 });
      assertEquals(await client.bzPopMax("racers", 0), { key: "racers", value: "Sam", score: 58 });

      assertEquals(await client.setBit("pings", 123, 1), 0);
      assertEquals(await client.getBit("pings", 123), 1);
      assertEquals(await client.bitCount("pings"), 1);
      const field = { operation: "INCRBY", encoding: "u8", offset: 0, increment: 3 } as const;
      assertEquals(await client.bitField("stats", [field]), [3]);
      assertEquals(await client.pfAdd("bikes", ["Hyperion", "Deimos", "Phoebe"]), 1);
      assertEquals(await client.pfCount("bikes"), 3);
      const station = { longitude: -122.27652, latitude: 37.805186, member: "station:1" };
      assertEquals(await client.geoAdd("bikes:rentable", station), 1);
      const here = { longitude: -122.2612767, latitude: 37.7936847 };
      const near = await client.geoSearch("bikes:rentable", here, { radius: 5, unit: "km" });
      assertEquals(near, ["station:1"]);

      assertEquals(await client.rPush("numbers", ["3", "1", "2"]), 3);
      assertEquals(await client.sort("numbers", { DIRECTION: "DESC", GET: "#" }), ["3", "2", "1"]);
      assertEquals(await client.sortRo("numbers", { LIMIT: { offset: 1, count: 1 } }), ["2"]);
      assertEquals(await client.sortStore("numbers", "sorted"), 3);
      assertEquals(await client.blPop("sorted", 0), { key: "sorted", element: "1" });
    } finally {
      client.destroy();
    }
  });

  Deno.test(`node-redis: transactions and watched keys, RESP${RESP}`, async () => {
    await using server = await startServer();
    const client = await connectNode(server.port, RESP);
    const other = await connectNode(server.port, RESP);
    try {
      await client.set("other", "1");
      const replies = await client.multi().set("key", "value").get("other").exec();
      assertEquals(replies, ["OK", "1"]);
      await client.watch("other");
      await other.incr("other");
      await assertRejects(() => client.multi().set("key", "lost").exec(), Error, "watched keys");
      assertEquals(await client.get("key"), "value");
      await client.watch("other");
      assertEquals(await client.multi().incr("other").exec(), [3]);
    } finally {
      client.destroy();
      other.destroy();
    }
  });
}
