/** The embedded store over a fake lane: replies in order, errors thrown, outcomes followed. */

import { assertEquals, assertThrows } from "@std/assert";
import { EmbeddedStore, ReplyError } from "./embed.ts";
import { FakeLane } from "./testing.ts";

/** A lane whose words are the inline ones of the fake core. */
class InlineLane extends FakeLane {
  override execute(session: number, input: Uint8Array, length: number, output: Uint8Array): number {
    const words = new TextDecoder().decode(input.subarray(0, length)).split("\r\n")
      .filter((_, index) => index % 2 === 0 && index > 0).join(" ");
    const line = new TextEncoder().encode(length === 0 ? "" : `${words.trim()}\r\n`);
    return super.execute(session, line, line.length, output);
  }
}

Deno.test("embed: a command's reply comes back, as text or as bytes", () => {
  using store = new EmbeddedStore(new InlineLane());
  assertEquals(store.command(["PING"]), "PONG");
  assertEquals(store.command(["BIG", 3]), "xxx");
  assertEquals(store.command(["BIG", 3], { as: "bytes" }), new Uint8Array([120, 120, 120]));
});

Deno.test("embed: replies larger than the buffer, and retries, are followed to the end", () => {
  using store = new EmbeddedStore(new InlineLane());
  assertEquals(store.command(["BIG", 200000]), "x".repeat(200000));
  assertEquals(store.command(["RETRY"]), "PONG");
});

Deno.test("embed: a server command is refused with a reason", () => {
  using store = new EmbeddedStore(new InlineLane());
  assertThrows(() => store.command(["SERVER", "a"]), ReplyError, "needs the server");
});

Deno.test("embed: a closed store says so, and closes once", () => {
  let closes = 0;
  const store = new EmbeddedStore(new InlineLane(), () => void closes++);
  store[Symbol.dispose]();
  store[Symbol.dispose]();
  assertEquals(closes, 1);
  assertThrows(() => store.command(["PING"]), Error, "the store is closed");
});
