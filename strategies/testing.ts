/**
 * The suite every strategy must pass, and fake views to try one with.
 *
 * Knows the contract and no strategy. Invariant: the same seed gives the same view; views are frozen to the bottom.
 *
 * @module
 */

import { faultsOfMoves, faultsOfPlacement } from "./check.ts";
import {
  type Bin,
  type Budget,
  HEAT_BIN_COUNT,
  heatBin,
  type KeyView,
  LEVEL_COUNT,
  type NodeView,
  type OptionDescription,
  readOption,
  readOptions,
  type Strategy,
  type StrategyFactory,
  TYPE_NAMES,
  type View,
} from "./strategy.ts";
import { Traps } from "./traps.ts";

/** The machine and the keys of a fake view. */
export interface Shape {
  readonly cpuNodes: number;
  readonly memoryNodes: number;
  /** Keys in each list. */
  readonly keys: number;
  /** How full the nodes are, 0-1. */
  readonly fill: number;
}

/** Views the suite tries: one node, two sockets, an expander, a large machine; empty, full, many keys. */
export const SHAPES: readonly Shape[] = [
  { cpuNodes: 1, memoryNodes: 0, keys: 20, fill: 0.5 },
  { cpuNodes: 1, memoryNodes: 1, keys: 200, fill: 0.99 },
  { cpuNodes: 2, memoryNodes: 0, keys: 200, fill: 0.6 },
  { cpuNodes: 2, memoryNodes: 1, keys: 0, fill: 0 },
  { cpuNodes: 2, memoryNodes: 1, keys: 200, fill: 0.92 },
  { cpuNodes: 8, memoryNodes: 8, keys: 100, fill: 1 },
];

/** What the suite lets a strategy spend. */
const BUDGETS: readonly Budget[] = [
  { keys: 0, bytes: 0 },
  { keys: 1, bytes: 1 << 30 },
  { keys: 1 << 20, bytes: 1 },
  { keys: 50, bytes: 1 << 16 },
  { keys: 1 << 20, bytes: 1 << 30 },
];

/** The longest a strategy may take over a view as large as the server's. */
export const PLAN_MS_MAX = 250;
/** As large a view as the server shows. */
const LARGE: Shape = { cpuNodes: 2, memoryNodes: 1, keys: 8192, fill: 0.97 };

const NODE_BYTES = 64 << 20;

/** A frozen view of a shape; all else is drawn by the seed. */
export function fakeView(shape: Shape, seed: number): View {
  const random = randomOf(seed);
  const count = shape.cpuNodes + shape.memoryNodes;
  const isMemory = (index: number): boolean => index >= shape.cpuNodes;
  const apart = (from: number, to: number): number =>
    from === to ? 10 : isMemory(from) || isMemory(to) ? 40 : 21;
  const ids = Array.from({ length: count }, (_, index) => index);
  const keys = (first: number): KeyView[] =>
    Array.from({ length: shape.keys }, (_, index) => fakeKey(first + index, shape, random));
  const hot = keys(0).sort((a, b) => heatOf(b) - heatOf(a));
  const cold = keys(shape.keys).sort((a, b) => heatOf(a) - heatOf(b));
  const nodes = ids.map((id): NodeView => {
    const usedBytes = Math.floor(NODE_BYTES * shape.fill * (0.9 + 0.1 * random()));
    return {
      id,
      hasCpus: !isMemory(id),
      tier: isMemory(id) ? 1 : 0,
      distances: ids.map((to) => apart(id, to)),
      latenciesNs: ids.map((to) => isMemory(to) ? 250 : 10 * apart(id, to)),
      usedBytes,
      freeBytes: NODE_BYTES - usedBytes,
      budgetBytes: NODE_BYTES,
      lowWaterBytes: Math.floor(0.9 * NODE_BYTES),
      highWaterBytes: Math.floor(0.95 * NODE_BYTES),
      weight: 1 + Math.floor(255 * random()),
      levels: binsOf(hot.filter((key) => key.node === id), LEVEL_COUNT, (key) => key.level),
      heats: binsOf(
        [...hot, ...cold].filter((key) => key.accessor === id),
        HEAT_BIN_COUNT,
        (key) => heatBin(key.rate, key.bytes),
      ),
      typeBytes: TYPE_NAMES.map(() => Math.floor(usedBytes / TYPE_NAMES.length)),
    };
  });
  const locality = { local: Math.floor(1e5 * random()), remote: Math.floor(1e5 * random()) };
  return freeze({ nodes, locality, hot, cold, pingPongs: 0, uptimeSeconds: 600 });
}

