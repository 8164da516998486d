/** Calls that AWS throttled or failed to answer: nobody was denied, nobody searches, and no change of a policy is why. */
import { describe, expect, test } from 'vitest';
import { created, denials, denied, document, outline, role, service, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const throttled = {
  more: { errorCode: 'ThrottlingException', errorMessage: 'Rate exceeded', requestParameters: { roleArn: role } },
};
const failed = {
  more: {
    errorCode: 'InternalFailure',
    errorMessage: 'An unknown error occurred',
    requestParameters: { roleArn: role },
  },
};
const roleNamed = (n: number) => role.replace('deploy', `role-${n}`);
const throttledOn = (n: number) => ({
  more: { ...throttled.more, requestParameters: { roleArn: roleNamed(n), roleSessionName: 'run' } },
});

describe('one call', () => {
  test('that was throttled', async () => {
    const one = service();
    await one.take([denied(0, throttled)]);
    const [found, ...more] = one.findings();
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: 'denial',
      severity: 'info',
      title: 'AWS throttled ci’s call for deploy: no policy refused it',
      role,
      count: 1,
    });
    expect(found).not.toHaveProperty('causes');
    expect(found).not.toHaveProperty('unknown');
    expect(one.people.told).toEqual([]);
  });

  test('that failed tells how', async () => {
    const one = service();
    await one.take([denied(0, failed)]);
    expect(one.findings()[0]?.title).toBe(
      'AWS failed to answer ci’s call for deploy (InternalFailure): no policy refused it',
    );
  });

  test('that names no role', async () => {
    const one = service();
    await one.take([denied(0, { more: { ...throttled.more, requestParameters: null } })]);
    expect(one.findings()[0]?.title).toBe(
      'AWS throttled ci’s call for a role that the record does not name: no policy refused it',
    );
  });

  test('by a service', async () => {
    const one = service();
    const userIdentity = { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' };
    await one.take([denied(0, { more: { ...throttled.more, userIdentity } })]);
    expect(one.findings()[0]?.title).toBe('AWS throttled ec2.amazonaws.com’s call for deploy: no policy refused it');
  });

  test('with an error that nobody knows was not denied either', async () => {
    const one = service();
    await one.take([denied(0, { more: { ...throttled.more, errorCode: 'SomethingNew', errorMessage: 'x' } })]);
    expect(one.findings()[0]?.title).toBe(
      'ci could not assume deploy: AWS answered SomethingNew, which is no refusal by a policy',
    );
  });

  test('is not explained by a change, though the policy would deny it now', async () => {
    const one = service();
    await one.take([created(-7200, document(ci)), updated(-60, document('arn:aws:iam::444455556666:role/other'))]);
    await one.take([denied(0, throttled)]);
    const found = one.findings().find(({ kind }) => kind === 'denial');
    expect(found).toMatchObject({ severity: 'info' });
    expect(found).not.toHaveProperty('correlatedChange');
    expect(found).not.toHaveProperty('rollback');
  });
});

describe('bursts', () => {
  test('of throttled calls say so', async () => {
    const one = service();
    await one.take(denials(12, 0, 5, throttled));
    const [found] = one.findings();
    expect(outline(one.findings())).toEqual(['14:00:00 denial-spike deploy ×12']);
    expect(found).toMatchObject({
      severity: 'low',
      title: 'AWS throttled 12 calls of ci for deploy in 55 seconds: no policy refused them',
    });
    expect(found).not.toHaveProperty('cause');
  });

  test('of both kinds of failure are one', async () => {
    const one = service();
    await one.take([...denials(6, 0, 5, throttled), ...denials(6, 2, 5, { ...failed, caller: 'batch' })]);
    expect(one.findings()).toMatchObject([
      {
        title:
          'AWS throttled, or failed to answer, 12 calls of 2 callers for deploy in 27 seconds: no policy refused them',
      },
    ]);
  });

  test('of denied calls are counted without what was throttled between them, in any order', async () => {
    const one = service();
    const mixed = [...denials(12, 0, 5), ...denials(12, 1, 5, throttled)];
    for (const record of mixed.toSorted((a, b) => a.at - b.at)) await one.take([record]);
    expect(outline(one.findings())).toEqual(['14:00:00 denial-spike deploy ×12', '14:00:01 denial-spike deploy ×12']);
    const [denial, throttle] = one.findings();
    expect(denial?.title).toContain('was denied deploy 12 times');
    expect(throttle?.title).toContain('throttled 12 calls');
  });

  test('are none where only the throttled calls make enough', async () => {
    const one = service();
    await one.take([...denials(3, 0, 5), ...denials(3, 1, 5, throttled)]);
    expect(one.findings().map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'denial'));
  });

  test('of throttled calls are not resolved by a change of the policy', async () => {
    const one = service();
    await one.take([created(-7200, document('arn:aws:iam::444455556666:role/other'))]);
    await one.take(denials(12, 0, 5, throttled));
    await one.take([updated(120, document(ci))]);
    expect(one.findings().some(({ kind }) => kind === 'resolved')).toBe(false);
  });
});

describe('enumeration', () => {
  test('is none where every call was throttled', async () => {
    const one = service();
    await one.take(Array.from({ length: 120 }, (_, n) => denied(n, throttledOn(n))));
    expect(one.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
    expect(one.people.told).toEqual([]);
  });

  test('is none where the credentials had expired', async () => {
    const one = service();
    const expired = (n: number) => ({
      more: { ...throttledOn(n).more, errorCode: 'ExpiredTokenException', errorMessage: 'expired' },
    });
    await one.take(Array.from({ length: 20 }, (_, n) => denied(n, expired(n))));
    expect(one.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
  });

  test('counts only the roles that refused', async () => {
    const one = service();
    const tries = Array.from({ length: 24 }, (_, n) =>
      denied(n, n % 2 === 0 ? throttledOn(n) : { role: roleNamed(n) }),
    );
    await one.take(tries);
    const [found] = one.findings().filter(({ kind }) => kind === 'enumeration');
    expect(found).toMatchObject({ count: 12 });
    expect(found?.title).toContain('was denied 12 different roles');
  });

  test('is not hidden by a storm of throttled calls in the same minute', async () => {
    const one = service();
    await one.take(Array.from({ length: 600 }, (_, n) => denied(n / 20, throttledOn(n))));
    await one.take(Array.from({ length: 12 }, (_, n) => denied(n, { role: roleNamed(1_000 + n) })));
    expect(one.findings().filter(({ kind }) => kind === 'enumeration')).toMatchObject([{ count: 12 }]);
  });
});
