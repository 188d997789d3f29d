/** NUMACONFIG as clients see it: short names, values node by node, refusals, and the same values as CONFIG. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Config } from "../config.ts";
import { FakeKeys } from "../testing.ts";
import { runServerCommand } from "./mod.ts";
import { contextOf } from "./testing.ts";

/** Sends lines to a fresh configuration over nodes 0 and 3. */
function client(protocol: 2 | 3 = 2): { config: Config; send: (line: string) => Promise<string> } {
  const config = Config.load();
  const context = contextOf({ config, store: new FakeKeys([], [0, 3]), protocol });
  const send = async (line: string): Promise<string> => {
    const args = line.split(" ").map((word) => new TextEncoder().encode(word));
    return new TextDecoder().decode(await runServerCommand(context, args));
  };
  return { config, send };
}

Deno.test("NUMACONFIG SET and GET: short names, whole names, either dash", async () => {
  const { config, send } = client();
  const lines: [line: string, option: string, value: string][] = [
    ["strategy weighted", "numa-default-strategy", "weighted"],
    ["STRATEGY round-robin", "numa-default-strategy", "round_robin"],
    ["weight 0 80", "numa-node-weight", "0 80"],
    ["weight 3 120", "numa-node-weight", "0 80 3 120"],
    ["maxmemory 3 50%", "numa-node-maxmemory", "3 50%"],
    ["cxl_optimization on", "numa-cxl-optimization", "yes"],
    ["cxl-optimization disabled", "numa-cxl-optimization", "no"],
    ["balance_threshold 20", "numa-balance-threshold", "20"],
    ["auto_rebalance no", "numa-auto-rebalance", "no"],
    ["numa-auto-rebalance yes", "numa-auto-rebalance", "yes"],
    ["numa_enabled off", "numa-enabled", "no"],
    ["hotness_threshold 6", "numa-hotness-threshold", "6"],
  ];
  for (const [line, option, value] of lines) {
    assertEquals(await send(`NUMACONFIG SET ${line}`), "+OK\r\n", line);
    assertEquals(config.text(option), value, line);
  }
  assertEquals(
    await send("NUMACONFIG GET weight"),
    "*2\r\n$6\r\nweight\r\n$11\r\n0 80 3 120\r\n".replace("$11", "$10"),
  );
  assertEquals(
    await send("NUMACONFIG GET numa-node-maxmemory"),
    "*2\r\n$9\r\nmaxmemory\r\n$9\r\n0 0 3 50%\r\n",
  );
  const all = await client(3).send("NUMACONFIG GET");
  assertStringIncludes(all, "$8\r\nstrategy\r\n$11\r\nlocal_first\r\n");
  assertStringIncludes(all, "$6\r\nweight\r\n$11\r\n0 100 3 100\r\n");
  assertEquals(all[0], "%");
});

Deno.test("NUMACONFIG refuses and says what would be right", async () => {
  const { config, send } = client();
  const failed = (name: string, why: string): string =>
    `-ERR NUMACONFIG SET failed for '${name}' - ${why}\r\n`;
  const range = failed("weight", "argument must be between 1 and 255 inclusive");
  const refusals: [line: string, reply: string][] = [
    ["SET weight 0 0", range],
    ["SET weight 0 300", range],
    ["SET weight 0 many", failed("weight", "argument couldn't be parsed into an integer")],
    ["SET weight x 1", failed("weight", "'x' is not the id of a NUMA node")],
    ["SET weight 80", failed("weight", "wrong number of arguments")],
    [
      "SET balance_threshold 0",
      failed("balance_threshold", "argument must be between 1 and 100 inclusive"),
    ],
    [
      "SET auto_rebalance 3",
      failed("auto_rebalance", "argument must be 'yes' or 'no' (or on, off, enabled, disabled)"),
    ],
    [
      "SET balance_threshold 3 4",
      "-ERR wrong number of arguments for 'numaconfig|set' command\r\n",
    ],
    ["GET weight x", "-ERR wrong number of arguments for 'numaconfig|get' command\r\n"],
  ];
  for (const [line, reply] of refusals) {
    assertEquals(await send(`NUMACONFIG ${line}`), reply, line);
  }
  assertStringIncludes(await send("NUMACONFIG SET strategy best"), "local_first, interleave");
  for (const line of ["GET nothing", "SET nothing 1", "GET hz"]) {
    const reply = await send(`NUMACONFIG ${line}`);
    assertStringIncludes(reply, `-ERR unknown parameter '${line.split(" ")[1]}'; there are`);
    assertStringIncludes(reply, "balance_threshold");
  }
  assertEquals(config.text("numa-node-weight"), "");
});

Deno.test("NUMACONFIG STATS and REBALANCE tell numbers", async () => {
  const stats = await client(3).send("NUMACONFIG STATS");
  assertStringIncludes(stats, "%16\r\n$7\r\nenabled\r\n#t\r\n$8\r\nstrategy\r\n$11\r\nlocal_first");
  assertStringIncludes(stats, "$4\r\nnode\r\n:3\r\n$6\r\nweight\r\n:100\r\n");
  const moved = await client(3).send("NUMACONFIG REBALANCE");
  assertEquals(
    moved,
    "%4\r\n$17\r\nimbalance_percent\r\n,0\r\n$4\r\nkeys\r\n:0\r\n$5\r\nbytes\r\n:0\r\n$9\r\ntied_keys\r\n:0\r\n",
  );
});
