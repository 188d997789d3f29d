/**
 * `./numakv strategy test <file>`: the contract's suite on a user's file, in a worker that is stopped when it does not come back.
 *
 * Knows the suite and no strategy. The process may read files and nothing else. Invariant: exit codes are 0 (it keeps the contract), 1 (it
 * breaks it, or cannot be loaded) and 2 (bad usage); every breach is one line.
 *
 * @module
 */

import { PARTS, type Verdict } from "./trial.ts";

const EXIT = { ok: 0, broken: 1, usage: 2 } as const;
/** Longest for the whole suite, which takes a strategy like the composite LRU a second. */
const LIMIT_MS = 60_000;

const HELP = `numakv strategy: tries a strategy of your own against the contract

Usage
  ./numakv strategy test FILE [--limit SECONDS]

The file's default export, or its only exported function, makes the strategy; strategies/README.md walks
through writing one. The suite shows it many machines, full and empty, under many budgets, and tells
what it breaks: clocks, randomness and files it uses, views it changes, answers that differ, moves to
absent nodes or beyond the budget, rounds that take too long. It is stopped after ${
  LIMIT_MS / 1000
} seconds.

Exit codes
  0  it keeps the contract
  1  it breaks it, or cannot be loaded
  2  bad usage
`;

/** Does what the words ask for. @returns the exit code */
export async function main(words: readonly string[]): Promise<number> {
  if (words.some((word) => ["--help", "-h", "help"].includes(word))) {
    console.log(HELP.trimEnd());
    return EXIT.ok;
  }
  const [verb, path, ...rest] = words;
  const limitMs = rest.length === 0 ? LIMIT_MS : limitOf(rest);
  if (verb !== "test" || path === undefined || path.startsWith("-") || limitMs === undefined) {
    console.error(
      `strategy: Cannot read '${words.join(" ")}': want test FILE [--limit SECONDS]; see --help`,
    );
    return EXIT.usage;
  }
  const { name, breaches } = await tryStrategy(path, limitMs);
  if (breaches.length === 0) {
    console.log(`${name} keeps the contract`);
    return EXIT.ok;
  }
  const times = breaches.length === 1 ? "once" : `in ${breaches.length} ways`;
  console.error(`${name ?? path} breaks the contract ${times}:`);
  for (const breach of breaches) console.error(`  ${breach}`);
  return EXIT.broken;
}

function limitOf([flag, text = "", ...more]: readonly string[]): number | undefined {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return flag === "--limit" && more.length === 0 && seconds > 0 ? 1000 * seconds : undefined;
}

/** Runs the suite on a file. A file that cannot be loaded breaks the contract too. */
export async function tryStrategy(path: string, limitMs = LIMIT_MS): Promise<Verdict> {
  const part = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./trial.ts", import.meta.url).href, { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Verdict>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Verdict>): void => resolve(data);
      worker.onerror = (event): void => {
        event.preventDefault();
        resolve({ name: undefined, breaches: [event.message] });
      };
      const overrun = (): void => {
        const where = PARTS[Atomics.load(part, 0)] ?? PARTS[0];
        const breaches = [`${where} does not come back: stopped after ${limitMs / 1000} s`];
        resolve({ name: undefined, breaches });
      };
      timer = setTimeout(overrun, limitMs);
      worker.postMessage({ path, part });
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
