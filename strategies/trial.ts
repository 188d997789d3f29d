/**
 * The worker in which a user's file is held against the contract.
 *
 * Knows the suite, and nothing of whoever waits for the verdict. Invariant: traps are set before the file is loaded; the part that runs
 * can be read from outside while it does.
 *
 * @module
 */

import { loadFactory } from "./load.ts";
import { breachesOf } from "./testing.ts";
import { Traps } from "./traps.ts";

/** What can run, by the number that is shared. */
export const PARTS = [
  "loading the file",
  "the factory",
  "init",
  "place",
  "plan",
  "explain",
  "cleanup",
] as const;

/** What became of a trial. */
export interface Verdict {
  /** `undefined` when there was no strategy to ask. */
  readonly name: string | undefined;
  /** In words; none when it keeps the contract. */
  readonly breaches: readonly string[];
}

interface Task {
  readonly path: string;
  readonly part: Int32Array;
}

async function tryFile({ path, part }: Task): Promise<Verdict> {
  using traps = new Traps();
  try {
    const { make, touched } = await loadFactory(path, traps);
    const loading = touched.map((name) => `loading the file uses ${name}`);
    const breaches = breachesOf(make, traps, (name) => {
      Atomics.store(part, 0, Math.max(0, (PARTS as readonly string[]).indexOf(name)));
    });
    return { name: nameOf(make), breaches: [...loading, ...breaches] };
  } catch (error) {
    return { name: undefined, breaches: [error instanceof Error ? error.message : String(error)] };
  }
}

function nameOf(make: () => unknown): string | undefined {
  try {
    const { name } = make() as { readonly name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** What a worker speaks through. */
interface Channel {
  onmessage: (event: MessageEvent<Task>) => Promise<void>;
  postMessage(verdict: Verdict): void;
}

// Only where it is a worker: the same module tells others its parts.
if ("WorkerGlobalScope" in globalThis) {
  const channel = self as unknown as Channel;
  channel.onmessage = async ({ data }) => channel.postMessage(await tryFile(data));
}
