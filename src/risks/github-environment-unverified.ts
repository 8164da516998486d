/** Does the role rest on an environment whose protection AWS cannot see? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, subjectValues, valuesOf } from './github-subject.ts';
import { anyBranchGetsIn, environmentGetsInFromAnyBranch, foreignOrganizationGetsIn } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubEnvironmentUnverified = defineRiskRule({
  id: 'github-environment-unverified',
  title: 'The role is as safe as the protection rules of a GitHub environment',
  severity: 'info',
  about: 'state',
  why: 'An environment keeps others out only where it has protection rules: reviewers, or branches that may deploy. AWS cannot see them, and an environment is created by naming it in a workflow.',
  remedy:
    'Look at the environment in the repository’s settings: it should name the branches that may deploy, or reviewers.',
  references: ['GitHub Docs, "Managing environments for deployment"', 'GitHub Docs, "OpenID Connect reference"'],
  fires: [
    { name: 'in the subject', policy: policyOf(github({ sub: 'repo:acme/app:environment:production' })) },
    {
      name: 'by its own claim',
      policy: policyOf(github({ sub: 'repo:acme/app:*' }, { aud: 'sts.amazonaws.com', environment: 'production' })),
    },
    {
      name: 'in the immutable form',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme@123/app@456:environment:production' })),
    },
  ],
  silent: [
    {
      name: 'the branch is required as well',
      policy: policyOf(
        github({ sub: 'repo:acme/app:environment:production' }, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' }),
      ),
    },
    { name: 'no environment', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    { name: 'any branch, which has a rule of its own', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'one reusable workflow at one ref',
      policy: policyOf(
        github({
          sub: 'repo:acme/app:environment:production',
          job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main',
        }),
      ),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const value =
        subjectValues(trust).find(({ text }) => text.includes(':environment:')) ?? valuesOf(trust, 'environment')[0];
      if (value === undefined || anyBranchGetsIn(context, trust)) return [];
      if (foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      if (!environmentGetsInFromAnyBranch(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `Any branch that the environment in \`${value.text}\` takes can assume this role; its protection rules are not seen from AWS.`,
        },
      ];
    }),
});
