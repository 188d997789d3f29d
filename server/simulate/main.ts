/**
 * `./numakv simulate`: a trace of accesses against strategies, beside baselines that are in every report.
 *
 * Opens no socket and no store; reads traces, topologies and users' strategies, writes what it was asked for. Invariant: standard output
 * holds the report and nothing else; exit codes are 0, 1 (a file or a strategy failed) and 2 (bad usage).
 *
 * @module
 */

import { loadStrategy } from "../../strategies/load.ts";
import { type Arguments, HELP, RATE, readArguments, UsageError } from "./arguments.ts";
import { type Machine, machineOf, readMachine } from "./machine.ts";
import { plotOf } from "./plot.ts";
import { jsonOf, tableOf } from "./report.ts";
import { BASELINES, checkEntrant, type Entrant, type Result, run } from "./run.ts";
import { Replay, Trace } from "./trace.ts";
import { openWorkload, type Workload } from "./workload.ts";

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
/** Does what the words ask for. @returns the exit code */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const given = readArguments(words);
    if (given === undefined) {
      print(HELP);
      return EXIT.ok;
    }
    return await simulate(given);
  } catch (error) {
    const usage = error instanceof UsageError ? "; see --help" : "";
    console.error(`simulate: ${error instanceof Error ? error.message : error}${usage}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function simulate(given: Arguments): Promise<number> {
  const entrants = await readEntrants(given);
  const { machine, open } = readTrial(given);
  const results = run({
    machine,
    open,
    fastShare: given.fastShare,
    entrants,
    budget: given.budget,
    samples: given.samples,
    lowWater: given.lowWater,
    highWater: given.highWater,
    decaySeconds: given.decaySeconds,
    seed: given.seed,
  });
  print(given.json ? jsonOf(results, given.overTime) : tableOf(results));
  if (given.svg !== undefined) Deno.writeTextFileSync(given.svg, plotOf(results, titleOf(given)));
  return warnOfFailures(results) ? EXIT.failed : EXIT.ok;
}

/** The machine, and how its workload is opened. @throws {UsageError} for a topology or a workload there is none of */
function readTrial(given: Arguments): { machine: Machine; open: () => Workload } {
  if (given.trace !== undefined) return readReplay(given, given.trace);
  const { skew, shiftSeconds, affinity, bytes, keys, accesses, seed, workload } = given;
  return asUsage(() => {
    const machine = readMachine(given.topology ?? "fake:1+1", given.nearNs, given.farNs);
    const { cpuNodes } = machine;
    const rate = given.rate ?? RATE;
    const settings = { workload, keys, accesses, rate, seed, skew, shiftSeconds, bytes, cpuNodes };
    const open = (): Workload => openWorkload({ ...settings, affinity });
    open();
    return { machine, open };
  });
}

/** The same for a recorded trace, on its own topology unless told. @throws {Error} when it cannot be read */
function readReplay(
  { topology, nearNs, farNs, seed, rate }: Arguments,
  path: string,
): { machine: Machine; open: () => Workload } {
  const trace = new Trace(path);
  const machine = topology === undefined
    ? machineOf(trace.header.nodes, path, nearNs, farNs)
    : asUsage(() => readMachine(topology, nearNs, farNs));
  if (trace.lost > 0) {
    console.error(
      `simulate: '${path}' has ${trace.accesses} accesses; ${trace.lost} more were lost when it was recorded`,
    );
  }
  return { machine, open: () => new Replay(trace, machine, seed, rate) };
}

/** The strategies that take part; those that are baselines are there already. */
async function readEntrants({ strategies }: Arguments): Promise<Entrant[]> {
  const entrants: Entrant[] = [];
  for (const { text, name, isFile, options } of strategies) {
    if ((BASELINES as readonly string[]).includes(text)) continue;
    const loaded = isFile ? await loadStrategy(name) : undefined;
    const shown = loaded === undefined ? text : loaded.name + text.slice(name.length);
    if (entrants.some((other) => other.name === shown)) {
      throw new UsageError(`Strategy '${shown}' was given twice`);
    }
    const entrant: Entrant = {
      name: shown,
      strategy: loaded?.name ?? name,
      options,
      ...(loaded === undefined ? {} : { factory: loaded.make }),
    };
    asUsage(() => checkEntrant(entrant));
    entrants.push(entrant);
  }
  return entrants;
}

/** Errors of what was asked for are the asker's. */
function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Tells of strategies that failed; `true` when one did. */
function warnOfFailures(results: readonly Result[]): boolean {
  const failed = results.filter(({ errors }) => errors > 0);
  for (const { name, errors, lastError } of failed) {
    console.error(`simulate: strategy '${name}' failed in ${errors} rounds, at last: ${lastError}`);
  }
  return failed.length > 0;
}

function titleOf({ workload, trace, topology, fastShare }: Arguments): string {
  const what = trace === undefined ? workload : trace.slice(trace.lastIndexOf("/") + 1);
  const where = topology ?? (trace === undefined ? "fake:1+1" : "its own topology");
  return `${what}, ${where}, ${100 * fastShare} % of the data fits fast memory`;
}

function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
