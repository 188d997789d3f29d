/** Directives of nodes and placement: spelling, precedence, refusals, rewriting, and what the short names mean. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Config, ConfigCommandError, ConfigError, parseArguments, type Serve } from "../config.ts";
import { PLACEMENTS, SHORT_NAMES, VARIABLES } from "./numa_options.ts";
import { findOption } from "./options.ts";

/** The ancestor's own block. */
const ANCESTOR = `
numa-enabled yes
numa-default-strategy interleaved
numa-balance-threshold 30
numa-auto-rebalance yes
numa-cxl-optimization disabled
numa-node-weight 0 80
numa-node-weight 1 120
`;

function load(args: string[], variables: Record<string, string> = {}, stdin = ""): Config {
  return Config.load(parseArguments(args) as Serve, {
    readStdin: () => stdin,
    variable: (name) => variables[name],
  });
}

Deno.test("the ancestor's block is taken word for word", () => {
  const config = load(["-"], {}, ANCESTOR);
  assertEquals(config.text("numa-default-strategy"), "interleaved");
  assertEquals(config.integer("numa-balance-threshold"), 30);
  assertEquals(config.flag("numa-auto-rebalance"), true);
  assertEquals(config.flag("numa-cxl-optimization"), false);
  assertEquals([0, 1, 2].map((node) => config.nodeWeight(node)), [80, 120, 100]);
});

Deno.test("switches take on and off, enabled and disabled; names take _ for -", () => {
  for (const word of ["yes", "ON", "enabled"]) {
    assertEquals(load(["--numa_auto_rebalance", word]).text("numa-auto-rebalance"), "yes");
  }
  for (const word of ["no", "off", "Disabled"]) {
    assertEquals(load(["--NUMA_enabled", word]).text("numa-enabled"), "no");
  }
  assertEquals(
    load(["--numa-default-strategy", "round-robin"]).text("numa_default_strategy"),
    "round_robin",
  );
  const names = [...load([]).matching(["numa_auto_*", "numa-auto-rebalance"]).keys()];
  assertEquals(names, ["numa-auto-rebalance"]);
});

Deno.test("command line wins over file, file over environment, node by node", () => {
  const variables = { NUMA_ENABLED: "0", NUMA_DEFAULT_NODE: "1", NUMA_DEBUG: "true" };
  const bare = load([], variables);
  const of = (config: Config): string[] => [...VARIABLES.values()].map((name) => config.text(name));
  assertEquals(of(bare), ["no", "1", "yes"]);
  const file = "numa-enabled yes\nnuma-default-node 2\nnuma-node-weight 0 7\n";
  assertEquals(of(load(["-"], variables, file)), ["yes", "2", "yes"]);
  const both = load(
    ["-", "--numa-enabled", "off", "--numa-node-weight", "1", "9"],
    variables,
    file,
  );
  assertEquals(of(both), ["no", "2", "yes"]);
  assertEquals(both.text("numa-node-weight"), "0 7 1 9");
  assertEquals(load([], { NUMA_DEFAULT_NODE: "-1" }).text("numa-default-node"), "auto");
});

Deno.test("what is no value is quoted with its place and what would be right", () => {
  const bad: [args: string[], want: string][] = [
    [["--numa-node-weight", "0", "0"], "argument must be between 1 and 255 inclusive"],
    [["--numa-node-weight", "0", "300"], "argument must be between 1 and 255 inclusive"],
    [["--numa-node-weight", "0", "1.5"], "couldn't be parsed into an integer"],
    [["--numa-node-weight", "first", "1"], "'first' is not the id of a NUMA node"],
    [["--numa-node-weight", "0"], "wrong number of arguments"],
    [["--numa-node-maxmemory", "0", "101%"], "a percentage from 1% to 100%"],
    [["--numa-node-maxmemory", "0", "-1"], "argument must be a memory value"],
    [["--numa-enabled", "maybe"], "argument must be 'yes' or 'no'"],
    [["--numa-default-strategy", "best"], PLACEMENTS.join(", ")],
    [["--numa-balance-threshold", "0"], "argument must be between 1 and 100"],
    [["--numa-default-node", "x"], "the id of a NUMA node, or auto"],
    [["--numa-node-low-water", "96"], "must not be above numa-node-high-water (95)"],
  ];
  for (const [args, want] of bad) {
    const { message } = assertThrows(() => load(args), ConfigError);
    assertStringIncludes(message, want);
    assertStringIncludes(message, `>>> '${args.join(" ")}'`);
  }
  const { message } = assertThrows(() => load([], { NUMA_ENABLED: "perhaps" }), ConfigError);
  assertStringIncludes(message, "environment\n>>> 'NUMA_ENABLED=perhaps'");
});

