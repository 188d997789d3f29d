/**
 * The contract of a strategy: what it sees, and what it may answer.
 *
 * Imports nothing, so that a strategy can be read, tested and loaded alone. Everything that crosses is plain data. Invariant: same
 * options and same view, same answer; a strategy reads no clock, no randomness and no file, and changes nothing that it is shown.
 *
 * @module
 */

/** Hotness levels core counts, 0 (cold) to 7 (hot). */
export const LEVEL_COUNT = 8;
/** Bins of {@linkcode NodeView.heats}; see {@linkcode heatBin}. */
export const HEAT_BIN_COUNT = 128;
/** Types of values, in the order of every table that is "by type". */
export const TYPE_NAMES = ["string", "list", "set", "zset", "hash", "stream"] as const;

/** How many keys there are of one kind, and what they occupy; estimated from the keys that were sampled. */
export interface Bin {
  readonly keys: number;
  readonly bytes: number;
}

/** One NUMA node as a strategy sees it. */
export interface NodeView {
  /** The kernel's number. */
  readonly id: number;
  /** False for a node that has memory and no CPUs. */
  readonly hasCpus: boolean;
  /** Nodes of like speed; 0 is the fastest. */
  readonly tier: number;
  /** From this node to every node, in the order of {@linkcode View.nodes}; 10 is local. */
  readonly distances: readonly number[];
  /** One access from this node's CPUs to the memory of every node, in the order of {@linkcode View.nodes}. */
  readonly latenciesNs: readonly number[];
  /** Bytes live in the node's share of the pool. */
  readonly usedBytes: number;
  /** Bytes the node can still take: what its budget leaves, or what the kernel has, whichever is less. */
  readonly freeBytes: number;
  /** The most the node may hold. */
  readonly budgetBytes: number;
  /** Whoever makes room on the node makes it down to here. */
  readonly lowWaterBytes: number;
  /** Above this, room is made although nothing asks for it yet. */
  readonly highWaterBytes: number;
  /** Its share in weighted placement, 1-255. */
  readonly weight: number;
  /** Keys that lie on this node, by level, 0-7. */
  readonly levels: readonly Bin[];
  /** Keys that this node's CPUs use most, wherever they lie, by {@linkcode heatBin}; all empty for a node without CPUs. */
  readonly heats: readonly Bin[];
  /** Bytes on this node by type, in the order of {@linkcode TYPE_NAMES}. */
  readonly typeBytes: readonly number[];
}

/** One sampled key. */
export interface KeyView {
  /** Names the key in a {@linkcode Move}; good for this round only. */
  readonly id: number;
  readonly db: number;
  /** Its name as text; bytes that are no UTF-8 are replaced, and it is cut after 512 bytes. */
  readonly name: string;
  /** Pool bytes of key and value. */
  readonly bytes: number;
  /** Node id where it lies. */
  readonly node: number;
  /** Index in {@linkcode TYPE_NAMES}. */
  readonly type: number;
  /** Hotness, 0-7, decayed to now. */
  readonly level: number;
  /** Accesses since it was made; exact up to 255, estimated beyond. */
  readonly accesses: number;
  /** Accesses a second: estimated from `accesses`, `level` and `idleSeconds`, so frequency and recency in one. */
  readonly rate: number;
  /** Node id whose CPUs use it most; `undefined` when none stands out. */
  readonly accessor: number | undefined;
  /** By how much that node leads, 0-15. */
  readonly vote: number;
  readonly idleSeconds: number;
  /** Seconds since it was moved to where it is; as long as the server runs when it never was. */
  readonly residenceSeconds: number;
  /** Times it was moved of late; forgotten some minutes after the last. */
  readonly moves: number;
}

/** Accesses since the round before, by where they came from; sampled. */
export interface Locality {
  /** From a node's CPUs to a key in that node's own memory. */
  readonly local: number;
  readonly remote: number;
}

