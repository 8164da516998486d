/** The store in DynamoDB, with DynamoDB in memory behind the SDK: the suite of every store; test/live has it against an emulator. */
import { expect, test } from 'vitest';
import { dynamodbTrustStore } from '../../src/adapters/dynamodb-trust-store.ts';
import { callerSideStream, roleStream } from '../../src/watch/facts.ts';
import { deniedFromStream, namedByStream, probeStream, rolesStream } from '../../src/watch/remember.ts';
import { trustStoreContract } from '../contracts/trust-store.ts';
import { clientOf, DynamoDbError, dynamoDbInMemory } from './dynamodb-in-memory.ts';

trustStoreContract('DynamoDB in memory', async () =>
  dynamodbTrustStore(clientOf(dynamoDbInMemory()), 'table', { now: Date.now }),
);

test('an answer longer than a page is read to its end', async () => {
  const service = dynamoDbInMemory();
  const store = dynamodbTrustStore(clientOf(service), 'table', { now: Date.now });
  const all = Array.from({ length: 60 }, (_, n) => ({ eventId: `e${n}`, at: n, body: String(n).padEnd(50_000, '.') }));
  await store.addEvents('s', all);
  service.requests.clear();
  expect(await store.events('s')).toEqual(all);
  expect(service.requests.get('Query')).toBeGreaterThan(1);
  expect(await store.events('s', { most: 45 })).toEqual(all.slice(15));
});

test('what DynamoDB refuses is thrown', async () => {
  const client = clientOf(dynamoDbInMemory(), () => {
    throw new DynamoDbError('ThrottlingException', 'slow down');
  });
  const store = dynamodbTrustStore(client, 'table', { now: Date.now });
  await expect(store.events('s')).rejects.toThrow('slow down');
});

test('what stands beside denials ends with them, and what a role was like is kept for good', async () => {
  const service = dynamoDbInMemory();
  const now = Date.UTC(2026, 2, 9);
  const written: { readonly pk: string; readonly expires: unknown }[] = [];
  const answer = (operation: string, input: Readonly<Record<string, unknown>>) => {
    const { TransactItems: puts = [] } = input as {
      readonly TransactItems?: readonly {
        readonly Put: { readonly Item: Readonly<Record<string, { S: string; N: string }>> };
      }[];
    };
    for (const { Put } of puts) written.push({ pk: Put.Item['pk']?.S ?? '', expires: Put.Item['expires']?.N });
    return service.answer(operation, input);
  };
  const store = dynamodbTrustStore(clientOf({ ...service, answer }), 'table', { now: () => now });
  const streams = [
    callerSideStream('role/444455556666/ci'),
    deniedFromStream('444455556666'),
    probeStream('role/444455556666/ci'),
    'reading:111122223333/deploy',
    'caller-access:role/444455556666/ci:arn:aws:iam::111122223333:role/deploy',
    'slack-thread:slack:f-1',
    roleStream('111122223333/deploy'),
    namedByStream('role/444455556666/ci'),
    rolesStream,
  ];
  for (const stream of streams) await store.addEvents(stream, [{ eventId: 'e', at: now, body: '' }]);
  const days = new Map<string, number | undefined>();
  for (const { pk, expires } of written)
    days.set(
      pk.replace(/^(?:once|event):/, ''),
      expires === undefined ? undefined : (Number(expires) - now / 1000) / 86_400,
    );
  // Both items of an event end together, or a repetition would be taken for news.
  expect(written).toHaveLength(2 * streams.length);
  expect(new Set(written.map(({ expires }) => expires)).size).toBe(3);
  expect(streams.map((stream) => days.get(stream))).toEqual([35, 35, 35, 35, 35, 90, undefined, undefined, undefined]);
});
