/**
 * A user's strategy: its file, and the process that runs it.
 *
 * Knows the contract and no slot; when it runs and what its answers lead to is others'. Invariants: a new process takes over only when
 * it has taken its options, so that a file that was broken meanwhile leaves the one that runs; the caller never waits for it, as
 * everything here is a promise.
 *
 * @module
 */

import { faultsOfOptions } from "../strategies/check.ts";
import {
  type Budget,
  type Explanation,
  type KeyView,
  type OptionDescription,
  type OptionTexts,
  readOptions,
} from "../strategies/strategy.ts";
import { GuestProcess, lineOf, StoppedError } from "./guest/process.ts";

export { StoppedError, TooSlowError } from "./guest/process.ts";

/** What came back of a round: anything, to be checked. */
export interface GuestAnswer {
  readonly placement: unknown;
  readonly moves: unknown;
  /** What the strategy took, as its process says; there is a limit to how late an answer may be whatever it says. */
  readonly tookMs: number;
}

/** A strategy that answers later; {@linkcode FileGuest} is the real one. */
export interface Guest {
  /** Where it comes from. */
  readonly source: string;
  /** What it calls itself, and its options, as the latest process told. */
  readonly name: string;
  readonly options: readonly OptionDescription[];
  readonly isRunning: boolean;
  /**
   * Starts a process with these options, in place of the one that runs.
   *
   * @throws {Error} with what is wrong with file, strategy or options; then the one that runs stays
   */
  start(given: OptionTexts): Promise<void>;
  /**
   * Asks for a round.
   *
   * @param view as JSON
   * @throws {Error} with what went wrong; {@linkcode TooSlowError} when the answer took too long, {@linkcode StoppedError} when it
   *   was stopped or replaced meanwhile
   */
  ask(view: string, budget: Budget): Promise<GuestAnswer>;
  /** Asks what it thinks of a key; undefined when it cannot tell. */
  explain(view: string, key: KeyView): Promise<Explanation | undefined>;
  /** Whether its file has changed since a process was last started, or this was last asked. */
  hasChanged(): Promise<boolean>;
  /** Ends its process; {@linkcode start} begins anew. */
  stop(): Promise<void>;
}

/** A strategy in a file. */
export class FileGuest implements Guest {
  readonly source: string;
  #name = "";
  #options: readonly OptionDescription[] = [];
  #process: GuestProcess | undefined;
  #stamp = "";
  /** Processes that have not taken over yet. */
  readonly #starting = new Set<GuestProcess>();
  /** Counts stops, so that a process that was being started then is not kept. */
  #stops = 0;
  /** Done when all that were stopped have ended. */
  #ending: Promise<unknown> = Promise.resolve();

  /** @param path absolute */
  constructor(path: string) {
    this.source = path;
  }

  get name(): string {
    return this.#name;
  }

  get options(): readonly OptionDescription[] {
    return this.#options;
  }

  get isRunning(): boolean {
    return this.#process?.isRunning ?? false;
  }

  async start(given: OptionTexts): Promise<void> {
    const stops = this.#stops;
    this.#stamp = await stampOf(this.source);
    const fresh = await GuestProcess.start(this.source);
    this.#starting.add(fresh);
    try {
      const { name, options } = await fresh.introduction;
      const declared = checked(name, options);
      const values = readOptions(declared, given);
      const { error } = await fresh.ask((number) => lineOf({ number, options: values }));
      if (error !== undefined) throw new Error(error);
      if (stops !== this.#stops) throw new StoppedError("it was stopped");
      const old = this.#process;
      [this.#process, this.#name, this.#options] = [fresh, name ?? "", declared];
      await old?.stop();
    } catch (error) {
      await fresh.stop();
      throw error;
    } finally {
      this.#starting.delete(fresh);
    }
  }

  async ask(view: string, budget: Budget): Promise<GuestAnswer> {
    const spent = JSON.stringify(budget);
    const reply = await this.#running().ask((number) =>
      `{"number":${number},"view":${view},"budget":${spent}}`
    );
    if (reply.error !== undefined) throw new Error(reply.error);
    const tookMs = typeof reply.ms === "number" && reply.ms >= 0 ? reply.ms : 0;
    return { placement: reply.placement ?? undefined, moves: reply.moves, tookMs };
  }

  async explain(view: string, key: KeyView): Promise<Explanation | undefined> {
    const wanted = JSON.stringify(key);
    const reply = await this.#running().ask((number) =>
      `{"number":${number},"view":${view},"key":${wanted}}`
    );
    if (reply.error !== undefined) throw new Error(reply.error);
    return readExplanation(reply.explanation);
  }

  async hasChanged(): Promise<boolean> {
    try {
      const stamp = await stampOf(this.source);
      const changed = stamp !== this.#stamp;
      this.#stamp = stamp;
      return changed;
    } catch {
      // A file that is being replaced may be gone for a moment.
      return false;
    }
  }

  async stop(): Promise<void> {
    this.#stops++;
    const running = [...this.#starting, ...this.#process === undefined ? [] : [this.#process]];
    this.#process = undefined;
    this.#ending = Promise.all([this.#ending, ...running.map((one) => one.stop())]);
    await this.#ending;
  }

  #running(): GuestProcess {
    if (this.#process !== undefined) return this.#process;
    throw new Error("its process does not run");
  }
}

/** Its options, if they and its name are as they should be. */
function checked(name: unknown, options: unknown): readonly OptionDescription[] {
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    throw new Error(`its name is '${name}': want a-z, 0-9 and _`);
  }
  const faults = faultsOfOptions(options);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return options as readonly OptionDescription[];
}

/** Tells one version of a file from another. @throws {Error} when there is no such file */
async function stampOf(path: string): Promise<string> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : `${error}`;
    throw new Error(`Cannot load '${path}': ${why}`);
  }
  if (!info.isFile) throw new Error(`Cannot load '${path}': it is no file`);
  return `${info.dev} ${info.ino} ${info.size} ${info.mtime?.getTime()}`;
}

function readExplanation(told: unknown): Explanation | undefined {
  if (typeof told !== "object" || told === null) return undefined;
  const { target, reason, numbers } = told as Partial<Explanation>;
  const pairs = Object.entries(numbers ?? {}).filter(([, value]) => typeof value === "number");
  return {
    target: typeof target === "number" ? target : undefined,
    reason: String(reason ?? "").slice(0, 1000),
    numbers: Object.fromEntries(pairs.slice(0, 64)),
  };
}
