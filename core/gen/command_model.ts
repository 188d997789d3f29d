/**
 * The command table (`core/commands/*.json`) as types, and what follows from it: ids, ACL categories,
 * legacy key range, handler path. `core/commands/README.md` explains every field.
 *
 * Knows no output language and no file. Invariant: ids are dense, 0 to count - 1, in the order of names,
 * a command's subcommands right behind it.
 *
 * @module
 */

/** Flags that hold instead when none of the tokens `without` is found from argument `from` on. */
export interface OtherwiseJson {
  without: string[];
  from: number;
  flags: string[];
}

/** Keys, or patterns for them, that are values of an option. */
export interface OptionJson {
  words: string[];
  from: number;
  options: Record<string, number>;
  pattern?: true;
}

/** One key specification as written. */
export interface KeyJson {
  index?: number;
  keyword?: [word: string, start: number];
  unknown?: true;
  range?: [last: number, step: number, limit: number];
  keynum?: [numberIndex: number, first: number, step: number];
  option?: OptionJson;
  flags: string[];
  notes?: string;
  otherwise?: OtherwiseJson;
}

/** One argument as written. */
export interface ArgJson {
  name: string;
  type: string;
  token?: string;
  key_spec_index?: number;
  since?: string;
  deprecated_since?: string;
  flags?: string[];
  args?: ArgJson[];
}

/** One command or subcommand as written. */
export interface CommandJson {
  name: string;
  arity: number;
  since: string;
  summary: string;
  complexity?: string;
  group?: string;
  flags?: string[];
  acl?: string[];
  run?: "core" | "server";
  locks?: "keys" | "none" | "world";
  handler?: string;
  hints?: string[];
  deprecated?: { since: string; replaced_by: string };
  doc_flags?: string[];
  keys?: KeyJson[];
  history?: [version: string, change: string][];
  args?: ArgJson[];
  subcommands?: CommandJson[];
}

/** One file of the table. */
export interface FamilyJson {
  family: string;
  about: string;
  commands: CommandJson[];
}

/** A command with everything derived. */
export interface Command extends CommandJson {
  id: number;
  family: string;
  lower: string;
  fullName: string;
  groupName: string;
  allFlags: string[];
  categories: string[];
  firstKey: number;
  lastKey: number;
  keyStep: number;
  runs: "core" | "server" | "container";
  lockMode: "keys" | "none" | "world";
  path: string;
  subs: Command[];
}

/** Flags in the order COMMAND INFO shows them; those of HIDDEN_FLAGS it does not show. */
export const FLAGS: string[] = [
  "write",
  "readonly",
  "denyoom",
  "module",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "asking",
  "fast",
  "no_auth",
  "no_mandatory_keys",
  "no_async_loading",
  "no_multi",
  "movablekeys",
  "allow_busy",
];

/** Flags only the server itself reads. */
export const HIDDEN_FLAGS: string[] = ["may_replicate", "protected"];

/** ACL categories in the order of their bits. */
export const CATEGORIES: string[] = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
];

/** Flags of a key specification, in the order shown. */
export const KEY_FLAGS: string[] = [
  "RO",
  "RW",
  "OW",
  "RM",
  "access",
  "update",
  "insert",
  "delete",
  "not_key",
  "incomplete",
  "variable_flags",
];

/** Types of an argument. */
export const ARG_TYPES: string[] = [
  "string",
  "integer",
  "double",
  "key",
  "pattern",
  "unix-time",
  "pure-token",
  "oneof",
  "block",
];

/** Flags of an argument. */
export const ARG_FLAGS: string[] = ["optional", "multiple", "multiple_token"];

const RUST_KEYWORDS = [
  "move",
  "type",
  "loop",
  "match",
  "use",
  "ref",
  "static",
  "where",
  "impl",
  "crate",
  "super",
];

/** All families as one table sorted by name, with everything derived. */
export function deriveCommands(families: FamilyJson[]): Command[] {
  const listed = families.flatMap((family) =>
    family.commands.map((command) => ({ command, family: family.family }))
  );
  const commands = listed.map(({ command, family }) => derive(command, family, undefined))
    .sort(byName);
  let id = 0;
  for (const command of commands) {
    command.id = id++;
    for (const sub of command.subs) sub.id = id++;
  }
  return commands;
}

/** Commands and subcommands in the order of their ids. */
export function flatten(commands: Command[]): Command[] {
  return commands.flatMap((command) => [command, ...command.subs]);
}

const byName = (a: Command, b: Command): number =>
  a.lower < b.lower ? -1 : a.lower > b.lower ? 1 : 0;

function derive(command: CommandJson, family: string, container: string | undefined): Command {
  const lower = command.name.toLowerCase();
  const subs = (command.subcommands ?? []).map((sub) => derive(sub, family, lower)).sort(byName);
  const keys = command.keys ?? [];
  const flags = [...(command.flags ?? [])];
  if (keys.some((key) => key.index === undefined || key.range === undefined)) {
    flags.push("movablekeys");
  }
  const [firstKey, lastKey, keyStep] = legacyRange(keys);
  return {
    ...command,
    id: 0,
    family,
    lower,
    subs,
    firstKey,
    lastKey,
    keyStep,
    fullName: container === undefined ? lower : `${container}|${lower}`,
    groupName: command.group ?? family,
    allFlags: inOrder(flags, [...FLAGS, ...HIDDEN_FLAGS]),
    categories: categoriesOf(flags, command.acl ?? []),
    runs: subs.length > 0 && command.handler === undefined ? "container" : command.run ?? "core",
    lockMode: command.locks ?? (keys.length > 0 ? "keys" : "none"),
    path: command.handler ?? handlerPath(family, lower, container),
  };
}

function handlerPath(family: string, lower: string, container: string | undefined): string {
  const name = (container === undefined ? lower : `${container}_${lower}`).replaceAll("-", "_");
  return `${family}::${RUST_KEYWORDS.includes(name) ? `${name}_` : name}`;
}

const inOrder = (names: string[], order: string[]): string[] =>
  order.filter((name) => names.includes(name));

/** The categories written down and those the flags imply. */
function categoriesOf(flags: string[], written: string[]): string[] {
  const names = [...written, flags.includes("fast") ? "fast" : "slow"];
  if (flags.includes("write")) names.push("write");
  if (flags.includes("readonly") && !written.includes("scripting")) names.push("read");
  if (flags.includes("admin")) names.push("admin", "dangerous");
  for (const same of ["pubsub", "blocking"]) if (flags.includes(same)) names.push(same);
  return inOrder(names, CATEGORIES);
}

/** First, last and step as clients older than key specifications read them: the leading adjacent ranges. */
function legacyRange(keys: KeyJson[]): [first: number, last: number, step: number] {
  const ranges = keys.flatMap(({ index, range }) =>
    index !== undefined && range !== undefined ? [{ index, last: range[0], step: range[1] }] : []
  );
  const [one] = ranges;
  if (one === undefined) return [0, 0, 0];
  const end = (range: typeof one): number => range.last < 0 ? range.last : range.index + range.last;
  if (keys.length === 1) return [one.index, end(one), one.step];
  let last = end(one);
  for (const range of ranges.slice(1)) {
    if (range.step !== 1 || range.index !== last + 1) return [0, 0, 0];
    last = end(range);
  }
  return one.step === 1 ? [one.index, last, 1] : [0, 0, 0];
}
