/** What of a batch is given back when its time runs out, and what when a channel, a file or a reason is odd? */
import { gzipSync } from 'node:zlib';
import type { Context, SQSEvent } from 'aws-lambda';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { PublishingFailed } from '../../src/watch/publish.ts';
import { denied, home } from '../watch/service.ts';

const written: string[] = [];
vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<object>()),
  standardOutput: () => ({ write: (line: string) => void written.push(line) }),
}));
const files = new Map<string, Uint8Array>();
vi.mock('../../functions/files-client.ts', () => ({
  filesClient: () => ({
    send: async ({ input }: { readonly input: { readonly Key: string } }) => {
      if (!files.has(input.Key)) throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
      return { Body: { transformToByteArray: async () => files.get(input.Key) } };
    },
  }),
}));
const taken: string[] = [];
let taking: (records: readonly CloudTrailRecord[]) => Promise<void> = async () => undefined;
vi.mock('../../functions/service.ts', () => ({
  service: () => ({
    take: async (records: readonly CloudTrailRecord[]) => {
      await taking(records);
      taken.push(...records.map(({ eventId }) => eventId));
    },
  }),
}));
const aside: { readonly MessageBody: string; readonly reason: string }[] = [];
vi.mock('../../functions/clients.ts', async (original) => ({
  ...(await original<object>()),
  clients: {
    sqs: () => ({
      send: async ({
        input,
      }: {
        readonly input: { MessageBody: string; MessageAttributes: { reason: { StringValue: string } } };
      }) => {
        aside.push({ MessageBody: input.MessageBody, reason: input.MessageAttributes.reason.StringValue });
      },
    }),
  },
}));

let handleRecords: typeof import('../../functions/records-batch.ts').handleRecords;
let trailObject: typeof import('../../functions/trail-object.ts').handler;
let attributeText: typeof import('../../functions/dead-letters.ts').attributeText;
beforeAll(async () => {
  const variables = {
    TABLE: 't',
    TOPIC_ARN: 'a',
    FINDINGS_BUS: 'b',
    ACCOUNT: home,
    AWS_REGION: 'us-east-1',
    BUCKET: 'trail',
    DEAD_LETTERS: 'https://sqs/dead',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  ({ handleRecords } = await import('../../functions/records-batch.ts'));
  ({ handler: trailObject } = await import('../../functions/trail-object.ts'));
  ({ attributeText } = await import('../../functions/dead-letters.ts'));
});
let left = 60_000;
beforeEach(() => {
  left = 60_000;
  for (const list of [written, taken, aside]) list.length = 0;
  files.clear();
  taking = async () => undefined;
});
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => left } as Context;

const records = Array.from({ length: 5 }, (_, n) => denied(n, { id: `e-${n}` }));
const batch = (bodies: readonly (readonly [string, unknown])[]) =>
  ({ Records: bodies.map(([messageId, body]) => ({ messageId, body: JSON.stringify(body) })) }) as unknown as SQSEvent;
const ofEvents = batch(
  records.map((record) => [
    record.eventId,
    {
      version: '0',
      id: record.eventId,
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.sts',
      account: record.recipientAccountId,
      time: record.eventTime,
      region: 'us-east-1',
      resources: [],
      detail: record.raw,
    },
  ]),
);

test('messages for which no time is left come again, and those before them do not', async () => {
  const done: string[] = [];
  const answer = await handleRecords(ofEvents, context, async (some) => {
    if (some.length > 1) throw new Error('not together');
    done.push(...some.map(({ eventId }) => eventId));
    left -= 20_000;
  });
  expect(done).toEqual(['e-0', 'e-1', 'e-2']);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['e-3', 'e-4']);
  const said = written.map((line) => JSON.parse(line) as { level?: string; message?: string });
  expect(said.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'message given back: no time is left for it',
    'message given back: no time is left for it',
  ]);
  expect(said.filter(({ level }) => level === 'error')).toEqual([]);
});

test('what was analysed together is not given back, however late it is', async () => {
  const answer = await handleRecords(ofEvents, context, async () => {
    left = 100;
  });
  expect(answer.batchItemFailures).toEqual([]);
});

const keyOf = (name: string) => `AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/09/${name}.json.gz`;
const created = (name: string) => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: 'trail' }, object: { key: keyOf(name) } },
});
const notified = (names: readonly string[]) => batch(names.map((name) => [name, { Records: [created(name)] }]));

test('files that no time is left for come again, and one that a call is refused for alone', async () => {
  for (const [n, record] of records.entries())
    files.set(keyOf(`f${n}`), gzipSync(JSON.stringify({ Records: [record.raw] })));
  taking = async ([record]) => {
    left -= 16_000;
    if (record?.eventId === 'e-1') throw new Error('the store is away');
  };
  const answer = await trailObject(notified(['f0', 'f1', 'f2', 'f3', 'f4']), context);
  expect(taken).toEqual(['e-0', 'e-2']);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['f1', 'f3', 'f4']);
});

