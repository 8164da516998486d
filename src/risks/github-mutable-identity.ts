/** Would whoever takes over the name of the organization or repository take over the role? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, subjectValues, valuesOf } from './github-subject.ts';
import { foreignOrganizationGetsIn, sameNamesGetIn } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubMutableIdentity = defineRiskRule({
  id: 'github-mutable-identity',
  title: 'The repository is known by its name alone',
  severity: 'low',
  about: 'state',
  why: 'Names of organizations and repositories become free when they are renamed or deleted. Whoever registers the name next fits this policy.',
  remedy: 'Require `repository_id` or `repository_owner_id` as well, or the immutable subject `repo:ORG@ID/REPO@ID:…`.',
  references: [
    'GitHub Docs, "OpenID Connect reference", immutable subject claims',
    'IAM User Guide, "Available keys for AWS OIDC federation"',
  ],
  fires: [
    { name: 'the subject by names', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    {
      name: 'exactly',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app:environment:production' })),
    },
    {
      name: 'the repository’s name by its own claim',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', repository: 'acme/app', ref: 'refs/heads/main' })),
    },
  ],
  silent: [
    {
      name: 'the id of the repository as well',
      policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' }, { repository_id: '456' })),
    },
    {
      name: 'the id of the owner as well',
      policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' }, { repository_owner_id: '123' })),
    },
    { name: 'the immutable form', policy: policyOf(github({ sub: 'repo:acme@123/app@456:ref:refs/heads/main' })) },
    { name: 'no name at all, which has rules of its own', policy: policyOf(github({ sub: 'repo:*' })) },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const value = [
        ...subjectValues(trust),
        ...valuesOf(trust, 'repository'),
        ...valuesOf(trust, 'job_workflow_ref'),
      ][0];
      if (value === undefined || !sameNamesGetIn(context, trust)) return [];
      if (foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `Whoever owns the names in \`${value.text}\` one day can assume this role; no id holds it to today’s owner.`,
        },
      ];
    }),
});
