/**
 * The command table against redis-server 7.0: every fact that COMMAND INFO and COMMAND DOCS tell of a
 * command must be in our table too. Sentences are our own and are not compared.
 *
 * Needs redis-server and redis-cli; without them the test is ignored. Listens on a Unix socket only.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type ArgJson,
  type Command,
  deriveCommands,
  type FamilyJson,
  flatten,
  HIDDEN_FLAGS,
  type KeyJson,
} from "../core/gen/command_model.ts";

const FAMILIES = new URL("../core/commands/", import.meta.url);
const OURS_ALONE = ["numa", "numaconfig"];

/** A command as redis-cli prints COMMAND INFO in JSON. */
type Info = [
  name: string,
  arity: number,
  flags: string[],
  first: number,
  last: number,
  step: number,
  acl: string[],
  hints: string[],
  keys: KeyInfo[],
  subcommands: Info[],
];

interface KeyInfo {
  flags: string[];
  begin_search: { type: string; spec: Record<string, number | string> };
  find_keys: { type: string; spec: Record<string, number> };
}

interface Docs {
  since: string;
  group: string;
  complexity?: string;
  doc_flags?: string[];
  deprecated_since?: string;
  replaced_by?: string;
  history?: [version: string, change: string][];
  arguments?: ArgDocs[];
  subcommands?: Record<string, Docs>;
}

interface ArgDocs extends Omit<ArgJson, "args"> {
  arguments?: ArgDocs[];
}

function isInstalled(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs `use` with a way to ask a redis-server of its own. */
async function withRedis(use: (ask: (...args: string[]) => unknown) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const socket = `${folder}/redis.sock`;
  const args = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder];
  const server = new Deno.Command("redis-server", { args, stdout: "null", stderr: "null" }).spawn();
  const ask = (...words: string[]): unknown => {
    const cli = new Deno.Command("redis-cli", { args: ["-s", socket, "-3", "--json", ...words] });
    return JSON.parse(new TextDecoder().decode(cli.outputSync().stdout));
  };
  try {
    for (let tries = 0; tries < 100 && !await exists(socket); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    use(ask);
  } finally {
    server.kill();
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

function ourCommands(): Command[] {
  const names = [...Deno.readDirSync(FAMILIES)].map(({ name }) => name);
  const families = names.filter((name) => name.endsWith(".json")).map((name) =>
    JSON.parse(Deno.readTextFileSync(new URL(name, FAMILIES))) as FamilyJson
  );
  return flatten(deriveCommands(families)).filter(({ family }) => !OURS_ALONE.includes(family));
}

const sorted = (names: string[]): string[] => [...names].sort();

function ourInfo(command: Command): unknown {
  return {
    name: command.fullName,
    arity: command.arity,
    flags: sorted(command.allFlags.filter((flag) => !HIDDEN_FLAGS.includes(flag))),
    range: [command.firstKey, command.lastKey, command.keyStep],
    acl: sorted(command.categories.map((category) => `@${category}`)),
    hints: command.hints ?? [],
    keys: (command.keys ?? []).map(ourKey),
  };
}

function ourKey({ index, keyword, range, keynum, flags }: KeyJson): unknown {
  const begin = index ?? keyword ?? "unknown";
  return { begin, range: range ?? keynum ?? "unknown", flags: sorted(flags) };
}

function theirInfo([name, arity, flags, first, last, step, acl, hints, keys]: Info): unknown {
  const range = [first, last, step];
  const theirs = { name, arity, flags: sorted(flags), range, acl: sorted(acl), hints };
  return { ...theirs, keys: keys.map(theirKey) };
}

function theirKey({ begin_search: begin, find_keys: find, flags }: KeyInfo): unknown {
  const { index, keyword, startfrom } = begin.spec;
  const { lastkey, keystep, limit, keynumidx, firstkey } = find.spec;
  return {
    begin: index ?? (keyword === undefined ? "unknown" : [keyword, startfrom]),
    range: find.type === "range"
      ? [lastkey, keystep, limit]
      : find.type === "keynum"
      ? [keynumidx, firstkey, keystep]
      : "unknown",
    flags: sorted(flags),
  };
}

/** The order of growth alone, or nothing where a sentence says it in words. */
const growth = (complexity: string | undefined): string | undefined =>
  complexity?.match(/O\([^)]*\)/)?.[0];

function ourDocs(command: Command): unknown {
  const deprecated = command.deprecated === undefined ? [] : ["deprecated"];
  return {
    since: command.since,
    group: command.groupName,
    growth: growth(command.complexity),
    flags: sorted([...(command.doc_flags ?? []), ...deprecated]),
    deprecated: command.deprecated?.since,
    replacedBy: command.deprecated?.replaced_by,
    history: (command.history ?? []).map(([version]) => version),
    args: (command.args ?? []).map(ourArg),
  };
}

function ourArg({ args, ...rest }: ArgJson): unknown {
  return { ...rest, args: (args ?? []).map(ourArg) };
}

function theirDocs(docs: Docs): unknown {
  return {
    since: docs.since,
    group: docs.group,
    growth: growth(docs.complexity),
    flags: sorted(docs.doc_flags ?? []),
    deprecated: docs.deprecated_since,
    replacedBy: docs.replaced_by,
    history: (docs.history ?? []).map(([version]) => version),
    args: (docs.arguments ?? []).map(theirArg),
  };
}

function theirArg({ arguments: args, ...rest }: ArgDocs): unknown {
  return { ...rest, args: (args ?? []).map(theirArg) };
}

const ignore = !isInstalled("redis-server") || !isInstalled("redis-cli");

Deno.test({
  name: "the command table tells what redis-server tells",
  ignore,
  fn: () =>
    withRedis((ask) => {
      const ours = ourCommands();
      const infos = ask("COMMAND", "INFO", ...ours.map(({ fullName }) => fullName)) as Info[];
      const docs = ask("COMMAND", "DOCS", ...ours.map(({ fullName }) => fullName)) as Record<
        string,
        Docs
      >;
      ours.forEach((command, index) => {
        const info = infos[index];
        const doc = docs[command.fullName];
        assert.ok(info && doc, `redis-server has no ${command.fullName}`);
        assert.deepEqual(ourInfo(command), theirInfo(info), `COMMAND INFO ${command.fullName}`);
        assert.deepEqual(ourDocs(command), theirDocs(doc), `COMMAND DOCS ${command.fullName}`);
      });
    }),
});
