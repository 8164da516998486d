import { expect, test } from 'vitest';
import { countingPublisher } from '../../src/adapters/counting-publisher.ts';
import { lambdaLogger } from '../../src/adapters/logger.ts';
import { embeddedMetrics, metricsNamespace } from '../../src/adapters/metrics.ts';
import { SecretUnreadable, secretReader } from '../../src/adapters/secrets.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { unansweredNotes } from '../../src/findings/unanswered.ts';

const lines: string[] = [];
const logged = (level: string, write: (log: ReturnType<typeof lambdaLogger>) => void): Record<string, unknown>[] => {
  lines.length = 0;
  write(lambdaLogger({ write: (line) => void lines.push(line) }, level));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('a log line has a level in words and a time, as Lambda filters by them', () => {
  expect(logged('info', (log) => log.info({ eventId: 'e-1' }, 'record analysed'))).toEqual([
    {
      level: 'info',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      eventId: 'e-1',
      message: 'record analysed',
    },
  ]);
});

test.for([['INFO'], ['DEBUG'], ['nonsense'], ['__proto__'], ['']])(
  'the level %s is taken or is info',
  ([level = '']) => {
    expect(logged(level, (log) => log.info('x'))).toHaveLength(1);
    expect(logged(level, (log) => log.debug('x'))).toHaveLength(level === 'DEBUG' ? 1 : 0);
  },
);

test('an error tells its causes and none of the secrets that it carries', () => {
  const cause = Object.assign(new Error('https://hooks.slack.com/services/T1/B2/abcdef refused xoxb-12-secret'), {
    code: 'ECONNRESET',
  });
  const error = Object.assign(new Error('not published', { cause }), {
    $response: { headers: { authorization: 'AWS4' } },
    config: { token: 'hidden' },
  });
  const [line] = logged('info', (log) => log.error({ error, externalId: 'correct-horse' }, 'failed'));
  expect(line).toMatchObject({
    error: { message: 'not published', cause: { code: 'ECONNRESET' } },
    externalId: '[masked]',
  });
  for (const secret of ['abcdef', 'xoxb-12', 'AWS4', 'hidden', 'correct-horse'])
    expect(lines.join('')).not.toContain(secret);
});

test('metrics are counted by their dimensions and written once, in the embedded format', () => {
  const written: string[] = [];
  const metrics = embeddedMetrics(
    (line) => void written.push(line),
    () => 1_700_000_000_000,
  );
  for (let count = 0; count < 3; count += 1) metrics.count('Denials', { cause: 'mfa-missing' });
  metrics.count('Denials', { cause: 'unknown' }, 7);
  metrics.flush();
  metrics.flush();
  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          { Namespace: metricsNamespace, Dimensions: [['cause']], Metrics: [{ Name: 'Denials', Unit: 'Count' }] },
        ],
      },
      cause: 'mfa-missing',
      Denials: 3,
    },
    expect.objectContaining({ cause: 'unknown', Denials: 7 }),
  ]);
});

test('no line has more than a hundred values of a metric, and none is lost', () => {
  const written: string[] = [];
  const metrics = embeddedMetrics(
    (line) => void written.push(line),
    () => 0,
  );
  for (let value = 0; value < 250; value += 1) metrics.measure('RecordAge', 'Milliseconds', value, { function: 'f' });
  metrics.count('Records', { function: 'f' });
  metrics.flush();
  const read = written.map((line) => JSON.parse(line) as { RecordAge: number[]; Records?: number });
  expect(read.map(({ RecordAge }) => RecordAge.length)).toEqual([100, 100, 50]);
  expect(new Set(read.flatMap(({ RecordAge }) => RecordAge)).size).toBe(250);
  expect(read.map(({ Records }) => Records)).toEqual([1, undefined, undefined]);
});

test('a secret is read once in five minutes, however many wait for it', async () => {
  let now = 0;
  let asked = 0;
  const read = secretReader(
    {
      secret: async () => {
        asked += 1;
        return `secret ${asked}`;
      },
      parameter: async () => undefined,
    },
    { now: () => now },
  );
  expect(await Promise.all([read({ secret: 'a' }), read({ secret: 'a' })])).toEqual(['secret 1', 'secret 1']);
  now = 299_999;
  expect(await read({ secret: 'a' })).toBe('secret 1');
  now = 300_000;
  expect(await read({ secret: 'a' })).toBe('secret 2');
});

test('a failure to read a secret is told without it, and not remembered', async () => {
  const answers = [
    Promise.reject(new Error('denied')),
    Promise.resolve('{"url":"https://x"}'),
    Promise.resolve('{"url":1}'),
  ];
  const read = secretReader(
    { secret: () => answers.shift() ?? Promise.resolve(undefined), parameter: async () => ' value\n' },
    { now: () => 0 },
  );
  const place = { secret: 'a', field: 'url' };
  await expect(read(place)).rejects.toThrow(SecretUnreadable);
  expect(await read(place)).toBe('https://x');
  await expect(read({ secret: 'b', field: 'url' })).rejects.toThrow('the secret `b` cannot be read');
  await expect(read({ secret: 'c', field: '__proto__' })).rejects.toThrow(SecretUnreadable);
  expect(await read({ parameter: '/p' })).toBe('value');
});

test('denied calls are counted by cause, a burst by as much as it grew, and a failure by its channel', async () => {
  const counts: [string, unknown, number][] = [];
  const lines: unknown[] = [];
  const note = (about: unknown) => void lines.push(about);
  let down = false;
  const publish = async () => {
    if (down) throw new Error('down');
  };
  const counting = countingPublisher(
    { count: (name, dimensions, by = 1) => void counts.push([name, dimensions, by]) },
    { info: note, error: note } as unknown as Parameters<typeof countingPublisher>[1],
  );
  const bus = counting({ channel: 'findings-bus', everything: true, publish });
  const burst: Finding = {
    ...{ schema: 'trusttrail/finding/1', id: 'b', revision: 1, kind: 'denial-spike', severity: 'medium', title: 't' },
    ...{ time: '2026-03-09T14:00:00Z', events: ['e-1'], count: 5, cause: 'external-id-missing' },
  } as Finding;
  expect(bus.everything).toBe(true);
  await bus.publish(burst);
  await bus.publish({ ...burst, revision: 2, count: 12 });
  // Of a burst that another copy of the function began only what it grows by from now on is counted.
  await bus.publish({ ...burst, id: 'c', revision: 3, count: 90 });
  await counting({ channel: 'sns', publish }).publish(burst);
  // What AWS throttled was not denied.
  const { cause: _, ...unexplained } = burst;
  await bus.publish({ ...unexplained, id: 'd', count: 500, notes: [unansweredNotes.throttled] });
  const denials = counts.filter(([name]) => name === 'Denials');
  expect(denials.map(([, dimensions, by]) => [dimensions, by])).toEqual([
    [{ cause: 'external-id-missing' }, 5],
    [{ cause: 'external-id-missing' }, 7],
  ]);
  expect(counts.filter(([name]) => name === 'FindingsPublished')).toHaveLength(4);
  down = true;
  await expect(bus.publish(burst)).rejects.toThrow('down');
  expect(counts.at(-1)).toEqual(['PublishFailures', { channel: 'findings-bus' }, 1]);
  expect(lines.at(-1)).toMatchObject({ finding: 'b', eventId: 'e-1', error: expect.any(Error) });
});
