/**
 * A soak: keys of every type move at random, over sockets, while clients on both nodes write them, each beside a model of its
 * own keys; compaction goes on meanwhile, and the server re-derives its invariants again and again.
 *
 * One minute, or twenty with NUMAKV_TEST_FULL=1. Knows commands and replies as words. Invariant: a client writes keys of its
 * own prefix only, so it knows every reply.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "./support/child.ts";
import { Fields, listOf } from "./support/fields.ts";
import { infoOf } from "./support/info.ts";
import { Random } from "./support/random.ts";
import { type Reply, ReplyError, RespClient } from "./support/resp_client.ts";
import { type Server, startServer } from "./support/server.ts";
import { KINDS, type Model, modelOf, type Step } from "./support/typed_model.ts";

const FULL = Deno.env.get("NUMAKV_TEST_FULL") === "1";
const SOAK_MS = (FULL ? 20 : 1) * 60_000;
const SEED = 20_261_121;
const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
/** Keys of each type that a client has; the first of them grows large. */
const KEYS = 4;
/** Elements that one command adds at most, to a large value and to another. */
const MANY = { large: 400, other: 20 };
/** Sizes past which a value is deleted. */
const LONGEST = { text: 1_500_000, other: 20_000 };
const NODES = [0, 1, 2];
/** The pause between two looks at all invariants. */
const LOOK_MS = 1000;

/** The soak's server, and where its clients go. */
interface Field {
  readonly server: Server;
  readonly ports: readonly number[];
  readonly until: number;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One client and what its keys must be. */
class Writer {
  readonly #models = new Map<string, Model>();
  #steps = 0;

  constructor(readonly name: string, readonly client: RespClient, readonly random: Random) {}

  #model(): Model {
    const [kind, number] = [this.random.pick(KINDS), this.random.below(KEYS)];
    const key = `${this.name}:${kind}:${number}`;
    const model = this.#models.get(key) ?? modelOf(kind, key);
    this.#models.set(key, model);
    return model;
  }

  /** A command and what it must be answered. */
  #next(model: Model): Step {
    const key = model.read().command[1] ?? "";
    const isText = key.includes("text");
    if (model.size > (isText ? LONGEST.text : LONGEST.other) || this.random.once(40)) {
      this.#models.delete(key);
      const verb = this.random.pick(["DEL", "UNLINK"]);
      return { command: [verb, key], wanted: Number(model.size > 0) };
    }
    if (this.random.once(15)) return model.read();
    return model.step(this.random, key.endsWith("0") ? MANY.large : MANY.other);
  }

  async #check(steps: readonly Step[]): Promise<void> {
    const replies = await this.client.pipeline(steps.map(({ command }) => command));
    steps.forEach(({ command, wanted, unordered }, at) => {
      const reply = replies[at] ?? null;
      const told = unordered === true ? [...listOf(reply)].sort() : reply;
      if (!isSame(told, wanted)) {
        const cut = (value: unknown): string => Deno.inspect(value).slice(0, 300);
        throw new Error(`${cut(command)} was answered ${cut(told)}, not ${cut(wanted)}`);
      }
    });
    this.#steps += steps.length;
  }

  /** Writes until the time is over, then compares every key; answers how many commands that took. */
  async run(until: number): Promise<number> {
    while (Date.now() < until) {
      const count = 1 + this.random.below(20);
      await this.#check(Array.from({ length: count }, () => this.#next(this.#model())));
    }
    for (const model of this.#models.values()) await this.#check([model.read()]);
    return this.#steps;
  }
}

/** Replies of the model's kinds: no maps, no errors. */
function isSame(one: Reply, other: Reply): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

/** One random move, or the end of one; each has replies of its own that are in order. */
async function move(client: RespClient, random: Random, jobs: number[]): Promise<void> {
  const node = `${random.pick(NODES)}`;
  const [name, kind] = [random.pick(NAMES), random.pick(KINDS)];
  const key = `${name}:${kind}:${random.below(KEYS)}`;
  const commands = [
    ["KEY", key, node],
    ["KEY", key, node],
    ["KEY", key, node, "ASYNC"],
    ["KEYS", node, key, `${name}:hash:0`, `${name}:scores:0`, "absent"],
    ["KEYS", node, "SYNC", key, `${name}:list:0`, "absent"],
    ["PATTERN", `${name}:*`, node],
    ["PATTERN", `*:${kind}:0`, node, "SYNC"],
    ["DB", node],
    ["CANCEL", `${jobs.at(-1) ?? 1}`],
    ["CANCEL", `${random.pick(jobs.length > 0 ? jobs : [1])}`],
  ];
  const command = random.pick(commands);
  const reply = await client.call("NUMAMIGRATE", ...command);
  if (reply instanceof ReplyError) {
    const fine =
      /no such key|no such migration job|job is over|too many|was cancelled|another move/;
    assert(fine.test(reply.message), `${command}: ${reply.message}`);
  } else if (typeof reply === "number") {
    jobs.push(reply);
    if (jobs.length > 20) jobs.shift();
  } else if (Array.isArray(reply)) {
    assertEquals(new Fields(reply).number("failed"), 0, `${command}`);
  } else {
    assertEquals(reply, "OK", `${command}`);
  }
}

