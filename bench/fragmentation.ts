/**
 * Fragmentation: what memory costs after keys of one mix of sizes gave way to another, beside redis-server in one run.
 *
 *     ./numakv bench fragmentation [--keys N] [--wait SECONDS] …
 *
 * Fill, delete a random half, fill up with another mix, wait; delete a random half again, wait. Each wait is served: a
 * client asks for keys all the while, and its latencies are told. Invariant: every contender gets the same commands in the
 * same order.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { infoOf } from "../tests/support/info.ts";
import { Random } from "../tests/support/random.ts";
import { concat, encodeCommand, ReplyError, RespClient } from "../tests/support/resp_client.ts";
import { keyOf } from "./support/load.ts";
import {
  numakvPlan,
  type Peer,
  type PeerPlan,
  redisPlan,
  residentBytes,
  startPeer,
} from "./support/peer.ts";
import { mixes, type Stage, stageTable } from "./support/fragments.ts";
import { writeReportFiles } from "./support/report.ts";

const HELP =
  `Compares memory after churn with redis-server's; writes bench/report/fragmentation.md and .json.

  --keys N           keys (1000000)
  --wait SECONDS     before each measure (30)
  --server-cpus L    CPUs of the servers, as taskset reads them (0)
  --only A,B         of numakv,numakv+,redis-server,redis-server+; + is with activedefrag (all)
  --report NAME      name of the report's files (fragmentation)
`;

const BATCH = 500;
const SEED = 7;
/** What activedefrag is told, the same for everybody: to begin early. Its shares of a core stay as they are. */
const DEFRAG: readonly (readonly [string, string])[] = [
  ["active-defrag-ignore-bytes", "1mb"],
  ["active-defrag-threshold-lower", "3"],
  ["activedefrag", "yes"],
];

interface Contender {
  readonly name: string;
  readonly plan: PeerPlan;
  readonly defragments: boolean;
}

/** What is known of the keys: the bytes of each value, 0 for one that is not there. */
class Keys {
  readonly sizes: Uint16Array;
  count = 0;
  bytes = 0;

  constructor(readonly keys: number) {
    this.sizes = new Uint16Array(2 * keys);
  }

  set(index: number, size: number): void {
    const before = this.sizes[index] ?? 0;
    this.count += Number(size > 0) - Number(before > 0);
    const key = keyOf(index).length;
    this.bytes += (size > 0 ? key + size : 0) - (before > 0 ? key + before : 0);
    this.sizes[index] = size;
  }
}

/** Sends commands in pipelines and checks that each succeeds. */
async function send(client: RespClient, commands: readonly (readonly string[])[]): Promise<void> {
  for (let start = 0; start < commands.length; start += BATCH) {
    const batch = commands.slice(start, start + BATCH);
    const replies = await client.pipeline(batch);
    const failed = replies.find((reply) => reply instanceof ReplyError);
    if (failed !== undefined) throw new Error(`a command failed: ${failed.message}`);
  }
}

const VALUE = "v".repeat(512);

async function fill(
  client: RespClient,
  keys: Keys,
  [from, to]: readonly [number, number],
  size: () => number,
): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const commands: string[][] = [];
    for (let index = start; index < Math.min(to, start + BATCH); index++) {
      const bytes = size();
      keys.set(index, bytes);
      commands.push(["SET", keyOf(index), VALUE.slice(0, bytes)]);
    }
    await send(client, commands);
  }
}

/** Deletes every key with a chance of one half. */
async function halve(client: RespClient, keys: Keys, random: Random): Promise<void> {
  let commands: string[][] = [];
  for (let index = 0; index < keys.sizes.length; index++) {
    if (keys.sizes[index] === 0 || random.below(2) === 0) continue;
    keys.set(index, 0);
    commands.push(["DEL", keyOf(index)]);
    if (commands.length === BATCH) {
      await send(client, commands);
      commands = [];
    }
  }
  await send(client, commands);
}

