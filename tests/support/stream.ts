/**
 * A stream of random commands, right and wrong ones, that two servers must answer alike.
 *
 * Knows Redis' commands as words. Left out: commands whose reply is another server's own affair (INFO, CLIENT
 * LIST, TIME) or chance (RANDOMKEY), that wait for time to pass, or that change how many
 * replies come; and SET with a deadline in the past, whose key DBSIZE counts until somebody finds it.
 * Invariant: a seed gives one stream.
 *
 * @module
 */
import { Random } from "./random.ts";
import type { Argument } from "./resp_client.ts";

/** What stands for a random argument in a template. */
const PLACES: Readonly<Record<string, (random: Random) => Argument>> = {
  "{k}": (random) => `key:${random.below(24)}`,
  "{v}": anyValue,
  "{i}": (random) => random.pick(INTEGERS),
  "{n}": (random) => String(random.below(40) - 12),
  "{f}": (random) => random.pick(FLOATS),
  "{s}": (random) => random.pick(SECONDS),
  // Hardly ever twice the same, and never near one of the above: which of two is later is not left to a millisecond.
  "{own}": (random) =>
    random.once(4) ? random.pick(NO_SECONDS) : String(500 + 1000 * random.below(1e6)),
  "{ms}": (random) => random.pick(SECONDS) + (random.once(9) ? "x" : "000"),
  "{at}": (random) => random.pick(["1", "33177117420", "33177117421", "-5", "now", "0"]),
  "{later}": (random) => random.pick(["33177117421000", "33177117420999", "0", "-5", "now"]),
  "{db}": (random) => random.pick(["0", "0", "1", "2", "15", "16", "-1", "one"]),
  "{p}": (random) =>
    random.pick(["*", "key:1*", "key:[0-4]", "*:?", "", "k[^a]y:\\1*", "none", "[a"]),
  "{o}": (random) => random.pick(["0", "7", "100", "3001", "-1", "4294967296", "x"]),
  "{h}": (random) => `sketch:${random.below(5)}`,
  "{hash}": (random) => `hash:${random.below(5)}`,
  "{set}": (random) => `set:${random.below(5)}`,
  "{fm}": (random) => random.once(2) ? random.pick(INTEGERS) : `m${random.below(40)}`,
  "{num}": (random) => String(random.below(60) - 20),
  "{all}": (random) =>
    random.pick(["0", "100000", "9223372036854775807", "-9223372036854775808", "x"]),
  "{z}": (random) => random.pick(["zset:1", "zset:2", "zset:3", "zset:large", "key:1"]),
  "{sc}": (random) => random.once(3) ? random.pick(FLOATS) : String(random.below(400) - 100),
  "{m}": (random) => `m${random.below(20)}`,
  "{mm}": (random) => `m${random.below(400)}`,
  "{b}": (random) =>
    random.pick(["-inf", "+inf", "0", "(5", "(-3.5", "50", "(100", "300", "x", ""]),
  "{lex}": (random) => random.pick(["-", "+", "[m1", "(m5", "[m15", "[", "(n", "m1", ""]),
  "{l}": (random) => `list:${random.below(5)}`,
  "{e}": anyElement,
  "{side}": (random) => random.pick(["LEFT", "RIGHT", "left", "Right", "UP"]),
  "{g}": (random) => `geo:${random.below(4)}`,
  "{w}": (random) => `place:${random.below(12)}`,
  "{cond}": (random) => random.pick(["NX", "XX", "gt", "LT", "QQ"]),
};

