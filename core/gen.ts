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
import { checkCommands } from "./gen/command_check.ts";
import { withSupportTable } from "./gen/command_docs.ts";
import { deriveCommands, type FamilyJson } from "./gen/command_model.ts";
import { rustCommands } from "./gen/command_rust.ts";
import { tsCommands } from "./gen/command_ts.ts";
import { TableError } from "./gen/table_error.ts";

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

function readFamilies(): FamilyJson[] {
  const names = [...Deno.readDirSync(new URL("core/commands/", root))]
    .map((entry) => entry.name).filter((name) => name.endsWith(".json")).sort();
  return names.map((name) => {
    const family = readJson(`core/commands/${name}`) as FamilyJson;
    if (`${family.family}.json` === name) return family;
    throw new TableError(`core/commands/${name} says it is family "${family.family}"`);
  });
}

function commandOutputs(): Output[] {
  const families = readFamilies();
  const commands = deriveCommands(families);
  checkCommands(commands);
  const outputs = [
    { path: "core/src/command/table.rs", text: rustCommands(commands) },
    { path: "server/generated/commands.ts", text: tsCommands(commands) },
  ];
  const readme = withSupportTable(current("README.md") ?? "", families, commands);
  return readme === undefined ? outputs : [...outputs, { path: "README.md", text: readme }];
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
  const stale = [...abiOutputs(), ...commandOutputs()].filter(({ path, text }) =>
    current(path) !== text
  );
  if (args.includes("--check")) {
    for (const { path } of stale) {
      console.error(`stale: ${path} differs from what core/gen.ts writes; run \`deno task gen\``);
    }
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) {
    Deno.writeTextFileSync(new URL(path, root), text);
    console.log(`wrote ${path}`);
  }
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(main(Deno.args));
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