/** Everything a strategy decides from. */
export interface View {
  readonly nodes: readonly NodeView[];
  readonly locality: Locality;
  /**
   * Keys that could lie nearer, hottest first: on another tier than the fastest, or on another node than their accessor's. Those
   * sampled in this round, a bounded number.
   */
  readonly hot: readonly KeyView[];
  /**
   * Keys that something could make room by, coldest first: on nodes that have a slower tier below them, or on any node when all are
   * of one tier. Those sampled in this round, a bounded number.
   */
  readonly cold: readonly KeyView[];
  /** Keys moved back to where they had come from within a minute, in the last minute. */
  readonly pingPongs: number;
  /** Seconds since hotness is counted. */
  readonly uptimeSeconds: number;
}

/** What one round may spend. */
export interface Budget {
  /** The most moves. */
  readonly keys: number;
  /** The most bytes moved: the sum of the keys' {@linkcode KeyView.bytes}. */
  readonly bytes: number;
}

/** One key to another node. Moves are made in the order they are given, so those that make room come first. */
export interface Move {
  /** {@linkcode KeyView.id} of a key in this view. */
  readonly id: number;
  /** Node id. */
  readonly target: number;
}

/** The most entries of a {@linkcode Ring}. */
export const RING_ENTRIES_MAX = 256;
/** The most rings of a plan. */
export const RINGS_MAX = 255;
/** The most size bands of a plan. */
export const BANDS_MAX = 4;

/** Nodes in turn, and where to go when the one whose turn it is has no room. */
export interface Ring {
  /**
   * Node ids, 1 to {@linkcode RING_ENTRIES_MAX}; the n-th object placed by the ring goes to entry `n % length`. A share of 40 to 60
   * is a ring that names one node 40 times and the other 60 times, well mixed. Each lane counts for itself, so that no two share a
   * line.
   */
  readonly turns: readonly number[];
  /** Every node's id exactly once, best first: tried in this order when the node of the turn is full. */
  readonly spill: readonly number[];
}

/**
 * Which node a new object goes to: plain tables that core follows without a lock and without a call.
 *
 * Core looks up `band` = the first whose bound is not below those bytes (the last takes whatever is left), then
 * `ring = rings[table[accessor][type × bands + band]]`, then the ring's turn, then its spill. The plan is asked once for a key, when its
 * entry is made; what the key grows by later follows the entry. The key table itself never follows a plan: it stays on fast nodes.
 */
export interface PlacementPlan {
  /**
   * Upper bounds of the size bands, each included, ascending; one band more than there are bounds, at most {@linkcode BANDS_MAX} bands.
   * Empty: all sizes alike. What is compared is known when the entry is made: the bytes of key and value for a string, the bytes of
   * the key alone for a collection, whose elements come later.
   */
  readonly bounds: readonly number[];
  /** 1 to {@linkcode RINGS_MAX}; two places of the table that name one ring share its turns. */
  readonly rings: readonly Ring[];
  /**
   * By the accessor (the node whose lane makes the object) in the order of {@linkcode View.nodes}, then `type × bands + band`, with all
   * of {@linkcode TYPE_NAMES}: an index in `rings`. A lane without a node follows the first row.
   */
  readonly table: readonly (readonly number[])[];
}

/** What an option of a strategy may hold. */
export type OptionKind =
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Whole numbers joined by commas, or nothing. */
  | { readonly kind: "integers"; readonly min: number; readonly max: number };

/** One option of a strategy: for listings, and for the host, which checks what is given before the strategy sees it. */
export type OptionDescription = OptionKind & {
  /** Lower case, letters, digits and underscores. */
  readonly name: string;
  /** As text, as it would be given. */
  readonly standard: string;
  /** One sentence. Units and meaning; the range is told by the kind. */
  readonly doc: string;
};

/** An option's value as its kind has it. */
export type OptionValue = number | boolean | string | readonly number[];

/** Options as they are given: text by name. */
export type OptionTexts = Readonly<Record<string, string>>;

/** Every declared option's value. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** Why a key is where it is, or goes elsewhere, with the numbers that were used. */
export interface Explanation {
  /** Node id it would be moved to; `undefined` when it would stay. */
  readonly target: number | undefined;
  /** One sentence. */
  readonly reason: string;
  /** What was compared, by name: level, threshold, cost, benefit … */
  readonly numbers: Readonly<Record<string, number>>;
}

