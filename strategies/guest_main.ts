/**
 * The process a user's strategy runs in: it hears rounds on its standard input and answers them, a line of JSON each.
 *
 * Imports nothing but types, as it is loaded where nothing may be read. It trusts nobody: what it answers is checked by those who
 * asked. Invariant: one answer a request, in order, and nothing else on standard output unless the strategy itself writes there.
 *
 * @module
 */

import type {
  Budget,
  KeyView,
  OptionDescription,
  OptionValues,
  Strategy,
  View,
} from "./strategy.ts";

/** What is asked; which of the parts are there tells what it is. */
export interface GuestRequest {
  readonly number: number;
  /** Take these options and begin. */
  readonly options?: OptionValues;
  /** A round, or, with a key, an explanation. */
  readonly view?: View;
  readonly budget?: Budget;
  readonly key?: KeyView;
}

/** What comes back. The first line answers number 0, which nobody asks: who this is. */
export interface GuestReply {
  readonly number: number;
  /** What went wrong; then nothing else is there. */
  readonly error?: string;
  readonly name?: string;
  readonly options?: readonly OptionDescription[];
  readonly placement?: unknown;
  readonly moves?: unknown;
  /** Milliseconds the strategy took for a round. */
  readonly ms?: number;
  readonly explanation?: unknown;
}

// What a strategy prints goes where it disturbs nobody.
console.log = console.info = console.debug = console.error;

/** Answers until nobody asks any more. `module` is the user's: its default export, or the only function it exports, makes a strategy. */
export async function host(module: Readonly<Record<string, unknown>>): Promise<void> {
  const strategy = factoryOf(module)();
  say({ number: 0, name: strategy.name, options: strategy.options });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of Deno.stdin.readable) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) say(answer(strategy, JSON.parse(line)));
  }
  strategy.cleanup();
  Deno.exit(0);
}

function factoryOf(module: Readonly<Record<string, unknown>>): () => Strategy {
  const functions = Object.values(module).filter((one) => typeof one === "function");
  const factory = typeof module.default === "function" ? module.default : functions[0];
  if (factory === undefined || (factory !== module.default && functions.length > 1)) {
    throw new Error(
      `the file exports ${functions.length} functions: want a default export, or one function, that makes a strategy`,
    );
  }
  return factory as () => Strategy;
}

function answer(strategy: Strategy, request: GuestRequest): GuestReply {
  const { number, options, view, budget, key } = request;
  try {
    if (options !== undefined) strategy.init(options);
    if (view === undefined) return { number };
    if (key !== undefined) return { number, explanation: strategy.explain?.(view, key) };
    const startMs = performance.now();
    const placement = strategy.place(view);
    const moves = strategy.plan(view, budget ?? { keys: 0, bytes: 0 });
    return { number, placement, moves, ms: performance.now() - startMs };
  } catch (error) {
    return { number, error: error instanceof Error ? error.message : String(error) };
  }
}

function say(reply: GuestReply): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(reply)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
