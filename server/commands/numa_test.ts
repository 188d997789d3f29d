/** NUMA HOTKEYS, CANDIDATES and HEATMAP as clients see them, over keys laid out as core lays them out. */

import { assertEquals } from "@std/assert";
import { Hotness } from "../hotness.ts";
import { type FakeKey, FakeKeys } from "../testing.ts";
import { runServerCommand } from "./mod.ts";
import { contextOf } from "./testing.ts";

/** Sends lines to the commands over `all`, two nodes that are 3 and 7. */
function client(all: FakeKey[], protocol: 2 | 3 = 2): (line: string) => Promise<string> {
  const store = new FakeKeys(all, [3, 7]);
  const hotness = new Hotness(undefined, () => 0);
  hotness.observe(store);
  const context = contextOf({ store, hotness, protocol });
  return async (line) => {
    const args = line.split(" ").map((word) => new TextEncoder().encode(word));
    return new TextDecoder().decode(await runServerCommand(context, args));
  };
}

const HOT = { key: "hot", node: 3, level: 7, accessor: 7, accesses: 99, bytes: 64, db: 2 };
const WARM = { key: "warm", node: 7, level: 2, idle: 4, accesses: 5, bytes: 48 };

function flat(...fields: (string | number)[]): string {
  const write = (field: string | number): string =>
    typeof field === "number" ? `:${field}\r\n` : `$${field.length}\r\n${field}\r\n`;
  return `*${fields.length}\r\n${fields.map(write).join("")}`;
}

// deno-fmt-ignore
const HOT_REPLY = flat("key", "hot", "db", 2, "node", 3, "accessor", 7, "level", 7, "accesses", 99, "bytes", 64, "idle", 0, "candidate", 1);
// deno-fmt-ignore
const WARM_REPLY = flat("key", "warm", "db", 0, "node", 7, "accessor", -1, "level", 2, "accesses", 5, "bytes", 48, "idle", 4, "candidate", 0);

Deno.test("NUMA HOTKEYS: all nodes or one, and as many as asked for", async () => {
  const send = client([WARM, HOT]);
  const both = `*2\r\n${HOT_REPLY}${WARM_REPLY}`;
  assertEquals(await send("NUMA HOTKEYS"), both);
  assertEquals(await send("numa hotkeys ALL 9"), both);
  assertEquals(await send("NUMA HOTKEYS all 1"), `*1\r\n${HOT_REPLY}`);
  assertEquals(await send("NUMA HOTKEYS 7"), `*1\r\n${WARM_REPLY}`);
  assertEquals((await client([HOT], 3)("NUMA HOTKEYS")).slice(0, 8), "*1\r\n%9\r\n");
});

Deno.test("NUMA CANDIDATES: those used from elsewhere", async () => {
  const send = client([WARM, HOT]);
  assertEquals(await send("NUMA CANDIDATES"), `*1\r\n${HOT_REPLY}`);
  assertEquals(await send("NUMA CANDIDATES 5"), `*1\r\n${HOT_REPLY}`);
  assertEquals(await client([WARM])("NUMA CANDIDATES"), "*0\r\n");
});

Deno.test("NUMA HEATMAP: every level of every node", async () => {
  const lines = (await client([WARM, HOT])("NUMA HEATMAP")).split("\r\n");
  assertEquals(lines.slice(0, 10), "*10|$7|sampled|:2|$4|keys|:2|$6|age_ms|:0".split("|"));
  assertEquals(lines.filter((line) => line === "sampled").length, 1 + 2 * 8);
  const cell = flat("level", 7, "sampled", 1, "keys", 1, "bytes", 64);
  const text = lines.join("\r\n");
  assertEquals(text.indexOf(cell) > text.indexOf(flat("node", 3).slice(4)), true);
  assertEquals(text.split(cell).length, 2);
});

Deno.test("NUMA HOTKEYS and CANDIDATES refuse in Redis' words", async () => {
  const send = client([HOT]);
  const noNode = "-ERR node 9 does not exist; NUMA TOPOLOGY lists those there are\r\n";
  const noNumber = "-ERR value is not an integer or out of range\r\n";
  const refusals: [string, string][] = [
    ["NUMA HOTKEYS 9", noNode],
    ["NUMA HOTKEYS -1", noNode.replace("9", "-1")],
    ["NUMA HOTKEYS x", noNumber],
    ["NUMA HOTKEYS 3 1.5", noNumber],
    ["NUMA HOTKEYS 3 0", "-ERR count should be greater than 0\r\n"],
    ["NUMA CANDIDATES -4", "-ERR count should be greater than 0\r\n"],
    ["NUMA HOTKEYS 3 1 1", "-ERR syntax error\r\n"],
    ["NUMA CANDIDATES 1 1", "-ERR syntax error\r\n"],
  ];
  for (const [line, reply] of refusals) assertEquals(await send(line), reply, line);
});
