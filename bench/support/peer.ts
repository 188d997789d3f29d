/**
 * A server under measurement: started on given CPUs, asked what it has cost.
 *
 * Knows /proc and no protocol. Invariant: CPU time and RSS are those of the whole process, all threads.
 *
 * @module
 */
import { Child, freePort, serverFolder } from "../../tests/support/child.ts";
import { serveCommand } from "../../tests/support/server.ts";

/** Kernel ticks a second in /proc/PID/stat, on every Linux numakv runs on. */
const TICKS_PER_S = 100;

/** How to start a peer. */
export interface PeerPlan {
  readonly name: string;
  /** Its command; `{port}` stands for the port. */
  readonly command: readonly string[];
}

/** A peer that serves. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** numakv with one listener, as the launcher starts it. */
export function numakvPlan(): PeerPlan {
  const args = ["--port", "{port}", "--bind", "127.0.0.1", "--listeners", "1", "--save", ""];
  return { name: "numakv", command: serveCommand(args) };
}

/** redis-server without persistence. */
export function redisPlan(): PeerPlan {
  const command = ["redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", ""];
  return { name: "redis-server", command: [...command, "--appendonly", "no"] };
}

/** Any command, split at spaces, named after its program. */
export function customPlan(command: string): PeerPlan {
  const words = command.split(" ").filter((word) => word !== "");
  if (!words.some((word) => word.includes("{port}"))) {
    throw new TypeError(`Cannot use the server command '${command}': want {port} in it`);
  }
  return { name: words[0]?.split("/").at(-1) ?? command, command: words };
}

/** Starts a peer pinned to CPUs and waits until it says that it is ready. */
export async function startPeer(plan: PeerPlan, cpus: string): Promise<Peer> {
  const port = freePort();
  const command = plan.command.map((word) => word.replaceAll("{port}", String(port)));
  const child = await Child.start({
    command: ["taskset", "-c", cpus, ...command],
    folder: await serverFolder(),
    ready: /\bready (?:on|to accept)\b/i,
    limit_ms: 60_000,
  });
  const dispose = (): Promise<void> => child[Symbol.asyncDispose]();
  return { name: plan.name, port, pid: child.pid, [Symbol.asyncDispose]: dispose };
}

/** User and system time of a process so far, in seconds. */
export function cpuSeconds(pid: number): number {
  return parseCpuSeconds(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** Fields 14 and 15 of a stat line; the name before them may hold spaces and parentheses. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
  if (found === null) throw new Error(`Cannot read VmRSS of process ${pid}`);
  return Number(found[1]) * 1024;
}
