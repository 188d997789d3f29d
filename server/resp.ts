/**
 * Reads replies in RESP2 and RESP3, and writes requests: the client's side of the protocol, for embedding and tests.
 *
 * Knows no socket and no command. Invariant: a reply is read whole or not at all; {@linkcode ReplyReader} keeps the rest.
 *
 * @module
 */

/** What a command may be given. */
export type Argument = string | Uint8Array | number | bigint;

/** An error the server answered; `code` is its first word. */
export class ReplyError extends Error {
  override name = "ReplyError";

  /** `ERR`, `WRONGTYPE`, `OOM` and so on. */
  get code(): string {
    return this.message.split(" ", 1)[0] ?? "";
  }
}

/**
 * One reply. Bulk strings are text or bytes as the reader was told; integers beyond 2^53 are bigint; an error inside an aggregate
 * is a {@linkcode ReplyError} in its place.
 */
export type Reply =
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | Reply[]
  | Map<Reply, Reply>
  | Set<Reply>;

/** How bulk strings are given. */
export type ReplyForm = "string" | "bytes";

/** How deep aggregates may lie in one another. */
export const DEPTH_MAX = 128;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CR = 13;
const LF = 10;

/** The bytes of requests, one behind the other. */
export function encodeCommands(commands: readonly (readonly Argument[])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const args of commands) {
    if (args.length === 0) throw new TypeError("Cannot send an empty command");
    parts.push(encoder.encode(`*${args.length}\r\n`));
    for (const arg of args) {
      const bytes = arg instanceof Uint8Array ? arg : encoder.encode(String(arg));
      parts.push(encoder.encode(`$${bytes.length}\r\n`), bytes, encoder.encode("\r\n"));
    }
  }
  return concat(parts);
}

/** Says that a reply does not end within the bytes there are. */
const INCOMPLETE = Symbol("incomplete");

/** Reads replies from bytes as they come. */
export class ReplyReader {
  readonly #form: ReplyForm;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** @param form how bulk strings are given; errors and statuses are always text */
  constructor(form: ReplyForm = "string") {
    this.#form = form;
  }

  /** Bytes that are not read yet. */
  get pendingBytes(): number {
    return this.#bytes.length - this.#at;
  }

  /** Adds bytes; they are copied. */
  push(bytes: Uint8Array): void {
    this.#bytes = concat([this.#bytes.subarray(this.#at), bytes]);
    this.#at = 0;
  }

  /** The next reply; `undefined` until it is whole. @throws {SyntaxError} when the bytes are no RESP */
  next(): Reply | undefined {
    const start = this.#at;
    try {
      return this.#value(0);
    } catch (error) {
      this.#at = start;
      if (error === INCOMPLETE) return undefined;
      throw error;
    }
  }

  #value(depth: number): Reply {
    if (depth > DEPTH_MAX) throw new SyntaxError(`Cannot read a reply deeper than ${DEPTH_MAX}`);
    const line = this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new ReplyError(rest);
      case ":":
        return integer(rest);
      case "(":
        return BigInt(rest);
      case "_":
        return null;
      case "#":
        return rest === "t";
      case ",":
        return double(rest);
      case "$":
      case "!":
      case "=":
        return this.#bulk(line[0], count(rest));
      default:
        return this.#aggregate(line[0] ?? "", count(rest), depth + 1);
    }
  }

  #bulk(kind: string, length: number): Reply {
    if (length < 0) return null;
    if (this.pendingBytes < length + 2) throw INCOMPLETE;
    const bytes = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length + 2;
    if (kind === "!") return new ReplyError(decoder.decode(bytes));
    // A verbatim text opens with its format and a colon.
    const content = kind === "=" ? bytes.subarray(4) : bytes;
    return this.#form === "bytes" ? content : decoder.decode(content);
  }

  #aggregate(kind: string, length: number, depth: number): Reply {
    if (length < 0) return null;
    switch (kind) {
      case "*":
      case ">":
        return this.#values(length, depth);
      case "~":
        return new Set(this.#values(length, depth));
      case "%": {
        const flat = this.#values(2 * length, depth);
        return new Map(
          Array.from({ length }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!]),
        );
      }
      case "|":
        this.#values(2 * length, depth);
        return this.#value(depth);
      default:
        throw new SyntaxError(`Cannot read a reply that begins with '${kind}'`);
    }
  }

  #values(length: number, depth: number): Reply[] {
    const values: Reply[] = [];
    for (let index = 0; index < length; index++) values.push(this.#value(depth));
    return values;
  }

  #line(): string {
    const end = this.#bytes.indexOf(CR, this.#at);
    if (end < 0 || end + 1 >= this.#bytes.length) throw INCOMPLETE;
    if (this.#bytes[end + 1] !== LF) throw new SyntaxError("Cannot read a reply line without LF");
    const line = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 2;
    return line;
  }
}

function integer(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new SyntaxError(`Cannot read '${text}' as an integer`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function double(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}

function count(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < -1) {
    throw new SyntaxError(`Cannot read '${text}' as a length`);
  }
  return value;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
