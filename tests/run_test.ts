/**
 * The test run's own tests: a runner that lies about its counts would make every other test worthless.
 *
 * Knows sample outputs of cargo and deno. Invariant: each way a run can end badly counts a failure.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { finish } from "./run.ts";
import {
  countCargo,
  countCompat,
  countDeno,
  countGate,
  countVm,
  total,
} from "./support/outcome.ts";
import { parseRequest, stagesFor } from "./support/stages.ts";

const CARGO_OK = `
running 2 tests
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;

Deno.test("countCargo() adds up every binary", () => {
  const output = CARGO_OK + `
running 3 tests
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
`;
  assertEquals(countCargo({ code: 101, output }), { passed: 3, failed: 2, ignored: 1 });
});

Deno.test("countCargo() counts a binary that crashed beside one that passed", () => {
  const output = CARGO_OK +
    "\nrunning 5 tests\nerror: process didn't exit successfully (signal: 11)\n";
  assertEquals(countCargo({ code: 101, output }), { passed: 2, failed: 1, ignored: 1 });
});

Deno.test("countCargo() counts a crate that does not compile", () => {
  const outcome = countCargo({ code: 101, output: "error[E0425]: cannot find value" });
  assertEquals(outcome, { passed: 0, failed: 1, ignored: 0 });
});

Deno.test("countDeno() reads steps, ignored and filtered out", () => {
  const ok = "ok | 12 passed (3 steps) | 0 failed | 2 ignored (1s)\n";
  assertEquals(countDeno({ code: 0, output: ok }), { passed: 12, failed: 0, ignored: 2 });
  const bad = "FAILED | 1 passed (1 step) | 2 failed (4 steps) | 3 filtered out (8ms)\n";
  assertEquals(countDeno({ code: 1, output: bad }), { passed: 1, failed: 2, ignored: 0 });
});

Deno.test("countDeno() takes the last summary and believes the exit status", () => {
  const output = "FAILED | 0 passed | 9 failed (1ms)\nok | 4 passed | 0 failed (1ms)\n";
  assertEquals(countDeno({ code: 0, output }), { passed: 4, failed: 0, ignored: 0 });
  assertEquals(countDeno({ code: 1, output }), { passed: 4, failed: 1, ignored: 0 });
});

Deno.test("countDeno() counts a runner that stopped without a summary", () => {
  assertEquals(countDeno({ code: 0, output: "" }).failed, 1);
  assertEquals(countDeno({ code: 139, output: "test a ..." }).failed, 1);
});

Deno.test("countCompat() reads the last line and believes the exit status", () => {
  const output = "unit here\n\ncompat: 7 passed, 0 failed, 2 accepted\n";
  assertEquals(countCompat({ code: 0, output }), { passed: 7, failed: 0, ignored: 2 });
  assertEquals(countCompat({ code: 1, output }).failed, 1);
  assertEquals(countCompat({ code: 0, output: "" }).failed, 1);
});

Deno.test("countVm() counts the guest's tests, and none only where that was asked for", () => {
  const output = "Linux 6.12\nok | 30 passed | 0 failed (40s)\n";
  assertEquals(countVm({ code: 0, output }), { passed: 30, failed: 0, ignored: 0 });
  assertEquals(countVm({ code: 1, output }).failed, 1);
  assertEquals(countVm({ code: 1, output: "tests/vm cannot boot a machine" }).failed, 1);
  const none = { passed: 0, failed: 0, ignored: 0 };
  const left = "left out: NUMAKV_NO_VM is 1\n";
  assertEquals(countVm({ code: 0, output: left }), { ...none, leftOut: "NUMAKV_NO_VM is 1" });
  assertEquals(countVm({ code: 1, output: left }).failed, 1);
});

Deno.test("countGate() and total() add gates to tests", () => {
  const outcomes = [countGate({ code: 0, output: "" }), countGate({ code: 1, output: "" })];
  assertEquals(total(outcomes), { passed: 1, failed: 1, ignored: 0 });
});

Deno.test("finish() turns a missing program and a run over its limit into failures", async () => {
  const missing = await finish({ command: ["/nowhere/program"], limit_s: 5 });
  assertEquals(missing.code, 1);
  const slow = await finish({ command: ["sleep", "5"], limit_s: 0.05 });
  assertEquals(slow.code === 0, false);
  assertEquals(slow.output.includes("longer than 0.05 s"), true);
});

Deno.test("parseRequest() knows full and filters and refuses the rest", () => {
  assertEquals(parseRequest(["full"]), { full: true });
  assertEquals(parseRequest(["string"]).filter, "string");
  assertEquals(parseRequest(["vm"]).vm, true);
  assertEquals(parseRequest(["vm", "doctor"]).filter, "doctor");
  assertThrows(() => parseRequest(["--all"]), TypeError, "'--all'");
  assertThrows(() => parseRequest(["a", "b"]), TypeError, "'a b'");
});

Deno.test("stagesFor() hands a filter to the runners and drops the gates", () => {
  const stages = stagesFor({ full: false, filter: "scan" }, "deno");
  assertEquals(stages.map((stage) => stage.name), [
    "core",
    "server, black box",
    "Redis' own suite",
  ]);
  assertEquals(stages.every((stage) => stage.command.at(-1) === "scan"), true);
});

Deno.test("stagesFor() boots a machine in every run without a filter, and alone when asked", () => {
  const boots = (request: Parameters<typeof stagesFor>[0]): boolean[] =>
    stagesFor(request, "deno").map(({ command }) => command.includes("tests/vm/run.ts"));
  assertEquals(boots({ full: false }).filter(Boolean).length, 1);
  assertEquals(boots({ full: false, filter: "scan" }).some(Boolean), false);
  assertEquals(boots({ full: false, vm: true, filter: "doctor" }), [true]);
});

Deno.test("stagesFor() runs the sanitizers in the full run only", () => {
  const kinds = (full: boolean): string[] =>
    stagesFor({ full }, "deno").flatMap(({ command }) =>
      command[1] === "tests/sanitize.sh" ? [command[2] ?? ""] : []
    );
  assertEquals(kinds(true), ["address", "thread"]);
  assertEquals(kinds(false), []);
});
