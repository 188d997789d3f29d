/**
 * `./numakv` as a stranger types it: run to its end, or left serving.
 *
 * Knows the launcher's path and its ready line, and no directive. Invariant: cargo on its PATH is a trap, so a start that
 * would compile fails and leaves a trace.
 *
 * @module
 */
import { Child, serverFolder } from "./child.ts";

/** The launcher. */
export const LAUNCHER = decodeURIComponent(new URL("../../numakv", import.meta.url).pathname);

/** A PATH whose first Deno is the one that runs the tests, so that none is fetched. */
export const LAUNCHER_PATH = `${Deno.execPath().replace(/\/[^/]*$/, "")}:${
  Deno.env.get("PATH") ?? "/usr/bin:/bin"
}`;

/** The line by which the server tells that clients may come: version, address, port or path. */
export const READY = /^numakv (\d+\.\d+\.\d+) ready on (.+)$/m;

/** What a finished run leaves. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Things a test may change about a run. */
export interface LaunchOptions {
  readonly env?: Record<string, string>;
  /** Working directory; the caller's when left out. */
  readonly cwd?: string;
}

/** Runs `./numakv` with these arguments to its end. */
export async function launch(args: readonly string[], options: LaunchOptions = {}): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(LAUNCHER, {
    args: [...args],
    env: { PATH: LAUNCHER_PATH, ...options.env },
    ...options.cwd !== undefined && { cwd: options.cwd },
    stdin: "null",
    // A run that should end and serves instead is a failed test, not a hanging one.
    signal: AbortSignal.timeout(20_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/**
 * Starts `./numakv` in a folder of its own and waits for the ready line.
 *
 * @param stdin text it reads from standard input; none when left out
 */
export async function start(
  args: readonly string[],
  options: LaunchOptions & { readonly stdin?: string } = {},
): Promise<Child> {
  const folder = options.cwd ?? await serverFolder();
  const env = { PATH: LAUNCHER_PATH, ...options.env };
  if (options.stdin === undefined) {
    return await Child.start({ command: [LAUNCHER, ...args], folder, ready: READY, env });
  }
  const file = `${folder}/stdin`;
  await Deno.writeTextFile(file, options.stdin);
  const command = ["sh", "-c", `exec "$0" "$@" <'${file}'`, LAUNCHER, ...args];
  return await Child.start({ command, folder, ready: READY, env });
}

/** Name of the variable that tells the trap where to leave its trace. */
const TRACE = "NUMAKV_TEST_CARGO_TRACE";

/**
 * A folder with a `cargo` and a `rustc` that only write down that they were called.
 *
 * @returns what to put into the environment, and how to read the trace
 */
export async function cargoTrap(
  folder: string,
): Promise<{ env: Record<string, string>; trace: () => Promise<string> }> {
  for (const name of ["cargo", "rustc"]) {
    const script = `#!/bin/sh\necho "${name} $*" >>"$${TRACE}"\nexit 1\n`;
    await Deno.writeTextFile(`${folder}/${name}`, script, { mode: 0o755 });
  }
  const path = `${folder}/trace`;
  await Deno.writeTextFile(path, "");
  const env = { PATH: `${folder}:${LAUNCHER_PATH}`, [TRACE]: path };
  return { env, trace: () => Deno.readTextFile(path) };
}
