/** `watch`: findings as they come, each once, over any number of starts; and `athena-ddl`, and the progress line. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watchAccount } from '../../src/cli/commands/watch.ts';
import { run } from '../../src/cli/main.ts';
import { bytes, duration, line, progress } from '../../src/cli/progress.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import type { RecordSource } from '../../src/ports/record-source.ts';
import { iamCall } from '../cloudtrail/records.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-watch-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const policy = (principal: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });
const change = (eventID: string, eventTime: string, principal: string): object =>
  iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: policy(principal) }, { eventID, eventTime });
const first = change('e-1', '2026-03-01T10:00:00Z', 'arn:aws:iam::111122223333:root');
const second = change('e-2', '2026-03-01T11:00:00Z', '*');

/** A history that was asked for; what was asked is kept. */
function sourceOf(
  records: readonly object[],
  asked: number[],
  problem?: string,
  parts = problem === undefined ? 1 : 0,
): (since: number) => RecordSource {
  return (since) => {
    asked.push(since);
    return {
      name: 'test',
      async *read() {
        const read = readEventValue(JSON.parse(JSON.stringify(records)), 'test');
        const problems =
          problem === undefined ? [] : [{ place: 'LookupEvents', message: problem, kind: 'damaged' as const }];
        yield { records: read.records, problems, looked: records.length, parts, bytes: 1 };
      },
    };
  };
}

async function look(
  state: string,
  records: readonly object[],
  now: string,
  asked: number[] = [],
  problem?: string,
): Promise<FakeIo> {
  const io = fakeIo({}, { cwd: folder });
  const options = { region: [], every: 60, state, once: true, format: 'ndjson' as const };
  await watchAccount(io, options, ['us-east-1'], sourceOf(records, asked, problem), () => Date.parse(now));
  return io;
}
const titles = (io: FakeIo) =>
  io
    .printed()
    .split('\n')
    .filter((text) => text !== '')
    .map(
      (text) =>
        JSON.parse(text) as { readonly events: readonly string[]; readonly change?: { readonly previousFrom: string } },
    );

describe('watch', () => {
  test('prints each finding once, goes on where it was, and remembers the version before', async () => {
    const asked: number[] = [];
    const one = await look('a.json', [first], '2026-03-01T10:30:00Z', asked);
    expect(titles(one).map(({ events }) => events)).toEqual([['e-1']]);
    expect(asked).toEqual([Date.parse('2026-02-28T10:30:00Z')]);
    const two = await look('a.json', [first, second], '2026-03-01T11:30:00Z', asked);
    // It goes back half an hour behind the last look, for what comes late.
    expect(asked[1]).toBe(Date.parse('2026-03-01T10:00:00Z'));
    expect(titles(two).map(({ events, change: found }) => [events, found?.previousFrom])).toEqual([[['e-2'], 'store']]);
    expect((await look('a.json', [first, second], '2026-03-01T12:00:00Z')).printed()).toBe('');
    expect(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8'))).toMatchObject({
      seenUntil: '2026-03-01T12:00:00Z',
    });
  });

  test('what could not be looked at is looked at again', async () => {
    const asked: number[] = [];
    await look('b.json', [first], '2026-03-01T10:30:00Z', asked);
    const failed = await look('b.json', [], '2026-03-01T11:00:00Z', asked, 'throttled');
    expect(failed.warned()).toMatch(/LookupEvents: throttled/);
    expect(failed.exitCode()).toBe(2);
    await look('b.json', [], '2026-03-01T11:30:00Z', asked);
    expect(asked[2]).toBe(asked[1]);
  });

  test('an event that is damaged is told, and does not hold up what comes later', async () => {
    const asked: number[] = [];
    const io = fakeIo({}, { cwd: folder });
    const options = { region: [], every: 60, state: 'd.json', once: true, format: 'ndjson' as const };
    const now = Date.parse('2026-03-01T10:30:00Z');
    await watchAccount(io, options, ['us-east-1'], sourceOf([first], asked, 'not JSON', 1), () => now);
    expect([io.exitCode(), titles(io).length]).toEqual([0, 1]);
    expect(io.warned()).toMatch(/LookupEvents: not JSON/);
    expect(JSON.parse(await readFile(join(folder, 'd.json'), 'utf8'))).toMatchObject({
      seenUntil: '2026-03-01T10:30:00Z',
    });
  });

  test('what was seen in one account hides nothing in another, whatever the profile is called', async () => {
    const io = fakeIo({}, { cwd: folder, env: { XDG_STATE_HOME: join(folder, 'state') } });
    const asked: number[] = [];
    const now = Date.parse('2026-03-01T10:30:00Z');
    for (const account of ['111122223333', '444455556666', '111122223333'])
      await watchAccount(
        io,
        { region: [], every: 60, once: true, format: 'ndjson', account },
        ['us-east-1'],
        sourceOf([], asked),
        () => now,
      );
    const [day, halfAnHour] = [24 * 3_600_000, 30 * 60_000];
    expect(asked.map((since) => now - since)).toEqual([day, day, halfAnHour]);
  });

  test.for([
    [['--region', 'eu_west_1'], /expected a region/],
    [['--since', 'yesterday'], /--since yesterday: expected hours/],
    [['--since', '3000'], /at most 2160/],
    [['--every', '1'], /expected seconds/],
  ] as const)('%j is refused before anything is asked', async ([args, message]) => {
    const state = join(folder, 'refused.json');
    const io = fakeIo({}, { cwd: folder, env: { AWS_REGION: 'us-east-1' } });
    await run(['watch', '--once', '--state', state, ...args], io);
    expect(io.exitCode()).toBe(2);
    expect(io.warned()).toMatch(message);
    expect(io.warned()).not.toMatch(/looking in/);
  });

  test('a state file of something else is not overwritten', async () => {
    await writeFile(join(folder, 'c.json'), '{"name":"mine"}');
    await expect(look('c.json', [first], '2026-03-01T10:30:00Z')).rejects.toThrow(/no state of trusttrail watch/);
    expect(await readFile(join(folder, 'c.json'), 'utf8')).toBe('{"name":"mine"}');
  });
});

