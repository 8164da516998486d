/** Somebody feels their way: one caller denied on many roles, and trust policies that try principals until one exists. */
import { describe, expect, test } from 'vitest';
import { denied, document, home, outline, role, service, updated } from './service.ts';

const roleNamed = (n: number) => role.replace('deploy', `role-${n}`);
const invalid = (n: number) => {
  const principal = `arn:aws:iam::999999999999:role/guess-${n}`;
  return {
    principal,
    more: {
      errorCode: 'MalformedPolicyDocumentException',
      errorMessage: `Invalid principal in policy: "AWS":"${principal}"`,
    },
  };
};
const probe = (n: number, seconds = n * 10, name = 'deploy') => {
  const { principal, more } = invalid(n);
  return updated(seconds, document(principal), name, { more });
};

describe('a caller denied on many roles', () => {
  const tries = (count: number, apart: number) =>
    Array.from({ length: count }, (_, n) => denied(n * apart, { role: roleNamed(n) }));

  test('is told of at ten roles in ten minutes', async () => {
    const one = service();
    await one.take(tries(9, 60));
    expect(one.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
    await one.take([denied(600, { role: roleNamed(9) })]);
    const found = one.findings().filter(({ kind }) => kind === 'enumeration');
    expect(found).toMatchObject([
      { severity: 'high', count: 10, actor: { arn: 'arn:aws:sts::444455556666:assumed-role/ci/run' } },
    ]);
    expect(found[0]?.notes?.join()).toContain(`${home}/role-9`);
    expect(one.people.told.map(({ kind }) => kind)).toEqual(['enumeration']);
  });

  test('is none where the roles are the same, or slow', async () => {
    const same = service();
    await same.take(Array.from({ length: 30 }, (_, n) => denied(n, { role: roleNamed(n % 9) })));
    expect(same.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
    const slow = service();
    await slow.take(tries(12, 67));
    expect(slow.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
  });

  test('is none where each role has a caller of its own', async () => {
    const one = service();
    await one.take(Array.from({ length: 12 }, (_, n) => denied(n, { role: roleNamed(n), caller: `caller-${n}` })));
    expect(one.findings().some(({ kind }) => kind === 'enumeration')).toBe(false);
  });

  test('is one whatever the session is called', async () => {
    const one = service();
    await one.take(Array.from({ length: 12 }, (_, n) => denied(n, { role: roleNamed(n), session: `s-${n}` })));
    expect(one.findings().filter(({ kind }) => kind === 'enumeration')).toHaveLength(1);
  });

  test('grows under one id, and people hear of it at most each fifteen minutes', async () => {
    const one = service();
    for (let n = 0; n < 14; n += 1) await one.take([denied(n, { role: roleNamed(n) })]);
    expect(one.people.told).toHaveLength(1);
    expect(one.findings().filter(({ kind }) => kind === 'enumeration')).toMatchObject([{ count: 14, revision: 5 }]);
  });
});

describe('principals tried in trust policies', () => {
  test('are told as one enumeration at five in five minutes, not one by one', async () => {
    const one = service();
    for (let n = 0; n < 4; n += 1) await one.take([probe(n)]);
    expect(one.findings().map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'trust-change-failed'));
    await one.take([probe(4)]);
    expect(outline(one.findings())).toEqual(['14:00:00 enumeration - ×5']);
    const [found] = one.findings();
    expect(found?.notes?.join()).toContain('arn:aws:iam::999999999999:role/guess-3');
    const retracted = one.bus.told.filter(({ supersededBy }) => supersededBy !== undefined);
    expect(retracted.map(({ supersededBy }) => supersededBy)).toEqual(Array.from({ length: 4 }, () => found?.id));
  });

  test('over several roles are one all the same', async () => {
    const one = service();
    for (let n = 0; n < 6; n += 1) await one.take([probe(n, n * 10, `role-${n % 3}`)]);
    expect(outline(one.findings())).toEqual(['14:00:00 enumeration - ×6']);
  });

  test('are a slip where it is the same principal again and again', async () => {
    const one = service();
    for (let n = 0; n < 8; n += 1) await one.take([probe(0, n * 10)]);
    expect(one.findings().every(({ kind }) => kind === 'trust-change-failed')).toBe(true);
  });

  test('other errors of the document are none of it', async () => {
    const one = service();
    const more = { errorCode: 'MalformedPolicyDocumentException', errorMessage: 'Syntax errors in policy.' };
    await one.take(Array.from({ length: 8 }, (_, n) => updated(n, `{"n":${n}`, 'deploy', { more })));
    expect(one.findings().every(({ kind }) => kind === 'trust-change-failed')).toBe(true);
  });
});
