/** A change of a role's trust: what it says of access and risk, what is claimed of versions that were not seen, and how it is undone. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { created, deleted, denied, document, home, iam, role, service, updated } from './service.ts';

const ci = 'arn:aws:iam::444455556666:role/ci';
const external = { StringEquals: { 'sts:ExternalId': 'correct-horse-battery' } };

async function changes(records: readonly CloudTrailRecord[], configure?: unknown): Promise<readonly Finding[]> {
  const one = service(configure === undefined ? {} : { configure });
  await one.take(records);
  return one.findings().filter(({ kind }) => kind === 'trust-change');
}

async function lastChange(records: readonly CloudTrailRecord[], configure?: unknown): Promise<Finding> {
  const last = (await changes(records, configure)).at(-1);
  if (last === undefined) throw new Error('no finding');
  return last;
}

describe('a changed trust policy', () => {
  test('says who gained, with its witness, its severity, its undo and its links', async () => {
    const change = updated(60, document('999999999999'));
    const finding = await lastChange([created(0, document(`arn:aws:iam::${home}:root`)), change]);
    expect(finding).toMatchObject({
      schema: 'trusttrail/finding/1',
      revision: 1,
      severity: 'high',
      role,
      account: home,
      region: 'us-east-1',
      actor: {
        arn: `arn:aws:iam::${home}:user/admin`,
        type: 'IAMUser',
        sourceIp: '203.0.113.24',
        userAgent: 'aws-cli/2.33.27',
      },
      events: [change.eventId],
      change: { verdict: 'incomparable', previousFrom: 'store' },
      links: {
        event: `https://console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/${change.eventId}`,
        role: 'https://console.aws.amazon.com/iam/home#/roles/details/deploy',
      },
    });
    expect(finding.change?.gained[0]?.witness.principal).toContain('999999999999');
    expect(finding.risks?.map(({ rule }) => rule)).toContain('external-account-unknown-added');
    expect(finding.rollback?.commands).toHaveLength(1);
  });

  test('undo puts back the very document, through a real shell', async () => {
    const before = document(ci, { StringLike: { 'aws:PrincipalTag/team': 'it\'s $HOME `id` \\ "x"' } });
    const [command = ''] =
      (await lastChange([created(0, before), updated(60, document('999999999999'))])).rollback?.commands ?? [];
    const printed = execFileSync('sh', ['-c', `aws() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' });
    const words = printed.trimEnd().split('\n');
    expect(words.slice(0, 4)).toEqual(['iam', 'update-assume-role-policy', '--role-name', 'deploy']);
    expect(JSON.parse(words.slice(5).join('\n'))).toEqual(JSON.parse(before));
  });

  test('undo of a document with signs that steer a terminal is plain text that every shell reads', async () => {
    const before = document(ci, { StringLike: { 'aws:PrincipalTag/team': 'left\u202eright\u200b naïve \t\u{e0041}' } });
    const [command = ''] =
      (await lastChange([created(0, before), updated(60, document('999999999999'))])).rollback?.commands ?? [];
    expect(command).toMatch(/^[ -~]+$/);
    expect(command).not.toContain('$');
    const printed = execFileSync('sh', ['-c', `aws() { printf '%s\n' "$6"; }; ${command}`], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(JSON.parse(before));
  });

  test('never shows an external ID, and its undo takes the document from a file', async () => {
    const finding = await lastChange([
      created(0, document('777788889999', external)),
      updated(60, document('777788889999')),
    ]);
    expect(JSON.stringify(finding)).not.toContain('correct-horse');
    expect(JSON.stringify(finding)).toContain('co… (21 characters)');
    expect(finding.rollback?.commands).toEqual([
      `trusttrail who ${role} --at 2026-03-09T14:00:59Z lookup: --format policy > trust-policy.json`,
      'aws iam update-assume-role-policy --role-name deploy --policy-document file://trust-policy.json',
    ]);
    expect(finding.risks?.map(({ rule }) => rule)).toContain('external-id-guard-removed');
  });

  test('of which the version before is not known claims nobody gained, and lists who can assume the role', async () => {
    const finding = await lastChange([updated(0, document('999999999999'))]);
    expect(finding.change).toMatchObject({ verdict: 'undecided', gained: [], lost: [], previousFrom: 'unknown' });
    expect(finding.change?.allowed?.[0]?.witness.principal).toContain('999999999999');
    expect(finding.change).not.toHaveProperty('previous');
    expect(finding).not.toHaveProperty('rollback');
  });

  test('is told anew when the version before comes late', async () => {
    const one = service();
    const change = updated(60, document('999999999999'));
    await one.take([change]);
    await one.take([created(0, document(ci))]);
    const revisions = one.bus.told.filter(({ events }) => events[0] === change.eventId);
    expect(revisions.map(({ revision, change: detail }) => [revision, detail?.verdict])).toEqual([
      [1, 'undecided'],
      [2, 'incomparable'],
    ]);
    expect(new Set(revisions.map(({ id }) => id)).size).toBe(1);
  });

  test('between two known versions re-derives both neighbours', async () => {
    const one = service();
    const first = created(0, document(ci));
    const last = updated(120, document([ci, `${ci}2`]));
    await one.take([first, last]);
    expect(one.findings().at(-1)?.change?.verdict).toBe('broader');
    const between = updated(60, document([ci, `${ci}2`, `${ci}3`]));
    await one.take([between]);
    expect(one.findings().map(({ change, revision }) => [change?.verdict, revision])).toEqual([
      ['broader', 1],
      ['broader', 1],
      ['narrower', 2],
    ]);
  });

  test('that says the same is no news', async () => {
    const same = await lastChange([created(0, document(ci)), updated(60, document(ci))]);
    expect(same).toMatchObject({
      severity: 'info',
      title: 'The trust policy of deploy was saved unchanged',
      change: { verdict: 'equivalent' },
    });
  });

  test('offers no undo that opens a door again', async () => {
    const finding = await lastChange([created(0, document('*')), updated(60, document(ci))]);
    expect(finding).not.toHaveProperty('rollback');
    expect(finding.notes?.join()).toContain('public-principal-unconditional');
  });

  test('whose document the event does not show claims nothing', async () => {
    const finding = await lastChange([
      created(0, document(ci)),
      iam('UpdateAssumeRolePolicy', 60, { roleName: 'deploy' }),
    ]);
    expect(finding.change).toMatchObject({ verdict: 'undecided', gained: [], lost: [] });
    expect(finding.change?.undecided).toHaveLength(1);
  });
});

describe('the other changes of a role', () => {
  test('a new role that trusts its own account is no news, one that trusts a stranger is', async () => {
    const [own, foreign] = await changes([
      created(0, document(`arn:aws:iam::${home}:role/x`), 'own'),
      created(1, document('999999999999'), 'foreign'),
    ]);
    expect(own?.severity).toBe('info');
    expect(own).not.toHaveProperty('risks');
    expect(foreign?.severity).toBe('high');
    expect(foreign?.change).toMatchObject({ verdict: 'broader', lost: [], previousFrom: 'store' });
  });

  test('a deleted role lets nobody in any more, whatever it was before', async () => {
    expect((await lastChange([created(0, document(ci)), deleted(60)])).change).toMatchObject({
      verdict: 'narrower',
      previousFrom: 'store',
    });
    expect((await lastChange([deleted(60)])).change).toMatchObject({
      verdict: 'narrower',
      lost: [],
      previousFrom: 'unknown',
    });
  });

  test('a longer session is told in hours, with the command that undoes it', async () => {
    const finding = await lastChange([
      created(0, document(ci)),
      iam('UpdateRole', 60, { roleName: 'deploy', maxSessionDuration: 43_200 }),
    ]);
    expect(finding.title).toBe('Sessions of deploy may now last 12 hours, before 1 hour');
    expect(finding.change?.verdict).toBe('equivalent');
    expect(finding.rollback?.commands).toEqual(['aws iam update-role --role-name deploy --max-session-duration 3600']);
  });

  test('a role created again is compared with nothing, not with the one of old', async () => {
    const finding = await lastChange([created(0, document(ci)), deleted(60), created(120, document(ci))]);
    expect(finding.change).toMatchObject({ verdict: 'broader' });
  });

  test.for([
    ['changed', updated(120, document(ci))],
    ['deleted', deleted(120)],
  ] as const)('a role %s though it was deleted was made anew, nobody knows how', async ([, last]) => {
    const finding = await lastChange([created(0, document(ci)), deleted(60), last]);
    expect(finding.events).toEqual([last.eventId]);
    expect(finding.change?.previousFrom).toBe('unknown');
  });
});

describe('a change that IAM did not make', () => {
  const titled = async (errorCode: string, errorMessage: string) => {
    const one = service();
    await one.take([updated(0, document(ci), 'deploy', { more: { errorCode, errorMessage } })]);
    return one.findings()[0];
  };

  test.each([
    [
      'ThrottlingException',
      'Rate exceeded',
      'admin could not change the trust policy of deploy: AWS throttled the call',
    ],
    ['ServiceFailure', 'x', 'admin could not change the trust policy of deploy: AWS failed to answer the call'],
    [
      'LimitExceededException',
      'Cannot exceed quota for ACLSizePerRole: 2048',
      'IAM refused to change the trust policy of deploy: LimitExceededException: Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'NoSuchEntityException',
      'The role with name deploy cannot be found.',
      'IAM refused to change the trust policy of deploy: there is no role `deploy` in the account, so that no trust policy was changed',
    ],
    [
      'InvalidClientTokenId',
      'x',
      'IAM refused to change the trust policy of deploy: AWS does not take the credentials that signed the call',
    ],
  ])('says what came of it: %s', async (code, message, title) => {
    expect((await titled(code, message))?.title).toBe(title);
  });

  test('for being throttled is no refusal', async () => {
    const found = await titled('Throttling', 'Rate exceeded');
    expect(found).toMatchObject({ kind: 'trust-change-failed', severity: 'info' });
    expect(found).not.toHaveProperty('causes');
    expect(found?.notes?.[0]).toContain('nothing was changed. Make the change again.');
  });
});

describe('a change that IAM refused', () => {
  test('says what was wrong with the document, and changes nothing else', async () => {
    const one = service();
    const refused = { errorCode: 'MalformedPolicyDocumentException', errorMessage: 'Has prohibited field Resource' };
    const document1 = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ci }, Action: 'sts:AssumeRole', Resource: '*' }],
    });
    await one.take([
      created(0, document(ci)),
      updated(60, document1, 'deploy', { more: refused }),
      updated(120, document(ci)),
    ]);
    const [, failed, after] = one.findings();
    expect(failed).toMatchObject({ kind: 'trust-change-failed', cause: 'malformed-trust-policy' });
    expect(failed?.title).toContain('Resource');
    expect(failed).not.toHaveProperty('change');
    expect(after?.change?.verdict).toBe('equivalent');
    expect(one.people.told).toEqual([]);
  });

  test('for want of permission says so', async () => {
    const one = service();
    await one.take([
      updated(0, document('*'), 'deploy', {
        more: { errorCode: 'AccessDenied', errorMessage: 'User is not authorized' },
      }),
    ]);
    expect(one.findings()).toMatchObject([
      { kind: 'trust-change-failed', title: 'admin was not allowed to change the trust policy of deploy' },
    ]);
  });
});

describe('what is sent to people', () => {
  const narrower = [created(0, document([ci, `${ci}2`])), updated(60, document(ci))];
  const told = async (records: readonly CloudTrailRecord[], configure?: object) => {
    const one = service({ configure: { accounts: [home, '444455556666'], ...configure } });
    await one.take(records);
    return one.people.told.map(({ kind, events }) => [kind, events[0]]);
  };

  test('a change that grants access', async () => {
    const change = updated(60, document([ci, `${ci}2`]));
    expect(await told([created(0, document(ci)), change])).toEqual([['trust-change', change.eventId]]);
  });

  test('not one that only takes access away', async () => {
    expect(await told(narrower)).toEqual([]);
  });

  test('every change of a role that is watched, past the severity of a route', async () => {
    expect(
      await told(narrower, { watch: ['arn:aws:iam::*:role/dep*'], routes: [{ channel: 'sns', severity: 'critical' }] }),
    ).toHaveLength(2);
  });

  test('not what its owner has accepted, as long as that holds', async () => {
    const change = [created(0, document(ci)), updated(60, document([ci, '999999999999']))];
    const accept = (until: string) => ({
      accept: [
        'external-account-unknown-added',
        'third-party-missing-external-id',
        'external-account-root-delegation',
      ].map((rule) => ({ rule, role: '*', reason: 'agreed', until })),
    });
    expect(await told(change)).toHaveLength(1);
    expect(await told(change, accept('2026-03-09'))).toHaveLength(0);
    expect(await told(change, accept('2026-03-08'))).toHaveLength(1);
  });

  test('by severity and account, where a route says so', async () => {
    const change = [created(0, document(ci)), updated(60, document([ci, '999999999999']))];
    const route = (rest: object) => ({ routes: [{ channel: 'sns', ...rest }] });
    expect(await told(change, route({ severity: 'high' }))).toHaveLength(1);
    expect(await told(change, route({ severity: 'critical' }))).toHaveLength(0);
    expect(await told(change, route({ accounts: [home] }))).toHaveLength(1);
    expect(await told(change, route({ accounts: ['444455556666'] }))).toHaveLength(0);
    expect(await told(change, route({ kinds: ['denial-spike'] }))).toHaveLength(0);
    expect(await told(change, { routes: [{ channel: 'other', severity: 'critical' }] })).toHaveLength(1);
  });

  test('a severity of the configuration counts', async () => {
    const one = service({ configure: { severity: { 'external-account-unknown-added': 'critical' } } });
    await one.take([created(0, document(`arn:aws:iam::${home}:role/x`)), updated(60, document('999999999999'))]);
    expect(one.findings().at(-1)?.severity).toBe('critical');
  });
});

describe('a principal that a policy names', () => {
  const elsewhere = { more: { recipientAccountId: '444455556666' } };
  const goes = iam('DeleteRole', 60, { roleName: 'ci' }, elsewhere);
  const comes = iam('CreateRole', 120, { roleName: 'ci', assumeRolePolicyDocument: document(home) }, elsewhere);

  test('and that is deleted and made anew is told of at the roles that trust it', async () => {
    const one = service();
    await one.take([created(0, document(ci)), created(1, document(`${ci}2`), 'unconcerned')]);
    await one.take([goes, comes]);
    const risks = one.findings().filter(({ kind }) => kind === 'trust-risk');
    expect(risks.map(({ role: of, events, severity }) => [of, events[0], severity])).toEqual([
      [role, goes.eventId, 'low'],
      [role, comes.eventId, 'medium'],
    ]);
  });

  test('is no matter where the policy no longer named it', async () => {
    const one = service();
    await one.take([created(0, document(ci)), updated(30, document(`${ci}2`)), goes, comes]);
    expect(one.findings().some(({ kind }) => kind === 'trust-risk')).toBe(false);
  });

  test('of the calls that fail then, it is among what is known', async () => {
    const one = service();
    await one.take([created(0, document(ci)), goes, comes, denied(600)]);
    const denial = one.findings().find(({ kind }) => kind === 'denial');
    expect(denial?.causes?.map(({ cause }) => cause)).toContain('principal-recreated');
  });
});
