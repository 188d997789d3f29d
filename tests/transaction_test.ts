/**
 * Transactions over sockets: ioredis' MULTI, watched keys across listeners, server commands inside EXEC.
 *
 * Knows RESP and Redis' commands. Invariant: what a client watches, and what it has queued, ends with its connection.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { infoOf } from "./support/info.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

/** Connections until there is one on each of two listeners. */
async function onTwoListeners(
  port: number,
  stack: DisposableStack,
): Promise<[RespClient, RespClient]> {
  const found = new Map<string, RespClient>();
  for (let tries = 0; tries < 200 && found.size < 2; tries++) {
    const client = stack.use(await RespClient.connect(port));
    const listener = /listener=(\S+)/.exec(String(await client.call("CLIENT", "INFO")))?.[1] ?? "";
    if (!found.has(listener)) found.set(listener, client);
  }
  const [one, other] = [...found.values()];
  if (one === undefined || other === undefined) throw new Error("All connections on one listener");
  return [one, other];
}

Deno.test("ioredis runs transactions", async () => {
  await using server = await startServer();
  const redis = new Redis({ port: server.port, lazyConnect: true });
  try {
    await redis.connect();
    assertEquals(await redis.multi().set("k", "1").incr("k").get("k").exec(), [
      [null, "OK"],
      [null, 2],
      [null, "2"],
    ]);
    await redis.watch("k");
    await redis.set("k", "5");
    assertEquals(await redis.multi().incr("k").exec(), null);
    await redis.watch("k");
    assertEquals(await redis.multi({ pipeline: true }).incr("k").exec(), [[null, 6]]);
  } finally {
    redis.disconnect();
  }
});

Deno.test("a key watched on one listener and changed on another fails EXEC", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using stack = new DisposableStack();
  const [one, other] = await onTwoListeners(server.port, stack);
  const attempt = () => one.pipeline([["MULTI"], ["INCR", "done"], ["EXEC"]]);
  assertEquals(await one.call("WATCH", "k"), "OK");
  assertEquals(await other.call("SET", "k", "v"), "OK");
  assertEquals(await attempt(), ["OK", "QUEUED", null]);
  assertEquals(await one.call("WATCH", "k"), "OK");
  assertEquals(await other.call("GET", "k"), "v");
  assertEquals(await attempt(), ["OK", "QUEUED", [1]]);
  assertEquals(await one.call("WATCH", "k"), "OK");
  assertEquals(await other.pipeline([["MULTI"], ["DEL", "k"], ["FLUSHALL"], ["EXEC"]]), [
    "OK",
    "QUEUED",
    "QUEUED",
    [1, "OK"],
  ]);
  assertEquals(await attempt(), ["OK", "QUEUED", null]);
});

Deno.test("server commands inside EXEC are answered in their places", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const commands = [
    ["MULTI"],
    ["SET", "k", "v"],
    ["CONFIG", "SET", "maxclients", 4000],
    ["GET", "k"],
    ["CONFIG", "GET", "maxclients"],
    ["CONFIG", "SET", "nothing", 1],
    ["ECHO", "end"],
    ["EXEC"],
    ["PING"],
  ];
  const replies = await client.pipeline(commands);
  assertEquals(replies.slice(7), [
    [
      "OK",
      "OK",
      "v",
      ["maxclients", "4000"],
      new ReplyError("ERR Unknown option or number of arguments for CONFIG SET - 'nothing'"),
      "end",
    ],
    "PONG",
  ]);
});

Deno.test("a client that goes away leaves neither watches nor a transaction", async () => {
  await using server = await startServer();
  using other = await RespClient.connect(server.port);
  const before = await infoOf(other, "clients");
  {
    using client = await RespClient.connect(server.port);
    await client.pipeline([["WATCH", "k"], ["MULTI"], ["SET", "k", "v"]]);
  }
  while ((await infoOf(other, "clients")).number("connected_clients") > 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(before.number("connected_clients"), 1);
  assertEquals(await other.call("SET", "k", "w"), "OK");
  assertEquals(await other.pipeline([["MULTI"], ["GET", "k"], ["EXEC"]]), ["OK", "QUEUED", ["w"]]);
});
