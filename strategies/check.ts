/**
 * What an answer must keep, whoever gave it: the host asks before it acts, the contract suite asks in its own name.
 *
 * Knows the contract and no strategy. Invariant: an answer without a fault can be carried out; each fault names what is wrong and
 * quotes it.
 *
 * @module
 */

import {
  BANDS_MAX,
  type Budget,
  type KeyView,
  type Move,
  type OptionDescription,
  type PlacementPlan,
  readOption,
  type Ring,
  RING_ENTRIES_MAX,
  RINGS_MAX,
  TYPE_NAMES,
  type View,
} from "./strategy.ts";

/** Faults told of one answer; more of the same would help nobody. */
const FAULTS_MAX = 8;

/** Every key of a view by its id. */
export function keysById(view: View): Map<number, KeyView> {
  const keys = new Map<number, KeyView>();
  for (const key of view.hot) keys.set(key.id, key);
  for (const key of view.cold) keys.set(key.id, key);
  return keys;
}

/**
 * What is wrong with an answer of `plan`.
 *
 * @param moves what came back, which may be anything
 * @returns faults; none when it can be carried out
 */
export function faultsOfMoves(
  moves: unknown,
  view: View,
  budget: Budget,
  keys: ReadonlyMap<number, KeyView> = keysById(view),
): string[] {
  if (!Array.isArray(moves)) return [`plan answered ${quote(moves)}: want a list of moves`];
  if (moves.length > budget.keys) {
    return [`plan answered ${moves.length} moves: the budget is ${budget.keys}`];
  }
  const nodes = new Set(view.nodes.map((node) => node.id));
  const faults: string[] = [];
  const seen = new Set<number>();
  let bytes = 0;
  for (const move of moves as unknown[]) {
    if (faults.length >= FAULTS_MAX) break;
    const fault = faultOfMove(move, nodes, keys, seen);
    if (fault !== undefined) faults.push(fault);
    else bytes += keys.get((move as Move).id)?.bytes ?? 0;
  }
  if (bytes > budget.bytes) {
    faults.push(`plan answered moves of ${bytes} bytes: the budget is ${budget.bytes}`);
  }
  return faults;
}

function faultOfMove(
  move: unknown,
  nodes: ReadonlySet<number>,
  keys: ReadonlyMap<number, KeyView>,
  seen: Set<number>,
): string | undefined {
  if (typeof move !== "object" || move === null || !("id" in move) || !("target" in move)) {
    return `plan answered the move ${quote(move)}: want { id, target }`;
  }
  const { id, target } = move;
  const key = keys.get(id as number);
  if (key === undefined) return `plan moves key ${quote(id)}: the view has no such key`;
  if (!nodes.has(target as number)) {
    return `plan moves key ${key.id} to node ${quote(target)}: there is no such node`;
  }
  if (key.node === target) return `plan moves key ${key.id} to node ${target}, where it is`;
  if (seen.has(key.id)) return `plan moves key ${key.id} twice`;
  seen.add(key.id);
  return undefined;
}

/**
 * What is wrong with a placement plan.
 *
 * @param plan what came back, which may be anything; `undefined` is no plan and no fault
 */
export function faultsOfPlacement(plan: unknown, view: View): string[] {
  if (plan === undefined) return [];
  if (typeof plan !== "object" || plan === null) {
    return [`place answered ${quote(plan)}: want a plan or nothing`];
  }
  const { bounds, rings, table } = plan as Partial<PlacementPlan>;
  if (!Array.isArray(bounds) || !Array.isArray(rings) || !Array.isArray(table)) {
    return [`place answered ${quote(plan)}: want bounds, rings and table`];
  }
  const ids = view.nodes.map((node) => node.id);
  return [
    ...faultsOfBounds(bounds),
    ...faultsOfTable(table, ids.length, TYPE_NAMES.length * (bounds.length + 1), rings.length),
    ...(rings.length >= 1 && rings.length <= RINGS_MAX
      ? []
      : [`place answered ${rings.length} rings: want 1 to ${RINGS_MAX}`]),
    ...rings.flatMap((ring, index) => faultsOfRing(ring, index, ids)),
  ].slice(0, FAULTS_MAX);
}

