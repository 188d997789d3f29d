/**
 * The migrator: each second it shows strategies what was sampled, and has core do what they answer.
 *
 * Plans and moves go down, counts come back. Knows slots, sight and store, no socket and no command. Invariants: of several slots' plans
 * the one in force is that of the slot that runs first; a round's moves are those of its own view's keys, and with what the mover has not
 * done yet they keep within the budget; each slot is told of each of its moves once, whether it was done.
 *
 * @module
 */

import type { Budget, KeyView, PlacementPlan, View } from "../strategies/strategy.ts";
import type { NodeFacts } from "./census.ts";
import { CoreError, type KeyMove, type StoreApi } from "./core.ts";
import type { Hotness } from "./hotness.ts";
import { Jobs, type Outcome } from "./migrator/jobs.ts";
import { imbalanceOf, loadsOf, Rebalance, type RebalancePlan } from "./migrator/rebalance.ts";
import { type Rules, STANDARD_RULES } from "./migrator/rules.ts";
import { factsOf, Sight } from "./migrator/sight.ts";
import { sameWords, sharesOf, wordsOf } from "./migrator/words.ts";
import {
  type Answer,
  PRIORITIES,
  type SlotExplanation,
  type Slots,
  type SlotState,
} from "./slots.ts";

export { type Rules, rulesOf, STANDARD_RULES } from "./migrator/rules.ts";

/** What strategies may spend in a second, the mover's own limits apart. */
const BUDGET: Budget = { keys: 4000, bytes: 64 << 20 };
/** What one rebalance that somebody asks for may spend. */
const REBALANCE_BUDGET: Budget = { keys: 100_000, bytes: 256 << 20 };
/** The longest it looks for keys, in milliseconds. */
const REBALANCE_MS_MAX = 50;

/** What a migrator works with. */
export interface MigratorParts {
  readonly store: StoreApi;
  readonly slots: Slots;
  readonly hotness: Hotness;
  /** Asked anew in each round. */
  readonly rules?: () => Rules;
  /** Hears what could not be done. */
  readonly warn?: (text: string) => void;
  /** Hears of each decision. */
  readonly debug?: (text: string) => void;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

/** The plan in force, and whose it is. */
export interface PlanInForce {
  readonly slot: number;
  readonly strategy: string;
  readonly plan: PlacementPlan;
}

/** A key, where it is, and what would become of it. */
export interface KeyExplanation {
  readonly key: KeyView;
  /** Node id it left when it was moved last; `undefined` when it was not moved of late. */
  readonly source: number | undefined;
  /** Where a new key like it would go, made by the clients of the node that uses it: parts by node id. */
  readonly placement: ReadonlyMap<number, number>;
  /** Whose plan says so; `undefined` for none, which is local first. */
  readonly placedBy: PlanInForce | undefined;
  readonly slots: readonly SlotExplanation[];
}

/** A node's part in it. */
export interface NodeBalance extends NodeFacts {
  /** Look-ups by its CPUs since the start. */
  readonly local: number;
  readonly remote: number;
}

/** How evenly and how near data lies. */
export interface Balance {
  readonly nodes: readonly NodeBalance[];
  /** Percent of its part, by node id. */
  readonly loads: ReadonlyMap<number, number>;
  /** The largest difference of loads within a tier. */
  readonly imbalance: number;
  readonly threshold: number;
  readonly autoRebalance: boolean;
  readonly rebalances: number;
  readonly rebalanceMoves: Readonly<MoveCounts>;
  /** Accesses in the last minute. */
  readonly local: number;
  readonly remote: number;
}

/** Moves by what became of them. */
interface MoveCounts {
  asked: number;
  done: number;
  failed: number;
}

/** What a rebalance on demand came to; its moves go on in the background. */
export interface RebalanceReport {
  /** Before any move. */
  readonly imbalance: number;
  readonly keys: number;
  readonly bytes: number;
  /** Keys that were met and stay because their node's own clients use them, or they were moved of late. */
  readonly tied: number;
}

/** See the module. */
export class Migrator {
  readonly #parts: MigratorParts;
  readonly #rules: () => Rules;
  readonly #warn: (text: string) => void;
  readonly #debug: (text: string) => void;
  readonly #now: () => number;
  readonly #sight: Sight;
  readonly #jobs: Jobs;
  readonly #rebalance = new Rebalance();
  readonly #rebalanceMoves: MoveCounts = { asked: 0, done: 0, failed: 0 };
  /** Whether a key could be elsewhere; if not, none need be shown to strategies. */
  readonly #hasChoice: boolean;
  /** The latest plan of each slot, and the strategy that sat there. */
  readonly #plans = new Map<number, PlanInForce>();
  /** What core follows. */
  #placed: Uint32Array<ArrayBuffer> = new Uint32Array(0);

