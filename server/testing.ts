/**
 * A small core in TypeScript for tests: a lane that knows a handful of inline words, and a store that knows keys.
 *
 * Invariant: it keeps the boundary's promises (input consumed, incomplete rest kept, outcomes filled in) and nothing more.
 *
 * Lines: `PING`, `BIG <bytes>` (more than fits: MORE), `RETRY` (once, then PONG), `QUIT`, `SERVER a b` (hand-off), `PANIC`.
 *
 * @module
 */

import {
  CoreError,
  JobStatus,
  type KeyMove,
  type KeyName,
  type LaneApi,
  NO_NODE,
  Outcome,
  Sample,
  type SessionHandle,
  Status,
  type StoreApi,
  StoreStatus,
  type Topology,
  type VisitSample,
} from "./core.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PONG = "+PONG\r\n";

/** One key as sampling would see it; what is left out is 0, or nobody. */
export interface FakeKey {
  readonly key: string | readonly number[];
  readonly node: number;
  readonly level: number;
  readonly db?: number;
  readonly idle?: number;
  readonly accessor?: number;
  readonly accesses?: number;
  readonly bytes?: number;
  readonly vote?: number;
  readonly moves?: number;
  readonly movedSeconds?: number;
  readonly type?: number;
}

/** How a job stands: its state, 0 queued to 3 cancelled, and its keys by what became of them. */
export interface FakeJob {
  readonly state: 0 | 1 | 2 | 3;
  readonly moved?: number;
  readonly skipped?: number;
  readonly failed?: number;
  readonly missing?: number;
}

/** A store that has the given keys and hands out their samples as core lays them out. */
export class FakeKeys implements StoreApi {
  readonly handle = 1;
  /** Keys there are. */
  all: readonly FakeKey[];
  /** Those that a round comes to; all unless set. */
  sampled: readonly FakeKey[] | undefined;
  /** Those that look-ups came upon. */
  newly: readonly FakeKey[] = [];
  /** How many keys there are said to be; as many as there are unless set. */
  count: number | undefined;
  readonly #nodes: readonly number[];

  constructor(all: readonly FakeKey[], nodes: readonly number[] = [0, 1]) {
    this.all = all;
    this.#nodes = nodes;
  }

  sample(visit: VisitSample): void {
    visitAll(this.sampled ?? this.all, visit);
  }

  news(visit: VisitSample): void {
    visitAll(this.newly, visit);
  }

  look(keys: readonly KeyName[], visit: VisitSample): void {
    const name = (db: number, key: Uint8Array): string => `${db} ${key}`;
    const wanted = new Set(keys.map(({ db, key }) => name(db, key)));
    visitAll(this.all.filter((one) => wanted.has(name(one.db ?? 0, bytesOf(one)))), visit);
  }

  status(): StoreStatus {
    const status = new StoreStatus();
    const view = new DataView(status.buffer.buffer);
    // StoreStatus.keys is the fifth number of 64 bits.
    view.setBigUint64(32, BigInt(this.count ?? this.all.length), true);
    return status;
  }

