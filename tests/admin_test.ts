/**
 * Administration over sockets: clients, configuration, passwords, limits, expiry and the end.
 *
 * Knows commands and INFO's fields. Invariant: what is set through one listener holds on all of them.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Child, freePort, serverFolder } from "./support/child.ts";
import { infoOf } from "./support/info.ts";
import { type Reply, ReplyError, RespClient } from "./support/resp_client.ts";
import { serveCommand, type Server, startServer } from "./support/server.ts";

const NO_AUTH = new ReplyError("NOAUTH Authentication required.");
const WRONG_PASS = new ReplyError("WRONGPASS invalid username-password pair or user is disabled.");
const OOM = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");

/** Several clients; with two listeners and eight clients both have some, but for one chance in 128. */
async function connectMany(
  server: Server,
  count: number,
  stack: DisposableStack,
): Promise<RespClient[]> {
  const clients: RespClient[] = [];
  while (clients.length < count) clients.push(stack.use(await RespClient.connect(server.port)));
  return clients;
}

/** Asks until the answer is the wanted one; what is waited for runs on a thread of its own. */
async function until(ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!await ask()) {
    if (performance.now() > deadline) throw new Error("Cannot see the wanted state in 5 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("CLIENT LIST and KILL reach the clients of every listener", async () => {
  await using server = await startServer({ listeners: 2 });
  using stack = new DisposableStack();
  const first = stack.use(await RespClient.connect(server.port));
  const others = await connectMany(server, 7, stack);
  const ids = await Promise.all(others.map(async (client, index) => {
    assertEquals(await client.call("CLIENT", "SETNAME", `name${index}`), "OK");
    return await client.call("CLIENT", "ID");
  }));
  assertEquals(new Set(ids).size, 7);
  const list = String(await first.call("CLIENT", "LIST"));
  assertEquals(list.trim().split("\n").length, 8);
  ids.forEach((id, index) => assert(new RegExp(`id=${id} .* name=name${index} `).test(list)));
  for (const [index, client] of others.entries()) {
    assertEquals(await first.call("CLIENT", "KILL", "ID", String(ids[index])), 1);
    assertEquals(await client.closed().catch(() => true), true);
  }
  assertEquals(await first.call("CLIENT", "KILL", "ID", String(ids[0])), 0);
  assertEquals(await first.call("CLIENT", "NO-EVICT", "on"), "OK");
  assertStringIncludes(String(await first.call("CLIENT", "INFO")), "flags=e");
});

Deno.test("CLIENT PAUSE WRITE holds writers of every listener until UNPAUSE", async () => {
  await using server = await startServer({ listeners: 2 });
  using stack = new DisposableStack();
  const first = stack.use(await RespClient.connect(server.port));
  const others = await connectMany(server, 7, stack);
  assertEquals(await first.call("CLIENT", "PAUSE", 60_000, "WRITE"), "OK");
  const done: Reply[] = [];
  const writes = others.map((client) => client.call("INCR", "n").then((reply) => done.push(reply)));
  assertEquals(await first.call("GET", "n"), null);
  assertEquals(done, []);
  assertEquals(await first.call("CLIENT", "UNPAUSE"), "OK");
  await Promise.all(writes);
  assertEquals(await first.call("GET", "n"), "7");
});

Deno.test("CONFIG SET and RESETSTAT do what they say", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  assertEquals(await client.call("CONFIG", "SET", "maxmemory", "64mb", "hz", "20"), "OK");
  assertEquals(await client.call("CONFIG", "GET", "maxmemory"), ["maxmemory", "67108864"]);
  assertEquals((await infoOf(client, "memory")).number("maxmemory"), 67108864);
  const noFile = new ReplyError("ERR The server is running without a config file");
  assertEquals(await client.call("CONFIG", "REWRITE"), noFile);
  await client.call("GET", "none");
  assertEquals((await infoOf(client, "stats")).number("keyspace_misses"), 1);
  assertEquals(await client.call("CONFIG", "RESETSTAT"), "OK");
  assertEquals((await infoOf(client, "stats")).number("keyspace_misses"), 0);
});

Deno.test("CONFIG REWRITE keeps comments and writes what was set", async () => {
  const folder = await serverFolder();
  const [conf, port] = [`${folder}/my.conf`, freePort()];
  await Deno.writeTextFile(conf, `# mine\nport ${port}\nmaxmemory 0\nsave ""\n`);
  const command = serveCommand([conf, "--listeners", "1"]);
  await using _server = await Child.start({ command, folder, ready: / ready on / });
  using client = await RespClient.connect(port);
  assertEquals(await client.call("CONFIG", "SET", "maxmemory", "64mb", "hz", "20"), "OK");
  assertEquals(await client.call("CONFIG", "REWRITE"), "OK");
  const lines = (await Deno.readTextFile(conf)).split("\n");
  for (const line of ["# mine", `port ${port}`, "maxmemory 64mb", "hz 20"]) {
    assert(lines.includes(line), `${line} is not in\n${lines.join("\n")}`);
  }
});

