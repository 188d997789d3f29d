/**
 * The names NUMACONFIG has for directives.
 *
 * Knows the table of options and no value. Invariant: every directive that begins with `numa-` has one short name, and both lead to it.
 *
 * @module
 */

import { dashed, NUMA_PREFIX, SHORT_NAMES } from "./numa_options.ts";
import { findOption, OPTIONS } from "./options.ts";

/** One parameter. */
export interface Parameter {
  /** `balance_threshold`. */
  readonly short: string;
  /** `numa-balance-threshold`. */
  readonly option: string;
  /** Whether it has a value for each node. */
  readonly ofNodes: boolean;
}

/** Every parameter, in the order of the table. */
export function numaParameters(): Parameter[] {
  return OPTIONS.filter(({ name }) => name.startsWith(NUMA_PREFIX))
    .flatMap(({ name }) => parameterOf(name) ?? []);
}

/** The parameter that a directive's name, its rest behind `numa-`, or a short name means; `-` and `_` are the same. */
export function parameterOf(name: string): Parameter | undefined {
  const plain = dashed(name).replaceAll("_", "-");
  const wanted = SHORT_NAMES.get(plain) ??
    (plain.startsWith(NUMA_PREFIX) ? plain : `${NUMA_PREFIX}${plain}`);
  const option = findOption(wanted);
  if (option === undefined) return undefined;
  const short = [...SHORT_NAMES].find(([, of]) => of === option.name)?.[0] ??
    option.name.slice(NUMA_PREFIX.length).replaceAll("-", "_");
  const { repeat, syntax } = option.kind;
  const ofNodes = repeat === "merge" && syntax.startsWith("<node> ");
  return { short, option: option.name, ofNodes };
}
