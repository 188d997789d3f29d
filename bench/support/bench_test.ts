/**
 * The benchmark's arithmetic and readers, on samples. Knows no server.
 * Invariant: a figure that cannot be read is an error, never a zero.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows, fail } from "@std/assert";
import { Random } from "../../tests/support/random.ts";
import { summary } from "../growth.ts";
import { broken, type Weight } from "../memory.ts";
import { commandFor, KINDS, scattered } from "./elements.ts";
import { mixes, stageTable } from "./fragments.ts";
import { benchmarkArguments, keyOf, type Measure, parseCsv } from "./load.ts";
import { customPlan, parseCpuSeconds } from "./peer.ts";
import { markdown, spread } from "./table.ts";

Deno.test("spread() of odd and even numbers of rounds", () => {
  assertEquals(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assertEquals(spread([4, 1]), { median: 2.5, min: 1, max: 4 });
  assertThrows(() => spread([]), RangeError);
});

Deno.test("parseCsv() reads redis-benchmark's columns by name and refuses anything else", () => {
  const csv = '"test","rps","p50_latency_ms","p99_latency_ms"\n"SET","100.5","0.2","1.5"\n';
  assertEquals(parseCsv(csv), { requests_per_s: 100.5, p50_ms: 0.2, p99_ms: 1.5 });
  assertThrows(() => parseCsv("Could not connect"), SyntaxError, "Could not connect");
});

Deno.test("parseCpuSeconds() is not led astray by a name with spaces and parentheses", () => {
  assertEquals(parseCpuSeconds("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0"), 2);
});

Deno.test("keyOf() gives 16 distinct bytes", () => {
  assertEquals(keyOf(7), "k000000000000007");
  assertEquals(keyOf(1_249_999).length, 16);
});

Deno.test("customPlan() wants a place for the port", () => {
  assertEquals(customPlan("a --port {port}").command, ["a", "--port", "{port}"]);
  assertThrows(() => customPlan("a --port 1"), TypeError, "{port}");
});

Deno.test("markdown() shows medians and ratios", () => {
  const of = (requests_per_s: number, cpu_us_per_request: number): Measure[] => [
    { requests_per_s, cpu_us_per_request, p50_ms: 1, p99_ms: 2 },
  ];
  const text = markdown(
    [{ test: "SET", pipeline: 16, ours: of(300, 1), theirs: of(200, 2) }],
    "redis",
  );
  assertStringIncludes(text, "| requests/s | of redis | ratio |");
  assertStringIncludes(
    text,
    "| SET | 16 | 300 (300–300) | 200 (200–200) | 1.50× | 1.00 (1.00–1.00)",
  );
  assertStringIncludes(text, "| 0.50× | 1.00 / 2.00 | 1.00 / 2.00 |");
});

Deno.test("benchmarkArguments() draws elements, and reads a range as a command of its own", () => {
  const load = {
    pipeline: 16,
    requests: 9,
    clients: 2,
    value_bytes: 64,
    random_keys: 0,
    cpus: "1",
  };
  const told = (test: string): string => benchmarkArguments(7, { ...load, test }).join(" ");
  const common = "-P 16 --csv -p 7 -n 9 -c 2 -d 64";
  assertEquals(told("LPUSH"), `-t lpush ${common}`);
  assertEquals(told("ZADD"), `-t zadd ${common} -r 100000`);
  assertEquals(told("LRANGE_100"), `${common} LRANGE bench:range 0 99`);
});

Deno.test("commandFor() writes elements of one command, each its own", () => {
  const plain = KINDS.find(({ name }) => name === "hash field, 8 + 16 B") ?? fail("No such kind");
  const text = commandFor(plain, 0, 2);
  const words = "HSET hash 00000000 0000000000000000 00000001 0000000000048271".split(" ");
  assertEquals(text, `*6\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`);
  const all = new Set(Array.from({ length: 100_000 }, (_, index) => scattered(index)));
  assertEquals(all.size, 100_000);
});

Deno.test("broken() names what takes more than was promised", () => {
  const weight = (kind: string, ours: number): Weight => ({ kind, ours, theirs: 1 });
  assertEquals(broken([weight("zset member, 16 B", 85), weight("string, 16 + 64 B", 999)]), []);
  assertEquals(broken([weight("zset member, 16 B", 86)]), ["zset member, 16 B"]);
  const timed = [weight("string, 16 + 64 B", 100), weight("string, 16 + 64 B, with a TTL", 117)];
  assertEquals(broken(timed), ["TTL"]);
});

Deno.test("summary() of waits is in their order, not in that of their digits", () => {
  const waits = Float64Array.from([10, 9, 100, 8]);
  assertEquals(summary(waits), { median: 10, p9999: 100, max: 100 });
});

Deno.test("mixes() keeps to 16-512 bytes, and the second has smaller values", () => {
  const [even, small] = mixes(new Random(3));
  const mean = (size: () => number): number => {
    const sizes = Array.from({ length: 20_000 }, size);
    assertEquals(sizes.every((bytes) => bytes >= 16 && bytes <= 512), true);
    return sizes.reduce((sum, bytes) => sum + bytes) / sizes.length;
  };
  assertEquals(Math.abs(mean(even) - 264) < 5, true);
  assertEquals(Math.abs(mean(small) - 140) < 5, true);
});

Deno.test("stageTable() divides RSS by keys and values, with the empty server and without", () => {
  const stage = {
    name: "filled",
    keys: 10,
    data_bytes: 1000,
    resident_before_bytes: 0,
    resident_bytes: 1500,
    empty_bytes: 300,
    allocator_ratio: 1.05,
    defrag_hits: 0,
    p50_ms: 0.1,
    p999_ms: 0.2,
    max_ms: 0.3,
  };
  const text = stageTable([["a", [stage]], ["b", undefined]]);
  assertStringIncludes(text, "| 1.500 | 1.200 | 1.050 | 0.10 / 0.20 / 0.30 |");
  assertStringIncludes(text, "| b | this build cannot |");
});
