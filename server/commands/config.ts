/**
 * CONFIG GET, SET, REWRITE and HELP. (CONFIG RESETSTAT is core's: the statistics are there.)
 *
 * Knows no socket. Invariant: every error reply reads as redis-server 7.0.15 writes it.
 *
 * @module
 */

import { ConfigCommandError } from "../config.ts";
import { errorReply, helpReply, okReply, ReplyWriter } from "../reply.ts";
import type { CommandContext } from "./context.ts";

const HELP = [
  "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
  "HELP",
  "    Prints this help.",
];

/** CONFIG GET pattern [pattern ...]: a map of names and values. */
export function configGet(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  const patterns = args.slice(2).map((arg) => new TextDecoder().decode(arg));
  if (patterns.length === 0) return wrongArity("get");
  const found = context.config.matching(patterns);
  const reply = new ReplyWriter(context.protocol).map(found.size);
  for (const [name, value] of found) reply.bulk(name).bulk(value);
  return reply.finish();
}

/** CONFIG SET name value [name value ...]: all or none. */
export async function configSet(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  const words = args.slice(2);
  if (words.length < 2) return wrongArity("set");
  if (words.length % 2 !== 0) return errorReply("ERR syntax error");
  return await answering(async () => {
    const pairs: [string, string][] = [];
    for (let at = 0; at < words.length; at += 2) pairs.push(decodePair(words[at], words[at + 1]));
    const warnings = await context.config.set(pairs, context.trusted);
    for (const warning of warnings) context.log.warning(warning);
    context.log.notice(`CONFIG SET changed ${pairs.map(([name]) => name).join(", ")}`);
  });
}

/** CONFIG REWRITE: the values in force go into the configuration file. */
export async function configRewrite(
  context: CommandContext,
  args: readonly Uint8Array[],
): Promise<Uint8Array> {
  if (args.length !== 2) return wrongArity("rewrite");
  return await answering(async () => {
    await context.config.rewrite();
    context.log.notice("CONFIG REWRITE wrote the configuration file");
  });
}

/** CONFIG HELP: what the subcommands do. */
export function configHelp(_context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  return args.length === 2 ? helpReply(HELP) : wrongArity("help");
}

/** OK when `work` succeeds, its error reply when it is refused. */
async function answering(work: () => Promise<void>): Promise<Uint8Array> {
  try {
    await work();
    return okReply();
  } catch (error) {
    if (error instanceof ConfigCommandError) return errorReply(`ERR ${error.message}`);
    throw error;
  }
}

/** Name and value as text. A value that is not UTF-8 could not be shown or written back, so it is refused. */
function decodePair(name?: Uint8Array, value?: Uint8Array): [string, string] {
  const key = new TextDecoder().decode(name);
  try {
    return [key, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value)];
  } catch {
    throw new ConfigCommandError(
      `CONFIG SET failed (possibly related to argument '${key}') - argument must be UTF-8 text`,
    );
  }
}

function wrongArity(subcommand: string): Uint8Array {
  return errorReply(`ERR wrong number of arguments for 'config|${subcommand}' command`);
}
