/**
 * The boundary itself: every function with empty, short and huge buffers, with handles that name nothing, and in the wrong
 * order; outcomes bit by bit; panics that stay inside.
 *
 * Knows the generated symbols. Invariant: whatever is passed, a call returns a status, and the store next to it is well.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { coreSymbols } from "../server/ffi.ts";
import {
  ABI_VERSION,
  NO_NODE,
  Outcome,
  OutcomeFlag,
  Pumped,
  Sample,
  Status,
  StoreStatus,
  Why,
} from "../server/generated/abi.ts";
import { Boundary, bytesOf, failure, NONE, openStore, textOf } from "./support/boundary.ts";
import type { LaneOrder } from "./support/lane_worker.ts";
import { encodeCommand } from "./support/resp_client.ts";

const call = coreSymbols();
const INVALID = failure(Status.INVALID_HANDLE);
/** Handles that never named anything. */
const NOTHING = [0, 1, 0x000fffff, 0x7fffffff, 0x80000000, 0xffffffff];
const PING = "*1\r\n$4\r\nPING\r\n";

/** Every function that takes a store's handle, called with that one. */
function resultsForStore(handle: number): Record<string, number> {
  const room = new Uint8Array(4096);
  return {
    store_configure: call.nkv_store_configure(handle, NONE, 0, room, room.length),
    store_topology: call.nkv_store_topology(handle, room, room.length),
    store_sample: call.nkv_store_sample(handle, room, room.length),
    store_status: call.nkv_store_status(handle, new StoreStatus().buffer),
    store_messages: call.nkv_store_messages(handle, room, room.length),
    lane_open: call.nkv_lane_open(handle, -1, 0, 0, NONE, 0),
    store_close: call.nkv_store_close(handle),
  };
}

/** Every function that takes a handle, called with that one. */
function resultsFor(handle: number): Record<string, number> {
  const room = new Uint8Array(4096);
  const { buffer: outcome } = new Outcome();
  return {
    ...resultsForStore(handle),
    lane_collect: call.nkv_lane_collect(handle, room, room.length / 8),
    lane_listen: call.nkv_lane_listen(handle, NONE, 0, room, room.length),
    lane_pump: call.nkv_lane_pump(handle, 0, room, room.length, new Pumped().buffer),
    lane_answer: call.nkv_lane_answer(handle, 1, NONE, 0),
    lane_wake: call.nkv_lane_wake(handle),
    lane_drain: call.nkv_lane_drain(handle),
    session_open: call.nkv_session_open(handle, NONE, 0),
    lane_close: call.nkv_lane_close(handle),
    execute: call.nkv_execute(handle, NONE, 0, room, room.length, outcome),
    answer: call.nkv_answer(handle, NONE, 0, room, room.length, outcome),
    session_close: call.nkv_session_close(handle),
  };
}

Deno.test("ffi: the library's boundary is the one of the generated files", () => {
  assertEquals(call.nkv_abi_version(), ABI_VERSION);
});

Deno.test("ffi: a handle that names nothing is INVALID_HANDLE to every function", () => {
  for (const handle of NOTHING) {
    for (const [name, result] of Object.entries(resultsFor(handle))) {
      assertEquals(result, INVALID, `nkv_${name}(${handle})`);
    }
  }
});

Deno.test("ffi: a handle is stale once it is closed, also when its place is taken again", () => {
  const first = openStore(call, "topology fake:1\n");
  assertEquals(call.nkv_store_close(first), 0);
  assertEquals(call.nkv_store_close(first), INVALID);
  using second = new Boundary();
  assert(second.store !== first);
  // Each kind counts for itself: a lane may bear the number that the closed store bore.
  const stale = Object.entries(resultsForStore(first));
  for (const [name, result] of stale) assertEquals(result, INVALID, `nkv_${name}`);
  const session = second.openSession();
  assertEquals(call.nkv_session_close(session), 0);
  assertEquals(call.nkv_session_close(session), INVALID);
  assertEquals(second.execute(PING, 64, session).result, INVALID);
  assert(second.openSession() !== session);
  assertEquals(second.run([["PING"]]), "+PONG\r\n");
});

