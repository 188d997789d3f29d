/**
 * The server that most checks share: all it finds, an endpoint for each node with CPUs, DEBUG allowed.
 *
 * Knows the machine and how to start. Invariant: between `startShared` and `stopShared` the same process answers.
 *
 * @module
 */
import { freePort } from "../../support/child.ts";
import type { RespClient } from "../../support/resp_client.ts";
import type { Server } from "../../support/server.ts";
import { NODES } from "../machine.ts";
import { connect, startHere } from "./numakv.ts";

/** Nodes by id, and those a client can be on. */
export const IDS: readonly number[] = NODES.map(({ id }) => id);
export const NEAR_NODES: readonly number[] = NODES.filter(({ cpus }) => cpus.length > 0)
  .map(({ id }) => id);

let running: { readonly server: Server; readonly clients: readonly RespClient[] } | undefined;

/** Starts it and connects a client to each node's endpoint. */
export async function startShared(): Promise<void> {
  const ports = NEAR_NODES.map(() => freePort());
  const server = await startHere({
    "numa-listen": NEAR_NODES.flatMap((node, index) => [node, `127.0.0.1:${ports[index]}`]),
    "enable-debug-command": "local",
    // Strategies would move what the checks move themselves; those that are about them turn them on.
    "numa-enabled": "no",
    // A patrol would find displaced pages before the checks do; the one that is about it turns it on.
    "numa-patrol-pages": 0,
  });
  running = { server, clients: await Promise.all(ports.map(connect)) };
}

/** Stops it; clients first. */
export async function stopShared(): Promise<void> {
  running?.clients.forEach((client) => client[Symbol.dispose]());
  await running?.server[Symbol.asyncDispose]();
}

/** The server. */
export function shared(): Server {
  if (running === undefined) throw new Error("Cannot use the shared server: it is not started");
  return running.server;
}

/** The client of a node's own endpoint; the first node's when none is named. */
export function clientOf(node: number = NEAR_NODES[0] ?? 0): RespClient {
  const client = running?.clients[NEAR_NODES.indexOf(node)];
  if (client === undefined) throw new RangeError(`Cannot find an endpoint of node ${node}`);
  return client;
}
