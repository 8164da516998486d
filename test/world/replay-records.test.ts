/** Real records that nobody here invented, through the whole replay: all are taken, none twice, and nothing is claimed that cannot be known. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { type FakeIo, fakeIo } from '../cli/fake-io.ts';

const records = fileURLToPath(new URL('../../../shared/records', import.meta.url));
const missing = !existsSync(records);

async function replay(...args: readonly string[]): Promise<FakeIo> {
  const io = fakeIo();
  await run(['replay', records, ...args], io);
  return io;
}

describe.skipIf(missing)('real records (skipped where ../shared/records is not there)', async () => {
  const io = missing ? undefined : await replay('--format', 'json');
  const { findings, summary, problems } = JSON.parse(io?.printed() ?? '{"findings":[]}');
  const of = (kind: string) => (findings as readonly Finding[]).filter((one) => one.kind === kind);

  test('are all read, and every denied call and change of a role is told of', () => {
    expect(io?.exitCode()).toBe(0);
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({ files: 5, records: 3386, denials: 17 });
    const denied = [...of('denial'), ...of('denial-spike')].reduce((sum, { count }) => sum + count, 0);
    expect(denied).toBe(17);
    expect([...of('trust-change'), ...of('trust-change-failed')]).toHaveLength(3 + 14 + 13);
  });

  test('lead to no finding twice, in the order of time', () => {
    const ids = (findings as readonly Finding[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const times = (findings as readonly Finding[]).map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
  });

  test('of versions that were not seen nothing is claimed', () => {
    for (const { change } of of('trust-change'))
      if (change?.previousFrom === 'unknown') expect([change.gained, change.lost]).toEqual([[], []]);
    for (const one of of('denial'))
      for (const cause of one.causes ?? [])
        if (cause.side === 'trust-policy' && cause.confidence === 'proved')
          expect(
            (findings as readonly Finding[]).some(
              ({ role, kind, time }) => kind === 'trust-change' && role === one.role && time < one.time,
            ),
          ).toBe(true);
  });

  test('read the same as text, twice', async () => {
    const text = (await replay()).printed();
    expect(text).toContain('from 3,386 records in 5 files');
    expect((await replay()).printed()).toBe(text);
  });
});
