/**
 * Redis' own test suite against numakv, beside redis-server.
 *
 *     deno run -P=test tests/compat/run.ts [--both | --record] [--detail] [<part of a unit's name> …]
 *
 * Without a flag it runs numakv and compares with what redis-server passed when `baseline.json` was
 * recorded; `--both` runs redis-server too, `--record` runs it alone and writes the file; `--detail` shows why
 * each test failed. Knows the units and how results are shown. Invariant: the last line
 * `compat: N passed, N failed, N accepted` agrees with the exit status.
 *
 * @module
 */
import accepted from "./accepted.json" with { type: "json" };
import recorded from "./baseline.json" with { type: "json" };
import { bringSuite } from "./suite.ts";
import { DIRECTIVES, type Kind, RUNTEST, runUnit, type UnitResult } from "./unit.ts";
import { type Baseline, judge, listFaults, union, type Verdict } from "./verdict.ts";

/** The units of issue 3, the slow ones first: two run at a time. */
const UNITS = [
  ...["unit/hyperloglog", "unit/type/list-3", "unit/geo", "unit/type/zset", "unit/dump"],
  ...["unit/type/list", "unit/expire", "unit/type/list-2", "unit/type/string"],
  ...["unit/introspection-2", "unit/sort", "unit/other", "unit/multi", "unit/type/set"],
  ...["unit/querybuf", "unit/type/hash", "unit/scan", "unit/bitops", "unit/keyspace"],
  ...["unit/type/incr", "unit/bitfield", "unit/protocol", "unit/pubsub", "unit/pubsubshard"],
  ...["unit/info-command", "unit/introspection", "unit/maxmemory"],
];
const AT_ONCE = 2;
/** A unit that lacks more than this many tests lacks them for a reason that time will not mend. */
const REPEAT_LIMIT = 5;
const BASELINE = new URL("./baseline.json", import.meta.url);

interface Options {
  readonly both: boolean;
  readonly record: boolean;
  readonly detail: boolean;
  readonly units: readonly string[];
}

function readOptions(args: readonly string[]): Options {
  const flags = new Set(args.filter((arg) => arg.startsWith("-")));
  const wanted = args.filter((arg) => !arg.startsWith("-"));
  const units = UNITS.filter((unit) =>
    wanted.length === 0 || wanted.some((part) => `compat ${unit}`.includes(part))
  );
  for (const flag of flags) {
    if (!["--both", "--record", "--detail"].includes(flag)) {
      throw new TypeError(`Cannot read '${flag}': want --both, --record or --detail`);
    }
  }
  const has = (flag: string): boolean => flags.has(flag);
  return { both: has("--both"), record: has("--record"), detail: has("--detail"), units };
}

/** Runs units, some at a time, each against a server of its own, but for the tests it is to go without. */
async function runUnits(
  suite: string,
  kind: Kind,
  units: readonly string[],
  atOnce = AT_ONCE,
  without: (unit: string) => readonly string[] = () => [],
): Promise<Map<string, UnitResult>> {
  const results = new Map<string, UnitResult>();
  const waiting = [...units];
  const seat = async (number: number): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      results.set(unit, await runUnit(suite, unit, kind, number, without(unit)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, number) => seat(number)));
  return results;
}

/**
 * Runs numakv, and once more, each alone, the units that lack a test: the suite measures time, which another unit at the same
 * time may spoil; and a test that fails as the list says, or for want of a command, may leave something behind that fails the
 * next, so the second run goes without those. What passes in either run has passed.
 */
async function runTwice(
  suite: string,
  baseline: Baseline,
  units: readonly string[],
): Promise<{ results: Map<string, UnitResult>; verdicts: Verdict[]; repeated: string[] }> {
  const results = await runUnits(suite, "numakv", units);
  const first = new Map(units.map((unit) => [unit, results.get(unit)?.report.passed ?? []]));
  const judged = (unit: string, passed: readonly string[]): Verdict =>
    judge(unit, baseline.units[unit] ?? [], passed, accepted);
  const before = units.map((unit) => judged(unit, first.get(unit) ?? []));
  const unfit = new Map(before.map(({ unit, accepted, missing }) => {
    const failed = results.get(unit)?.report.failed;
    return [unit, [...accepted, ...missing.filter((name) => lacksCommand(failed?.get(name)))]];
  }));
  const known = (unit: string): readonly string[] => unfit.get(unit) ?? [];
  const repeated = before.filter(({ unit, missing: { length } }) =>
    length > 0 && (length <= REPEAT_LIMIT || known(unit).length > 0)
  ).map(({ unit }) => unit);
  const again = await runUnits(suite, "numakv", repeated, 1, known);
  const verdicts = units.map((unit) => {
    const second = again.get(unit);
    if (second !== undefined) results.set(unit, withFailures(second, results.get(unit)));
    return judged(unit, union(first.get(unit) ?? [], second?.report.passed ?? []));
  });
  return { results, verdicts, repeated };
}

