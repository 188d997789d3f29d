/**
 * SHUTDOWN: stops the server.
 *
 * Knows no socket; how the server stops is its caller's. Invariant: nothing is saved yet, so a wish to save is refused rather than
 * forgotten.
 *
 * @module
 */

import { errorReply } from "../reply.ts";
import type { CommandContext } from "./context.ts";

const WORDS = ["NOSAVE", "SAVE", "NOW", "FORCE", "ABORT"];
const NOTHING = new Uint8Array(0);

/**
 * SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT].
 *
 * A shutdown that goes on is answered with nothing: the client sees its connection end. NOW asks not to wait for replicas, and
 * there are none; FORCE goes on although SAVE cannot be honoured. ABORT finds nothing to abort, as no shutdown waits.
 */
export function shutdown(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  const wishes = args.slice(1).map((arg) => new TextDecoder().decode(arg).toUpperCase());
  const wish = new Set(wishes);
  const clash = wish.has("SAVE") && wish.has("NOSAVE");
  if (clash || wishes.some((word) => !WORDS.includes(word))) return errorReply("ERR syntax error");
  if (wish.has("ABORT")) {
    return errorReply(wishes.length > 1 ? "ERR syntax error" : "ERR No shutdown in progress.");
  }
  if (wish.has("SAVE") && !wish.has("FORCE")) {
    context.log.warning("SHUTDOWN SAVE refused: numakv cannot save yet; SHUTDOWN NOSAVE stops it");
    return errorReply("ERR Errors trying to SHUTDOWN. Check logs.");
  }
  context.log.notice("A client asked for SHUTDOWN");
  context.stop();
  return NOTHING;
}
