/**
 * A chat over publish and subscribe, written as a user of ioredis would; and what clients do with subscriptions by themselves.
 *
 * Knows the clients' public interfaces. Invariant: no client is told that it talks to anything but Redis.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { startServer } from "./support/server.ts";

/** What was said in a room. */
interface Said {
  readonly room: string;
  readonly who: string;
  readonly text: string;
}

/** A member of a chat: one connection to speak, one to listen, as Redis asks for. */
class Member implements AsyncDisposable {
  readonly heard: Said[] = [];
  readonly #speaker: Redis;
  readonly #listener: Redis;
  #changed: () => void = () => {};

  constructor(port: number, readonly name: string) {
    this.#speaker = new Redis({ port });
    this.#listener = new Redis({ port });
    this.#listener.on("message", (_channel: string, text: string) => this.#hear(text));
    this.#listener.on("pmessage", (_pattern: string, _channel: string, text: string) => {
      this.#hear(text);
    });
  }

  async join(room: string): Promise<void> {
    await this.#listener.subscribe(`chat:${room}`);
    await this.say(room, "(came in)");
  }

  async leave(room: string): Promise<void> {
    await this.#listener.unsubscribe(`chat:${room}`);
    await this.say(room, "(left)");
  }

  /** Listens to every room. */
  async moderate(): Promise<void> {
    await this.#listener.psubscribe("chat:*");
  }

  /** How many heard it. */
  async say(room: string, text: string): Promise<number> {
    const said: Said = { room, who: this.name, text };
    await this.#speaker.incr(`said:${this.name}`);
    return await this.#speaker.publish(`chat:${room}`, JSON.stringify(said));
  }

  /** Rooms somebody is in. */
  async rooms(): Promise<string[]> {
    const channels = await this.#speaker.pubsub("CHANNELS", "chat:*") as string[];
    return channels.map((channel) => channel.slice("chat:".length)).toSorted();
  }

  async count(): Promise<number> {
    return Number(await this.#speaker.get(`said:${this.name}`));
  }

  /** Waits until so much was heard. */
  async until(count: number): Promise<string[]> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
    return this.heard.map(({ room, who, text }) => `${room} ${who}: ${text}`);
  }

  #hear(text: string): void {
    this.heard.push(JSON.parse(text) as Said);
    this.#changed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#speaker.quit(), this.#listener.quit()]);
  }
}

Deno.test("a chat: rooms, a moderator, and members on any listener", async () => {
  await using server = await startServer({ listeners: 2, topology: "fake:2" });
  await using moderator = new Member(server.port, "mo");
  await using ann = new Member(server.port, "ann");
  await using bob = new Member(server.port, "bob");
  await moderator.moderate();
  await ann.join("tea");
  await bob.join("tea");
  await bob.join("cake");
  assertEquals(await ann.rooms(), ["cake", "tea"]);
  assertEquals(await ann.say("tea", "hello"), 3);
  assertEquals(await ann.say("cake", "anyone?"), 2);
  assertEquals(await bob.say("nowhere", "echo"), 1);
  await bob.leave("cake");
  assertEquals(await ann.rooms(), ["tea"]);
  assertEquals(await ann.until(3), [
    "tea ann: (came in)",
    "tea bob: (came in)",
    "tea ann: hello",
  ]);
  assertEquals(await bob.until(4), [
    "tea bob: (came in)",
    "cake bob: (came in)",
    "tea ann: hello",
    "cake ann: anyone?",
  ]);
  assertEquals(await moderator.until(7), [
    "tea ann: (came in)",
    "tea bob: (came in)",
    "cake bob: (came in)",
    "tea ann: hello",
    "cake ann: anyone?",
    "nowhere bob: echo",
    "cake bob: (left)",
  ]);
  assertEquals([await ann.count(), await bob.count(), await moderator.count()], [3, 4, 0]);
});

Deno.test("ioredis subscribes again after its connection was closed", async () => {
  await using server = await startServer();
  const listener = new Redis({ port: server.port, retryStrategy: () => 10 });
  const speaker = new Redis({ port: server.port });
  try {
    await listener.subscribe("news");
    await listener.psubscribe("n?ws");
    const again = new Promise((resolve) => listener.once("ready", resolve));
    assertEquals(await speaker.call("CLIENT", "KILL", "TYPE", "pubsub"), 1);
    await again;
    const heard: string[] = [];
    const both = new Promise<void>((resolve) => {
      const hear = (text: string): void => {
        heard.push(text);
        if (heard.length === 2) resolve();
      };
      listener.on("message", (_channel: string, text: string) => hear(`message ${text}`));
      listener.on("pmessage", (_p: string, _c: string, text: string) => hear(`pmessage ${text}`));
    });
    while (await speaker.call("PUBSUB", "NUMPAT") !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(await speaker.publish("news", "x"), 2);
    await both;
    assertEquals(heard, ["message x", "pmessage x"]);
  } finally {
    listener.disconnect();
    speaker.disconnect();
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis listens in RESP${RESP}`, async () => {
    await using server = await startServer({ listeners: 2, "notify-keyspace-events": "KA" });
    const socket = { port: server.port, host: "127.0.0.1" };
    const speaker = await createClient({ RESP, socket }).connect();
    const listener = await createClient({ RESP, socket }).connect();
    try {
      const heard: string[] = [];
      let changed = (): void => {};
      const hear = (kind: string) => (text: string, channel: string): void => {
        heard.push(`${kind} ${channel} ${text}`);
        changed();
      };
      await listener.subscribe(["a", "b"], hear("message"));
      await listener.pSubscribe("[ab]*", hear("pmessage"));
      await listener.sSubscribe("s", hear("smessage"));
      await listener.subscribe("__keyspace@0__:k", hear("event"));
      assertEquals(await speaker.publish("a", "1"), 2);
      assertEquals(await speaker.sPublish("s", "2"), 1);
      await speaker.set("k", "v", { EX: 100 });
      assertEquals(await speaker.publish("b2", "3"), 1);
      const expected = [
        "message a 1",
        "pmessage a 1",
        "smessage s 2",
        "event __keyspace@0__:k set",
        "event __keyspace@0__:k expire",
        "pmessage b2 3",
      ];
      while (heard.length < expected.length) {
        await new Promise<void>((resolve) => changed = resolve);
      }
      assertEquals(heard, expected);
      assertEquals(await speaker.pubSubNumPat(), 1);
      assertEquals(await speaker.pubSubShardChannels(), ["s"]);
      await listener.unsubscribe();
      await listener.pUnsubscribe();
      await listener.sUnsubscribe();
      assertEquals(await speaker.publish("a", "4"), 0);
      // In RESP2 this client gives bytes once it has listened, with redis-server too.
      assertEquals(String(await listener.get("k")), "v");
    } finally {
      listener.destroy();
      speaker.destroy();
    }
  });
}
