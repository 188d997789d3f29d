/**
 * The command line of `./numakv simulate`: every argument declared once, for reading and for the help text.
 *
 * Knows words, and nothing of what a run does with them. Invariant: what is read here is in range; what is not is refused by name and value.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { parseMemory } from "../config/units.ts";
import { WORKLOADS } from "./workload.ts";

/** Arguments that cannot be read. */
export class UsageError extends Error {
  override name = "UsageError";
}

interface Argument {
  readonly name: string;
  /** How its value is written; none for a flag. */
  readonly value?: string;
  readonly standard?: string;
  readonly doc: string;
  /** Whether it says what a generated workload is like, which a recorded trace does not ask. */
  readonly generated?: true;
}

const ARGUMENTS: readonly Argument[] = [
  {
    name: "workload",
    value: "W",
    standard: "zipf:0.99",
    doc: `one of ${WORKLOADS.join(", ")}`,
    generated: true,
  },
  { name: "trace", value: "FILE", doc: "replay what NUMA TRACE recorded, instead of a workload" },
  { name: "keys", value: "N", standard: "1000000", doc: "keys loaded at first", generated: true },
  {
    name: "accesses",
    value: "N",
    standard: "20000000",
    doc: "length of the workload",
    generated: true,
  },
  {
    name: "rate",
    value: "N",
    standard: "100000",
    doc: "accesses a second; a trace keeps its own times unless told",
  },
  { name: "seed", value: "N", standard: "1", doc: "decides all that is drawn" },
  {
    name: "skew",
    value: "S",
    doc: "exponent of Zipf's law, 0-5, instead of the workload's",
    generated: true,
  },
  {
    name: "shift",
    value: "SECONDS",
    standard: "60",
    doc: "when moving moves, scan sweeps, the day of diurnal ends",
    generated: true,
  },
  {
    name: "affinity",
    value: "SHARE",
    standard: "1",
    doc: "accesses to a key from its own side's CPUs, 0-1; the rest from any",
    generated: true,
  },
  {
    name: "bytes",
    value: "FROM[-TO]",
    standard: "128",
    doc: "pool bytes of a key and its value",
    generated: true,
  },
  {
    name: "topology",
    value: "T",
    doc: "fake:C+M, host, or a JSON file as NUMA TOPOLOGY prints it (fake:1+1, or the trace's)",
  },
  { name: "near-ns", value: "NS", standard: "100", doc: "to a node's own memory, unless told" },
  { name: "far-ns", value: "NS", standard: "250", doc: "to a memory-only node's, unless told" },
  {
    name: "fast-share",
    value: "SHARE",
    standard: "0.2",
    doc: "part of all bytes that fits the nodes with CPUs",
  },
  {
    name: "strategy",
    value: "S",
    doc: "NAME or FILE.ts, options behind it: NAME:option=value,option=value; may be repeated",
  },
  { name: "low-water", value: "SHARE", standard: "0.9", doc: "numa-node-low-water, as a part" },
  { name: "high-water", value: "SHARE", standard: "0.95", doc: "numa-node-high-water, as a part" },
  { name: "samples", value: "N", standard: "16384", doc: "keys a strategy is shown a second" },
  { name: "move-keys", value: "N", standard: "4000", doc: "keys a strategy may move a second" },
  { name: "move-bytes", value: "SIZE", standard: "64mb", doc: "bytes it may move a second" },
  { name: "decay", value: "SECONDS", standard: "10", doc: "numa-hotness-decay-seconds" },
  { name: "json", doc: "one object: name -> mean_access_ns, local_ratio, moved_bytes, ping_pongs" },
  { name: "over-time", doc: "with --json: also each second, as seconds[]" },
  { name: "svg", value: "FILE", doc: "draw mean access time and moved bytes over time" },
  { name: "help", doc: "this" },
];

