/**
 * NUMACONFIG: the directives of placement and balance under short names, what they have led to, and evening out on demand.
 *
 * Knows options by the table, no value and no socket. Invariant: every parameter is a directive, so that what is set here is what CONFIG
 * GET shows and CONFIG REWRITE keeps.
 *
 * @module
 */

import {
  ConfigCommandError,
  numaParameters,
  type Parameter,
  parameterOf,
  valuesOfNodes,
} from "../config.ts";
import { errorReply, okReply, ReplyWriter } from "../reply.ts";
import type { CommandContext } from "./context.ts";

/** NUMACONFIG GET [parameter]: one or all, a map of names and values. */
export function numaconfigGet(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  if (args.length > 3) return wrongArity("get");
  const asked = args[2] === undefined ? undefined : textOf(args[2]);
  const found = asked === undefined ? numaParameters() : [parameterOf(asked)];
  const reply = new ReplyWriter(context.protocol).map(found.length);
  for (const parameter of found) {
    if (parameter === undefined) return unknownParameter(asked ?? "");
    reply.bulk(parameter.short).bulk(valueOf(context, parameter));
  }
  return reply.finish();
}

/** NUMACONFIG SET parameter [node] value. */
export async function numaconfigSet(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const [asked = "", ...words] = args.slice(2).map(textOf);
  const parameter = parameterOf(asked);
  if (parameter === undefined) return unknownParameter(asked);
  if (words.length < 1 || (words.length > 1 && !parameter.ofNodes)) return wrongArity("set");
  if (parameter.ofNodes && words.length % 2 !== 0 && words.length > 1) return wrongArity("set");
  try {
    const warnings = await context.config.set(
      [[parameter.option, words.join(" ")]],
      context.trusted,
    );
    for (const warning of warnings) context.log.warning(warning);
    context.log.notice(`NUMACONFIG SET changed ${parameter.option}`);
    return okReply();
  } catch (error) {
    if (!(error instanceof ConfigCommandError)) throw error;
    return errorReply(`ERR NUMACONFIG SET failed for '${parameter.short}' - ${error.reason}`);
  }
}

/** NUMACONFIG STATS: what the parameters have led to. */
export function numaconfigStats(context: CommandContext): Uint8Array {
  const { config, migrator, store } = context;
  const balance = migrator.balance();
  const inForce = migrator.inForce();
  const status = store.status();
  const reply = new ReplyWriter(context.protocol).map(16);
  reply.bulk("enabled").boolean(config.flag("numa-enabled"));
  reply.bulk("strategy").bulk(inForce?.strategy ?? "local_first");
  reply.bulk("strategy_slot").integer(inForce?.slot ?? 0);
  reply.bulk("cxl_optimization").boolean(config.flag("numa-cxl-optimization"));
  reply.bulk("auto_rebalance").boolean(balance.autoRebalance);
  reply.bulk("balance_threshold").integer(balance.threshold);
  reply.bulk("imbalance_percent").double(rounded(balance.imbalance));
  reply.bulk("rebalances").integer(balance.rebalances);
  reply.bulk("rebalance_moves_asked").integer(balance.rebalanceMoves.asked);
  reply.bulk("rebalance_moves_done").integer(balance.rebalanceMoves.done);
  reply.bulk("rebalance_moves_failed").integer(balance.rebalanceMoves.failed);
  reply.bulk("local_accesses").integer(Math.round(balance.local));
  reply.bulk("remote_accesses").integer(Math.round(balance.remote));
  reply.bulk("moved_keys").integer(status.movedKeys);
  reply.bulk("moved_bytes").integer(status.movedBytes);
  reply.bulk("nodes").array(balance.nodes.length);
  for (const node of balance.nodes) {
    reply.map(5).bulk("node").integer(node.id).bulk("weight").integer(config.nodeWeight(node.id));
    reply.bulk("used_bytes").integer(node.usedBytes);
    reply.bulk("budget_bytes").integer(node.budgetBytes);
    reply.bulk("load_percent").double(rounded(balance.loads.get(node.id) ?? 0));
  }
  return reply.finish();
}

/** NUMACONFIG REBALANCE: what was uneven, and what is being moved. */
export function numaconfigRebalance(context: CommandContext): Uint8Array {
  const { imbalance, keys, bytes, tied } = context.migrator.rebalance();
  context.log.notice(`NUMACONFIG REBALANCE moves ${keys} keys of ${bytes} bytes`);
  const reply = new ReplyWriter(context.protocol).map(4);
  reply.bulk("imbalance_percent").double(rounded(imbalance));
  reply.bulk("keys").integer(keys).bulk("bytes").integer(bytes);
  return reply.bulk("tied_keys").integer(tied).finish();
}

/** A value as CONFIG GET shows it; of node by node ones that of every node. */
function valueOf({ config, store }: CommandContext, { option, ofNodes }: Parameter): string {
  const value = config.text(option);
  if (!ofNodes) return value;
  const told = valuesOfNodes(value);
  const standard = option === "numa-node-weight" ? undefined : "0";
  return store.topology().nodes
    .map(({ id }) => `${id} ${told.get(id) ?? standard ?? config.nodeWeight(id)}`).join(" ");
}

function unknownParameter(name: string): Uint8Array {
  const known = numaParameters().map(({ short }) => short).join(", ");
  return errorReply(`ERR unknown parameter '${name.slice(0, 128)}'; there are ${known}`);
}

function wrongArity(subcommand: string): Uint8Array {
  return errorReply(`ERR wrong number of arguments for 'numaconfig|${subcommand}' command`);
}

function textOf(arg: Uint8Array): string {
  return new TextDecoder().decode(arg);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
