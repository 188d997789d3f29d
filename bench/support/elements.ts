/**
 * Elements by the million: the kinds of data whose bytes are weighed, and how they are sent.
 *
 * Knows commands as words, and sockets. Invariant: element i of a kind is always the same bytes, and no other's.
 *
 * @module
 */
import { RespClient } from "../../tests/support/resp_client.ts";

/** Elements in one command, and commands in one write. */
const COMMAND_ELEMENTS = 100;
const WRITE_COMMANDS = 20;
/** What an element's number is multiplied by, modulo a prime beyond all of them, so that they come in no order. */
const STRIDE = 48_271;
const PRIME = 2_147_483_647;

/** A kind of data. */
export interface Kind {
  readonly name: string;
  /** Words before the elements, of the command that adds those from `first` on. */
  head(first: number): readonly string[];
  /** The words of one element. */
  words(index: number): readonly string[];
  /** How many elements one command takes; of small collections, how many one has. */
  readonly perCommand?: number;
}

/** A number's digits, exactly so many characters long. */
export function padded(index: number, chars: number): string {
  return String(index).padStart(chars, "0");
}

/** Another number for each, in no order. */
export function scattered(index: number): number {
  return (index * STRIDE) % PRIME;
}

const key16 = (index: number): string => `k${padded(index, 15)}`;
const member16 = (index: number): string => `m:${padded(index, 14)}`;
const VALUE_64 = "v".repeat(64);
const TEN = 10;

/** Everything that is weighed. */
export const KINDS: readonly Kind[] = [
  {
    name: "string, 16 + 64 B",
    head: () => ["MSET"],
    words: (index) => [key16(index), VALUE_64],
  },
  {
    name: "string, 16 + 64 B, with a TTL",
    head: () => ["SET"],
    words: (index) => [key16(index), VALUE_64, "EX", "1000000"],
    perCommand: 1,
  },
  {
    name: "counter, key of 16 B",
    head: () => ["MSET"],
    words: (index) => [key16(index), String(1_000_000 + index)],
  },
  {
    name: "hash field, 8 + 16 B",
    head: () => ["HSET", "hash"],
    words: (index) => [padded(index, 8), padded(scattered(index), 16)],
  },
  {
    name: "zset member, 16 B",
    head: () => ["ZADD", "zset"],
    words: (index) => [String(scattered(index)), member16(index)],
  },
  {
    name: "list item, 32 B",
    head: () => ["RPUSH", "list"],
    words: (index) => [padded(index, 31) + "x"],
  },
  {
    name: "set of integers",
    head: () => ["SADD", "set"],
    words: (index) => [String(scattered(index))],
  },
  {
    name: "set member, 16 B",
    head: () => ["SADD", "set"],
    words: (index) => [member16(index)],
  },
  {
    name: "field of a hash of 10, 8 + 16 B",
    head: (first) => ["HSET", `h${padded(first / TEN, 15)}`],
    words: (index) => [padded(index % TEN, 8), padded(scattered(index), 16)],
    perCommand: TEN,
  },
  {
    name: "member of a zset of 10, 16 B",
    head: (first) => ["ZADD", `z${padded(first / TEN, 15)}`],
    words: (index) => [String(scattered(index) % 1000), member16(index)],
    perCommand: TEN,
  },
];

const bulk = (word: string): string => `$${word.length}\r\n${word}\r\n`;

/** The command that adds elements `first` to `end - 1`, as it is sent; all of it is ASCII. */
export function commandFor(kind: Kind, first: number, end: number): string {
  const words = [...kind.head(first)];
  for (let index = first; index < end; index++) words.push(...kind.words(index));
  return `*${words.length}\r\n${words.map(bulk).join("")}`;
}

/** Adds elements `from` to `to - 1`, in pipelines. */
export async function grow(port: number, kind: Kind, from: number, to: number): Promise<void> {
  using client = await RespClient.connect(port);
  const step = kind.perCommand ?? COMMAND_ELEMENTS;
  for (let start = from; start < to;) {
    let text = "";
    let sent = 0;
    for (; sent < WRITE_COMMANDS && start < to; sent++) {
      const end = Math.min(start + step, to);
      text += commandFor(kind, start, end);
      start = end;
    }
    await client.send(text);
    for (; sent > 0; sent--) {
      const reply = await client.read();
      if (reply instanceof Error) throw reply;
    }
  }
}
