/** What options make of views, and that every placement an option names can be seated. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Config, parseArguments, type Serve } from "../config.ts";
import { PLACEMENTS } from "../config/numa_options.ts";
import type { Topology, TopologyNode } from "../core.ts";
import { Slots } from "../slots.ts";
import { rulesOf } from "../migrator/rules.ts";
import { factsOf } from "../migrator/sight.ts";
import { checkNodes, fallbackPlacement, fillSlots } from "./policy.ts";

function configOf(...args: string[]): Config {
  return Config.load(parseArguments(args) as Serve);
}

function node(id: number, more: Partial<TopologyNode> = {}): TopologyNode {
  const base = { cpus: [id], memory_only: false, tier: 0, total_bytes: 1000, free_bytes: 900 };
  return { ...base, id, distances: [10, 20], ...more };
}

const TWO: Topology = { nodes: [node(0), node(1)] };
const MIXED: Topology = { nodes: [node(0), node(1, { memory_only: true, tier: 1 })] };

Deno.test("policy: weights, budgets and water marks reach the view's nodes", () => {
  const config = configOf(
    ...["--numa-node-weight", "0", "80"],
    ...["--numa-node-low-water", "50", "--numa-node-high-water", "60"],
  );
  const nodes = [node(0, { used_bytes: 100, budget_bytes: 400 }), node(1)];
  const facts = factsOf(nodes, rulesOf(config));
  assertEquals(facts.map((one) => one.weight), [80, 100]);
  assertEquals(facts.map((one) => one.budgetBytes), [400, 1000]);
  assertEquals(facts.map((one) => one.freeBytes), [300, 900]);
  assertEquals(facts.map((one) => [one.lowWaterBytes, one.highWaterBytes]), [[200, 240], [
    500,
    600,
  ]]);
});

Deno.test("policy: CXL optimisation counts where there is far memory", () => {
  const config = configOf("--numa-cxl-optimization", "on", "--numa-default-strategy", "weighted");
  assertEquals(fallbackPlacement(config, MIXED), "cxl_optimized");
  assertEquals(fallbackPlacement(config, TWO), "weighted");
  assertEquals(fallbackPlacement(configOf(), MIXED), "local_first");
});

Deno.test("policy: a weight of a node there is not is refused", () => {
  const error = assertThrows(
    () => checkNodes(configOf("--numa-node-weight", "3", "80"), TWO),
    Error,
  );
  assertEquals(
    error.message,
    "Cannot honour 'numa-node-weight 3': there is no such node; nodes are 0, 1",
  );
});

Deno.test("policy: slots are filled as the configuration says, or it says which cannot be", async () => {
  using slots = new Slots();
  await fillSlots(slots, configOf());
  assertEquals(slots.list().map((one) => one.strategy), ["noop", "composite_lru"]);
  const line = ["--numa-slot", "3", "weighted", "weights", "1,2", "interval", "50"];
  await fillSlots(slots, configOf("--numa-slot", "1", "none", ...line));
  assertEquals(slots.list().map((one) => one.index), [0, 3]);
  assertEquals(slots.words(3), ["weighted", "interval", "50", "weights", "1,2"]);
  for (
    const [words, why] of [
      [["2", "nobody"], "there is none of that name"],
      [["2", "weighted", "weights", "0"], "Cannot set option 'weights' to '0'"],
      [["2", "weighted", "priority", "urgent"], "Cannot set 'priority' to 'urgent'"],
      [["2", "/nowhere/mine.ts"], "there is no such file"],
    ] as const
  ) {
    const seating = fillSlots(slots, configOf("--numa-slot", ...words));
    const error = await assertRejects(() => seating, Error, why);
    assertStringIncludes(error.message, `Cannot honour 'numa-slot ${words.join(" ")}': `);
  }
});

Deno.test("policy: every placement can be seated, and the no-op stays while nothing else is asked for", () => {
  using slots = new Slots();
  slots.fallBackTo("local_first");
  assertEquals(slots.state(0)?.strategy, "noop");
  const others: Record<string, string> = { interleaved: "interleave", local_first: "noop" };
  for (const name of PLACEMENTS) {
    slots.fallBackTo(name);
    const seated = slots.state(0)?.strategy;
    assertEquals(seated, others[name] ?? name);
  }
  slots.fallBackTo("local_first");
  assertEquals(slots.state(0)?.strategy, "local_first");
});
