/**
 * A worker with a lane of its own in a store that another thread opened.
 *
 * Knows one message: which store, and how many commands. Invariant: session and lane are closed before it answers.
 *
 * @module
 */
/// <reference lib="webworker" />
import { coreSymbols } from "../../server/ffi.ts";
import { Outcome, Status } from "../../server/generated/abi.ts";
import { encodeCommand } from "./resp_client.ts";

/** What a worker is told. */
export interface LaneOrder {
  readonly store: number;
  readonly node: number;
  /** Its own key and the end of its label. */
  readonly name: string;
  readonly rounds: number;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<LaneOrder>): void => scope.postMessage(work(data));

/** Counts up a shared key and its own one; gives the replies that were not integers. */
function work({ store, node, name, rounds }: LaneOrder): string[] {
  const call = coreSymbols();
  const label = new TextEncoder().encode(`worker-${name}`);
  const empty = new Uint8Array(0);
  const lane = call.nkv_lane_open(store, node, 0, 0, label, label.length);
  if (lane <= 0) return [`no lane: ${lane}`];
  const session = call.nkv_session_open(lane, empty, 0);
  const outcome = new Outcome();
  const out = new Uint8Array(4096);
  const strange: string[] = [];
  const request = new Uint8Array([
    ...encodeCommand(["INCR", "shared"]),
    ...encodeCommand(["INCR", `own:${name}`]),
  ]);
  const decoder = new TextDecoder();
  for (let round = 0; round < rounds; round++) {
    // A batch that was held up makes way with MORE; what is left of it comes at the next call.
    let [input, reply, count] = [request, "", -Status.MORE as number];
    for (; count === -Status.MORE; input = empty) {
      const { buffer } = outcome;
      count = call.nkv_execute(session, input, input.length, out, out.length, buffer);
      reply += decoder.decode(out.subarray(0, outcome.replyBytes));
    }
    if (count < 0 || !/^:\d+\r\n:\d+\r\n$/.test(reply)) strange.push(`${count}: ${reply}`);
  }
  call.nkv_session_close(session);
  call.nkv_lane_close(lane);
  return strange;
}
