/**
 * What the core's probe reports about this machine, as types, and a check that a text really is such a report.
 *
 * Knows field names, and not how they are shown. Invariant: a fact that the kernel does not tell is `null`,
 * never a guess; a field that is missing altogether reads as `null` too.
 *
 * @module
 */

/** What HMAT says of a node, seen from its best initiator. */
export interface Hmat {
  readonly read_latency_ns: number | null;
  readonly write_latency_ns: number | null;
  readonly read_bandwidth_mib: number | null;
  readonly write_bandwidth_mib: number | null;
}

/** A node's reserve of one huge page size. */
export interface HugePages {
  readonly size_kb: number;
  readonly total_count: number;
  readonly free_count: number;
}

/** One NUMA node that this process may use. */
export interface ProbeNode {
  /** Dense, from 0; what the core counts with. */
  readonly index: number;
  /** The kernel's number; what users type. */
  readonly id: number;
  readonly cpus: readonly number[];
  readonly memory_only: boolean;
  /** 0 is the fastest. */
  readonly tier: number;
  readonly total_bytes: number;
  readonly free_bytes: number | null;
  /** To every node by index; 10 is local. */
  readonly distances: readonly number[];
  readonly hmat?: Hmat | null;
  readonly huge_pages?: readonly HugePages[];
}

/** What was tried here: `permitted`, `refused: <why>` or `absent`. */
export interface Capabilities {
  readonly library: string;
  readonly mbind: string;
  readonly move_pages: string;
  readonly get_mempolicy: string;
  readonly set_mempolicy: string;
  readonly set_affinity: string;
}

/** The whole report. */
export interface Probe {
  readonly nodes: readonly ProbeNode[];
  readonly capabilities: Capabilities;
  readonly verdict: { readonly helps: boolean; readonly reason: string };
  /** `kernel`, `plain` or a fake topology's words. */
  readonly origin?: string;
  readonly warnings?: readonly string[];
  readonly kernel_release?: string | null;
  readonly pinning?: { readonly permitted: boolean; readonly inherited_cpus: string } | null;
  readonly cpuset?: {
    readonly path: string | null;
    readonly cpus_allowed: string | null;
    readonly mems_allowed: string | null;
  } | null;
  /** 0 off, 1 on, 2 tiering, 3 both. */
  readonly numa_balancing?: number | null;
  /** Whether the kernel demotes cold OS pages to slower nodes. */
  readonly demotion?: boolean | null;
  readonly transparent_huge_pages?: {
    readonly enabled: string | null;
    readonly defrag: string | null;
  } | null;
  readonly memory?: {
    readonly total_bytes: number | null;
    readonly available_bytes: number | null;
  } | null;
}

/**
 * Takes a parsed JSON value for a probe.
 *
 * @throws {TypeError} When a part the report cannot do without is missing.
 */
export function asProbe(value: unknown): Probe {
  const probe = value as Partial<Probe> | null;
  const missing = (["nodes", "capabilities", "verdict"] as const).filter((name) =>
    typeof probe !== "object" || typeof probe?.[name] !== "object"
  );
  if (missing.length > 0 || !Array.isArray(probe?.nodes)) {
    throw new TypeError(`Cannot read the core's probe: want an object with ${missing.join(", ")}`);
  }
  return probe as Probe;
}
