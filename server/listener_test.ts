/** A listener between a fake lane and a fake main: what goes up, what comes down, and that no message waits behind the pump. */

import { assertEquals } from "@std/assert";
import type { AskedCommand, ListeningLaneApi } from "./core.ts";
import { DRAIN_MS, Listener } from "./listener/listener.ts";
import type { ToListener, ToMain } from "./listener/messages.ts";

/** What one entry of the pump brings. */
interface Round {
  readonly wakes?: number;
  readonly panicked?: boolean;
  /** Sessions that hand off `CONFIG`. */
  readonly asked?: readonly number[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CONFIG = new Uint8Array([6, 0, 0, 0, ...encoder.encode("CONFIG")]);

/** A lane whose pump comes back with what it was told, and remembers what was done to it, in order. */
class ScriptedLane implements ListeningLaneApi {
  connections = 0;
  readonly done: string[] = [];
  readonly rounds: Round[];

  constructor(...rounds: Round[]) {
    this.rounds = rounds;
  }

  listen(endpoints: string): void {
    if (endpoints.includes("taken")) throw new Error("taken");
    this.done.push(`listen ${endpoints.trim()}`);
  }

  pump(
    waitMs: number | undefined,
    visit: (command: AskedCommand, bytes: Uint8Array) => void,
  ): { wakes: number; panicked: boolean } {
    const round = this.rounds.shift();
    if (round === undefined) throw new Error("nothing is left to pump");
    this.done.push(waitMs === undefined ? "pump" : "pump for a while");
    for (const session of round.asked ?? []) {
      visit({ session, argc: 1, argsOffset: 0, protocol: 2, trusted: true, db: 0 }, CONFIG);
    }
    return { wakes: round.wakes ?? 0, panicked: round.panicked ?? false };
  }

  answer(session: number, reply: Uint8Array): void {
    this.done.push(`answer ${session} ${decoder.decode(reply).trim()}`);
  }

  drain(): void {
    this.done.push("drain");
  }

  [Symbol.dispose](): void {
    this.done.push("close");
  }
}

type Heard = Exclude<ToListener, { kind: "start" }>;

/** Runs a listener; each of `messages` is heard on a later turn, as messages of main are. */
async function run(lane: ScriptedLane, ...messages: Heard[]): Promise<ToMain[]> {
  const said: ToMain[] = [];
  const listener = new Listener(lane, (message) => void said.push(message));
  const ended = listener.run();
  for (const message of messages) {
    await new Promise((done) => setTimeout(done, 0));
    listener.hear(message);
  }
  await ended;
  return said;
}

const STOP: Heard = { kind: "stop" };
const answer = (session: number): Heard => ({
  kind: "answer",
  session,
  reply: encoder.encode("+OK\r\n"),
});

Deno.test("listener: pumps on after a hand-off, and only after a wake listens to main", async () => {
  const lane = new ScriptedLane({ asked: [7] }, { wakes: 1 }, { wakes: 1 }, {});
  const said = await run(lane, answer(7), STOP);
  const request = { args: [encoder.encode("CONFIG")], protocol: 2, trusted: true, db: 0 } as const;
  assertEquals(said, [{ kind: "handoff", session: 7, request }]);
  const served = ["pump", "pump", "answer 7 +OK", "pump"];
  assertEquals(lane.done, [...served, "drain", "pump for a while", "close"]);
});

Deno.test("listener: hears as many messages as it was woken for before it pumps again", async () => {
  const lane = new ScriptedLane({ asked: [1, 2] }, { wakes: 3 }, {});
  await run(lane, answer(2), answer(1), STOP);
  const answers = ["answer 2 +OK", "answer 1 +OK"];
  assertEquals(lane.done, ["pump", "pump", ...answers, "drain", "pump for a while", "close"]);
});

Deno.test("listener: a message heard before its wake is counted is not waited for again", async () => {
  const lane = new ScriptedLane({ asked: [1, 2], wakes: 1 }, { wakes: 2 }, {});
  const listener = new Listener(lane, () => {});
  const ended = listener.run();
  listener.hear(answer(1));
  listener.hear(answer(2));
  await new Promise((done) => setTimeout(done, 0));
  listener.hear(STOP);
  await ended;
  assertEquals(lane.done.slice(0, 4), ["pump", "answer 1 +OK", "answer 2 +OK", "pump"]);
});

Deno.test("listener: says whether it could listen anew", async () => {
  const lane = new ScriptedLane({ wakes: 3 }, {});
  const at = (path: string): Heard => ({
    kind: "listen",
    endpoints: [{ transport: "unix", path }, { transport: "tcp", hostname: "::1", port: 1 }],
  });
  const said = await run(lane, at("/a b"), at("/taken"), STOP);
  assertEquals(said, [{ kind: "ready" }, { kind: "ready", failure: "taken" }]);
  assertEquals(lane.done[1], "listen unix /a b\ntcp ::1 1");
});

Deno.test("listener: stopped, it answers what main has not, and what is asked meanwhile", async () => {
  const lane = new ScriptedLane({ asked: [1] }, { wakes: 1 }, { asked: [2] });
  await run(lane, STOP);
  const refusal = "-ERR the server is shutting down";
  const stopped = [`answer 1 ${refusal}`, "drain", "pump for a while", `answer 2 ${refusal}`];
  assertEquals(lane.done.slice(2), [...stopped, "close"]);
});

Deno.test("listener: a stop does not wait for a client for ever", async () => {
  const lane = new ScriptedLane({ wakes: 1 });
  lane.connections = 1;
  lane.rounds.push(...Array.from({ length: 3 }, () => ({})));
  const started = Date.now();
  const pump = lane.pump.bind(lane);
  lane.pump = (waitMs, visit) => {
    if (waitMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    return pump(waitMs, visit);
  };
  await run(lane, STOP);
  assertEquals(lane.done.at(-1), "close");
  assertEquals(Date.now() - started >= DRAIN_MS, true);
});

Deno.test("listener: a defect in a session is told, and others are served on", async () => {
  const lane = new ScriptedLane({ panicked: true }, { wakes: 1 }, {});
  assertEquals(await run(lane, STOP), [{ kind: "panic", text: "Cannot execute: PANIC" }]);
});

Deno.test("listener: a defect in the pump is told, and the stop still heard", async () => {
  const lane = new ScriptedLane();
  assertEquals(await run(lane, STOP), [{ kind: "panic", text: "nothing is left to pump" }]);
});
