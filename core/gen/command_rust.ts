/**
 * Writes the command table as Rust: `core/src/command/table.rs`.
 *
 * Fields that hold their default are left out, so that a command reads in a few lines; rustfmt is told
 * to leave the table alone. Invariant: handler paths are written as paths, so rustc names a missing one.
 *
 * @module
 */
import { type ArgJson, type Command, flatten, type KeyJson } from "./command_model.ts";

/** The text of `core/src/command/table.rs`. */
export function rustCommands(commands: Command[]): string {
  return "//! The command table: every command and subcommand with all that is known of it.\n" +
    "//!\n//! Knows no behaviour. Invariant: sorted by name; ids are dense, 0 to `COMMAND_COUNT - 1`.\n" +
    "// Written by core/gen.ts from core/commands/*.json; edit those and run `deno task gen`.\n\n" +
    "use super::spec::{\n    Acl, ArgFlags, ArgKind, Argument, Begin, CommandSpec, Deprecated, Find, Flags, KeyFlags,\n" +
    "    KeyOption, KeySpec, Locks, Otherwise, Run,\n};\n\n" +
    "/// Commands and subcommands together.\n" +
    `pub const COMMAND_COUNT: usize = ${flatten(commands).length};\n\n` +
    "/// Every command, sorted by name.\n#[rustfmt::skip]\npub static COMMANDS: &[CommandSpec] = &[\n" +
    commands.map((command) => spec(command, "    ")).join("") + "];\n";
}

const quote = (text: string): string => JSON.stringify(text);
const list = (items: string[]): string => `&[${items.join(", ")}]`;
const rustConst = (name: string): string => name.toUpperCase().replaceAll("-", "_");
const variant = (name: string): string =>
  name.split("-").map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");

/** `Flags::WRITE.with(Flags::FAST)`, or `Flags::NONE`. */
function bits(type: string, names: string[]): string {
  const [first, ...rest] = names.map((name) => `${type}::${rustConst(name)}`);
  return first === undefined
    ? `${type}::NONE`
    : first + rest.map((name) => `.with(${name})`).join("");
}

function spec(command: Command, indent: string): string {
  const lines = [
    `id: ${command.id}, name: ${quote(command.lower)}, full_name: ${quote(command.fullName)}, ` +
    `since: ${quote(command.since)}, group: ${quote(command.groupName)}, arity: ${command.arity},`,
    `summary: ${quote(command.summary)}, complexity: ${quote(command.complexity ?? "")},`,
    `flags: ${bits("Flags", command.allFlags)}, acl: ${bits("Acl", command.categories)},`,
    `run: ${run(command)}, locks: Locks::${variant(command.lockMode)},`,
  ];
  const { keys, hints, history, deprecated, doc_flags: docFlags, args } = command;
  if (keys) {
    lines.push(
      `first_key: ${command.firstKey}, last_key: ${command.lastKey}, key_step: ${command.keyStep},`,
      `keys: ${list(keys.map(keySpec))},`,
    );
  }
  if (hints) lines.push(`hints: ${list(hints.map(quote))},`);
  if (history) {
    lines.push(`history: ${list(history.map(([at, text]) => `(${quote(at)}, ${quote(text)})`))},`);
  }
  if (deprecated) {
    lines.push(
      `deprecated: Some(Deprecated { since: ${quote(deprecated.since)}, ` +
        `replaced_by: ${quote(deprecated.replaced_by)} }),`,
    );
  }
  if (docFlags) lines.push(`doc_flags: ${list(docFlags.map(quote))},`);
  if (args) lines.push(`arguments: ${argumentList(args, indent + "    ")},`);
  if (command.subs.length > 0) {
    lines.push(
      `subcommands: &[\n${
        command.subs.map((sub) => spec(sub, indent + "        ")).join("")
      }${indent}    ],`,
    );
  }
  const body = [...lines, "..CommandSpec::BLANK"].map((line) => `${indent}    ${line}\n`).join("");
  return `${indent}CommandSpec {\n${body}${indent}},\n`;
}

function run(command: Command): string {
  if (command.runs === "container") return "Run::Container";
  return command.runs === "server" ? "Run::Server" : `Run::Core(super::${command.path})`;
}

function keySpec(key: KeyJson): string {
  const begin = key.index !== undefined
    ? `Begin::Index(${key.index})`
    : key.keyword !== undefined
    ? `Begin::Keyword { word: ${quote(key.keyword[0])}, start: ${key.keyword[1]} }`
    : "Begin::Unknown";
  const otherwise = key.otherwise === undefined ? "None" : `Some(Otherwise { ` +
    `without: ${list(key.otherwise.without.map(quote))}, from: ${key.otherwise.from}, ` +
    `flags: ${bits("KeyFlags", key.otherwise.flags)} })`;
  return `KeySpec { begin: ${begin}, find: ${find(key)}, flags: ${bits("KeyFlags", key.flags)}, ` +
    `notes: ${quote(key.notes ?? "")}, otherwise: ${otherwise} }`;
}

function find({ range, keynum, option }: KeyJson): string {
  if (range) return `Find::Range { last: ${range[0]}, step: ${range[1]}, limit: ${range[2]} }`;
  if (keynum) {
    return `Find::KeyNum { number: ${keynum[0]}, first: ${keynum[1]}, step: ${keynum[2]} }`;
  }
  if (option) {
    const options = Object.entries(option.options).map(([word, values]) =>
      `(${quote(word)}, ${values})`
    );
    return `Find::Option(KeyOption { words: ${list(option.words.map(quote))}, ` +
      `from: ${option.from}, options: ${list(options)}, is_pattern: ${option.pattern === true} })`;
  }
  return "Find::Unknown";
}

function argumentList(args: ArgJson[], indent: string): string {
  const items = args.map((arg) => `${indent}    ${argument(arg, indent + "    ")},\n`);
  return `&[\n${items.join("")}${indent}]`;
}

function argument(arg: ArgJson, indent: string): string {
  const fields = [`name: ${quote(arg.name)}`, `kind: ArgKind::${variant(arg.type)}`];
  if (arg.token !== undefined) fields.push(`token: Some(${quote(arg.token)})`);
  if (arg.key_spec_index !== undefined) fields.push(`key_spec: Some(${arg.key_spec_index})`);
  if (arg.since !== undefined) fields.push(`since: ${quote(arg.since)}`);
  if (arg.deprecated_since !== undefined) {
    fields.push(`deprecated_since: ${quote(arg.deprecated_since)}`);
  }
  if (arg.flags !== undefined) fields.push(`flags: ${bits("ArgFlags", arg.flags)}`);
  if (arg.args !== undefined) fields.push(`arguments: ${argumentList(arg.args, indent)}`);
  return `Argument { ${fields.join(", ")}, ..Argument::BLANK }`;
}