function faultsOfBounds(bounds: readonly unknown[]): string[] {
  const rising = bounds.every((bound, index) =>
    Number.isSafeInteger(bound) && Number(bound) > Number(bounds[index - 1] ?? 0)
  );
  if (rising && bounds.length < BANDS_MAX) return [];
  return [
    `place answered the bounds ${quote(bounds)}: want at most ${BANDS_MAX - 1}, whole, ascending`,
  ];
}

function faultsOfRing(ring: unknown, index: number, ids: readonly number[]): string[] {
  const { turns, spill } = (ring ?? {}) as Partial<Ring>;
  if (!Array.isArray(turns) || !Array.isArray(spill)) {
    return [`place answered the ring ${quote(ring)}: want turns and spill`];
  }
  const faults: string[] = [];
  if (turns.length < 1 || turns.length > RING_ENTRIES_MAX) {
    faults.push(`ring ${index} has ${turns.length} turns: want 1 to ${RING_ENTRIES_MAX}`);
  }
  const absent = turns.find((id) => !ids.includes(id));
  if (absent !== undefined) {
    faults.push(`ring ${index} names node ${quote(absent)}: there is no such node`);
  }
  const once = spill.length === ids.length && ids.every((id) => spill.includes(id));
  if (!once) faults.push(`ring ${index} spills to ${quote(spill)}: want every node once`);
  return faults;
}

function faultsOfTable(
  table: readonly unknown[],
  rows: number,
  columns: number,
  rings: number,
): string[] {
  if (table.length !== rows) {
    return [`the table has ${table.length} rows: want one a node, ${rows}`];
  }
  return table.flatMap((row, index) => {
    if (!Array.isArray(row) || row.length !== columns) {
      return [`row ${index} of the table is ${quote(row)}: want ${columns} indexes of rings`];
    }
    const wrong = row.find((ring) => !Number.isInteger(ring) || ring < 0 || ring >= rings);
    return wrong === undefined
      ? []
      : [`row ${index} of the table names ring ${quote(wrong)}: there are ${rings}`];
  });
}

/** A value as it reads in a message, cut where it grows long. */
function quote(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The most options a strategy declares. */
const OPTIONS_MAX = 64;

/**
 * What is wrong with the options a strategy declares, which may be anything.
 *
 * @returns faults; none when values can be read against them
 */
export function faultsOfOptions(options: unknown): string[] {
  if (!Array.isArray(options) || options.length > OPTIONS_MAX) {
    return [`it declares the options ${quote(options)}: want a list, ${OPTIONS_MAX} at most`];
  }
  const names = new Set<string>();
  return options.flatMap((option) => {
    const fault = faultOfOption(option ?? {}, names);
    return fault === undefined ? [] : [`it declares the option ${quote(option)}: ${fault}`];
  }).slice(0, FAULTS_MAX);
}

function faultOfOption(option: Partial<OptionDescription>, names: Set<string>): string | undefined {
  const { name, standard, doc, kind } = option;
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,63}$/.test(name) || names.has(name)) {
    return "want a name of its own, of a-z, 0-9 and _";
  }
  names.add(name);
  if (typeof standard !== "string" || typeof doc !== "string") return "want standard and doc";
  const { min, max, choices } = option as { min?: unknown; max?: unknown; choices?: unknown };
  if (kind === "choice") {
    const isList = Array.isArray(choices) && choices.every((one) => typeof one === "string");
    if (!isList) return "want choices";
  } else if (kind !== "flag") {
    if (kind !== "number" && kind !== "integer" && kind !== "integers") return "want a kind";
    if (typeof min !== "number" || typeof max !== "number") return "want min and max";
  }
  try {
    readOption(option as OptionDescription, standard);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
