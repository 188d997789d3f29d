/**
 * What a measurement was made on, for its report.
 *
 * Knows /proc and redis-server's version line. Invariant: nothing in it names a person or a path.
 *
 * @module
 */

/** Date, CPU, kernel and the versions of what took part. */
export async function machine(): Promise<Record<string, string>> {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const { stdout } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: `${navigator.hardwareConcurrency} × ${cpu ?? Deno.build.arch}`,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
    redis: /v=(\S+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? "unknown",
  };
}
