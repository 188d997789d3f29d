/**
 * The machine that is simulated: nodes, what an access and a move cost, how much fits where.
 *
 * Knows the cost model, and no workload. Invariant: an access costs the latency from the accessor's CPUs to the memory; a move costs
 * what its lines cost to read where they are and to write where they go.
 *
 * @module
 */

import { latenciesOf, type NodePlace } from "../census.ts";

/** Nanoseconds to a CPU node's own memory, and to a memory-only node's. */
export const NEAR_NS = 100;
export const FAR_NS = 250;
/** Distances as core's virtual topologies have them: between sockets, to attached and to other memory-only nodes, between these. */
const SOCKET = 21;
const ATTACHED = 40;
const ELSEWHERE = 50;
const FAR_TO_FAR = 60;
const NODES_MAX = 64;

const LINE_BYTES = 64;
/** Cache lines a CPU has on their way at once when it copies. */
const LINES_AT_ONCE = 8;
/** Accesses of a move that wait for each other: the slot that names the key, and the entry. */
const STEPS = 2;

/** Nodes, distances and latencies. */
export interface Machine {
  readonly cpuNodes: number;
  /** Those with CPUs first. */
  readonly nodes: readonly (NodePlace & { readonly id: number; readonly tier: number })[];
  /** By accessor, then by node. */
  readonly latenciesNs: readonly (readonly number[])[];
  /** From the nearest CPUs, by node. */
  readonly reachNs: readonly number[];
}

/** A node as a topology file tells of it: what `NUMA TOPOLOGY` and `./numakv doctor --json` print of each. */
interface NodeRecord {
  readonly id: number;
  readonly memory_only: boolean;
  readonly distances: readonly number[];
  readonly tier?: number;
  readonly hmat?: { readonly read_latency_ns?: number | null } | null;
}

/**
 * Reads a topology: `fake:<cpu nodes>[+<memory-only nodes>]`, `host`, or a JSON file that has `nodes`.
 *
 * @param nearNs, farNs to a CPU node's own memory and to a memory-only node's, where the topology does not tell
 * @throws {Error} quoting what is none
 */
export function readMachine(text: string, nearNs = NEAR_NS, farNs = FAR_NS): Machine {
  if (text.startsWith("fake:")) return fakeMachine(text, nearNs, farNs);
  const told = text === "host" ? readHost() : readTopologyFile(text);
  return machineOf(told, text, nearNs, farNs);
}

function fakeMachine(text: string, nearNs: number, farNs: number): Machine {
  const found = /^fake:(\d{1,3})(?:\+(\d{1,3}))?$/.exec(text);
  const cpuNodes = Number(found?.[1] ?? 0);
  const count = cpuNodes + Number(found?.[2] ?? 0);
  if (cpuNodes < 1 || count > NODES_MAX) {
    throw new Error(
      `Cannot simulate the topology '${text}': want fake:C or fake:C+M, C at least 1, ${NODES_MAX} nodes at most`,
    );
  }
  const ids = Array.from({ length: count }, (_, index) => index);
  const isMemory = (index: number): boolean => index >= cpuNodes;
  const socket = (index: number): number => isMemory(index) ? (index - cpuNodes) % cpuNodes : index;
  const distance = (from: number, to: number): number => {
    if (from === to) return 10;
    if (!isMemory(from) && !isMemory(to)) return SOCKET;
    if (isMemory(from) && isMemory(to)) return FAR_TO_FAR;
    return socket(from) === socket(to) ? ATTACHED : ELSEWHERE;
  };
  const nodes = ids.map((id) => ({
    id,
    memory_only: isMemory(id),
    distances: ids.map((to) => distance(id, to)),
  }));
  return machineOf(nodes, text, nearNs, farNs);
}

