/**
 * Much at once: long pipelines, huge values, clients that read slowly or not at all, and the limits on all of that.
 *
 * Knows INFO's counters and Redis' limits. Invariant: replies come whole and in order whatever lies between.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { type Info, infoOf } from "./support/info.ts";
import { concat, encodeCommand, ReplyError, RespClient } from "./support/resp_client.ts";
import { type Server, startServer } from "./support/server.ts";

const FULL = Deno.env.get("NUMAKV_TEST_FULL") === "1";
const MB = 1 << 20;
const decoder = new TextDecoder();

Deno.test("1000 commands in one write cost no boundary call, and a hand-off costs three at most", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const before = await infoOf(client, "stats");
  const commands = Array.from({ length: 1000 }, (_, index) => ["SET", `k${index}`, "v"]);
  const replies = await client.pipeline(commands);
  assert(replies.every((reply) => reply === "OK"));
  const between = await infoOf(client, "stats");
  const calls = (stats: Info): number => stats.number("boundary_calls");
  assertEquals(calls(between), calls(before));
  assert(between.number("reads") - before.number("reads") < 50);
  await client.pipeline(Array.from({ length: 10 }, () => ["CONFIG", "GET", "port"]));
  const after = await infoOf(client, "stats");
  const handOffs = after.number("handoffs") - between.number("handoffs");
  assertEquals(handOffs, 10);
  const spent = calls(after) - calls(between);
  assert(spent >= handOffs && spent <= 3 * handOffs, `${spent} calls for ${handOffs} hand-offs`);
});

Deno.test(`a bulk of ${FULL ? 512 : 100} MB comes back as it went`, async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const bytes = (FULL ? 512 : 100) * MB;
  const block = crypto.getRandomValues(new Uint8Array(65536));
  const [sent, got] = [createHash("sha256"), createHash("sha256")];
  await client.send(`*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${bytes}\r\n`);
  for (let left = bytes; left > 0; left -= block.length) {
    new DataView(block.buffer).setUint32(0, left);
    sent.update(block);
    await client.send(block);
  }
  await client.send("\r\n");
  assertEquals(await client.read(), "OK");
  await client.send(encodeCommand(["GET", "big"]));
  const head = `$${bytes}\r\n`;
  assertEquals(decoder.decode(await client.readBytes(head.length)), head);
  for (let left = bytes; left > 0; left -= MB) got.update(await client.readBytes(MB));
  assertEquals(got.digest("hex"), sent.digest("hex"));
  assertEquals(decoder.decode(await client.readBytes(2)), "\r\n");
  assertEquals(await client.call("DEL", "big"), 1);
});

Deno.test("a client that does not read holds up nobody else", async () => {
  await using server = await startServer();
  using slow = await RespClient.connect(server.port);
  using quick = await RespClient.connect(server.port);
  await quick.call("SET", "big", "x".repeat(MB));
  const asked = 64;
  await slow.send(concat(Array.from({ length: asked }, () => encodeCommand(["GET", "big"]))));
  for (let index = 0; index < 200; index++) assertEquals(await quick.call("INCR", "n"), index + 1);
  const replyBytes = `$${MB}\r\n`.length + MB + 2;
  let left = asked * replyBytes;
  while (left > 0) left -= (await slow.readBytes(Math.min(left, MB))).length;
  assertEquals(await slow.call("PING"), "PONG");
});

Deno.test("a half-closed connection still gets its replies", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  await client.call("SET", "big", "x".repeat(MB));
  await client.send(concat(Array.from({ length: 8 }, () => encodeCommand(["STRLEN", "big"]))));
  await (client.connection as Deno.TcpConn).closeWrite();
  assertEquals(decoder.decode(await client.readBytes(MB)), `:${MB}\r\n`.repeat(8));
});

Deno.test("commands that the server answers keep their place in a pipeline", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const replies = await client.pipeline([
    ["SET", "k", "1"],
    ["CONFIG", "SET", "maxclients", "5000"],
    ["INCR", "k"],
    ["CONFIG", "GET", "maxclients"],
    ["CONFIG", "GET", "none"],
    ["INCR", "k"],
    ["CONFIG", "SET", "none", "1"],
    ["GET", "k"],
  ]);
  assertEquals(replies, [
    "OK",
    "OK",
    2,
    ["maxclients", "5000"],
    [],
    3,
    new ReplyError("ERR Unknown option or number of arguments for CONFIG SET - 'none'"),
    "3",
  ]);
});

Deno.test("nothing behind QUIT is executed", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  await client.send("SET k 1\r\nQUIT\r\nSET k 2\r\n");
  assertEquals(decoder.decode(await client.readBytes(100)), "+OK\r\n+OK\r\n");
  using other = await RespClient.connect(server.port);
  assertEquals(await other.call("GET", "k"), "1");
});

Deno.test("CLIENT REPLY OFF and SKIP also silence what the server answers", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  await client.send("CLIENT REPLY SKIP\r\nCONFIG GET port\r\nPING a\r\n");
  assertEquals(await client.read(), "a");
  await client.send("CLIENT REPLY OFF\r\nCONFIG SET maxclients 77\r\nNOPE\r\nPING b\r\n");
  await client.send("CLIENT REPLY ON\r\nCONFIG GET maxclients\r\n");
  assertEquals([await client.read(), await client.read()], ["OK", ["maxclients", "77"]]);
});

Deno.test("an idle client is closed, a busy one is not", async () => {
  await using server = await startServer({ timeout: 1 });
  using idle = await RespClient.connect(server.port);
  using busy = await RespClient.connect(server.port);
  const closed = idle.closed();
  let waiting = true;
  closed.then(() => waiting = false);
  while (waiting) {
    assertEquals(await busy.call("PING"), "PONG");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals(await closed, true);
});

Deno.test("a client too many is refused in Redis' words", async () => {
  await using server = await startServer({ maxclients: 2 });
  using first = await RespClient.connect(server.port);
  using second = await RespClient.connect(server.port);
  await Promise.all([first.call("PING"), second.call("PING")]);
  using third = await RespClient.connect(server.port);
  assertEquals(await third.read(), new ReplyError("ERR max number of clients reached"));
  assertEquals(await third.closed(), true);
  assertEquals((await infoOf(first, "stats")).number("rejected_connections"), 1);
});

async function refusedAtLimit(server: Server): Promise<boolean> {
  using client = await RespClient.connect(server.port);
  const sending = client.send(`*2\r\n$4\r\nECHO\r\n$${8 * MB}\r\n${"x".repeat(4 * MB)}`).catch(
    () => {},
  );
  const closed = await client.closed().catch(() => true);
  await sending;
  return closed;
}

Deno.test("a request beyond client-query-buffer-limit ends its client only", async () => {
  await using server = await startServer({ "client-query-buffer-limit": "1mb" });
  using other = await RespClient.connect(server.port);
  assertEquals(await refusedAtLimit(server), true);
  assertEquals(await other.call("PING"), "PONG");
});
