/**
 * Reads RESP2 and RESP3 replies out of bytes that arrive in any pieces.
 *
 * Knows the wire's types and no command. Invariant: bytes taken + bytes kept == bytes pushed.
 *
 * @module
 */

/** An error reply, as a value: tests compare it like any other. */
export class ReplyError {
  /** @param message The whole line, `ERR …`. */
  constructor(readonly message: string) {}
}

/** RESP3 types that have no plain value of their own. */
export class Tagged {
  /** @param kind `push`, `set`, `verbatim:txt`, `bignum`, `attribute` */
  constructor(readonly kind: string, readonly value: Reply | readonly Reply[]) {}
}

/** A reply: simple and bulk strings are strings, or bytes where a reader is told to keep them. */
export type Reply =
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | Tagged
  | Reply[]
  | Map<Reply, Reply>;

/** Thrown inside the reader when a reply is not whole yet. */
class Incomplete extends Error {}

const CR = 13;
const decoder = new TextDecoder();

/** Collects bytes and gives replies. */
export class RespReader {
  #bytes = new Uint8Array(0);
  #at = 0;

  /** @param keepBytes Bulk strings stay `Uint8Array` */
  constructor(readonly keepBytes = false) {}

  /** Bytes that are not part of a reply given yet. */
  get rest(): Uint8Array {
    return this.#bytes;
  }

  /** Adds what arrived. */
  push(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  /**
   * The next whole reply, or nothing when more bytes are needed.
   *
   * @throws {SyntaxError} When the bytes are not RESP.
   */
  next(): Reply | undefined {
    this.#at = 0;
    try {
      const reply = this.#value();
      this.#bytes = this.#bytes.subarray(this.#at);
      return reply;
    } catch (error) {
      if (error instanceof Incomplete) return undefined;
      throw error;
    }
  }

  #value(): Reply {
    const line = this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new ReplyError(rest);
      case ":":
        return integer(rest);
      case "_":
        return null;
      case "#":
        return rest === "t";
      case ",":
        return double(rest);
      case "(":
        return new Tagged("bignum", rest);
      default:
        return this.#sized(line, Number(rest));
    }
  }

  /** Types whose first line is a length. */
  #sized(line: string, length: number): Reply {
    if (!Number.isInteger(length)) throw new SyntaxError(`Cannot read the reply line '${line}'`);
    switch (line[0]) {
      case "$":
        return length < 0 ? null : this.#bulk(length);
      case "!":
        return new ReplyError(decoder.decode(this.#take(length)));
      case "=": {
        const text = decoder.decode(this.#take(length));
        return new Tagged(`verbatim:${text.slice(0, 3)}`, text.slice(4));
      }
      case "*":
        return length < 0 ? null : this.#list(length);
      case "~":
        return new Tagged("set", this.#list(length));
      case ">":
        return new Tagged("push", this.#list(length));
      case "%":
        return this.#map(length);
      case "|":
        return new Tagged("attribute", this.#map(length));
      default:
        throw new SyntaxError(`Cannot read the reply line '${line}'`);
    }
  }

  #bulk(length: number): Reply {
    const bytes = this.#take(length);
    return this.keepBytes ? bytes.slice() : decoder.decode(bytes);
  }

  #list(length: number): Reply[] {
    return Array.from({ length }, () => this.#value());
  }

  #map(length: number): Map<Reply, Reply> {
    const map = new Map<Reply, Reply>();
    for (let left = length; left > 0; left--) map.set(this.#value(), this.#value());
    return map;
  }

  #line(): string {
    const end = this.#bytes.indexOf(CR, this.#at);
    if (end < 0 || end + 1 >= this.#bytes.length) throw new Incomplete();
    const line = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 2;
    return line;
  }

  /** A payload and the line end after it. */
  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end + 2 > this.#bytes.length) throw new Incomplete();
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end + 2;
    return bytes;
  }
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function double(text: string): number {
  if (text === "inf") return Infinity;
  return text === "-inf" ? -Infinity : Number(text);
}
