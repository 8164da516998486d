/** Whatever goes wrong on the way, in the end the findings are those of the undisturbed run, each told, and none told without need twice. */
import { describe, expect, test, vi } from 'vitest';
import { runs } from '../arbitraries/runs.ts';
import { handlers } from './entry-points.ts';
import { judge } from './judge.ts';
import { seeded } from './seeded.ts';
import { type Asks, addCounts, asked, historyOf, trial } from './trial.ts';
import { noFaults, type Run, simulate } from './world.ts';

vi.mock('../../functions/service.ts', async () => ({ service: (await import('./world.ts')).serviceOfRunning }));
vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<typeof import('../../src/adapters/logger.ts')>()),
  standardOutput: () => ({ write: () => true }),
}));

/** One seed, to see it again; or how many. */
const { SEED: wanted, SEEDS: many } = process.env;
const isDeep = process.env['TRUSTTRAIL_DEEP'] !== undefined || wanted !== undefined || many !== undefined;

/** Where a history comes in, and where it is kept. */
const worlds = [
  { world: 'sqlite', place: 'sqlite', points: 20 },
  { world: 'dynamodb', place: 'dynamodb', points: 10 },
  { world: 'files of the trail, and readers of roles', place: 'memory', way: 'bucket', readers: true, points: 10 },
  { world: 'LookupEvents and the daily look', place: 'memory', asks: 'both', points: 10 },
] as const;

/** @returns the history, and everything else that is the same in each run of the world. */
function setting({ asks = 'nothing', ...world }: Partial<Run> & { readonly asks?: Asks }, seed: string) {
  const random = seeded(seed);
  const history = historyOf(random, world.readers === true, asks);
  // What died while it asked has not kept what it was answered.
  return { history, handlers, again: world.readers === true, ...asked(asks, history, random), ...world };
}

describe('any weather', () => {
  test('in the end the findings are those of the undisturbed run', { timeout: 3_600_000 }, async () => {
    const seeds =
      wanted === undefined ? Array.from({ length: Number(many ?? runs(150)) }, (_, n) => `s${n}`) : [wanted];
    const total: Record<string, number> = {};
    const failed: unknown[] = [];
    for (const [index, seed] of seeds.entries()) {
      if (isDeep && index > 0 && index % 100 === 0) told(index, total);
      const { wrong, counts } = await trial(seed, handlers);
      addCounts(total, counts);
      if (wrong.length > 0)
        failed.push({ again: `SEED=${seed} npx vitest run --project unit test/simulation/simulation.test.ts`, wrong });
      if (failed.length >= 10) break;
    }
    if (isDeep) told(seeds.length, total);
    expect(failed).toEqual([]);
    expect(total['sends']).toBeGreaterThan(0);
  });

  test.for(worlds)('the same seed is the same run: $world', async ({ world: _, points: __, ...world }) => {
    const same = setting(world, 'twice');
    const faults = {
      ...noFaults,
      late: 1,
      throttled: 0.01,
      lostAnswer: 0.01,
      duplicated: 0.3,
      atOnce: 3,
      spoiltFiles: 0.3,
    };
    const run = () => simulate({ ...same, random: seeded('twice'), faults });
    const [one, other] = [await run(), await run()];
    expect(other.counts).toEqual(one.counts);
    expect(other.sends).toEqual(one.sends);
  });
});

describe('a crash at each call', () => {
  test.for(worlds)(
    'costs nothing, before the call takes effect or after: $world',
    { timeout: 3_600_000 },
    async ({ world: name, points: most, ...world }) => {
      const same = setting(world, 'each call 1');
      const run = (crashAt?: { call: number; after: boolean }) =>
        simulate({
          ...same,
          random: seeded('each call'),
          faults: { ...noFaults, late: 1, ...(crashAt === undefined ? {} : { crashAt }) },
        });
      const undisturbed = await run();
      const every = Math.max(1, Math.floor(undisturbed.counts.calls / runs(most)));
      let points = 0;
      for (let call = 1; call <= undisturbed.counts.calls; call += every)
        for (const after of [false, true]) {
          const outcome = await run({ call, after });
          expect(outcome.counts.crashes).toBe(1);
          expect(judge(outcome, undisturbed), `call ${call}, ${after ? 'after' : 'before'} its effect`).toEqual([]);
          points += 1;
        }
      if (isDeep) process.stderr.write(`${points} crash points: ${name}\n`);
      expect(points).toBeGreaterThanOrEqual(20);
    },
  );
});

function told(seeds: number, total: Readonly<Record<string, number>>): void {
  process.stderr.write(`${JSON.stringify({ seeds, ...total })}\n`);
}
