/**
 * The launcher and the process as a stranger meets them: what they say, when they are ready, how they end.
 *
 * Knows command lines, exit codes and lines of output. Invariant: every server started here is gone at the end of its test.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Child, freePort, serverFolder } from "./support/child.ts";
import { cargoTrap, launch, READY, start } from "./support/launcher.ts";
import { encodeCommand, RespClient } from "./support/resp_client.ts";

/** The version, as the workspace states it. */
const VERSION = /^version = "(.*)"$/m.exec(
  await Deno.readTextFile(new URL("../Cargo.toml", import.meta.url)),
)?.[1] ?? "";

/** Directives that keep a test's server quiet and small. */
function quiet(port: number): string[] {
  return ["--port", String(port), "--listeners", "1", "--save", ""];
}

/** Starts a server and stops it by a signal; gives how it ended. */
async function statusAfter(signal: Deno.Signal, port = freePort()): Promise<Deno.CommandStatus> {
  await using server = await start(quiet(port));
  using client = await RespClient.connect(port);
  assertEquals(await client.call("PING"), "PONG");
  return await server.stop(signal);
}

/** Waits until `check` holds. @throws {Error} when it does not within five seconds */
async function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!await check()) {
    if (performance.now() > deadline) throw new Error(`Still not so after 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether anybody answers at that port of 127.0.0.1. */
async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

Deno.test("launcher: --help names every verb and every exit code", async () => {
  const { code, stdout, stderr } = await launch(["--help"]);
  assertEquals([code, stderr], [0, ""]);
  for (
    const word of [
      "serve",
      "doctor",
      "simulate",
      "test",
      "bench",
      "--port",
      "--topology",
      "NUMAKV_CORE",
    ]
  ) {
    assertStringIncludes(stdout, word);
  }
  for (const exit of ["0  stopped in order", "1  an error", "2  bad usage", "3  a tool"]) {
    assertStringIncludes(stdout, exit);
  }
  assertEquals(await launch(["-h"]), { code, stdout, stderr });
});

Deno.test("launcher: --version is one line, and serve --version says the same", async () => {
  const plain = await launch(["--version"]);
  assertEquals(plain, { code: 0, stdout: `numakv ${VERSION}\n`, stderr: "" });
  assertEquals(await launch(["-v"]), plain);
  assertEquals(await launch(["serve", "--version"]), plain);
});

Deno.test("launcher: a second start compiles nothing and is ready soon", async () => {
  const folder = await serverFolder();
  const trap = await cargoTrap(folder);
  const begun = performance.now();
  await using _server = await start(quiet(freePort()), { cwd: folder, env: trap.env });
  const elapsed_ms = performance.now() - begun;
  assertEquals(await trap.trace(), "");
  // It wants to be under a second on an idle machine; the machine that runs the tests is not idle.
  assert(elapsed_ms < 5000, `ready after ${elapsed_ms.toFixed(0)} ms`);
});

Deno.test("launcher: a NUMAKV_CORE that is not a file is bad usage and is named", async () => {
  const { code, stdout, stderr } = await launch(["--port", "0"], {
    env: { NUMAKV_CORE: "/nonexistent/libnumakv_core.so" },
  });
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "NUMAKV_CORE is '/nonexistent/libnumakv_core.so'");
});

Deno.test("launcher: a NUMAKV_CORE that is no library of ours is refused by name", async () => {
  const folder = await Deno.makeTempDir({ prefix: "numakv-test-" });
  try {
    const path = `${folder}/libnumakv_core.so`;
    await Deno.writeTextFile(path, "not a library");
    const args = quiet(freePort());
    const { code, stdout, stderr } = await launch(args, { env: { NUMAKV_CORE: path } });
    assertEquals(code, 1);
    assertStringIncludes(stderr, `Cannot open the core library '${path}'`);
    assert(!READY.test(stdout), stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("launcher: NUMAKV_CORE serves from a library built elsewhere", async () => {
  const folder = await serverFolder();
  const built = Deno.env.get("NUMAKV_CORE") ??
    new URL("../target/release/libnumakv_core.so", import.meta.url).pathname;
  const path = `${folder}/elsewhere.so`;
  await Deno.copyFile(built, path);
  const port = freePort();
  await using server = await start(quiet(port), { cwd: folder, env: { NUMAKV_CORE: path } });
  using client = await RespClient.connect(port);
  assertEquals(await client.call("PING"), "PONG");
  assertStringIncludes(await Deno.readTextFile(`/proc/${server.pid}/maps`), path);
});

Deno.test("ready: one line on standard output, with version, address and port", async () => {
  const port = freePort();
  await using server = await start(quiet(port));
  const line = `numakv ${VERSION} ready on 127.0.0.1:${port}`;
  assertEquals(server.log.split("\n").filter((one) => one.includes("ready on")), [line]);
  // Listeners answer before the line is out, not after.
  assert(await answers(port));
});

/** Local addresses that listen on a port, as the kernel writes them: hexadecimal, in this machine's byte order. */
async function listeningAddresses(port: number): Promise<string[]> {
  const table = await Deno.readTextFile("/proc/net/tcp");
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Column 2 is the local address, column 4 the state; 0A is LISTEN.
  return table.split("\n").map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && columns[1]?.endsWith(`:${hex}`))
    .map((columns) => (columns[1] ?? "").replace(/:.*$/, ""));
}

Deno.test("ready: without --bind only this machine is served", async () => {
  const port = freePort();
  await using _server = await start(quiet(port));
  assertEquals(await listeningAddresses(port), ["0100007F"]);
});

Deno.test("ready: --listeners auto is one for each node, all on the same port", async () => {
  const port = freePort();
  const args = ["--port", String(port), "--save", "", "--listeners", "auto"];
  await using _server = await start([...args, "--topology", "fake:2+1"]);
  assertEquals(await listeningAddresses(port), ["0100007F", "0100007F"]);
  using client = await RespClient.connect(port);
  const info = String(await client.call("INFO", "server"));
  for (const node of [0, 1]) {
    assertMatch(
      info,
      new RegExp(`^listener${node}:.*node=${node},endpoints=127.0.0.1:${port}`, "m"),
    );
  }
});

Deno.test("ready: a Unix socket serves, alone or beside a port, and is removed at the end", async () => {
  const folder = await serverFolder();
  const path = `${folder}/socket`;
  const args = ["--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--save", ""];
  await using server = await start(args, { cwd: folder });
  assertEquals(READY.exec(server.log)?.[2], path);
  using client = await RespClient.connect(path);
  assertEquals(await client.call("SET", "k", "v"), "OK");
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o700);
  assertEquals((await server.stop()).code, 0);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`end: ${signal} ends it in order, with 0`, async () => {
    const { code, signal: killedBy } = await statusAfter(signal);
    assertEquals([code, killedBy], [0, null]);
  });
}

Deno.test("end: SIGTERM in mid-traffic answers nothing half and ends with 0", async () => {
  const port = freePort();
  await using server = await start(quiet(port));
  const clients = await Promise.all(Array.from({ length: 8 }, () => RespClient.connect(port)));
  let answered = 0;
  const traffic = clients.map(async (client, id) => {
    const batch = Array.from({ length: 50 }, (_, at) => ["SET", `key:${id}:${at}`, "value"]);
    try {
      for (;;) {
        for (const reply of await client.pipeline(batch)) {
          assertEquals(reply, "OK");
          answered++;
        }
      }
    } catch (error) {
      if (!isDisconnection(error)) throw error;
    } finally {
      client[Symbol.dispose]();
    }
  });
  await eventually("traffic flows", () => answered > 500);
  assertEquals((await server.stop("SIGTERM")).code, 0);
  await Promise.all(traffic);
  assert(!await answers(port));
});

Deno.test("end: SHUTDOWN closes every client and ends with 0", async () => {
  const port = freePort();
  await using server = await start(quiet(port));
  using idle = await RespClient.connect(port);
  using asking = await RespClient.connect(port);
  assertEquals(await idle.call("PING"), "PONG");
  await asking.send(encodeCommand(["SHUTDOWN", "NOSAVE"]));
  assertEquals((await server.ended()).code, 0);
  assert(await idle.closed());
  // Redis answers a SHUTDOWN that succeeds with the end of the connection, and with nothing else.
  assert(await asking.closed());
});

Deno.test("end: the port is free at once, and nothing temporary is left", async () => {
  const port = freePort();
  const folder = await serverFolder();
  const env = { TMPDIR: folder };
  for (let round = 0; round < 2; round++) {
    const server = await start(quiet(port), { cwd: folder, env });
    assertEquals((await server.stop()).code, 0);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("beside: two servers side by side share nothing", async () => {
  const ports = [freePort(), freePort()] as const;
  await using _first = await start(quiet(ports[0]));
  await using _second = await start(quiet(ports[1]));
  using one = await RespClient.connect(ports[0]);
  using other = await RespClient.connect(ports[1]);
  assertEquals(await one.call("SET", "key", "one"), "OK");
  assertEquals(await other.call("GET", "key"), null);
  assertEquals(await other.call("DBSIZE"), 0);
  assertEquals(await one.call("GET", "key"), "one");
});

Deno.test("beside: a port in use is told, with what to do, and the first server goes on", async () => {
  const port = freePort();
  await using _first = await start(quiet(port));
  const { code, stdout, stderr } = await launch(quiet(port));
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot listen on 127.0.0.1:${port}: Address already in use`);
  assertStringIncludes(stderr, "--port");
  assert(!READY.test(stdout), stdout);
  using client = await RespClient.connect(port);
  for (let at = 0; at < 10; at++) assertEquals(await client.call("PING"), "PONG");
});