Deno.test("ffi: a store with open lanes is IN_USE; a lane takes its sessions with it", () => {
  const boundary = new Boundary();
  assertEquals(call.nkv_store_close(boundary.store), failure(Status.IN_USE));
  assertEquals(boundary.run([["PING"]]), "+PONG\r\n");
  const left = boundary.openSession();
  assertEquals(call.nkv_lane_close(boundary.lane), 0);
  assertEquals(call.nkv_lane_close(boundary.lane), INVALID);
  assertEquals(boundary.execute(PING, 64, left).result, INVALID);
  assertEquals(boundary.execute(PING).result, INVALID);
  assertEquals(call.nkv_store_close(boundary.store), 0);
});

Deno.test("ffi: texts that do not fit are TOO_SMALL, exactly one byte short too", () => {
  using boundary = new Boundary();
  const tooSmall = failure(Status.TOO_SMALL);
  const fills = {
    probe: (out: Uint8Array<ArrayBuffer>) => call.nkv_probe(out, out.length),
    topology: (out: Uint8Array<ArrayBuffer>) =>
      call.nkv_store_topology(boundary.store, out, out.length),
  };
  for (const [name, fill] of Object.entries(fills)) {
    assertEquals(fill(NONE), tooSmall, name);
    const whole = new Uint8Array(1 << 20);
    const length = fill(whole);
    JSON.parse(textOf(whole.subarray(0, length)));
    assertEquals(call.nkv_store_topology(0, NONE, 0), INVALID);
    if (name === "topology") {
      const short = new Uint8Array(length - 1).fill(7);
      assertEquals(fill(short), tooSmall);
      assert(short.every((byte) => byte === 7), "nothing was written");
      assertEquals(fill(new Uint8Array(length)), length);
    }
  }
});

Deno.test("ffi: a refused option is REFUSED, its reason cut to the room there is", () => {
  const bad = bytesOf("maxmemory plenty\n");
  const refused = failure(Status.REFUSED);
  assertEquals(call.nkv_store_open(bad, bad.length, NONE, 0), refused);
  const one = new Uint8Array([7]);
  assertEquals(call.nkv_store_open(bad, bad.length, one, 1), refused);
  assertEquals(one[0], 0);
  const cut = new Uint8Array(12).fill(7);
  assertEquals(call.nkv_store_open(bad, bad.length, cut, 8), refused);
  assertEquals(cut.indexOf(0), 7);
  assertEquals([...cut.subarray(8)], [7, 7, 7, 7]);
  const whole = new Uint8Array(1024);
  assertEquals(call.nkv_store_open(bad, bad.length, whole, whole.length), refused);
  assertStringIncludes(textOf(whole), "'maxmemory' wants a number, not 'plenty'");
});

Deno.test("ffi: option lines that are not text are INVALID_ARGUMENT", () => {
  using boundary = new Boundary();
  const invalid = failure(Status.INVALID_ARGUMENT);
  const bytes = new Uint8Array([0xff, 0xfe, 0x20, 0x31, 0x0a]);
  assertEquals(call.nkv_store_open(bytes, bytes.length, NONE, 0), invalid);
  assertEquals(call.nkv_store_configure(boundary.store, bytes, bytes.length, NONE, 0), invalid);
  assertEquals(call.nkv_session_open(boundary.lane, bytes, bytes.length), invalid);
  assertEquals(
    call.nkv_lane_open(boundary.store, 0, 0, 0, bytes, bytes.length),
    invalid,
  );
});

Deno.test("ffi: configure takes all lines or none", () => {
  using boundary = new Boundary();
  const set = (text: string): number => {
    const lines = bytesOf(text);
    return call.nkv_store_configure(boundary.store, lines, lines.length, NONE, 0);
  };
  assertEquals(set(""), 0);
  assertEquals(set("maxmemory 1048576\nfact.config_file /x\n"), 2);
  const status = new StoreStatus();
  assertEquals(call.nkv_store_status(boundary.store, status.buffer), 0);
  assertEquals(status.maxmemoryBytes, 1048576);
  assertEquals(set("maxmemory 7\nhz often\n"), failure(Status.REFUSED));
  call.nkv_store_status(boundary.store, status.buffer);
  assertEquals(status.maxmemoryBytes, 1048576);
});

