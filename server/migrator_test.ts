/** The migrator over a store that writes down what it is told, tick by tick. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Move, PlacementPlan, Strategy, View } from "../strategies/strategy.ts";
import { TYPE_NAMES } from "../strategies/strategy.ts";
import type { TopologyNode } from "./core.ts";
import { Hotness } from "./hotness.ts";
import { Migrator, type Rules, STANDARD_RULES } from "./migrator.ts";
import { wordsOf } from "./migrator/words.ts";
import { type Seat, Slots } from "./slots.ts";
import { type FakeKey, FakeKeys } from "./testing.ts";

const MB = 1 << 20;

function node(id: number, more: Partial<TopologyNode> = {}): TopologyNode {
  const distances = id === 3 ? [10, 21] : [21, 10];
  const memory = { total_bytes: 100 * MB, free_bytes: 100 * MB };
  return { id, cpus: [id], memory_only: false, tier: 0, distances, ...memory, ...more };
}

/** A plan that puts everything on one node. */
function planTo(id: number): PlacementPlan {
  const rings = [{ turns: [id], spill: [3, 7] }];
  return { bounds: [], rings, table: [0, 1].map(() => TYPE_NAMES.map(() => 0)) };
}

/** Moves every hot key of a view to its accessor. */
function allHome(view: View): Move[] {
  return view.hot.map((key) => ({ id: key.id, target: key.accessor ?? key.node }));
}

interface Bench {
  readonly store: FakeKeys;
  readonly slots: Slots;
  readonly migrator: Migrator;
  readonly warned: string[];
  readonly rules: { -readonly [Name in keyof Rules]: Rules[Name] };
  seat(index: number, parts: Partial<Strategy>, seat?: Seat): void;
  /** Seconds pass, each with a tick. */
  tick(times?: number): void;
}

function bench(keys: readonly FakeKey[]): Bench {
  const [store, clock, warned] = [new FakeKeys(keys, [3, 7]), { nowMs: 0 }, [] as string[]];
  store.machine = { nodes: [node(3), node(7)] };
  const warn = (text: string): void => void warned.push(text);
  const now = (): number => clock.nowMs;
  const slots = new Slots({ now, warn });
  const rules = { ...STANDARD_RULES };
  const hotness = new Hotness(undefined, now);
  const migrator = new Migrator({ store, slots, hotness, rules: () => rules, warn, now });
  return {
    store,
    slots,
    migrator,
    warned,
    rules,
    seat: (index, parts, seat): void => {
      const strategy = {
        name: "one",
        options: [],
        init: () => {},
        place: () => undefined,
        plan: () => [],
        cleanup: () => {},
        ...parts,
      };
      slots.assign(index, strategy.name, seat, () => strategy);
    },
    tick: (times = 1): void => {
      for (let tick = 0; tick < times; tick++) {
        clock.nowMs += 1000;
        migrator.observe();
        migrator.act();
      }
    },
  };
}

const FAR: FakeKey = { key: "far", node: 3, level: 6, accessor: 7, vote: 9, bytes: 100, db: 2 };

Deno.test("migrator: moves go down by name, one job a slot, and their ends come back", () => {
  const { store, slots, seat, tick } = bench([FAR, { key: "cold", node: 3, level: 0 }]);
  seat(1, { plan: allHome });
  tick();
  const key = new TextEncoder().encode("far");
  assertEquals(store.jobs, [[{ db: 2, key, node: 7 }]]);
  store.standing.set(1, { state: 1 });
  tick();
  assertEquals(store.jobs.length, 1, "it is on its way");
  const counts = (): unknown => {
    const { movesAsked, movesDone, movesFailed } = slots.state(1)!.statistics;
    return [movesAsked, movesDone, movesFailed];
  };
  assertEquals(counts(), [2, 0, 0]);
  store.standing.set(1, { state: 2, moved: 1 });
  store.all = [{ ...FAR, node: 7 }];
  tick();
  assertEquals(counts(), [2, 1, 0]);
});

Deno.test("migrator: a key that is known by news is moved though no round samples it, and once", () => {
  const { store, seat, tick } = bench([FAR]);
  store.sampled = [];
  store.newly = [FAR, FAR];
  seat(1, { plan: allHome });
  tick();
  assertEquals(store.jobs.map((job) => job.length), [1]);
});

Deno.test("migrator: moves that a full mover refuses have failed, and are asked again", () => {
  const { store, slots, seat, tick, warned } = bench([FAR]);
  seat(1, { plan: allHome });
  store.full = true;
  tick(2);
  assertEquals(slots.state(1)?.statistics.movesFailed, 2);
  assertStringIncludes(warned[0] ?? "", "too many jobs");
  store.full = false;
  tick();
  assertEquals(store.jobs.length, 1);
});

