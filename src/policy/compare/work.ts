/** How much work may one comparison cost? A count of steps, not of milliseconds, so that an answer never depends on the machine. */

/** Some hundred milliseconds of a slow machine. */
export const mostWork = 400_000;

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
