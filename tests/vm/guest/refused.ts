/**
 * The degraded mode: where a container refuses the memory policy calls, the server runs on one plain arena and says so.
 *
 * Knows what is told where. Invariant: the refusal is the kernel's, made by a seccomp filter around the server.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Fields } from "../../support/fields.ts";
import { infoOf } from "../../support/info.ts";
import { ReplyError } from "../../support/resp_client.ts";
import { check, connect, doctor, keyOf, nodesOf, startHere } from "./numakv.ts";

const REFUSE = [
  Deno.execPath(),
  "run",
  "-q",
  "--no-lock",
  "--no-config",
  "-A",
  decodeURIComponent(new URL("refuse.ts", import.meta.url).pathname),
];
const REFUSED = "refused: Operation not permitted (os error 1)";

check(
  "refused memory policy calls: one plain arena, told once in the log, and in INFO",
  async () => {
    await using server = await startHere({}, REFUSE);
    using client = await connect(server.port);
    assertMatch(server.process.log, /^.*# .*mbind refused.*all memory is in one plain arena$/m);
    const info = await infoOf(client, "numa");
    assertEquals([info.field("numa_topology"), info.number("numa_nodes")], ["plain", 1]);
    for (const call of ["mbind", "move_pages", "get_mempolicy", "set_mempolicy"]) {
      assertEquals(info.field(`numa_${call}`), REFUSED);
    }
    const told = new Fields(await client.call("NUMA", "INFO"));
    assertStringIncludes(String(told.get("verdict")), "A container needs the capability SYS_NICE");
    assertEquals((await nodesOf(client)).map((node) => node.get("id")), [0]);
    await client.call("SET", "k", "v".repeat(100_000));
    assertEquals(await client.call("STRLEN", "k"), 100_000);
    const key = await keyOf(client, "k");
    assertEquals([key.get("current_node"), key.get("resident_node")], [0, -1]);
    assertEquals(
      await client.call("NUMAMIGRATE", "KEY", "k", 1),
      new ReplyError("ERR node 1 does not exist; NUMA TOPOLOGY lists those there are"),
    );
    assertEquals(await client.call("NUMAMIGRATE", "KEY", "k", 0), "OK");
  },
);

check("doctor says what is refused and what to do", async () => {
  const text = await doctor([], REFUSE);
  assertMatch(text, /bind memory +refused: Operation not permitted/);
  assertStringIncludes(text, "numakv does not help here");
  assertStringIncludes(text, "all memory is in one plain arena");
});
