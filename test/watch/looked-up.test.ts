/** What LookupEvents tells late: nothing is proved before it can have told all, and it is asked again then. */
import { expect, test, vi } from 'vitest';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { ChangeHistory } from '../../src/ports/change-history.ts';
import { created, deleted, denied, document, home, role, service, start, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const other = 'arn:aws:iam::444455556666:role/other';
const minutes = (count: number): number => start + count * 60_000;

/** A history that shows what has happened to the role once the test says so. */
function shows() {
  let events: readonly CloudTrailRecord[] = [];
  const changesOf = vi.fn<ChangeHistory['changesOf']>(async (_, before) => events.filter(({ at }) => at <= before));
  return {
    history: { changesOf },
    changesOf,
    show: (...all: readonly CloudTrailRecord[]) => {
      events = all;
    },
  };
}

const longAgo = created(-86_400, document(other), 'deploy', { id: 'long-ago' });
/** Set before there were rules, and in force at the time of the call. */
const justBefore = updated(-60, document(ci), 'deploy', { id: 'just-before' });
const denial = (one: ReturnType<typeof service>) => one.findings().find(({ kind }) => kind === 'denial');

test('a call is no proof against a version that a later one may have replaced', async () => {
  const { history, show } = shows();
  const one = service({ history });
  show(longAgo);
  one.at(minutes(0) + 5_000);
  await one.take([denied(0, { id: 'call' })]);
  expect(denial(one)?.causes?.map(({ confidence }) => confidence)).not.toContain('proved');
  show(justBefore, longAgo);
  one.at(minutes(16));
  await one.take([denied(0, { id: 'call' })]);
  expect(denial(one)?.causes?.filter(({ side }) => side === 'trust-policy') ?? []).toEqual([]);
});

test('nor is a deletion one, after which the role may have been made again', async () => {
  const { history, show } = shows();
  const one = service({ history });
  show(deleted(-120), longAgo);
  one.at(minutes(0) + 5_000);
  await one.take([denied(0, { id: 'call' })]);
  expect(denial(one)?.causes?.map(({ confidence }) => confidence) ?? []).not.toContain('proved');
  one.at(minutes(16));
  await one.take([denied(0, { id: 'call' })]);
  expect(denial(one)?.causes?.[0]).toMatchObject({ cause: 'role-not-found', confidence: 'proved' });
});

test('the daily look asks again for what nothing came in of', async () => {
  const { history, changesOf, show } = shows();
  const one = service({ history });
  show(longAgo);
  one.at(minutes(0) + 5_000);
  await one.take([denied(0)]);
  one.at(minutes(10));
  await one.reconcile();
  expect(denial(one)?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'likely' });
  one.at(minutes(60 * 20));
  await one.reconcile();
  expect(denial(one)?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'proved' });
  await one.reconcile();
  expect(changesOf).toHaveBeenCalledTimes(2);
});

test('the daily look finds that the version before a change was another one', async () => {
  const { history, show } = shows();
  const one = service({ history });
  show(longAgo);
  one.at(minutes(0) + 5_000);
  // By what is shown nothing changed; in truth nobody else was let in a minute before.
  await one.take([updated(0, document(other))]);
  expect(one.findings()[0]?.change).toMatchObject({ verdict: 'equivalent' });
  show(justBefore, longAgo);
  one.at(minutes(60 * 20));
  await one.reconcile();
  expect(one.findings().find(({ events }) => events[0] !== 'just-before')?.change).toMatchObject({
    verdict: 'incomparable',
    previousFrom: 'history',
  });
});

test('a day on which it is not answered loses nothing', async () => {
  const { history, changesOf, show } = shows();
  const one = service({ history });
  show(longAgo);
  one.at(minutes(0) + 5_000);
  await one.take([denied(0)]);
  changesOf.mockResolvedValueOnce(undefined);
  for (const hours of [20, 44]) {
    one.at(minutes(60 * hours));
    await one.reconcile();
  }
  expect(denial(one)?.causes?.[0]).toMatchObject({ confidence: 'proved' });
});

test('a storm is asked about twice, not with each of its calls', async () => {
  const { history, changesOf, show } = shows();
  const one = service({ history });
  show(longAgo);
  for (let n = 0; n < 60; n += 1) {
    one.at(minutes(n) + 5_000);
    await one.take([denied(n * 60)]);
  }
  expect(changesOf).toHaveBeenCalledTimes(2);
  expect(one.findings().at(-1)?.causes?.[0]).toMatchObject({ confidence: 'proved' });
});

test('a change that was looked up, and is delivered later, is held against the version before it as well', async () => {
  const { history, changesOf, show } = shows();
  const one = service({ history });
  const late = updated(60, document([ci, other]), 'deploy', { id: 'late' });
  one.at(minutes(60));
  // A page ends with it: what is older was not asked for.
  show(late);
  await one.take([updated(600, document(ci))]);
  show(late, longAgo);
  await one.take([late]);
  expect(changesOf).toHaveBeenCalledTimes(2);
  expect(one.findings().find(({ events }) => events[0] === 'late')?.change).toMatchObject({ verdict: 'broader' });
});

test('a call from before everything that is known of a role is looked up as well', async () => {
  const { history, show } = shows();
  const one = service({ history });
  one.at(minutes(60));
  const between = updated(900, document(ci));
  show(between);
  await one.take([updated(1_800, document(ci))]);
  show(between, longAgo);
  await one.take([denied(60)]);
  expect(denial(one)?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'proved' });
});

test('a principal that was deleted before a role was known to trust it is told of', async () => {
  const { history, show } = shows();
  const one = service({ history });
  one.at(minutes(60));
  show(longAgo);
  await one.take([deleted(60, 'other', { more: { recipientAccountId: '444455556666' } })]);
  await one.take([denied(600, { account: home, caller: 'x' })]);
  expect(one.findings().filter(({ kind, role: of }) => kind === 'trust-risk' && of === role)).toMatchObject([
    { title: expect.stringContaining('which admin deleted') },
  ]);
});
