/** A rule's sentence says no more, and nothing else, than what the evaluation of the policy says. */
import { describe, expect, test } from 'vitest';
import { riskRuleById } from '../../src/risks/catalogue.ts';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { allow, policyOf } from '../../src/risks/example-policies.ts';
import { providerArn } from '../../src/risks/example-providers.ts';
import { riskContext } from '../../src/risks/risk-context.ts';
import type { RiskHit } from '../../src/risks/risk-rule.ts';
import { questionOf } from './questions.ts';

function hitsOf(id: string, policy: object, more: object = {}): readonly RiskHit[] {
  const rule = riskRuleById(id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule.check(riskContext(questionOf({ policy, ...more })));
}

/** Every way to write a comparison of one type. */
function operators(...bases: readonly string[]): readonly string[] {
  return ['', 'ForAnyValue:', 'ForAllValues:'].flatMap((set) =>
    bases.flatMap((base) => ['', 'IfExists'].map((end) => `${set}${base}${end}`)),
  );
}

const texts = operators('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringNotEqualsIgnoreCase');

describe('what is said of a condition on a key that no such caller brings', () => {
  const cases: readonly (readonly [string, object, string, readonly string[], string])[] = [
    ['source-guard-on-non-service', { AWS: '111122223333' }, 'aws:SourceAccount', texts, '111122223333'],
    ['service-org-guard-invalid', { Service: 'sns.amazonaws.com' }, 'aws:PrincipalOrgPaths', texts, 'o-own1234567/'],
    [
      'external-id-on-unsupported-caller',
      { Federated: providerArn('token.actions.githubusercontent.com') },
      'sts:ExternalId',
      texts,
      'b7e2f1c4-8a3d-4d56',
    ],
    [
      'mfa-on-nonhuman',
      { Service: 'sns.amazonaws.com' },
      'aws:MultiFactorAuthAge',
      operators('NumericLessThan', 'NumericNotEquals'),
      '3600',
    ],
  ];

  test.for(cases)('%s', ([id, principal, key, ways, value]) => {
    for (const operator of ways) {
      // AWS does not settle what `IfExists` under `ForAnyValue` means.
      if (/^ForAnyValue:.*IfExists$/.test(operator)) continue;
      const policy = policyOf(allow(principal, { [operator]: { [key]: value } }));
      const [hit, ...others] = hitsOf(id, policy);
      expect(others).toEqual([]);
      const context = riskContext(questionOf({ policy }));
      const letsIn = context.allows.every((statement) => context.alive(statement));
      expect(`${operator}: ${hit?.message}`).toMatch(letsIn ? /keeps nobody out\.$/ : /(?:never met|shuts .* out)\.$/);
    }
  });
});

describe('nobody is said to get in whom a condition keeps out', () => {
  const star = { AWS: '*' };
  const tag = { 'aws:PrincipalTag/team': 'ops' };
  const ip = { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } };
  const tls = { Bool: { 'aws:SecureTransport': 'true' } };
  const organization = (id: string) => ({ StringEquals: { 'aws:PrincipalOrgID': id } });

  test.for([
    [
      'public-principal-foreign-org',
      allow(star, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345', ...tag } }),
      'Principals of organization `o-foreign12345`, which is not registered as ours, can assume this role.',
    ],
    [
      'public-principal-foreign-org',
      allow(star, { ...organization('o-foreign12345'), ...tls }),
      'Every principal of organization `o-foreign12345`, which is not registered as ours, can assume this role.',
    ],
    [
      'public-principal-org-wide',
      allow(star, { ...organization('o-own1234567'), ...ip }),
      'Every principal of every account of the organization that meets the other conditions can assume this role.',
    ],
    [
      'public-principal-org-wide',
      allow(star, { ...organization('o-own1234567'), ...tls }),
      'Every principal of every account of the organization can assume this role.',
    ],
    [
      'home-account-root-delegation',
      allow({ AWS: '111122223333' }, ip),
      'Every user and role of account 111122223333 that meets the conditions and that an identity-based policy allows can assume this role.',
    ],
    [
      'home-account-root-delegation',
      allow(star, { StringEquals: { 'aws:PrincipalAccount': '111122223333' }, ...ip }),
      'Every user and role of account 111122223333 that meets the conditions can assume this role, without any identity-based policy.',
    ],
    [
      'external-account-root-delegation',
      allow({ AWS: '999999999999' }, { StringEquals: tag }),
      'Every user and role of account 999999999999 that its administrators allow can assume this role, where it meets the other conditions.',
    ],
  ] as const)('%s: %j', ([id, statement, message]) => {
    expect(hitsOf(id, policyOf(statement)).map((hit) => hit.message)).toEqual([message]);
  });
});

describe('what is said of one session', () => {
  const session = 'arn:aws:sts::111122223333:assumed-role/ci/build-17';

  test.for([
    [{ AWS: session }, 'Only the session named `build-17` of role `ci` is trusted; any other name is refused.'],
    [
      { AWS: [session, 'arn:aws:iam::111122223333:role/ci'] },
      'Of role `ci` the session named `build-17` is trusted by its name, beside whoever else of the account is.',
    ],
    [
      { AWS: [session, '111122223333'] },
      'Of role `ci` the session named `build-17` is trusted by its name, beside whoever else of the account is.',
    ],
    [
      { AWS: [session, '444455556666'] },
      'Only the session named `build-17` of role `ci` is trusted; any other name is refused.',
    ],
  ] as const)('%j', ([principal, message]) => {
    const hits = hitsOf('session-principal-dead-or-brittle', policyOf(allow(principal)));
    expect(hits.map((hit) => hit.message)).toEqual([message]);
  });

  test('actions that are missing are counted in the verb', () => {
    const policy = policyOf(allow({ Service: 'pods.eks.amazonaws.com' }, undefined, 'sts:SetContext'));
    expect(hitsOf('pod-identity-missing-tagsession', policy).map((hit) => hit.message)).toEqual([
      'EKS Pod Identity cannot use this role: `sts:AssumeRole` and `sts:TagSession` are not allowed to it.',
    ]);
  });
});

test('who asks strangers for an external ID means a vendor, whom no repair holds to the own organization', () => {
  const vendor = allow({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } });
  const found = checkRisks(questionOf({ policy: policyOf(vendor) }));
  expect(found.map(({ rule, fix }) => [rule, fix])).toEqual([['public-principal-external-id-only', null]]);
});
