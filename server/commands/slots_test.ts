/** NUMA SLOTS as clients see it: seating, settings, listings in RESP2 and RESP3, and refusals. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Config } from "../config.ts";
import { Slots } from "../slots.ts";
import { runServerCommand } from "./mod.ts";
import { contextOf } from "./testing.ts";

interface Client {
  readonly slots: Slots;
  readonly config: Config;
  send(line: string): Promise<string>;
}

function client(protocol: 2 | 3 = 2): Client {
  const slots = new Slots();
  const context = contextOf({ slots, protocol });
  const send = async (line: string): Promise<string> => {
    const args = `NUMA SLOTS ${line}`.split(" ").map((word) => new TextEncoder().encode(word));
    return new TextDecoder().decode(await runServerCommand(context, args));
  };
  return { slots, config: context.config, send };
}

Deno.test("NUMA SLOTS seats strategies of the list, with settings and options", async () => {
  const { slots, send } = client();
  const line = "load 3 weighted weights 80,120 PRIORITY high interval 5000 observe on";
  assertEquals(await send(line), "+OK\r\n");
  const { strategy, priority, intervalMs, observe, options } = slots.state(3)!;
  assertEquals([strategy, priority, intervalMs, observe], ["weighted", "high", 5000, true]);
  assertEquals(options, { weights: "80,120" });
  assertEquals(await send("SET 3 weights 1,2"), "+OK\r\n");
  assertEquals(await send("SET 3 priority low"), "+OK\r\n");
  assertEquals(slots.state(3)?.options, { weights: "1,2" });
  assertEquals(await send("DISABLE 3"), "+OK\r\n");
  assertEquals(slots.state(3)?.enabled, false);
  assertEquals(await send("ENABLE 3"), "+OK\r\n");
  assertEquals(slots.state(3)?.enabled, true);
  assertEquals(await send("UNLOAD 3"), "+OK\r\n");
  assertEquals(slots.state(3), undefined);
});

Deno.test("NUMA SLOTS tells the configuration who sits where, and nothing when it refuses", async () => {
  const { config, send } = client();
  const told = (): string => config.text("numa-slot");
  assertEquals(told(), "1 composite_lru");
  await send("LOAD 3 weighted weights 80,120 interval 5000");
  await send("SET 3 Observe on");
  const seat = "weighted interval 5000 observe yes";
  assertEquals(told(), `1 composite_lru ; 3 ${seat} weights 80,120`);
  await send("DISABLE 3");
  await send("SET 3 weights 0");
  await send("LOAD 4 nobody");
  assertEquals(told(), `1 composite_lru ; 3 ${seat} enabled no weights 80,120`);
  await send("DISABLE 0");
  await send("UNLOAD 3");
  assertEquals(told(), "1 composite_lru ; 3 none");
});

Deno.test("NUMA SLOTS LIST and STATS show how a slot is seated and what it has done", async () => {
  const { send } = client();
  await send("LOAD 15 interleaved");
  const list = await send("LIST");
  assertEquals(
    list.slice(0, 38),
    "*2\r\n*38\r\n$4\r\nslot\r\n:0\r\n$8\r\nstrategy\r\n$4".slice(0, 38),
  );
  assertEquals(list.split("$9\r\nsuspended\r\n:0\r\n").length, 3);
  const three = client(3);
  await three.send("LOAD 2 composite_lru");
  const stats = await three.send("STATS 2");
  assertEquals(
    stats.startsWith("%19\r\n$4\r\nslot\r\n:2\r\n$8\r\nstrategy\r\n$13\r\ncomposite_lru\r\n"),
    true,
  );
  assertStringIncludes(stats, "$7\r\nenabled\r\n#t\r\n");
  assertStringIncludes(stats, "$4\r\nruns\r\n:0\r\n");
  assertStringIncludes(stats, "$2\r\nms\r\n,0\r\n");
  assertStringIncludes(await three.send("HELP"), "+LOAD <slot> <name | file>");
});

Deno.test("NUMA SLOTS refuses in a sentence and changes nothing", async () => {
  const { slots, send } = client();
  await send("LOAD 4 weighted");
  const before = slots.list();
  const slot = (text: string): string =>
    `-ERR slot must be a whole number from 0 to 15, not '${text}'\r\n`;
  const refusals: [line: string, reply: string][] = [
    ["LOAD 16 weighted", slot("16")],
    ["LOAD -1 weighted", slot("-1")],
    ["STATS x", slot("x")],
    ["STATS 1.5", slot("1.5")],
    [
      "LOAD 0 weighted",
      "-ERR Cannot load into slot 0: it is the fallback; numa-default-strategy sets its placement\r\n",
    ],
    ["UNLOAD 0", "-ERR Cannot empty slot 0: it is the fallback\r\n"],
    ["UNLOAD 9", "-ERR slot 9 is empty; NUMA SLOTS LIST shows those that are not\r\n"],
    ["STATS 9", "-ERR slot 9 is empty; NUMA SLOTS LIST shows those that are not\r\n"],
    ["ENABLE 9", "-ERR Cannot switch slot 9: it is empty\r\n"],
    ["SET 9 priority low", "-ERR Cannot set 'priority' of slot 9: it is empty\r\n"],
    [
      "SET 4 weights 0,1",
      "-ERR Cannot set option 'weights' to '0,1': want whole numbers from 1 to 255, joined by commas\r\n",
    ],
    ["SET 4 height 1", "-ERR Unknown option 'height': there are weights\r\n"],
    ["LOAD 5 weighted weights", "-ERR Cannot take option 'weights': it has no value\r\n"],
    [
      "LOAD 5 weighted priority urgent",
      "-ERR Cannot set 'priority' to 'urgent': want high, normal, low\r\n",
    ],
    [
      "LOAD 5 weighted interval 0",
      "-ERR Cannot run every '0' ms: want above 0, at most 86400000\r\n",
    ],
    ["LOAD 5 /nowhere/mine.ts", "-ERR Cannot load '/nowhere/mine.ts': there is no such file\r\n"],
    ["SET 4 constructor x", "-ERR Unknown option 'constructor': there are weights\r\n"],
    ["LOAD 5", "-ERR wrong number of arguments for 'numa|slots|load'\r\n"],
    ["LIST 5", "-ERR wrong number of arguments for 'numa|slots|list'\r\n"],
    ["DANCE", "-ERR unknown subcommand 'DANCE'. Try NUMA SLOTS HELP.\r\n"],
  ];
  for (const [line, reply] of refusals) assertEquals(await send(line), reply, line);
  assertStringIncludes(await send("LOAD 5 nobody"), "there is none of that name, only noop,");
  assertStringIncludes(await send("LOAD 5 mine.ts"), "/mine.ts': there is no such file");
  assertEquals(slots.list(), before);
});
