/**
 * Seating by words: a strategy of the list by its name, or one in a file.
 *
 * Knows names and paths, no configuration and no client. Invariant: what cannot be seated changes nothing.
 *
 * @module
 */

import { isAbsolute, resolve } from "@std/path";
import { FileGuest } from "../guest.ts";
import { EMPTY, type Slots } from "../slots.ts";
import { readSeat } from "./seat.ts";

/**
 * Seats who `words` name: a strategy of the list or a file, which runs in a process without permissions, then names and values in turn
 * as {@linkcode readSeat} takes them. The word `none` alone empties the slot.
 *
 * @param folder where relative paths start
 * @throws {Error} with what cannot be used
 */
export async function loadSlot(
  slots: Slots,
  index: number,
  words: readonly string[],
  folder: string,
): Promise<void> {
  if (index === 0) {
    throw new RangeError(
      "Cannot load into slot 0: it is the fallback; numa-default-strategy sets its placement",
    );
  }
  const [name = "", ...pairs] = words;
  if (name === EMPTY && pairs.length === 0) return slots.remove(index);
  const seat = readSeat(pairs);
  if (!isFile(name)) return slots.assign(index, name, seat);
  const path = isAbsolute(name) ? name : resolve(folder, name);
  await slots.assignGuest(index, new FileGuest(path), seat);
}

/** What cannot be a strategy's name. */
function isFile(name: string): boolean {
  return /[/.]/.test(name);
}
