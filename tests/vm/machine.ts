/**
 * The machine, declared once: QEMU is told to build it, and the tests inside compare what they find with it.
 *
 * Two nodes with CPUs and one with memory only, as a CXL expander looks. Sizes differ so that nodes cannot be taken
 * for one another. Knows neither QEMU nor numakv.
 * Invariant: `DISTANCES[i][i] == 10`, and a node's initiators are nodes with CPUs.
 *
 * @module
 */

/** One NUMA node. */
export interface MachineNode {
  /** The kernel's number for it. */
  readonly id: number;
  /** A multiple of 128, so that each of the kernel's blocks of memory has one owner. */
  readonly memory_mib: number;
  /** Empty for a node of memory only. */
  readonly cpus: readonly number[];
  /** 0 is the fastest; nodes of one latency share one. */
  readonly tier: number;
}

/** What the firmware's HMAT says of the way from a node's CPUs to a node's memory. */
export interface Path {
  readonly initiator: number;
  readonly target: number;
  readonly latency_ns: number;
  readonly bandwidth_mib: number;
}

/** The nodes by id. */
export const NODES: readonly MachineNode[] = [
  { id: 0, memory_mib: 1024, cpus: [0, 1], tier: 0 },
  { id: 1, memory_mib: 640, cpus: [2, 3], tier: 0 },
  { id: 2, memory_mib: 128, cpus: [], tier: 1 },
];

/** The node without CPUs. */
export const FAR_NODE = 2;

/** The firmware's SLIT: from each node to each. */
export const DISTANCES: readonly (readonly number[])[] = [
  [10, 21, 40],
  [21, 10, 50],
  [40, 50, 10],
];

const GIB = 1024;

/** HMAT, every initiator to every target. */
export const PATHS: readonly Path[] = [
  { initiator: 0, target: 0, latency_ns: 100, bandwidth_mib: 20 * GIB },
  { initiator: 0, target: 1, latency_ns: 180, bandwidth_mib: 10 * GIB },
  { initiator: 0, target: 2, latency_ns: 300, bandwidth_mib: 5 * GIB },
  { initiator: 1, target: 0, latency_ns: 180, bandwidth_mib: 10 * GIB },
  { initiator: 1, target: 1, latency_ns: 100, bandwidth_mib: 20 * GIB },
  { initiator: 1, target: 2, latency_ns: 400, bandwidth_mib: 4 * GIB },
];

/** The CPUs of all nodes. */
export const CPUS: readonly number[] = NODES.flatMap(({ cpus }) => cpus);

/** The way to a node from its best initiator, the only one the kernel shows. */
export function bestPath(target: number): Path {
  const paths = PATHS.filter((path) => path.target === target);
  const best = paths.sort((a, b) => a.latency_ns - b.latency_ns)[0];
  if (best === undefined) throw new RangeError(`Cannot find a path to node ${target}`);
  return best;
}
