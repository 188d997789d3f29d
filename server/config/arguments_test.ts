/** The command line: verbs, directives, and what is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments } from "./arguments.ts";
import { ConfigError } from "./settings.ts";

/** File, standard input and directives of a command line written with single blanks. */
function parsed(line: string): [string | undefined, boolean, string[]] {
  const invocation = parseArguments(line === "" ? [] : line.split(" "));
  if (invocation.action !== "serve") throw new Error(`Cannot test '${line}': it does not serve`);
  return [
    invocation.file,
    invocation.stdin,
    invocation.directives.map((directive) => directive.words.join(" ")),
  ];
}

Deno.test("parseArguments() takes file and options in any order", () => {
  const options = ["port 7000", "bind 127.0.0.1 ::1"];
  assertEquals(parsed(""), [undefined, false, []]);
  assertEquals(parsed("serve a.conf"), ["a.conf", false, []]);
  assertEquals(parsed("a.conf --port 7000 --bind 127.0.0.1 ::1"), ["a.conf", false, options]);
  assertEquals(parsed("serve --port 7000 a.conf --bind 127.0.0.1 ::1"), ["a.conf", false, options]);
  assertEquals(parsed("a.conf - --hz 5"), ["a.conf", true, ["hz 5"]]);
  assertEquals(parsed("--bind * -::* -"), [undefined, true, ["bind * -::*"]]);
});

Deno.test("parseArguments() takes values that look like numbers below zero or like nothing", () => {
  assertEquals(parsed("--list-max-listpack-size -2 --save"), [
    undefined,
    false,
    ["list-max-listpack-size -2", "save"],
  ]);
  assertEquals(parseArguments(["--save", ""]), {
    action: "serve",
    stdin: false,
    directives: [{
      words: ["save", ""],
      origin: { file: "command line", line: 1, text: "--save " },
    }],
  });
});

Deno.test("parseArguments() knows help and version", () => {
  for (const line of ["-h", "--help", "serve --help", "a.conf --help"]) {
    assertEquals(parseArguments(line.split(" ")).action, "help");
  }
  for (const line of ["-v", "--version", "serve -v"]) {
    assertEquals(parseArguments(line.split(" ")).action, "version");
  }
});

Deno.test("parseArguments() refuses a second file and a second -", () => {
  assertThrows(() => parsed("a.conf b.conf"), ConfigError, "the file is 'a.conf' already");
  assertThrows(() => parsed("--port 1 a.conf b.conf"), ConfigError, ">>> 'b.conf'");
  assertThrows(() => parsed("- -"), ConfigError, "remove the second -");
});
