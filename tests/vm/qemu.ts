/**
 * QEMU: the machine as arguments, and one run of it from power on to power off.
 *
 * Plain emulation (TCG) is asked for by name, so that a run is the same wherever it is: /dev/kvm may open and still not
 * boot this kernel. Knows the machine and where QEMU is, and nothing of what runs inside.
 * Invariant: a returned run has ended, and one that had to be stopped says so.
 *
 * @module
 */
import { CPUS, DISTANCES, type MachineNode, NODES, PATHS } from "./machine.ts";

/** What a boot needs. */
export interface Boot {
  /** The unpacked packages. */
  readonly root: string;
  readonly kernel: string;
  readonly initrd: string;
  /** An ext4 image that the guest may write. */
  readonly disk: string;
  /** Where the kernel's console goes. */
  readonly console: string;
  /** Where the tests' output goes. */
  readonly output: string;
  readonly limit_s: number;
}

/** How a boot ended. */
export interface Ended {
  /** QEMU's exit status; 0 also when the guest's kernel panics. */
  readonly code: number;
  readonly stopped: boolean;
  readonly stderr: string;
}

/** Runs a machine to its end or its limit. */
export async function runMachine(boot: Boot): Promise<Ended> {
  const own = await isFile(`${boot.root}/usr/bin/qemu-system-x86_64`);
  const limit = AbortSignal.timeout(boot.limit_s * 1000);
  const { code, stderr } = await new Deno.Command(
    own ? `${boot.root}/usr/bin/qemu-system-x86_64` : "qemu-system-x86_64",
    {
      args: [
        ...own ? firmwareArguments(boot.root) : [],
        ...machineArguments(),
        ...bootArguments(boot),
      ],
      env: own ? libraryPaths(boot.root) : {},
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: limit,
    },
  ).output();
  return { code, stopped: limit.aborted, stderr: new TextDecoder().decode(stderr) };
}

/** Nodes, CPUs, memory, distances and HMAT. */
export function machineArguments(): string[] {
  const total_mib = NODES.reduce((sum, { memory_mib }) => sum + memory_mib, 0);
  const sockets = NODES.filter(({ cpus }) => cpus.length > 0).length;
  return [
    ...["-machine", "pc,hmat=on", "-accel", "tcg,thread=multi", "-cpu", "max"],
    ...["-smp", `${CPUS.length},sockets=${sockets},cores=${CPUS.length / sockets},threads=1`],
    ...["-m", `${total_mib}M`],
    ...NODES.flatMap(nodeArguments),
    ...DISTANCES.flatMap((row, src) =>
      row.flatMap((val, dst) => dst > src ? ["-numa", `dist,src=${src},dst=${dst},val=${val}`] : [])
    ),
    ...PATHS.flatMap(({ initiator, target, latency_ns, bandwidth_mib }) => {
      const path = `hmat-lb,initiator=${initiator},target=${target},hierarchy=memory`;
      return [
        ...["-numa", `${path},data-type=access-latency,latency=${latency_ns}`],
        ...["-numa", `${path},data-type=access-bandwidth,bandwidth=${bandwidth_mib}M`],
      ];
    }),
  ];
}

function nodeArguments({ id, memory_mib, cpus }: MachineNode): string[] {
  const memory = ["-object", `memory-backend-ram,id=m${id},size=${memory_mib}M`];
  const place = cpus.length > 0
    ? `cpus=${cpus[0]}-${cpus.at(-1)}`
    : `initiator=${nearestInitiator(id)}`;
  return [...memory, "-numa", `node,nodeid=${id},memdev=m${id},${place}`];
}

function nearestInitiator(node: number): number {
  const distances = DISTANCES[node] ?? [];
  const withCpus = NODES.filter(({ cpus }) => cpus.length > 0).map(({ id }) => id);
  return withCpus.sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0))[0] ?? 0;
}

/** Kernel, disk and two serial lines: the console's and the tests'. A panic ends the run instead of waiting for a key. */
function bootArguments({ kernel, initrd, disk, console, output }: Boot): string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", kernel, "-initrd", initrd],
    ...["-append", "console=ttyS0 loglevel=4 panic=-1 oops=panic"],
    ...["-drive", `file=${disk},format=raw,if=virtio,cache=unsafe`],
    ...["-serial", `file:${console}`, "-serial", `file:${output}`],
  ];
}

function firmwareArguments(root: string): string[] {
  return ["qemu", "seabios"].flatMap((name) => ["-L", `${root}/usr/share/${name}`]);
}

function libraryPaths(root: string): Record<string, string> {
  const folders = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((name) =>
    `${root}/${name}`
  );
  return { LD_LIBRARY_PATH: folders.join(":"), QEMU_MODULE_DIR: `${folders[0]}/qemu` };
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
