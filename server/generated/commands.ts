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
export const COMMAND_COUNT = 271;

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
  | "numa|balance"
  | "numa|candidates"
  | "numa|explain"
  | "numa|heatmap"
  | "numa|hotkeys"
  | "numa|slots"
  | "numa|trace"
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
  [126, { id: 126, name: "numa|balance", arity: 2 }],
  [127, { id: 127, name: "numa|candidates", arity: -2 }],
  [129, { id: 129, name: "numa|explain", arity: 3 }],
  [130, { id: 130, name: "numa|heatmap", arity: 2 }],
  [132, { id: 132, name: "numa|hotkeys", arity: -2 }],
  [136, { id: 136, name: "numa|slots", arity: -3 }],
  [138, { id: 138, name: "numa|trace", arity: -3 }],
  [141, { id: 141, name: "numaconfig|get", arity: -2 }],
  [143, { id: 143, name: "numaconfig|rebalance", arity: 2 }],
  [144, { id: 144, name: "numaconfig|set", arity: -4 }],
  [145, { id: 145, name: "numaconfig|stats", arity: 2 }],
  [207, { id: 207, name: "shutdown", arity: -1 }],
]);
