/** The generators: what they refuse, and what they write for a small table. */
import assert from "node:assert/strict";
import { type Abi, checkAbi, layoutOf } from "./abi_model.ts";
import { checkCommands } from "./command_check.ts";
import { withSupportTable } from "./command_docs.ts";
import { type Command, type CommandJson, deriveCommands, type KeyJson } from "./command_model.ts";

const family = (...commands: CommandJson[]): Command[] =>
  deriveCommands([{ family: "generic", about: "", commands }]);

const get: CommandJson = { name: "GET", arity: 2, since: "1.0.0", summary: "Reads" };
const key: KeyJson = { index: 1, range: [0, 1, 0], flags: ["RO"] };

function refused(command: Partial<CommandJson>, message: RegExp): void {
  assert.throws(() => checkCommands(family({ ...get, ...command })), message);
}

Deno.test("deriveCommands() sorts by name and gives dense ids, subcommands behind their container", () => {
  const sub = { ...get, name: "HELP" };
  const [first, second] = family({ ...get, name: "MOVE" }, {
    ...get,
    name: "CONFIG",
    subcommands: [sub],
  });
  assert.deepEqual([first?.lower, first?.id, first?.subs[0]?.id, second?.id], ["config", 0, 1, 2]);
  assert.deepEqual([first?.runs, first?.subs[0]?.path], ["container", "generic::config_help"]);
  assert.equal(second?.path, "generic::move_", "a keyword of Rust cannot name a function");
});

Deno.test("deriveCommands() lets flags bring categories and key specifications bring the range", () => {
  const two: KeyJson = { ...key, index: 2 };
  const [copy] = family({
    ...get,
    arity: -3,
    flags: ["write", "fast"],
    acl: ["keyspace"],
    keys: [key, two],
  });
  assert.deepEqual(copy?.categories, ["keyspace", "write", "fast"]);
  assert.deepEqual([copy?.firstKey, copy?.lastKey, copy?.keyStep, copy?.lockMode], [
    1,
    2,
    1,
    "keys",
  ]);
  const [evaluate] = family({
    ...get,
    arity: -3,
    keys: [{ index: 2, keynum: [0, 1, 1], flags: ["RW"] }],
  });
  assert.deepEqual([evaluate?.firstKey, evaluate?.allFlags], [0, ["movablekeys"]]);
});

Deno.test("checkCommands() names what contradicts itself", () => {
  refused({ flags: ["quick"] }, /get has unknown flag "quick"/);
  refused({ name: "get" }, /must be written GET/);
  refused({ flags: ["write", "readonly"] }, /both write and readonly/);
  refused({ locks: "keys" }, /locks keys but declares none/);
  refused({ run: "server", keys: [key] }, /no lock is held/);
  refused({ keys: [{ ...key, index: 2 }] }, /index 2 is behind the last argument \(arity 2\)/);
  refused({ keys: [{ ...key, range: [1, 1, 0] }] }, /last key 2 is behind/);
  refused({ keys: [{ ...key, range: [0, 0, 0] }] }, /step 0 does not advance/);
  refused({ keys: [{ ...key, flags: ["access"] }] }, /exactly one of RO, RW, OW, RM/);
  refused({ args: [{ name: "key", type: "key", key_spec_index: 0 }] }, /key specification 0/);
  assert.throws(() => checkCommands(family(get, get)), /get is declared twice/);
});

const abi = (more: Partial<Abi>): Abi => ({
  version: 1,
  statuses: [],
  constants: [],
  bits: [],
  records: [],
  functions: [],
  ...more,
});

Deno.test("layoutOf() places fields at natural alignment and checkAbi() refuses padding", () => {
  const record = {
    name: "Mixed",
    doc: "",
    fields: [{ name: "a", type: "u32" as const, doc: "" }, {
      name: "b",
      type: "u64" as const,
      doc: "",
    }],
  };
  const layout = layoutOf(record);
  assert.deepEqual([layout.bytes, layout.fields.map(({ offset }) => offset)], [16, [0, 8]]);
  assert.throws(() => checkAbi(abi({ records: [record] })), /Mixed has 4 bytes of padding/);
});

Deno.test("checkAbi() refuses a buffer without its length and an unknown type", () => {
  const call = (type: string): Abi =>
    abi({ functions: [{ name: "f", doc: "", params: [{ name: "x", type, doc: "" }] }] });
  assert.throws(() => checkAbi(call("in")), /"x" is not followed by its u32 length/);
  assert.throws(() => checkAbi(call("u64")), /unknown type "u64"/);
});

Deno.test("withSupportTable() changes only what lies between the markers", () => {
  const families = [{ family: "generic", about: "", commands: [get] }];
  const readme = withSupportTable(
    "a <!-- commands -->old<!-- /commands --> b",
    families,
    family(get),
  );
  assert.match(
    readme ?? "",
    /^a <!-- commands -->\n\n.*\| generic \| GET {6}\|\n\n<!-- \/commands --> b$/s,
  );
  assert.equal(withSupportTable("no markers", families, family(get)), undefined);
});
