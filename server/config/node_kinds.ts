/**
 * The kinds of value that options of NUMA nodes have: switches in the words operators know, and values node by node.
 *
 * Knows no option by name, and not which nodes there are. Invariant: as for `kinds.ts`; a value node by node names each node once, in
 * the order of their ids.
 *
 * @module
 */

import { type Kind, ValueError } from "./kinds.ts";
import { formatMemory, parseMemory } from "./units.ts";

const ON = ["yes", "on", "enabled"];
const OFF = ["no", "off", "disabled"];
/** What a node's id looks like. */
const NODE = /^\d{1,4}$/;

/** `yes` or `no`; `on`, `enabled` and their opposites mean the same, in either case. */
export const toggle: Kind = {
  syntax: "yes|no",
  many: false,
  repeat: "replace",
  read: ([word, ...rest]) => {
    if (word === undefined || rest.length > 0) throw new ValueError("wrong number of arguments");
    if (ON.includes(word.toLowerCase())) return "yes";
    if (OFF.includes(word.toLowerCase())) return "no";
    throw new ValueError("argument must be 'yes' or 'no' (or on, off, enabled, disabled)");
  },
  lines: (value) => [[value]],
};

/** A node's id, or `auto` (also `-1`) for none in particular. */
export const anyNode: Kind = {
  syntax: "<node>|auto",
  many: false,
  repeat: "replace",
  read: ([word, ...rest]) => {
    if (word === undefined || rest.length > 0) throw new ValueError("wrong number of arguments");
    if (word === "-1" || word.toLowerCase() === "auto") return "auto";
    if (NODE.test(word)) return `${Number(word)}`;
    throw new ValueError("argument must be the id of a NUMA node, or auto");
  },
  lines: (value) => [[value]],
};

/** One of `names`, in either case, `-` and `_` alike. */
export function name(...names: string[]): Kind {
  return {
    syntax: names.join("|"),
    many: false,
    repeat: "replace",
    read: ([word, ...rest]) => {
      if (word === undefined || rest.length > 0) throw new ValueError("wrong number of arguments");
      const value = word.toLowerCase().replaceAll("-", "_");
      if (names.includes(value)) return value;
      throw new ValueError(`argument(s) must be one of the following: ${names.join(", ")}`);
    },
    lines: (value) => [[value]],
  };
}

/** A whole number for each node that is named, `min`..`max`. A further line adds a node, or changes its number. */
export function perNode(min: number, max: number): Kind {
  return ofNodes(`<node> <${min}..${max}> ...`, (word) => {
    if (!/^(0|[1-9]\d{0,9})$/.test(word)) {
      throw new ValueError("argument couldn't be parsed into an integer");
    }
    const value = Number(word);
    if (value < min || value > max) {
      throw new ValueError(`argument must be between ${min} and ${max} inclusive`);
    }
    return `${value}`;
  });
}

/** Bytes, or a percentage of its memory, for each node that is named; 0 is no limit. Lines add up as in {@linkcode perNode}. */
export const nodeMemory: Kind = ofNodes(
  "<node> <bytes|percent%> ...",
  (word) => {
    const percent = /^(\d{1,3})%$/.exec(word)?.[1];
    if (percent !== undefined && Number(percent) >= 1 && Number(percent) <= 100) {
      return `${Number(percent)}%`;
    }
    const bytes = parseMemory(word);
    if (bytes !== undefined) return `${bytes}`;
    throw new ValueError("argument must be a memory value or a percentage from 1% to 100%");
  },
  (value) => value.endsWith("%") ? value : formatMemory(BigInt(value)),
);

/** The values of {@linkcode perNode} and {@linkcode nodeMemory} by node id. */
export function valuesOfNodes(value: string): Map<number, string> {
  const words = value === "" ? [] : value.split(" ");
  return new Map(
    words.flatMap((word, index) => index % 2 === 0 ? [[Number(word), words[index + 1] ?? ""]] : []),
  );
}

/** Pairs of a node's id and what `read` makes of a word. */
function ofNodes(
  syntax: string,
  read: (word: string) => string,
  write: (value: string) => string = (value) => value,
): Kind {
  return {
    syntax,
    many: true,
    repeat: "merge",
    read: (list, before) => {
      const words = list.filter((word) => word !== "");
      if (words.length % 2 !== 0) throw new ValueError("wrong number of arguments");
      const values = valuesOfNodes(before);
      for (let at = 0; at < words.length; at += 2) {
        const [node = "", word = ""] = words.slice(at, at + 2);
        if (!NODE.test(node)) throw new ValueError(`'${node}' is not the id of a NUMA node`);
        values.set(Number(node), read(word));
      }
      return [...values].sort(([a], [b]) => a - b).map((pair) => pair.join(" ")).join(" ");
    },
    lines: (value) =>
      value === ""
        ? [[""]]
        : [...valuesOfNodes(value)].map(([node, text]) => [`${node}`, write(text)]),
  };
}
