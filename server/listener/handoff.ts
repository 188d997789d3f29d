/**
 * A server command on its way from core to the main isolate.
 *
 * Knows how core lays out arguments, and no command. Invariant: the request owns its bytes, as core's buffer is lent to others
 * before the answer is there.
 *
 * @module
 */

/** One server command and who asks. */
export interface HandOff {
  /** All arguments, the command's own name first. */
  readonly args: readonly Uint8Array[];
  /** The version of RESP the caller speaks. */
  readonly protocol: 2 | 3;
  /** Whether the caller is connected from this machine. */
  readonly trusted: boolean;
  /** Database it has selected. */
  readonly db: number;
}

/**
 * Copies arguments out of a reply buffer: `count` times a length (u32, little-endian) and that many bytes.
 *
 * @throws {RangeError} when they do not lie within `bytes`
 */
export function readArguments(bytes: Uint8Array, offset: number, count: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const args: Uint8Array[] = [];
  let at = offset;
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.length) {
      throw new RangeError(
        `Cannot read argument ${index}: its ${length} bytes end outside the buffer`,
      );
    }
    args.push(bytes.slice(at, at + length));
    at += length;
  }
  return args;
}
