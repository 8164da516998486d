/** One seed: its history, its faults, the run, the run without faults, and what is wrong. */
import { start } from '../watch/service.ts';
import { generatedHistory, type Happening, messageOf } from './history.ts';
import { readableHistory } from './iam.ts';
import { judge } from './judge.ts';
import { type Random, seeded } from './seeded.ts';
import { besideOf, recordsIn, soonDenied, unseenOf } from './truth.ts';
import {
  type Counts,
  type Faults,
  type Handlers,
  noFaults,
  type Outcome,
  type Plant,
  type Run,
  simulate,
} from './world.ts';

/** What is planted, and what is otherwise drawn by lot. */
export interface How {
  readonly plant?: Plant;
  readonly faults?: Faults;
  readonly way?: 'rules' | 'bucket';
  readonly readers?: boolean;
  readonly asks?: Asks;
}

/** What else the service asks AWS: LookupEvents of the time before there were rules, and all roles once a day. */
export type Asks = 'nothing' | 'lookups' | 'daily look' | 'both';

export interface Trial {
  readonly wrong: readonly string[];
  readonly counts: Counts;
  readonly outcome: Outcome;
}

/** @param isRead with what only readers of roles can tell of. */
export function historyOf(random: Random, isRead: boolean, asks: Asks): readonly Happening[] {
  const read = isRead ? readableHistory(random.fork('readable')) : [];
  // With calls of the first minutes, when LookupEvents does not yet show what was just before.
  const soon = asks === 'lookups' ? soonDenied(random.fork('soon')) : [];
  return [...generatedHistory(random.fork('history')), ...[...read, ...soon].map(messageOf)];
}

export async function trial(
  seed: string,
  handlers: Handlers,
  { plant, faults, way, readers, asks = drawnAsks(seeded(`${seed}/asks`)) }: How = {},
): Promise<Trial> {
  const random = seeded(seed);
  const isRead = readers ?? random.fork('readers').chance(0.2);
  const history = historyOf(random, isRead, asks);
  const aws = asked(asks, history, random);
  const isLookedUp = aws.lookups !== undefined;
  const calm = { history, random: random.fork('calm'), faults: noFaults, handlers, ...aws } as const;
  const undisturbed = await simulate({
    ...calm,
    place: 'memory',
    readers: isRead,
    again: isLookedUp,
    ...(isLookedUp ? { lookups: 'at once' as const } : {}),
  });
  const drawn = drawnFaults(random.fork('faults'));
  const some = faults ?? (isLookedUp && random.fork('answered').chance(0.4) ? answered(drawn) : drawn);
  // What could not be read is read with the next delivery: where reading may fail, everything is delivered once more.
  const isAnswered = some.throttled + some.lostAnswer + some.lateAnswer === 0;
  // Where all that is asked of LookupEvents is answered, the daily look asks again for what it showed late.
  const again = random.chance(0.25) || isRead || (isLookedUp && !isAnswered);
  // What is found in one store has to be what is found in the other.
  const place = plant === undefined && random.fork('place').chance(0.12) ? 'dynamodb' : 'sqlite';
  const by = way ?? (random.fork('way').chance(0.2) ? 'bucket' : 'rules');
  const run = {
    history,
    random: random.fork('run'),
    faults: some,
    handlers,
    again,
    place,
    way: by,
    readers: isRead,
    ...aws,
  } as const;
  const outcome = await simulate(plant === undefined ? run : { ...run, plant });
  const wrong = [...judge(outcome, undisturbed)];
  const { againAfterFault } = outcome.counts;
  // Where one works at a time and nothing fails, nothing at all is told twice.
  const isOrderly = some.atOnce === 1 && some.crash + some.throttled + some.lostAnswer + some.lateAnswer === 0;
  if (isOrderly && againAfterFault > 0) wrong.push('told twice although nothing went wrong');
  return { wrong, counts: outcome.counts, outcome };
}

function drawnAsks(random: Random): Asks {
  return random.chance(0.65) ? 'nothing' : random.pick(['lookups', 'daily look', 'both'] as const);
}

/** What there is to be asked about. */
export function asked(
  asks: Asks,
  history: readonly Happening[],
  random: Random,
): Pick<Run, 'beside' | 'lookups' | 'daily'> {
  if (asks === 'nothing') return {};
  const records = recordsIn(history);
  const isDaily = asks !== 'lookups';
  const beside = besideOf(records, random.fork('beside'), !isDaily);
  return {
    beside: { ...beside, unseen: isDaily ? unseenOf(records, beside, random.fork('unseen')) : [] },
    ...(asks === 'daily look' ? {} : { lookups: 'late' }),
    daily: { at: start + random.fork('hour').int(0, 4 * 3_600_000), survey: isDaily },
  };
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
    spoiltFiles: random.pick([0, 0.2, 0.5]),
  };
}

function answered(faults: Faults): Faults {
  return { ...faults, throttled: 0, lostAnswer: 0, lateAnswer: 0 };
}

export function addCounts(into: Record<string, number>, counts: Counts): void {
  for (const [name, value] of Object.entries(counts)) into[name] = (into[name] ?? 0) + value;
}
