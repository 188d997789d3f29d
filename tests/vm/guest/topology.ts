/**
 * Discovery: what NUMA TOPOLOGY, NUMA INFO and the doctor tell of the machine is what QEMU was told to build.
 *
 * Knows the machine's declaration. Invariant: every number that is compared comes from machine.ts or from the kernel.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Fields } from "../../support/fields.ts";
import { infoOf } from "../../support/info.ts";
import { bestPath, DISTANCES, FAR_NODE, NODES } from "../machine.ts";
import { check, doctor, nodesOf } from "./numakv.ts";
import { clientOf, IDS, shared } from "./shared.ts";

const MIB = 2 ** 20;
/** The part of a node's memory that the kernel may keep for itself: of a small one a third was seen. */
const KERNEL_SHARE = 0.5;

/** Some field of every node. */
async function ofNodes(name: string): Promise<unknown[]> {
  return (await nodesOf(clientOf())).map((node) => node.get(name));
}

/** HMAT as the kernel shows it. */
function hmatOf(node: number): Record<string, number> {
  const { latency_ns, bandwidth_mib } = bestPath(node);
  return {
    read_latency_ns: latency_ns,
    write_latency_ns: latency_ns,
    read_bandwidth_mib: bandwidth_mib,
    write_bandwidth_mib: bandwidth_mib,
  };
}

check("NUMA TOPOLOGY is the kernel's and has every node and its CPUs", async () => {
  const topology = new Fields(await clientOf().call("NUMA", "TOPOLOGY"));
  assertEquals(topology.get("origin"), "kernel");
  assertEquals(await ofNodes("id"), IDS);
  assertEquals(await ofNodes("cpus"), NODES.map(({ cpus }) => cpus));
});

check("NUMA TOPOLOGY tells the node without CPUs", async () => {
  assertEquals(await ofNodes("memory_only"), IDS.map((id) => id === FAR_NODE));
  const info = new Fields(await clientOf().call("NUMA", "INFO"));
  assertEquals([info.get("nodes"), info.get("memory_only_nodes")], [NODES.length, 1]);
});

check("NUMA TOPOLOGY has the firmware's distances", async () => {
  assertEquals(await ofNodes("distances"), DISTANCES);
});

check("NUMA TOPOLOGY has HMAT's latencies and bandwidths", async () => {
  for (const [index, node] of (await nodesOf(clientOf())).entries()) {
    const hmat = new Fields(node.get("hmat"));
    const told = Object.fromEntries(hmat.names.map((name) => [name, hmat.number(name)]));
    assertEquals(told, hmatOf(IDS[index] ?? -1));
  }
});

check("NUMA TOPOLOGY ranks nodes in tiers as the kernel does", async () => {
  assertEquals(await ofNodes("tier"), NODES.map(({ tier }) => tier));
});

check("NUMA TOPOLOGY tells each node's memory, and what is free of it", async () => {
  for (const [index, node] of (await nodesOf(clientOf())).entries()) {
    const declared = (NODES[index]?.memory_mib ?? 0) * MIB;
    const [total, free] = [node.number("total_bytes"), node.number("free_bytes")];
    assert(
      total <= declared && total >= declared * (1 - KERNEL_SHARE),
      `node ${index}: ${total} of ${declared}`,
    );
    assert(free > 0 && free < total, `node ${index}: ${free} free of ${total}`);
    const meminfo = await Deno.readTextFile(`/sys/devices/system/node/node${index}/meminfo`);
    assertEquals(total, Number(/MemTotal:\s+(\d+) kB/.exec(meminfo)?.[1]) * 1024);
  }
});

check("NUMA INFO: libnuma is loaded, every call permitted, every window bound", async () => {
  const info = new Fields(await clientOf().call("NUMA", "INFO"));
  assertMatch(String(info.get("library")), /libnuma\.so/);
  for (const call of ["mbind", "move_pages", "get_mempolicy", "set_mempolicy", "set_affinity"]) {
    assertEquals(info.get(call), "permitted", call);
  }
  assertEquals(info.get("windows_bound"), NODES.length);
  assertMatch(String(info.get("verdict")), /^Placement can help: 3 nodes, 1 of them memory-only/);
});

check("INFO numa tells the same", async () => {
  const info = await infoOf(clientOf(), "numa");
  assertEquals(info.field("numa_topology"), "kernel");
  assertEquals([info.number("numa_nodes"), info.number("numa_unbound_windows")], [3, 0]);
  for (const { id, tier, cpus } of NODES) {
    const only = cpus.length === 0 ? 1 : 0;
    const words = `tier=${tier},cpus=${cpus.length},memory_only=${only},`;
    assertStringIncludes(info.field(`numa_node${id}`), words);
  }
});

check("doctor --json tells the same without a server", async () => {
  const probe = JSON.parse(await doctor(["--json"]));
  assertEquals(probe.origin, "kernel");
  assertEquals(probe.verdict.helps, true);
  const nodes: Record<string, unknown>[] = probe.nodes;
  const field = (name: string): unknown[] => nodes.map((node) => node[name]);
  assertEquals(field("id"), IDS);
  assertEquals(field("distances"), DISTANCES);
  assertEquals(field("tier"), NODES.map(({ tier }) => tier));
  assertEquals(field("memory_only"), IDS.map((id) => id === FAR_NODE));
  assertEquals(field("hmat"), IDS.map(hmatOf));
});

check("doctor shows nodes and distances as text", async () => {
  const text = await doctor();
  assertMatch(text, /node 2 +no CPUs \(memory only\); .* tier 1/);
  assertMatch(text, /reads 300 ns, writes 300 ns, 5 GiB\/s/);
  assertMatch(text, /from node 1 +21 +10 +50/);
  assertMatch(text, /numa_balancing +on/);
  assertStringIncludes(text, "numakv helps here");
});

check("every listener's thread is pinned to its node's CPUs", async () => {
  const pinned = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${shared().process.pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${shared().process.pid}/task/${name}/status`);
    pinned.add(/Cpus_allowed_list:\s+(\S+)/.exec(status)?.[1] ?? "");
  }
  for (const wanted of ["0-1", "2-3"]) assert(pinned.has(wanted), [...pinned].join(" "));
});

check("numa_balancing is warned about at start", () => {
  assertMatch(shared().process.log, /^.*# .*kernel\.numa_balancing.*$/m);
});
