/**
 * numakv beside redis-server: the same random commands, the same replies, byte for byte.
 *
 * Knows which replies may differ and in what: time left may be a little less, an order or an identity another. Invariant:
 * every other reply is equal to the last byte. A failing run prints its seed and the commands that led there.
 *
 * @module
 */
import { assertEquals, fail } from "@std/assert";
import { startRedis } from "./support/redis_server.ts";
import type { Argument } from "./support/resp_client.ts";
import { type Reply, Tagged } from "./support/resp_reader.ts";
import { type Server, startServer } from "./support/server.ts";
import { CommandStream } from "./support/stream.ts";
import { Random } from "./support/random.ts";
import { WireClient, type WireReply } from "./support/wire_client.ts";

const FULL = Deno.env.get("NUMAKV_TEST_FULL") === "1";
const COMMANDS = FULL ? 200_000 : 20_000;
const CLIENTS = 4;
/** How far apart two servers may see the time of one command, in milliseconds. */
const SLACK_MS = 20_000;

/** How two replies to one command are compared, where bytes cannot be. */
type Comparer = (ours: Reply, theirs: Reply) => boolean;

const near = (unit_ms: number): Comparer => (ours, theirs) => {
  if (ours === theirs) return true;
  if (!isCount(ours) || !isCount(theirs)) return false;
  return Math.abs(Number(ours) - Number(theirs)) * unit_ms <= SLACK_MS;
};

function isCount(reply: Reply): reply is number | bigint {
  return (typeof reply === "number" || typeof reply === "bigint") && reply >= 0;
}

const sameText: Comparer = (ours, theirs) =>
  Deno.inspect(ours, WHOLE) === Deno.inspect(theirs, WHOLE);
const WHOLE = { depth: 9, iterableLimit: 1e6, strAbbreviateSize: 1e6 };

/** Equal once keys, fields or members are in one order; pairs stay together where the protocol keeps them so. */
const anyOrder: Comparer = (ours, theirs) => sameText(sorted(ours), sorted(theirs));

function sorted(reply: Reply): Reply {
  if (reply instanceof Map) return [...reply].map((pair) => Deno.inspect(pair, WHOLE)).toSorted();
  if (reply instanceof Tagged && Array.isArray(reply.value)) return sorted([...reply.value]);
  if (!Array.isArray(reply)) return reply;
  if (reply.every((each) => typeof each === "string")) return reply.toSorted();
  if (!reply.every(Array.isArray)) return reply.map(sorted);
  return reply.map((pair) => Deno.inspect(pair, WHOLE)).toSorted();
}

/** Both have one, or both have none. */
const sameKind: Comparer = (ours, theirs) =>
  typeof ours === typeof theirs && (ours === null) === (theirs === null);

/** Equal but for the connection's number. */
const sameGreeting: Comparer = (ours, theirs) => sameText(withoutId(ours), withoutId(theirs));

function withoutId(reply: Reply): Reply {
  if (reply instanceof Map) return withoutId([...reply].flat());
  if (!Array.isArray(reply)) return reply;
  return reply.map((each, index) => reply[index - 1] === "id" ? 0 : each);
}

const COMPARERS: Readonly<Record<string, Comparer>> = {
  TTL: near(1000),
  PTTL: near(1),
  EXPIRETIME: near(1000),
  PEXPIRETIME: near(1),
  "OBJECT IDLETIME": near(1000),
  "OBJECT REFCOUNT": sameKind,
  KEYS: anyOrder,
  SCAN: anyOrder,
  HGETALL: anyOrder,
  HKEYS: anyOrder,
  HVALS: anyOrder,
  HRANDFIELD: anyOrder,
  HSCAN: anyOrder,
  SMEMBERS: anyOrder,
  SINTER: anyOrder,
  SUNION: anyOrder,
  SDIFF: anyOrder,
  SPOP: anyOrder,
  SRANDMEMBER: anyOrder,
  SSCAN: anyOrder,
  "MEMORY USAGE": sameKind,
  HELLO: sameGreeting,
};