const INTEGERS = [
  "0",
  "1",
  "-1",
  "7",
  "10",
  "255",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "4294967296",
  "40000",
  "+1",
  " 1",
  "1.5",
  "abc",
  "",
  "-0",
  "007",
]; // deno-fmt-ignore
const FLOATS = [
  "1.5", "-0.1", "3", "1e5", "1e-7", "123456789.987654321", "inf", "-inf", "nan", "x", "", " 1", "1e400",
  "0.1", "100000000000000000", "-3.0e3",
]; // deno-fmt-ignore
const NO_SECONDS = ["0", "-1", "9223372036854775807", "abc", "1.5"];
const SECONDS = [
  "1000",
  "5000",
  "86400",
  "0",
  "-1",
  "9223372036854775807",
  "99999999",
  "abc",
  "1.5",
];
const WORDS = [
  "",
  "a",
  "hello",
  "12345",
  "-7",
  "3.25",
  "00012",
  "9223372036854775807",
  "ohmytext",
  "mynewtext",
];

function anyValue(random: Random): Argument {
  switch (random.below(8)) {
    case 0:
      return String(random.below(100_000) - 50_000);
    case 1:
      return random.bytes(random.below(64));
    case 2:
      return "x".repeat(random.pick([39, 44, 45, 63, 64, 200, 513, 5000, 20_000]));
    default:
      return random.pick(WORDS);
  }
}

/** An element of a list: few short ones, so that they are met again, and some at the edges of their encodings. */
function anyElement(random: Random): Argument {
  switch (random.below(6)) {
    case 0:
      return random.pick(INTEGERS);
    case 1:
      return "e".repeat(random.pick([63, 64, 127, 128, 4095, 4096, 9000]));
    default:
      return random.pick(WORDS);
  }
}

/** String commands; those that come often are written often. */
const STRINGS = [
  "SET {k} {v}",
  "SET {k} {v}",
  "SET {k} {v}",
  "SET {k} {i}",
  "SET {k} {v} EX {s}",
  "SET {k} {v} PX {ms}",
  "SET {k} {v} EXAT {later}",
  "SET {k} {v} PXAT {later}",
  "SET {k} {v} NX",
  "SET {k} {v} XX GET",
  "SET {k} {v} GET",
  "SET {k} {v} KEEPTTL",
  "SET {k} {v} KEEPTTL EX 5",
  "SET {k} {v} NX XX",
  "SET {k} {v} EX",
  "SET {k} {v} FOO",
  "GET {k}",
  "GET {k}",
  "GET {k}",
  "GETSET {k} {v}",
  "GETDEL {k}",
  "GETEX {k}",
  "GETEX {k} EX {s}",
  "GETEX {k} PERSIST",
  "GETEX {k} PXAT {at}",
  "GETEX {k} EX 5 PERSIST",
  "SETNX {k} {v}",
  "SETEX {k} {s} {v}",
  "PSETEX {k} {ms} {v}",
  "APPEND {k} {v}",
  "STRLEN {k}",
  "SETRANGE {k} {n} {v}",
  "SETRANGE {k} {i} {v}",
  "GETRANGE {k} {n} {n}",
  "GETRANGE {k} {i} {i}",
  "SUBSTR {k} {n} {n}",
  "INCR {k}",
  "DECR {k}",
  "INCRBY {k} {i}",
  "DECRBY {k} {i}",
  "INCRBYFLOAT {k} {f}",
  "MGET {k} {k} {k}",
  "MSET {k} {v} {k} {v}",
  "MSET {k} {v} {k}",
  "MSETNX {k} {v} {k} {v}",
  "LCS {k} {k}",
  "LCS {k} {k} LEN",
  "LCS {k} {k} IDX",
  "LCS {k} {k} IDX MINMATCHLEN {n} WITHMATCHLEN",
  "LCS {k} {k} LEN IDX",
]; // deno-fmt-ignore

