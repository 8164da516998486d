/** Is a branch, environment or workflow asked for, and not whose repository it is in? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts } from './github-subject.ts';
import { foreignWay } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubRefWithoutRepo = defineRiskRule({
  id: 'github-ref-without-repo',
  title: 'A branch is asked for, in whosever repository',
  severity: 'critical',
  about: 'state',
  why: 'Every repository on GitHub can have a branch `main`, an environment `production` and a workflow file of that name. None of them says whose repository it is.',
  remedy: 'Require the repository: `sub` with `repo:ORG/REPO:…`, or `repository_id`.',
  references: [
    'IAM User Guide, "Available keys for AWS OIDC federation"',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
  ],
  folds: [
    'oidc-no-condition',
    'oidc-shared-tenant-claim-missing',
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'github-actor-only',
    'github-sub-org-wide',
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-sub-tag-wildcard',
    'github-branch-wildcard',
    'github-environment-unverified',
    'github-mutable-identity',
    'github-job-workflow-any-ref',
  ],
  fires: [
    { name: 'the branch alone', policy: policyOf(github({}, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' })) },
    {
      name: 'the environment alone',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', environment: 'production' })),
    },
    {
      name: 'a workflow file of that name anywhere',
      policy: policyOf(github({ job_workflow_ref: '*/.github/workflows/deploy.yml@refs/heads/main' })),
    },
    {
      name: 'branch and workflow',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main', workflow: 'deploy' })),
    },
  ],
  silent: [
    {
      name: 'the repository by its id',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main', repository_id: '456' })),
    },
    {
      name: 'the repository by its name',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main', repository: 'acme/app' })),
    },
    {
      name: 'the repository in the subject',
      policy: policyOf(github({ sub: 'repo:acme/app:*' }, { aud: 'sts.amazonaws.com', ref: 'refs/heads/main' })),
    },
    {
      name: 'the workflow of our own organization',
      policy: policyOf(github({ job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main' })),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const found = foreignWay(context, trust);
      if (found?.way !== 'ref without repository') return [];
      return [
        {
          pointer: found.pointer,
          statement: trust.statement.index,
          message: `Workflows of any repository on GitHub can assume this role: \`${found.text}\` is asked for, the repository is not.`,
        },
      ];
    }),
});
