/**
 * Medians, spread, ratios, and the Markdown they are read in.
 *
 * Knows numbers. Invariant: a ratio is the median of the first peer over the median of the second.
 *
 * @module
 */
import type { Measure } from "./load.ts";

/** The rounds of one figure. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A test at one pipeline depth, both peers. */
export interface Row {
  readonly test: string;
  readonly pipeline: number;
  readonly ours: readonly Measure[];
  readonly theirs: readonly Measure[];
}

/** Median, least and greatest of at least one value. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle];
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (low === undefined || high === undefined) throw new RangeError("Cannot spread no values");
  return { median: (low + high) / 2, min: sorted[0] ?? low, max: sorted.at(-1) ?? high };
}

/** The spreads of every figure of a row's side. */
export function figures(rounds: readonly Measure[]): Record<keyof Measure, Spread> {
  const of = (name: keyof Measure): Spread => spread(rounds.map((round) => round[name]));
  return {
    requests_per_s: of("requests_per_s"),
    cpu_us_per_request: of("cpu_us_per_request"),
    p50_ms: of("p50_ms"),
    p99_ms: of("p99_ms"),
  };
}

function columns(theirs: string): string[] {
  const of = `of ${theirs}`;
  const throughput = ["requests/s", of, "ratio"];
  const cost = ["CPU µs/request", of, "ratio"];
  return ["test", "P", ...throughput, ...cost, "p50 / p99 ms", of];
}

/** The rows as a Markdown table: median and, in brackets, least to greatest. `theirs` names the second peer. */
export function markdown(rows: readonly Row[], theirs: string): string {
  const head = columns(theirs);
  const lines = rows.map((row) => {
    const [our, their] = [figures(row.ours), figures(row.theirs)];
    const cells = [
      row.test,
      String(row.pipeline),
      cell(our.requests_per_s, 0),
      cell(their.requests_per_s, 0),
      ratio(our.requests_per_s, their.requests_per_s),
      cell(our.cpu_us_per_request, 2),
      cell(their.cpu_us_per_request, 2),
      ratio(our.cpu_us_per_request, their.cpu_us_per_request),
      `${our.p50_ms.median.toFixed(2)} / ${our.p99_ms.median.toFixed(2)}`,
      `${their.p50_ms.median.toFixed(2)} / ${their.p99_ms.median.toFixed(2)}`,
    ];
    return line(cells);
  });
  return [line(head), line(head.map(() => "---")), ...lines].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function ratio(ours: Spread, theirs: Spread): string {
  return theirs.median === 0 ? "–" : `${(ours.median / theirs.median).toFixed(2)}×`;
}