function alike(command: readonly Argument[], ours: WireReply, theirs: WireReply): boolean {
  if (sameBytes(ours.bytes, theirs.bytes)) return true;
  const name = String(command[0]).toUpperCase();
  const compare = COMPARERS[`${name} ${String(command[1]).toUpperCase()}`] ?? COMPARERS[name];
  return compare?.(ours.value, theirs.value) ?? false;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Redis' SORT takes a number for too large when errno still says so of another one; this clears it. */
const CLEARS: Argument[] = ["BLPOP", "none", "nan"];

/** What redis-server answers to the commands. */
async function ofRedis(their: WireClient, commands: Argument[][]): Promise<WireReply[]> {
  const isSort = (command: Argument[]): boolean => /^sort/i.test(String(command[0]));
  const sent = commands.flatMap((command) => isSort(command) ? [CLEARS, command] : [command]);
  const replies = await their.exchange(sent);
  return replies.filter((_, index) => sent[index] !== CLEARS);
}

/** Sends one stream to both servers, over several connections in turn, in pipelines of 1 to 40 commands. */
async function compare(ours: Server, theirs: Server, seed: number, count: number): Promise<void> {
  const stream = new CommandStream(seed);
  const random = new Random(seed + 1);
  using connections = new DisposableStack();
  const pairs: [WireClient, WireClient][] = [];
  for (let index = 0; index < CLIENTS; index++) {
    const pair: [WireClient, WireClient] = [
      connections.use(await WireClient.connect(ours.port)),
      connections.use(await WireClient.connect(theirs.port)),
    ];
    pairs.push(pair);
  }
  for (let done = 0; done < count;) {
    const commands = stream.take(1 + random.below(40));
    const [our, their] = random.pick(pairs);
    const [got, want] = await Promise.all([our.exchange(commands), ofRedis(their, commands)]);
    commands.forEach((command, index) => {
      const [mine, yours] = [got[index], want[index]];
      if (mine === undefined || yours === undefined) throw new Error("A reply is missing");
      if (alike(command, mine, yours)) return;
      const path = commands.slice(Math.max(0, index - 5), index + 1).map(shown).join("\n");
      const where = `seed ${seed}, command ${done + index}; the last of\n${path}`;
      fail(`${where}\nnumakv: ${shown(mine.bytes)}\nredis:  ${shown(yours.bytes)}`);
    });
    done += commands.length;
  }
  // What all of it has led to, in every database: Redis' own digest.
  const [[our, their] = fail("No connection")] = pairs;
  const ask: Argument[][] = [["HELLO", "2"], ["DEBUG", "DIGEST"]];
  const [got, want] = await Promise.all([our.exchange(ask), their.exchange(ask)]);
  assertEquals(got[1]?.value, want[1]?.value, `contents differ, seed ${seed}`);
}

const SHOWN_CHARS = 300;

function shown(what: Uint8Array | readonly Argument[]): string {
  if (!(what instanceof Uint8Array)) return what.map((each) => plain(each)).join(" ");
  return plain(what);
}

/** Bytes as a quoted string, its middle left out when it is long. */
function plain(what: Argument): string {
  const readable = what instanceof Uint8Array ? new TextDecoder("latin1").decode(what) : what;
  const quoted = JSON.stringify(readable);
  if (quoted.length <= 2 * SHOWN_CHARS) return quoted;
  return `${quoted.slice(0, SHOWN_CHARS)}…${quoted.slice(-SHOWN_CHARS)}`;
}

const DEBUG = { "enable-debug-command": "yes" };

for (const [listeners, seed] of [[1, 20_260], [2, 77]] as const) {
  Deno.test(`replies are redis-server's, ${listeners} listener(s), seed ${seed}`, async () => {
    await using ours = await startServer({ listeners, topology: "fake:2", ...DEBUG });
    await using theirs = await startRedis(DEBUG);
    await compare(ours, theirs, seed, COMMANDS);
  });
}
