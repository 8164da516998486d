/** Does a wildcard in place of an id let the next owner of the name in again? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, repoParts, subjectValues } from './github-subject.ts';
import { foreignOrganizationGetsIn, otherIdsGetIn } from './github-workflows.ts';
import { hasWildcard } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubImmutableWildcardId = defineRiskRule({
  id: 'github-immutable-wildcard-id',
  title: 'A wildcard stands where the id of the owner or repository should',
  severity: 'medium',
  about: 'state',
  why: 'The ids in the subject are there so that nobody who registers the same name later fits. A wildcard in their place gives that away.',
  remedy: 'Write the ids out: `repo:ORG@ID/REPO@ID:…`.',
  references: ['GitHub Docs, "OpenID Connect reference", immutable subject claims'],
  folds: ['github-mutable-identity'],
  fires: [
    { name: 'any ids', policy: policyOf(github({ sub: 'repo:acme@*/app@*:ref:refs/heads/main' })) },
    { name: 'any id of the owner', policy: policyOf(github({ sub: 'repo:acme@*/app@456:ref:refs/heads/main' })) },
    { name: 'any id of the repository', policy: policyOf(github({ sub: 'repo:acme@123/app@*:ref:refs/heads/main' })) },
    { name: 'part of an id', policy: policyOf(github({ sub: 'repo:acme@12*/app@456:ref:refs/heads/main' })) },
  ],
  silent: [
    { name: 'both ids', policy: policyOf(github({ sub: 'repo:acme@123/app@456:ref:refs/heads/main' })) },
    { name: 'by names alone', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    {
      name: 'the ids by their own claims',
      policy: policyOf(
        github({ sub: 'repo:acme@*/app@*:ref:refs/heads/main' }, { repository_id: '456', repository_owner_id: '123' }),
      ),
    },
    { name: 'a wildcard behind the repository', policy: policyOf(github({ sub: 'repo:acme@123/app@456:*' })) },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      if (foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      const value = subjectValues(trust).find(({ text, pattern }) => {
        const parts = repoParts(text);
        return pattern && (hasWildcard(parts?.ownerId ?? '') || hasWildcard(parts?.repositoryId ?? ''));
      });
      if (value === undefined || !otherIdsGetIn(context, trust, value)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `\`${value.text}\` fits whoever registers the same names later, with other ids.`,
        },
      ];
    }),
});
