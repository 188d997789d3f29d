/**
 * INFO, read into fields.
 *
 * Knows the form `name:value`. Invariant: a field that is asked for and absent is an error, never a zero.
 *
 * @module
 */
import type { RespClient } from "./resp_client.ts";
import { Tagged } from "./resp_reader.ts";

/** Fields of INFO by name. */
export class Info {
  readonly #fields: ReadonlyMap<string, string>;

  /** @param text what INFO answers */
  constructor(readonly text: string) {
    const lines = text.split("\r\n").filter((line) => line !== "" && !line.startsWith("#"));
    this.#fields = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }));
  }

  /** Titles of the sections, in order. */
  get titles(): string[] {
    return [...this.text.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1] ?? "");
  }

  /** @throws {Error} When there is no such field. */
  field(name: string): string {
    const value = this.#fields.get(name);
    if (value === undefined) throw new Error(`Cannot find '${name}' in INFO:\n${this.text}`);
    return value;
  }

  /** A field as a number. */
  number(name: string): number {
    return Number(this.field(name));
  }

  /** Whether there is such a field. */
  has(name: string): boolean {
    return this.#fields.has(name);
  }
}

/** Asks for INFO, or for some of its sections. */
export async function infoOf(client: RespClient, ...sections: string[]): Promise<Info> {
  const reply = await client.call("INFO", ...sections);
  const text = reply instanceof Tagged ? reply.value : reply;
  if (typeof text !== "string") throw new TypeError(`Cannot read INFO: ${Deno.inspect(reply)}`);
  return new Info(text);
}
