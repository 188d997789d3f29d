/**
 * Buffers of one listener: replies are written from them, large requests are read into them.
 *
 * Knows no session. Invariant: `lent + idle` buffers exist, idle ones at most {@linkcode IDLE_MAX}; a buffer lent for a reply
 * comes back only when its write has ended.
 *
 * @module
 */

/** Bytes of every pooled buffer. */
export const BUFFER_BYTES = 65536;
/** Idle buffers that are kept; more are left to the garbage collector. */
export const IDLE_MAX = 64;
/** Replies up to this length get a view that is made once. */
const VIEW_BYTES = 512;

/** A pooled buffer, with the views of its start that are used again and again. */
export class PooledBuffer {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  readonly #views: (Uint8Array<ArrayBuffer> | undefined)[] = new Array(VIEW_BYTES + 1).fill(
    undefined,
  );

  /** The first `length` bytes. Short ones allocate nothing the second time. */
  head(length: number): Uint8Array<ArrayBuffer> {
    if (length > VIEW_BYTES) return this.bytes.subarray(0, length);
    return this.#views[length] ??= this.bytes.subarray(0, length);
  }
}

/** Lends buffers and takes them back; the last one back is the first one out, as it is still in the cache. */
export class BufferPool {
  readonly #idle: PooledBuffer[] = [];
  #lent = 0;

  /** Buffers that are out. */
  get lent(): number {
    return this.#lent;
  }

  /** Buffers that wait to be lent. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Lends a buffer; what it holds is left over from others. */
  borrow(): PooledBuffer {
    this.#lent++;
    return this.#idle.pop() ?? new PooledBuffer();
  }

  /** Takes a buffer back. */
  giveBack(buffer: PooledBuffer): void {
    this.#lent--;
    if (this.#idle.length < IDLE_MAX) this.#idle.push(buffer);
  }

  /** A lent buffer will not come back: its client is gone while the kernel may still use it. */
  forget(): void {
    this.#lent--;
  }
}