describe('athena-ddl', () => {
  const ddl = async (...args: readonly string[]): Promise<FakeIo> => {
    const io = fakeIo();
    await run(['athena-ddl', ...args], io);
    return io;
  };

  test('prints one statement', async () => {
    const io = await ddl(
      's3://my-trail/logs/',
      '--accounts',
      '111122223333,444455556666',
      '--regions',
      'us-east-1,eu-west-1',
      '--from',
      '2024-05-01',
    );
    expect(io.exitCode()).toBe(0);
    expect(io.printed()).toMatch(/^CREATE EXTERNAL TABLE IF NOT EXISTS cloudtrail_logs \(/);
    expect(io.printed()).toContain("LOCATION 's3://my-trail/logs/AWSLogs/'");
    expect(io.printed()).toContain("'projection.day.range' = '2024/05/01,NOW'");
    expect(io.printed().match(/;/g)).toHaveLength(1);
    expect(io.warned()).toBe('');
  });

  test('a region that was not named is not in it, which is said', async () => {
    const io = await ddl('s3://my-trail', '--accounts', '111122223333');
    expect(io.printed()).toContain("'projection.region.values' = 'us-east-1'");
    expect(io.warned()).toMatch(/shows us-east-1 alone: name with --regions/);
  });

  test.for([
    [['s3://my-trail', '--accounts', "1'; DROP"], /is not an account id/],
    [["s3://my-trail/'x", '--accounts', '111122223333'], /expected s3:/],
    [['s3://my-trail/AWSLogs/', '--accounts', '111122223333'], /stands before AWSLogs/],
    [['s3://my-trail', '--accounts', '111122223333', '--table', 'a;b'], /letters, digits/],
    [['s3://my-trail', '--accounts', '111122223333', '--from', '2024-13-01'], /no such day/],
    [['s3://my-trail', '--accounts', '111122223333', '--from', '2024-02-30'], /no such day/],
    [['s3://my-trail'], /required option/],
  ] as const)('%j is refused', async ([args, message]) => {
    const io = await ddl(...args);
    expect([io.exitCode(), io.printed()]).toEqual([2, '']);
    expect(io.warned()).toMatch(message);
  });
});

describe('progress', () => {
  test('bytes, rate and time left in one line', () => {
    expect(line(500e6, 2e9, 10, '', 100)).toBe('█████░░░░░░░░░░░░░░░ 25 % of 2.0 GB, 50 MB/s, 30 s left');
    expect(line(1500, 0, 3, 'reading', 100)).toBe('1.5 kB, 500 B/s  reading');
    expect(line(500e6, 2e9, 10, 'x'.repeat(200), 60)).toHaveLength(59);
    expect([bytes(999), bytes(999_600), bytes(49.6e6), bytes(1.25e12)]).toEqual(['999 B', '1.0 MB', '50 MB', '1.3 TB']);
    expect([duration(59.6), duration(61), duration(3700)]).toEqual(['1 min 0 s', '1 min 1 s', '1 h 1 min']);
  });

  test('is drawn on a terminal alone', async () => {
    for (const tty of [true, false]) {
      const stream = new PassThrough();
      let drawn = '';
      stream.on('data', (chunk: Buffer) => (drawn += chunk.toString()));
      const bar = progress(fakeIo({}, { tty }), 100, Object.assign(stream, { isTTY: true, columns: 80 }));
      bar.at(50);
      await new Promise((resolve) => setTimeout(resolve, 250));
      bar.stop();
      expect(drawn.includes('50 %')).toBe(tty);
    }
  });
});
