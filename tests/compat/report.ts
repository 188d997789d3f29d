/**
 * Reads what one run of Redis' `runtest` prints.
 *
 * Knows the suite's words and nothing of servers. Invariant: a run that did not reach its unit's end says
 * in `stuck` or `broken` why, so that the tests after that point are never taken for passed.
 *
 * @module
 */

/** What one run of a unit came to. */
export interface Report {
  /** Names of passed tests, in order; a name that passed twice stands twice. */
  readonly passed: readonly string[];
  /** What failed, by name; under "" stands what failed outside any test. */
  readonly failed: ReadonlyMap<string, string>;
  /** The test that was running when the run ended before its unit did. */
  readonly stuck?: string;
  /** Why the run ended before its unit did: an exception outside any test, or a wait without end. */
  readonly broken?: string;
  /** Whether the unit was run to its end. */
  readonly done: boolean;
}

// deno-lint-ignore no-control-regex -- colours are control characters
const COLOURS = /\x1b\[[0-9;]*m/g;
const MARK = /^\[(ok|err|exception|TIMEOUT|testing|\d+\/\d+ done)\]: ?(.*)$/;

/** Reads the output of `./runtest … --single <unit>`. */
export function readReport(output: string): Report {
  const passed: string[] = [];
  const failed = new Map<string, string>();
  let running: string | undefined;
  let broken: string | undefined;
  let done = false;
  const [body = ""] = output.replaceAll(COLOURS, "").split(/^ +The End$/m);
  for (const { mark, text } of marked(body)) {
    const name = running;
    if (mark === "testing") running = text;
    else running = undefined;
    if (mark === "ok") passed.push(text.replace(/ \(\d+ ms\)\n?$/, ""));
    else if (mark === "err") {
      const known = name !== undefined && text.startsWith(`${name} in tests/`);
      failed.set(known ? name : "", text);
    } else if (mark === "exception" || mark === "TIMEOUT") {
      broken = mark === "TIMEOUT" ? "a wait without end" : text;
      return {
        passed,
        failed,
        broken,
        done: false,
        ...(name === undefined ? {} : { stuck: name }),
      };
    } else if (mark.endsWith("done")) done = true;
  }
  if (done) return { passed, failed, done };
  return { passed, failed, done, broken: "the run was stopped", stuck: running ?? "" };
}

/** The marked lines, each with the unmarked lines that follow it. */
function* marked(output: string): Generator<{ mark: string; text: string }> {
  let open: { mark: string; text: string } | undefined;
  for (const line of output.split("\n")) {
    const found = MARK.exec(line);
    if (found !== null) {
      if (open !== undefined) yield open;
      open = { mark: found[1] ?? "", text: found[2] ?? "" };
    } else if (/^\[(?:ignore|skip|ready)\]/.test(line)) {
      if (open !== undefined) yield open;
      open = undefined;
    } else if (open?.mark === "err" || open?.mark === "exception") open.text += `\n${line}`;
  }
  if (open !== undefined) yield open;
}
