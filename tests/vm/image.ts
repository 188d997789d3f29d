/**
 * What the guest boots from: an initramfs that loads the disk's driver and mounts it, and the disk, with the host's own
 * Deno, the core that is built, the project's source, libnuma, numactl and a shell.
 *
 * Knows files and paths, and nothing of QEMU or of the tests. Invariant: programs and libraries have the same bytes as
 * on the host, so that what is tested is what serves.
 *
 * @module
 */

/** Where things are on the host. */
export interface Sources {
  /** The project. */
  readonly project: string;
  /** The unpacked packages. */
  readonly root: string;
  /** A folder for the images. */
  readonly folder: string;
}

/** Where the project is in the guest, and where Deno keeps its packages there. */
const GUEST_PROJECT = "numakv";
const GUEST_DENO_DIR = "deno";
/** What of the project goes along. */
const PROJECT_ENTRIES = ["mod.ts", "deno.json", "deno.lock", "server", "strategies", "tests"];
/** Modules that reach a virtio disk; a kernel that has them built in has no file of that name. */
const MODULES = ["virtio_pci", "virtio_blk"];
/** Room on the disk for what Deno and the tests write. */
const SPARE_MIB = 128;

/** Runs a program to its end and gives what it wrote. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  throw new Error(`Cannot run '${program} ${args.join(" ")}': ${text.decode(stderr).trim()}`);
}

/** The kernel's image and its release, from the unpacked package. */
export async function kernelOf(root: string): Promise<{ path: string; release: string }> {
  for await (const { name } of Deno.readDir(`${root}/boot`)) {
    if (name.startsWith("vmlinuz-")) {
      return { path: `${root}/boot/${name}`, release: name.slice("vmlinuz-".length) };
    }
  }
  throw new Deno.errors.NotFound(`Cannot find a kernel in '${root}/boot'`);
}

/** Writes the initramfs and gives its path. */
export async function makeInitrd({ project, root, folder }: Sources): Promise<string> {
  const stage = `${folder}/initramfs`;
  const busybox = `${root}/bin/busybox`;
  for (const name of ["bin", "dev", "proc", "sys", "root", "modules"]) {
    await Deno.mkdir(`${stage}/${name}`, { recursive: true });
  }
  await Deno.copyFile(busybox, `${stage}/bin/busybox`);
  await Deno.copyFile(`${project}/tests/vm/guest/init.sh`, `${stage}/init`);
  await Deno.chmod(`${stage}/init`, 0o755);
  const { release } = await kernelOf(root);
  const loaded: string[] = [];
  for (const name of MODULES) {
    await addModule(name, { busybox, stage, loaded, modules: `${root}/lib/modules/${release}` });
  }
  await Deno.writeTextFile(`${stage}/modules/order`, loaded.map((name) => `${name}\n`).join(""));
  const archive = `${folder}/initrd`;
  await run("sh", "-c", `cd "$0" && find . | "$1" cpio -o -H newc >"$2"`, stage, busybox, archive);
  return archive;
}

interface ModuleRoom {
  readonly busybox: string;
  readonly stage: string;
  readonly modules: string;
  /** Modules in the order they must be loaded. */
  readonly loaded: string[];
}

/** Unpacks a module after those it depends on; what it depends on stands in the file itself. */
async function addModule(name: string, room: ModuleRoom): Promise<void> {
  if (room.loaded.includes(name)) return;
  const pattern = `${name.replaceAll("_", "[-_]")}.ko*`;
  const found = (await run("find", room.modules, "-name", pattern)).trim().split("\n")[0] ?? "";
  if (found === "") return;
  const file = `${room.stage}/modules/${name}`;
  const reader = found.endsWith(".xz") ? "xzcat" : "cat";
  await run("sh", "-c", `"$0" ${reader} "$1" >"$2"`, room.busybox, found, file);
  const text = new TextDecoder("latin1").decode(await Deno.readFile(file));
  const depends = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
  for (const other of depends.split(",").filter((word) => word !== "")) {
    await addModule(other, room);
  }
  room.loaded.push(name);
}

/** Writes the disk and gives its path. */
export async function makeDisk(sources: Sources): Promise<string> {
  const { project, root, folder } = sources;
  const stage = `${folder}/disk`;
  for (const name of ["bin", "dev", "proc", "sys", "tmp", "run", "etc", "usr/bin"]) {
    await Deno.mkdir(`${stage}/${name}`, { recursive: true });
  }
  await Deno.writeTextFile(`${stage}/etc/hosts`, "127.0.0.1 localhost\n");
  await Deno.writeTextFile(`${stage}/etc/passwd`, "root:x:0:0:root:/:/bin/sh\n");
  await addPrograms(stage, sources);
  await addProject(stage, project);
  await addPackages(`${stage}/${GUEST_DENO_DIR}`, project);
  const [kib = "0"] = (await run("du", "-sk", stage)).split("\t");
  const image = `${folder}/disk.img`;
  const size = `${Math.ceil(Number(kib) / 1024 * 1.1) + SPARE_MIB}M`;
  const path = `${root}/usr/sbin:${root}/sbin:${Deno.env.get("PATH")}:/usr/sbin:/sbin`;
  const format = `PATH="$0" mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$1" "$2" ${size}`;
  await run("sh", "-c", format, path, stage, image);
  await Deno.remove(stage, { recursive: true });
  return image;
}

/** Deno, shell and numactl with the libraries they are linked with, and libnuma, which core loads by itself. */
async function addPrograms(stage: string, { root, project }: Sources): Promise<void> {
  const library = `${root}/usr/lib/x86_64-linux-gnu`;
  await run("cp", `${root}/bin/busybox`, `${stage}/bin/busybox`);
  await run("cp", Deno.execPath(), `${root}/usr/bin/numactl`, `${stage}/usr/bin`);
  const linked = await run("ldd", Deno.execPath(), corePath(project));
  const libraries = linked.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm);
  for (const path of new Set([...libraries].map(([, path = ""]) => path))) {
    await copyTo(path, `${stage}${path}`);
  }
  await copyTo(`${library}/libnuma.so.1`, `${stage}/usr/lib/x86_64-linux-gnu/libnuma.so.1`);
}

async function addProject(stage: string, project: string): Promise<void> {
  const target = `${stage}/${GUEST_PROJECT}`;
  await Deno.mkdir(target);
  const entries = PROJECT_ENTRIES.map((name) => `${project}/${name}`);
  await run("cp", "-r", ...entries, target);
  await copyTo(corePath(project), `${target}/target/release/libnumakv_core.so`);
}

/** The core that would serve on the host. */
function corePath(project: string): string {
  return Deno.env.get("NUMAKV_CORE") ?? `${project}/target/release/libnumakv_core.so`;
}

/** The packages that deno.lock names, from Deno's cache: the guest has no network. */
async function addPackages(target: string, project: string): Promise<void> {
  await run(Deno.execPath(), "install", "-q", "--frozen", "--config", `${project}/deno.json`);
  const { npmCache } = JSON.parse(await run(Deno.execPath(), "info", "--json"));
  const { npm } = JSON.parse(await Deno.readTextFile(`${project}/deno.lock`));
  const names = Object.keys(npm).map((id) => id.slice(0, id.indexOf("@", 1)));
  for await (const { name: registry } of Deno.readDir(npmCache)) {
    for (const name of new Set(names)) {
      await copyTo(`${npmCache}/${registry}/${name}`, `${target}/npm/${registry}/${name}`);
    }
  }
}

/** Copies a file or folder and what its links lead to. */
async function copyTo(source: string, target: string): Promise<void> {
  await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  await run("cp", "-rL", source, target);
}
