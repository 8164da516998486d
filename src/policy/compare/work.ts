/** How much work may one comparison cost? A count of steps, not of milliseconds, so that an answer never depends on the machine. */

/** Each way. Some tens of milliseconds. */
export const mostWork = 100_000;

/** Characters of the texts of two policies, which is more than IAM keeps; beyond it nothing is begun. */
export const mostText = 40_000;

export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

export class Work {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** @throws TooMuchWork where nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooMuchWork();
  }

  get left(): number {
    return this.#left;
  }
}
