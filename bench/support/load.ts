/**
 * The load: redis-benchmark on CPUs of its own, and a loader of exactly sized keys.
 *
 * Knows redis-benchmark's options and its CSV. Invariant: the key of index i is 16 bytes and its own.
 *
 * @module
 */
import { concat, encodeCommand, RespClient } from "../../tests/support/resp_client.ts";
import { cpuSeconds, type Peer, residentBytes } from "./peer.ts";

/** One cell of the comparison. */
export interface Load {
  readonly test: string;
  readonly pipeline: number;
  readonly requests: number;
  readonly clients: number;
  readonly value_bytes: number;
  /** Keys are drawn from this many; 0 is one key. */
  readonly random_keys: number;
  readonly cpus: string;
}

/** What one run of a load came to. */
export interface Measure {
  readonly requests_per_s: number;
  readonly cpu_us_per_request: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Tests that add elements: they draw from so many unless a load says from how many. */
const ELEMENTS = 100_000;
const ELEMENT_TESTS: ReadonlySet<string> = new Set(["SADD", "HSET", "ZADD"]);
/** The list that LRANGE_100 reads, and its items. redis-benchmark's own test would fill one first, at our cost. */
const RANGE_KEY = "bench:range";
const RANGE_ITEMS = 100;

/** Runs a load once against a peer. */
export async function measure(peer: Peer, load: Load): Promise<Measure> {
  if (load.test === "LRANGE_100") await fillRange(peer.port, load.value_bytes);
  const before_s = cpuSeconds(peer.pid);
  const { success, stdout, stderr } = await new Deno.Command("taskset", {
    args: ["-c", load.cpus, "redis-benchmark", ...benchmarkArguments(peer.port, load)],
  }).output();
  const used_s = cpuSeconds(peer.pid) - before_s;
  if (!success) throw new Error(`redis-benchmark failed: ${new TextDecoder().decode(stderr)}`);
  const csv = parseCsv(new TextDecoder().decode(stdout));
  return { ...csv, cpu_us_per_request: used_s * 1e6 / load.requests };
}

async function fillRange(port: number, value_bytes: number): Promise<void> {
  using client = await RespClient.connect(port);
  await client.call("DEL", RANGE_KEY);
  const items = Array.from({ length: RANGE_ITEMS }, () => "v".repeat(value_bytes));
  const reply = await client.call("RPUSH", RANGE_KEY, ...items);
  if (reply !== RANGE_ITEMS) throw new Error(`RPUSH failed: ${Deno.inspect(reply)}`);
}

/** What redis-benchmark is told; exported for its test. */
export function benchmarkArguments(port: number, load: Load): string[] {
  const name = load.test === "PING" ? "ping_mbulk" : load.test.toLowerCase();
  const drawn = load.random_keys > 0 || !ELEMENT_TESTS.has(load.test) ? load.random_keys : ELEMENTS;
  const numbers = { p: port, n: load.requests, c: load.clients, d: load.value_bytes };
  const common = Object.entries(numbers).flatMap(([key, value]) => [`-${key}`, String(value)]);
  const keys = drawn > 0 ? ["-r", String(drawn)] : [];
  const all = ["-P", String(load.pipeline), "--csv", ...common, ...keys];
  if (load.test === "LRANGE_100") {
    return [...all, "LRANGE", RANGE_KEY, "0", String(RANGE_ITEMS - 1)];
  }
  return ["-t", name, ...all];
}

/** The last row of redis-benchmark's CSV; latencies are in milliseconds. */
export function parseCsv(text: string): Omit<Measure, "cpu_us_per_request"> {
  const rows = text.trim().split("\n").filter((line) => line.startsWith('"'));
  const cells = (line = ""): string[] => line.split('","').map((cell) => cell.replaceAll('"', ""));
  const [names, values] = [cells(rows[0]), cells(rows.at(-1))];
  const number = (name: string): number => Number(values[names.indexOf(name)]);
  const row = {
    requests_per_s: number("rps"),
    p50_ms: number("p50_latency_ms"),
    p99_ms: number("p99_latency_ms"),
  };
  if (Object.values(row).some(Number.isNaN)) {
    throw new SyntaxError(`Cannot read redis-benchmark's CSV:\n${text}`);
  }
  return row;
}

const BATCH_KEYS = 1000;
const KEY_CHARS = 16;

/** The key of an index: 16 bytes. */
export function keyOf(index: number): string {
  return `k${String(index).padStart(KEY_CHARS - 1, "0")}`;
}

/** Sets keys `from` to `to - 1` to values of a size, in pipelines. */
export async function fill(port: number, from: number, to: number, size: number): Promise<void> {
  using client = await RespClient.connect(port);
  const value = "v".repeat(size);
  const reply_bytes = "+OK\r\n".length;
  for (let start = from; start < to; start += BATCH_KEYS) {
    const count = Math.min(BATCH_KEYS, to - start);
    const commands = Array.from(
      { length: count },
      (_, i) => encodeCommand(["SET", keyOf(start + i), value]),
    );
    await client.send(concat(commands));
    const replies = new TextDecoder().decode(await client.readBytes(count * reply_bytes));
    if (replies !== "+OK\r\n".repeat(count)) throw new Error(`SET failed: ${replies.slice(0, 80)}`);
  }
}

/**
 * Bytes of RSS for each further key of 16 bytes with a value: the slope between two fillings, so that what
 * the server holds when empty does not count.
 */
export async function bytesPerKey(peer: Peer, keys: number, value_bytes: number): Promise<number> {
  const warm_keys = Math.ceil(keys / 4);
  await fill(peer.port, 0, warm_keys, value_bytes);
  const before = residentBytes(peer.pid);
  await fill(peer.port, warm_keys, warm_keys + keys, value_bytes);
  return (residentBytes(peer.pid) - before) / keys;
}
