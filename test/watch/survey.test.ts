/** What is there when an account is first watched: one summary, and a version before for the next change. */
import { describe, expect, test, vi } from 'vitest';
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

  test('says whom a principal concerns in whatever order the role’s own end and new beginning are delivered', async () => {
    const theirs = { more: { recipientAccountId: '444455556666' } };
    const gone = deleted(7200, 'ci', theirs);
    const end = deleted(9000);
    const anew = created(9060, document(`arn:aws:iam::${home}:role/x`));
    for (const order of [
      [gone, end, anew],
      [anew, gone, end],
      [end, gone, anew],
      [anew, end, gone],
    ]) {
      const one = surveyed();
      one.has(like(document(ci)));
      await one.reconcile();
      one.at(start + 3 * hour);
      for (const event of order) await one.take([event]);
      const risks = one.findings().filter(({ kind, events }) => kind === 'trust-risk' && events.length > 0);
      expect(risks, order.map(({ eventName }) => eventName).join()).toMatchObject([
        { title: 'deploy trusts the role ci, which admin deleted' },
      ]);
    }
  });

  test('of a role that is made anew is no proof that there was none when its deletion has not come yet', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 3 * hour);
    await one.take([created(9060, document(ci))]);
    await one.take([denied(600)]);
    const [call] = one.findings().filter(({ kind }) => kind === 'denial');
    expect(call?.causes?.filter(({ confidence }) => confidence === 'proved') ?? []).toEqual([]);
  });

  test('of a role that somebody made anew unseen is no proof that it stayed deleted', async () => {
    const one = surveyed();
    await one.reconcile();
    await one.take([created(-86_400, document(ci)), deleted(-3600)]);
    one.has(like(document(ci)));
    await one.reconcile();
    await one.take([denied(7200)]);
    const [call] = one.findings().filter(({ kind }) => kind === 'denial');
    expect(call?.causes?.filter(({ confidence }) => confidence === 'proved') ?? []).toEqual([]);
  });

  test('of a version that somebody set unseen is the one that a later call met, as far as is known', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    await one.reconcile();
    await one.take([created(-86_400, document(ci)), updated(-7200, document(`arn:aws:iam::${home}:role/other`))]);
    // IAM shows what no event tells of: that the caller is let in again.
    await one.reconcile();
    await one.take([denied(7200)]);
    const [call] = one.findings().filter(({ kind }) => kind.startsWith('denial'));
    expect(call).toBeDefined();
    expect(call?.causes?.filter(({ confidence }) => confidence === 'proved') ?? []).toEqual([]);
    expect(call?.correlatedChange?.proof).not.toBe('allowed before, denied after');
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

  test('is taken back when the event of it comes later than a look allows for', async () => {
    const one = surveyed();
    const open = document([ci, '999999999999']);
    const late = {
      update: updated(7_200, open),
      create: created(10_800, document(ci), 'late'),
      removal: deleted(10_800, 'gone'),
    };
    one.has(like(document(ci)), like(document(ci), 'gone'));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(like(open), like(document(ci), 'late', { createDate: late.create.eventTime }));
    expect(await one.reconcile()).toMatchObject({ drifted: 3 });
    await one.take([late.update, late.create, late.removal]);
    expect(one.findings().filter(({ kind }) => kind === 'drift')).toEqual([]);
    const changes = new Set(one.findings().flatMap(({ kind, id }) => (kind === 'trust-change' ? [id] : [])));
    const withdrawn = one.people.told.filter(
      ({ kind, supersededBy }) => kind === 'drift' && supersededBy !== undefined,
    );
    expect(withdrawn).toHaveLength(3);
    expect(withdrawn.every(({ supersededBy = '' }) => changes.has(supersededBy))).toBe(true);
  });

  test('of a role that was changed unseen is not taken back by the event of its creation, or of an older version', async () => {
    const one = surveyed();
    const open = document([ci, '999999999999']);
    const made = created(7_200, document(ci), 'late');
    const turned = [updated(7_200, open), updated(10_800, document(`${ci}2`))];
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 24 * hour);
    // Somebody brought back what had been there, and opened the new role, and no event tells of either.
    one.has(like(open), like(open, 'late', { createDate: made.eventTime }));
    await one.reconcile();
    await one.take([made, ...turned]);
    expect(one.findings().filter(({ kind }) => kind === 'drift')).toHaveLength(2);
  });

  test('is not taken back by the same change, made by somebody later', async () => {
    const one = surveyed();
    const open = document([ci, '999999999999']);
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(like(open));
    await one.reconcile();
    await one.take([updated(26 * 3_600, open)]);
    expect(one.findings().filter(({ kind }) => kind === 'drift')).toHaveLength(1);
  });

  test('of which the event comes while the look is under way is taken back at once', async () => {
    const one = surveyed();
    const open = document([ci, '999999999999']);
    one.has(like(document(ci)));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(like(open));
    const late = updated(7_200, open);
    const { events: kept } = one.store;
    let isDelivered = false;
    // What follows from it is told before there is a drift to be taken back.
    const read = vi.spyOn(one.store, 'events').mockImplementation(async (stream, window) => {
      const events = await kept(stream, window);
      if (stream === roleStream(`${home}/deploy`) && !isDelivered) {
        isDelivered = true;
        await one.take([late]);
      }
      return events;
    });
    await one.reconcile();
    read.mockRestore();
    expect(one.findings().filter(({ kind }) => kind === 'drift')).toEqual([]);
  });
});

describe('a look that is broken off', () => {
  test('goes on to the other roles where one cannot be told of', async () => {
    const one = surveyed();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
    one.has(...names.map((name) => like(document(ci), name)));
    await one.reconcile();
    one.at(start + 24 * hour);
    one.has(...names.map((name) => like(document([ci, '999999999999']), name)));
    const publish = one.people.publish;
    one.people.publish = async (finding) => {
      if (finding.role?.endsWith('/a') === true) throw new Error('too large');
      await publish(finding);
    };
    await expect(one.reconcile()).rejects.toThrow('too large');
    expect(one.people.told.filter(({ kind }) => kind === 'drift')).toHaveLength(10);
  });

  test('finds a role by whom it trusts all the same', async () => {
    const one = surveyed();
    one.has(like(document(ci)));
    const { addEvents } = one.store;
    const broken = vi.spyOn(one.store, 'addEvents').mockImplementation(async (stream, events) => {
      if (stream.startsWith('named-by:')) throw new Error('it died');
      await addEvents(stream, events);
    });
    await expect(one.reconcile()).rejects.toThrow('it died');
    broken.mockRestore();
    await one.reconcile();
    await one.take([deleted(7_200, 'ci', { more: { recipientAccountId: '444455556666' } })]);
    expect(
      one.bus.told.filter(({ kind, role: of, events }) => kind === 'trust-risk' && of === role && events.length > 0),
    ).toMatchObject([{ title: expect.stringContaining('which admin deleted') }]);
  });
});
