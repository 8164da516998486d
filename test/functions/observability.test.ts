import { expect, test } from 'vitest';
import { lambdaLogger } from '../../src/adapters/logger.ts';
import { embeddedMetrics, metricsNamespace } from '../../src/adapters/metrics.ts';
import { SecretUnreadable, secretReader } from '../../src/adapters/secrets.ts';

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
