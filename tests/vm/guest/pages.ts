/**
 * The kernel's own word on another process's memory: where its pages are, and a hand that moves them behind its back.
 *
 * Knows /proc and libnuma's move_pages, and nothing of the server. Invariant: nothing here asks the server anything, so what
 * is told is evidence against what the server tells.
 *
 * @module
 */

/** Size of the pages everything is counted in. */
export const PAGE_BYTES = 4096;

const MPOL_MF_MOVE_ALL = 1 << 2;
/** Pages asked about in one call. */
const BATCH_PAGES = 65536;

/** The library is opened on first use and stays: the checks end with their process. */
let library: Deno.DynamicLibrary<typeof SYMBOLS> | undefined;
const SYMBOLS = {
  move_pages: {
    parameters: ["i32", "usize", "buffer", "buffer", "buffer", "i32"],
    result: "i64",
  },
} as const satisfies Deno.ForeignLibraryInterface;

function movePages(pid: number, pages: readonly number[], target: number | undefined): number[] {
  library ??= Deno.dlopen("libnuma.so.1", SYMBOLS);
  const addresses = BigUint64Array.from(pages, BigInt);
  const nodes = target === undefined ? null : new Int32Array(pages.length).fill(target);
  const places = new Int32Array(pages.length);
  const flags = target === undefined ? 0 : MPOL_MF_MOVE_ALL;
  const failed = library.symbols.move_pages(
    ...[pid, BigInt(pages.length), addresses, nodes, places, flags] as const,
  );
  if (failed < 0n) throw new Error(`Cannot call move_pages on ${pages.length} pages of ${pid}`);
  return [...places];
}

/** The node each page is on; below 0 (minus an errno) where there is no page. */
export function placesOf(pid: number, pages: readonly number[]): number[] {
  const places: number[] = [];
  for (let at = 0; at < pages.length; at += BATCH_PAGES) {
    places.push(...movePages(pid, pages.slice(at, at + BATCH_PAGES), undefined));
  }
  return places;
}

/**
 * Moves pages to a node, whatever the process wants.
 *
 * @throws {Error} When one of them did not get there.
 */
export function displace(pid: number, pages: readonly number[], node: number): void {
  const places = movePages(pid, pages, node);
  const lost = places.filter((place) => place !== node);
  if (lost.length > 0) {
    throw new Error(`Cannot move ${lost.length} of ${pages.length} pages: ${lost[0]}`);
  }
}

/** A range of a process's memory as /proc/<pid>/numa_maps tells it. */
export interface Range {
  readonly start: number;
  readonly policy: string;
  /** Whether a file is mapped there, whose pages others may have brought in. */
  readonly isFile: boolean;
  /** Pages by node. */
  readonly pages: ReadonlyMap<number, number>;
}

/** The ranges of a process that start in `[start, end)`. */
export async function rangesOf(pid: number, start: number, end: number): Promise<Range[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/numa_maps`);
  const ranges = text.trimEnd().split("\n").map((line) => {
    const [address = "", policy = "", ...words] = line.split(" ");
    const counts = words.flatMap((word) => {
      const [, node, count] = /^N(\d+)=(\d+)$/.exec(word) ?? [];
      return node === undefined ? [] : [[Number(node), Number(count)] as const];
    });
    const isFile = words.some((word) => word.startsWith("file="));
    return { start: parseInt(address, 16), policy, isFile, pages: new Map(counts) };
  });
  return ranges.filter((range) => range.start >= start && range.start < end);
}

/** The pages of `[start, end)` that are in memory, with the node each is on. */
export async function residentPages(
  pid: number,
  start: number,
  end: number,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const line of (await Deno.readTextFile(`/proc/${pid}/maps`)).split("\n")) {
    const [, from, to, rights = ""] = /^(\w+)-(\w+) (\S+)/.exec(line) ?? [];
    const [first, last] = [parseInt(from ?? "", 16), parseInt(to ?? "", 16)];
    if (!rights.startsWith("rw") || !(first >= start && last <= end)) continue;
    const pages = Array.from(
      { length: (last - first) / PAGE_BYTES },
      (_, i) => first + i * PAGE_BYTES,
    );
    placesOf(pid, pages).forEach((place, index) => {
      if (place >= 0) found.set(pages[index] ?? 0, place);
    });
  }
  return found;
}