/** Commands on bits. */
const BITMAPS = [
  "SETBIT {k} {n} 1", "SETBIT {k} {o} 0", "SETBIT {k} {o} {i}", "GETBIT {k} {n}", "GETBIT {k} {o}", "BITCOUNT {k}",
  "BITCOUNT {k} {n} {n}", "BITCOUNT {k} {n} {n} BIT", "BITCOUNT {k} {i} {i} BYTE", "BITPOS {k} 0", "BITPOS {k} 1 {n}",
  "BITPOS {k} 0 {n} {n}", "BITPOS {k} 1 {n} {n} BIT", "BITOP AND {k} {k} {k}", "BITOP OR {k} {k} {k} {k}",
  "BITOP XOR {k} {k} {k}", "BITOP NOT {k} {k}", "BITFIELD {k} GET u8 {o} INCRBY i5 {n} {n}",
  "BITFIELD {k} OVERFLOW SAT SET u4 #{n} {n} OVERFLOW FAIL INCRBY i64 0 {i}", "BITFIELD_RO {k} GET i63 {o} GET u1 {n}",
]; // deno-fmt-ignore

/** Commands on HyperLogLogs. */
const SKETCHES = [
  "PFADD {h} {v} {v} {v}", "PFADD {h} {n}", "PFADD {h}", "PFADD {k} {v}", "PFCOUNT {h}", "PFCOUNT {h} {h} {h}",
  "PFCOUNT {k} {h}", "PFMERGE {h} {h} {h}", "PFMERGE {h} {k}", "PFDEBUG DECODE {h}", "PFDEBUG ENCODING {h}",
  "PFDEBUG FOO {h}", "GET {h}", "DEL {h}",
]; // deno-fmt-ignore

/** Commands on hashes; counts of random fields are such that nothing is left to chance. */
const HASHES = [
  "HSET {hash} {fm} {v}", "HSET {hash} {fm} {i} {fm} {i}", "HSET {hash} {fm} {i} {fm}", "HSET {k} {fm} {v}",
  "HMSET {hash} {fm} {i} {fm} {v}", "HSETNX {hash} {fm} {i}", "HGET {hash} {fm}", "HGET {k} {fm}", "HMGET {hash} {fm} {fm} {fm}",
  "HGETALL {hash}", "HKEYS {hash}", "HVALS {hash}", "HLEN {hash}", "HSTRLEN {hash} {fm}", "HEXISTS {hash} {fm}",
  "HDEL {hash} {fm} {fm} {fm}", "HDEL {k} {fm}", "HINCRBY {hash} {fm} {i}", "HINCRBYFLOAT {hash} {fm} {f}",
  "HRANDFIELD {hash} {all}", "HRANDFIELD {hash} {all} WITHVALUES", "HRANDFIELD nothing", "HSCAN {hash} 0 COUNT 100000",
  "HSCAN {hash} 0 MATCH m1* COUNT 100000", "HSCAN {hash} x", "HSCAN {hash} 0 COUNT {i}x", "OBJECT ENCODING {hash}",
  "DEL {hash}", "COPY {hash} {hash}", "RENAME {hash} {hash}", "CONFIG SET hash-max-listpack-entries {num}",
  "CONFIG SET hash-max-listpack-value 64", "CONFIG SET set-max-intset-entries {num}",
]; // deno-fmt-ignore

/** Commands on sets; likewise. */
const SETS = [
  "SADD {set} {fm}", "SADD {set} {num} {num} {num}", "SADD {set} {fm} {num} {v}", "SADD {k} {num}", "SREM {set} {fm} {num} {num}",
  "SISMEMBER {set} {fm}", "SMISMEMBER {set} {fm} {num} {fm}", "SCARD {set}", "SMEMBERS {set}", "SMEMBERS {k}",
  "SMOVE {set} {set} {num}", "SMOVE {set} {k} {num}", "SINTER {set} {set}", "SINTER {set} {set} {k}",
  "SINTERCARD 2 {set} {set} LIMIT {num}", "SINTERCARD {num} {set} {set}", "SINTERSTORE {set} {set} {set}",
  "SUNION {set} {set} {set}", "SUNIONSTORE {set} {set} {k}", "SUNIONSTORE {k} {set} {set}", "SDIFF {set} {set} {set}",
  "SDIFFSTORE {set} {set} {set}", "SPOP {set} {all}", "SPOP nothing", "SRANDMEMBER {set} {all}", "SRANDMEMBER nothing -4",
  "SSCAN {set} 0 COUNT 100000", "SSCAN {set} 0 MATCH *1* COUNT 100000", "SSCAN {set} 0 TYPE set", "OBJECT ENCODING {set}",
  "DEL {set}", "COPY {set} {set}",
]; // deno-fmt-ignore

