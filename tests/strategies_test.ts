/**
 * Strategies in the live server, over sockets: keys come to whoever uses them, placements follow their rules, loads are evened out.
 *
 * Knows directives, commands and fields as words. Invariant: what a test waits for has a limit, and what it saw last is told.
 *
 * @module
 */
import { assert } from "@std/assert";
import { freePort } from "./support/child.ts";
import { Fields } from "./support/fields.ts";
import { RespClient } from "./support/resp_client.ts";
import { type Directives, type Server, startServer } from "./support/server.ts";

/** The longest anything is waited for: so many ticks, and as many seconds. */
const TICKS_MAX = 60;

/** A server with an endpoint on each CPU node, and a client on each. */
interface Sides extends AsyncDisposable {
  readonly server: Server;
  readonly clients: readonly RespClient[];
}

async function startSides(directives: Directives = {}): Promise<Sides> {
  const ports = [freePort(), freePort()];
  const endpoints = ports.flatMap((port, node) => [node, `127.0.0.1:${port}`]);
  const all = { topology: "fake:2", listeners: 2, "numa-listen": endpoints, ...directives };
  const server = await startServer(all);
  const clients = await Promise.all(ports.map((port) => RespClient.connect(port)));
  return {
    server,
    clients,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const client of clients) client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Accesses since the last call: the part that was local. */
function localityOf(client: RespClient): () => Promise<number> {
  let [local, remote] = [0, 0];
  return async () => {
    const info = new Fields(await client.call("NUMA", "INFO"));
    const now = [info.number("local_accesses"), info.number("remote_accesses")] as const;
    const [near, far] = [now[0] - local, now[1] - remote];
    [local, remote] = now;
    return near / Math.max(1, near + far);
  };
}

Deno.test("keys used from one side each come to that side within 60 ticks, from a random start", async () => {
  await using sides = await startSides({ "numa-default-strategy": "interleave" });
  const [left, right] = sides.clients as [RespClient, RespClient];
  const keys = Array.from({ length: 2000 }, (_, at) => `key:${at}`);
  await left.pipeline(keys.map((key) => ["SET", key, "x".repeat(100)]));
  const halves = [keys.slice(0, 1000), keys.slice(1000)] as const;
  const rate = localityOf(left);
  const read = async (): Promise<number> => {
    await rate();
    await Promise.all([
      left.pipeline(halves[0].map((key) => ["GET", key])),
      right.pipeline(halves[1].map((key) => ["GET", key])),
    ]);
    return await rate();
  };
  const first = await read();
  assert(first > 0.3 && first < 0.7, `a random start is about half local, not ${first}`);
  let now = first;
  const end = Date.now() + 1000 * TICKS_MAX;
  while (now < 0.95 && Date.now() < end) {
    await delay(400);
    now = await read();
  }
  assert(now >= 0.95, `${now} of accesses are local`);
});
