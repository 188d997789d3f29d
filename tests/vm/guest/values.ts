/**
 * A key of every type in every encoding, made by plain commands.
 *
 * Knows when Redis changes an encoding. Invariant: right after its commands a key has the encoding that is named.
 *
 * @module
 */
import type { Argument } from "../../support/resp_client.ts";

/** How one key is made. */
export interface Sample {
  /** What a check calls it. */
  readonly name: string;
  /** What OBJECT ENCODING says. */
  readonly encoding: string;
  /** The commands, the key's name left to the caller. */
  readonly commands: (key: string) => Argument[][];
}

/** Elements of a large collection: enough for several pages on each level of its layout. */
const MANY = 3000;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
/** An element that no listpack can keep as a number. */
const word = (index: number): string => `element:${index}:${"x".repeat(index % 40)}`;

const words = (verb: string, count: number) => (key: string): Argument[][] => [
  [verb, key, ...numbers(count).map(word)],
];
const pairs = (verb: string, count: number, scoreFirst: boolean) => (key: string): Argument[][] => [
  [
    verb,
    key,
    ...numbers(count).flatMap((n) => scoreFirst ? [n * 1.5, word(n)] : [word(n), `v${n}`]),
  ],
];
const withDepth = (depth: number, commands: Argument[][]): Argument[][] => [
  ["CONFIG", "SET", "list-compress-depth", depth],
  ...commands,
  ["CONFIG", "SET", "list-compress-depth", 0],
];

/** All of them. */
export const SAMPLES: readonly Sample[] = [
  {
    name: "a string that is an integer",
    encoding: "int",
    commands: (key) => [["SET", key, 123456789012]],
  },
  { name: "a short string", encoding: "embstr", commands: (key) => [["SET", key, "short"]] },
  {
    name: "a string of 5 KB",
    encoding: "raw",
    commands: (key) => [["SET", key, "v".repeat(5000)]],
  },
  {
    name: "a string of 3 MB",
    encoding: "raw",
    commands: (key) => [["SET", key, "v".repeat(3 << 20)]],
  },
  { name: "a short list", encoding: "quicklist", commands: words("RPUSH", 10) },
  { name: "a long list", encoding: "quicklist", commands: words("RPUSH", MANY) },
  {
    name: "a long list with compressed nodes",
    encoding: "quicklist",
    commands: (key) => withDepth(1, words("RPUSH", MANY)(key)),
  },
  { name: "a small hash", encoding: "listpack", commands: pairs("HSET", 10, false) },
  { name: "a large hash", encoding: "hashtable", commands: pairs("HSET", MANY, false) },
  {
    name: "a set of few integers",
    encoding: "intset",
    commands: (key) => [["SADD", key, ...numbers(100)]],
  },
  { name: "a set of words", encoding: "hashtable", commands: words("SADD", MANY) },
  { name: "a small sorted set", encoding: "listpack", commands: pairs("ZADD", 10, true) },
  { name: "a large sorted set", encoding: "skiplist", commands: pairs("ZADD", MANY, true) },
];
