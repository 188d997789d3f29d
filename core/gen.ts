/**
 * Generator: reads the two tables of core, the boundary (`abi.json`) and the commands
 * (`commands/*.json`), and writes every file that follows from them.
 *
 *     deno run --allow-read --allow-write core/gen.ts            writes what changed
 *     deno run --allow-read core/gen.ts --check                  exits 1 naming each stale file
 *
 * Knows nothing of what the files mean at run time. Invariant: same tables, same bytes; a table that
 * contradicts itself stops the run with a message and writes nothing.
 *
 * @module
 */
import { type Abi, checkAbi } from "./gen/abi_model.ts";
import { rustAbi, rustAbiCheck } from "./gen/abi_rust.ts";
import { tsAbi } from "./gen/abi_ts.ts";

/** A file the generator owns: its path from the repository's root, and its whole text. */
interface Output {
  path: string;
  text: string;
}

const root = new URL("../", import.meta.url);

function readJson(path: string): unknown {
  return JSON.parse(Deno.readTextFileSync(new URL(path, root)));
}

function abiOutputs(): Output[] {
  const abi = readJson("core/abi.json") as Abi;
  checkAbi(abi);
  return [
    { path: "core/src/abi.rs", text: rustAbi(abi) },
    { path: "core/src/abi_check.rs", text: rustAbiCheck(abi) },
    { path: "server/generated/abi.ts", text: tsAbi(abi) },
  ];
}

function current(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(path, root));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function main(args: string[]): number {
  const stale = abiOutputs().filter(({ path, text }) => current(path) !== text);
  if (args.includes("--check")) {
    for (const { path } of stale) {
      console.error(`stale: ${path} differs from what core/gen.ts writes; run \`deno task gen\``);
    }
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) {
    Deno.mkdirSync(new URL("./", new URL(path, root)), { recursive: true });
    Deno.writeTextFileSync(new URL(path, root), text);
    console.log(`wrote ${path}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
