/**
 * The configuration: the options' values, how they are read at start, changed at run time and written back.
 *
 * The table of options is `config/options.ts`. Knows no socket, no core and no protocol: others ask it for values and hear
 * of changes. Invariant: a change is whole or not at all; a hook that refuses leaves every value as it was.
 *
 * @module
 */

import { resolve } from "@std/path";
import type { Serve } from "./config/arguments.ts";
import { type Endpoint, parseEndpoint, ValueError } from "./config/kinds.ts";
import { readDirectives, readFile } from "./config/load.ts";
import { valuesOfNodes } from "./config/node_kinds.ts";
import {
  dashed,
  disagreement,
  NODE_WEIGHT,
  VARIABLE_WORDS,
  VARIABLES,
} from "./config/numa_options.ts";
import type { Option } from "./config/option.ts";
import { CORE_OPTION_NAMES, findOption, listedNames, OPTIONS } from "./config/options.ts";
import { rewriteFile } from "./config/rewrite.ts";
import { ConfigError, type Directive, ENVIRONMENT, Settings } from "./config/settings.ts";
import { seatsOf } from "./config/slot_kind.ts";
import { globTest } from "./config/syntax.ts";

export { HELP, type Invocation, parseArguments, type Serve } from "./config/arguments.ts";
export type { Endpoint } from "./config/kinds.ts";
export { valuesOfNodes } from "./config/node_kinds.ts";
export { numaParameters, type Parameter, parameterOf } from "./config/parameters.ts";
export { CORE_OPTION_NAMES, OPTIONS } from "./config/options.ts";
export { ConfigError } from "./config/settings.ts";

const IMMUTABLE = "can't set immutable config";

/** A CONFIG command that was refused; the message is the error reply behind `ERR `. */
export class ConfigCommandError extends Error {
  override name = "ConfigCommandError";

  /** @param reason what is wrong, without Redis' words around it */
  constructor(message: string, readonly reason = message) {
    super(message);
  }
}

/**
 * Called after values changed, with the names of its options that did; the new values are already in force.
 *
 * @throws {Error} to refuse: all values of the same CONFIG SET go back, and hooks already called are called again
 */
export type ChangeHook = (changed: ReadonlySet<string>) => void | Promise<void>;

/** Where configuration may come from besides files. */
export interface LoadSources {
  /** Reads standard input to its end; for `-`. */
  readonly readStdin?: () => string;
  /** A variable of the environment; left out, it has none. */
  readonly variable?: (name: string) => string | undefined;
}

/** The configuration of one server. */
export class Config {
  #settings: Settings;
  readonly #file: string | undefined;
  readonly #hooks: { readonly names: ReadonlySet<string>; readonly hook: ChangeHook }[] = [];
  readonly #warnings: string[];
  /** Ends when the last CONFIG SET or REWRITE has ended: they run one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(settings: Settings, file: string | undefined) {
    this.#settings = settings;
    this.#file = file;
    checkTogether(settings);
    this.#warnings = checkLimits(settings);
  }

  /**
   * Reads defaults, then the environment, the file, standard input and command line, later ones winning.
   *
   * @throws {ConfigError} when a source cannot be read, or asks for what would be lost in silence
   */
  static load(
    serve: Serve = { action: "serve", stdin: false, directives: [] },
    sources: LoadSources = {},
  ): Config {
    const settings = new Settings();
    const file = serve.file === undefined ? undefined : resolve(serve.file);
    const layers = [
      readVariables(sources.variable ?? (() => undefined)),
      file === undefined ? [] : readFile(file),
      serve.stdin ? readDirectives((sources.readStdin ?? readStdin)(), "standard input") : [],
      serve.directives,
    ];
    for (const layer of layers) {
      settings.beginLayer();
      for (const directive of layer) settings.assign(directive);
    }
    return new Config(settings, file);
  }

  /** The absolute path of the configuration file; `undefined` when there is none. */
  get file(): string | undefined {
    return this.#file;
  }

  /** One sentence for each value that asks for what numakv does not do; to be logged at start. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** The canonical value of an option, as CONFIG GET shows it. @throws {Error} when there is no such option */
  text(name: string): string {
    return this.#settings.value(known(name));
  }

  /** The value of a number; above 2^53 it is rounded. @throws {Error} when the value is not a number */
  integer(name: string): number {
    const value = Number(this.text(name));
    if (Number.isNaN(value)) throw new Error(`Cannot read option '${name}' as a number`);
    return value;
  }

  /** The value of a yes-or-no option. @throws {Error} when it is not one */
  flag(name: string): boolean {
    const value = this.text(name);
    if (value !== "yes" && value !== "no") {
      throw new Error(`Cannot read option '${name}' as yes or no: it is '${value}'`);
    }
    return value === "yes";
  }

  /** The words of a value; none when it is empty. */
  list(name: string): string[] {
    const value = this.text(name);
    return value === "" ? [] : value.split(" ");
  }

