/**
 * NUMA TRACE: recording uses of keys into a file for the simulator.
 *
 * Knows the tracer and where it may write: in `dir`, under a plain name. Invariant: no file that is there is written over.
 *
 * @module
 */

import { basename, resolve } from "@std/path";
import { errorReply, okReply, ReplyWriter } from "../reply.ts";
import { TRACE_BYTES_MAX, type TraceLimits } from "../tracer.ts";
import type { CommandContext } from "./context.ts";

/** The longest recording, in seconds: what a record's milliseconds can tell. */
const SECONDS_MAX = 4_000_000;
/** The shortest limit that leaves room for a header and a record. */
const BYTES_MIN = 4096;

/** NUMA TRACE START file [MAXBYTES bytes] [SECONDS seconds] | STOP | STATUS. */
export function numaTrace(context: CommandContext, args: readonly Uint8Array[]): Uint8Array {
  const [verb = "", ...words] = args.slice(2).map((arg) => new TextDecoder().decode(arg));
  switch (verb.toLowerCase()) {
    case "start":
      return start(context, words);
    case "stop":
      if (words.length > 0) return errorReply("ERR syntax error");
      return context.tracer.stop() ? okReply() : errorReply("ERR no trace is being recorded");
    case "status":
      return words.length > 0 ? errorReply("ERR syntax error") : statusReply(context);
    default:
      return errorReply(`ERR unknown subcommand '${verb}'. Want START, STOP or STATUS.`);
  }
}

function start({ config, tracer }: CommandContext, words: readonly string[]): Uint8Array {
  const [file = "", ...limits] = words;
  const read = readLimits(limits);
  if (typeof read === "string") return errorReply(`ERR ${read}`);
  if (file === "" || file === "." || file === ".." || file !== basename(file)) {
    return errorReply(`ERR '${file}' is no plain file name; traces are written into 'dir'`);
  }
  try {
    tracer.start(resolve(config.text("dir"), file), read);
    return okReply();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return errorReply(`ERR Cannot record into '${file}': ${reason}`);
  }
}

/** Reads `MAXBYTES n` and `SECONDS n`; a text says what is wrong with them. */
function readLimits(words: readonly string[]): TraceLimits | string {
  let bytes = TRACE_BYTES_MAX;
  let seconds: number | undefined;
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]?.toLowerCase() ?? "";
    const value = /^\d{1,15}$/.test(words[at + 1] ?? "") ? Number(words[at + 1]) : NaN;
    if (name === "maxbytes" && value >= BYTES_MIN) bytes = value;
    else if (name === "maxbytes") return `MAXBYTES wants a whole number, ${BYTES_MIN} at least`;
    else if (name === "seconds" && value >= 1 && value <= SECONDS_MAX) seconds = value;
    else if (name === "seconds") return `SECONDS wants a whole number from 1 to ${SECONDS_MAX}`;
    else return "syntax error";
  }
  return { bytes, seconds };
}

function statusReply({ tracer, protocol }: CommandContext): Uint8Array {
  const { recording, file, bytes, records, dropped, seconds, ended } = tracer.status();
  const reply = new ReplyWriter(protocol).map(7);
  reply.bulk("recording").integer(recording ? 1 : 0).bulk("file").bulk(file ?? "");
  reply.bulk("bytes").integer(bytes).bulk("records").integer(records);
  reply.bulk("dropped").integer(dropped).bulk("seconds").integer(Math.round(seconds));
  reply.bulk("ended").bulk(ended);
  return reply.finish();
}
