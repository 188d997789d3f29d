/**
 * A worker's entry: attaches to the store, listens, and passes messages between its listener and main.
 *
 * Knows the messages and nothing of a client. Invariant: `start` comes first and once; after `stopped` nothing is said.
 *
 * @module
 */

import { ListeningLane } from "./core.ts";
import { endpointLines } from "./listener/endpoints.ts";
import { Listener } from "./listener/listener.ts";
import type { StartMessage, ToListener, ToMain } from "./listener/messages.ts";

/** The worker's side of the channel; the library types of a page do not know it. */
const channel = globalThis as unknown as {
  postMessage(message: ToMain): void;
  onmessage: (event: MessageEvent<ToListener>) => void;
  close(): void;
};

let listener: Listener | undefined;

channel.onmessage = ({ data }) => {
  if (data.kind === "start") start(data);
  else if (listener !== undefined) listener.hear(data);
  else if (data.kind === "stop") end();
};

/** Listens and says so, then serves until it is told to stop. */
function start(message: StartMessage): void {
  try {
    const lane = ListeningLane.open(message);
    listener = new Listener(lane, (said) => channel.postMessage(said));
    lane.listen(endpointLines(message.endpoints));
    channel.postMessage({ kind: "ready", lane: lane.handle });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    channel.postMessage({ kind: "ready", failure });
  }
  listener?.run().then(end);
}

function end(): void {
  channel.postMessage({ kind: "stopped" });
  channel.close();
}