Deno.test("migrator: what the mover has not done is taken off the budget", () => {
  const { store, seat, tick } = bench([FAR]);
  const budgets: number[] = [];
  seat(1, {
    plan: (view, budget) => {
      budgets.push(budget.keys);
      return allHome(view);
    },
  });
  store.standing.set(1, { state: 0 });
  tick(2);
  store.standing.set(1, { state: 2, moved: 1 });
  tick();
  assertEquals(budgets.map((keys) => (budgets[0] ?? 0) - keys), [0, 1, 0]);
});

Deno.test("migrator: the plan in force is that of the slot that runs first, and told once", () => {
  const { store, slots, seat, tick } = bench([]);
  seat(0, { place: () => planTo(3) }, { priority: "low" });
  tick(2);
  assertEquals(store.plans, [[...wordsOf(planTo(3))]]);
  seat(5, { place: () => planTo(7) });
  tick();
  assertEquals(store.plans.at(-1), [...wordsOf(planTo(7))]);
  slots.set(0, "priority", "high");
  tick();
  assertEquals(store.plans.at(-1), [...wordsOf(planTo(3))]);
  slots.enable(0, false);
  tick();
  assertEquals(store.plans.at(-1), [...wordsOf(planTo(7))]);
  slots.remove(5);
  tick();
  assertEquals([store.plans.at(-1), store.plans.length], [[], 5]);
});

Deno.test("migrator: a plan holds though its slot runs seldom, until another sits there", () => {
  const { store, seat, tick } = bench([]);
  seat(2, { place: () => planTo(7) }, { intervalMs: 60_000 });
  tick(5);
  assertEquals(store.plans.length, 1);
  seat(2, { name: "other", place: () => undefined });
  tick();
  assertEquals(store.plans.at(-1), []);
});

Deno.test("migrator: a plan that cannot be told now is told in the next round", () => {
  const { store, seat, tick } = bench([]);
  seat(2, { place: () => planTo(7) });
  store.held = true;
  tick(2);
  assertEquals(store.plans, []);
  store.held = false;
  tick(2);
  assertEquals(store.plans.length, 1);
});

Deno.test("migrator: switched off, nothing is placed or moved", () => {
  const { store, seat, tick, rules } = bench([FAR]);
  seat(1, { place: () => planTo(7), plan: allHome });
  tick();
  rules.enabled = false;
  tick(3);
  assertEquals([store.jobs.length, store.plans.length], [1, 2]);
  assertEquals(store.plans.at(-1), []);
});

Deno.test("migrator: a strategy that observes is counted and changes nothing", () => {
  const { store, slots, seat, tick } = bench([FAR]);
  seat(1, { place: () => planTo(7), plan: allHome }, { observe: true });
  tick();
  assertEquals([store.jobs, store.plans], [[], []]);
  assertEquals(slots.state(1)?.statistics.movesAsked, 1);
});

Deno.test("migrator: uneven nodes are evened out after a while, and at once when asked", () => {
  const keys = Array.from({ length: 8 }, (_, at) => ({
    key: `k${at}`,
    node: 3,
    level: 0,
    bytes: MB,
  }));
  const { store, tick, migrator, rules } = bench(keys);
  store.machine = { nodes: [node(3, { used_bytes: 8 * MB }), node(7, { used_bytes: 0 })] };
  rules.autoRebalance = false;
  tick(10);
  assertEquals(store.jobs, []);
  const report = migrator.rebalance();
  assertEquals(report, { imbalance: 200, keys: 4, bytes: 4 * MB, tied: 0 });
  assertEquals(store.jobs.map((job) => job.map((move) => move.node)), [[7, 7, 7, 7]]);
  store.standing.set(1, { state: 2, moved: 4 });
  rules.autoRebalance = true;
  tick(10);
  assert(store.jobs.length >= 2, "uneven as the store still says it is");
  const { rebalances, rebalanceMoves, imbalance } = migrator.balance();
  assertEquals([rebalances, imbalance], [1, 200]);
  assertEquals(rebalanceMoves.asked, 4 * store.jobs.length);
});

Deno.test("migrator: explaining names the key's numbers, each slot's opinion, and uses nothing", async () => {
  const { store, slots, tick, migrator } = bench([{ ...FAR, accesses: 500, moves: 1 }]);
  slots.assign(1, "composite_lru");
  tick();
  const explain = (): ReturnType<Migrator["explain"]> =>
    migrator.explain(2, new TextEncoder().encode("far"));
  const found = await explain();
  assertEquals([found?.key.node, found?.key.accessor, found?.key.vote], [3, 7, 9]);
  assertEquals([...found?.placement ?? []], [[7, 1]]);
  const lru = async (): Promise<string> =>
    (await explain())?.slots.find(({ slot }) => slot === 1)?.reason ?? "";
  assertEquals(await lru(), "it was moved of late");
  slots.set(1, "residence_seconds", "0");
  assertEquals(await lru(), "it is hot, and nearer memory pays");
  slots.set(1, "min_vote", "10");
  assertEquals(await lru(), "no node leads its vote by enough");
  assertEquals(await migrator.explain(0, new TextEncoder().encode("far")), undefined);
  const before = store.jobs.length;
  tick();
  assertEquals(store.jobs.length, before);
});
