/**
 * Limits from outside: of the nodes and CPUs that `numactl` and cpusets leave, no other exists for the server.
 *
 * Knows numactl's options and cgroup 2's files. Invariant: what the server does not see, it does not use: no page of its
 * windows is on a node outside the limit.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ReplyError } from "../../support/resp_client.ts";
import type { Server } from "../../support/server.ts";
import { DISTANCES, FAR_NODE, NODES } from "../machine.ts";
import { check, connect, doctor, keyOf, nodesOf, startHere, windowOf } from "./numakv.ts";
import { rangesOf, residentPages } from "./pages.ts";

const CGROUPS = "/sys/fs/cgroup";
const BOX = `${CGROUPS}/box`;

/** Makes the cgroup once; a process that writes its id there is in it. */
async function makeBox(cpus: string, mems: string): Promise<string[]> {
  await Deno.writeTextFile(`${CGROUPS}/cgroup.subtree_control`, "+cpuset");
  await Deno.mkdir(BOX, { recursive: true });
  await Deno.writeTextFile(`${BOX}/cpuset.cpus`, cpus);
  await Deno.writeTextFile(`${BOX}/cpuset.mems`, mems);
  return ["/bin/sh", "-c", `echo $$ >${BOX}/cgroup.procs && exec "$@"`, "sh"];
}

/** A server under a limit sees these nodes, keeps keys on them, and refuses others as it refuses nodes that never were. */
async function assertLimitedTo(ids: readonly number[], server: Server): Promise<void> {
  using client = await connect(server.port);
  const nodes = await nodesOf(client);
  assertEquals(nodes.map((node) => node.get("id")), ids);
  const distances = ids.map((from) => ids.map((to) => DISTANCES[from]?.[to]));
  assertEquals(nodes.map((node) => node.get("distances")), distances);
  await client.call("SET", "k", "v".repeat(100_000));
  for (const node of ids) {
    assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", node), "OK");
    assertEquals((await keyOf(client, "k")).get("resident_node"), node);
    const { start, end } = await windowOf(client, node);
    const places = new Set((await residentPages(server.process.pid, start, end)).values());
    assertEquals([...places], [node]);
  }
  for (const { id } of NODES.filter((node) => !ids.includes(node.id))) {
    const error = await client.call("NUMAMIGRATE", "KEY", "k", id);
    assertEquals(
      error,
      new ReplyError(`ERR node ${id} does not exist; NUMA TOPOLOGY lists those there are`),
    );
  }
}

check("numactl --membind: other nodes do not exist, and what is left works", async () => {
  await using server = await startHere({ listeners: 1 }, ["numactl", `--membind=0,${FAR_NODE}`]);
  await assertLimitedTo([0, FAR_NODE], server);
  assertMatch(server.process.log, /memory of node 1 is outside what this process may use/);
});

check(
  "a cpuset: other nodes and CPUs do not exist, and no page of the process is elsewhere",
  async () => {
    const [, near] = NODES;
    await using server = await startHere({}, await makeBox("2-3", `1,${FAR_NODE}`));
    await assertLimitedTo([1, FAR_NODE], server);
    using client = await connect(server.port);
    assertEquals((await nodesOf(client))[0]?.get("cpus"), near?.cpus);
    assertMatch(server.process.log, /memory of node 0 is outside what this process may use/);
    const ranges = await rangesOf(server.process.pid, 0, Infinity);
    const anonymous = ranges.filter(({ isFile }) => !isFile);
    const elsewhere = anonymous.filter(({ pages }) => pages.has(0));
    assertEquals(elsewhere, []);
  },
);

check("numactl --membind on one node: placement cannot help, and the doctor says so", async () => {
  const probe = JSON.parse(await doctor(["--json"], ["numactl", "--membind=1"]));
  assertEquals(probe.nodes.map(({ id }: { id: number }) => id), [1]);
  assertEquals(probe.verdict.helps, false);
  assertStringIncludes(probe.verdict.reason, "there is one NUMA node that this process may use");
});

check("numactl --cpunodebind: all memory is there, other CPUs do not exist", async () => {
  const [, near] = NODES;
  const probe = JSON.parse(await doctor(["--json"], ["numactl", "--cpunodebind=1"]));
  const nodes: { id: number; cpus: number[]; memory_only: boolean }[] = probe.nodes;
  assertEquals(nodes.map(({ id }) => id), NODES.map(({ id }) => id));
  assertEquals(nodes.map(({ cpus }) => cpus), [[], near?.cpus ?? [], []]);
  assertEquals(nodes.map(({ memory_only }) => memory_only), [false, false, true]);
  assert(probe.verdict.helps);
});
