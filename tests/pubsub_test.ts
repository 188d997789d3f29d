/**
 * Publish and subscribe over sockets: across listeners, beside redis-server, with slow readers.
 *
 * Knows sockets and replies. Invariant: what a test compares with redis-server it compares to the last byte, but for times
 * and addresses.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startRedis } from "./support/redis_server.ts";
import { type Argument, concat, encodeCommand, RespClient, Tagged } from "./support/resp_client.ts";
import { type Server, startServer } from "./support/server.ts";

const decoder = new TextDecoder("latin1");
const MB = 1 << 20;

/** A client whose every answer is kept as bytes, pushes and all: a PING of its own ends each step. */
class Transcriber implements Disposable {
  readonly #buffer = new Uint8Array(65536);
  #text = "";
  #steps = 0;

  private constructor(readonly connection: Deno.Conn) {}

  static async connect(server: Server): Promise<Transcriber> {
    return new Transcriber(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  }

  /** What came since the last step, and the answers to `commands`. */
  async step(...commands: readonly (readonly Argument[])[]): Promise<string> {
    const mark = `mark-${this.#steps++}`;
    commands = [...commands, ["PING", mark]];
    await this.connection.write(concat(commands.map(encodeCommand)));
    while (!this.#text.endsWith(`${mark}\r\n`)) {
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Error(`closed after ${JSON.stringify(this.#text)}`);
      this.#text += decoder.decode(this.#buffer.subarray(0, count));
    }
    const text = this.#text;
    this.#text = "";
    return text;
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}

/** One step of a conversation: which client, and what it says, commands parted by `;`; nothing to only listen. */
type Step = readonly [client: number, command?: string];

/** Runs a conversation of three clients and answers what each step brought. */
async function converse(server: Server, steps: readonly Step[]): Promise<string[]> {
  using stack = new DisposableStack();
  const clients: Transcriber[] = [];
  for (let index = 0; index < 3; index++) {
    clients.push(stack.use(await Transcriber.connect(server)));
  }
  const heard: string[] = [];
  for (const [index, command] of steps) {
    const commands = command === undefined ? [] : command.split(" ; ");
    const text = await clients[index]!.step(...commands.map((one) => one.split(" ")));
    heard.push(`${index} ${command ?? "listens"}: ${text}`);
  }
  return heard;
}

const PROTOCOL_2: readonly Step[] = [
  [0, "SUBSCRIBE a b a"],
  [0, "PSUBSCRIBE h?llo x*"],
  [1, "SSUBSCRIBE a s"],
  [2, "PUBLISH a one"],
  [2, "PUBLISH hello two"],
  [2, "SPUBLISH a three"],
  [2, "SPUBLISH none three"],
  [0],
  [1],
  [0, "GET k"],
  [0, "CLIENT GETNAME"],
  [0, "NOSUCH"],
  [0, "PING"],
  [0, "PING a b"],
  [0, "HELLO 3"],
  [0, "SUBSCRIBE"],
  [2, "MULTI ; PUBLISH a queued ; SPUBLISH a queued ; PUBSUB NUMPAT ; EXEC"],
  [0],
  [1],
  [2, "PUBSUB CHANNELS [^a]"],
  [2, "PUBSUB CHANNELS b*"],
  [2, "PUBSUB CHANNELS a b"],
  [2, "PUBSUB NUMSUB a b c"],
  [2, "PUBSUB NUMSUB"],
  [2, "PUBSUB NUMPAT"],
  [2, "PUBSUB NUMPAT x"],
  [2, "PUBSUB SHARDCHANNELS s*"],
  [2, "PUBSUB SHARDNUMSUB a s x"],
  [2, "PUBSUB NOSUCH"],
  [2, "PUBSUB"],
  [2, "PUBLISH a"],
  [2, "UNSUBSCRIBE"],
  [2, "UNSUBSCRIBE x y"],
  [2, "PUNSUBSCRIBE"],
  [2, "SUNSUBSCRIBE"],
  [0, "UNSUBSCRIBE b c"],
  [0, "PUNSUBSCRIBE x*"],
  [2, "PUBLISH a four"],
  [0, "UNSUBSCRIBE a"],
  [0, "PUNSUBSCRIBE"],
  [0, "PING"],
  [1, "SUNSUBSCRIBE s"],
  [1, "RESET"],
  [1, "PING"],
  [2, "PUBLISH a five"],
  [2, "PUBSUB CHANNELS"],
  [2, "PUBSUB SHARDCHANNELS"],
  [0],
];

const PROTOCOL_3: readonly Step[] = [
  [0, "CLIENT SETNAME zero"],
  [0, "SUBSCRIBE a"],
  [0, "RESET"],
  [1, "SET notify 1"],
  [2, "CONFIG SET notify-keyspace-events KEA"],
  [0, "PSUBSCRIBE __key*"],
  [1, "SET k v"],
  [1, "APPEND k w"],
  [1, "EXPIRE k 100"],
  [1, "DEL k"],
  [0],
  [2, "CONFIG SET notify-keyspace-events Elg$m"],
  [2, "CONFIG GET notify-keyspace-events"],
  [1, "SET k v"],
  [1, "GET none"],
  [0],
  [2, "CONFIG SET notify-keyspace-events xxAE"],
  [2, "CONFIG GET notify-keyspace-events"],
  [2, "CONFIG SET notify-keyspace-events q"],
  [2, "CONFIG SET client-output-buffer-limit none"],
  [2, "CONFIG GET client-output-buffer-limit"],
];

for (const listeners of [1, 2]) {
  Deno.test(`conversations are redis-server's, ${listeners} listener(s)`, async () => {
    await using ours = await startServer({ listeners, topology: "fake:2" });
    await using theirs = await startRedis();
    for (const steps of [PROTOCOL_2, PROTOCOL_3]) {
      assertEquals(await converse(ours, steps), await converse(theirs, steps));
    }
  });
}

Deno.test("RESP3 pushes, to oneself too, are redis-server's", async () => {
  await using ours = await startServer();
  await using theirs = await startRedis();
  const talk = async (server: Server): Promise<string> => {
    using client = await Transcriber.connect(server);
    using other = await Transcriber.connect(server);
    let text = (await client.step(["HELLO", "3"])).replace(/id\r\n:\d+/, "id");
    const commands = [
      "SUBSCRIBE a b",
      "PSUBSCRIBE a*",
      "SSUBSCRIBE a",
      "PUBLISH a self",
      "SPUBLISH a self",
      "SET k v",
      "GET k",
      "PING x",
      "UNSUBSCRIBE a",
      "PUNSUBSCRIBE",
      "UNSUBSCRIBE",
      "UNSUBSCRIBE",
    ];
    for (const command of commands) {
      text += await client.step(command.split(" "));
      text += await other.step(["PUBLISH", "b", "other"]);
      text += await client.step();
    }
    return text;
  };
  assertEquals((await talk(ours)).split("\r\n"), (await talk(theirs)).split("\r\n"));
});

/** Subscribers until both listeners have some. */
async function subscribers(server: Server, stack: DisposableStack): Promise<RespClient[]> {
  const clients: RespClient[] = [];
  const listeners = new Set<string>();
  while (listeners.size < 2 || clients.length < 10) {
    assert(clients.length < 100, "100 connections came to one listener");
    const client = stack.use(await RespClient.connect(server.port));
    const info = String(await client.call("CLIENT", "INFO"));
    listeners.add(/listener=(\S+)/.exec(info)?.[1] ?? "");
    clients.push(client);
  }
  return clients;
}

Deno.test("all subscribers of both listeners hear all publishers in one order", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using stack = new DisposableStack();
  const clients = await subscribers(server, stack);
  for (const client of clients) {
    assertEquals(await client.call("SUBSCRIBE", "c"), ["subscribe", "c", 1]);
  }
  const each = 500;
  const publish = async (who: number): Promise<void> => {
    using publisher = await RespClient.connect(server.port);
    for (let from = 0; from < each; from += 50) {
      const batch = Array.from(
        { length: 50 },
        (_, index) => ["PUBLISH", "c", `${who}:${from + index}`],
      );
      const replies = await publisher.pipeline(batch);
      assertEquals(new Set(replies), new Set([clients.length]));
    }
  };
  const hear = async (client: RespClient): Promise<string[]> => {
    const heard: string[] = [];
    while (heard.length < 3 * each) heard.push(String((await client.read() as string[])[2]));
    return heard;
  };
  const hearing = clients.map(hear);
  await Promise.all([0, 1, 2].map(publish));
  const [first, ...others] = await Promise.all(hearing);
  for (const other of others) assertEquals(other, first);
  for (const who of [0, 1, 2]) {
    const own = first!.filter((text) => text.startsWith(`${who}:`));
    assertEquals(own, Array.from({ length: each }, (_, index) => `${who}:${index}`));
  }
});

Deno.test("large messages reach slow readers whole, and nobody waits for them", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using slow = await RespClient.connect(server.port);
  using quick = await RespClient.connect(server.port);
  using publisher = await RespClient.connect(server.port);
  await slow.call("SUBSCRIBE", "c");
  await quick.call("SUBSCRIBE", "c");
  const text = "x".repeat(MB);
  for (let index = 0; index < 20; index++) {
    assertEquals(await publisher.call("PUBLISH", "c", `${index}${text}`), 2);
    assertEquals((await quick.read() as string[])[2]?.length, `${index}`.length + MB);
  }
  const list = String(await publisher.call("CLIENT", "LIST", "TYPE", "pubsub"));
  const waiting = [...list.matchAll(/omem=(\d+)/g)].map((match) => Number(match[1]));
  assert(Math.max(...waiting) > MB, list);
  for (let index = 0; index < 20; index++) {
    assertEquals(await slow.read(), ["message", "c", `${index}${text}`]);
  }
});

