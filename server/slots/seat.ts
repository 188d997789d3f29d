/**
 * How a strategy is seated, in words and out of them.
 *
 * Knows settings that every slot has, and no strategy's options but as texts. Invariant: `readSeat(writeSeat(seat))` is the seat again.
 *
 * @module
 */

import type { OptionTexts } from "../../strategies/strategy.ts";

/** How often a strategy runs unless told. */
export const INTERVAL_MS = 1000;
/** Longest interval, a day. */
export const INTERVAL_MS_MAX = 86_400_000;

/** Due slots run in this order, and by number among equals. */
export const PRIORITIES = ["high", "normal", "low"] as const;
/** How early a slot runs within a round. */
export type Priority = typeof PRIORITIES[number];

/** How a strategy is seated; what is left out is as usual. */
export interface Seat {
  readonly priority?: Priority;
  readonly intervalMs?: number;
  /** Counts what it would do, and does nothing. */
  readonly observe?: boolean;
  /** Left out, it is. */
  readonly enabled?: boolean;
  readonly options?: OptionTexts;
}

/** What settings are written into: a seat that is being read, or a slot. */
type Draft = { -readonly [Part in keyof Seat]: Seat[Part] };

/** Settings that every slot has, whatever sits in it, by the names clients write. */
export const SETTINGS: ReadonlyMap<string, (draft: Draft, value: string) => void> = new Map([
  ["priority", (draft: Draft, value: string) => void (draft.priority = readPriority(value))],
  ["interval", (draft: Draft, value: string) => void (draft.intervalMs = readInterval(value))],
  ["observe", (draft, value) => void (draft.observe = readSwitch("observe", value))],
  ["enabled", (draft, value) => void (draft.enabled = readSwitch("enabled", value))],
]);

/**
 * Reads how a strategy is to be seated from names and values in turn: `priority`, `interval` (ms), `observe` and `enabled`, all else
 * options of its own. Upper and lower case are the same in names, `-` and `_` too.
 *
 * @throws {Error} quoting what cannot be used; options are read when it is seated
 */
export function readSeat(pairs: readonly string[]): Seat {
  if (pairs.length % 2 !== 0) {
    throw new Error(`Cannot take option '${pairs.at(-1)}': it has no value`);
  }
  const draft: Draft = {};
  const options = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) {
    const [text = "", value = ""] = pairs.slice(at, at + 2);
    const name = settingName(text);
    const setting = SETTINGS.get(name);
    if (setting === undefined) options.set(name, value);
    else setting(draft, value);
  }
  return { ...draft, options: Object.fromEntries(options) };
}

/** The names and values that {@linkcode readSeat} makes such a seat of; what is as usual is left out. */
export function writeSeat(seat: Seat): string[] {
  const { priority = "normal", intervalMs = INTERVAL_MS, observe = false, enabled = true } = seat;
  return [
    ...priority === "normal" ? [] : ["priority", priority],
    ...intervalMs === INTERVAL_MS ? [] : ["interval", `${intervalMs}`],
    ...observe ? ["observe", "yes"] : [],
    ...enabled ? [] : ["enabled", "no"],
    ...Object.entries(seat.options ?? {}).flat(),
  ];
}

/** A setting's or an option's name as strategies declare it. */
export function settingName(text: string): string {
  return text.toLowerCase().replaceAll("-", "_");
}

/** Reads yes or no, in the words operators know. @throws {Error} quoting what is neither */
export function readSwitch(name: string, text: string): boolean {
  const value = text.toLowerCase();
  if (["yes", "on", "enabled"].includes(value)) return true;
  if (["no", "off", "disabled"].includes(value)) return false;
  throw new Error(`Cannot set '${name}' to '${text}': want yes or no`);
}

/** Milliseconds between two rounds. @throws {RangeError} quoting what cannot be an interval */
export function checkInterval(intervalMs: number, text = String(intervalMs)): number {
  if (intervalMs > 0 && intervalMs <= INTERVAL_MS_MAX) return intervalMs;
  throw new RangeError(
    `Cannot run every '${text}' ms: want above 0, at most ${INTERVAL_MS_MAX}`,
  );
}

function readInterval(text: string): number {
  return checkInterval(/^\d{1,9}$/.test(text) ? Number(text) : NaN, text);
}

function readPriority(text: string): Priority {
  const priority = PRIORITIES.find((one) => one === text.toLowerCase());
  if (priority !== undefined) return priority;
  throw new Error(`Cannot set 'priority' to '${text}': want ${PRIORITIES.join(", ")}`);
}
