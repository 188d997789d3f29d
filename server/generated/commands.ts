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
export const COMMAND_COUNT = 257;

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
  | "shutdown";

/** Every command that runs in the server, by id. */
export const serverCommands: ReadonlyMap<number, ServerCommand> = new Map<number, ServerCommand>([
  [38, { id: 38, name: "config|get", arity: -3 }],
  [41, { id: 41, name: "config|rewrite", arity: 2 }],
  [42, { id: 42, name: "config|set", arity: -4 }],
  [193, { id: 193, name: "shutdown", arity: -1 }],
]);
