/**
 * How endpoints are written.
 *
 * Knows transports and opens nothing. Invariant: two endpoints are the same exactly when their names are.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";

/** The name of an endpoint, as it is shown and compared. */
export function endpointName(endpoint: Endpoint): string {
  if (endpoint.transport === "unix") return endpoint.path;
  const { hostname, port } = endpoint;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Endpoints as core takes them. */
export function endpointLines(endpoints: readonly Endpoint[]): string {
  return endpoints.map((one) =>
    one.transport === "unix" ? `unix ${one.path}\n` : `tcp ${one.hostname} ${one.port}\n`
  ).join("");
}
