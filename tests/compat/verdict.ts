/**
 * Compares what numakv passes of a unit with what redis-server passes, and with the list of what is
 * accepted.
 *
 * Knows names of tests and no server. Invariant:
 * `passed + accepted + missing == what redis-server passes`, each test once.
 *
 * @module
 */

/** What redis-server passes, as `baseline.json` records it. */
export interface Baseline {
  /** How it was made. */
  readonly command: string;
  readonly server: string;
  /** The passed tests of each unit, in order; a name that passes twice stands twice. */
  readonly units: Readonly<Record<string, readonly string[]>>;
}

/** Tests that need not pass, and why. */
export interface Accepted {
  readonly unit: string;
  readonly reason: string;
  /** The feature that will make them pass, or null: a difference that is meant to stay. */
  readonly waits_for: string | null;
  readonly tests: readonly string[];
}

/** One unit compared. */
export interface Verdict {
  readonly unit: string;
  /** How many of redis-server's passed tests pass here. */
  readonly passed: number;
  readonly expected: number;
  readonly accepted: readonly string[];
  /** Tests that should pass and do not. */
  readonly missing: readonly string[];
  /** Accepted tests that pass: their entry has to go. */
  readonly stale: readonly string[];
}

/** How many entries may wait for nothing. */
export const LASTING_LIMIT = 12;

/** Compares one unit; a name counts as often as redis-server passes it. */
export function judge(
  unit: string,
  expected: readonly string[],
  passed: readonly string[],
  accepted: readonly Accepted[],
): Verdict {
  const left = count(passed);
  const lacking = expected.filter((name) => {
    const have = left.get(name) ?? 0;
    left.set(name, have - 1);
    return have <= 0;
  });
  const known = new Set(accepted.filter((entry) => entry.unit === unit).flatMap((e) => e.tests));
  return {
    unit,
    expected: expected.length,
    passed: expected.length - lacking.length,
    accepted: lacking.filter((name) => known.has(name)),
    missing: lacking.filter((name) => !known.has(name)),
    stale: [...known].filter((name) => !lacking.includes(name)),
  };
}

/** What is wrong with the list itself, whatever the servers do. */
export function listFaults(accepted: readonly Accepted[], baseline: Baseline): string[] {
  const lasting = accepted.filter(({ waits_for }) => waits_for === null)
    .reduce((sum, { tests }) => sum + tests.length, 0);
  const faults = lasting > LASTING_LIMIT
    ? [`${lasting} accepted tests wait for no feature; at most ${LASTING_LIMIT} may`]
    : [];
  for (const { unit, tests, reason } of accepted) {
    const names = new Set(baseline.units[unit] ?? []);
    if (reason.trim() === "") faults.push(`${unit}: an accepted entry without a reason`);
    for (const test of tests.filter((name) => !names.has(name))) {
      faults.push(`${unit}: accepted, but redis-server passes no test called '${test}'`);
    }
  }
  return faults;
}

/** The names of both lists, each as often as in the list that has it more often. */
export function union(first: readonly string[], second: readonly string[]): string[] {
  const left = count(first);
  const more = second.filter((name) => {
    const have = left.get(name) ?? 0;
    left.set(name, have - 1);
    return have <= 0;
  });
  return [...first, ...more];
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
