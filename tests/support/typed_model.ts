/**
 * Values of every type as plain collections: random commands to one key, each with the reply it must have.
 *
 * Knows commands and replies as words. Invariant: after a command the model is what the key must be.
 *
 * @module
 */
import type { Random } from "./random.ts";
import type { Reply } from "./resp_reader.ts";

/** A command and its reply; a reply without order is compared sorted. */
export interface Step {
  readonly command: readonly string[];
  readonly wanted: Reply;
  readonly unordered?: boolean;
}

/** What a key holds, beside the server. */
export interface Model {
  /** How much it holds: bytes of a string, elements of anything else. */
  readonly size: number;
  /** Reads all of it. */
  read(): Step;
  /** Reads or changes a part of it, of `many` elements at most. */
  step(random: Random, many: number): Step;
}

/** Names that elements have, so that some are there and some are not. */
const NAMES = 12_000;

function word(random: Random, longest: number): string {
  return "abcdefghij".charAt(random.below(10)).repeat(1 + random.below(longest));
}

function several(count: number, make: () => string): string[] {
  return Array.from({ length: count }, make);
}

class Text implements Model {
  #text = "";
  constructor(readonly key: string) {}

  get size(): number {
    return this.#text.length;
  }

  read(): Step {
    return { command: ["GET", this.key], wanted: this.#text === "" ? null : this.#text };
  }

  step(random: Random, many: number): Step {
    const more = word(random, many * 200);
    switch (random.below(6)) {
      case 0:
        this.#text = more;
        return { command: ["SET", this.key, more], wanted: "OK" };
      case 1: {
        const at = random.below(this.size + 20);
        const padded = this.#text.padEnd(at, "\0");
        this.#text = padded.slice(0, at) + more + padded.slice(at + more.length);
        return { command: ["SETRANGE", this.key, `${at}`, more], wanted: this.size };
      }
      case 2: {
        const at = random.below(this.size + 1);
        const wanted = this.#text.slice(at, at + 500);
        return { command: ["GETRANGE", this.key, `${at}`, `${at + 499}`], wanted };
      }
      default:
        this.#text += more;
        return { command: ["APPEND", this.key, more], wanted: this.size };
    }
  }
}

class List implements Model {
  #items: string[] = [];
  constructor(readonly key: string) {}

  get size(): number {
    return this.#items.length;
  }

