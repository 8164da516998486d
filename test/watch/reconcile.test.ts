/** What no event tells: a role that is not as the events say, and an acceptance that has ended. */
import { describe, expect, test } from 'vitest';
import type { RoleAnswer } from '../../src/ports/role-reader.ts';
import { created, deleted, document, home, role, service, start, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const live = (answer: RoleAnswer) => ({ roleReader: { read: async () => answer } });
const like = (policyText: string): RoleAnswer => ({ answer: 'role', role: { arn: role, policyText } });
const later = start + 3_600_000;

describe('drift', () => {
  test('is a policy that lets in others than the events show', async () => {
    const one = service(live(like(document([ci, '999999999999']))));
    await one.take([created(0, document(ci))]);
    one.at(later);
    expect(await one.reconcile()).toEqual({ roles: 1, drifted: 1, unread: [] });
    const drift = one.findings().filter(({ kind }) => kind === 'drift');
    expect(drift).toMatchObject([{ severity: 'high', role, change: { verdict: 'broader' } }]);
    await one.reconcile();
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toHaveLength(1);
  });

  test('is none where the document is the same, or says the same', async () => {
    const one = service(live(like(JSON.stringify(JSON.parse(document([ci])), null, 2))));
    await one.take([created(0, document(ci))]);
    one.at(later);
    expect((await one.reconcile()).drifted).toBe(0);
  });

  test('is none while a change is still under way', async () => {
    const one = service(live(like(document(ci))));
    await one.take([created(0, document(ci)), updated(60, document(`${ci}2`))]);
    one.at(start + 120_000);
    expect((await one.reconcile()).drifted).toBe(0);
    one.at(later);
    expect((await one.reconcile()).drifted).toBe(1);
  });

  test('is a role that is gone without an event', async () => {
    const one = service(live({ answer: 'no-such-role' }));
    await one.take([
      created(0, document(ci)),
      created(0, document(ci), 'known-to-be-gone'),
      deleted(60, 'known-to-be-gone'),
    ]);
    one.at(later);
    expect((await one.reconcile()).drifted).toBe(1);
    expect(one.findings().at(-1)?.kind).toBe('trust-change');
    expect(one.findings().filter(({ kind }) => kind === 'drift')).toMatchObject([{ change: { verdict: 'narrower' } }]);
  });

  test('cannot be told where the role cannot be read', async () => {
    const one = service(live({ answer: 'unknown', because: 'no way into the account' }));
    await one.take([created(0, document(ci))]);
    one.at(later);
    expect(await one.reconcile()).toEqual({
      roles: 1,
      drifted: 0,
      unread: [{ role, because: 'no way into the account' }],
    });
  });
});

describe('an acceptance that has ended', () => {
  const configure = {
    accounts: [home],
    accept: [
      { rule: 'third-party-missing-external-id', role: '*', reason: 'the vendor is moving', until: '2026-03-20' },
    ],
  };

  test('is told once, where the risk is still there', async () => {
    const one = service({ configure });
    await one.take([created(0, document('999999999999'))]);
    one.at(Date.UTC(2026, 2, 20, 23));
    await one.reconcile();
    expect(one.findings().some(({ kind }) => kind === 'acceptance-expired')).toBe(false);
    for (const day of [21, 22]) {
      one.at(Date.UTC(2026, 2, day, 8));
      await one.reconcile();
    }
    const ended = one.findings().filter(({ kind }) => kind === 'acceptance-expired');
    expect(ended).toMatchObject([
      { role, time: '2026-03-21T00:00:00Z', revision: 1, notes: ['It was accepted because: the vendor is moving'] },
    ]);
    expect(one.people.told.filter(({ kind }) => kind === 'acceptance-expired')).toHaveLength(1);
  });

  test('is no matter where the risk is gone', async () => {
    const one = service({ configure });
    await one.take([created(0, document('999999999999')), updated(60, document(`arn:aws:iam::${home}:role/x`))]);
    one.at(Date.UTC(2026, 2, 25));
    await one.reconcile();
    expect(one.findings().some(({ kind }) => kind === 'acceptance-expired')).toBe(false);
  });
});
