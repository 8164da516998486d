/** Can a workflow on a branch of a name that nobody protects assume the role? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts } from './github-subject.ts';
import { foreignOrganizationGetsIn, unforeseenRef } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubBranchWildcard = defineRiskRule({
  id: 'github-branch-wildcard',
  title: 'Branches that nobody protects can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'The pattern fits names of branches that no protection rule covers. Whoever may push creates such a branch and assumes the role from the workflow there.',
  remedy:
    'Require one branch, or a whole folder of them, `refs/heads/release/*`, that a ruleset of the repository protects.',
  references: ['GitHub Docs, "OpenID Connect reference"', 'GitHub Docs, "Available rules for rulesets"'],
  folds: ['github-mutable-identity', 'oidc-audience-generic'],
  fires: [
    { name: 'any branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/*' })) },
    { name: 'branches that begin alike', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/release*' })) },
    { name: 'branches that end alike', policy: policyOf(github({ sub: 'repo:acme/app:*main' })) },
    { name: 'by its own claim', policy: policyOf(github({ sub: 'repo:acme/app:*', ref: 'refs/heads/*' })) },
  ],
  silent: [
    { name: 'one branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    { name: 'a folder of branches', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/release/*' })) },
    {
      name: 'one environment as well',
      policy: policyOf(github({ sub: 'repo:acme/app:environment:production', ref: 'refs/heads/*' })),
    },
    {
      name: 'an exact branch beside the pattern',
      policy: policyOf(
        github({ sub: 'repo:acme/app:ref:refs/heads/*' }, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' }),
      ),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const found = unforeseenRef(context, trust, 'refs/heads/');
      if (found === undefined || foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      return [
        {
          pointer: found.value.pointer,
          statement: trust.statement.index,
          message: `A workflow on a branch such as \`${found.name}\` can assume this role: \`${found.value.text}\` fits it.`,
        },
      ];
    }),
});
