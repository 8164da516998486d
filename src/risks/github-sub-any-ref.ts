/** Can a workflow on any branch and any tag of the repository assume the role? */
import { github, policyOf } from './example-policies.ts';
import { oidcDeny } from './example-providers.ts';
import { githubIssuer, githubTrusts, subjectValues } from './github-subject.ts';
import { anyBranchGetsIn, anyEnvironmentGetsIn, anyTagGetsIn, foreignOrganizationGetsIn } from './github-workflows.ts';
import { hasWildcard } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubAnyRef = defineRiskRule({
  id: 'github-sub-any-ref',
  title: 'Any branch and tag of the repository can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'Whoever may push a branch to the repository can change the workflow there and assume the role, without anybody’s review.',
  remedy: 'Require one branch, `repo:ORG/REPO:ref:refs/heads/main`, or an environment with protection rules.',
  references: [
    'IAM User Guide, "Access Analyzer policy check reference", specific GitHub repository and branch',
    'GitHub Docs, "OpenID Connect reference"',
  ],
  folds: [
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
    'oidc-audience-generic',
  ],
  fires: [
    { name: 'anything behind the repository', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    { name: 'any ref', policy: policyOf(github({ sub: 'repo:acme/app:ref:*' })) },
    { name: 'the immutable form', policy: policyOf(github({ sub: 'repo:acme@123/app@456:*' })) },
    {
      name: 'any environment, which a workflow makes by naming it',
      policy: policyOf(github({ sub: 'repo:acme/app:environment:*' })),
    },
    {
      name: 'the repository by its id and nothing else',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', repository_id: '456' })),
    },
    {
      name: 'the role is privileged',
      policy: policyOf(github({ sub: 'repo:acme/app:*' })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'high',
    },
  ],
  silent: [
    { name: 'one branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    { name: 'one environment', policy: policyOf(github({ sub: 'repo:acme/app:environment:production' })) },
    {
      name: 'the branch by its own claim',
      policy: policyOf(github({ sub: 'repo:acme/app:*' }, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' })),
    },
    {
      name: 'the environment by its own claim',
      policy: policyOf(github({ sub: 'repo:acme/app:*' }, { aud: 'sts.amazonaws.com', environment: 'production' })),
    },
    {
      name: 'one reusable workflow at one ref',
      policy: policyOf(
        github({
          sub: 'repo:acme/app:*',
          job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main',
        }),
      ),
    },
    {
      name: 'a Deny keeps out all but one branch',
      policy: policyOf(
        github({ sub: 'repo:acme/app:*' }),
        oidcDeny(githubIssuer, { StringNotEquals: { ref: 'refs/heads/main' } }),
      ),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      if (foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      const anyRef = anyBranchGetsIn(context, trust) && anyTagGetsIn(context, trust);
      if (!anyRef && !anyEnvironmentGetsIn(context, trust)) return [];
      const value = subjectValues(trust).find(({ text, pattern }) => pattern && hasWildcard(text));
      return [
        {
          pointer: value?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          severity: context.raised('medium'),
          message: `A workflow on any branch or tag can assume this role${value === undefined ? '' : `: \`${value.text}\` fits them all`}.`,
        },
      ];
    }),
});