/** The second run's result, with what failed in the first and was not run again. */
function withFailures(second: UnitResult, first?: UnitResult): UnitResult {
  const failed = new Map([...first?.report.failed ?? [], ...second.report.failed]);
  return { ...second, report: { ...second.report, failed } };
}

function lacksCommand(failure?: string): boolean {
  return failure !== undefined && /ERR unknown (?:sub)?command/.test(failure);
}

function show(verdicts: readonly Verdict[], results: Map<string, UnitResult>): void {
  console.log(`${"unit".padEnd(24)} here redis accepted missing seconds`);
  for (const { unit, passed, expected, accepted, missing, stale } of verdicts) {
    const columns = [
      String(passed).padStart(4),
      String(expected).padStart(5),
      String(accepted.length).padStart(8),
      String(missing.length).padStart(7),
      (results.get(unit)?.elapsed_s ?? 0).toFixed(1).padStart(7),
    ];
    const note = stale.length > 0 ? `  ${stale.length} accepted pass` : "";
    console.log(`${unit.padEnd(24)} ${columns.join(" ")}${note}`);
  }
}

function explain(
  { unit, missing, stale }: Verdict,
  result: UnitResult | undefined,
  detail: boolean,
): void {
  for (const name of new Set(missing)) {
    const failed = result?.report.failed.get(name) ?? result?.skipped.get(name);
    console.log(`missing: ${unit}: ${name}${failed === undefined ? " (not reached)" : ""}`);
    if (detail && failed !== undefined) console.log(failed.replaceAll(/^/gm, "    "));
  }
  for (const name of stale) console.log(`accepted, yet it passes: ${unit}: ${name}`);
  const outside = missing.length > 0 ? result?.report.failed.get("") : undefined;
  if (outside !== undefined) console.log(`${unit}, outside any test: ${outside}`);
  const broken = result?.report.broken;
  if (broken !== undefined) console.log(`${unit} was not run to its end: ${broken}`);
}

async function record(suite: string, { units }: Options): Promise<Baseline> {
  const results = await runUnits(suite, "redis-server", units);
  const passed: Record<string, readonly string[]> = { ...(recorded as Baseline).units };
  for (const [unit, { report }] of results) {
    if (!report.done) throw new Error(`redis-server does not finish ${unit}: ${report.broken}`);
    passed[unit] = report.passed;
  }
  const directives = Object.entries(DIRECTIVES).map(([name, value]) => `--${name} ${value}`);
  return {
    command: `${RUNTEST.join(" ")} --port <port> --single <unit>`,
    server: `redis-server 7.0.15 --save "" ${directives.join(" ")}`,
    units: Object.fromEntries(Object.entries(passed).sort(([a], [b]) => a < b ? -1 : 1)),
  };
}

/** A filter that names no unit is meant for other tests. */
function nothing(): number {
  console.log("compat: 0 passed, 0 failed, 0 accepted");
  return 0;
}

async function main(): Promise<number> {
  const options = readOptions(Deno.args);
  if (options.units.length === 0) return nothing();
  const suite = await bringSuite();
  if (options.record) {
    const baseline = await record(suite, options);
    await Deno.writeTextFile(BASELINE, `${JSON.stringify(baseline, undefined, 2)}\n`);
    return 0;
  }
  const baseline: Baseline = options.both ? await record(suite, options) : recorded;
  const { results, verdicts, repeated } = await runTwice(suite, baseline, options.units);
  show(verdicts, results);
  if (repeated.length > 0) console.log(`\nrun again, alone: ${repeated.join(", ")}`);
  for (const verdict of verdicts) explain(verdict, results.get(verdict.unit), options.detail);
  const faults = listFaults(accepted, baseline);
  for (const fault of faults) console.log(fault);
  const sum = (value: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + value(verdict), 0);
  const failed = faults.length + sum(({ missing, stale }) => missing.length + stale.length);
  const allowed = sum((verdict) => verdict.accepted.length);
  const passed = sum((verdict) => verdict.passed);
  console.log(`\ncompat: ${passed} passed, ${failed} failed, ${allowed} accepted`);
  return failed > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
