/**
 * The server: starts its parts in order, stops them in reverse.
 *
 * The order is log, warnings, ports, store, listeners, tick. Knows every part's door and no part's inside. Invariant: a start that
 * fails leaves nothing open; `stop` is done once, whoever asks for it and however often.
 *
 * @module
 */

import { type CommandContext, runServerCommand } from "./commands/mod.ts";
import { type Config, CORE_OPTION_NAMES } from "./config.ts";
import { Store } from "./core.ts";
import { Hotness } from "./hotness.ts";
import { endpointName } from "./listener/endpoints.ts";
import type { HandOff } from "./listener/handoff.ts";
import { Log, LOG_LEVELS, type LogThreshold } from "./log.ts";
import { Cron, relayMessages } from "./main/cron.ts";
import { checkNodes, fallbackPlacement, fillSlots } from "./main/policy.ts";
import { commonEndpoints, type ListenerPlan, planListeners } from "./main/plan.ts";
import { probeEndpoints } from "./main/ports.ts";
import { VERSION } from "./main/version.ts";
import { ListenerWorker } from "./main/worker.ts";
import { Migrator, type Rules, rulesOf } from "./migrator.ts";
import { Tracer } from "./tracer.ts";
import { Slots } from "./slots.ts";

/** A server that runs. */
export interface Server extends AsyncDisposable {
  /** Where it listens: `address:port` or a path. */
  readonly endpoints: readonly string[];
  /** Resolves when the server has stopped: 0 in order, 1 after a failure. */
  readonly finished: Promise<number>;
  /** Stops in order; resolves when everything is closed. */
  stop(): Promise<void>;
}

/**
 * Starts a server; it is ready when the promise resolves.
 *
 * @param log taken over and closed with the server; made from the configuration when left out
 * @throws {Error} saying what to do, when an address is taken or the core cannot be opened
 */