Deno.test("background: daemonize leaves a server, a pid file and a log behind", async () => {
  const folder = await serverFolder();
  const port = freePort();
  const files = ["--pidfile", `${folder}/pid`, "--logfile", `${folder}/log`];
  const run = await launch([...quiet(port), "--daemonize", "yes", ...files]);
  assertEquals(run.code, 0, run.stderr);
  const pid = Number(await Deno.readTextFile(`${folder}/pid`));
  try {
    using client = await RespClient.connect(port);
    assertMatch(
      String(await client.call("INFO", "server")),
      new RegExp(`^process_id:${pid}\r$`, "m"),
    );
    assertStringIncludes(await Deno.readTextFile(`${folder}/log`), `numakv ${VERSION} starts`);
  } finally {
    Deno.kill(pid, "SIGTERM");
  }
  await eventually("the pid file is removed", async () => !await exists(`${folder}/pid`));
  await eventually("the port is free", async () => !await answers(port));
  assertStringIncludes(await Deno.readTextFile(`${folder}/log`), "numakv stops");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("background: a start that fails is told in the foreground", async () => {
  const port = freePort();
  await using _first = await start(quiet(port));
  const { code, stderr } = await launch([...quiet(port), "--daemonize", "yes"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Address already in use");
});

Deno.test("log: loglevel warning is silent about an ordinary start and end", async () => {
  const lines = async (level: string): Promise<string[]> => {
    const child: Child = await start([...quiet(freePort()), "--loglevel", level]);
    await using server = child;
    await server.stop();
    return server.log.split("\n").filter((line) => line !== "" && !READY.test(line));
  };
  assertEquals(await lines("warning"), []);
  assert((await lines("notice")).some((line) => /^\d+:C .* \* numakv .* starts$/.test(line)));
});

/** Whether an error is what a client sees whose server goes. */
function isDisconnection(error: unknown): boolean {
  return [
    Deno.errors.UnexpectedEof,
    Deno.errors.ConnectionReset,
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionAborted,
  ].some((kind) => error instanceof kind);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
