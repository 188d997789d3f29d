/**
 * The stages of a test run, as data: cheap gates first, so that a stray space is told at once.
 *
 * Knows command lines, and nothing of how they are run or shown.
 * Invariant: a filter leaves only the stages whose runner understands it.
 *
 * @module
 */
import { countCargo, countCompat, countDeno, type Counter, countGate, countVm } from "./outcome.ts";

/** One row of the run. */
export interface Stage {
  readonly name: string;
  readonly command: readonly string[];
  readonly count: Counter;
  /** Longest it may take, in seconds; then it is stopped and counts as failed. */
  readonly limit_s: number;
}

/** What the user asked for. */
export interface Request {
  /** Also the soaks, which take longer than a gate may. */
  readonly full: boolean;
  /** Only what runs on a kernel with several NUMA nodes, under QEMU. */
  readonly vm?: boolean;
  /** Only tests whose name contains this. */
  readonly filter?: string;
}

const GATE_LIMIT_S = 240;
const TESTS_LIMIT_S = 900;
const SOAK_LIMIT_S = 3 * 3600;
/** Fetching a kernel and the guest's own limit (tests/vm/run.ts), which has to speak first. */
const VM_LIMIT_S = 1200;

/** Reads `full`, `vm` with or without a filter, or a filter; anything else is a mistake to be told. */
export function parseRequest(args: readonly string[]): Request {
  const vm = args[0] === "vm";
  const [word, ...rest] = vm ? args.slice(1) : args;
  if (rest.length > 0 || word?.startsWith("-")) {
    throw new TypeError(
      `Cannot read the arguments '${
        args.join(" ")
      }': want none, 'full', a filter, or 'vm' and perhaps a filter`,
    );
  }
  const full = word === "full" || Deno.env.get("NUMAKV_TEST_FULL") === "1";
  const filter = word === undefined || (word === "full" && !vm) ? {} : { filter: word };
  return { full, ...vm && { vm }, ...filter };
}

/** The rows of a run, in order. A filter leaves out the gates, and the machine, which has a word of its own. */
export function stagesFor(request: Request, deno: string): Stage[] {
  const vm = vmStage(request, deno);
  if (request.vm) return [vm];
  const tests = [...testStages(request, deno), ...soakStages(request)];
  return request.filter === undefined ? [...gateStages(deno), ...tests, vm] : tests;
}

function vmStage({ filter }: Request, deno: string): Stage {
  const words = filter === undefined ? [] : [filter];
  return {
    name: "NUMA nodes, QEMU",
    command: [deno, "run", "-q", "-P=test", "tests/vm/run.ts", ...words],
    count: countVm,
    limit_s: VM_LIMIT_S,
  };
}

function gateStages(deno: string): Stage[] {
  const gate = (name: string, ...command: string[]): Stage => {
    return { name, command, count: countGate, limit_s: GATE_LIMIT_S };
  };
  const clippy = ["--all-targets", "--locked", "--", "-D", "warnings"];
  return [
    gate("format, Rust", "cargo", "fmt", "--all", "--check"),
    gate("format, TypeScript", deno, "fmt", "--check"),
    gate("lint, TypeScript", deno, "lint", "-q"),
    gate("types", deno, "check", "-q"),
    gate("generated files", deno, "run", "-q", "-P=gen", "core/gen.ts", "--check"),
    gate("lint, Rust", "cargo", "clippy", "-q", ...clippy),
  ];
}

function testStages({ full, filter }: Request, deno: string): Stage[] {
  const limit_s = full ? SOAK_LIMIT_S : TESTS_LIMIT_S;
  const words = filter === undefined ? [] : [filter];
  const denoFilter = filter === undefined ? [] : ["--filter", filter];
  return [
    {
      name: "core",
      command: ["cargo", "test", "--workspace", "--locked", "--no-fail-fast", ...words],
      count: countCargo,
      limit_s,
    },
    {
      name: "server, black box",
      command: [deno, "test", "-q", "--no-check", "--frozen", "-P=test", ...denoFilter],
      count: countDeno,
      limit_s,
    },
    {
      name: "Redis' own suite",
      command: [
        deno,
        "run",
        "-q",
        "-P=test",
        "tests/compat/run.ts",
        ...(full ? ["--both"] : []),
        ...words,
      ],
      count: countCompat,
      limit_s,
    },
  ];
}

/** Sanitizers build everything anew, so they belong to the long run. */
function soakStages({ full, filter }: Request): Stage[] {
  if (!full) return [];
  const cargoFilter = filter === undefined ? [] : [filter];
  return ["address", "thread"].map((kind) => ({
    name: `core, ${kind}`,
    command: ["sh", "tests/sanitize.sh", kind, ...cargoFilter],
    count: countCargo,
    limit_s: SOAK_LIMIT_S,
  }));
}
