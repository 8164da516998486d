/** Does the pattern for the repository fit others whose names begin alike? */
import { replaceAt } from '../policy/document/edit.ts';
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, repoParts } from './github-subject.ts';
import { anyRepositoryGetsIn, foreignOrganizationGetsIn, unforeseenRepository } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubSubRepoPrefix = defineRiskRule({
  id: 'github-sub-repo-prefix',
  title: 'Repositories whose names begin alike can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'Without the colon behind the repository, `*` goes on into its name: `repo:acme/app*` fits `acme/app-test` as well, and every branch of it. Whoever may create repositories picks the name.',
  remedy: 'Put the colon behind the repository: `repo:ORG/REPO:…`.',
  references: ['GitHub Docs, "OpenID Connect reference"'],
  folds: [
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
    'oidc-audience-generic',
  ],
  fires: [
    { name: 'no colon behind the repository', policy: policyOf(github({ sub: 'repo:acme/app*' })) },
    { name: 'a prefix of the repository', policy: policyOf(github({ sub: 'repo:acme/app-*:ref:refs/heads/main' })) },
    { name: 'one more letter', policy: policyOf(github({ sub: 'repo:acme/app?:environment:production' })) },
    {
      name: 'by the repository’s own claim',
      policy: policyOf(github({ sub: 'repo:acme/*:ref:refs/heads/main', repository: 'acme/app*' })),
    },
  ],
  silent: [
    { name: 'with the colon', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    { name: 'every repository, which has a rule of its own', policy: policyOf(github({ sub: 'repo:acme/*' })) },
    {
      name: 'the repository by its id',
      policy: policyOf(github({ sub: 'repo:acme/app*' }, { aud: 'sts.amazonaws.com', repository_id: '456' })),
    },
    {
      name: 'a wildcard that is a plain character',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app*' })),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const found = unforeseenRepository(context, trust);
      if (found === undefined || anyRepositoryGetsIn(context, trust)) return [];
      if (foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      return [
        {
          pointer: found.value.pointer,
          statement: trust.statement.index,
          message: `\`${found.value.text}\` fits other repositories as well, \`${found.name}\` for one.`,
        },
      ];
    }),
  fix: ({ policy }, hit) => {
    const value = policy.statements[hit.statement ?? -1]?.conditions
      .flatMap(({ values }) => values)
      .find(({ pointer }) => pointer === hit.pointer);
    const parts = value === undefined ? undefined : repoParts(value.text);
    // Only where the wildcard ends the value is it plain what was meant.
    if (value === undefined || parts?.context !== undefined || !/^repo:[^*?]+\*$/.test(value.text)) return undefined;
    const repaired = `${value.text.slice(0, -1)}:*`;
    const text = replaceAt(policy, hit.pointer, repaired);
    return text === undefined ? undefined : { summary: `Write \`${repaired}\` in place of \`${value.text}\`.`, text };
  },
});