export async function serve(config: Config, log: Log = logOf(config)): Promise<Server> {
  const server = new RunningServer(config, log);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** The parts in a stack: last started, first stopped. */
class RunningServer implements Server {
  readonly #config: Config;
  readonly #log: Log;
  readonly #slots: Slots;
  readonly #hotness: Hotness;
  readonly #parts = new AsyncDisposableStack();
  readonly #finished = Promise.withResolvers<number>();
  #store: Store | undefined;
  #migrator: Migrator | undefined;
  #tracer: Tracer | undefined;
  #workers: ListenerWorker[] = [];
  #plans: ListenerPlan[] = [];
  #stopped: Promise<void> | undefined;
  #exitCode = 0;

  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = this.#parts.use(log);
    this.#hotness = new Hotness(() => ({
      threshold: config.integer("numa-hotness-threshold"),
      batchSize: config.integer("numa-hotness-batch-size"),
    }));
    this.#slots = this.#parts.use(
      new Slots({ warn: (text) => log.warning(text), note: (text) => log.notice(text) }),
    );
  }

  get endpoints(): string[] {
    return [...new Set(this.#plans.flatMap((plan) => plan.endpoints.map(endpointName)))];
  }

  get finished(): Promise<number> {
    return this.#finished.promise;
  }

  async start(): Promise<void> {
    this.#log.notice(`numakv ${VERSION} starts`);
    for (const warning of this.#config.warnings) this.#log.warning(warning);
    const common = await probeEndpoints(commonEndpoints(this.#config));
    await probeEndpoints(this.#config.nodeEndpoints().map(({ endpoint }) => endpoint));
    const store = this.#openStore();
    checkNodes(this.#config, store.topology());
    const migrator = await this.#seatStrategies(store);
    this.#tracer = this.#parts.use(new Tracer(store));
    this.#plans = planListeners(this.#config, store.topology(), common);
    await this.#startWorkers(store);
    await this.#setSocketPermissions();
    this.#tellFacts(store);
    this.#followChanges(store);
    const stop = (): void => void this.stop();
    const cron = this.#parts.use(new Cron({ store, migrator, log: this.#log, stop }));
    this.#followPlacement(store, cron);
    relayMessages(store, this.#log);
    this.#log.role = "M";
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#log.notice("numakv stops");
    try {
      await this.#parts.disposeAsync();
    } catch (error) {
      this.#exitCode = 1;
      console.error(`numakv did not stop in order: ${error}`);
    }
    this.#finished.resolve(this.#exitCode);
  }

  #openStore(): Store {
    const store = Store.open(this.#config.coreLines());
    this.#store = store;
    this.#parts.defer(() => {
      relayMessages(store, this.#log);
      store[Symbol.dispose]();
    });
    return store;
  }

  /** Fills the slots, and has the placement they begin with in force before the first client comes. */
  async #seatStrategies(store: Store): Promise<Migrator> {
    const [slots, hotness, log] = [this.#slots, this.#hotness, this.#log];
    slots.fallBackTo(fallbackPlacement(this.#config, store.topology()));
    await fillSlots(slots, this.#config);
    const rules = (): Rules => rulesOf(this.#config);
    const warn = (text: string): void => log.warning(text);
    const debug = (text: string): void => {
      if (this.#config.flag("numa-debug")) log.notice(text);
    };
    const migrator = new Migrator({ store, slots, hotness, rules, warn, debug });
    this.#migrator = migrator;
    migrator.observe();
    migrator.act();
    return migrator;
  }

  async #startWorkers(store: Store): Promise<void> {
    this.#workers = this.#plans.map(({ label }) =>
      new ListenerWorker(label, {
        handOff: (request) => this.#runCommand(request),
        fatal: (text) => this.#fail(text),
      })
    );
    this.#parts.defer(async () => {
      await Promise.all(this.#workers.map((worker) => worker.stop()));
      for (const path of this.#paths()) await Deno.remove(path).catch(() => {});
    });
    await Promise.all(this.#workers.map((worker, index) => {
      const { node, pin, endpoints } = this.#plans[index]!;
      return worker.start({ store: store.handle, node, pin, endpoints });
    }));
  }

  /** Unix sockets of clients. */
  #paths(): string[] {
    const all = this.#plans.flatMap((plan) => plan.endpoints);
    return all.flatMap((one) => one.transport === "unix" ? [one.path] : []);
  }

  async #setSocketPermissions(): Promise<void> {
    const mode = parseInt(this.#config.text("unixsocketperm"), 8);
    const path = this.#config.text("unixsocket");
    if (mode > 0 && path !== "") await Deno.chmod(path, mode);
  }

  /** Facts INFO shows and core cannot know. */
  #tellFacts(store: Store): void {
    const facts = {
      config_file: this.#config.file ?? "",
      executable: Deno.execPath(),
      tcp_port: this.#config.text("port"),
      listeners: this.#plans.map(describe).join(" "),
    };
    store.configure(
      Object.entries(facts).map(([name, value]) => `fact.${name} ${value}\n`).join(""),
    );
  }

  /** Puts CONFIG SET into force. A hook that throws refuses the change. */
  #followChanges(store: Store): void {
    const config = this.#config;
    config.onChange(CORE_OPTION_NAMES, (names) => store.configure(config.coreLines(names)));
    config.onChange(["bind", "port"], (names) => this.#listenElsewhere(store, names));
    config.onChange("loglevel", () => void (this.#log.threshold = thresholdOf(config)));
    config.onChange("dir", () => Deno.chdir(config.text("dir")));
  }

  /** Puts what the operator says of placement in force at each CONFIG SET: at once, not in a second. */
  #followPlacement(store: Store, cron: Cron): void {
    const config = this.#config;
    const topology = store.topology();
    const names = [
      "numa-enabled",
      "numa-default-strategy",
      "numa-cxl-optimization",
      "numa-node-weight",
      "numa-node-maxmemory",
    ];
    config.onChange("numa-node-weight", () => checkNodes(config, topology));
    config.onChange(names, () => {
      this.#slots.fallBackTo(fallbackPlacement(config, topology));
      cron.tick();
    });
  }

  /** Refuses in Redis' words; the log says which endpoint it was, and why. */
  async #listenElsewhere(store: Store, changed: ReadonlySet<string>): Promise<void> {
    try {
      await this.#listenAnew(store);
    } catch (error) {
      this.#log.warning(error instanceof Error ? error.message : `${error}`);
      throw new Error(
        changed.has("port")
          ? "Unable to listen on this port. Check server logs."
          : "Failed to bind to specified addresses.",
        { cause: error },
      );
    }
  }

  async #listenAnew(store: Store): Promise<void> {
    const open = new Set(this.endpoints);
    const wanted = commonEndpoints(this.#config);
    const fresh = await probeEndpoints(wanted.filter((one) => !open.has(endpointName(one))));
    const common = [...wanted.filter((one) => open.has(endpointName(one))), ...fresh];
    const plans = planListeners(this.#config, store.topology(), common);
    await Promise.all(this.#workers.map((worker, index) => worker.listen(plans[index]!.endpoints)));
    this.#plans = plans;
    this.#tellFacts(store);
  }

  #runCommand({ args, protocol, trusted, db }: HandOff): Promise<Uint8Array> {
    const context: CommandContext = {
      config: this.#config,
      log: this.#log,
      // Nobody hands commands over before it is open.
      store: this.#store!,
      hotness: this.#hotness,
      slots: this.#slots,
      migrator: this.#migrator!,
      tracer: this.#tracer!,
      protocol,
      trusted,
      db,
      // The answer goes out first.
      stop: () => void setTimeout(() => this.stop(), 0),
    };
    return runServerCommand(context, args);
  }

  /** Something broke that cannot be mended: says so and stops in order. */
  #fail(text: string): void {
    this.#log.warning(`numakv stops because of a failure: ${text}`);
    if (this.#store !== undefined && this.#stopped === undefined) {
      relayMessages(this.#store, this.#log);
    }
    this.#exitCode = 1;
    this.stop();
  }
}

/** A listener as INFO shows it, without a space in it. */
function describe({ label, node, endpoints }: ListenerPlan): string {
  const places = endpoints.map((one) => encodeURI(endpointName(one)));
  return `name=${label},node=${node ?? -1},endpoints=${places.join(";")}`;
}

function logOf(config: Config): Log {
  return new Log({ file: config.text("logfile"), threshold: thresholdOf(config) });
}

function thresholdOf(config: Config): LogThreshold {
  const level = config.text("loglevel");
  return LOG_LEVELS.find((one) => one === level) ?? "notice";
}
