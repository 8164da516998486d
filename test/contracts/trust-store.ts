/** What every store has to do: one suite for each adapter, so that the watch finds the same wherever it runs. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { denialsKept } from '../../src/ports/denial-sketch.ts';
import type { FindingState, StoredDenial, StoredEvent, TrustStore } from '../../src/ports/trust-store.ts';
import { runs } from '../arbitraries/runs.ts';

const start = Date.UTC(2026, 2, 9, 14, 0, 0);

function event(eventId: string, at = start, body = `body of ${eventId}`): StoredEvent {
  return { eventId, at, body };
}

function denial(eventId: string, changes: Partial<StoredDenial> = {}): StoredDenial {
  return { ...event(eventId), role: '111122223333/deploy', caller: '444455556666/role/ci', ...changes };
}

function state(changes: Partial<FindingState> = {}): FindingState {
  return {
    id: 'finding-1',
    subject: '111122223333/deploy',
    at: start,
    kind: 'denial-spike',
    revision: 1,
    digest: 'd1',
    body: '{"n":1}',
    ...changes,
  };
}

/**
 * Registers the suite. @param open makes an empty store. @param done what follows each test, after the store is closed.
 * @param options `propertyRuns`: fewer where a store answers over a network.
 * `keepsFuller`: of two copies of an event the longer one stays, whichever came first: files have no order.
 * `takesTurns`: the emulator looks at a condition and writes in two steps, between which another request may come.
 */