/** The machine of these nodes; those with CPUs come first in it. @throws {Error} when they make none; `source` is quoted */
export function machineOf(
  told: readonly NodeRecord[],
  source: string,
  nearNs = NEAR_NS,
  farNs = FAR_NS,
): Machine {
  const order = told.map((_, index) => index)
    .sort((a, b) => Number(told[a]!.memory_only) - Number(told[b]!.memory_only) || a - b);
  const cpuNodes = told.filter((node) => !node.memory_only).length;
  if (cpuNodes < 1 || told.length > NODES_MAX) {
    throw new Error(
      `Cannot simulate the topology '${source}': want 1 to ${NODES_MAX} nodes, and one with CPUs`,
    );
  }
  const nodes = order.map((index) => {
    const node = told[index]!;
    return {
      id: node.id,
      memory_only: node.memory_only,
      tier: node.tier ?? (node.memory_only ? 1 : 0),
      distances: order.map((to) => node.distances[to] ?? NaN),
      latencyNs: node.hmat?.read_latency_ns ?? (node.memory_only ? farNs : nearNs),
    };
  });
  if (!nodes.every(({ distances }) => distances.every((one) => one >= 10 && one < 255))) {
    throw new Error(
      `Cannot simulate the topology '${source}': want a distance from each node to each, 10 to 254`,
    );
  }
  const latenciesNs = latenciesOf(nodes);
  const reachNs = nodes.map((_, to) =>
    Math.min(...latenciesNs.slice(0, cpuNodes).map((row) => row[to] ?? 0))
  );
  return { cpuNodes, nodes, latenciesNs, reachNs };
}

function readTopologyFile(path: string): NodeRecord[] {
  let nodes: unknown;
  try {
    nodes = (JSON.parse(Deno.readTextFileSync(path)) as { nodes?: unknown } | null)?.nodes;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(
      `Cannot read the topology '${path}': want fake:C+M, host or a JSON file; ${reason}`,
    );
  }
  return readNodes(nodes, path);
}

/** Checks what a topology tells of its nodes. @throws {Error} quoting `source` when that is not what it should be */
export function readNodes(nodes: unknown, source: string): NodeRecord[] {
  if (Array.isArray(nodes) && nodes.every(isNode)) return nodes;
  throw new Error(
    `Cannot read the topology '${source}': want {"nodes": [{"id", "memory_only", "distances"} …]}`,
  );
}

function isNode(node: unknown): node is NodeRecord {
  const { id, memory_only, distances } = (node ?? {}) as Partial<NodeRecord>;
  return Number.isInteger(id) && typeof memory_only === "boolean" && Array.isArray(distances);
}

/** What the kernel tells of this machine. */
function readHost(root = "/sys/devices/system/node"): NodeRecord[] {
  const read = (path: string): string | undefined => {
    try {
      return Deno.readTextFileSync(`${root}/${path}`).trim();
    } catch {
      return undefined;
    }
  };
  const online = read("online") ?? "0";
  const ids = online.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return ids.map((id) => ({
    id,
    memory_only: read(`node${id}/cpulist`) === "",
    distances: (read(`node${id}/distance`) ?? "10").split(/\s+/).map(Number),
    hmat: {
      read_latency_ns: Number(read(`node${id}/access0/initiators/read_latency`)) || null,
    },
  }));
}

/** What it costs to move so many bytes, in nanoseconds: each line is read and written, eight on their way at once. */
export function moveNs(
  { reachNs }: Machine,
  bytes: number,
  source: number,
  target: number,
): number {
  const line = reachNs[source]! + reachNs[target]!;
  return line * (STEPS + Math.ceil(bytes / LINE_BYTES) / LINES_AT_ONCE);
}

/**
 * Bytes each node may hold: CPU nodes share the fast part where there is slower memory, else all fits anywhere.
 *
 * @param fastShare the part of all bytes that fits the CPU nodes together, 0-1
 */
export function budgetsOf(machine: Machine, totalBytes: number, fastShare: number): number[] {
  const tiered = machine.nodes.some((node) => node.memory_only);
  return machine.nodes.map((node) =>
    tiered && !node.memory_only ? Math.ceil(totalBytes * fastShare / machine.cpuNodes) : totalBytes
  );
}
