/**
 * The doctor on made-up machines: two sockets with a CXL expander, one node, a container that refuses.
 *
 * Knows no real machine. Invariant: each report ends with its verdict.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { asProbe, doctor, type Probe, report } from "./doctor.ts";

const PERMITTED = {
  library: "libnuma (libnuma.so.1)",
  mbind: "permitted",
  move_pages: "permitted",
  get_mempolicy: "permitted",
  set_mempolicy: "permitted",
  set_affinity: "permitted",
};

const GIB = 2 ** 30;

function node(id: number, cpus: number[], distances: number[]): Probe["nodes"][number] {
  const memory_only = cpus.length === 0;
  return {
    index: id,
    id,
    cpus,
    memory_only,
    tier: memory_only ? 1 : 0,
    total_bytes: 64 * GIB,
    free_bytes: 40 * GIB,
    distances,
  };
}

const CXL: Probe = {
  origin: "kernel",
  nodes: [
    node(0, [0, 1, 2, 3, 8], [10, 21, 40]),
    node(1, [4, 5], [21, 10, 50]),
    {
      ...node(2, [], [40, 50, 10]),
      hmat: {
        read_latency_ns: 300,
        write_latency_ns: null,
        read_bandwidth_mib: 5120,
        write_bandwidth_mib: 5120,
      },
      huge_pages: [{ size_kb: 2048, total_count: 4, free_count: 3 }],
    },
  ],
  capabilities: PERMITTED,
  verdict: { helps: true, reason: "Placement can help: 3 nodes." },
  kernel_release: "6.12.0",
  pinning: { permitted: true, inherited_cpus: "0-5,8" },
  cpuset: { path: "/", cpus_allowed: "0-8", mems_allowed: "0-2" },
  numa_balancing: 1,
  demotion: false,
  transparent_huge_pages: { enabled: "madvise", defrag: "madvise" },
  memory: { total_bytes: 192 * GIB, available_bytes: 100.5 * GIB },
  warnings: [],
};

Deno.test("report() shows two sockets and a memory-only node", () => {
  const text = report(CXL);
  assertStringIncludes(text, "CPUs 0-3,8; 64 GiB, 40 GiB free; tier 0");
  assertStringIncludes(text, "no CPUs (memory only); 64 GiB, 40 GiB free; tier 1");
  assertStringIncludes(text, "reads 300 ns, 5 GiB/s");
  assertStringIncludes(text, "huge pages of 2 MiB: 3 of 4 free");
  assertStringIncludes(text, "from node 1             21   10   50");
  assertStringIncludes(text, "permitted (sched_setaffinity), to CPUs 0-5,8");
  assertStringIncludes(text, "transparent: madvise; defrag: madvise");
  assertEquals(text.includes("Warnings"), false);
  assertEquals(text.trimEnd().endsWith("numakv helps here\n  Placement can help: 3 nodes."), true);
});

Deno.test("report() of one node shows no distances and says what is not told", () => {
  const text = report({
    nodes: [node(0, [0, 1], [10])],
    capabilities: PERMITTED,
    verdict: { helps: false, reason: "One node. ".repeat(20).trim() },
  });
  assertEquals(text.includes("distances"), false);
  assertStringIncludes(text, "numa_balancing         not told");
  assertStringIncludes(text, "numakv does not help here\n  One node.");
  assertEquals(text.split("\n").every((line) => line.length <= 100), true);
});

Deno.test("report() of a container that refuses gives the kernel's reason", () => {
  const refused = "refused: Operation not permitted (os error 1)";
  const text = report({
    ...CXL,
    capabilities: { ...PERMITTED, library: "system calls", mbind: refused, move_pages: refused },
    warnings: ["mbind is refused: one plain arena"],
    verdict: { helps: false, reason: "Placement cannot help: mbind is refused." },
  });
  assertStringIncludes(text, `bind memory            ${refused} (mbind)`);
  assertStringIncludes(text, "Warnings\n  mbind is refused: one plain arena");
});

Deno.test("doctor() gives the probe as JSON and refuses other arguments", () => {
  let text = "";
  const write = (more: string): void => void (text += more);
  assertEquals(doctor(["--json"], () => CXL, write), 0);
  assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(CXL)));
  text = "";
  assertEquals(doctor([], () => CXL, write), 0);
  assertEquals(text, report(CXL));
  text = "";
  assertEquals(doctor(["--xml"], () => CXL, write), 2);
  assertStringIncludes(text, "'--xml'");
});

Deno.test("asProbe() refuses what is not a report", () => {
  assertThrows(() => asProbe(null), TypeError, "nodes, capabilities, verdict");
  assertThrows(() => asProbe({ nodes: [], capabilities: {} }), TypeError, "verdict");
});
