/** The store in DynamoDB, with DynamoDB in memory behind the SDK: the suite of every store; test/live has it against an emulator. */
import { expect, test } from 'vitest';
import { dynamodbTrustStore } from '../../src/adapters/dynamodb-trust-store.ts';
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