export function trustStoreContract(
  name: string,
  open: () => Promise<TrustStore>,
  done: () => Promise<void> = async () => {},
  options: { readonly propertyRuns?: number; readonly takesTurns?: boolean; readonly keepsFuller?: boolean } = {},
): void {
  describe(`the contract of a store: ${name}`, () => {
    let store: TrustStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
      await done();
    });

    describe('events', () => {
      test('come back in the order of time, then of their ids', async () => {
        await store.addEvents('role:x', [event('b', start + 1), event('c', start), event('a', start + 1)]);
        await store.addEvents('role:x', [event('d', start - 1)]);
        expect((await store.events('role:x')).map(({ eventId }) => eventId)).toEqual(['d', 'c', 'a', 'b']);
      });

      test.skipIf(options.keepsFuller === true)('are kept once an id: what came first stays', async () => {
        await store.addEvents('role:x', [event('a', start, 'first')]);
        await store.addEvents('role:x', [event('a', start, 'second'), event('b')]);
        await store.addEvents('role:x', [event('a', start + 5, 'third')]);
        expect(await store.events('role:x')).toEqual([event('a', start, 'first'), event('b')]);
      });

      test('of one stream are not those of another, however alike their names', async () => {
        await store.addEvents('role:x', [event('a')]);
        await store.addEvents('role:x:y', [event('b')]);
        await store.addEvents('role', [event('c')]);
        expect((await store.events('role:x')).map(({ eventId }) => eventId)).toEqual(['a']);
        expect(await store.events('role:')).toEqual([]);
      });

      test('are found by a window, both of whose ends belong to it', async () => {
        const all = [0, 1, 2, 3].map((n) => event(`e${n}`, start + n * 1000));
        await store.addEvents('s', all);
        expect(await store.events('s', { from: start + 1000, to: start + 2000 })).toEqual(all.slice(1, 3));
        expect(await store.events('s', { from: start + 2000 })).toEqual(all.slice(2));
        expect(await store.events('s', { to: start })).toEqual(all.slice(0, 1));
        expect(await store.events('s', { to: start - 1 })).toEqual([]);
      });

      test('are cut to the newest where fewer are asked for', async () => {
        const all = [0, 1, 2, 3].map((n) => event(`e${n}`, start + n));
        await store.addEvents('s', all);
        expect(await store.events('s', { most: 2 })).toEqual(all.slice(2));
        expect(await store.events('s', { most: 2, to: start + 2 })).toEqual(all.slice(1, 3));
      });

      test('come back whole: a large body, an empty one, quotes and characters of every kind', async () => {
        const bodies = ['', 'x'.repeat(250_000), `'"\\ \u0000 \u{1f600} \ud83d é 漢 \n`.toWellFormed()];
        await store.addEvents(
          's',
          bodies.map((body, n) => event(`e${n}`, start + n, body)),
        );
        expect((await store.events('s')).map(({ body }) => body)).toEqual(bodies);
      });

      test('nothing is added by an empty list', async () => {
        await store.addEvents('s', []);
        expect(await store.events('s')).toEqual([]);
      });
    });

    describe('denials', () => {
      const window = { from: start - 60_000, to: start + 3_600_000 };

      test('are found by their role and by their caller', async () => {
        const one = denial('a');
        const other = denial('b', { role: '111122223333/other', at: start + 1 });
        expect(await store.addDenials([other, one])).toEqual(new Set(['a', 'b']));
        expect(await store.denials({ role: '111122223333/deploy' }, window)).toEqual([{ denial: one, weight: 1 }]);
        const byCaller = await store.denials({ caller: '444455556666/role/ci' }, window);
        expect(byCaller.map(({ denial: { eventId, role } }) => [eventId, role])).toEqual([
          ['a', '111122223333/deploy'],
          ['b', '111122223333/other'],
        ]);
      });

      test('that name no role come back whole by their caller', async () => {
        const lost = denial('a', { role: undefined });
        await store.addDenials([lost]);
        expect(await store.denials({ caller: lost.caller }, window)).toEqual([{ denial: lost, weight: 1 }]);
      });

      test('count once, however often they come', async () => {
        for (let time = 0; time < 3; time += 1) await store.addDenials([denial('a'), denial('a'), denial('b')]);
        const kept = await store.denials({ role: '111122223333/deploy' }, window);
        expect(kept.map(({ denial: { eventId }, weight }) => [eventId, weight])).toEqual([
          ['a', 1],
          ['b', 1],
        ]);
      });

      test('are found by a window, both of whose ends belong to it', async () => {
        await store.addDenials([0, 59, 60, 61].map((n) => denial(`e${n}`, { at: start + n * 1000 })));
        const found = await store.denials(
          { role: '111122223333/deploy' },
          { from: start + 59_000, to: start + 60_000 },
        );
        expect(found.map(({ denial: { eventId } }) => eventId)).toEqual(['e59', 'e60']);
      });

      test('of a storm are kept in part, and the weights tell how many there were', async () => {
        const storm = Array.from({ length: 2_000 }, (_, n) => denial(`storm-${n}`, { at: start + (n % 60) * 1000 }));
        const kept = new Set<string>();
        for (let n = 0; n < storm.length; n += 100)
          for (const id of await store.addDenials(storm.slice(n, n + 100))) kept.add(id);
        const found = await store.denials({ role: '111122223333/deploy' }, window);
        expect(found).toHaveLength(denialsKept);
        const sum = found.reduce((total, { weight }) => total + weight, 0);
        expect(sum).toBeGreaterThan(1_300);
        expect(sum).toBeLessThan(3_000);
        for (const { denial: one } of found) expect(kept).toContain(one.eventId);
      });

      test('of most callers are not drowned by the storm of another', async () => {
        const role = '111122223333/deploy';
        const quiet = Array.from({ length: 20 }, (_, n) => denial(`quiet-${n}`, { caller: `444455556666/user/${n}` }));
        const storm = Array.from({ length: 1_500 }, (_, n) =>
          denial(`storm-${n}`, { caller: '444455556666/role/loud' }),
        );
        await store.addDenials([...quiet, ...storm]);
        const found = await store.denials({ role }, window);
        const heard = found.filter(({ denial: { eventId } }) => eventId.startsWith('quiet-'));
        // A sixteenth of the callers shares the storm's place.
        expect(heard.length).toBeGreaterThanOrEqual(14);
        const one = heard[0]?.denial;
        expect(await store.denials({ role, caller: one?.caller ?? '' }, window)).toEqual(
          heard.filter(({ denial: { caller } }) => caller === one?.caller),
        );
      });

      test('law: the order, the batches and the repetitions of delivery change nothing', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.record({ n: fc.nat(150), minute: fc.nat(1) }), { minLength: 1, maxLength: 200 }),
            fc.nat(),
            async (picks, seed) => {
              const tag = `${seed}-${picks.length}-${picks[0]?.n ?? 0}`;
              const one = picks.map(({ n, minute }) =>
                denial(`${tag}-${n}-${minute}`, { at: start + minute * 60_000, role: `111122223333/one-${tag}` }),
              );
              const other = one.map((kept) => ({ ...kept, role: `111122223333/other-${tag}` }));
              await store.addDenials(one);
              const shuffled = other.toSorted((left, right) => (left.eventId + seed < right.eventId + seed ? 1 : -1));
              for (let at = 0; at < shuffled.length; at += 7) await store.addDenials(shuffled.slice(at, at + 7));
              await store.addDenials(other.slice(0, 3));
              const told = async (role: string) =>
                (await store.denials({ role }, window)).map(({ denial: { eventId }, weight }) => [eventId, weight]);
              expect(await told(`111122223333/other-${tag}`)).toEqual(await told(`111122223333/one-${tag}`));
            },
          ),
          { numRuns: options.propertyRuns ?? runs(30) },
        );
      });
    });

    describe('findings', () => {
      test('are written once, revision after revision', async () => {
        expect(await store.putFinding(state())).toBe(true);
        expect(await store.putFinding(state({ digest: 'other' }))).toBe(false);
        expect(await store.putFinding(state({ revision: 3 }))).toBe(false);
        expect(await store.putFinding(state({ revision: 2, digest: 'd2', body: '{"n":2}' }))).toBe(true);
        expect(await store.putFinding(state({ revision: 2, digest: 'late' }))).toBe(false);
        expect(await store.finding(state())).toEqual({
          ...state({ revision: 2, digest: 'd2', body: '{"n":2}' }),
          deliveries: new Map(),
        });
      });

      test('no revision but the first makes a finding', async () => {
        expect(await store.putFinding(state({ revision: 2 }))).toBe(false);
        expect(await store.finding(state())).toBeUndefined();
      });

      test('of two writers one is the faster', async () => {
        await store.putFinding(state());
        const first = store.putFinding(state({ revision: 2, digest: 'a' }));
        if (options.takesTurns === true) await first;
        const both = await Promise.all([first, store.putFinding(state({ revision: 2, digest: 'b' }))]);
        expect(both.toSorted()).toEqual([false, true]);
      });

      test('keep what reached which channel through their revisions', async () => {
        await store.putFinding(state());
        await store.delivered(
          state(),
          new Map([
            ['sns', { revision: 1, sentAt: 5, sentRevision: 1 }],
            ['slack', { revision: 1 }],
          ]),
        );
        await store.putFinding(state({ revision: 2, digest: 'd2' }));
        await store.delivered(state(), new Map([['sns', { revision: 2, sentAt: 5, sentRevision: 1 }]]));
        const found = await store.finding(state());
        expect(found?.deliveries).toEqual(
          new Map([
            ['sns', { revision: 2, sentAt: 5, sentRevision: 1 }],
            ['slack', { revision: 1 }],
          ]),
        );
      });

      test('a late note of an older revision changes nothing', async () => {
        await store.putFinding(state());
        const late = { revision: 3, sentAt: 9, sentRevision: 3 };
        const early = { revision: 2, sentAt: 7, sentRevision: 2 };
        await store.delivered(state(), new Map([['sns', late]]));
        await store.delivered(
          state(),
          new Map([
            ['slack', early],
            ['sns', early],
          ]),
        );
        // And keeps no other channel's from being noted.
        expect((await store.finding(state()))?.deliveries).toEqual(
          new Map([
            ['sns', late],
            ['slack', early],
          ]),
        );
      });

      test('are told by whoever wrote them, for as long as that one claims', async () => {
        const claim = { holder: 'one', until: 1_000 };
        await store.putFinding(state({ claim }));
        expect((await store.finding(state()))?.claim).toEqual(claim);
        expect(await store.claim(state(), 1, { holder: 'other', until: 2_000 }, 999)).toBe(false);
        expect((await store.finding(state()))?.claim).toEqual(claim);
        expect(await store.claim(state(), 1, { holder: 'one', until: 1_500 }, 999)).toBe(true);
        expect(await store.claim(state(), 1, { holder: 'other', until: 2_500 }, 1_499)).toBe(false);
        expect(await store.claim(state(), 1, { holder: 'other', until: 2_500 }, 1_500)).toBe(true);
        expect((await store.finding(state()))?.claim).toEqual({ holder: 'other', until: 2_500 });
        expect(await store.claim(state(), 1, { holder: 'one', until: 3_000 }, 2_000)).toBe(false);
      });

      test('that nobody claims are told by the first who does, and a claim goes with its revision', async () => {
        await store.putFinding(state());
        expect(await store.finding(state())).not.toHaveProperty('claim');
        expect(await store.claim(state(), 2, { holder: 'one', until: 1_000 }, 0)).toBe(false);
        expect(await store.claim(state({ id: 'another' }), 1, { holder: 'one', until: 1_000 }, 0)).toBe(false);
        expect(await store.claim(state(), 1, { holder: 'one', until: 1_000 }, 0)).toBe(true);
        expect(await store.claim(state(), 1, { holder: 'other', until: 1_000 }, 0)).toBe(false);
        // The next revision is another's to tell, whoever tells this one.
        const next = { holder: 'third', until: 900 };
        expect(await store.putFinding(state({ revision: 2, digest: 'd2', claim: next }))).toBe(true);
        expect((await store.finding(state()))?.claim).toEqual(next);
        expect(await store.claim(state(), 1, { holder: 'one', until: 2_000 }, 950)).toBe(false);
        await store.delivered(state(), new Map([['sns', { revision: 2 }]]));
        expect((await store.finding(state()))?.claim).toEqual(next);
        expect(await store.putFinding(state({ revision: 3, digest: 'd3' }))).toBe(true);
        expect(await store.finding(state())).not.toHaveProperty('claim');
      });

      test('of a subject are found by the time they began, in order', async () => {
        for (const [id, at] of [
          ['b', 2],
          ['a', 2],
          ['c', 1],
          ['d', 9],
        ] as const)
          await store.putFinding(state({ id, at: start + at }));
        await store.putFinding(state({ id: 'e', subject: 'another' }));
        const ids = async (window?: { from?: number; to?: number }) =>
          (await store.findings('111122223333/deploy', window)).map(({ id }) => id);
        expect(await ids()).toEqual(['c', 'a', 'b', 'd']);
        expect(await ids({ from: start + 2, to: start + 2 })).toEqual(['a', 'b']);
        expect(await ids({ from: start + 3 })).toEqual(['d']);
      });

      test('that another one tells now say so', async () => {
        await store.putFinding(state());
        await store.putFinding(state({ revision: 2, digest: 'd2', supersededBy: 'finding-0' }));
        expect((await store.finding(state()))?.supersededBy).toBe('finding-0');
        await store.putFinding(state({ revision: 3, digest: 'd3' }));
        expect(await store.finding(state())).not.toHaveProperty('supersededBy');
      });
    });
  });
}
