/** Is the reusable workflow asked for at whichever branch it is taken from? */
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, valuesOf } from './github-subject.ts';
import { foreignOrganizationGetsIn, workflowFromAnyRefGetsIn } from './github-workflows.ts';
import { hasWildcard } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const workflow = 'acme/workflows/.github/workflows/deploy.yml';

export const githubJobWorkflowAnyRef = defineRiskRule({
  id: 'github-job-workflow-any-ref',
  title: 'The reusable workflow may be taken from any branch',
  severity: 'medium',
  about: 'state',
  why: 'Whoever may push a branch to the repository of the reusable workflow changes the workflow there, calls it from that branch, and assumes the role.',
  remedy: 'Require the ref or the commit of the workflow: `…/deploy.yml@refs/heads/main`.',
  references: ['GitHub Docs, "Using OpenID Connect with reusable workflows"'],
  folds: ['github-mutable-identity', 'oidc-audience-generic'],
  fires: [
    { name: 'any ref', policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: `${workflow}@*` })) },
    {
      name: 'any branch or tag',
      policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: `${workflow}@refs/*` })),
    },
    {
      name: 'any branch',
      policy: policyOf(github({ sub: 'repo:acme/app:*', job_workflow_ref: `${workflow}@refs/heads/*` })),
    },
    { name: 'no ref at all', policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: 'acme/workflows/*' })) },
  ],
  silent: [
    {
      name: 'one branch',
      policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: `${workflow}@refs/heads/main` })),
    },
    { name: 'one commit', policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: `${workflow}@9a3b8f0c` })) },
    {
      name: 'any tag of one kind',
      policy: policyOf(github({ sub: 'repo:acme/*', job_workflow_ref: `${workflow}@refs/tags/v1` })),
    },
    {
      name: 'only the main branch calls it',
      policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main', job_workflow_ref: `${workflow}@*` })),
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const value = valuesOf(trust, 'job_workflow_ref').find(({ text, pattern }) => {
        const at = text.indexOf('@');
        return pattern && !hasWildcard(text.split('/')[0] ?? '') && hasWildcard(at === -1 ? text : text.slice(at));
      });
      if (value === undefined || foreignOrganizationGetsIn(context, trust, 'anybody')) return [];
      const at = value.text.indexOf('@');
      if (!workflowFromAnyRefGetsIn(context, trust, at === -1 ? value.text : value.text.slice(0, at))) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `\`${value.text}\` fits the workflow on any branch that somebody pushes.`,
        },
      ];
    }),
});
