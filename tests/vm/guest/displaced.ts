/**
 * Pages that something outside moves to another node: the server must find exactly those, and bring them home when asked,
 * or by itself.
 *
 * Knows move_pages and NUMA VERIFY. Invariant: what the server tells is compared with what the kernel told before.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Fields } from "../../support/fields.ts";
import { infoOf } from "../../support/info.ts";
import type { Argument } from "../../support/resp_client.ts";
import { FAR_NODE } from "../machine.ts";
import { check, keyOf, windowOf } from "./numakv.ts";
import { displace, PAGE_BYTES, placesOf, residentPages } from "./pages.ts";
import { clientOf, IDS, shared } from "./shared.ts";

/** So many that the middle of the pages that come with a key is its value, not memory the mover had there in advance. */
const VALUE_PAGES = 200;
/** Pages moved away: some of a key's, not all, and an odd number. */
const DISPLACED = 17;
/** Longest wait for the patrol, which goes round once a second. */
const PATROL_LIMIT_MS = 60_000;

/** Writes a key of many pages on a node and gives the pages that came with it, in order. */
async function makeKey(key: string, node: number): Promise<number[]> {
  const [client, { pid }] = [clientOf(), shared().process];
  const { start, end } = await windowOf(client, node);
  const before = await residentPages(pid, start, end);
  await client.call("SET", key, "v".repeat(VALUE_PAGES * PAGE_BYTES));
  await client.call("NUMAMIGRATE", "KEY", key, node);
  const now = await residentPages(pid, start, end);
  const fresh = [...now.keys()].filter((page) => !before.has(page)).sort((a, b) => a - b);
  assert(fresh.length >= VALUE_PAGES, `${fresh.length} pages came with the key`);
  return fresh;
}

/** The longest run of pages without a gap: the value, of which the key's own pages are cut out in the middle. */
function insideOf(pages: readonly number[]): number[] {
  let [from, longest] = [0, 0];
  for (let first = 0, at = 1; at <= pages.length; at++) {
    if (pages[at] === (pages[at - 1] ?? 0) + PAGE_BYTES) continue;
    if (at - first > longest) [from, longest] = [first, at - first];
    first = at;
  }
  assert(longest > DISPLACED + 2, `a run of ${longest} pages`);
  const skipped = (longest - DISPLACED) >> 1;
  return pages.slice(from + skipped, from + skipped + DISPLACED);
}

async function verify(...args: Argument[]): Promise<Fields> {
  return new Fields(await clientOf().call("NUMA", "VERIFY", ...args));
}

/** Strays of each node's window, as NUMA VERIFY of the whole pool tells them. */
async function straysOfNodes(...args: Argument[]): Promise<number[]> {
  const nodes = (await verify(...args)).list("nodes").map((node) => new Fields(node));
  return IDS.map((id) => nodes.find((one) => one.get("node") === id)?.number("strays") ?? -1);
}

/** Strays of each node's window, by the kernel's word. */
async function straysByKernel(): Promise<number[]> {
  const strays: number[] = [];
  for (const node of IDS) {
    const { start, end } = await windowOf(clientOf(), node);
    const places = await residentPages(shared().process.pid, start, end);
    strays.push([...places.values()].filter((place) => place !== node).length);
  }
  return strays;
}

check("NUMA VERIFY finds nothing amiss where nothing is", async () => {
  assertEquals(await straysByKernel(), [0, 0, 0]);
  assertEquals(await straysOfNodes(), [0, 0, 0]);
});

check("a key all of whose pages were moved behind our back is told to be where it is", async () => {
  const pages = await makeKey("moved", 0);
  displace(shared().process.pid, pages, 1);
  const info = await keyOf(clientOf(), "moved");
  assertEquals([info.get("current_node"), info.get("resident_node")], [0, 1]);
  displace(shared().process.pid, pages, 0);
  assertEquals((await keyOf(clientOf(), "moved")).get("resident_node"), 0);
});

check("NUMA VERIFY of a key reports exactly the pages that were moved away", async () => {
  const pages = insideOf(await makeKey("key", 0));
  displace(shared().process.pid, pages, 1);
  const report = await verify("key");
  const places = new Fields(report.get("pages_by_kernel_node"));
  assertEquals([report.get("scope"), report.get("strays")], ["key", DISPLACED]);
  assertEquals(places.get("1"), DISPLACED);
  assertEquals(places.number("0"), report.number("resident") - DISPLACED);
  assertEquals((await verify("moved")).get("strays"), 0);
});

check("NUMA VERIFY of the pool reports exactly those, window by window", async () => {
  const pages = insideOf(await makeKey("far", FAR_NODE));
  displace(shared().process.pid, pages.slice(1), 0);
  assertEquals(await straysByKernel(), [DISPLACED, 0, DISPLACED - 1]);
  assertEquals(await straysOfNodes(), [DISPLACED, 0, DISPLACED - 1]);
  const info = await infoOf(clientOf(), "numa");
  assertEquals(info.number("numa_stray_pages"), 2 * DISPLACED - 1);
});

check("NUMA VERIFY FIX brings exactly those home", async () => {
  const fixed = await verify("far", "FIX");
  assertEquals([fixed.get("moved"), fixed.get("failed")], [DISPLACED - 1, 0]);
  assertEquals(await straysByKernel(), [DISPLACED, 0, 0]);
  assertEquals((await verify("FIX")).get("moved"), DISPLACED);
  assertEquals(await straysByKernel(), [0, 0, 0]);
  assertEquals(await straysOfNodes(), [0, 0, 0]);
  assertEquals(await clientOf().call("STRLEN", "key"), VALUE_PAGES * PAGE_BYTES);
});

check("the patrol finds displaced pages by itself and brings them home", async () => {
  const [client, { pid }] = [clientOf(), shared().process];
  const { start, end } = await windowOf(client, 0);
  const resident = [...(await residentPages(pid, start, end)).keys()];
  const pages = insideOf(resident.sort((a, b) => a - b));
  const rehomed = async (): Promise<number> =>
    (await infoOf(client, "numa")).number("numa_rehomed_pages");
  const before = await rehomed();
  displace(pid, pages, 1);
  await client.call("CONFIG", "SET", "numa-patrol-pages", 32768);
  const limit = performance.now() + PATROL_LIMIT_MS;
  while (placesOf(pid, pages).some((place) => place !== 0) && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assertEquals(placesOf(pid, pages), pages.map(() => 0));
  assertEquals(await rehomed() - before, DISPLACED);
  await client.call("CONFIG", "SET", "numa-patrol-pages", 0);
  await client.call("DEL", "moved", "key", "far");
});
