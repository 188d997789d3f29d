/**
 * `./numakv doctor`: what this machine allows, and whether numakv will help here at all.
 *
 * Knows how to show a probe, and nothing of how it is taken: the caller hands it over.
 * Invariant: same probe, same text; the JSON is the probe itself, nothing added.
 *
 * @module
 */
import { asProbe, type HugePages, type Probe, type ProbeNode } from "./doctor/probe.ts";

export { asProbe, type Probe } from "./doctor/probe.ts";

/** Exit code for arguments that cannot be read. */
const USAGE = 2;
const LABEL_CHARS = 22;

/**
 * Runs the doctor: reads its arguments, takes the probe, writes the report.
 *
 * @param args `--json` or nothing
 * @param probe takes the core's probe, parsed
 * @param write where the text goes, line ends included
 * @returns the exit code: 0, also where numakv does not help; 2 for arguments that cannot be read
 */
export function doctor(
  args: readonly string[],
  probe: () => unknown,
  write: (text: string) => void,
): number {
  const unknown = args.find((argument) => argument !== "--json");
  if (unknown !== undefined) {
    write(`doctor: unknown argument '${unknown}'; it takes --json or nothing\n`);
    return USAGE;
  }
  const found = asProbe(probe());
  write(args.length > 0 ? `${JSON.stringify(found, null, 2)}\n` : report(found));
  return 0;
}

/** The report as text, ending with the verdict. */
export function report(probe: Probe): string {
  const parts = [
    section("Nodes", [...probe.nodes.flatMap(nodeLines), ...distanceLines(probe.nodes)]),
    section("What the kernel permits", permissionLines(probe)),
    section("What the kernel does by itself", kernelLines(probe)),
    section("What this process may use", limitLines(probe)),
    ...(probe.warnings?.length ? [section("Warnings", probe.warnings)] : []),
    section(
      probe.verdict.helps ? "numakv helps here" : "numakv does not help here",
      wrap(probe.verdict.reason),
    ),
  ];
  return parts.join("\n");
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

function row(label: string, value: string): string {
  return `${label.padEnd(LABEL_CHARS)} ${value}`;
}

function nodeLines(node: ProbeNode): string[] {
  const cpus = node.memory_only ? "no CPUs (memory only)" : `CPUs ${ranges(node.cpus)}`;
  const free = node.free_bytes === null ? "" : `, ${bytes(node.free_bytes)} free`;
  const lines = [
    row(
      `node ${node.id}`,
      `${cpus}; ${bytes(node.total_bytes)}${free}; tier ${node.tier}`,
    ),
  ];
  const speed = speedOf(node);
  if (speed !== "") lines.push(row("", speed));
  const huge = (node.huge_pages ?? []).filter(({ total_count }) => total_count > 0);
  if (huge.length > 0) lines.push(row("", huge.map(hugeWords).join(", ")));
  return lines;
}

function speedOf({ hmat }: ProbeNode): string {
  if (hmat === null || hmat === undefined) return "";
  const facts = [
    hmat.read_latency_ns === null ? "" : `reads ${hmat.read_latency_ns} ns`,
    hmat.write_latency_ns === null ? "" : `writes ${hmat.write_latency_ns} ns`,
    hmat.read_bandwidth_mib === null ? "" : `${bytes(hmat.read_bandwidth_mib * 2 ** 20)}/s`,
  ];
  return facts.filter((fact) => fact !== "").join(", ");
}

function hugeWords({ size_kb, total_count, free_count }: HugePages): string {
  return `huge pages of ${bytes(size_kb * 1024)}: ${free_count} of ${total_count} free`;
}

/** The matrix of distances; of one node there is nothing to show. */
function distanceLines(nodes: readonly ProbeNode[]): string[] {
  if (nodes.length < 2) return [];
  const cells = (values: readonly (number | string)[]): string =>
    values.map((value) => String(value).padStart(5)).join("");
  return [
    row("distances", cells(nodes.map(({ id }) => id))),
    ...nodes.map(({ id, distances }) => row(`  from node ${id}`, cells(distances))),
  ];
}

function permissionLines({ capabilities, pinning }: Probe): string[] {
  return [
    row("through", capabilities.library),
    row("bind memory", `${capabilities.mbind} (mbind)`),
    row("ask where it is", `${capabilities.move_pages} (move_pages)`),
    row("read policies", `${capabilities.get_mempolicy} (get_mempolicy)`),
    row("set policies", `${capabilities.set_mempolicy} (set_mempolicy)`),
    row("pin threads", pinningWords(capabilities.set_affinity, pinning)),
  ];
}

function pinningWords(permission: string, pinning: Probe["pinning"]): string {
  const within = pinning ? `, to CPUs ${pinning.inherited_cpus}` : "";
  return `${permission} (sched_setaffinity)${within}`;
}

const BALANCING = ["off", "on", "tiering", "on, with tiering"];

function kernelLines(probe: Probe): string[] {
  const balancing = probe.numa_balancing ?? null;
  const huge = probe.transparent_huge_pages;
  return [
    row("kernel", known(probe.kernel_release)),
    row(
      "numa_balancing",
      balancing === null ? "not told" : BALANCING[balancing] ?? String(balancing),
    ),
    row("demotion", probe.demotion === true ? "on" : probe.demotion === false ? "off" : "not told"),
    row(
      "huge pages",
      huge ? `transparent: ${known(huge.enabled)}; defrag: ${known(huge.defrag)}` : "not told",
    ),
  ];
}

function limitLines({ cpuset, memory }: Probe): string[] {
  const total = memory?.total_bytes ?? null;
  const available = memory?.available_bytes ?? null;
  return [
    row("CPUs", known(cpuset?.cpus_allowed)),
    row("memory nodes", known(cpuset?.mems_allowed)),
    row("cpuset", known(cpuset?.path)),
    row(
      "memory",
      total === null
        ? "not told"
        : `${bytes(total)}${available === null ? "" : `, ${bytes(available)} available`}`,
    ),
  ];
}

function known(value: string | null | undefined): string {
  return value === null || value === undefined || value === "" ? "not told" : value;
}

/** `0-3,8` for a sorted list of numbers. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < numbers.length;) {
    let end = start;
    while (numbers[end + 1] === (numbers[end] ?? 0) + 1) end++;
    parts.push(start === end ? `${numbers[start]}` : `${numbers[start]}-${numbers[end]}`);
    start = end + 1;
  }
  return parts.join(",") || "none";
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes in the largest unit that leaves at least one; one decimal below ten. */
function bytes(count: number): string {
  let unit = 0;
  let value = count;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  const digits = unit > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

const WRAP_CHARS = 90;

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + word.length >= WRAP_CHARS) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
