/** Whatever goes wrong on the way, in the end the findings are those of the undisturbed run, each told, and none told without need twice. */
import { describe, expect, test, vi } from 'vitest';
import { runs } from '../arbitraries/runs.ts';
import { handlers } from './entry-points.ts';
import { generatedHistory } from './history.ts';
import { judge } from './judge.ts';
import { seeded } from './seeded.ts';
import { addCounts, trial } from './trial.ts';
import { noFaults, simulate } from './world.ts';

vi.mock('../../functions/service.ts', async () => ({ service: (await import('./world.ts')).serviceOfRunning }));
vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<typeof import('../../src/adapters/logger.ts')>()),
  standardOutput: () => ({ write: () => true }),
}));

/** One seed, to see it again; or how many. */
const { SEED: wanted, SEEDS: many } = process.env;
const isDeep = process.env['TRUSTTRAIL_DEEP'] !== undefined || wanted !== undefined || many !== undefined;

describe('any weather', () => {
  test('in the end the findings are those of the undisturbed run', { timeout: 3_600_000 }, async () => {
    const seeds =
      wanted === undefined ? Array.from({ length: Number(many ?? runs(200)) }, (_, n) => `s${n}`) : [wanted];
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

  test.for(['sqlite', 'dynamodb'] as const)('the same seed is the same run: %s', async (place) => {
    const history = generatedHistory(seeded('twice').fork('history'));
    const faults = { ...noFaults, late: 1, throttled: 0.01, lostAnswer: 0.01, duplicated: 0.3, atOnce: 3 };
    const run = () => simulate({ history, random: seeded('twice'), faults, handlers, place });
    const [one, other] = [await run(), await run()];
    expect(other.counts).toEqual(one.counts);
    expect(other.sends).toEqual(one.sends);
  });
});

describe('a crash at each call', () => {
  test.for(['sqlite', 'dynamodb'] as const)(
    'costs nothing, before the call takes effect or after: %s',
    {
      timeout: 3_600_000,
    },
    async (place) => {
      const history = generatedHistory(seeded('each call 1').fork('history'));
      const run = (crashAt?: { call: number; after: boolean }) =>
        simulate({
          history,
          random: seeded('each call'),
          faults: { ...noFaults, late: 1, ...(crashAt === undefined ? {} : { crashAt }) },
          handlers,
          place,
        });
      const undisturbed = await run();
      const every = Math.max(1, Math.floor(undisturbed.counts.calls / runs(place === 'sqlite' ? 20 : 10)));
      let points = 0;
      for (let call = 1; call <= undisturbed.counts.calls; call += every)
        for (const after of [false, true]) {
          const outcome = await run({ call, after });
          expect(outcome.counts.crashes).toBe(1);
          expect(
            judge(history, outcome, undisturbed),
            `call ${call}, ${after ? 'after' : 'before'} its effect`,
          ).toEqual([]);
          points += 1;
        }
      if (isDeep) process.stderr.write(`${points} crash points\n`);
      expect(points).toBeGreaterThanOrEqual(20);
    },
  );
});

function told(seeds: number, total: Readonly<Record<string, number>>): void {
  process.stderr.write(`${JSON.stringify({ seeds, ...total })}\n`);
}
