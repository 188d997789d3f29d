/**
 * numakv as a child process, run as the launcher runs it: the same Deno, the same permission set.
 *
 * Knows the ready line and directives as words. Invariant: nothing but deno.json says what it may touch.
 *
 * @module
 */
import { Child, freePort, serverFolder } from "./child.ts";

const ROOT = new URL("../../", import.meta.url);

/** Directives by name, without the dashes; a list gives a directive several values. */
export type Directives = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** A numakv that serves. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly process: Child;
}

/** The command that runs numakv's server with arguments, as `./numakv serve` does. */
export function serveCommand(args: readonly string[]): string[] {
  const core = Deno.env.get("NUMAKV_CORE");
  return [
    Deno.execPath(),
    "run",
    "-q",
    "--no-prompt",
    "--frozen",
    "--config",
    pathOf("deno.json"),
    "-P=server",
    ...(core === undefined ? [] : [`--allow-ffi=${core}`]),
    pathOf("mod.ts"),
    "serve",
    ...args,
  ];
}

/**
 * Starts numakv on a free port of 127.0.0.1 with one listener, unless the directives say otherwise.
 *
 * @example
 * ```ts
 * await using server = await startServer({ topology: "fake:2" });
 * ```
 */
export async function startServer(directives: Directives = {}): Promise<Server> {
  const port = Number(directives.port ?? freePort());
  const all = { bind: "127.0.0.1", listeners: 1, save: "", ...directives, port };
  const folder = await serverFolder();
  const process = await Child.start({
    command: serveCommand(argumentsOf(all)),
    folder,
    ready: /^numakv \S+ ready on \S+:\d+$/m,
  });
  return { port, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** Directives as the command line takes them. */
export function argumentsOf(directives: Directives): string[] {
  return Object.entries(directives).flatMap(([name, value]) => {
    const values = typeof value === "object" ? value : [value];
    return [`--${name}`, ...values.map(String)];
  });
}

function pathOf(name: string): string {
  return decodeURIComponent(new URL(name, ROOT).pathname);
}
