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
  readonly nodes: readonly (NodePlace & { readonly tier: number })[];
  /** By accessor, then by node. */
  readonly latenciesNs: readonly (readonly number[])[];
  /** From the nearest CPUs, by node. */
  readonly reachNs: readonly number[];
}

/**
 * Reads `fake:<cpu nodes>[+<memory-only nodes>]`.
 *
 * @throws {Error} quoting what is none
 */
export function readMachine(text: string, nearNs = NEAR_NS, farNs = FAR_NS): Machine {
  const found = /^fake:(\d{1,3})(?:\+(\d{1,3}))?$/.exec(text);
  const cpuNodes = Number(found?.[1] ?? 0);
  const memoryNodes = Number(found?.[2] ?? 0);
  const count = cpuNodes + memoryNodes;
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
    memory_only: isMemory(id),
    tier: isMemory(id) ? 1 : 0,
    distances: ids.map((to) => distance(id, to)),
    latencyNs: isMemory(id) ? farNs : nearNs,
  }));
  const latenciesNs = latenciesOf(nodes);
  const reachNs = ids.map((to) =>
    Math.min(...latenciesNs.slice(0, cpuNodes).map((row) => row[to] ?? 0))
  );
  return { cpuNodes, nodes, latenciesNs, reachNs };
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