Deno.test("ffi: a status record that is missing is INVALID_ARGUMENT, a misplaced one is filled", () => {
  using boundary = new Boundary();
  boundary.run([["SET", "a", "1"], ["SET", "b", "2", "EX", "100"]]);
  assertEquals(call.nkv_store_status(boundary.store, NONE), failure(Status.INVALID_ARGUMENT));
  const odd = new Uint8Array(StoreStatus.BYTES + 1).subarray(1);
  assertEquals(call.nkv_store_status(boundary.store, odd), 0);
  const status = new StoreStatus();
  status.buffer.set(odd);
  assertEquals([status.keys, status.expires, status.clients, status.lanes > 0], [2, 1, 1, true]);
  assertEquals([status.nodeCount, status.opsTotal], [2, 2]);
  assert(status.usedBytes > 0 && status.reservedBytes >= status.usedBytes);
});

Deno.test("ffi: a lane on a node that does not exist is SYSTEM", () => {
  using boundary = new Boundary();
  const system = failure(Status.SYSTEM);
  assertEquals(call.nkv_lane_open(boundary.store, 7, 0, 0, NONE, 0), system);
  const log = new Uint8Array(4096);
  const said = textOf(log.subarray(0, call.nkv_store_messages(boundary.store, log, log.length)));
  assertStringIncludes(said, "there is no node 7");
  assertEquals(call.nkv_store_messages(boundary.store, log, log.length), 0);
  assertEquals(call.nkv_store_messages(boundary.store, NONE, 0), 0);
});

Deno.test("ffi: lanes run out with a status, and come back", () => {
  using boundary = new Boundary();
  const lanes: number[] = [];
  let last = 0;
  while (lanes.length < 1000) {
    last = call.nkv_lane_open(boundary.store, -1, 0, 0, NONE, 0);
    if (last < 0) break;
    lanes.push(last);
  }
  assertEquals(last, failure(Status.SYSTEM));
  assert(lanes.length >= 64, `${lanes.length} lanes`);
  for (const lane of lanes) assertEquals(call.nkv_lane_close(lane), 0);
  assertEquals(call.nkv_lane_close(boundary.openLane()), 0);
});

Deno.test("ffi: execute with empty buffers does nothing, and keeps what does not fit", () => {
  using boundary = new Boundary();
  const { outcome } = boundary;
  assertEquals(call.nkv_execute(boundary.session, NONE, 0, NONE, 0, outcome.buffer), 0);
  const ping = bytesOf(PING);
  const more = call.nkv_execute(boundary.session, ping, ping.length, NONE, 0, outcome.buffer);
  assertEquals([more, outcome.replyBytes], [failure(Status.MORE), 0]);
  assertEquals(boundary.execute("", 3), { result: failure(Status.MORE), reply: "+PO" });
  assertEquals(boundary.execute("", 3), { result: failure(Status.MORE), reply: "NG\r" });
  assertEquals(boundary.execute("", 3), { result: 1, reply: "\n" });
  assertEquals(boundary.execute("", 3), { result: 0, reply: "" });
});

Deno.test("ffi: input that comes while output waits is kept in order", () => {
  using boundary = new Boundary();
  const more = failure(Status.MORE);
  assertEquals(boundary.execute(PING, 2), { result: more, reply: "+P" });
  const echo = boundary.execute("*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n", 2);
  assertEquals(echo, { result: more, reply: "ON" });
  let all = `+P${echo.reply}`;
  for (let result = more; result === more;) {
    const next = boundary.execute("", 2);
    result = next.result;
    all += next.reply;
  }
  assertEquals(all, "+PONG\r\n$1\r\nx\r\n");
});

Deno.test("ffi: a pipeline cut at every byte gives the same replies", () => {
  using boundary = new Boundary();
  const text =
    "PING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  for (let cut = 0; cut <= text.length; cut++) {
    const first = boundary.exchange(text.slice(0, cut));
    const second = boundary.exchange(text.slice(cut));
    assertEquals(first + second, "+PONG\r\n+OK\r\n$4\r\n\r\n\r\n\r\n", `cut at ${cut}`);
  }
});

