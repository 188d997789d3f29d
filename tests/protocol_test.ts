/**
 * The wire, byte by byte: requests in any pieces, inline commands, malformed requests, both protocols.
 *
 * Knows RESP and Redis' error texts. Invariant: what one client sends wrong ends that client only.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { concat, encodeCommand, ReplyError, RespClient, Tagged } from "./support/resp_client.ts";
import { Fields } from "./support/fields.ts";
import { infoOf } from "./support/info.ts";
import { startServer } from "./support/server.ts";

const decoder = new TextDecoder();

/** What the server sends for `request` until it closes, or until `bytes` of it are there. */
async function answer(port: number, parts: readonly (Uint8Array | string)[]): Promise<string> {
  using client = await RespClient.connect(port);
  for (const part of parts) await client.send(part);
  await (client.connection as Deno.TcpConn).closeWrite();
  return decoder.decode(await client.readBytes(1 << 20));
}

Deno.test("a pipeline split at any byte gives the same bytes", async () => {
  await using server = await startServer();
  const pipeline = concat([
    encodeCommand(["SET", "k", "v\r\nw"]),
    encodeCommand(["GET", "k"]),
    new TextEncoder().encode("ECHO 'inline word'\r\n"),
    encodeCommand(["CONFIG", "GET", "databases"]),
    encodeCommand(["NOPE", ""]),
    encodeCommand(["INCR", "k"]),
    encodeCommand(["DEL", "k"]),
    new TextEncoder().encode("\r\nQUIT\r\n"),
  ]);
  const whole = await answer(server.port, [pipeline]);
  assertEquals(
    whole,
    "+OK\r\n$4\r\nv\r\nw\r\n$11\r\ninline word\r\n*2\r\n$9\r\ndatabases\r\n$2\r\n16\r\n" +
      "-ERR unknown command 'NOPE', with args beginning with: '' \r\n" +
      "-ERR value is not an integer or out of range\r\n:1\r\n+OK\r\n",
  );
  for (let split = 1; split < pipeline.length; split++) {
    using client = await RespClient.connect(server.port);
    (client.connection as Deno.TcpConn).setNoDelay(true);
    await client.send(pipeline.subarray(0, split));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await client.send(pipeline.subarray(split));
    assertEquals(decoder.decode(await client.readBytes(1 << 20)), whole, `split at ${split}`);
  }
});

Deno.test("a pipeline sent byte by byte gives the same bytes", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  for (const byte of encodeCommand(["SET", "key", "value"])) await client.send(Uint8Array.of(byte));
  assertEquals(await client.read(), "OK");
});

Deno.test("inline commands are split into words as Redis splits them", async () => {
  await using server = await startServer();
  const cases: [string, string][] = [
    ["PING\r\n", "+PONG\r\n"],
    ["PING\n", "+PONG\r\n"],
    ["  ping   hello  \r\n", "$5\r\nhello\r\n"],
    ["\r\n\r\nPING\r\n", "+PONG\r\n"],
    ['ECHO "a b\\x41\\n\\"c"\r\n', '$7\r\na bA\n"c\r\n'],
    ["ECHO 'it\\'s \\n'\r\n", "$7\r\nit's \\n\r\n"],
    ['SET a ""\r\nGET a\r\n', "+OK\r\n$0\r\n\r\n"],
    ['ECHO "open\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
    ['ECHO "a"b\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ];
  for (const [request, reply] of cases) {
    assertEquals(await answer(server.port, [request]), reply, JSON.stringify(request));
  }
});

Deno.test("malformed requests get Redis' words, then the end; others go on undisturbed", async () => {
  await using server = await startServer();
  using other = await RespClient.connect(server.port);
  const cases: [string, string][] = [
    ["*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*2147483648\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*99999999999999999999\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*1\r\n+PING\r\n", "-ERR Protocol error: expected '$', got '+'\r\n"],
    ["*1\r\n$abc\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*1\r\n$-1\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*2\r\n$3\r\nGET\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*1\r\n$99999999999999999999\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["x".repeat(70_000), "-ERR Protocol error: too big inline request\r\n"],
    ["*" + "1".repeat(70_000), "-ERR Protocol error: too big mbulk count string\r\n"],
    ["*1\r\n$" + "1".repeat(70_000), "-ERR Protocol error: too big bulk count string\r\n"],
    ["*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n", "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n"],
  ];
  for (const [request, reply] of cases) {
    using client = await RespClient.connect(server.port);
    await client.send(request);
    assertEquals(decoder.decode(await client.readBytes(1 << 16)), reply, request.slice(0, 40));
    assertEquals(await other.call("PING"), "PONG");
  }
  assertEquals((await infoOf(other, "clients")).number("connected_clients"), 1);
});

Deno.test("empty and negative arrays are passed over, as in Redis", async () => {
  await using server = await startServer();
  assertEquals(await answer(server.port, ["*0\r\n*-1\r\n*-9\r\nPING\r\n"]), "+PONG\r\n");
});

Deno.test("HELLO switches the protocol of the replies behind it", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  await client.pipeline([["SET", "a", "1"], ["CONFIG", "SET", "maxclients", 9000]]);
  assertEquals(await client.pipeline([["GET", "none"], ["CONFIG", "GET", "maxclients"]]), [
    null,
    ["maxclients", "9000"],
  ]);
  await client.send("HELLO 3\r\nGET none\r\nCONFIG GET maxclients\r\nINFO cluster\r\nHELLO 2\r\n");
  const hello = new Fields(await client.read());
  assertEquals(hello.get("proto"), 3);
  assertEquals(hello.get("server"), "redis");
  assertEquals(await client.read(), null);
  assertEquals(await client.read(), new Map([["maxclients", "9000"]]));
  assertEquals(
    await client.read(),
    new Tagged("verbatim:txt", "# Cluster\r\ncluster_enabled:0\r\n"),
  );
  assertEquals(new Fields(await client.read()).get("proto"), 2);
  assertEquals(
    await client.call("HELLO", 4),
    new ReplyError("NOPROTO unsupported protocol version"),
  );
  await client.send(encodeCommand(["GET", "none"]));
  assertEquals(decoder.decode(await client.readBytes(5)), "$-1\r\n");
  assertEquals(await client.call("HELLO", 3) instanceof Map, true);
  await client.send(encodeCommand(["GET", "none"]));
  assertEquals(decoder.decode(await client.readBytes(3)), "_\r\n");
  assertEquals(await client.call("RESET"), "RESET");
  await client.send(encodeCommand(["GET", "none"]));
  assertEquals(decoder.decode(await client.readBytes(5)), "$-1\r\n");
});
