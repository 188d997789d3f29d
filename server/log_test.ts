/** The log: levels, lines, files. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { isLogLevel, Log, LOG_MESSAGE_MAX, type LogThreshold } from "./log.ts";

/** A log at a fixed local time, and the lines it wrote. */
function fixed(threshold: LogThreshold): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const now = (): number => new Date(2026, 10, 1, 1, 2, 3, 45).getTime();
  const log = new Log({ threshold, now, pid: 7, write: (line) => lines.push(line) });
  return { log, lines };
}

Deno.test("Log writes pid, role, time and mark as redis-server does", () => {
  const { log, lines } = fixed("debug");
  log.debug("a");
  log.verbose("b");
  log.role = "M";
  log.notice("c");
  log.warning("d");
  assertEquals(lines, [
    "7:C 01 Nov 2026 01:02:03.045 . a\n",
    "7:C 01 Nov 2026 01:02:03.045 - b\n",
    "7:M 01 Nov 2026 01:02:03.045 * c\n",
    "7:M 01 Nov 2026 01:02:03.045 # d\n",
  ]);
});

Deno.test("Log.threshold hides what is less important, and nothing hides all", () => {
  const { log, lines } = fixed("warning");
  log.notice("hidden");
  log.warning("shown");
  log.threshold = "nothing";
  log.warning("hidden");
  log.threshold = "notice";
  log.notice("shown");
  assertEquals(lines.length, 2);
});

Deno.test("Log.write() keeps a message on one line, whatever it holds", () => {
  const { log, lines } = fixed("notice");
  log.notice("a\nb\r\x1b[31m\u2028c\td");
  assertEquals(lines[0]?.slice(31), "a\\nb\\x0d\\x1b[31m\\x2028c\td\n");
  log.notice("x".repeat(LOG_MESSAGE_MAX + 5));
  assertMatch(lines[1] ?? "", /x\.\.\. \(5 more\)\n$/);
});

Deno.test("Log.relay() gives core's lines their levels", () => {
  const { log, lines } = fixed("notice");
  log.relay("notice pool is ready\ndebug hidden\nno level here\n");
  assertEquals(lines.map((line) => line.slice(29)), [
    "* pool is ready\n",
    "# no level here\n",
  ]);
  assertEquals(["notice", "nothing", "toString"].map(isLogLevel), [true, false, false]);
});

Deno.test("Log appends to its file", () => {
  const path = Deno.makeTempFileSync();
  try {
    for (const message of ["one", "two"]) {
      using log = new Log({ file: path });
      log.notice(message);
    }
    assertMatch(Deno.readTextFileSync(path), /^\d+:C .* \* one\n\d+:C .* \* two\n$/);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("Log says which file it cannot open", () => {
  assertThrows(() => new Log({ file: "/no/such/folder/log" }), Error, "'/no/such/folder/log'");
});