Deno.test("ffi: a reply far larger than the buffer comes whole through MORE", () => {
  using boundary = new Boundary();
  const value = "0123456789abcdef".repeat(1 << 16);
  assertEquals(boundary.run([["SET", "big", value]]), "+OK\r\n");
  const reply = boundary.run([["GET", "big"], ["PING"]], 4093);
  assert(reply === `$${value.length}\r\n${value}\r\n+PONG\r\n`);
});

Deno.test("ffi: huge buffers are taken whole", () => {
  using boundary = new Boundary();
  const value = new Uint8Array(64 << 20).fill(120);
  const { result, reply } = boundary.execute(encodeCommand(["SET", "huge", value]), 1 << 20);
  assertEquals([result, reply], [5, "+OK\r\n"]);
  assertEquals(boundary.run([["STRLEN", "huge"], ["DEL", "huge"]]), `:${value.length}\r\n:1\r\n`);
});

Deno.test("ffi: the outcome tells protocol, database and flags", () => {
  using boundary = new Boundary();
  const { outcome } = boundary;
  boundary.run([["PING"]]);
  assertEquals([outcome.protocol, outcome.db, outcome.flags], [2, 0, 0]);
  boundary.run([["HELLO", "3"], ["SELECT", "9"]]);
  assertEquals([outcome.protocol, outcome.db, outcome.flags], [3, 9, 0]);
  boundary.run([["RESET"]]);
  assertEquals([outcome.protocol, outcome.db], [2, 0]);
});

Deno.test("ffi: a server command is handed up with its arguments, and its answer takes its place", () => {
  using boundary = new Boundary();
  const { outcome, session } = boundary;
  const args = ["CONFIG", "GET", "max*"];
  const input = new Uint8Array([
    ...bytesOf(PING),
    ...encodeCommand(args),
    ...bytesOf("*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"),
  ]);
  const out = new Uint8Array(4096);
  const handOff = failure(Status.HANDOFF);
  const { buffer } = outcome;
  assertEquals(call.nkv_execute(session, input, input.length, out, out.length, buffer), handOff);
  assertEquals([outcome.replyBytes, outcome.argc], [7, 3]);
  assertEquals(outcome.flags & OutcomeFlag.MUTED, 0);
  const view = new DataView(out.buffer);
  let at = outcome.argsOffset;
  const got = args.map(() => {
    const length = view.getUint32(at, true);
    at += 4 + length;
    return new TextDecoder().decode(out.subarray(at - length, at));
  });
  assertEquals(got, args);
  assertEquals(at - outcome.argsOffset, outcome.argsBytes);
  const reply = bytesOf("*0\r\n");
  const length = call.nkv_answer(session, reply, reply.length, out, out.length, buffer);
  assertEquals(new TextDecoder().decode(out.subarray(0, length)), "*0\r\n$1\r\nx\r\n");
});

Deno.test("ffi: an answer that nobody asked for is INVALID_ARGUMENT", () => {
  using boundary = new Boundary();
  const { session, outcome } = boundary;
  const reply = bytesOf("+OK\r\n");
  const out = new Uint8Array(64);
  assertEquals(
    call.nkv_answer(session, reply, reply.length, out, out.length, outcome.buffer),
    failure(Status.INVALID_ARGUMENT),
  );
  assertEquals(boundary.run([["PING"]]), "+PONG\r\n");
});

Deno.test("ffi: a hand-off that finds no room behind replies waits for them", () => {
  using boundary = new Boundary();
  const long = encodeCommand(["CONFIG", "GET", "x".repeat(100)]);
  const wanted = 3 * 4 + "CONFIG".length + "GET".length + 100;
  const input = new Uint8Array([...bytesOf(PING), ...long]);
  assertEquals(boundary.execute(input, wanted), {
    result: failure(Status.MORE),
    reply: "+PONG\r\n",
  });
  assertEquals(boundary.execute("", wanted), { result: failure(Status.HANDOFF), reply: "" });
  assertEquals([boundary.outcome.argc, boundary.outcome.argsBytes], [3, wanted]);
});

Deno.test("ffi: a hand-off larger than the whole buffer is an error reply, and the session goes on", () => {
  using boundary = new Boundary();
  const long = encodeCommand(["CONFIG", "GET", "x".repeat(100)]);
  const reply = boundary.run([["CONFIG", "GET", "x".repeat(100)], ["PING"]], long.length / 2);
  assertEquals(reply, "-ERR arguments of this command are too long\r\n+PONG\r\n");
});

