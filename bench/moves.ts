/**
 * What moving keys costs: work in core for small and large ones beside a memcpy into fresh memory, and what clients notice
 * while a value of a million elements moves.
 *
 *     ./numakv bench moves [--rounds N] [--quick] …
 *
 * The figures want two idle CPUs. Invariants: phases with and without a move take turns in one run; a percentile is that of
 * all requests of a kind of phase together, as the slowest of a single phase are too few to tell anything.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Fields } from "../tests/support/fields.ts";
import { RespClient } from "../tests/support/resp_client.ts";
import { type Server, startServer } from "../tests/support/server.ts";
import { writeReportFiles } from "./support/report.ts";
import { spread } from "./support/table.ts";

const HELP = `Measures moves and writes bench/report/moves.md and .json.

  --rounds N     rounds of each measure (10)
  --seconds N    seconds of each phase with and without a move (2)
  --rate N       requests a second of each of two clients (4000)
  --elements N   fields and members of the hash and the sorted set; ten times as many items of the list (1000000)
  --quick        2 rounds, 50000 elements
  --server-cpus L  CPUs of listener and clients where the mover has its own, as taskset reads them (0)
  --mover-cpus L   CPUs of the mover, and all else behind the listener, there (1)
  --program P    the program that measures (target/release/moves)
  --report NAME  name of the report's files (moves)
`;

const ROOT = new URL("../", import.meta.url);

/** Sizes of strings, how many are moved a round, and what a move may take: nanoseconds, or times a memcpy. */
const SIZES = [
  { bytes: 1024, keys: 100_000, most_ns: 1500 },
  { bytes: 10_240, keys: 20_000, most_ns: 6000 },
  { bytes: 1_048_576, keys: 200, most_times: 1.5 },
] as const;
const KINDS = ["hash", "zset", "list"] as const;
/** Whether the mover has a CPU to itself, as on hosts with CPUs to spare, or shares all there are with listener and clients. */
const ARRANGEMENTS = ["apart", "together"] as const;
type Arrangement = typeof ARRANGEMENTS[number];
/** The longest hold there may be, and the slowest requests beside those without a move. */
const HOLD_MAX_USEC = 300;
const RATIO_MAX = 1.5;
/** A move under continuous writes, beside one without. */
const FINISH_MAX = 2;

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly rate: number;
  readonly elements: number;
  readonly server_cpus: string;
  readonly mover_cpus: string;
  readonly program: string;
  readonly report: string;
}

/** One size's rounds, in nanoseconds. */
interface Work {
  readonly bytes: number;
  readonly move_ns: readonly number[];
  /** Back again, into memory that was used before: what is left is the core's own work. */
  readonly back_ns: readonly number[];
  readonly memcpy_ns: readonly number[];
  readonly is_met: boolean;
}

