/**
 * The sixteen slots: who sits where, and which strategy runs when.
 *
 * Knows the contract and the list of strategies, no socket and no store: a round's view and what becomes of its answers are the
 * caller's. Invariant: slot 0 is never empty; each slot's `runs == answers + errors` and `movesAsked ≥ movesDone + movesFailed`; a round's
 * answers together keep within the budget.
 *
 * @module
 */

import { faultsOfMoves, faultsOfPlacement, keysById } from "../strategies/check.ts";
import { STRATEGIES, STRATEGY_ALIASES } from "../strategies/mod.ts";
import {
  type Budget,
  type Explanation,
  type KeyView,
  type Move,
  type OptionTexts,
  type PlacementPlan,
  readOptions,
  type Strategy,
  type StrategyFactory,
  type View,
} from "../strategies/strategy.ts";

/** Number of slots. */
export const SLOT_COUNT = 16;
/** Errors in a row after which a slot is suspended. */
export const ERRORS_MAX = 3;
/** How often a strategy runs unless told. */
export const INTERVAL_MS = 1000;
/** Longest interval, a day. */
export const INTERVAL_MS_MAX = 86_400_000;
/** A round that takes longer is an error. */
export const ROUND_MS_MAX = 250;

/** Due slots run in this order, and by number among equals. */
export const PRIORITIES = ["high", "normal", "low"] as const;
/** How early a slot runs within a round. */
export type Priority = typeof PRIORITIES[number];

/** What a slot has done since it was seated. */
export interface SlotStatistics {
  runs: number;
  answers: number;
  /** Rounds that threw, overran or gave an answer that cannot be carried out. */
  errors: number;
  /** Of these, rounds that took more than {@linkcode ROUND_MS_MAX}. */
  overruns: number;
  /** Milliseconds spent in the strategy. */
  spentMs: number;
  /** The longest round. */
  longestMs: number;
  /** Moves answered, those of an observing slot too. */
  movesAsked: number;
  movesDone: number;
  movesFailed: number;
  /** The latest error; empty when there was none. */
  lastError: string;
}

/** How a strategy is seated. */
export interface Seat {
  readonly priority?: Priority;
  readonly intervalMs?: number;
  /** Counts what it would do, and does nothing. */
  readonly observe?: boolean;
  readonly options?: OptionTexts;
}

/** One slot as others may see it. */
export interface SlotState {
  readonly index: number;
  readonly strategy: string;
  readonly priority: Priority;
  readonly intervalMs: number;
  readonly enabled: boolean;
  readonly observe: boolean;
  /** Whether it was stopped after {@linkcode ERRORS_MAX} errors in a row; enabling it again lifts that. */
  readonly suspended: boolean;
  /** Every option of the strategy as text, given or standard. */
  readonly options: OptionTexts;
  readonly statistics: Readonly<SlotStatistics>;
}

/** What one strategy answered, checked: it can be carried out as it is. */
export interface Answer {
  readonly slot: number;
  readonly placement: PlacementPlan | undefined;
  readonly moves: readonly Move[];
}

/** What one slot thinks of a key. */
export interface SlotExplanation extends Explanation {
  readonly slot: number;
  readonly strategy: string;
}

