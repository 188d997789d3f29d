/**
 * Where keys really are: allocated on the node of the client that made them, moved to each node in every type and
 * encoding, by the kernel's own word and with equal contents.
 *
 * Knows NUMAMIGRATE and the machine. Invariant: a node is called right only when move_pages or numa_maps, asked from
 * outside the server, says so too.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../support/child.ts";
import { infoOf } from "../../support/info.ts";
import type { RespClient } from "../../support/resp_client.ts";
import { type Server } from "../../support/server.ts";
import { FAR_NODE, NODES } from "../machine.ts";
import { check, connect, keyOf, poolOf, startHere, windowOf } from "./numakv.ts";
import { placesOf, rangesOf, residentPages } from "./pages.ts";
import { SAMPLES } from "./values.ts";

const IDS = NODES.map(({ id }) => id);
const NEAR_NODES = NODES.filter(({ cpus }) => cpus.length > 0).map(({ id }) => id);
/** Value sizes, one for each way the pool allocates: a cell of a slab, of a chunk, a span. */
const SIZES = [16, 400, 6000, 2 << 20];

let server: Server;
/** A client of each node's own endpoint. */
let clients: RespClient[];

Deno.test.beforeAll(async () => {
  const ports = NEAR_NODES.map(() => freePort());
  server = await startHere({
    "numa-listen": NEAR_NODES.flatMap((node) => [node, `127.0.0.1:${ports[node]}`]),
    "enable-debug-command": "local",
  });
  clients = await Promise.all(ports.map(connect));
});

Deno.test.afterAll(async () => {
  clients.forEach((client) => client[Symbol.dispose]());
  await server[Symbol.asyncDispose]();
});

function clientOf(node: number): RespClient {
  const client = clients[node];
  if (client === undefined) throw new RangeError(`Cannot find an endpoint of node ${node}`);
  return client;
}

/** Every page of every window is on the window's node, says the kernel. */
async function assertNoStrays(): Promise<void> {
  for (const node of IDS) {
    const { start, end } = await windowOf(clientOf(0), node);
    const pages = await residentPages(server.process.pid, start, end);
    assert(pages.size > 0, `window ${node} has pages`);
    const strays = [...pages].filter(([, place]) => place !== node);
    assertEquals(strays, [], `window ${node}`);
  }
}

check("a new key is on the node of the client that made it, whatever its size", async () => {
  for (const node of NEAR_NODES) {
    for (const bytes of SIZES) {
      const key = `new:${node}:${bytes}`;
      assertEquals(await clientOf(node).call("SET", key, "v".repeat(bytes)), "OK");
      const info = await keyOf(clientOf(node), key);
      assertEquals([info.get("current_node"), info.get("resident_node")], [node, node], key);
    }
  }
});

check("the address of a key lies in its node's window, on a page of that node", async () => {
  for (const node of NEAR_NODES) {
    for (const bytes of SIZES) {
      const told = await clientOf(0).call("DEBUG", "OBJECT", `new:${node}:${bytes}`);
      const address = parseInt(/at:0x(\w+)/.exec(String(told))?.[1] ?? "", 16);
      const { start, end } = await windowOf(clientOf(0), node);
      assert(address >= start && address < end, `${told} is in ${start}-${end}`);
      assertEquals(placesOf(server.process.pid, [address - address % 4096]), [node]);
    }
  }
});

check("numa_maps has each window with its node's policy and its node's pages only", async () => {
  for (const node of IDS) {
    const { start, end } = await windowOf(clientOf(0), node);
    const ranges = await rangesOf(server.process.pid, start, end);
    assert(ranges.length > 0);
    for (const { policy, pages } of ranges) {
      assertMatch(policy, new RegExp(`^prefer(?: \\(many\\))?:${node}$`));
      assertEquals([...pages.keys()].filter((place) => place !== node), []);
    }
  }
});

for (const { name, encoding, commands } of SAMPLES) {
  check(`${name} moves from node to node, whole, by the kernel's word`, async () => {
    const client = clientOf(0);
    await client.call("DEL", "k");
    for (const reply of await client.pipeline(commands("k"))) {
      assert(!(reply instanceof Error), String(reply));
    }
    await client.call("PEXPIREAT", "k", 99999999999999);
    const told = async (): Promise<unknown[]> => [
      await client.call("OBJECT", "ENCODING", "k"),
      await client.call("DEBUG", "DIGEST-VALUE", "k"),
      await client.call("PEXPIRETIME", "k"),
    ];
    const before = await told();
    assertEquals(before[0], encoding);
    for (const target of [1, FAR_NODE, 0]) {
      const source = (await keyOf(client, "k")).number("current_node");
      const used = await usedBytes(client);
      assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", target), "OK");
      const info = await keyOf(client, "k");
      assertEquals([info.get("current_node"), info.get("resident_node")], [target, target]);
      assertEquals(await told(), before);
      const footprint = info.number("memory_footprint");
      const now = await usedBytes(client);
      const change = IDS.map((id) => (now[id] ?? 0) - (used[id] ?? 0));
      assertEquals(
        change,
        IDS.map((id) => id === target ? footprint : id === source ? -footprint : 0),
      );
    }
  });
}

check("after all these moves every page of every window is on its node", assertNoStrays);

async function usedBytes(client: RespClient): Promise<number[]> {
  const pools = [];
  for (const id of IDS) pools.push((await poolOf(client, id)).number("used_bytes"));
  return pools;
}

check(
  "each node's endpoint is that node's: CLIENT INFO, accessor_node, local and remote accesses",
  async () => {
    await clientOf(0).call("SET", "seen", "v");
    const counts = async (): Promise<number[]> => {
      const info = await infoOf(clientOf(0), "numa");
      return [info.number("numa_local_accesses"), info.number("numa_remote_accesses")];
    };
    for (const node of [1, 0, 1]) {
      const client = clientOf(node);
      assertMatch(String(await client.call("CLIENT", "INFO")), new RegExp(` node=${node}\\b`));
      const [local = 0, remote = 0] = await counts();
      await client.pipeline(Array.from({ length: 400 }, () => ["GET", "seen"]));
      const [localNow = 0, remoteNow = 0] = await counts();
      const rise = [localNow - local, remoteNow - remote];
      assert((rise[node] ?? 0) >= 400, `node ${node}: ${rise}`);
      assertEquals((await keyOf(client, "seen")).get("accessor_node"), node);
    }
    assertEquals((await keyOf(clientOf(0), "seen")).get("resident_node"), 0);
  },
);
