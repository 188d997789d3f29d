/**
 * One process without permissions that runs a user's strategy, and the limits it is held to.
 *
 * Knows lines of JSON and what core tells of other processes, no slot. What comes back is anybody's guess: it is read as text of bounded length and never acted on here.
 * Invariants: one request is out at a time; whoever breaks a limit is killed at once, and everything asked of it is refused with the
 * reason; a process that has ended leaves no folder and no open stream behind.
 *
 * @module
 */

import { toFileUrl } from "@std/path";
import { processUsage } from "../core.ts";
import type { GuestReply, GuestRequest } from "../../strategies/guest_main.ts";

/** Megabytes of JavaScript's heap. */
export const HEAP_MB_MAX = 64;
/** Megabytes of memory of the process as a whole: Deno itself takes some 60. */
export const RESIDENT_MB_MAX = 384;
/** From the start of the process until its strategy is made. */
export const START_MS_MAX = 30_000;
/** From a question to its answer. */
export const ANSWER_MS_MAX = 2000;
/** Bytes of one answer. */
export const ANSWER_BYTES_MAX = 4 << 20;
/** CPU time it may use while nothing is asked of it. */
export const IDLE_CPU_MS_MAX = 1000;
/** How often its memory and its CPU time are looked at. */
const LOOK_MS = 100;
/** What is kept of standard error, to tell why it ended. */
const COMPLAINT_BYTES = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The process did not answer in time. */
export class TooSlowError extends Error {
  override name = "TooSlowError";
}

/** Whoever had it ended it; nobody is at fault. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

interface Waiting {
  readonly number: number;
  readonly resolve: (reply: GuestReply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** A process that runs, or has ended. */
export class GuestProcess {
  /** What it says of itself. */
  readonly introduction: Promise<GuestReply>;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #closed: Promise<unknown>;
  readonly #looks: ReturnType<typeof setInterval>;
  #waiting: Waiting | undefined;
  #last = 0;
  #complaints = "";
  #ended: Error | undefined;
  /** CPU time used since its last answer, and the process' whole of it when it was last looked at. */
  #idleMs = 0;
  #cpuMs: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.introduction = this.#wait(0, START_MS_MAX);
    this.#looks = setInterval(() => this.#look(), LOOK_MS);
    const parts = [this.#hear(child.stdout), this.#note(child.stderr), this.#watchEnd(child)];
    this.#closed = Promise.all(parts)
      .then(() => this.#writer.abort().catch(() => {}))
      .then(() => Deno.remove(folder, { recursive: true }).catch(() => {}));
  }

  /**
   * Starts one.
   *
   * @param path the user's file, absolute
   * @throws {Error} when there is no Deno to run it
   */
  static async start(path: string): Promise<GuestProcess> {
    const folder = await Deno.makeTempDir({ prefix: "numakv-strategy-" });
    try {
      // Read here and copied, as a compiled program has its sources inside itself.
      const source = new URL("../../strategies/guest_main.ts", import.meta.url);
      await Deno.writeTextFile(`${folder}/guest_main.ts`, await Deno.readTextFile(source));
      await Deno.writeTextFile(`${folder}/entry.ts`, entryOf(path));
      return new GuestProcess(commandOf(folder).spawn(), folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw new Error(`Cannot start a process for '${path}': ${textOf(error)}`);
    }
  }

  /** Whether it can be asked. */
  get isRunning(): boolean {
    return this.#ended === undefined;
  }

  /** Asks when all that was asked before is answered. @throws {Error} with what went wrong */
  ask(request: (number: number) => string): Promise<GuestReply> {
    const asked = this.#turn.then(() => this.#ask(request));
    this.#turn = asked.catch(() => {});
    return asked;
  }

  /** Ends it; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#fault(new StoppedError("it was stopped"));
    await this.#closed;
  }

  async #ask(request: (number: number) => string): Promise<GuestReply> {
    if (this.#ended !== undefined) throw this.#ended;
    const number = ++this.#last;
    const reply = this.#wait(number, ANSWER_MS_MAX);
    // What was not taken any more is told by its end.
    this.#writer.write(encoder.encode(`${request(number)}\n`)).catch(() => {});
    return await reply;
  }

  #wait(number: number, limitMs: number): Promise<GuestReply> {
    const { promise, resolve, reject } = Promise.withResolvers<GuestReply>();
    const timer = setTimeout(() => {
      this.#fault(new TooSlowError(`it did not answer within ${limitMs} ms`));
    }, limitMs);
    this.#waiting = { number, resolve, reject, timer };
    return promise;
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(waiting?.timer);
    this.#cpuMs = undefined;
    this.#idleMs = 0;
    return waiting;
  }

  /** It is over, for this reason. */
  #fault(reason: string | Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason instanceof Error ? reason : new Error(reason);
    clearInterval(this.#looks);
    this.#settle()?.reject(this.#ended);
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  async #watchEnd(child: Deno.ChildProcess): Promise<void> {
    const { code, signal } = await child.status;
    // What it complained of arrives behind its end.
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.#fault(reasonOf(this.#complaints, signal ?? `exit code ${code}`));
  }

  async #note(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      this.#complaints = (this.#complaints + decoder.decode(chunk)).slice(-COMPLAINT_BYTES);
    }
  }

