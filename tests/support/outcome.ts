/**
 * Reads what test runners print and turns it into counts.
 *
 * Knows the words of cargo test and deno test, and nothing of how they are started.
 * Invariant: a run that did not end well never counts as zero failures.
 *
 * @module
 */

/** What one stage came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Tests the runner was told to skip. */
  readonly ignored: number;
  /** Why the whole stage was left out, when it was asked to be. */
  readonly leftOut?: string;
}

/** How a runner's process ended. */
export interface Finished {
  /** Exit status; 0 is success. */
  readonly code: number;
  /** stdout and stderr as they came, without colours. */
  readonly output: string;
}

/** Turns a finished runner into counts. */
export type Counter = (run: Finished) => Outcome;

/** A gate counts as one test: it holds or it does not. */
export function countGate(run: Finished): Outcome {
  const failed = run.code === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, ignored: 0 };
}

const CARGO_RESULT =
  /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; \d+ filtered out/gm;
const CARGO_START = /^running \d+ tests?$/gm;

/**
 * Sums the `test result:` lines of every test binary. A binary that started and gave no result (it
 * crashed) is one failure, and so is a status of failure that no line explains (it did not compile).
 */
export function countCargo(run: Finished): Outcome {
  const results = [...run.output.matchAll(CARGO_RESULT)];
  const started = [...run.output.matchAll(CARGO_START)].length;
  const sum = (group: number): number =>
    results.reduce((total, result) => total + Number(result[group]), 0);
  const crashed = Math.max(0, started - results.length);
  return atLeastOneFailure(run, { passed: sum(1), failed: sum(2) + crashed, ignored: sum(3) });
}

const DENO_SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(.*)$/gm;

/**
 * Reads the summary line of `deno test` (the last one: a test may print a summary of its own). Without one
 * the runner stopped early, which is one failure.
 */
export function countDeno(run: Finished): Outcome {
  const summary = [...run.output.matchAll(DENO_SUMMARY)].at(-1);
  if (summary === undefined) return { passed: 0, failed: 1, ignored: 0 };
  const rest = summary[2] ?? "";
  const number = (word: string): number =>
    Number(new RegExp(`(\\d+) ${word}`).exec(rest.replaceAll(/\([^)]*\)/g, ""))?.[1] ?? 0);
  return atLeastOneFailure(run, {
    passed: Number(summary[1]),
    failed: number("failed"),
    ignored: number("ignored"),
  });
}

const COMPAT_SUMMARY = /^compat: (\d+) passed, (\d+) failed, (\d+) accepted$/m;

/** Reads the last line of tests/compat/run.ts; each test of Redis' own suite counts as one. */
export function countCompat(run: Finished): Outcome {
  const summary = COMPAT_SUMMARY.exec(run.output);
  if (summary === null) return { passed: 0, failed: 1, ignored: 0 };
  const [passed = 0, failed = 0, ignored = 0] = summary.slice(1).map(Number);
  return atLeastOneFailure(run, { passed, failed, ignored });
}

const VM_LEFT_OUT = /^left out: (.+)$/m;

/** Reads the summary of `deno test` in the guest; only a run that was asked to leave it out may go without. */
export function countVm(run: Finished): Outcome {
  const leftOut = VM_LEFT_OUT.exec(run.output)?.[1];
  if (leftOut === undefined || run.code !== 0) return countDeno(run);
  return { passed: 0, failed: 0, ignored: 0, leftOut };
}

function atLeastOneFailure(run: Finished, outcome: Outcome): Outcome {
  return run.code !== 0 && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome;
}

/** Adds outcomes up. */
export function total(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (sum, { passed, failed, ignored }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      ignored: sum.ignored + ignored,
    }),
    { passed: 0, failed: 0, ignored: 0 },
  );
}
