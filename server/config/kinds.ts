/**
 * The kinds of value an option can have: how its words are read, checked and written.
 *
 * A value is kept as one canonical text, the one CONFIG GET shows. Knows no option by name and no file.
 * Invariant: reading a kind's own lines back gives the same canonical text.
 *
 * @module
 */

import { resolve } from "@std/path";
import { quoteWord, splitWords } from "./syntax.ts";
import { formatMemory, MEMORY_MAX, parseMemory } from "./units.ts";

/** A value that its kind refuses; the message is Redis' own text where Redis has one, because clients compare it. */
export class ValueError extends Error {
  override name = "ValueError";
}

/** One kind of value. */
export interface Kind {
  /** What to write, for the help text: `<bytes>`, `yes|no`. */
  readonly syntax: string;
  /** Several words on a line belong to one value; one word with blanks in it is split at them. */
  readonly many: boolean;
  /** What a further line does in the same file: replace the value, append to it, or merge into the one in force. */
  readonly repeat: "replace" | "append" | "merge";
  /**
   * Reads the words of a line.
   *
   * @param words what follows the name; `[""]` is the empty value
   * @param before the canonical value so far, for kinds that append or merge
   * @returns the canonical value
   * @throws {ValueError} when the words are no value of this kind
   */
  read(words: readonly string[], before: string): string;
  /** The lines that give `value` back, as words. */
  lines(value: string): string[][];
}

/** A kind of exactly one word. */
function single(
  syntax: string,
  read: (word: string) => string,
  write: (value: string) => string = (value) => value,
): Kind {
  return {
    syntax,
    many: false,
    repeat: "replace",
    read: ([word, ...rest]) => {
      if (word === undefined || rest.length > 0) throw new ValueError("wrong number of arguments");
      return read(word);
    },
    lines: (value) => [[write(value)]],
  };
}

/** A kind of any number of words, checked by `check`; kept joined by single blanks. */
function several(syntax: string, check: (words: readonly string[]) => readonly string[]): Kind {
  return {
    syntax,
    many: true,
    repeat: "replace",
    read: (words) => check(words.filter((word) => word !== "")).join(" "),
    lines: (value) => [value === "" ? [""] : value.split(" ")],
  };
}

/** `yes` or `no`, in either case. */
export const bool: Kind = single("yes|no", (word) => {
  const value = word.toLowerCase();
  if (value !== "yes" && value !== "no") throw new ValueError("argument must be 'yes' or 'no'");
  return value;
});

/** Any text. */
export const text: Kind = single("<text>", (word) => word);

/** Numbers of CPUs as the kernel and taskset(1) write them, ranges with a stride too; empty is all of them. */
export const cpuList: Kind = single("<cpus>", (word) => {
  const parts = word === "" ? [] : word.split(",");
  const isPart = (part: string): boolean => {
    const [, first, last = first, stride = "1"] =
      /^(\d{1,5})(?:-(\d{1,5}))?(?::(\d{1,5}))?$/.exec(part) ?? [];
    return first !== undefined && Number(first) <= Number(last) && Number(last) < 65536 &&
      Number(stride) > 0;
  };
  if (!parts.every(isPart)) {
    throw new ValueError("argument must be a list of CPUs such as 0-3,8 or 0-6:2");
  }
  return word;
});

/** A folder; kept as an absolute path, seen from the working directory at the time of reading. */
export const directory: Kind = single("<path>", (word) => resolve(word));

/** Any number of words. */
export const words: Kind = several("<word> ...", (list) => list);

/** A whole number within `min`..`max`, both included. */
export function int(min: number | bigint, max: number | bigint): Kind {
  return single(`${min}..${max}`, (word) => {
    if (!/^(0|-?[1-9]\d{0,18})$/.test(word) || BigInt.asIntN(64, BigInt(word)) !== BigInt(word)) {
      throw new ValueError("argument couldn't be parsed into an integer");
    }
    return `${within(BigInt(word), min, max)}`;
  });
}

/** A whole number that is moved into `min`..`max` instead of being refused, as Redis does with `hz`. */
export function clamped(min: number, max: number): Kind {
  const any = int(0, INT_MAX);
  return {
    ...any,
    syntax: `${min}..${max}`,
    read: (list, before) => `${Math.min(max, Math.max(min, Number(any.read(list, before))))}`,
  };
}

/** A memory size within `min`..`max` bytes; kept in bytes, written with a unit. */
export function memory(min: number | bigint = 0, max: number | bigint = MEMORY_MAX): Kind {
  return single(
    "<bytes>",
    (word) => {
      const bytes = parseMemory(word);
      if (bytes === undefined) throw new ValueError("argument must be a memory value");
      return `${within(bytes, min, max)}`;
    },
    (value) => formatMemory(BigInt(value)),
  );
}

