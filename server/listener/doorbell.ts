/**
 * The doorbell: a Unix socket core writes a byte to when a lane's mailbox is no longer empty.
 *
 * Carries no data. Invariant: after each ring the mailbox is collected at least once, so a ring is never lost; rings that come
 * together count once.
 *
 * @module
 */

/** Bytes of rings that are taken together. */
const RING_BYTES = 64;

/** Listens for rings on a path. */
export class Doorbell implements Disposable {
  readonly #listener: Deno.UnixListener;
  readonly #conns = new Set<Deno.UnixConn>();
  readonly #answer: () => void;

  /** @param answer collects the mailbox; must not throw */
  constructor(path: string, answer: () => void) {
    this.#listener = Deno.listen({ transport: "unix", path });
    this.#answer = answer;
    this.#accept();
  }

  /** Hears nothing more. */
  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
    this.#conns.clear();
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) {
        this.#conns.add(conn);
        this.#hear(conn);
      }
    } catch {
      // Closed.
    }
  }

  async #hear(conn: Deno.UnixConn): Promise<void> {
    const rings = new Uint8Array(RING_BYTES);
    try {
      while (await conn.read(rings) !== null) this.#answer();
    } catch {
      // Closed by us; core closes its end with the lane.
    }
    if (this.#conns.delete(conn)) conn.close();
  }
}