/** Asks for keys, one at a time, until the time is up; answers the latencies in milliseconds, in order. */
async function serveFor(port: number, seconds: number, keys: Keys): Promise<Float64Array> {
  using client = await RespClient.connect(port);
  const random = new Random(SEED + 1);
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  const name = (): Uint8Array => encodeCommand(["STRLEN", keyOf(random.below(keys.sizes.length))]);
  while (performance.now() < until) {
    const start = performance.now();
    await client.send(concat([name()]));
    await client.read();
    latencies.push(performance.now() - start);
    if (latencies.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Float64Array.from(latencies).sort();
}

/** Waits, then looks. */
async function look(
  peer: Peer,
  client: RespClient,
  [name, keys, empty_bytes]: readonly [string, Keys, number],
  seconds: number,
): Promise<Stage> {
  const before = residentBytes(peer.pid);
  const latencies = await serveFor(peer.port, seconds, keys);
  const at = (part: number): number => latencies[Math.floor(part * (latencies.length - 1))] ?? NaN;
  const info = await infoOf(client, "memory", "stats");
  const resident = residentBytes(peer.pid);
  const pool = info.number("allocator_resident") / info.number("allocator_allocated");
  return {
    name,
    keys: keys.count,
    data_bytes: keys.bytes,
    resident_before_bytes: before,
    resident_bytes: resident,
    empty_bytes,
    allocator_ratio: pool,
    defrag_hits: info.number("active_defrag_hits"),
    p50_ms: at(0.5),
    p999_ms: at(0.999),
    max_ms: at(1),
  };
}

/** The whole course of one contender; undefined when it cannot defragment but should. */
async function run(
  { name, plan, defragments }: Contender,
  options: Options,
): Promise<readonly Stage[] | undefined> {
  console.error(name);
  await using peer = await startPeer(plan, options.server_cpus);
  using client = await RespClient.connect(peer.port);
  for (const [option, value] of defragments ? DEFRAG : []) {
    const reply = await client.call("CONFIG", "SET", option, value);
    if (reply instanceof ReplyError) {
      console.error(`  ${reply.message}`);
      return undefined;
    }
  }
  const empty = residentBytes(peer.pid);
  const [keys, random] = [new Keys(options.keys), new Random(SEED)];
  const [first, second] = mixes(random);
  await fill(client, keys, [0, options.keys], first);
  const stages = [await look(peer, client, ["filled", keys, empty], 0)];
  await halve(client, keys, random);
  await fill(client, keys, [options.keys, 2 * options.keys - keys.count], second);
  stages.push(await look(peer, client, ["half replaced", keys, empty], options.wait_s));
  await halve(client, keys, random);
  stages.push(await look(peer, client, ["half deleted again", keys, empty], options.wait_s));
  return stages;
}

interface Options {
  readonly keys: number;
  readonly wait_s: number;
  readonly server_cpus: string;
  readonly only: readonly string[];
  readonly report: string;
}

const CONTENDERS: readonly Contender[] = [
  { name: "numakv", plan: numakvPlan(), defragments: false },
  { name: "numakv+", plan: numakvPlan(), defragments: true },
  { name: "redis-server", plan: redisPlan(), defragments: false },
  { name: "redis-server+", plan: redisPlan(), defragments: true },
];

function readOptions(args: readonly string[]): Options {
  const names = ["keys", "wait", "server-cpus", "only", "report"];
  const given: Record<string, unknown> = parseArgs([...args], {
    string: names,
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
  return {
    keys: Math.max(1000, count("keys", 1_000_000)),
    wait_s: count("wait", 30),
    server_cpus: word("server-cpus", "0"),
    only: word("only", CONTENDERS.map(({ name }) => name).join(",")).split(","),
    report: word("report", "fragmentation"),
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
  const found: [string, readonly Stage[] | undefined][] = [];
  for (const contender of CONTENDERS.filter(({ name }) => options.only.includes(name))) {
    found.push([contender.name, await run(contender, options)]);
  }
  const text = [
    "# Memory after churn",
    "",
    `${
      new Date().toISOString().slice(0, 10)
    }, Linux ${Deno.osRelease()}. ${options.keys} keys of 16 B with values of ` +
    `16 to 512 B; a random half deleted and replaced by another mix; half deleted again; ${options.wait_s} s before each ` +
    `measure. + is with activedefrag, which begins at 1 MB and 3 % of waste.`,
    "",
    stageTable(found),
    "",
  ].join("\n");
  const json = { options, contenders: Object.fromEntries(found) };
  await writeReportFiles(options.report, text, json);
  console.log(text);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
