/** When are all roles looked at: as the service is deployed, and each day at its hour, twice now and then, again where it failed? */
import type { Random } from './seeded.ts';
import { deployedAt } from './truth.ts';
import type { VirtualTime } from './virtual-time.ts';

/** As infra/hub-stack.ts sets it. */
const lookTimeout = 900_000;
/** Lambda tries what nobody waits for twice more, a minute and two minutes later. */
const mostTries = 3;
const minute = 60_000;
const day = 86_400_000;

export interface Daily {
  /** Milliseconds: the first look at its hour, the others a day apart. */
  readonly at: number;
  /** Whether IAM can be asked about all roles: else only what was asked too soon is asked again. */
  readonly survey: boolean;
}

interface Looking {
  readonly time: VirtualTime;
  readonly random: Random;
  /** From then on nothing fails. */
  readonly calmAt: number;
  readonly until: number;
  readonly isTwice: () => boolean;
  /** @param until milliseconds of the virtual clock: when Lambda ends it. */
  begin(attempt: number, until: number): { readonly looked: Promise<void>; readonly end: () => void };
  /** A try of it did not come to its end. */
  failed(): void;
}

export function dailyLooks(
  { at, survey }: Daily,
  { time, random, calmAt, until, isTwice, begin, failed }: Looking,
): void {
  const look = (attempt: number, tries: number): void => {
    const limit = time.now() + lookTimeout;
    let isOver = false;
    const over = (isDone: boolean): void => {
      if (isOver) return;
      isOver = true;
      if (isDone) return;
      failed();
      if (attempt < tries) time.at(time.now() + attempt * minute, () => look(attempt + 1, tries));
    };
    const { looked, end } = begin(attempt, limit);
    looked.then(
      () => over(true),
      () => over(false),
    );
    time.at(limit, () => {
      if (isOver) return;
      end();
      over(false);
    });
  };
  // What somebody deploys is looked at until it works: without it the events have nothing to be compared with.
  if (survey) time.at(deployedAt, () => look(1, 20));
  for (let hour = at; hour < Math.max(until, calmAt + 2 * day); hour += day) {
    time.at(hour, () => {
      look(1, mostTries);
      if (isTwice()) time.at(time.now() + random.int(0, 5_000), () => look(1, mostTries));
    });
  }
}
