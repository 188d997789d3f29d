/**
 * Pages that something outside moves to another node: the server must find exactly those.
 *
 * Knows move_pages and NUMA VERIFY. Invariant: the server is asked after the kernel, and both say the same.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { check, keyOf, windowOf } from "./numakv.ts";
import { displace, PAGE_BYTES, placesOf, residentPages } from "./pages.ts";
import { clientOf, shared } from "./shared.ts";

const VALUE_PAGES = 64;

check(
  "a key whose pages were moved behind our back is told to be where the kernel has it",
  async () => {
    const [client, { pid }] = [clientOf(), shared().process];
    const { start, end } = await windowOf(client, 0);
    const before = await residentPages(pid, start, end);
    await client.call("SET", "moved", "v".repeat(VALUE_PAGES * PAGE_BYTES));
    const now = await residentPages(pid, start, end);
    const fresh = [...now.keys()].filter((page) => !before.has(page));
    assert(fresh.length >= VALUE_PAGES, `${fresh.length} pages came with the key`);
    displace(pid, fresh, 1);
    assertEquals(placesOf(pid, fresh), fresh.map(() => 1));
    const info = await keyOf(client, "moved");
    assertEquals([info.get("current_node"), info.get("resident_node")], [0, 1]);
    displace(pid, fresh, 0);
    assertEquals((await keyOf(client, "moved")).get("resident_node"), 0);
    await client.call("DEL", "moved");
  },
);
