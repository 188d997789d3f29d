/**
 * The store inside a program: `mod.ts` as its users import it, over the real core, and the example of the README.
 *
 * Knows the public face only. Invariant: every store opened here is closed, and no socket is ever opened.
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CoreError, type EmbeddedStore, open, ReplyError } from "../mod.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("embed: bulk strings come back as text, or as bytes, as the caller likes", () => {
  using store = open();
  assertEquals(store.command(["SET", "greeting", "grüß dich"]), "OK");
  assertEquals(store.command(["GET", "greeting"]), "grüß dich");
  const bytes = new TextEncoder().encode("grüß dich");
  assertEquals(store.command(["GET", "greeting"], { as: "bytes" }), bytes);
  assertEquals(store.command(["GET", "missing"]), null);
  assertEquals(store.command(["INCRBY", "count", 41]), 41);
  assertEquals(store.command(["MGET", "count", "missing"]), ["41", null]);
});

Deno.test("embed: every byte survives as key and as value", () => {
  using store = open();
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  store.command(["SET", all, all]);
  assertEquals(store.command(["GET", all], { as: "bytes" }), all);
  assertEquals(store.command(["STRLEN", all]), 256);
});

Deno.test("embed: a value of many megabytes goes in and comes out", () => {
  using store = open();
  const value = new Uint8Array(5 << 20).map((_, at) => at * 31);
  assertEquals(store.command(["SET", "big", value]), "OK");
  const back = store.command(["GET", "big"], { as: "bytes" });
  const same = back instanceof Uint8Array && back.length === value.length &&
    back.every((byte, at) => byte === value[at]);
  assert(same);
});

Deno.test("embed: a pipeline gives a reply for each command, errors in their places", () => {
  using store = open();
  const replies = store.pipeline([["SET", "k", "v"], ["INCR", "k"], ["NOSUCH"], ["GET", "k"]]);
  assertEquals([replies[0], replies[3]], ["OK", "v"]);
  assertInstanceOf(replies[1], ReplyError);
  assertInstanceOf(replies[2], ReplyError);
  assertEquals(store.pipeline([]), []);
});

Deno.test("embed: ten thousand commands in one pipeline", () => {
  using store = open();
  const replies = store.pipeline(
    Array.from({ length: 10_000 }, (_, at) => ["SET", `key:${at}`, "x".repeat(100)]),
  );
  assertEquals(replies.length, 10_000);
  assert(replies.every((reply) => reply === "OK"));
  assertEquals(store.command(["DBSIZE"]), 10_000);
});

Deno.test("embed: an error reply is thrown with its words", () => {
  using store = open();
  store.command(["SET", "k", "text"]);
  const error = assertThrows(() => store.command(["INCR", "k"]), ReplyError);
  assertEquals(error.message, "ERR value is not an integer or out of range");
  assertThrows(() => store.command(["GET"]), ReplyError, "wrong number of arguments");
  assertThrows(() => store.command(["CONFIG", "GET", "*"]), ReplyError, "needs the server");
  assertEquals(store.command(["GET", "k"]), "text");
});

Deno.test("embed: two stores opened at once share nothing", () => {
  using one = open({ topology: "fake:1" });
  using other = open({ topology: "fake:2", maxmemory: "1mb" });
  one.command(["SET", "k", "one"]);
  assertEquals(other.command(["GET", "k"]), null);
  other.command(["SET", "k", "other"]);
  one.command(["FLUSHALL"]);
  assertEquals(other.command(["GET", "k"]), "other");
});

Deno.test("embed: the nodes of a made-up topology take keys", () => {
  using store = open({ topology: "fake:2" });
  store.command(["SET", "k", "v"]);
  assertEquals(store.command(["NUMAMIGRATE", "KEY", "k", 1]), "OK");
  assertEquals(store.command(["GET", "k"]), "v");
  assertThrows(() => store.command(["NUMAMIGRATE", "KEY", "k", 7]), ReplyError);
});

Deno.test("embed: a full store says so and goes on reading", () => {
  using store = open({ maxmemory: "1mb", "maxmemory-policy": "noeviction" });
  const fill = (): void => {
    for (let at = 0; at < 10_000; at++) store.command(["SET", `k:${at}`, "x".repeat(1000)]);
  };
  assertStringIncludes(assertThrows(fill, ReplyError).message, "OOM");
  assertEquals(store.command(["STRLEN", "k:0"]), 1000);
  store.command(["FLUSHALL"]);
  assertEquals(store.command(["SET", "k", "v"]), "OK");
});

Deno.test("embed: using closes the store at the end of its block", () => {
  let escaped: EmbeddedStore;
  {
    using store = open();
    escaped = store;
    assertEquals(store.command(["PING"]), "PONG");
  }
  assertThrows(() => escaped.command(["PING"]), Error, "the store is closed");
  escaped[Symbol.dispose]();
});

Deno.test("embed: opening and closing many stores leaves nothing behind", async () => {
  // Windows lie between 0x1000… and 0x5000…; other tests of this process map elsewhere.
  const mappings = async (): Promise<number> =>
    (await Deno.readTextFile("/proc/self/maps")).match(/^[1-4][0-9a-f]{11}-/gm)?.length ?? 0;
  for (let warm = 0; warm < 3; warm++) open()[Symbol.dispose]();
  const before = await mappings();
  for (let round = 0; round < 50; round++) {
    using store = open({ topology: "fake:2" });
    store.command(["SET", "k", "x".repeat(100_000)]);
  }
  const grown = await mappings() - before;
  assert(grown <= 0, `${grown} mappings of windows more after 50 stores`);
});

Deno.test("embed: a wrong option is refused with its name", () => {
  assertThrows(() => open({ topology: "bogus" }), Error, "topology");
  assertThrows(() => open({ nosuchoption: 1 }), Error, "nosuchoption");
  assertThrows(() => open({ appendonly: true }), Error, "appendonly");
  assert(new CoreError(1, "try").message.startsWith("Cannot try"));
});

/** The program in README.md behind the mark, with the public face by its URL. */
async function readmeProgram(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const block = /<!-- embed -->\s*```ts\n(.*?)```/s.exec(readme)?.[1];
  if (block === undefined) {
    throw new Error("Cannot find the example: README.md has no ```ts block behind <!-- embed -->");
  }
  return block.replace(/from "(?:\.\/mod\.ts|numakv)"/, `from "${new URL("mod.ts", ROOT)}"`);
}

Deno.test("embed: the README's example runs and prints what it says", async () => {
  const program = await readmeProgram();
  const wanted = [...program.matchAll(/\/\/ prints: (.*)$/gm)].map((match) => match[1]);
  assert(wanted.length > 0, "the example says what it prints");
  const folder = await Deno.makeTempDir({ prefix: "numakv-test-" });
  try {
    await Deno.writeTextFile(`${folder}/example.ts`, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--check",
        "-c",
        decodeURIComponent(
          new URL("deno.json", ROOT).pathname,
        ),
        "-P=test",
        `${folder}/example.ts`,
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 0, decoder.decode(stderr));
    assertEquals(decoder.decode(stdout).trimEnd().split("\n"), wanted);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
