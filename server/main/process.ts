/**
 * The server as a process: command line, background, signals, pid file, exit code.
 *
 * Knows the operating system's habits and no client. Invariant: exit codes are 0 (stopped in order), 1 (failed at start or while
 * running) and 2 (arguments or configuration cannot be read).
 *
 * @module
 */

import {
  Config,
  ConfigError,
  HELP,
  type Invocation,
  parseArguments,
  readStdin,
} from "../config.ts";
import { probe } from "../core.ts";
import { doctor } from "../doctor.ts";
import { Log } from "../log.ts";
import { serve, type Server } from "../main.ts";
import { goToBackground, isBackground } from "./background.ts";
import { VERSION } from "./version.ts";

/** Exit codes of the process. */
export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * Does what the arguments ask for.
 *
 * @returns the exit code, when it is done; for a server that is when it has stopped
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    if (args[0] === "doctor") return doctor(args.slice(1), probe, print);
    const invocation: Invocation = parseArguments(args);
    if (invocation.action === "help") print(HELP);
    else if (invocation.action === "version") print(`numakv ${VERSION}\n`);
    else {
      // Read once: a background process has no standard input of its own.
      const input = invocation.stdin ? readStdin() : "";
      return await runServer(
        Config.load(invocation, { readStdin: () => input, variable: (name) => Deno.env.get(name) }),
        args,
        input,
      );
    }
    return ExitCode.ok;
  } catch (error) {
    console.error(`numakv: ${error instanceof Error ? error.message : error}`);
    return error instanceof ConfigError ? ExitCode.usage : ExitCode.failed;
  }
}

async function runServer(config: Config, args: readonly string[], input: string): Promise<number> {
  if (config.flag("daemonize") && !isBackground()) return await goToBackground(args, input);
  Deno.chdir(config.text("dir"));
  const quiet = isBackground() && config.text("logfile") === "";
  const server = await (quiet ? serve(config, new Log({ write: () => {} })) : serve(config));
  const removePidFile = writePidFile(config.text("pidfile"));
  const forget = stopOnSignals(server);
  print(`numakv ${VERSION} ready on ${server.endpoints[0] ?? "no address"}\n`);
  const code = await server.finished;
  forget();
  removePidFile();
  return code;
}

/** The first SIGINT or SIGTERM stops in order, the second at once. @returns what ends that */
function stopOnSignals(server: Server): () => void {
  let asked = false;
  const stop = (): void => {
    if (asked) Deno.exit(ExitCode.failed);
    asked = true;
    server.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
  };
}

/** Writes the process id; a file that cannot be written costs a message only, as in Redis. */
function writePidFile(path: string): () => void {
  if (path === "") return () => {};
  try {
    Deno.writeTextFileSync(path, `${Deno.pid}\n`);
  } catch (error) {
    console.error(`numakv: Cannot write the pid file '${path}': ${error}`);
    return () => {};
  }
  return () => {
    try {
      Deno.removeSync(path);
    } catch {
      // Somebody else has removed it.
    }
  };
}

function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads it.
  }
}
