/**
 * Writes what TypeScript needs of the command table: `server/generated/commands.ts`.
 *
 * Only commands that run in the server are there; core knows the rest. Invariant: an id is the one core
 * puts into `Outcome.command`.
 *
 * @module
 */
import { type Command, flatten } from "./command_model.ts";

/** The text of `server/generated/commands.ts`. */
export function tsCommands(commands: Command[]): string {
  const all = flatten(commands);
  const served = all.filter((command) => command.runs === "server");
  return `/**
 * The commands answered in TypeScript: table id, name and arity. Core has checked arity and rights
 * before it hands one up.
 *
 * Written by core/gen.ts from core/commands/*.json; edit those and run \`deno task gen\`.
 *
 * @module
 */
// deno-fmt-ignore-file

/** Commands and subcommands in the whole table. */
export const COMMAND_COUNT = ${all.length};

/** One command that runs in the server. */
export interface ServerCommand {
  /** What core puts into Outcome.command. */
  readonly id: number;
  /** Lower case, a subcommand behind its container: \`config|get\`. */
  readonly name: ServerCommandName;
  /** Arguments, name included; negative means at least that many. */
  readonly arity: number;
}

/** The names of the commands that run in the server. */
export type ServerCommandName =
${served.map((command) => `  | "${command.fullName}"`).join("\n")};

/** Every command that runs in the server, by id. */
export const serverCommands: ReadonlyMap<number, ServerCommand> = new Map<number, ServerCommand>([
${
    served.map(({ id, fullName, arity }) =>
      `  [${id}, { id: ${id}, name: "${fullName}", arity: ${arity} }],\n`
    )
      .join("")
  }]);
`;
}
