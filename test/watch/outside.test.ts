/** What is asked of AWS: GetRole, the caller's own policies, LookupEvents; and that asking never leads to more asking. */
import { describe, expect, test, vi } from 'vitest';
import type { RoleReader } from '../../src/ports/role-reader.ts';
import { created, deleted, denied, document, home, iam, role, service, start, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const other = 'arn:aws:iam::444455556666:role/other';
const reads = (policyText: string) =>
  vi.fn<RoleReader['read']>(async (arn) => ({ answer: 'role', role: { arn, policyText } }));

describe('the role as it is now', () => {
  test('is asked for once where no event tells, and never makes a proof', async () => {
    const read = reads(document(other));
    const one = service({ roleReader: { read } });
    await one.take([denied(0)]);
    await one.take([denied(0, { id: 'another' })]);
    expect(read).toHaveBeenCalledTimes(1);
    const [denial] = one.findings();
    expect(denial?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'likely' });
    expect(denial).not.toHaveProperty('correlatedChange');
  });

  test('is not asked for where the version in force is known', async () => {
    const read = reads(document(other));
    const one = service({ roleReader: { read } });
    await one.take([created(-60, document(other)), denied(3600)]);
    expect(read).not.toHaveBeenCalled();
    expect(one.findings().at(-1)?.causes?.[0]).toMatchObject({ confidence: 'proved' });
  });

  test('that is not there now is likely the reason, not surely', async () => {
    const one = service({ roleReader: { read: async () => ({ answer: 'no-such-role' }) } });
    await one.take([denied(0)]);
    expect(one.findings()[0]?.causes?.[0]).toMatchObject({ cause: 'role-not-found', confidence: 'likely' });
  });

  test('that cannot be read is asked for again with the next denial', async () => {
    const read = vi.fn<RoleReader['read']>(async () => ({ answer: 'unknown', because: 'throttled' }));
    const one = service({ roleReader: { read } });
    await one.take([denied(0)]);
    await one.take([denied(1)]);
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(
      one
        .findings()
        .every(({ causes }) => causes === undefined || causes.every(({ confidence }) => confidence !== 'proved')),
    ).toBe(true);
  });

  test('whose account could not be listed is listed with the next denial, and then no more', async () => {
    const read = vi.fn<RoleReader['read']>(async () => ({ answer: 'no-such-role' }));
    const roleNames = vi.fn(async (): Promise<readonly string[] | undefined> => ['deplay']);
    roleNames.mockResolvedValueOnce(undefined);
    const one = service({ roleReader: { read, roleNames } });
    for (let n = 0; n < 4; n += 1) await one.take([denied(0, { id: 'the same' })]);
    expect(read).toHaveBeenCalledTimes(1);
    expect(roleNames).toHaveBeenCalledTimes(2);
    expect(JSON.stringify(one.findings()[0]?.causes)).toContain('deplay');
  });

  test('a call of long ago does not take a reading of today for its own time', async () => {
    const read = reads(document(other));
    const one = service({ roleReader: { read } });
    one.at(start + 3_600_000);
    await one.take([denied(0), updated(1800, document(other))]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.every(({ confidence }) => confidence !== 'proved') ?? true).toBe(true);
  });
});

describe('the role as it is after a change that followed the call', () => {
  const late = start + 7_200_000;

  test('that deleted it is no proof that there was none', async () => {
    const one = service({ roleReader: { read: async () => ({ answer: 'no-such-role' }) } });
    one.at(late);
    await one.take([denied(0), deleted(1800)]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.map(({ cause }) => cause) ?? []).not.toContain('role-not-found');
  });

  test('that set its policy says nothing of the call', async () => {
    const one = service({ roleReader: { read: reads(document(other)) } });
    one.at(late);
    await one.take([denied(0), updated(1800, document(other))]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.map(({ confidence }) => confidence) ?? []).not.toContain('likely');
  });

  test('counts as it was read before the change', async () => {
    const read = reads(document(other));
    const one = service({ roleReader: { read } });
    one.at(start + 60_000);
    await one.take([denied(0)]);
    one.at(late);
    await one.take([updated(1800, document(ci))]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'likely' });
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('in how long a session may last is no change of its policy', async () => {
    const one = service({ roleReader: { read: reads(document(other)) } });
    one.at(late);
    await one.take([denied(0), iam('UpdateRole', 1800, { roleName: 'deploy', maxSessionDuration: 7200 })]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.[0]).toMatchObject({ side: 'trust-policy', confidence: 'likely' });
  });
});

describe('no loops', () => {
  const reader = 'arn:aws:iam::111122223333:role/trusttrail-reader';

  test('trusttrail’s own denied call is never analysed', async () => {
    const read = reads(document(other));
    const own = 'arn:aws:iam::444455556666:role/trusttrail-watch-trust-changed';
    const one = service({ roleReader: { read }, settings: { readerRole: 'trusttrail-reader', ownRoles: [own] } });
    await one.take([denied(0, { role: reader, caller: 'trusttrail-watch-trust-changed' })]);
    await one.take([denied(1, { role, caller: 'trusttrail-watch-trust-changed' })]);
    expect(one.bus.told).toEqual([]);
    expect(read).not.toHaveBeenCalled();
  });

  test('nor any for the reader role, where its own roles are not told', async () => {
    const one = service({ settings: { readerRole: 'trusttrail-reader' } });
    await one.take([denied(0, { role: reader })]);
    expect(one.bus.told).toEqual([]);
  });

  test('somebody else’s is analysed, and leads to no further call', async () => {
    const read = reads(document(other));
    const one = service({
      roleReader: { read },
      settings: { readerRole: 'trusttrail-reader', ownRoles: ['trusttrail-watch'] },
    });
    await one.take([denied(0, { role: reader })]);
    expect(one.findings()).toHaveLength(1);
    expect(read).not.toHaveBeenCalled();
  });
});

describe('the caller’s own policies', () => {
  test('are asked about where the trust policy lets the call in', async () => {
    const simulate = vi.fn(async () => ({ decision: 'implicit-deny', by: 'identity-policy' }) as const);
    const one = service({ callerAccess: { simulate } });
    await one.take([created(-3600, document(ci)), denied(0), denied(0)]);
    expect(simulate).toHaveBeenCalledExactlyOnceWith(ci, 'sts:AssumeRole', role);
    expect(one.findings().at(-1)?.causes?.[0]).toMatchObject({ side: 'caller', confidence: 'likely' });
  });

  test('and not where it keeps the call out', async () => {
    const simulate = vi.fn(async () => undefined);
    const one = service({ callerAccess: { simulate } });
    await one.take([created(-3600, document(other)), denied(0)]);
    expect(simulate).not.toHaveBeenCalled();
  });
});

describe('the history of a role', () => {
  test('gives the version before the first change that was delivered', async () => {
    const before = created(-7200, document(ci));
    const changesOf = vi.fn(async () => [before, deleted(-9000)]);
    const one = service({ history: { changesOf } });
    const change = updated(0, document([ci, '999999999999']));
    await one.take([change]);
    await one.take([change]);
    expect(changesOf).toHaveBeenCalledExactlyOnceWith({ account: home, name: 'deploy' }, start);
    const finding = one.findings().find(({ events }) => events[0] === change.eventId);
    expect(finding?.change).toMatchObject({ verdict: 'broader', previousFrom: 'history' });
  });

  test('that cannot be had leaves the version unknown', async () => {
    const one = service({ history: { changesOf: async () => undefined } });
    await one.take([updated(0, document(ci))]);
    expect(one.findings()[0]?.change).toMatchObject({ verdict: 'undecided', previousFrom: 'unknown' });
  });
});
