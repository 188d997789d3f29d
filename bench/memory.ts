/**
 * Bytes of memory an element takes, of numakv beside redis-server: of keys, of the elements of one big collection of each type,
 * and of those of many small ones.
 *
 *     ./numakv bench memory [--from N] [--to N] [--kinds A,B]
 *
 * The figure is the slope of the process' RSS between two sizes on a server that has warmed up, so that what it holds when
 * empty does not count. Invariant: every kind meets a fresh server of either peer.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { grow, type Kind, KINDS } from "./support/elements.ts";
import { machine } from "./support/machine.ts";
import { numakvPlan, type PeerPlan, redisPlan, residentBytes, startPeer } from "./support/peer.ts";
import { writeReportFiles } from "./support/report.ts";

const HELP = `Weighs elements on numakv and redis-server; writes bench/report/memory.md and .json.

  --from N         elements before the first look (1000000)
  --to N           elements before the second (4000000)
  --kinds A,B      only kinds with one of these in their name (all)
  --server-cpus L  CPUs of the servers, as taskset reads them (0)
`;

/** How long a server that has just been filled is left alone, in milliseconds. */
const SETTLE_MS = 1500;
/** Bytes an element may take: what was promised, and what is aimed at. */
const LIMITS: Readonly<Record<string, readonly [promised: number | null, aim: number | null]>> = {
  "string, 16 + 64 B": [null, 112],
  "string, 16 + 64 B, with a TTL": [null, 122],
  "counter, key of 16 B": [60, 54],
  "hash field, 8 + 16 B": [60, 48],
  "zset member, 16 B": [85, 60],
  "list item, 32 B": [37, 36],
  "set of integers": [32, 24],
  "set member, 16 B": [50, 40],
  "field of a hash of 10, 8 + 16 B": [null, 36],
  "member of a zset of 10, 16 B": [null, 21],
};
const PLAIN = "string, 16 + 64 B";
const WITH_TTL = "string, 16 + 64 B, with a TTL";
/** The most bytes a deadline may add to a key. */
const TTL_LIMIT = 16;

/** One kind, weighed on both. */
export interface Weight {
  readonly kind: string;
  readonly ours: number;
  readonly theirs: number;
}

/** Where to look, and at what. */
interface Options {
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly Kind[];
  readonly server_cpus: string;
}

function readOptions(args: readonly string[]): Options {
  const given: Record<string, string | undefined> = parseArgs([...args], {
    string: ["from", "to", "kinds", "server-cpus"],
    unknown: (name: string) => {
      throw new TypeError(`unknown argument '${name}'; see --help`);
    },
  });
  const [from, to] = [Number(given["from"] ?? 1e6), Number(given["to"] ?? 4e6)];
  if (![from, to].every((count) => Number.isInteger(count) && count % 10 === 0) || from >= to) {
    throw new TypeError("--from and --to want tens, the second more than the first");
  }
  const wanted = given["kinds"]?.split(",");
  const kinds = KINDS.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
  return { from, to, kinds, server_cpus: given["server-cpus"] ?? "0" };
}

async function weigh(plan: PeerPlan, kind: Kind, options: Options): Promise<number> {
  await using peer = await startPeer(plan, options.server_cpus);
  const look = async (from: number, to: number): Promise<number> => {
    await grow(peer.port, kind, from, to);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return residentBytes(peer.pid);
  };
  const before = await look(0, options.from);
  return (await look(options.from, options.to) - before) / (options.to - options.from);
}

function limit(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `≤ ${value}`;
}

function table(weights: readonly Weight[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const row = (name: string, { ours, theirs }: Omit<Weight, "kind">): string[] => {
    const ratio = theirs > 0 ? `${(ours / theirs).toFixed(2)}×` : "–";
    return [name, ours.toFixed(1), theirs.toFixed(1), ratio];
  };
  const rows = weights.map((weight) => {
    const [promised, aim] = LIMITS[weight.kind] ?? [];
    return line([...row(weight.kind, weight), limit(promised), limit(aim)]);
  });
  const extra = extraOfTtl(weights);
  if (extra !== undefined) {
    rows.push(line([...row("what a TTL adds to a key", extra), limit(TTL_LIMIT), "–"]));
  }
  const head = ["bytes each", "numakv", "redis-server", "ratio", "promised", "aim"];
  return [line(head), line(head.map(() => "---")), ...rows].join("\n");
}

function extraOfTtl(weights: readonly Weight[]): Omit<Weight, "kind"> | undefined {
  const [plain, timed] = [PLAIN, WITH_TTL].map((name) => weights.find(({ kind }) => kind === name));
  if (plain === undefined || timed === undefined) return undefined;
  return { ours: timed.ours - plain.ours, theirs: timed.theirs - plain.theirs };
}

/** What was promised and is not kept. */
export function broken(weights: readonly Weight[]): string[] {
  const over = weights.filter(({ kind, ours }) => ours > (LIMITS[kind]?.[0] ?? Infinity));
  const extra = extraOfTtl(weights)?.ours ?? 0;
  return [...over.map(({ kind }) => kind), ...(extra > TTL_LIMIT ? ["TTL"] : [])];
}

async function writeReport(options: Options, weights: readonly Weight[]): Promise<string> {
  const facts = await machine();
  const text = [
    "# Bytes an element takes, numakv beside redis-server",
    "",
    `${facts["date"]}, ${facts["cpu"]}, Linux ${facts["kernel"]}, Deno ${facts["deno"]}, redis ${
      facts["redis"]
    }. ` +
    `Slope of RSS between ${options.from} and ${options.to} elements, each kind on fresh servers.`,
    "",
    table(weights),
    "",
  ].join("\n");
  const { from, to } = options;
  const json = { machine: facts, from, to, weights, ttl_extra: extraOfTtl(weights) ?? null };
  await writeReportFiles("memory", text, json);
  return text;
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
  const weights: Weight[] = [];
  for (const kind of options.kinds) {
    const ours = await weigh(numakvPlan(), kind, options);
    const theirs = await weigh(redisPlan(), kind, options);
    weights.push({ kind: kind.name, ours, theirs });
    console.error(`${kind.name}: ${ours.toFixed(1)}; of redis-server ${theirs.toFixed(1)}`);
  }
  console.log(await writeReport(options, weights));
  const over = broken(weights);
  if (over.length > 0) console.error(`bench: more than was promised: ${over.join(", ")}`);
  return over.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
