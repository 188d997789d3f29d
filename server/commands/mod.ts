/**
 * The commands whose table line says `"run": "server"`: which function answers which.
 *
 * Knows no socket and no session. Invariant: one entry a command, by its full name in lower
 * case (`config|get`); every call is answered with one complete reply.
 *
 * @module
 */

import { configGet, configHelp, configRewrite, configSet } from "./config.ts";
import type { CommandContext, ServerCommand } from "./context.ts";
import { errorReply } from "../reply.ts";
import { numaCandidates, numaHeatmap, numaHotkeys } from "./numa.ts";
import {
  numaconfigGet,
  numaconfigRebalance,
  numaconfigSet,
  numaconfigStats,
} from "./numaconfig.ts";
import { numaBalance, numaExplain } from "./placement.ts";
import { numaSlots } from "./slots.ts";
import { shutdown } from "./shutdown.ts";
import { numaTrace } from "./trace.ts";

export type { CommandContext, ServerCommand } from "./context.ts";

/** Every server command by its full name. */
export const SERVER_COMMANDS: ReadonlyMap<string, ServerCommand> = new Map<string, ServerCommand>([
  ["config|get", configGet],
  ["config|set", configSet],
  ["config|rewrite", configRewrite],
  ["config|help", configHelp],
  ["numa|balance", numaBalance],
  ["numa|candidates", numaCandidates],
  ["numa|explain", numaExplain],
  ["numa|heatmap", numaHeatmap],
  ["numa|hotkeys", numaHotkeys],
  ["numa|slots", numaSlots],
  ["numa|trace", numaTrace],
  ["numaconfig|get", numaconfigGet],
  ["numaconfig|set", numaconfigSet],
  ["numaconfig|stats", numaconfigStats],
  ["numaconfig|rebalance", numaconfigRebalance],
  ["shutdown", shutdown],
]);

/**
 * Answers the command whose words `args` begin with: `CONFIG GET …` is `config|get`.
 *
 * A command that throws is logged and answered with an error, as its client waits.
 */
export async function runServerCommand(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const [name = "", subcommand = ""] = args.slice(0, 2).map((arg) =>
    new TextDecoder().decode(arg).toLowerCase()
  );
  const command = SERVER_COMMANDS.get(`${name}|${subcommand}`) ?? SERVER_COMMANDS.get(name);
  if (command === undefined) {
    return errorReply(`ERR unknown subcommand '${subcommand}'. Try ${name.toUpperCase()} HELP.`);
  }
  try {
    return await command(context, args);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.log.warning(`Command ${name} failed: ${reason}`);
    return errorReply(`ERR internal error: ${reason}`);
  }
}
