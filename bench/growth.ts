/**
 * The longest wait while data grows, on numakv beside redis-server: whether any single command pays for a table that has become
 * too small, or a value that has to move.
 *
 *     ./numakv bench growth [--elements N] [--string-bytes N] [--kinds A,B]
 *
 * One client sends a small batch at a time and waits for its replies. The figure is the time of a batch; what is more than a
 * batch's own is what one of its commands has waited for. On a loaded machine that is the machine: see the percentile beside
 * it. Invariant: every kind meets a fresh server of either peer.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { RespClient } from "../tests/support/resp_client.ts";
import { commandFor, type Kind, KINDS } from "./support/elements.ts";
import { machine } from "./support/machine.ts";
import { numakvPlan, type PeerPlan, redisPlan, startPeer } from "./support/peer.ts";
import { writeReportFiles } from "./support/report.ts";

const HELP = `Prints the longest wait while data grows; writes bench/report/growth.md and .json.

  --elements N      elements of each kind (10000000)
  --string-bytes N  bytes of the string that is appended to, 4 KB at a time (300000000)
  --kinds A,B       only kinds with one of these in their name (all)
  --server-cpus L   CPUs of the servers, as taskset reads them (0)
`;

/** Commands of one element each in a batch. */
const BATCH = 20;
const PIECE = "v".repeat(4096);
const APPENDED = "string, appended to";

/** What batches took, in milliseconds. */
export interface Waits {
  readonly median: number;
  readonly p9999: number;
  readonly max: number;
}

/** Their summary; at least one. */
export function summary(waits_ms: Float64Array): Waits {
  const sorted = waits_ms.toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { median: at(0.5), p9999: at(0.9999), max: at(1) };
}

async function waits(
  plan: PeerPlan,
  cpus: string,
  batches: number,
  batch: (index: number) => string,
): Promise<Waits> {
  await using peer = await startPeer(plan, cpus);
  using client = await RespClient.connect(peer.port);
  const taken = new Float64Array(batches);
  for (let index = 0; index < batches; index++) {
    const text = batch(index);
    const before = performance.now();
    await client.send(text);
    for (let replies = 0; replies < BATCH; replies++) {
      const reply = await client.read();
      if (reply instanceof Error) throw reply;
    }
    taken[index] = performance.now() - before;
  }
  return summary(taken);
}

/** Batch `index` of a kind: twenty commands of one element each. */
function elementsOf(kind: Kind): (index: number) => string {
  return (index) => {
    const first = index * BATCH;
    return Array.from({ length: BATCH }, (_, i) => commandFor(kind, first + i, first + i + 1))
      .join("");
  };
}

const APPEND = `*3\r\n$6\r\nAPPEND\r\n$6\r\nstring\r\n$${PIECE.length}\r\n${PIECE}\r\n`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  const given: Record<string, string | undefined> = parseArgs([...args], {
    string: ["elements", "string-bytes", "kinds", "server-cpus"],
  });
  const [elements, string_bytes] = [
    Number(given["elements"] ?? 1e7),
    Number(given["string-bytes"] ?? 3e8),
  ];
  if (![elements, string_bytes].every((count) => count >= BATCH * PIECE.length)) {
    console.error(`bench: --elements and --string-bytes want at least ${BATCH * PIECE.length}`);
    return 2;
  }
  const wanted = given["kinds"]?.split(",");
  const cases = [
    ...KINDS.filter(({ perCommand }) => perCommand === undefined).map((kind) => {
      return { name: kind.name, batches: Math.floor(elements / BATCH), batch: elementsOf(kind) };
    }),
    {
      name: APPENDED,
      batches: Math.floor(string_bytes / PIECE.length / BATCH),
      batch: () => APPEND.repeat(BATCH),
    },
  ].filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
  const rows: { kind: string; ours: Waits; theirs: Waits }[] = [];
  for (const { name, batches, batch } of cases) {
    const cpus = given["server-cpus"] ?? "0";
    const ours = await waits(numakvPlan(), cpus, batches, batch);
    const theirs = await waits(redisPlan(), cpus, batches, batch);
    rows.push({ kind: name, ours, theirs });
    console.error(`${name}: ${shown(ours)}; of redis-server ${shown(theirs)}`);
  }
  const facts = await machine();
  const lines = rows.map(({ kind, ours, theirs }) =>
    `| ${kind} | ${shown(ours)} | ${shown(theirs)} |`
  );
  const text = [
    "# The longest wait while data grows, numakv beside redis-server",
    "",
    `${facts["date"]}, ${facts["cpu"]}, Linux ${facts["kernel"]}, redis ${facts["redis"]}. ` +
    `${elements} elements, a string of ${string_bytes} bytes; batches of ${BATCH} commands, in ms: median / 99.99 % / longest.`,
    "",
    "| kind | numakv | redis-server |",
    "| --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
  const json = { machine: facts, elements, string_bytes, batch_commands: BATCH, rows };
  await writeReportFiles("growth", text, json);
  console.log(text);
  return 0;
}

function shown({ median, p9999, max }: Waits): string {
  return [median, p9999, max].map((ms) => ms.toFixed(2)).join(" / ");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
