/**
 * What a server command is: a function of a context and arguments.
 *
 * Knows no command. Invariant: a command learns about its caller from the context only.
 *
 * @module
 */

import type { Config } from "../config.ts";
import type { StoreApi } from "../core.ts";
import type { Hotness } from "../hotness.ts";
import type { Log } from "../log.ts";
import type { Migrator } from "../migrator.ts";
import type { Protocol } from "../reply.ts";
import type { Slots } from "../slots.ts";
import type { Tracer } from "../tracer.ts";

/** What a server command may use. */
export interface CommandContext {
  readonly config: Config;
  readonly log: Log;
  readonly store: StoreApi;
  readonly hotness: Hotness;
  readonly slots: Slots;
  readonly migrator: Migrator;
  readonly tracer: Tracer;
  /** The version of RESP the caller speaks. */
  readonly protocol: Protocol;
  /** Whether the caller is connected from this machine: loopback or a Unix socket. */
  readonly trusted: boolean;
  /** Database the caller has selected. */
  readonly db: number;
  /** Has the server stop in order; returns at once. */
  readonly stop: () => void;
}

/**
 * Answers one command.
 *
 * @param args all of its arguments, the command's own name first
 * @returns one complete reply
 */
export type ServerCommand = (
  context: CommandContext,
  args: readonly Uint8Array[],
) => Uint8Array | Promise<Uint8Array>;
