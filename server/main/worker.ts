/**
 * A listener worker as main sees it.
 *
 * Knows messages and no command. Invariants: each request (start, listen, stop) is settled exactly once, also when the worker
 * dies; its lane is woken once for every message after `start`, as its thread hears nothing while it serves.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import { wakeLane } from "../core.ts";
import type { HandOff } from "../listener/handoff.ts";
import type { StartMessage, ToListener, ToMain } from "../listener/messages.ts";

/** What workers ask and tell. */
export interface WorkerEvents {
  handOff(request: HandOff): Promise<Uint8Array>;
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
  #lane: number | undefined;
  /** Messages that were sent before the lane was known. */
  #unwoken = 0;
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
    if (message.kind === "start") return;
    if (this.#lane === undefined) this.#unwoken++;
    else wakeLane(this.#lane);
  }

  /** The lane is known: wakes it for what was said before. */
  #know(lane: number): void {
    this.#lane = lane;
    for (; this.#unwoken > 0; this.#unwoken--) wakeLane(lane);
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
        this.#answer(message.session, message.request);
        return;
      case "panic":
        return this.#events.fatal(message.text);
      case "stopped":
        return this.#pending?.resolve();
      case "ready":
        if (message.lane !== undefined) this.#know(message.lane);
        if (message.failure === undefined) this.#pending?.resolve();
        else this.#pending?.reject(new Error(message.failure));
    }
  }

  async #answer(session: number, request: HandOff): Promise<void> {
    this.#say({ kind: "answer", session, reply: await this.#events.handOff(request) });
  }

  #died(text: string): void {
    this.#pending?.reject(new Error(`${this.label} died: ${text}`));
    if (!this.#stopping) this.#events.fatal(`${this.label} died: ${text}`);
  }
}
