/**
 * numakv inside the guest: started as anywhere else, under a program that narrows what it may do where a check asks for that.
 *
 * Knows that everything is twenty times slower here, and hence waits longer. Invariant: directives mean what they mean
 * outside.
 *
 * @module
 */
import { Child, freePort, serverFolder } from "../../support/child.ts";
import { Fields, listOf } from "../../support/fields.ts";
import { RespClient } from "../../support/resp_client.ts";
import { argumentsOf, type Directives, serveCommand, type Server } from "../../support/server.ts";

/** Longest wait for the ready line. */
const START_LIMIT_MS = 120_000;

/**
 * Starts numakv with the topology it finds.
 *
 * @param under a program and its arguments that become numakv, such as `numactl --membind=0`
 */
export async function startHere(
  directives: Directives = {},
  under: readonly string[] = [],
): Promise<Server> {
  const port = freePort();
  const all = { bind: "127.0.0.1", save: "", ...directives, port };
  const process = await Child.start({
    command: [...under, ...serveCommand(argumentsOf(all))],
    folder: await serverFolder(),
    ready: /^numakv \S+ ready on \S+:\d+$/m,
    limit_ms: START_LIMIT_MS,
  });
  return { port, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** A client of a port, in protocol 3. */
export async function connect(port: number): Promise<RespClient> {
  const client = await RespClient.connect(port);
  await client.call("HELLO", 3);
  return client;
}

/** NUMA TOPOLOGY's nodes. */
export async function nodesOf(client: RespClient): Promise<Fields[]> {
  const topology = new Fields(await client.call("NUMA", "TOPOLOGY"));
  return topology.list("nodes").map((node) => new Fields(node));
}

/** NUMA POOL of one node. */
export async function poolOf(client: RespClient, node: number): Promise<Fields> {
  const [pool = null] = listOf(await client.call("NUMA", "POOL", node));
  return new Fields(pool);
}

/** NUMAMIGRATE INFO of a key. */
export async function keyOf(client: RespClient, key: string): Promise<Fields> {
  return new Fields(await client.call("NUMAMIGRATE", "INFO", key));
}

/** Declares a check; a server that several checks share outlives each of them. */
export function check(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Runs the doctor, under another program where one is given, and gives what it wrote. */
export async function doctor(
  args: readonly string[] = [],
  under: readonly string[] = [],
): Promise<string> {
  const words = serveCommand([]).slice(0, -1);
  const [program = "", ...rest] = [...under, ...words, "doctor", ...args];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: rest,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new Error(`Cannot run the doctor: exit status ${code}\n${decoder.decode(stderr)}`);
}

/** A node's window: the addresses that belong to it. */
export async function windowOf(
  client: RespClient,
  node: number,
): Promise<{ start: number; end: number }> {
  const info = new Fields(await client.call("NUMA", "INFO"));
  const bytes = info.number("window_bytes");
  const index = (await nodesOf(client)).findIndex((one) => one.get("id") === node);
  const start = info.number("base_address") + index * bytes;
  return { start, end: start + bytes };
}
