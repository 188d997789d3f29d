/** CONFIG as clients see it: replies, errors, and what a change does. */
import { assertEquals } from "@std/assert";
import { Log } from "../log.ts";
import type { Protocol } from "../reply.ts";
import { SERVER_COMMANDS } from "./mod.ts";
import { contextOf } from "./testing.ts";

/** Sends commands to a fresh configuration; `logged` collects log lines. */
function client(protocol: Protocol = 2): {
  logged: string[];
  send: (...words: (string | Uint8Array)[]) => Promise<string>;
} {
  const logged: string[] = [];
  const log = new Log({ write: (line) => logged.push(line) });
  const context = contextOf({ log, protocol, trusted: false });
  const send = async (...words: (string | Uint8Array)[]): Promise<string> => {
    const args = ["CONFIG", ...words].map((word) =>
      typeof word === "string" ? new TextEncoder().encode(word) : word
    );
    const command = SERVER_COMMANDS.get(`config|${String(words[0]).toLowerCase()}`);
    return new TextDecoder().decode(await command?.(context, args));
  };
  return { logged, send };
}

Deno.test("CONFIG GET answers each name once, older names included", async () => {
  const two = client();
  assertEquals(await two.send("GET", "hz", "HZ"), "*2\r\n$2\r\nhz\r\n$2\r\n10\r\n");
  assertEquals(await two.send("GET", "nothing-like-it"), "*0\r\n");
  assertEquals((await two.send("GET", "*-priority")).split("\r\n")[0], "*4");
  assertEquals(await two.send("GET", "user"), "*0\r\n");
  assertEquals(await client(3).send("GET", "hz"), "%1\r\n$2\r\nhz\r\n$2\r\n10\r\n");
});

Deno.test("CONFIG SET answers in Redis' words", async () => {
  const failed = (name: string, why: string): string =>
    `-ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}\r\n`;
  const unknown = (name: string): string =>
    `-ERR Unknown option or number of arguments for CONFIG SET - '${name}'\r\n`;
  const cases: [string, string][] = [
    ["hz 20 timeout 5", "+OK\r\n"],
    ["hz", "-ERR wrong number of arguments for 'config|set' command\r\n"],
    ["hz 1 timeout", "-ERR syntax error\r\n"],
    ["foo 1", unknown("foo")],
    ["hz 1 Foo 1", unknown("Foo")],
    ["rename-command a", unknown("rename-command")],
    ["daemonize yes", failed("daemonize", "can't set immutable config")],
    ["dir /tmp", failed("dir", "can't set protected config")],
    ["hz 1 HZ 2", failed("HZ", "duplicate parameter")],
    [
      "lazyfree-lazy-expire maybe",
      failed("lazyfree-lazy-expire", "argument must be 'yes' or 'no'"),
    ],
    ["hz abc", failed("hz", "argument couldn't be parsed into an integer")],
    ["port 99999", failed("port", "argument must be between 0 and 65535 inclusive")],
    ["maxmemory 1kk", failed("maxmemory", "argument must be a memory value")],
  ];
  for (const [line, reply] of cases) {
    assertEquals(await client().send("SET", ...line.split(" ")), reply, line);
  }
});

Deno.test("CONFIG SET splits values of several words, and takes one word whole", async () => {
  const { send } = client();
  await send("SET", "save", "60 1 70 2", "requirepass", "two words");
  assertEquals(await send("GET", "save"), "*2\r\n$4\r\nsave\r\n$9\r\n60 1 70 2\r\n");
  assertEquals(await send("GET", "requirepass"), "*2\r\n$11\r\nrequirepass\r\n$9\r\ntwo words\r\n");
});

Deno.test("CONFIG SET logs names and warnings, never values", async () => {
  const { logged, send } = client();
  await send("SET", "requirepass", "secret", "maxmemory-clients", "1mb");
  assertEquals(logged.length, 2);
  assertEquals(logged.join("").includes("secret"), false);
  assertEquals(logged[0]?.includes("clients are not closed for memory yet"), true);
});

Deno.test("CONFIG SET refuses a value that is not UTF-8", async () => {
  const reply = await client().send("SET", "requirepass", Uint8Array.of(0xff));
  assertEquals(reply.endsWith("'requirepass') - argument must be UTF-8 text\r\n"), true);
});

Deno.test("CONFIG REWRITE and HELP check their arguments", async () => {
  const { send } = client();
  assertEquals(await send("REWRITE"), "-ERR The server is running without a config file\r\n");
  assertEquals(
    await send("REWRITE", "x"),
    "-ERR wrong number of arguments for 'config|rewrite' command\r\n",
  );
  assertEquals((await send("HELP")).startsWith("*11\r\n+CONFIG <subcommand>"), true);
});
