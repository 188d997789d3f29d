/**
 * One listener: pumps its lane, and carries what is for the server between core and main.
 *
 * Knows messages and hand-offs, no socket and no command. While the pump runs, this thread hears nothing; so main wakes the
 * lane once for every message it sends, and the pump says how often it was woken.
 *
 * Invariant: the pump is entered again only when as many messages were heard as wakes were counted, so none waits behind it.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import type { ListeningLaneApi } from "../core.ts";
import { errorReply } from "../reply.ts";
import { endpointLines } from "./endpoints.ts";
import { type HandOff, readArguments } from "./handoff.ts";
import type { ToListener, ToMain } from "./messages.ts";

/** How long a stop waits for batches in hand. */
export const DRAIN_MS = 1000;

/** Serves on one thread. */
export class Listener {
  readonly #lane: ListeningLaneApi;
  readonly #say: (message: ToMain) => void;
  /** Sessions whose server command main has not answered yet. */
  readonly #asked = new Set<number>();
  /** Wakes counted for which no message was heard yet. */
  #owed = 0;
  #stopping = false;
  #heard: () => void = () => {};

  /**
   * @param lane taken over
   * @param say tells main something
   */
  constructor(lane: ListeningLaneApi, say: (message: ToMain) => void) {
    this.#lane = lane;
    this.#say = say;
  }

  /** Takes a message of main. */
  hear(message: Exclude<ToListener, { kind: "start" }>): void {
    this.#owed--;
    if (message.kind === "answer") this.#answer(message.session, message.reply);
    else if (message.kind === "stop") this.#stopping = true;
    else this.#listen(message.endpoints);
    this.#heard();
  }

  /** Serves until `stop` is heard; then answers what is in hand and closes the lane. */
  async run(): Promise<void> {
    try {
      while (!this.#stopping) {
        this.#owed += this.#pump();
        await this.#messages();
      }
      this.#drain();
      this.#lane[Symbol.dispose]();
    } catch (error) {
      this.#say({ kind: "panic", text: reason(error) });
      this.#owed = Infinity;
      await this.#messages();
    }
  }

  /** Hears messages until none is owed. */
  async #messages(): Promise<void> {
    while (this.#owed > 0 && !this.#stopping) {
      await new Promise<void>((heard) => this.#heard = heard);
    }
  }

  /** Serves clients until something is for main, and passes that on. @returns how many messages main has sent meanwhile */
  #pump(waitMs?: number): number {
    const { wakes, panicked } = this.#lane.pump(waitMs, (asked, bytes) => {
      const { session, protocol, trusted, db } = asked;
      const args = readArguments(bytes, asked.argsOffset, asked.argc);
      this.#handOff(session, { args, protocol, trusted, db });
    });
    if (panicked) this.#say({ kind: "panic", text: "Cannot execute: PANIC" });
    return wakes;
  }

  #handOff(session: number, request: HandOff): void {
    this.#asked.add(session);
    if (this.#stopping) this.#answer(session, errorReply("ERR the server is shutting down"));
    else this.#say({ kind: "handoff", session, request });
  }

  #answer(session: number, reply: Uint8Array): void {
    if (this.#asked.delete(session)) this.#lane.answer(session, reply);
  }

  #listen(endpoints: readonly Endpoint[]): void {
    try {
      this.#lane.listen(endpointLines(endpoints));
      this.#say({ kind: "ready" });
    } catch (error) {
      this.#say({ kind: "ready", failure: reason(error) });
    }
  }

  /** No new connections; batches in hand are answered, as long as that does not take too long. */
  #drain(): void {
    for (const session of this.#asked) {
      this.#answer(session, errorReply("ERR the server is shutting down"));
    }
    this.#lane.drain();
    const end = Date.now() + DRAIN_MS;
    for (let left = DRAIN_MS; left > 0; left = end - Date.now()) {
      this.#pump(left);
      if (this.#lane.connections === 0) return;
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
