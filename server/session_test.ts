/** Sessions over a fake core and a fake connection: every outcome, in order, with buffers counted. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type SessionHandle, Why } from "./core.ts";
import { BufferPool } from "./session/buffers.ts";
import { Session, type SessionHost } from "./session.ts";
import type { HandOff } from "./session/handoff.ts";
import { FakeConnection, FakeLane } from "./testing.ts";

/** One session with everything around it. */
class Bench implements SessionHost {
  readonly lane = new FakeLane();
  readonly buffers = new BufferPool();
  readonly nowSeconds = 0;
  largeReaders = 0;
  readonly conn = new FakeConnection();
  readonly asked: HandOff[] = [];
  answer: (request: HandOff) => Promise<Uint8Array> = (request) =>
    Promise.resolve(
      new TextEncoder().encode(
        `+${request.args.map((arg) => new TextDecoder().decode(arg)).join("-")}\r\n`,
      ),
    );
  failure: unknown;
  endings = 0;
  readonly handle: SessionHandle = this.lane.openSession("");
  readonly session = new Session(this.conn, this, this.handle, true);

  constructor() {
    this.session.start();
  }

  handOff(request: HandOff): Promise<Uint8Array> {
    this.asked.push(request);
    return this.answer(request);
  }

  ended(_session: Session, failure?: unknown): void {
    this.endings++;
    this.failure = failure;
    this.lane.closeSession(this.handle);
  }

  /** Waits until `text` is written. */
  async wrote(text: string): Promise<void> {
    for (let turn = 0; turn < 500 && this.conn.written.length < text.length; turn++) await turns();
    assertEquals(this.conn.written, text);
  }
}

function turns(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

const PONG = "+PONG\r\n";

Deno.test("session: a pipeline is one call, whatever it holds", async () => {
  const bench = new Bench();
  bench.conn.send("PING\r\n".repeat(100));
  await bench.wrote(PONG.repeat(100));
  assertEquals(bench.lane.calls, 1);
  bench.session.close();
});

Deno.test("session: a request split at any byte is answered once", async () => {
  const request = "PING\r\nPING\r\n";
  for (let at = 1; at < request.length; at++) {
    const bench = new Bench();
    bench.conn.send(request.slice(0, at));
    await turns();
    bench.conn.send(request.slice(at));
    await bench.wrote(PONG + PONG);
    bench.session.close();
  }
});

Deno.test("session: a reply larger than a buffer goes out in pieces, and what follows it after it", async () => {
  const bench = new Bench();
  bench.conn.writeMax = 10_000;
  bench.conn.send("BIG 200000\r\nPING\r\n");
  await bench.wrote(`$200000\r\n${"x".repeat(200000)}\r\n${PONG}`);
  assertEquals(bench.buffers.lent, 0);
  bench.session.close();
});

Deno.test("session: a server command's answer stands in its place", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  bench.answer = () => promise;
  bench.conn.send("PING\r\nSERVER a b\r\nPING\r\n");
  await bench.wrote(PONG);
  bench.conn.send("PING\r\n");
  await turns();
  assertEquals(bench.conn.written, PONG);
  assertEquals(bench.asked[0]?.trusted, true);
  resolve(new TextEncoder().encode("+a-b\r\n"));
  await bench.wrote(`${PONG}+a-b\r\n${PONG}${PONG}`);
  bench.session.close();
});

Deno.test("session: RETRY waits and goes on without new input", async () => {
  const bench = new Bench();
  bench.conn.send("PING\r\nRETRY\r\nPING\r\n");
  await bench.wrote(PONG.repeat(3));
  assertEquals(bench.lane.calls, 2);
  bench.session.close();
});

Deno.test("session: the doorbell cuts a retry short", async () => {
  const bench = new Bench();
  bench.conn.send("RETRY\r\n");
  await turns();
  bench.session.ring(Why.RESUME);
  await bench.wrote(PONG);
  assertEquals(bench.lane.calls, 2);
  bench.session.close();
});

Deno.test("session: CLOSE writes the reply first", async () => {
  const bench = new Bench();
  bench.conn.send("PING\r\nQUIT\r\nPING\r\n");
  await bench.wrote(`${PONG}+OK\r\n`);
  await turns();
  assertEquals([bench.conn.closed, bench.endings, bench.failure], [true, 1, undefined]);
  assertEquals(bench.buffers.lent, 0);
});

Deno.test("session: a client that does not take its reply is not served on", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.conn.gate = promise;
  bench.conn.send("PING\r\n");
  await turns();
  for (let count = 0; count < 5; count++) bench.conn.send("PING\r\n");
  await turns();
  assertEquals([bench.lane.calls, bench.conn.reads], [1, 2]);
  resolve();
  await bench.wrote(PONG.repeat(6));
  bench.session.close();
});

Deno.test("session: killed while it reads, it ends once", async () => {
  const bench = new Bench();
  await turns();
  bench.session.ring(Why.CLOSE);
  await turns();
  bench.session.close();
  assertEquals([bench.conn.closed, bench.endings, bench.failure], [true, 1, undefined]);
});

Deno.test("session: killed while it writes, its buffer is not lent to another", async () => {
  const bench = new Bench();
  bench.conn.gate = new Promise<void>(() => {});
  bench.conn.send("PING\r\n");
  await turns();
  bench.session.ring(Why.CLOSE);
  assertEquals([bench.buffers.lent, bench.buffers.idle], [0, 0]);
});

Deno.test("session: output of others goes out at once, or behind the write in flight", async () => {
  const bench = new Bench();
  bench.lane.publish(bench.handle, "+one\r\n");
  bench.session.ring(Why.OUTPUT);
  await bench.wrote("+one\r\n");
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.conn.gate = promise;
  bench.conn.send("PING\r\n");
  await turns();
  bench.lane.publish(bench.handle, "+two\r\n");
  bench.session.ring(Why.OUTPUT);
  resolve();
  await bench.wrote(`+one\r\n${PONG}+two\r\n`);
  bench.session.close();
});

Deno.test("session: a half-closed client gets what it asked for", async () => {
  const bench = new Bench();
  bench.conn.send("PING\r\n");
  bench.conn.send(null);
  await bench.wrote(PONG);
  await turns();
  assertEquals([bench.conn.closed, bench.endings], [true, 1]);
});

Deno.test("session: a defect in core ends the session and is told", async () => {
  const bench = new Bench();
  bench.conn.send("PANIC\r\n");
  await turns();
  assertStringIncludes(String(bench.failure), "PANIC");
  assertEquals([bench.conn.closed, bench.buffers.lent], [true, 0]);
});

Deno.test("session: the read buffer grows with a pipeline and shrinks after it", async () => {
  const bench = new Bench();
  bench.conn.send("PING\r\n".repeat(5000));
  await bench.wrote(PONG.repeat(5000));
  assertEquals([bench.largeReaders, bench.lane.calls], [1, 2]);
  for (let count = 1; count <= 2; count++) {
    bench.conn.send("PING\r\n");
    await bench.wrote(PONG.repeat(5000 + count));
  }
  await turns();
  assertEquals([bench.largeReaders, bench.buffers.lent], [0, 0]);
  bench.session.close();
});

Deno.test("session: drained, it answers the batch in hand and ends", async () => {
  const bench = new Bench();
  bench.conn.send("RETRY\r\n");
  await turns();
  bench.session.drain();
  await bench.wrote(PONG);
  await turns();
  assertEquals([bench.conn.closed, bench.endings], [true, 1]);
});
