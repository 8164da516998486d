/** Does the store in memory keep the promises of the others, and say what they say? */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTrustStore } from '../../src/adapters/memory-trust-store.ts';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { TrustStore } from '../../src/ports/trust-store.ts';
import { runs } from '../arbitraries/runs.ts';
import { trustStoreContract } from '../contracts/trust-store.ts';

trustStoreContract(
  'in memory',
  async () => memoryTrustStore(),
  async () => {},
  { keepsFuller: true },
);

test('law: of several copies of an event the fullest is kept, in whatever order they come', async () => {
  const copies = fc.array(
    fc
      .record({
        eventId: fc.constantFrom('a', 'b', 'c'),
        body: fc.string({ maxLength: 4 }),
        role: fc.constant('role'),
        caller: fc.constant('caller'),
      })
      // Equal texts are of one time.
      .map((one) => ({ ...one, at: one.body.length * 1_000 })),
    { minLength: 2, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(
      copies.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      async ([given, shuffled]) => {
        const kept = async (all: typeof given): Promise<unknown> => {
          const store = memoryTrustStore();
          for (const one of all) {
            await store.addEvents('s', [one]);
            await store.addDenials([one]);
          }
          const answer = [await store.events('s'), await store.denials({ role: 'role' }, {})];
          await store.close();
          return answer;
        };
        expect(await kept(shuffled)).toEqual(await kept(given));
      },
    ),
    { numRuns: runs(100) },
  );
  const store = memoryTrustStore();
  for (const body of ['whole', 'cut', 'whole too']) await store.addEvents('s', [{ eventId: 'a', at: 1, body }]);
  expect(await store.events('s')).toEqual([{ eventId: 'a', at: 1, body: 'whole too' }]);
});

/** One of few names, so that calls meet the same things. */
const few = (name: string, count: number) => fc.nat({ max: count - 1 }).map((number) => `${name}-${number}`);
/** An event has one time, one role and one caller, wherever it turns up. */
const events = fc.nat({ max: 300 }).map((number) => ({
  eventId: `e-${number}`,
  at: Math.floor(number / 60) * 9_000,
  body: `body ${number}`,
  role: number % 5 === 0 ? undefined : `role-${number % 2}`,
  caller: `caller-${number % 3}`,
}));
const window = fc
  .record({ from: fc.nat({ max: 900_000 }), to: fc.nat({ max: 900_000 }) }, { requiredKeys: [] })
  .map(({ from, to }) => ({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }));
const keys = fc.record({ subject: few('s', 2), at: fc.nat({ max: 2 }), id: few('f', 2) });
const asked: fc.Arbitrary<(store: TrustStore) => Promise<unknown>> = fc.oneof(
  fc.tuple(few('stream', 2), fc.array(events, { maxLength: 20 })).map(
    ([stream, added]) =>
      (store: TrustStore) =>
        store.addEvents(
          stream,
          added.map(({ eventId, at, body }) => ({ eventId, at, body })),
        ),
  ),
  fc.tuple(few('stream', 2), window, fc.nat({ max: 9 })).map(
    ([stream, times, most]) =>
      (store: TrustStore) =>
        store.events(stream, most === 0 ? times : { ...times, most }),
  ),
  fc
    .array(events, { maxLength: 100 })
    .map((added) => async (store: TrustStore) => [...(await store.addDenials(added))]),
  fc.tuple(few('role', 2), window).map(
    ([role, times]) =>
      (store: TrustStore) =>
        store.denials({ role }, times),
  ),
  fc.tuple(few('caller', 3), window).map(
    ([caller, times]) =>
      (store: TrustStore) =>
        store.denials({ caller }, times),
  ),
  fc.tuple(keys, fc.integer({ min: 1, max: 4 }), fc.boolean()).map(
    ([key, revision, gone]) =>
      (store: TrustStore) =>
        store.putFinding({
          ...{ ...key, kind: 'denial', revision, digest: `d${revision}`, body: `finding ${revision}` },
          ...(gone ? { supersededBy: 'another' } : {}),
        }),
  ),
  keys.map((key) => (store: TrustStore) => store.finding(key)),
  fc.tuple(few('s', 2), window).map(
    ([subject, times]) =>
      (store: TrustStore) =>
        store.findings(subject, times),
  ),
  fc.tuple(keys, few('channel', 2), fc.nat({ max: 4 })).map(([key, channel, revision]) => async (store: TrustStore) => {
    if ((await store.finding(key)) !== undefined)
      await store.delivered(key, new Map([[channel, { revision, sentAt: 7 }]]));
  }),
);

test('says what the store in SQLite says, whatever is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 20, maxLength: 60 }), async (calls) => {
      const [memory, sqlite] = [memoryTrustStore(), sqliteTrustStore()];
      for (const call of calls) expect(await call(memory)).toEqual(await call(sqlite));
      await sqlite.close();
    }),
    { numRuns: runs(60) },
  );
});
