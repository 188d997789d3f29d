/**
 * The reader and the judge of Redis' own suite: a run that breaks off or a list that rots must be told.
 *
 * Knows the suite's words as samples. Invariant: each way a run can end early is a result that is not "done".
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readReport } from "./compat/report.ts";
import {
  type Accepted,
  type Baseline,
  judge,
  LASTING_LIMIT,
  listFaults,
  union,
} from "./compat/verdict.ts";

const UNIT = "unit/a";

function entry(tests: string[], waits_for: string | null = "scripting"): Accepted {
  return { unit: UNIT, reason: "not yet", waits_for, tests };
}

Deno.test("readReport() takes names of passed and failed tests, and the failure's text", () => {
  const report = readReport([
    "[ready]: 1",
    "[testing]: a in b",
    "[ok]: a in b (3 ms)",
    "[testing]: c",
    "[err]: c in tests/unit/a.tcl",
    "Expected '1'",
    "to equal '2'",
    "[ignore]: d: not here",
    "noise",
    "[1/1 done]: unit/a (0 seconds)",
    "",
    "                   The End",
    "*** [err]: c in tests/unit/a.tcl",
  ].join("\n"));
  assertEquals(report.passed, ["a in b"]);
  assertEquals([...report.failed], [["c", "c in tests/unit/a.tcl\nExpected '1'\nto equal '2'"]]);
  assertEquals(report.done, true);
});

Deno.test("readReport() knows what fails outside any test", () => {
  const report = readReport(
    "[testing]: a\n[ok]: a (0 ms)\n[err]: no such command\n[1/1 done]: u\n",
  );
  assertEquals([...report.failed.keys()], [""]);
});

Deno.test("readReport() names the test a run broke off in", () => {
  const hung = readReport("[testing]: a\n[TIMEOUT]: clients state report follows.\nx => y\n");
  assertEquals([hung.done, hung.stuck, hung.broken], [false, "a", "a wait without end"]);
  const thrown = readReport("[testing]: a\n[ok]: a (1 ms)\n[exception]: Executing: b\nwhere\n");
  assertEquals([thrown.done, thrown.stuck], [false, undefined]);
  assertEquals(thrown.broken, "Executing: b\nwhere\n");
  const killed = readReport("[testing]: a\n");
  assertEquals([killed.done, killed.stuck], [false, "a"]);
  assertEquals(readReport("").done, false);
});

Deno.test("judge() counts a name as often as redis-server passes it", () => {
  const verdict = judge(UNIT, ["a", "b", "b", "c"], ["b", "a", "z"], [entry(["c"])]);
  assertEquals(verdict, {
    unit: UNIT,
    expected: 4,
    passed: 2,
    accepted: ["c"],
    missing: ["b"],
    stale: [],
  });
});

Deno.test("judge() tells an accepted test that passes", () => {
  assertEquals(judge(UNIT, ["a"], ["a"], [entry(["a"])]).stale, ["a"]);
  assertEquals(judge("unit/other", ["a"], ["a"], [entry(["a"])]).stale, []);
});

Deno.test("union() takes a name as often as the list that has it more often", () => {
  assertEquals(union(["a", "b", "b"], ["b", "c", "a", "a"]), ["a", "b", "b", "c", "a"]);
});

Deno.test("listFaults() refuses names nobody has, empty reasons and a list that grows", () => {
  const baseline: Baseline = { command: "", server: "", units: { [UNIT]: ["a", "b"] } };
  assertEquals(listFaults([entry(["a", "b"])], baseline), []);
  assertEquals(listFaults([entry(["x"])], baseline).length, 1);
  assertEquals(listFaults([{ ...entry(["a"]), reason: " " }], baseline).length, 1);
  const many = Array.from({ length: LASTING_LIMIT + 1 }, () => "a");
  assertEquals(listFaults([entry(many, null)], baseline).length, 1);
  assertEquals(listFaults([entry(many)], baseline).length, 0);
});
