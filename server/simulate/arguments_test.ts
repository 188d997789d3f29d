/** What `./numakv simulate` reads from its command line, and what it refuses. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { HELP, readArguments, readStrategyWords, UsageError } from "./arguments.ts";

Deno.test("simulate: without arguments everything has its standard", () => {
  const given = readArguments([])!;
  assertEquals(
    [given.workload, given.keys, given.accesses, given.rate, given.fastShare, given.bytes],
    ["zipf:0.99", 1_000_000, 20_000_000, undefined, 0.2, [128, 128]],
  );
  assertEquals(given.strategies, []);
  assertEquals(readArguments(["--keys", "10", "--help"]), undefined);
  for (const name of ["--workload", "--trace", "--topology", "--strategy", "--svg", "--rate"]) {
    assertStringIncludes(HELP, name);
  }
});

Deno.test("simulate: a strategy's options stand behind its name", () => {
  const strategy = (name: string, isFile: boolean, options: Record<string, string>) => ({
    name,
    isFile,
    options,
  });
  const cases: [text: string, read: ReturnType<typeof strategy>][] = [
    ["composite_lru", strategy("composite_lru", false, {})],
    ["a:b=1,c=2", strategy("a", false, { b: "1", c: "2" })],
    ["weighted:weights=80,120", strategy("weighted", false, { weights: "80,120" })],
    ["./mine.ts", strategy("./mine.ts", true, {})],
    ["/x/mine.ts:share=0.5", strategy("/x/mine.ts", true, { share: "0.5" })],
    ["./a.ts.d/mine.js:b=", strategy("./a.ts.d/mine.js", true, { b: "" })],
  ];
  for (const [text, read] of cases) assertEquals(readStrategyWords(text), { text, ...read });
  for (const text of ["", ":a=1", "a:", "a:b", "./mine.ts:b"]) {
    assertThrows(() => readStrategyWords(text), UsageError, "Cannot read");
  }
});

Deno.test("simulate: what cannot be read is refused by name and value", () => {
  const cases: [words: string[], message: string][] = [
    [["--keys", "0"], "Cannot set --keys to '0': want a whole number from 1 to 50000000"],
    [["--keys", "1e6"], "Cannot set --keys to '1e6'"],
    [["--skew=-1"], "Cannot set --skew to '-1'"],
    [["--skew"], "--skew wants a value"],
    [["--fast-share", "2"], "Cannot set --fast-share to '2': want a number from 0.001 to 1"],
    [["--bytes", "200-100"], "want FROM or FROM-TO"],
    [["--move-bytes", "much"], "want a size like 64mb"],
    [["--seed", "1", "--seed", "2"], "--seed was given 2 times"],
    [["--trace", "t", "--skew", "1"], "--skew does not go with --trace"],
    [["--low-water", "0.97"], "--low-water is above --high-water"],
    [["--over-time"], "--over-time goes with --json"],
    [["--bogus"], "Unknown argument '--bogus'"],
    [["word"], "Unknown argument 'word'"],
  ];
  for (const [words, message] of cases) {
    assertThrows(() => readArguments(words), UsageError, message);
  }
});
