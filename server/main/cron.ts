/**
 * What main does each second: core's log lines, hotness, slots.
 *
 * Knows store, slots and log, no socket. Invariant: a tick never throws; what fails is logged and tried again a second later.
 *
 * @module
 */

import type { StoreApi } from "../core.ts";
import type { Hotness } from "../hotness.ts";
import type { Log } from "../log.ts";
import type { Slots } from "../slots.ts";
import type { NodePolicy } from "./policy.ts";
import { Sight } from "./sight.ts";
import type { View } from "../../strategies/strategy.ts";

const TICK_MS = 1000;
/** What strategies may spend in a second. */
const BUDGET = { keys: 1000, bytes: 64 << 20 };

/** What a tick works on. */
export interface CronParts {
  readonly store: StoreApi;
  readonly slots: Slots;
  readonly hotness: Hotness;
  readonly log: Log;
  /** Whether strategies may decide anything. */
  enabled(): boolean;
  /** What the operator says of nodes. */
  policy(): NodePolicy;
  /** Core asks for the server to stop. */
  stop(): void;
}

/** Starts ticking. */
export class Cron implements Disposable {
  readonly #parts: CronParts;
  readonly #sight: Sight;
  readonly #timer = setInterval(() => this.tick(), TICK_MS);

  constructor(parts: CronParts) {
    this.#parts = parts;
    this.#sight = new Sight(parts.store, performance.now(), () => parts.policy());
  }

  /** One second's work. */
  tick(): void {
    const { store, slots, log } = this.#parts;
    this.#try("relay messages", () => relayMessages(store, log));
    this.#try("sample hotness", () => this.#observe());
    const view = (): View => this.#sight.view(store, performance.now());
    if (this.#parts.enabled()) this.#try("run slots", () => slots.tick(view, BUDGET));
    this.#try("read the store's status", () => {
      if (store.status().shutdownRequested !== 0) this.#parts.stop();
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** One round of samples, counted twice: for the lists of hot keys, and for strategies. */
  #observe(): void {
    const { store, hotness } = this.#parts;
    this.#sight.begin(store, performance.now());
    hotness.observe({
      sample: (visit) =>
        store.sample((sample, bytes) => {
          this.#sight.note(sample, bytes);
          visit(sample, bytes);
        }),
      news: (visit) => store.news(visit),
      look: (keys, visit) => store.look(keys, visit),
      status: () => store.status(),
    });
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
