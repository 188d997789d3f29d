/** A listener on real sockets, with a fake core behind it. */

import { assertEquals } from "@std/assert";
import { Why } from "./core.ts";
import { Doorbell } from "./listener/doorbell.ts";
import { Listener } from "./listener/listener.ts";
import type { Limits } from "./listener/messages.ts";
import { FakeLane } from "./testing.ts";

const LIMITS: Limits = { timeoutSeconds: 0, keepAlive: true, localOnly: true, backlog: 511 };
const PONG = "+PONG\r\n";

/** A listener on a path of its own, and clients of it. */
class Bench implements AsyncDisposable {
  readonly dir = Deno.makeTempDirSync({ prefix: "numakv-test-" });
  readonly path = `${this.dir}/socket`;
  readonly lane = new FakeLane();
  readonly logged: string[] = [];
  readonly panics: string[] = [];
  readonly listener = new Listener(this.lane, LIMITS, {
    handOff: () => Promise.resolve(new TextEncoder().encode("+main\r\n")),
    log: (_level, text) => void this.logged.push(text),
    panic: (text) => void this.panics.push(text),
  });

  constructor() {
    this.listener.listen([{ transport: "unix", path: this.path }]);
  }

  connect(): Promise<Deno.UnixConn> {
    return Deno.connect({ transport: "unix", path: this.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.stop();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** Reads until `length` bytes are there or the other end has closed. */
async function readText(conn: Deno.Conn, length = Infinity): Promise<string> {
  const chunk = new Uint8Array(65536);
  let text = "";
  while (text.length < length) {
    const count = await conn.read(chunk);
    if (count === null) break;
    text += new TextDecoder().decode(chunk.subarray(0, count));
  }
  return text;
}

async function ask(conn: Deno.Conn, request: string, length: number): Promise<string> {
  await conn.write(new TextEncoder().encode(request));
  return await readText(conn, length);
}

Deno.test("listener: serves many clients, each its own replies", async () => {
  await using bench = new Bench();
  const conns = await Promise.all(Array.from({ length: 20 }, () => bench.connect()));
  const replies = await Promise.all(conns.map((conn) => ask(conn, "PING\r\n", PONG.length)));
  assertEquals(new Set(replies), new Set([PONG]));
  assertEquals(bench.listener.sessionCount, 20);
  for (const conn of conns) conn.close();
});

Deno.test("listener: refuses the client beyond maxclients in Redis' words", async () => {
  await using bench = new Bench();
  bench.lane.maxClients = 1;
  using first = await bench.connect();
  assertEquals(await ask(first, "PING\r\n", PONG.length), PONG);
  using second = await bench.connect();
  assertEquals(await readText(second), "-ERR max number of clients reached\r\n");
  assertEquals(await ask(first, "PING\r\n", PONG.length), PONG);
});

Deno.test("listener: a client that fails costs the others nothing", async () => {
  await using bench = new Bench();
  using good = await bench.connect();
  using bad = await bench.connect();
  await bad.write(new TextEncoder().encode("PANIC\r\n"));
  assertEquals(await readText(bad), "");
  assertEquals(await ask(good, "PING\r\n", PONG.length), PONG);
  assertEquals(bench.panics, ["Cannot execute: PANIC"]);
});

Deno.test("listener: a client that leaves in the middle of a big reply leaves nothing behind", async () => {
  await using bench = new Bench();
  const conn = await bench.connect();
  await conn.write(new TextEncoder().encode("BIG 8000000\r\n"));
  await conn.read(new Uint8Array(1000));
  conn.close();
  while (bench.listener.sessionCount > 0) await new Promise((done) => setTimeout(done, 1));
  assertEquals([bench.lane.sessions.size, bench.listener.buffers.lent], [0, 0]);
});

Deno.test("listener: the doorbell brings waiting output to its session", async () => {
  await using bench = new Bench();
  const path = `${bench.dir}/doorbell`;
  using _doorbell = new Doorbell(path, bench.listener.collect);
  using client = await bench.connect();
  assertEquals(await ask(client, "PING\r\n", PONG.length), PONG);
  const handle = [...bench.lane.sessions.keys()][0] ?? 0;
  bench.lane.publish(handle, "+news\r\n");
  bench.lane.mailbox.push([handle, Why.OUTPUT]);
  using ringer = await Deno.connect({ transport: "unix", path });
  await ringer.write(new Uint8Array(1));
  assertEquals(await readText(client, 7), "+news\r\n");
});

Deno.test("listener: stops accepting, answers what is in hand, closes its lane", async () => {
  const bench = new Bench();
  using client = await bench.connect();
  await client.write(new TextEncoder().encode("RETRY\r\n"));
  while (bench.lane.calls === 0) await new Promise((done) => setTimeout(done, 1));
  await bench[Symbol.asyncDispose]();
  assertEquals(await readText(client), PONG);
  assertEquals(bench.lane.sessions.size, 0);
});

Deno.test("listener: moves to new endpoints and keeps its clients", async () => {
  await using bench = new Bench();
  using client = await bench.connect();
  assertEquals(await ask(client, "PING\r\n", PONG.length), PONG);
  const next = `${bench.dir}/next`;
  bench.listener.listen([{ transport: "unix", path: next }]);
  using other = await Deno.connect({ transport: "unix", path: next });
  assertEquals(await ask(other, "PING\r\n", PONG.length), PONG);
  assertEquals(await ask(client, "PING\r\n", PONG.length), PONG);
});
