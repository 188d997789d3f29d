/**
 * Opens the sockets a listener accepts from.
 *
 * Knows transports and no session. Invariant: an endpoint that is open once stays open until it is closed or replaced.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";

/** A socket that accepts. */
export type Acceptor = Deno.TcpListener | Deno.UnixListener;

/** The name of an endpoint, as it is shown and compared. */
export function endpointName(endpoint: Endpoint): string {
  if (endpoint.transport === "unix") return endpoint.path;
  const { hostname, port } = endpoint;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Opens one endpoint.
 *
 * @param shared whether other listeners of this server use the same address; without, a second server is noticed
 * @throws {Deno.errors.AddrInUse} when it is taken
 */
export function openEndpoint(endpoint: Endpoint, shared: boolean, backlog: number): Acceptor {
  if (endpoint.transport === "unix") {
    return Deno.listen({ transport: "unix", path: endpoint.path });
  }
  const { hostname, port } = endpoint;
  return Deno.listen({ hostname, port, reusePort: shared, tcpBacklog: Math.max(1, backlog) });
}

/** Whether the far end of a connection is on this machine. */
export function isLocal(address: Deno.Addr): boolean {
  if (address.transport !== "tcp") return true;
  const { hostname } = address as Deno.NetAddr;
  return /^(127\.|::1$|::ffff:127\.)/.test(hostname);
}

/** The lines that tell core who is connected. */
export function sessionFacts(conn: Deno.Conn): string {
  const unix = conn.remoteAddr.transport !== "tcp";
  const far = addressText(conn.remoteAddr, conn.localAddr);
  return `addr ${far}\nladdr ${addressText(conn.localAddr, conn.localAddr)}\nunix ${
    unix ? 1 : 0
  }\n`;
}

/** Redis shows a Unix socket's clients as the socket's path and port 0. */
function addressText(address: Deno.Addr, local: Deno.Addr): string {
  if (address.transport === "tcp") {
    return endpointName({ ...address as Deno.NetAddr, transport: "tcp" });
  }
  return `${(local as Deno.UnixAddr).path ?? ""}:0`;
}