Deno.test("ffi: bytes that are no protocol are answered, then CLOSE, and only that session ends", () => {
  using boundary = new Boundary();
  const other = boundary.openSession();
  const { result, reply } = boundary.execute("*1\r\n$-5\r\n", 4096, other);
  assertEquals(result, failure(Status.CLOSE));
  assertStringIncludes(reply, "-ERR Protocol error");
  assertEquals(boundary.execute(PING, 64, other).result, failure(Status.CLOSE));
  assertEquals(call.nkv_session_close(other), 0);
  assertEquals(boundary.run([["PING"]]), "+PONG\r\n");
});

Deno.test("ffi: a killed session is named in its lane's mailbox, once", () => {
  using boundary = new Boundary();
  const other = boundary.openSession();
  const id = /:(\d+)/.exec(boundary.run([["CLIENT", "ID"]], 64, other))?.[1] ?? "";
  assertEquals(boundary.run([["CLIENT", "KILL", "ID", id]]), ":1\r\n");
  const letters = new Uint32Array(8);
  const room = new Uint8Array(letters.buffer);
  assertEquals(call.nkv_lane_collect(boundary.lane, NONE, 0), 0);
  assertEquals(call.nkv_lane_collect(boundary.lane, room, 4), 1);
  assertEquals([letters[0], (letters[1] ?? 0) & Why.CLOSE], [other, Why.CLOSE]);
  assertEquals(call.nkv_lane_collect(boundary.lane, room, 4), 0);
  assertEquals(boundary.execute(PING, 64, other).result, failure(Status.CLOSE));
});

Deno.test("ffi: a lane that does not listen cannot be pumped, one that listens reports its wakes", () => {
  using boundary = new Boundary();
  const room = new Uint8Array(64);
  const pumped = new Pumped();
  const pump = (lane: number, record = pumped.buffer): number =>
    call.nkv_lane_pump(lane, 0, room, room.length, record);
  const invalid = failure(Status.INVALID_ARGUMENT);
  assertEquals([pump(boundary.lane), call.nkv_lane_drain(boundary.lane)], [invalid, invalid]);
  const lane = call.nkv_lane_open(boundary.store, -1, 0, 1, NONE, 0);
  assertEquals([pump(lane), pumped.wakes, pump(lane, NONE)], [0, 0, invalid]);
  assertEquals([call.nkv_lane_wake(lane), call.nkv_lane_wake(lane)], [0, 0]);
  assertEquals([pump(lane), pumped.wakes, pumped.panicked], [0, 2, 0]);
  const lines = bytesOf("udp 127.0.0.1 1\n");
  const refused = call.nkv_lane_listen(lane, lines, lines.length, room, room.length);
  assertEquals(refused, failure(Status.REFUSED));
  assertStringIncludes(textOf(room), "Cannot listen on 'udp 127.0.0.1 1'");
  assertEquals(call.nkv_lane_answer(lane, 1 << 20, NONE, 0), INVALID);
  assertEquals(call.nkv_lane_close(lane), 0);
});

Deno.test("ffi: sessions beyond maxclients are MAX_CLIENTS; core's own do not count", () => {
  using boundary = new Boundary("topology fake:1\nmaxclients 2\n");
  const second = boundary.openSession();
  const facts = bytesOf("addr 127.0.0.1:9\n");
  const full = failure(Status.MAX_CLIENTS);
  assertEquals(call.nkv_session_open(boundary.lane, facts, facts.length), full);
  assert(call.nkv_session_open(boundary.lane, NONE, 0) > 0);
  assertEquals(call.nkv_session_close(second), 0);
  assert(call.nkv_session_open(boundary.lane, facts, facts.length) > 0);
});

