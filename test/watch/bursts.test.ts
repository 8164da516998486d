/** Bursts: when they begin, how they grow, which change explains them, what resolves them, and what is told to whom. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import { byDay, hasDistinct, isDense, joinKnown, runsOf, spansAround } from '../../src/watch/bursts.ts';
import { allowedBeforeDeniedAfter, onlyCoincides } from '../../src/watch/correlate.ts';
import {
  created,
  deleted,
  denials,
  denied,
  document,
  iam,
  outline,
  role,
  type Service,
  service,
  start,
  updated,
} from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const other = 'arn:aws:iam::444455556666:role/other';

function spikeOf(one: Service): Finding {
  const spikes = one.findings().filter(({ kind }) => kind === 'denial-spike');
  expect(spikes).toHaveLength(1);
  return spikes[0] as Finding;
}

describe('runs', () => {
  const at = (...times: number[]) => times.map((time) => ({ at: time, weight: 1 }));

  test('neighbours at most the gap apart belong together, one more does not', () => {
    expect(runsOf(at(0, 10, 20, 31), 10).map((run) => run.length)).toEqual([3, 1]);
    expect(runsOf([], 10)).toEqual([]);
  });

  test('a run is dense where some window holds enough, counted by weight', () => {
    expect(isDense(at(0, 10, 20), 3, 20)).toBe(true);
    expect(isDense(at(0, 10, 21), 3, 20)).toBe(false);
    expect(isDense([{ at: 0, weight: 3 }], 3, 20)).toBe(true);
  });

  test('distinct values count once', () => {
    const tried = (values: string) => [...values].map((what, n) => ({ at: n, weight: 1, what }));
    expect(hasDistinct(tried('abab'), ({ what }) => what, 3, 10)).toBe(false);
    expect(hasDistinct(tried('abac'), ({ what }) => what, 3, 10)).toBe(true);
    expect(hasDistinct(tried('aabbc'), ({ what }) => what, 3, 2)).toBe(false);
  });

  test('a run of more than a day is told by the day', () => {
    const hours = Array.from({ length: 60 }, (_, hour) => ({ at: hour * 3_600_000, weight: 1 }));
    const [first, ...rest] = hours;
    if (first === undefined) throw new Error('empty');
    expect(byDay([first, ...rest]).map((day) => day.length)).toEqual([24, 24, 12]);
    expect(byDay([first, ...rest.slice(0, 24)]).map((day) => day.length)).toEqual([25]);
  });

  test('of several earlier findings within one run the oldest goes on', () => {
    const [run] = runsOf(at(0, 10, 20), 10);
    if (run === undefined) throw new Error('no run');
    const [joined] = joinKnown(
      [run],
      [
        { id: 'b', at: 20 },
        { id: 'a', at: 0 },
        { id: 'c', at: 21 },
      ],
    );
    expect(joined).toMatchObject({ known: { id: 'a' }, absorbed: [{ id: 'b' }] });
  });

  test('spans that touch are looked at once', () => {
    const day = 86_400_000;
    expect(spansAround([0, day], 5)).toEqual([{ from: 0, to: 3 * day + 5 }]);
    expect(spansAround([10 * day, 100 * day], 5)).toHaveLength(2);
  });
});

describe('a burst', () => {
  test('begins with five denials in five minutes, and not before', async () => {
    const one = service();
    await one.take(denials(4, 0, 60));
    expect(outline(one.findings()).every((line) => line.includes(' denial '))).toBe(true);
    await one.take([denied(240)]);
    expect(outline(one.findings())).toEqual(['14:00:00 denial-spike deploy ×5']);
  });

  test('is none where they are too far apart', async () => {
    const one = service();
    await one.take(denials(9, 0, 76));
    expect(one.findings().map(({ kind }) => kind)).toEqual(Array.from({ length: 9 }, () => 'denial'));
  });

  test('of other thresholds', async () => {
    const one = service({ configure: { bursts: { denials: 2, windowMinutes: 60 } } });
    await one.take(denials(2, 0, 3600));
    expect(outline(one.findings())).toEqual(['14:00:00 denial-spike deploy ×2']);
  });

  test('of one role is none of another', async () => {
    const one = service();
    await one.take([...denials(3, 0, 5), ...denials(3, 0, 5, { role: role.replace('deploy', 'other') })]);
    expect(one.findings().map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'denial'));
  });

  test('takes up the denials that were told one by one', async () => {
    const one = service();
    for (const each of denials(5, 0, 10)) await one.take([each]);
    const spike = spikeOf(one);
    const retracted = one.bus.told.filter(({ supersededBy }) => supersededBy !== undefined);
    expect(retracted).toHaveLength(4);
    for (const finding of retracted) expect(finding).toMatchObject({ kind: 'denial', supersededBy: spike.id });
  });

  test('keeps its id as it grows, also to the front', async () => {
    const one = service();
    await one.take(denials(5, 100, 10));
    const { id } = spikeOf(one);
    await one.take([denied(200), denied(50)]);
    expect(spikeOf(one)).toMatchObject({ id, count: 7, time: '2026-03-09T14:00:50Z' });
  });

  test('where a late denial joins two, the older goes on and the other says so', async () => {
    const one = service();
    await one.take(denials(5, 0, 10));
    await one.take(denials(5, 560, 10));
    const [older, younger] = one.findings();
    expect(outline(one.findings())).toEqual(['14:00:00 denial-spike deploy ×5', '14:09:20 denial-spike deploy ×5']);
    await one.take([denied(300)]);
    expect(spikeOf(one)).toMatchObject({ id: older?.id, count: 11 });
    expect(one.bus.told.findLast(({ id }) => id === younger?.id)).toMatchObject({ supersededBy: older?.id });
  });

  test('names at most fifty events and counts all', async () => {
    const one = service();
    await one.take(denials(60, 0, 2));
    expect(spikeOf(one).count).toBe(60);
    expect(spikeOf(one).events).toHaveLength(50);
  });

  test('of several callers names them, with the causes of each', async () => {
    const one = service();
    await one.take([created(-600, document(other))]);
    await one.take([...denials(3, 0, 5), ...denials(3, 1, 5, { caller: 'batch' })]);
    const spike = spikeOf(one);
    expect(spike.title).toMatch(/^2 callers were denied deploy 6 times/);
    expect(spike.notes?.join()).toContain('444455556666/role/batch');
  });
});

describe('the change behind a burst', () => {
  test('is proved by what both versions answer', async () => {
    const one = service();
    const change = updated(0, document(other));
    await one.take([created(-3600, document(ci)), change]);
    await one.take(denials(5, 600, 10));
    const spike = spikeOf(one);
    expect(spike).toMatchObject({
      severity: 'high',
      correlatedChange: {
        eventId: change.eventId,
        proof: allowedBeforeDeniedAfter,
        by: 'arn:aws:iam::111122223333:user/admin',
      },
    });
    expect(spike.rollback?.commands.join()).toContain('update-assume-role-policy');
    expect(spike.rollback?.commands.join()).toContain(ci);
  });

  test('is the one that closed the door, not a later one', async () => {
    const one = service();
    const guilty = updated(0, document(other));
    const later = updated(300, document([other, 'arn:aws:iam::444455556666:role/third']));
    await one.take([created(-3600, document(ci)), guilty, later, ...denials(5, 900, 10)]);
    expect(spikeOf(one).correlatedChange?.eventId).toBe(guilty.eventId);
  });

  test('is none where the policy never let the caller in', async () => {
    const one = service();
    await one.take([
      created(-3600, document(other)),
      updated(0, document([other, `${other}2`])),
      ...denials(5, 900, 10),
    ]);
    expect(spikeOf(one)).not.toHaveProperty('correlatedChange');
    expect(spikeOf(one)).not.toHaveProperty('rollback');
  });

  test('is none where the policy still lets the caller in', async () => {
    const one = service();
    await one.take([created(-3600, document(ci)), updated(0, document([ci, other])), ...denials(5, 900, 10)]);
    expect(spikeOf(one)).not.toHaveProperty('correlatedChange');
  });

  test('is none that is older than the look-back', async () => {
    const one = service();
    await one.take([created(-90_000 - 3600, document(ci)), updated(-90_000, document(other)), ...denials(5, 900, 10)]);
    expect(spikeOf(one)).not.toHaveProperty('correlatedChange');
  });

  test('is none that failed', async () => {
    const one = service();
    const refused = { errorCode: 'AccessDenied', errorMessage: 'not authorized' };
    await one.take([
      created(-3600, document(ci)),
      updated(0, document(other), 'deploy', { more: refused }),
      ...denials(5, 900, 10),
    ]);
    expect(spikeOf(one)).not.toHaveProperty('correlatedChange');
  });

  test('is not proved where the version before is not known', async () => {
    const one = service();
    const change = updated(0, document(other));
    await one.take([change, ...denials(5, 600, 10)]);
    expect(spikeOf(one)).toMatchObject({
      severity: 'medium',
      correlatedChange: { eventId: change.eventId, proof: onlyCoincides },
    });
    expect(spikeOf(one)).not.toHaveProperty('rollback');
  });

  test('is not proved in the very second of the calls', async () => {
    const one = service();
    await one.take([created(-3600, document(ci)), updated(600, document(other)), ...denials(5, 600, 0)]);
    const spike = spikeOf(one);
    expect(spike.correlatedChange?.proof).toBe(onlyCoincides);
    expect(spike.causes?.some(({ confidence, side }) => confidence === 'proved' && side === 'trust-policy')).toBe(
      false,
    );
  });

  test('is not the trust policy where the message names another policy', async () => {
    const one = service();
    const message = `User: arn:aws:sts::444455556666:assumed-role/ci/run is not authorized to perform: sts:AssumeRole on resource: ${role} with an explicit deny in a service control policy`;
    await one.take([
      created(-3600, document(ci)),
      updated(0, document(other)),
      ...denials(5, 600, 10, { more: { errorMessage: message } }),
    ]);
    expect(spikeOf(one)).toMatchObject({ cause: 'service-control-policy' });
    expect(spikeOf(one)).not.toHaveProperty('correlatedChange');
  });

  test('a role that was deleted lets nobody in', async () => {
    const one = service();
    const gone = deleted(0);
    await one.take([created(-3600, document(ci)), gone, ...denials(5, 600, 10)]);
    expect(spikeOf(one)).toMatchObject({
      correlatedChange: { eventId: gone.eventId, proof: allowedBeforeDeniedAfter },
    });
    expect(spikeOf(one).rollback?.commands.join()).toContain('aws iam create-role --role-name deploy');
  });

  test('that deleted a role proves nothing once it was made anew, nobody knows how', async () => {
    const one = service();
    const last = updated(60, document(other));
    await one.take([created(-3600, document(ci)), deleted(0), last, ...denials(5, 600, 10)]);
    expect(spikeOf(one).correlatedChange).toMatchObject({ eventId: last.eventId, proof: onlyCoincides });
    expect(spikeOf(one)).not.toHaveProperty('rollback');
  });

  test('that deleted a role proves nothing where it was made anew before the next change, nobody knows when', async () => {
    const records = [created(-3600, document(ci)), deleted(0), ...denials(5, 600, 10), updated(3600, document(other))];
    for (const order of [records, records.toReversed()]) {
      const one = service();
      for (const record of order) await one.take([record]);
      expect(spikeOf(one).correlatedChange?.proof).toBe(onlyCoincides);
      expect(spikeOf(one).causes?.filter(({ confidence }) => confidence === 'proved') ?? []).toEqual([]);
    }
  });

  test('on the caller’s side is named, never as proof', async () => {
    const one = service();
    const boundary = iam(
      'PutRolePermissionsBoundary',
      0,
      { roleName: 'ci', permissionsBoundary: 'arn:aws:iam::444455556666:policy/b' },
      {
        more: {
          recipientAccountId: '444455556666',
          userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::444455556666:user/ops', accountId: '444455556666' },
        },
      },
    );
    await one.take(denials(5, 600, 10));
    await one.take([boundary]);
    const spike = spikeOf(one);
    expect(spike.notes?.join('\n')).toContain(boundary.eventId);
    expect(spike.notes?.join('\n')).toContain(onlyCoincides);
    expect(spike.causes?.some(({ confidence }) => confidence === 'proved') ?? false).toBe(false);
  });
});

describe('a burst is resolved', () => {
  const broken = [created(-3600, document(ci)), updated(0, document(other)), ...denials(5, 600, 10)];

  test('by the first later version that lets in every call', async () => {
    const one = service();
    await one.take(broken);
    const irrelevant = updated(1200, document([other, `${other}2`]));
    const fix = updated(1800, document([ci, other]));
    await one.take([irrelevant]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
    await one.take([fix]);
    const resolved = one.findings().filter(({ kind }) => kind === 'resolved');
    expect(resolved).toMatchObject([{ events: [fix.eventId], resolves: spikeOf(one).id, time: fix.eventTime }]);
    expect(resolved[0]?.id).not.toBe(spikeOf(one).id);
  });

  test('not by one that lets in some of the calls', async () => {
    const one = service();
    await one.take([
      created(-3600, document([ci, `${other}3`])),
      updated(0, document(other)),
      ...denials(3, 600, 10),
      ...denials(3, 605, 10, { caller: 'other3' }),
    ]);
    await one.take([updated(1200, document([ci]))]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
    await one.take([updated(1300, document([ci, `${other}3`]))]);
    expect(one.findings().filter(({ kind }) => kind === 'resolved')).toHaveLength(1);
  });

  test('not by a change that failed', async () => {
    const one = service();
    const refused = { errorCode: 'AccessDenied', errorMessage: 'not authorized' };
    await one.take([...broken, updated(1200, document(ci), 'deploy', { more: refused })]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
  });

  test('and not where it goes on all the same', async () => {
    const one = service();
    await one.take([...broken, updated(700, document(ci))]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(true);
    await one.take(denials(20, 710, 60));
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
  });

  test('though a call fails once more while the change spreads', async () => {
    const one = service();
    await one.take([...broken, updated(660, document(ci)), denied(665)]);
    expect(one.findings().filter(({ kind }) => kind === 'resolved')).toHaveLength(1);
  });

  test('not by a change where the trust policy was never the reason', async () => {
    const one = service();
    await one.take([created(-3600, document(ci)), ...denials(5, 600, 10), updated(1200, document([ci, other]))]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
  });
});

describe('people are told', () => {
  test('of a burst once, and of its growth at most each fifteen minutes', async () => {
    const one = service();
    const told = () => one.people.told.map(({ count }) => count);
    one.at(start);
    await one.take(denials(5, 0, 10));
    expect(told()).toEqual([5]);
    one.at(start + 5 * 60_000);
    await one.take([denied(200)]);
    one.at(start + 14.9 * 60_000);
    await one.take([denied(400)]);
    expect(told()).toEqual([5]);
    one.at(start + 15 * 60_000);
    await one.take([denied(600)]);
    expect(told()).toEqual([5, 8]);
    expect(one.bus.told.filter(({ kind }) => kind === 'denial-spike').map(({ count }) => count)).toEqual([5, 6, 7, 8]);
  });

  test('of no single denial without a proved change', async () => {
    const one = service();
    await one.take([denied(0)]);
    expect(one.people.told).toEqual([]);
    expect(one.bus.told).toHaveLength(1);
  });

  test('of a single denial that a change provably caused', async () => {
    const one = service();
    await one.take([created(-3600, document(ci)), updated(0, document('arn:aws:iam::111122223333:role/inner'))]);
    one.people.told.length = 0;
    await one.take([denied(600)]);
    expect(one.people.told.map(({ kind, severity }) => [kind, severity])).toEqual([['denial', 'medium']]);
  });

  test('that a burst is resolved, where they were told of the burst', async () => {
    const one = service({ configure: { routes: [{ channel: 'sns', severity: 'high' }] } });
    await one.take([created(-3600, document(ci)), updated(0, document(other)), ...denials(5, 600, 10)]);
    await one.take([updated(1800, document(ci))]);
    expect(one.people.told.map(({ kind }) => kind).filter((kind) => kind !== 'trust-change')).toEqual([
      'denial-spike',
      'resolved',
    ]);
  });

  test('and not, where they were not', async () => {
    const one = service({ configure: { routes: [{ channel: 'sns', severity: 'critical' }] } });
    await one.take([
      created(-3600, document(ci)),
      updated(0, document(other)),
      ...denials(5, 600, 10),
      updated(1800, document(ci)),
    ]);
    expect(one.people.told).toEqual([]);
  });
});

test('no undo is offered that lets everyone in again', async () => {
  const one = service();
  await one.take([created(-3600, document('*')), updated(0, document(ci))]);
  await one.take(denials(5, 600, 10, { caller: 'stranger', account: '999999999999' }));
  expect(spikeOf(one).correlatedChange?.proof).toBe(allowedBeforeDeniedAfter);
  expect(spikeOf(one)).not.toHaveProperty('rollback');
});

test('where the version at the time is not known, nobody is told that it is resolved for sure', async () => {
  const one = service();
  await one.take([...denials(5, 600, 10), updated(1800, document(ci))]);
  const resolved = one.findings().find(({ kind }) => kind === 'resolved');
  expect(resolved?.title).toContain('whether it did before is not known');
});

describe('why, in a title', () => {
  const titled = async (errorCode: string, errorMessage: string, more: object = {}) => {
    const one = service();
    await one.take([denied(0, { more: { errorCode, errorMessage, requestParameters: { roleArn: role }, ...more } })]);
    return one.findings()[0]?.title;
  };

  test('keeps the capitals of names', async () => {
    expect(await titled('RegionDisabledException', 'STS is not activated in this region for account:1.')).toBe(
      'ci was denied deploy: STS is not activated in that region',
    );
    expect(await titled('PackedPolicyTooLarge', 'x')).toBe('ci was denied deploy: AWS refused the request itself');
  });

  test('names what was done to the role', async () => {
    const gone = service();
    await gone.take([created(-7200, document(ci)), deleted(-60), ...denials(8, 0, 20)]);
    expect(spikeOf(gone).title).toBe(
      'ci was denied deploy 8 times in 3 minutes, since admin deleted it: the call names a role that does not exist',
    );
    await gone.take([created(600, document(ci))]);
    expect(gone.findings().find(({ kind }) => kind === 'resolved')?.title).toBe(
      'The burst of denials of deploy is resolved: admin created it again, with a trust policy that lets in all 8 calls',
    );
  });

  test('is a sentence, however sure it is', async () => {
    expect(await titled('ExpiredToken', 'expired')).toBe('ci was denied deploy: the credentials have expired');
    const one = service();
    await one.take([created(-30, document(ci)), denied(0)]);
    expect(one.findings().find(({ kind }) => kind === 'denial')?.title).toBe(
      'ci was denied deploy, likely because the role or its trust policy changed moments before the call',
    );
  });
});
