/** Jobs over a store that tells how they stand. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { CoreError, type KeyMove, Status } from "../core.ts";
import { FakeKeys } from "../testing.ts";
import { Jobs } from "./jobs.ts";

function moves(...names: string[]): KeyMove[] {
  return names.map((name) => ({ db: 0, key: new TextEncoder().encode(name), node: 1 }));
}

Deno.test("jobs: each move is reported once, when its job has ended", () => {
  const store = new FakeKeys([]);
  const jobs = new Jobs(store);
  store.standing.set(1, { state: 0 });
  jobs.submit(4, moves("a", "b", "c", "d"), 400);
  assertEquals([jobs.collect(), jobs.underWay], [[], { keys: 4, bytes: 400 }]);
  store.standing.set(1, { state: 1, moved: 1, skipped: 1, missing: 1 });
  assertEquals([jobs.collect(), jobs.underWay], [[], { keys: 1, bytes: 100 }]);
  assertEquals([jobs.isBusy(4), jobs.isBusy(5)], [true, false]);
  store.standing.set(1, { state: 2, moved: 1, skipped: 1, missing: 1, failed: 1 });
  assertEquals(jobs.collect(), [{ owner: 4, done: 2, failed: 2 }]);
  assertEquals([jobs.collect(), jobs.underWay], [[], { keys: 0, bytes: 0 }]);
});

Deno.test("jobs: what a cancelled or forgotten job has not done has failed", () => {
  const store = new FakeKeys([]);
  const jobs = new Jobs(store);
  jobs.submit(1, moves("a", "b"), 2);
  jobs.submit(2, moves("c", "d"), 2);
  store.standing.set(1, { state: 3, moved: 1 });
  store.standing.set(2, { state: 1, moved: 1 });
  assertEquals(jobs.collect(), [{ owner: 1, done: 1, failed: 1 }]);
  store.standing.delete(2);
  assertEquals(jobs.collect(), [{ owner: 2, done: 1, failed: 1 }]);
});

Deno.test("jobs: a key that is on its way is not asked for again until it has arrived", () => {
  const store = new FakeKeys([]);
  const jobs = new Jobs(store);
  store.standing.set(1, { state: 1 });
  jobs.submit(1, moves("a", "b"), 20);
  jobs.submit(2, moves("b", "c"), 20);
  assertEquals(store.jobs.map((job) => job.length), [2, 1]);
  assertEquals(jobs.submit(3, moves("a"), 10), undefined);
  assertEquals(store.jobs.length, 2);
  store.standing.set(1, { state: 2, moved: 2 });
  jobs.collect();
  jobs.submit(3, moves("a"), 10);
  assertEquals(store.jobs.length, 3);
});

Deno.test("jobs: what the mover does not take has failed, and why is told", () => {
  const store = new FakeKeys([]);
  const warned: string[] = [];
  const jobs = new Jobs(store, (text) => warned.push(text));
  store.full = true;
  assertEquals(jobs.submit(1, moves("a", "b"), 2), { owner: 1, done: 0, failed: 2 });
  assertStringIncludes(warned[0] ?? "", "too many jobs");
  store.move = (): number => {
    throw new CoreError(Status.REFUSED, "move keys", "there is no node 9");
  };
  assertEquals(jobs.submit(1, moves("a"), 1), { owner: 1, done: 0, failed: 1 });
  assertStringIncludes(warned[1] ?? "", "there is no node 9");
  assertEquals(jobs.underWay, { keys: 0, bytes: 0 });
});
