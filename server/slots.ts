/**
 * The sixteen slots: who sits where, and which strategy runs when.
 *
 * Knows the contract and the list of strategies, no socket and no store: a round's view and what becomes of its answers are the
 * caller's. A user's strategy runs in a process of its own and answers later; nobody waits for it. Invariant: slot 0 is never empty; each
 * slot's `runs == answers + errors`, but for a round that is out, and `movesAsked ≥ movesDone + movesFailed`; a round's answers together
 * keep within the budget, whenever they come.
 *
 * @module
 */

import { threadCpuUsage } from "node:process";
import { type Guest, StoppedError, TooSlowError } from "./guest.ts";
import { Round } from "./slots/round.ts";
import {
  checkInterval,
  INTERVAL_MS,
  PRIORITIES,
  type Priority,
  readSwitch,
  type Seat,
  SETTINGS,
  writeSeat,
} from "./slots/seat.ts";
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

export { PRIORITIES, type Seat } from "./slots/seat.ts";

/** Number of slots. */
export const SLOT_COUNT = 16;
/** What stands for nobody where a strategy is named. */
export const EMPTY = "none";
/** Errors in a row after which a slot is suspended. */
export const ERRORS_MAX = 3;
/** A round that takes more CPU time is an error; what it waits for its turn on a busy machine is not its fault. */
export const ROUND_MS_MAX = 250;

/** How long a user's strategy rests after an error, doubled with each further one. */
const REST_MS = 1000;

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

/** One slot as others may see it. */
export interface SlotState {
  readonly index: number;
  readonly strategy: string;
  /** The file of a user's strategy. */
  readonly source: string | undefined;
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

/** Takes an answer that came later, to be carried out with the keys of the round it belongs to. */
export type TakeAnswer = (answer: Answer) => void;

/** Who sits in a slot: a strategy of the list, made anew when its options change, or a guest. */
type Occupant =
  | { readonly make: StrategyFactory; strategy: Strategy; readonly guest?: undefined }
  | { readonly guest: Guest };

interface Slot {
  occupant: Occupant;
  /** A guest's round is out, or it is being started. */
  isOut: boolean;
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
  /** Milliseconds of CPU time that this thread has taken; those of `now` where only that is given. */
  readonly cpuTime?: () => number;
  readonly strategies?: ReadonlyMap<string, StrategyFactory>;
  /** Hears of errors and suspensions. */
  readonly warn?: (text: string) => void;
  /** Hears that a user's strategy was loaded anew. */
  readonly note?: (text: string) => void;
}

/** The registry of slots. */
export class Slots implements Disposable {
  readonly #slots: (Slot | undefined)[] = new Array(SLOT_COUNT).fill(undefined);
  readonly #now: () => number;
  readonly #cpuTime: () => number;
  readonly #strategies: ReadonlyMap<string, StrategyFactory>;
  readonly #warn: (text: string) => void;
  readonly #note: (text: string) => void;

  constructor(options: SlotsOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#cpuTime = options.cpuTime ?? options.now ?? threadCpuMs;
    this.#strategies = options.strategies ?? STRATEGIES;
    this.#warn = options.warn ?? (() => {});
    this.#note = options.note ?? (() => {});
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
    checkInterval(seat.intervalMs ?? INTERVAL_MS);
    this.#sit(index, { make, strategy: started(make, seat.options ?? {}) }, seat);
  }

  /**
   * Seats a user's strategy when its process runs and has taken its options.
   *
   * @throws {RangeError} when there is no such slot or interval
   * @throws {Error} with what is wrong with its file or options; then nothing has changed
   */
  async assignGuest(index: number, guest: Guest, seat: Seat = {}): Promise<void> {
    checkIndex(index);
    checkInterval(seat.intervalMs ?? INTERVAL_MS);
    await guest.start(seat.options ?? {});
    this.#sit(index, { guest }, seat);
  }

