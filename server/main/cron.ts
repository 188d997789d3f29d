/**
 * What main does each second: core's log lines, hotness, strategies.
 *
 * Knows store, migrator and log, no socket. Invariant: a tick never throws; what fails is logged and tried again a second later.
 *
 * @module
 */

import type { StoreApi } from "../core.ts";
import type { Log } from "../log.ts";
import type { Migrator } from "../migrator.ts";

const TICK_MS = 1000;

/** What a tick works on. */
export interface CronParts {
  readonly store: StoreApi;
  readonly migrator: Pick<Migrator, "observe" | "act">;
  readonly log: Log;
  /** Core asks for the server to stop. */
  stop(): void;
}

/** Starts ticking. */
export class Cron implements Disposable {
  readonly #parts: CronParts;
  readonly #timer = setInterval(() => this.tick(), TICK_MS);

  constructor(parts: CronParts) {
    this.#parts = parts;
  }

  /** One second's work. */
  tick(): void {
    const { store, migrator, log } = this.#parts;
    this.#try("relay messages", () => relayMessages(store, log));
    this.#try("sample hotness", () => migrator.observe());
    this.#try("run slots", () => migrator.act());
    this.#try("read the store's status", () => {
      if (store.status().shutdownRequested !== 0) this.#parts.stop();
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #try(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.log.warning(`The tick could not ${what}: ${reason}`);
    }
  }
}

/** Logs what core's threads have to say. */
export function relayMessages(store: StoreApi, log: Log): void {
  const lines = store.messages();
  if (lines !== "") log.relay(lines);
}
