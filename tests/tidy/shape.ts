/**
 * Shape: files and functions short enough to be read at once, files that say what they are.
 *
 * Knows braces, and no grammar. Invariant: generated files are exempt from length, never from an opening.
 *
 * @module
 */
import { codeOf, type Language, languageOf } from "./strip.ts";
import { type Finding, isGenerated, type Source } from "./tree.ts";

/** A file of this many lines is one too long. */
export const FILE_LINES_LIMIT = 800;
/** The most lines a function may have, from its name to its closing brace. */
export const FUNCTION_LINES_MAX = 70;

/** Files longer than the limit. */
export function longFiles(source: Source): Finding[] {
  if (languageOf(source.path) === undefined || isGenerated(source)) return [];
  const lines = source.text.trimEnd().split("\n").length;
  const message =
    `${lines} lines; a file has fewer than ${FILE_LINES_LIMIT}: split it by what it knows`;
  return lines < FILE_LINES_LIMIT ? [] : [{ path: source.path, line: 0, message }];
}

/** Functions longer than the limit. */
export function longFunctions(source: Source): Finding[] {
  const language = languageOf(source.path);
  if (language === undefined || isGenerated(source)) return [];
  return functions(source.text, language)
    .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
    .map(({ name, line, lines }) => ({
      path: source.path,
      line,
      message: `'${name}' has ${lines} lines; a function has at most ${FUNCTION_LINES_MAX}`,
    }));
}

/** Files that do not open with a comment saying what they are. */
export function openings(source: Source): Finding[] {
  const opening = openingOf(source.path);
  if (opening === undefined || opening.test(source.text)) return [];
  return [{ path: source.path, line: 1, message: "opens without a comment that says what it is" }];
}

function openingOf(path: string): RegExp | undefined {
  const language = languageOf(path);
  if (language === "rs") return /^\/\/[!/]? \S/;
  if (language === "ts") return /^(?:#![^\n]*\n)?(?:\/\*\*?\s[\s*]*\S|\/\/ \S)/;
  return path.endsWith(".sh") ? /^(?:#![^\n]*\n)?# \S/ : undefined;
}

/** A function as measured. */
export interface Measured {
  readonly name: string;
  /** Where it starts; 1 is the first line. */
  readonly line: number;
  readonly lines: number;
}

/** Every function with a body, in the order its body opens. */
export function functions(text: string, language: Language): Measured[] {
  const code = codeOf(text, language);
  const found: Measured[] = [];
  for (let open = code.indexOf("{"); open >= 0; open = code.indexOf("{", open + 1)) {
    const head = code.slice(Math.max(0, open - HEADER_CHARS_MAX), open).trimEnd();
    const header = language === "rs" ? rustHeader(head) : typescriptHeader(head);
    if (header === undefined) continue;
    const start = Math.max(0, open - HEADER_CHARS_MAX) + header.at;
    const lines = code.slice(start, closeOf(code, open)).split("\n").length;
    found.push({ name: header.name, line: lineOf(code, start), lines });
  }
  return found;
}

/** Longer headers than this are not looked for. */
const HEADER_CHARS_MAX = 4000;

/** What stands before a body: a name, and where it starts in the text searched. */
interface Header {
  readonly name: string;
  readonly at: number;
}

const RUST_HEADER = /\bfn\s+(\w+)(?:\[[^\]]*\]|[^{};[])*$/;

function rustHeader(head: string): Header | undefined {
  const found = RUST_HEADER.exec(head.slice(head.lastIndexOf("fn ")));
  return found === null ? undefined : { name: found[1] ?? "", at: head.lastIndexOf("fn ") };
}

/** `)` and, where it is told, the type that comes back. */
const TS_RETURNS = /\)\s*(?::\s*[^(){};=\s](?:[^(){};=]|\{[^{}]*\})*|:\s*\{[^{}]*\}[^(){};=]*)?$/;
const TS_ARROW = /([^=]*)=>$/;
const TS_NAME = /([#\w]+)\s*(?:<[^()]*>)?\s*$/;
const TS_STATEMENTS = new Set(["if", "for", "while", "switch", "catch", "with", "await"]);

function typescriptHeader(head: string): Header | undefined {
  const arrow = TS_ARROW.exec(head);
  const signature = arrow === null ? head : head.slice(0, -2).trimEnd();
  const returns = TS_RETURNS.exec(signature);
  // A class behind a function whose return type is told looks like a longer return type.
  if (returns === null || /\bclass\b/.test(returns[0])) {
    return arrow === null ? undefined : { name: "=>", at: signature.search(/\w+$/) };
  }
  const open = openOf(signature, returns.index);
  const name = TS_NAME.exec(signature.slice(0, open));
  if (arrow !== null) return { name: "=>", at: open };
  if (name === null || TS_STATEMENTS.has(name[1] ?? "")) return undefined;
  return { name: name[1] ?? "", at: name.index };
}

/** Where the parenthesis opens that closes at `close`. */
function openOf(code: string, close: number): number {
  let depth = 0;
  for (let at = close; at > 0; at--) {
    if (code[at] === ")") depth++;
    else if (code[at] === "(" && --depth === 0) return at;
  }
  return 0;
}

/** Where the brace closes that opens at `open`. */
function closeOf(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === "{") depth++;
    else if (code[at] === "}" && --depth === 0) return at;
  }
  return code.length;
}

function lineOf(code: string, at: number): number {
  return code.slice(0, at).split("\n").length;
}
