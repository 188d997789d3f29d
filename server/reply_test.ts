/** Replies of server commands in both protocols. */
import { assertEquals, assertThrows } from "@std/assert";
import { errorReply, helpReply, okReply, type Protocol, ReplyWriter } from "./reply.ts";

function wire(protocol: Protocol, write: (reply: ReplyWriter) => unknown): string {
  const reply = new ReplyWriter(protocol);
  write(reply);
  return new TextDecoder().decode(reply.finish());
}

Deno.test("ReplyWriter writes the types of both protocols alike", () => {
  for (const protocol of [2, 3] as const) {
    assertEquals(wire(protocol, (r) => r.simple("OK")), "+OK\r\n");
    assertEquals(wire(protocol, (r) => r.error("ERR no")), "-ERR no\r\n");
    assertEquals(wire(protocol, (r) => r.integer(-5)), ":-5\r\n");
    assertEquals(wire(protocol, (r) => r.bulk("")), "$0\r\n\r\n");
    assertEquals(wire(protocol, (r) => r.array(1).bulk("a")), "*1\r\n$1\r\na\r\n");
  }
});

Deno.test("ReplyWriter writes RESP3 types as their nearest RESP2 types", () => {
  const cases: [(reply: ReplyWriter) => unknown, string, string][] = [
    [(r) => r.null(), "$-1\r\n", "_\r\n"],
    [(r) => r.nullArray(), "*-1\r\n", "_\r\n"],
    [(r) => r.boolean(true), ":1\r\n", "#t\r\n"],
    [(r) => r.boolean(false), ":0\r\n", "#f\r\n"],
    [(r) => r.double(0.5), "$3\r\n0.5\r\n", ",0.5\r\n"],
    [(r) => r.double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
    [(r) => r.double(NaN), "$3\r\nnan\r\n", ",nan\r\n"],
    [(r) => r.verbatim("hé"), "$3\r\nhé\r\n", "=7\r\ntxt:hé\r\n"],
    [(r) => r.map(1).bulk("k").integer(1), "*2\r\n$1\r\nk\r\n:1\r\n", "%1\r\n$1\r\nk\r\n:1\r\n"],
    [(r) => r.set(1).bulk("m"), "*1\r\n$1\r\nm\r\n", "~1\r\n$1\r\nm\r\n"],
    [(r) => r.push(1).bulk("p"), "*1\r\n$1\r\np\r\n", ">1\r\n$1\r\np\r\n"],
  ];
  for (const [write, two, three] of cases) {
    assertEquals(wire(2, write), two);
    assertEquals(wire(3, write), three);
  }
});

Deno.test("ReplyWriter.bulk() counts bytes and keeps binary data as it is", () => {
  assertEquals(wire(2, (r) => r.bulk("é")), "$2\r\né\r\n");
  const bytes = Uint8Array.of(0xff, 13, 10, 0);
  const reply = new ReplyWriter(2).bulk(bytes).finish();
  assertEquals(reply.subarray(4, 8), bytes);
  assertEquals(reply.length, 10);
});

Deno.test("ReplyWriter lets no line break end a line early", () => {
  assertEquals(wire(2, (r) => r.error("ERR a\r\n+OK")), "-ERR a  +OK\r\n");
  assertEquals(wire(2, (r) => r.simple("a\nb")), "+a b\r\n");
});

Deno.test("ReplyWriter.integer() takes 64 bits and refuses more", () => {
  assertEquals(wire(2, (r) => r.integer(2n ** 63n - 1n)), ":9223372036854775807\r\n");
  assertEquals(wire(2, (r) => r.integer(-(2n ** 63n))), ":-9223372036854775808\r\n");
  assertThrows(() => new ReplyWriter(2).integer(2n ** 63n), RangeError, "64 bits");
  assertThrows(() => new ReplyWriter(2).integer(0.5), RangeError);
});

Deno.test("okReply(), errorReply() and helpReply() are whole replies", () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assertEquals(text(okReply()), "+OK\r\n");
  assertEquals(text(errorReply("ERR syntax error")), "-ERR syntax error\r\n");
  assertEquals(text(helpReply(["a", "b"])), "*2\r\n+a\r\n+b\r\n");
});
