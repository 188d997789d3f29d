/**
 * Blanks out what is not code: comments, strings, characters, regular expressions.
 *
 * Knows just enough of Rust's and TypeScript's spelling to tell a brace that counts from one that does not.
 * Invariant: the result has the same length and the same line ends as the text.
 *
 * @module
 */

/** A language whose spelling is known. */
export type Language = "rs" | "ts";

/** The language of a path, by its ending. */
export function languageOf(path: string): Language | undefined {
  if (path.endsWith(".rs")) return "rs";
  return path.endsWith(".ts") ? "ts" : undefined;
}

/** The text with everything but code turned into spaces. */
export function codeOf(text: string, language: Language): string {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const end = skip(text, at, language);
    if (end > at) {
      parts.push(blank(text.slice(at, end)));
      at = end;
    } else {
      const template = language === "ts" && text[at] === "`";
      const next = template ? endOfTemplate(text, at, parts) : at + 1;
      if (!template) parts.push(text.charAt(at));
      at = next;
    }
  }
  return parts.join("");
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

/** Where the thing that is not code and starts at `at` ends; `at` itself when code starts there. */
function skip(text: string, at: number, language: Language): number {
  if (text.startsWith("//", at)) return endOf(text, "\n", at);
  if (text.startsWith("/*", at)) return endOfComment(text, at, language === "rs");
  const char = text.charAt(at);
  if (char === '"') return endOfString(text, at, char);
  if (language === "rs") return skipRust(text, at, char);
  if (char === "'") return endOfString(text, at, char);
  return char === "/" && startsRegex(text, at) ? endOfRegex(text, at) : at;
}

function skipRust(text: string, at: number, char: string): number {
  if (char === "'") {
    const literal = /^'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'/u.exec(text.slice(at, at + 16));
    return at + (literal?.[0].length ?? 0); // otherwise a lifetime
  }
  if (char !== "r" || /\w/.test(text.charAt(at - 1).replace("b", " "))) return at;
  const raw = /^r(#*)"/.exec(text.slice(at, at + 16));
  return raw === null
    ? at
    : endOf(text, `"${raw[1]}`, at + raw[0].length) + 1 + (raw[1]?.length ?? 0);
}

/** Index of `mark` from `at` on, or the text's end. */
function endOf(text: string, mark: string, at: number): number {
  const end = text.indexOf(mark, at);
  return end < 0 ? text.length : end;
}

function endOfComment(text: string, at: number, nests: boolean): number {
  let depth = 1;
  for (let i = at + 2; i < text.length; i++) {
    if (text.startsWith("*/", i)) {
      if (--depth === 0) return i + 2;
      i++;
    } else if (nests && text.startsWith("/*", i)) {
      depth++;
      i++;
    }
  }
  return text.length;
}

function endOfString(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

/** Blanks a template but keeps the code inside `${…}`; pushes the parts, returns the end. */
function endOfTemplate(text: string, at: number, parts: string[]): number {
  let start = at;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "`") {
      parts.push(blank(text.slice(start, i + 1)));
      return i + 1;
    } else if (text.startsWith("${", i)) {
      const close = endOfHole(text, i + 2);
      parts.push(blank(text.slice(start, i + 2)), codeOf(text.slice(i + 2, close), "ts"));
      start = close;
      i = close;
    }
  }
  parts.push(blank(text.slice(start)));
  return text.length;
}

function endOfHole(text: string, at: number): number {
  let depth = 1;
  for (let i = at; i < text.length; i++) {
    const end = text[i] === "`" ? endOfTemplate(text, i, []) : skip(text, i, "ts");
    if (end > i) i = end - 1;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return text.length;
}

/** A slash after an operator, a bracket or `return` opens a regular expression; after a value it divides. */
function startsRegex(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 80), at).trimEnd();
  return before === "" || /(?:[(,=:[!&|?{};<>+\-*%~]|\breturn|\bcase)$/.test(before);
}

function endOfRegex(text: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if (text[i] === "/" && !inClass) return i + 1;
  }
  return at + 1;
}
