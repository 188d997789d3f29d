/**
 * Map replies, read by the names of their fields in either protocol.
 *
 * Knows that RESP2 writes a map as a flat array. Invariant: a field that is absent is an error, never a default.
 *
 * @module
 */
import type { Reply } from "./resp_reader.ts";

/** A map reply, or the flat array RESP2 has for it. */
export class Fields {
  readonly #fields: ReadonlyMap<Reply, Reply>;

  /** @throws {TypeError} When the reply is no map. */
  constructor(reply: Reply) {
    if (reply instanceof Map) this.#fields = reply;
    else if (Array.isArray(reply) && reply.length % 2 === 0) this.#fields = paired(reply);
    else throw new TypeError(`Cannot read fields: ${Deno.inspect(reply)}`);
  }

  /** @throws {Error} When there is no such field. */
  get(name: string): Reply {
    const value = this.#fields.get(name);
    if (value === undefined) throw new Error(`Cannot find the field '${name}': ${this.names}`);
    return value;
  }

  /** A field as a number. */
  number(name: string): number {
    return Number(this.get(name));
  }

  /** A field that is a list. */
  list(name: string): readonly Reply[] {
    return listOf(this.get(name));
  }

  /** The names, in order. */
  get names(): string[] {
    return [...this.#fields.keys()].map(String);
  }
}

/** @throws {TypeError} When the reply is no list. */
export function listOf(reply: Reply): readonly Reply[] {
  if (!Array.isArray(reply)) throw new TypeError(`Cannot read a list: ${Deno.inspect(reply)}`);
  return reply;
}

function paired(flat: readonly Reply[]): Map<Reply, Reply> {
  const fields = new Map<Reply, Reply>();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields.set(flat[index] ?? null, flat[index + 1] ?? null);
  }
  return fields;
}
