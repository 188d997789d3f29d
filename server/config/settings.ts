/**
 * The values in force, and which line each of them came from.
 *
 * Knows no connection and never writes a file. Invariant: every value is canonical, that is, its kind reads it back as
 * itself.
 *
 * @module
 */

import { directiveWords } from "./syntax.ts";
import { ValueError } from "./kinds.ts";
import type { Option } from "./option.ts";
import { findOption, nearestName, OPTIONS } from "./options.ts";

/** What stands for a file's name in the {@linkcode Origin} of an argument. */
export const COMMAND_LINE = "command line";

/** The same for a variable. */
export const ENVIRONMENT = "environment";

/** Where a directive stands. */
export interface Origin {
  /** A path, `standard input`, `command line` or `environment`. */
  readonly file: string;
  /** The line in it, or the position among the arguments; the first is 1. */
  readonly line: number;
  /** The directive as it was written. */
  readonly text: string;
}

/** A directive split into words, with its place. */
export interface Directive {
  readonly words: readonly string[];
  readonly origin: Origin;
}

/** A configuration that the server cannot start with; the message is ready to be shown to the operator. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** @param remedy what is wrong and what to do @param origin the line at fault, if there is one */
  constructor(readonly remedy: string, readonly origin?: Origin) {
    const unit = origin?.file === COMMAND_LINE ? "argument" : "line";
    const spot = origin?.file === ENVIRONMENT ? "" : `, ${unit} ${origin?.line}`;
    const place = origin ? `${origin.file}${spot}\n>>> '${origin.text}'\n` : "";
    super(`\n*** FATAL CONFIGURATION ERROR (numakv, Redis 7.0.15) ***\n${place}${remedy}`);
  }
}

/** One value for every option. */
export class Settings {
  readonly #values = new Map<string, string>();
  readonly #origins = new Map<string, Origin>();
  /** Appending options that the layer being read has already started afresh. */
  #started = new Set<string>();

  /** Every option at its default. */
  constructor() {
    for (const option of OPTIONS) {
      this.#values.set(option.name, readWords(option, [option.standard], ""));
    }
  }

  /** A copy that changes on its own. */
  clone(): Settings {
    const copy = new Settings();
    for (const [name, value] of this.#values) copy.#values.set(name, value);
    for (const [name, origin] of this.#origins) copy.#origins.set(name, origin);
    return copy;
  }

  /** The canonical value of `option`. */
  value(option: Option): string {
    return this.#values.get(option.name) ?? option.standard;
  }

  /** The last line that set `option`; `undefined` while it has its default. */
  origin(option: Option): Origin | undefined {
    return this.#origins.get(option.name);
  }

  /** Begins a layer (file, then command line): in it, the first line of an appending option replaces what was before. */
  beginLayer(): void {
    this.#started = new Set();
  }

  /**
   * Applies one directive.
   *
   * @returns the option that was set
   * @throws {ConfigError} when the name is unknown or the value is refused by its kind
   */
  assign({ words: [name = "", ...words], origin }: Directive): Option {
    const option = findOption(name);
    if (option === undefined) throw new ConfigError(unknownName(name), origin);
    const fresh = option.kind.repeat === "append" && !this.#started.has(option.name);
    try {
      this.#values.set(option.name, readWords(option, words, fresh ? "" : this.value(option)));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const usage = `write: ${option.name} ${option.kind.syntax}`;
      throw new ConfigError(`${error.message}\n${option.doc} To set it, ${usage}`, origin);
    }
    this.#started.add(option.name);
    this.#origins.set(option.name, origin);
    return option;
  }

  /**
   * Replaces a value as CONFIG SET does.
   *
   * @throws {ValueError} when the kind refuses it
   */
  replace(option: Option, text: string): void {
    this.record(option, [text]);
  }

  /**
   * The same for the words of a line.
   *
   * @throws {ValueError} when the kind refuses them
   */
  record(option: Option, words: readonly string[]): void {
    const before = option.kind.repeat === "merge" ? this.value(option) : "";
    this.#values.set(option.name, readWords(option, words, before));
  }
}

/**
 * Splits one line of a file.
 *
 * @returns `undefined` for a blank line or a comment
 * @throws {ConfigError} when its quotes are unbalanced or it is not UTF-8
 */
export function parseLine(text: string, file: string, line: number): Directive | undefined {
  const origin = { file, line, text: text.trim() };
  try {
    const words = directiveWords(text);
    if (words.length === 0) return undefined;
    if (text.includes("\uFFFD")) {
      throw new SyntaxError("the line is not UTF-8: save the file as UTF-8");
    }
    return { words, origin };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError(`Cannot split the line into words: ${error.message}`, origin);
  }
}

/** Reads words with the option's kind. What goes down to core must fit its lines. */
function readWords(option: Option, words: readonly string[], before: string): string {
  const { kind } = option;
  const list = kind.many && words.length === 1 ? (words[0] ?? "").split(" ") : words;
  const value = kind.read(list, before);
  if (option.place === "core" && /[\r\n\0]/.test(value)) {
    throw new ValueError("argument must not contain a line break or a zero byte");
  }
  return value;
}

function unknownName(name: string): string {
  const nearest = nearestName(name);
  const advice = nearest === undefined
    ? "remove the line; numakv knows the directives of Redis 7.0.15 and its own"
    : `did you mean '${nearest}'?`;
  return `Unknown directive '${name}': ${advice}`;
}