function heatOf(key: KeyView): number {
  return key.rate / key.bytes;
}

function fakeKey(id: number, shape: Shape, random: () => number): KeyView {
  const count = shape.cpuNodes + shape.memoryNodes;
  const level = Math.floor(LEVEL_COUNT * random());
  const vote = Math.floor(16 * random());
  return {
    id,
    db: 0,
    name: `key:${id}`,
    bytes: 48 + Math.floor(2 ** (14 * random())),
    node: Math.floor(count * random()),
    type: Math.floor(TYPE_NAMES.length * random()),
    level,
    accesses: Math.floor(2 ** (1.5 * level * random())),
    rate: 2 ** (level - 4) * random(),
    accessor: vote === 0 ? undefined : Math.floor(shape.cpuNodes * random()),
    vote,
    idleSeconds: Math.floor(60 * random()),
    residenceSeconds: Math.floor(600 * random()),
    moves: Math.floor(3 * random()),
  };
}

function binsOf(keys: readonly KeyView[], count: number, binOf: (key: KeyView) => number): Bin[] {
  const bins = Array.from({ length: count }, () => ({ keys: 0, bytes: 0 }));
  for (const key of keys) {
    const bin = bins[binOf(key)];
    if (bin === undefined) continue;
    bin.keys++;
    bin.bytes += key.bytes;
  }
  return bins;
}

/** Numbers in [0, 1) that a seed decides (a Weyl sequence, its bits mixed). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/**
 * Holds a strategy against the contract.
 *
 * @param make its factory; a strategy made by it is tried with many views
 * @param traps set before the strategy's module was loaded, where it was loaded for this; else they are set now
 * @param begins told of each part before it runs, so that one that does not come back can be named
 * @returns what it breaks, in words; nothing when it keeps the contract
 */
export function breachesOf(
  make: StrategyFactory,
  traps?: Traps,
  begins: (part: string) => void = () => {},
): string[] {
  using own = new Traps();
  const trial = new Trial(make, traps ?? own, begins);
  return trial.run();
}

/** One strategy on trial. */
class Trial {
  readonly #make: StrategyFactory;
  readonly #traps: Traps;
  readonly #begins: (part: string) => void;
  readonly #breaches = new Set<string>();

  constructor(make: StrategyFactory, traps: Traps, begins: (part: string) => void) {
    this.#make = make;
    this.#traps = traps;
    this.#begins = begins;
  }

  run(): string[] {
    const first = this.#fresh();
    if (first === undefined) return [...this.#breaches];
    this.#tryOptions(first.options);
    for (const [index, shape] of SHAPES.entries()) {
      for (const seed of [1, 2]) this.#tryView(fakeView(shape, 100 * index + seed));
    }
    this.#tryOrder();
    this.#tryTime();
    return [...this.#breaches];
  }

  /** A strategy with its standard options, or with some changed. */
  #fresh(given: Readonly<Record<string, string>> = {}): Strategy | undefined {
    const strategy = this.#watch("the factory", () => this.#make());
    if (strategy === undefined) return undefined;
    const wrong = wrongShape(strategy);
    if (wrong !== undefined) {
      this.#breaches.add(wrong);
      return undefined;
    }
    try {
      const options = freeze(readOptions(strategy.options, given));
      const before = this.#breaches.size;
      this.#watch("init", () => strategy.init(options));
      return this.#breaches.size > before ? undefined : strategy;
    } catch (error) {
      this.#breaches.add(textOf(error));
      return undefined;
    }
  }

  /** Every declared option at its standard, and numbers at both ends. */
  #tryOptions(options: readonly OptionDescription[]): void {
    const names = new Set<string>();
    for (const option of options) {
      if (!/^[a-z][a-z0-9_]*$/.test(option.name) || names.has(option.name)) {
        this.#breaches.add(`option '${option.name}': want a name of its own, of a-z, 0-9 and _`);
      }
      names.add(option.name);
      if (!option.doc) this.#breaches.add(`option '${option.name}' has no doc`);
      for (const text of extremesOf(option)) {
        try {
          readOption(option, text);
        } catch (error) {
          this.#breaches.add(textOf(error));
          continue;
        }
        const strategy = this.#fresh({ [option.name]: text });
        if (strategy !== undefined) this.#ask(strategy, fakeView(SHAPES[4]!, 9), BUDGETS[3]!);
      }
    }
  }

