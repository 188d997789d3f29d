/**
 * The commands whose table line says `"run": "server"`: which function answers which.
 *
 * Knows no socket and no session. Invariant: one entry a command, by its full name in lower
 * case (`config|get`).
 *
 * @module
 */

import { configGet, configHelp, configRewrite, configSet } from "./config.ts";
import type { ServerCommand } from "./context.ts";

export type { CommandContext, ServerCommand } from "./context.ts";

/** Every server command by its full name. */
export const SERVER_COMMANDS: ReadonlyMap<string, ServerCommand> = new Map<string, ServerCommand>([
  ["config|get", configGet],
  ["config|set", configSet],
  ["config|rewrite", configRewrite],
  ["config|help", configHelp],
]);