/** What `--help` prints. */
export const HELP = `numakv simulate: a trace of accesses against strategies, beside baselines

Usage
  ./numakv simulate [--workload W | --trace FILE] [--strategy S …] [--json] [--svg FILE] …

${
  ARGUMENTS.map(({ name, value, standard, doc }) => {
    const words = `--${name}${value === undefined ? "" : ` ${value}`}`;
    return `  ${words.padEnd(20)} ${doc}${standard === undefined ? "" : ` (${standard})`}`;
  }).join("\n")
}

Every report has first_touch (the nearest node with room, and nothing moves), interleave (nodes in turn)
and oracle (knows the frequencies, starts as first_touch does, and pays for its moves). An access costs
the latency from its CPUs to the key's node; a move costs reading each line where it is and writing it
where it goes, eight on their way at once, and counts in mean_access_ns. Keys are loaded in an order that
has nothing to do with their use. The same arguments give the same numbers.

Exit codes
  0  done
  1  a file cannot be read or written, or a strategy failed
  2  bad usage
`;

/** One `--strategy`. */
export interface StrategyWords {
  /** As it was given. */
  readonly text: string;
  /** A name, or a path when {@linkcode isFile}. */
  readonly name: string;
  readonly isFile: boolean;
  readonly options: Readonly<Record<string, string>>;
}

/** The command line, read. */
export interface Arguments {
  readonly workload: string;
  readonly trace: string | undefined;
  readonly keys: number;
  readonly accesses: number;
  /** `undefined` when it was not given. */
  readonly rate: number | undefined;
  readonly seed: number;
  readonly skew: number | undefined;
  readonly shiftSeconds: number;
  readonly affinity: number;
  readonly bytes: readonly [from: number, to: number];
  readonly topology: string | undefined;
  readonly nearNs: number;
  readonly farNs: number;
  readonly fastShare: number;
  readonly lowWater: number;
  readonly highWater: number;
  readonly strategies: readonly StrategyWords[];
  readonly samples: number;
  readonly budget: { readonly keys: number; readonly bytes: number };
  readonly decaySeconds: number;
  readonly json: boolean;
  readonly overTime: boolean;
  readonly svg: string | undefined;
}

const KEYS_MAX = 50_000_000;
const ACCESSES_MAX = 10_000_000_000;
const RATE_MAX = 20_000_000;
const BYTES_MAX = 1 << 30;

/** Reads the command line; `undefined` when it asks for help. @throws {UsageError} saying what is wrong with it */
export function readArguments(words: readonly string[]): Arguments | undefined {
  const given = new Given(words);
  if (given.flag("help")) return undefined;
  given.refuseBesideTrace();
  if (given.flag("over-time") && !given.flag("json")) {
    throw new UsageError("--over-time goes with --json");
  }
  const [lowWater, highWater] = [
    given.number("low-water", 0.01, 1),
    given.number("high-water", 0.01, 1),
  ];
  if (lowWater > highWater) throw new UsageError("--low-water is above --high-water");
  const [nearNs, farNs] = [given.number("near-ns", 1, 1e6), given.number("far-ns", 1, 1e6)];
  return {
    workload: given.text("workload"),
    trace: given.optional("trace"),
    keys: given.whole("keys", 1, KEYS_MAX),
    accesses: given.whole("accesses", 1, ACCESSES_MAX),
    rate: given.has("rate") ? given.whole("rate", 1, RATE_MAX) : undefined,
    seed: given.whole("seed", 0, 2 ** 32 - 1),
    skew: given.has("skew") ? given.number("skew", 0, 5) : undefined,
    shiftSeconds: given.whole("shift", 1, 1e6),
    affinity: given.number("affinity", 0, 1),
    bytes: given.range("bytes", 16, BYTES_MAX),
    topology: given.optional("topology"),
    nearNs,
    farNs,
    fastShare: given.number("fast-share", 0.001, 1),
    lowWater,
    highWater,
    strategies: given.all("strategy").map(readStrategyWords),
    samples: given.whole("samples", 1, 10_000_000),
    budget: {
      keys: given.whole("move-keys", 0, 1e9),
      bytes: given.memory("move-bytes"),
    },
    decaySeconds: given.whole("decay", 1, 86_400),
    json: given.flag("json"),
    overTime: given.flag("over-time"),
    svg: given.optional("svg"),
  };
}