/** A memory size or a percentage of `maxmemory`, 0 to 100. */
export const memoryOrPercent: Kind = single(
  "<bytes|percent%>",
  (word) => {
    const percent = /^(\d{1,9})%$/.exec(word)?.[1];
    if (percent !== undefined) {
      if (Number(percent) > 100) {
        throw new ValueError("percentage argument must be less or equal to 100");
      }
      return `${Number(percent)}%`;
    }
    const bytes = parseMemory(word);
    if (bytes === undefined) throw new ValueError("argument must be a memory or percent value");
    return `${bytes}`;
  },
  (value) => value.endsWith("%") ? value : formatMemory(BigInt(value)),
);

/** File permission bits in octal, 0 to 777; 0 leaves them to the umask. */
export const octal: Kind = single("<octal>", (word) => {
  if (!/^[0-7]{1,4}$/.test(word)) {
    throw new ValueError("argument couldn't be parsed as an octal number");
  }
  const mode = parseInt(word, 8);
  if (mode > 0o777) throw new ValueError("argument must be between 0 and 777 inclusive");
  return mode.toString(8);
});

/** One of `names`, in either case. */
export function choice(...names: string[]): Kind {
  return single(names.join("|"), (word) => oneOf(word, names));
}

/** Text that `pattern` matches as a whole; `refusal` says what would be right. */
export function matching(syntax: string, pattern: RegExp, refusal: string): Kind {
  return single(syntax, (word) => {
    if (!pattern.test(word)) throw new ValueError(refusal);
    return word;
  });
}

/** Save points: pairs of seconds (>= 1) and changes (>= 0). Lines add up; the empty value clears. */
export const savePoints: Kind = {
  syntax: "<seconds> <changes> ...",
  many: true,
  repeat: "append",
  read: (list, before) => {
    if (list.every((word) => word === "")) return "";
    const numbers = list.map((word) => /^\d{1,15}$/.test(word) ? Number(word) : NaN);
    const bad = numbers.some((n, i) => !(n >= (i % 2 === 0 ? 1 : 0)));
    if (bad || numbers.length % 2 !== 0) throw new ValueError("Invalid save parameters");
    return [before, ...numbers].filter((part) => part !== "").join(" ");
  },
  lines: (value) => value === "" ? [[""]] : groups(value.split(" "), 2),
};

const LIMIT_CLASSES = ["normal", "slave", "pubsub"];

/** Output buffer limits: class, hard bytes, soft bytes, soft seconds; classes not named keep theirs. */
export const bufferLimits: Kind = {
  syntax: "<normal|replica|pubsub> <hard bytes> <soft bytes> <soft seconds> ...",
  many: true,
  repeat: "merge",
  read: (list, before) => {
    if (list.length === 0 || list.length % 4 !== 0) {
      throw new ValueError("Wrong number of arguments in buffer limit configuration.");
    }
    const limits = new Map(groups(before.split(" "), 4).map((row) => [row[0], row]));
    for (const [name = "", hard = "", soft = "", seconds = ""] of groups(list, 4)) {
      const group = name.toLowerCase().replace(/^replica$/, "slave");
      if (!LIMIT_CLASSES.includes(group)) {
        throw new ValueError("Invalid client class specified in buffer limit configuration.");
      }
      const bytes = [parseMemory(hard), parseMemory(soft)];
      if (bytes.includes(undefined) || !/^\d{1,9}$/.test(seconds)) {
        throw new ValueError(
          "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
        );
      }
      limits.set(group, [group, `${bytes[0]}`, `${bytes[1]}`, `${Number(seconds)}`]);
    }
    return LIMIT_CLASSES.flatMap((name) => limits.get(name) ?? []).join(" ");
  },
  lines: (value) =>
    groups(value.split(" "), 4).map(([name = "", hard = "0", soft = "0", seconds = "0"]) => [
      name.replace(/^slave$/, "replica"),
      formatMemory(BigInt(hard)),
      formatMemory(BigInt(soft)),
      seconds,
    ]),
};

/** Addresses to listen on: host names or IPs, `*` for all of IPv4, `::*` for all of IPv6, `-` before optional ones. */
export const addresses: Kind = several("<address> ...", (list) => {
  if (list.length > 16) throw new ValueError("Too many bind addresses specified.");
  return list;
});

/** Percentiles, each within 0..100; fractions are allowed. */
export const percentiles: Kind = several("<percentile> ...", (list) =>
  list.map((word) => {
    if (!/^-?\d+(\.\d+)?$/.test(word)) {
      throw new ValueError("Invalid latency-tracking-info-percentiles parameters");
    }
    if (Number(word) < 0 || Number(word) > 100) {
      throw new ValueError(
        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
      );
    }
    return `${Number(word)}`;
  }));

