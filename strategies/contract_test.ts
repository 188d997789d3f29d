/** What every built-in strategy must keep. */

import { assert, assertEquals } from "@std/assert";
import { STRATEGIES } from "./mod.ts";
import type { View } from "./strategy.ts";

const VIEW: View = {
  nodes: [0, 1].map((id) => ({
    id,
    hasCpus: true,
    tier: 0,
    distances: id === 0 ? [10, 20] : [20, 10],
    usedBytes: 1 << 20,
    freeBytes: 1 << 20,
    hotnessCounts: [1, 0, 0, 0, 0, 0, 0, 1],
  })),
  hotKeys: [{
    db: 0,
    key: new Uint8Array([107]),
    node: 0,
    accessor: 1,
    hotness: 7,
    footprintBytes: 64,
    idleSeconds: 0,
  }],
  nowMs: 1_000_000,
};

for (const [name, make] of STRATEGIES) {
  Deno.test(`strategy ${name}: bears its name and answers the same to the same view`, () => {
    const answers = [make(), make()].map((strategy) => {
      assertEquals(strategy.name, name);
      strategy.init({});
      const answer = [strategy.place(VIEW), strategy.plan(VIEW, { keys: 10, bytes: 1 << 20 })];
      strategy.cleanup();
      return answer;
    });
    assertEquals(answers[0], answers[1]);
  });

  Deno.test(`strategy ${name}: keeps within its budget and the nodes there are`, () => {
    const strategy = make();
    strategy.init({});
    const moves = strategy.plan(VIEW, { keys: 0, bytes: 0 });
    assertEquals(moves.length, 0);
    const ids = VIEW.nodes.map((node) => node.id);
    for (const { target } of strategy.plan(VIEW, { keys: 10, bytes: 1 << 20 })) {
      assert(ids.includes(target));
    }
    strategy.cleanup();
  });
}
