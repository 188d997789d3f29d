/** Hotness from samples laid out as core lays them out. */

import { assertEquals } from "@std/assert";
import { HOT_KEYS_MAX, Hotness, ROUNDS_KEPT } from "./hotness.ts";
import { FakeKeys } from "./testing.ts";

function names(keys: readonly { readonly key: Uint8Array }[]): string[] {
  return keys.map((one) => new TextDecoder().decode(one.key));
}

Deno.test("hotness: ranks keys, hotter first, then later used, then more used", () => {
  const keys = new FakeKeys([
    { key: "warm", node: 0, level: 3, idle: 9 },
    { key: "hot", node: 1, level: 7, accessor: 0 },
    { key: "warmer", node: 0, level: 3, idle: 1 },
    { key: "warmest", node: 0, level: 3, idle: 1, accesses: 90 },
    { key: "cold", node: 0, level: 0 },
  ]);
  const hotness = new Hotness();
  hotness.observe(keys);
  assertEquals(hotness.histogram(0), [1, 0, 0, 3, 0, 0, 0, 0]);
  assertEquals(hotness.histogram(1), [0, 0, 0, 0, 0, 0, 0, 1]);
  assertEquals(names(hotness.top()), ["hot", "warmest", "warmer", "warm"]);
  assertEquals(names(hotness.top(1)), ["hot"]);
  assertEquals(hotness.top().map((one) => one.accessor), [0, undefined, undefined, undefined]);
});

Deno.test("hotness: what is deleted, expired, renamed or cold is off the lists at the next look", () => {
  const keys = new FakeKeys([
    { key: "stays", node: 0, level: 6 },
    { key: "goes", node: 0, level: 7, accessor: 1 },
    { key: "cools", node: 0, level: 5 },
  ]);
  const hotness = new Hotness();
  hotness.observe(keys);
  assertEquals(names(hotness.candidates()), ["goes"]);
  keys.all = [{ key: "stays", node: 1, level: 2 }, { key: "cools", node: 0, level: 0 }];
  hotness.refresh(keys);
  assertEquals(names(hotness.top()), ["stays"]);
  assertEquals(hotness.top().map((one) => [one.node, one.hotness]), [[1, 2]]);
  assertEquals(hotness.candidates(), []);
});

Deno.test("hotness: a key that sampling would not come to for long is listed as news, and followed", () => {
  const keys = new FakeKeys([{ key: "found", node: 0, level: 5, accessor: 1 }]);
  keys.sampled = [];
  keys.newly = keys.all;
  const hotness = new Hotness();
  hotness.observe(keys);
  assertEquals(names(hotness.candidates()), ["found"]);
  keys.newly = [];
  keys.all = [{ key: "found", node: 0, level: 7, accessor: 1 }];
  hotness.observe(keys);
  assertEquals(hotness.top().map((one) => one.hotness), [7]);
  assertEquals(hotness.histogram(0), [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("hotness: candidates are hot and used from elsewhere, the hottest first, at most a batch", () => {
  const rules = { threshold: 4, batchSize: 2 };
  const keys = new FakeKeys([
    { key: "near", node: 0, level: 7, accessor: 0 },
    { key: "nobody's", node: 0, level: 7 },
    { key: "mild", node: 0, level: 3, accessor: 1 },
    { key: "third", node: 1, level: 4, accessor: 0 },
    { key: "first", node: 0, level: 7, accessor: 1 },
    { key: "second", node: 1, level: 5, accessor: 0 },
  ]);
  const hotness = new Hotness(() => rules);
  hotness.observe(keys);
  assertEquals(names(hotness.candidates()), ["first", "second"]);
  rules.threshold = 6;
  hotness.refresh(keys);
  assertEquals(names(hotness.candidates()), ["first"]);
  assertEquals(hotness.top().map((key) => hotness.isCandidate(key)).filter(Boolean).length, 1);
});

Deno.test("hotness: the list of each node is bounded, and no node crowds out another", () => {
  const many = Array.from({ length: 400 }, (_, at) => ({ key: `k${at}`, node: 0, level: 7 }));
  const keys = new FakeKeys([...many, { key: "other", node: 1, level: 1 }]);
  const hotness = new Hotness();
  hotness.observe(keys);
  assertEquals([hotness.top(0).length, hotness.top(1).length], [HOT_KEYS_MAX, 1]);
});

Deno.test("hotness: keys that differ in bytes only that are no text are two", () => {
  const keys = new FakeKeys([]);
  keys.all = [0x80, 0x81, 0xff].map((byte) => ({ key: [byte], node: 0, level: 1 }));
  const hotness = new Hotness();
  hotness.observe(keys);
  assertEquals(hotness.top().length, 3);
});

Deno.test("heatmap: a part of the keyspace stands for the whole, a whole for itself", () => {
  let nowMs = 1000;
  const keys = new FakeKeys([
    { key: "a", node: 0, level: 2, bytes: 100 },
    { key: "b", node: 1, level: 0, bytes: 300 },
  ]);
  const hotness = new Hotness(undefined, () => nowMs);
  assertEquals(hotness.heatmap().ageMs, undefined);
  for (let round = 0; round < 3; round++) {
    hotness.observe(keys);
    nowMs += 500;
  }
  const whole = hotness.heatmap();
  assertEquals([whole.sampled, whole.keys, whole.ageMs, whole.spanMs], [2, 2, 500, 0]);
  assertEquals(whole.nodes.get(0)?.[2], { sampled: 1, keys: 1, bytes: 100 });
  keys.count = 600;
  hotness.observe(keys);
  const part = hotness.heatmap();
  assertEquals([part.sampled, part.keys, part.spanMs], [8, 600, 1500]);
  assertEquals(part.nodes.get(0)?.[2], { sampled: 4, keys: 300, bytes: 30_000 });
  assertEquals(part.nodes.get(1)?.[0], { sampled: 4, keys: 300, bytes: 90_000 });
  keys.count = 2;
  hotness.observe(keys);
  assertEquals(hotness.heatmap().sampled, 2, "the latest round is enough");
});

Deno.test("heatmap: rounds long past are forgotten", () => {
  const keys = new FakeKeys([{ key: "a", node: 0, level: 7 }]);
  keys.count = 1e6;
  const hotness = new Hotness();
  hotness.observe(keys);
  keys.all = [{ key: "b", node: 0, level: 1 }];
  for (let round = 0; round < ROUNDS_KEPT; round++) hotness.observe(keys);
  const sampled = hotness.histogram(0);
  assertEquals([sampled[7], sampled[1]], [0, ROUNDS_KEPT]);
});