interface Slot {
  readonly make: StrategyFactory;
  strategy: Strategy;
  given: OptionTexts;
  priority: Priority;
  intervalMs: number;
  observe: boolean;
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
    return this.#slots.flatMap((slot, index) => slot === undefined ? [] : [stateOf(slot, index)]);
  }

  /** One slot; `undefined` when it is empty. @throws {RangeError} when there is no such slot */
  state(index: number): SlotState | undefined {
    checkIndex(index);
    const slot = this.#slots[index];
    return slot === undefined ? undefined : stateOf(slot, index);
  }

  /**
   * Seats a strategy; whoever sat there is cleaned up when the new one has taken its options.
   *
   * @param factory where the strategy comes from; left out, it is one of the list
   * @throws {RangeError} when there is no such slot or interval
   * @throws {Error} when there is no such strategy, or it refuses its options
   */
  assign(index: number, name: string, seat: Seat = {}, factory?: StrategyFactory): void {
    checkIndex(index);
    const make = factory ?? this.#strategies.get(STRATEGY_ALIASES.get(name) ?? name);
    if (make === undefined) {
      const known = [...this.#strategies.keys()].join(", ");
      throw new Error(`Cannot seat strategy '${name}': there is none of that name, only ${known}`);
    }
    const intervalMs = checkInterval(seat.intervalMs ?? INTERVAL_MS);
    const given = seat.options ?? {};
    const strategy = started(make, given);
    this.#vacate(index);
    this.#slots[index] = {
      make,
      strategy,
      given,
      priority: seat.priority ?? "normal",
      intervalMs,
      observe: seat.observe ?? false,
      statistics: emptyStatistics(),
      enabled: true,
      suspended: false,
      errorsInRow: 0,
      dueMs: this.#now(),
    };
  }

  /**
   * Seats a placement in slot 0, which decides where no other slot does, or has it decide again now if it sits there. The no-op
   * already leaves core's own rule in force, which is local first.
   */
  fallBackTo(name: string): void {
    const slot = this.#slots[0];
    const seated = slot?.strategy.name;
    const isThere = seated === (STRATEGY_ALIASES.get(name) ?? name) ||
      (seated === "noop" && name === "local_first");
    if (slot !== undefined && isThere) slot.dueMs = this.#now();
    else this.assign(0, name, { priority: "low" });
  }

  /** Empties a slot. @throws {RangeError} for slot 0, which is never empty */
  remove(index: number): void {
    checkIndex(index);
    if (index === 0) throw new RangeError("Cannot empty slot 0: it is the fallback");
    this.#vacate(index);
  }

  /** Switches a slot on or off; on also lifts a suspension. @throws {Error} when it is empty */
  enable(index: number, enabled: boolean): void {
    const slot = this.#occupied(index, "switch");
    slot.enabled = enabled;
    slot.suspended = false;
    slot.errorsInRow = 0;
  }

  /**
   * Changes one setting: `priority`, `interval` (ms), `observe`, or an option of the strategy, which then starts anew; its statistics
   * stay.
   *
   * @throws {Error} when the slot is empty or the value cannot be used; then nothing has changed
   */
  set(index: number, name: string, value: string): void {
    const slot = this.#occupied(index, `set '${name}' of`);
    const own = OWN_SETTINGS[name];
    if (own !== undefined) return own(slot, value);
    const given = { ...slot.given, [name]: value };
    const fresh = started(slot.make, given);
    this.#cleanUp(slot, index);
    slot.strategy = fresh;
    slot.given = given;
  }

  /** Counts what became of a slot's moves. A slot that was emptied meanwhile has nobody to tell. */
  report(index: number, done: number, failed: number): void {
    const statistics = this.#slots[index]?.statistics;
    if (statistics === undefined) return;
    statistics.movesDone += done;
    statistics.movesFailed += failed;
  }

  /**
   * Runs what is due. The view is made once, and only when something is due.
   *
   * Slots of higher priority spend first: the others have what is left of the budget, and a key that is asked to move once in a round is
   * left alone by those who come later.
   */
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
    const round = new Round(view(), budget);
    return due.flatMap(({ slot, index }) => {
      // Rounds that were missed are not caught up.
      slot.dueMs = Math.max(slot.dueMs + slot.intervalMs, nowMs);
      return this.#run(slot, index, round) ?? [];
    });
  }

  /** What every slot that is on thinks of one key. */
  explain(view: View, key: KeyView): SlotExplanation[] {
    return this.#slots.flatMap((slot, index) => {
      if (slot?.strategy.explain === undefined || !slot.enabled || slot.suspended) return [];
      try {
        const explanation = slot.strategy.explain(view, key);
        return [{ slot: index, strategy: slot.strategy.name, ...explanation }];
      } catch (error) {
        this.#fail(slot, index, error);
        return [];
      }
    });
  }

  /** Cleans every strategy up. */
  [Symbol.dispose](): void {
    for (let index = 0; index < SLOT_COUNT; index++) this.#vacate(index);
  }

  #run(slot: Slot, index: number, round: Round): Answer | undefined {
    const { strategy, statistics } = slot;
    const startMs = this.#now();
    statistics.runs++;
    try {
      const placement = strategy.place(round.view);
      const moves = strategy.plan(round.view, round.left);
      const tookMs = this.#now() - startMs;
      if (tookMs > ROUND_MS_MAX) {
        statistics.overruns++;
        throw new Error(`a round took ${tookMs.toFixed(0)} ms: want ${ROUND_MS_MAX} at most`);
      }
      const taken = round.take(placement, moves, slot.observe);
      statistics.answers++;
      statistics.movesAsked += moves.length;
      slot.errorsInRow = 0;
      if (slot.observe) return { slot: index, placement: undefined, moves: [] };
      return { slot: index, placement, moves: taken };
    } catch (error) {
      this.#fail(slot, index, error);
      return undefined;
    } finally {
      const tookMs = this.#now() - startMs;
      statistics.spentMs += tookMs;
      statistics.longestMs = Math.max(statistics.longestMs, tookMs);
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

  #occupied(index: number, action: string): Slot {
    checkIndex(index);
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`Cannot ${action} slot ${index}: it is empty`);
    return slot;
  }

  #vacate(index: number): void {
    const slot = this.#slots[index];
    this.#slots[index] = undefined;
    if (slot !== undefined) this.#cleanUp(slot, index);
  }

  #cleanUp(slot: Slot, index: number): void {
    try {
      slot.strategy.cleanup();
    } catch (error) {
      this.#warn(`Strategy '${slot.strategy.name}' in slot ${index} did not clean up: ${error}`);
    }
  }
}

