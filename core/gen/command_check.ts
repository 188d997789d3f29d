/**
 * What must hold in the command table before anything is written from it.
 *
 * Knows nothing of redis and nothing of Rust. Invariant: a table that passes has unique names, only
 * words the server knows, and key positions that lie behind the command's name and can be reached.
 *
 * @module
 */
import {
  ARG_FLAGS,
  ARG_TYPES,
  type ArgJson,
  CATEGORIES,
  type Command,
  FLAGS,
  flatten,
  HIDDEN_FLAGS,
  KEY_FLAGS,
  type KeyJson,
} from "./command_model.ts";
import { TableError } from "./table_error.ts";

/** Stops at the first contradiction; the message names the command. */
export function checkCommands(commands: Command[]): void {
  const all = flatten(commands);
  const names = all.map((command) => command.fullName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(twice, "is declared twice");
  all.forEach(checkCommand);
}

function checkCommand(command: Command): void {
  const name = command.fullName;
  if (command.name !== command.name.toUpperCase()) {
    fail(name, `must be written ${command.name.toUpperCase()}`);
  }
  if (!Number.isInteger(command.arity) || command.arity === 0) {
    fail(name, `arity ${command.arity} is no count`);
  }
  if (command.summary.trim() === "") fail(name, "has no summary");
  known(name, "flag", command.flags, [...FLAGS, ...HIDDEN_FLAGS]);
  known(name, "ACL category", command.acl, CATEGORIES);
  known(name, "run", [command.run ?? "core"], ["core", "server"]);
  known(name, "locks", [command.lockMode], ["keys", "none", "world"]);
  if (command.allFlags.includes("write") && command.allFlags.includes("readonly")) {
    fail(name, "is both write and readonly");
  }
  if (command.lockMode === "keys" && (command.keys ?? []).length === 0) {
    fail(name, "locks keys but declares none");
  }
  if (command.runs === "server" && command.lockMode !== "none") {
    fail(name, "runs in the server, where no lock is held");
  }
  for (const sub of command.subs) {
    if (sub.subs.length > 0) fail(sub.fullName, "has subcommands of its own");
  }
  (command.keys ?? []).forEach((key, index) => checkKey(command, key, index));
  (command.args ?? []).forEach((arg) => checkArg(command, arg));
}

function checkKey(command: Command, key: KeyJson, index: number): void {
  const name = `${command.fullName}, key specification ${index}`;
  const begins = [key.index, key.keyword, key.unknown].filter((begin) => begin !== undefined);
  if (begins.length !== 1) fail(name, "needs exactly one of index, keyword, unknown");
  if (!key.unknown && (key.range === undefined) === (key.keynum === undefined)) {
    fail(name, "needs exactly one of range, keynum");
  }
  if (key.option !== undefined) {
    if (!key.unknown) fail(name, "finds keys by an option, which clients cannot: needs unknown");
    if (key.option.from < 1) fail(name, "finds options in the command's name");
    known(name, "option", key.option.words, Object.keys(key.option.options));
  }
  known(name, "flag", [...key.flags, ...(key.otherwise?.flags ?? [])], KEY_FLAGS);
  for (const flags of [key.flags, key.otherwise?.flags ?? ["RO"]]) {
    const access = flags.filter((flag) => ["RO", "RW", "OW", "RM"].includes(flag));
    if (access.length !== 1 && !flags.includes("not_key")) {
      fail(name, "needs exactly one of RO, RW, OW, RM");
    }
  }
  if (key.otherwise !== undefined && !key.flags.includes("variable_flags")) {
    fail(name, "has other flags at times but is not marked variable_flags");
  }
  if (key.index !== undefined) checkIndex(name, command.arity, key.index, key);
  if (key.keynum !== undefined && (key.keynum[0] < 0 || key.keynum[1] < 1 || key.keynum[2] < 1)) {
    fail(name, `keynum [${key.keynum}] reaches before its number or does not advance`);
  }
}

function checkIndex(name: string, arity: number, index: number, key: KeyJson): void {
  if (index < 1) fail(name, `index ${index} is the command's name or before it`);
  if (arity > 0 && index >= arity) {
    fail(name, `index ${index} is behind the last argument (arity ${arity})`);
  }
  if (key.range === undefined) return;
  const [last, step, limit] = key.range;
  if (step < 1) fail(name, `step ${step} does not advance`);
  if (limit < 0) fail(name, `limit ${limit} is below 0`);
  if (last >= 0 && arity > 0 && index + last >= arity) {
    fail(name, `last key ${index + last} is behind the last argument (arity ${arity})`);
  }
}

function checkArg(command: Command, arg: ArgJson): void {
  const name = `${command.fullName}, argument "${arg.name}"`;
  known(name, "type", [arg.type], ARG_TYPES);
  known(name, "flag", arg.flags, ARG_FLAGS);
  const holds = arg.type === "oneof" || arg.type === "block";
  if (holds !== (arg.args !== undefined)) {
    fail(name, `type ${arg.type} and its arguments do not fit`);
  }
  if (arg.type === "pure-token" && arg.token === undefined) fail(name, "is a token without text");
  const spec = arg.key_spec_index;
  if (spec !== undefined && spec >= (command.keys ?? []).length) {
    fail(name, `names key specification ${spec}, which is not there`);
  }
  arg.args?.forEach((inner) => checkArg(command, inner));
}

function known(name: string, what: string, words: string[] | undefined, allowed: string[]): void {
  const stranger = words?.find((word) => !allowed.includes(word));
  if (stranger !== undefined) {
    fail(name, `has unknown ${what} "${stranger}"; known are ${allowed.join(", ")}`);
  }
}

function fail(name: string, message: string): never {
  throw new TableError(`core/commands: ${name} ${message}`);
}
