/**
 * Configuration as a stranger brings it: a file, standard input, an unmodified redis.conf, and mistakes.
 *
 * Knows directives and the words of refusals. Invariant: what is refused is refused before anything listens, with exit code 2.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Child, freePort, serverFolder } from "./support/child.ts";
import { launch, LAUNCHER, LAUNCHER_PATH, READY, type Run, start } from "./support/launcher.ts";
import { RespClient } from "./support/resp_client.ts";
import { startServer } from "./support/server.ts";

/** A file with every directive redis-server 7.0.15 knows. */
const EVERY_DIRECTIVE = new URL("../server/config/testdata/every_directive.conf", import.meta.url);

/** Starts a server that must refuse; gives what it said. */
async function refused(...args: string[]): Promise<Run> {
  const run = await launch([...args, "--listeners", "1"]);
  assertEquals(run.code, 2, run.stderr);
  assert(!READY.test(run.stdout), run.stdout);
  return run;
}

/** Log lines of level warning, without time and process id. */
function warnings(server: Child): string[] {
  return [...server.log.matchAll(/^\d+:[CM] .{24,26} # (.*)$/gm)].map((match) => match[1] ?? "");
}

/** What CONFIG GET says of one directive. */
async function configured(port: number, name: string): Promise<unknown> {
  using client = await RespClient.connect(port);
  const reply = await client.call("CONFIG", "GET", name);
  return Array.isArray(reply) ? reply[1] : reply;
}

Deno.test("config: an unknown directive names its nearest relative", async () => {
  const { stderr } = await refused("--prot", "7000");
  assertStringIncludes(stderr, "'prot'");
  assertStringIncludes(stderr, "did you mean 'port'?");
  assertStringIncludes((await refused("--maxmemry", "1gb")).stderr, "did you mean 'maxmemory'?");
});

Deno.test("config: an unknown directive like no other is refused all the same", async () => {
  const { stderr } = await refused("--xyzzyxyzzy", "1");
  assertStringIncludes(stderr, "Unknown directive 'xyzzyxyzzy'");
  assert(!stderr.includes("did you mean"), stderr);
});

Deno.test("config: a wrong value is quoted, with what would be right", async () => {
  for (
    const [name, value, right] of [
      ["port", "abc", "0..65535"],
      ["topology", "bogus", "fake:2"],
      ["listeners", "many", "auto"],
      ["loglevel", "loud", "notice"],
      ["bio_cpulist", "0-", "0-6:2"],
    ] as const
  ) {
    const { stderr } = await refused(`--${name}`, value);
    assertStringIncludes(stderr, `--${name} ${value}`);
    assertStringIncludes(stderr, right);
  }
});

/** The CPUs that each thread of a process may run on, by the thread's name. */
async function cpusOf(pid: number): Promise<Map<string, string>> {
  const cpus = new Map<string, string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${name}/status`);
    const [thread, list] = ["Name", "Cpus_allowed_list"].map((field) =>
      new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1] ?? ""
    );
    cpus.set(thread ?? "", list ?? "");
  }
  return cpus;
}

Deno.test("config: listeners, and the threads behind them, run on the CPUs listed for them", async () => {
  const own = (await cpusOf(Deno.pid)).get("deno") ?? "";
  const cpu = /\d+$/.exec(own)?.[0] ?? "";
  await using server = await startServer({ server_cpulist: cpu, bio_cpulist: `${cpu}-60000` });
  const cpus = await cpusOf(server.process.pid);
  for (const thread of ["worker-1", "numakv-keeper", "numakv-mover", "numakv-compact"]) {
    assertEquals(cpus.get(thread), cpu, thread);
  }
  assertEquals(cpus.get("deno"), own);
  assertEquals(await configured(server.port, "server_cpulist"), cpu);
  await server.process.stop();
  const told = warnings(server.process).filter((line) => line.startsWith("bio_cpulist"));
  assertEquals(told.length, 1, server.process.log);
  assertMatch(told[0] ?? "", /^bio_cpulist names CPUs \d+-60000, but only .+ can be used here$/);
});

Deno.test("config: what would lose data in silence is refused, with the reason", async () => {
  const { stderr } = await refused("--appendonly", "yes");
  assertStringIncludes(stderr, "Cannot honour 'appendonly'");
  assertStringIncludes(stderr, "would be lost");
  assertStringIncludes((await refused("--cluster-enabled", "yes")).stderr, "'cluster-enabled'");
  assertStringIncludes((await refused("--replicaof", "127.0.0.1", "6379")).stderr, "'replicaof'");
});

Deno.test("config: a file is read, and the command line wins over it", async () => {
  const folder = await serverFolder();
  const port = freePort();
  const file = `${folder}/numakv.conf`;
  await Deno.writeTextFile(file, `# mine\nport 1\nlisteners 1\nsave ""\nmaxclients 77\nhz 50\n`);
  await using server = await start([file, "--port", String(port), "--hz", "20"], { cwd: folder });
  assertStringIncludes(server.log, `ready on 127.0.0.1:${port}`);
  assertEquals(await configured(port, "maxclients"), "77");
  assertEquals(await configured(port, "hz"), "20");
});

Deno.test("config: - reads standard input, behind the file", async () => {
  const folder = await serverFolder();
  const port = freePort();
  const file = `${folder}/numakv.conf`;
  await Deno.writeTextFile(file, `port 1\nlisteners 1\nsave ""\nmaxclients 77\n`);
  await using _server = await start([file, "-"], { cwd: folder, stdin: `port ${port}\nhz 30\n` });
  assertEquals(await configured(port, "maxclients"), "77");
  assertEquals(await configured(port, "hz"), "30");
});

Deno.test("config: standard input reaches a server that goes to the background", async () => {
  const folder = await serverFolder();
  const port = freePort();
  const text = `port ${port}\nlisteners 1\nsave ""\ndaemonize yes\npidfile ${folder}/pid\n`;
  await Deno.writeTextFile(`${folder}/input`, text);
  const run = await new Deno.Command("sh", {
    args: ["-c", `exec "$0" - <'${folder}/input'`, LAUNCHER],
    env: { PATH: LAUNCHER_PATH },
    stdin: "null",
  }).output();
  assertEquals(run.code, 0, new TextDecoder().decode(run.stderr));
  try {
    assertEquals(await configured(port, "port"), String(port));
  } finally {
    Deno.kill(Number(await Deno.readTextFile(`${folder}/pid`)), "SIGTERM");
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("config: mistakes in a file are told with file and line", async () => {
  const folder = await serverFolder();
  try {
    const file = `${folder}/numakv.conf`;
    await Deno.writeTextFile(file, `port 7000\n\nmaxmemroy 1gb\n`);
    const { stderr } = await refused(file);
    assertStringIncludes(stderr, file);
    assertStringIncludes(stderr, "line 3");
    assertStringIncludes(stderr, "did you mean 'maxmemory'?");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("config: a missing file, and a second one, are refused by name", async () => {
  const missing = await refused("/nonexistent/redis.conf");
  assertStringIncludes(missing.stderr, "'/nonexistent/redis.conf'");
  assertStringIncludes(
    (await refused("/etc/hostname", "two.conf")).stderr,
    "Cannot read 'two.conf'",
  );
});

Deno.test("config: save points give one clear warning, no save points none", async () => {
  const warned = async (...args: string[]): Promise<string[]> => {
    await using server = await start(["--port", String(freePort()), "--listeners", "1", ...args]);
    await server.stop();
    return warnings(server).filter((line) => line.includes("save"));
  };
  const [line = "", ...rest] = await warned("--save", "900", "1", "--save", "300", "10");
  assertEquals(rest, []);
  assertStringIncludes(line, "restart");
  assertEquals(await warned("--save", ""), []);
});

Deno.test("config: every directive of redis.conf is accepted where it asks for nothing", async () => {
  const folder = await serverFolder();
  const port = freePort();
  const places: Readonly<Record<string, string>> = {
    dir: folder,
    logfile: `${folder}/log`,
    pidfile: `${folder}/pid`,
    unixsocket: `${folder}/socket`,
    port: String(port),
    bind: "127.0.0.1",
    save: "3600 1",
  };
  const lines = (await Deno.readTextFile(EVERY_DIRECTIVE)).split("\n").map((line) => {
    const name = line.split(" ")[0] ?? "";
    return Object.hasOwn(places, name) ? `${name} ${places[name]}` : line;
  });
  await Deno.writeTextFile(`${folder}/redis.conf`, lines.join("\n"));
  await using server = await start([`${folder}/redis.conf`], { cwd: folder });
  const log = await Deno.readTextFile(`${folder}/log`);
  const saves = log.split("\n").filter((line) => line.includes(" # save "));
  assertEquals(saves.length, 1, log);
  assertEquals(await Deno.readTextFile(`${folder}/pid`), `${server.pid}\n`);
  assertEquals((await server.stop()).code, 0);
});

Deno.test("config: a log file that cannot be opened fails the start and is named", async () => {
  const args = ["--port", String(freePort()), "--logfile", "/nonexistent/folder/log"];
  const { code, stdout, stderr } = await launch(args);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "Cannot open the log file '/nonexistent/folder/log'");
});

Deno.test("config: a pid file that cannot be written costs a message only", async () => {
  const port = freePort();
  const args = ["--port", String(port), "--listeners", "1", "--save", ""];
  await using server = await start([...args, "--pidfile", "/nonexistent/folder/pid"]);
  assertStringIncludes(server.log, "Cannot write the pid file '/nonexistent/folder/pid'");
  assertEquals(await configured(port, "port"), String(port));
});