/** One round: its view, and what is left of its budget. */
class Round {
  readonly view: View;
  readonly #keys: ReadonlyMap<number, KeyView>;
  readonly #moved = new Set<number>();
  #left: Budget;

  constructor(view: View, budget: Budget) {
    this.view = view;
    this.#keys = keysById(view);
    this.#left = budget;
  }

  get left(): Budget {
    return this.#left;
  }

  /**
   * Checks an answer and, unless it is only observed, books it.
   *
   * @returns the moves to be made: those of keys nobody has moved in this round
   * @throws {Error} naming what is wrong with it
   */
  take(placement: unknown, moves: readonly Move[], observe: boolean): Move[] {
    const faults = [
      ...faultsOfPlacement(placement, this.view),
      ...faultsOfMoves(moves, this.view, this.#left, this.#keys),
    ];
    if (faults.length > 0) throw new Error(faults.join("; "));
    if (observe) return [];
    const taken = moves.filter(({ id }) => !this.#moved.has(id));
    const bytes = taken.reduce((sum, { id }) => sum + (this.#keys.get(id)?.bytes ?? 0), 0);
    for (const { id } of taken) this.#moved.add(id);
    this.#left = { keys: this.#left.keys - taken.length, bytes: this.#left.bytes - bytes };
    return taken;
  }
}

/** Settings every slot has, whatever sits in it. */
const OWN_SETTINGS: Readonly<Record<string, (slot: Slot, value: string) => void>> = {
  priority: (slot, value) => void (slot.priority = readPriority(value)),
  interval: (slot, value) => {
    slot.intervalMs = checkInterval(/^\d{1,9}$/.test(value) ? Number(value) : NaN, value);
  },
  observe: (slot, value) => {
    if (value !== "yes" && value !== "no") {
      throw new Error(`Cannot set 'observe' to '${value}': want yes or no`);
    }
    slot.observe = value === "yes";
  },
};

/** Reads a priority. @throws {Error} quoting what is none */
export function readPriority(text: string): Priority {
  const priority = PRIORITIES.find((one) => one === text);
  if (priority !== undefined) return priority;
  throw new Error(`Cannot set 'priority' to '${text}': want ${PRIORITIES.join(", ")}`);
}

function started(make: StrategyFactory, given: OptionTexts): Strategy {
  const strategy = make();
  strategy.init(readOptions(strategy.options, given));
  return strategy;
}

function stateOf(slot: Slot, index: number): SlotState {
  const { strategy, priority, intervalMs, enabled, observe, suspended, statistics } = slot;
  const options = strategy.options.map((
    { name, standard },
  ) => [name, slot.given[name] ?? standard]);
  return {
    index,
    strategy: strategy.name,
    priority,
    intervalMs,
    enabled,
    observe,
    suspended,
    options: Object.fromEntries(options),
    statistics: { ...statistics },
  };
}

function emptyStatistics(): SlotStatistics {
  return {
    runs: 0,
    answers: 0,
    errors: 0,
    overruns: 0,
    spentMs: 0,
    longestMs: 0,
    movesAsked: 0,
    movesDone: 0,
    movesFailed: 0,
    lastError: "",
  };
}

function checkInterval(intervalMs: number, text = String(intervalMs)): number {
  if (intervalMs > 0 && intervalMs <= INTERVAL_MS_MAX) return intervalMs;
  throw new RangeError(
    `Cannot run every '${text}' ms: want above 0, at most ${INTERVAL_MS_MAX}`,
  );
}

function checkIndex(index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < SLOT_COUNT) return;
  throw new RangeError(`Cannot use slot ${index}: want 0 to ${SLOT_COUNT - 1}`);
}
