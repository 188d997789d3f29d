/**
 * The layers, as data, and a reader of imports that tells which arrows point the wrong way.
 *
 *     mod → main → listener → commands → { { migrator, simulate } → { slots, hotness, census }, config, info … } → core → ffi
 *     ffi → open → net → session → sample → command → { keeper, mover, patrol } → threads → evict → store → jobs → pubsub → client
 *         → { lane, settings, effect … }
 *         → keyspace → { placement, object } → table → pool → numa
 *
 * A file may import its own layer and those further right; a leaf may be imported by all and imports
 * leaves only. Invariant: every file of server/, strategies/ and core/src/ is in exactly one layer.
 *
 * @module
 */
import { codeOf } from "./strip.ts";
import type { Finding, Source } from "./tree.ts";

/** Rooms side by side in one layer; each is the start of a path. Rooms of one layer do not see each other. */
type Layer = readonly string[];

/** The TypeScript side, top first. */
const SERVER_LAYERS: readonly Layer[] = [
  ["mod.ts"],
  ["server/main", "server/embed"],
  ["server/listener"],
  ["server/commands/"],
  ["server/migrator", "server/simulate"],
  ["server/slots", "server/hotness", "server/census", "server/tracer"],
  ["server/guest"],
  [
    "server/info",
    "server/metrics",
    "server/reply",
    "server/resp",
    "server/doctor",
    "server/config",
    "server/log",
  ],
  ["server/core"],
  ["server/ffi"],
  ["server/generated/"],
];

/** Strategies see the contract and nothing else; of the server only the slots see them. */
const STRATEGY_LAYERS: readonly Layer[] = [
  ["strategies/mod.ts"],
  ["strategies/"],
  ["strategies/strategy.ts"],
];

/** Who may import strategies, and what. */
const STRATEGY_DOORS: readonly [from: string, to: string][] = [
  ["server/slots", "strategies/mod.ts"],
  ["server/slots", "strategies/check.ts"],
  ["server/guest", "strategies/check.ts"],
  ["server/guest", "strategies/guest_main.ts"],
  ["server/simulate", "strategies/load.ts"],
  ["server/", "strategies/strategy.ts"],
  ["mod.ts", "strategies/strategy.ts"],
];

/** The core, top first; a room is a module of the crate. */
const CORE_LAYERS: readonly Layer[] = [
  ["abi_check"],
  ["ffi"],
  ["open"],
  ["net"],
  ["session"],
  ["sample", "steer", "node_settings"],
  ["command"],
  ["keeper", "compactor", "mover", "patrol"],
  ["threads"],
  ["evict"],
  ["store"],
  ["jobs"],
  ["pubsub"],
  ["compaction"],
  ["client"],
  ["lane", "settings", "effect", "lazy_free", "migrate", "residency", "persist"],
  ["keyspace"],
  ["placement", "object"],
  ["table"],
  ["pool"],
  ["numa"],
];

/** Modules every room of the core may use; they use only each other. */
const CORE_LEAVES = new Set(
  ["abi", "clock", "crc64", "error", "geo", "glob", "handle", "lzf", "resp", "stats", "sync"],
);

/** Rust tests in files of their own may use every room. */
const RUST_TEST = /^core\/src\/(?:.*\/)?(?:tests|testing)(?:\.rs$|\/)/;

/** Imports that point the wrong way, and files without a layer. */
export function wrongArrows(source: Source): Finding[] {
  const { path } = source;
  if (RUST_TEST.test(path)) return [];
  if (/^core\/src\/.*\.rs$/.test(path)) return rustArrows(source);
  const ours = /^(?:mod\.ts$|server\/|strategies\/)/.test(path) && path.endsWith(".ts");
  return ours && !/_test\.ts$|\/testing\.ts$/.test(path) ? typescriptArrows(source) : [];
}

