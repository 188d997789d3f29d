/**
 * NUMA TRACE over a socket, and its file in the simulator.
 *
 * Knows commands and the launcher. Invariant: a trace lies in the server's own folder and goes with it.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Fields } from "./support/fields.ts";
import { launch } from "./support/launcher.ts";
import { ReplyError, RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

Deno.test("NUMA TRACE records each use, and simulate replays it", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using server = await startServer({ topology: "fake:1+1", listeners: 1, dir });
    using client = await RespClient.connect(server.port);
    const names = Array.from({ length: 200 }, (_, at) => `key:${at}`);
    await client.pipeline(names.map((name) => ["SET", name, "x".repeat(100)]));
    await client.call("GET", "key:0");
    assertEquals(
      await client.call("NUMA", "TRACE", "START", "uses.trace", "MAXBYTES", "1000000"),
      "OK",
    );
    for (let round = 0; round < 20; round++) {
      await client.pipeline(names.slice(0, 10 * (round + 1)).map((name) => ["GET", name]));
    }
    await client.pipeline([["SET", "key:1", "y"], ["GET", "absent"], ["STRLEN", "key:2"]]);
    const again = await client.call("NUMA", "TRACE", "START", "more.trace");
    assert(again instanceof ReplyError && again.message.includes("goes on"), Deno.inspect(again));
    const during = new Fields(await client.call("NUMA", "TRACE", "STATUS"));
    assertEquals(during.number("recording"), 1);
    assertEquals(await client.call("NUMA", "TRACE", "STOP"), "OK");
    const status = new Fields(await client.call("NUMA", "TRACE", "STATUS"));
    const uses = 10 * 20 * 21 / 2 + 2;
    assertEquals(["recording", "records", "dropped"].map((name) => status.number(name)), [
      0,
      uses,
      0,
    ]);
    await client.call("GET", "key:0");
    const path = `${dir}/uses.trace`;
    assertEquals((await Deno.stat(path)).size, status.number("bytes"));
    const words = ["simulate", "--trace", path, "--rate", "100", "--json", "--fast-share", "0.5"];
    const { code, stdout, stderr } = await launch([...words, "--strategy", "composite_lru"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(Object.keys(JSON.parse(stdout)), [
      "first_touch",
      "interleave",
      "oracle",
      "composite_lru",
    ]);
    await Deno.truncate(path, status.number("bytes") - 3);
    const damaged = await launch(words);
    assertEquals(damaged.code, 1);
    assertStringIncludes(damaged.stderr, "the end of the file inside a record");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("NUMA TRACE refuses what it cannot do, and says why", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/dump.rdb`, "precious");
    await using server = await startServer({ listeners: 1, dir });
    using client = await RespClient.connect(server.port);
    const cases: [words: string[], message: string][] = [
      [["STOP"], "no trace is being recorded"],
      [["START", "dump.rdb"], "Cannot record into 'dump.rdb'"],
      [["START", "../a"], "is no plain file name"],
      [["START", "/tmp/a"], "is no plain file name"],
      [["START", ".."], "is no plain file name"],
      [["START", "a", "MAXBYTES", "10"], "MAXBYTES wants a whole number, 4096 at least"],
      [["START", "a", "SECONDS", "0"], "SECONDS wants a whole number"],
      [["START", "a", "FOR", "5"], "syntax error"],
      [["PAUSE"], "unknown subcommand 'PAUSE'"],
    ];
    for (const [words, message] of cases) {
      const refused = await client.call("NUMA", "TRACE", ...words);
      const isTold = refused instanceof ReplyError && refused.message.includes(message);
      assert(isTold, `${words}: ${Deno.inspect(refused)}`);
    }
    assertEquals(await Deno.readTextFile(`${dir}/dump.rdb`), "precious");
    const status = new Fields(await client.call("NUMA", "TRACE", "STATUS"));
    assert(status.number("recording") === 0 && status.number("bytes") === 0);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