/** Sorted sets. Ranges of members are asked of a key whose members have one score. */
const SORTED_SETS = [
  "ZADD {z} {sc} {m}", "ZADD {z} {sc} {m} {sc} {m}", "ZADD {z} NX {sc} {m}", "ZADD {z} XX CH {sc} {m}",
  "ZADD {z} GT CH {sc} {m}", "ZADD {z} LT {sc} {m}", "ZADD {z} INCR {sc} {m}", "ZADD {z} NX GT {sc} {m}",
  "ZADD zset:large {sc} {mm} {sc} {mm} {sc} {mm}", "ZADD zset:large {sc} {mm} {sc} {mm} {sc} {mm}",
  "ZADD zset:lex 0 {m} 0 {m} 0 {m}", "ZINCRBY {z} {sc} {m}", "ZREM {z} {m} {m}", "ZCARD {z}", "ZSCORE {z} {m}",
  "ZMSCORE {z} {m} {mm}", "ZRANK {z} {m}", "ZREVRANK {z} {mm}", "ZCOUNT {z} {b} {b}",
  "ZLEXCOUNT zset:lex {lex} {lex}", "ZRANGE {z} {n} {n}", "ZRANGE {z} {n} {n} REV WITHSCORES",
  "ZRANGE {z} {b} {b} BYSCORE LIMIT {n} {n}", "ZRANGE {z} {b} {b} BYSCORE REV WITHSCORES",
  "ZRANGE zset:lex {lex} {lex} BYLEX", "ZRANGE zset:lex {lex} {lex} BYLEX REV LIMIT {n} {n}",
  "ZREVRANGE {z} {n} {n} WITHSCORES", "ZRANGEBYSCORE {z} {b} {b} WITHSCORES LIMIT {n} {n}",
  "ZREVRANGEBYSCORE {z} {b} {b}", "ZRANGEBYLEX zset:lex {lex} {lex}", "ZREVRANGEBYLEX zset:lex {lex} {lex}",
  "ZRANGESTORE zset:3 {z} {n} {n}", "ZRANGESTORE zset:3 {z} {b} {b} BYSCORE", "ZREMRANGEBYRANK {z} {n} {n}",
  "ZREMRANGEBYSCORE {z} {b} {b}", "ZREMRANGEBYLEX zset:lex {lex} {lex}", "ZPOPMIN {z}", "ZPOPMAX {z} {n}",
  "ZMPOP 2 {z} {z} MIN", "ZMPOP 2 {z} {z} MAX COUNT {n}", "ZUNION 2 {z} {z} WITHSCORES",
  "ZUNION 2 {z} {z} WEIGHTS {sc} 2 AGGREGATE MAX WITHSCORES", "ZINTER 2 {z} {z} AGGREGATE MIN WITHSCORES",
  "ZDIFF 2 {z} {z}", "ZUNIONSTORE zset:2 2 {z} {z}", "ZINTERSTORE zset:1 2 {z} {z} WEIGHTS {sc} 1",
  "ZDIFFSTORE zset:3 2 {z} {z}", "ZINTERCARD 2 {z} {z}", "ZINTERCARD 2 {z} {z} LIMIT {n}", "ZRANDMEMBER none",
  "ZRANDMEMBER none {n}", "ZSCAN none 0", "ZSCAN {z} x", "OBJECT ENCODING {z}", "TYPE {z}",
]; // deno-fmt-ignore