  /** The addresses of `bind`, as a listener takes them, and which of them may be missing on this machine. */
  bindAddresses(): { hostname: string; optional: boolean }[] {
    return this.list("bind").map((word) => {
      const optional = word.startsWith("-");
      const address = optional ? word.slice(1) : word;
      const hostname = address === "*" ? "0.0.0.0" : address === "::*" ? "::" : address;
      return { hostname, optional };
    });
  }

  /** The endpoints of `numa-listen`, each with the id of its NUMA node. */
  nodeEndpoints(): { node: number; endpoint: Endpoint }[] {
    const words = this.list("numa-listen");
    return words.filter((_, index) => index % 2 === 0).map((node, index) => ({
      node: Number(node),
      endpoint: parseEndpoint(words[2 * index + 1] ?? ""),
    }));
  }

  /** The weight of a node in weighted placement. */
  nodeWeight(node: number): number {
    return Number(valuesOfNodes(this.text("numa-node-weight")).get(node) ?? NODE_WEIGHT);
  }

  /** The ids of nodes that `name`, an option with values node by node, names. */
  nodesOf(name: string): number[] {
    return [...valuesOfNodes(this.text(name)).keys()];
  }

  /** Who sits in the strategy slots: by slot, the words that seat it. */
  slotSeats(): Map<number, string[]> {
    return seatsOf(this.text("numa-slot"));
  }

  /** The lines `name value\n` core is to be told, for all its options or for those among `names`. */
  coreLines(names: Iterable<string> = CORE_OPTION_NAMES): string {
    return [...names].filter((name) => CORE_OPTION_NAMES.includes(name))
      .map((name) => `${name} ${this.text(name)}\n`).join("");
  }

