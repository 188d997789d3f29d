/**
 * The only door to the native library: finds it, opens it, compares the boundary's version.
 *
 * Knows file names and the generated symbols, and no meaning of any call. Invariant: nothing is opened on import; an isolate
 * opens the library at most once, and every isolate of the process shares the one Rust state behind it.
 *
 * @module
 */

import { ABI_VERSION, symbols } from "./generated/abi.ts";

/** The functions of the library, callable. */
export type CoreSymbols = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** The library's file name. */
const FILE = "libnumakv_core.so";

let opened: CoreSymbols | undefined;

/**
 * The library's functions, opened on first use.
 *
 * @throws {Error} when the library is missing, cannot be opened, or was built from another boundary
 */
export function coreSymbols(): CoreSymbols {
  return opened ??= openLibrary(findLibrary());
}

/** The places where the library may be, best first. `NUMAKV_CORE` replaces all others. */
export function libraryPlaces(): string[] {
  const told = Deno.env.get("NUMAKV_CORE");
  if (told) return [told];
  const beside = Deno.execPath().replace(/[^/]*$/, FILE);
  if (Deno.build.standalone) return [beside];
  return [new URL(`../target/release/${FILE}`, import.meta.url).pathname, beside];
}

function findLibrary(): string {
  const places = libraryPlaces();
  const found = places.find(exists);
  if (found !== undefined) return found;
  throw new Error(
    `Cannot find the core library: looked at ${places.join(" and ")}; ` +
      `./numakv builds it, or set NUMAKV_CORE to the path of ${FILE}`,
  );
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function openLibrary(path: string): CoreSymbols {
  let library: Deno.DynamicLibrary<typeof symbols>;
  try {
    library = Deno.dlopen(path, symbols);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open the core library '${path}': ${reason}; ./numakv builds it anew`, {
      cause: error,
    });
  }
  const version = library.symbols.nkv_abi_version();
  if (version === ABI_VERSION) return library.symbols;
  library.close();
  throw new Error(
    `Cannot use the core library '${path}': its boundary has version ${version}, ` +
      `this server wants ${ABI_VERSION}; ./numakv builds it anew`,
  );
}