/** SORT of keys whose order is not left to chance; sorted sets are left out, as Redis makes a skiplist of what it sorts. */
const SORTS = [
  "SORT {l}", "SORT {l} ALPHA", "SORT {l} DESC ALPHA LIMIT {n} {n}", "SORT {l} BY nosort LIMIT {n} {n}", "SORT {l} BY nosort DESC",
  "SORT {l} BY {k}* LIMIT {n} {n}", "SORT {l} BY *->f GET # GET {k}", "SORT {set} ALPHA", "SORT {set} ALPHA DESC STORE {l}",
  "SORT {set} BY nosort STORE {l}", "SORT {l} ALPHA GET * GET # STORE {l}",
  "SORT {k}", "SORT_RO {l} ALPHA", "SORT_RO {l} STORE {k}", "SORT {l} LIMIT {i} {i} ALPHA", "SORT {l} FOO",
]; // deno-fmt-ignore

/** Commands on places. */
const PLACES_ON_EARTH = [
  "GEOADD {g} {n} {n} {w}", "GEOADD {g} CH {n} {n} {w} {n} {n} {w}", "GEOADD {g} {f} {n} {w}", "GEODIST {g} {w} {w} km",
  "GEOHASH {g} {w} {w}", "GEOPOS {g} {w} {w}", "GEOPOS {k} {w}", "GEORADIUS {g} {n} {n} 500 km WITHDIST WITHCOORD",
  "GEORADIUSBYMEMBER {g} {w} {f} mi DESC COUNT 3", "GEOSEARCH {g} FROMLONLAT {n} {n} BYBOX 3000 900 km ASC WITHHASH",
  "GEOSEARCH {g} FROMMEMBER {w} BYRADIUS 9000 km COUNT 2 ANY", "GEOSEARCHSTORE {g} {g} FROMLONLAT 1 1 BYRADIUS {f} km",
]; // deno-fmt-ignore

/** Commands on keys of any type, and on their lives. */
const KEYS = [
  "DEL {k}", "DEL {k} {k}", "UNLINK {k} {k}", "EXISTS {k} {k} {k}", "TOUCH {k} {k}", "TYPE {k}",
  "RENAME {k} {k}", "RENAMENX {k} {k}", "COPY {k} {k}", "COPY {k} {k} REPLACE", "COPY {k} {k} DB {db}",
  "COPY {k} {k} DB {db} REPLACE", "MOVE {k} {db}", "EXPIRE {k} {s}", "EXPIRE {k} {own} {cond}",
  "EXPIRE {k} {own} {cond} {cond}", "PEXPIRE {k} {ms}", "EXPIREAT {k} {at}", "PEXPIREAT {k} {at}",
  "EXPIREAT {k} {at} {cond}", "TTL {k}", "PTTL {k}", "EXPIRETIME {k}", "PEXPIRETIME {k}", "PERSIST {k}",
  "KEYS {p}", "KEYS {p}", "SCAN 0 COUNT 1000", "SCAN 0 COUNT 1000 MATCH {p}",
  "SCAN 0 COUNT 1000 TYPE string", "SCAN 0 COUNT 1000 TYPE hash", "SCAN abc", "SCAN 0 COUNT {i}x",
  "SCAN 0 COUNT 0", "SCAN 0 COUNT 1000 MATCH", "OBJECT ENCODING {k}", "OBJECT REFCOUNT {k}", "OBJECT FREQ {k}",
  "OBJECT IDLETIME {k}", "WAIT 0 10", "WAIT x 1", "DBSIZE",
]; // deno-fmt-ignore

