/** Replaying: what a file says is what happens, and a damaged one is told. */

import { assertEquals, assertThrows } from "@std/assert";
import { machineOf, readMachine } from "./machine.ts";
import { figuresOf } from "./report.ts";
import { run } from "./run.ts";
import { Replay, Trace } from "./trace.ts";
import { emptyBatch } from "./workload.ts";

const TWO =
  `{"topology":{"nodes":[{"id":0,"memory_only":false,"distances":[10,21]},{"id":1,"memory_only":false,"distances":[21,10]}]}}`;

/** Bytes of records: name, milliseconds, node, type, units of 16 bytes. */
function records(all: readonly (readonly [number, number, number, number, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 * all.length));
  for (const [index, [name, ms, node, type, size]] of all.entries()) {
    view.setBigUint64(16 * index, BigInt(name), true);
    view.setUint32(16 * index + 8, ms, true);
    view.setUint32(16 * index + 12, node | (type << 6) | (size << 10), true);
  }
  return new Uint8Array(view.buffer);
}

/** Gives a test a file of a first line and bytes behind it. */
function withFile(head: string, body: Uint8Array, use: (path: string) => void): void {
  const path = Deno.makeTempFileSync();
  try {
    const line = new TextEncoder().encode(head);
    const bytes = new Uint8Array(line.length + body.length);
    bytes.set(line);
    bytes.set(body, line.length);
    Deno.writeFileSync(path, bytes);
    use(path);
  } finally {
    Deno.removeSync(path);
  }
}

const HEAD = `numakv-trace 1 ${TWO}\n`;

Deno.test("replay: seconds, sizes, types and nodes are the file's; none is lost", () => {
  const all = Array.from(
    { length: 3000 },
    (_, at) => [at % 50, 2 * at, at % 50 < 25 ? 0 : 1, 4, 10] as const,
  );
  withFile(HEAD, records(all), (path) => {
    const trace = new Trace(path);
    assertEquals([trace.accesses, trace.seconds, trace.names.count], [3000, 6, 50]);
    const machine = machineOf(trace.header.nodes, path);
    const replay = new Replay(trace, machine, 1, undefined);
    const batch = emptyBatch(replay);
    const counts: number[] = [];
    const nodeOf = new Map<number, number>();
    while (replay.next(batch)) {
      counts.push(batch.count);
      for (let at = 0; at < batch.count; at++) {
        const [key, node] = [batch.keys[at]!, batch.nodes[at]!];
        assertEquals(nodeOf.get(key) ?? node, node);
        nodeOf.set(key, node);
      }
    }
    assertEquals(counts, [500, 500, 500, 500, 500, 500]);
    assertEquals([...new Set(replay.bytes)], [160]);
    assertEquals([...new Set(replay.types)], [4]);
    assertEquals([...nodeOf.values()].filter((node) => node === 1).length, 25);
    const faster = new Replay(trace, machine, 1, 1000);
    assertEquals([faster.next(batch), batch.count], [true, 1000]);
    assertThrows(
      () => new Replay(trace, readMachine("fake:1+1"), 1, undefined),
      Error,
      "recorded on 2 nodes with CPUs",
    );
  });
});

Deno.test("replay: strategies bring each key of a trace to its side", () => {
  const all = Array.from(
    { length: 60_000 },
    (_, at) => [at % 500, at, at % 500 < 250 ? 0 : 1, 0, 8] as const,
  );
  withFile(HEAD, records(all), (path) => {
    const trace = new Trace(path);
    const machine = machineOf(trace.header.nodes, path);
    const results = run({
      machine,
      open: () => new Replay(trace, machine, 1, undefined),
      fastShare: 1,
      entrants: [{ name: "lru", strategy: "composite_lru", options: {} }],
      budget: { keys: 100, bytes: 1 << 20 },
      samples: 100,
      lowWater: 0.95,
      highWater: 0.98,
      decaySeconds: 10,
      seed: 1,
    });
    const figures = Object.fromEntries(results.map((one) => [one.name, figuresOf(one)]));
    assertEquals(figures["first_touch"]!.local_ratio < 0.6, true);
    assertEquals(figures["oracle"]!.local_ratio, 1);
    assertEquals(results.at(-1)!.points.at(-1)!.localRatio, 1);
  });
});

Deno.test("replay: a file that is none, of another version, or damaged is told with the place", () => {
  const one = [1, 5, 0, 0, 1] as const;
  const cases: [head: string, body: Uint8Array, message: string][] = [
    ["", new Uint8Array(0), "does not begin with 'numakv-trace 1'"],
    ["REDIS0010\n", new Uint8Array(99), "does not begin with 'numakv-trace 1'"],
    [`numakv-trace 2 ${TWO}\n`, records([one]), "it has version '2', want 1"],
    ["numakv-trace 1 {\n", records([one]), "its first line is no JSON"],
    ["numakv-trace 1 {}\n", records([one]), "Cannot read the topology"],
    [HEAD, new Uint8Array(0), "it has no accesses"],
    [HEAD, records([one, one]).subarray(0, 30), "the end of the file inside a record"],
    [
      HEAD,
      records([one, [1, 5, 0, 6, 1]]),
      `damaged at byte ${HEAD.length + 16}: a value of type 6`,
    ],
    [HEAD, records([[1, 4e7, 0, 0, 1], one]), "time that goes back to 5 ms"],
    [HEAD, records([one, [1, 4e9, 0, 0, 1]]), "time that leaps to 4000000000 ms"],
    [HEAD, records([[1, 5, 9, 0, 1]]), "accesses from node index 9, and 2 nodes"],
  ];
  for (const [head, body, message] of cases) {
    withFile(head, body, (path) => void assertThrows(() => new Trace(path), Error, message));
  }
});
