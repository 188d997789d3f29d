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
 * @param input what it read from standard input, for the background to read again
 * @returns 0 when it is ready; its own exit code when it ended before
 */
export async function goToBackground(args: readonly string[], input: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...ownArguments(), ...args],
    env: { [MARK]: "1" },
    stdin: "piped",
    stdout: "piped",
    // Piped and passed on, not inherited: whoever waits for the end of our output must not wait for the server's.
    stderr: "piped",
    detached: true,
  }).spawn();
  const writer = child.stdin.getWriter();
  // A background that ended at once does not read; why it ended is told below.
  writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const complaints = passOn(child.stderr);
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of child.stdout) {
    said += decoder.decode(chunk, { stream: true });
    if (!/^numakv \S+ ready on .*\n/m.test(said)) continue;
    child.unref();
    return 0;
  }
  await complaints;
  return (await child.status).code || 1;
}

/** Copies what comes to standard error. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) at += Deno.stderr.writeSync(chunk.subarray(at));
  }
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
