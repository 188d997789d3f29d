/**
 * Reads configuration files and what they include.
 *
 * Knows no option but `include`. Invariant: directives come out in the order in which they take effect.
 *
 * @module
 */

import { expandGlobSync } from "@std/fs";
import { isGlob, resolve } from "@std/path";
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

/** The files a pattern means, in alphabetical order. */
function expand(pattern: string): string[] {
  if (!isGlob(pattern)) return [pattern];
  const found = expandGlobSync(resolve(pattern), { includeDirs: false, globstar: false });
  return [...found].map((entry) => entry.path).sort();
}

function readText(path: string, origin: Origin | undefined): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`Cannot read the configuration file '${path}': ${reason}`, origin);
  }
}
