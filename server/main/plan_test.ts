/** Which listeners come out of which configuration, and which ports count as taken. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Config, parseArguments } from "../config.ts";
import type { Topology } from "../core.ts";
import { commonEndpoints, type ListenerPlan, planListeners } from "./plan.ts";
import { probeEndpoints } from "./ports.ts";
import { VERSION } from "./version.ts";

function configOf(...args: string[]): Config {
  const invocation = parseArguments(args);
  if (invocation.action !== "serve") throw new Error("Cannot serve with these arguments");
  return Config.load(invocation);
}

/** Nodes with CPUs first, then memory-only ones. */
function topologyOf(cpuNodes: number, memoryNodes = 0): Topology {
  return {
    nodes: Array.from({ length: cpuNodes + memoryNodes }, (_, id) => ({
      id,
      cpus: id < cpuNodes ? [id] : [],
      memory_only: id >= cpuNodes,
      tier: id < cpuNodes ? 0 : 1,
      total_bytes: 1 << 30,
      free_bytes: 1 << 30,
      distances: [],
    })),
  };
}

function plan(topology: Topology, ...args: string[]): ListenerPlan[] {
  const config = configOf(...args);
  return planListeners(config, topology, commonEndpoints(config));
}

Deno.test("plan: auto is a listener for each node with CPUs, pinned where there are several", () => {
  assertEquals(plan(topologyOf(1)).map(({ node, pin }) => [node, pin]), [[0, false]]);
  const two = plan(topologyOf(2, 1), "--listeners", "auto");
  assertEquals(two.map(({ node, pin }) => [node, pin]), [[0, true], [1, true]]);
  assertEquals(plan({ nodes: [] }).map(({ node }) => node), [undefined]);
});

Deno.test("plan: a node whose CPUs are all outside the process's affinity has no listener", () => {
  const { nodes: [near, far] } = topologyOf(2);
  const topology = { nodes: [{ ...near!, cpus: [] }, far!] };
  assertEquals(plan(topology).map(({ node, pin }) => [node, pin]), [[1, false]]);
  const blind = { nodes: [{ ...near!, cpus: [] }] };
  assertEquals(plan(blind).map(({ node }) => node), [0]);
});

Deno.test("plan: a number of listeners is spread over the nodes", () => {
  const nodes = plan(topologyOf(2), "--listeners", "5").map(({ node }) => node);
  assertEquals(nodes, [0, 1, 0, 1, 0]);
});

Deno.test("plan: a node's endpoint is its listeners' only, a Unix path one listener's", () => {
  const plans = plan(
    topologyOf(2),
    ...["--listeners", "4", "--bind", "127.0.0.1", "--port", "0", "--unixsocket", "/tmp/all"],
    ...["--numa-listen", "1", "127.0.0.1:7001", "--numa-listen", "1", "/tmp/one"],
  );
  const shown = plans.map(({ endpoints }) =>
    endpoints.map((one) => one.transport === "unix" ? one.path : one.port)
  );
  assertEquals(shown, [["/tmp/all"], [7001, "/tmp/one"], [], [7001]]);
});

Deno.test("plan: a node with an endpoint gets a listener, a node without CPUs is refused", () => {
  const listen = ["--listeners", "1", "--numa-listen", "1", "127.0.0.1:7001"];
  assertEquals(plan(topologyOf(2), ...listen).map(({ node }) => node), [0, 1]);
  assertThrows(() => plan(topologyOf(1, 1), ...listen), Error, "it has no CPUs");
  assertThrows(() => plan(topologyOf(1), ...listen), Error, "there is no such node");
});

Deno.test("ports: a port in use is noticed, also when its owner shares it", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
  const { port } = taken.addr;
  const endpoint = { transport: "tcp", hostname: "127.0.0.1", port } as const;
  const error = await assertRejects(() => probeEndpoints([endpoint]), Error);
  assertStringIncludes(error.message, `Cannot listen on 127.0.0.1:${port}: Address already in use`);
});

Deno.test("ports: an optional address may be missing, another may not", async () => {
  const elsewhere = { transport: "tcp", hostname: "192.0.2.1", port: 7001 } as const;
  assertEquals(await probeEndpoints([{ ...elsewhere, optional: true }]), []);
  await assertRejects(() => probeEndpoints([elsewhere]), Error, "192.0.2.1:7001");
});

Deno.test("ports: a stale socket is removed, a file and a live socket are not", async () => {
  const dir = await Deno.makeTempDir({ prefix: "numakv-test-" });
  try {
    const path = `${dir}/socket`;
    const endpoint = { transport: "unix", path } as const;
    using live = Deno.listen(endpoint);
    await assertRejects(() => probeEndpoints([endpoint]), Error, "Address already in use");
    live.close();
    assertEquals(await probeEndpoints([endpoint]), [endpoint]);
    await Deno.writeTextFile(path, "precious");
    await assertRejects(() => probeEndpoints([endpoint]), Error, "no socket");
    assertEquals(await Deno.readTextFile(path), "precious");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("version: equals Cargo.toml's", async () => {
  const cargo = await Deno.readTextFile(new URL("../../Cargo.toml", import.meta.url));
  assertEquals(/^version = "(.*)"$/m.exec(cargo)?.[1], VERSION);
});
