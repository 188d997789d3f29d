/**
 * The grammar of a redis.conf line: words, quotes, comments; and the glob of CONFIG GET.
 *
 * Knows no option names and opens no file. Invariant: `splitWords(words.map(quoteWord).join(" "))` gives `words` back.
 *
 * @module
 */

/** What `\n` and its like stand for between double quotes. Any other escaped character stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  a: "\x07",
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Splits a line into words at blanks.
 *
 * Between double quotes `\xHH` is a byte and `\n \r \t \b \a` are control characters; between single quotes only `\'` is
 * special. A closing quote must end its word.
 *
 * @throws {SyntaxError} when a quote is not closed or is followed by more text, or when `\x` bytes are not UTF-8
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (true) {
    while (at < line.length && isBlank(line[at])) at++;
    if (at >= line.length) return words;
    const [word, end] = readWord(line, at);
    words.push(word);
    at = end;
  }
}

/** The words of a configuration line; none for a blank line or a comment, which is a line that starts with `#`. */
export function directiveWords(line: string): string[] {
  const text = line.trim();
  return text === "" || text.startsWith("#") ? [] : splitWords(text);
}

/** Writes `word` so that {@linkcode splitWords} reads it back: bare where that is safe, else between double quotes. */
export function quoteWord(word: string): string {
  if (/^[^\s"'#\\\p{Cc}][^\s"'\\\p{Cc}]*$/u.test(word)) return word;
  const escaped = word.replace(/["\\\p{Cc}]/gu, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    const name = Object.keys(ESCAPES).find((key) => ESCAPES[key] === char);
    if (name !== undefined) return `\\${name}`;
    return [...encoder.encode(char)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(
      "",
    );
  });
  return `"${escaped}"`;
}

/**
 * Makes a test for one glob of CONFIG GET: `*`, `?`, `[a-c]`, `[^a]` and `\` before a character taken as it is; upper and
 * lower case are the same. An unclosed `[` runs to the end of the pattern.
 */
export function globTest(pattern: string): (name: string) => boolean {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "*") {
      if (pattern[at - 1] !== "*") source += ".*";
    } else if (char === "?") source += ".";
    else if (char === "[") {
      const set = globSet(pattern, at);
      source += set.source;
      at = set.last;
    } else if (char === "\\" && at + 1 < pattern.length) source += literal(pattern[++at] ?? "");
    else source += literal(char);
  }
  const expression = new RegExp(`^${source}$`, "is");
  return (name) => expression.test(name);
}

/** Reads the word that starts at `start`, and says where it ends. A quote may open inside a word, as in `pre"fix one"`. */
function readWord(line: string, start: number): [word: string, end: number] {
  let word = "";
  for (let at = start; at < line.length; at++) {
    const char = line[at] ?? "";
    if (isBlank(char)) return [word, at];
    if (char !== '"' && char !== "'") {
      word += char;
      continue;
    }
    const close = closingQuote(line, at);
    const inner = line.slice(at + 1, close);
    word += char === '"' ? unescapeDouble(inner) : inner.replaceAll("\\'", "'");
    if (close + 1 < line.length && !isBlank(line[close + 1])) {
      throw new SyntaxError("text right behind a closing quote: put a blank between the words");
    }
    return [word, close + 1];
  }
  return [word, line.length];
}

function isBlank(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
}

function closingQuote(line: string, open: number): number {
  const quote = line[open];
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] === "\\" && (quote === '"' || line[at + 1] === "'")) at++;
    else if (line[at] === quote) return at;
  }
  throw new SyntaxError(`a quote that opens at column ${open + 1} is never closed`);
}

function unescapeDouble(inner: string): string {
  const bytes: number[] = [];
  for (const piece of inner.matchAll(/\\x([0-9a-f]{2})|\\(.)|[^\\]+/gis)) {
    if (piece[1] !== undefined) bytes.push(parseInt(piece[1], 16));
    else for (const byte of encoder.encode(escaped(piece[2]) ?? piece[0])) bytes.push(byte);
  }
  try {
    return decoder.decode(new Uint8Array(bytes));
  } catch {
    throw new SyntaxError(`the \\x bytes of "${inner}" are not UTF-8`);
  }
}

function escaped(char: string | undefined): string | undefined {
  return char === undefined ? undefined : ESCAPES[char] ?? char;
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|\/-]/, "\\$&");
}

/** The regular expression of the set that opens at `open`, and where it ends. */
function globSet(pattern: string, open: number): { source: string; last: number } {
  let at = open + 1;
  const negated = pattern[at] === "^";
  if (negated) at++;
  let members = "";
  for (; at < pattern.length && pattern[at] !== "]"; at++) {
    if (pattern[at] === "\\" && at + 1 < pattern.length) at++;
    const from = pattern[at] ?? "";
    const to = pattern[at + 1] === "-" ? pattern[at + 2] : undefined;
    if (to === undefined) members += literal(from);
    else {
      members += from <= to ? `${literal(from)}-${literal(to)}` : `${literal(to)}-${literal(from)}`;
      at += 2;
    }
  }
  if (members === "") return { source: negated ? "." : "(?!)", last: at };
  return { source: `[${negated ? "^" : ""}${members}]`, last: at };
}
