/** The configuration as a whole: the table, loading, changing, hooks. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Config,
  ConfigCommandError,
  ConfigError,
  CORE_OPTION_NAMES,
  OPTIONS,
  parseArguments,
  type Serve,
} from "./config.ts";

const EVERY_DIRECTIVE = new URL("./config/testdata/every_directive.conf", import.meta.url).pathname;

/** Loads what the command line asks for. */
function load(...args: string[]): Config {
  return Config.load(parseArguments(args) as Serve);
}

/** Runs `use` with the path of a file that holds `text`, in a folder of its own. */
async function withFile(text: string, use: (path: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/numakv.conf`, text);
    await use(`${folder}/numakv.conf`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("OPTIONS: every default passes its own kind, and reading it back changes nothing", () => {
  for (const { name, kind, standard } of OPTIONS) {
    const value = kind.read(kind.many ? standard.split(" ") : [standard], "");
    const again = kind.lines(value).reduce((before, line) => kind.read(line, before), "");
    assertEquals(again, value, name);
    if (name !== "dir") assertEquals(value, standard, name);
  }
});

Deno.test("OPTIONS: every option says in one sentence what it is, and every limit what to do", () => {
  for (const { name, doc, limit } of OPTIONS) {
    assertEquals(/^[A-Z][^\n]{10,}\.$/.test(doc), true, `${name}: ${doc}`);
    if (limit) {
      assertEquals(/^[^\n]{15,}[^.]$/.test(limit.because), true, `${name}: ${limit.because}`);
    }
  }
});

Deno.test("Config.load() accepts every directive of redis.conf 7.0.15", () => {
  const config = load(EVERY_DIRECTIVE);
  assertEquals(config.warnings, []);
  assertEquals(config.integer("port"), 7000);
  assertEquals(config.text("requirepass"), 'a "quoted" secret');
  assertEquals(config.text("maxmemory"), "1073741824");
  assertEquals(config.text("loglevel"), "verbose");
  assertEquals(config.list("latency-tracking-info-percentiles"), ["50", "99.9"]);
  const names = Deno.readTextFileSync(EVERY_DIRECTIVE).split("\n").map((line) =>
    line.split(" ")[0]
  );
  const own = ["topology", "listeners", "numa-"];
  const forgotten = [...config.matching(["*"]).keys()].filter((name) =>
    !names.includes(name) && !own.some((start) => name.startsWith(start))
  );
  assertEquals(forgotten, []);
});

Deno.test("Config.load() refuses what would lose data or safety in silence, and names the line", () => {
  for (
    const line of [
      "appendonly yes",
      "cluster-enabled yes",
      "replicaof 10.0.0.1 6379",
      "slaveof 10.0.0.1 6379",
      "min-slaves-to-write 1",
      "tls-port 6380",
      "aclfile /etc/users.acl",
      "user alice on >secret ~* +@all",
      "rename-command FLUSHALL ''",
      "loadmodule /usr/lib/module.so",
      "syslog-enabled yes",
    ]
  ) {
    const error = assertThrows(() => load(...`--${line}`.split(" ")), ConfigError, "Cannot honour");
    assertStringIncludes(error.message, `>>> '--${line}'`);
  }
  assertEquals(load("--replicaof", "no", "one").warnings.length, 1);
});

Deno.test("Config.warnings: one sentence for each value that costs comfort only", () => {
  assertEquals(load("--save", "").warnings, []);
  const warnings = load("--supervised", "systemd", "--maxmemory-clients", "1mb").warnings;
  assertEquals(warnings.map((text) => text.split(" ")[0]), [
    "maxmemory-clients",
    "supervised",
    "save",
  ]);
  assertStringIncludes(warnings[2] ?? "", "nothing survives a restart");
});

Deno.test("Config.load(): file, then standard input, then command line", async () => {
  await withFile("port 1\ntimeout 1\nhz 11\nsave 10 1\nsave 20 2\n", (path) => {
    const serve = parseArguments([path, "-", "--hz", "13"]) as Serve;
    const config = Config.load(serve, { readStdin: () => "timeout 2\nhz 12" });
    assertEquals(["port", "timeout", "hz"].map((name) => config.integer(name)), [1, 2, 13]);
    assertEquals(config.text("save"), "10 1 20 2");
    assertEquals(load(path, "--save", "5 5").text("save"), "5 5");
    assertEquals(config.file, path);
  });
});

Deno.test("Config.load() reads includes in place, patterns in alphabetical order", async () => {
  await withFile("", async (path) => {
    const folder = path.replace("/numakv.conf", "");
    await Deno.writeTextFile(`${folder}/b.inc`, "hz 22\nport 2");
    await Deno.writeTextFile(`${folder}/a.inc`, "hz 21\nport 1");
    await Deno.writeTextFile(
      path,
      `hz 20\ninclude ${folder}/*.inc\nport 3\ninclude ${folder}/no*.x`,
    );
    const config = load(path);
    assertEquals([config.integer("hz"), config.integer("port")], [22, 3]);
    await Deno.writeTextFile(path, `include ${path}`);
    assertThrows(() => load(path), ConfigError, "in a circle perhaps");
    await Deno.writeTextFile(path, "\ninclude /no/such/file");
    const error = assertThrows(() => load(path), ConfigError, "Cannot read");
    assertStringIncludes(error.message, `${path}, line 2\n>>> 'include /no/such/file'`);
  });
});

Deno.test("Config.load() says file, line, text and remedy of a bad line", async () => {
  await withFile("# fine\n\n  prot 7000\n", (path) => {
    const error = assertThrows(() => load(path), ConfigError);
    assertStringIncludes(error.message, `${path}, line 3\n>>> 'prot 7000'\n`);
    assertStringIncludes(error.message, "did you mean 'port'?");
  });
  assertThrows(() => load("--flux-capacitor", "1"), ConfigError, "remove the line");
  assertThrows(() => load("--hz", "x"), ConfigError, "write: hz 1..500");
  assertThrows(() => load("--port"), ConfigError, "wrong number of arguments");
  assertThrows(() => load("--requirepass", "a\nb"), ConfigError, "must not contain a line break");
});

Deno.test("Config gives addresses and endpoints ready for listening", () => {
  const config = load(
    ...["--bind", "*", "-::*", "10.0.0.1"],
    ...["--numa-listen", "0", "127.0.0.1:7000", "--numa-listen", "1", "/run/one.sock"],
  );
  assertEquals(config.bindAddresses(), [
    { hostname: "0.0.0.0", optional: false },
    { hostname: "::", optional: true },
    { hostname: "10.0.0.1", optional: false },
  ]);
  assertEquals(config.nodeEndpoints(), [
    { node: 0, endpoint: { transport: "tcp", hostname: "127.0.0.1", port: 7000 } },
    { node: 1, endpoint: { transport: "unix", path: "/run/one.sock" } },
  ]);
});

Deno.test("Config.coreLines() tells core its options, sizes in bytes", () => {
  const config = load("--maxmemory", "1mb");
  assertEquals(config.coreLines(["maxmemory", "port", "hz"]), "maxmemory 1048576\nhz 10\n");
  assertEquals(config.coreLines().trimEnd().split("\n").length, CORE_OPTION_NAMES.length);
});

Deno.test("Config.set() changes all or none, and tells hooks once what changed", async () => {
  const config = load();
  const heard: string[][] = [];
  config.onChange(["hz", "timeout", "slave-priority"], (changed) => {
    heard.push([...changed]);
  });
  await config.set([["hz", "20"], ["TIMEOUT", "0"], ["replica-priority", "5"]]);
  assertEquals(heard, [["hz", "replica-priority"]]);
  const refusal = "CONFIG SET failed (possibly related to argument 'timeout') - " +
    "argument must be between 0 and 2147483647 inclusive";
  await assertRejects(
    () => config.set([["hz", "30"], ["timeout", "-1"]]),
    ConfigCommandError,
    refusal,
  );
  assertEquals([config.text("hz"), heard.length], ["20", 1]);
});

Deno.test("Config.set() goes back when a hook refuses, and undoes the hooks before it", async () => {
  const config = load();
  const seen: string[] = [];
  config.onChange("timeout", () => {
    seen.push(`timeout ${config.text("timeout")}`);
  });
  config.onChange(["port", "bind"], async () => {
    await Promise.resolve();
    seen.push(`port ${config.text("port")}`);
    if (config.text("port") === "1") throw new Error("Unable to listen on this port.");
  });
  await assertRejects(
    () => config.set([["timeout", "9"], ["port", "1"]]),
    ConfigCommandError,
    "(possibly related to argument 'port') - Unable to listen on this port.",
  );
  assertEquals(seen, ["timeout 9", "port 1", "port 6379", "timeout 0"]);
  assertEquals([config.text("timeout"), config.text("port")], ["0", "6379"]);
});

Deno.test("Config.set(): one change ends before the next begins", async () => {
  const config = load();
  const seen: string[] = [];
  config.onChange("hz", async () => {
    seen.push(`begin ${config.text("hz")}`);
    await new Promise((done) => setTimeout(done, 1));
    seen.push(`end ${config.text("hz")}`);
  });
  await Promise.all([config.set([["hz", "11"]]), config.set([["hz", "12"]])]);
  assertEquals(seen, ["begin 11", "end 11", "begin 12", "end 12"]);
});

Deno.test("Config.set() guards dir as enable-protected-configs says", async () => {
  const change: [string, string][] = [["dbfilename", "other.rdb"]];
  await assertRejects(() => load().set(change, true), ConfigCommandError, "protected config");
  const local = load("--enable-protected-configs", "local");
  await assertRejects(() => local.set(change, false), ConfigCommandError, "protected config");
  await local.set(change, true);
  assertEquals(local.text("dbfilename"), "other.rdb");
});

Deno.test("Config.set() warns and refuses as the start does", async () => {
  const config = load("--save", "");
  const warnings = await config.set([["save", "3600 1"]]);
  assertStringIncludes(warnings[0] ?? "", "nothing survives a restart");
  await assertRejects(
    () => config.set([["appendonly", "yes"]]),
    ConfigCommandError,
    "would be lost",
  );
  assertEquals(config.text("appendonly"), "no");
});

Deno.test("Config.rewrite() round trip: the file gives the same configuration again", async () => {
  await withFile(Deno.readTextFileSync(EVERY_DIRECTIVE), async (path) => {
    const config = load(path, "--numa-listen", "0", "127.0.0.1:7000");
    await config.set([["requirepass", 'new "\\\x01é'], ["save", "60 1 70 2"]]);
    await config.set([["client-output-buffer-limit", "normal 1mb 0 5"], ["timeout", "77"]]);
    await config.rewrite();
    assertEquals(load(path).matching(["*"]), config.matching(["*"]));
    const text = await Deno.readTextFile(path);
    await config.rewrite();
    assertEquals(await Deno.readTextFile(path), text);
  });
});

Deno.test("Config.rewrite() needs a file, and says why it cannot write", async () => {
  await assertRejects(
    () => load().rewrite(),
    ConfigCommandError,
    "The server is running without a config file",
  );
  await withFile("hz 10\n", async (path) => {
    const config = load(path);
    await Deno.remove(path);
    await assertRejects(() => config.rewrite(), ConfigCommandError, "Rewriting config file: ");
  });
});

Deno.test("Config.matching() shows hidden options to those who name them", () => {
  const config = Config.load();
  assertEquals(config.matching(["*"]).has("key-load-delay"), false);
  assertEquals(config.matching(["key-load-*"]).size, 0);
  assertEquals([...config.matching(["KEY-load-delay"])], [["key-load-delay", "0"]]);
});

Deno.test("Config.set() takes every value CONFIG GET shows for what only numakv has, and no other one", async () => {
  const config = Config.load();
  for (const name of ["topology", "listeners", "numa-listen"]) {
    assertEquals(await config.set([[name, config.text(name)]]), []);
  }
  await assertRejects(
    () => config.set([["topology", "fake:2"]]),
    ConfigCommandError,
    "can't set immutable config",
  );
  await assertRejects(() => config.set([["databases", config.text("databases")]]));
});
