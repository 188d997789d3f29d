/**
 * From a user's file to a factory of strategies.
 *
 * Knows what such a file exports, and no strategy. The file runs with what the process that loads it may do: load it where that is
 * little. Invariant: what comes back has made one strategy already, under a name of its own.
 *
 * @module
 */

import type { Strategy, StrategyFactory } from "./strategy.ts";

/** A file's strategy. */
export interface Loaded {
  readonly name: string;
  readonly make: StrategyFactory;
}

/**
 * Loads a file.
 *
 * @param path relative to the current directory, or absolute
 * @throws {Error} naming the file, when it cannot be loaded or exports no factory
 */
export async function loadStrategy(path: string): Promise<Loaded> {
  const { make } = await loadFactory(path);
  let strategy: Partial<Strategy> | undefined;
  try {
    strategy = make();
  } catch (error) {
    throw new LoadError(
      `Cannot use the strategy of '${path}': its factory throws: ${textOf(error)}`,
    );
  }
  const name = strategy?.name;
  if (typeof name === "string" && name !== "") return { name, make };
  throw new LoadError(
    `Cannot use the strategy of '${path}': its factory gives no strategy with a name`,
  );
}

/** Watches over code that is loaded. */
interface Watch {
  watchLoading<T>(load: () => Promise<T>): Promise<{ value: T; touched: string[] }>;
}

/**
 * Loads a file and makes nothing yet.
 *
 * @param watch told of what the file does while it is loaded; nobody watches when left out
 * @returns the factory, and what it touched on its way that strategies may not
 * @throws {Error} as {@linkcode loadStrategy}
 */
export async function loadFactory(
  path: string,
  watch?: Watch,
): Promise<{ make: StrategyFactory; touched: readonly string[] }> {
  const url = urlOf(path);
  const load = (): Promise<Record<string, unknown>> => import(url);
  try {
    const loaded =
      await (watch?.watchLoading(load) ?? load().then((value) => ({ value, touched: [] })));
    return { make: factoryOf(loaded.value, path), touched: loaded.touched };
  } catch (error) {
    if (error instanceof LoadError) throw error;
    throw new LoadError(`Cannot load the strategy of '${path}': ${textOf(error)}`);
  }
}

/** A file that gives no strategy. */
export class LoadError extends Error {
  override name = "LoadError";
}

/**
 * The factory among a module's exports: the default one, or the only function.
 *
 * @throws {Error} quoting `path` when there is none, or more than one to choose from
 */
export function factoryOf(
  exports: Readonly<Record<string, unknown>>,
  path: string,
): StrategyFactory {
  const functions = Object.values(exports).filter((one) => typeof one === "function");
  const chosen = exports["default"] ?? (functions.length === 1 ? functions[0] : undefined);
  if (typeof chosen === "function") return chosen as StrategyFactory;
  throw new LoadError(
    `Cannot use the strategy of '${path}': want a function that makes it, exported as default; ` +
      `it exports ${Object.keys(exports).join(", ") || "nothing"}`,
  );
}

/** A path as the URL that `import()` wants. */
export function urlOf(path: string): string {
  return new URL(encodeURI(path), `file://${encodeURI(Deno.cwd())}/`).href;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
