/**
 * The kind of value that says who sits in the strategy slots.
 *
 * Knows no strategy and no option of any; whether there are such is found out when they are seated. Invariant: as for `kinds.ts`; a
 * value names each slot once, in the order of their numbers.
 *
 * @module
 */

import { type Kind, ValueError } from "./kinds.ts";
import { quoteWord, splitWords } from "./syntax.ts";

/** Stands between two slots in a value. */
const SEPARATOR = ";";

/**
 * For each slot that is named, `min`..`max`, a strategy or a file with its settings and options, or `none`. A further line adds a slot,
 * or seats another in it. The value is its lines joined by ` ; `.
 */
export function slotSeats(min: number, max: number): Kind {
  return {
    syntax: `<${min}..${max}> <strategy|file|none> [<option> <value> ...]`,
    many: false,
    repeat: "merge",
    read: (words, before) => {
      const [word = ""] = words;
      const seats = seatsOf(before);
      for (const line of words.length === 1 ? linesOf(word) : [words]) {
        const [slot = "", ...seat] = line;
        const number = /^\d{1,2}$/.test(slot) ? Number(slot) : NaN;
        if (!(number >= min && number <= max)) {
          throw new ValueError(`'${slot}' is not a slot: they are ${min} to ${max}`);
        }
        // A strategy, and then names and values.
        if (seat.length % 2 === 0 || seat[0] === "") {
          throw new ValueError("wrong number of arguments");
        }
        if (line.includes(SEPARATOR)) throw new ValueError("argument must not be ';'");
        seats.set(number, seat);
      }
      return linesIn(seats).map((line) => line.map(quoteWord).join(" ")).join(` ${SEPARATOR} `);
    },
    lines: (value) => value === "" ? [[""]] : linesIn(seatsOf(value)),
  };
}

/** The words behind each slot's number. */
export function seatsOf(value: string): Map<number, string[]> {
  return new Map(linesOf(value).map(([slot = "", ...seat]) => [Number(slot), seat]));
}

function linesIn(seats: ReadonlyMap<number, readonly string[]>): string[][] {
  return [...seats].sort(([a], [b]) => a - b).map(([slot, seat]) => [`${slot}`, ...seat]);
}

function linesOf(value: string): string[][] {
  const lines: string[][] = [[]];
  for (const word of wordsOf(value)) {
    if (word === SEPARATOR) lines.push([]);
    else lines.at(-1)?.push(word);
  }
  return lines.filter((line) => line.length > 0);
}

function wordsOf(value: string): string[] {
  try {
    return splitWords(value);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ValueError(error.message);
    throw error;
  }
}
