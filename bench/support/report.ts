/**
 * Where a bench's figures go: `bench/report/<name>.md` to be read, `.json` to be compared.
 *
 * Knows files, no figure. Invariant: both files are of the same run.
 *
 * @module
 */

const REPORT = new URL("../report/", import.meta.url);

/** Writes both files of a report. */
export async function writeReportFiles(name: string, text: string, json: unknown): Promise<void> {
  await Deno.mkdir(REPORT, { recursive: true });
  await Deno.writeTextFile(new URL(`${name}.md`, REPORT), text);
  await Deno.writeTextFile(new URL(`${name}.json`, REPORT), `${JSON.stringify(json, null, 2)}\n`);
}
