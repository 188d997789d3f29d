/** Kinds of option values: what each takes, refuses and shows. */
import { assertEquals, assertThrows } from "@std/assert";
import * as kind from "./kinds.ts";
import { formatMemory, MEMORY_MAX, parseMemory } from "./units.ts";

function refuses(one: kind.Kind, words: string[], message: string): void {
  assertThrows(() => one.read(words, ""), kind.ValueError, message);
}

Deno.test("parseMemory() reads Redis' units and nothing else", () => {
  const sizes: [string, bigint | undefined][] = [
    ["0", 0n],
    ["1b", 1n],
    ["1k", 1000n],
    ["1KB", 1024n],
    ["2m", 2000000n],
    ["2mB", 2097152n],
    ["3g", 3000000000n],
    ["3gb", 3221225472n],
    ["18446744073709551615", MEMORY_MAX],
    ["18446744073709551616", undefined],
    ["99999999999gb", undefined],
    ...["", "b", "-1", "1.5gb", " 1", "1 ", "1kk", "1t", "0x10"].map((
      text,
    ): [string, undefined] => [
      text,
      undefined,
    ]),
  ];
  for (const [text, bytes] of sizes) assertEquals(parseMemory(text), bytes, `'${text}'`);
});

Deno.test("formatMemory() writes the largest unit that divides", () => {
  assertEquals([0n, 1000n, 1536n, 1048576n, 2n ** 40n].map(formatMemory), [
    "0",
    "1000",
    "1536",
    "1mb",
    "1024gb",
  ]);
  for (let bit = 0n; bit < 64n; bit++) {
    for (const bytes of [2n ** bit, 2n ** bit - 1n, 2n ** bit + 1n]) {
      assertEquals(parseMemory(formatMemory(bytes)), bytes);
    }
  }
});

Deno.test("int(), memory() and octal() refuse in Redis' words", () => {
  assertEquals(kind.int(-5, 5).read(["-5"], ""), "-5");
  for (const text of ["", "x", "1.0", "0x1", "+1", "01", "-0", "1kb", "9".repeat(20)]) {
    refuses(kind.int(0, 5), [text], "argument couldn't be parsed into an integer");
  }
  refuses(kind.int(0, 5), ["6"], "argument must be between 0 and 5 inclusive");
  refuses(kind.int(0, 5), ["1", "2"], "wrong number of arguments");
  refuses(kind.memory(), ["1kk"], "argument must be a memory value");
  refuses(kind.memory(10), ["9"], "argument must be between 10 and 18446744073709551615 inclusive");
  assertEquals(kind.octal.read(["0700"], ""), "700");
  refuses(kind.octal, ["999"], "argument couldn't be parsed as an octal number");
  refuses(kind.octal, ["7777"], "argument must be between 0 and 777 inclusive");
  assertEquals(["0", "7", "1000"].map((hz) => kind.clamped(1, 500).read([hz], "")), [
    "1",
    "7",
    "500",
  ]);
});

Deno.test("cpuList takes what taskset takes", () => {
  for (const list of ["", "0", "0-3,8", "1,0", "0-6:2,9", "65535"]) {
    assertEquals(kind.cpuList.read([list], "7"), list);
  }
  for (const list of ["x", "-1", "3-1", "1,,2", "0-3:0", "0:2:1", "65536", "0 1"]) {
    refuses(kind.cpuList, [list], "argument must be a list of CPUs such as 0-3,8 or 0-6:2");
  }
});

Deno.test("bool, choice() and memoryOrPercent refuse in Redis' words", () => {
  assertEquals(kind.bool.read(["YES"], ""), "yes");
  refuses(kind.bool, ["1"], "argument must be 'yes' or 'no'");
  refuses(kind.choice("a", "b"), ["c"], "argument(s) must be one of the following: a, b");
  assertEquals(kind.memoryOrPercent.read(["05%"], ""), "5%");
  refuses(kind.memoryOrPercent, ["101%"], "percentage argument must be less or equal to 100");
  refuses(kind.memoryOrPercent, ["50%%"], "argument must be a memory or percent value");
});

Deno.test("savePoints add up over lines, and the empty value clears", () => {
  assertEquals(kind.savePoints.read(["60", "1", "70", "0"], "5 5"), "5 5 60 1 70 0");
  assertEquals(kind.savePoints.read([""], "5 5"), "");
  assertEquals(kind.savePoints.lines("5 5 60 1"), [["5", "5"], ["60", "1"]]);
  for (const bad of [["0", "1"], ["1"], ["a", "1"], ["1", "-1"], ["1", "2", "3"]]) {
    refuses(kind.savePoints, bad, "Invalid save parameters");
  }
});

Deno.test("bufferLimits change one class and leave the others", () => {
  const before = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
  assertEquals(
    kind.bufferLimits.read("Replica 1mb 0 9".split(" "), before),
    "normal 0 0 0 slave 1048576 0 9 pubsub 33554432 8388608 60",
  );
  assertEquals(kind.bufferLimits.lines(before)[1], ["replica", "256mb", "64mb", "60"]);
  refuses(kind.bufferLimits, ["normal", "1"], "Wrong number of arguments in buffer limit");
  refuses(kind.bufferLimits, "foo 1 1 1".split(" "), "Invalid client class");
  refuses(kind.bufferLimits, "normal a 1 1".split(" "), "Error in hard, soft or soft_seconds");
});

Deno.test("notifications are shown in Redis' order", () => {
  const shown = (text: string): string => kind.notifications.read([text], "");
  assertEquals(["KEA", "xK$", "Ag", "", "mnE"].map(shown), ["AKE", "$xK", "A", "", "nEm"]);
  refuses(kind.notifications, ["KEq"], "Invalid event class character");
});

Deno.test("shutdownWishes drop default beside others and refuse contradiction", () => {
  assertEquals(kind.shutdownWishes.read(["default", "SAVE"], ""), "save");
  refuses(kind.shutdownWishes, [""], "must be one of the following: default, save");
  refuses(kind.shutdownWishes, ["save", "nosave"], "can't be used simultaneously");
});

Deno.test("percentiles and integers() check each word", () => {
  assertEquals(kind.percentiles.read(["50", "99.90"], ""), "50 99.9");
  refuses(kind.percentiles, ["101"], "should sit between [0.0,100.0]");
  refuses(kind.percentiles, ["x"], "Invalid latency-tracking-info-percentiles parameters");
  refuses(kind.integers(2, -1, 1, "no"), ["1"], "wrong number of arguments");
  refuses(kind.integers(2, -1, 1, "no"), ["1", "2"], "no");
});

Deno.test("parseEndpoint() reads addresses and paths, and refuses what is neither", () => {
  assertEquals(kind.parseEndpoint("[::1]:7000"), { transport: "tcp", hostname: "::1", port: 7000 });
  assertEquals(kind.parseEndpoint("./a.sock"), { transport: "unix", path: "./a.sock" });
  for (const bad of ["", "a", "a:0", "a:65536", "::1:7000", ":7000", "[::1]", "a:b"]) {
    assertThrows(() => kind.parseEndpoint(bad), kind.ValueError, `'${bad}'`);
  }
  refuses(kind.nodeEndpoints, ["x", "a:1"], "'x' is not the id of a NUMA node");
  refuses(kind.nodeEndpoints, ["0"], "wrong number of arguments");
});
