/**
 * Finds out whether endpoints are free before listeners share them: shared addresses would let a second server in without a word.
 *
 * Knows sockets and no option. Invariant: nothing stays open; only a socket file that nobody listens on is removed.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import { endpointName } from "../listener/endpoints.ts";
import type { CommonEndpoint } from "./plan.ts";

/**
 * Tries every endpoint.
 *
 * @returns those that can be used: all but optional ones this machine does not have
 * @throws {Error} with what to do, when one is taken or cannot be had
 */
export async function probeEndpoints(endpoints: readonly CommonEndpoint[]): Promise<Endpoint[]> {
  const free: Endpoint[] = [];
  for (const endpoint of endpoints) {
    try {
      if (endpoint.transport === "unix") await clearPath(endpoint.path);
      if (endpoint.transport === "unix") Deno.listen(endpoint).close();
      else Deno.listen({ hostname: endpoint.hostname, port: endpoint.port }).close();
      free.push(endpoint);
    } catch (error) {
      if (endpoint.optional && !(error instanceof Deno.errors.AddrInUse)) continue;
      throw new Error(`Cannot listen on ${endpointName(endpoint)}: ${explain(error)}`, {
        cause: error,
      });
    }
    if (endpoint.transport === "unix") await Deno.remove(endpoint.path).catch(() => {});
  }
  return free;
}

/** Removes a socket that a server which is gone has left. */
async function clearPath(path: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (!info.isSocket) throw new Error("there is a file of that name that is no socket");
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return await Deno.remove(path);
  }
  throw new Deno.errors.AddrInUse("Address already in use");
}

function explain(error: unknown): string {
  const text = error instanceof Error
    ? error.message.replace(/ \(os error \d+\)$/, "")
    : `${error}`;
  return error instanceof Deno.errors.AddrInUse
    ? "Address already in use; stop the server that is there, or choose another with --port or --bind"
    : text;
}
