/**
 * The one table of options: every directive of redis.conf 7.0.15 and numakv's own.
 *
 * Adding an option is one line in `network_options.ts`, `data_options.ts` or `numa_options.ts`. Knows no value, no file and no connection.
 * Invariant: a name or alias leads to exactly one option.
 *
 * @module
 */

import { closestString, levenshteinDistance } from "@std/text";
import * as data from "./data_options.ts";
import * as network from "./network_options.ts";
import { dashed, PLACEMENT_OPTIONS } from "./numa_options.ts";
import type { Option } from "./option.ts";

/** Every option, in the order the tables list them. */
export const OPTIONS: readonly Option[] = [
  ...network.NETWORK_OPTIONS,
  ...network.TLS_OPTIONS,
  ...network.SECURITY_OPTIONS,
  ...network.PROCESS_OPTIONS,
  ...data.MEMORY_OPTIONS,
  ...data.NUMA_OPTIONS,
  ...PLACEMENT_OPTIONS,
  ...data.TYPE_OPTIONS,
  ...data.MEASURE_OPTIONS,
  ...data.PERSISTENCE_OPTIONS,
  ...data.REPLICATION_OPTIONS,
  ...data.CLUSTER_OPTIONS,
];

const BY_NAME: ReadonlyMap<string, Option> = indexed(OPTIONS);

/** Names of the options that core acts on. */
export const CORE_OPTION_NAMES: readonly string[] = OPTIONS.filter((one) => one.place === "core")
  .map((one) => one.name);

/** The option called `name`, or by one of its older names; upper and lower case are the same, for `numa-` also `-` and `_`. */
export function findOption(name: string): Option | undefined {
  return BY_NAME.get(dashed(name));
}

/** The known name most like `name`, for "did you mean"; `undefined` when none is near. */
export function nearestName(name: string): string | undefined {
  const wanted = name.toLowerCase();
  const nearest = closestString(wanted, [...BY_NAME.keys()]);
  return levenshteinDistance(wanted, nearest) <= Math.max(2, wanted.length / 3)
    ? nearest
    : undefined;
}

/** All names of all listed options with the option they mean, older names included. */
export function listedNames(): IterableIterator<[string, Option]> {
  return new Map([...BY_NAME].filter(([, one]) => one.listed)).entries();
}

function indexed(options: readonly Option[]): Map<string, Option> {
  const byName = new Map<string, Option>();
  for (const one of options) {
    for (const name of [one.name, ...one.aliases]) {
      if (byName.has(name)) throw new Error(`Cannot list option '${name}': it is listed already`);
      byName.set(name, one);
    }
  }
  return byName;
}
