/**
 * NUMA SLOTS: who sits in the sixteen slots, and changing that while the server runs.
 *
 * Knows slots and where files are looked for, no strategy. Invariant: a request that is refused changes nothing and says what would be
 * right.
 *
 * @module
 */

import { isAbsolute, resolve } from "@std/path";
import { FileGuest } from "../guest.ts";
import { errorReply, helpReply, okReply, ReplyWriter } from "../reply.ts";
import { readSeat, SLOT_COUNT, type SlotState } from "../slots.ts";
import type { CommandContext } from "./context.ts";

const HELP = [
  "NUMA SLOTS <subcommand> [<arg> [value] ...]. Subcommands are:",
  "LIST",
  "    Show every occupied slot.",
  "LOAD <slot> <name | file> [<option> <value> ...]",
  "    Seat a strategy: one of the list, or one in a file, which runs in a process without permissions.",
  "    A relative path starts at 'dir'. Besides its own options, 'priority', 'interval' (ms) and 'observe' can be given.",
  "UNLOAD <slot>",
  "    Empty a slot.",
  "ENABLE <slot>",
  "    Switch a slot on; this also lifts a suspension.",
  "DISABLE <slot>",
  "    Switch a slot off.",
  "SET <slot> <option> <value>",
  "    Change an option of the strategy, or 'priority', 'interval' or 'observe'.",
  "STATS <slot>",
  "    Show what a slot has done.",
  "HELP",
  "    Print this help.",
];

/** What each subcommand takes behind its name, at least and at most, and what it does. */
const SUBCOMMANDS: ReadonlyMap<
  string,
  {
    readonly least: number;
    readonly most: number;
    run(context: CommandContext, words: readonly string[]): Uint8Array | Promise<Uint8Array>;
  }
> = new Map([
  ["list", { least: 0, most: 0, run: list }],
  ["load", { least: 2, most: Infinity, run: load }],
  ["unload", { least: 1, most: 1, run: unload }],
  ["enable", { least: 1, most: 1, run: (context, words) => enable(context, words, true) }],
  ["disable", { least: 1, most: 1, run: (context, words) => enable(context, words, false) }],
  ["set", { least: 3, most: 3, run: set }],
  ["stats", { least: 1, most: 1, run: stats }],
  ["help", { least: 0, most: 0, run: () => helpReply(HELP) }],
]);

/** NUMA SLOTS subcommand [argument ...]. */
export async function numaSlots(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const [name = "", ...words] = args.slice(2).map((arg) => new TextDecoder().decode(arg));
  const subcommand = SUBCOMMANDS.get(name.toLowerCase());
  if (subcommand === undefined) {
    return errorReply(`ERR unknown subcommand '${name.slice(0, 128)}'. Try NUMA SLOTS HELP.`);
  }
  if (words.length < subcommand.least || words.length > subcommand.most) {
    return errorReply(`ERR wrong number of arguments for 'numa|slots|${name.toLowerCase()}'`);
  }
  try {
    return await subcommand.run(context, words);
  } catch (error) {
    // Slots say in a sentence what cannot be done.
    return errorReply(`ERR ${error instanceof Error ? error.message : error}`);
  }
}

function list(context: CommandContext): Uint8Array {
  const states = context.slots.list();
  const reply = new ReplyWriter(context.protocol).array(states.length);
  for (const state of states) writeState(reply, state);
  return reply.finish();
}

async function load(context: CommandContext, words: readonly string[]): Promise<Uint8Array> {
  const [index = "", name = "", ...pairs] = words;
  const slot = slotOf(index);
  if (slot === 0) {
    throw new RangeError(
      "Cannot load into slot 0: it is the fallback; numa-default-strategy sets its placement",
    );
  }
  if (pairs.length % 2 !== 0) {
    throw new Error(`Cannot take option '${pairs.at(-1)}': it has no value`);
  }
  const seat = readSeat(pairs);
  if (isFile(name)) {
    const path = isAbsolute(name) ? name : resolve(context.config.text("dir"), name);
    await context.slots.assignGuest(slot, new FileGuest(path), seat);
  } else context.slots.assign(slot, name, seat);
  context.log.notice(`NUMA SLOTS seated '${name}' in slot ${slot}`);
  return okReply();
}

function unload(context: CommandContext, [index = ""]: readonly string[]): Uint8Array {
  const slot = slotOf(index);
  if (slot !== 0) occupied(context, slot);
  context.slots.remove(slot);
  context.log.notice(`NUMA SLOTS emptied slot ${slot}`);
  return okReply();
}

function enable(context: CommandContext, [index = ""]: readonly string[], on: boolean): Uint8Array {
  const slot = slotOf(index);
  context.slots.enable(slot, on);
  context.log.notice(`NUMA SLOTS switched slot ${slot} ${on ? "on" : "off"}`);
  return okReply();
}

async function set(context: CommandContext, words: readonly string[]): Promise<Uint8Array> {
  const [index = "", option = "", value = ""] = words;
  const slot = slotOf(index);
  await context.slots.set(slot, option.toLowerCase().replaceAll("-", "_"), value);
  context.log.notice(`NUMA SLOTS set '${option}' of slot ${slot} to '${value}'`);
  return okReply();
}

function stats(context: CommandContext, [index = ""]: readonly string[]): Uint8Array {
  const state = occupied(context, slotOf(index));
  return writeState(new ReplyWriter(context.protocol), state).finish();
}

/** One slot as a map: how it is seated, then what it has done. */
function writeState(reply: ReplyWriter, state: SlotState): ReplyWriter {
  const { statistics } = state;
  const options = Object.entries(state.options);
  reply.map(19).bulk("slot").integer(state.index).bulk("strategy").bulk(state.strategy);
  reply.bulk("source").bulk(state.source ?? "built-in").bulk("priority").bulk(state.priority);
  reply.bulk("interval_ms").integer(Math.round(state.intervalMs));
  reply.bulk("enabled").boolean(state.enabled).bulk("suspended").boolean(state.suspended);
  reply.bulk("observe").boolean(state.observe);
  reply.bulk("options").map(options.length);
  for (const [name, value] of options) reply.bulk(name).bulk(value);
  reply.bulk("runs").integer(statistics.runs).bulk("answers").integer(statistics.answers);
  reply.bulk("errors").integer(statistics.errors).bulk("overruns").integer(statistics.overruns);
  reply.bulk("ms").double(rounded(statistics.spentMs));
  reply.bulk("longest_ms").double(rounded(statistics.longestMs));
  reply.bulk("moves_asked").integer(statistics.movesAsked);
  reply.bulk("moves_done").integer(statistics.movesDone);
  reply.bulk("moves_failed").integer(statistics.movesFailed);
  return reply.bulk("last_error").bulk(statistics.lastError);
}

/** What cannot be a strategy's name. */
function isFile(name: string): boolean {
  return /[/.]/.test(name);
}

function slotOf(text: string): number {
  const slot = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (slot < SLOT_COUNT) return slot;
  throw new RangeError(
    `slot must be a whole number from 0 to ${SLOT_COUNT - 1}, not '${text.slice(0, 32)}'`,
  );
}

function occupied(context: CommandContext, slot: number): SlotState {
  const state = context.slots.state(slot);
  if (state !== undefined) return state;
  throw new Error(`slot ${slot} is empty; NUMA SLOTS LIST shows those that are not`);
}

/** Microseconds are enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
