/**
 * The machine of tests/vm on paper: what QEMU is told, and what the checks inside compare with.
 *
 * Knows the declaration and QEMU's options. Invariant: nothing is booted here; `./numakv test vm` does that.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bestPath, CPUS, DISTANCES, FAR_NODE, NODES, PATHS } from "./vm/machine.ts";
import { machineArguments } from "./vm/qemu.ts";

Deno.test("machine: ids ascend, distances are square and 10 to oneself, CPUs are each on one node", () => {
  assertEquals(NODES.map(({ id }) => id), NODES.map((_, index) => index));
  assertEquals(CPUS, CPUS.map((_, index) => index));
  for (const { id } of NODES) {
    assertEquals(DISTANCES[id]?.length, NODES.length);
    assertEquals(DISTANCES[id]?.[id], 10);
    assertEquals(DISTANCES[id], DISTANCES.map((row) => row[id] ?? -1));
  }
});

Deno.test("machine: every node with CPUs has a path to every node, and only those have", () => {
  const initiators = NODES.filter(({ cpus }) => cpus.length > 0).map(({ id }) => id);
  const wanted = initiators.flatMap((from) => NODES.map(({ id }) => [from, id]));
  assertEquals(PATHS.map(({ initiator, target }) => [initiator, target]), wanted);
  assertEquals(NODES[FAR_NODE]?.cpus, []);
});

Deno.test("machine: the kernel's view of a node is its nearest initiator's", () => {
  for (const { id, cpus } of NODES) {
    if (cpus.length > 0) assertEquals(bestPath(id).initiator, id);
  }
  assertEquals(bestPath(FAR_NODE).initiator, 0);
});

Deno.test("QEMU is told every node, distance and path, once, and to emulate", () => {
  const text = machineArguments().join(" ");
  assertStringIncludes(text, "-accel tcg,thread=multi");
  assertStringIncludes(text, "-numa node,nodeid=0,memdev=m0,cpus=0-1");
  assertStringIncludes(text, `-numa node,nodeid=${FAR_NODE},memdev=m${FAR_NODE},initiator=0`);
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
  assertEquals(count(/ -numa dist,/g), NODES.length * (NODES.length - 1) / 2);
  assertEquals(count(/ -numa hmat-lb,/g), 2 * PATHS.length);
  const total_mib = NODES.reduce((sum, { memory_mib }) => sum + memory_mib, 0);
  assertStringIncludes(text, ` -m ${total_mib}M `);
  assert(NODES.every(({ memory_mib }) => memory_mib % 128 === 0));
});
