/**
 * What a run has found, as a table or as JSON.
 *
 * Knows results, and nothing of how they came about. Invariant: the JSON is one object, a name to its four figures.
 *
 * @module
 */

import type { Result } from "./run.ts";

/** The figures of one contender. */
export interface Figures {
  /** Accesses and moves, by access. */
  readonly mean_access_ns: number;
  /** Accesses from a node's CPUs to its own memory. */
  readonly local_ratio: number;
  readonly moved_bytes: number;
  /** Keys moved back within a minute to where they had come from. */
  readonly ping_pongs: number;
}

/** The figures of a result. */
export function figuresOf({ totals }: Pick<Result, "totals">): Figures {
  const accesses = Math.max(1, totals.accesses);
  return {
    mean_access_ns: rounded((totals.accessNs + totals.moveNs) / accesses, 2),
    local_ratio: rounded(totals.local / accesses, 4),
    moved_bytes: totals.movedBytes,
    ping_pongs: totals.pingPongs,
  };
}

/** One object on one line: name → figures, and each second's when asked for. */
export function jsonOf(results: readonly Result[], overTime: boolean): string {
  const entries = results.map((result) => {
    const seconds = result.points.map((point) => ({
      second: point.second,
      mean_access_ns: rounded(point.meanAccessNs, 2),
      local_ratio: rounded(point.localRatio, 4),
      moved_bytes: point.movedBytes,
      ping_pongs: point.pingPongs,
    }));
    return [result.name, { ...figuresOf(result), ...(overTime ? { seconds } : {}) }];
  });
  return `${JSON.stringify(Object.fromEntries(entries))}\n`;
}

const HEADINGS = ["", "mean access", "of oracle", "local", "moved", "keys moved", "ping-pongs"];

/** A row a contender. */
export function tableOf(results: readonly Result[]): string {
  const oracle = results.find(({ name }) => name === "oracle");
  const best = oracle === undefined ? NaN : figuresOf(oracle).mean_access_ns;
  const rows = results.map((result) => {
    const figures = figuresOf(result);
    return [
      result.name,
      `${figures.mean_access_ns.toFixed(1)} ns`,
      `${(figures.mean_access_ns / best).toFixed(2)}x`,
      `${(100 * figures.local_ratio).toFixed(1)} %`,
      bytesText(figures.moved_bytes),
      String(result.totals.movedKeys),
      String(figures.ping_pongs),
    ];
  });
  const lines = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((row) => row[column]!.length)));
  const padded = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return lines.map((row) => `${row.map(padded).join("  ").trimEnd()}\n`).join("");
}

/** Bytes as people read them. */
export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
