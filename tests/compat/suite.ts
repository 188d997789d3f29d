/**
 * Brings Redis' own Tcl suite, 7.0.15, out of the source package of the machine's distribution (or of
 * Debian 12) into .tools/redis-suite/, once, and makes it say a little more than it does.
 *
 * Knows apt, one tarball's digest and three lines of the suite. Invariant: what is unpacked came from the
 * tarball with that digest, and differs from it by PATCHES alone.
 *
 * @module
 */
const VERSION = "7.0.15";
const TARBALL = `redis_${VERSION}.orig.tar.gz`;
const TARBALL_SHA256 = "4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982";
const TOOLS = new URL("../../.tools/", import.meta.url);
const CACHE = new URL("redis-suite/", TOOLS);
const DEBIAN_12 =
  "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n";

interface Patch {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What is changed in the suite, for both servers alike. No test is touched:
 *
 * - each block of tests begins with FUNCTION FLUSH, which a server without scripting has no need of;
 * - the test that begins is named, so that a crash or a wait without end can be told from its neighbours.
 */
const PATCHES: readonly Patch[] = [
  {
    path: "tests/support/server.tcl",
    from: "    r function flush\n",
    to: "    catch {r function flush}\n",
  },
  {
    path: "tests/test_helper.tcl",
    from: "    } elseif {$status eq {testing}} {\n",
    to:
      '    } elseif {$status eq {testing}} {\n        puts "\\[testing\\]: $data"; flush stdout\n',
  },
];

/** Where the suite lies after it was brought; its `runtest` is run from there. */
export async function bringSuite(): Promise<string> {
  const version = hex(await digest(new TextEncoder().encode(JSON.stringify(PATCHES))));
  const folder = new URL(`${VERSION}-${version.slice(0, 8)}/`, CACHE);
  const path = decodeURIComponent(folder.pathname);
  if (await exists(new URL("tests/test_helper.tcl", folder))) return path;
  const tarball = await bringTarball();
  const fresh = `${path.slice(0, -1)}.${Deno.pid}`;
  await Deno.mkdir(fresh, { recursive: true });
  const members = ["runtest", "tests"].map((name) => `redis-${VERSION}/${name}`);
  await run(["tar", "-xzf", tarball, "-C", fresh, "--strip-components=1", ...members]);
  for (const patch of PATCHES) await apply(fresh, patch);
  await Deno.rename(fresh, path);
  return path;
}

async function apply(folder: string, { path, from, to }: Patch): Promise<void> {
  const file = `${folder}/${path}`;
  const text = await Deno.readTextFile(file);
  if (text.split(from).length !== 2) {
    throw new Error(`Cannot patch '${path}': want one '${from.trim()}' in it`);
  }
  await Deno.writeTextFile(file, text.replace(from, () => to));
}

/** The tarball as it lies in the cache, fetched when it does not, refused when it is another. */
async function bringTarball(): Promise<string> {
  await Deno.mkdir(CACHE, { recursive: true });
  const file = new URL(TARBALL, CACHE);
  if (!await exists(file)) await fetchTarball();
  const path = decodeURIComponent(file.pathname);
  const found = hex(await digest(await Deno.readFile(file)));
  if (found !== TARBALL_SHA256) {
    throw new Error(`'${path}' has the SHA-256 ${found}, not ${TARBALL_SHA256}: delete it`);
  }
  return path;
}

/** Asks apt, with lists of its own so that nothing of the system changes and nobody has to be root. */
async function fetchTarball(): Promise<void> {
  for (const sources of [await machineSources(), new Map([["debian-12.list", DEBIAN_12]])]) {
    const folder = await Deno.makeTempDir({ prefix: "numakv-suite-" });
    try {
      if (await fetchFrom(sources, folder)) return;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  throw new Error(
    `Cannot fetch Redis' test suite: apt-get has no source package 'redis' of version ${VERSION}; ` +
      `put '${TARBALL}' (SHA-256 ${TARBALL_SHA256}) into .tools/redis-suite/`,
  );
}

async function fetchFrom(sources: Map<string, string>, folder: string): Promise<boolean> {
  for (const part of ["parts", "lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${folder}/${part}`, { recursive: true });
  }
  for (const [name, text] of sources) await Deno.writeTextFile(`${folder}/parts/${name}`, text);
  const options = [
    `Dir::Etc::sourcelist=/dev/null`,
    `Dir::Etc::sourceparts=${folder}/parts`,
    `Dir::State::lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    `APT::Sandbox::User=`,
  ].flatMap((option) => ["-o", option]);
  await attempt(["apt-get", ...options, "-q", "update"], folder);
  const shown = await attempt(
    ["apt-cache", ...options, "showsrc", "--only-source", "redis"],
    folder,
  );
  const versions = [...shown.matchAll(/^Version: (\S+)$/gm)].map((found) => found[1] ?? "");
  const version = versions.find((one) => one.replace(/^\d+:/, "").startsWith(`${VERSION}-`));
  if (version === undefined) return false;
  await attempt(
    ["apt-get", ...options, "-q", "source", "--download-only", `redis=${version}`],
    folder,
  );
  if (!await exists(new URL(`file://${folder}/${TARBALL}`))) return false;
  await Deno.copyFile(`${folder}/${TARBALL}`, new URL(TARBALL, CACHE));
  return true;
}

/** The machine's own sources, asking for source packages where they ask for binary ones. */
async function machineSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const read = async (path: string, name: string): Promise<void> => {
    const text = await Deno.readTextFile(path).catch(() => "");
    const asSource = name.endsWith(".sources")
      ? text.replaceAll(/^Types:.*$/gm, "Types: deb-src")
      : text.replaceAll(/^deb-src\b.*$/gm, "").replaceAll(/^deb\b/gm, "deb-src");
    if (asSource.trim() !== "") sources.set(name, asSource);
  };
  await read("/etc/apt/sources.list", "machine.list");
  const parts = "/etc/apt/sources.list.d";
  if (await exists(new URL(`file://${parts}`))) {
    for await (const { name } of Deno.readDir(parts)) {
      if (/\.(?:list|sources)$/.test(name)) await read(`${parts}/${name}`, name);
    }
  }
  return sources;
}

/** Runs a command and answers what it wrote, whether it ended well or not. */
async function attempt([program = "", ...args]: string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(program, { args, cwd, stdin: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return ""; // no such program here
  }
}

async function run([program = "", ...args]: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`'${program}' failed: ${new TextDecoder().decode(stderr)}`);
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
