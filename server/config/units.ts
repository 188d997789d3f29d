/**
 * Memory sizes as operators write them: `100mb`, `1k`, `64`.
 *
 * Knows nothing of options. Invariant: `parseMemory(formatMemory(n)) === n` for every n in 0..2^64-1.
 *
 * @module
 */

/** Bytes a unit stands for: a bare letter counts in thousands, a letter with `b` in powers of 1024. */
const BYTES_PER_UNIT: Readonly<Record<string, bigint>> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/** The largest size that can be written, in bytes: 2^64 - 1. */
export const MEMORY_MAX = 2n ** 64n - 1n;

/**
 * Reads a memory size.
 *
 * @param text digits and an optional unit in either case (`1k` = 1000, `1kb` = 1024); no sign, no fraction, no space
 * @returns bytes, 0..2^64-1; `undefined` when the text is no memory size or lies beyond that range
 */
export function parseMemory(text: string): bigint | undefined {
  const match = /^(\d{1,20})([a-z]{0,2})$/i.exec(text);
  const factor = BYTES_PER_UNIT[match?.[2]?.toLowerCase() ?? "?"];
  if (!match?.[1] || factor === undefined) return undefined;
  const bytes = BigInt(match[1]) * factor;
  return bytes <= MEMORY_MAX ? bytes : undefined;
}

/** Writes `bytes` with the largest binary unit that divides it, as CONFIG REWRITE does: `1gb`, `1536kb`, `1000`. */
export function formatMemory(bytes: bigint): string {
  for (const unit of ["gb", "mb", "kb"]) {
    const factor = BYTES_PER_UNIT[unit] ?? 1n;
    if (bytes !== 0n && bytes % factor === 0n) return `${bytes / factor}${unit}`;
  }
  return `${bytes}`;
}
