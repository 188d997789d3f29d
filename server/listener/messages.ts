/**
 * What main and a listener say to each other.
 *
 * Plain data, as it crosses between isolates. Invariant: every HandOffMessage is answered by exactly one AnswerMessage.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import type { LogLevel } from "../log.ts";
import type { HandOff } from "../session/handoff.ts";

/** What a listener follows, and main may change at run time. */
export interface Limits {
  /** Seconds after which an idle client is closed; 0 never. */
  readonly timeoutSeconds: number;
  /** Whether TCP keep-alive is on. */
  readonly keepAlive: boolean;
  /** Whether only clients on this machine are served. */
  readonly localOnly: boolean;
  /** Connections the kernel may hold that are not accepted yet. */
  readonly backlog: number;
}

/** Where one listener listens and to what it belongs. */
export interface StartMessage {
  readonly kind: "start";
  /** Handle of the store to attach to. */
  readonly store: number;
  /** The listener's name, shown in CLIENT LIST. */
  readonly label: string;
  /** Node id the listener belongs to; none when left out. */
  readonly node: number | undefined;
  readonly pin: boolean;
  /** Path of the doorbell's socket; it does not exist yet. */
  readonly doorbell: string;
  readonly endpoints: readonly Endpoint[];
  readonly limits: Limits;
}

/** Main answers a server command. */
export interface AnswerMessage {
  readonly kind: "answer";
  readonly call: number;
  readonly reply: Uint8Array;
}

/** From main to a listener. `listen` replaces the endpoints; `stop` is answered by `stopped`. */
export type ToListener =
  | StartMessage
  | AnswerMessage
  | { readonly kind: "limits"; readonly limits: Limits }
  | { readonly kind: "listen"; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: "stop" };

/** A listener asks main to answer a server command. */
export interface HandOffMessage {
  readonly kind: "handoff";
  readonly call: number;
  readonly request: HandOff;
}

/** From a listener to main. `ready` answers start and listen, with the reason when it failed. */
export type ToMain =
  | HandOffMessage
  | { readonly kind: "ready"; readonly failure?: string }
  | { readonly kind: "log"; readonly level: LogLevel; readonly text: string }
  /** Core has a defect: the server must stop. */
  | { readonly kind: "panic"; readonly text: string }
  | { readonly kind: "stopped" };
