/**
 * The error of a table that contradicts itself: its message is for whoever edits the table, who needs no
 * stack trace.
 *
 * @module
 */

/** Thrown by the checks of both tables; the message names the file or folder and the entry. */
export class TableError extends Error {
  override name = "TableError";
}
