/**
 * Composite LRU: what is used often and of late lies near whoever uses it, what is not makes room, and nothing moves that does not pay.
 *
 * From the histogram of heat it takes, for each fast node, the threshold above which keys just fill the node up to its low water. A key on
 * slower memory, or on another node than its accessor's, comes when its heat is above the threshold and the time it will save within
 * `payback_seconds` is more than moving it costs; if there is no room, the coldest keys far enough below the threshold go down first.
 * Keys above the high water go down although nobody asks. Between the two thresholds (`hysteresis`), and for a while after a move
 * (`residence_seconds`, doubled by each move), a key stays where it is. Invariant: after the moves no fast node holds more than it did
 * or than its low water, whichever is more.
 *
 * @module
 */

import {
  type Budget,
  type Explanation,
  HEAT_BIN_COUNT,
  heatOfBin,
  type KeyView,
  type Move,
  type NodeView,
  numberOf,
  type OptionDescription,
  type OptionValues,
  type Strategy,
  type View,
} from "./strategy.ts";

const OPTIONS: readonly OptionDescription[] = [
  {
    name: "hysteresis",
    kind: "number",
    min: 1,
    max: 100,
    standard: "2",
    doc: "A key on a fast node counts as cold below the threshold divided by this.",
  },
  {
    name: "residence_seconds",
    kind: "number",
    min: 0,
    max: 86400,
    standard: "30",
    doc: "A key that was moved stays at least so long, twice as long for each further move.",
  },
  {
    name: "payback_seconds",
    kind: "number",
    min: 1,
    max: 86400,
    standard: "120",
    doc: "The time in which a move must save more than it costs.",
  },
  {
    name: "min_vote",
    kind: "integer",
    min: 1,
    max: 15,
    standard: "3",
    doc:
      "By how much an accessor must lead before a key follows it to another node of the same tier.",
  },
];

/** Doublings of the residence after which it grows no more. */
const BACK_OFF_MAX = 6;
/** Ping-pongs in the last minute, per key that may move in a round, above which all residence is doubled. */
const PING_PONG_SHARE = 0.01;

/** From the least heat of a bin to that of the next. */
const BIN_STEP = 2 ** 0.25;
const LINE_BYTES = 64;
/** Cache lines that are on their way at once while a key is copied. */
const LINES_AT_ONCE = 8;
/** Accesses of a move that wait for each other: the slot that names the key, and the entry. */
const STEPS = 2;

/** Makes the composite LRU. */
export function compositeLru(): Strategy {
  let tuning: Tuning = { hysteresis: 2, residence: 30, payback: 300, minVote: 3 };
  return {
    name: "composite_lru",
    options: OPTIONS,
    init: (options: OptionValues): void => {
      tuning = {
        hysteresis: numberOf(options, "hysteresis"),
        residence: numberOf(options, "residence_seconds"),
        payback: numberOf(options, "payback_seconds"),
        minVote: numberOf(options, "min_vote"),
      };
    },
    place: () => undefined,
    plan: (view: View, budget: Budget): readonly Move[] =>
      new Planner(new Judge(view, budget, tuning), budget).plan(),
    explain: (view: View, key: KeyView): Explanation =>
      new Judge(view, { keys: 0, bytes: 0 }, tuning).explain(key),
    cleanup: () => {},
  };
}

/** The options, read. */
interface Tuning {
  readonly hysteresis: number;
  readonly residence: number;
  readonly payback: number;
  readonly minVote: number;
}

/** What one key's move would bring. */
interface Verdict {
  /** Node index; `undefined` when the key stays. */
  readonly target: number | undefined;
  readonly reason: string;
  readonly heat: number;
  readonly threshold: number;
  /** Nanoseconds saved within the payback time, and nanoseconds the move costs. */
  readonly benefit: number;
  readonly cost: number;
  /** Seconds the key must still stay. */
  readonly residenceLeft: number;
}

/** Judges keys by themselves: what they would gain elsewhere, whether they are cold. Knows no budget of moves. */
class Judge {
  readonly view: View;
  readonly tuning: Tuning;
  /** Index by id. */
  readonly indexes: ReadonlyMap<number, number>;
  /** By accessor index: the node of the fastest tier that is nearest to its CPUs. */
  readonly #homes: readonly number[];
  /** By node index: the heat from which keys belong there; 0 when all that want to be there fit. */
  readonly #thresholds: readonly number[];
  /** By node index: nodes of slower tiers, the nearest first. */
  readonly below: readonly (readonly number[])[];
  /** Nanoseconds from the nearest CPUs, by node index. */
  readonly #reach: readonly number[];
  readonly #caution: number;

