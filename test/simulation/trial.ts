/** One seed: its history, its faults, the run, the run without faults, and what is wrong. */
import type { FunctionName } from './history.ts';
import { generatedHistory } from './history.ts';
import { judge } from './judge.ts';
import { type Random, seeded } from './seeded.ts';
import { type Counts, type Faults, type Handler, noFaults, type Outcome, type Plant, simulate } from './world.ts';

export type Handlers = Readonly<Record<FunctionName, Handler>>;

export interface Trial {
  readonly wrong: readonly string[];
  readonly counts: Counts;
  readonly outcome: Outcome;
}

export async function trial(
  seed: string,
  handlers: Handlers,
  { plant, faults }: { readonly plant?: Plant; readonly faults?: Faults } = {},
): Promise<Trial> {
  const random = seeded(seed);
  const history = generatedHistory(random.fork('history'));
  const calm = random.fork('calm');
  const undisturbed = await simulate({ history, random: calm, faults: noFaults, handlers });
  const some = faults ?? drawnFaults(random.fork('faults'));
  const again = random.chance(0.25);
  // What is found in one store has to be what is found in the other.
  const place = plant === undefined && random.fork('place').chance(0.2) ? 'dynamodb' : 'sqlite';
  const run = { history, random: random.fork('run'), faults: some, handlers, again, place } as const;
  const outcome = await simulate(plant === undefined ? run : { ...run, plant });
  const wrong = [...judge(history, outcome, undisturbed)];
  const { againAfterFault } = outcome.counts;
  // Where one works at a time and nothing fails, nothing at all is told twice.
  const isOrderly = some.atOnce === 1 && some.crash + some.throttled + some.lostAnswer + some.lateAnswer === 0;
  if (isOrderly && againAfterFault > 0) wrong.push('told twice although nothing went wrong');
  return { wrong, counts: outcome.counts, outcome };
}

/** Each seed has its own weather: some faults not at all, some often. */
function drawnFaults(random: Random): Faults {
  return {
    throttled: random.pick([0, 0.002, 0.01, 0.03]),
    lostAnswer: random.pick([0, 0.002, 0.01]),
    lateAnswer: random.pick([0, 0.001, 0.005]),
    crash: random.pick([0, 0.1, 0.3]),
    redelivered: random.pick([0, 0.1, 0.3]),
    duplicated: random.pick([0, 0.1, 0.3]),
    late: random.pick([1, 3, 12]),
    atOnce: random.pick([1, 2, 3]),
  };
}

export function addCounts(into: Record<string, number>, counts: Counts): void {
  for (const [name, value] of Object.entries(counts)) into[name] = (into[name] ?? 0) + value;
}
