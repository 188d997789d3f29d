/**
 * Runs one unit of Redis' suite against a server of its own, to the unit's end if that can be had: a test
 * that hangs or takes the server with it is skipped in the next attempt, so that it hides no other.
 *
 * Knows how to start either server and `runtest`. Invariant: at most ATTEMPTS runs a unit, and whatever was
 * skipped counts as failed.
 *
 * @module
 */
import { startRedis } from "../support/redis_server.ts";
import { type Server, startServer } from "../support/server.ts";
import { readReport, type Report } from "./report.ts";

/** Which server is under test. */
export type Kind = "numakv" | "redis-server";

/** What the suite asks of a server that it did not start itself (its own CI says so). */
export const DIRECTIVES = {
  "enable-debug-command": "yes",
  "enable-protected-configs": "yes",
} as const;

/** How a unit is run; what `baseline.json` records as its command. */
export const RUNTEST = ["./runtest", "--durable", "--host", "127.0.0.1"] as const;

const ATTEMPTS = 6;
/** Longest time without a test that ends, in seconds. */
const STILL_LIMIT_S = 60;
/** Longest a run of one unit may take. */
const UNIT_LIMIT_S = 600;

/** What a unit came to over all its attempts. */
export interface UnitResult {
  readonly unit: string;
  readonly report: Report;
  /** Tests that had to be skipped to reach the rest, and why. */
  readonly skipped: ReadonlyMap<string, string>;
  readonly elapsed_s: number;
}

/**
 * Runs a unit against a fresh server.
 *
 * @param suite Where the suite lies.
 * @param seat A number of its own for each run at the same time; ports follow from it.
 * @param without Tests that are not run.
 */
export async function runUnit(
  suite: string,
  unit: string,
  kind: Kind,
  seat: number,
  without: readonly string[] = [],
): Promise<UnitResult> {
  const started = performance.now();
  const skipped = new Map<string, string>();
  let report: Report = readReport("");
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    report = await runOnce(suite, unit, kind, seat, [...without, ...skipped.keys()]);
    const { stuck, broken } = report;
    // The suite's own server found no free port, as another unit's took it: nothing has begun.
    if (!report.done && stuck === "" && report.passed.length === 0) continue;
    if (report.done || stuck === undefined || stuck === "" || skipped.has(stuck)) break;
    skipped.set(stuck, broken ?? "the run was stopped");
  }
  return { unit, report, skipped, elapsed_s: (performance.now() - started) / 1000 };
}

async function runOnce(
  suite: string,
  unit: string,
  kind: Kind,
  seat: number,
  skip: readonly string[],
): Promise<Report> {
  await using server = await startKind(kind);
  const basePort = 21_111 + 100 * seat;
  const [program = "", ...args] = [
    ...[...RUNTEST, "--port", `${server.port}`, "--single", unit],
    ...["--timeout", `${STILL_LIMIT_S}`, "--baseport", `${basePort}`, "--portcount", "50"],
    ...skip.flatMap((name) => ["--skiptest", name]),
  ];
  const child = new Deno.Command(program, {
    args,
    cwd: suite,
    env: { TERM: "dumb" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(UNIT_LIMIT_S * 1000),
  });
  const { stdout } = await child.output();
  const report = readReport(new TextDecoder().decode(stdout));
  return await withCrash(report, server);
}

/** A server that ended during its unit is told with its last words. */
async function withCrash(report: Report, server: Server): Promise<Report> {
  try {
    using _ = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    return report;
  } catch {
    const words = server.process.log.trimEnd().split("\n").slice(-5).join("\n");
    const crash = `the server ended:\n${words}`;
    const first = [...report.failed.keys()].find((name) => name !== "");
    const stuck = report.stuck ?? first;
    return { ...report, done: false, broken: crash, ...(stuck === undefined ? {} : { stuck }) };
  }
}

async function startKind(kind: Kind): Promise<Server> {
  if (kind === "redis-server") return await startRedis({ ...DIRECTIVES });
  return await startServer({ ...DIRECTIVES });
}
