/**
 * Strategies at work on real nodes: keys come to the node whose endpoint uses them, and the coldest leave a node that is too full.
 *
 * Knows directives as words. Invariant: a key counts as moved only where the kernel has the page of its entry, asked from outside.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FAR_NODE } from "../machine.ts";
import { check, poolOf } from "./numakv.ts";
import { placesOf } from "./pages.ts";
import { clientOf, IDS, shared } from "./shared.ts";

/** The longest a strategy may take: ticks, and as many seconds. */
const TICKS_MAX = 60;
const KEYS = 300;
const VALUE_BYTES = 2000;

function namesOf(prefix: string): string[] {
  return Array.from({ length: KEYS }, (_, at) => `${prefix}:${at}`);
}

async function set(name: string, ...values: readonly (string | number)[]): Promise<void> {
  assertEquals(await clientOf().call("CONFIG", "SET", name, values.join(" ")), "OK");
}

/** How many of these keys the kernel has on each node. */
async function countsOf(keys: readonly string[]): Promise<number[]> {
  const told = await clientOf().pipeline(keys.map((key) => ["DEBUG", "OBJECT", key]));
  const pages = told.map((reply) => {
    const address = parseInt(/at:0x(\w+)/.exec(String(reply))?.[1] ?? "", 16);
    return address - address % 4096;
  });
  const places = placesOf(shared().process.pid, pages);
  return IDS.map((id) => places.filter((place) => place === id).length);
}

/** Does `work` once a tick until the keys lie as wanted; a failure tells how they lay last. */
async function until(
  keys: readonly string[],
  work: () => Promise<unknown>,
  done: (counts: readonly number[]) => boolean,
): Promise<void> {
  let counts: number[] = [];
  for (let tick = 0; tick < TICKS_MAX; tick++) {
    await work();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    counts = await countsOf(keys);
    if (done(counts)) return;
  }
  const why = await clientOf().call("NUMA", "EXPLAIN", keys[0] ?? "");
  const nodes = await clientOf().call("NUMA", "BALANCE");
  const told = Deno.inspect([why, nodes], { depth: 9, breakLength: 160 });
  throw new Error(`After ${TICKS_MAX} ticks the kernel has them so: ${counts}; ${told}`);
}

check("keys that node 1's endpoint uses come to node 1, those of node 0 stay", async () => {
  const [left, right] = [namesOf("left"), namesOf("right")];
  for (const key of [...left, ...right]) {
    assertEquals(await clientOf(0).call("SET", key, "v".repeat(VALUE_BYTES)), "OK");
  }
  assertEquals(await countsOf([...left, ...right]), [2 * KEYS, 0, 0]);
  await set("numa-enabled", "yes");
  const use = (): Promise<unknown> =>
    Promise.all([
      clientOf(0).pipeline(left.map((key) => ["GET", key])),
      clientOf(1).pipeline(right.map((key) => ["GET", key])),
    ]);
  await until(right, use, (counts) => (counts[1] ?? 0) >= 0.95 * KEYS);
  assertEquals(await countsOf(left), [KEYS, 0, 0]);
  await set("numa-enabled", "no");
  await clientOf().pipeline([...left, ...right].map((key) => ["DEL", key]));
});

check("a node above its high water sends its coldest keys to the node without CPUs", async () => {
  // One large key that is left from before would do instead.
  assertEquals(await clientOf().call("FLUSHALL"), "OK");
  const [warm, cold] = [namesOf("warm"), namesOf("cold")];
  for (const key of [...warm, ...cold]) {
    assertEquals(await clientOf(0).call("SET", key, "v".repeat(VALUE_BYTES)), "OK");
  }
  const used = (await poolOf(clientOf(), 0)).number("used_bytes");
  // A third of the cold keys is too much.
  await set("numa-node-maxmemory", 0, Math.round((used - KEYS * VALUE_BYTES / 3) / 0.95));
  const use = (): Promise<unknown> => clientOf(0).pipeline(warm.map((key) => ["GET", key]));
  for (let times = 0; times < 8; times++) await use();
  // Node 1 has room as well, and evenness would fill it.
  await set("numa-auto-rebalance", "no");
  await set("numa-enabled", "yes");
  await until(cold, use, (counts) => (counts[FAR_NODE] ?? 0) >= KEYS / 4);
  const stayed = (await countsOf(warm))[0] ?? 0;
  assert(stayed >= 0.95 * KEYS, `${stayed} of ${KEYS} warm keys are still on node 0`);
  await set("numa-enabled", "no");
  await set("numa-node-maxmemory", 0, 0);
  await clientOf().pipeline([...warm, ...cold].map((key) => ["DEL", key]));
});