  constructor(view: View, budget: Budget, tuning: Tuning) {
    this.view = view;
    this.tuning = tuning;
    const { nodes } = view;
    this.indexes = new Map(nodes.map((node, index) => [node.id, index]));
    const fastest = Math.min(...nodes.map((node) => node.tier));
    const fast = nodes.flatMap((node, index) => node.tier === fastest ? [index] : []);
    this.#homes = nodes.map(({ latenciesNs }) => least(fast, (index) => latenciesNs[index] ?? 0));
    this.#reach = nodes.map((_, to) =>
      Math.min(...nodes.map((from) => from.hasCpus ? from.latenciesNs[to] ?? 0 : Infinity))
    );
    this.#thresholds = nodes.map((node, index) => this.#thresholdOf(node, index));
    this.below = nodes.map((node, index) => this.#nodesBelow(node, index));
    const most = PING_PONG_SHARE * Math.max(budget.keys, 100);
    this.#caution = view.pingPongs > most ? 2 : 1;
  }

  /** The heat above which the keys that this node's users want just fill it to its low water. */
  #thresholdOf(node: NodeView, index: number): number {
    const users = this.view.nodes.filter((_, user) => this.#homes[user] === index);
    let room = node.lowWaterBytes;
    for (let bin = HEAT_BIN_COUNT - 1; bin > 0; bin--) {
      for (const user of users) room -= user.heats[bin]?.bytes ?? 0;
      if (room < 0) return heatOfBin(bin);
    }
    for (const user of users) room -= user.heats[0]?.bytes ?? 0;
    return room < 0 ? heatOfBin(1) : 0;
  }

