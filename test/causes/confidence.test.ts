/** How sure is explain, by what it was given: the version in force or a later one, the message, the caller's side? */
import { describe, expect, test } from 'vitest';
import type { DenialEvidence } from '../../src/causes/evidence.ts';
import {
  byRole,
  byUser,
  deployRole,
  policyOf,
  refusal,
  role,
  statement,
  trusting,
  user,
} from '../../src/causes/example-cases.ts';
import { explain } from '../../src/causes/explain.ts';
import { evidenceOf, policyFrom } from './run-example.ts';

const asks = trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });
const wrong = trusting('444455556667');

function answer(event: object, policy: object | undefined, more: Partial<DenialEvidence> = {}) {
  return explain({ ...evidenceOf({ name: '', event, ...(policy === undefined ? {} : { policy }) }), ...more });
}
const told = (event: object, policy: object | undefined, more: Partial<DenialEvidence> = {}) =>
  answer(event, policy, more).causes.map(({ cause, confidence }) => `${cause} ${confidence}`);
const known = (policy: object, as: 'in-force' | 'now' = 'in-force') => ({
  policy: policyFrom(policy),
  as,
  from: 'GetRole',
});

describe('the version of the policy', () => {
  test('read later it makes nothing more than likely', () => {
    expect(told(byUser(null), undefined, { policy: known(wrong, 'now') })).toEqual(['wrong-account likely']);
    expect(told(byUser(null), undefined, { role: { as: 'now', arn: `${role}x` } })).toEqual(['role-not-found likely']);
  });

  test('changed after the call it is another', () => {
    const changed = { policyChangedAt: '2026-03-01T12:00:00Z' };
    expect(told(byUser(null), wrong, changed)).toEqual(['wrong-account likely']);
    const { causes, unknown } = answer(byUser(null), trusting(user), changed);
    expect(causes.every(({ confidence }) => confidence === 'possible')).toBe(true);
    expect(unknown.map(({ need }) => need)).toContain('the trust policy in force at the time of the call');
  });

  test('changed a minute before the old one may have answered, unless it would have let the call in', () => {
    const changed = { policyChangedAt: '2026-03-01T09:59:00Z' };
    expect(told(byUser(), asks, changed)).toEqual(['external-id-missing likely']);
    expect(told(byUser(), asks, { ...changed, previousPolicy: known(trusting(user)) })).toEqual([
      'external-id-missing proved',
    ]);
    expect(told(byUser(), asks, { ...changed, previousPolicy: known(wrong) })).toEqual(['external-id-missing likely']);
    expect(told(byUser(), asks, { policyChangedAt: '2026-03-01T09:00:00Z' })).toEqual(['external-id-missing proved']);
  });

  test('what the version before did stands in the evidence', () => {
    const details = (previous: object) =>
      answer(byUser(), asks, { previousPolicy: known(previous) })
        .causes[0]?.evidence.map(({ source, detail }) => `${source}: ${detail}`)
        .join('|');
    expect(details(trusting(user))).toContain('previous-policy: the version before (GetRole) allows this call');
    expect(details(wrong)).toContain('denies this call as well');
  });
});

describe('the message', () => {
  const saying = (ending: string) => byUser(null, { errorMessage: refusal(ending) });

  test('that names the trust policy against a version that allows the call blames no part of it', () => {
    for (const ending of [
      'because no role trust policy allows the sts:AssumeRole action',
      'with an explicit deny in the role trust policy',
      'because no resource-based policy allows the sts:AssumeRole action',
    ])
      expect(told(saying(ending), trusting(user))).toEqual(['recently-changed possible']);
  });

  test('that names a Deny against a version without one proves nothing of it', () => {
    expect(told(saying('with an explicit deny in the role trust policy'), wrong)).toEqual(['wrong-account possible']);
  });

  test('that names another kind of policy goes first, and what is proved of the trust policy stands behind it', () => {
    const scp = 'with an explicit deny in a service control policy';
    expect(told(saying(scp), wrong)).toEqual(['service-control-policy proved', 'wrong-account proved']);
    expect(told(saying(scp), asks)).toEqual(['service-control-policy proved']);
    expect(told(saying(scp), trusting(user))).toEqual(['service-control-policy proved']);
  });

  test('that names the action says which of them was refused', () => {
    const tags = byUser(null, { errorMessage: refusal('', user, 'sts:TagSession') });
    expect(told(tags, trusting(user))).toEqual(['tag-session-not-allowed proved']);
    // That the assume call itself hangs on what is not known is no news: it was let through.
    expect(told(tags, asks)).toEqual(['tag-session-not-allowed proved', 'external-id-missing possible']);
    expect(
      told(
        tags,
        trusting(user, { StringEquals: { 'aws:RequestTag/team': 'red' } }, ['sts:AssumeRole', 'sts:TagSession']),
      ),
    ).toEqual(['session-tags likely', 'identity-policy-no-allow possible']);
    expect(
      told(
        byUser({ sourceIdentity: 'bob' }, { errorMessage: refusal('', user, 'sts:SetSourceIdentity') }),
        policyOf(
          statement('Allow', user),
          statement('Allow', user, { StringEquals: { 'sts:SourceIdentity': 'ana' } }, 'sts:SetSourceIdentity'),
        ),
      ),
    ).toEqual(['source-identity proved']);
  });
});

