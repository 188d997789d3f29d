/** SHUTDOWN's words, and what unknown commands and failing ones are answered. */

import { assertEquals } from "@std/assert";
import { runServerCommand } from "./mod.ts";
import { contextOf } from "./testing.ts";

async function ask(words: string): Promise<{ reply: string; stops: number }> {
  let stops = 0;
  const context = contextOf({ stop: () => void stops++ });
  const args = words.split(" ").map((word) => new TextEncoder().encode(word));
  return { reply: new TextDecoder().decode(await runServerCommand(context, args)), stops };
}

Deno.test("shutdown: goes on without a reply", async () => {
  for (
    const words of ["SHUTDOWN", "shutdown nosave", "SHUTDOWN NOW FORCE", "SHUTDOWN SAVE FORCE"]
  ) {
    assertEquals(await ask(words), { reply: "", stops: 1 });
  }
});

Deno.test("shutdown: is refused in Redis' words", async () => {
  const syntax = { reply: "-ERR syntax error\r\n", stops: 0 };
  for (const words of ["SHUTDOWN SAVE NOSAVE", "SHUTDOWN ABORT NOW", "SHUTDOWN PLEASE"]) {
    assertEquals(await ask(words), syntax);
  }
  assertEquals((await ask("SHUTDOWN ABORT")).reply, "-ERR No shutdown in progress.\r\n");
  const save = await ask("SHUTDOWN SAVE");
  assertEquals(save, { reply: "-ERR Errors trying to SHUTDOWN. Check logs.\r\n", stops: 0 });
});

Deno.test("server commands: an unknown subcommand is named", async () => {
  const { reply } = await ask("CONFIG NONSENSE");
  assertEquals(reply, "-ERR unknown subcommand 'nonsense'. Try CONFIG HELP.\r\n");
});