/** What one client noticed, in microseconds: of one phase, or of all with or without a move (`all-moving`, `all-still`). */
interface Phase {
  readonly phase: string;
  readonly who: string;
  readonly requests: number;
  readonly moves: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What an idle machine takes away from a thread that only reads the clock. */
interface Gaps {
  readonly seconds: number;
  readonly longest_usec: number;
  /** Gaps longer than the longest hold may be. */
  readonly long: number;
}

/** One kind of value. */
interface Notice {
  readonly arrangement: Arrangement;
  readonly kind: string;
  readonly elements: number;
  readonly longest_step_usec: number;
  /** Holds that took more than half again a step's time, of so many, which took so long together. */
  readonly long_steps: number;
  readonly steps: number;
  readonly held_seconds: number;
  readonly moves: number;
  readonly phases: readonly Phase[];
  readonly is_met: boolean;
}

async function run(program: string, args: readonly (string | number)[]): Promise<string[]> {
  const command = new Deno.Command(program, { args: args.map(String), cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot run ${program} ${args.join(" ")}:\n${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout).trim().split("\n");
}

async function work(options: Options): Promise<Work[]> {
  const found: Work[] = [];
  for (const size of SIZES) {
    const { bytes, keys } = size;
    console.error(`moves of ${bytes} bytes`);
    const lines = await run(options.program, ["core", bytes, keys, options.rounds]);
    const rounds = lines.map((line) => line.split(" ").map(Number));
    const column = (at: number): number[] => rounds.map((round) => round[at] ?? NaN);
    const [move_ns, back_ns, memcpy_ns] = [column(1), column(2), column(3)];
    const most = "most_ns" in size ? size.most_ns : size.most_times * median(memcpy_ns);
    found.push({ bytes, move_ns, back_ns, memcpy_ns, is_met: median(move_ns) <= most });
  }
  return found;
}

async function gaps({ program, mover_cpus }: Options): Promise<Gaps> {
  const seconds = 10;
  const [line = ""] = await run("taskset", ["-c", mover_cpus, program, "gaps", seconds]);
  const [nanos = NaN, long = NaN] = line.split(" ").map(Number);
  return { seconds, longest_usec: nanos / 1000, long };
}

/** A line of `moves load`: phase, client, requests, moves, and nanoseconds at four places. */
function phaseOf(line: string): Phase {
  const [phase = "", who = "", ...numbers] = line.split(" ");
  const [requests = 0, moves = 0, ...nanos] = numbers.map(Number);
  const [p50 = NaN, p99 = NaN, p999 = NaN, max = NaN] = nanos.map((value) => value / 1000);
  return { phase, who, requests, moves, p50, p99, p999, max };
}

/** p99 and p99.9 of all requests of a client with and without a move. */
function tail(phases: readonly Phase[], phase: "still" | "moving", who: string): Phase {
  const found = phases.find((one) => one.phase === `all-${phase}` && one.who === who);
  if (found === undefined) throw new Error(`no figures of '${phase} ${who}'`);
  return found;
}

function times(phases: readonly Phase[], who: string, figure: "p99" | "p999"): number {
  return tail(phases, "moving", who)[figure] / tail(phases, "still", who)[figure];
}

/** A server on which strategies do not move other keys meanwhile. */
function startArranged(options: Options, arrangement: Arrangement): Promise<Server> {
  const isApart = arrangement === "apart";
  return startServer({
    topology: "fake:1+1",
    "numa-enabled": "no",
    server_cpulist: isApart ? options.server_cpus : "",
    bio_cpulist: isApart ? options.mover_cpus : "",
  });
}

async function notice(options: Options, arrangement: Arrangement, kind: string): Promise<Notice> {
  const { rounds, seconds, rate, server_cpus } = options;
  const elements = options.elements * (kind === "list" ? 10 : 1);
  console.error(`a ${kind} of ${elements} elements, CPUs ${arrangement}`);
  await using server = await startArranged(options, arrangement);
  using client = await RespClient.connect(server.port);
  await client.call("NUMAMIGRATE", "RESET");
  const load = ["load", server.port, kind, elements, rounds, seconds, rate];
  const lines = arrangement === "apart"
    ? await run("taskset", ["-c", server_cpus, options.program, ...load])
    : await run(options.program, load);
  const phases = lines.map(phaseOf);
  const stats = new Fields(await client.call("NUMAMIGRATE", "STATS"));
  const longest_step_usec = stats.number("longest_step_usec");
  const isSlow = (who: string): boolean => times(phases, who, "p999") > RATIO_MAX;
  return {
    arrangement,
    kind,
    elements,
    longest_step_usec,
    long_steps: stats.number("long_steps"),
    steps: stats.number("steps"),
    held_seconds: stats.number("total_migration_time") / 1e6,
    moves: stats.number("successful_migrations"),
    phases,
    is_met: longest_step_usec <= HOLD_MAX_USEC && !isSlow("others") && !isSlow("same"),
  };
}

/** Milliseconds of a move of the hash without and with continuous writes to it, where the mover has a CPU to itself. */
interface Finish {
  readonly idle_ms: readonly number[];
  readonly busy_ms: readonly number[];
  readonly is_met: boolean;
}

async function finish(options: Options): Promise<Finish> {
  const { server_cpus, program, elements, rounds } = options;
  console.error(`a hash of ${elements} elements under continuous writes`);
  await using server = await startArranged(options, "apart");
  const asked = [program, "finish", server.port, elements, rounds];
  const lines = await run("taskset", ["-c", server_cpus, ...asked]);
  const times = lines.map((line) => line.split(" ").map((nanos) => Number(nanos) / 1e6));
  const [idle_ms, busy_ms] = [0, 1].map((at) => times.map((round) => round[at] ?? NaN));
  if (idle_ms === undefined || busy_ms === undefined) throw new Error("no rounds");
  return { idle_ms, busy_ms, is_met: median(busy_ms) <= FINISH_MAX * median(idle_ms) };
}

function median(values: readonly number[]): number {
  return spread(values).median;
}

function cell(values: readonly number[], digits: number): string {
  const [middle, least, most] = [spread(values).median, spread(values).min, spread(values).max]
    .map((value) => value.toFixed(digits));
  return `${middle} (${least}–${most})`;
}

function workTable(rows: readonly Work[]): string {
  const lines = rows.map(({ bytes, move_ns, back_ns, memcpy_ns, is_met }) => {
    const cells = [move_ns, memcpy_ns, back_ns].map((all) => cell(all.map((ns) => ns / 1000), 2));
    const times = (median(move_ns) / median(memcpy_ns)).toFixed(2);
    const [move, copy, back] = cells;
    return `| ${bytes} | ${move} | ${copy} | ${times}× | ${back} | ${is_met ? "yes" : "no"} |`;
  });
  return [
    "| bytes | a move, µs | memcpy, µs | beside it | a move back, µs | within the target |",
    "| ----- | ---------- | ---------- | --------- | --------------- | ----------------- |",
    ...lines,
  ].join("\n");
}

function noticeTable(rows: readonly Notice[]): string {
  const lines = rows.map(({ kind, elements, moves, phases, is_met, ...holds }) => {
    const cells = ["others", "same"].map((who) => {
      const [still, moving] = [tail(phases, "still", who), tail(phases, "moving", who)];
      return (["p99", "p999"] as const).map((figure) => {
        const [before, meanwhile] = [still[figure], moving[figure]].map((usec) => usec.toFixed(0));
        return `${before} → ${meanwhile} (${times(phases, who, figure).toFixed(2)}×)`;
      }).join(" | ");
    });
    const { longest_step_usec, long_steps, steps, held_seconds } = holds;
    const held = `${longest_step_usec} | ${long_steps} of ${steps} in ${held_seconds.toFixed(1)} s`;
    const first = `| ${kind} of ${elements} | ${moves} | ${held}`;
    return `${first} | ${cells.join(" | ")} | ${is_met ? "yes" : "no"} |`;
  });
  return [
    "| value | moves | longest hold, µs | holds beyond 300 µs | others, p99 | p99.9 | same key, p99 | p99.9 | within the targets |",
    "| ----- | ----- | ---------------- | ------------------- | ----------- | ----- | ------------- | ----- | ------------------ |",
    ...lines,
  ].join("\n");
}

async function writeReport(
  options: Options,
  works: Work[],
  notices: Notice[],
  finished: Finish,
  machine: Gaps,
): Promise<string> {
  const text = [
    "# Moves",
    "",
    `${
      new Date().toISOString().slice(0, 10)
    }, ${navigator.hardwareConcurrency} CPUs, Linux ${Deno.osRelease()}, ${options.rounds} rounds: median (least–greatest).`,
    "",
    "Work in core for one string, into memory that nobody has touched (the kernel's page faults are part of it), a memcpy of",
    "it into memory as fresh, and a move back into memory that was used before. Targets for the first: 1.5 µs for 1 KB, 6 µs",
    "for 10 KB, 1.5 times the memcpy for 1 MB.",
    "",
    workTable(works),
    "",
    `While a large value moves to and fro: µs of requests without → with a move, two clients with ${options.rate} requests a`,
    "second each, one on other keys and one on the key that moves; phases with and without a move in turns, the requests of",
    `all phases together. Targets: no hold beyond ${HOLD_MAX_USEC} µs, p99.9 within ${RATIO_MAX} times. A hold that is stopped, for another`,
    `thread or with the whole machine, is long by the clock: with nothing else to do, a thread that only read the clock for`,
    `${machine.seconds} s found ${machine.long} gaps beyond ${HOLD_MAX_USEC} µs, the longest of ${
      machine.longest_usec.toFixed(0)
    } µs.`,
    "",
    `Listener and clients on CPU ${options.server_cpus}, the mover on CPU ${options.mover_cpus} (\`server_cpulist\`, \`bio_cpulist\`), as on a host with CPUs`,
    "to spare:",
    "",
    noticeTable(notices.filter(({ arrangement }) => arrangement === "apart")),
    "",
    `So arranged, a move of the hash takes ${cell(finished.idle_ms, 0)} ms, and ${
      cell(finished.busy_ms, 0)
    } ms under`,
    `continuous writes to it of four clients: ${
      (median(finished.busy_ms) / median(finished.idle_ms)).toFixed(2)
    } times (${FINISH_MAX} are allowed).`,
    "",
    `All on ${navigator.hardwareConcurrency} CPUs; what is more here is the wait for a CPU that the mover is on:`,
    "",
    noticeTable(notices.filter(({ arrangement }) => arrangement === "together")),
    "",
  ].join("\n");
  const { program: _, ...asked } = options;
  const json = { options: asked, work: works, load: notices, finish: finished, gaps: machine };
  await writeReportFiles(options.report, text, json);
  return text;
}

function readOptions(args: readonly string[]): Options {
  const given: Record<string, unknown> = parseArgs([...args], {
    string: [
      "rounds",
      "seconds",
      "rate",
      "elements",
      "server-cpus",
      "mover-cpus",
      "program",
      "report",
    ],
    boolean: ["quick"],
    unknown: (name: string) => {
      throw new TypeError(`unknown argument '${name}'; see --help`);
    },
  });
  const quick = given["quick"] === true;
  const count = (name: string, otherwise: number): number => {
    const value = Number(given[name] ?? otherwise);
    if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} wants a number`);
    return value;
  };
  return {
    rounds: count("rounds", quick ? 2 : 10),
    seconds: count("seconds", 2),
    rate: count("rate", 4000),
    elements: count("elements", quick ? 50_000 : 1_000_000),
    server_cpus: String(given["server-cpus"] ?? "0"),
    mover_cpus: String(given["mover-cpus"] ?? "1"),
    program: String(given["program"] ?? "target/release/moves"),
    report: String(given["report"] ?? "moves"),
  };
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    return 2;
  }
  const machine = await gaps(options);
  const works = await work(options);
  const notices: Notice[] = [];
  for (const arrangement of ARRANGEMENTS) {
    for (const kind of KINDS) notices.push(await notice(options, arrangement, kind));
  }
  const finished = await finish(options);
  console.log(await writeReport(options, works, notices, finished, machine));
  return [...works, ...notices, finished].every(({ is_met }) => is_met) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
