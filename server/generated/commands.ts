/**
 * The commands answered in TypeScript: table id, name and arity. Core has checked arity and rights
 * before it hands one up.
 *
 * Written by core/gen.ts from core/commands/*.json; edit those and run `deno task gen`.
 *
 * @module
 */
// deno-fmt-ignore-file

/** Commands and subcommands in the whole table. */
export const COMMAND_COUNT = 268;

/** One command that runs in the server. */
export interface ServerCommand {
  /** What core puts into Outcome.command. */
  readonly id: number;
  /** Lower case, a subcommand behind its container: `config|get`. */
  readonly name: ServerCommandName;
  /** Arguments, name included; negative means at least that many. */
  readonly arity: number;
}

/** The names of the commands that run in the server. */
export type ServerCommandName =
  | "config|get"
  | "config|rewrite"
  | "config|set"
  | "numa|candidates"
  | "numa|heatmap"
  | "numa|hotkeys"
  | "numa|slots"
  | "numaconfig|get"
  | "numaconfig|rebalance"
  | "numaconfig|set"
  | "numaconfig|stats"
  | "shutdown";

/** Every command that runs in the server, by id. */
export const serverCommands: ReadonlyMap<number, ServerCommand> = new Map<number, ServerCommand>([
  [38, { id: 38, name: "config|get", arity: -3 }],
  [41, { id: 41, name: "config|rewrite", arity: 2 }],
  [42, { id: 42, name: "config|set", arity: -4 }],
  [126, { id: 126, name: "numa|candidates", arity: -2 }],
  [128, { id: 128, name: "numa|heatmap", arity: 2 }],
  [130, { id: 130, name: "numa|hotkeys", arity: -2 }],
  [134, { id: 134, name: "numa|slots", arity: -3 }],
  [138, { id: 138, name: "numaconfig|get", arity: -2 }],
  [140, { id: 140, name: "numaconfig|rebalance", arity: 2 }],
  [141, { id: 141, name: "numaconfig|set", arity: -4 }],
  [142, { id: 142, name: "numaconfig|stats", arity: 2 }],
  [204, { id: 204, name: "shutdown", arity: -1 }],
]);
