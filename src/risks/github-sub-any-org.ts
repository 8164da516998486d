/** Does the check of the GitHub subject let workflows of other organizations pass? */
import { github, policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { githubIssuer, githubTrusts } from './github-subject.ts';
import { foreignWay } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubAnyOrg = defineRiskRule({
  id: 'github-sub-any-org',
  title: 'Workflows of any GitHub organization can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'The pattern for `sub` fits repositories of organizations that are not meant. Anybody can create an organization or a repository with a fitting name in a minute and assume the role from a workflow there.',
  remedy: 'Write the organization and the repository out, up to the colon behind them: `repo:ORG/REPO:`.',
  references: [
    'GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
    'IAM User Guide, "Configuring a role for GitHub OIDC identity provider"',
  ],
  folds: [
    'oidc-no-condition',
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'github-ref-without-repo',
    'github-actor-only',
    'github-sub-org-wide',
    'github-sub-repo-prefix',
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
    'github-immutable-wildcard-id',
    'github-job-workflow-any-ref',
  ],
  fires: [
    { name: 'any subject', policy: policyOf(github({ sub: '*' })) },
    { name: 'any repository', policy: policyOf(github({ sub: 'repo:*' })) },
    { name: 'a repository of that name in any organization', policy: policyOf(github({ sub: 'repo:*/app:*' })) },
    {
      name: 'no slash behind the organization, so that acme-evil fits',
      policy: policyOf(github({ sub: 'repo:acme*' })),
    },
    { name: 'a prefix of the organization', policy: policyOf(github({ sub: 'repo:acme-*/app:ref:refs/heads/main' })) },
    { name: 'one more letter', policy: policyOf(github({ sub: 'repo:acme?/app:*' })) },
    { name: 'the name anywhere', policy: policyOf(github({ sub: '*acme/app*' })) },
    {
      name: 'the own issuer of an enterprise',
      policy: policyOf(oidc('token.actions.githubusercontent.com/acme-inc', { StringLike: { sub: 'repo:*' } })),
      severity: 'high',
    },
    { name: 'the main branch of whatever repository', policy: policyOf(github({ sub: 'repo:*:ref:refs/heads/main' })) },
    { name: 'a prefix, and the main branch', policy: policyOf(github({ sub: 'repo:acme*:ref:refs/heads/main' })) },
    { name: 'any main branch', policy: policyOf(github({ sub: '*:ref:refs/heads/main' })) },
    { name: 'the id of an owner of any name', policy: policyOf(github({ sub: 'repo:*@123456/app:*' })) },
    { name: 'a customised subject that names nobody', policy: policyOf(github({ sub: 'environment:production' })) },
    { name: 'one bad value beside a good one', policy: policyOf(github({ sub: ['repo:acme/app:*', 'repo:acme*:*'] })) },
  ],
  silent: [
    { name: 'the repository and the branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    { name: 'the organization with its slash', policy: policyOf(github({ sub: 'repo:acme/*' })) },
    { name: 'the immutable form', policy: policyOf(github({ sub: 'repo:acme@123/app@456:*' })) },
    {
      name: 'the owner is held by its id',
      policy: policyOf(github({ sub: 'repo:*' }, { aud: 'sts.amazonaws.com', repository_owner_id: '123456' })),
    },
    {
      name: 'the repository is held by its id',
      policy: policyOf(github({ sub: '*:ref:refs/heads/main' }, { aud: 'sts.amazonaws.com', repository_id: '456' })),
    },
    {
      name: 'the workflow is one of our own organization',
      policy: policyOf(
        github({ sub: 'repo:*', job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main' }),
      ),
    },
    {
      name: 'a Deny keeps out all but our organization',
      policy: policyOf(github({ sub: 'repo:*' }), oidcDeny(githubIssuer, { StringNotLike: { sub: 'repo:acme/*' } })),
    },
    {
      name: 'two conditions, of which one names the organization',
      policy: policyOf({
        ...github({ sub: 'repo:*' }),
        Condition: {
          StringLike: { [`${githubIssuer}:sub`]: '*:ref:refs/heads/main' },
          StringLikeIfExists: { [`${githubIssuer}:sub`]: 'repo:acme/*' },
        },
      }),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const found = foreignWay(context, trust);
      if (found?.way !== 'sub pattern') return [];
      return [
        {
          pointer: found.pointer,
          statement: trust.statement.index,
          ...(trust.issuer?.shared === false ? { severity: 'high' as const } : {}),
          message: `Workflows of organizations that are not meant can assume this role: \`${found.text}\` fits their subjects.`,
        },
      ];
    }),
});