  #nodesBelow(node: NodeView, from: number): number[] {
    const { nodes } = this.view;
    const row = nodes[from]?.latenciesNs ?? [];
    return nodes.flatMap((other, index) => other.tier > node.tier ? [index] : [])
      .sort((a, b) => (row[a] ?? 0) - (row[b] ?? 0) || a - b);
  }

  threshold(index: number): number {
    return this.#thresholds[index] ?? 0;
  }

  /** Nanoseconds that moving so many bytes costs, by the latency of both ends. */
  moveNs(bytes: number, source: number, target: number): number {
    const line = (this.#reach[source] ?? 0) + (this.#reach[target] ?? 0);
    return line * (STEPS + Math.ceil(bytes / LINE_BYTES) / LINES_AT_ONCE);
  }

  /** Seconds a key must still stay where it is. */
  residenceLeft(key: KeyView): number {
    if (key.moves === 0) return 0;
    const doublings = Math.min(key.moves - 1, BACK_OFF_MAX);
    const wanted = this.tuning.residence * this.#caution * 2 ** doublings;
    return Math.max(0, wanted - key.residenceSeconds);
  }

  /** Whether a key on a fast node is far enough below its node's threshold to make room. */
  isCold(key: KeyView, at: number): boolean {
    return heatOf(key) < this.threshold(at) / this.tuning.hysteresis &&
      this.residenceLeft(key) === 0;
  }

  /**
   * Whether it makes room for a key of that heat, which must be hotter by as much as the two thresholds are apart. Many keys may be of
   * one heat, so that the threshold lies among them: those of its own bin give way too, or such a node would be closed.
   */
  givesWay(key: KeyView, at: number, heat: number): boolean {
    return heatOf(key) < this.threshold(at) * BIN_STEP &&
      heatOf(key) * this.tuning.hysteresis < heat && this.residenceLeft(key) === 0;
  }

  /**
   * Whether it goes when its node is too full. A round shows some keys only, and the coldest of few may be hot: those above the
   * threshold stay. Where all keys fit and something else takes the room, any may go.
   */
  relieves(key: KeyView, at: number): boolean {
    const threshold = this.threshold(at);
    const isBelow = threshold === 0 || heatOf(key) < threshold * BIN_STEP;
    return isBelow && this.residenceLeft(key) === 0;
  }

  /**
   * Whether a key should come nearer to whoever uses it.
   *
   * @param victimHeat the heat of what must go to make room for it; `undefined` when there is room
   */
  judge(key: KeyView, victimHeat: (target: number) => number | undefined): Verdict {
    const at = this.indexes.get(key.node) ?? 0;
    const user = this.#userOf(key, at);
    const target = user === undefined ? at : this.#homes[user] ?? at;
    const heat = heatOf(key);
    const threshold = this.threshold(target);
    const residenceLeft = this.residenceLeft(key);
    const stay = (reason: string, benefit = 0, cost = 0): Verdict => {
      return { target: undefined, reason, heat, threshold, residenceLeft, benefit, cost };
    };
    if (user === undefined) return stay("no node leads its vote by enough");
    if (target === at) return stay("it is on the fastest node of its accessor");
    if (heat <= 0) return stay("it is not used");
    if (heat < threshold) return stay("its heat is below the threshold");
    if (residenceLeft > 0) return stay("it was moved of late");
    const row = this.view.nodes[user]?.latenciesNs ?? [];
    const saved = (row[at] ?? 0) - (row[target] ?? 0);
    const benefit = key.rate * saved * this.tuning.payback * this.#certainty(key, at, target);
    const out = this.below[target]?.[0];
    const victim = victimHeat(target);
    const cost = this.moveNs(key.bytes, at, target) +
      (victim === undefined || out === undefined
        ? 0
        : this.moveNs(key.bytes, target, out) + this.#lossNs(victim, key.bytes, target, out));
    if (benefit <= cost) return stay("moving it costs more than it saves", benefit, cost);
    const reason = "it is hot, and nearer memory pays";
    return { target, reason, heat, threshold, residenceLeft, benefit, cost };
  }

  /** Nanoseconds that so many bytes of that heat lose within the payback time when they go down. */
  #lossNs(heat: number, bytes: number, source: number, target: number): number {
    const slower = (this.#reach[target] ?? 0) - (this.#reach[source] ?? 0);
    return heat * bytes / 1024 * slower * this.tuning.payback;
  }

  /** Index of the node whose CPUs count as the key's user. */
  #userOf(key: KeyView, at: number): number | undefined {
    const { nodes } = this.view;
    const leader = key.accessor === undefined ? undefined : this.indexes.get(key.accessor);
    const leads = leader !== undefined && nodes[leader]?.hasCpus === true;
    if (leads && (key.vote >= this.tuning.minVote || this.#onlyUser(leader))) return leader;
    if ((nodes[at]?.tier ?? 0) === 0) return undefined;
    // On slower memory, without a clear majority: whoever leads, else those nearest to it.
    if (leads) return leader;
    const cpus = nodes.flatMap((node, index) => node.hasCpus ? [index] : []);
    return least(cpus, (index) => nodes[index]?.latenciesNs[at] ?? 0);
  }

  #onlyUser(index: number): boolean {
    return this.view.nodes.every((node, other) => other === index || !node.hasCpus);
  }

  /** How sure it is that the accessor's accesses are the key's: between nodes of one tier the vote decides. */
  #certainty(key: KeyView, at: number, target: number): number {
    const { nodes } = this.view;
    return nodes[at]?.tier === nodes[target]?.tier ? key.vote / 15 : 1;
  }

  explain(key: KeyView): Explanation {
    const at = this.indexes.get(key.node) ?? 0;
    const verdict = this.judge(key, (target) => {
      if (roomOf(this.view, target) >= key.bytes) return undefined;
      const victim = this.view.cold.find(({ node }) => this.indexes.get(node) === target);
      return victim === undefined ? 0 : heatOf(victim);
    });
    const out = this.below[at]?.[0];
    const leaves = verdict.target === undefined && out !== undefined && this.isCold(key, at);
    const goes = verdict.target ?? (leaves ? out : undefined);
    return {
      target: goes === undefined ? undefined : this.view.nodes[goes]?.id,
      reason: leaves ? "it is cold, and goes down when room is wanted" : verdict.reason,
      numbers: {
        level: key.level,
        rate: key.rate,
        heat: verdict.heat,
        threshold: verdict.threshold,
        cold_threshold: this.threshold(at) / this.tuning.hysteresis,
        vote: key.vote,
        min_vote: this.tuning.minVote,
        residence_left_seconds: verdict.residenceLeft,
        benefit_ns: verdict.benefit,
        cost_ns: verdict.cost,
      },
    };
  }
}

