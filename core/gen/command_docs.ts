/**
 * Writes the support table of README.md, between its two markers.
 *
 * Knows nothing of the rest of README.md. Invariant: text outside the markers is not touched.
 *
 * @module
 */
import type { Command, FamilyJson } from "./command_model.ts";

const OPEN = "<!-- commands -->";
const CLOSE = "<!-- /commands -->";

/** README.md with the table brought up to date, or undefined when it has no markers. */
export function withSupportTable(
  readme: string,
  families: FamilyJson[],
  commands: Command[],
): string | undefined {
  const open = readme.indexOf(OPEN);
  const close = readme.indexOf(CLOSE, open);
  if (open < 0 || close < 0) return undefined;
  return readme.slice(0, open + OPEN.length) + "\n\n" + supportTable(families, commands) + "\n" +
    readme.slice(close);
}

/** The table as `deno fmt` leaves it, so that both agree on README.md. */
function supportTable(families: FamilyJson[], commands: Command[]): string {
  const rows: [string, string][] = families.map(({ family }) => {
    const names = commands.filter((command) => command.family === family).map(entry);
    return [family, names.join(" · ")];
  });
  const all: [string, string][] = [["Family", "Commands"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(["Family", "Commands"]), rule, ...rows.map(line)].join("");
}

/** `OBJECT (ENCODING FREQ)` for a container, the name alone otherwise. */
function entry(command: Command): string {
  const subs = command.subs.filter((sub) => sub.lower !== "help").map((sub) => sub.name);
  return subs.length === 0 ? command.name : `${command.name} (${subs.join(" ")})`;
}