  /** Cuts what it says into lines. */
  async #hear(stream: ReadableStream<Uint8Array>): Promise<void> {
    let pieces: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stream) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        this.#take(joined([...pieces, chunk.subarray(from, end)]));
        [pieces, length, from] = [[], 0, end + 1];
      }
      if (this.#ended !== undefined) continue;
      pieces.push(chunk.slice(from));
      length += chunk.length - from;
      if (length > ANSWER_BYTES_MAX) {
        this.#fault(`its answer is longer than ${ANSWER_BYTES_MAX} bytes`);
      }
    }
  }

  #take(line: Uint8Array): void {
    if (this.#ended !== undefined) return;
    const reply = readReply(line);
    if (reply === undefined || this.#waiting === undefined) {
      const text = decoder.decode(line.subarray(0, 60));
      return this.#fault(`it wrote '${text}' to its output: want answers, and only when asked`);
    }
    if (reply.number !== this.#waiting.number) {
      return this.#fault(`it answered ${reply.number} to question ${this.#waiting.number}`);
    }
    this.#settle()?.resolve(reply);
  }

  /** Holds it to its memory and to rest while nothing is asked. */
  #look(): void {
    const usage = processUsage(this.#child.pid);
    if (usage === undefined) return;
    const megabytes = usage.residentBytes / (1 << 20);
    if (megabytes > RESIDENT_MB_MAX) {
      return this.#fault(`it took ${megabytes.toFixed(0)} MB of memory, above ${RESIDENT_MB_MAX}`);
    }
    if (this.#waiting !== undefined) return;
    this.#idleMs += usage.cpuMs - (this.#cpuMs ?? usage.cpuMs);
    this.#cpuMs = usage.cpuMs;
    if (this.#idleMs > IDLE_CPU_MS_MAX) {
      this.#fault("it is busy although nothing is asked of it");
    }
  }
}

/** The user's module is imported, and not read: what is imported by name needs no permission. */
function entryOf(path: string): string {
  const file = JSON.stringify(toFileUrl(path).href);
  return `import { host } from "./guest_main.ts";\nimport * as strategy from ${file};\nawait host(strategy);\n`;
}

function commandOf(folder: string): Deno.Command {
  // A compiled program is no Deno; then the one in the path must do.
  const { standalone } = Deno.build;
  return new Deno.Command(standalone ? "deno" : Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
      `--v8-flags=--max-old-space-size=${HEAP_MB_MAX}`,
      "entry.ts",
    ],
    cwd: folder,
    clearEnv: !standalone,
    env: { DENO_DIR: `${folder}/cache`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

function readReply(line: Uint8Array): GuestReply | undefined {
  try {
    const reply: unknown = JSON.parse(decoder.decode(line));
    const isReply = typeof reply === "object" && reply !== null && "number" in reply;
    return isReply ? reply as GuestReply : undefined;
  } catch {
    return undefined;
  }
}

/** Why it ended, from what it complained of. */
function reasonOf(complaints: string, end: string): string {
  if (/out of memory/i.test(complaints)) return `it used up its heap of ${HEAP_MB_MAX} MB`;
  const said = /^error: (?:Uncaught (?:\(in promise\) )?)?(.*)$/m.exec(complaints)?.[1];
  return said === undefined ? `it ended by itself: ${end}` : `it ended: ${said}`;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A request as a line. */
export function lineOf(request: GuestRequest): string {
  return JSON.stringify(request);
}
