/**
 * The files style is checked on: what git would track, or, in a tree without git, all but what is built.
 *
 * Knows paths and texts, and no rule. Invariant: paths are relative to the root and sorted.
 *
 * @module
 */

/** A source file, read whole. */
export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** One broken rule: where, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** 1 is the first line; 0 is the file as a whole. */
  readonly line: number;
  readonly message: string;
}

const ROOT = new URL("../../", import.meta.url);
const BUILT = new Set([".git", ".tools", "target", "node_modules"]);

/** Every file of the repository that is not ignored. */
export async function listFiles(): Promise<string[]> {
  const listed = await gitFiles() ?? [...walk("")];
  const files = listed.filter((path) => path !== "" && isFile(path));
  return files.sort();
}

/** The text of a file, or of nothing when it is not text. */
export function readSource(path: string): Source {
  return { path, text: Deno.readTextFileSync(new URL(encodeURI(path), ROOT)) };
}

/** Whether a generator wrote the file: its first lines say so. */
export function isGenerated({ text }: Source): boolean {
  return /\b(?:generated (?:by|from)|written by core\/gen\.ts)\b/i.test(text.slice(0, 400));
}

/** A finding as a line an editor can jump to. */
export function describe({ path, line, message }: Finding): string {
  return `${path}:${line}: ${message}`;
}

async function gitFiles(): Promise<string[] | undefined> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
    return success ? new TextDecoder().decode(stdout).split("\0") : undefined;
  } catch {
    return undefined; // no git here: walk instead
  }
}

function* walk(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(`./${folder}`, ROOT))) {
    if (BUILT.has(entry.name)) continue;
    if (entry.isDirectory) yield* walk(`${folder}${entry.name}/`);
    else yield folder + entry.name;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.lstatSync(new URL(encodeURI(path), ROOT)).isFile;
  } catch {
    return false; // deleted, and git does not know it yet
  }
}