/** Accesses a second of a workload unless told. */
export const RATE = Number(ARGUMENTS.find(({ name }) => name === "rate")?.standard);

/** Words as they were given, and how they are refused. */
class Given {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #flags: ReadonlySet<string>;

  constructor(words: readonly string[]) {
    const valued = ARGUMENTS.filter(({ value }) => value !== undefined).map(({ name }) => name);
    const flags = ARGUMENTS.filter(({ value }) => value === undefined).map(({ name }) => name);
    const found: Record<string, unknown> = parseArgs([...words], {
      string: valued,
      boolean: flags,
      collect: valued,
      alias: { help: "h" },
      unknown: (word: string): never => {
        throw new UsageError(`Unknown argument '${word}'`);
      },
    });
    this.#values = new Map(valued.map((name) => [name, [found[name] ?? []].flat().map(String)]));
    this.#flags = new Set(flags.filter((name) => found[name] === true));
    for (const [name, values] of this.#values) {
      if (values.includes("")) throw new UsageError(`--${name} wants a value`);
      if (name !== "strategy" && values.length > 1) {
        throw new UsageError(`--${name} was given ${values.length} times`);
      }
    }
  }

  flag(name: string): boolean {
    return this.#flags.has(name);
  }

  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  optional(name: string): string | undefined {
    return this.all(name)[0];
  }

  text(name: string): string {
    return this.optional(name) ?? ARGUMENTS.find((one) => one.name === name)?.standard ?? "";
  }

  number(name: string, min: number, max: number): number {
    const text = this.text(name);
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(`Cannot set --${name} to '${text}': want a number from ${min} to ${max}`);
  }

  whole(name: string, min: number, max: number): number {
    const text = this.text(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(
      `Cannot set --${name} to '${text}': want a whole number from ${min} to ${max}`,
    );
  }

  memory(name: string): number {
    const bytes = parseMemory(this.text(name));
    if (bytes !== undefined && bytes <= Number.MAX_SAFE_INTEGER) return Number(bytes);
    throw new UsageError(
      `Cannot set --${name} to '${this.text(name)}': want a size like 64mb`,
    );
  }

  range(name: string, min: number, max: number): [number, number] {
    const text = this.text(name);
    const ends = text.split("-").map((end) => Number(parseMemory(end) ?? NaN));
    const [from = NaN, to = from] = ends;
    if (ends.length <= 2 && from >= min && from <= to && to <= max) return [from, to];
    throw new UsageError(
      `Cannot set --${name} to '${text}': want FROM or FROM-TO, ${min} to ${max} bytes`,
    );
  }

  refuseBesideTrace(): void {
    if (!this.has("trace")) return;
    const other = ARGUMENTS.find(({ name, generated }) => generated && this.has(name));
    if (other === undefined) return;
    throw new UsageError(`--${other.name} does not go with --trace, which says itself what it is`);
  }
}

/** Reads `name:option=value,…`; a piece without `=` belongs to the value before it. @throws {UsageError} quoting what is wrong */
export function readStrategyWords(text: string): StrategyWords {
  const isFile = /\.[mc]?[jt]s(?::|$)/.test(text);
  const end = isFile ? /\.[mc]?[jt]s(?=:|$)/.exec(text)! : /(?=:|$)/.exec(text)!;
  const name = text.slice(0, end.index + end[0].length);
  const rest = text.slice(name.length + 1);
  const options: Record<string, string> = {};
  let last: string | undefined;
  for (const piece of rest === "" ? [] : rest.split(",")) {
    const equals = piece.indexOf("=");
    if (equals > 0) {
      last = piece.slice(0, equals);
      options[last] = piece.slice(equals + 1);
    } else if (last !== undefined) options[last] += `,${piece}`;
    else {throw new UsageError(
        `Cannot read '${piece}' of the strategy '${text}': want option=value`,
      );}
  }
  if (name === "" || (rest === "" && text.endsWith(":"))) {
    throw new UsageError(
      `Cannot read the strategy '${text}': want NAME or FILE.ts, :option=value,…`,
    );
  }
  return { text, name, isFile, options };
}
