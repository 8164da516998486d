/** Is it asked who started the workflow, and not whose repository it is in? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts } from './github-subject.ts';
import { firstConditionOn, foreignOrganizationGetsIn } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubActorOnly = defineRiskRule({
  id: 'github-actor-only',
  title: 'Whoever started the workflow is checked, the repository is not',
  severity: 'high',
  about: 'state',
  why: 'A person starts workflows in many repositories: forks, experiments, those of others. Any of them can assume the role in their name, whatever code it runs.',
  remedy: 'Require the repository as well: `sub` with `repo:ORG/REPO:…`, or `repository_id`.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"'],
  folds: [
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'github-sub-org-wide',
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
  ],
  fires: [
    { name: 'the name of the actor', policy: policyOf(github({}, { aud: 'sts.amazonaws.com', actor: 'octocat' })) },
    { name: 'the id of the actor', policy: policyOf(github({}, { aud: 'sts.amazonaws.com', actor_id: '583231' })) },
    { name: 'with a subject that fits all', policy: policyOf(github({ sub: 'repo:*' }, { actor_id: '583231' })) },
  ],
  silent: [
    {
      name: 'the repository as well',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', actor_id: '583231', repository_id: '456' })),
    },
    { name: 'the subject as well', policy: policyOf(github({ sub: 'repo:acme/app:*' }, { actor: 'octocat' })) },
    { name: 'no actor is asked for', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    { name: 'neither, which has rules of its own', policy: policyOf(github({}, { aud: 'sts.amazonaws.com' })) },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const condition = firstConditionOn(trust, ['actor_id', 'actor']);
      if (condition === undefined || foreignOrganizationGetsIn(context, trust)) return [];
      if (!foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      return [
        {
          pointer: condition.pointer,
          statement: trust.statement.index,
          message: `Workflows in any repository can assume this role if they were started by whom \`${condition.key}\` names.`,
        },
      ];
    }),
});