Deno.test("requirepass asks for AUTH, or HELLO with AUTH", async () => {
  await using server = await startServer({ requirepass: "secret" });
  using one = await RespClient.connect(server.port);
  assertEquals(await one.call("GET", "k"), NO_AUTH);
  assertEquals(await one.call("AUTH", "wrong"), WRONG_PASS);
  assertEquals(await one.call("AUTH", "secret"), "OK");
  assertEquals(await one.call("GET", "k"), null);
  using two = await RespClient.connect(server.port);
  assertEquals(await two.call("HELLO", 3, "AUTH", "default", "wrong"), WRONG_PASS);
  assert(await two.call("HELLO", 3, "AUTH", "default", "secret") instanceof Map);
  assertEquals(await two.call("SET", "k", "v"), "OK");
  assertEquals(await one.call("CONFIG", "SET", "requirepass", ""), "OK");
  using three = await RespClient.connect(server.port);
  assertEquals(await three.call("GET", "k"), "v");
});

Deno.test("maxmemory refuses writes that need memory, while reads and DEL go on", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  assertEquals(await client.call("SET", "k", "x".repeat(100_000)), "OK");
  assertEquals(await client.call("CONFIG", "SET", "maxmemory", 1000), "OK");
  assertEquals(await client.call("SET", "more", "v"), OOM);
  assertEquals(await client.call("STRLEN", "k"), 100_000);
  assertEquals(await client.call("DEL", "k"), 1);
  assertEquals(await client.call("CONFIG", "SET", "maxmemory", 0), "OK");
  assertEquals(await client.call("SET", "more", "v"), "OK");
});

Deno.test("DEBUG is closed unless the configuration opens it", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const reply = await client.call("DEBUG", "SLEEP", 0);
  assertStringIncludes(Deno.inspect(reply), "ERR DEBUG command not allowed.");
});

Deno.test("expired keys go by themselves, read or not, when the clock advances", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  using client = await RespClient.connect(server.port);
  const count = 2000;
  await client.pipeline(
    Array.from({ length: count }, (_, index) => ["SET", `k${index}`, "v", "EX", 100]),
  );
  await client.call("SET", "stays", "v");
  assertEquals(await client.call("TTL", "k0"), 100);
  assertEquals(await client.call("DEBUG", "CLOCK", "ADVANCE", 100_001), "OK");
  assertEquals(await client.call("GET", "k0"), null);
  await until(async () => await client.call("DBSIZE") === 1);
  assertEquals((await infoOf(client, "stats")).number("expired_keys"), count);
  assertEquals(await client.call("SET", "past", "v", "PXAT", 1), "OK");
  assertEquals(await client.call("GET", "past"), null);
});

Deno.test("FLUSHALL ASYNC empties every database and gives the memory back", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  await client.pipeline(
    Array.from({ length: 5000 }, (_, index) => ["SET", `k${index}`, "v".repeat(100)]),
  );
  await client.pipeline([["SELECT", 3], ["SET", "k", "v"]]);
  assertEquals(await client.call("FLUSHALL", "ASYNC"), "OK");
  assertEquals(await client.pipeline([["DBSIZE"], ["SELECT", 0], ["DBSIZE"]]), [0, "OK", 0]);
  await until(async () => (await infoOf(client, "memory")).number("allocator_allocated") < 100_000);
});

Deno.test("INFO shows each section, or those asked for", async () => {
  await using server = await startServer();
  using client = await RespClient.connect(server.port);
  const titles = (await infoOf(client)).titles;
  for (const title of ["Server", "Clients", "Memory", "Stats", "CPU", "Numa", "Keyspace"]) {
    assert(titles.includes(title), title);
  }
  assertEquals((await infoOf(client, "cpu", "keyspace")).titles, ["CPU", "Keyspace"]);
  await client.call("GET", "k");
  assertStringIncludes((await infoOf(client, "commandstats")).field("cmdstat_get"), "calls=1,");
  await client.call("SET", "k", "v");
  assertEquals((await infoOf(client, "keyspace")).field("db0"), "keys=1,expires=0,avg_ttl=0");
});

Deno.test("SHUTDOWN NOSAVE ends the server with status 0", async () => {
  await using server = await startServer({ listeners: 2 });
  using client = await RespClient.connect(server.port);
  using other = await RespClient.connect(server.port);
  await client.send("SHUTDOWN NOSAVE\r\n");
  assertEquals(await client.closed().catch(() => true), true);
  assertEquals(await other.closed().catch(() => true), true);
  assertEquals((await server.process.ended()).code, 0);
});
