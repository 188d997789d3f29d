/**
 * A context for server commands in tests: a small store, a configuration, nothing that ticks.
 *
 * Invariant: what a test does not give has the server's own default.
 *
 * @module
 */

import { Config } from "../config.ts";
import { Hotness } from "../hotness.ts";
import { Log } from "../log.ts";
import { Migrator } from "../migrator.ts";
import { Slots } from "../slots.ts";
import { FakeKeys } from "../testing.ts";
import { Tracer } from "../tracer.ts";
import type { CommandContext } from "./context.ts";

/** A context of the parts given. */
export function contextOf(parts: Partial<CommandContext> = {}): CommandContext {
  const { store = new FakeKeys([]), hotness = new Hotness(), slots = new Slots() } = parts;
  return {
    config: Config.load(),
    log: new Log({ write: () => {} }),
    store,
    hotness,
    slots,
    migrator: new Migrator({ store, slots, hotness }),
    tracer: new Tracer(store),
    protocol: 2,
    trusted: true,
    db: 0,
    stop: () => {},
    ...parts,
  };
}
