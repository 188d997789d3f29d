/**
 * The sixteen slots: who sits where, and which strategy runs when.
 *
 * Knows the contract and the list of strategies, no socket and no store: a round's view and what becomes of its answers are the
 * caller's. Invariant: slot 0 is never empty; each slot's `runs == answers + errors`.
 *
 * @module
 */

import { STRATEGIES } from "../strategies/mod.ts";
import type {
  Budget,
  Move,
  PlacementPlan,
  Strategy,
  StrategyFactory,
  StrategyOptions,
  View,
} from "../strategies/strategy.ts";

/** Number of slots. */
export const SLOT_COUNT = 16;
/** Errors in a row after which a slot is suspended. */
export const ERRORS_MAX = 3;
/** How often a strategy runs unless told. */
export const INTERVAL_MS = 1000;

/** Due slots run in this order, and by number among equals. */
export const PRIORITIES = ["high", "normal", "low"] as const;
/** How early a slot runs within a round. */
export type Priority = typeof PRIORITIES[number];

/** What a slot has done. */
export interface SlotStatistics {
  runs: number;
  answers: number;
  errors: number;
  /** Milliseconds spent in the strategy. */
  spentMs: number;
  /** The latest error; empty when there was none. */
  lastError: string;
}

/** How a strategy is seated. */
export interface Seat {
  readonly priority?: Priority;
  readonly intervalMs?: number;
  readonly options?: StrategyOptions;
}

/** One slot as others may see it. */
export interface SlotState {
  readonly index: number;
  readonly strategy: string;
  readonly priority: Priority;
  readonly intervalMs: number;
  readonly enabled: boolean;
  /** Whether it was stopped after {@linkcode ERRORS_MAX} errors in a row; enabling it again lifts that. */
  readonly suspended: boolean;
  readonly statistics: Readonly<SlotStatistics>;
}

/** What one strategy answered. */
export interface Answer {
  readonly slot: number;
  readonly placement: PlacementPlan | undefined;
  readonly moves: readonly Move[];
}

interface Slot {
  readonly strategy: Strategy;
  readonly priority: Priority;
  readonly intervalMs: number;
  readonly statistics: SlotStatistics;
  enabled: boolean;
  suspended: boolean;
  errorsInRow: number;
  dueMs: number;
}

/** What the slots are made with. */
export interface SlotsOptions {
  /** Milliseconds, never going back. */
  readonly now?: () => number;
  readonly strategies?: ReadonlyMap<string, StrategyFactory>;
  /** Hears of errors and suspensions. */
  readonly warn?: (text: string) => void;
}

/** The registry of slots. */
export class Slots implements Disposable {
  readonly #slots: (Slot | undefined)[] = new Array(SLOT_COUNT).fill(undefined);
  readonly #now: () => number;
  readonly #strategies: ReadonlyMap<string, StrategyFactory>;
  readonly #warn: (text: string) => void;

  constructor(options: SlotsOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#strategies = options.strategies ?? STRATEGIES;
    this.#warn = options.warn ?? (() => {});
    this.assign(0, "noop");
  }

  /** Every occupied slot. */
  list(): SlotState[] {
    return this.#slots.flatMap((slot, index) =>
      slot === undefined ? [] : [{
        index,
        strategy: slot.strategy.name,
        priority: slot.priority,
        intervalMs: slot.intervalMs,
        enabled: slot.enabled,
        suspended: slot.suspended,
        statistics: { ...slot.statistics },
      }]
    );
  }

  /**
   * Seats a strategy; whoever sat there is cleaned up when the new one has taken its options.
   *
   * @throws {RangeError} when there is no such slot or interval
   * @throws {Error} when there is no such strategy, or it refuses its options
   */
  assign(index: number, name: string, seat: Seat = {}): void {
    checkIndex(index);
    const make = this.#strategies.get(name);
    if (make === undefined) {
      const known = [...this.#strategies.keys()].join(", ");
      throw new Error(`Cannot seat strategy '${name}': there is none of that name, only ${known}`);
    }
    const intervalMs = seat.intervalMs ?? INTERVAL_MS;
    if (!(intervalMs > 0)) throw new RangeError(`Cannot run every ${intervalMs} ms: want above 0`);
    const strategy = make();
    strategy.init(seat.options ?? {});
    this.#vacate(index);
    this.#slots[index] = {
      strategy,
      priority: seat.priority ?? "normal",
      intervalMs,
      statistics: { runs: 0, answers: 0, errors: 0, spentMs: 0, lastError: "" },
      enabled: true,
      suspended: false,
      errorsInRow: 0,
      dueMs: this.#now(),
    };
  }

  /** Empties a slot. @throws {RangeError} for slot 0, which is never empty */
  remove(index: number): void {
    checkIndex(index);
    if (index === 0) throw new RangeError("Cannot empty slot 0: it is the fallback");
    this.#vacate(index);
  }

  /** Switches a slot on or off; on also lifts a suspension. @throws {Error} when it is empty */
  enable(index: number, enabled: boolean): void {
    checkIndex(index);
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`Cannot switch slot ${index}: it is empty`);
    slot.enabled = enabled;
    slot.suspended = false;
    slot.errorsInRow = 0;
  }

  /** Runs what is due. The view is made once, and only when something is due. */
  tick(view: () => View, budget: Budget): Answer[] {
    const nowMs = this.#now();
    const due = this.#slots.flatMap((slot, index) =>
      slot !== undefined && slot.enabled && !slot.suspended && nowMs >= slot.dueMs
        ? [{ slot, index }]
        : []
    ).sort((a, b) =>
      PRIORITIES.indexOf(a.slot.priority) - PRIORITIES.indexOf(b.slot.priority) || a.index - b.index
    );
    if (due.length === 0) return [];
    const seen = view();
    return due.flatMap(({ slot, index }) => {
      // Rounds that were missed are not caught up.
      slot.dueMs = Math.max(slot.dueMs + slot.intervalMs, nowMs);
      return this.#run(slot, index, seen, budget) ?? [];
    });
  }

  /** Cleans every strategy up. */
  [Symbol.dispose](): void {
    for (let index = 0; index < SLOT_COUNT; index++) this.#vacate(index);
  }

  #run(slot: Slot, index: number, view: View, budget: Budget): Answer | undefined {
    const { strategy, statistics } = slot;
    const startMs = this.#now();
    statistics.runs++;
    try {
      const placement = strategy.place(view);
      const moves = strategy.plan(view, budget).slice(0, budget.keys);
      statistics.answers++;
      slot.errorsInRow = 0;
      return { slot: index, placement, moves };
    } catch (error) {
      this.#fail(slot, index, error);
      return undefined;
    } finally {
      statistics.spentMs += this.#now() - startMs;
    }
  }

  #fail(slot: Slot, index: number, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    slot.statistics.errors++;
    slot.statistics.lastError = text;
    slot.suspended = ++slot.errorsInRow >= ERRORS_MAX;
    const what = slot.suspended ? `is suspended after ${ERRORS_MAX} errors in a row` : "failed";
    this.#warn(`Strategy '${slot.strategy.name}' in slot ${index} ${what}: ${text}`);
  }

  #vacate(index: number): void {
    const slot = this.#slots[index];
    this.#slots[index] = undefined;
    try {
      slot?.strategy.cleanup();
    } catch (error) {
      this.#warn(`Strategy '${slot?.strategy.name}' in slot ${index} did not clean up: ${error}`);
    }
  }
}

function checkIndex(index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < SLOT_COUNT) return;
  throw new RangeError(`Cannot use slot ${index}: want 0 to ${SLOT_COUNT - 1}`);
}
