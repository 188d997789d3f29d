/**
 * A leaderboard as a user would write it with ioredis: points come in, the best are shown page by page, a player sees
 * the neighbours, the week's boards become the month's, and old seasons go.
 *
 * Knows ioredis' public interface only. Invariant: ranks told are those of the points told.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { startServer } from "./support/server.ts";

/** A place on the board. */
interface Place {
  readonly rank: number;
  readonly player: string;
  readonly points: number;
}

/** One board under one key. */
class Leaderboard {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** Adds points and answers how many the player has. */
  async score(player: string, points: number): Promise<number> {
    return Number(await this.#redis.zincrby(this.#key, points, player));
  }

  /** Keeps a player's best result only. */
  async best(player: string, points: number): Promise<boolean> {
    return await this.#redis.zadd(this.#key, "GT", "CH", points, player) === 1;
  }

  /** One page of the board, the best first. */
  async page(number: number, size: number): Promise<Place[]> {
    const first = number * size;
    return await this.#places(first, first + size - 1);
  }

  /** A player between the neighbours, `around` on each side. */
  async near(player: string, around: number): Promise<Place[]> {
    const rank = await this.#redis.zrevrank(this.#key, player);
    if (rank === null) return [];
    return await this.#places(Math.max(0, rank - around), rank + around);
  }

  async #places(first: number, last: number): Promise<Place[]> {
    const words = await this.#redis.zrevrange(this.#key, first, last, "WITHSCORES");
    return Array.from({ length: words.length / 2 }, (_, index) => ({
      rank: first + index + 1,
      player: words[2 * index] ?? "",
      points: Number(words[2 * index + 1]),
    }));
  }
}

async function withRedis(use: (redis: Redis) => Promise<void>): Promise<void> {
  await using server = await startServer({ topology: "fake:2" });
  const redis = new Redis({ port: server.port, lazyConnect: true });
  try {
    await redis.connect();
    await use(redis);
  } finally {
    redis.disconnect();
  }
}

Deno.test("a leaderboard shows the best, and a player among the neighbours", () =>
  withRedis(async (redis) => {
    const board = new Leaderboard(redis, "board:week:1");
    const players = Array.from({ length: 500 }, (_, index) => `player:${index}`);
    await Promise.all(players.map((player, index) => board.score(player, index)));
    assertEquals(await board.score("player:3", 1000.5), 1003.5);
    assertEquals(await board.page(0, 3), [
      { rank: 1, player: "player:3", points: 1003.5 },
      { rank: 2, player: "player:499", points: 499 },
      { rank: 3, player: "player:498", points: 498 },
    ]);
    assertEquals((await board.page(166, 3)).length, 2);
    const near = await board.near("player:490", 1);
    assertEquals(near.map(({ rank, player }) => [rank, player]), [
      [10, "player:491"],
      [11, "player:490"],
      [12, "player:489"],
    ]);
    assertEquals(await board.near("nobody", 1), []);
    assertEquals(await redis.zcard("board:week:1"), 500);
    assertEquals(await redis.zcount("board:week:1", 100, "(200"), 100);
    assertEquals(await redis.object("ENCODING", "board:week:1"), "skiplist");
  }));

Deno.test("a player's best result stays", () =>
  withRedis(async (redis) => {
    const board = new Leaderboard(redis, "best");
    assertEquals(await board.best("ann", 10), true);
    assertEquals(await board.best("ann", 7), false);
    assertEquals(await board.best("ann", 12), true);
    assertEquals(await redis.zscore("best", "ann"), "12");
    assertEquals(await redis.zmscore("best", "ann", "bob"), ["12", null]);
  }));

Deno.test("weeks make a month, and what is old goes", () =>
  withRedis(async (redis) => {
    await redis.zadd("week:1", 5, "ann", 3, "bob");
    await redis.zadd("week:2", 4, "bob", 9, "cy");
    assertEquals(await redis.zunionstore("month", 2, "week:1", "week:2"), 3);
    const month = await redis.zrevrange("month", 0, -1, "WITHSCORES");
    assertEquals(month, ["cy", "9", "bob", "7", "ann", "5"]);
    assertEquals(await redis.zinter(2, "week:1", "week:2"), ["bob"]);
    assertEquals(await redis.zdiff(2, "week:1", "week:2"), ["ann"]);
    assertEquals(await redis.zremrangebyrank("month", 0, -3), 1);
    assertEquals(await redis.zpopmax("month"), ["cy", "9"]);
    const found: string[] = [];
    for await (const words of redis.zscanStream("month")) found.push(...words);
    assertEquals(found, ["bob", "7"]);
  }));
