/**
 * What one option is, and the vocabulary its table line is written in.
 *
 * Knows no particular option. Invariant: an option's default passes its own kind and reads back as itself.
 *
 * @module
 */

import type { Kind } from "./kinds.ts";

/** One configuration directive. */
export interface Option {
  /** The name in redis.conf, lower case. */
  readonly name: string;
  /** Older names that mean the same value. */
  readonly aliases: readonly string[];
  /** How its value is read and written. */
  readonly kind: Kind;
  /** Its canonical value when nobody sets it. */
  readonly standard: string;
  /** One sentence for the operator. */
  readonly doc: string;
  /** When it can change: only at start, by CONFIG SET, or by CONFIG SET where `enable-protected-configs` allows it. */
  readonly change: "start" | "live" | "guarded";
  /**
   * Who acts on it: `core` is told its value, `server` is TypeScript. `kept` means nobody does: it is accepted and shown so
   * that an unmodified redis.conf works, and tunes a feature that is switched off or does not exist here.
   */
  readonly place: "core" | "server" | "kept";
  /** False for directives that CONFIG GET, SET and REWRITE do not know. */
  readonly listed: boolean;
  /** True for directives that CONFIG GET shows to those alone who ask for them by their whole name. */
  readonly hidden: boolean;
  /**
   * True for directives that only numakv has. Clients that write back every value CONFIG GET shows know which of Redis' own
   * cannot be changed at run time; these they cannot know, so setting one to the value it has is no error.
   */
  readonly own: boolean;
  /** A value we cannot honour in full, and what then happens. */
  readonly limit?: Limit;
}

/** Values that ask for what numakv does not do. */
export interface Limit {
  /** True for values that ask for nothing we cannot do. */
  readonly fine: (value: string) => boolean;
  /** `refuse` where going on would lose data or safety in silence, `warn` where it only costs comfort. */
  readonly answer: "warn" | "refuse";
  /** Why, and what to do instead. */
  readonly because: string;
}

/** A part of an option that differs from the rule: start-only, kept, listed, no alias, no limit. */
export type Mark = Partial<Omit<Option, "name" | "kind" | "standard" | "doc">>;

/** One line of a table. */
export function option(
  name: string,
  kind: Kind,
  standard: string,
  doc: string,
  ...marks: Mark[]
): Option {
  const kept = { aliases: [], change: "start", place: "kept" } as const;
  const flags = { listed: true, hidden: false, own: false } as const;
  return Object.assign({ name, kind, standard, doc, ...kept, ...flags }, ...marks);
}

/** CONFIG SET may change it. */
export const LIVE: Mark = { change: "live" };
/** CONFIG SET may change it from connections that `enable-protected-configs` trusts. */
export const GUARDED: Mark = { change: "guarded" };
/** Core acts on it. */
export const CORE: Mark = { place: "core" };
/** The TypeScript server acts on it. */
export const SERVER: Mark = { place: "server" };
/** A directive of the file only. */
export const FILE_ONLY: Mark = { listed: false };

/** CONFIG GET shows it to those who know its name. */
export const HIDDEN: Mark = { hidden: true };
/** Only numakv has it. */
export const OWN: Mark = { own: true };

/** Older names of the same value. */
export function alias(...aliases: string[]): Mark {
  return { aliases };
}

/** Warns once at start, and at each CONFIG SET, when the value is none of `fine`. */
export function warnUnless(fine: string | ((value: string) => boolean), because: string): Mark {
  return { limit: { fine: asTest(fine), answer: "warn", because } };
}

/** Refuses to start, and refuses CONFIG SET, when the value is none of `fine`. */
export function refuseUnless(fine: string | ((value: string) => boolean), because: string): Mark {
  return { limit: { fine: asTest(fine), answer: "refuse", because } };
}

function asTest(fine: string | ((value: string) => boolean)): (value: string) => boolean {
  return typeof fine === "string" ? (value) => value === fine : fine;
}
