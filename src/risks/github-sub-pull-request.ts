/** Can a workflow that runs on a pull request assume the role? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, subjectValues, takesInPullRequests } from './github-subject.ts';
import { foreignOrganizationGetsIn, pullRequestGetsIn } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubPullRequest = defineRiskRule({
  id: 'github-sub-pull-request',
  title: 'A pull request can assume the role before anybody has reviewed it',
  severity: 'high',
  about: 'state',
  why: 'A workflow on a pull request runs the code of the pull request. Whoever can open one from a branch of the repository assumes the role with code that nobody has read.',
  remedy: 'Give pull requests a role of their own that may only read, and require a branch or an environment here.',
  references: ['GitHub Docs, "OpenID Connect reference"', 'GitHub Docs, "Secure use reference"'],
  notCovered: 'Pull requests from forks of public repositories get no token unless somebody lets them.',
  folds: ['github-mutable-identity', 'oidc-audience-generic'],
  fires: [
    {
      name: 'pull requests by name, on a role that may write',
      policy: policyOf(github({ sub: 'repo:acme/app:pull_request' })),
      more: { attachedPolicies: ['AmazonS3FullAccess'] },
      severity: 'high',
    },
    {
      name: 'what the role may do is not known',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app:pull_request' })),
      severity: 'medium',
    },
    {
      name: 'a role that may only read',
      policy: policyOf(github({ sub: 'repo:acme/app:pull_request' })),
      more: { attachedPolicies: ['ReadOnlyAccess'] },
      severity: 'low',
    },
    { name: 'by a wildcard', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'the reusable workflow alone does not shut them out',
      policy: policyOf(
        github({
          sub: 'repo:acme/app:*',
          job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main',
        }),
      ),
    },
  ],
  silent: [
    { name: 'one branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    {
      name: 'the branch by its own claim',
      policy: policyOf(github({ sub: 'repo:acme/app:*' }, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' })),
    },
    { name: 'one environment', policy: policyOf(github({ sub: 'repo:acme/app:environment:production' })) },
    { name: 'any branch, which has a rule of its own', policy: policyOf(github({ sub: 'repo:acme/app:ref:*' })) },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      if (foreignOrganizationGetsIn(context, trust, 'anybody') || !pullRequestGetsIn(context, trust)) return [];
      const { level } = context.privilege;
      const value = subjectValues(trust).find(takesInPullRequests);
      return [
        {
          pointer: value?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          severity: level === 'read-only' ? ('low' as const) : context.loweredIfUnknown('high'),
          message: `Workflows on pull requests can assume this role${level === 'unknown' ? '; what it may do is not known here, so this is rated one step lower' : ''}.`,
        },
      ];
    }),
});
