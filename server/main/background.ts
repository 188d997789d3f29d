/**
 * Going to the background: the process starts itself again, detached, and ends when that one is ready.
 *
 * Deno cannot fork. Knows how the program is started, and no option. Invariant: the foreground's exit code tells whether the
 * background server is ready.
 *
 * @module
 */

/** Tells the second process what it is. */
const MARK = "NUMAKV_BACKGROUND";

/** Whether this process is the one in the background. */
export function isBackground(): boolean {
  return Deno.env.get(MARK) === "1";
}

/**
 * Starts this program again in the background and waits until it is ready.
 *
 * @param args the arguments it was started with
 * @returns 0 when it is ready; its own exit code when it ended before
 */
export async function goToBackground(args: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...ownArguments(), ...args],
    env: { [MARK]: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of child.stdout) {
    said += decoder.decode(chunk, { stream: true });
    if (!/^numakv \S+ ready on .*\n/m.test(said)) continue;
    child.unref();
    return 0;
  }
  return (await child.status).code || 1;
}

/** What stands between the executable and the program's own arguments. A compiled program needs nothing. */
function ownArguments(): string[] {
  if (Deno.build.standalone) return [];
  const root = new URL("../../", import.meta.url).pathname;
  const library = Deno.env.get("NUMAKV_CORE");
  return [
    "run",
    "-q",
    "--no-prompt",
    `--config=${root}deno.json`,
    "-P=server",
    ...(library ? [`--allow-ffi=${library}`] : []),
    `${root}mod.ts`,
  ];
}