  topology(): Topology {
    if (this.machine !== undefined) return this.machine;
    const node = { cpus: [], memory_only: false, tier: 0, total_bytes: 0, free_bytes: null };
    return { nodes: this.#nodes.map((id) => ({ ...node, id, distances: [] })) };
  }

  configure(): void {}

  /** Plans that were put in force, in order. */
  readonly plans: number[][] = [];
  /** Moves that were asked for, job by job. */
  readonly jobs: KeyMove[][] = [];

  /** The nodes, when more of them matters than their ids. */
  machine: Topology | undefined;
  /** Whether the keyspace is held, so that no plan can be put in force. */
  held = false;
  /** Whether the mover takes no more jobs. */
  full = false;
  /** How jobs stand, by number from 1 on; one that is not named is forgotten. */
  readonly standing = new Map<number, FakeJob>();

  place(plan: Uint32Array<ArrayBuffer>): boolean {
    if (!this.held) this.plans.push([...plan]);
    return !this.held;
  }

  move(moves: readonly KeyMove[]): number | undefined {
    return this.full ? undefined : this.jobs.push([...moves]);
  }

  tap(_on: boolean): void {}

  takeTaps(out: Uint8Array<ArrayBuffer>): number {
    out.fill(0, 0, 8);
    return 0;
  }

  job(id: number): JobStatus | undefined {
    const job = this.standing.get(id);
    if (job === undefined) return undefined;
    const status = new JobStatus();
    const view = new DataView(status.buffer.buffer);
    const counts = [job.moved, job.skipped, job.failed, job.missing];
    for (const [at, count] of counts.entries()) view.setBigUint64(8 * at, BigInt(count ?? 0), true);
    view.setUint32(48, job.state, true);
    return status;
  }

  messages(): string {
    return "";
  }

  [Symbol.dispose](): void {}
}

function bytesOf({ key }: FakeKey): Uint8Array {
  return typeof key === "string" ? encoder.encode(key) : Uint8Array.from(key);
}

/** Records from the start, keys behind them. */
function visitAll(keys: readonly FakeKey[], visit: VisitSample): void {
  const names = keys.map(bytesOf);
  const size = names.reduce((sum, name) => sum + Sample.BYTES + name.length, 0);
  const bytes = new Uint8Array(Math.max(size, Sample.BYTES));
  const view = new DataView(bytes.buffer);
  let end = keys.length * Sample.BYTES;
  for (const [index, one] of keys.entries()) {
    const [start, name] = [index * Sample.BYTES, names[index] ?? new Uint8Array(0)];
    view.setBigUint64(start, BigInt(one.bytes ?? 0), true);
    view.setBigUint64(start + 8, BigInt(one.accesses ?? 0), true);
    const { db = 0, node, accessor = NO_NODE, level, type = 0, idle = 0 } = one;
    const { vote = 0, moves = 0, movedSeconds = 0 } = one;
    const facts = [db, node, accessor, level, type, idle, end, name.length];
    for (const [at, value] of [...facts, vote, moves, movedSeconds, NO_NODE].entries()) {
      view.setUint32(start + 16 + 4 * at, value, true);
    }
    bytes.set(name, end);
    end += name.length;
  }
  const sample = new Sample(bytes);
  for (const index of keys.keys()) visit(sample.at(index), bytes);
}

/** What one fake session holds. */
interface FakeSession {
  pending: string;
  output: string;
  retried: boolean;
}

/** A lane that answers by itself. */
export class FakeLane implements LaneApi {
  readonly outcome = new Outcome();
  readonly sessions = new Map<SessionHandle, FakeSession>();
  /** Calls of execute and answer. */
  calls = 0;
  #next = 1;
  readonly #words = new Uint32Array(this.outcome.buffer.buffer);

  openSession(_facts: string): SessionHandle {
    this.sessions.set(this.#next, { pending: "", output: "", retried: false });
    return this.#next++;
  }

  closeSession(session: SessionHandle): void {
    this.sessions.delete(session);
  }

  execute(handle: SessionHandle, input: Uint8Array, length: number, output: Uint8Array): number {
    this.calls++;
    const session = this.#session(handle);
    session.pending += decoder.decode(input.subarray(0, length));
    return this.#run(session, output);
  }

  answer(handle: SessionHandle, reply: Uint8Array, output: Uint8Array): number {
    this.calls++;
    const session = this.#session(handle);
    session.output += decoder.decode(reply);
    return this.#run(session, output);
  }

  [Symbol.dispose](): void {
    this.sessions.clear();
  }

  #session(handle: SessionHandle): FakeSession {
    const session = this.sessions.get(handle);
    if (session === undefined) throw new CoreError(Status.INVALID_HANDLE, "execute");
    return session;
  }

  #run(session: FakeSession, output: Uint8Array): number {
    for (let end = 0; (end = session.pending.indexOf("\r\n")) >= 0;) {
      const line = session.pending.slice(0, end);
      const [word = "", ...rest] = line.split(" ");
      if (word === "RETRY" && !session.retried) {
        session.retried = true;
        return this.#finish(session, output, -Status.RETRY, { retry: 5 });
      }
      session.retried = false;
      session.pending = session.pending.slice(end + 2);
      if (word === "PANIC") throw new CoreError(Status.PANIC, "execute");
      if (word === "QUIT") {
        session.output += "+OK\r\n";
        return this.#finish(session, output, -Status.CLOSE, {});
      }
      if (word === "SERVER") return this.#finish(session, output, -Status.HANDOFF, { args: rest });
      session.output += word === "BIG" ? `$${rest[0]}\r\n${"x".repeat(Number(rest[0]))}\r\n` : PONG;
    }
    return this.#finish(session, output, 0, {});
  }

  #finish(
    session: FakeSession,
    output: Uint8Array,
    result: number,
    { retry = 0, args = [] }: { retry?: number; args?: string[] },
  ): number {
    const bytes = encoder.encode(session.output);
    const count = Math.min(bytes.length, output.length - 1024);
    output.set(bytes.subarray(0, count));
    session.output = session.output.slice(count);
    this.#words.fill(0);
    this.#words[0] = count;
    this.#words[5] = retry;
    this.#words[6] = 2;
    if (result === 0) return session.output === "" ? count : -Status.MORE;
    this.#words[2] = args.length;
    this.#words[3] = count;
    const view = new DataView(output.buffer, output.byteOffset);
    let at = count;
    for (const arg of args) {
      view.setUint32(at, arg.length, true);
      output.set(encoder.encode(arg), at + 4);
      at += 4 + arg.length;
    }
    this.#words[4] = at - count;
    return result;
  }
}
