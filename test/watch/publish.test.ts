/** Publishing: each channel hears of each revision, a failure of one neither loses nor repeats anything on the others. */
import { describe, expect, test } from 'vitest';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import { PublishingFailed } from '../../src/watch/publish.ts';
import { channel, created, denials, document, home, service, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const story = [created(0, document(ci)), updated(60, document([ci, '999999999999']))];

describe('a channel that fails', () => {
  test('makes the delivery fail, so that it comes again', async () => {
    const one = service();
    one.people.fail = 1;
    await expect(one.take(story)).rejects.toBeInstanceOf(PublishingFailed);
  });

  test('hears of it with the next delivery, and the others not a second time', async () => {
    const one = service();
    one.people.fail = 1;
    await expect(one.take(story)).rejects.toThrow('sns is down');
    expect(one.bus.told).toHaveLength(2);
    expect(one.people.told).toEqual([]);
    await one.take(story);
    expect(one.bus.told).toHaveLength(2);
    expect(one.people.told).toHaveLength(1);
    await one.take(story);
    expect(one.people.told).toHaveLength(1);
  });

  test('keeps no other finding from being told', async () => {
    const one = service();
    const more = [...story, created(0, document(ci), 'another')];
    one.bus.fail = 1;
    await expect(one.take(more)).rejects.toBeInstanceOf(PublishingFailed);
    expect(one.bus.told).toHaveLength(2);
    await one.take(more);
    expect(new Set(one.bus.told.map(({ id }) => id)).size).toBe(3);
    expect(one.bus.told).toHaveLength(3);
  });

  test('of all its failures tells each', async () => {
    const one = service();
    one.bus.fail = 2;
    one.people.fail = 1;
    const failure = await one.take(story).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PublishingFailed);
    expect((failure as PublishingFailed).errors).toHaveLength(3);
  });
});

describe('a second process', () => {
  test('on the same store tells nothing again', async () => {
    const store = sqliteTrustStore();
    const first = service({ store });
    await first.take(story);
    const second = service({ store });
    await second.take(story);
    expect(second.bus.told).toEqual([]);
    expect(second.people.told).toEqual([]);
  });

  test('at the same time loses no fact: the last revision says all', async () => {
    const store = sqliteTrustStore();
    const told = channel('findings-bus');
    const workers = Array.from({ length: 5 }, () => service({ store, publishers: [told] }));
    const records = denials(15, 0, 5);
    await Promise.all(workers.map((worker, n) => worker.take(records.slice(n * 3, n * 3 + 3))));
    const known = await store.findings(`${home}/deploy`);
    const open = known.filter(({ supersededBy }) => supersededBy === undefined);
    expect(open.map(({ kind, body }) => [kind, JSON.parse(body).count])).toEqual([['denial-spike', 15]]);
    const newest = told.told.filter(({ id }) => id === open[0]?.id).toSorted((a, b) => b.revision - a.revision)[0];
    expect(newest).toMatchObject({ count: 15, revision: open[0]?.revision });
  });
});

test('a channel without memory is told all anew in each run', async () => {
  const store = sqliteTrustStore();
  const terminal: Publisher & { readonly told: unknown[] } = Object.assign(channel('terminal'), { forgetful: true });
  for (const times of [2, 4]) {
    await service({ store, publishers: [terminal] }).take(story);
    expect(terminal.told).toHaveLength(times);
  }
});

test('nothing of an external ID reaches a channel or the store, unless that is asked for', async () => {
  const secret = document('777788889999', { StringEquals: { 'sts:ExternalId': 'correct-horse-battery' } });
  const one = service();
  await one.take([created(0, secret)]);
  expect(JSON.stringify(one.bus.told)).not.toContain('correct-horse');
  const open = service({ settings: { showExternalIds: true } });
  await open.take([created(0, secret)]);
  expect(JSON.stringify(open.bus.told)).toContain('correct-horse-battery');
});
