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
import { infoOf } from "../../support/info.ts";
import { type Reply, type RespClient, Tagged } from "../../support/resp_client.ts";
import { FAR_NODE } from "../machine.ts";
import { check, keyOf, poolOf, windowOf } from "./numakv.ts";
import { placesOf, rangesOf, residentPages } from "./pages.ts";
import { clientOf, IDS, NEAR_NODES, shared } from "./shared.ts";
import { SAMPLES } from "./values.ts";

/** Value sizes, one for each way the pool allocates: a cell of a slab, of a chunk, a span. */
const SIZES = [16, 400, 6000, 2 << 20];

/** A reply that protocol 3 tells to be text. */
function textOf(reply: Reply): string {
  return String(reply instanceof Tagged ? reply.value : reply);
}

/** Every page of every window is on the window's node, says the kernel. */
async function assertNoStrays(): Promise<void> {
  for (const node of IDS) {
    const { start, end } = await windowOf(clientOf(), node);
    const pages = await residentPages(shared().process.pid, start, end);
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
      const told = await clientOf().call("DEBUG", "OBJECT", `new:${node}:${bytes}`);
      const address = parseInt(/at:0x(\w+)/.exec(String(told))?.[1] ?? "", 16);
      const { start, end } = await windowOf(clientOf(), node);
      assert(address >= start && address < end, `${told} is in ${start}-${end}`);
      assertEquals(placesOf(shared().process.pid, [address - address % 4096]), [node]);
    }
  }
});

check("numa_maps has each window with its node's policy and its node's pages only", async () => {
  for (const node of IDS) {
    const { start, end } = await windowOf(clientOf(), node);
    const ranges = await rangesOf(shared().process.pid, start, end);
    assert(ranges.length > 0);
    for (const { policy, pages } of ranges) {
      assertMatch(policy, new RegExp(`^prefer(?: \\(many\\))?:${node}$`));
      assertEquals([...pages.keys()].filter((place) => place !== node), []);
    }
  }
});

for (const { name, encoding, commands } of SAMPLES) {
  check(`${name} moves from node to node, whole, by the kernel's word`, async () => {
    const client = clientOf();
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
      const old = await keyOf(client, "k");
      const used = await usedBytes(client);
      assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", target), "OK");
      const info = await keyOf(client, "k");
      assertEquals([info.get("current_node"), info.get("resident_node")], [target, target]);
      assertEquals(await told(), before);
      const now = await usedBytes(client);
      const change = IDS.map((id) => (now[id] ?? 0) - (used[id] ?? 0));
      const wanted = IDS.map(() => 0);
      wanted[target] = info.number("memory_footprint");
      wanted[old.number("current_node")] = -old.number("memory_footprint");
      assertEquals(change, wanted);
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
    await clientOf().call("SET", "seen", "v");
    const counts = async (): Promise<number[]> => {
      const info = await infoOf(clientOf(), "numa");
      return [info.number("numa_local_accesses"), info.number("numa_remote_accesses")];
    };
    for (const node of [1, 0, 1]) {
      const client = clientOf(node);
      assertMatch(textOf(await client.call("CLIENT", "INFO")), new RegExp(` node=${node}\\b`));
      const [local = 0, remote = 0] = await counts();
      await client.pipeline(Array.from({ length: 400 }, () => ["GET", "seen"]));
      const [localNow = 0, remoteNow = 0] = await counts();
      const rise = [localNow - local, remoteNow - remote];
      // Up to 255 accesses of a key are counted each; from then on one in 2^s is and stands for 2^s. After these 1200 that is
      // one in 16 at most, and the sample of a stretch is two off at most, before and after s changes.
      assert(Math.abs((rise[node] ?? 0) - 400) <= 40, `node ${node}: ${rise}`);
      assertEquals((await keyOf(client, "seen")).get("accessor_node"), node);
    }
    assertEquals((await keyOf(clientOf(), "seen")).get("resident_node"), 0);
  },
);
