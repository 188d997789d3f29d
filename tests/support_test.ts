/**
 * The test tools' own tests, against redis-server: what they report must be what is on the wire.
 *
 * Knows no numakv. Invariant: a reply split at any byte reads as the same reply.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Child, serverFolder } from "./support/child.ts";
import { startRedis } from "./support/redis_server.ts";
import {
  encodeCommand,
  type Reply,
  ReplyError,
  RespClient,
  Tagged,
} from "./support/resp_client.ts";
import { RespReader } from "./support/resp_reader.ts";
import { argumentsOf } from "./support/server.ts";

Deno.test("RespReader reads every type, split at any byte", () => {
  const wire = "*3\r\n+OK\r\n:-7\r\n$-1\r\n" + "%1\r\n$1\r\na\r\n,1.5\r\n" + "~1\r\n#t\r\n_\r\n" +
    "=7\r\ntxt:abc\r\n" + "(123\r\n" + "-ERR no\r\n" + ":9223372036854775807\r\n" + ">1\r\n+m\r\n";
  const want: Reply[] = [
    ["OK", -7, null],
    new Map<Reply, Reply>([["a", 1.5]]),
    new Tagged("set", [true]),
    null,
    new Tagged("verbatim:txt", "abc"),
    new Tagged("bignum", "123"),
    new ReplyError("ERR no"),
    9223372036854775807n,
    new Tagged("push", ["m"]),
  ];
  const bytes = new TextEncoder().encode(wire);
  for (let split = 0; split <= bytes.length; split++) {
    const reader = new RespReader();
    const got: Reply[] = [];
    for (const part of [bytes.subarray(0, split), bytes.subarray(split)]) {
      reader.push(part);
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) got.push(reply);
    }
    assertEquals(got, want);
    assertEquals(reader.rest.length, 0);
  }
});

Deno.test("RespClient talks RESP2 and RESP3 with redis-server", async () => {
  await using redis = await startRedis();
  using client = await RespClient.connect(redis.port);
  assertEquals(await client.call("SET", "k", "v"), "OK");
  assertEquals(await client.pipeline([["INCR", "k"], ["GET", "k"]]), [
    new ReplyError("ERR value is not an integer or out of range"),
    "v",
  ]);
  const hello = await client.call("HELLO", 3);
  assertEquals(hello instanceof Map && hello.get("proto"), 3);
  using raw = await RespClient.connect(redis.port, true);
  assertEquals(await raw.call("GET", "k"), new Uint8Array([118]));
  await raw.send(encodeCommand(["PING"]));
  assertEquals(new TextDecoder().decode(await raw.readBytes(7)), "+PONG\r\n");
  await raw.send("QUIT\r\n");
  assertEquals(await raw.read(), "OK");
  assertEquals(await raw.closed(), true);
  assertEquals((await redis.process.stop()).code, 0);
  assertStringIncludes(redis.process.log, "bye bye");
});

Deno.test("Child.start() tells the log of a server that ends at start", async () => {
  const command = ["sh", "-c", "echo cannot bind; exit 3"];
  const folder = await serverFolder();
  const start = (): Promise<Child> => Child.start({ command, folder, ready: /ready/ });
  await assertRejects(start, Error, "cannot bind");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("argumentsOf() spells directives with one and several values", () => {
  const args = argumentsOf({ port: 1, save: "", "numa-listen": [0, "127.0.0.1:2"] });
  assertEquals(args, ["--port", "1", "--save", "", "--numa-listen", "0", "127.0.0.1:2"]);
});
