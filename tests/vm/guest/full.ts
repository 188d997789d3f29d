/**
 * A node that is full: what is moved there spills to others instead of killing the process, and is told and brought home.
 *
 * Knows the machine's sizes. Invariant: what the server calls a stray the kernel has on another node than the window's.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FAR_NODE, NODES } from "../machine.ts";
import { check, keyOf, windowOf } from "./numakv.ts";
import { residentPages } from "./pages.ts";
import { clientOf, shared } from "./shared.ts";

const MIB = 2 ** 20;
/** Value size: a dozen of them fill the node. */
const VALUE_MIB = 32;
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

check("after the keys are gone the full node is free again", async () => {
  const client = clientOf();
  for (let number = 0; number < COUNT; number++) await client.call("DEL", `full:${number}`);
  assertEquals(
    await client.call("SETRANGE", "after", VALUE_MIB * MIB - 5, "final"),
    VALUE_MIB * MIB,
  );
  assertEquals(await client.call("NUMAMIGRATE", "KEY", "after", FAR_NODE), "OK");
  assertEquals((await keyOf(client, "after")).get("resident_node"), FAR_NODE);
  await client.call("DEL", "after");
});