  #tryView(view: View): void {
    for (const budget of BUDGETS) {
      const [strategy, other] = [this.#fresh(), this.#fresh()];
      if (strategy === undefined || other === undefined) return;
      const answers = [strategy, other, strategy].map((one) => this.#ask(one, view, budget));
      const texts = answers.map((answer) => JSON.stringify(answer));
      if (texts[0] !== texts[1]) {
        this.#breaches.add("two strategies of one factory answer one view differently");
      }
      if (texts[0] !== texts[2]) {
        this.#breaches.add("the same view is answered differently the second time");
      }
      for (const one of [strategy, other]) this.#watch("cleanup", () => one.cleanup());
    }
  }

  /** What was seen before may not matter. */
  #tryOrder(): void {
    const views = SHAPES.map((shape, index) => fakeView(shape, 1000 + index));
    const budget = BUDGETS[3]!;
    const [there, back] = [this.#fresh(), this.#fresh()];
    if (there === undefined || back === undefined) return;
    const forth = views.map((view) => JSON.stringify(this.#ask(there, view, budget)));
    const reverse = [...views].reverse().map((view) =>
      JSON.stringify(this.#ask(back, view, budget))
    );
    if (JSON.stringify(forth) !== JSON.stringify(reverse.reverse())) {
      this.#breaches.add("the answer depends on the views that were shown before");
    }
  }

  #tryTime(): void {
    const view = fakeView(LARGE, 7);
    const strategy = this.#fresh();
    if (strategy === undefined) return;
    const times = [0, 1, 2].map(() => {
      const start = performance.now();
      this.#ask(strategy, view, BUDGETS[4]!);
      return performance.now() - start;
    });
    const best = Math.min(...times);
    if (best <= PLAN_MS_MAX) return;
    this.#breaches.add(
      `a round over ${2 * LARGE.keys} keys takes ${
        best.toFixed(0)
      } ms: want ${PLAN_MS_MAX} at most`,
    );
  }

  /** Asks for placement and moves, and notes every fault. */
  #ask(strategy: Strategy, view: View, budget: Budget): unknown {
    const placement = this.#watch("place", () => strategy.place(view));
    const moves = this.#watch("plan", () => strategy.plan(view, freeze({ ...budget })));
    for (const fault of faultsOfPlacement(placement, view)) this.#breaches.add(fault);
    if (moves !== undefined) {
      for (const fault of faultsOfMoves(moves, view, budget)) this.#breaches.add(fault);
    }
    const key = view.hot[0];
    const explanation = key === undefined || strategy.explain === undefined
      ? undefined
      : this.#watch("explain", () => strategy.explain?.(view, key));
    const answer = { placement, moves, explanation };
    try {
      structuredClone(answer);
    } catch (error) {
      this.#breaches.add(`an answer is not plain data: ${textOf(error)}`);
    }
    return answer;
  }

  /** Runs a part of the strategy under watch; what it throws or touches is a breach. */
  #watch<T>(part: string, run: () => T): T | undefined {
    this.#begins(part);
    const { value, error, touched } = this.#traps.watch(run);
    for (const name of touched) this.#breaches.add(`${part} uses ${name}`);
    if (error !== undefined && touched.length === 0) {
      const mutates = error instanceof TypeError &&
        /read only|not extensible|Cannot (?:delete|define|add)/.test(error.message);
      const what = mutates ? "changes what it is shown" : "throws";
      this.#breaches.add(`${part} ${what}: ${textOf(error)}`);
    }
    if (value instanceof Promise) this.#breaches.add(`${part} answers a promise: want the answer`);
    return value;
  }
}

function wrongShape(strategy: Partial<Strategy> | null): string | undefined {
  if (typeof strategy !== "object" || strategy === null) {
    return `the factory gives ${strategy}: want a strategy`;
  }
  if (typeof strategy.name !== "string" || !/^[a-z][a-z0-9_]*$/.test(strategy.name)) {
    return `its name is '${strategy.name}': want a-z, 0-9 and _`;
  }
  if (!Array.isArray(strategy.options)) return "it declares no list of options";
  const missing = (["init", "place", "plan", "cleanup"] as const)
    .find((name) => typeof strategy[name] !== "function");
  return missing === undefined ? undefined : `it has no function '${missing}'`;
}

/** Texts that an option of its kind must bear. */
function extremesOf(option: OptionDescription): string[] {
  switch (option.kind) {
    case "flag":
      return [option.standard, "yes", "no"];
    case "choice":
      return [option.standard, ...option.choices];
    case "integers":
      return [option.standard];
    default:
      return [option.standard, String(option.min), String(option.max)];
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
