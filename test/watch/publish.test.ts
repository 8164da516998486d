/** Publishing: each channel hears of each revision, a failure of one neither loses nor repeats anything on the others. */
import { describe, expect, test } from 'vitest';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import { PublishingFailed } from '../../src/watch/publish.ts';
import { channel, created, denials, document, home, service, start, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const story: readonly [CloudTrailRecord, CloudTrailRecord] = [
  created(0, document(ci)),
  updated(60, document([ci, '999999999999'])),
];

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

  test('over a burst keeps its end from nobody: that is told after it', async () => {
    const people = channel('sns');
    let isDown = true;
    const sns: Publisher = {
      channel: 'sns',
      publish: async (finding) => {
        if (isDown && finding.kind === 'denial-spike') throw new Error('sns is down');
        await people.publish(finding);
      },
    };
    const one = service({ publishers: [sns] });
    const records = [
      created(-3_600, document('arn:aws:iam::444455556666:role/other')),
      ...denials(6, 0, 10),
      updated(120, document([ci, 'arn:aws:iam::444455556666:role/other'])),
    ];
    await expect(one.take(records)).rejects.toThrow('sns is down');
    isDown = false;
    await one.take(records);
    expect(people.told.map(({ kind }) => kind).filter((kind) => kind !== 'trust-change')).toEqual([
      'denial-spike',
      'resolved',
    ]);
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

describe('two processes that tell the same', () => {
  /** A channel that takes its time: `arrived` resolves when it was given something, and `go` lets it be done. */
  function slow() {
    const told = channel('findings-bus');
    let go = (): void => {};
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const publisher: Publisher = {
      channel: told.channel,
      publish: async (finding) => {
        arrive();
        await gate;
        await told.publish(finding);
      },
    };
    return { told, publisher, arrived, go };
  }
  const [record] = story;

  test('send it once: who comes second waits, and looks again', async () => {
    const store = sqliteTrustStore();
    const { told, publisher, arrived, go } = slow();
    const first = service({ store, publishers: [publisher], holder: 'first' }).take([record]);
    await arrived;
    const waits: number[] = [];
    const pause = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      go();
      await first;
    };
    await service({ store, publishers: [told], holder: 'second', pause }).take([record]);
    expect(told.told).toHaveLength(1);
    expect(waits).toHaveLength(1);
  });

  test('who waits in vain has to come again: nothing is taken for told that is not', async () => {
    const store = sqliteTrustStore();
    const { told, publisher, arrived, go } = slow();
    const first = service({ store, publishers: [publisher], holder: 'first' }).take([record]);
    await arrived;
    const waits: number[] = [];
    const pause = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
    const second = service({ store, publishers: [told], holder: 'second', pause });
    await expect(second.take([record])).rejects.toThrow('another process is telling it');
    expect(waits.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(5_000);
    expect(told.told).toEqual([]);
    // And is not waited for with each record.
    const before = waits.length;
    await expect(second.take([record])).rejects.toBeInstanceOf(PublishingFailed);
    await expect(second.take([record])).rejects.toBeInstanceOf(PublishingFailed);
    expect(waits.length - before).toBeLessThanOrEqual(4);
    go();
    await first;
    await second.take([record]);
    expect(told.told).toHaveLength(1);
  });

  test('what the first died over is told by the second when the claim has run out', async () => {
    const store = sqliteTrustStore();
    const { publisher, arrived } = slow();
    // It never comes back.
    void service({ store, publishers: [publisher], holder: 'first' }).take([record]);
    await arrived;
    const second = service({ store, holder: 'second' });
    await expect(second.take([record])).rejects.toThrow('another process is telling it');
    second.at(start + 119_000);
    await expect(second.take([record])).rejects.toThrow('another process is telling it');
    second.at(start + 120_000);
    await second.take([record]);
    expect(second.bus.told).toHaveLength(1);
    await service({ store, holder: 'third' }).take([record]);
    expect(second.bus.told).toHaveLength(1);
  });

  test('a process whose channel failed tells it itself at once', async () => {
    const one = service({ holder: 'one' });
    one.bus.fail = 1;
    await expect(one.take([record])).rejects.toThrow('findings-bus is down');
    await one.take([record]);
    expect(one.bus.told).toHaveLength(1);
  });

  test('who has told for as long as the claim lasts claims again, and sends nothing where another has taken over', async () => {
    const store = sqliteTrustStore();
    let now = start;
    const bus = channel('findings-bus');
    const people = channel('sns');
    const other = service({ store, publishers: [bus, people], holder: 'other', clock: { now: () => now } });
    const late: Publisher = {
      channel: 'findings-bus',
      publish: async (finding) => {
        await bus.publish(finding);
        // It took longer than the claim lasts; meanwhile the other one told all of it.
        now += 121_000;
        await other.take(story);
      },
    };
    const first = service({ store, publishers: [late, people], holder: 'first', clock: { now: () => now } });
    await first.take(story).catch((error: unknown) => expect(error).toBeInstanceOf(PublishingFailed));
    now += 121_000;
    await service({ store, publishers: [bus, people], holder: 'first', clock: { now: () => now } }).take(story);
    expect(people.told.map(({ id, revision }) => `${id} ${revision}`)).toEqual([
      ...new Set(people.told.map(({ id, revision }) => `${id} ${revision}`)),
    ]);
    expect(people.told).toHaveLength(1);
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
