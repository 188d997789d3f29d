/**
 * redis-server as a child process: the yardstick that replies are compared with.
 *
 * Knows its command line. Invariant: it keeps nothing on disk and its folder is gone afterwards.
 *
 * @module
 */
import { Child, freePort, serverFolder } from "./child.ts";
import { argumentsOf, type Directives, type Server } from "./server.ts";

/** Starts redis-server on a free port of 127.0.0.1, without persistence unless asked for. */
export async function startRedis(directives: Directives = {}): Promise<Server> {
  const port = Number(directives.port ?? freePort());
  const all = { bind: "127.0.0.1", save: "", appendonly: "no", ...directives, port };
  const process = await Child.start({
    command: ["redis-server", ...argumentsOf(all)],
    folder: await serverFolder(),
    ready: /Ready to accept connections/,
  });
  return { port, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}
