/**
 * Writes the boundary as TypeScript: `server/generated/abi.ts`, the symbol table for `Deno.dlopen`, the
 * status codes, flag bits and a reader class for each record.
 *
 * Records of 32-bit fields alone are read through a `Uint32Array` at constant indexes, because Outcome is
 * read once a request; others through a `DataView`. Invariant: offsets equal those asserted in Rust.
 *
 * @module
 */
import {
  type Abi,
  camel,
  type FunctionSpec,
  type Layout,
  layoutOf,
  type NamedValue,
  type PlacedField,
  type RecordSpec,
} from "./abi_model.ts";
import { rustType } from "./abi_rust.ts";

const OPENING = `/**
 * The boundary in TypeScript: symbols for \`Deno.dlopen\`, status codes, flag bits, record readers.
 *
 * Written by core/gen.ts from core/abi.json; edit that and run \`deno task gen\`. Knows no library and no
 * handle; only server/ffi.ts opens the one and only server/core.ts holds the other.
 *
 * @module
 */
// deno-fmt-ignore-file
`;

/** The text of `server/generated/abi.ts`. */
export function tsAbi(abi: Abi): string {
  const holds = (type: string): boolean =>
    abi.records.some((record) => record.fields.some((field) => field.type === type));
  return [
    OPENING,
    `/** Version of the boundary; compared when the library is opened. */\nexport const ABI_VERSION = ${abi.version};\n`,
    ...abi.constants.map(({ name, value, doc }) =>
      `/** ${doc} */\nexport const ${name} = ${value};\n`
    ),
    "/** The exported functions. A comment after a parameter gives its name and Rust type. */\n" +
    "export const symbols = {\n" + abi.functions.map(symbol).join("") +
    "} as const satisfies Deno.ForeignLibraryInterface;\n",
    constants(
      "Status",
      "Why a call did not simply succeed; a function returns it negated.",
      abi.statuses,
    ) +
    "\n/** One of the values of Status. */\nexport type StatusCode = typeof Status[keyof typeof Status];\n\n" +
    "const statusNames = new Map<number, string>(Object.entries(Status).map(([name, value]) => [value, name]));\n\n" +
    "/** The name of a status value, for messages. */\nexport function statusName(value: number): string {\n" +
    "  return statusNames.get(value) ?? `status ${value}`;\n}\n",
    ...abi.bits.map(({ name, doc, values }) => constants(name, doc, values)),
    ...(holds("u64") ? [WIDE] : []),
    ...(holds("i64") ? [WIDE_SIGNED] : []),
    ...abi.records.map(reader),
  ].join("\n");
}

const WIDE = `/** A u64 as a number: exact below 2^53, rounded above. */
function wide(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 4294967296 + view.getUint32(offset, true);
}
`;

const WIDE_SIGNED = `/** An i64 as a number: exact between -2^53 and 2^53, rounded outside. */
function wideSigned(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * 4294967296 + view.getUint32(offset, true);
}
`;

function constants(name: string, doc: string, values: NamedValue[]): string {
  return `/** ${doc} */\nexport const ${name} = {\n` +
    values.map((entry) => `  /** ${entry.doc} */\n  ${entry.name}: ${entry.value},\n`).join("") +
    "} as const;\n";
}

function symbol(spec: FunctionSpec): string {
  const params = spec.params.map((param) => {
    const type = ["u32", "i32", "f64"].includes(param.type) ? param.type : "buffer";
    return `      "${type}", // ${param.name}: ${rustType(param.type)}. ${param.doc}\n`;
  }).join("");
  return `  /** ${spec.doc} */\n  ${spec.name}: {\n` +
    (params === "" ? "    parameters: [],\n" : `    parameters: [\n${params}    ],\n`) +
    `    result: "i32",\n` + (spec.nonblocking ? "    nonblocking: true,\n" : "") + "  },\n";
}

const isWords = (record: RecordSpec): boolean => record.fields.every(({ type }) => type === "u32");

function reader(record: RecordSpec): string {
  const layout = layoutOf(record);
  if (record.many) return manyReader(record, layout);
  return isWords(record) ? wordReader(record, layout) : viewReader(record, layout);
}

function head(record: RecordSpec, layout: Layout, more: string): string {
  return `/** ${record.doc}${more} */\nexport class ${record.name} {\n` +
    `  /** Bytes of one record. */\n  static readonly BYTES = ${layout.bytes};\n`;
}

function wordReader(record: RecordSpec, layout: Layout): string {
  const getters = layout.fields.map((field) => getter(field, `this.#words[${field.offset / 4}]!`))
    .join("");
  return head(record, layout, "") +
    `  /** What to pass to core. */\n  readonly buffer: Uint8Array<ArrayBuffer>;\n` +
    `  readonly #words: Uint32Array<ArrayBuffer>;\n\n  constructor() {\n` +
    `    this.#words = new Uint32Array(${layout.bytes / 4});\n` +
    `    this.buffer = new Uint8Array(this.#words.buffer);\n  }\n${getters}}\n`;
}

function viewReader(record: RecordSpec, layout: Layout): string {
  const getters = layout.fields.map((field) => getter(field, access(field, ""))).join("");
  return head(record, layout, "") +
    `  /** What to pass to core. */\n  readonly buffer: Uint8Array<ArrayBuffer>;\n` +
    `  readonly #view: DataView<ArrayBuffer>;\n\n  constructor() {\n` +
    `    this.buffer = new Uint8Array(${layout.bytes});\n` +
    `    this.#view = new DataView(this.buffer.buffer);\n  }\n${getters}}\n`;
}

function manyReader(record: RecordSpec, layout: Layout): string {
  const getters = layout.fields.map((field) => getter(field, access(field, "this.#start + "))).join(
    "",
  );
  return head(record, layout, " Reads one record of many at a time; `at` chooses it.") +
    `  readonly #view: DataView<ArrayBufferLike>;\n  #start = 0;\n\n` +
    `  /** Reads the records at the start of \`buffer\`. */\n  constructor(buffer: Uint8Array) {\n` +
    `    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);\n  }\n\n` +
    `  /** Moves to the record of that index and returns this. */\n  at(index: number): this {\n` +
    `    this.#start = index * ${layout.bytes};\n    return this;\n  }\n${getters}}\n`;
}

function getter(field: PlacedField, expression: string): string {
  return `\n  /** ${field.doc} */\n  get ${
    camel(field.name)
  }(): number {\n    return ${expression};\n  }\n`;
}

function access({ type, offset }: PlacedField, start: string): string {
  const place = start === "" ? `${offset}` : offset === 0 ? "this.#start" : `${start}${offset}`;
  if (type === "u64") return `wide(this.#view, ${place})`;
  if (type === "i64") return `wideSigned(this.#view, ${place})`;
  if (type === "f64") return `this.#view.getFloat64(${place}, true)`;
  return `this.#view.get${type === "i32" ? "Int32" : "Uint32"}(${place}, true)`;
}
