/** Can every repository of the GitHub organization assume the role? */
import { github, policyOf } from './example-policies.ts';
import { oidcDeny } from './example-providers.ts';
import { githubIssuer, githubTrusts, subjectValues } from './github-subject.ts';
import { anyRepositoryGetsIn, foreignOrganizationGetsIn } from './github-workflows.ts';
import { hasWildcard } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubOrgWide = defineRiskRule({
  id: 'github-sub-org-wide',
  title: 'Every repository of the GitHub organization can assume the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever can write to any repository of the organization, or create one, can run a workflow that assumes the role.',
  remedy: 'List the repositories that need the role, or require the reusable workflow with `job_workflow_ref`.',
  references: [
    'IAM User Guide, "Configuring a role for GitHub OIDC identity provider"',
    'IAM User Guide, "Access Analyzer policy check reference", specific GitHub repository and branch',
  ],
  folds: [
    'github-sub-repo-prefix',
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
    'github-immutable-wildcard-id',
    'github-job-workflow-any-ref',
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'oidc-tenant-claim-wildcard-only',
  ],
  fires: [
    { name: 'any repository', policy: policyOf(github({ sub: 'repo:acme/*' })) },
    { name: 'any repository, one branch', policy: policyOf(github({ sub: 'repo:acme/*:ref:refs/heads/main' })) },
    {
      name: 'any repository, one environment',
      policy: policyOf(github({ sub: 'repo:acme/*:environment:production' })),
    },
    { name: 'the immutable form', policy: policyOf(github({ sub: 'repo:acme@123/*' })) },
    {
      name: 'the owner by its id',
      policy: policyOf(github({ sub: 'repo:*' }, { aud: 'sts.amazonaws.com', repository_owner_id: '123' })),
    },
    { name: 'a customised subject', policy: policyOf(github({ sub: 'repository_owner:acme:*' })) },
  ],
  silent: [
    { name: 'one repository', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'one reusable workflow',
      policy: policyOf(
        github({ sub: 'repo:acme/*', job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main' }),
      ),
    },
    {
      name: 'the repository by its id',
      policy: policyOf(github({ sub: 'repo:acme/*' }, { aud: 'sts.amazonaws.com', repository_id: '456' })),
    },
    {
      name: 'a Deny keeps out all but one repository',
      policy: policyOf(
        github({ sub: 'repo:acme/*' }),
        oidcDeny(githubIssuer, { StringNotLike: { sub: 'repo:acme/app:*' } }),
      ),
    },
    { name: 'any organization, which has a rule of its own', policy: policyOf(github({ sub: 'repo:*' })) },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      if (!anyRepositoryGetsIn(context, trust) || foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      const value = subjectValues(trust).find(({ text, pattern }) => pattern && hasWildcard(text));
      return [
        {
          pointer: value?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          message: `Workflows of every repository of the organization can assume this role${value === undefined ? '' : `: \`${value.text}\` fits them all`}.`,
        },
      ];
    }),
});
