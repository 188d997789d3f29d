/**
 * NUMA HOTKEYS, CANDIDATES and HEATMAP: what sampling knows of hot keys.
 *
 * Knows the ranks and their store, no socket. Invariant: a key that is shown was there when the command ran, with the numbers it had then.
 *
 * @module
 */

import { emptyCells, HOT_KEYS_MAX, type HotKey } from "../hotness.ts";
import { errorReply, ReplyWriter } from "../reply.ts";
import type { CommandContext } from "./context.ts";

/** Keys shown unless a count says otherwise. */
const COUNT = 16;
/** Stands for every node. */
const ALL = "all";

/** A request that is answered with an error. */
class Refusal extends Error {
  override name = "Refusal";
}

/** NUMA HOTKEYS [node | ALL] [count]: the hottest keys of a node, or of all. */
export function numaHotkeys(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  return answering(() => {
    if (args.length > 4) throw new Refusal("ERR syntax error");
    const node = nodeOf(context, args[2]);
    const count = countOf(args[3]);
    context.hotness.refresh(context.store);
    return keysReply(context, context.hotness.top(node).slice(0, count));
  });
}

/** NUMA CANDIDATES [count]: hot keys that another node's CPUs use most, at most a batch. */
export function numaCandidates(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  return answering(() => {
    if (args.length > 3) throw new Refusal("ERR syntax error");
    const count = args[2] === undefined ? Infinity : countOf(args[2]);
    context.hotness.refresh(context.store);
    return keysReply(context, context.hotness.candidates().slice(0, count));
  });
}

/** NUMA HEATMAP: keys and bytes of each level on each node, estimated from samples. */
export function numaHeatmap(context: CommandContext): Uint8Array {
  const { sampled, keys, ageMs, spanMs, nodes } = context.hotness.heatmap();
  const reply = new ReplyWriter(context.protocol).map(5);
  reply.bulk("sampled").integer(sampled).bulk("keys").integer(keys);
  reply.bulk("age_ms");
  if (ageMs === undefined) reply.null();
  else reply.integer(Math.round(ageMs));
  reply.bulk("span_ms").integer(Math.round(spanMs));
  const ids = nodeIds(context);
  reply.bulk("nodes").array(ids.length);
  for (const id of ids) {
    const cells = nodes.get(id) ?? emptyCells();
    reply.map(2).bulk("node").integer(id).bulk("levels").array(cells.length);
    for (const [level, cell] of cells.entries()) {
      reply.map(4).bulk("level").integer(level).bulk("sampled").integer(cell.sampled);
      reply.bulk("keys").integer(Math.round(cell.keys));
      reply.bulk("bytes").integer(Math.round(cell.bytes));
    }
  }
  return reply.finish();
}

function keysReply(context: CommandContext, keys: readonly HotKey[]): Uint8Array {
  const reply = new ReplyWriter(context.protocol).array(keys.length);
  for (const key of keys) {
    reply.map(9).bulk("key").bulk(key.key).bulk("db").integer(key.db);
    reply.bulk("node").integer(key.node).bulk("accessor").integer(key.accessor ?? -1);
    reply.bulk("level").integer(key.hotness).bulk("accesses").integer(key.accesses);
    reply.bulk("bytes").integer(key.footprintBytes).bulk("idle").integer(key.idleSeconds);
    reply.bulk("candidate").boolean(context.hotness.isCandidate(key));
  }
  return reply.finish();
}

function nodeIds(context: CommandContext): number[] {
  return context.store.topology().nodes.map((node) => node.id);
}

/** The node an argument names; `undefined` for all. */
function nodeOf(context: CommandContext, arg: Uint8Array | undefined): number | undefined {
  if (arg === undefined || new TextDecoder().decode(arg).toLowerCase() === ALL) return undefined;
  const id = integerOf(arg);
  if (nodeIds(context).includes(id)) return id;
  throw new Refusal(`ERR node ${id} does not exist; NUMA TOPOLOGY lists those there are`);
}

function countOf(arg: Uint8Array | undefined): number {
  const count = arg === undefined ? COUNT : integerOf(arg);
  if (count < 1) throw new Refusal("ERR count should be greater than 0");
  return Math.min(count, HOT_KEYS_MAX * 64);
}

function integerOf(arg: Uint8Array): number {
  const text = new TextDecoder().decode(arg);
  if (/^-?(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  throw new Refusal("ERR value is not an integer or out of range");
}

function answering(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return errorReply(error.message);
    throw error;
  }
}