/** Exactly `count` whole numbers, each within `min`..`max`. */
export function integers(count: number, min: number, max: number, refusal: string): Kind {
  return several("<number> ...", (list) => {
    if (list.length !== count) throw new ValueError("wrong number of arguments");
    const good = (word: string) => /^-?\d{1,6}$/.test(word) && +word >= min && +word <= max;
    if (!list.every(good)) throw new ValueError(refusal);
    return list.map((word) => `${Number(word)}`);
  });
}

/** What a signal does: `default`, or any of save, nosave, now, force; `default` yields to the others. */
export const shutdownWishes: Kind = several("default|save|nosave|now|force ...", (list) => {
  const names = ["default", "save", "nosave", "now", "force"];
  const wishes = new Set((list.length > 0 ? list : [""]).map((word) => oneOf(word, names)));
  if (wishes.has("save") && wishes.has("nosave")) {
    throw new ValueError("shutdown options SAVE and NOSAVE can't be used simultaneously");
  }
  const named = names.slice(1).filter((name) => wishes.has(name));
  return named.length > 0 ? named : ["default"];
});

/**
 * Classes of keyspace notifications, shown in Redis' order; `g$lshzxetd` together are `A`. Redis then stops showing an `n`
 * that was given beside `A`, and loses it in CONFIG REWRITE; here it stays.
 */
export const notifications: Kind = single("<classes>", (word) => {
  const all = "g$lshzxetd";
  const letters = new Set(word.replaceAll("A", all));
  for (const letter of letters) {
    if (!`${all}nKEm`.includes(letter)) {
      throw new ValueError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
  }
  const kept = (classes: string) => [...classes].filter((letter) => letters.has(letter)).join("");
  return (kept(all) === all ? "A" : kept(all)) + kept("nKEm");
});

/** An endpoint for the clients of one NUMA node: its id, then `address:port` or the path of a Unix socket. Lines add up. */
export const nodeEndpoints: Kind = {
  syntax: "<node> <address:port|path>",
  many: true,
  repeat: "append",
  read: (list, before) => {
    if (list.every((word) => word === "")) return "";
    if (list.length % 2 !== 0) throw new ValueError("wrong number of arguments");
    const pairs = groups(list, 2).map(([node = "", place = ""]) => {
      if (!/^\d{1,4}$/.test(node)) throw new ValueError(`'${node}' is not the id of a NUMA node`);
      parseEndpoint(place);
      return `${Number(node)} ${place}`;
    });
    return [before, ...pairs].filter((part) => part !== "").join(" ");
  },
  lines: (value) => value === "" ? [[""]] : groups(value.split(" "), 2),
};

/** Lines of a directive that may stand many times (users, modules), kept one below the other. */
export const records: Kind = {
  syntax: "<word> ...",
  many: false,
  repeat: "append",
  read: (list, before) => {
    if (list.length === 0) throw new ValueError("wrong number of arguments");
    if (list.every((word) => word === "")) return before;
    return [before, list.map(quoteWord).join(" ")].filter((part) => part !== "").join("\n");
  },
  lines: (value) => value === "" ? [[""]] : value.split("\n").map((line) => splitWords(line)),
};

/** Where to listen: a TCP address or a Unix socket. */
export type Endpoint =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Reads `address:port`, `[IPv6]:port` or a path (which holds a `/`).
 *
 * @throws {ValueError} when it is none of them, or the port lies outside 1..65535
 */
export function parseEndpoint(place: string): Endpoint {
  if (place.includes("/") && !/\s/.test(place)) return { transport: "unix", path: place };
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(place);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname === undefined || !(port >= 1 && port <= 65535)) {
    throw new ValueError(`'${place}' is neither address:port nor the path of a Unix socket`);
  }
  return { transport: "tcp", hostname, port };
}

/** The largest value of a C int, the bound of most of Redis' numbers. */
export const INT_MAX = 2147483647;
/** The largest signed 64-bit number. */
export const LONG_MAX = 2n ** 63n - 1n;
/** The largest unsigned 32-bit number. */
export const UINT_MAX = 4294967295;

function oneOf(word: string, names: readonly string[]): string {
  const value = word.toLowerCase();
  if (names.includes(value)) return value;
  throw new ValueError(`argument(s) must be one of the following: ${names.join(", ")}`);
}

function within(value: bigint, min: number | bigint, max: number | bigint): bigint {
  if (value >= BigInt(min) && value <= BigInt(max)) return value;
  throw new ValueError(`argument must be between ${min} and ${max} inclusive`);
}

/** Cuts `list` into rows of `size`; an empty text that was split gives no row. */
function groups(list: readonly string[], size: number): string[][] {
  const rows: string[][] = [];
  if (list.length === 1 && list[0] === "") return rows;
  for (let at = 0; at < list.length; at += size) rows.push(list.slice(at, at + size));
  return rows;
}
