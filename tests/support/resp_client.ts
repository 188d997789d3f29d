/**
 * A small client for tests: commands or raw bytes out, typed replies or raw bytes in.
 *
 * Knows sockets and RESP. Invariant: one reply is read for each command sent, in order.
 *
 * @module
 */
import { type Reply, RespReader } from "./resp_reader.ts";

export { type Reply, ReplyError, Tagged } from "./resp_reader.ts";

/** One argument of a command. */
export type Argument = string | number | Uint8Array;

const encoder = new TextEncoder();

/** A command as a RESP array of bulk strings. */
export function encodeCommand(args: readonly Argument[]): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode(`*${args.length}\r\n`)];
  for (const argument of args) {
    const bytes = argument instanceof Uint8Array ? argument : encoder.encode(String(argument));
    parts.push(encoder.encode(`$${bytes.length}\r\n`), bytes, encoder.encode("\r\n"));
  }
  return concat(parts);
}

/** Byte arrays, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One connection. */
export class RespClient implements Disposable {
  readonly #reader: RespReader;
  readonly #buffer = new Uint8Array(65536);

  private constructor(readonly connection: Deno.Conn, keepBytes: boolean) {
    this.#reader = new RespReader(keepBytes);
  }

  /** Connects to a port of 127.0.0.1, or to a Unix socket's path. */
  static async connect(to: number | string, keepBytes = false): Promise<RespClient> {
    const connection = typeof to === "number"
      ? await Deno.connect({ hostname: "127.0.0.1", port: to })
      : await Deno.connect({ transport: "unix", path: to });
    return new RespClient(connection, keepBytes);
  }

  /** Sends one command and gives its reply; an error reply is a value, not thrown. */
  async call(...args: Argument[]): Promise<Reply> {
    await this.send(encodeCommand(args));
    return await this.read();
  }

  /** Sends commands in one write and gives their replies. */
  async pipeline(commands: readonly (readonly Argument[])[]): Promise<Reply[]> {
    const sent = this.send(concat(commands.map(encodeCommand)));
    const replies: Reply[] = [];
    while (replies.length < commands.length) replies.push(await this.read());
    await sent;
    return replies;
  }

  /** Sends bytes as they are, all of them. */
  async send(bytes: Uint8Array | string): Promise<void> {
    let left = typeof bytes === "string" ? encoder.encode(bytes) : bytes;
    while (left.length > 0) left = left.subarray(await this.connection.write(left));
  }

  /**
   * The next reply.
   *
   * @throws {Deno.errors.UnexpectedEof} When the server closes before it is whole.
   */
  async read(): Promise<Reply> {
    for (;;) {
      const reply = this.#reader.next();
      if (reply !== undefined) return reply;
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Deno.errors.UnexpectedEof("The server closed the connection");
      this.#reader.push(this.#buffer.subarray(0, count));
    }
  }

  /** Exactly this many raw bytes, or fewer when the server closes. */
  async readBytes(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      const got = await this.connection.read(this.#buffer.subarray(0, Math.min(left, 65536)));
      if (got === null) break;
      parts.push(this.#buffer.slice(0, got));
      left -= got;
    }
    return concat(parts);
  }

  /** Whether the server has closed its side, with nothing left to read. */
  async closed(): Promise<boolean> {
    return await this.connection.read(this.#buffer) === null;
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.connection.close();
  }
}
