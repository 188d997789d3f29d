/**
 * Commands that wait, over sockets: order, time, ends of connections, listeners, and that waiting costs nothing.
 *
 * Knows RESP and Redis' commands. Invariant: what is pushed is taken by exactly one client, or is still there.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { infoOf } from "./support/info.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until so many clients are blocked. */
async function blocked(client: RespClient, count: number): Promise<void> {
  while ((await infoOf(client, "clients")).number("blocked_clients") !== count) await pause(2);
}

Deno.test("clients of two listeners are served in the order in which they began to wait", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using stack = new DisposableStack();
  const giver = stack.use(await RespClient.connect(server.port));
  const waiting: RespClient[] = [];
  const listeners = new Set<string>();
  for (let index = 0; index < 12; index++) {
    const client = stack.use(await RespClient.connect(server.port));
    const info = String(await client.call("CLIENT", "INFO"));
    listeners.add(/listener=(\S+)/.exec(info)?.[1] ?? "");
    waiting.push(client);
  }
  for (const [index, client] of waiting.entries()) {
    await client.send("BLPOP l 0\r\n");
    await blocked(giver, index + 1);
  }
  assertEquals(listeners.size, 2);
  for (let index = 0; index < 12; index += 2) {
    assertEquals(await giver.call("RPUSH", "l", index, index + 1), 2);
  }
  for (const [index, client] of waiting.entries()) {
    assertEquals(await client.read(), ["l", String(index)]);
  }
  assertEquals(await giver.call("EXISTS", "l"), 0);
});

Deno.test("ioredis waits, is served, and runs into its timeout", async () => {
  await using server = await startServer();
  const [taker, giver] = [new Redis({ port: server.port }), new Redis({ port: server.port })];
  try {
    const taken = taker.blpop("a", "b", 0);
    await pause(20);
    assertEquals(await giver.rpush("b", "x"), 1);
    assertEquals(await taken, ["b", "x"]);
    const started = performance.now();
    assertEquals(await taker.blpop("a", 0.05), null);
    const elapsed_ms = performance.now() - started;
    assert(elapsed_ms >= 50 && elapsed_ms < 5000, `${elapsed_ms} ms`);
    const moved = taker.blmove("a", "b", "LEFT", "RIGHT", 0);
    await pause(20);
    assertEquals(await giver.multi().rpush("a", "1", "2").lpop("a").exec(), [[null, 2], [
      null,
      "1",
    ]]);
    assertEquals(await moved, "2");
  } finally {
    taker.disconnect();
    giver.disconnect();
  }
});

Deno.test("a client that goes away while it waits takes nothing", async () => {
  await using server = await startServer();
  using giver = await RespClient.connect(server.port);
  {
    using gone = await RespClient.connect(server.port);
    await gone.send("BLPOP l 0\r\nPING\r\n");
    await blocked(giver, 1);
  }
  await blocked(giver, 0);
  assertEquals(await giver.call("RPUSH", "l", "x"), 1);
  assertEquals(await giver.call("LRANGE", "l", 0, -1), ["x"]);
  using killed = await RespClient.connect(server.port);
  const id = Number(await killed.call("CLIENT", "ID"));
  await killed.send("BRPOP m 0\r\n");
  await blocked(giver, 1);
  assertEquals(await giver.call("CLIENT", "KILL", "ID", id), 1);
  await blocked(giver, 0);
  assertEquals(await killed.closed(), true);
  assertEquals(await giver.call("RPUSH", "m", "y"), 1);
  assertEquals(await giver.call("LLEN", "m"), 1);
});

Deno.test("CLIENT UNBLOCK ends waits, and what was sent behind them runs then", async () => {
  await using server = await startServer();
  using other = await RespClient.connect(server.port);
  using client = await RespClient.connect(server.port);
  const id = Number(await client.call("CLIENT", "ID"));
  for (const how of ["TIMEOUT", "ERROR"]) {
    await client.send("SET k 1\r\nBLMPOP 0 2 a b LEFT\r\nINCR k\r\nCONFIG GET hz\r\n");
    await client.send("WAIT 1 0\r\nECHO end\r\n");
    await blocked(other, 1);
    assertEquals(await client.read(), "OK");
    assertEquals(await other.call("CLIENT", "UNBLOCK", id, how), 1);
    const error = new ReplyError("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    assertEquals(await client.read(), how === "ERROR" ? error : null);
    assertEquals(await client.read(), 2);
    assertEquals(await client.read(), ["hz", "10"]);
    await blocked(other, 1);
    assertEquals(await other.call("CLIENT", "UNBLOCK", id), 1);
    assertEquals(await client.read(), 0);
    assertEquals(await client.read(), "end");
  }
});

Deno.test("a hundred clients that wait cost no calls, and all are served", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using stack = new DisposableStack();
  const giver = stack.use(await RespClient.connect(server.port));
  const waiting: RespClient[] = [];
  for (let index = 0; index < 100; index++) {
    const client = stack.use(await RespClient.connect(server.port));
    await client.send("BLPOP l 60\r\n");
    waiting.push(client);
  }
  await blocked(giver, 100);
  const calls = async () => (await infoOf(giver, "stats")).number("boundary_calls");
  const before = await calls();
  await pause(300);
  const more = await calls() - before;
  assert(more <= 3, `${more} calls, the question and a tick of each listener are allowed`);
  assertEquals(await giver.call("RPUSH", "l", ...waiting.keys()), 100);
  const taken = await Promise.all(waiting.map((client) => client.read()));
  const numbers = taken.map((reply) => Number((reply as string[])[1]));
  assertEquals(numbers.toSorted((a, b) => a - b), [...waiting.keys()]);
  assertEquals((await infoOf(giver, "clients")).number("blocked_clients"), 0);
});