/** Commands on the connection and the server; rarer. */
const OTHERS = [
  "PING", "PING {v}", "ECHO {v}", "SELECT {db}", "SELECT 0", "HELLO", "HELLO 2", "HELLO 3", "HELLO 4",
  "HELLO x", "HELLO 3 AUTH default", "HELLO 3 SETNAME a", "HELLO 3 SETNAME {v}", "AUTH x", "AUTH default x",
  "AUTH nobody x", "AUTH a b c", "CLIENT SETNAME {v}", "CLIENT SETNAME ok", "CLIENT GETNAME", "CLIENT FOO",
  "CLIENT NO-EVICT on", "CLIENT NO-EVICT maybe", "CLIENT REPLY foo", "CLIENT KILL", "CLIENT KILL a:1",
  "CLIENT KILL ID {i}x", "CLIENT KILL FOO bar", "CLIENT LIST TYPE foo", "CLIENT LIST ID x",
  "CLIENT PAUSE abc", "CLIENT PAUSE 0 FOO", "CLIENT UNPAUSE", "RESET", "FLUSHDB", "FLUSHALL SYNC",
  "FLUSHDB FOO", "SWAPDB {db} {db}", "OBJECT FOO {k}", "OBJECT", "MEMORY FOO", "MEMORY USAGE {k}",
  "MEMORY USAGE {k} SAMPLES {n}", "CONFIG FOO", "CONFIG GET hash-max-listpack-entries", "CONFIG GET nothing",
  "CONFIG SET nothing 1", "CONFIG SET maxmemory abc", "CONFIG SET hz x", "CONFIG SET hz 10 hz 20",
  "COMMAND GETKEYS MSET a 1 b 2", "COMMAND GETKEYS PING", "COMMAND GETKEYS NOPE a", "COMMAND FOO", "COMMAND FOO a",
  "COMMAND INFO nope no", "COMMAND LIST FILTERBY FOO a", "DEBUG FOO", "INFO nothing", "NOPE {v} {v}", "nope",
  "SHUTDOWN FOO", "CLIENT NO-EVICT", "GET", "SET", "CONFIG GET", "COMMAND COUNT 1 2",
]; // deno-fmt-ignore

/** What stands between MULTI and its end; replies inside EXEC are compared as bytes, so no time left and no order of keys. */
const QUEUED = [
  ...STRINGS, ...STRINGS, "DEL {k} {k}", "EXISTS {k} {k}", "RENAME {k} {k}", "TYPE {k}", "DBSIZE", "PING {v}", "ECHO {v}",
  "SELECT {db}", "SELECT 0", "MOVE {k} {db}", "COPY {k} {k} DB {db}", "CONFIG GET hz", "CONFIG SET hz x", "CLIENT GETNAME",
  "MULTI", "WATCH {k}", "UNWATCH", "FLUSHDB", "SWAPDB {db} {db}",
]; // deno-fmt-ignore

/** What spoils a transaction. */
const SPOILING = ["NOPE {v}", "GET", "SHUTDOWN NOW", "CONFIG FOO", "DISCARD x"];

/** List commands, on lists and now and then on what is none. */
const LISTS = [
  "LPUSH {l} {e}",
  "RPUSH {l} {e}",
  "LPUSH {l} {e} {e} {e}",
  "RPUSH {l} {e} {e} {e} {e}",
  "LPUSH {k} {v}",
  "LPUSHX {l} {e}",
  "RPUSHX {l} {e} {e}",
  "LPOP {l}",
  "RPOP {l}",
  "LPOP {l} {n}",
  "RPOP {l} {i}",
  "LLEN {l}",
  "LLEN {k}",
  "LINDEX {l} {n}",
  "LINDEX {l} {i}",
  "LSET {l} {n} {e}",
  "LSET {l} {i} {e}",
  "LINSERT {l} BEFORE {e} {e}",
  "LINSERT {l} AFTER {e} {e}",
  "LINSERT {l} {side} {e} {e}",
  "LRANGE {l} 0 -1",
  "LRANGE {l} {n} {n}",
  "LRANGE {l} {i} {i}",
  "LTRIM {l} 1 -2",
  "LTRIM {l} {n} {n}",
  "LREM {l} {n} {e}",
  "LREM {l} {i} {e}",
  "LPOS {l} {e}",
  "LPOS {l} {e} RANK {n}",
  "LPOS {l} {e} RANK {i} COUNT {n}",
  "LPOS {l} {e} COUNT 0 MAXLEN {n}",
  "LPOS {l} {e} MAXLEN",
  "LMOVE {l} {l} {side} {side}",
  "LMOVE {l} {k} LEFT RIGHT",
  "RPOPLPUSH {l} {l}",
  "RPOPLPUSH {k} {l}",
  "LMPOP 2 {l} {l} {side}",
  "LMPOP 1 {l} LEFT COUNT {n}",
  "LMPOP {n} {l} {l} RIGHT COUNT {i}",
  "DEL {l}",
  "COPY {l} {l} REPLACE",
  "RENAME {l} {l}",
  "OBJECT ENCODING {l}",
  "TYPE {l}",
  "CONFIG SET list-max-listpack-size -2",
  "EXPIRE {l} {s}",
]; // deno-fmt-ignore

