/**
 * A worker's entry: attaches to the store, listens, and passes messages between its listener and main.
 *
 * Knows the messages and nothing of a session. Invariant: `start` comes first and once; after `stopped` nothing is said.
 *
 * @module
 */

import { Lane } from "./core.ts";
import { Doorbell } from "./listener/doorbell.ts";
import { Listener, type ListenerEvents } from "./listener/listener.ts";
import type { StartMessage, ToListener, ToMain } from "./listener/messages.ts";
import { errorReply } from "./reply.ts";
import type { HandOff } from "./session/handoff.ts";

/** The worker's side of the channel; the library types of a page do not know it. */
const channel = globalThis as unknown as {
  postMessage(message: ToMain): void;
  onmessage: (event: MessageEvent<ToListener>) => void;
  close(): void;
};

/** Server commands main has not answered yet. */
const calls = new Map<number, (reply: Uint8Array) => void>();
let lastCall = 0;
let listener: Listener | undefined;
let doorbell: Doorbell | undefined;

const events: ListenerEvents = {
  handOff(request: HandOff): Promise<Uint8Array> {
    const call = ++lastCall;
    channel.postMessage({ kind: "handoff", call, request });
    return new Promise((resolve) => calls.set(call, resolve));
  },
  log: (level, text) => channel.postMessage({ kind: "log", level, text }),
  panic: (text) => channel.postMessage({ kind: "panic", text }),
};

channel.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      return answering(() => start(data));
    case "listen":
      return answering(() => listener?.listen(data.endpoints));
    case "limits":
      if (listener) listener.limits = data.limits;
      return;
    case "answer":
      calls.get(data.call)?.(data.reply);
      calls.delete(data.call);
      return;
    case "stop":
      stop();
  }
};

function start({ store, label, node, pin, doorbell: path, limits, endpoints }: StartMessage): void {
  doorbell = new Doorbell(path, () => listener?.collect());
  const lane = Lane.open({ store, label, node, pin, doorbell: path });
  listener = new Listener(lane, limits, events);
  listener.listen(endpoints);
}

/** Says `ready` when `work` is done, with the reason when it failed. */
function answering(work: () => void): void {
  try {
    work();
    channel.postMessage({ kind: "ready" });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    channel.postMessage({ kind: "ready", failure });
  }
}

async function stop(): Promise<void> {
  for (const answer of calls.values()) answer(errorReply("ERR the server is shutting down"));
  calls.clear();
  try {
    await listener?.stop();
  } catch (error) {
    events.log("warning", `A listener did not stop in order: ${error}`);
  }
  doorbell?.[Symbol.dispose]();
  channel.postMessage({ kind: "stopped" });
  channel.close();
}