  #sit(index: number, occupant: Occupant, seat: Seat): void {
    this.#vacate(index);
    this.#slots[index] = {
      occupant,
      isOut: false,
      given: seat.options ?? {},
      priority: seat.priority ?? "normal",
      intervalMs: seat.intervalMs ?? INTERVAL_MS,
      observe: seat.observe ?? false,
      statistics: emptyStatistics(),
      enabled: true,
      suspended: false,
      errorsInRow: 0,
      dueMs: this.#now(),
    };
    if (seat.enabled === false) this.enable(index, false);
  }

  /**
   * Seats a placement in slot 0, which decides where no other slot does, or has it decide again now if it sits there. The no-op
   * already leaves core's own rule in force, which is local first.
   */
  fallBackTo(name: string): void {
    const slot = this.#slots[0];
    const seated = slot === undefined ? "" : self(slot).name;
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
    // One that rests holds no memory; it starts again when it is due.
    if (!enabled) this.#release(slot);
  }

  /**
   * Changes one setting: `priority`, `interval` (ms), `observe`, `enabled`, or an option of the strategy, which then starts anew; its
   * statistics stay. A user's strategy is started anew, which takes a moment.
   *
   * @throws {Error} when the slot is empty or the value cannot be used; then nothing has changed
   */
  set(index: number, name: string, value: string): void | Promise<void> {
    const slot = this.#occupied(index, `set '${name}' of`);
    if (name === "enabled") return this.enable(index, readSwitch(name, value));
    const setting = SETTINGS.get(name);
    if (setting !== undefined) return setting(slot, value);
    const given = { ...slot.given, [name]: value };
    const { occupant } = slot;
    if (occupant.guest !== undefined) {
      return occupant.guest.start(given).then(() => void (slot.given = given));
    }
    const fresh = started(occupant.make, given);
    this.#cleanUp(slot, index);
    occupant.strategy = fresh;
    slot.given = given;
  }

  /**
   * The words that seat the same again: a name of the list or a file, then settings and options other than the standard ones, name and
   * value in turn; the word `none` for an empty slot.
   */
  words(index: number): string[] {
    const state = this.state(index);
    const slot = this.#slots[index];
    if (state === undefined || slot === undefined) return [EMPTY];
    return [state.source ?? state.strategy, ...writeSeat({ ...state, options: slot.given })];
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
   *
   * @param later takes the answers of users' strategies when they come; each is asked with what is left of the budget then
   */
  tick(view: () => View, budget: Budget, later: TakeAnswer = () => {}): Answer[] {
    const nowMs = this.#now();
    for (const [index, slot] of this.#slots.entries()) {
      if (slot !== undefined) this.#reload(slot, index);
    }
    const due = this.#slots.flatMap((slot, index) =>
      slot !== undefined && slot.enabled && !slot.suspended && !slot.isOut && nowMs >= slot.dueMs
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
      const { guest, strategy } = unpacked(slot);
      if (strategy !== undefined) return this.#run(slot, index, strategy, round) ?? [];
      this.#send(slot, index, guest, round, later);
      return [];
    });
  }

  /** What every slot that is on thinks of one key; of users' strategies those that run say it too. */
  explain(view: View, key: KeyView): SlotExplanation[] {
    return this.#slots.flatMap((slot, index) => {
      if (slot === undefined || !isOn(slot)) return [];
      const { strategy } = unpacked(slot);
      if (strategy?.explain === undefined) return [];
      try {
        return [{ slot: index, strategy: strategy.name, ...strategy.explain(view, key) }];
      } catch (error) {
        this.#fail(slot, index, error);
        return [];
      }
    });
  }

  /** The same of users' strategies that run; they may take a moment. */
  async explainLater(view: View, key: KeyView): Promise<SlotExplanation[]> {
    const json = JSON.stringify(view);
    const told = this.#slots.map(async (slot, index) => {
      if (slot === undefined || !isOn(slot)) return [];
      const { guest } = unpacked(slot);
      if (guest === undefined || !guest.isRunning) return [];
      try {
        const explanation = await guest.explain(json, key);
        return explanation === undefined
          ? []
          : [{ slot: index, strategy: guest.name, ...explanation }];
      } catch (error) {
        this.#fail(slot, index, error);
        return [];
      }
    });
    return (await Promise.all(told)).flat();
  }

  /** Cleans every strategy up. */
  [Symbol.dispose](): void {
    for (let index = 0; index < SLOT_COUNT; index++) this.#vacate(index);
  }

  /** The same; resolves when no process of a user's strategy is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const guests = this.#slots.flatMap((slot) => slot && unpacked(slot).guest || []);
    this[Symbol.dispose]();
    await Promise.all(guests.map((guest) => guest.stop()));
  }

  /** Asks a guest, and takes what it answers, whenever that is. */
  async #send(
    slot: Slot,
    index: number,
    guest: Guest,
    round: Round,
    later: TakeAnswer,
  ): Promise<void> {
    const { statistics } = slot;
    slot.isOut = true;
    statistics.runs++;
    try {
      if (!guest.isRunning) await guest.start(slot.given);
      const budget = round.left;
      const { placement, moves, tookMs } = await guest.ask(round.json, budget);
      // Nobody waits for it, so it may take as long as its process is given for an answer.
      clock(statistics, tookMs);
      const taken = round.take(placement, moves, slot.observe, budget);
      this.#count(slot, moves as Move[]);
      // Whoever was sent away or stopped meanwhile decides nothing any more.
      if (this.#slots[index] !== slot || !isOn(slot) || slot.observe) return;
      later({ slot: index, placement: placement as PlacementPlan | undefined, moves: taken });
    } catch (error) {
      // A round that was called off is none.
      if (error instanceof StoppedError) return void statistics.runs--;
      this.#fail(slot, index, error);
      slot.dueMs = this.#now() + Math.max(slot.intervalMs, REST_MS * 2 ** (slot.errorsInRow - 1));
    } finally {
      slot.isOut = false;
    }
  }

  /** Loads a user's strategy anew when its file has changed. */
  async #reload(slot: Slot, index: number): Promise<void> {
    const { guest } = unpacked(slot);
    if (guest === undefined || slot.isOut || !slot.enabled) return;
    if (!(await guest.hasChanged()) || this.#slots[index] !== slot) return;
    try {
      await guest.start(slot.given);
      if (this.#slots[index] !== slot) return await guest.stop();
      slot.suspended = false;
      slot.errorsInRow = 0;
      this.#note(`Strategy '${guest.name}' in slot ${index} was loaded anew: its file has changed`);
    } catch (error) {
      const kept = guest.isRunning ? "; the one before goes on" : "";
      const text = error instanceof Error ? error.message : String(error);
      slot.statistics.lastError = text;
      this.#warn(
        `Strategy '${guest.name}' in slot ${index} could not be loaded anew: ${text}${kept}`,
      );
    }
  }

  #run(slot: Slot, index: number, strategy: Strategy, round: Round): Answer | undefined {
    const { statistics } = slot;
    const [startMs, startCpuMs] = [this.#now(), this.#cpuTime()];
    statistics.runs++;
    try {
      const placement = strategy.place(round.view);
      const moves = strategy.plan(round.view, round.left);
      checkTime(Math.min(this.#now() - startMs, this.#cpuTime() - startCpuMs));
      const taken = round.take(placement, moves, slot.observe);
      this.#count(slot, moves);
      if (slot.observe) return { slot: index, placement: undefined, moves: [] };
      return { slot: index, placement, moves: taken };
    } catch (error) {
      this.#fail(slot, index, error);
      return undefined;
    } finally {
      clock(statistics, this.#now() - startMs);
    }
  }

  /** An answer that can be carried out. */
  #count(slot: Slot, moves: readonly Move[]): void {
    slot.statistics.answers++;
    slot.statistics.movesAsked += moves.length;
    slot.errorsInRow = 0;
  }

  #fail(slot: Slot, index: number, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    slot.statistics.errors++;
    if (error instanceof TooSlowError) slot.statistics.overruns++;
    slot.statistics.lastError = text;
    slot.suspended = ++slot.errorsInRow >= ERRORS_MAX;
    const what = slot.suspended ? `is suspended after ${ERRORS_MAX} errors in a row` : "failed";
    this.#warn(`Strategy '${self(slot).name}' in slot ${index} ${what}: ${text}`);
    if (slot.suspended) this.#release(slot);
  }

  /** Ends the process of a guest. */
  #release(slot: Slot): void {
    unpacked(slot).guest?.stop().catch((error) => this.#warn(`A process did not end: ${error}`));
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
    if (slot === undefined) return;
    this.#cleanUp(slot, index);
    this.#release(slot);
  }

  #cleanUp(slot: Slot, index: number): void {
    try {
      unpacked(slot).strategy?.cleanup();
    } catch (error) {
      this.#warn(`Strategy '${self(slot).name}' in slot ${index} did not clean up: ${error}`);
    }
  }
}

