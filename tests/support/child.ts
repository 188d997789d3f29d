/**
 * A server as a child process: started on a free port, watched until it says that it is ready, stopped by
 * its own process id.
 *
 * Knows processes and lines of output, and no protocol. Invariant: a disposed child has ended, and its
 * folder is gone.
 *
 * @module
 */

/** How to start a server and how to know that it is ready. */
export interface ChildPlan {
  readonly command: readonly string[];
  /** Its working directory, its own and removed at the end. */
  readonly folder: string;
  /** What a line says when clients may come. */
  readonly ready: RegExp;
  readonly env?: Record<string, string>;
  /** Longest wait for that line, in milliseconds. */
  readonly limit_ms?: number;
}

/** A running server. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #reading: Promise<void>[];
  #log = "";
  #ended?: Deno.CommandStatus;
  #heard: () => void = () => {};

  private constructor(plan: ChildPlan) {
    const [program = "", ...args] = plan.command;
    this.#folder = plan.folder;
    this.#process = new Deno.Command(program, {
      args,
      cwd: plan.folder,
      env: plan.env ?? {},
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = [this.#read(this.#process.stdout), this.#read(this.#process.stderr)];
    this.#process.status.then((status) => {
      this.#ended = status;
      this.#heard();
    });
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @throws {Error} When it ends or says nothing in time; the message carries its log.
   */
  static async start(plan: ChildPlan): Promise<Child> {
    const child = new Child(plan);
    const limit_ms = plan.limit_ms ?? 20_000;
    const deadline = performance.now() + limit_ms;
    while (!plan.ready.test(child.#log)) {
      const left_ms = deadline - performance.now();
      if (child.#ended !== undefined || left_ms <= 0) {
        const why = child.#ended === undefined ? `not ready in ${limit_ms} ms` : "ended at start";
        await child.stop("SIGKILL");
        throw new Error(`Cannot start '${plan.command.join(" ")}': ${why}\n${child.log}`);
      }
      await child.#more(left_ms);
    }
    return child;
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Everything it has written so far. */
  get log(): string {
    return this.#log;
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    await Promise.all(this.#reading);
    return status;
  }

  /** Sends a signal and waits for the end; the second call only returns the status. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    if (this.#ended === undefined) this.#process.kill(signal);
    return await this.ended();
  }

  /** Stops it, by force after ten seconds, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    const force = setTimeout(() => {
      if (this.#ended === undefined) this.#process.kill("SIGKILL");
    }, 10_000);
    await this.stop();
    clearTimeout(force);
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#log += text;
      this.#heard();
    }
  }

  async #more(limit_ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#heard = resolve;
      timer = setTimeout(resolve, limit_ms);
    });
    clearTimeout(timer);
  }
}

/** A port nobody listens on at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** A folder of its own for one server. */
export async function serverFolder(): Promise<string> {
  return await Deno.makeTempDir({ prefix: "numakv-test-" });
}
