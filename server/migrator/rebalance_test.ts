/** Even loads over made-up nodes, and a seed-driven trial of the plans. */

import { assert, assertEquals } from "@std/assert";
import { randomOf } from "../../strategies/testing.ts";
import { type FakeKey, FakeKeys } from "../testing.ts";
import {
  BYTES_MIN,
  imbalanceOf,
  loadsOf,
  type NodeLoad,
  PATIENCE_ROUNDS,
  Rebalance,
} from "./rebalance.ts";

const MB = 1 << 20;
const AMPLE = { keys: 2 ** 20, bytes: 2 ** 40 };

function nodeOf(id: number, usedBytes: number, more: Partial<NodeLoad> = {}): NodeLoad {
  const budgetBytes = 100 * MB;
  const freeBytes = budgetBytes - usedBytes;
  return { id, tier: 0, usedBytes, budgetBytes, freeBytes, weight: 100, ...more };
}

/** Shows keys to a rebalance as samples. */
function show(rebalance: Rebalance, keys: readonly FakeKey[]): void {
  new FakeKeys(keys).sample((sample, bytes) => rebalance.note(sample, bytes));
}

function targets(rebalance: Rebalance, budget = AMPLE): string[] {
  const { moves } = rebalance.plan(budget);
  return moves.map(({ key, node }) => `${new TextDecoder().decode(key)} ${node}`);
}

Deno.test("rebalance: load is a node's part of its tier's bytes by budget and weight", () => {
  const even = [nodeOf(0, 2 * MB), nodeOf(1, 2 * MB)];
  assertEquals([...loadsOf(even)], [[0, 100], [1, 100]]);
  assertEquals(imbalanceOf(even), 0);
  assertEquals(imbalanceOf([nodeOf(0, 4 * MB), nodeOf(1, 0)]), 200);
  const weighted = [nodeOf(0, 2 * MB, { weight: 80 }), nodeOf(1, 3 * MB, { weight: 120 })];
  assertEquals(imbalanceOf(weighted), 0);
  const small = [nodeOf(0, 3 * MB), nodeOf(1, MB, { budgetBytes: 50 * MB })];
  assertEquals([...loadsOf(small).values()].map(Math.floor), [112, 75]);
});

Deno.test("rebalance: tiers are not compared, and next to nothing is even", () => {
  assertEquals(imbalanceOf([nodeOf(0, 50 * MB), nodeOf(1, 0, { tier: 1 })]), 0);
  assertEquals(imbalanceOf([nodeOf(0, BYTES_MIN - 1), nodeOf(1, 0)]), 0);
});

Deno.test("rebalance: the coldest go first, to the node that lacks most, until loads are even", () => {
  const rebalance = new Rebalance();
  rebalance.gather([nodeOf(0, 4 * MB), nodeOf(1, MB), nodeOf(2, MB)]);
  show(rebalance, [
    { key: "hot", node: 0, level: 6, bytes: MB },
    { key: "warm", node: 0, level: 2, bytes: MB },
    { key: "idle", node: 0, level: 0, idle: 90, bytes: MB },
    { key: "cold", node: 0, level: 0, idle: 9, bytes: MB },
    { key: "there", node: 1, level: 0, bytes: MB },
  ]);
  assertEquals(targets(rebalance), ["idle 1", "cold 2"]);
});

Deno.test("rebalance: what its own node's clients use, and what was moved of late, stays", () => {
  const rebalance = new Rebalance();
  rebalance.gather([nodeOf(0, 8 * MB), nodeOf(1, 0)]);
  const key = { node: 0, level: 1, bytes: MB };
  show(rebalance, [
    { ...key, key: "used", accessor: 0, vote: 3, idle: 10 },
    { ...key, key: "forgotten", accessor: 0, vote: 15, idle: 600 },
    { ...key, key: "foreign", accessor: 1, vote: 15 },
    { ...key, key: "moved", moves: 1, movedSeconds: 29 },
    { ...key, key: "to and fro", moves: 4, movedSeconds: 239 },
    { ...key, key: "settled", moves: 4, movedSeconds: 240 },
  ]);
  assertEquals(rebalance.tied, 3);
  assertEquals(targets(rebalance).sort(), ["foreign 1", "forgotten 1", "settled 1"]);
});

Deno.test("rebalance: acts when a difference lasts, until it hardly differs, or nothing can go", () => {
  const rebalance = new Rebalance();
  const uneven = [nodeOf(0, 4 * MB), nodeOf(1, 0)];
  for (let round = 1; round < PATIENCE_ROUNDS; round++) rebalance.begin(uneven, 30, true);
  assertEquals(rebalance.active, false);
  rebalance.begin([nodeOf(0, 2 * MB), nodeOf(1, 2 * MB)], 30, true);
  for (let round = 1; round < PATIENCE_ROUNDS; round++) rebalance.begin(uneven, 30, true);
  assertEquals([rebalance.active, rebalance.begun], [false, 0]);
  rebalance.begin(uneven, 30, true);
  assertEquals([rebalance.active, rebalance.begun], [true, 1]);
  rebalance.begin([nodeOf(0, 2.2 * MB), nodeOf(1, 1.8 * MB)], 30, true);
  assert(rebalance.active, "below the threshold it goes on until it is even");
  rebalance.begin([nodeOf(0, 2.05 * MB), nodeOf(1, 1.95 * MB)], 30, true);
  assertEquals(rebalance.active, false);
  for (let round = 0; round < PATIENCE_ROUNDS; round++) rebalance.begin(uneven, 30, true);
  rebalance.begin(uneven, 30, false);
  assertEquals(rebalance.active, false, "switched off");
  for (let round = 0; round < PATIENCE_ROUNDS; round++) rebalance.begin(uneven, 30, true);
  for (let round = 0; round < 10; round++) rebalance.plan(AMPLE);
  assertEquals(rebalance.active, false, "nothing could go");
});

Deno.test("rebalance: no plan of random nodes and keys spends too much, or makes loads worse", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomOf(seed);
    const whole = (below: number): number => Math.floor(below * random());
    const nodes = Array.from({ length: 2 + whole(3) }, (_, id) =>
      nodeOf(id, whole(40 * MB), {
        tier: whole(2),
        weight: 1 + whole(255),
        freeBytes: whole(60 * MB),
      }));
    const keys = Array.from({ length: 300 }, (_, at) => ({
      key: `${at}`,
      node: whole(nodes.length),
      level: whole(8),
      bytes: 1 + whole(MB),
    }));
    const budget = { keys: whole(200), bytes: whole(80 * MB) };
    const rebalance = new Rebalance();
    rebalance.gather(nodes);
    show(rebalance, keys);
    const before = imbalanceOf(nodes);
    const plan = rebalance.plan(budget);
    assert(plan.moves.length <= budget.keys && plan.bytes <= budget.bytes, `seed ${seed}`);
    const after = nodes.map((node) => {
      const sum = (chosen: typeof keys): number => chosen.reduce((all, key) => all + key.bytes, 0);
      const nameOf = (key: Uint8Array): number => Number(new TextDecoder().decode(key));
      const came = plan.moves.filter((move) => move.node === node.id);
      const arrived = sum(came.map((move) => keys[nameOf(move.key)]!));
      const gone = sum(
        plan.moves.map((move) => keys[nameOf(move.key)]!)
          .filter((key) => key.node === node.id),
      );
      assert(arrived <= node.freeBytes, `seed ${seed}: node ${node.id} takes more than it can`);
      return { ...node, usedBytes: node.usedBytes + arrived - gone };
    });
    assert(imbalanceOf(after) <= before + 1e-6, `seed ${seed}`);
  }
});
