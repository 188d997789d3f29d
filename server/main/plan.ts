/**
 * Which listeners there are, to which node each belongs, and where each listens.
 *
 * Knows configuration and topology, opens nothing. Invariant: every endpoint is somebody's; a Unix path, which cannot be shared,
 * is exactly one listener's.
 *
 * @module
 */

import type { Config, Endpoint } from "../config.ts";
import type { Topology } from "../core.ts";

/** The most listeners one server has. */
export const LISTENERS_MAX = 64;

/** One listener to be. */
export interface ListenerPlan {
  readonly label: string;
  /** Node id; none when no node has CPUs. */
  readonly node: number | undefined;
  readonly pin: boolean;
  readonly endpoints: readonly Endpoint[];
}

/** An endpoint every client may use; an optional one may be missing on this machine. */
export type CommonEndpoint = Endpoint & { readonly optional?: boolean };

/** The endpoints of `bind`, `port` and `unixsocket`. */
export function commonEndpoints(config: Config): CommonEndpoint[] {
  const port = config.integer("port");
  const path = config.text("unixsocket");
  const tcp = port === 0 ? [] : config.bindAddresses().map(({ hostname, optional }) => ({
    transport: "tcp" as const,
    hostname,
    port,
    optional,
  }));
  return path === "" ? tcp : [...tcp, { transport: "unix", path }];
}

/**
 * Plans the listeners.
 *
 * `listeners auto` is one a node with CPUs, at least one: a second listener on a node pays only where its CPUs are idle. Nodes that
 * `numa-listen` names get one of their own in any case. Threads are pinned where there is more than one such node.
 *
 * @param common what {@linkcode commonEndpoints} gave, without what this machine does not have
 * @throws {Error} when `numa-listen` names a node that does not exist or has no CPUs
 */
export function planListeners(
  config: Config,
  topology: Topology,
  common: readonly Endpoint[],
): ListenerPlan[] {
  const homes = homesOf(topology);
  const own = config.nodeEndpoints();
  for (const { node } of own) checkNode(node, homes, topology);
  const wish = config.text("listeners");
  const count = Math.min(wish === "auto" ? Math.max(1, homes.length) : Number(wish), LISTENERS_MAX);
  const nodes = Array.from({ length: count }, (_, index) => homes[index % homes.length]);
  for (const { node } of own) if (!nodes.includes(node)) nodes.push(node);
  return nodes.map((node, index) => {
    const firstOfNode = nodes.indexOf(node) === index;
    const mine = own.filter((one) => one.node === node).map((one) => one.endpoint);
    return {
      label: `listener-${index}`,
      node,
      pin: homes.length > 1,
      endpoints: [
        ...common.filter((one) => one.transport === "tcp" || index === 0),
        ...mine.filter((one) => one.transport === "tcp" || firstOfNode),
      ],
    };
  });
}

/** Nodes with CPUs that this process may use; where none is known to have any, those that are not memory-only. */
function homesOf({ nodes }: Topology): number[] {
  const usable = nodes.filter((node) => node.cpus.length > 0);
  const homes = usable.length > 0 ? usable : nodes.filter((node) => !node.memory_only);
  return homes.map((node) => node.id);
}

function checkNode(node: number, homes: readonly number[], topology: Topology): void {
  if (homes.includes(node)) return;
  const exists = topology.nodes.some((one) => one.id === node);
  const why = exists ? "it has no CPUs, so no client runs there" : "there is no such node";
  throw new Error(
    `Cannot honour 'numa-listen ${node}': ${why}; nodes with CPUs are ${
      homes.join(", ") || "none"
    }`,
  );
}