Deno.test("who leaves more unread than client-output-buffer-limit is closed", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  using lazy = await RespClient.connect(server.port);
  using publisher = await RespClient.connect(server.port);
  await publisher.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 4mb 0 0");
  await lazy.call("SUBSCRIBE", "c");
  const text = "x".repeat(100_000);
  let published = 0;
  while (await publisher.call("PUBLISH", "c", text) === 1) published++;
  assert(published > 40 && published < 1000, `${published}`);
  assertEquals(await publisher.call("CLIENT", "LIST", "TYPE", "pubsub"), "");
  const heard = await drained(lazy);
  assert(heard < published * text.length, "it was closed before it had everything");
  await logged(server, /Client id=\d+ .* scheduled to be closed ASAP for overcoming of output/);
});

Deno.test("the soft limit closes who stays above it, without further messages", async () => {
  await using server = await startServer();
  using lazy = await RespClient.connect(server.port);
  using publisher = await RespClient.connect(server.port);
  await publisher.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 1mb 1");
  await lazy.call("SUBSCRIBE", "c");
  const text = "x".repeat(MB);
  for (let index = 0; index < 16; index++) await publisher.call("PUBLISH", "c", text);
  assertMatch(String(await publisher.call("CLIENT", "LIST", "TYPE", "pubsub")), /sub=1/);
  const started = performance.now();
  while (await publisher.call("CLIENT", "LIST", "TYPE", "pubsub") !== "") {
    assert(performance.now() - started < 10_000, "it is still there");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await drained(lazy);
});

/** Bytes until the server closes. */
async function drained(client: RespClient): Promise<number> {
  const buffer = new Uint8Array(65536);
  let bytes = 0;
  for (;;) {
    const count = await client.connection.read(buffer).catch(() => null);
    if (count === null) return bytes;
    bytes += count;
  }
}

/** Waits for a line of the server's log. */
async function logged(server: Server, line: RegExp): Promise<void> {
  const started = performance.now();
  while (!line.test(server.process.log)) {
    assert(performance.now() - started < 5000, `not in the log: ${line}\n${server.process.log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("keys that expire unasked are told of", async () => {
  await using server = await startServer({ "notify-keyspace-events": "Ex", listeners: 2 });
  using listener = await RespClient.connect(server.port);
  using client = await RespClient.connect(server.port);
  await listener.call("HELLO", "3");
  await listener.call("SUBSCRIBE", "__keyevent@0__:expired");
  await client.call("SET", "short", "v", "PX", "20");
  const push = await listener.read();
  assertEquals(push, new Tagged("push", ["message", "__keyevent@0__:expired", "short"]));
});

/** A conversation, and what a monitor shows of it, without times and addresses. */
async function monitored(server: Server): Promise<string> {
  using monitor = await RespClient.connect(server.port);
  assertEquals(await monitor.call("MONITOR"), "OK");
  using client = await RespClient.connect(server.port);
  const commands: Argument[][] = [
    ["SET", "k", new Uint8Array([0, 7, 8, 9, 10, 13, 34, 92, 127, 200, 65])],
    ["GET", "k"],
    ["SELECT", "2"],
    ["INCR", "n"],
    ["INCR"],
    ["NOSUCH", "x"],
    ["AUTH", "secret"],
    ["AUTH", "user", "secret"],
    ["AUTH", "a", "b", "c"],
    ["HELLO", "3", "AUTH", "default", "secret", "SETNAME", "x"],
    ["HELLO", "2"],
    ["CONFIG", "GET", "port"],
    ["CLIENT", "GETNAME"],
    ["CLIENT", "LIST"],
    ["PUBLISH", "a", "b"],
    ["INFO", "server"],
    ["COMMAND", "COUNT"],
    ["DEBUG", "SLEEP", "0"],
    ["DBSIZE"],
    ["MULTI"],
    ["SET", "k", "v"],
    ["CONFIG", "GET", "port"],
    ["SELECT", "1"],
    ["exec"],
    ["MULTI"],
    ["NOSUCH"],
    ["EXEC"],
    ["MULTI"],
    ["DISCARD"],
    ["RESET"],
    ["PING", "last"],
  ];
  await client.pipeline(commands);
  let lines = "";
  while (!lines.includes('"last"')) lines += `${String(await monitor.read())}\n`;
  lines += Deno.inspect(await monitor.call("GET", "k")) +
    Deno.inspect(await monitor.call("DBSIZE"));
  assertMatch(String(await client.call("CLIENT", "LIST")), /flags=O /);
  assertEquals(await monitor.call("RESET"), "RESET");
  await client.call("PING");
  assertEquals(await monitor.call("PING"), "PONG");
  return lines.replaceAll(/\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/g, "[$1]");
}

Deno.test("MONITOR shows what redis-server's does", async () => {
  await using ours = await startServer({ listeners: 2, topology: "fake:2" });
  await using theirs = await startRedis();
  assertEquals((await monitored(ours)).split("\n"), (await monitored(theirs)).split("\n"));
});

Deno.test("who listens may be idle longer than timeout", async () => {
  await using server = await startServer({ timeout: 1 });
  using listener = await RespClient.connect(server.port);
  using monitor = await RespClient.connect(server.port);
  using idle = await RespClient.connect(server.port);
  await listener.call("SUBSCRIBE", "c");
  await monitor.call("MONITOR");
  await idle.call("PING");
  assertEquals(await idle.closed(), true);
  using publisher = await RespClient.connect(server.port);
  assertEquals(await publisher.call("PUBLISH", "c", "x"), 1);
  assertEquals(await listener.read(), ["message", "c", "x"]);
  assertMatch(String(await monitor.read()), /"PING"$/);
});

Deno.test("CLIENT LIST and INFO show subscriptions", async () => {
  await using server = await startServer({ listeners: 2 });
  using one = await RespClient.connect(server.port);
  using two = await RespClient.connect(server.port);
  await one.call("SUBSCRIBE", "a");
  await one.call("PSUBSCRIBE", "b*");
  await one.call("SSUBSCRIBE", "s");
  const list = String(await two.call("CLIENT", "LIST", "TYPE", "pubsub"));
  assertStringIncludes(list, "flags=P db=0 sub=1 psub=1 ssub=1 ");
  const info = String(await two.call("INFO", "stats"));
  for (const name of ["pubsub_channels", "pubsub_patterns", "pubsubshard_channels"]) {
    assertStringIncludes(info, `${name}:1\r\n`);
  }
  assertEquals(await two.call("CLIENT", "KILL", "TYPE", "pubsub"), 1);
  assertEquals(await two.call("PUBLISH", "a", "x"), 0);
});
