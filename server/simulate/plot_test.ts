/** The picture: well-formed, within its frame, a line and a legend row each. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { plotOf } from "./plot.ts";
import type { Point, Result } from "./run.ts";

function result(name: string, seconds: number): Result {
  const points = Array.from({ length: seconds }, (_, second): Point => ({
    second,
    meanAccessNs: second === 3 ? 1e5 : 150 + second % 7,
    localRatio: 0.5,
    movedBytes: 1000 * second,
    pingPongs: 0,
  }));
  const totals = {
    accesses: 100 * seconds,
    local: 0,
    accessNs: 15_000 * seconds,
    moveNs: 0,
    movedKeys: 0,
    movedBytes: 500 * seconds * (seconds - 1),
    failedMoves: 0,
    pingPongs: 0,
    regular: 0,
    regularNs: 0,
  };
  return { name, totals, points, errors: 0, lastError: "" };
}

for (const seconds of [1, 2, 60, 5000]) {
  Deno.test(`plot: ${seconds} seconds stay within the picture`, () => {
    const results = ["first_touch", "a<b&c", "oracle"].map((name) => result(name, seconds));
    const svg = plotOf(results, "zipf:0.99, <fake>");
    assertStringIncludes(svg, "a&lt;b&amp;c");
    assertEquals(svg.includes("NaN") || svg.includes("Infinity"), false);
    const lines = [...svg.matchAll(/<path d="M([^"]+)" fill="none" stroke="#/g)];
    const curves = lines.filter(([, path]) => /^[\d.]+ [\d.]+(L|h0)/.test(path!));
    assertEquals(curves.length, 2 * results.length);
    for (const [, path = ""] of curves) {
      for (const [, x, y] of path.matchAll(/([\d.]+) ([\d.]+)/g)) {
        assert(Number(x) >= 84 && Number(x) <= 700, path);
        assert(Number(y) >= 64 && Number(y) <= 548, path);
      }
    }
    const opened = [...svg.matchAll(/<(svg|g|text)[ >]/g)].length;
    assertEquals([...svg.matchAll(/<\/(svg|g|text)>/g)].length, opened);
  });
}

Deno.test("plot: labels do not lie on each other", () => {
  const names = Array.from({ length: 9 }, (_, index) => `strategy_${index}`);
  const svg = plotOf(names.map((name) => result(name, 200)), "many");
  const places = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)]
    .map(([, x, y]) => [Number(x), Number(y)] as const);
  for (const [index, [x, y]] of places.entries()) {
    for (const [otherX, otherY] of places.slice(index + 1)) {
      const apart = Math.abs(y - otherY) >= 11 || Math.abs(x - otherX) >= 24;
      assert(apart, `${x},${y} and ${otherX},${otherY}`);
    }
  }
});
