/**
 * What hotness costs: instructions of the hook on a GET, counted by callgrind with and without it, and how two threads that
 * read one key do beside one.
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
  --program P   the program that runs GETs (target/release/hotness)
`;

/** What must be reached: instructions at most, and two threads beside one at least. */
const INSTRUCTIONS_MAX = 12;
const RATIO_MIN = 1.8;
const GETS = 100_000;

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
async function instructions(program: string, lane: string, gets: number): Promise<number> {
  const own = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
  const text = await run("valgrind", [...own, program, "gets", lane, String(gets)]);
  const found = /Collected : (\d+)/.exec(text)?.[1];
  if (found === undefined) throw new Error(`Cannot read callgrind's count:\n${text}`);
  return Number(found);
}

/** Instructions of one GET more. */
async function slope(program: string, lane: string): Promise<number> {
  const [many, twice] = [
    await instructions(program, lane, GETS),
    await instructions(program, lane, 2 * GETS),
  ];
  return (twice - many) / GETS;
}

/** The best rates of one thread and of two. */
async function rates(program: string, seconds: number): Promise<[one: number, two: number]> {
  const text = await run(program, ["threads", String(seconds)]);
  const lines = text.trim().split("\n").map((line) => line.split(" ").map(Number));
  const best = (threads: number): number =>
    Math.max(...lines.flatMap(([count, rate = 0]) => count === threads ? [rate] : []));
  return [best(1), best(2)];
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, {
    boolean: ["help"],
    string: ["seconds", "program"],
    default: { seconds: "3", program: "target/release/hotness" },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const [near, none] = [
    await slope(options.program, "near"),
    await slope(options.program, "none"),
  ];
  const hook = near - none;
  console.log(`instructions of a GET: ${near.toFixed(1)} with hotness, ${none.toFixed(1)} without`);
  console.log(`the hook: ${hook.toFixed(1)} (at most ${INSTRUCTIONS_MAX})`);
  const [one, two] = await rates(options.program, Number(options.seconds));
  const ratio = two / one;
  console.log(`one key: ${Math.round(one)} GETs/s by one thread, ${Math.round(two)} by two`);
  console.log(`two beside one: ${ratio.toFixed(2)}× (at least ${RATIO_MIN}×)`);
  return hook <= INSTRUCTIONS_MAX && ratio >= RATIO_MIN ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
