/** The lines of a configuration file: quotes, comments, includes. */
import { assertEquals, assertThrows } from "@std/assert";
import { directiveWords, globTest, quoteWord, splitWords } from "./syntax.ts";

Deno.test("splitWords() follows the quoting rules of redis.conf", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  a \t b  ", ["a", "b"]],
    ['requirepass ""', ["requirepass", ""]],
    [String.raw`a "b\x41\n\t\"\\\q"`, ["a", 'bA\n\t"\\q']],
    [String.raw`a 'b\'c\n'`, ["a", "b'c\\n"]],
    [String.raw`"\xc3\xa9"`, ["é"]],
    ['pre"fix one"', ["prefix one"]],
    ["a#b", ["a#b"]],
  ];
  for (const [line, words] of cases) assertEquals(splitWords(line), words, line);
});

Deno.test("splitWords() refuses unbalanced quotes and bytes that are not UTF-8", () => {
  for (const line of ['a "b', "a 'b", String.raw`a "b\"`]) {
    assertThrows(() => splitWords(line), SyntaxError, "never closed");
  }
  assertThrows(() => splitWords('""x'), SyntaxError, "behind a closing quote");
  assertThrows(() => splitWords(String.raw`"\xff"`), SyntaxError, "not UTF-8");
});

Deno.test("directiveWords() skips blank lines and comments", () => {
  assertEquals(["", "  # a", "#"].map(directiveWords), [[], [], []]);
  assertEquals(directiveWords(" hz 10\r"), ["hz", "10"]);
});

Deno.test("quoteWord() writes any word so that splitWords() reads it back", () => {
  assertEquals(["plain", "a b", ""].map(quoteWord), ["plain", '"a b"', '""']);
  const alphabet = ["a", " ", '"', "'", "\\", "#", "\n", "\t", "\x01", "\x7f", "é", "\u0085", "😀"];
  const short = alphabet.flatMap((a) => alphabet.flatMap((b) => alphabet.map((c) => a + b + c)));
  assertEquals(splitWords(short.map(quoteWord).join(" ")), short);
});

Deno.test("globTest() matches as CONFIG GET does", () => {
  const cases: [string, string, boolean][] = [
    ["*", "hz", true],
    ["HZ", "hz", true],
    ["h?", "hz", true],
    ["h?", "h", false],
    ["**max*memory", "maxmemory", true],
    ["[a-h]z", "hz", true],
    ["[h-a]z", "hz", true],
    ["[^h]z", "hz", false],
    ["[^a]z", "hz", true],
    ["[]z", "hz", false],
    ["[\\]]", "]", true],
    ["h[yz", "hz", true],
    ["\\*", "*", true],
    ["\\*", "hz", false],
    ["a.c", "abc", false],
    ["slave-[!-/]o", "slave--o", true],
    ["", "hz", false],
  ];
  for (const [pattern, name, match] of cases) {
    assertEquals(globTest(pattern)(name), match, `${pattern} on ${name}`);
  }
});
