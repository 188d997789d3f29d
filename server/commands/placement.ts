/**
 * NUMA EXPLAIN and BALANCE: why a key is where it is, and how near and how evenly all of them lie.
 *
 * Knows the migrator and the slots, no socket. Invariant: every number that was compared is shown; asking is no use of a key.
 *
 * @module
 */

import type { KeyExplanation, NodeBalance } from "../migrator.ts";
import { errorReply, ReplyWriter } from "../reply.ts";
import type { SlotExplanation, SlotState } from "../slots.ts";
import { TYPE_NAMES } from "../../strategies/strategy.ts";
import type { CommandContext } from "./context.ts";

/** Stands for no node and no slot. */
const NONE = -1;
/** Digits of a number that was estimated. */
const DIGITS = 6;

/** NUMA EXPLAIN key: where it is, why, and what each slot would do with it. */
export async function numaExplain(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const key = args[2] ?? new Uint8Array(0);
  const found = await context.migrator.explain(context.db, key);
  if (found === undefined) return errorReply("ERR no such key");
  const { key: view, source, placedBy } = found;
  const reply = new ReplyWriter(context.protocol).map(18);
  reply.bulk("key").bulk(key).bulk("db").integer(view.db);
  reply.bulk("type").bulk(TYPE_NAMES[view.type] ?? "");
  reply.bulk("node").integer(view.node).bulk("why").bulk(whyOf(found));
  reply.bulk("moved_from").integer(source ?? NONE).bulk("moves").integer(view.moves);
  reply.bulk("residence_seconds").integer(Math.round(view.residenceSeconds));
  reply.bulk("bytes").integer(view.bytes).bulk("level").integer(view.level);
  reply.bulk("accesses").integer(view.accesses).bulk("rate").double(brief(view.rate));
  reply.bulk("idle_seconds").integer(view.idleSeconds);
  reply.bulk("accessor").integer(view.accessor ?? NONE).bulk("vote").integer(view.vote);
  reply.bulk("placed_by").bulk(
    placedBy === undefined ? "local_first" : `${placedBy.strategy} (slot ${placedBy.slot})`,
  );
  reply.bulk("new_keys_go_to").array(found.placement.size);
  for (const [node, part] of found.placement) {
    reply.map(2).bulk("node").integer(node).bulk("percent").double(brief(100 * part));
  }
  const states = context.slots.list();
  reply.bulk("slots").array(states.length);
  for (const state of states) {
    writeSlot(reply, state, found.slots.find(({ slot }) => slot === state.index));
  }
  return reply.finish();
}

function whyOf({ key, source }: KeyExplanation): string {
  if (source === undefined) return "it was placed here when it was made, and not moved of late";
  const seconds = Math.round(key.residenceSeconds);
  const often = key.moves === 1 ? "once" : `${key.moves} times`;
  return `it was moved here from node ${source} ${seconds} s ago; it was moved ${often} of late`;
}

function writeSlot(
  reply: ReplyWriter,
  state: SlotState,
  explanation: SlotExplanation | undefined,
): void {
  const { target, reason, numbers } = explanation ?? silent(state);
  const moves = state.observe ? "would move" : "move";
  reply.map(6).bulk("slot").integer(state.index).bulk("strategy").bulk(state.strategy);
  reply.bulk("verdict").bulk(target === undefined ? "stay" : moves);
  reply.bulk("target").integer(target ?? NONE).bulk("reason").bulk(reason);
  const entries = Object.entries(numbers);
  reply.bulk("numbers").map(entries.length);
  for (const [name, number] of entries) reply.bulk(name).double(brief(number));
}

/** What is said for a slot that does not say anything. */
function silent({ enabled, suspended, statistics }: SlotState): {
  target: undefined;
  reason: string;
  numbers: Record<string, number>;
} {
  const reason = suspended
    ? `the slot is suspended: ${statistics.lastError}`
    : enabled
    ? "it has nothing to say of a key that is there"
    : "the slot is off";
  return { target: undefined, reason, numbers: {} };
}

/** NUMA BALANCE: local and remote accesses, and each node's bytes, pressure and load. */
export function numaBalance(context: CommandContext): Uint8Array {
  const balance = context.migrator.balance();
  const reply = new ReplyWriter(context.protocol).map(11);
  const sum = (of: (node: NodeBalance) => number): number =>
    balance.nodes.reduce((all, node) => all + of(node), 0);
  const [local, remote] = [sum((node) => node.local), sum((node) => node.remote)];
  writeLocality(reply, local, remote);
  reply.bulk("minute_local_accesses").integer(balance.local);
  reply.bulk("minute_remote_accesses").integer(balance.remote);
  reply.bulk("minute_local_rate").double(rateOf(balance.local, balance.remote));
  reply.bulk("imbalance_percent").double(brief(balance.imbalance));
  reply.bulk("threshold_percent").integer(balance.threshold);
  reply.bulk("auto_rebalance").boolean(balance.autoRebalance);
  const { asked, done, failed } = balance.rebalanceMoves;
  reply.bulk("rebalance").map(4).bulk("begun").integer(balance.rebalances);
  reply.bulk("moves_asked").integer(asked).bulk("moves_done").integer(done);
  reply.bulk("moves_failed").integer(failed);
  reply.bulk("nodes").array(balance.nodes.length);
  for (const node of balance.nodes) writeNode(reply, node, balance.loads.get(node.id) ?? 0);
  return reply.finish();
}

function writeNode(reply: ReplyWriter, node: NodeBalance, load: number): void {
  reply.map(13).bulk("node").integer(node.id).bulk("tier").integer(node.tier);
  reply.bulk("weight").integer(node.weight).bulk("used_bytes").integer(node.usedBytes);
  reply.bulk("free_bytes").integer(node.freeBytes);
  reply.bulk("budget_bytes").integer(node.budgetBytes);
  reply.bulk("low_water_bytes").integer(node.lowWaterBytes);
  reply.bulk("high_water_bytes").integer(node.highWaterBytes);
  reply.bulk("pressure").double(brief(node.usedBytes / Math.max(1, node.budgetBytes)));
  reply.bulk("load_percent").double(brief(load));
  writeLocality(reply, node.local, node.remote);
}

function writeLocality(reply: ReplyWriter, local: number, remote: number): void {
  reply.bulk("local_accesses").integer(local).bulk("remote_accesses").integer(remote);
  reply.bulk("local_rate").double(rateOf(local, remote));
}

function rateOf(local: number, remote: number): number {
  return brief(local / Math.max(1, local + remote));
}

function brief(number: number): number {
  return Number(number.toPrecision(DIGITS));
}