const IMPORT =
  /\b(?:import|export)\b[^;"']*?\bfrom\s*["'](\.[^"']+)["']|\bimport\s*\(?\s*["'](\.[^"']+)["']/g;

function typescriptArrows({ path, text }: Source): Finding[] {
  if (place(path) === undefined) return [unplaced(path)];
  const withoutComments = keepStrings(text);
  return [...withoutComments.matchAll(IMPORT)].flatMap((found) => {
    const target = resolve(path, found[1] ?? found[2] ?? "");
    if (mayImport(path, target)) return [];
    const line = withoutComments.slice(0, found.index).split("\n").length;
    return [{ path, line, message: `imports ${target}, which is not to its right` }];
  });
}

/** Comments blanked, strings kept: import paths are strings. */
function keepStrings(text: string): string {
  return text.replaceAll(
    /^\s*(?:\/\/.*|\/\*[^]*?\*\/)/gm,
    (comment) => comment.replaceAll(/[^\n]/g, " "),
  );
}

function resolve(path: string, specifier: string): string {
  return decodeURI(new URL(specifier, `file:///${path}`).pathname).slice(1);
}

function mayImport(path: string, target: string): boolean {
  const doors = STRATEGY_DOORS.some(([from, to]) => path.startsWith(from) && target === to);
  if (doors) return true;
  const from = place(path);
  const to = place(target);
  if (from === undefined || to === undefined || from.layers !== to.layers) return false;
  return to.rank > from.rank || (to.rank === from.rank && to.room === from.room);
}

interface Place {
  readonly layers: readonly Layer[];
  readonly rank: number;
  readonly room: string;
}

/** Where a path lives: the longest room that it starts with. */
function place(path: string): Place | undefined {
  const places = [SERVER_LAYERS, STRATEGY_LAYERS].flatMap((layers) =>
    layers.flatMap((layer, rank) =>
      layer.filter((room) => inRoom(path, room)).map((room) => ({ layers, rank, room }))
    )
  );
  return places.sort((a, b) => b.room.length - a.room.length)[0];
}

/** `server/config` is the file `server/config.ts` and the folder `server/config/`. */
function inRoom(path: string, room: string): boolean {
  if (room.endsWith("/")) return path.startsWith(room);
  return path === room || path === `${room}.ts` || path.startsWith(`${room}/`);
}

function unplaced(path: string): Finding {
  return { path, line: 0, message: "is in no layer; give it a room in tests/tidy/layers.ts" };
}

function rustArrows({ path, text }: Source): Finding[] {
  const room = /^core\/src\/(\w+)/.exec(path)?.[1] ?? "";
  if (room === "lib") return [];
  const rank = rustRank(room);
  if (rank === undefined) return [unplaced(path)];
  const code = codeOf(text, "rs");
  return [...cratePaths(code)].flatMap(({ target, at }) => {
    if (target === room || CORE_LEAVES.has(target) || (rustRank(target) ?? -1) > rank) return [];
    const line = code.slice(0, at).split("\n").length;
    return [{ path, line, message: `uses crate::${target}, which is not to the right of ${room}` }];
  });
}

/** A module's rank, 0 the top; leaves are below all. */
function rustRank(room: string): number | undefined {
  if (CORE_LEAVES.has(room)) return CORE_LAYERS.length;
  const rank = CORE_LAYERS.findIndex((layer) => layer.includes(room));
  return rank < 0 ? undefined : rank;
}

/** Every `crate::room`, and each room of `crate::{…}`. Names that start with a capital are not modules. */
function* cratePaths(code: string): Generator<{ target: string; at: number }> {
  for (const found of code.matchAll(/(?<!\$)\bcrate::(?:([a-z]\w*)|\{)/g)) {
    if (found[1] !== undefined) {
      yield { target: found[1], at: found.index };
      continue;
    }
    let depth = 0;
    const group = code.slice(found.index + found[0].length);
    for (const piece of group.matchAll(/[{},]|[a-z]\w*/gi)) {
      if (piece[0] === "{") depth++;
      else if (piece[0] === "}" && --depth < 0) break;
      const first = /(?:^|,)\s*$/.test(group.slice(0, piece.index));
      if (depth === 0 && first && /^[a-z]/.test(piece[0])) {
        yield { target: piece[0], at: found.index };
      }
    }
  }
}
