/** Seats out of words and into words. */

import { assertEquals, assertThrows } from "@std/assert";
import { readSeat, type Seat, writeSeat } from "./seat.ts";

Deno.test("a seat comes back from its words, and what is as usual takes none", () => {
  assertEquals(writeSeat({}), []);
  assertEquals(writeSeat({ priority: "normal", intervalMs: 1000, observe: false }), []);
  const seat: Required<Seat> = {
    priority: "low",
    intervalMs: 250,
    observe: true,
    enabled: false,
    options: { weights: "80,120" },
  };
  const words = ["priority", "low", "interval", "250", "observe", "yes", "enabled", "no"];
  assertEquals(writeSeat(seat), [...words, "weights", "80,120"]);
  assertEquals(readSeat(writeSeat(seat)), seat);
  assertEquals(readSeat(["Max-Keys", "3", "OBSERVE", "off"]), {
    observe: false,
    options: { max_keys: "3" },
  });
});

Deno.test("words that seat nobody are refused with what would be right", () => {
  const bad: [words: string[], why: string][] = [
    [["observe"], "Cannot take option 'observe': it has no value"],
    [["enabled", "2"], "Cannot set 'enabled' to '2': want yes or no"],
    [["priority", ""], "Cannot set 'priority' to '': want high, normal, low"],
    [["interval", "1e3"], "Cannot run every '1e3' ms: want above 0, at most 86400000"],
    [["interval", "86400001"], "Cannot run every '86400001' ms"],
  ];
  for (const [words, why] of bad) assertThrows(() => readSeat(words), Error, why);
  // What every object has is no setting.
  assertEquals(readSeat(["constructor", "x"]).options, { constructor: "x" } as unknown as object);
});
