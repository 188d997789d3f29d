/**
 * One round of the slots: the view that all of them see, and what is left of the budget.
 *
 * Knows answers and no slot. Invariant: no key is booked twice, and what is booked keeps within the budget.
 *
 * @module
 */

import { faultsOfMoves, faultsOfPlacement, keysById } from "../../strategies/check.ts";
import type { Budget, KeyView, Move, View } from "../../strategies/strategy.ts";

/** One round: its view, and what is left of its budget. */
export class Round {
  readonly view: View;
  readonly #keys: ReadonlyMap<number, KeyView>;
  readonly #moved = new Set<number>();
  #left: Budget;
  #json: string | undefined;

  constructor(view: View, budget: Budget) {
    this.view = view;
    this.#keys = keysById(view);
    this.#left = budget;
  }

  get left(): Budget {
    return this.#left;
  }

  /** The view for those who are elsewhere; written once. */
  get json(): string {
    return this.#json ??= JSON.stringify(this.view);
  }

  /**
   * Checks an answer and, unless it is only observed, books it.
   *
   * @param asked the budget it was given; more may be spent by now
   * @returns the moves to be made: those of keys nobody has moved in this round, as far as the budget goes
   * @throws {Error} naming what is wrong with it
   */
  take(placement: unknown, moves: unknown, observe: boolean, asked = this.#left): Move[] {
    const faults = [
      ...faultsOfPlacement(placement, this.view),
      ...faultsOfMoves(moves, this.view, asked, this.#keys),
    ];
    if (faults.length > 0) throw new Error(faults.join("; "));
    if (observe) return [];
    return (moves as Move[]).filter(({ id }) => this.#book(id));
  }

  /** Whether a key may be moved, and is counted as moved from now on. */
  #book(id: number): boolean {
    const bytes = this.#keys.get(id)?.bytes ?? 0;
    const { keys: keysLeft, bytes: bytesLeft } = this.#left;
    if (this.#moved.has(id) || keysLeft < 1 || bytesLeft < bytes) return false;
    this.#moved.add(id);
    this.#left = { keys: keysLeft - 1, bytes: bytesLeft - bytes };
    return true;
  }
}
