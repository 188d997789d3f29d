/** Hotness from samples laid out as core lays them out. */

import { assertEquals } from "@std/assert";
import { Sample } from "./core.ts";
import { Hotness, ROUNDS_KEPT } from "./hotness.ts";

interface Sampled {
  readonly key: string;
  readonly node: number;
  readonly level: number;
  readonly idle?: number;
  readonly accessor?: number;
}

/** A store that hands out the given samples. */
function storeOf(samples: readonly Sampled[]): Pick<import("./core.ts").StoreApi, "sample"> {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  let end = samples.length * Sample.BYTES;
  for (const [index, one] of samples.entries()) {
    const start = index * Sample.BYTES;
    const key = new TextEncoder().encode(one.key);
    const fields = [0, one.node, one.accessor ?? 0xffffffff, one.level, 0, one.idle ?? 0, end];
    for (const [field, value] of [...fields, key.length].entries()) {
      view.setUint32(start + 16 + 4 * field, value, true);
    }
    bytes.set(key, end);
    end += key.length;
  }
  const sample = new Sample(bytes);
  return {
    sample: (visit) => {
      for (const index of samples.keys()) visit(sample.at(index), bytes);
    },
  };
}

function names(hotness: Hotness): string[] {
  return hotness.top().map((one) => new TextDecoder().decode(one.key));
}

Deno.test("hotness: counts each node's levels and ranks keys, later use first among equals", () => {
  const hotness = new Hotness();
  hotness.observe(storeOf([
    { key: "warm", node: 0, level: 3, idle: 9 },
    { key: "hot", node: 1, level: 7, accessor: 0 },
    { key: "warmer", node: 0, level: 3, idle: 1 },
    { key: "cold", node: 0, level: 0 },
  ]));
  assertEquals(hotness.histogram(0), [1, 0, 0, 2, 0, 0, 0, 0]);
  assertEquals(hotness.histogram(1), [0, 0, 0, 0, 0, 0, 0, 1]);
  assertEquals(names(hotness), ["hot", "warmer", "warm"]);
  assertEquals(hotness.top().map((one) => one.accessor), [0, undefined, undefined]);
});

Deno.test("hotness: a key counts once, with what was seen last", () => {
  const hotness = new Hotness();
  hotness.observe(storeOf([{ key: "a", node: 0, level: 7 }]));
  hotness.observe(storeOf([{ key: "a", node: 1, level: 2 }]));
  assertEquals(hotness.top().map(({ node, hotness }) => [node, hotness]), [[1, 2]]);
  hotness.observe(storeOf([{ key: "a", node: 1, level: 0 }]));
  assertEquals(names(hotness), []);
});

Deno.test("hotness: what is not seen any more is forgotten", () => {
  const hotness = new Hotness();
  hotness.observe(storeOf([{ key: "a", node: 0, level: 7 }]));
  for (let round = 0; round < ROUNDS_KEPT; round++) hotness.observe(storeOf([]));
  assertEquals(hotness.histogram(0), [0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(names(hotness), []);
});