  read(): Step {
    return { command: ["LRANGE", this.key, "0", "-1"], wanted: [...this.#items] };
  }

  step(random: Random, many: number): Step {
    const at = random.below(Math.max(1, this.size));
    switch (random.below(6)) {
      case 0: {
        const more = several(1 + random.below(many), () => word(random, 60));
        this.#items = [...more.toReversed(), ...this.#items];
        return { command: ["LPUSH", this.key, ...more], wanted: this.size };
      }
      case 1:
        return { command: ["LPOP", this.key], wanted: this.#items.shift() ?? null };
      case 2:
        return { command: ["RPOP", this.key], wanted: this.#items.pop() ?? null };
      case 3:
        if (this.size > 0) {
          const item = word(random, 90);
          this.#items[at] = item;
          return { command: ["LSET", this.key, `${at}`, item], wanted: "OK" };
        }
        return { command: ["LINDEX", this.key, `${at}`], wanted: null };
      default: {
        const more = several(1 + random.below(many), () => word(random, 60));
        this.#items.push(...more);
        return { command: ["RPUSH", this.key, ...more], wanted: this.size };
      }
    }
  }
}

class Hash implements Model {
  readonly #fields = new Map<string, string>();
  constructor(readonly key: string) {}

  get size(): number {
    return this.#fields.size;
  }

  read(): Step {
    return {
      command: ["HGETALL", this.key],
      wanted: [...this.#fields].flat().sort(),
      unordered: true,
    };
  }

  step(random: Random, many: number): Step {
    const field = `f${random.below(NAMES)}`;
    switch (random.below(4)) {
      case 0:
        return { command: ["HGET", this.key, field], wanted: this.#fields.get(field) ?? null };
      case 1: {
        const gone = random.once(2) ? field : this.#fields.keys().next().value ?? field;
        return { command: ["HDEL", this.key, gone], wanted: Number(this.#fields.delete(gone)) };
      }
      default: {
        const before = this.size;
        const pairs = several(1 + random.below(many), () => `f${random.below(NAMES)}`)
          .flatMap((name) => [name, word(random, 70)]);
        for (let at = 0; at < pairs.length; at += 2) {
          this.#fields.set(pairs[at] ?? "", pairs[at + 1] ?? "");
        }
        return { command: ["HSET", this.key, ...pairs], wanted: this.size - before };
      }
    }
  }
}

class Members implements Model {
  readonly #members = new Set<string>();

  /** @param prefix of each member; without one they are whole numbers, which are stored otherwise */
  constructor(readonly key: string, readonly prefix: string) {}

  get size(): number {
    return this.#members.size;
  }

  read(): Step {
    return {
      command: ["SMEMBERS", this.key],
      wanted: [...this.#members].sort(),
      unordered: true,
    };
  }

  step(random: Random, many: number): Step {
    const member = `${this.prefix}${random.below(NAMES)}`;
    switch (random.below(4)) {
      case 0:
        return {
          command: ["SISMEMBER", this.key, member],
          wanted: Number(this.#members.has(member)),
        };
      case 1: {
        const gone = random.once(2) ? member : this.#members.values().next().value ?? member;
        return { command: ["SREM", this.key, gone], wanted: Number(this.#members.delete(gone)) };
      }
      default: {
        const before = this.size;
        const more = several(1 + random.below(many), () => `${this.prefix}${random.below(NAMES)}`);
        more.forEach((name) => this.#members.add(name));
        return { command: ["SADD", this.key, ...more], wanted: this.size - before };
      }
    }
  }
}

class Scores implements Model {
  readonly #scores = new Map<string, number>();
  constructor(readonly key: string) {}

  get size(): number {
    return this.#scores.size;
  }

  read(): Step {
    const all = [...this.#scores].sort(([one, low], [other, high]) =>
      low - high || (one < other ? -1 : 1)
    );
    const wanted = all.flatMap(([member, score]) => [member, `${score}`]);
    return { command: ["ZRANGE", this.key, "0", "-1", "WITHSCORES"], wanted };
  }

  step(random: Random, many: number): Step {
    const member = `z${random.below(NAMES)}`;
    switch (random.below(5)) {
      case 0: {
        const score = this.#scores.get(member);
        const wanted = score === undefined ? null : `${score}`;
        return { command: ["ZSCORE", this.key, member], wanted };
      }
      case 1: {
        const gone = random.once(2) ? member : this.#scores.keys().next().value ?? member;
        return { command: ["ZREM", this.key, gone], wanted: Number(this.#scores.delete(gone)) };
      }
      case 2: {
        const score = (this.#scores.get(member) ?? 0) + 7;
        this.#scores.set(member, score);
        return { command: ["ZINCRBY", this.key, "7", member], wanted: `${score}` };
      }
      default: {
        const before = this.size;
        const pairs: string[] = [];
        for (let left = 1 + random.below(many); left > 0; left--) {
          const [name, score] = [`z${random.below(NAMES)}`, random.below(500) - 250];
          this.#scores.set(name, score);
          pairs.push(`${score}`, name);
        }
        return { command: ["ZADD", this.key, ...pairs], wanted: this.size - before };
      }
    }
  }
}

/** Types that keys have. */
export const KINDS = ["text", "list", "hash", "numbers", "members", "scores"] as const;

/** The model of a key of a type, which is not there yet. */
export function modelOf(kind: (typeof KINDS)[number], key: string): Model {
  switch (kind) {
    case "text":
      return new Text(key);
    case "list":
      return new List(key);
    case "hash":
      return new Hash(key);
    case "numbers":
      return new Members(key, "");
    case "members":
      return new Members(key, "m");
    case "scores":
      return new Scores(key);
  }
}
