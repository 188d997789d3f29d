/**
 * `./numakv simulate` as a stranger meets it: report, JSON, picture, exit codes.
 *
 * Knows command lines and output. Invariant: nothing is left behind.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { launch } from "./support/launcher.ts";

const SMALL = ["simulate", "--keys", "2000", "--accesses", "40000", "--rate", "2000"];
const FIGURES = ["mean_access_ns", "local_ratio", "moved_bytes", "ping_pongs"];

Deno.test("simulate --json prints one object, baselines included, the same for a seed", async () => {
  const words = [...SMALL, "--strategy", "composite_lru", "--json"];
  const first = await launch(words);
  assertEquals([first.code, first.stderr], [0, ""]);
  const report: Record<string, Record<string, number>> = JSON.parse(first.stdout);
  assertEquals(Object.keys(report), ["first_touch", "interleave", "oracle", "composite_lru"]);
  for (const figures of Object.values(report)) assertEquals(Object.keys(figures), FIGURES);
  assert(report["oracle"]!["mean_access_ns"]! < report["first_touch"]!["mean_access_ns"]!);
  assertEquals(await launch(words), first);
  assert((await launch([...words, "--seed", "2"])).stdout !== first.stdout);
});

Deno.test("simulate prints a table, and draws what it is asked to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const svg = `${folder}/run.svg`;
    const words = [...SMALL, "--workload", "moving:1.1", "--shift", "10", "--svg", svg];
    const { code, stdout, stderr } = await launch([
      ...words,
      "--strategy",
      "composite_lru:hysteresis=3",
    ]);
    assertEquals([code, stderr], [0, ""]);
    for (const name of ["mean access", "oracle", "composite_lru:hysteresis=3"]) {
      assertStringIncludes(stdout, name);
    }
    const picture = await Deno.readTextFile(svg);
    assertStringIncludes(picture, "moving:1.1, fake:1+1, 20 % of the data fits fast memory");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("simulate: bad usage is told, with exit code 2", async () => {
  const cases: [words: string[], message: string][] = [
    [["--strategy", "nobody"], "there is none of that name, only noop, composite_lru"],
    [["--strategy", "composite_lru:hysteresis=0"], "Cannot set option 'hysteresis' to '0'"],
    [["--workload", "tide"], "Cannot simulate the workload 'tide'"],
    [["--topology", "fake:0"], "Cannot simulate the topology 'fake:0'"],
    [["--frobnicate"], "Unknown argument '--frobnicate'"],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await launch(["simulate", ...words]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, message);
  }
});

Deno.test("simulate: a user's strategy that fails is told, with exit code 1", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/rash.ts`;
    await Deno.writeTextFile(
      path,
      `export default () => ({ name: "rash", options: [], init() {}, place() {}, cleanup() {},
         plan: (view) => view.hot.slice(0, 1).map(({ id }) => ({ id, target: 77 })) });`,
    );
    const { code, stdout, stderr } = await launch([...SMALL, "--strategy", path]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "rash");
    assertStringIncludes(stderr, "to node 77: there is no such node");
    const absent = await launch([...SMALL, "--strategy", `${folder}/absent.ts`]);
    assertEquals(absent.code, 1);
    assertStringIncludes(absent.stderr, "Cannot load the strategy");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("strategy test: one command, one sentence a breach, and an exit code", async () => {
  const example = new URL("../strategies/examples/change_places.ts", import.meta.url).pathname;
  const honest = await launch(["strategy", "test", example]);
  assertEquals([honest.code, honest.stdout], [0, "change_places keeps the contract\n"]);
  const absent = await launch(["strategy", "test", "absent.ts"]);
  assertEquals(absent.code, 1);
  assertStringIncludes(absent.stderr, "Cannot load the strategy of 'absent.ts'");
  for (const words of [[], ["test"], ["try", example], ["test", example, "--limit", "0"]]) {
    const { code, stderr } = await launch(["strategy", ...words]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "want test FILE");
  }
  const help = await launch(["strategy", "--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
});
