/**
 * NUMA SLOTS: who sits in the sixteen slots, and changing that while the server runs.
 *
 * Knows slots and where files are looked for, no strategy. Invariant: a request that is refused changes nothing and says what would be
 * right.
 *
 * @module
 */

import { errorReply, helpReply, okReply, ReplyWriter } from "../reply.ts";
import { SLOT_COUNT, type SlotState } from "../slots.ts";
import { loadSlot } from "../slots/load.ts";
import { settingName } from "../slots/seat.ts";
import type { CommandContext } from "./context.ts";

const HELP = [
  "NUMA SLOTS <subcommand> [<arg> [value] ...]. Subcommands are:",
  "LIST",
  "    Show every occupied slot.",
  "LOAD <slot> <name | file> [<option> <value> ...]",
  "    Seat a strategy: one of the list, or one in a file, which runs in a process without permissions.",
  "    A relative path starts at 'dir'. Besides its own options, 'priority', 'interval' (ms), 'observe' and 'enabled' can be given.",
  "UNLOAD <slot>",
  "    Empty a slot.",
  "ENABLE <slot>",
  "    Switch a slot on; this also lifts a suspension.",
  "DISABLE <slot>",
  "    Switch a slot off.",
  "SET <slot> <option> <value>",
  "    Change an option of the strategy, or 'priority', 'interval', 'observe' or 'enabled'.",
  "What these change is kept by CONFIG REWRITE, as 'numa-slot' lines.",
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
  await loadSlot(context.slots, slot, [name, ...pairs], context.config.text("dir"));
  await record(context, slot);
  context.log.notice(`NUMA SLOTS seated '${name}' in slot ${slot}`);
  return okReply();
}

async function unload(
  context: CommandContext,
  [index = ""]: readonly string[],
): Promise<Uint8Array> {
  const slot = slotOf(index);
  if (slot !== 0) occupied(context, slot);
  context.slots.remove(slot);
  await record(context, slot);
  context.log.notice(`NUMA SLOTS emptied slot ${slot}`);
  return okReply();
}

async function enable(
  context: CommandContext,
  [index = ""]: readonly string[],
  on: boolean,
): Promise<Uint8Array> {
  const slot = slotOf(index);
  context.slots.enable(slot, on);
  await record(context, slot);
  context.log.notice(`NUMA SLOTS switched slot ${slot} ${on ? "on" : "off"}`);
  return okReply();
}

async function set(context: CommandContext, words: readonly string[]): Promise<Uint8Array> {
  const [index = "", option = "", value = ""] = words;
  const slot = slotOf(index);
  await context.slots.set(slot, settingName(option), value);
  await record(context, slot);
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

/** Lets CONFIG GET and REWRITE tell who sits in a slot now. Slot 0 follows other directives and is told by them. */
async function record({ config, slots }: CommandContext, slot: number): Promise<void> {
  if (slot > 0) await config.record("numa-slot", [`${slot}`, ...slots.words(slot)]);
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
