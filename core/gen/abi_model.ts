/**
 * The boundary table (`core/abi.json`) as types, what must hold in it, and the layout of its records.
 *
 * Knows no output language. Invariant: a record's fields lie at natural alignment in the order written,
 * as `#[repr(C)]` lays them out; `sum(field bytes) + padding == record bytes`.
 *
 * @module
 */
import { TableError } from "./table_error.ts";

/** A named number with the sentence that explains it. */
export interface NamedValue {
  name: string;
  value: number;
  doc: string;
}

/** A constant outside any group. */
export interface Constant extends NamedValue {
  type: "u32" | "i32";
}

/** A group of flag bits. */
export interface BitGroup {
  name: string;
  doc: string;
  values: NamedValue[];
}

/** The types a record's field may have. */
export type FieldType = "u32" | "i32" | "u64" | "i64" | "f64";

/** One field of a record. */
export interface Field {
  name: string;
  type: FieldType;
  doc: string;
}

/** A record that crosses the boundary inside a buffer; `many` when a buffer holds several. */
export interface RecordSpec {
  name: string;
  doc: string;
  many?: boolean;
  fields: Field[];
}

/** A parameter; `type` is a number type, `in`, `out`, `out u32` or `out <Record>`. */
export interface Param {
  name: string;
  type: string;
  doc: string;
}

/** An exported function; its result is always i32. */
export interface FunctionSpec {
  name: string;
  doc: string;
  params: Param[];
  nonblocking?: boolean;
}

/** The whole table. */
export interface Abi {
  version: number;
  statuses: NamedValue[];
  constants: Constant[];
  bits: BitGroup[];
  records: RecordSpec[];
  functions: FunctionSpec[];
}

/** A field with its place. */
export interface PlacedField extends Field {
  offset: number;
}

/** A record's layout in bytes. */
export interface Layout {
  bytes: number;
  align: number;
  fields: PlacedField[];
}

const FIELD_BYTES: Record<FieldType, number> = { u32: 4, i32: 4, u64: 8, i64: 8, f64: 8 };

const roundUp = (value: number, align: number): number => Math.ceil(value / align) * align;

/** Lays a record out as `#[repr(C)]` does. */
export function layoutOf(record: RecordSpec): Layout {
  let end = 0;
  let align = 1;
  const fields = record.fields.map((field): PlacedField => {
    const bytes = FIELD_BYTES[field.type];
    const offset = roundUp(end, bytes);
    end = offset + bytes;
    align = Math.max(align, bytes);
    return { ...field, offset };
  });
  return { bytes: roundUp(end, align), align, fields };
}

/** `reply_bytes` to `replyBytes`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `MAX_CLIENTS` to `MaxClients`. */
export function pascal(name: string): string {
  return name.toLowerCase().replace(
    /(?:^|_)([a-z0-9])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

/** Stops when the table contradicts itself; the message names the place. */
export function checkAbi(abi: Abi): void {
  unique("status", abi.statuses.map((status) => status.name));
  unique("status value", abi.statuses.map((status) => String(status.value)));
  unique("record", abi.records.map((record) => record.name));
  unique("function", abi.functions.map((spec) => spec.name));
  for (const { name, value } of abi.statuses) {
    if (!Number.isInteger(value) || value < 1) {
      fail(`status ${name} is ${value}, must be 1 or more`);
    }
  }
  for (const group of abi.bits) checkBits(group);
  for (const record of abi.records) checkRecord(record);
  for (const spec of abi.functions) checkFunction(spec, abi);
}

function checkBits(group: BitGroup): void {
  unique(`bit of ${group.name}`, group.values.map((bit) => String(bit.value)));
  for (const { name, value } of group.values) {
    if (!Number.isInteger(Math.log2(value)) || value > 2 ** 31) {
      fail(`${group.name}.${name} is ${value}, must be one bit of a u32`);
    }
  }
}

function checkRecord(record: RecordSpec): void {
  unique(`field of ${record.name}`, record.fields.map((field) => field.name));
  for (const field of record.fields) {
    if (!(field.type in FIELD_BYTES)) {
      fail(`${record.name}.${field.name} has type "${field.type}", which no record may hold`);
    }
  }
  const layout = layoutOf(record);
  const held = record.fields.reduce((sum, field) => sum + FIELD_BYTES[field.type], 0);
  if (held !== layout.bytes) {
    fail(`${record.name} has ${layout.bytes - held} bytes of padding: put wide fields first`);
  }
}

function checkFunction(spec: FunctionSpec, abi: Abi): void {
  unique(`parameter of ${spec.name}`, spec.params.map((param) => param.name));
  spec.params.forEach((param, index) => {
    if (["u32", "i32", "f64"].includes(param.type)) return;
    if (["in", "out", "out u32"].includes(param.type)) {
      if (spec.params[index + 1]?.type === "u32") return;
      fail(`${spec.name}: buffer "${param.name}" is not followed by its u32 length`);
    }
    if (abi.records.some((record) => param.type === `out ${record.name}`)) return;
    fail(`${spec.name}: parameter "${param.name}" has unknown type "${param.type}"`);
  });
}

function unique(what: string, names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`${what} "${twice}" is there twice`);
}

function fail(message: string): never {
  throw new TableError(`core/abi.json: ${message}`);
}
