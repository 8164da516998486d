/** What is there when an account is first watched: one summary, and a version before for the next change. */
import { describe, expect, test } from 'vitest';
import type { AccountAnswer } from '../../src/ports/account-roles.ts';
import type { ReadRole } from '../../src/ports/role-reader.ts';
import { roleStream } from '../../src/watch/facts.ts';
import { created, deleted, denied, document, home, iam, role, service, start, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const hour = 3_600_000;

function like(policyText: string, name = 'deploy', more: Partial<ReadRole> = {}): ReadRole {
  return { arn: `arn:aws:iam::${home}:role/${name}`, policyText, roleId: `AROA${name}`, ...more };
}

/** A watch of one account whose roles the test sets. */
function surveyed(configure: unknown = { accounts: [home] }) {
  let roles: readonly ReadRole[] = [];
  let failing: string | undefined;
  const made = service({
    configure,
    accountRoles: {
      rolesOf: async (account): Promise<AccountAnswer> =>
        failing !== undefined
          ? { answer: 'unknown', because: failing }
          : { answer: 'roles', roles: account === home ? roles : [], readAt: now },
    },
    settings: { ownAccount: home },
  });
  let now = start;
  return {
    ...made,
    has: (...all: readonly ReadRole[]) => {
      roles = all;
    },
    fails: (because: string | undefined) => {
      failing = because;
    },
    at: (time: number) => {
      now = time;
      made.at(time);
    },
  };
}

describe('the first reading', () => {
  test('tells people of everything in one summary, and programs of each standing risk', async () => {
    const one = surveyed();
    one.has(
      like(document('*')),
      like(document('999999999999'), 'vendor'),
      like(document(`arn:aws:iam::${home}:role/x`), 'quiet'),
    );
    const first = await one.reconcile();
    expect(first).toMatchObject({ roles: 3, drifted: 0, accounts: { read: 1, seeded: [home], unread: [] } });
    expect(one.people.told).toHaveLength(1);
    expect(one.people.told[0]).toMatchObject({ kind: 'trust-risk', severity: 'critical', account: home });
    expect(one.people.told[0]?.title).toMatch(
      /^3 roles of account 111122223333 are watched from now on; 2 have a risky trust policy \(1 critical/,
    );
    const standing = one.bus.told.filter(({ role: of }) => of !== undefined);
    expect(standing.map(({ role: of }) => of?.split('/').at(-1)).sort()).toEqual(['deploy', 'vendor']);
    expect(standing.every(({ risks }) => (risks ?? []).length > 0)).toBe(true);
  });

  test('is told of once, however often it is done, and also where it was broken off', async () => {
    const one = surveyed();
    one.has(like(document('*')));
    one.people.fail = 1;
    await expect(one.reconcile()).rejects.toThrow('sns is down');
    one.at(start + hour);
    await one.reconcile();
    await one.reconcile();
    expect(one.people.told).toHaveLength(1);
    expect(one.bus.told.map(({ id }) => id)).toEqual([...new Set(one.bus.told.map(({ id }) => id))]);
  });

  test('of an account that cannot be read is put off, and said so', async () => {
    const one = surveyed({ accounts: [home, '444455556666'] });
    one.fails('no way into the account');
    expect(await one.reconcile()).toMatchObject({
      accounts: { read: 0, seeded: [], unread: [{ account: home }, { account: '444455556666' }] },
    });
    expect(one.people.told).toEqual([]);
    one.fails(undefined);
    one.has(like(document('*')));
    await one.reconcile();
    expect(one.people.told).toHaveLength(1);
  });

  test('begins no account when the time is over', async () => {
    const one = surveyed();
    expect(await one.reconcile({ until: start })).toMatchObject({
      accounts: { read: 0, unread: [{ account: home, because: 'no time was left' }] },
    });
  });

  test('leaves out what the owner has accepted', async () => {
    const one = surveyed({
      accounts: [home],
      accept: [{ rule: 'third-party-missing-external-id', role: '*', reason: 'moving', until: '2027-01-01' }],
    });
    one.has(like(document('999999999999'), 'vendor'));
    await one.reconcile();
    const rules = one.bus.told.flatMap(({ risks }) => risks ?? []).map(({ rule }) => rule);
    expect(rules).not.toContain('third-party-missing-external-id');
  });
});

describe('what was read', () => {
  test('is the version before the next change', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    await one.take([updated(7200, document([ci, '999999999999']))]);
    const [change] = one.findings().filter(({ kind }) => kind === 'trust-change');
    expect(change).toMatchObject({ change: { verdict: 'broader', previousFrom: 'history' } });
    expect(change?.rollback?.commands.join(' ')).toContain('update-assume-role-policy');
  });

  test('proves nothing of the time before it', async () => {
    const one = surveyed();
    one.at(start + 2 * hour);
    one.has(like(document(ci)));
    await one.reconcile();
    await one.take([updated(3600, document([ci, '999999999999']))]);
    const [change] = one.findings().filter(({ kind }) => kind === 'trust-change');
    expect(change).toMatchObject({ change: { verdict: 'undecided', previousFrom: 'unknown' } });
    await one.take([denied(60)]);
    const [call] = one.findings().filter(({ kind }) => kind === 'denial');
    expect(call?.causes?.filter(({ confidence }) => confidence === 'proved') ?? []).toEqual([]);
  });

  test('right after a change may be either version, and is left out', async () => {
    const one = surveyed();
    const late = document([ci, '999999999999']);
    one.has(like(document(ci)));
    one.at(start + hour);
    // IAM still shows the old version a minute after the change, and the event comes even later.
    await one.reconcile();
    await one.take([updated(3600 - 60, late)]);
    await one.take([updated(9000, document([ci, '999999999999', '888888888888']))]);
    const last = one
      .findings()
      .filter(({ kind }) => kind === 'trust-change')
      .at(-1);
    expect(last?.change?.gained.map(({ witness }) => witness.principal).join()).toContain('888888888888');
    expect(last?.change?.gained.map(({ witness }) => witness.principal).join()).not.toContain('999999999999');
  });

  test('just before a change may already be the new version: nobody is told that nothing changed', async () => {
    const one = surveyed();
    const open = document([ci, '999999999999']);
    one.has(like(open));
    await one.reconcile();
    // The page was read while the change went through; by the clock of IAM that was 20 seconds after the reading.
    await one.take([updated(20, open)]);
    const [change] = one.findings().filter(({ kind }) => kind === 'trust-change');
    expect(change?.change?.verdict).toBe('undecided');
  });

  test('says whom a principal concerns that is deleted and made anew', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    const theirs = { more: { recipientAccountId: '444455556666' } };
    await one.take([
      deleted(7200, 'ci', theirs),
      iam('CreateRole', 7260, { roleName: 'ci', assumeRolePolicyDocument: document('*') }, theirs),
    ]);
    expect(one.people.told.filter(({ kind, role: of }) => kind === 'trust-risk' && of === role)).toMatchObject([
      { account: home, title: expect.stringContaining('was deleted and has been created again') },
    ]);
  });

  test('of a role that was made anew since says nothing of whom that one trusts', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    const theirs = { more: { recipientAccountId: '444455556666' } };
    const other = document(`arn:aws:iam::${home}:role/x`);
    await one.take([deleted(7200), deleted(9000, 'ci', theirs), updated(10_800, other)]);
    expect(one.findings().filter(({ kind, events }) => kind === 'trust-risk' && events.length > 0)).toEqual([]);
  });

  test('costs no write where nothing is new', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    const before = await one.store.events(roleStream(`${home}/deploy`));
    one.at(start + 48 * hour);
    await one.reconcile();
    expect(await one.store.events(roleStream(`${home}/deploy`))).toEqual(before);
    expect(before).toHaveLength(1);
  });
});

