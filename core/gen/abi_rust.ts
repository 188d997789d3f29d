/**
 * Writes the boundary as Rust: `core/src/abi.rs` (status codes, constants, records with their layout
 * asserted) and `core/src/abi_check.rs` (each exported function has the declared signature).
 *
 * The text is already as rustfmt would leave it. Invariant: a layout or signature that differs from the
 * table does not compile.
 *
 * @module
 */
import { type Abi, type FunctionSpec, layoutOf, pascal, type RecordSpec } from "./abi_model.ts";

const MARK = "// Written by core/gen.ts from core/abi.json; edit that and run `deno task gen`.\n";

/** The text of `core/src/abi.rs`. */
export function rustAbi(abi: Abi): string {
  return [
    "//! The boundary in Rust: status codes, flag bits and the records that cross it.\n" +
    "//!\n//! Knows no function and no state. Invariant: every size and offset is what `core/abi.json` says,\n" +
    "//! asserted when this file is compiled.\n" + MARK,
    "use core::mem::{offset_of, size_of};\n",
    `/// Version of the boundary; compared when the library is opened.\npub const ABI_VERSION: i32 = ${abi.version};\n`,
    ...abi.constants.map(({ name, type, value, doc }) =>
      `/// ${doc}\npub const ${name}: ${type} = ${value};\n`
    ),
    statusEnum(abi),
    ...abi.bits.map((group) =>
      `/// ${group.doc}\npub mod ${snake(group.name)} {\n` +
      group.values.map((bit) =>
        `    /// ${bit.doc}\n    pub const ${bit.name}: u32 = ${bit.value};\n`
      ).join("") + "}\n"
    ),
    ...abi.records.map(record),
  ].join("\n");
}

/** The text of `core/src/abi_check.rs`. */
export function rustAbiCheck(abi: Abi): string {
  return "//! Checks that every exported function has the signature `core/abi.json` declares.\n" +
    "//!\n//! Holds no code that runs. Invariant: a function missing or shaped otherwise does not compile.\n" +
    MARK + "\nuse crate::abi::{" + recordsUsed(abi).join(", ") + "};\nuse crate::ffi;\n\n" +
    "#[rustfmt::skip]\nconst _: () = {\n" +
    abi.functions.map((spec) =>
      `    let _: unsafe extern "C" fn(${rustParams(spec)}) -> i32 = ffi::${spec.name};\n`
    ).join("") + "};\n";
}

function statusEnum(abi: Abi): string {
  const cases = abi.statuses;
  return "/// Why a call did not simply succeed; a function returns it negated.\n" +
    "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n#[repr(i32)]\npub enum Status {\n" +
    cases.map(({ name, value, doc }) => `    /// ${doc}\n    ${pascal(name)} = ${value},\n`).join(
      "",
    ) +
    "}\n\nimpl Status {\n    /// The result that reports this status: minus its value.\n" +
    "    #[must_use]\n    pub const fn result(self) -> i32 {\n        -(self as i32)\n    }\n\n" +
    "    /// The name `core/abi.json` gives it.\n    #[must_use]\n" +
    "    pub const fn name(self) -> &'static str {\n        match self {\n" +
    cases.map(({ name }) => `            Self::${pascal(name)} => "${name}",\n`).join("") +
    "        }\n    }\n}\n";
}

function record(spec: RecordSpec): string {
  const layout = layoutOf(spec);
  const asserts = layout.fields.map(({ name, offset }) =>
    `const _: () = assert!(offset_of!(${spec.name}, ${name}) == ${offset});\n`
  ).join("");
  return `/// ${spec.doc}\n#[derive(Clone, Copy, Debug, Default, PartialEq)]\n#[repr(C)]\n` +
    `pub struct ${spec.name} {\n` +
    spec.fields.map(({ name, type, doc }) =>
      `    /// ${doc}\n    pub ${rustName(name)}: ${type},\n`
    ).join("") +
    `}\n\nconst _: () = assert!(size_of::<${spec.name}>() == ${layout.bytes});\n` +
    asserts.replaceAll(/, type\)/g, ", r#type)");
}

const rustName = (name: string): string => name === "type" ? "r#type" : name;

const snake = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();

const RUST_TYPES: Record<string, string> = {
  "in": "*const u8",
  "out": "*mut u8",
  "out u32": "*mut u32",
};

/** The Rust type of a parameter of the table. */
export function rustType(type: string): string {
  return RUST_TYPES[type] ?? type.replace(/^out /, "*mut ");
}

function rustParams(spec: FunctionSpec): string {
  return spec.params.map((param) => rustType(param.type)).join(", ");
}

function recordsUsed(abi: Abi): string[] {
  const types = abi.functions.flatMap((spec) => spec.params.map((param) => param.type));
  return abi.records.map(({ name }) => name).filter((name) => types.includes(`out ${name}`)).sort();
}
