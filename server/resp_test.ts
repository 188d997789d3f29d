/** Replies of every type, split at every byte, and what is no reply. */

import { assertEquals, assertThrows } from "@std/assert";
import { encodeCommands, type Reply, ReplyError, ReplyReader } from "./resp.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Errors by their text: their stacks differ. */
function plain(reply: Reply | undefined): unknown {
  if (reply instanceof ReplyError) return `error ${reply.message}`;
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

const CASES: readonly [string, Reply][] = [
  ["+OK\r\n", "OK"],
  ["-WRONGTYPE no\r\n", new ReplyError("WRONGTYPE no")],
  [":-5\r\n", -5],
  [":9223372036854775807\r\n", 9223372036854775807n],
  ["$5\r\nhe\r\no\r\n", "he\r\no"],
  ["$-1\r\n", null],
  ["*-1\r\n", null],
  ["*3\r\n:1\r\n$1\r\na\r\n*1\r\n-ERR x\r\n", [1, "a", [new ReplyError("ERR x")]]],
  ["_\r\n", null],
  ["#t\r\n", true],
  [",1.5\r\n", 1.5],
  [",-inf\r\n", -Infinity],
  ["(36893488147419103232\r\n", 36893488147419103232n],
  ["=7\r\ntxt:abc\r\n", "abc"],
  ["!5\r\nERR x\r\n", new ReplyError("ERR x")],
  ["%1\r\n+a\r\n:1\r\n", new Map([["a", 1]])],
  ["~2\r\n:1\r\n:2\r\n", new Set([1, 2])],
  [">2\r\n+a\r\n+b\r\n", ["a", "b"]],
  ["|1\r\n+ttl\r\n:1\r\n+value\r\n", "value"],
];

Deno.test("resp: every type, whole and split at every byte", () => {
  for (const [text, expected] of CASES) {
    const bytes = encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const reader = new ReplyReader();
      reader.push(bytes.subarray(0, at));
      if (at < bytes.length) assertEquals(reader.next(), undefined, `${text} at ${at}`);
      reader.push(bytes.subarray(at));
      assertEquals(plain(reader.next()), plain(expected));
      assertEquals(reader.pendingBytes, 0);
    }
  }
});

Deno.test("resp: bytes when bytes are asked for", () => {
  const reader = new ReplyReader("bytes");
  reader.push(encode("$1\r\na\r\n+OK\r\n"));
  assertEquals([reader.next(), reader.next(), reader.next()], [encode("a"), "OK", undefined]);
});

Deno.test("resp: what is no reply is said", () => {
  for (const text of ["?1\r\n", "$x\r\n", ":1a\r\n", "$-2\r\n", "*1\r\n".repeat(200)]) {
    const reader = new ReplyReader();
    reader.push(encode(text));
    assertThrows(() => reader.next(), SyntaxError, "Cannot read");
  }
});

Deno.test("resp: requests hold text, bytes and numbers", () => {
  const text = new TextDecoder().decode(encodeCommands([["SET", encode("k"), 12], ["PING"]]));
  assertEquals(text, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n12\r\n*1\r\n$4\r\nPING\r\n");
  assertThrows(() => encodeCommands([[]]), TypeError, "empty command");
});

Deno.test("resp: an error's code is its first word", () => {
  assertEquals(new ReplyError("WRONGTYPE Operation").code, "WRONGTYPE");
});
