/**
 * What a second's tick costs: the CPU time of the server's own thread, which samples, asks strategies and carries out what they
 * answer, with millions of keys that lie still and while some of them are in use.
 *
 *     ./numakv bench ticks [--keys N] [--seconds N] [--rounds N]
 *
 * Clients are served by other threads, so their requests are not in it. Invariant: phases with ticks and without take turns in one run.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { freePort } from "../tests/support/child.ts";
import { listOf } from "../tests/support/fields.ts";
import { RespClient } from "../tests/support/resp_client.ts";
import { startServer } from "../tests/support/server.ts";
import { grow, KINDS } from "./support/elements.ts";
import { machine } from "./support/machine.ts";
import { parseCpuSeconds } from "./support/peer.ts";
import { writeReportFiles } from "./support/report.ts";
import { spread } from "./support/table.ts";

const HELP = `Prints what ticks take of a core; writes bench/report/ticks.md and .json.

  --keys N      strings of 64 bytes (10000000)
  --seconds N   seconds of each phase (20)
  --rounds N    rounds of all phases (3)
`;

/** What ticks may take of one core beside what the thread takes without them, in percent. */
const PERCENT_MAX = 3;
/** Keys that are in use in the busy phases, and how many of them a request names. */
const USED = 100_000;
const BATCH = 200;

/** What the thread takes, in percent of a core. */
interface Round {
  /** Without samples and strategies. */
  readonly off: number;
  readonly still: number;
  readonly busy: number;
}

/** CPU seconds of the process's first thread. */
function threadSeconds(pid: number): number {
  return parseCpuSeconds(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/stat`));
}

async function percent(pid: number, seconds: number, work: () => Promise<void>): Promise<number> {
  const [began, before] = [performance.now(), threadSeconds(pid)];
  const until = began + 1000 * seconds;
  while (performance.now() < until) await work();
  const took = (performance.now() - began) / 1000;
  return 100 * (threadSeconds(pid) - before) / took;
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}

/** Gets of keys in use, spread over all that are there, one after the other. */
function use(client: RespClient, keys: number): () => Promise<void> {
  let next = 0;
  const name = (): string =>
    `k${String((next++ % USED) * Math.floor(keys / USED)).padStart(15, "0")}`;
  return async () => {
    await client.pipeline(Array.from({ length: BATCH }, () => ["GET", name()]));
    await new Promise((resolve) => setTimeout(resolve, 1000 * BATCH / USED));
  };
}

async function setTicks(
  client: RespClient,
  on: boolean,
  standard: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [name, value] of standard) {
    const wanted = on ? value : name === "numa-enabled" ? "no" : "1";
    const reply = await client.call("CONFIG", "SET", name, wanted);
    if (reply instanceof Error) throw reply;
  }
  // What a change sets off is over.
  await new Promise((resolve) => setTimeout(resolve, 2000));
}

async function measure(keys: number, seconds: number, rounds: number): Promise<Round[]> {
  const port = freePort();
  const endpoints = [1, `127.0.0.1:${port}`];
  await using server = await startServer({
    topology: "fake:2",
    listeners: 2,
    "numa-listen": endpoints,
    // All keys begin on one node; what moving them costs is another bench's.
    "numa-auto-rebalance": "no",
  });
  await grow(server.port, KINDS[0]!, 0, keys);
  using client = await RespClient.connect(server.port);
  using far = await RespClient.connect(port);
  const standard = new Map<string, string>();
  for (const name of ["numa-enabled", "numa-hotness-sample-keys", "numa-hotness-sample-usec"]) {
    const [, value] = listOf(await client.call("CONFIG", "GET", name));
    standard.set(name, String(value));
  }
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    await setTicks(client, false, standard);
    const off = await percent(server.process.pid, seconds, rest);
    await setTicks(client, true, standard);
    const still = await percent(server.process.pid, seconds, rest);
    const busy = await percent(server.process.pid, seconds, use(far, keys));
    found.push({ off, still, busy });
    console.error(
      `off ${off.toFixed(2)} %, still ${still.toFixed(2)} %, busy ${busy.toFixed(2)} %`,
    );
  }
  return found;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  const given: Record<string, string | undefined> = parseArgs([...args], {
    string: ["keys", "seconds", "rounds"],
  });
  const [keys, seconds, rounds] = [
    Number(given["keys"] ?? 1e7),
    Number(given["seconds"] ?? 20),
    Number(given["rounds"] ?? 3),
  ];
  if (!(keys >= USED && seconds >= 1 && rounds >= 1)) {
    console.error(`bench: --keys wants at least ${USED}, --seconds and --rounds at least 1`);
    return 2;
  }
  const found = await measure(keys, seconds, rounds);
  const of = (name: keyof Round): number => spread(found.map((round) => round[name])).median;
  const ticks = { still: of("still") - of("off"), busy: of("busy") - of("off") };
  const facts = await machine();
  const text = [
    "# Ticks",
    "",
    `${facts["date"]}, ${facts["cpu"]}, Linux ${
      facts["kernel"]
    }. ${keys} keys, fake:2; CPU time of the thread that samples and`,
    `asks strategies, in percent of a core: median of ${rounds} phases of ${seconds} s. Busy: ${USED} keys of node 0 are used from`,
    `node 1 in turn. Target: ticks take ${PERCENT_MAX} % at most.`,
    "",
    "| phase | thread | of which ticks |",
    "| --- | --- | --- |",
    `| no samples, no strategies | ${of("off").toFixed(2)} % | – |`,
    `| keys lie still | ${of("still").toFixed(2)} % | ${ticks.still.toFixed(2)} % |`,
    `| ${USED} keys in use | ${of("busy").toFixed(2)} % | ${ticks.busy.toFixed(2)} % |`,
    "",
  ].join("\n");
  const json = { machine: facts, keys, seconds, rounds: found };
  await writeReportFiles("ticks", text, json);
  console.log(text);
  return Math.max(ticks.still, ticks.busy) <= PERCENT_MAX ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
