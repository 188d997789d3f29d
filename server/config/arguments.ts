/**
 * The command line, read as redis-server reads it: `[serve] [file] [-] [--name value ...] ...`.
 *
 * Opens no file. Invariant: every argument is used exactly once, or the whole line is refused.
 *
 * @module
 */

import { findOption } from "./options.ts";
import { COMMAND_LINE, ConfigError, type Directive } from "./settings.ts";

/** What the command line asks for. */
export type Invocation =
  | { readonly action: "help" }
  | { readonly action: "version" }
  | Serve;

/** Start the server. */
export interface Serve {
  readonly action: "serve";
  /** The configuration file, as it was written. */
  readonly file?: string;
  /** Whether more configuration comes from standard input (`-`), read behind the file. */
  readonly stdin: boolean;
  /** Directives given as `--name value`, in order. */
  readonly directives: readonly Directive[];
}

/** The text of `--help`. */
export const HELP = `Usage: numakv [serve] [file] [-] [--name value ...]

  file             a redis.conf; -  reads configuration from standard input
  --name value     any directive of redis.conf or of numakv; wins over the file
  --help, -h       this text
  --version, -v    the version

Examples:
  numakv                                      serve on port 6379
  numakv /etc/redis/redis.conf --port 7000    a file, and one directive changed
  numakv --bind 127.0.0.1 ::1 --save ""       two addresses, no snapshots
  numakv --topology fake:2+1 --listeners 2    try NUMA on any machine
  numakv --numa-listen 0 10.0.0.1:6379 --numa-listen 1 10.0.1.1:6379
`;

/**
 * Reads the arguments.
 *
 * `--name` takes the words up to the next `--name`; when the option takes one word only, a further one is the file.
 *
 * @throws {ConfigError} when there is a second file, or `-` stands twice
 */
export function parseArguments(args: readonly string[]): Invocation {
  const start = args[0] === "serve" ? 1 : 0;
  const first = args[start];
  if (first === "-h" || args.includes("--help")) return { action: "help" };
  if (first === "-v" || args.includes("--version")) return { action: "version" };
  const directives: Directive[] = [];
  let file: string | undefined;
  let stdin = false;
  for (let at = start; at < args.length;) {
    const word = args[at] ?? "";
    if (word.startsWith("--")) {
      const words = [word.slice(2), ...valuesBehind(args, at)];
      directives.push({
        words,
        origin: {
          file: COMMAND_LINE,
          line: at + 1,
          text: args.slice(at, at + words.length).join(" "),
        },
      });
      at += words.length;
      continue;
    }
    if (word === "-" ? stdin : file !== undefined) throw surplus(word, at, file);
    if (word === "-") stdin = true;
    else file = word;
    at++;
  }
  return { action: "serve", ...file !== undefined && { file }, stdin, directives };
}

/** The words behind `args[at]` that belong to it. */
function valuesBehind(args: readonly string[], at: number): string[] {
  const values: string[] = [];
  const kind = findOption((args[at] ?? "").slice(2))?.kind;
  const most = kind === undefined || kind.many || kind.repeat !== "replace" ? Infinity : 1;
  for (let next = at + 1; next < args.length && values.length < most; next++) {
    const word = args[next] ?? "";
    if (word.startsWith("--") || (word === "-" && most > 1)) break;
    values.push(word);
  }
  return values;
}

function surplus(word: string, at: number, file: string | undefined): ConfigError {
  const remedy = word === "-"
    ? "Standard input can be read once: remove the second -"
    : `Cannot read '${word}' as configuration: the file is '${file}' already. Write options as --name value`;
  return new ConfigError(remedy, { file: COMMAND_LINE, line: at + 1, text: word });
}
