/**
 * Jobs given to core's mover, and what became of them.
 *
 * Knows the store and whose a job is, not why keys move. Invariants: of the moves of a job each is reported once, as done or failed, when
 * the job has ended; what is under way is never more than was asked for.
 *
 * @module
 */

import { CoreError, type JobStatus, type KeyMove, type StoreApi } from "../core.ts";
import type { Budget } from "../../strategies/strategy.ts";

/** Numbers of `JobStatus.state` from this on are ends. */
const STATE_DONE = 2;

/** Whose moves they are: a slot's number, or the rebalance's. */
export type Owner = number | "rebalance";

/** What became of a job. */
export interface Outcome {
  readonly owner: Owner;
  readonly done: number;
  readonly failed: number;
}

interface Job {
  readonly id: number;
  readonly owner: Owner;
  readonly asked: number;
  readonly bytes: number;
  readonly names: readonly string[];
  /** As of the latest look. */
  done: number;
  failed: number;
}

const decoder = new TextDecoder("latin1");

/** Gives moves to the mover and follows them. */
export class Jobs {
  readonly #store: Pick<StoreApi, "move" | "job">;
  readonly #warn: (text: string) => void;
  #jobs: Job[] = [];
  readonly #names = new Set<string>();

  /** @param warn hears why moves were not taken */
  constructor(store: Pick<StoreApi, "move" | "job">, warn: (text: string) => void = () => {}) {
    this.#store = store;
    this.#warn = warn;
  }

  /** What the mover has not done yet. */
  get underWay(): Budget {
    let [keys, bytes] = [0, 0];
    for (const job of this.#jobs) {
      const left = job.asked - job.done - job.failed;
      keys += left;
      bytes += job.asked > 0 ? job.bytes * left / job.asked : 0;
    }
    return { keys, bytes };
  }

  /** Whether one has a job that has not ended. */
  isBusy(owner: Owner): boolean {
    return this.#jobs.some((job) => job.owner === owner);
  }

  /**
   * Asks for moves in the order given; keys that are on their way are left out, as they may be gone from where they were seen.
   *
   * @param bytes what they move together
   * @returns what was not taken and hence has failed at once
   */
  submit(owner: Owner, moves: readonly KeyMove[], bytes: number): Outcome | undefined {
    const fresh = moves.filter((move) => !this.#names.has(nameOf(move)));
    if (fresh.length === 0) return undefined;
    const id = this.#ask(fresh);
    if (id === undefined) return { owner, done: 0, failed: fresh.length };
    const names = fresh.map(nameOf);
    for (const name of names) this.#names.add(name);
    const part = bytes * fresh.length / moves.length;
    this.#jobs.push({ id, owner, asked: fresh.length, bytes: part, names, done: 0, failed: 0 });
    return undefined;
  }

  /** What became of the jobs that have ended since the last look. */
  collect(): Outcome[] {
    const ended = this.#jobs.filter((job) => this.#look(job));
    this.#jobs = this.#jobs.filter((job) => !ended.includes(job));
    for (const { names } of ended) for (const name of names) this.#names.delete(name);
    return ended.map(({ owner, done, asked }) => ({ owner, done, failed: asked - done }));
  }

  #ask(moves: readonly KeyMove[]): number | undefined {
    try {
      const id = this.#store.move(moves);
      if (id === undefined) this.#warn("Keys were not moved: too many jobs wait for the mover");
      return id;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#warn(`Keys were not moved: ${error.message}`);
      return undefined;
    }
  }

  /** Takes a job's counts; whether it has ended. One that core has forgotten has done what it had at the latest look. */
  #look(job: Job): boolean {
    const status = this.#store.job(job.id);
    if (status === undefined) return true;
    [job.done, job.failed] = countsOf(status);
    return status.state >= STATE_DONE;
  }
}

function countsOf({ moved, skipped, failed, missing }: JobStatus): [number, number] {
  return [moved + skipped, failed + missing];
}

function nameOf({ db, key }: KeyMove): string {
  return `${db} ${decoder.decode(key)}`;
}
