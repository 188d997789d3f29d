/**
 * One listener: accepts connections, keeps their sessions, stops in order.
 *
 * Knows its lane and its endpoints, no option and no command. Invariant: every accepted connection is either in the table of
 * sessions or closed; what one client does never ends another's session.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import { CoreError, type LaneApi, type SessionHandle, Status } from "../core.ts";
import type { LogLevel } from "../log.ts";
import { BufferPool } from "../session/buffers.ts";
import type { HandOff } from "../session/handoff.ts";
import { Session, type SessionHost } from "../session.ts";
import { type Acceptor, endpointName, isLocal, openEndpoint, sessionFacts } from "./endpoints.ts";
import type { Limits } from "./messages.ts";

/** How long a stop waits for batches in hand. */
export const DRAIN_MS = 1000;
/** Pause after an accept that failed, as when no file descriptor is left. */
const ACCEPT_PAUSE_MS = 100;
const TICK_MS = 1000;

const TOO_MANY = "-ERR max number of clients reached\r\n";
const NOT_LOCAL =
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set " +
  "for the default user. Set one with requirepass, connect from this machine, or turn protected-mode off.\r\n";

/** What a listener tells main. */
export interface ListenerEvents {
  handOff(request: HandOff): Promise<Uint8Array>;
  log(level: LogLevel, text: string): void;
  /** Core has a defect. */
  panic(text: string): void;
}

/** Accepts and serves on one thread. */
export class Listener implements SessionHost {
  readonly lane: LaneApi;
  readonly buffers = new BufferPool();
  nowSeconds = 0;
  largeReaders = 0;
  readonly #events: ListenerEvents;
  readonly #acceptors = new Map<string, Acceptor>();
  readonly #sessions = new Map<SessionHandle, Session>();
  readonly #tick = setInterval(() => this.#sweep(), TICK_MS);
  #limits: Limits;
  #idle: (() => void) | undefined;

  constructor(lane: LaneApi, limits: Limits, events: ListenerEvents) {
    this.lane = lane;
    this.#limits = limits;
    this.#events = events;
  }

  /** Sessions that are open. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Adopts new limits; they hold for connections to come, the idle time for all. */
  set limits(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Listens on `endpoints` and on no others: new ones are opened first, then old ones closed.
   *
   * @throws {Error} when one cannot be opened; then nothing has changed
   */
  listen(endpoints: readonly Endpoint[]): void {
    const wanted = new Map(endpoints.map((one) => [endpointName(one), one]));
    const opened = new Map<string, Acceptor>();
    try {
      for (const [name, endpoint] of wanted) {
        if (this.#acceptors.has(name)) continue;
        opened.set(name, openEndpoint(endpoint, true, this.#limits.backlog));
      }
    } catch (error) {
      for (const acceptor of opened.values()) acceptor.close();
      throw error;
    }
    for (const [name, acceptor] of this.#acceptors) {
      if (wanted.has(name)) continue;
      this.#acceptors.delete(name);
      acceptor.close();
    }
    for (const [name, acceptor] of opened) {
      this.#acceptors.set(name, acceptor);
      this.#accept(acceptor);
    }
  }

  /** Looks after every session core names; to be called when the doorbell rings. */
  readonly collect = (): void => {
    try {
      this.lane.collect((session, why) => this.#sessions.get(session)?.ring(why));
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Stops: no new connections, batches in hand are answered, then the lane is closed. */
  async stop(): Promise<void> {
    for (const acceptor of this.#acceptors.values()) acceptor.close();
    this.#acceptors.clear();
    for (const session of [...this.#sessions.values()]) session.drain();
    if (this.#sessions.size > 0) await this.#drained();
    for (const session of [...this.#sessions.values()]) session.close();
    clearInterval(this.#tick);
    this.lane[Symbol.dispose]();
  }

  handOff(request: HandOff): Promise<Uint8Array> {
    return this.#events.handOff(request);
  }

  ended(session: Session, failure?: unknown): void {
    this.#sessions.delete(session.handle);
    if (failure !== undefined) this.#fail(failure);
    try {
      this.lane.closeSession(session.handle);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#sessions.size === 0) this.#idle?.();
  }

  async #accept(acceptor: Acceptor): Promise<void> {
    while ([...this.#acceptors.values()].includes(acceptor)) {
      try {
        this.#welcome(await acceptor.accept());
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.Interrupted) return;
        this.#events.log("warning", `Cannot accept a connection: ${reason(error)}`);
        await new Promise((done) => setTimeout(done, ACCEPT_PAUSE_MS));
      }
    }
  }

  #welcome(conn: Deno.Conn): void {
    try {
      const local = isLocal(conn.remoteAddr);
      if (this.#limits.localOnly && !local) return turnAway(conn, NOT_LOCAL);
      if ("setNoDelay" in conn) {
        const tcp = conn as Deno.TcpConn;
        tcp.setNoDelay(true);
        if (this.#limits.keepAlive) tcp.setKeepAlive(true);
      }
      const handle = this.lane.openSession(sessionFacts(conn));
      const session = new Session(conn, this, handle, local);
      this.#sessions.set(handle, session);
      session.start();
    } catch (error) {
      if (error instanceof CoreError && error.status === Status.MAX_CLIENTS) {
        return turnAway(conn, TOO_MANY);
      }
      conn.close();
      // A client that is gone before it is welcomed is no failure.
      if (error instanceof CoreError) this.#fail(error);
    }
  }

  /** Once a second: closes idle clients. */
  #sweep(): void {
    this.nowSeconds++;
    const { timeoutSeconds } = this.#limits;
    if (timeoutSeconds === 0) return;
    for (const session of [...this.#sessions.values()]) {
      const idleSeconds = this.nowSeconds - session.activeSeconds;
      if (idleSeconds > timeoutSeconds && !session.busy) session.close();
    }
  }

  #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, DRAIN_MS);
    this.#idle = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  #fail(error: unknown): void {
    const text = reason(error);
    if (error instanceof CoreError && error.status === Status.PANIC) this.#events.panic(text);
    else this.#events.log("warning", `A session ended: ${text}`);
  }
}

/** Says why, and closes. */
function turnAway(conn: Deno.Conn, text: string): void {
  const close = (): void => conn.close();
  conn.write(new TextEncoder().encode(text)).then(close, close);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
