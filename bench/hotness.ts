/**
 * What hotness costs: instructions of the hook on a GET, counted by callgrind in a program with it and in one built without, and how two
 * threads that read one key do beside one.
 *
 *     ./numakv bench hotness [--seconds N]
 *
 * The count does not depend on how busy the machine is; the rates do, and want two idle CPUs. Invariant: the count is a slope, between
 * many GETs and twice as many, so that starting and stopping are not in it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

const HELP = `Counts the instructions of the hotness hook, and compares two threads with one.

  --seconds N   seconds of each timed run (3)
`;

/** What must be reached: instructions at most, and two threads beside one at least. */
const INSTRUCTIONS_MAX = 12;
const RATIO_MIN = 1.8;
/** From here on a key that is used without a pause is as busy as it gets. */
const GETS = 200_000;
/** The program that runs GETs, and the one that does so without the hook. */
const WITH = "target/release/hotness";
const WITHOUT = "target/without-hotness/release/hotness";

const ROOT = new URL("../", import.meta.url);

async function run(program: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  if (!success) throw new Error(`Cannot run ${program} ${args.join(" ")}:\n${text}`);
  return text;
}

/** Instructions of a run, as callgrind counts them. */
async function instructions(program: string, gets: number): Promise<number> {
  const own = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
  const text = await run("valgrind", [...own, program, "gets", String(gets)]);
  const found = /Collected : (\d+)/.exec(text)?.[1];
  if (found === undefined) throw new Error(`Cannot read callgrind's count:\n${text}`);
  return Number(found);
}

/** Instructions of one GET more. */
async function slope(program: string): Promise<number> {
  const [many, twice] = [
    await instructions(program, GETS),
    await instructions(program, 2 * GETS),
  ];
  return (twice - many) / GETS;
}

/** The best rates of one thread and of two. */
async function rates(seconds: number): Promise<[one: number, two: number]> {
  const text = await run(WITH, ["threads", String(seconds)]);
  const lines = text.trim().split("\n").map((line) => line.split(" ").map(Number));
  const best = (threads: number): number =>
    Math.max(...lines.flatMap(([count, rate = 0]) => count === threads ? [rate] : []));
  return [best(1), best(2)];
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, {
    boolean: ["help"],
    string: ["seconds"],
    default: { seconds: "3" },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const [having, lacking] = [await slope(WITH), await slope(WITHOUT)];
  const hook = having - lacking;
  console.log(
    `instructions of a GET: ${having.toFixed(1)} with hotness, ${lacking.toFixed(1)} without`,
  );
  console.log(`the hook: ${hook.toFixed(1)} (at most ${INSTRUCTIONS_MAX})`);
  const [one, two] = await rates(Number(options.seconds));
  const ratio = two / one;
  console.log(`one key: ${Math.round(one)} GETs/s by one thread, ${Math.round(two)} by two`);
  console.log(`two beside one: ${ratio.toFixed(2)}× (at least ${RATIO_MIN}×)`);
  return hook <= INSTRUCTIONS_MAX && ratio >= RATIO_MIN ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
