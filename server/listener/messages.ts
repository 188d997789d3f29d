/**
 * What main and a listener say to each other.
 *
 * Plain data, as it crosses between isolates. Invariant: every HandOffMessage is answered by exactly one AnswerMessage, and the
 * lane is woken once for every message after `start`.
 *
 * @module
 */

import type { Endpoint } from "../config.ts";
import type { HandOff } from "./handoff.ts";

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
  readonly endpoints: readonly Endpoint[];
}

/** Main answers a server command. */
export interface AnswerMessage {
  readonly kind: "answer";
  readonly session: number;
  readonly reply: Uint8Array;
}

/** From main to a listener. `listen` replaces the endpoints; `stop` is answered by `stopped`. */
export type ToListener =
  | StartMessage
  | AnswerMessage
  | { readonly kind: "listen"; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: "stop" };

/** A listener asks main to answer a server command; one at a time for a session. */
export interface HandOffMessage {
  readonly kind: "handoff";
  readonly session: number;
  readonly request: HandOff;
}

/** From a listener to main. `ready` answers start, with the lane to wake, and listen; with the reason when it failed. */
export type ToMain =
  | HandOffMessage
  | { readonly kind: "ready"; readonly lane?: number; readonly failure?: string }
  /** Core has a defect: the server must stop. */
  | { readonly kind: "panic"; readonly text: string }
  | { readonly kind: "stopped" };
