/**
 * The store inside a program: no socket, no listener, commands as arrays in and typed replies out.
 *
 * Knows a lane and RESP, no command. Invariant: every call leaves the session with no input and no output behind, so one reply a
 * command comes back, in order.
 *
 * @module
 */

import { type LaneApi, type SessionHandle, Status, Store } from "./core.ts";
import {
  type Argument,
  encodeCommands,
  type Reply,
  ReplyError,
  type ReplyForm,
  ReplyReader,
} from "./resp.ts";

export { type Argument, type Reply, ReplyError, type ReplyForm } from "./resp.ts";

const OUTPUT_BYTES = 65536;
/** The input is handed down in pieces, so that a buffer's length stays within what the boundary carries. */
const INPUT_BYTES = 1 << 20;

/** How replies are wanted. */
export interface CommandOptions {
  /** Bulk strings as text (the default) or as bytes. */
  readonly as?: ReplyForm;
}

/** A store of one's own. Calls are synchronous; it belongs to the thread that opened it. */
export class EmbeddedStore implements Disposable {
  #lane: LaneApi | undefined;
  readonly #session: SessionHandle;
  readonly #close: () => void;
  readonly #output = new Uint8Array(OUTPUT_BYTES);

  /**
   * @param lane taken over
   * @param close called when the lane is closed
   */
  constructor(lane: LaneApi, close: () => void = () => {}) {
    this.#lane = lane;
    this.#close = close;
    this.#session = lane.openSession("addr embedded:0\nladdr embedded:0\nunix 1\n");
  }

  /**
   * Opens a store.
   *
   * @param lines core's options, `name value\n` each
   * @param node id of the node whose CPUs the program runs on; without one its accesses heat keys and vote for no node
   * @throws {Error} when the library is missing or refuses, or there is no such node
   */
  static open(lines: string, node?: number): EmbeddedStore {
    const store = Store.open(lines);
    try {
      const lane = store.openLane({ label: "embedded", node });
      return new EmbeddedStore(lane, () => store[Symbol.dispose]());
    } catch (error) {
      store[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Runs one command.
   *
   * @throws {ReplyError} when the answer is an error
   * @throws {Error} when the store is closed, or the command would wait
   */
  command(args: readonly Argument[], options: CommandOptions = {}): Reply {
    const [reply] = this.pipeline([args], options);
    if (reply instanceof ReplyError) throw reply;
    return reply ?? null;
  }

  /** Runs several commands in one call; errors are given in their place. */
  pipeline(commands: readonly (readonly Argument[])[], { as }: CommandOptions = {}): Reply[] {
    const lane = this.#open();
    const reader = new ReplyReader(as);
    const input = encodeCommands(commands);
    for (let at = 0; at < input.length; at += INPUT_BYTES) {
      const piece = input.subarray(at, at + INPUT_BYTES);
      this.#drain(lane, lane.execute(this.#session, piece, piece.length, this.#output), reader);
    }
    const replies: Reply[] = [];
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
    if (replies.length < commands.length) {
      const args = commands[replies.length] ?? [];
      throw new Error(
        `Cannot finish '${
          args[0]
        }': it waits, or answers nothing; an embedded store is asked one thing at a time`,
      );
    }
    return replies;
  }

  /** Closes the store and frees its memory; closing twice does nothing. */
  [Symbol.dispose](): void {
    const lane = this.#lane;
    if (lane === undefined) return;
    this.#lane = undefined;
    lane.closeSession(this.#session);
    lane[Symbol.dispose]();
    this.#close();
  }

  #open(): LaneApi {
    if (this.#lane !== undefined) return this.#lane;
    throw new Error("Cannot run a command: the store is closed");
  }

  /** Follows outcomes until core waits for input. */
  #drain(lane: LaneApi, first: number, reader: ReplyReader): void {
    const output = this.#output;
    for (let result = first;;) {
      const { replyBytes, retryMs } = lane.outcome;
      reader.push(output.subarray(0, result >= 0 ? result : replyBytes));
      if (result >= 0) return;
      if (result === -Status.CLOSE) return this[Symbol.dispose]();
      if (result === -Status.HANDOFF) result = lane.answer(this.#session, REFUSAL, output);
      else {
        if (result === -Status.RETRY) pause(retryMs);
        result = lane.execute(this.#session, output, 0, output);
      }
    }
  }
}

const REFUSAL = new TextEncoder().encode(
  "-ERR this command needs the server; an embedded store takes its options in open()\r\n",
);

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(1, ms));
}
