/**
 * One client: read, execute, write.
 *
 * Knows a connection and its lane, no command and no option. One call of core per read carries the whole batch.
 *
 * Invariant: at most one read and at most one write are in flight. What a read brings while the session is busy (writing,
 * waiting for a hand-off or a retry) waits in the read's own buffer, and nothing more is read until it was executed; so a client
 * that does not take its replies is held back by TCP, and costs two buffers.
 *
 * The next read is asked for together with the write, not after it: that saves a turn of the event loop a request.
 *
 * @module
 */

import { type LaneApi, NO_BYTES, type SessionHandle, Status, Why } from "./core.ts";
import type { BufferPool, PooledBuffer } from "./session/buffers.ts";
import { type HandOff, readArguments } from "./session/handoff.ts";

/** Bytes a waiting read holds. */
export const READ_BYTES = 4096;
/** Sessions of one listener whose waiting read may hold a pooled buffer instead, because they pipeline. */
export const LARGE_READERS_MAX = 64;

/** What a session needs of a connection; `Deno.Conn` has it. */
export interface Connection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** What a session needs of its listener. */
export interface SessionHost {
  readonly lane: LaneApi;
  readonly buffers: BufferPool;
  /** Seconds, advanced by the listener; for idle times. */
  readonly nowSeconds: number;
  /** Sessions that read into pooled buffers now. */
  largeReaders: number;
  /** Has main answer a server command; the promise never rejects. */
  handOff(request: HandOff): Promise<Uint8Array>;
  /** The session is closed; `failure` when it was a defect, not the client. */
  ended(session: Session, failure?: unknown): void;
}

/** What happens when the write in flight has ended. */
type After = "free" | "more" | "handoff" | "retry" | "close";

/** Serves one connection until it ends. */
export class Session {
  readonly handle: SessionHandle;
  /** {@linkcode SessionHost.nowSeconds} when the client last sent something. */
  activeSeconds: number;
  readonly #conn: Connection;
  readonly #host: SessionHost;
  readonly #lane: LaneApi;
  readonly #trusted: boolean;
  readonly #small: Uint8Array<ArrayBuffer> = new Uint8Array(READ_BYTES);
  /** Where the read in flight, or the one that waits, puts its bytes. */
  #input: Uint8Array<ArrayBuffer> = this.#small;
  #large: PooledBuffer | undefined;
  /** Reads in a row that would have fitted the small buffer. */
  #shortReads = 0;
  /** Bytes in `#input` that wait until the session is free; 0 when none do. */
  #unread = 0;
  #output: PooledBuffer | undefined;
  #replyBytes = 0;
  #writtenBytes = 0;
  /** Writing, or waiting for main or for a retry. */
  #busy = false;
  #writing = false;
  #after: After = "free";
  #request: HandOff | undefined;
  #retryMs = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #rung = false;
  #draining = false;
  #ended = false;

  /** @param trusted whether the client is on this machine */
  constructor(conn: Connection, host: SessionHost, handle: SessionHandle, trusted: boolean) {
    this.#conn = conn;
    this.#host = host;
    this.#lane = host.lane;
    this.handle = handle;
    this.#trusted = trusted;
    this.activeSeconds = host.nowSeconds;
  }

  /** Reads the first bytes. */
  start(): void {
    this.#read();
  }