async function keepMoving({ ports, until }: Field, seed: number): Promise<number> {
  using client = await RespClient.connect(ports[seed % ports.length] ?? 0);
  const [random, jobs]: [Random, number[]] = [new Random(seed), []];
  let moves = 0;
  while (Date.now() < until) {
    await move(client, random, jobs);
    moves++;
    if (random.once(8)) await delay(random.below(10));
  }
  return moves;
}

/** Has the server look at itself, and compact, until the time is over. */
async function keepLooking({ server, until }: Field): Promise<number> {
  using client = await RespClient.connect(server.port);
  let looks = 0;
  while (Date.now() < until) {
    for (const what of ["KEYSPACE", "POOL"]) {
      const reply = await client.call("DEBUG", what);
      assert(!(reply instanceof ReplyError), `DEBUG ${what}: ${Deno.inspect(reply)}`);
    }
    const compacted = new Fields(await client.call("NUMA", "COMPACT"));
    assert(compacted.number("moved_keys") >= 0);
    looks++;
    await delay(LOOK_MS);
  }
  return looks;
}

async function used(client: RespClient): Promise<number[]> {
  const pools = listOf(await client.call("NUMA", "POOL"));
  return pools.map((pool) => new Fields(pool).number("used_bytes"));
}

/** Waits for jobs to end, then for what was flushed to be freed. */
async function settle(client: RespClient, start: readonly number[]): Promise<void> {
  const patience = Date.now() + 60_000;
  for (;;) {
    const jobs = listOf(await client.call("NUMAMIGRATE", "JOBS")).map((job) => new Fields(job));
    if (jobs.every((job) => ["done", "cancelled"].includes(String(job.get("state"))))) break;
    assert(Date.now() < patience, "jobs do not end");
    await delay(50);
  }
  assertEquals(await client.call("FLUSHALL"), "OK");
  for (;;) {
    const now = await used(client);
    if (now.every((bytes, node) => bytes === start[node])) return;
    assert(Date.now() < patience, `bytes left behind: ${now} of ${start}`);
    await delay(50);
  }
}

Deno.test("soak: keys of every type move while clients of both nodes write them", async () => {
  const ports = [freePort(), freePort()];
  await using server = await startServer({
    topology: "fake:2+1",
    listeners: 2,
    "numa-listen": ports.flatMap((port, node) => [node, `127.0.0.1:${port}`]),
    "enable-debug-command": "yes",
    "numa-migrate-step-usec": 40,
    "list-max-listpack-size": 32,
    "list-compress-depth": 1,
    activedefrag: "yes",
    "active-defrag-ignore-bytes": "1mb",
  });
  using observer = await RespClient.connect(server.port);
  const start = await used(observer);
  const field: Field = { server, ports, until: Date.now() + SOAK_MS };
  const clients = await Promise.all(NAMES.map((_, at) => RespClient.connect(ports[at % 2] ?? 0)));
  const writers = clients.map((client, at) =>
    new Writer(NAMES[at] ?? "", client, new Random(SEED + at))
  );
  const [looks, ...counts] = await Promise.all([
    keepLooking(field),
    ...[1, 2].map((seed) => keepMoving(field, seed)),
    ...writers.map((writer) => writer.run(field.until)),
  ]);
  clients.forEach((client) => client[Symbol.dispose]());
  const stats = new Fields(await observer.call("NUMAMIGRATE", "STATS"));
  const [moved, steps] = [stats.number("successful_migrations"), stats.number("steps")];
  assert(moved > 500 && steps > moved, `${moved} moves in ${steps} steps`);
  assert((looks ?? 0) > 5, `${looks} looks`);
  assert(counts.every((count) => count > 100), `${counts}`);
  assert((await infoOf(observer, "stats")).number("active_defrag_key_hits") > 0);
  await settle(observer, start);
});
