/**
 * numakv beside redis-server: same CPUs, same load, rounds interleaved, in one run.
 *
 *     ./numakv bench [--rounds N] [--requests N] [--quick] …
 *
 * Throughput on a small machine says as much about the client as about the server; CPU time per request, of
 * the whole process, is the honest figure. Invariant: both peers see every load in every round.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { bytesPerKey, type Load, type Measure, measure } from "./support/load.ts";
import {
  customPlan,
  numakvPlan,
  type Peer,
  type PeerPlan,
  redisPlan,
  startPeer,
} from "./support/peer.ts";
import { machine } from "./support/machine.ts";
import { writeReportFiles } from "./support/report.ts";
import { figures, markdown, type Row } from "./support/table.ts";

const HELP = `Compares numakv with redis-server and writes bench/report/compare.md and .json.

  --rounds N         rounds, interleaved (5)
  --requests N       requests of a run at P=1; 4 times as many with pipelining (200000)
  --quick            2 rounds, 50000 requests, 100000 keys
  --tests A,B        of PING,SET,GET,INCR,MSET,LPUSH,RPOP,SADD,HSET,ZADD,LRANGE_100 (all)
  --pipelines A,B    pipeline depths (1,16,64)
  --clients N        connections (50)
  --value-bytes N    size of a value (64)
  --random-keys N    draw keys from N; 0 is one key (0)
  --keys N           keys for bytes per key; 0 leaves it out (1000000)
  --server-cpus L    CPUs of the servers, as taskset reads them (0)
  --client-cpus L    CPUs of redis-benchmark (1)
  --server COMMAND   measure this instead of numakv; {port} stands for the port
  --against COMMAND  and this instead of redis-server
  --report NAME      name of the report's files (compare)
`;

/** In this order: RPOP takes what LPUSH has left. */
const TESTS = "PING,SET,GET,INCR,MSET,LPUSH,RPOP,SADD,HSET,ZADD,LRANGE_100";

/** What a run does. */
interface Options {
  readonly rounds: number;
  readonly requests: number;
  readonly tests: readonly string[];
  readonly pipelines: readonly number[];
  readonly keys: number;
  readonly server_cpus: string;
  readonly base: Omit<Load, "test" | "pipeline" | "requests">;
  readonly plans: readonly [PeerPlan, PeerPlan];
  readonly report: string;
}

function readOptions(args: readonly string[]): Options {
  const numbers = ["rounds", "requests", "clients", "value-bytes", "random-keys", "keys"];
  const words = ["tests", "pipelines", "server-cpus", "client-cpus", "server", "against", "report"];
  const given: Record<string, string | boolean | undefined> = parseArgs([...args], {
    string: [...numbers, ...words],
    boolean: ["quick"],
    unknown: (name: string) => {
      throw new TypeError(`unknown argument '${name}'; see --help`);
    },
  });
  const word = (name: string, otherwise: string): string => String(given[name] ?? otherwise);
  const count = (name: string, otherwise: number): number => {
    const value = Number(given[name] ?? otherwise);
    if (!Number.isInteger(value) || value < 0) {
      throw new TypeError(`--${name} wants a whole number`);
    }
    return value;
  };
  const quick = given["quick"] === true;
  return {
    rounds: Math.max(1, count("rounds", quick ? 2 : 5)),
    requests: Math.max(1, count("requests", quick ? 50_000 : 200_000)),
    tests: word("tests", TESTS).toUpperCase().split(","),
    pipelines: word("pipelines", "1,16,64").split(",").map(Number),
    keys: count("keys", quick ? 100_000 : 1_000_000),
    server_cpus: word("server-cpus", "0"),
    base: {
      clients: count("clients", 50),
      value_bytes: count("value-bytes", 64),
      random_keys: count("random-keys", 0),
      cpus: word("client-cpus", "1"),
    },
    plans: [
      given["server"] === undefined ? numakvPlan() : customPlan(word("server", "")),
      given["against"] === undefined ? redisPlan() : customPlan(word("against", "")),
    ],
    report: word("report", "compare"),
  };
}

/** Every load in every round, the peers taking turns. */
async function runRounds(options: Options, ours: Peer, theirs: Peer): Promise<Row[]> {
  const cells = options.tests.flatMap((test) =>
    options.pipelines.map((pipeline) => {
      return { test, pipeline, ours: [] as Measure[], theirs: [] as Measure[] };
    })
  );
  for (let round = 1; round <= options.rounds; round++) {
    console.error(`round ${round} of ${options.rounds}`);
    for (const cell of cells) {
      const requests = options.requests * (cell.pipeline > 1 ? 4 : 1);
      const load = { ...options.base, test: cell.test, pipeline: cell.pipeline, requests };
      const turns = [() => turn(ours, cell.ours, load), () => turn(theirs, cell.theirs, load)];
      for (const next of round % 2 === 0 ? turns.reverse() : turns) await next();
    }
  }
  return cells;
}

async function turn(peer: Peer, rounds: Measure[], load: Load): Promise<void> {
  rounds.push(await measure(peer, load));
}

/** Bytes per key of a fresh server of each kind. */
async function runMemory(options: Options): Promise<number[]> {
  const found: number[] = [];
  for (const plan of options.keys > 0 ? options.plans : []) {
    await using peer = await startPeer(plan, options.server_cpus);
    found.push(await bytesPerKey(peer, options.keys, options.base.value_bytes));
  }
  return found;
}

async function writeReport(options: Options, rows: Row[], memory: number[]): Promise<string> {
  const facts = await machine();
  const { clients, value_bytes, random_keys } = options.base;
  const keys = random_keys > 0 ? `${random_keys} random keys` : "one key";
  const text = [
    `# ${options.plans[0].name} beside ${options.plans[1].name}`,
    "",
    `${facts.date}, ${facts.cpu}, Linux ${facts.kernel}, Deno ${facts.deno}, redis ${facts.redis}. ` +
    `${clients} clients, ${value_bytes} B values, ${keys}, ${options.rounds} rounds: median (least–greatest).`,
    "",
    markdown(rows, options.plans[1].name),
    "",
    ...(memory.length === 0 ? [] : [
      `Bytes of RSS per key, 16 B + ${value_bytes} B, ${options.keys} keys: ` +
      `${memory[0]?.toFixed(1)}; of ${options.plans[1].name} ${memory[1]?.toFixed(1)}.`,
      "",
    ]),
  ].join("\n");
  const figured = rows.map((row) => ({
    ...row,
    ours: { rounds: row.ours, ...figures(row.ours) },
    theirs: { rounds: row.theirs, ...figures(row.theirs) },
  }));
  const { plans, ...rest } = options;
  const asked = { ...rest, peers: plans.map(({ name }) => name) }; // commands hold paths of this machine
  const json = { machine: facts, options: asked, rows: figured, bytes_per_key: memory };
  await writeReportFiles(options.report, text, json);
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
  let rows: Row[];
  {
    await using ours = await startPeer(options.plans[0], options.server_cpus);
    await using theirs = await startPeer(options.plans[1], options.server_cpus);
    rows = await runRounds(options, ours, theirs);
  }
  console.log(await writeReport(options, rows, await runMemory(options)));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