  /** Whether a batch is being answered. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Core rang: `why` says what waits for this session. Output goes out in its turn, behind what is being written. */
  ring(why: number): void {
    if (this.#ended) return;
    if (why & Why.CLOSE) return this.#end();
    if (this.#retryTimer !== undefined) this.#retry();
    else if (this.#busy) this.#rung = true;
    else this.#execute(NO_BYTES, 0);
  }

  /** Closes when the batch in hand is answered, at once when there is none. */
  drain(): void {
    this.#draining = true;
    if (!this.#busy) this.#end();
  }

  /** Closes at once; what is not written is lost. */
  close(): void {
    this.#end();
  }

  #read(): void {
    this.#conn.read(this.#input).then(this.#onRead, this.#onBroken);
  }

  readonly #onRead = (count: number | null): void => {
    if (this.#ended) return;
    if (count === null) return this.#onClientGone();
    this.activeSeconds = this.#host.nowSeconds;
    if (this.#busy) this.#unread = count;
    else this.#take(count);
  };

  /** The client will send nothing more: what was asked is answered still, then the connection ends. */
  #onClientGone(): void {
    if (this.#busy && this.#retryTimer === undefined) this.#draining = true;
    else this.#end();
  }

  /** A reset or closed connection is the client's business, and no failure. */
  readonly #onBroken = (): void => this.#end();

  /** Executes what was read, then asks for more. */
  #take(count: number): void {
    this.#unread = 0;
    this.#execute(this.#input, count);
    if (this.#ended) return;
    if (count === this.#input.length || this.#large !== undefined) this.#fitInput(count);
    this.#read();
  }

  /** Grows the buffer of a session whose reads fill it; shrinks it back after two reads that did not need it. */
  #fitInput(count: number): void {
    const host = this.#host;
    if (this.#large === undefined) {
      if (host.largeReaders >= LARGE_READERS_MAX) return;
      host.largeReaders++;
      this.#large = host.buffers.borrow();
      this.#input = this.#large.bytes;
      this.#shortReads = 0;
    } else if (count > READ_BYTES) this.#shortReads = 0;
    else if (++this.#shortReads >= 2) this.#shrinkInput();
  }

  #shrinkInput(): void {
    if (this.#large === undefined) return;
    this.#host.largeReaders--;
    this.#host.buffers.giveBack(this.#large);
    this.#large = undefined;
    this.#input = this.#small;
  }

  #execute(input: Uint8Array, length: number): void {
    const output = this.#output ??= this.#host.buffers.borrow();
    let result: number;
    try {
      result = this.#lane.execute(this.handle, input, length, output.bytes);
    } catch (error) {
      return this.#end(error);
    }
    this.#settle(result, output);
  }

  /** Sends what core has answered, and notes what is to be done after that. */
  #settle(result: number, output: PooledBuffer): void {
    this.#after = "free";
    if (result > 0) this.#write(output, result);
    else if (result === 0) this.#free();
    else this.#follow(-result, output);
  }

  /** Does what an outcome other than plain success asks for. */
  #follow(status: number, output: PooledBuffer): void {
    const { outcome } = this.#lane;
    const replyBytes = outcome.replyBytes;
    this.#busy = true;
    if (status === Status.MORE) this.#after = "more";
    else if (status === Status.CLOSE) this.#after = "close";
    else if (status === Status.RETRY) {
      this.#after = "retry";
      this.#retryMs = Math.max(1, outcome.retryMs);
    } else {
      this.#after = "handoff";
      this.#request = {
        args: readArguments(output.bytes, outcome.argsOffset, outcome.argc),
        protocol: outcome.protocol === 3 ? 3 : 2,
        trusted: this.#trusted,
      };
    }
    if (replyBytes > 0) this.#write(output, replyBytes);
    else this.#proceed();
  }

  #write(output: PooledBuffer, length: number): void {
    this.#busy = true;
    this.#writing = true;
    this.#replyBytes = length;
    this.#writtenBytes = 0;
    this.#conn.write(output.head(length)).then(this.#onWritten, this.#onBroken);
  }

  readonly #onWritten = (count: number): void => {
    if (this.#ended) return;
    this.#writtenBytes += count;
    if (this.#writtenBytes < this.#replyBytes && this.#output !== undefined) {
      const rest = this.#output.bytes.subarray(this.#writtenBytes, this.#replyBytes);
      this.#conn.write(rest).then(this.#onWritten, this.#onBroken);
      return;
    }
    this.#writing = false;
    this.#proceed();
  };

  /** The reply so far is with the kernel: goes on as the outcome said. */
  #proceed(): void {
    switch (this.#after) {
      case "free":
        return this.#free();
      case "more":
        return this.#execute(NO_BYTES, 0);
      case "handoff":
        this.#releaseOutput();
        return this.#handOff();
      case "retry":
        this.#releaseOutput();
        this.#retryTimer = setTimeout(this.#retry, this.#retryMs);
        return;
      case "close":
        return this.#end();
    }
  }

  /** The batch is answered: looks after what has come in the meantime. */
  #free(): void {
    this.#releaseOutput();
    this.#busy = false;
    if (this.#draining) return this.#end();
    if (this.#rung) {
      this.#rung = false;
      this.#execute(NO_BYTES, 0);
    }
    if (this.#unread > 0 && !this.#busy && !this.#ended) this.#take(this.#unread);
  }

  #handOff(): void {
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined) return this.#end(new Error("Cannot hand off: no request is left"));
    this.#host.handOff(request).then(this.#onAnswer);
  }

  readonly #onAnswer = (reply: Uint8Array): void => {
    if (this.#ended) return;
    const output = this.#output ??= this.#host.buffers.borrow();
    let result: number;
    try {
      result = this.#lane.answer(this.handle, reply, output.bytes);
    } catch (error) {
      return this.#end(error);
    }
    this.#settle(result, output);
  };

  readonly #retry = (): void => {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#execute(NO_BYTES, 0);
  };

  #releaseOutput(): void {
    if (this.#output === undefined) return;
    this.#host.buffers.giveBack(this.#output);
    this.#output = undefined;
  }

  /** Gives everything up, once. Buffers the kernel may still use are left to the garbage collector. */
  #end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#retryTimer);
    if (this.#writing && this.#output !== undefined) {
      this.#host.buffers.forget();
      this.#output = undefined;
    }
    this.#releaseOutput();
    if (this.#large !== undefined) {
      this.#host.largeReaders--;
      this.#host.buffers.forget();
    }
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) failure ??= error;
    }
    this.#host.ended(this, failure);
  }
}
