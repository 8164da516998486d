/** What time is it in the simulation, and what happens next? Nothing waits: the clock jumps to the next thing that happens. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface VirtualTime {
  /** Milliseconds since the epoch. */
  now(): number;
  at(time: number, run: () => void): void;
  /** Resolves when so many milliseconds have passed. */
  pass(milliseconds: number): Promise<void>;
  /** Lets time pass until nothing is due any more. @throws where that takes more steps than `most`: it never settles. */
  settle(most: number): Promise<number>;
}

export function virtualTime(start: number): VirtualTime {
  let now = start;
  let order = 0;
  const due: Due[] = [];
  const at = (time: number, run: () => void): void => {
    order += 1;
    const one = { at: Math.max(now, time), order, run };
    // From the end: most of what is added is due soon, and what is due next stands last.
    let place = due.length;
    for (let other = due[place - 1]; other !== undefined && other.at <= one.at; other = due[place - 1]) place -= 1;
    due.splice(place, 0, one);
  };
  return {
    now: () => now,
    at,
    pass: (milliseconds) => new Promise((resolve) => at(now + milliseconds, resolve)),
    async settle(most) {
      let steps = 0;
      for (let one = due.pop(); one !== undefined; one = due.pop()) {
        now = one.at;
        one.run();
        steps += 1;
        if (steps > most) throw new Error(`not settled after ${most} steps`);
        // Everything that follows at once, which promises alone carry, has followed when the event loop turns.
        await new Promise(setImmediate);
      }
      return steps;
    },
  };
}
