/**
 * numakv: a Redis-compatible in-memory server that knows where memory is.
 *
 * This module is its public face: {@linkcode serve} runs a server inside a program, {@linkcode open} a store without any socket. Run
 * as a program it is the server itself (`--help` says more). Invariant: importing it opens nothing.
 *
 * @example A store inside a program
 * ```ts
 * import { open } from "./mod.ts";
 *
 * using store = open({ topology: "fake:2" });
 * store.command(["SET", "greeting", "hello"]);
 * console.log(store.command(["GET", "greeting"])); // hello
 * ```
 *
 * @module
 */

import { Config } from "./server/config.ts";
import { EmbeddedStore } from "./server/embed.ts";
import { serve as serveConfig, type Server } from "./server/main.ts";
import { run } from "./server/main/process.ts";

export { Config } from "./server/config.ts";
export { CoreError } from "./server/core.ts";
export {
  type Argument,
  type CommandOptions,
  EmbeddedStore,
  type Reply,
  ReplyError,
  type ReplyForm,
} from "./server/embed.ts";
export type { Server } from "./server/main.ts";
export { VERSION } from "./server/main/version.ts";
export type * from "./strategies/strategy.ts";

/** Directives of redis.conf and of numakv; several words of one directive as a list. */
export type Options = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * Starts a server; it is ready when the promise resolves.
 *
 * @param options directives, or a configuration that is loaded already
 * @throws {Error} when a directive is wrong, an address is taken or the core is missing
 */
export function serve(options: Options | Config = {}): Promise<Server> {
  return serveConfig(options instanceof Config ? options : configOf(options));
}

/**
 * Opens a store of its own: no socket, and nothing shared with another one.
 *
 * @param options directives; those that concern sockets mean nothing here
 * @param place `node` is the id of the node whose CPUs the program runs on: its accesses vote for that node, and new keys go there
 * @throws {Error} when a directive is wrong, the core is missing or there is no such node
 */
export function open(
  options: Options | Config = {},
  place: { readonly node?: number } = {},
): EmbeddedStore {
  const config = options instanceof Config ? options : configOf(options);
  return EmbeddedStore.open(config.coreLines(), place.node);
}

function configOf(options: Options): Config {
  return Config.load({
    action: "serve",
    stdin: false,
    directives: Object.entries(options).map(([name, value], index) => {
      const text = typeof value === "boolean" ? (value ? "yes" : "no") : value;
      const words = [name, ...(Array.isArray(text) ? text : [String(text)])];
      return { words, origin: { file: "options", line: index + 1, text: words.join(" ") } };
    }),
  });
}

if (import.meta.main) Deno.exit(await run(Deno.args));