/** Who sits there, as one of the two it can be. */
function unpacked(
  { occupant }: Slot,
): { guest: Guest; strategy?: undefined } | { guest?: undefined; strategy: Strategy } {
  return occupant.guest === undefined ? { strategy: occupant.strategy } : { guest: occupant.guest };
}

/** What the occupant says of itself. */
function self(slot: Slot): Pick<Strategy, "name" | "options"> {
  const { guest, strategy } = unpacked(slot);
  return guest ?? strategy;
}

/** Milliseconds, in steps of the kernel's own. */
function threadCpuMs(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1000;
}

function isOn(slot: Slot): boolean {
  return slot.enabled && !slot.suspended;
}

/** @throws {TooSlowError} when a round took too long */
function checkTime(tookMs: number): void {
  if (tookMs <= ROUND_MS_MAX) return;
  throw new TooSlowError(`a round took ${tookMs.toFixed(0)} ms: want ${ROUND_MS_MAX} at most`);
}

function clock(statistics: SlotStatistics, tookMs: number): void {
  statistics.spentMs += tookMs;
  statistics.longestMs = Math.max(statistics.longestMs, tookMs);
}

function started(make: StrategyFactory, given: OptionTexts): Strategy {
  const strategy = make();
  strategy.init(readOptions(strategy.options, given));
  return strategy;
}

function stateOf(slot: Slot, index: number): SlotState {
  const { priority, intervalMs, enabled, observe, suspended, statistics } = slot;
  const { name: strategy, options: declared } = self(slot);
  const options = declared.map(({ name, standard }) => [name, slot.given[name] ?? standard]);
  return {
    index,
    strategy,
    source: unpacked(slot).guest?.source,
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

function checkIndex(index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < SLOT_COUNT) return;
  throw new RangeError(`Cannot use slot ${index}: want 0 to ${SLOT_COUNT - 1}`);
}
