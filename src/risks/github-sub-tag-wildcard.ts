/** Can a workflow on any tag, or any tag that begins alike, assume the role? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts } from './github-subject.ts';
import { foreignOrganizationGetsIn, unforeseenRef } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubTagWildcard = defineRiskRule({
  id: 'github-sub-tag-wildcard',
  title: 'Any tag of the repository can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'Whoever may push to the repository can set a tag on any commit, one that nobody reviewed included, and assume the role from the workflow there.',
  remedy:
    'Deploy releases through an environment with protection rules and require that, or protect the tags with a ruleset.',
  references: ['GitHub Docs, "OpenID Connect reference"', 'GitHub Docs, "Available rules for rulesets"'],
  notCovered: 'Rulesets of the repository, which AWS does not see.',
  folds: ['github-mutable-identity', 'oidc-audience-generic'],
  fires: [
    { name: 'any tag', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/tags/*' })) },
    { name: 'any tag that begins with v', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/tags/v*' })) },
    { name: 'by its own claim', policy: policyOf(github({ sub: 'repo:acme/app:*', ref: 'refs/tags/*' })) },
  ],
  silent: [
    { name: 'one tag', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/tags/v1.0.0' })) },
    { name: 'one branch', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    {
      name: 'one environment as well',
      policy: policyOf(github({ sub: 'repo:acme/app:environment:release', ref: 'refs/tags/*' })),
    },
    {
      name: 'an exact tag beside the pattern',
      policy: policyOf(
        github({ sub: 'repo:acme/app:ref:refs/tags/*' }, { aud: 'sts.amazonaws.com', ref: 'refs/tags/v1.0.0' }),
      ),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const found = unforeseenRef(context, trust, 'refs/tags/');
      if (found === undefined || foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      return [
        {
          pointer: found.value.pointer,
          statement: trust.statement.index,
          message: `A workflow on a tag such as \`${found.name}\` can assume this role: \`${found.value.text}\` fits it.`,
        },
      ];
    }),
});