/** Spends the budget: the hottest first, room made before it is taken. */
class Planner {
  readonly #judge: Judge;
  readonly #view: View;
  readonly #moves: Move[] = [];
  readonly #moved = new Set<number>();
  /** Bytes up to the low water, by node index; below 0 when the node is above it. */
  readonly #room: number[];
  /** Keys that may make room, the coldest last, by node index. */
  readonly #leavers: KeyView[][];
  #keysLeft: number;
  #bytesLeft: number;

  constructor(judge: Judge, budget: Budget) {
    this.#judge = judge;
    this.#view = judge.view;
    this.#keysLeft = budget.keys;
    this.#bytesLeft = budget.bytes;
    this.#room = judge.view.nodes.map((_, index) => roomOf(judge.view, index));
    this.#leavers = judge.view.nodes.map(() => []);
    for (const key of [...judge.view.cold].reverse()) {
      const at = judge.indexes.get(key.node);
      if (at !== undefined && (judge.below[at]?.length ?? 0) > 0) this.#leavers[at]?.push(key);
    }
  }

  plan(): Move[] {
    this.#relieve();
    let waiting: readonly KeyView[] = this.#view.hot;
    // Keys that change places give each other room: whoever found none is asked once more.
    for (let pass = 0; pass < 2; pass++) waiting = waiting.filter((key) => this.#fetch(key));
    return this.#moves;
  }

  /** Above its high water a node gives up its coldest keys, down to its low water, before anyone asks. */
  #relieve(): void {
    for (const [index, node] of this.#view.nodes.entries()) {
      if (node.usedBytes <= node.highWaterBytes) continue;
      this.#makeRoom(index, 0, (key) => this.#judge.relieves(key, index));
    }
  }

  /** Brings one key nearer; `true` when it should come and found no room. */
  #fetch(key: KeyView): boolean {
    if (this.#moved.has(key.id) || this.#keysLeft <= 0) return false;
    const { target } = this.#judge.judge(key, (node) => this.#victimHeat(node, key.bytes));
    if (target === undefined) return false;
    const gives = (leaver: KeyView): boolean => this.#judge.givesWay(leaver, target, heatOf(key));
    if (!this.#makeRoom(target, key.bytes, gives)) return true;
    return !this.#move(key, target);
  }

  /** The heat of the next key to go where there is no room for so many bytes. */
  #victimHeat(node: number, bytes: number): number | undefined {
    if ((this.#room[node] ?? 0) >= bytes) return undefined;
    const leaver = this.#leavers[node]?.at(-1);
    return leaver === undefined ? 0 : heatOf(leaver);
  }

  /** Sends cold keys down until so many bytes fit; `false` when they do not. */
  #makeRoom(node: number, bytes: number, mayLeave: (key: KeyView) => boolean): boolean {
    const leavers = this.#leavers[node] ?? [];
    while ((this.#room[node] ?? 0) < bytes) {
      const leaver = leavers.at(-1);
      if (leaver === undefined || !mayLeave(leaver)) return false;
      leavers.pop();
      if (this.#moved.has(leaver.id)) continue;
      const below = this.#judge.below[node] ?? [];
      const target = below.find((index) => (this.#room[index] ?? 0) >= leaver.bytes);
      if (target === undefined || !this.#move(leaver, target)) return false;
    }
    return true;
  }

  /** Books a move; `false` when the budget does not allow it. */
  #move(key: KeyView, target: number): boolean {
    const source = this.#judge.indexes.get(key.node) ?? 0;
    if (this.#keysLeft < 1 || this.#bytesLeft < key.bytes) return false;
    this.#keysLeft--;
    this.#bytesLeft -= key.bytes;
    this.#room[source] = (this.#room[source] ?? 0) + key.bytes;
    this.#room[target] = (this.#room[target] ?? 0) - key.bytes;
    this.#moved.add(key.id);
    this.#moves.push({ id: key.id, target: this.#view.nodes[target]?.id ?? 0 });
    return true;
  }
}

/** Bytes a node may take before it is at its low water. */
function roomOf(view: View, index: number): number {
  const node = view.nodes[index];
  return node === undefined ? 0 : Math.min(node.freeBytes, node.lowWaterBytes - node.usedBytes);
}

/** Accesses per second and KiB. */
function heatOf(key: KeyView): number {
  return key.rate * 1024 / Math.max(key.bytes, 1);
}

/** The candidate of the least cost; of equals the first. 0 when there is none. */
function least(candidates: readonly number[], costOf: (index: number) => number): number {
  return candidates.reduce(
    (best, index) => costOf(index) < costOf(best) ? index : best,
    candidates[0] ?? 0,
  );
}