/**
 * Code that decides. The host calls `init` first, then `place` and `plan` in each due round, `explain` when somebody asks, `cleanup` last.
 *
 * `place` and `plan` are functions of the view and the options alone: what must be remembered from round to round (when a key was
 * moved, how often) the view remembers.
 */
export interface Strategy {
  /** Lower case, letters, digits and underscores. */
  readonly name: string;
  readonly options: readonly OptionDescription[];
  /** Takes its options, all of them, checked. @throws {Error} when one cannot be used */
  init(options: OptionValues): void;
  /** Where new objects should go; `undefined` leaves the plan in force as it is. */
  place(view: View): PlacementPlan | undefined;
  /** Keys to move, within `budget`. */
  plan(view: View, budget: Budget): readonly Move[];
  /** What it thinks of one key, which need not be in the view's lists. */
  explain?(view: View, key: KeyView): Explanation;
  /** Gives up what it holds. Called once, also after a failure. */
  cleanup(): void;
}

/** Makes a fresh strategy. */
export type StrategyFactory = () => Strategy;

/**
 * The bin a key's heat falls into. Heat is accesses per second and KiB, because room is what fast memory lacks; bins are quarter
 * octaves, bin 0 is below 2^-16 and never.
 */
export function heatBin(rate: number, bytes: number): number {
  if (!(rate > 0)) return 0;
  const bin = Math.floor(4 * (Math.log2(rate * 1024 / Math.max(bytes, 1)) + 16)) + 1;
  return Math.min(Math.max(bin, 0), HEAT_BIN_COUNT - 1);
}

/** The least heat of a bin. */
export function heatOfBin(bin: number): number {
  return bin <= 0 ? 0 : 2 ** ((bin - 1) / 4 - 16);
}

/**
 * Reads the options somebody gave against the ones declared.
 *
 * @returns a value for every declared option
 * @throws {Error} for a name that is not declared, and for a value its kind refuses; both are quoted
 */
export function readOptions(
  declared: readonly OptionDescription[],
  given: OptionTexts,
): OptionValues {
  for (const name of Object.keys(given)) {
    if (declared.some((one) => one.name === name)) continue;
    const known = declared.map((one) => one.name).join(", ") || "none";
    throw new Error(`Unknown option '${name}': there are ${known}`);
  }
  return Object.fromEntries(
    declared.map((one) => [one.name, readOption(one, given[one.name] ?? one.standard)]),
  );
}

/** Reads one value. @throws {Error} when the option's kind refuses it; the value is quoted */
export function readOption(option: OptionDescription, text: string): OptionValue {
  const refuse = (want: string): Error =>
    new Error(`Cannot set option '${option.name}' to '${text}': want ${want}`);
  switch (option.kind) {
    case "flag":
      if (["yes", "on", "enabled"].includes(text.toLowerCase())) return true;
      if (["no", "off", "disabled"].includes(text.toLowerCase())) return false;
      throw refuse("yes or no");
    case "choice":
      if (!option.choices.includes(text)) throw refuse(option.choices.join(", "));
      return text;
    case "integers": {
      const { min, max } = option;
      const values = text === "" ? [] : text.split(",").map((word) => readNumber(word, true));
      if (values.every((value) => value >= min && value <= max)) return values;
      throw refuse(`whole numbers from ${min} to ${max}, joined by commas`);
    }
    default: {
      const { kind, min, max } = option;
      const value = readNumber(text, kind === "integer");
      if (value >= min && value <= max) return value;
      throw refuse(`${kind === "integer" ? "a whole number" : "a number"} from ${min} to ${max}`);
    }
  }
}

/** A plain decimal; NaN for anything else, which no range holds. */
function readNumber(text: string, whole: boolean): number {
  const form = whole ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,15})?$/;
  return form.test(text) ? Number(text) : NaN;
}

/** A number option's value. @throws {TypeError} when there is no such option, or it is of another kind */
export function numberOf(options: OptionValues, name: string): number {
  const value = options[name];
  if (typeof value === "number") return value;
  throw new TypeError(`Option '${name}' is no number: ${value}`);
}