  constructor(parts: MigratorParts) {
    this.#parts = parts;
    this.#rules = parts.rules ?? (() => STANDARD_RULES);
    this.#warn = parts.warn ?? (() => {});
    this.#debug = parts.debug ?? (() => {});
    this.#now = parts.now ?? (() => performance.now());
    this.#sight = new Sight(parts.store, this.#now());
    this.#hasChoice = parts.store.topology().nodes.length > 1;
    this.#jobs = new Jobs(parts.store, this.#warn);
  }

  /** One round of samples, counted for the lists of hot keys, for strategies, and for evenness. */
  observe(): void {
    const { store, hotness } = this.#parts;
    const rules = this.#rules();
    this.#sight.begin(store, this.#now(), rules);
    this.#rebalance.begin(
      this.#sight.facts(),
      rules.balanceThreshold,
      rules.enabled && rules.autoRebalance,
    );
    hotness.observe({
      sample: (visit) =>
        store.sample((sample, bytes) => {
          if (this.#hasChoice) this.#sight.note(sample, bytes);
          if (this.#rebalance.active) this.#rebalance.note(sample, bytes);
          visit(sample, bytes);
        }),
      news: (visit) => store.news(this.#knownToo(visit)),
      look: (keys, visit) => store.look(keys, this.#knownToo(visit)),
      status: () => store.status(),
    });
  }

  /** Reports ended moves, runs the slots that are due, and has their answers carried out. */
  act(): void {
    for (const outcome of this.#jobs.collect()) this.#report(outcome);
    const { slots } = this.#parts;
    const left = this.#left();
    if (!this.#rules().enabled) {
      this.#plans.clear();
    } else {
      const names = this.#sight.names();
      const later = (answer: Answer): void => this.#takeLate(answer, names);
      const answers = slots.tick(() => this.#sight.view(), left, later);
      for (const answer of answers) this.#take(answer, names);
      if (this.#rebalance.active && !this.#jobs.isBusy("rebalance")) this.#even(this.#left());
    }
    this.#place();
  }

  /** Evens loads out once, within a budget of its own; the moves go on in the background. */
  rebalance(): RebalanceReport {
    const { store } = this.#parts;
    const nodes = factsOf(store.topology().nodes, this.#rules());
    const rebalance = new Rebalance();
    rebalance.gather(nodes);
    const keys = store.status().keys;
    const until = this.#now() + REBALANCE_MS_MAX;
    for (let seen = 0; seen < keys && !rebalance.enough && this.#now() < until;) {
      const before = seen;
      store.sample((sample, bytes) => {
        seen++;
        rebalance.note(sample, bytes);
      });
      if (seen === before) break;
    }
    const { tied } = rebalance;
    const plan = rebalance.plan(REBALANCE_BUDGET);
    this.#submitRebalance(plan);
    return { imbalance: imbalanceOf(nodes), keys: plan.moves.length, bytes: plan.bytes, tied };
  }

  /** How evenly and how near data lies now. */
  balance(): Balance {
    const rules = this.#rules();
    const { nodes: all } = this.#parts.store.topology();
    const nodes = factsOf(all, rules).map((facts, index) => ({
      ...facts,
      local: all[index]?.local_accesses ?? 0,
      remote: all[index]?.remote_accesses ?? 0,
    }));
    return {
      nodes,
      loads: loadsOf(nodes),
      imbalance: imbalanceOf(nodes),
      threshold: rules.balanceThreshold,
      autoRebalance: rules.autoRebalance,
      rebalances: this.#rebalance.begun,
      rebalanceMoves: this.#rebalanceMoves,
      ...this.#sight.locality(),
    };
  }

  /** Why a key is where it is, and what each slot would do with it; `undefined` when there is no such key. */
  async explain(db: number, key: Uint8Array): Promise<KeyExplanation | undefined> {
    let found: { key: KeyView; source: number } | undefined;
    this.#parts.store.look([{ db, key }], (sample, bytes) => {
      const view = this.#sight.keyOf(sample, bytes);
      if (view !== undefined) found = { key: view, source: sample.source };
    });
    if (found === undefined) return undefined;
    const view = this.#sight.view();
    const placedBy = this.inForce();
    const { slots } = this.#parts;
    const told = slots.explain(view, found.key);
    return {
      key: found.key,
      source: found.key.moves > 0 ? found.source : undefined,
      placement: placementOf(view, found.key, placedBy?.plan),
      placedBy,
      slots: [...told, ...await slots.explainLater(view, found.key)],
    };
  }

  /** The plan core is to follow: that of the first slot, in the order they run, that has one. */
  inForce(): PlanInForce | undefined {
    const first = (one: SlotState, other: SlotState): number =>
      PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) ||
      one.index - other.index;
    for (const slot of this.#parts.slots.list().sort(first)) {
      const plan = this.#plans.get(slot.index);
      const acts = slot.enabled && !slot.suspended && !slot.observe;
      if (plan !== undefined && acts && plan.strategy === slot.strategy) return plan;
    }
    return undefined;
  }

  /** Passes a sample on, after the sight has noted it as a key that is known to be used. */
  #knownToo(visit: Parameters<StoreApi["news"]>[0]): Parameters<StoreApi["news"]>[0] {
    return (sample, bytes) => {
      if (this.#hasChoice) this.#sight.noteKnown(sample, bytes);
      visit(sample, bytes);
    };
  }

  /** What may be spent beside what the mover has not done yet. */
  #left(): Budget {
    const { keys, bytes } = this.#jobs.underWay;
    return { keys: Math.max(0, BUDGET.keys - keys), bytes: Math.max(0, BUDGET.bytes - bytes) };
  }

  #take(answer: Answer, names: ReturnType<Sight["names"]>): void {
    const { slot, placement, moves } = answer;
    const strategy = this.#parts.slots.state(slot)?.strategy;
    if (placement !== undefined && strategy !== undefined) {
      this.#plans.set(slot, { slot, strategy, plan: placement });
    }
    const named: KeyMove[] = [];
    let bytes = 0;
    for (const { id, target } of moves) {
      const seen = names(id);
      if (seen === undefined) continue;
      named.push({ db: seen.db, key: seen.key, node: target });
      bytes += seen.bytes;
    }
    if (named.length > 0) {
      const what = `moves ${named.length} keys, ${bytes} bytes`;
      this.#debug(`Strategy '${strategy}' in slot ${slot} ${what}`);
    }
    const refused = this.#jobs.submit(slot, named, bytes);
    if (refused !== undefined) this.#report(refused);
  }

  /** A user's strategy answers later, of the keys of its own round. */
  #takeLate(answer: Answer, names: ReturnType<Sight["names"]>): void {
    if (!this.#rules().enabled) return;
    this.#take(answer, names);
    this.#place();
  }

  #even(budget: Budget): void {
    this.#submitRebalance(this.#rebalance.plan(budget));
  }

  #submitRebalance({ moves, bytes }: RebalancePlan): void {
    this.#rebalanceMoves.asked += moves.length;
    const refused = this.#jobs.submit("rebalance", moves, bytes);
    if (refused !== undefined) this.#report(refused);
  }

  #report({ owner, done, failed }: Outcome): void {
    if (owner !== "rebalance") return this.#parts.slots.report(owner, done, failed);
    this.#rebalanceMoves.done += done;
    this.#rebalanceMoves.failed += failed;
  }

  /** Has core follow the plan in force, unless it does; where it cannot be told now, the next round tells it. */
  #place(): void {
    const words = wordsOf(this.inForce()?.plan);
    if (sameWords(words, this.#placed)) return;
    try {
      if (!this.#parts.store.place(words)) return;
      this.#placed = words;
      this.#debug(`New keys are placed by ${this.inForce()?.strategy ?? "local_first"}`);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#placed = words;
      this.#warn(`The placement plan was not taken: ${error.message}`);
    }
  }
}

/** Where new keys like one go: parts by node id. */
function placementOf(
  view: View,
  key: KeyView,
  plan: PlacementPlan | undefined,
): ReadonlyMap<number, number> {
  const maker = key.accessor ?? key.node;
  const row = Math.max(0, view.nodes.findIndex((node) => node.id === maker));
  if (plan === undefined) return new Map([[maker, 1]]);
  return sharesOf(plan, row, key.type, key.bytes);
}
