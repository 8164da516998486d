/** The store in DynamoDB: the suite of every store, the same answers as SQLite's, and what a storm costs. */
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbTrustStore } from '../../src/adapters/dynamodb-trust-store.ts';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { StoredDenial, TrustStore } from '../../src/ports/trust-store.ts';
import { trustStoreContract } from '../contracts/trust-store.ts';
import { type EmulatedAws, emulatorMissing, startEmulatedAws } from './emulated-aws.ts';

describe.skipIf(emulatorMissing)('the store in DynamoDB', () => {
  let aws: EmulatedAws;
  let client: DynamoDBClient;
  let writes = 0;
  let tables = 0;

  beforeAll(async () => {
    aws = await startEmulatedAws();
    client = new DynamoDBClient(aws.client);
    client.middlewareStack.add(
      (next, context) => (args) => {
        if (/Put|Update|Write/.test(String(context['commandName']))) writes += 1;
        return next(args);
      },
      { step: 'initialize' },
    );
  });
  afterAll(async () => {
    client?.destroy();
    await aws?.stop();
  });

  async function freshStore(): Promise<TrustStore & { readonly drop: () => Promise<unknown> }> {
    tables += 1;
    const name = `store-${tables}`;
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    const drop = () => client.send(new DeleteTableCommand({ TableName: name }));
    return { ...dynamodbTrustStore(client, name, { now: Date.now }), drop };
  }

  const opened: (() => Promise<unknown>)[] = [];
  trustStoreContract(
    'DynamoDB',
    async () => {
      const store = await freshStore();
      opened.push(store.drop);
      return store;
    },
    async () => {
      for (const drop of opened.splice(0)) await drop();
    },
    { propertyRuns: 3, takesTurns: true },
  );

  test('answers as the store in SQLite does, whatever is done', async () => {
    const dynamodb = await freshStore();
    const sqlite = sqliteTrustStore();
    let seed = 7;
    const pick = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor(seed / 65_536) % below;
    };
    const minute = 60_000;
    for (let step = 0; step < 150; step += 1) {
      const eventId = `e-${pick(60)}`;
      const at = 1_700_000_000_000 + Number(eventId.slice(2)) * 7_000;
      const subject = `s-${pick(2)}`;
      const id = `f-${pick(3)}`;
      // An event has one role and one caller.
      const number = Number(eventId.slice(2));
      const caller = `c-${number % 3}`;
      const delivery = { revision: pick(4), ...(pick(2) === 0 ? {} : { sentAt: at, sentRevision: 1 }) };
      const channel = `channel-${pick(2)}`;
      const most = pick(5) + 1;
      const big = pick(10) === 0 ? 'x'.repeat(90_000) : 'small';
      const both = async <T>(ask: (store: TrustStore) => Promise<T>): Promise<void> => {
        expect(await ask(dynamodb)).toEqual(await ask(sqlite));
      };
      switch (pick(8)) {
        case 0:
          await both((store) => store.addEvents(`role:${subject}`, [{ eventId, at, body: `${eventId} ${big}` }]));
          break;
        case 1:
        case 2: {
          const denial: StoredDenial = {
            eventId,
            at,
            body: eventId,
            role: number % 4 === 0 ? undefined : `s-${number % 2}`,
            caller,
          };
          await both((store) => store.addDenials([denial]));
          break;
        }
        case 3:
          await both((store) => store.events(`role:${subject}`, { from: at - minute, to: at + minute, most }));
          break;
        case 4:
          await both((store) => store.denials({ role: subject }, { from: at - 2 * minute, to: at + minute }));
          await both((store) => store.denials({ caller }, {}));
          break;
        case 5: {
          const revision = pick(4) + 1;
          const superseded = pick(3) === 0 ? { supersededBy: 'f-9' } : {};
          const state = { subject, at: 5, id, kind: 'denial', revision, digest: 'd', body: big, ...superseded };
          await both((store) => store.putFinding(state));
          break;
        }
        case 6:
          if ((await sqlite.finding({ subject, at: 5, id })) !== undefined)
            await both((store) => store.delivered({ subject, at: 5, id }, new Map([[channel, delivery]])));
          break;
        default:
          await both((store) => store.finding({ subject, at: 5, id }));
          await both((store) => store.findings(subject, { from: 0, to: 10 }));
      }
    }
    await sqlite.close();
    await dynamodb.drop();
  });

  test('two writers of one sketch lose nothing', async () => {
    const store = await freshStore();
    const denial = (index: number): StoredDenial => ({
      eventId: `e-${index}`,
      at: 1_700_000_000_000,
      body: '{}',
      role: 'r',
      caller: 'c',
    });
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.addDenials([denial(index), denial(index + 1)])));
    expect((await store.denials({ role: 'r' }, {})).map(({ denial: { eventId } }) => eventId).sort()).toEqual(
      Array.from({ length: 21 }, (_, index) => `e-${index}`).sort(),
    );
    await store.drop();
  });

  test('a storm of 100,000 denials of one role costs a bounded number of writes', async () => {
    const store = await freshStore();
    writes = 0;
    for (let batch = 0; batch < 20; batch += 1)
      await store.addDenials(
        Array.from({ length: 5_000 }, (_, index) => ({
          eventId: `${batch}-${index}-storm`,
          at: 1_700_000_000_000 + batch * 15_000,
          body: '{}',
          role: '111122223333/deploy',
          caller: `444455556666/role/ci-${index % 10}`,
        })),
      );
    const kept = await store.denials({ role: '111122223333/deploy' }, {});
    const counted = kept.reduce((sum, { weight }) => sum + weight, 0);
    expect(writes).toBeLessThan(800);
    expect(counted).toBeGreaterThan(90_000);
    expect(counted).toBeLessThan(110_000);
    await store.drop();
  }, 600_000);
});
