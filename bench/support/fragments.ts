/**
 * Sizes of values, and how what is found of memory is told.
 *
 * Knows numbers. Invariant: a ratio is bytes held for each byte of keys and values.
 *
 * @module
 */
import type { Random } from "../../tests/support/random.ts";

/** What one contender holds after one stage. */
export interface Stage {
  readonly name: string;
  readonly keys: number;
  /** Bytes of keys and values. */
  readonly data_bytes: number;
  /** RSS when the stage's wait began, when it ended, and when the server was empty. */
  readonly resident_before_bytes: number;
  readonly resident_bytes: number;
  readonly empty_bytes: number;
  /** Bytes of the allocator in RAM for each that is live. */
  readonly allocator_ratio: number;
  readonly defrag_hits: number;
  readonly p50_ms: number;
  readonly p999_ms: number;
  readonly max_ms: number;
}

/** Two ways to choose a value's size from 16 to 512 bytes: evenly, and small ones more often. */
export function mixes(random: Random): readonly [() => number, () => number] {
  const even = (): number => 16 + random.below(497);
  const small = (): number => 16 + Math.floor(random.below(497) * random.below(497) / 496);
  return [even, small];
}

/** The stages of all contenders as a Markdown table. */
export function stageTable(found: readonly [string, readonly Stage[] | undefined][]): string {
  const head = [
    "server",
    "stage",
    "keys",
    "data MB",
    "RSS MB",
    "RSS ÷ data",
    "less the empty server",
    "allocator",
    "p50 / p99.9 / max ms",
  ];
  const rows = found.flatMap(([name, stages]) => {
    if (stages === undefined) return [[name, "this build cannot", ...Array(7).fill("–")]];
    return stages.map((stage) => [name, ...cells(stage)]);
  });
  const line = (words: readonly string[]): string => `| ${words.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function cells(stage: Stage): string[] {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const { data_bytes, resident_bytes, empty_bytes } = stage;
  const times = [stage.p50_ms, stage.p999_ms, stage.max_ms].map((ms) => ms.toFixed(2));
  return [
    stage.name,
    String(stage.keys),
    megabytes(data_bytes),
    megabytes(resident_bytes),
    (resident_bytes / data_bytes).toFixed(3),
    ((resident_bytes - empty_bytes) / data_bytes).toFixed(3),
    stage.allocator_ratio.toFixed(3),
    Number.isNaN(stage.p50_ms) ? "–" : times.join(" / "),
  ];
}