  /** The listed options whose name matches one of the globs, under each name that does; for CONFIG GET. */
  matching(patterns: readonly string[]): Map<string, string> {
    const tests = patterns.flatMap((pattern) => [globTest(pattern), globTest(dashed(pattern))]);
    const found = new Map<string, string>();
    for (const [name, option] of listedNames()) {
      const wanted = option.hidden
        ? patterns.some((word) => dashed(word) === name)
        : tests.some((test) => test(name));
      if (wanted) found.set(name, this.#settings.value(option));
    }
    return found;
  }

  /** Asks for `hook` to be called when one of `names` has changed by CONFIG SET. Hooks run in the order of asking. */
  onChange(names: string | Iterable<string>, hook: ChangeHook): void {
    const list = typeof names === "string" ? [names] : [...names];
    this.#hooks.push({ names: new Set(list.map((name) => known(name).name)), hook });
  }

  /**
   * Changes options at run time, all or none of them.
   *
   * @param pairs name and value as the client wrote them
   * @param trusted whether the connection comes from this machine, for `enable-protected-configs local`
   * @returns warnings to be logged
   * @throws {ConfigCommandError} with Redis' text when a name is unknown, a value is refused or a hook refuses
   */
  set(pairs: readonly (readonly [string, string])[], trusted = false): Promise<string[]> {
    return this.#inTurn(async () => {
      const options = this.#changeable(pairs, trusted);
      const wanted = this.#settings.clone();
      const warnings: string[] = [];
      for (const [index, option] of options.entries()) {
        const [name, value] = pairs[index] ?? ["", ""];
        refusing(name, () => wanted.replace(option, value));
        if (option.change === "start" && this.#settings.value(option) !== wanted.value(option)) {
          throw refusal(name, IMMUTABLE);
        }
        const warning = refusing(name, () => limitOf(option, wanted.value(option)));
        if (warning !== undefined) warnings.push(warning);
      }
      checkTogether(wanted, pairs.map(([name]) => name));
      await this.#adopt(wanted, options, pairs.map(([name]) => name));
      return warnings;
    });
  }

  /**
   * Notes what came into force by another way than CONFIG SET, for CONFIG GET and REWRITE to tell; no hook is called.
   *
   * @param words as in a line of the file
   * @throws {Error} when there is no such option, or the words are no value of it
   */
  record(name: string, words: readonly string[]): Promise<void> {
    return this.#inTurn(() => {
      this.#settings.record(known(name), words);
      return Promise.resolve();
    });
  }

  /**
   * Writes the values in force into the configuration file.
   *
   * @throws {ConfigCommandError} when there is no file, or it cannot be written
   */
  rewrite(): Promise<void> {
    return this.#inTurn(async () => {
      const file = this.#file;
      if (file === undefined) {
        throw new ConfigCommandError("The server is running without a config file");
      }
      try {
        await rewriteFile(file, this.#settings);
      } catch (error) {
        throw new ConfigCommandError(`Rewriting config file: ${firstLine(error)}`);
      }
    });
  }

  /** The options of `pairs`, or the first reason why one cannot be changed now. */
  #changeable(pairs: readonly (readonly [string, string])[], trusted: boolean): Option[] {
    const seen = new Set<string>();
    return pairs.map(([name]) => {
      const option = findOption(name);
      if (option === undefined || !option.listed) {
        throw new ConfigCommandError(
          `Unknown option or number of arguments for CONFIG SET - '${name}'`,
        );
      }
      if (option.change === "start" && !option.own) throw refusal(name, IMMUTABLE);
      if (option.change === "guarded" && !this.#unguarded(trusted)) {
        throw refusal(name, "can't set protected config");
      }
      // By name, not by option: Redis takes slave-priority beside replica-priority, and the last one counts.
      if (seen.has(name.toLowerCase())) throw refusal(name, "duplicate parameter");
      seen.add(name.toLowerCase());
      return option;
    });
  }

  #unguarded(trusted: boolean): boolean {
    const who = this.text("enable-protected-configs");
    return who === "yes" || (who === "local" && trusted);
  }

  /** Puts `wanted` in force and calls the hooks; goes back when one refuses. */
  async #adopt(
    wanted: Settings,
    options: readonly Option[],
    names: readonly string[],
  ): Promise<void> {
    const before = this.#settings;
    const changed = options.filter((one) => before.value(one) !== wanted.value(one));
    const calls = this.#hooks.map(({ names, hook }) => ({
      hook,
      changed: new Set(changed.map((one) => one.name).filter((name) => names.has(name))),
    })).filter((call) => call.changed.size > 0);
    this.#settings = wanted;
    for (const [index, call] of calls.entries()) {
      try {
        await call.hook(call.changed);
      } catch (error) {
        this.#settings = before;
        const undo = calls.slice(0, index + 1).reverse();
        const failures = await settle(undo.map((one) => () => one.hook(one.changed)));
        const culprit = options.findIndex((one) => call.changed.has(one.name));
        const trouble = failures.map((text) => `; going back failed too: ${text}`).join("");
        throw refusal(names[culprit] ?? "", firstLine(error) + trouble);
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Calls `steps` in order, all of them, and gives the messages of those that failed. */
async function settle(steps: readonly (() => void | Promise<void>)[]): Promise<string[]> {
  const failures: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  return failures;
}

function checkLimits(settings: Settings): string[] {
  return OPTIONS.flatMap((option) => {
    try {
      return limitOf(option, settings.value(option)) ?? [];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ConfigError(
        `Cannot honour '${option.name}': ${error.message}`,
        settings.origin(option),
      );
    }
  });
}

/**
 * Refuses values that are wrong together.
 *
 * @param changed names as the client wrote them, when it is a CONFIG SET that would bring them together
 */
function checkTogether(settings: Settings, changed?: readonly string[]): void {
  const found = disagreement((name) => settings.value(known(name)));
  if (found === undefined) return;
  if (changed === undefined) {
    throw new ConfigError(
      `Cannot honour '${found.name}': ${found.because}`,
      settings.origin(known(found.name)),
    );
  }
  throw refusal(changed.find((name) => found.because.includes(dashed(name))) ?? "", found.because);
}

/** The directives that the environment stands for. */
function readVariables(valueOf: (name: string) => string | undefined): Directive[] {
  return [...VARIABLES].flatMap(([variable, name], index) => {
    const text = valueOf(variable);
    if (text === undefined || text === "") return [];
    const word = VARIABLE_WORDS.get(text.toLowerCase());
    const value = name === "numa-default-node" ? text : word ?? text;
    const origin = { file: ENVIRONMENT, line: index + 1, text: `${variable}=${text}` };
    return [{ words: [name, value], origin }];
  });
}

/** The warning `value` deserves, if any. @throws {ValueError} when it is to be refused */
function limitOf({ name, limit }: Option, value: string): string | undefined {
  if (limit === undefined || limit.fine(value)) return undefined;
  if (limit.answer === "refuse") throw new ValueError(limit.because);
  return `${name} is '${value}', but ${limit.because}`;
}

function refusing<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueError) throw refusal(name, error.message);
    throw error;
  }
}

function refusal(name: string, reason: string): ConfigCommandError {
  return new ConfigCommandError(
    `CONFIG SET failed (possibly related to argument '${name}') - ${reason}`,
    reason,
  );
}

function known(name: string): Option {
  const option = findOption(name);
  if (option === undefined) throw new Error(`Cannot find option '${name}' in the table`);
  return option;
}

function firstLine(error: unknown): string {
  const text = error instanceof ConfigError
    ? error.remedy
    : (error as Error)?.message ?? `${error}`;
  return text.split("\n")[0] ?? "";
}

/** All of standard input. `/dev/stdin` would say the same and wants permissions that the server does not have. */
export function readStdin(): string {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let text = "";
  for (
    let count = Deno.stdin.readSync(buffer);
    count !== null;
    count = Deno.stdin.readSync(buffer)
  ) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text + decoder.decode();
}
