/**
 * Writes the replies of server commands in RESP2 or RESP3.
 *
 * Knows no command and no session; requests are never parsed here, core does that. Invariant: a writer that was given as
 * many elements as its aggregates promised holds exactly one complete reply, and no text it was given can end it early.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The version of RESP a session speaks. */
export type Protocol = 2 | 3;

/**
 * Collects one reply.
 *
 * @example A map of one pair
 * ```ts
 * new ReplyWriter(3).map(1).bulk("hz").bulk("10").finish(); // %1 $2 hz $2 10
 * ```
 */
export class ReplyWriter {
  readonly #parts: Uint8Array[] = [];

  /** @param protocol 2 writes RESP3's own types as their nearest RESP2 type, as Redis does */
  constructor(readonly protocol: Protocol) {}

  /** A status such as `OK`. Line breaks become blanks. */
  simple(text: string): this {
    return this.#line(`+${oneLine(text)}`);
  }

  /** An error; `text` starts with its code: `ERR syntax error`. Line breaks become blanks. */
  error(text: string): this {
    return this.#line(`-${oneLine(text)}`);
  }

  /** A whole number within -2^63..2^63-1. @throws {RangeError} when it has a fraction or lies outside */
  integer(value: number | bigint): this {
    const exact = BigInt(value);
    if (BigInt.asIntN(64, exact) !== exact) {
      throw new RangeError(`Cannot write ${value} as an integer reply: it needs more than 64 bits`);
    }
    return this.#line(`:${exact}`);
  }

  /** Bytes, or text as UTF-8. */
  bulk(value: string | Uint8Array): this {
    const bytes = typeof value === "string" ? encoder.encode(value) : value;
    this.#line(`$${bytes.length}`);
    this.#parts.push(bytes);
    return this.#line("");
  }

  /** No value. */
  null(): this {
    return this.#line(this.protocol === 3 ? "_" : "$-1");
  }

  /** No list. */
  nullArray(): this {
    return this.#line(this.protocol === 3 ? "_" : "*-1");
  }

  /** True or false; 1 or 0 in RESP2. */
  boolean(value: boolean): this {
    if (this.protocol === 3) return this.#line(value ? "#t" : "#f");
    return this.integer(value ? 1 : 0);
  }

  /** A number with a fraction, in the shortest digits that give it back; text in RESP2. */
  double(value: number): this {
    const text = Number.isFinite(value)
      ? String(value)
      : Number.isNaN(value)
      ? "nan"
      : value > 0
      ? "inf"
      : "-inf";
    return this.protocol === 3 ? this.#line(`,${text}`) : this.bulk(text);
  }

  /** Text for people, with its format (`txt` or `mkd`); plain text in RESP2. */
  verbatim(text: string, format: "txt" | "mkd" = "txt"): this {
    if (this.protocol === 2) return this.bulk(text);
    this.#line(`=${encoder.encode(text).length + 4}`);
    return this.#line(`${format}:${text}`);
  }

  /** Opens a list; its `count` elements follow. */
  array(count: number): this {
    return this.#line(`*${count}`);
  }

  /** Opens a map; `count` pairs of key and value follow. A flat list in RESP2. */
  map(count: number): this {
    return this.#line(this.protocol === 3 ? `%${count}` : `*${2 * count}`);
  }

  /** Opens a set; its `count` members follow. A list in RESP2. */
  set(count: number): this {
    return this.#line(`${this.protocol === 3 ? "~" : "*"}${count}`);
  }

  /** Opens an out-of-band message; its `count` elements follow. A list in RESP2. */
  push(count: number): this {
    return this.#line(`${this.protocol === 3 ? ">" : "*"}${count}`);
  }

  /** All bytes written so far. */
  finish(): Uint8Array {
    const reply = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      reply.set(part, at);
      at += part.length;
    }
    return reply;
  }

  #line(text: string): this {
    this.#parts.push(encoder.encode(`${text}\r\n`));
    return this;
  }
}

/** The reply `+OK`. */
export function okReply(): Uint8Array {
  return new ReplyWriter(2).simple("OK").finish();
}

/** An error reply; `text` starts with its code. */
export function errorReply(text: string): Uint8Array {
  return new ReplyWriter(2).error(text).finish();
}

/** What `COMMAND HELP` answers: a list of status lines. */
export function helpReply(lines: readonly string[]): Uint8Array {
  const reply = new ReplyWriter(2).array(lines.length);
  for (const line of lines) reply.simple(line);
  return reply.finish();
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