Deno.test("ffi: samples are records, then keys, and never more than fit", () => {
  using boundary = new Boundary();
  const names = Array.from({ length: 300 }, (_, at) => `key:${at}`);
  boundary.run(names.map((name) => ["SET", name, "value"]));
  assertEquals(call.nkv_store_sample(boundary.store, NONE, 0), 0);
  const room = new Uint8Array(65536);
  const seen = new Set<string>();
  for (let round = 0; round < 100 && seen.size < names.length; round++) {
    const count = call.nkv_store_sample(boundary.store, room, 8192);
    assert(count >= 0 && count * Sample.BYTES <= 8192);
    const sample = new Sample(room);
    for (let at = 0; at < count; at++) {
      const { keyOffset, keyBytes, node, db, type, footprintBytes } = sample.at(at);
      assert(keyOffset >= count * Sample.BYTES && keyOffset + keyBytes <= 8192);
      assert(node === 0 || node === 1 || node === NO_NODE);
      assert(footprintBytes >= 16 + keyBytes && db === 0 && type === 0);
      seen.add(new TextDecoder().decode(room.subarray(keyOffset, keyOffset + keyBytes)));
    }
  }
  assertEquals(seen.size, names.length);
});

Deno.test("ffi: a panic inside is a status; session, store and locks live on", () => {
  using boundary = new Boundary("topology fake:2\nenable-debug-command yes\n");
  boundary.run([["SET", "k", "v"]]);
  const panic = failure(Status.PANIC);
  for (let round = 0; round < 3; round++) {
    const victim = boundary.openSession();
    const { result } = boundary.execute(encodeCommand(["DEBUG", "PANIC"]), 4096, victim);
    assertEquals(result, panic);
    assertEquals(call.nkv_session_close(victim), 0);
    assertEquals(boundary.run([["GET", "k"], ["SET", "k", "w"]]), "$1\r\nv\r\n+OK\r\n");
    assertEquals(boundary.run([["FLUSHDB"], ["SET", "k", "v"]]), "+OK\r\n+OK\r\n");
    assertMatch(boundary.run([["DEBUG", "KEYSPACE"]]), /^[+$]/);
    assertMatch(boundary.run([["DEBUG", "POOL"]]), /^[+$*]/);
  }
  const log = new Uint8Array(65536);
  const said = textOf(log.subarray(0, call.nkv_store_messages(boundary.store, log, log.length)));
  assertEquals(said.match(/DEBUG PANIC, on purpose/g)?.length, 3);
});

Deno.test("ffi: two stores at once are apart", () => {
  using one = new Boundary("topology fake:1\n");
  using other = new Boundary("topology fake:2\nmaxmemory 1048576\n");
  assertEquals(one.run([["SET", "k", "one"], ["SET", "l", "1"]]), "+OK\r\n+OK\r\n");
  assertEquals(other.run([["GET", "k"], ["DBSIZE"]]), "$-1\r\n:0\r\n");
  assertEquals(other.run([["FLUSHALL"]]), "+OK\r\n");
  assertEquals(one.run([["GET", "k"], ["DBSIZE"]]), "$3\r\none\r\n:2\r\n");
  const [first, second] = [new StoreStatus(), new StoreStatus()];
  call.nkv_store_status(one.store, first.buffer);
  call.nkv_store_status(other.store, second.buffer);
  assertEquals([first.nodeCount, first.keys, first.maxmemoryBytes], [1, 2, 0]);
  assertEquals([second.nodeCount, second.keys, second.maxmemoryBytes], [2, 0, 1048576]);
  assertEquals(call.nkv_lane_close(other.lane), 0);
  assertEquals(call.nkv_store_close(other.store), 0);
  assertEquals(one.run([["GET", "k"]]), "$3\r\none\r\n");
});

Deno.test("ffi: several workers share one store, each through a lane of its own", async () => {
  using boundary = new Boundary();
  const rounds = 2000;
  const names = ["a", "b", "c", "d"];
  const strange = await Promise.all(names.map(async (name, index) => {
    const worker = new Worker(new URL("./support/lane_worker.ts", import.meta.url), {
      type: "module",
    });
    try {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      worker.onmessage = ({ data }: MessageEvent<string[]>) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      const order: LaneOrder = { store: boundary.store, node: index % 2, name, rounds };
      worker.postMessage(order);
      return await promise;
    } finally {
      worker.terminate();
    }
  }));
  assertEquals(strange, [[], [], [], []]);
  const counts = boundary.run([["GET", "shared"], ...names.map((name) => ["GET", `own:${name}`])]);
  assertEquals(counts, `$4\r\n${rounds * 4}\r\n` + `$4\r\n${rounds}\r\n`.repeat(4));
});
