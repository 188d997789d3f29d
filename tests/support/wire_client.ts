/**
 * A client that keeps each reply's bytes beside its meaning, for comparing servers.
 *
 * Knows sockets and where a reply ends. Invariant: the bytes of the replies, one after the other, are all the bytes that came.
 *
 * @module
 */
import { type Argument, concat, encodeCommand } from "./resp_client.ts";
import { type Reply, RespReader } from "./resp_reader.ts";

/** One reply, both ways. */
export interface WireReply {
  readonly bytes: Uint8Array;
  readonly value: Reply;
}

/** One connection. */
export class WireClient implements Disposable {
  readonly #reader = new RespReader();
  readonly #buffer = new Uint8Array(65536);

  private constructor(readonly connection: Deno.Conn) {}

  /** Connects to a port of 127.0.0.1. */
  static async connect(port: number): Promise<WireClient> {
    return new WireClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends commands in one write and reads a reply for each. */
  async exchange(commands: readonly (readonly Argument[])[]): Promise<WireReply[]> {
    const sent = this.#send(concat(commands.map(encodeCommand)));
    const replies: WireReply[] = [];
    while (replies.length < commands.length) replies.push(await this.#read());
    await sent;
    return replies;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    let left = bytes;
    while (left.length > 0) left = left.subarray(await this.connection.write(left));
  }

  async #read(): Promise<WireReply> {
    for (;;) {
      const before = this.#reader.rest;
      const value = this.#reader.next();
      if (value !== undefined) {
        return { value, bytes: before.subarray(0, before.length - this.#reader.rest.length) };
      }
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Deno.errors.UnexpectedEof("The server closed the connection");
      this.#reader.push(this.#buffer.subarray(0, count));
    }
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.connection.close();
  }
}
