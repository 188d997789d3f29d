/**
 * The stage of tests that need a real kernel with several NUMA nodes: brings QEMU, makes the images, boots, and shows what
 * the tests inside wrote.
 *
 *     deno run -P=test tests/vm/run.ts [<filter>]
 *
 * The output ends with the summary of `deno test` inside, which is what is counted; where there is none, the end of the
 * kernel's console says how far the guest came.
 * Invariant: exit status 0 ⇔ the guest ran all its tests, all passed, and it turned itself off.
 *
 * @module
 */
import { kernelOf, makeDisk, makeInitrd, type Sources } from "./image.ts";
import { runMachine } from "./qemu.ts";

const PROJECT = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");
/** Twenty times what a run takes on two cores. */
const BOOT_LIMIT_S = 420;
const CONSOLE_LINES = 40;

/** Fetches what is missing; its messages are the user's to read. */
async function bring(): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: [`${PROJECT}/tests/vm/bring.sh`],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

async function main(): Promise<number> {
  if (!await bring()) return 1;
  const folder = await Deno.makeTempDir({ prefix: "numakv-vm-" });
  try {
    return await boot({ project: PROJECT, root: `${PROJECT}/.tools/vm/root`, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Makes the images, runs the machine and judges how it ended. */
async function boot(sources: Sources): Promise<number> {
  const { root, folder } = sources;
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  const { path: kernel, release } = await kernelOf(root);
  const [initrd, disk] = await Promise.all([makeInitrd(sources), makeDisk(sources)]);
  console.log(`Linux ${release}; images made in ${seconds()} s`);
  const output = `${folder}/output`;
  const log = `${folder}/console`;
  const ended = await runMachine({
    ...{ root, kernel, initrd, disk, output, console: log, limit_s: BOOT_LIMIT_S },
  });
  const text = await Deno.readTextFile(output).catch(() => "");
  const status = /^exit (\d+)\s*$/m.exec(text)?.[1];
  console.log(text.replace(/^exit \d+\s*$/m, "").trimEnd());
  console.log(`the guest ended after ${seconds()} s`);
  if (status !== undefined && ended.code === 0) return Number(status);
  const why = ended.stopped
    ? `was stopped after ${BOOT_LIMIT_S} s`
    : `ended without a result; QEMU's exit status is ${ended.code}`;
  const tail = (await Deno.readTextFile(log).catch(() => "")).trimEnd().split("\n");
  console.log(`The guest ${why}. ${ended.stderr.trim()}\nThe end of its console:`);
  console.log(tail.slice(-CONSOLE_LINES).map((line) => `  ${line.trimEnd()}`).join("\n"));
  return 1;
}

if (import.meta.main) Deno.exit(await main());