/** As SQS counts deliveries. */
const delivered = ({ Records }: SQSEvent, times: number): SQSEvent => ({
  Records: Records.map((one) => ({
    ...one,
    attributes: { ...one.attributes, ApproximateReceiveCount: String(times) },
  })),
});

test('a file that S3 refuses keeps no other of its message from being read, and ends with words for both reasons', async () => {
  files.set(keyOf('there'), gzipSync(JSON.stringify({ Records: [denied(1, { id: 'e-there' }).raw] })));
  const both = batch([['m', { Records: [created('gone'), created('there')] }]]);
  expect((await trailObject(delivered(both, 4), context)).batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  expect(taken).toEqual(['e-there']);
  expect(aside).toEqual([]);
  expect((await trailObject(delivered(both, 5), context)).batchItemFailures).toEqual([]);
  expect(aside.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(
      /^given up after 5 deliveries: AccessDenied: S3 refuses .*gone\.json\.gz: .*policy.*not there any more$/,
    ),
  ]);
});

test('what fails to the last is put aside with what it failed of, and the others of its batch are done', async () => {
  const answer = await handleRecords(delivered(ofEvents, 5), context, async (some) => {
    if (some.some(({ eventId }) => eventId === 'e-2'))
      throw new Error('https://hooks.slack.com/services/T1/B2/abcdef is down');
  });
  expect(answer.batchItemFailures).toEqual([]);
  expect(aside.map(({ reason }) => reason)).toEqual([
    'given up after 5 deliveries: Error: https://hooks.slack.com/[masked] is down',
  ]);
});

test('what a damaged file holds is analysed, and its message is put aside with the reason', async () => {
  const whole = gzipSync(JSON.stringify({ Records: Array.from({ length: 400 }, (_, n) => denied(n).raw) }));
  files.set(keyOf('cut'), whole.subarray(0, Math.floor(whole.length * 0.7)));
  const answer = await trailObject(notified(['cut']), context);
  expect(answer.batchItemFailures).toEqual([]);
  expect(taken.length).toBeGreaterThan(10);
  expect(aside).toEqual([expect.objectContaining({ reason: expect.stringContaining(keyOf('cut')) })]);
});

test('a damaged file costs no other file of its message anything', async () => {
  files.set(keyOf('good'), gzipSync(JSON.stringify({ Records: [denied(1, { id: 'e-good' }).raw] })));
  files.set(keyOf('bad'), Buffer.from('no log'));
  files.set(keyOf('worse'), gzipSync('no log'));
  const both = batch([['both', { Records: [created('bad'), created('good'), created('worse')] }]]);
  expect((await trailObject(both, context)).batchItemFailures).toEqual([]);
  expect(taken).toEqual(['e-good']);
  expect(aside).toHaveLength(1);
  expect(aside[0]?.reason).toContain(keyOf('bad'));
  expect(aside[0]?.reason).toContain(keyOf('worse'));
});

const many = Array.from({ length: 40 }, (_, n) => denied(n, { id: `m-${n}` }));
const ofMany = () => {
  files.set(keyOf('many'), gzipSync(JSON.stringify({ Records: many.map(({ raw }) => raw) })));
  return notified(['many']);
};
const ids = (some: readonly CloudTrailRecord[]) => some.map(({ eventId }) => eventId);

test('a record that breaks the watch costs the others of its file nothing', async () => {
  taking = async (some) => {
    if (ids(some).includes('m-17')) throw new Error('it breaks');
  };
  const answer = await trailObject(ofMany(), context);
  expect(new Set(taken)).toEqual(new Set(ids(many).filter((id) => id !== 'm-17')));
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['many']);
});

test('a store that is away is not asked for each of them', async () => {
  let asked = 0;
  taking = async () => {
    asked += 1;
    throw new Error('the store is away');
  };
  const answer = await trailObject(ofMany(), context);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['many']);
  expect(asked).toBeLessThan(15);
});

test('a channel that is away is not asked again: everything else was told', async () => {
  let asked = 0;
  taking = async () => {
    asked += 1;
    throw new PublishingFailed([new Error('Slack is away')]);
  };
  const answer = await trailObject(ofMany(), context);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['many']);
  expect(asked).toBe(1);
});

test('a reason holds nothing that SQS refuses', () => {
  expect(attributeText('a\u0000b\u0008c\ud800d\uffffe')).toBe('a?b?c?d?e');
  expect(attributeText('line\n\ttab 🎉 é')).toBe('line\n\ttab 🎉 é');
  expect(attributeText('')).toBe('-');
  const cut = attributeText(`${'x'.repeat(999)}🎉`);
  expect(cut.isWellFormed()).toBe(true);
});
