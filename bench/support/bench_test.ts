/**
 * The benchmark's arithmetic and readers, on samples. Knows no server.
 * Invariant: a figure that cannot be read is an error, never a zero.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Random } from "../../tests/support/random.ts";
import { mixes, stageTable } from "./fragments.ts";
import { keyOf, type Measure, parseCsv } from "./load.ts";
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
