/**
 * Reads configuration files and what they include.
 *
 * Knows no option but `include`. Invariant: directives come out in the order in which they take effect.
 *
 * @module
 */

import { globToRegExp, isGlob, join, resolve } from "@std/path";
import { ConfigError, type Directive, type Origin, parseLine } from "./settings.ts";

/** How deep files may include one another. */
export const INCLUDE_DEPTH_MAX = 16;

/**
 * Reads the directives of the file at `path`, includes unfolded.
 *
 * Relative paths in `include` start at the working directory, as in Redis. A pattern that matches nothing includes
 * nothing; a plain path must exist.
 *
 * @throws {ConfigError} when a file cannot be read, a line cannot be split, or files include one another in a circle
 */
export function readFile(path: string): Directive[] {
  return unfold(readText(path, undefined), path, 1);
}

/** The directives of `text`, shown in errors as coming from `file`. See {@linkcode readFile}. */
export function readDirectives(text: string, file: string): Directive[] {
  return unfold(text, file, 1);
}

function unfold(text: string, file: string, depth: number): Directive[] {
  const directives: Directive[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const directive = parseLine(line, file, index + 1);
    if (directive === undefined) continue;
    if (directive.words[0]?.toLowerCase() === "include") {
      for (const one of include(directive, depth)) directives.push(one);
    } else directives.push(directive);
  }
  return directives;
}

function include({ words, origin }: Directive, depth: number): Directive[] {
  const pattern = words[1];
  if (pattern === undefined || words.length > 2) {
    throw new ConfigError("Cannot include: write one path or one pattern behind include", origin);
  }
  if (depth >= INCLUDE_DEPTH_MAX) {
    throw new ConfigError(
      `Cannot include '${pattern}': files include one another ${depth} deep, in a circle perhaps`,
      origin,
    );
  }
  return expand(pattern).flatMap((path) => unfold(readText(path, origin), path, depth + 1));
}

/** The files a pattern means, in alphabetical order; folders may be patterns too. A plain path means itself. */
function expand(pattern: string): string[] {
  if (!isGlob(pattern)) return [pattern];
  const absolute: string = resolve(pattern);
  let paths = ["/"];
  for (const segment of absolute.split("/").filter((part) => part !== "")) {
    paths = paths.flatMap((folder) =>
      isGlob(segment) ? matches(folder, segment) : [join(folder, segment)]
    );
  }
  return paths.filter((path) => statOf(path)?.isFile).sort();
}

/** What in `folder` matches; hidden files only when the pattern starts with a dot, as in a shell. */
function matches(folder: string, pattern: string): string[] {
  if (!statOf(folder)?.isDirectory) return [];
  const expression = globToRegExp(pattern);
  return [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .filter((name) => expression.test(name) && name.startsWith(".") === pattern.startsWith("."))
    .map((name) => join(folder, name));
}

/** What lies at `path`; nothing when it is missing or lies below what is no folder. */
function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function readText(path: string, origin: Origin | undefined): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(": ")[0] : String(error);
    throw new ConfigError(`Cannot read the configuration file '${path}': ${reason}`, origin);
  }
}