describe("the caller's side", () => {
  const none = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const some = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role }] };
  const open = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:*',
        Resource: '*',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
    ],
  };

  test('is named beside what the trust policy denies, from another account', () => {
    expect(told(byUser(null), wrong, { callerPolicies: [none] })).toEqual([
      'wrong-account proved',
      'identity-policy-no-allow likely',
    ]);
    expect(told(byUser(null), wrong, { callerPolicies: [some] })).toEqual(['wrong-account proved']);
  });

  test('is ruled out where a policy given allows the call', () => {
    const { causes, ruledOut } = answer(byUser(null), trusting(user), { callerPolicies: [none, some] });
    expect(causes.map(({ cause }) => cause)).not.toContain('identity-policy-no-allow');
    expect(ruledOut.map(({ cause }) => cause)).toContain('identity-policy-no-allow');
  });

  test('an Allow under a condition settles nothing', () => {
    expect(told(byUser(null), trusting(user), { callerPolicies: [open] })).toEqual(['identity-policy-no-allow likely']);
  });

  test('in the same account a principal named directly needs no policy of its own', () => {
    const here = { roleArn: 'arn:aws:iam::444455556666:role/target' };
    const event = byUser(here, { errorMessage: refusal().replace('111122223333', '444455556666') });
    expect(told(event, trusting(user))).not.toContain('identity-policy-no-allow likely');
    expect(told(event, trusting('444455556666'))).toEqual(['identity-policy-no-allow likely']);
    expect(told(byRole(here), trusting(deployRole)).some((one) => one.startsWith('identity-policy-no-allow'))).toBe(
      false,
    );
  });
});

test('what is met is ruled out with its reason', () => {
  const policy = trusting('444455556666', {
    StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' },
    IpAddress: { 'aws:SourceIp': '52.94.0.0/16' },
    DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
    Bool: { 'aws:MultiFactorAuthPresent': 'true' },
  });
  const { causes, ruledOut } = answer(byUser({ externalId: 'acme-4711-xyz', durationSeconds: 900 }), policy, {
    role: { as: 'in-force', arn: role, maxSessionDuration: 3600 },
  });
  expect(causes.map(({ cause }) => cause)).toEqual(['mfa-missing']);
  expect(ruledOut.map(({ cause }) => cause)).toEqual(
    expect.arrayContaining([
      'wrong-account',
      'principal-missing',
      'external-id-missing',
      'external-id-mismatch',
      'source-ip',
      'time-window',
      'explicit-deny',
      'duration-exceeds-role-maximum',
      'role-not-found',
      'tag-session-not-allowed',
    ]),
  );
  expect(JSON.stringify(ruledOut)).not.toContain('acme-4711-xyz');
});

test('the evidence names the place in the policy and the one in the record', () => {
  const policy = trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });
  const { causes } = answer(byUser({ externalId: 'other-0815-abc' }), policy);
  expect(causes.map(({ evidence }) => evidence.map(({ source, pointer }) => `${source} ${pointer}`))).toEqual([
    ['trust-policy /Statement/0/Principal/AWS', 'event /userIdentity/arn'],
    ['trust-policy /Statement/0/Condition/StringEquals/sts:ExternalId', 'event /requestParameters/externalId'],
  ]);
  expect(JSON.stringify(causes)).not.toMatch(/acme-4711|other-0815/);
});
