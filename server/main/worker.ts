/**
 * A listener worker as main sees it.
 *
 * Knows messages and no command. Invariant: each request (start, listen, stop) is settled exactly once, also when the worker dies.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import type { Limits, StartMessage, ToListener, ToMain } from "../listener/messages.ts";
import type { LogLevel } from "../log.ts";
import type { HandOff } from "../session/handoff.ts";

/** What workers ask and tell. */
export interface WorkerEvents {
  handOff(request: HandOff): Promise<Uint8Array>;
  log(level: LogLevel, text: string): void;
  /** The server cannot go on. */
  fatal(text: string): void;
}

/** How long a worker may take to stop before it is ended. */
const STOP_MS = 5000;

/** One listener on its own thread. */
export class ListenerWorker {
  readonly label: string;
  readonly #worker: Worker;
  readonly #events: WorkerEvents;
  #pending: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #stopping = false;

  constructor(label: string, events: WorkerEvents) {
    this.label = label;
    this.#events = events;
    this.#worker = new Worker(new URL("../listener.ts", import.meta.url), {
      type: "module",
      name: label,
    });
    this.#worker.onmessage = ({ data }: MessageEvent<ToMain>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message);
    };
  }

  /** Attaches to the store and listens. @throws {Error} with the worker's reason */
  start(message: Omit<StartMessage, "kind" | "label">): Promise<void> {
    return this.#ask({ ...message, kind: "start", label: this.label });
  }

  /** Listens on `endpoints` and on no others. @throws {Error} with the worker's reason */
  listen(endpoints: readonly Endpoint[]): Promise<void> {
    return this.#ask({ kind: "listen", endpoints });
  }

  /** Tells new limits. */
  limit(limits: Limits): void {
    this.#say({ kind: "limits", limits });
  }

  /** Stops in order; ends the thread when that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pending?.reject(new Error("the server stops"));
    const stopped = this.#ask({ kind: "stop" }).catch(() => {});
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MS);
    await Promise.race([stopped, late]);
    clearTimeout(timer);
    this.#worker.terminate();
  }

  #say(message: ToListener): void {
    this.#worker.postMessage(message);
  }

  #ask(message: ToListener): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending = { resolve, reject };
    this.#say(message);
    return promise;
  }

  #hear(message: ToMain): void {
    switch (message.kind) {
      case "handoff":
        this.#answer(message.call, message.request);
        return;
      case "log":
        return this.#events.log(message.level, message.text);
      case "panic":
        return this.#events.fatal(message.text);
      case "stopped":
        return this.#pending?.resolve();
      case "ready":
        if (message.failure === undefined) this.#pending?.resolve();
        else this.#pending?.reject(new Error(message.failure));
    }
  }

  async #answer(call: number, request: HandOff): Promise<void> {
    this.#say({ kind: "answer", call, reply: await this.#events.handOff(request) });
  }

  #died(text: string): void {
    this.#pending?.reject(new Error(`${this.label} died: ${text}`));
    if (!this.#stopping) this.#events.fatal(`${this.label} died: ${text}`);
  }
}
