/**
 * A node that is full: what is moved there spills to others instead of killing the process, and is told and brought home.
 *
 * Knows the machine's sizes. Invariant: what the server calls a stray the kernel has on another node than the window's.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Fields } from "../../support/fields.ts";
import { FAR_NODE, NODES } from "../machine.ts";
import { check, keyOf, windowOf } from "./numakv.ts";
import { residentPages } from "./pages.ts";
import { clientOf, shared } from "./shared.ts";

const MIB = 2 ** 20;
/** Value size: a dozen or so fill the node. */
const VALUE_MIB = 8;
/** Moves that do not fit the node any more. */
const BEYOND = 3;
const COUNT = Math.ceil((NODES[FAR_NODE]?.memory_mib ?? 0) / VALUE_MIB) + BEYOND;

/** Pages of the far node's window on other nodes, by the kernel's word. */
async function straysByKernel(): Promise<number> {
  const { start, end } = await windowOf(clientOf(), FAR_NODE);
  const pages = await residentPages(shared().process.pid, start, end);
  return [...pages.values()].filter((place) => place !== FAR_NODE).length;
}

check("a node that is full spills, and the server lives and keeps every byte", async () => {
  const client = clientOf();
  for (let number = 0; number < COUNT; number++) {
    const key = `full:${number}`;
    assertEquals(await client.call("SETRANGE", key, VALUE_MIB * MIB - 5, "final"), VALUE_MIB * MIB);
    assertEquals(await client.call("NUMAMIGRATE", "KEY", key, FAR_NODE), "OK");
    assertEquals((await keyOf(client, key)).get("current_node"), FAR_NODE);
  }
  for (let number = 0; number < COUNT; number++) {
    assertEquals(await client.call("GETRANGE", `full:${number}`, -5, -1), "final");
  }
  const strays = await straysByKernel();
  assert(strays * 4096 >= (BEYOND - 1) * VALUE_MIB * MIB, `${strays} pages spilled`);
  const last = await keyOf(client, `full:${COUNT - 1}`);
  assertEquals(last.get("current_node"), FAR_NODE);
  assert(last.number("resident_node") !== FAR_NODE, "the last key is told to be elsewhere");
});

check(
  "NUMA VERIFY counts what spilled, and FIX leaves it where it is while the node is full",
  async () => {
    const strays = await straysByKernel();
    assertEquals(new Fields(await clientOf().call("NUMA", "VERIFY")).get("strays"), strays);
    const fixed = new Fields(await clientOf().call("NUMA", "VERIFY", "FIX"));
    assertEquals(fixed.number("moved") + fixed.number("failed"), strays);
    assertEquals(await straysByKernel(), strays - fixed.number("moved"));
    assert(fixed.number("failed") > 0, "a node that is full takes no more");
  },
);

check("when there is room again FIX brings home what spilled", async () => {
  const client = clientOf();
  const kept = `full:${COUNT - 1}`;
  for (let number = 0; number < COUNT - 1; number++) await client.call("DEL", `full:${number}`);
  assert((await keyOf(client, kept)).number("resident_node") !== FAR_NODE);
  assertEquals(new Fields(await client.call("NUMA", "VERIFY", kept, "FIX")).get("failed"), 0);
  assertEquals((await keyOf(client, kept)).get("resident_node"), FAR_NODE);
  assertEquals(await client.call("GETRANGE", kept, -5, -1), "final");
  await client.call("DEL", kept);
});