/**
 * Never spoilt: Redis' HELLO has set the name already when it finds what is wrong behind it, numakv's checks first; the
 * others leave their reply to chance without their count.
 */
const UNSPOILT = new Set(["HELLO", "HRANDFIELD", "SPOP", "SRANDMEMBER"]);

/** Templates by how often their kind comes, in thirty-firsts, each up to where the next begins. */
const FAMILIES: readonly (readonly [end: number, templates: readonly string[]])[] = [
  [6, STRINGS],
  [8, BITMAPS],
  [9, SKETCHES],
  [12, LISTS],
  [16, SORTED_SETS],
  [18, HASHES],
  [20, SETS],
  [22, PLACES_ON_EARTH],
  [23, SORTS],
  [28, KEYS],
];

/** Commands without end. */
export class CommandStream {
  readonly #random: Random;
  /** What is left of a transaction under way. */
  #transaction: Argument[][] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** The next command: one in 25 has an argument too few, too many or changed in case. */
  next(): Argument[] {
    const random = this.#random;
    const next = this.#transaction.shift();
    if (next !== undefined) return next;
    const kind = random.below(31);
    if (kind === 0 && random.once(3)) {
      this.#transaction = this.#begin();
      return this.next();
    }
    const template = random.pick(FAMILIES.find(([end]) => kind < end)?.[1] ?? OTHERS);
    const command = template.split(" ").map((word) => this.#fill(word));
    if (!random.once(25) || UNSPOILT.has(String(command[0]))) return command;
    const [name = "", ...rest] = command;
    if (random.once(3)) return [String(name).toLowerCase(), ...rest];
    if (random.once(2) || command.length === 2) return [...command, anyValue(random)];
    return command.slice(0, Math.max(1, command.length - 1));
  }

  /** The next `count` commands, or a few more: a transaction is not cut. */
  take(count: number): Argument[][] {
    const taken = Array.from({ length: count }, () => this.next());
    return [...taken, ...this.#transaction.splice(0)];
  }

  /** A transaction, watched or not, complete or given up. */
  #begin(): Argument[][] {
    const random = this.#random;
    const some = (count: number): string[] =>
      Array.from({ length: count }, () => random.pick(QUEUED));
    const templates = random.once(2) ? ["WATCH {k} {k}", ...some(random.below(2))] : [];
    templates.push("MULTI", ...some(random.below(6)));
    if (random.once(6)) templates.push(random.pick(SPOILING));
    templates.push(random.once(5) ? "DISCARD" : "EXEC");
    return templates.map((template) => template.split(" ").map((word) => this.#fill(word)));
  }

  #fill(word: string): Argument {
    const place = /\{\w+\}/.exec(word)?.[0];
    if (place === undefined) return word;
    const filled = PLACES[place]?.(this.#random) ?? word;
    return word === place ? filled : word.replace(place, String(filled));
  }
}