describe('drift', () => {
  test('of a role that no event ever told of is told by what was read before', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(like(document([ci, '999999999999'])));
    expect(await one.reconcile()).toMatchObject({ drifted: 1 });
    expect(await one.reconcile()).toMatchObject({ drifted: 0 });
    const drift = one.people.told.filter(({ kind }) => kind === 'drift');
    expect(drift).toMatchObject([{ role, severity: 'high', change: { verdict: 'broader', previousFrom: 'history' } }]);
    one.at(start + 48 * hour);
    one.has();
    expect(await one.reconcile()).toMatchObject({ drifted: 1 });
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toHaveLength(2);
  });

  test('is told again where the channel had failed', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(like(document([ci, '999999999999'])));
    one.people.fail = 1;
    await expect(one.reconcile()).rejects.toThrow('sns is down');
    await one.reconcile();
    await one.reconcile();
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toHaveLength(1);
  });

  test('is a role whose creation no event told of, unless it is AWS’s own or only just made', async () => {
    const one = surveyed();
    await one.reconcile();
    const now = start + 24 * hour;
    one.at(now);
    const made = (ago: number) => ({ createDate: new Date(now - ago).toISOString() });
    const linked = `arn:aws:iam::${home}:role/aws-service-role/support.amazonaws.com/linked`;
    one.has(
      like(document('*'), 'hidden', made(hour)),
      like(document(ci), 'fresh', made(60_000)),
      like(document(ci), 'linked', { ...made(hour), arn: linked }),
    );
    expect(await one.reconcile()).toMatchObject({ drifted: 1 });
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toMatchObject([
      { title: 'hidden is there, and no event told of its creation', severity: 'critical' },
    ]);
    expect(await one.reconcile()).toMatchObject({ drifted: 0 });
  });

  test('is none where IAM shows an id for a principal that was deleted, and programs hear of it', async () => {
    const one = surveyed();
    await one.take([created(0, document([ci, `${ci}2`]))]);
    one.at(start + hour);
    one.has(like(document([ci, 'AROAEXAMPLEDELETED12'])));
    await one.reconcile();
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toEqual([]);
    expect(one.bus.told.filter(({ kind }) => kind === 'drift')).toMatchObject([{ severity: 'info' }]);
  });
});
