/**
 * A small core in TypeScript for the tests of the embedded store: it knows a handful of inline words.
 *
 * Invariant: it keeps the boundary's promises (input consumed, incomplete rest kept, outcomes filled in) and nothing more.
 *
 * Lines: `PING`, `BIG <bytes>` (more than fits: MORE), `RETRY` (once, then PONG), `QUIT`, `SERVER a b` (hand-off), `PANIC`.
 *
 * @module
 */

import { CoreError, type LaneApi, Outcome, type SessionHandle, Status } from "./core.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PONG = "+PONG\r\n";

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
