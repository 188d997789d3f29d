/**
 * Words that may not stand in the repository, and the one that must stand beside `unsafe`.
 *
 * The words are put together here so that this file does not hold them itself.
 * Invariant: every rule names the word it found and what to write instead.
 *
 * @module
 */
import { codeOf, languageOf } from "./strip.ts";
import type { Finding, Source } from "./tree.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
  /** Search code only: comments and strings may say the word. */
  readonly inCode: boolean;
}

const join = (...parts: string[]): string => parts.join("");

const RULES: readonly Rule[] = [
  {
    pattern: new RegExp(`\\b(${join("TO", "DO")}|${join("FIX", "ME")}|${join("X", "XX")})\\b`),
    message: "finish it, or write an issue",
    inCode: false,
  },
  {
    pattern: new RegExp(join("@ts-", "(ignore|nocheck|expect-error)")),
    message: "give the value its type",
    inCode: false,
  },
  { pattern: /\bas any\b|(?<!:):\s*any\b|<any>/, message: "give the value its type", inCode: true },
  { pattern: /\b(dbg|todo|unimplemented)!/, message: "finish it", inCode: true },
  {
    pattern: new RegExp(`(^|[^\\w.$}*])/(${join("wo", "rk")}/|${join("tm", "p/w")}/)`),
    message: "a path of one machine; name it relative to the repository",
    inCode: false,
  },
];

/** Words that may not stand in a file. */
export function badWords({ path, text }: Source): Finding[] {
  const language = languageOf(path);
  const lines = text.split("\n");
  const codeLines = language === undefined ? [] : codeOf(text, language).split("\n");
  return RULES.flatMap(({ pattern, message, inCode }) =>
    (inCode ? codeLines : lines).flatMap((content, index) => {
      const found = pattern.exec(content);
      if (found === null) return [];
      return [{ path, line: index + 1, message: `'${found[0].trim()}': ${message}` }];
    })
  );
}

/** How many lines above an `unsafe` its answer may start. */
const SAFETY_REACH_LINES = 8;

/** Unsafe blocks and impls that no `SAFETY:` answers. */
export function unansweredUnsafe({ path, text }: Source): Finding[] {
  if (languageOf(path) !== "rs") return [];
  const lines = text.split("\n");
  return codeOf(text, "rs").split("\n").flatMap((code, index) => {
    if (!/\bunsafe\s*(?:\{|impl\b)/.test(code)) return [];
    const near = lines.slice(Math.max(0, index - SAFETY_REACH_LINES), index + 2);
    if (near.some((line) => line.includes("SAFETY:"))) return [];
    return [{ path, line: index + 1, message: "'unsafe' without a 'SAFETY:' comment above it" }];
  });
}

const TOP_LEVEL = new Set(
  [
    ".ci .gitattributes .gitignore ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md Cargo.lock Cargo.toml LICENSE",
    "README.md bench core deno.json deno.lock mod.ts numakv numakv.conf server strategies tests tools",
  ].join(" ").split(" "),
);

/** Entries of the root that nobody agreed on. */
export function newTopLevel(paths: readonly string[]): Finding[] {
  const entries = new Set(paths.map((path) => path.split("/")[0] ?? path));
  return [...entries].filter((entry) => !TOP_LEVEL.has(entry)).map((path) => ({
    path,
    line: 0,
    message:
      "is not an agreed top-level entry; find it a room, or agree on it in tests/tidy/words.ts",
  }));
}
