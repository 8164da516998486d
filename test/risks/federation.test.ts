/** Good trust in identity providers stays quiet, and a hole is named once however the conditions are written. */
import { describe, expect, test } from 'vitest';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { allow, deny, policyOf } from '../../src/risks/example-policies.ts';
import { builtIn, oidc, oidcDeny, providerArn, saml } from '../../src/risks/example-providers.ts';
import { questionOf } from './questions.ts';

const issuer = 'token.actions.githubusercontent.com';
const aud = { aud: 'sts.amazonaws.com' };
const cluster = 'oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE1234567890';
const pool = 'us-east-1:3f5b9c1e-7d24-4a86-9b0f-2c6e8d1a5f73';
const main = 'repo:acme/app:ref:refs/heads/main';

const rulesOf = (...statements: readonly object[]) =>
  checkRisks(questionOf({ policy: policyOf(...statements) }), { fixes: false });

/** What a person would be told of: `medium` and above. */
const alarms = (...statements: readonly object[]) =>
  rulesOf(...statements)
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ rule, severity }) => `${rule}: ${severity}`);

describe('good trust raises no alarm', () => {
  const good: Readonly<Record<string, object>> = {
    'GitHub, repository and environment': oidc(issuer, {
      StringEquals: { ...aud, sub: 'repo:acme/app:environment:production' },
    }),
    'GitHub, repository and branch': oidc(issuer, { StringEquals: { ...aud, sub: main } }),
    'GitHub, the immutable form': oidc(issuer, {
      StringEquals: { ...aud, sub: 'repo:acme@1/app@2:ref:refs/heads/main' },
    }),
    'GitHub, by ids': oidc(issuer, {
      StringEquals: { ...aud, repository_owner_id: '1', repository_id: '2', ref: 'refs/heads/main' },
    }),
    'GitHub, a list': oidc(issuer, {
      StringEquals: aud,
      StringLike: { sub: [main, 'repo:acme/web:environment:production'] },
    }),
    'GitHub, protected branches of one folder': oidc(issuer, {
      StringEquals: aud,
      StringLike: { sub: 'repo:acme/app:ref:refs/heads/release/*' },
    }),
    'GitHub, one reusable workflow on one branch': oidc(issuer, {
      StringEquals: {
        ...aud,
        ref: 'refs/heads/main',
        job_workflow_ref: 'acme/wf/.github/workflows/deploy.yml@refs/heads/main',
      },
      StringLike: { sub: 'repo:acme/*' },
    }),
    'GitHub, the hole closed by a second operator': oidc(issuer, {
      StringLike: { sub: 'repo:*' },
      StringEquals: { ...aud, sub: main },
    }),
    'an EKS service account': oidc(cluster, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:api' } }),
    'Cognito, logged in': builtIn('cognito-identity.amazonaws.com', {
      StringEquals: { aud: pool },
      'ForAnyValue:StringLike': { amr: 'authenticated' },
    }),
    'HCP Terraform': oidc('app.terraform.io', {
      StringEquals: { aud: 'aws.workload.identity' },
      StringLike: { sub: 'organization:acme:project:web:workspace:prod:run_phase:*' },
    }),
    Buildkite: oidc('agent.buildkite.com', {
      StringEquals: aud,
      StringLike: { sub: 'organization:acme:pipeline:deploy:ref:refs/heads/main:*' },
    }),
    GitLab: oidc('gitlab.com', {
      StringEquals: { aud: 'https://gitlab.com', sub: 'project_path:acme/app:ref_type:branch:ref:main' },
    }),
    Google: builtIn('accounts.google.com', {
      StringEquals: { sub: '112233445566778899001', aud: '112233445566778899001' },
    }),
    Pulumi: oidc('api.pulumi.com/oidc', { StringEquals: { aud: 'aws:acme' } }),
    SAML: saml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } }),
  };
  test.for(Object.entries(good))('%s', ([, statement]) => {
    expect(alarms(statement)).toEqual([]);
  });
});

describe('a hole is named however it is written', () => {
  const open = { StringEquals: aud, StringLike: { sub: 'repo:*' } };
  const critical: Readonly<Record<string, readonly object[]>> = {
    'the key in capitals': [
      { ...oidc(issuer), Condition: { StringLike: { 'TOKEN.ACTIONS.GITHUBUSERCONTENT.COM:SUB': 'repo:*' } } },
    ],
    'under ForAnyValue': [oidc(issuer, { 'ForAnyValue:StringLike': { sub: ['repo:acme*:*'] } })],
    'under ForAllValues': [oidc(issuer, { 'ForAllValues:StringLike': { sub: 'repo:*' } })],
    'with every action': [{ ...oidc(issuer, open), Action: 'sts:*' }],
    'with NotAction': [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn(issuer) },
        NotAction: 'sts:TagSession',
        Condition: { StringLike: { [`${issuer}:sub`]: 'repo:*' } },
      },
    ],
    'a Deny for one stranger': [oidc(issuer, open), oidcDeny(issuer, { StringLike: { sub: 'repo:evil/*' } })],
    'a Deny of another action': [
      oidc(issuer, open),
      deny({ AWS: '*' }, { StringNotLike: { [`${issuer}:sub`]: main } }, 'sts:AssumeRole'),
    ],
    'the condition in another statement': [
      oidc(issuer, { StringEquals: aud }),
      oidc(issuer, { StringEquals: { ...aud, sub: main } }),
    ],
    'an id that a token need not have': [oidc(issuer, { ...open, StringEqualsIfExists: { enterprise_id: '1' } })],
    'a claim that AWS does not read': [oidc(issuer, { ...open, StringEqualsIfExists: { repository_owner: 'acme' } })],
    'another provider in the same statement': [
      {
        ...oidc(issuer),
        Principal: { Federated: [providerArn(issuer), providerArn('gitlab.com')] },
        Condition: { StringLikeIfExists: { [`${issuer}:sub`]: main } },
      },
    ],
    'a name with a wildcard before it': [oidc(issuer, { StringEquals: aud, StringLike: { sub: '*acme/app*' } })],
    'two patterns that both fit': [
      oidc(issuer, {
        StringEquals: aud,
        StringLike: { sub: 'repo:acme*' },
        StringLikeIfExists: { sub: '*:ref:refs/heads/main' },
      }),
    ],
  };
  test.for(Object.entries(critical))('%s', ([, statements]) => {
    expect(alarms(...statements).filter((alarm) => alarm.endsWith('critical'))).toHaveLength(1);
  });

  test.for([
    ['a Deny of everybody else', oidcDeny(issuer, { StringNotLike: { sub: main } })],
    [
      'a Deny for all principals',
      deny({ AWS: '*' }, { StringNotLike: { [`${issuer}:sub`]: main } }, 'sts:AssumeRoleWithWebIdentity'),
    ],
    [
      'a Deny by the id of the repository and by the branch',
      oidcDeny(issuer, { StringNotEquals: { repository_id: '2' } }),
      oidcDeny(issuer, { StringNotEquals: { ref: 'refs/heads/main' } }),
    ],
  ] as const)('%s closes it', ([, ...denies]) => {
    expect(alarms(oidc(issuer, open), ...denies)).toEqual([]);
  });

  test('a statement that nobody gets in by says so and nothing else', () => {
    const dead = allow(
      { Federated: providerArn(issuer) },
      { StringEquals: { [`${issuer}:repository_owner`]: 'acme' }, StringLike: { [`${issuer}:sub`]: 'repo:*' } },
    );
    expect(alarms(dead)).toEqual(['oidc-unsupported-claim: medium']);
  });
});
