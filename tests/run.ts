/**
 * The test run: every stage in order, one row each, failures in full, and a last line
 * `N passed, N failed` that agrees with the exit status.
 *
 *     ./numakv test [full | vm [<filter>] | <filter>]
 *
 * Knows how to run and show stages, and nothing of what they test.
 * Invariant: exit status 0 ⇔ no failure and at least one test ran.
 *
 * @module
 */
import { type Finished, type Outcome, total } from "./support/outcome.ts";
import { parseRequest, type Stage, stagesFor } from "./support/stages.ts";

const USAGE_ERROR = 2;
const ROOT = new URL("../", import.meta.url);
const encoder = new TextEncoder();

function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

/** Runs a command to its end or its limit; a command that cannot start is a failed one. */
export async function finish(
  stage: Pick<Stage, "command" | "limit_s">,
  env: Record<string, string> = {},
): Promise<Finished> {
  const [program = "", ...args] = stage.command;
  const limit = AbortSignal.timeout(stage.limit_s * 1000);
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: ROOT,
      env: { ...env, NO_COLOR: "1", CARGO_TERM_COLOR: "never" },
      stdin: "null",
      signal: limit,
    }).output();
    const decoder = new TextDecoder();
    let output = decoder.decode(stderr) + decoder.decode(stdout);
    if (limit.aborted) output += `\nstopped: it ran longer than ${stage.limit_s} s\n`;
    return { code, output };
  } catch (error) {
    return { code: 1, output: `Cannot run '${program}': ${error}\n` };
  }
}

async function runStage(stage: Stage, env: Record<string, string>): Promise<Outcome> {
  print(`  ${stage.name.padEnd(20)} `);
  const started = performance.now();
  const finished = await finish(stage, env);
  const outcome = stage.count(finished);
  const elapsed_s = ((performance.now() - started) / 1000).toFixed(1);
  if (outcome.leftOut !== undefined) {
    print(`LEFT OUT: ${outcome.leftOut}\n`);
    return outcome;
  }
  const ignored = outcome.ignored > 0 ? `, ${outcome.ignored} ignored` : "";
  print(`${outcome.failed === 0 ? "ok    " : "FAILED"} ${outcome.passed} passed, `);
  print(`${outcome.failed} failed${ignored} (${elapsed_s} s)\n`);
  if (outcome.failed > 0) {
    print(`\n$ ${stage.command.join(" ")}\n${finished.output.trimEnd()}\n`);
    print(`exit status ${finished.code}\n\n`);
  }
  return outcome;
}

async function main(): Promise<number> {
  let request;
  try {
    request = parseRequest(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return USAGE_ERROR;
  }
  const env: Record<string, string> = request.full ? { NUMAKV_TEST_FULL: "1" } : {};
  const outcomes: Outcome[] = [];
  const leftOut: string[] = [];
  for (const stage of stagesFor(request, Deno.execPath())) {
    const outcome = await runStage(stage, env);
    outcomes.push(outcome);
    if (outcome.leftOut !== undefined) leftOut.push(`${stage.name}: ${outcome.leftOut}`);
  }
  const { passed, failed } = total(outcomes);
  const nothing = passed + failed === 0;
  for (const why of leftOut) print(`\nLEFT OUT, NOT TESTED: ${why}\n`);
  if (nothing && leftOut.length === 0) print(`\nno test has '${request.filter}' in its name\n`);
  print(`\n${passed} passed, ${failed} failed\n`);
  return failed > 0 || nothing ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
