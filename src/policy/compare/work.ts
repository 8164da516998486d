/** How much work may a comparison cost, and many together? A count of steps, not of milliseconds, so that an answer never depends on the machine. */
import type { AccessAnswer } from './comparison.ts';

/** Each way. Some tens of milliseconds. */
export const mostWork = 100_000;

/** Characters of the texts of two policies, which is more than IAM keeps; beyond it nothing is begun. */
export const mostText = 40_000;

export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** What questions that are asked together have in common. */
class Shared {
  /** Answers of yes or no, by what the question says. */
  readonly answers = new Map<string, AccessAnswer['answer']>();
  left: number;

  constructor(most: number) {
    this.left = most;
  }
}

let shared: Shared | undefined;

/**
 * Bounds the work of all comparisons that `ask` makes, those it makes one after the other: once it is used up, they are
 * `undecided: too complex`. Within it, a question of yes or no that was answered is not searched again.
 */
export function sharingWork<T>(most: number, ask: () => T): T {
  if (shared !== undefined) return ask();
  shared = new Shared(most);
  try {
    return ask();
  } finally {
    shared = undefined;
  }
}

/** @returns the answers that were given so far; `undefined` where questions stand alone. */
export function sharedAnswers(): Map<string, AccessAnswer['answer']> | undefined {
  return shared?.answers;
}

/** Whether the work that questions share is used up. */
export function isUsedUp(): boolean {
  return shared !== undefined && shared.left < 0;
}

/** For work besides the search, of which only the sum matters. */
export function spendShared(steps: number): void {
  if (shared !== undefined) shared.left -= steps;
}

export class Work {
  readonly #shared = shared;
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** @throws TooMuchWork where nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooMuchWork();
    if (this.#shared === undefined) return;
    this.#shared.left -= steps;
    if (this.#shared.left < 0) throw new TooMuchWork();
  }

  get left(): number {
    return this.#left;
  }
}