Deno.test("node by node, CONFIG SET changes the nodes it names and refuses the rest whole", async () => {
  const config = load(["--numa-node-weight", "0", "80"]);
  await config.set([["numa-node-weight", "1 120"], ["numa_node_maxmemory", "1 1gb 0 50%"]]);
  assertEquals(config.text("numa-node-weight"), "0 80 1 120");
  assertEquals(config.text("numa-node-maxmemory"), "0 50% 1 1073741824");
  await assertRejects(() => config.set([["numa-node-weight", "0 1 1 300"]]), ConfigCommandError);
  assertEquals(config.nodeWeight(0), 80);
  const together = await assertRejects(
    () => config.set([["numa-node-high-water", "50"]]),
    ConfigCommandError,
  );
  assertStringIncludes(together.message, "'numa-node-high-water') - numa-node-low-water (90) must");
  await config.set([["numa-node-high-water", "50"], ["numa-node-low-water", "40"]]);
});

Deno.test("CONFIG REWRITE keeps them, in the file's own spelling", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/numakv.conf`;
    await Deno.writeTextFile(path, "numa_enabled on\nnuma-node-weight 0 80\n");
    const config = load([path]);
    await config.set([
      ["numa-enabled", "off"],
      ["numa-node-weight", "0 90 1 120"],
      ["numa-node-maxmemory", "1 1gb 0 50%"],
      ["numa-default-strategy", "weighted"],
    ]);
    await config.rewrite();
    const text = await Deno.readTextFile(path);
    assertStringIncludes(text, "numa_enabled no\nnuma-node-weight 0 90\nnuma-node-weight 1 120\n");
    assertStringIncludes(text, "numa-node-maxmemory 0 50%\nnuma-node-maxmemory 1 1gb\n");
    const again = load([path]);
    for (const name of ["numa-enabled", "numa-node-weight", "numa-node-maxmemory"]) {
      assertEquals(again.text(name), config.text(name));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("numa-slot names a slot a line, adds up, and tells what was seated at run time", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/numakv.conf`;
    const text = "numa-slot 4 weighted weights 1,2\nnuma-slot 1 none\n";
    await Deno.writeTextFile(path, text);
    const config = load([path, "--numa-slot", "2", "/my files/mine.ts"]);
    const value = '1 none ; 2 "/my files/mine.ts" ; 4 weighted weights 1,2';
    assertEquals(config.text("numa-slot"), value);
    assertEquals(config.slotSeats().get(2), ["/my files/mine.ts"]);
    await config.set([["numa-slot", value]]);
    await assertRejects(() => config.set([["numa-slot", "4 none"]]), ConfigCommandError);
    await config.record("numa-slot", ["4", "weighted", "enabled", "no"]);
    await config.record("numa-slot", ["3", "interleave"]);
    await config.rewrite();
    const lines = (await Deno.readTextFile(path)).split("\n");
    assertEquals(lines.filter((line) => line.startsWith("numa-slot")), [
      "numa-slot 1 none",
      'numa-slot 2 "/my files/mine.ts"',
      "numa-slot 3 interleave",
      "numa-slot 4 weighted enabled no",
    ]);
    assertEquals(load([path]).text("numa-slot"), config.text("numa-slot"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("numa-slot refuses what names no slot, nobody, or an option without a value", () => {
  for (
    const [words, why] of [
      [["0", "weighted"], "'0' is not a slot: they are 1 to 15"],
      [["16", "weighted"], "'16' is not a slot"],
      [["two", "weighted"], "'two' is not a slot"],
      [["2"], "wrong number of arguments"],
      [["2", "weighted", "weights"], "wrong number of arguments"],
      [["2", ""], "wrong number of arguments"],
      [["2", "weighted", "weights", ";"], "argument must not be ';'"],
      [['2 "weighted'], "never closed"],
    ] as const
  ) {
    assertThrows(() => load(["--numa-slot", ...words]), ConfigError, why);
  }
});

Deno.test("every short name and every variable means an option", () => {
  for (const name of [...SHORT_NAMES.values(), ...VARIABLES.values()]) {
    assertEquals(findOption(name)?.name, name);
  }
});
