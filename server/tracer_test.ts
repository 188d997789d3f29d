/** Recording: what is in the file, where it ends, what is said when it cannot go on. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Topology } from "./core.ts";
import { Trace } from "./simulate/trace.ts";
import { type TracedStore, Tracer } from "./tracer.ts";

/** A store whose lanes note what a test says. */
class FakeTaps implements TracedStore {
  on = false;
  dropped = 0;
  records: Uint8Array[] = [];

  topology(): Topology {
    const node = (id: number) => ({
      id,
      cpus: [id],
      memory_only: false,
      tier: 0,
      total_bytes: 1,
      free_bytes: 1,
      distances: id === 0 ? [10, 21] : [21, 10],
    });
    return { nodes: [node(0), node(1)] };
  }

  tap(on: boolean): void {
    this.on = on;
  }

  takeTaps(out: Uint8Array<ArrayBuffer>): number {
    new DataView(out.buffer).setBigUint64(0, BigInt(this.dropped), true);
    let at = 8;
    for (const record of this.records.splice(0, Math.floor((out.length - 8) / 16))) {
      out.set(record, at);
      at += 16;
    }
    return at - 8;
  }

  note(name: number, ms: number, word: number): void {
    const record = new DataView(new ArrayBuffer(16));
    record.setBigUint64(0, BigInt(name), true);
    record.setUint32(8, ms, true);
    record.setUint32(12, word, true);
    this.records.push(new Uint8Array(record.buffer));
  }
}

/** Gives a test a path of its own for a file that is not there. */
function withPath(use: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(`${folder}/a.trace`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const FREE = { bytes: 1 << 20, seconds: undefined };

Deno.test("tracer: what lanes noted is in the file, gaps too", () =>
  withPath((path) => {
    const store = new FakeTaps();
    using tracer = new Tracer(store);
    store.note(9, 1, 0);
    tracer.start(path, FREE);
    assert(store.on);
    assertThrows(() => tracer.start(path, FREE), Error, "goes on");
    for (let name = 0; name < 10; name++) {
      store.note(name % 4, name, (4 << 10) | (1 << 6) | (name % 2));
    }
    tracer.drain();
    store.dropped = 7;
    store.note(1, 20, 4 << 10);
    assert(tracer.stop() && !tracer.stop() && !store.on);
    const { records, dropped, bytes, ended, recording } = tracer.status();
    assertEquals([records, dropped, ended, recording], [12, 7, "stopped", false]);
    assertEquals(Deno.statSync(path).size, bytes);
    const trace = new Trace(path);
    assertEquals([trace.accesses, trace.lost, trace.names.count], [12, 7, 5]);
    assertEquals(
      trace.header.nodes.map(({ id }) => id),
      [0, 1],
    );
    assertThrows(() => tracer.start(path, FREE), Deno.errors.AlreadyExists);
    assert(!tracer.status().recording && !store.on);
  }));

Deno.test("tracer: it ends by itself at its bytes, with a whole record", () =>
  withPath((path) => {
    const store = new FakeTaps();
    using tracer = new Tracer(store);
    tracer.start(path, { bytes: 4100, seconds: undefined });
    for (let name = 0; name < 1000; name++) store.note(name, name, 4 << 10);
    tracer.drain();
    const { bytes, ended, records } = tracer.status();
    assertEquals([ended, store.on], ["bytes", false]);
    assert(bytes <= 4100 && bytes > 4100 - 16 && Deno.statSync(path).size === bytes);
    assertEquals(new Trace(path).accesses, records);
  }));

Deno.test("tracer: it ends by itself after its seconds", () =>
  withPath((path) => {
    let now = 0;
    const store = new FakeTaps();
    using tracer = new Tracer(store, () => now);
    tracer.start(path, { ...FREE, seconds: 5 });
    now = 4999;
    tracer.drain();
    assert(tracer.status().recording);
    now = 5000;
    tracer.drain();
    const { ended, seconds } = tracer.status();
    assertEquals([ended, seconds, store.on], ["seconds", 5, false]);
    now = 9000;
    assertEquals(tracer.status().seconds, 5);
  }));

Deno.test("tracer: a store that fails ends it, and the reason is kept", () =>
  withPath((path) => {
    const store = new FakeTaps();
    using tracer = new Tracer(store);
    tracer.start(path, FREE);
    store.takeTaps = () => {
      throw new Error("no store");
    };
    tracer.drain();
    assertEquals(tracer.status().ended, "no store");
  }));
